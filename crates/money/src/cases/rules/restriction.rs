//! When a debtor's consumption is restricted, and when that ends (限高规定).

use crate::{
    cases::{CaseStatus, PartyRole, rules::closing::require_living},
    kernel::{
        clock::LegalDate,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// May a party be restricted by an order of this day? A respondent of a case that runs or stands still, on a day that
/// is not in the future, while no other order is in force.
///
/// # Errors
/// `CASE_NOT_OPEN`, `WRONG_STATE` for another than a respondent, `ALREADY_EXISTS`, `DATE_INVALID`.
pub fn decide_restriction(
    case: CaseStatus,
    role: PartyRole,
    in_force: bool,
    ordered_on: LegalDate,
    today: LegalDate,
) -> Result<(), Refusal> {
    require_living(case).map_err(|refusal| refusal.law(&reference::CONSUMPTION_1).field("party"))?;
    let refuse = |code, field| Refusal::new(code).law(&reference::CONSUMPTION_1).field(field);
    if role != PartyRole::Respondent {
        return Err(refuse(RefusalCode::WrongState, "party"));
    }
    if in_force {
        return Err(refuse(RefusalCode::AlreadyExists, "party"));
    }
    if ordered_on > today {
        return Err(refuse(RefusalCode::DateInvalid, "orderedOn").arg("latest", today));
    }
    Ok(())
}

/// May the order end on this day: not before it was made, not in the future?
///
/// # Errors
/// `DATE_INVALID`.
pub fn decide_lift(ordered_on: LegalDate, lifted_on: LegalDate, today: LegalDate) -> Result<(), Refusal> {
    let refuse = || Refusal::new(RefusalCode::DateInvalid).law(&reference::CONSUMPTION_9).field("liftedOn");
    if lifted_on < ordered_on {
        return Err(refuse().arg("earliest", ordered_on));
    }
    if lifted_on > today {
        return Err(refuse().arg("latest", today));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(day: u32) -> LegalDate {
        LegalDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    #[test]
    fn consumption_1_a_respondent_is_restricted_while_his_case_lives() {
        let today = day(2);
        let decide = |case, role, in_force, on| {
            decide_restriction(case, role, in_force, day(on), today).map_err(|refusal| refusal.code)
        };
        for case in CaseStatus::ALL {
            let living = matches!(case, CaseStatus::Open | CaseStatus::Suspended);
            assert_eq!(decide(*case, PartyRole::Respondent, false, 2).is_ok(), living, "{case:?}");
        }
        let open = CaseStatus::Open;
        for role in PartyRole::ALL {
            let fits = *role == PartyRole::Respondent;
            assert_eq!(decide(open, *role, false, 2).is_ok(), fits, "{role:?}");
        }
        assert_eq!(decide(open, PartyRole::Respondent, true, 2), Err(RefusalCode::AlreadyExists));
        assert_eq!(decide(open, PartyRole::Respondent, false, 3), Err(RefusalCode::DateInvalid));
        assert_eq!(decide(open, PartyRole::Respondent, false, 1), Ok(()));
    }

    #[test]
    fn consumption_9_an_order_ends_between_its_day_and_today() {
        for (on, fits) in [(1, false), (2, true), (5, true), (6, false)] {
            assert_eq!(decide_lift(day(2), day(on), day(5)).is_ok(), fits, "{on}");
        }
    }
}
