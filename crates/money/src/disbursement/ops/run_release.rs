//! Booking the lines of released runs: a job, a piece of lines in each short transaction, so that bids overtake it.
//!
//! A piece is booked as a whole or not at all: a line that a rule refuses is left out of it, and when anything else
//! stands in its way its lines are taken one by one, by the same code, so that only the line at fault is left out.

use super::run_piece::Piece;
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Fact, Op, Services, UseCase, run_as_system},
    disbursement::{
        PayoutLineState, PayoutRunStatus, store,
        tables::{run as run_table, run_line},
    },
    kernel::{
        error::{Failure, Problem},
        ids::{PayoutLineId, PayoutRunId},
        jobs::{Fence, JobHandler},
    },
};
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;
use std::collections::BTreeMap;

/// Lines booked before the ticker looks at other jobs: about a second's work.
const CHUNK: u64 = 2_000;
/// Lines booked in one transaction: they share its statements and a flush to the disk, and a bid waits for no more than
/// these.
const LINES_AT_ONCE: usize = 100;
const JOB: &str = "payout-runs";
/// What a line shows that could not be booked by a fault of the program.
const FAULT: &str = "INTERNAL_SERVER_ERROR";

/// The job; registered in `app`.
pub struct PayoutRunReleases {
    pub services: Services,
}

#[async_trait::async_trait]
impl JobHandler for PayoutRunReleases {
    fn name(&self) -> &'static str {
        JOB
    }
    /// After each chunk the other jobs have their turn: lots end and the log is signed while a long run is booked.
    fn full(&self) -> u64 {
        u64::MAX
    }
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        let lines = store::lines_to_release(&self.services.db.reader(), CHUNK).await?;
        for piece in lines.chunks(LINES_AT_ONCE) {
            match self.release(piece, fence).await {
                Err(Problem::Conflict) => return Err(Problem::Conflict),
                // one of them has a fault: found by taking them alone
                Err(problem) => {
                    tracing::warn!(lines = piece.len(), ?problem, "lines of a payout run are taken one by one");
                    self.release_alone(piece, fence).await?;
                }
                Ok(()) => {}
            }
        }
        Ok(lines.len().try_into().unwrap_or(u64::MAX))
    }
}

impl PayoutRunReleases {
    async fn release(&self, lines: &[run_line::Model], fence: &Fence) -> Result<(), Problem> {
        let piece = ReleasePiece { lines: lines.iter().map(|line| line.id).collect(), token: fence.token };
        run_as_system(&self.services, JOB, &piece).await.map(|_| ())
    }
    /// A line that cannot be booked by two attempts is left out, so that it does not stop the rest.
    async fn release_alone(&self, lines: &[run_line::Model], fence: &Fence) -> Result<(), Problem> {
        for line in lines {
            let mut booked = self.release(std::slice::from_ref(line), fence).await;
            if !matches!(booked, Ok(()) | Err(Problem::Conflict)) {
                // what passes, e.g. a timeout, does not leave a line out for good
                booked = self.release(std::slice::from_ref(line), fence).await;
            }
            match booked {
                Err(Problem::Conflict) => return Err(Problem::Conflict),
                Err(problem) => {
                    tracing::error!(line = %line.id.to_global(), ?problem, "a line of a payout run could not be booked");
                    let skip = SkipLine { line: line.id, token: fence.token };
                    run_as_system(&self.services, JOB, &skip).await?;
                }
                Ok(()) => {}
            }
        }
        Ok(())
    }
}

#[boxed]
async fn check_fence(op: &Op<'_>, token: i64) -> Result<(), Failure> {
    Fence { name: JOB, token }.check(op.tx).await
}

/// These lines, all of which wait to be booked.
#[boxed]
async fn waiting(op: &Op<'_>, ids: &[PayoutLineId]) -> Result<Vec<run_line::Model>, Failure> {
    let lines = store::lines_by_id(op.tx, ids).await?;
    match lines.len() == ids.len() && lines.iter().all(|line| line.state == PayoutLineState::Selected) {
        true => Ok(lines),
        false => Err(Problem::Conflict.into()),
    }
}

