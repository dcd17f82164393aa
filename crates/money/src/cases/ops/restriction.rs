//! Restriction of a debtor's consumption (限制消费): ordered when he does not perform, lifted when he has, has given
//! security, or the applicant agrees (限高规定 1, 9). While it stands he buys no real estate at a sale of any court.

use crate::{
    access::{Act, Op, UseCase},
    cases::{
        rules::{
            restriction::{decide_lift, decide_restriction},
            text::{self, SHORT},
        },
        store::{self, case, consumption_restriction, party},
    },
    kernel::{boxed, clock::Date, error::Failure, ids::PartyId},
};
use async_graphql::InputObject;
use serde::Serialize;

/// Records an order that restricts a respondent's consumption (登记限制消费令).
#[derive(InputObject, Serialize)]
pub struct RecordConsumptionRestrictionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The respondent (被执行人).
    pub party: PartyId,
    /// The order, signed by the president: number or title, 1 to 128 characters (限制消费令).
    pub document: String,
    /// Day of the order, not in the future (签发日期).
    pub ordered_on: Date,
}
impl UseCase for RecordConsumptionRestrictionInput {
    type Done = PartyId;
    const ACT: Act = Act::RecordConsumptionRestriction;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PartyId, Failure> {
        let (case, party, before) = lock(op, self.party).await?;
        let in_force = before.last().is_some_and(|last| last.lifted_on.is_none());
        decide_restriction(case.status, party.role, in_force, self.ordered_on.0, op.now.legal_date())?;
        let document = text::checked("document", &self.document, SHORT)?;
        let row = consumption_restriction::Model {
            party_id: party.id,
            ordinal: before.last().map_or(1, |last| last.ordinal.saturating_add(1)),
            court_id: party.court_id,
            case_id: party.case_id,
            identity_index: party.identity_index,
            document: document.clone(),
            ordered_on: self.ordered_on.0,
            lifted_on: None,
            lift_document: None,
            recorded_at: op.now,
        };
        consumption_restriction::insert(op.tx, row).await?;
        let facts = serde_json::json!({ "document": document, "orderedOn": self.ordered_on.0 });
        op.audit(party.id, Some(party.court_id), Some(party.case_id), facts).await?;
        Ok(party.id)
    }
}

/// Records that the order was lifted (登记解除限制消费).
#[derive(InputObject, Serialize)]
pub struct LiftConsumptionRestrictionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The respondent, under an order (被执行人).
    pub party: PartyId,
    /// The notice that lifts it: number or title, 1 to 128 characters (解除限制消费令).
    pub document: String,
    /// Day from which it is lifted: the day of the order to today (解除日期).
    pub lifted_on: Date,
}
impl UseCase for LiftConsumptionRestrictionInput {
    type Done = PartyId;
    const ACT: Act = Act::LiftConsumptionRestriction;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PartyId, Failure> {
        let (_, party, before) = lock(op, self.party).await?;
        let in_force = before.into_iter().next_back().filter(|last| last.lifted_on.is_none());
        let mut row = in_force.ok_or_else(|| Failure::not_found("party"))?;
        decide_lift(row.ordered_on, self.lifted_on.0, op.now.legal_date())?;
        let document = text::checked("document", &self.document, SHORT)?;
        (row.lifted_on, row.lift_document) = (Some(self.lifted_on.0), Some(document.clone()));
        consumption_restriction::save(op.tx, row).await?;
        let facts = serde_json::json!({ "document": document, "liftedOn": self.lifted_on.0 });
        op.audit(party.id, Some(party.court_id), Some(party.case_id), facts).await?;
        Ok(party.id)
    }
}

/// The party's case, locked, the party and the orders against him.
#[boxed]
async fn lock(
    op: &Op<'_>,
    id: PartyId,
) -> Result<(case::Model, party::Model, Vec<consumption_restriction::Model>), Failure> {
    let party = store::party(op.tx, id).await?.ok_or_else(|| Failure::not_found("party"))?;
    let case = super::lock_owner(op, party.case_id, "party").await?;
    let orders = store::restrictions_of(op.tx, id).await?;
    Ok((case, party, orders))
}
