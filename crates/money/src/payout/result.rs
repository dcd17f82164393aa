//! What the bank answers, and what that does to the attempt, the payable, the books and the claim.

use super::{
    AttemptState, MessageEffect, PayableState,
    ops::{legs, post},
    outcome::{BankStatus, FailureKind, Verdict, verdict},
    rules::{self, BankWord, Booking, Step},
    store,
    tables::{attempt, message, payable},
};
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Op, Scope},
    cases,
    kernel::{
        clock::LegalDate,
        error::Failure,
        ids::{ClaimId, PayoutAttemptId},
    },
    ledger::{AccountKey, Code, EntryKind},
};
use sea_orm::{ActiveValue::Set, entity::prelude::*};

/// One transaction status of a bank file.
#[derive(Clone, Debug)]
pub struct BankResult {
    pub status: BankStatus,
    /// The bank's reason code, e.g. `BE01` or `3031`.
    pub code: Option<String>,
    pub text: Option<String>,
    /// The bank's value date.
    pub booked_on: LegalDate,
}

/// What hearing a message led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    pub attempt: PayoutAttemptId,
    pub effect: MessageEffect,
    pub state: AttemptState,
}

/// Takes in a status about the attempt that the bank knows as `end_to_end_id`. Messages that come twice, late or
/// against an earlier one are recorded and change nothing.
///
/// # Errors
/// `NOT_FOUND` for an id that is not ours.
#[boxed]
pub async fn on_result(op: &mut Op<'_>, end_to_end_id: &str, result: BankResult) -> Result<Heard, Failure> {
    let verdict = verdict(result.status, result.code.as_deref());
    let kind = match verdict {
        Verdict::Failed(kind) | Verdict::Undetermined(kind) => Some(kind),
        Verdict::Pending | Verdict::Paid => None,
    };
    hear(op, end_to_end_id, verdict.into(), kind, result).await
}

/// Takes in that the payee's bank sent the money back: a credit on the court's account with return information.
///
/// # Errors
/// `NOT_FOUND` for an id that is not ours.
#[boxed]
pub async fn on_return(
    op: &mut Op<'_>,
    end_to_end_id: &str,
    code: Option<String>,
    text: Option<String>,
    booked_on: LegalDate,
) -> Result<Heard, Failure> {
    let kind = code.as_deref().map_or(FailureKind::Other, FailureKind::from_code);
    let result = BankResult { status: BankStatus::Rejected, code, text, booked_on };
    hear(op, end_to_end_id, BankWord::Returned, Some(kind), result).await
}

/// Takes in that a payment went which the bank had refused: two people have seen the debit on the bank's books. Its money
/// leaves the payable, to which it had been given back.
///
/// # Errors
/// `NOT_FOUND` for an id that is not ours, `WRONG_STATE` unless it was refused and its money still waits.
#[boxed]
pub async fn settle_late(op: &mut Op<'_>, end_to_end_id: &str, result: BankResult) -> Result<Heard, Failure> {
    let (payable, attempt) = lock(op, end_to_end_id).await?;
    rules::decide_late_settlement(attempt.state, payable.state)?;
    let state = AttemptState::Settled;
    record(op, &attempt, BankWord::Settled, MessageEffect::Moved, state, &result).await?;
    book(op, &payable, attempt.id, Booking::SettleLate, result.booked_on).await?;
    advance(op, &payable, &attempt, state, None, &result).await?;
    let facts = serde_json::json!({ "word": BankWord::Settled, "from": attempt.state, "to": state, "late": true });
    op.audit(attempt.id, Some(attempt.court_id), payable.case_id, facts).await?;
    op.publish("work-queue", attempt.id, attempt.version + 1);
    Ok(Heard { attempt: attempt.id, effect: MessageEffect::Moved, state })
}

/// Locks what a message is about: the case first, if the message may change a claim of it.
#[boxed]
async fn lock(op: &Op<'_>, end_to_end_id: &str) -> Result<(payable::Model, attempt::Model), Failure> {
    let found = store::find_by_end_to_end(op.tx, end_to_end_id).await?;
    let found = found.ok_or_else(|| Failure::not_found("endToEndId"))?;
    let seen = store::find_payable(op.tx, &Scope::Everything, found.payable_id).await?;
    if let Some(case) = seen.filter(|p| p.claim_id.is_some()).and_then(|p| p.case_id) {
        cases::store::lock_case(op.tx, &Scope::Everything, case).await?;
    }
    store::lock_attempt(op.tx, found.id).await
}

