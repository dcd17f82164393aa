//! Booking the lines of released runs: a job, a few lines in each short transaction, so that bids always overtake it.

use super::order::fund_of;
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, Services, UseCase, run_as_system},
    cases::{self, PayeeStatus},
    disbursement::{
        PayoutLineState, PayoutRunStatus,
        reading::line_digest,
        rules::order::{OrderFacts, Source, decide_order},
        store,
        tables::{run as run_table, run_line},
    },
    distribution, funds,
    kernel::{
        error::{Failure, Problem},
        ids::{PayoutLineId, PayoutRunId},
        jobs::{Fence, JobHandler},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, Book},
    payout::{self, PayablePurpose},
};
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Lines booked before the ticker looks at other jobs.
const CHUNK: u64 = 50;
/// Lines booked in one transaction: they share a flush to the disk, and a bid waits for no more than these.
const LINES_AT_ONCE: usize = 10;
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
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        let lines = store::lines_to_release(&self.services.db.reader(), CHUNK).await?;
        for piece in lines.chunks(LINES_AT_ONCE) {
            match self.release(piece, fence).await {
                Err(Problem::Conflict) => return Err(Problem::Conflict),
                // one of them has a fault: found by taking them alone
                Err(_) => self.release_alone(piece, fence).await?,
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
    /// A line that cannot be booked at all is left out, so that it does not stop the rest.
    async fn release_alone(&self, lines: &[run_line::Model], fence: &Fence) -> Result<(), Problem> {
        for line in lines {
            match self.release(std::slice::from_ref(line), fence).await {
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

#[boxed]
async fn line_of(op: &Op<'_>, id: PayoutLineId) -> Result<run_line::Model, Failure> {
    let line = store::find_line(op.tx, id).await?;
    line.filter(|line| line.state == PayoutLineState::Selected).ok_or(Failure::Problem(Problem::Conflict))
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
        let mut run = None;
        for id in &self.lines {
            let line = line_of(op, *id).await?;
            run = Some(line.run_id);
            let released = op.part(&ReleaseLine { line: *id }).await?;
            if let Err(refusal) = released {
                skip(op, &line, refusal.code.as_str()).await?;
            }
        }
        match run {
            Some(run) => finish(op, run).await,
            None => Err(Failure::internal("a piece without lines")),
        }
    }
}

/// Books one line and queues its attempt.
#[derive(Serialize)]
struct ReleaseLine {
    line: PayoutLineId,
}
impl UseCase for ReleaseLine {
    type Done = bool;
    const ACT: Act = Act::ReleasePayoutLine;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        let gone = || Failure::internal("a line without its row");
        let line = line_of(op, self.line).await?;
        let case = cases::store::lock_case(op.tx, op.scope(), line.case_id).await?;
        let payee = cases::store::payee(op.tx, line.payee_id).await?.ok_or_else(gone)?;
        let claim = cases::store::claim(op.tx, line.claim_id).await?.ok_or_else(gone)?;
        let creditor = cases::store::party(op.tx, claim.creditor_id).await?.ok_or_else(gone)?;
        let sources = store::line_sources(op.tx, line.id).await?;
        let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
        let remaining = |id| receipts.iter().find(|r| r.id == id).map(|r| r.remaining).unwrap_or_default();
        let drawn: Vec<Source> =
            sources.iter().map(|(id, amount)| Source { amount: *amount, remaining: remaining(*id) }).collect();
        let free = ledger::balance::available(op.tx, fund_of(&case)).await?;
        let frozen = cases::store::frozen_case_money(op.tx, case.id).await?;
        let seen = line_digest(line.case_id, line.claim_id, line.amount, &payee, &sources)?;
        if seen != line.digest {
            return Err(Refusal::new(RefusalCode::DigestMismatch).field("line").law(&reference::FUNDS_12).into());
        }
        cases::store::decide_advance_stands(op.tx, claim.id).await?;
        decide_order(&OrderFacts {
            amount: line.amount,
            sources: &drawn,
            available: free.saturating_minus(frozen).min(distribution::store::open_amount(op.tx, &claim).await?),
            case: case.status,
            deferred: store::deferral_of(op.tx, case.id).await?,
            payee_confirmed: payee.status == PayeeStatus::Current,
            payee_name: &payee.name,
            creditor_name: &creditor.name,
            panel_document: false,
        })?;
        let new = payout::ops::NewPayable {
            court: case.court_id,
            book: Book::CaseFunds,
            case: Some(case.id),
            from: fund_of(&case),
            purpose: PayablePurpose::Creditor,
            payee: payout::ops::account_of(op, &payee).await?,
            amount: line.amount,
            sources,
            subject: line.id.node(),
        };
        let payable = payout::ops::create_payable_to(op, new, Some(claim.id), payee.id).await?;
        payout::ops::queue_attempt(op, payable).await?;
        let change = run_line::ActiveModel {
            id: Set(line.id),
            state: Set(PayoutLineState::Released),
            payable_id: Set(Some(payable)),
            ..Default::default()
        };
        run_line::Entity::update(change).execute(op.tx).await?;
        Ok(true)
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
        let line = line_of(op, self.line).await?;
        skip(op, &line, FAULT).await?;
        finish(op, line.run_id).await
    }
}

#[boxed]
async fn skip(op: &mut Op<'_>, line: &run_line::Model, code: &'static str) -> Result<(), Failure> {
    let change = run_line::ActiveModel {
        id: Set(line.id),
        state: Set(PayoutLineState::Skipped),
        skip_code: Set(Some(code.to_owned())),
        ..Default::default()
    };
    run_line::Entity::update(change).execute(op.tx).await?;
    op.audit(line.id, Some(line.court_id), Some(line.case_id), serde_json::json!({ "skipped": code })).await
}

/// The run is released when none of its lines waits. Answers whether it is.
#[boxed]
async fn finish(op: &mut Op<'_>, id: PayoutRunId) -> Result<bool, Failure> {
    let run = store::lock_run(op.tx, op.scope(), id).await?;
    let waiting = run_line::Entity::find()
        .filter(run_line::Column::RunId.eq(id))
        .filter(run_line::Column::State.eq(PayoutLineState::Selected))
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
