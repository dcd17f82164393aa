//! What an order may say, and which step may follow which.

use super::super::DisbursementStatus as Status;
use super::deferral::Deferred;
use crate::cases::{CaseStatus, rules::party::decide_payee_name};
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;

/// One receipt that an order draws on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// What the order takes from it.
    pub amount: Money,
    /// What the receipt still holds.
    pub remaining: Money,
}

/// Everything that decides whether money may be ordered to a payee, read under the case's lock.
#[derive(Clone, Debug)]
pub struct OrderFacts<'a> {
    pub amount: Money,
    /// Receipts of the case; empty for a line of a plan, whose payable holds the money already.
    pub sources: &'a [Source],
    /// Money that may leave: balance less what is held and frozen, or the payable's balance.
    pub available: Money,
    pub case: CaseStatus,
    /// The case stands still because the parties have settled: what the settlement brings in is paid (执行和解规定 2).
    pub settled: bool,
    /// A part that is deferred is held: `available` is without it.
    pub deferred: Option<Deferred>,
    pub payee_confirmed: bool,
    /// Name on the payee's account.
    pub payee_name: &'a str,
    /// Name of the creditor whose money it is.
    pub creditor_name: &'a str,
    /// A panel decided to pay to somebody else (法发〔2017〕6号 art 11).
    pub panel_document: bool,
}

/// May this order be drafted, submitted and paid? Asked again at each of these steps.
///
/// # Errors
/// `CASE_NOT_OPEN`, `AMOUNT_INVALID`, `LIST_INVALID` when the sources do not add up to the amount, `RECEIPT_EXCEEDED`,
/// `PAYOUT_EXCEEDS_BALANCE`, `PAYEE_NOT_CONFIRMED`, `PAYEE_NAME_MISMATCH`, `WRONG_STATE` while deferred as a whole.
pub fn decide_order(facts: &OrderFacts<'_>) -> Result<(), Refusal> {
    if facts.case != CaseStatus::Open && !(facts.settled && facts.case == CaseStatus::Suspended) {
        return Err(Refusal::new(RefusalCode::CaseNotOpen)
            .arg("status", facts.case.as_str())
            .law(&reference::FUNDS_10));
    }
    if let Some(deferred) = facts.deferred.filter(Deferred::is_whole) {
        let refusal = Refusal::new(RefusalCode::WrongState).arg("deferred", deferred.reason.as_str());
        return Err(refusal.law(&reference::FUNDS_10));
    }
    decide_amounts(facts)?;
    if !facts.payee_confirmed {
        return Err(Refusal::new(RefusalCode::PayeeNotConfirmed).field("payee").law(&reference::FUNDS_13));
    }
    match decide_payee_name(facts.creditor_name, facts.payee_name) {
        Err(_) if facts.panel_document => Ok(()),
        decided => decided.map_err(|refusal| refusal.field("payee")),
    }
}

fn decide_amounts(facts: &OrderFacts<'_>) -> Result<(), Refusal> {
    if !facts.amount.is_positive() || facts.sources.iter().any(|s| !s.amount.is_positive()) {
        return Err(Refusal::new(RefusalCode::AmountInvalid).field("amount").law(&reference::MONEY_FORM));
    }
    if let Some(source) = facts.sources.iter().find(|s| s.amount > s.remaining) {
        return Err(Refusal::new(RefusalCode::ReceiptExceeded)
            .field("sources")
            .law(&reference::FUNDS_4)
            .arg("remaining", source.remaining));
    }
    let total = Money::sum(facts.sources.iter().map(|s| s.amount))?;
    if !facts.sources.is_empty() && total != facts.amount {
        return Err(Refusal::new(RefusalCode::ListInvalid)
            .field("sources")
            .law(&reference::FUNDS_12)
            .arg("sources", total)
            .arg("amount", facts.amount));
    }
    if facts.amount > facts.available {
        let refusal = Refusal::new(RefusalCode::PayoutExceedsBalance).field("amount").arg("available", facts.available);
        return Err(match facts.deferred.and_then(|deferred| deferred.part) {
            // the money is there, but disputed
            Some(part) if facts.amount <= facts.available.plus(part)? => {
                refusal.law(&reference::FUNDS_10).arg("deferred", part)
            }
            _ => refusal.law(&reference::FUNDS_4),
        });
    }
    Ok(())
}

/// The steps of an order's life that people take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Submit,
    Recall,
    Pay,
}

