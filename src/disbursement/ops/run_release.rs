//! Booking the lines of released runs: a job, one short transaction per line, so that bids always overtake it.

use super::order::fund_of;
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Actor, Op, Services, UseCase, run, run_as_system},
    cases::{self, PayeeStatus},
    disbursement::{
        PayoutLineState, PayoutRunStatus,
        reading::line_digest,
        rules::order::{OrderFacts, Source, decide_order},
        store,
        tables::{run as run_table, run_line},
    },
    funds,
    kernel::{
        error::{Failure, Outcome, Problem},
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
const JOB: &str = "payout-runs";

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
        for line in &lines {
            let release = ReleaseLine { line: line.id, token: fence.token };
            if let Outcome::Refused(refusal) = run(&self.services, &Actor::system(JOB), &release).await? {
                let skip = SkipLine { line: line.id, code: refusal.code.as_str(), token: fence.token };
                run_as_system(&self.services, JOB, &skip).await?;
            }
        }
        Ok(lines.len().try_into().unwrap_or(u64::MAX))
    }
}

#[boxed]
async fn check_fence(op: &Op<'_>, token: i64) -> Result<(), Failure> {
    Fence { name: JOB, token }.check(op.tx).await
}

/// Books one line and queues its attempt.
#[derive(Serialize)]
struct ReleaseLine {
    line: PayoutLineId,
    token: i64,
}
impl UseCase for ReleaseLine {
    type Done = bool;
    const ACT: Act = Act::ReleasePayoutLine;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        check_fence(op, self.token).await?;
        let gone = || Failure::internal("a line without its row");
        let line = store::find_line(op.tx, self.line).await?.ok_or_else(gone)?;
        let case = cases::store::lock_case(op.tx, op.scope(), line.case_id).await?;
        let run = store::lock_run(op.tx, op.scope(), line.run_id).await?;
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
        decide_order(&OrderFacts {
            amount: line.amount,
            sources: &drawn,
            available: free.saturating_minus(frozen).min(claim.amounts().outstanding()?),
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
        let owed = payout::store::lock_payable(op.tx, op.scope(), payable).await?;
        payout::stops::decide(op.tx, &owed).await?;
        payout::ops::queue_attempt(op, payable).await?;
        let change = run_line::ActiveModel {
            id: Set(line.id),
            state: Set(PayoutLineState::Released),
            payable_id: Set(Some(payable)),
            ..Default::default()
        };
        run_line::Entity::update(change).execute(op.tx).await?;
        finish(op, &run).await?;
        Ok(true)
    }
}

/// Leaves one line out, with the refusal that kept it back.
#[derive(Serialize)]
struct SkipLine {
    line: PayoutLineId,
    code: &'static str,
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
        let line = store::find_line(op.tx, self.line).await?;
        let line = line.ok_or_else(|| Failure::internal("a line without its row"))?;
        let run = store::lock_run(op.tx, op.scope(), line.run_id).await?;
        let change = run_line::ActiveModel {
            id: Set(line.id),
            state: Set(PayoutLineState::Skipped),
            skip_code: Set(Some(self.code.to_owned())),
            ..Default::default()
        };
        run_line::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "skipped": self.code });
        op.audit(line.id, Some(line.court_id), Some(line.case_id), facts).await?;
        finish(op, &run).await?;
        Ok(true)
    }
}

/// The run is released when none of its lines waits.
#[boxed]
async fn finish(op: &mut Op<'_>, run: &run_table::Model) -> Result<(), Failure> {
    let waiting = run_line::Entity::find()
        .filter(run_line::Column::RunId.eq(run.id))
        .filter(run_line::Column::State.eq(PayoutLineState::Selected))
        .first(op.tx)
        .await?;
    if waiting.is_some() {
        return Ok(());
    }
    let id: PayoutRunId = run.id;
    let change = run_table::ActiveModel {
        id: Set(id),
        status: Set(PayoutRunStatus::Released),
        released_at: Set(Some(op.now)),
        version: Set(run.version + 1),
        ..Default::default()
    };
    run_table::Entity::update(change).execute(op.tx).await?;
    op.publish("work-queue", id, run.version + 1);
    op.audit(id, Some(run.court_id), None, serde_json::json!({ "status": PayoutRunStatus::Released })).await
}
