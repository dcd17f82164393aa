//! When a payment that was decided may be taken back, and when its account may be corrected.
//!
//! Only while the money is certainly here: on the payable, or queued for a file that is not written yet. Once a file
//! carries it, only the bank's definite word frees it again.

use crate::kernel::{
    ids::NodeKind,
    refusal::{Refusal, RefusalCode},
};
use crate::law::reference;
use crate::ledger::Code;
use crate::payout::{AttemptState, PayablePurpose, PayableState};

/// Is the money here? Answers whether a queued attempt has to be withdrawn first.
///
/// # Errors
/// `WRONG_STATE` when it is paid or cancelled, `PAYOUT_RESULT_UNKNOWN` while the bank has it.
pub fn decide_idle(state: PayableState, last: Option<AttemptState>) -> Result<bool, Refusal> {
    if matches!(state, PayableState::Paid | PayableState::Cancelled) {
        let refusal = Refusal::new(RefusalCode::WrongState).field("payable").law(&reference::FUNDS_12);
        return Err(refusal.arg("status", state.as_str()));
    }
    match last {
        Some(AttemptState::Queued) => Ok(true),
        Some(open @ (AttemptState::Sent | AttemptState::Accepted | AttemptState::Unknown)) => {
            let refusal = Refusal::new(RefusalCode::PayoutResultUnknown).field("payable").law(&reference::FUNDS_12);
            Err(refusal.arg("status", open.as_str()))
        }
        _ => Ok(false),
    }
}

/// May a payment be cancelled by itself? Not what is owed back to who paid it, whatever happens (a deposit, a price of a
/// sale that fell away): there only the account can be wrong. Not a case that has left with its money.
///
/// # Errors
/// `WRONG_STATE`.
pub fn decide_cancellable(origin: Code, purpose: PayablePurpose, subject: NodeKind) -> Result<(), Refusal> {
    let owed_to_payer = matches!(
        subject,
        NodeKind::Lot | NodeKind::DepositCredit | NodeKind::Registration | NodeKind::RestitutionReturn
    );
    let law = match origin {
        Code::Price | Code::BidderDeposit => &reference::NETAUCTION_23,
        _ if owed_to_payer => &reference::NETAUCTION_31,
        _ if purpose == PayablePurpose::CourtTransfer => &reference::FUNDS_4,
        _ => return Ok(()),
    };
    Err(Refusal::new(RefusalCode::WrongState).field("payable").law(law).arg("status", purpose.as_str()))
}

/// May the account of a payment be corrected by itself? A party's confirmed account is corrected as such, and the
/// court's own account is not corrected at all. A fee or interest for the treasury goes where its own proposal said:
/// for another account it is cancelled and proposed again.
///
/// # Errors
/// `WRONG_STATE`, `PAYOUT_RESULT_UNKNOWN` while the bank has the money.
pub fn decide_correctable(
    confirmed_payee: bool,
    (purpose, subject): (PayablePurpose, NodeKind),
    state: PayableState,
    last: Option<AttemptState>,
) -> Result<(), Refusal> {
    let queued = decide_idle(state, last)?;
    let to_treasury = purpose == PayablePurpose::Treasury && subject == NodeKind::SpecialPayment;
    if confirmed_payee || purpose == PayablePurpose::OwnTransfer || to_treasury || queued {
        let refusal = Refusal::new(RefusalCode::WrongState).field("payable").law(&reference::FUNDS_13);
        return Err(refusal.arg("status", state.as_str()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use AttemptState as A;
    use PayableState as S;

    #[test]
    fn fafa6_12_money_with_the_bank_is_not_taken_back() {
        let idle = |state, last| decide_idle(state, last).map_err(|r| r.code);
        assert_eq!(idle(S::Open, None), Ok(false));
        assert_eq!(idle(S::InTransit, Some(A::Queued)), Ok(true));
        for last in [A::Rejected, A::Returned, A::Withdrawn] {
            assert_eq!(idle(S::Failed, Some(last)), Ok(false));
        }
        for last in [A::Sent, A::Accepted, A::Unknown] {
            assert_eq!(idle(S::InTransit, Some(last)), Err(RefusalCode::PayoutResultUnknown));
        }
        assert_eq!(idle(S::Paid, Some(A::Settled)), Err(RefusalCode::WrongState));
        assert_eq!(idle(S::Cancelled, None), Err(RefusalCode::WrongState));
    }

    #[test]
    fn netauction_23_31_what_is_owed_to_a_payer_is_not_cancelled() {
        use PayablePurpose as P;
        let may = |origin, purpose, subject| decide_cancellable(origin, purpose, subject).is_ok();
        assert!(may(Code::CaseFund, P::Creditor, NodeKind::DisbursementOrder));
        assert!(may(Code::CaseFund, P::Creditor, NodeKind::DistributionLine));
        assert!(may(Code::CaseFund, P::Deduction, NodeKind::SpecialPayment));
        assert!(may(Code::Unidentified, P::RefundPayer, NodeKind::SpecialPayment));
        assert!(may(Code::Forfeited, P::SaleCost, NodeKind::ForfeitureLine));
        assert!(!may(Code::CaseFund, P::CourtTransfer, NodeKind::SpecialPayment));
        assert!(!may(Code::CaseFund, P::RefundPayer, NodeKind::Lot));
        assert!(!may(Code::CaseFund, P::RefundPayer, NodeKind::DepositCredit));
        assert!(!may(Code::CaseFund, P::RefundPayer, NodeKind::RestitutionReturn));
        assert!(!may(Code::Price, P::OwnTransfer, NodeKind::Lot));
        assert!(!may(Code::BidderDeposit, P::DepositRefund, NodeKind::Registration));
    }

    #[test]
    fn fafa6_13_a_confirmed_account_is_corrected_as_such() {
        use PayablePurpose as P;
        let may = |confirmed, purpose, state, last| {
            decide_correctable(confirmed, (purpose, NodeKind::DistributionLine), state, last).is_ok()
        };
        assert!(may(false, P::DepositRefund, S::Failed, Some(A::Rejected)));
        assert!(may(false, P::Administrator, S::Open, None));
        assert!(!may(true, P::Creditor, S::Failed, Some(A::Rejected)));
        assert!(!may(false, P::OwnTransfer, S::Failed, Some(A::Rejected)));
        assert!(!may(false, P::RefundPayer, S::InTransit, Some(A::Queued)));
        assert!(!may(false, P::RefundPayer, S::InTransit, Some(A::Sent)));
    }

    #[test]
    fn fafa6_13_what_goes_to_the_treasury_goes_where_its_proposal_said() {
        use PayablePurpose as P;
        let may = |subject| {
            decide_correctable(false, (P::Treasury, subject), S::Failed, Some(A::Rejected)).map_err(|r| r.code)
        };
        assert_eq!(may(NodeKind::SpecialPayment), Err(RefusalCode::WrongState));
        assert_eq!(may(NodeKind::DistributionLine), Ok(()), "a fine that a plan collects");
    }
}
