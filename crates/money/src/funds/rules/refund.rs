//! Giving money back to who paid it: deducted or paid by mistake, or of nobody's case.

use crate::{
    funds::ReceiptStatus,
    kernel::{
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// May `amount` of a receipt go back to its payer? Only what has no use yet: what a creditor was paid is no longer there.
///
/// # Errors
/// `WRONG_STATE` when nothing of it is left, `AMOUNT_INVALID`, `RECEIPT_EXCEEDED`.
pub fn decide_refund(status: ReceiptStatus, remaining: Money, amount: Money) -> Result<(), Refusal> {
    if !matches!(status, ReceiptStatus::OnCase | ReceiptStatus::Unidentified) {
        let refusal = Refusal::new(RefusalCode::WrongState).field("receipt").law(&reference::FUNDS_4);
        return Err(refusal.arg("status", status.as_str()));
    }
    if !amount.is_positive() {
        return Err(Refusal::new(RefusalCode::AmountInvalid).field("amount").law(&reference::MONEY_FORM));
    }
    if amount > remaining {
        let refusal = Refusal::new(RefusalCode::ReceiptExceeded).field("amount").law(&reference::FUNDS_4);
        return Err(refusal.arg("remaining", remaining));
    }
    Ok(())
}

/// A prepaid fee goes back once and in full (一次、全额): every receipt is whole and on no case.
///
/// # Errors
/// `WRONG_STATE`, `RECEIPT_EXCEEDED` when a part of it is gone already.
pub fn decide_fee_refund(status: ReceiptStatus, arrived: Money, remaining: Money) -> Result<(), Refusal> {
    if status != ReceiptStatus::Unidentified {
        let refusal = Refusal::new(RefusalCode::WrongState).field("receipts").law(&reference::XIANFENG_34);
        return Err(refusal.arg("status", status.as_str()));
    }
    if remaining != arrived {
        let refusal = Refusal::new(RefusalCode::ReceiptExceeded).field("receipts").law(&reference::XIANFENG_34);
        return Err(refusal.arg("remaining", remaining));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn fafa6_4_a_refund_takes_no_more_than_the_receipt_still_holds() {
        let refund = |status, amount: &str| decide_refund(status, money("10.00"), money(amount)).map_err(|r| r.code);
        for status in [ReceiptStatus::OnCase, ReceiptStatus::Unidentified] {
            assert_eq!(refund(status, "10.00"), Ok(()));
            assert_eq!(refund(status, "0.01"), Ok(()));
            assert_eq!(refund(status, "10.01"), Err(RefusalCode::ReceiptExceeded));
            assert_eq!(refund(status, "0.00"), Err(RefusalCode::AmountInvalid));
        }
        for status in [ReceiptStatus::Used, ReceiptStatus::Claimed, ReceiptStatus::Refunded, ReceiptStatus::Interest] {
            assert_eq!(refund(status, "0.01"), Err(RefusalCode::WrongState));
        }
    }

    #[test]
    fn xianfeng_34_a_fee_goes_back_once_and_whole() {
        let whole = money("10000.00");
        let refund = |status, left: &str| decide_fee_refund(status, whole, money(left)).map_err(|r| r.code);
        assert_eq!(refund(ReceiptStatus::Unidentified, "10000.00"), Ok(()));
        assert_eq!(refund(ReceiptStatus::Unidentified, "9999.99"), Err(RefusalCode::ReceiptExceeded));
        assert_eq!(refund(ReceiptStatus::Refunded, "0.00"), Err(RefusalCode::WrongState));
    }
}
