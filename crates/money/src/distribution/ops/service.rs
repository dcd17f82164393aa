//! Service of a plan on creditors and debtor; each service starts its own objection term.

use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, UseCase},
    cases::rules::text::{self, LONG},
    distribution::{
        PlanStatus,
        rules::objection,
        store,
        tables::{plan, service},
    },
    funds::ops::{TermRule, TermStart, TermTable},
    kernel::{
        clock::Date,
        error::Failure,
        ids::{NodeKind, PartyId, PlanId, PlanServiceId},
        refusal::{Refusal, RefusalCode},
    },
    law::{DeadlineRule, reference},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// One person served (送达).
#[derive(InputObject, Serialize)]
pub struct PlanServiceInput {
    /// Creditor or respondent (当事人).
    pub party: PartyId,
    /// Day of receipt, not in the future (送达日期).
    pub served_on: Date,
    /// Proof of service, 1 to 500 characters (送达回证).
    pub document: String,
}

/// Records on whom and when a plan was served (送达分配方案). From each service 15 days run for objections.
#[derive(InputObject, Serialize)]
pub struct ServePlanInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The plan (分配方案).
    pub plan: PlanId,
    /// Who was served, each once, 1 to 200 (送达情况).
    pub services: Vec<PlanServiceInput>,
}

const MOST: usize = 200;

impl UseCase for ServePlanInput {
    type Done = PlanId;
    const ACT: Act = Act::ServePlan;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PlanId, Failure> {
        let (case, plan) = store::lock_plan(op.tx, op.scope(), self.plan).await?;
        objection::decide_service(plan.status)?;
        if self.services.is_empty() || self.services.len() > MOST {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("services").arg("maximum", MOST).into());
        }
        let must = store::to_serve(op.tx, &plan).await?;
        let mut done: Vec<PartyId> = store::services_of(op.tx, plan.id).await?.iter().map(|s| s.party_id).collect();
        for served in &self.services {
            if !must.contains(&served.party) {
                return Err(Failure::not_found("services"));
            }
            if done.contains(&served.party) {
                return Err(Refusal::new(RefusalCode::AlreadyExists).field("services").into());
            }
            done.push(served.party);
            self.insert(op, &plan, served).await?;
        }
        let change = plan::ActiveModel {
            id: Set(plan.id),
            status: Set(PlanStatus::Served),
            version: Set(plan.version + 1),
            ..Default::default()
        };
        plan::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "served": self.services.len(), "open": must.len().saturating_sub(done.len()) });
        op.audit(plan.id, Some(case.court_id), Some(case.id), facts).await?;
        op.publish("work-queue", plan.id, plan.version + 1);
        Ok(plan.id)
    }
}

impl ServePlanInput {
    #[boxed]
    async fn insert(&self, op: &Op<'_>, plan: &plan::Model, served: &PlanServiceInput) -> Result<(), Failure> {
        let day = served.served_on.0;
        if day > op.now.legal_date() || day < plan.recorded_at.legal_date() {
            return Err(Refusal::new(RefusalCode::DateInvalid)
                .field("services")
                .law(&reference::CIVIL_PROCEDURE_RULES_509)
                .arg("servedOn", day)
                .into());
        }
        let calendar = op.services.calendar();
        let term = DeadlineRule::PlanObjection15Days.deadline_from_day(&calendar, day);
        let row = service::ActiveModel {
            id: Set(PlanServiceId::new(op.now)),
            court_id: Set(plan.court_id),
            plan_id: Set(plan.id),
            party_id: Set(served.party),
            served_on: Set(day),
            last_day: Set(term.due_on),
            provisional: Set(term.provisional),
            calendar: Set(calendar.edition().to_owned()),
            explanation: Set(term.explanation.to_text()?),
            document: Set(text::checked("services", &served.document, LONG)?),
            recorded_at: Set(op.now),
        };
        service::Entity::insert(row).execute(op.tx).await?;
        Ok(())
    }
}

/// The terms in which those who were served may object (分配方案异议期).
pub static OBJECTION_TERMS: TermTable = TermTable {
    name: "distribution_service",
    key: ("id", NodeKind::PlanService),
    about: ("plan_id", NodeKind::DistributionPlan),
    rule: TermRule::Fixed(DeadlineRule::PlanObjection15Days),
    start: TermStart::Day("served_on"),
    due: "last_day",
    running: "EXISTS (SELECT 1 FROM distribution_plan d
              WHERE d.id = distribution_service.plan_id AND d.status = 'SERVED')",
    ends_with_its_day: true,
    explained: true,
    never_back: true,
};
