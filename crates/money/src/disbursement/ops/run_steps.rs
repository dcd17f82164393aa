//! The further life of a run: submitted, approved or rejected, released by the cashier.

use super::approval_tier;
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{
        Act, Op, Role, Scope, UseCase,
        approval::{self, Approvable},
    },
    disbursement::{PayoutRunStatus, rules::people, store, tables::run},
    kernel::{
        error::{Failure, Problem},
        ids::{NodeRef, PayoutRunId},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

#[boxed]
async fn change_status(op: &mut Op<'_>, run: &run::Model, status: PayoutRunStatus) -> Result<(), Failure> {
    let change =
        run::ActiveModel { id: Set(run.id), status: Set(status), version: Set(run.version + 1), ..Default::default() };
    run::Entity::update(change).execute(op.tx).await?;
    op.publish("work-queue", run.id, run.version + 1);
    let facts = serde_json::json!({ "status": status, "total": run.total });
    op.audit(run.id, Some(run.court_id), None, facts).await
}

fn wrong_state(run: &run::Model) -> Failure {
    Refusal::new(RefusalCode::WrongState)
        .field("run")
        .arg("status", run.status.as_str())
        .law(&reference::FUNDS_12)
        .into()
}

/// Hands a run to its approvers (提交审批): bureau chief, above the threshold the vice president, finance reviewer.
#[derive(InputObject, Serialize)]
pub struct SubmitPayoutRunInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The run; only who drafted it submits it, and a fund administrator of its own court one of a rule (集中兑现).
    pub run: PayoutRunId,
}
impl UseCase for SubmitPayoutRunInput {
    type Done = PayoutRunId;
    const ACT: Act = Act::SubmitPayoutRun;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayoutRunId, Failure> {
        let run = store::lock_run(op.tx, op.scope(), self.run).await?;
        // what a higher court has selected is submitted by the court that pays
        if run.programme_id.is_none() && run.maker != op.actor.name() {
            return Err(Problem::Forbidden.into());
        }
        if !matches!(run.status, PayoutRunStatus::Draft | PayoutRunStatus::Rejected) {
            return Err(wrong_state(&run));
        }
        check_unpublished(op, &run).await?;
        // the fund administrator is the maker here
        let mut steps = people::approval_steps(run.total, approval_tier(op, run.court_id).await?);
        steps.retain(|role| *role != Role::FundAdministrator);
        approval::request(op, run.court_id, run.id.node(), &steps).await?;
        change_status(op, &run, PayoutRunStatus::Submitted).await?;
        Ok(run.id)
    }
}

/// A result that the public has read holds every run: what was turned down before goes by another payout. The row is locked,
/// so that publishing waits for this submission and then sees it.
#[boxed]
async fn check_unpublished(op: &Op<'_>, run: &run::Model) -> Result<(), Failure> {
    let Some(programme) = run.programme_id else { return Ok(()) };
    let programme = store::programme::lock_programme(op.tx, &Scope::Everything, programme).await?;
    match programme.published_at {
        Some(_) => Err(Refusal::new(RefusalCode::WrongState)
            .field("run")
            .arg("status", "PUBLISHED")
            .law(&reference::PRIVACY_28)
            .into()),
        None => Ok(()),
    }
}

/// What the approvers of a run see and agree to: every line with payee, account, amount and receipts, each by its digest;
/// the run carries the digest of them all, so that a vote reads one row however many lines there are. A line that has
/// changed since does not stop the others: it drops out at the release.
pub struct PayoutRuns;

#[async_trait::async_trait]
impl Approvable for PayoutRuns {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let run = read(op, subject).await?;
        Ok(serde_json::json!({ "runNumber": run.run_number, "total": run.total, "count": run.line_count,
            "lines": hex::encode(&run.lines_digest) }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let run = read(op, subject).await?;
        change_status(op, &run, PayoutRunStatus::Approved).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let run = read(op, subject).await?;
        change_status(op, &run, PayoutRunStatus::Rejected).await
    }
}

#[boxed]
async fn read(op: &Op<'_>, subject: NodeRef) -> Result<run::Model, Failure> {
    let row = run::Entity::find_by_id(PayoutRunId::from_uuid(subject.id)).first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no run"))
}

/// Releases an approved run (付款): its lines are booked and given to the bank one by one, each its own entry. A line
/// that no longer holds its conditions is left out with the reason; the others go on.
#[derive(InputObject, Serialize)]
pub struct ReleasePayoutRunInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The approved run (集中兑现).
    pub run: PayoutRunId,
}
impl UseCase for ReleasePayoutRunInput {
    type Done = PayoutRunId;
    const ACT: Act = Act::ReleasePayoutRun;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayoutRunId, Failure> {
        let run = store::lock_run(op.tx, op.scope(), self.run).await?;
        if run.status != PayoutRunStatus::Approved {
            return Err(wrong_state(&run));
        }
        let people = approval::people_of(op.tx, run.id.node()).await?;
        people::decide_cashier(&op.actor.name(), &run.maker, &people)?;
        let change = run::ActiveModel {
            id: Set(run.id),
            status: Set(PayoutRunStatus::Releasing),
            cashier: Set(Some(op.actor.name())),
            version: Set(run.version + 1),
            ..Default::default()
        };
        run::Entity::update(change).execute(op.tx).await?;
        op.publish("work-queue", run.id, run.version + 1);
        let facts = serde_json::json!({ "status": PayoutRunStatus::Releasing, "total": run.total });
        op.audit(run.id, Some(run.court_id), None, facts).await?;
        Ok(run.id)
    }
}
