//! When a case may go to another court with its money (移送、交叉执行).

use super::closing::OpenMoney;
use crate::{
    cases::CaseStatus,
    kernel::{
        ids::CourtId,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// The case runs or is suspended, and all of its open money stands free on its account: what is owed to a payee, with the
/// bank, held, frozen or on a lot is brought to its end first.
///
/// # Errors
/// `CASE_NOT_OPEN`, `CASE_HAS_OPEN_MONEY`.
pub fn decide_transfer(status: CaseStatus, open: &OpenMoney, free: Money) -> Result<(), Refusal> {
    if !matches!(status, CaseStatus::Open | CaseStatus::Suspended) {
        return Err(Refusal::new(RefusalCode::CaseNotOpen).field("case").arg("status", status.as_str()));
    }
    let bound = [("balance", open.balance.saturating_minus(free)), ("deposits", open.deposits)];
    match bound.into_iter().find(|(_, amount)| !amount.is_zero()) {
        Some((item, amount)) => Err(Refusal::new(RefusalCode::CaseHasOpenMoney)
            .law(&reference::FUNDS_4)
            .field("case")
            .arg("item", item)
            .arg("amount", amount)),
        None => Ok(()),
    }
}

/// A case goes to a court other than its own.
///
/// # Errors
/// `WRONG_STATE`.
pub fn decide_taking_court(taking: CourtId, own: CourtId) -> Result<(), Refusal> {
    if taking == own {
        let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::CIVIL_PROCEDURE_237);
        return Err(refusal.field("takingCourt"));
    }
    Ok(())
}

/// The court to which a case was handed over takes it over once, with a case of its own that runs.
///
/// # Errors
/// `CASE_NOT_OPEN`, `ALREADY_EXISTS` for a case that was taken over before.
pub fn decide_take_over(own: CaseStatus, taken: bool) -> Result<(), Refusal> {
    super::closing::require_open(own).map_err(|refusal| refusal.field("case"))?;
    if taken {
        let refusal = Refusal::new(RefusalCode::AlreadyExists).law(&reference::CIVIL_PROCEDURE_237);
        return Err(refusal.field("fromCaseNumber"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fafa6_4_a_case_leaves_only_with_all_of_its_money() {
        let yuan = Money::from_yuan;
        let open =
            |balance, deposits| OpenMoney { balance: yuan(balance), deposits: yuan(deposits), ..Default::default() };
        let leave = |status, open: &OpenMoney, free| decide_transfer(status, open, yuan(free)).map_err(|r| r.code);
        assert_eq!(leave(CaseStatus::Open, &open(10, 0), 10), Ok(()));
        assert_eq!(leave(CaseStatus::Suspended, &open(0, 0), 0), Ok(()));
        assert_eq!(leave(CaseStatus::Open, &open(11, 0), 10), Err(RefusalCode::CaseHasOpenMoney));
        assert_eq!(leave(CaseStatus::Open, &open(10, 1), 10), Err(RefusalCode::CaseHasOpenMoney));
        for status in [CaseStatus::TerminatedForNow, CaseStatus::Concluded, CaseStatus::Transferred] {
            assert_eq!(leave(status, &open(0, 0), 0), Err(RefusalCode::CaseNotOpen));
        }
    }

    #[test]
    fn minsufa_237_a_case_is_taken_over_once_by_a_case_that_runs() {
        let court = |n| CourtId::from_uuid(uuid::Uuid::from_u128(n));
        assert!(decide_taking_court(court(2), court(1)).is_ok());
        assert!(decide_taking_court(court(1), court(1)).is_err());
        assert!(decide_take_over(CaseStatus::Open, false).is_ok());
        assert_eq!(decide_take_over(CaseStatus::Open, true).map_err(|r| r.code), Err(RefusalCode::AlreadyExists));
        let closed = decide_take_over(CaseStatus::Concluded, false).map_err(|r| r.code);
        assert_eq!(closed, Err(RefusalCode::CaseNotOpen));
    }
}
