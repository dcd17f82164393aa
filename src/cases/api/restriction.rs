//! Restriction of a debtor's consumption in the graph.

use super::CaseParty;
use crate::{
    cases::{
        ops::{LiftConsumptionRestrictionInput, RecordConsumptionRestrictionInput},
        store::{self, consumption_restriction},
    },
    graphql::{
        caller::{run, services},
        scalars::Date,
    },
    kernel::{clock::Timestamp, error::Problem, ids::PartyId},
    payload,
};
use async_graphql::{Context, Object};

/// An order against a party.
pub struct ConsumptionRestriction(consumption_restriction::Model);
impl ConsumptionRestriction {
    /// The orders against a party whom the caller is known to see, the first one first.
    pub(super) async fn of(ctx: &Context<'_>, party: PartyId) -> Result<Vec<ConsumptionRestriction>, Problem> {
        let rows = store::restrictions_of(&services(ctx)?.db.reader(), party).await?;
        Ok(rows.into_iter().map(ConsumptionRestriction).collect())
    }
}

/// An order that restricts a debtor's consumption: while it stands he buys no real estate at a sale of any court
/// (限制消费令).
#[Object]
impl ConsumptionRestriction {
    /// The order (限制消费令).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Day of the order (签发日期).
    async fn ordered_on(&self) -> Date {
        Date(self.0.ordered_on)
    }
    /// Day from which it is lifted; null while it stands (解除日期).
    async fn lifted_on(&self) -> Option<Date> {
        self.0.lifted_on.map(Date)
    }
    /// What lifted it (解除限制消费令).
    async fn lift_document(&self) -> Option<&str> {
        self.0.lift_document.as_deref()
    }
    /// When it was recorded (登记时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

payload! {
    /// What `recordConsumptionRestriction` did (操作结果).
    RecordConsumptionRestrictionPayload of PartyId {
        /// The respondent (被执行人).
        party: CaseParty = CaseParty::load,
    }
    /// What `liftConsumptionRestriction` did (操作结果).
    LiftConsumptionRestrictionPayload of PartyId {
        /// The respondent (被执行人).
        party: CaseParty = CaseParty::load,
    }
}

#[derive(Default)]
pub struct RestrictionMutation;
#[Object]
impl RestrictionMutation {
    /// Records an order that restricts a respondent's consumption. While it stands his registration for land or
    /// buildings at a sale of any court waits for the qualification clerk (登记限制消费令). Role: OFFICER.
    async fn record_consumption_restriction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The respondent and the order (限制消费令).")] input: RecordConsumptionRestrictionInput,
    ) -> Result<RecordConsumptionRestrictionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that the order was lifted (登记解除限制消费). Role: OFFICER.
    async fn lift_consumption_restriction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The respondent and what lifted it (解除限制消费).")] input: LiftConsumptionRestrictionInput,
    ) -> Result<LiftConsumptionRestrictionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
