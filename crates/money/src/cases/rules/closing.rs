//! When a case may close, for now or for good, and how it comes back.
//!
//! A case does not close over open money: every kind of money that still stands on it needs a reason from the list
//! that covers this kind (practice of the courts; the money itself stays where it is, with its terms).

use crate::{
    cases::{CaseKind, CaseStatus, ConclusionManner, OpenMoneyReason},
    kernel::{
        clock::LegalDate,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// What still stands on a case when somebody wants to close it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenMoney {
    /// Money of the case, free or held, reserved, owed to a payee or on its way (案款余额).
    pub balance: Money,
    /// In force under freezing measures (冻结金额).
    pub frozen: Money,
    /// Deposits and prices of the case's lots that are not settled (保证金、价款).
    pub deposits: Money,
    /// Owed as execution fee (欠缴执行费).
    pub fee_arrears: Money,
}
impl OpenMoney {
    /// The kinds that are open, with the reasons of the list that cover each.
    fn items(&self) -> [(&'static str, Money, &'static [OpenMoneyReason]); 4] {
        use OpenMoneyReason::{
            DistributionPending, FeeArrearsRecorded, FrozenByOtherCase, MeasureContinues, PayeeUnreachable,
        };
        [
            ("balance", self.balance, &[DistributionPending, FrozenByOtherCase, PayeeUnreachable]),
            ("frozen", self.frozen, &[MeasureContinues, FrozenByOtherCase]),
            ("deposits", self.deposits, &[]),
            ("feeArrears", self.fee_arrears, &[FeeArrearsRecorded]),
        ]
    }
    /// Refuses with the first kind that no given reason covers.
    pub fn check(&self, reasons: &[OpenMoneyReason]) -> Result<(), Refusal> {
        for (item, amount, covering) in self.items() {
            if !amount.is_zero() && !covering.iter().any(|reason| reasons.contains(reason)) {
                return Err(Refusal::new(RefusalCode::CaseHasOpenMoney)
                    .law(&reference::FUNDS_10)
                    .field("reasons")
                    .arg("item", item)
                    .arg("amount", amount));
            }
        }
        Ok(())
    }
}

/// A step that is only possible while enforcement runs.
pub fn require_open(status: CaseStatus) -> Result<(), Refusal> {
    match status {
        CaseStatus::Open => Ok(()),
        other => Err(Refusal::new(RefusalCode::CaseNotOpen).arg("status", other.as_str())),
    }
}

/// A step that is possible while the case stands still too, e.g. to record what a settlement brings.
pub fn require_living(status: CaseStatus) -> Result<(), Refusal> {
    match status {
        CaseStatus::Suspended => Ok(()),
        other => require_open(other),
    }
}

/// 终结本次执行程序: from a running case, with a listed reason for whatever is open.
pub fn decide_termination(status: CaseStatus, open: &OpenMoney, reasons: &[OpenMoneyReason]) -> Result<(), Refusal> {
    require_open(status).map_err(|refusal| refusal.law(&reference::TERMINATION_1))?;
    open.check(reasons)
}

/// Closing for good: from a running or suspended case; 执行完毕 only when nothing is owed any more.
pub fn decide_conclusion(
    status: CaseStatus,
    manner: ConclusionManner,
    outstanding: Money,
    open: &OpenMoney,
    reasons: &[OpenMoneyReason],
) -> Result<(), Refusal> {
    if !matches!(status, CaseStatus::Open | CaseStatus::Suspended | CaseStatus::TerminatedForNow) {
        return Err(Refusal::new(RefusalCode::CaseNotOpen).arg("status", status.as_str()));
    }
    if manner == ConclusionManner::Performed && outstanding.is_positive() {
        return Err(Refusal::new(RefusalCode::ClaimNotSatisfied)
            .law(&reference::CIVIL_PROCEDURE_268)
            .field("manner")
            .arg("outstanding", outstanding));
    }
    open.check(reasons)
}

/// What resuming needs to know of the case that was terminated for now.
#[derive(Clone, Copy, Debug)]
pub struct Predecessor {
    pub kind: CaseKind,
    pub status: CaseStatus,
    pub closed_on: Option<LegalDate>,
    /// A resumption of it is already open.
    pub has_open_successor: bool,
}

/// 恢复执行: a new case of the type 执恢 with its own number and account, after a case that was terminated for now.
/// Both its court and its kind are read from its number by the caller.
pub fn decide_resumption(predecessor: &Predecessor, kind: CaseKind, filed_on: LegalDate) -> Result<(), Refusal> {
    let wrong = |code| Refusal::new(code).law(&reference::CIVIL_PROCEDURE_RULES_517);
    if !matches!(predecessor.kind, CaseKind::Enforcement | CaseKind::Resumed)
        || predecessor.status != CaseStatus::TerminatedForNow
    {
        return Err(wrong(RefusalCode::WrongState).field("case").arg("status", predecessor.status.as_str()));
    }
    if predecessor.has_open_successor {
        return Err(wrong(RefusalCode::AlreadyExists).field("case"));
    }
    if kind != CaseKind::Resumed {
        return Err(wrong(RefusalCode::CaseNumberInvalid).field("caseNumber"));
    }
    if predecessor.closed_on.is_some_and(|closed| filed_on < closed) {
        return Err(wrong(RefusalCode::DateInvalid).field("filedOn"));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use OpenMoneyReason::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }

    #[test]
    fn settlement_2_a_case_that_stands_still_takes_in_what_is_paid() {
        for status in CaseStatus::ALL {
            let living = matches!(status, CaseStatus::Open | CaseStatus::Suspended);
            assert_eq!(require_living(*status).is_ok(), living, "{status:?}");
            assert_eq!(require_open(*status).is_ok(), *status == CaseStatus::Open, "{status:?}");
        }
    }

    #[test]
    fn every_kind_of_open_money_needs_a_reason_that_covers_it() {
        let fen = Money::from_fen(1);
        let none = OpenMoney::default();
        assert!(none.check(&[]).is_ok());
        for (open, item, covering) in [
            (
                OpenMoney { balance: fen, ..none },
                "balance",
                vec![DistributionPending, FrozenByOtherCase, PayeeUnreachable],
            ),
            (OpenMoney { frozen: fen, ..none }, "frozen", vec![MeasureContinues, FrozenByOtherCase]),
            (OpenMoney { deposits: fen, ..none }, "deposits", vec![]),
            (OpenMoney { fee_arrears: fen, ..none }, "feeArrears", vec![FeeArrearsRecorded]),
        ] {
            for reason in OpenMoneyReason::ALL {
                assert_eq!(open.check(&[*reason]).is_ok(), covering.contains(reason), "{item} {reason:?}");
            }
            let refusal = open.check(&[]).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::CaseHasOpenMoney);
            assert!(refusal.args.contains(&("item", item.to_owned())));
        }
    }

    #[test]
    fn two_kinds_need_two_reasons() {
        let open = OpenMoney { balance: money("1.00"), fee_arrears: money("796.22"), ..OpenMoney::default() };
        assert!(open.check(&[FeeArrearsRecorded]).is_err());
        assert!(open.check(&[FeeArrearsRecorded, PayeeUnreachable]).is_ok());
    }

    #[test]
    fn termination_1_only_a_running_case_is_terminated_for_now() {
        let none = OpenMoney::default();
        for status in CaseStatus::ALL {
            assert_eq!(decide_termination(*status, &none, &[]).is_ok(), *status == CaseStatus::Open, "{status:?}");
        }
        let owed = OpenMoney { fee_arrears: money("796.22"), ..none };
        assert!(decide_termination(CaseStatus::Open, &owed, &[]).is_err());
        assert!(decide_termination(CaseStatus::Open, &owed, &[FeeArrearsRecorded]).is_ok());
    }

    #[test]
    fn performed_means_that_nothing_is_owed() {
        let conclude =
            |manner, owed: &str| decide_conclusion(CaseStatus::Open, manner, money(owed), &OpenMoney::default(), &[]);
        assert!(conclude(ConclusionManner::Performed, "0.00").is_ok());
        assert_eq!(conclude(ConclusionManner::Performed, "0.01").unwrap_err().code, RefusalCode::ClaimNotSatisfied);
        assert!(conclude(ConclusionManner::Ended, "0.01").is_ok());
        for status in [CaseStatus::Concluded, CaseStatus::Transferred] {
            assert!(
                decide_conclusion(status, ConclusionManner::Ended, Money::ZERO, &OpenMoney::default(), &[]).is_err()
            );
        }
    }

    #[test]
    fn civil_procedure_rules_517_resumption_is_a_new_case_after_termination_for_now() {
        let terminated = Predecessor {
            kind: CaseKind::Enforcement,
            status: CaseStatus::TerminatedForNow,
            closed_on: Some(day("2026-01-15")),
            has_open_successor: false,
        };
        let code =
            |p: Predecessor, kind, on: &str| decide_resumption(&p, kind, day(on)).err().map(|refusal| refusal.code);
        assert_eq!(code(terminated, CaseKind::Resumed, "2026-01-15"), None);
        assert_eq!(code(Predecessor { kind: CaseKind::Resumed, ..terminated }, CaseKind::Resumed, "2026-03-02"), None);
        assert_eq!(code(terminated, CaseKind::Resumed, "2026-01-14"), Some(RefusalCode::DateInvalid));
        assert_eq!(code(terminated, CaseKind::Enforcement, "2026-03-02"), Some(RefusalCode::CaseNumberInvalid));
        assert_eq!(
            code(Predecessor { has_open_successor: true, ..terminated }, CaseKind::Resumed, "2026-03-02"),
            Some(RefusalCode::AlreadyExists)
        );
        for status in [CaseStatus::Open, CaseStatus::Suspended, CaseStatus::Concluded, CaseStatus::Transferred] {
            let other = Predecessor { status, ..terminated };
            assert_eq!(code(other, CaseKind::Resumed, "2026-03-02"), Some(RefusalCode::WrongState), "{status:?}");
        }
    }
}
