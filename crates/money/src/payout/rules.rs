//! What a bank's word may do to one attempt at paying. Bank messages come twice, late, out of order and against each
//! other; money must move once. So a state machine decides, and a message that does not fit changes nothing.
//!
//! - A *definite* failure (rejected, returned, taken back before sending) frees the money for a new attempt.
//! - An *unclear* result frees nothing: the money may have left. Only a later definite message resolves it.
//! - A return after settlement is an event of its own with its own entry, never a rewritten status.

pub mod change;
pub mod charge;
pub mod fee;
pub mod notary;

use super::{
    AttemptState, PayableState,
    outcome::{FailureClass, FailureKind, Verdict},
};
use crate::kernel::stored_enum;
use crate::kernel::{
    ids::ReceiptId,
    money::Money,
    refusal::{Refusal, RefusalCode},
};
use crate::law::reference;
use std::collections::VecDeque;
use uuid::Uuid;

stored_enum! {
    /// What a bank says about an attempt (银行反馈).
    BankWord {
        /// Taken in and checked, being worked on: RCVD, ACTC, ACCP, PDNG, ACSP (已受理).
        Accepted = "ACCEPTED",
        /// Paid to the payee's bank: ACSC, ACCC (已付).
        Settled = "SETTLED",
        /// Refused with a definite reason: RJCT (拒付).
        Rejected = "REJECTED",
        /// No answer, time-out, duplicate alarm: nobody can say yet whether money moved (结果未明).
        Unclear = "UNCLEAR",
        /// The money came back after it had been paid: a credit with return information (退汇).
        Returned = "RETURNED",
    }
}

impl From<Verdict> for BankWord {
    fn from(verdict: Verdict) -> BankWord {
        match verdict {
            Verdict::Pending => BankWord::Accepted,
            Verdict::Paid => BankWord::Settled,
            Verdict::Failed(_) => BankWord::Rejected,
            Verdict::Undetermined(_) => BankWord::Unclear,
        }
    }
}

/// The ledger entry that a step makes. Each is balanced by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booking {
    /// in transit → bank.
    Settle,
    /// in transit → payable.
    GiveBack,
    /// bank → payable.
    TakeReturn,
    /// payable → bank: the money had been given back here when it left after all.
    SettleLate,
}

/// What a message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The attempt moves on and these entries are made, in this order.
    Move { to: AttemptState, bookings: &'static [Booking] },
    /// Said before, or overtaken: recorded, nothing else.
    Ignore,
    /// Contradicts what the bank said before: recorded and raised with an alarm; a person asks the bank.
    Contradiction,
}

/// Decides what `word` does to an attempt in `state`.
pub fn decide_step(state: AttemptState, word: BankWord) -> Step {
    use AttemptState as S;
    use BankWord as W;
    use Booking::{GiveBack, Settle, TakeReturn};
    let go = |to, bookings| Step::Move { to, bookings };
    match (state, word) {
        // the bank cannot know of what was never sent
        (S::Queued | S::Withdrawn, _) => Step::Contradiction,

        (S::Sent | S::Unknown, W::Accepted) => go(S::Accepted, &[]),
        (S::Sent | S::Accepted | S::Unknown, W::Settled) => go(S::Settled, &[Settle]),
        (S::Sent | S::Accepted | S::Unknown, W::Rejected) => go(S::Rejected, &[GiveBack]),
        (S::Sent | S::Accepted, W::Unclear) => go(S::Unknown, &[]),
        // the return overtook the confirmation: it was paid, then came back
        (S::Sent | S::Accepted | S::Unknown, W::Returned) => go(S::Returned, &[Settle, TakeReturn]),
        (S::Accepted, W::Accepted) | (S::Unknown, W::Unclear) => Step::Ignore,

        (S::Settled, W::Returned) => go(S::Returned, &[TakeReturn]),
        (S::Settled, W::Accepted | W::Settled | W::Unclear) => Step::Ignore,
        (S::Settled, W::Rejected) => Step::Contradiction,

        (S::Rejected, W::Accepted | W::Rejected | W::Unclear) => Step::Ignore,
        (S::Rejected, W::Settled | W::Returned) => Step::Contradiction,

        (S::Returned, W::Accepted | W::Settled | W::Unclear | W::Returned) => Step::Ignore,
        (S::Returned, W::Rejected) => Step::Contradiction,
    }
}

/// The bank refused an attempt and debited it nevertheless: may a person book it as paid? Only while the money still
/// stands on the payable; once another attempt has it, the money went twice and only the bank can mend that.
///
/// # Errors
/// `WRONG_STATE` otherwise.
pub fn decide_late_settlement(attempt: AttemptState, payable: PayableState) -> Result<(), Refusal> {
    match (attempt, payable) {
        (AttemptState::Rejected, PayableState::Failed) => Ok(()),
        _ => Err(Refusal::new(RefusalCode::WrongState).field("attempt").arg("state", attempt.as_str())),
    }
}

