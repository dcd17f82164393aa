//! Freezing measures: how long they may last and what may be deducted under them.

use crate::{
    cases::{CaseStatus, MeasureStatus},
    kernel::{
        clock::LegalDate,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use chrono::Months;

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
}
