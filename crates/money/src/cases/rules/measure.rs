//! Freezing measures: how long they may last and what may be deducted under them.

use crate::{
    cases::{CaseStatus, MeasureStatus},
    kernel::{
        clock::LegalDate,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::{Lamp, reference},
};
use chrono::{Days, Months};

/// A freeze of bank deposits lasts one year at most (民诉解释 485); it may be renewed by a new measure.
const LONGEST_FREEZE: Months = Months::new(12);

/// Property is looked for, and may be frozen, also while a case is terminated for now (终本规定 9).
pub fn decide_freeze(
    status: CaseStatus,
    amount: Money,
    frozen_on: LegalDate,
    until: LegalDate,
    today: LegalDate,
) -> Result<(), Refusal> {
    if !matches!(status, CaseStatus::Open | CaseStatus::Suspended | CaseStatus::TerminatedForNow) {
        return Err(Refusal::new(RefusalCode::CaseNotOpen).arg("status", status.as_str()));
    }
    if !amount.is_positive() {
        return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field("amount"));
    }
    if frozen_on > today {
        return Err(Refusal::new(RefusalCode::DateInvalid).law(&reference::DATE_FORM).field("frozenOn"));
    }
    let latest = frozen_on.checked_add_months(LONGEST_FREEZE).unwrap_or(LegalDate::MAX);
    if until <= frozen_on || until > latest {
        return Err(Refusal::new(RefusalCode::DateInvalid)
            .law(&reference::CIVIL_PROCEDURE_RULES_485)
            .field("until")
            .arg("latest", latest));
    }
    Ok(())
}

/// Deduction and lifting end a measure once; never more than was frozen.
pub fn decide_deduction(status: MeasureStatus, frozen: Money, deducted: Money) -> Result<(), Refusal> {
    require_active(status)?;
    if !deducted.is_positive() || deducted > frozen {
        return Err(Refusal::new(RefusalCode::AmountInvalid)
            .law(&reference::MONEY_FORM)
            .field("amount")
            .arg("maximum", frozen));
    }
    Ok(())
}

/// A measure that was lifted or deducted is over.
pub fn require_active(status: MeasureStatus) -> Result<(), Refusal> {
    match status {
        MeasureStatus::Active => Ok(()),
        other => Err(Refusal::new(RefusalCode::WrongState).arg("status", other.as_str())),
    }
}

/// A freeze is renewed before it lapses, each time for a year at most (民诉解释 485).
///
/// # Errors
/// `WRONG_STATE` for one that ended or lapsed, `DATE_INVALID`.
pub fn decide_renewal(
    status: MeasureStatus,
    until: LegalDate,
    renewed_until: LegalDate,
    today: LegalDate,
) -> Result<(), Refusal> {
    require_active(status)?;
    let law = &reference::CIVIL_PROCEDURE_RULES_485;
    if today > until {
        return Err(Refusal::new(RefusalCode::WrongState).law(law).field("measure").arg("status", "LAPSED"));
    }
    let latest = until.checked_add_months(LONGEST_FREEZE).unwrap_or(LegalDate::MAX);
    if renewed_until <= until || renewed_until > latest {
        return Err(Refusal::new(RefusalCode::DateInvalid).law(law).field("until").arg("latest", latest));
    }
    Ok(())
}

/// Percent of the case's target up to which deposits may be frozen.
const PRESERVATION_PERCENT: i64 = 120;

/// No more is frozen than the target and a fifth of it. Waiting seizures hold nothing yet and do not count.
///
/// # Errors
/// `OVER_PRESERVATION` with the limit and what is frozen already.
pub fn decide_preservation(target: Money, frozen: Money, more: Money) -> Result<(), Refusal> {
    let limit = target.ratio_floor(PRESERVATION_PERCENT, 100)?;
    if frozen.plus(more)? > limit {
        return Err(Refusal::new(RefusalCode::OverPreservation)
            .law(&reference::XIANFENG_10)
            .field("amount")
            .arg("limit", limit)
            .arg("frozen", frozen));
    }
    Ok(())
}

/// Days before the last one in which a freeze asks to be renewed.
const REMINDER_DAYS: u64 = 30;