/// Only what no file carries yet can be taken back.
///
/// # Errors
/// `PAYOUT_RESULT_UNKNOWN` while the bank has it, `WRONG_STATE` when it ended.
pub fn decide_withdrawal(state: AttemptState) -> Result<(), Refusal> {
    let code = match state {
        AttemptState::Queued => return Ok(()),
        AttemptState::Sent | AttemptState::Accepted | AttemptState::Unknown => RefusalCode::PayoutResultUnknown,
        AttemptState::Settled | AttemptState::Rejected | AttemptState::Returned | AttemptState::Withdrawn => {
            RefusalCode::WrongState
        }
    };
    Err(Refusal::new(code).arg("status", state.as_str()))
}

/// Does the reason lie in the payee's account, so that the same account would fail again?
pub fn is_payee_at_fault(kind: FailureKind) -> bool {
    kind.class() == FailureClass::Permanent || kind == FailureKind::BankCodeInvalid
}

/// What may be known of the last attempt when a further one is wanted.
#[derive(Clone, Copy, Debug)]
pub struct LastAttempt {
    pub state: AttemptState,
    /// The bank's reason lies in the payee's account (name, number, closed, bank code): paying there again is futile.
    pub payee_at_fault: bool,
    /// The payee's account was corrected and confirmed since.
    pub payee_corrected: bool,
}

/// May a new attempt be made? Only after a definite failure, and only to an account that can work.
///
/// # Errors
/// `PAYOUT_RESULT_UNKNOWN` while a result is open, `WRONG_STATE` when it is paid, `PAYEE_NOT_CONFIRMED` when the same
/// faulty account would be paid again (法发〔2017〕6号 arts 12-13: the payee's account is proved in writing).
pub fn decide_retry(last: LastAttempt) -> Result<(), Refusal> {
    match last.state {
        AttemptState::Queued | AttemptState::Sent | AttemptState::Accepted | AttemptState::Unknown => {
            Err(Refusal::new(RefusalCode::PayoutResultUnknown).arg("status", last.state.as_str()))
        }
        AttemptState::Settled => Err(Refusal::new(RefusalCode::WrongState).arg("status", last.state.as_str())),
        AttemptState::Rejected | AttemptState::Returned if last.payee_at_fault && !last.payee_corrected => {
            Err(Refusal::new(RefusalCode::PayeeNotConfirmed).field("payable").law(&reference::FUNDS_12))
        }
        AttemptState::Rejected | AttemptState::Returned | AttemptState::Withdrawn => Ok(()),
    }
}

/// Digits and capital letters without I, L, O, U: banks fold case, people read them aloud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 128 bits, five at a time.
const PAYABLE_CHARS: usize = 26;
/// An attempt beyond this is no banking problem any more; the id has room for three digits.
pub const MAX_ATTEMPTS: i32 = 999;

/// The id under which the bank knows one attempt: the payable's id in base 32, a hyphen and the attempt's number, at
/// most 30 characters of `[A-Za-z0-9-]`. The same attempt always has the same id, so a file written twice is a
/// duplicate to the bank; a new attempt has a new one. `None` outside of 1 to [`MAX_ATTEMPTS`].
pub fn end_to_end_id(payable: Uuid, attempt: i32) -> Option<String> {
    if !(1..=MAX_ATTEMPTS).contains(&attempt) {
        return None;
    }
    let bits = payable.as_u128();
    let text: String = (0..PAYABLE_CHARS)
        .rev()
        .map(|digit| {
            let index = usize::try_from((bits >> (5 * digit)) & 31).unwrap_or_default();
            char::from(ALPHABET.get(index).copied().unwrap_or(b'0'))
        })
        .collect();
    Some(format!("{text}-{attempt}"))
}

/// Reads an id made by [`end_to_end_id`]; `None` for anything else. Case does not matter: some banks return capitals.
pub fn parse_end_to_end_id(text: &str) -> Option<(Uuid, i32)> {
    let (payable, attempt) = text.split_once('-')?;
    if payable.len() != PAYABLE_CHARS || attempt.starts_with('0') || !attempt.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut bits: u128 = 0;
    for byte in payable.bytes() {
        let digit = ALPHABET.iter().position(|c| *c == byte.to_ascii_uppercase())?;
        // the first character carries three bits only
        if bits >> 123 != 0 {
            return None;
        }
        bits = (bits << 5) | u128::try_from(digit).ok()?;
    }
    let attempt = attempt.parse().ok().filter(|n| (1..=MAX_ATTEMPTS).contains(n))?;
    Some((Uuid::from_u128(bits), attempt))
}

