//! What becomes of the payments of an advance that the judgment did not grant (先予执行返还): what is here stays here, what
//! was paid goes back, at most the advance (民诉法 110, 244; 民诉解释 173).

use crate::kernel::{
    clock::LegalDate,
    money::{Money, MoneyError},
    refusal::{Refusal, RefusalCode},
};
use crate::law::reference;
use crate::payout::{AttemptState, PayableState};

/// Where a payment of the advance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On its account, or queued for a file that is not written: it is cancelled.
    Here,
    /// The bank has it and has not answered for certain: it counts once it has paid.
    AtBank,
    Paid,
    Cancelled,
}

pub const fn stage(state: PayableState, last: Option<AttemptState>) -> Stage {
    match (state, last) {
        (PayableState::Paid, _) => Stage::Paid,
        (PayableState::Cancelled, _) => Stage::Cancelled,
        (_, Some(AttemptState::Sent | AttemptState::Accepted | AttemptState::Unknown)) => Stage::AtBank,
        _ => Stage::Here,
    }
}

/// What of each payment goes back: those of the ruling's day and later, in their order, up to the advance. What is paid
/// already stands in front of what is still at the bank.
///
/// # Errors
/// Only when the sums leave what money can be.
pub fn returns(advance: Money, ordered_on: LegalDate, paid: &[(LegalDate, Money)]) -> Result<Vec<Money>, MoneyError> {
    let mut left = advance;
    let mut back = Vec::with_capacity(paid.len());
    for (on, amount) in paid {
        let part = if *on < ordered_on { Money::ZERO } else { left.min(*amount) };
        left = left.minus(part)?;
        back.push(part);
    }
    Ok(back)
}

/// A return is recorded of what the bank has paid, at most what is still due, not of the future.
///
/// # Errors
/// `WRONG_STATE`, `AMOUNT_INVALID`, `DATE_INVALID`.
pub fn decide_return(
    payment: PayableState,
    (due, amount): (Money, Money),
    (paid_back_on, today): (LegalDate, LegalDate),
) -> Result<(), Refusal> {
    let refusal = |code, field| Refusal::new(code).law(&reference::CIVIL_PROCEDURE_RULES_173).field(field);
    if payment != PayableState::Paid {
        return Err(refusal(RefusalCode::WrongState, "executionReturn").arg("status", payment.as_str()));
    }
    if !amount.is_positive() || amount > due {
        return Err(refusal(RefusalCode::AmountInvalid, "amount").arg("maximum", due));
    }
    if paid_back_on > today {
        return Err(refusal(RefusalCode::DateInvalid, "returnedOn").arg("latest", today));
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
    fn yuan(amount: i64) -> Money {
        Money::from_yuan(amount)
    }

    #[test]
    fn minsufa_110_what_is_here_stays_what_the_bank_has_is_waited_for() {
        use {AttemptState as A, PayableState as P};
        for (state, last, expected) in [
            (P::Open, None, Stage::Here),
            (P::InTransit, Some(A::Queued), Stage::Here),
            (P::Failed, Some(A::Rejected), Stage::Here),
            (P::InTransit, Some(A::Sent), Stage::AtBank),
            (P::InTransit, Some(A::Accepted), Stage::AtBank),
            (P::InTransit, Some(A::Unknown), Stage::AtBank),
            (P::Paid, Some(A::Settled), Stage::Paid),
            (P::Cancelled, None, Stage::Cancelled),
        ] {
            assert_eq!(stage(state, last), expected, "{state:?} {last:?}");
        }
    }

    #[test]
    fn minsushi_173_at_most_the_advance_goes_back_and_nothing_from_before_it() {
        let paid = [(day(1), yuan(50)), (day(2), yuan(60)), (day(3), yuan(70))];
        let back = |advance| returns(yuan(advance), day(2), &paid).unwrap();
        assert_eq!(back(130), [yuan(0), yuan(60), yuan(70)]);
        assert_eq!(back(129), [yuan(0), yuan(60), yuan(69)]);
        assert_eq!(back(60), [yuan(0), yuan(60), yuan(0)]);
        assert_eq!(back(1000), [yuan(0), yuan(60), yuan(70)]);
    }

    #[test]
    fn minsushi_173_a_return_is_of_what_was_paid_and_is_due() {
        let decide = |state, amount, on| {
            decide_return(state, (yuan(10), yuan(amount)), (day(on), day(2))).map_err(|refusal| refusal.code)
        };
        assert_eq!(decide(PayableState::Paid, 10, 2), Ok(()));
        assert_eq!(decide(PayableState::Paid, 11, 2), Err(RefusalCode::AmountInvalid));
        assert_eq!(decide(PayableState::Paid, 0, 2), Err(RefusalCode::AmountInvalid));
        assert_eq!(decide(PayableState::Paid, 10, 3), Err(RefusalCode::DateInvalid));
        assert_eq!(decide(PayableState::InTransit, 10, 2), Err(RefusalCode::WrongState));
    }
}
