//! When a case may go to another court with its money (移送、交叉执行).

use super::closing::OpenMoney;
use crate::{
    cases::CaseStatus,
    kernel::{
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
}
