//! The approval of what was proposed to be done with money of a sale.
//!
//! Every vote computes anew what the proposal comes to (amounts, accounts), so that a change in between makes the votes
//! void.

use super::forfeiture::DistributeForfeitureInput;
use super::restitution::ReturnRestitutionInput;
use super::returns::RefundDefaulterInput;
use super::set_aside::SetAsideSaleInput;
use crate::access::Op;
use crate::access::approval::Approvable;
use crate::auction::aftermath::SaleDecisionKind;
use crate::auction::store::sale_decision;
use crate::cases::ProposalStatus;
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::{NodeRef, SaleDecisionId};
use crate::kernel::query::Execute;
use sea_orm::{ActiveValue::Set, entity::prelude::*};

/// A proposal as it was kept.
enum Proposal {
    SetAside(SetAsideSaleInput),
    Forfeiture(DistributeForfeitureInput),
    DefaultReturn(RefundDefaulterInput),
    Restitution(ReturnRestitutionInput),
}
impl Proposal {
    fn of(row: &sale_decision::Model) -> Result<Proposal, Failure> {
        Ok(match row.kind {
            SaleDecisionKind::SetAside => Proposal::SetAside(serde_json::from_str(&row.proposal)?),
            SaleDecisionKind::Forfeiture => Proposal::Forfeiture(serde_json::from_str(&row.proposal)?),
            SaleDecisionKind::DefaultReturn => Proposal::DefaultReturn(serde_json::from_str(&row.proposal)?),
            SaleDecisionKind::Restitution => Proposal::Restitution(serde_json::from_str(&row.proposal)?),
        })
    }
}

/// The approval of money of sales; registered in `app`.
pub struct SaleDecisions;

#[async_trait::async_trait]
impl Approvable for SaleDecisions {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = sale_decision::lock(op.tx, SaleDecisionId::from_uuid(subject.id)).await?;
        let comes_to = match Proposal::of(&row)? {
            Proposal::SetAside(input) => input.facts(op).await?,
            Proposal::Forfeiture(input) => input.facts(op).await?,
            Proposal::DefaultReturn(input) => input.facts(op).await?,
            Proposal::Restitution(input) => input.facts(op).await?,
        };
        let proposal: serde_json::Value = serde_json::from_str(&row.proposal)?;
        Ok(serde_json::json!({ "kind": row.kind, "lot": row.lot_id.to_global(), "proposal": proposal,
            "comesTo": comes_to }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = sale_decision::lock(op.tx, SaleDecisionId::from_uuid(subject.id)).await?;
        match Proposal::of(&row)? {
            Proposal::SetAside(input) => input.carry_out(op).await?,
            Proposal::Forfeiture(input) => input.carry_out(op).await?,
            Proposal::DefaultReturn(input) => input.carry_out(op).await?,
            Proposal::Restitution(input) => input.carry_out(op).await?,
        }
        settle(op, row, ProposalStatus::Approved).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = sale_decision::lock(op.tx, SaleDecisionId::from_uuid(subject.id)).await?;
        settle(op, row, ProposalStatus::Rejected).await
    }
}

#[boxed]
async fn settle(op: &mut Op<'_>, row: sale_decision::Model, status: ProposalStatus) -> Result<(), Failure> {
    let change = sale_decision::ActiveModel { id: Set(row.id), status: Set(status), ..Default::default() };
    sale_decision::Entity::update(change).execute(op.tx).await?;
    let facts = serde_json::json!({ "kind": row.kind, "status": status });
    op.audit(row.id, Some(row.court_id), None, facts).await
}
