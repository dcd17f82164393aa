//! What the bank answers, and what that does to the attempt, the payable, the books and the claim.

use super::{
    AttemptState, MessageEffect, PayablePurpose, PayableState,
    ops::{entry, legs},
    outcome::{BankStatus, FailureKind, Verdict, verdict},
    rules::{self, BankWord, Booking, Step},
    speed, store,
    tables::{attempt, message, payable},
};
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Fact, Op, Scope},
    cases::{self, ops::Payout, store::case},
    kernel::{
        clock::LegalDate,
        error::Failure,
        ids::{CaseId, PayableId, PayoutAttemptId},
    },
    ledger::{self, AccountKey, Book, Code, EntryKind},
};
use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::ExprTrait};
use std::collections::{BTreeMap, HashMap, HashSet};

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
    only(on_results(op, vec![(end_to_end_id.to_owned(), result)]).await?)
}

/// [`on_result`] for several payments at once, each of another payable: what was heard of each, in their order.
///
/// # Errors
/// `NOT_FOUND` for an id that is not ours; a problem for two messages about one payable.
#[boxed]
pub async fn on_results(op: &mut Op<'_>, results: Vec<(String, BankResult)>) -> Result<Vec<Heard>, Failure> {
    let said = results.into_iter().map(|(id, result)| {
        let verdict = verdict(result.status, result.code.as_deref());
        let kind = match verdict {
            Verdict::Failed(kind) | Verdict::Undetermined(kind) => Some(kind),
            Verdict::Pending | Verdict::Paid => None,
        };
        Said { end_to_end_id: id.to_ascii_uppercase(), word: verdict.into(), kind, result }
    });
    hear(op, &said.collect::<Vec<_>>()).await
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
    let said = Said {
        end_to_end_id: end_to_end_id.to_ascii_uppercase(),
        word: BankWord::Returned,
        kind: Some(kind),
        result: BankResult { status: BankStatus::Rejected, code, text, booked_on },
    };
    only(hear(op, std::slice::from_ref(&said)).await?)
}

fn only(heard: Vec<Heard>) -> Result<Heard, Failure> {
    heard.into_iter().next().ok_or_else(|| Failure::internal("a message that nothing heard"))
}

/// Takes in that a payment went which the bank had refused: two people have seen the debit on the bank's books. Its money
/// leaves the payable, to which it had been given back.
///
/// # Errors
/// `NOT_FOUND` for an id that is not ours, `WRONG_STATE` unless it was refused and its money still waits.
#[boxed]
pub async fn settle_late(op: &mut Op<'_>, end_to_end_id: &str, result: BankResult) -> Result<Heard, Failure> {
    let id = end_to_end_id.to_ascii_uppercase();
    let payments = lock(op, std::slice::from_ref(&id)).await?;
    let (payable, attempt) = payments.of(&id)?;
    rules::decide_late_settlement(attempt.state, payable.state)?;
    let word = BankWord::Settled;
    let step = Step::Move { to: AttemptState::Settled, bookings: &[Booking::SettleLate] };
    only(carry_out(op, &payments.cases, &[Told { payable, attempt, word, kind: None, step, result: &result }]).await?)
}

/// A message about one payment.
struct Said {
    /// In capitals.
    end_to_end_id: String,
    word: BankWord,
    kind: Option<FailureKind>,
    result: BankResult,
}

/// Locked payments, and the locked cases whose claims they may change.
struct Payments {
    cases: HashMap<CaseId, case::Model>,
    payables: HashMap<PayableId, payable::Model>,
    attempts: HashMap<String, attempt::Model>,
}
impl Payments {
    fn of(&self, end_to_end_id: &str) -> Result<(&payable::Model, &attempt::Model), Failure> {
        let attempt = self.attempts.get(end_to_end_id).ok_or_else(|| Failure::not_found("endToEndId"))?;
        let payable = self.payables.get(&attempt.payable_id);
        Ok((payable.ok_or_else(|| Failure::internal("an attempt without its payable"))?, attempt))
    }
}

/// Locks what messages are about: first the cases of which a message may change a claim.
#[boxed]
async fn lock(op: &Op<'_>, ids: &[String]) -> Result<Payments, Failure> {
    let found = store::find_by_end_to_ends(op.tx, ids).await?;
    let payables: Vec<_> = found.iter().map(|attempt| attempt.payable_id).collect();
    let seen = store::payables(op.tx, &payables).await?;
    let cases = seen.values().filter(|payable| payable.claim_id.is_some()).filter_map(|payable| payable.case_id);
    let cases = cases::store::lock_cases(op.tx, &Scope::Everything, &cases.collect()).await?;
    let attempts: Vec<_> = found.iter().map(|attempt| attempt.id).collect();
    let (payables, attempts) = store::lock_attempts(op.tx, &payables, &attempts).await?;
    let attempts = attempts.into_iter().map(|attempt| (attempt.end_to_end_id.clone(), attempt)).collect();
    Ok(Payments { cases, payables, attempts })
}