/// Red once the freeze has lapsed, yellow in its last 30 days.
pub fn lamp(until: LegalDate, today: LegalDate) -> Lamp {
    let reminder = today.checked_add_days(Days::new(REMINDER_DAYS)).unwrap_or(LegalDate::MAX);
    match until {
        until if until < today => Lamp::Red,
        until if until <= reminder => Lamp::Yellow,
        _ => Lamp::Green,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn freeze(status: CaseStatus, amount: &str, from: &str, until: &str) -> Result<(), RefusalCode> {
        decide_freeze(status, amount.parse().unwrap(), day(from), day(until), day("2026-03-02")).map_err(|r| r.code)
    }

    #[test]
    fn civil_procedure_rules_485_a_deposit_is_frozen_for_a_year_at_most() {
        let open = CaseStatus::Open;
        assert_eq!(freeze(open, "1.00", "2026-03-02", "2027-03-02"), Ok(()));
        assert_eq!(freeze(open, "1.00", "2026-03-02", "2027-03-03"), Err(RefusalCode::DateInvalid));
        assert_eq!(freeze(open, "1.00", "2026-03-02", "2026-03-02"), Err(RefusalCode::DateInvalid));
        assert_eq!(freeze(open, "1.00", "2026-03-03", "2026-04-02"), Err(RefusalCode::DateInvalid));
        assert_eq!(freeze(open, "1.00", "2024-02-29", "2025-02-28"), Ok(()));
        assert_eq!(freeze(open, "0.00", "2026-03-02", "2026-04-02"), Err(RefusalCode::AmountInvalid));
    }

    #[test]
    fn termination_9_property_is_frozen_while_a_case_is_terminated_for_now() {
        for status in CaseStatus::ALL {
            let closed = matches!(status, CaseStatus::Concluded | CaseStatus::Transferred);
            assert_eq!(freeze(*status, "1.00", "2026-03-02", "2026-04-02").is_err(), closed, "{status:?}");
        }
    }

    #[test]
    fn a_measure_ends_once_and_gives_no_more_than_it_holds() {
        let frozen: Money = "59748.04".parse().unwrap();
        let deduct = |status, amount: &str| decide_deduction(status, frozen, amount.parse().unwrap()).is_ok();
        assert!(deduct(MeasureStatus::Active, "59748.04"));
        assert!(!deduct(MeasureStatus::Active, "59748.05"));
        assert!(!deduct(MeasureStatus::Active, "0.00"));
        assert!(!deduct(MeasureStatus::Lifted, "1.00"));
        assert!(!deduct(MeasureStatus::Deducted, "1.00"));
    }

    #[test]
    fn civil_procedure_rules_485_a_freeze_is_renewed_in_time_and_for_a_year_at_most() {
        let renew = |until: &str, today: &str| {
            decide_renewal(MeasureStatus::Active, day("2026-03-31"), day(until), day(today)).map_err(|r| r.code)
        };
        assert_eq!(renew("2027-03-31", "2026-03-31"), Ok(()));
        assert_eq!(renew("2027-04-01", "2026-03-31"), Err(RefusalCode::DateInvalid));
        assert_eq!(renew("2026-03-31", "2026-03-02"), Err(RefusalCode::DateInvalid));
        assert_eq!(renew("2027-03-31", "2026-04-01"), Err(RefusalCode::WrongState), "it has lapsed");
        let lifted = decide_renewal(MeasureStatus::Lifted, day("2026-03-31"), day("2027-03-31"), day("2026-03-02"));
        assert_eq!(lifted.map_err(|r| r.code), Err(RefusalCode::WrongState));
    }

    #[test]
    fn xianfeng_10_a_fifth_above_the_target_is_the_limit() {
        let money = |text: &str| text.parse::<Money>().unwrap();
        let freeze =
            |frozen: &str, more: &str| decide_preservation(money("100.01"), money(frozen), money(more)).is_ok();
        assert!(freeze("100.00", "20.01"));
        assert!(!freeze("100.00", "20.02"), "120.012 is cut to the fen");
        assert!(!freeze("120.01", "0.01"));
    }

    #[test]
    fn the_lamp_of_a_freeze_turns_thirty_days_before_its_end() {
        let shown = |until: &str| lamp(day(until), day("2026-03-02"));
        assert_eq!(shown("2026-03-01"), Lamp::Red);
        assert_eq!((shown("2026-03-02"), shown("2026-04-01")), (Lamp::Yellow, Lamp::Yellow));
        assert_eq!(shown("2026-04-02"), Lamp::Green);
    }
}
