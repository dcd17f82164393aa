//! What keeps a sale from going on: objections (民诉法 236, 238; 民诉解释 463; 网拍规定 36) and a price that leaves
//! nothing (拍变规定 6).

use crate::auction::aftermath::{ObjectionKind, ObjectionOutcome};
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::term::Deadline;
use crate::law::{DeadlineRule, calendar::Calendar, reference};

/// An objection of the docket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objection {
    pub kind: ObjectionKind,
    pub stays: bool,
    pub outcome: Option<ObjectionOutcome>,
    /// Day of service of a dismissal.
    pub served_on: Option<LegalDate>,
}

/// The term in which an objection of this kind is decided.
pub const fn decision_rule(kind: ObjectionKind) -> DeadlineRule {
    match kind {
        ObjectionKind::ThirdParty => DeadlineRule::ThirdPartyDecision15Days,
        ObjectionKind::ActOfEnforcement | ObjectionKind::SetAside | ObjectionKind::Valuation => {
            DeadlineRule::ObjectionDecision15Days
        }
    }
}

/// The term in which the third party may sue after his objection was dismissed; nothing is disposed of meanwhile.
pub fn suit_term(calendar: &Calendar, served_on: LegalDate) -> Deadline {
    DeadlineRule::ThirdPartySuit15Days.deadline_from_day(calendar, served_on)
}

