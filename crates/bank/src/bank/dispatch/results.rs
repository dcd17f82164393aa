//! The bank's answers, many in one transaction: a payment run is answered by files of thousands of lines, and a commit
//! for each would take longer than the bank.
//!
//! A piece is booked as a whole or not at all. When anything stands in its way its lines are taken one by one, so that
//! only the line at fault waits and the books are the same either way.

use super::{JOB, result_of};
use crate::kernel::boxed;
use crate::{
    access::{Act, Actor, Fact, Op, Services, UseCase, run},
    bank::{
        BankLineState, LineKind,
        rules::{LineFacts, OpenReason, Route, decide_route},
        store::{self, bank_line},
    },
    kernel::{
        error::{Failure, Outcome, Problem},
        ids::BankLineId,
        jobs::Fence,
    },
    payout::result::on_results,
};
use serde::Serialize;
use std::collections::HashSet;

/// Answers booked in one transaction: they share a flush to the disk, and a bid waits for no more than these.
const RESULTS_AT_ONCE: usize = 100;

/// Cuts lines into what is dispatched together.
pub(super) fn pieces(lines: &[bank_line::Model]) -> Vec<&[bank_line::Model]> {
    let (mut pieces, mut rest) = (Vec::new(), lines);
    while !rest.is_empty() {
        let seen = rest.iter().map(|line| (line.kind, line.tries, line.end_to_end_id.as_deref()));
        let (piece, behind) = rest.split_at(together(seen));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// How many of the first lines go together: answers about different payments; anything else goes alone, and so does
/// what has failed before. At least one.
fn together<'l>(lines: impl Iterator<Item = (LineKind, i32, Option<&'l str>)>) -> usize {
    let mut named = HashSet::new();
    let fresh = |(kind, tries, payment): &(LineKind, i32, Option<&str>)| {
        let fresh = payment.is_some_and(|payment| named.insert(payment.to_ascii_uppercase()));
        *kind == LineKind::Result && *tries == 0 && fresh
    };
    lines.take(RESULTS_AT_ONCE).take_while(fresh).count().max(1)
}

/// Books a piece. `false`: nothing was changed, its lines are to be taken one by one.
///
/// # Errors
/// `CONFLICT` when the lease is lost or the lines were dispatched meanwhile.
pub(super) async fn dispatch_piece(
    services: &Services,
    fence: &Fence,
    lines: &[bank_line::Model],
) -> Result<bool, Problem> {
    let piece = DispatchResults { lines: lines.iter().map(|line| line.id).collect(), fence };
    match run(services, &Actor::system(JOB), &piece).await {
        Ok(Outcome::Done { .. }) => Ok(true),
        Err(Problem::Conflict) => Err(Problem::Conflict),
        Ok(Outcome::Refused(_)) => Ok(false),
        Err(problem) => {
            tracing::warn!(lines = lines.len(), ?problem, "answers of the bank are taken one by one");
            Ok(false)
        }
    }
}

#[derive(Serialize)]
struct DispatchResults<'a> {
    lines: Vec<BankLineId>,
    #[serde(skip)]
    fence: &'a Fence,
}

impl UseCase for DispatchResults<'_> {
    type Done = ();
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        None
    }

    async fn perform(&self, op: &mut Op<'_>) -> Result<(), Failure> {
        self.fence.check(op.tx).await?;
        let lines = store::lock_lines(op.tx, &self.lines).await?;
        if lines.len() != self.lines.len() || lines.iter().any(|line| line.state != BankLineState::Staged) {
            return Err(Problem::Conflict.into());
        }
        let (mut answers, mut results) = (Vec::new(), Vec::new());
        for line in &lines {
            match decide_route(facts_of(line)) {
                Route::Result => {
                    answers.push(line.id);
                    results.push((line.end_to_end_id.clone().unwrap_or_default(), result_of(op, line)?));
                }
                Route::Person(reason) => leave(op, line.clone(), reason).await?,
                Route::Money | Route::Return | Route::Settlement => {
                    return Err(Failure::internal("a movement among the bank's answers"));
                }
            }
        }
        if !results.is_empty() {
            let heard = on_results(op, results).await.map_err(by_itself)?;
            let booked: Vec<_> = answers.into_iter().zip(heard.iter().map(|heard| heard.attempt.node())).collect();
            store::book_lines(op.tx, &booked, op.now).await?;
        }
        op.audit_all(lines.iter().map(told).collect()).await
    }
}

fn facts_of(line: &bank_line::Model) -> LineFacts {
    let is_return = line.reason_code.is_some();
    LineFacts { kind: line.kind, reversal: line.reversal, is_return, amount: line.amount, ordered: None }
}

/// A refusal is one line's, and is recorded with that line when it is taken alone.
fn by_itself(failure: Failure) -> Failure {
    match failure {
        Failure::Refused(refusal) => Failure::internal(format!("one of many answers is refused: {:?}", refusal.code)),
        problem => problem,
    }
}

#[boxed]
async fn leave(op: &Op<'_>, mut line: bank_line::Model, reason: OpenReason) -> Result<(), Failure> {
    line.state = BankLineState::Open;
    line.note = Some(reason.as_str().to_owned());
    line.dispatched_at = Some(op.now);
    Ok(store::save_line(op.tx, line).await?)
}

/// What the audit log says of a line that was dispatched.
pub(super) fn told(line: &bank_line::Model) -> Fact {
    let facts = serde_json::json!({
        "reference": line.reference, "kind": line.kind, "amount": line.amount, "bookedOn": line.booked_on,
    });
    Fact { subject: line.id.node(), court: Some(line.court_id), case: None, facts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LineKind::{Credit, Debit, Result as Answer};

    #[test]
    fn answers_about_different_payments_go_together_and_anything_else_alone() {
        for (lines, expected) in [
            (vec![(Answer, 0, Some("A1")), (Answer, 0, Some("B1")), (Answer, 0, Some("C1"))], 3),
            (vec![(Answer, 0, Some("A1")), (Answer, 0, Some("B1")), (Answer, 0, Some("a1"))], 2),
            (vec![(Answer, 0, Some("A1")), (Credit, 0, None), (Answer, 0, Some("B1"))], 1),
            (vec![(Answer, 0, Some("A1")), (Answer, 1, Some("B1"))], 1),
            (vec![(Answer, 1, Some("A1")), (Answer, 0, Some("B1"))], 1),
            (vec![(Answer, 0, None), (Answer, 0, Some("B1"))], 1),
            (vec![(Debit, 0, Some("A1")), (Answer, 0, Some("B1"))], 1),
        ] {
            assert_eq!(together(lines.iter().copied()), expected, "{lines:?}");
        }
        let ids: Vec<_> = (0..150).map(|n| format!("P{n}")).collect();
        assert_eq!(together(ids.iter().map(|id| (Answer, 0, Some(id.as_str())))), RESULTS_AT_ONCE);
    }
}