#[boxed]
async fn hear(op: &mut Op<'_>, said: &[Said]) -> Result<Vec<Heard>, Failure> {
    let ids: Vec<_> = said.iter().map(|one| one.end_to_end_id.clone()).collect();
    let payments = lock(op, &ids).await?;
    let (mut told, mut spoken_of) = (Vec::with_capacity(said.len()), HashSet::new());
    for one in said {
        let (payable, attempt) = payments.of(&one.end_to_end_id)?;
        if !spoken_of.insert(payable.id) {
            // what the second one does depends on what the first one did
            return Err(Failure::internal("two messages at once about one payable"));
        }
        let step = rules::decide_step(attempt.state, one.word);
        told.push(Told { payable, attempt, word: one.word, kind: one.kind, step, result: &one.result });
    }
    carry_out(op, &payments.cases, &told).await
}

/// A message with what it does.
struct Told<'a> {
    payable: &'a payable::Model,
    attempt: &'a attempt::Model,
    word: BankWord,
    kind: Option<FailureKind>,
    step: Step,
    result: &'a BankResult,
}
impl Told<'_> {
    fn effect(&self) -> MessageEffect {
        match self.step {
            Step::Move { .. } => MessageEffect::Moved,
            Step::Ignore => MessageEffect::Ignored,
            Step::Contradiction => MessageEffect::Contradiction,
        }
    }
    /// The state of the attempt from now on.
    fn state(&self) -> AttemptState {
        match self.step {
            Step::Move { to, .. } => to,
            Step::Ignore | Step::Contradiction => self.attempt.state,
        }
    }
    fn moved(&self) -> bool {
        matches!(self.step, Step::Move { .. })
    }
    /// The bank's day of the payment from now on.
    fn settled_on(&self) -> Option<LegalDate> {
        match self.state() {
            AttemptState::Settled | AttemptState::Returned => {
                Some(self.attempt.settled_on.unwrap_or(self.result.booked_on))
            }
            _ => self.attempt.settled_on,
        }
    }
    /// What it changes of how fast the court pays its creditors.
    fn speed(&self) -> Option<speed::Change> {
        if self.payable.book != Book::CaseFunds || self.payable.purpose != PayablePurpose::Creditor {
            return None;
        }
        let (before, after) = (self.attempt.state == AttemptState::Settled, self.state() == AttemptState::Settled);
        let (settled_on, payments) = match (before, after) {
            (false, true) => (self.settled_on()?, 1),
            (true, false) => (self.attempt.settled_on?, -1),
            _ => return None,
        };
        let (court, payable) = (self.attempt.court_id, self.payable.id);
        Some(speed::Change { court, payable, settled_on, payments })
    }
    fn facts(&self) -> Fact {
        let late = matches!(self.step, Step::Move { bookings: [Booking::SettleLate], .. });
        let (effect, from, to, code) = (self.effect(), self.attempt.state, self.state(), &self.result.code);
        let facts = match late {
            true => serde_json::json!({ "word": self.word, "from": from, "to": to, "late": true }),
            false => serde_json::json!({ "word": self.word, "effect": effect, "from": from, "to": to, "code": code }),
        };
        let (court, case) = (Some(self.attempt.court_id), self.payable.case_id);
        Fact { subject: self.attempt.id.node(), court, case, facts }
    }
}

/// Records messages, books what they move and carries attempts, payables and claims on: a few statements for all.
#[boxed]
async fn carry_out(
    op: &mut Op<'_>,
    cases: &HashMap<CaseId, case::Model>,
    told: &[Told<'_>],
) -> Result<Vec<Heard>, Failure> {
    record(op, told).await?;
    book(op, told).await?;
    advance_attempts(op, told).await?;
    advance_payables(op, told).await?;
    speed::count(op, &told.iter().filter_map(Told::speed).collect::<Vec<_>>()).await?;
    let paid = told.iter().filter(|one| one.moved() && one.state() == AttemptState::Settled);
    let paid = paid.filter_map(|one| {
        let (claim, on) = (one.payable.claim_id?, one.result.booked_on);
        Some(Payout { claim, amount: one.payable.amount, on, payable: one.payable.id })
    });
    cases::ops::satisfy_by_payouts(op, cases, &paid.collect::<Vec<_>>()).await?;
    for one in told.iter().filter(|one| one.step == Step::Contradiction) {
        metrics::counter!("bank_contradictions_total").increment(1);
        tracing::error!(attempt = %one.attempt.end_to_end_id, state = one.attempt.state.as_str(),
            word = one.word.as_str(), "the bank contradicts itself about a payment");
    }
    op.audit_all(told.iter().map(Told::facts).collect()).await?;
    told.iter().for_each(|one| op.publish("work-queue", one.attempt.id, one.attempt.version.saturating_add(1)));
    let heard = |one: &Told<'_>| Heard { attempt: one.attempt.id, effect: one.effect(), state: one.state() };
    Ok(told.iter().map(heard).collect())
}

#[boxed]
async fn record(op: &Op<'_>, told: &[Told<'_>]) -> Result<(), Failure> {
    let ids: Vec<_> = told.iter().map(|one| one.attempt.id).collect();
    let last = store::last_messages(op.tx, &ids).await?;
    let rows = told.iter().map(|one| message::ActiveModel {
        attempt_id: Set(one.attempt.id),
        sequence: Set(last.get(&one.attempt.id).map_or(1, |last| last.saturating_add(1))),
        court_id: Set(one.attempt.court_id),
        word: Set(one.word),
        effect: Set(one.effect()),
        from_state: Set(one.attempt.state),
        to_state: Set(one.state()),
        reason_code: Set(one.result.code.clone()),
        reason_text: Set(one.result.text.clone()),
        booked_on: Set(one.result.booked_on),
        recorded_at: Set(op.now),
    });
    message::Entity::insert_many(rows).execute(op.tx).await?;
    Ok(())
}