/// Refuses to go on with sale or money while an objection stands in the way: one that stays the sale until it is
/// decided, a third party's also until 15 days after service of its dismissal, and for good when it was upheld.
pub fn check(calendar: &Calendar, objections: &[Objection], now: Timestamp) -> Result<(), Refusal> {
    for objection in objections.iter().filter(|objection| objection.stays) {
        let third_party = objection.kind == ObjectionKind::ThirdParty;
        let refuse = |article| Err(Refusal::new(RefusalCode::ObjectionOpen).law(article).field("lot"));
        match objection.outcome {
            None if third_party => return refuse(&reference::CIVIL_PROCEDURE_238),
            None => return refuse(&reference::NETAUCTION_36),
            Some(ObjectionOutcome::Upheld) if third_party => return refuse(&reference::CIVIL_PROCEDURE_238),
            Some(ObjectionOutcome::Dismissed) if third_party => {
                let term = objection.served_on.map(|day| suit_term(calendar, day));
                if term.as_ref().is_none_or(|term| !term.is_overdue(now)) {
                    let until = term.map(|term| ("until", term.due_on.to_string()));
                    return refuse(&reference::CIVIL_PROCEDURE_RULES_463)
                        .map_err(|refusal: Refusal| Refusal { args: until.into_iter().collect(), ..refusal });
                }
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// What was assessed before a sale that may leave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surplus {
    /// Owed to creditors who come before the applicant.
    pub senior_claims: Money,
    pub costs: Money,
    /// The applicant was told that nothing would be left for him.
    pub informed: bool,
    /// He asked in time to go on.
    pub insisted: bool,
}

/// A sale is announced only when its reserve price exceeds senior claims and costs. An applicant who was told that it
/// did not must have asked to go on; even then the reserve price, set anew, must exceed them.
pub fn check_surplus(reserve: Money, surplus: &Surplus) -> Result<(), Refusal> {
    let refuse = || Refusal::new(RefusalCode::NoSurplus).law(&reference::SALE_6).field("lot");
    let minimum = surplus.senior_claims.plus(surplus.costs).map_err(|_| refuse())?;
    let covered = minimum.is_zero() || reserve > minimum;
    if covered && (!surplus.informed || surplus.insisted) {
        return Ok(());
    }
    Err(refuse().arg("minimum", minimum))
}

/// The applicant answers within five days of being told.
pub fn check_insistence(
    calendar: &Calendar,
    informed_on: Option<LegalDate>,
    insisted_on: Option<LegalDate>,
    today: LegalDate,
) -> Result<(), Refusal> {
    let refuse = |field| Refusal::new(RefusalCode::DateInvalid).law(&reference::SALE_6).field(field);
    if informed_on.is_some_and(|day| day > today) {
        return Err(refuse("informedOn"));
    }
    let Some(insisted) = insisted_on else { return Ok(()) };
    let informed = informed_on.ok_or_else(|| refuse("informedOn"))?;
    let latest = DeadlineRule::NoSurplusReply5Days.deadline_from_day(calendar, informed).due_on;
    if (informed..=latest.min(today)).contains(&insisted) {
        return Ok(());
    }
    Err(refuse("insistedOn").arg("latest", latest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar::built_in().unwrap()
    }
    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn objection(kind: ObjectionKind, stays: bool, outcome: Option<ObjectionOutcome>) -> Objection {
        Objection { kind, stays, outcome, served_on: outcome.map(|_| day("2026-04-10")) }
    }

    #[test]
    fn civil_procedure_238_a_third_partys_objection_stops_the_sale_and_others_may() {
        use {ObjectionKind::*, ObjectionOutcome::*};
        let now = Timestamp::at(day("2026-04-20"), 9, 0);
        for (kind, stays, outcome, article) in [
            (ThirdParty, true, None, Some(&reference::CIVIL_PROCEDURE_238)),
            (ThirdParty, true, Some(Upheld), Some(&reference::CIVIL_PROCEDURE_238)),
            (ThirdParty, true, Some(Dismissed), Some(&reference::CIVIL_PROCEDURE_RULES_463)),
            (ThirdParty, true, Some(Withdrawn), None),
            (ActOfEnforcement, true, None, Some(&reference::NETAUCTION_36)),
            (ActOfEnforcement, true, Some(Dismissed), None),
            (ActOfEnforcement, false, None, None),
            (Valuation, false, None, None),
        ] {
            let found = check(&calendar(), &[objection(kind, stays, outcome)], now).err();
            assert_eq!(found.and_then(|refusal| refusal.law), article, "{kind:?} {outcome:?}");
        }
    }

    #[test]
    fn civil_procedure_rules_463_nothing_is_disposed_of_within_15_days_of_service() {
        // served on Friday 10 April: the 15th day is Saturday 25 April, so Monday 27 April
        let dismissed = [objection(ObjectionKind::ThirdParty, true, Some(ObjectionOutcome::Dismissed))];
        let at = |text: &str, hour| check(&calendar(), &dismissed, Timestamp::at(day(text), hour, 0));
        assert!(at("2026-04-27", 23).is_err());
        assert!(at("2026-04-28", 0).is_ok());
    }

    #[test]
    fn sale_6_the_reserve_price_exceeds_senior_claims_and_costs() {
        let surplus = |informed, insisted| Surplus {
            senior_claims: money("390000.00"),
            costs: money("10000.00"),
            informed,
            insisted,
        };
        for (reserve, informed, insisted, allowed) in [
            ("400000.00", false, false, false),
            ("400000.01", false, false, true),
            ("400000.01", true, false, false),
            ("400000.00", true, true, false),
            ("400000.01", true, true, true),
        ] {
            let found = check_surplus(money(reserve), &surplus(informed, insisted));
            assert_eq!(found.is_ok(), allowed, "{reserve} {informed} {insisted}");
        }
        let nothing = Surplus { senior_claims: Money::ZERO, costs: Money::ZERO, informed: false, insisted: false };
        assert!(check_surplus(money("0.01"), &nothing).is_ok());
    }

    #[test]
    fn sale_6_the_applicant_answers_within_five_days() {
        let check = |insisted: &str| {
            check_insistence(&calendar(), Some(day("2026-03-02")), Some(day(insisted)), day("2026-03-20"))
        };
        // the fifth day is Saturday 7 March, so Monday 9 March
        assert!(check("2026-03-02").is_ok() && check("2026-03-09").is_ok());
        assert!(check("2026-03-10").is_err() && check("2026-03-01").is_err());
        assert!(check_insistence(&calendar(), None, Some(day("2026-03-02")), day("2026-03-20")).is_err());
    }
}