/// Receipts of a case being drawn on, the earliest first.
#[derive(Clone, Debug)]
pub struct Draw(VecDeque<(ReceiptId, Money)>);
impl Draw {
    /// `receipts` with what each still holds, in the order of arrival.
    pub fn new(receipts: VecDeque<(ReceiptId, Money)>) -> Draw {
        Draw(receipts)
    }
    /// Takes `amount` off the receipts.
    ///
    /// # Errors
    /// `RECEIPT_EXCEEDED` when they hold less together.
    pub fn take(&mut self, amount: Money) -> Result<Vec<(ReceiptId, Money)>, Refusal> {
        let mut taken = Vec::new();
        let mut open = amount;
        while open.is_positive() {
            let Some((receipt, holds)) = self.0.front_mut() else {
                return Err(Refusal::new(RefusalCode::ReceiptExceeded).law(&reference::FUNDS_4).arg("missing", open));
            };
            let part = open.min(*holds);
            if part.is_positive() {
                taken.push((*receipt, part));
            }
            open = open.minus(part)?;
            *holds = holds.minus(part)?;
            if holds.is_zero() {
                self.0.pop_front();
            }
        }
        Ok(taken)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_straight_road() {
        let sent = AttemptState::Sent;
        let step = |state, word| decide_step(state, word);
        assert_eq!(step(sent, BankWord::Accepted), Step::Move { to: AttemptState::Accepted, bookings: &[] });
        assert_eq!(
            step(AttemptState::Accepted, BankWord::Settled),
            Step::Move { to: AttemptState::Settled, bookings: &[Booking::Settle] }
        );
        assert_eq!(
            step(AttemptState::Accepted, BankWord::Rejected),
            Step::Move { to: AttemptState::Rejected, bookings: &[Booking::GiveBack] }
        );
        assert_eq!(
            step(AttemptState::Settled, BankWord::Returned),
            Step::Move { to: AttemptState::Returned, bookings: &[Booking::TakeReturn] }
        );
    }

    #[test]
    fn duplicates_and_late_words_change_nothing() {
        for (state, word) in [
            (AttemptState::Accepted, BankWord::Accepted),
            (AttemptState::Settled, BankWord::Settled),
            (AttemptState::Settled, BankWord::Accepted),
            (AttemptState::Settled, BankWord::Unclear),
            (AttemptState::Rejected, BankWord::Rejected),
            (AttemptState::Rejected, BankWord::Accepted),
            (AttemptState::Returned, BankWord::Returned),
            (AttemptState::Returned, BankWord::Settled),
            (AttemptState::Unknown, BankWord::Unclear),
        ] {
            assert_eq!(decide_step(state, word), Step::Ignore, "{state:?} {word:?}");
        }
    }

    #[test]
    fn contradictions_raise_an_alarm_and_change_nothing() {
        for (state, word) in [
            (AttemptState::Settled, BankWord::Rejected),
            (AttemptState::Rejected, BankWord::Settled),
            (AttemptState::Rejected, BankWord::Returned),
            (AttemptState::Returned, BankWord::Rejected),
            (AttemptState::Queued, BankWord::Settled),
            (AttemptState::Withdrawn, BankWord::Rejected),
        ] {
            assert_eq!(decide_step(state, word), Step::Contradiction, "{state:?} {word:?}");
        }
    }

    #[test]
    fn an_unclear_result_frees_no_money_and_is_never_resent() {
        assert_eq!(
            decide_step(AttemptState::Sent, BankWord::Unclear),
            Step::Move { to: AttemptState::Unknown, bookings: &[] }
        );
        for state in [AttemptState::Unknown, AttemptState::Queued, AttemptState::Sent, AttemptState::Accepted] {
            let refusal =
                decide_retry(LastAttempt { state, payee_at_fault: false, payee_corrected: true }).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::PayoutResultUnknown);
        }
        assert_eq!(
            decide_step(AttemptState::Unknown, BankWord::Settled),
            Step::Move { to: AttemptState::Settled, bookings: &[Booking::Settle] }
        );
    }

    #[test]
    fn a_retry_needs_a_definite_failure_and_a_payee_that_can_work() {
        let retry = |state, payee_at_fault, payee_corrected| {
            decide_retry(LastAttempt { state, payee_at_fault, payee_corrected }).map_err(|r| r.code)
        };
        assert_eq!(retry(AttemptState::Rejected, true, false), Err(RefusalCode::PayeeNotConfirmed));
        assert_eq!(retry(AttemptState::Returned, true, false), Err(RefusalCode::PayeeNotConfirmed));
        assert_eq!(retry(AttemptState::Rejected, true, true), Ok(()));
        assert_eq!(retry(AttemptState::Rejected, false, false), Ok(()));
        assert_eq!(retry(AttemptState::Withdrawn, false, false), Ok(()));
        assert_eq!(retry(AttemptState::Settled, false, true), Err(RefusalCode::WrongState));
    }