#[boxed]
async fn hear(
    op: &mut Op<'_>,
    end_to_end_id: &str,
    word: BankWord,
    kind: Option<FailureKind>,
    result: BankResult,
) -> Result<Heard, Failure> {
    let (payable, attempt) = lock(op, end_to_end_id).await?;
    let step = rules::decide_step(attempt.state, word);
    let (effect, state) = match step {
        Step::Move { to, .. } => (MessageEffect::Moved, to),
        Step::Ignore => (MessageEffect::Ignored, attempt.state),
        Step::Contradiction => (MessageEffect::Contradiction, attempt.state),
    };
    record(op, &attempt, word, effect, state, &result).await?;
    if let Step::Move { to, bookings } = step {
        for booking in bookings {
            book(op, &payable, attempt.id, *booking, result.booked_on).await?;
        }
        advance(op, &payable, &attempt, to, kind, &result).await?;
    }
    if effect == MessageEffect::Contradiction {
        metrics::counter!("bank_contradictions_total").increment(1);
        tracing::error!(attempt = %attempt.end_to_end_id, state = attempt.state.as_str(), word = word.as_str(),
            "the bank contradicts itself about a payment");
    }
    let facts = serde_json::json!({ "word": word, "effect": effect, "from": attempt.state, "to": state,
        "code": result.code });
    op.audit(attempt.id, Some(attempt.court_id), payable.case_id, facts).await?;
    op.publish("work-queue", attempt.id, attempt.version + 1);
    Ok(Heard { attempt: attempt.id, effect, state })
}

#[boxed]
async fn record(
    op: &Op<'_>,
    attempt: &attempt::Model,
    word: BankWord,
    effect: MessageEffect,
    to: AttemptState,
    result: &BankResult,
) -> Result<(), Failure> {
    let said = store::messages_of(op.tx, attempt.id).await?;
    let row = message::ActiveModel {
        attempt_id: Set(attempt.id),
        sequence: Set(said.last().map_or(1, |last| last.sequence + 1)),
        court_id: Set(attempt.court_id),
        word: Set(word),
        effect: Set(effect),
        from_state: Set(attempt.state),
        to_state: Set(to),
        reason_code: Set(result.code.clone()),
        reason_text: Set(result.text.clone()),
        booked_on: Set(result.booked_on),
        recorded_at: Set(op.now),
    };
    message::Entity::insert(row).execute(op.tx).await?;
    Ok(())
}

#[boxed]
async fn book(
    op: &Op<'_>,
    payable: &payable::Model,
    attempt: PayoutAttemptId,
    booking: Booking,
    booked_on: LegalDate,
) -> Result<(), Failure> {
    let sources = store::sources_of(op.tx, payable.id).await?;
    let of_court = |code| AccountKey::of_court(payable.court_id, payable.book, code);
    let (kind, from, to) = match booking {
        Booking::Settle => (EntryKind::PayoutSettled, of_court(Code::InTransit), of_court(Code::Bank)),
        Booking::GiveBack => (EntryKind::PayoutRejected, of_court(Code::InTransit), payable.account()),
        Booking::TakeReturn => (EntryKind::PayoutReturned, of_court(Code::Bank), payable.account()),
        Booking::SettleLate => (EntryKind::PayoutSettled, payable.account(), of_court(Code::Bank)),
    };
    post(op, payable, attempt, kind, booked_on, legs(from, to, payable.amount, &sources)).await
}

/// Moves attempt and payable on; a settled payment of a claim reduces what its creditor is owed, once per payable.
#[boxed]
async fn advance(
    op: &mut Op<'_>,
    payable: &payable::Model,
    attempt: &attempt::Model,
    to: AttemptState,
    kind: Option<FailureKind>,
    result: &BankResult,
) -> Result<(), Failure> {
    let mut change = attempt::ActiveModel {
        id: Set(attempt.id),
        state: Set(to),
        version: Set(attempt.version + 1),
        failure_kind: Set(kind),
        reason_code: Set(result.code.clone()),
        reason_text: Set(result.text.clone()),
        ..Default::default()
    };
    if matches!(to, AttemptState::Settled | AttemptState::Returned) {
        change.settled_on = Set(Some(attempt.settled_on.unwrap_or(result.booked_on)));
    }
    attempt::Entity::update(change).execute(op.tx).await?;
    let state = match to {
        AttemptState::Settled => PayableState::Paid,
        AttemptState::Rejected | AttemptState::Returned | AttemptState::Withdrawn => PayableState::Failed,
        AttemptState::Queued | AttemptState::Sent | AttemptState::Accepted | AttemptState::Unknown => {
            PayableState::InTransit
        }
    };
    let change = payable::ActiveModel {
        id: Set(payable.id),
        state: Set(state),
        version: Set(payable.version + 1),
        ..Default::default()
    };
    payable::Entity::update(change).execute(op.tx).await?;
    if let (AttemptState::Settled, Some(claim)) = (to, payable.claim_id) {
        satisfy(op, payable, claim, result.booked_on).await?;
    }
    Ok(())
}

/// What the creditor is still owed goes down by what he got. The bank's fact stands even when the claim was satisfied
/// otherwise in the meantime: then only what was still owed counts, and the rest is for the officer to claim back.
#[boxed]
async fn satisfy(op: &mut Op<'_>, payable: &payable::Model, claim: ClaimId, on: LegalDate) -> Result<(), Failure> {
    let claim_row = cases::store::claim(op.tx, claim).await?;
    let owed = claim_row.map(|row| row.amounts().outstanding()).transpose()?.unwrap_or_default();
    let amount = payable.amount.min(owed);
    if amount.is_positive() {
        cases::ops::satisfy_by_payout(op, claim, amount, on, payable.id).await?;
    }
    Ok(())
}