#[boxed]
async fn book(op: &Op<'_>, told: &[Told<'_>]) -> Result<(), Failure> {
    let moved: Vec<_> = told.iter().filter(|one| one.moved()).map(|one| one.payable.id).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let sources = store::sources_of_all(op.tx, &moved).await?;
    let mut entries = Vec::with_capacity(moved.len());
    for one in told {
        let Step::Move { bookings, .. } = one.step else { continue };
        let payable = one.payable;
        let sources = sources.get(&payable.id).map(Vec::as_slice).unwrap_or_default();
        for booking in bookings {
            let (kind, from, to) = way(payable, *booking);
            let legs = legs(from, to, payable.amount, sources);
            entries.push(entry(payable, one.attempt.id, kind, one.result.booked_on, legs));
        }
    }
    ledger::post_many(op.tx, op.now, &entries).await.map(|_| ())
}

fn way(payable: &payable::Model, booking: Booking) -> (EntryKind, AccountKey, AccountKey) {
    let of_court = |code| AccountKey::of_court(payable.court_id, payable.book, code);
    match booking {
        Booking::Settle => (EntryKind::PayoutSettled, of_court(Code::InTransit), of_court(Code::Bank)),
        Booking::GiveBack => (EntryKind::PayoutRejected, of_court(Code::InTransit), payable.account()),
        Booking::TakeReturn => (EntryKind::PayoutReturned, of_court(Code::Bank), payable.account()),
        Booking::SettleLate => (EntryKind::PayoutSettled, payable.account(), of_court(Code::Bank)),
    }
}

/// Moves attempts on: one statement for those that the bank answered alike.
#[boxed]
async fn advance_attempts(op: &Op<'_>, told: &[Told<'_>]) -> Result<(), Failure> {
    let mut alike: HashMap<_, Vec<_>> = HashMap::new();
    for one in told.iter().filter(|one| one.moved()) {
        let (code, text) = (&one.result.code, &one.result.text);
        alike.entry((one.state(), one.kind, code, text, one.settled_on())).or_default().push(one.attempt.id);
    }
    for ((to, kind, code, text, settled_on), ids) in alike {
        let change = attempt::ActiveModel {
            state: Set(to),
            failure_kind: Set(kind),
            reason_code: Set(code.clone()),
            reason_text: Set(text.clone()),
            settled_on: Set(settled_on),
            ..Default::default()
        };
        let count = ids.len();
        let moved = attempt::Entity::update_many()
            .set(change)
            .col_expr(attempt::Column::Version, Expr::col(attempt::Column::Version).add(1))
            .filter(attempt::Column::Id.is_in(ids))
            .execute(op.tx)
            .await?;
        all(moved.rows_affected, count)?;
    }
    Ok(())
}

#[boxed]
async fn advance_payables(op: &Op<'_>, told: &[Told<'_>]) -> Result<(), Failure> {
    let mut alike: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in told.iter().filter(|one| one.moved()) {
        let state = match one.state() {
            AttemptState::Settled => PayableState::Paid,
            AttemptState::Rejected | AttemptState::Returned | AttemptState::Withdrawn => PayableState::Failed,
            AttemptState::Queued | AttemptState::Sent | AttemptState::Accepted | AttemptState::Unknown => {
                PayableState::InTransit
            }
        };
        alike.entry(state).or_default().push(one.payable.id);
    }
    for (state, ids) in alike {
        let count = ids.len();
        let moved = payable::Entity::update_many()
            .set(payable::ActiveModel { state: Set(state), ..Default::default() })
            .col_expr(payable::Column::Version, Expr::col(payable::Column::Version).add(1))
            .filter(payable::Column::Id.is_in(ids))
            .execute(op.tx)
            .await?;
        all(moved.rows_affected, count)?;
    }
    Ok(())
}

/// Locked rows are all there.
fn all(affected: u64, expected: usize) -> Result<(), Failure> {
    match usize::try_from(affected) == Ok(expected) {
        true => Ok(()),
        false => Err(Failure::internal("a locked payment that did not change")),
    }
}