/// Which state a person's step leads to. Approval and the bank's answers are decided elsewhere.
///
/// # Errors
/// `WRONG_STATE`: e.g. paying twice, or recalling what the bank already has.
pub fn decide_move(status: Status, step: Move) -> Result<Status, Refusal> {
    match (status, step) {
        (Status::Draft | Status::Rejected, Move::Submit) => Ok(Status::Submitted),
        (Status::Draft | Status::Rejected | Status::Submitted | Status::Approved, Move::Recall) => Ok(Status::Recalled),
        (Status::Approved, Move::Pay) => Ok(Status::Released),
        _ => Err(Refusal::new(RefusalCode::WrongState).arg("status", status.as_str()).law(&reference::FUNDS_12)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::disbursement::DeferralReason;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn facts(sources: &[Source]) -> OrderFacts<'_> {
        OrderFacts {
            amount: money("100.00"),
            sources,
            available: money("100.00"),
            case: CaseStatus::Open,
            settled: false,
            deferred: None,
            payee_confirmed: true,
            payee_name: "易某",
            creditor_name: "易某",
            panel_document: false,
        }
    }
    fn source(amount: &str, remaining: &str) -> Source {
        Source { amount: money(amount), remaining: money(remaining) }
    }
    fn code(facts: &OrderFacts<'_>) -> RefusalCode {
        decide_order(facts).unwrap_err().code
    }

    #[test]
    fn fafa6_4_no_order_above_its_receipts_or_the_case() {
        let good = [source("60.00", "60.00"), source("40.00", "50.00")];
        assert!(decide_order(&facts(&good)).is_ok());
        assert_eq!(code(&facts(&[source("60.01", "60.00"), source("39.99", "50.00")])), RefusalCode::ReceiptExceeded);
        assert_eq!(code(&facts(&[source("60.00", "60.00")])), RefusalCode::ListInvalid);
        let mut short = facts(&good);
        short.available = money("99.99");
        assert_eq!(code(&short), RefusalCode::PayoutExceedsBalance);
        assert_eq!(code(&facts(&[source("0.00", "1.00"), source("100.00", "100.00")])), RefusalCode::AmountInvalid);
        let mut nothing = facts(&[]);
        nothing.amount = Money::ZERO;
        assert_eq!(code(&nothing), RefusalCode::AmountInvalid);
    }

    #[test]
    fn fafa6_10_deferral_and_suspension_stop_an_order() {
        let sources = [source("100.00", "100.00")];
        let mut order = facts(&sources);
        order.deferred = Some(Deferred { reason: DeferralReason::NotCollected, part: None });
        assert_eq!(code(&order), RefusalCode::WrongState);
        for status in [CaseStatus::Suspended, CaseStatus::Concluded, CaseStatus::TerminatedForNow] {
            order = facts(&sources);
            order.case = status;
            assert_eq!(code(&order), RefusalCode::CaseNotOpen);
        }
    }

    #[test]
    fn fafa6_10_a_deferred_part_leaves_the_rest_to_be_paid_at_once() {
        let part = Some(Deferred { reason: DeferralReason::Other, part: Some(money("20.00")) });
        let decide = |amount: &str| {
            let sources = [source(amount, "100.00")];
            let order = facts(&sources);
            // 100.00 are there, 20.00 of them held
            decide_order(&OrderFacts { amount: money(amount), available: money("80.00"), deferred: part, ..order })
        };
        assert_eq!(decide("80.00"), Ok(()));
        for (amount, law) in [("80.01", &reference::FUNDS_10), ("100.00", &reference::FUNDS_10)] {
            let refused = decide(amount).unwrap_err();
            assert_eq!((refused.code, refused.law), (RefusalCode::PayoutExceedsBalance, Some(law)), "{amount}");
        }
        let sources = [source("100.01", "200.00")];
        let more = OrderFacts { amount: money("100.01"), available: money("80.00"), deferred: part, ..facts(&sources) };
        assert_eq!(decide_order(&more).unwrap_err().law, Some(&reference::FUNDS_4), "not there either way");
    }

    #[test]
    fn settlement_2_what_a_settlement_brings_in_is_paid_while_the_case_stands_still() {
        let sources = [source("100.00", "100.00")];
        let mut order = facts(&sources);
        (order.settled, order.case) = (true, CaseStatus::Suspended);
        assert!(decide_order(&order).is_ok());
        for status in [CaseStatus::Concluded, CaseStatus::TerminatedForNow, CaseStatus::Transferred] {
            order.case = status;
            assert_eq!(code(&order), RefusalCode::CaseNotOpen);
        }
    }

    #[test]
    fn fafa6_11_and_13_the_creditor_himself_on_a_confirmed_account() {
        let sources = [source("100.00", "100.00")];
        let mut order = facts(&sources);
        order.payee_confirmed = false;
        assert_eq!(code(&order), RefusalCode::PayeeNotConfirmed);
        order = facts(&sources);
        order.payee_name = "吴某";
        assert_eq!(code(&order), RefusalCode::PayeeNameMismatch);
        order.panel_document = true;
        assert!(decide_order(&order).is_ok());
    }

    #[test]
    fn an_order_is_paid_once_and_recalled_before_only() {
        assert_eq!(decide_move(Status::Draft, Move::Submit).unwrap(), Status::Submitted);
        assert_eq!(decide_move(Status::Approved, Move::Pay).unwrap(), Status::Released);
        assert_eq!(decide_move(Status::Approved, Move::Recall).unwrap(), Status::Recalled);
        for (status, step) in [
            (Status::Released, Move::Pay),
            (Status::Submitted, Move::Pay),
            (Status::Paid, Move::Pay),
            (Status::Released, Move::Recall),
            (Status::Recalled, Move::Submit),
            (Status::Submitted, Move::Submit),
        ] {
            assert_eq!(decide_move(status, step).unwrap_err().code, RefusalCode::WrongState, "{status:?} {step:?}");
        }
    }
}