    #[test]
    fn money_is_drawn_from_the_earliest_receipts() {
        let money = |text: &str| text.parse::<Money>().unwrap();
        let [one, two] = [1, 2].map(|n| ReceiptId::from_uuid(Uuid::from_u128(n)));
        let mut draw = Draw::new([(one, money("60.00")), (two, money("50.00"))].into());
        assert_eq!(draw.take(money("10.00")).unwrap(), [(one, money("10.00"))]);
        assert_eq!(draw.take(money("70.00")).unwrap(), [(one, money("50.00")), (two, money("20.00"))]);
        assert!(draw.take(Money::ZERO).unwrap().is_empty());
        assert_eq!(draw.take(money("30.01")).unwrap_err().code, RefusalCode::ReceiptExceeded);
    }

    #[test]
    fn a_refused_payment_that_went_is_booked_only_while_its_money_is_here() {
        assert!(decide_late_settlement(AttemptState::Rejected, PayableState::Failed).is_ok());
        for (attempt, payable) in [
            (AttemptState::Rejected, PayableState::InTransit),
            (AttemptState::Rejected, PayableState::Paid),
            (AttemptState::Rejected, PayableState::Cancelled),
            (AttemptState::Settled, PayableState::Paid),
            (AttemptState::Returned, PayableState::Failed),
            (AttemptState::Withdrawn, PayableState::Failed),
        ] {
            assert!(decide_late_settlement(attempt, payable).is_err(), "{attempt:?} {payable:?}");
        }
    }

    #[test]
    fn only_what_is_not_sent_can_be_taken_back() {
        assert!(decide_withdrawal(AttemptState::Queued).is_ok());
        assert_eq!(decide_withdrawal(AttemptState::Sent).unwrap_err().code, RefusalCode::PayoutResultUnknown);
        assert_eq!(decide_withdrawal(AttemptState::Settled).unwrap_err().code, RefusalCode::WrongState);
    }

    #[test]
    fn ids_fit_every_bank() {
        let id = end_to_end_id(Uuid::max(), MAX_ATTEMPTS).unwrap();
        assert_eq!((id.len(), id.as_str()), (30, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ-999"));
        assert_eq!(end_to_end_id(Uuid::nil(), 0), None);
        assert_eq!(end_to_end_id(Uuid::nil(), MAX_ATTEMPTS + 1), None);
        for bad in [
            "",
            "-1",
            "7ZZZZZZZZZZZZZZZZZZZZZZZZZ-0",
            "7ZZZZZZZZZZZZZZZZZZZZZZZZZ-01",
            "8ZZZZZZZZZZZZZZZZZZZZZZZZZ-1",
            "7ZZZZZZZZZZZZZZZZZZZZZZZZI-1",
            "7ZZZZZZZZZZZZZZZZZZZZZZZZZ-1000",
            "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        ] {
            assert_eq!(parse_end_to_end_id(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn ids_round_trip(bits in any::<u128>(), attempt in 1..=MAX_ATTEMPTS) {
            let id = end_to_end_id(Uuid::from_u128(bits), attempt).unwrap();
            prop_assert!(id.len() <= 30 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
            prop_assert_eq!(parse_end_to_end_id(&id), Some((Uuid::from_u128(bits), attempt)));
            prop_assert_eq!(parse_end_to_end_id(&id.to_lowercase()), Some((Uuid::from_u128(bits), attempt)));
        }

        /// Whatever a bank says and in whatever order, the three accounts only ever hold the amount once.
        #[test]
        fn no_order_of_messages_moves_money_twice(words in prop::collection::vec(0usize..5, 0..30)) {
            let (mut payable, mut transit, mut bank) = (0i32, 1i32, 1i32);
            let mut state = AttemptState::Sent;
            for index in words {
                let Step::Move { to, bookings } = decide_step(state, BankWord::ALL[index]) else { continue };
                for booking in bookings {
                    match booking {
                        Booking::Settle => { transit -= 1; bank -= 1; }
                        Booking::GiveBack => { transit -= 1; payable += 1; }
                        Booking::TakeReturn => { bank += 1; payable += 1; }
                        Booking::SettleLate => { bank -= 1; payable -= 1; }
                    }
                }
                state = to;
                prop_assert!((0..=1).contains(&payable) && (0..=1).contains(&transit) && (0..=1).contains(&bank));
                prop_assert_eq!(bank, payable + transit);
                let open = matches!(state, AttemptState::Sent | AttemptState::Accepted | AttemptState::Unknown);
                prop_assert_eq!(transit == 1, open);
                let free = matches!(state, AttemptState::Rejected | AttemptState::Returned);
                prop_assert_eq!(payable == 1, free);
            }
        }
    }
}
