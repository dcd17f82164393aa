//! Drafting a plan: the pool is what the case has free now, the lines follow from the rules alone.

use super::elements::{DistributionElementsInput, Facts};
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, UseCase},
    cases::{self, CaseStatus},
    distribution::{
        LineState, PlanStatus,
        rules::{Waterfall, fee, waterfall},
        store,
        tables::{line, plan},
    },
    kernel::{
        error::Failure,
        ids::{PlanId, PlanLineId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Drafts a plan over everything that the case has free (拟定分配方案). A draft or served plan of the case is withdrawn.
#[derive(InputObject, Serialize)]
pub struct DraftDistributionPlanInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    #[graphql(flatten)]
    #[serde(flatten)]
    pub elements: DistributionElementsInput,
}

impl UseCase for DraftDistributionPlanInput {
    type Done = PlanId;
    const ACT: Act = Act::DraftPlan;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PlanId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.elements.case).await?;
        // nor of a settled one: what the settlement leaves over is nobody's surplus while it may still end
        if case.status != CaseStatus::Open {
            let refusal = Refusal::new(RefusalCode::CaseNotOpen).field("case").arg("status", case.status.as_str());
            return Err(refusal.law(&reference::CIVIL_PROCEDURE_RULES_507).into());
        }
        let facts = self.elements.read_facts(op.tx, &case).await?;
        let computed = waterfall::compute(&facts.input)?;
        if let Some(before) = store::live_plan(op.tx, case.id).await? {
            let change = plan::ActiveModel {
                id: Set(before.id),
                status: Set(PlanStatus::Withdrawn),
                version: Set(before.version + 1),
                ..Default::default()
            };
            plan::Entity::update(change).execute(op.tx).await?;
        }
        let id = self.insert_plan(op, &case, &facts, &computed).await?;
        self.insert_lines(op, id, &case, &facts, computed).await?;
        let said = serde_json::json!({ "pool": facts.input.pool, "ordinaryRule": self.elements.ordinary_rule,
            "executionFeeOrder": facts.input.fee.order });
        op.audit(id, Some(case.court_id), Some(case.id), said).await?;
        op.publish("work-queue", id, 1);
        Ok(id)
    }
}

impl DraftDistributionPlanInput {
    #[boxed]
    async fn insert_plan(
        &self,
        op: &Op<'_>,
        case: &cases::store::case::Model,
        facts: &Facts,
        computed: &Waterfall,
    ) -> Result<PlanId, Failure> {
        let id = PlanId::new(op.now);
        let number = store::count_plans(op.tx, case.id).await?.saturating_add(1);
        let claims = Money::sum(facts.input.claims.iter().flat_map(|c| [c.amount, c.delay]))?;
        let row = plan::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            number: Set(i32::try_from(number).map_err(Failure::internal)?),
            status: Set(PlanStatus::Draft),
            pool: Set(facts.input.pool),
            fee_order: Set(facts.input.fee.order),
            fee_arrears: Set(computed.fee_arrears),
            executed_now: Set(fee::executed_now(facts.input.pool, claims)),
            ordinary_rule: Set(self.elements.ordinary_rule),
            panel_document: Set(facts.input.panel_document.clone()),
            maker: Set(op.actor.name()),
            version: Set(1),
            recorded_at: Set(op.now),
            finalised_at: Set(None),
        };
        plan::Entity::insert(row).execute(op.tx).await?;
        Ok(id)
    }

    #[boxed]
    async fn insert_lines(
        &self,
        op: &Op<'_>,
        plan: PlanId,
        case: &cases::store::case::Model,
        facts: &Facts,
        computed: Waterfall,
    ) -> Result<(), Failure> {
        for (computed, number) in computed.lines.into_iter().zip(1..) {
            let (claim, party, lot) = self.elements.owner(computed.target, facts);
            let row = line::ActiveModel {
                id: Set(PlanLineId::new(op.now)),
                court_id: Set(case.court_id),
                plan_id: Set(plan),
                line: Set(number),
                basis: Set(computed.basis),
                claim_id: Set(claim),
                party_id: Set(party),
                lot_id: Set(lot),
                label: Set(party.map(|party| facts.name(party)).unwrap_or_default()),
                claimed: Set(computed.claimed),
                amount: Set(computed.amount),
                explanation: Set(computed.explanation.to_text()?),
                state: Set(LineState::Planned),
                payable_id: Set(None),
                hold_id: Set(None),
            };
            line::Entity::insert(row).execute(op.tx).await?;
        }
        Ok(())
    }
}