/// Books some lines of one run; one that is refused is left out with the refusal, the others stay.
#[derive(Serialize)]
struct ReleasePiece {
    lines: Vec<PayoutLineId>,
    token: i64,
}
impl UseCase for ReleasePiece {
    type Done = bool;
    const ACT: Act = Act::ReleasePayoutLine;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        check_fence(op, self.token).await?;
        let lines = waiting(op, &self.lines).await?;
        let Some(run) = lines.first().map(|line| line.run_id) else {
            return Err(Failure::internal("a piece without lines"));
        };
        let booked = op.part(&ReleaseLines { lines: &lines }).await?;
        match (booked, lines.as_slice()) {
            (Ok(()), _) => {}
            (Err(refusal), [line]) => skip(op, &[line], refusal.code.as_str()).await?,
            // which of them it is shows when they are taken alone
            (Err(refusal), _) => {
                return Err(Failure::internal(format!("one of many lines is refused: {:?}", refusal.code)));
            }
        }
        finish(op, run).await
    }
}

/// Decides on lines, books those that hold and queues their attempts, and leaves out those that are refused.
#[derive(Serialize)]
struct ReleaseLines<'a> {
    #[serde(skip)]
    lines: &'a [run_line::Model],
}
impl UseCase for ReleaseLines<'_> {
    type Done = ();
    const ACT: Act = Act::ReleasePayoutLine;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<(), Failure> {
        let mut piece = Piece::open(op, self.lines).await?;
        let mut released = Vec::with_capacity(self.lines.len());
        let mut refused: BTreeMap<&'static str, Vec<&run_line::Model>> = BTreeMap::new();
        for line in self.lines {
            match piece.pay(op, line).await {
                Ok(payable) => released.push((line.id, payable)),
                Err(Failure::Refused(refusal)) => refused.entry(refusal.code.as_str()).or_default().push(line),
                Err(problem) => return Err(problem),
            }
        }
        piece.payments.write(op).await?;
        store::release_lines(op.tx, &released).await?;
        for (code, lines) in refused {
            skip(op, &lines, code).await?;
        }
        Ok(())
    }
}

/// Leaves out one line that a fault keeps back.
#[derive(Serialize)]
struct SkipLine {
    line: PayoutLineId,
    token: i64,
}
impl UseCase for SkipLine {
    type Done = bool;
    const ACT: Act = Act::ReleasePayoutLine;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        check_fence(op, self.token).await?;
        let lines = waiting(op, &[self.line]).await?;
        skip(op, &lines.iter().collect::<Vec<_>>(), FAULT).await?;
        match lines.first() {
            Some(line) => finish(op, line.run_id).await,
            None => Err(Failure::internal("a piece without lines")),
        }
    }
}

#[boxed]
async fn skip(op: &mut Op<'_>, lines: &[&run_line::Model], code: &'static str) -> Result<(), Failure> {
    let ids: Vec<_> = lines.iter().map(|line| line.id).collect();
    store::skip_lines(op.tx, &ids, code).await?;
    let skipped = |line: &&run_line::Model| Fact {
        subject: line.id.node(),
        court: Some(line.court_id),
        case: Some(line.case_id),
        facts: serde_json::json!({ "skipped": code }),
    };
    op.audit_all(lines.iter().map(skipped).collect()).await
}

/// The run is released when none of its lines waits. Answers whether it is.
#[boxed]
async fn finish(op: &mut Op<'_>, id: PayoutRunId) -> Result<bool, Failure> {
    let run = store::lock_run(op.tx, op.scope(), id).await?;
    let waiting = run_line::Entity::find()
        .filter(run_line::Column::RunId.eq(id))
        .filter(store::is_waiting())
        .first(op.tx)
        .await?;
    if waiting.is_some() {
        return Ok(false);
    }
    let change = run_table::ActiveModel {
        id: Set(id),
        status: Set(PayoutRunStatus::Released),
        released_at: Set(Some(op.now)),
        version: Set(run.version + 1),
        ..Default::default()
    };
    run_table::Entity::update(change).execute(op.tx).await?;
    op.publish("work-queue", id, run.version + 1);
    op.audit(id, Some(run.court_id), None, serde_json::json!({ "status": PayoutRunStatus::Released })).await?;
    Ok(true)
}
