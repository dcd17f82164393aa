//! Objections to a plan and how they end.

use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, UseCase},
    cases::rules::text::{self, LONG},
    distribution::{
        PlanObjectionStatus,
        rules::objection as rules,
        store,
        tables::{objection, objection_line},
    },
    kernel::{
        error::Failure,
        ids::{PartyId, PlanId, PlanLineId, PlanObjectionId},
        refusal::{Refusal, RefusalCode},
    },
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Files a written objection to a plan (分配方案异议), within 15 days of its service on the objector.
#[derive(InputObject, Serialize)]
pub struct ObjectToPlanInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The plan (分配方案).
    pub plan: PlanId,
    /// Who objects: a served creditor or respondent; a party can only object for himself (异议人).
    pub party: PartyId,
    /// Lines that are disputed, each once, at least one (争议明细).
    pub lines: Vec<PlanLineId>,
    /// The grounds, 1 to 500 characters (异议理由).
    pub grounds: String,
}
impl UseCase for ObjectToPlanInput {
    type Done = PlanObjectionId;
    const ACT: Act = Act::ObjectToPlan;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PlanObjectionId, Failure> {
        let (case, plan) = store::lock_plan(op.tx, op.scope(), self.plan).await?;
        if !op.scope().allows_court(case.court_id) && !store::is_party(op.tx, op.account()?, self.party).await? {
            return Err(Failure::not_found("party"));
        }
        let today = op.now.legal_date();
        let served = store::services_of(op.tx, plan.id).await?;
        let last_day = served.iter().find(|s| s.party_id == self.party).map(|s| s.last_day);
        rules::decide_objection(plan.status, last_day, today)?;
        let lines = store::lines_of(op.tx, plan.id).await?;
        let distinct: std::collections::BTreeSet<_> = self.lines.iter().collect();
        let known = self.lines.iter().all(|wanted| lines.iter().any(|line| line.id == *wanted));
        if self.lines.is_empty() || distinct.len() != self.lines.len() || !known {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("lines").into());
        }
        let id = PlanObjectionId::new(op.now);
        let row = objection::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            plan_id: Set(plan.id),
            party_id: Set(self.party),
            status: Set(PlanObjectionStatus::Open),
            filed_on: Set(today),
            grounds: Set(text::checked("grounds", &self.grounds, LONG)?),
            resolution_document: Set(None),
            resolved_on: Set(None),
            recorded_at: Set(op.now),
        };
        objection::Entity::insert(row).execute(op.tx).await?;
        for line in &self.lines {
            let row = objection_line::ActiveModel { objection_id: Set(id), line_id: Set(*line) };
            objection_line::Entity::insert(row).execute(op.tx).await?;
        }
        let facts = serde_json::json!({ "plan": plan.id, "lines": self.lines });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        op.publish("work-queue", plan.id, plan.version);
        Ok(id)
    }
}

/// Records how an objection ended (处理分配方案异议), 民诉解释 510. Withdrawn or lapsed: its lines are paid with the others.
/// Sued upon: its lines stay held, the rest is paid. Accepted: a corrected plan must be drafted and served.
#[derive(InputObject, Serialize)]
pub struct ResolveObjectionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The objection (异议).
    pub objection: PlanObjectionId,
    /// How it ended; not `OPEN` (处理结果).
    pub resolution: PlanObjectionStatus,
    /// Record, notice or writ that shows it, 1 to 500 characters (依据文书).
    pub document: String,
}
impl UseCase for ResolveObjectionInput {
    type Done = PlanObjectionId;
    const ACT: Act = Act::ResolveObjection;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PlanObjectionId, Failure> {
        let gone = || Failure::not_found("objection");
        let seen = store::find_objection(op.tx, self.objection).await?.ok_or_else(gone)?;
        let (case, plan) = match store::lock_plan(op.tx, op.scope(), seen.plan_id).await {
            Err(Failure::Refused(_)) => return Err(gone()),
            locked => locked?,
        };
        let objection = store::find_objection(op.tx, self.objection).await?.ok_or_else(gone)?;
        rules::decide_resolution(objection.status, self.resolution)?;
        let change = objection::ActiveModel {
            id: Set(objection.id),
            status: Set(self.resolution),
            resolution_document: Set(Some(text::checked("document", &self.document, LONG)?)),
            resolved_on: Set(Some(op.now.legal_date())),
            ..Default::default()
        };
        objection::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "resolution": self.resolution });
        op.audit(objection.id, Some(case.court_id), Some(case.id), facts).await?;
        op.publish("work-queue", plan.id, plan.version);
        Ok(objection.id)
    }
}
