//! A receipt that is to become another debtor's, in the graph.

use super::Receipt;
use crate::{
    access::{Act, approval_api::Approval},
    cases::{ProposalStatus, api::CaseParty},
    funds::store::receipt_description,
    graphql::caller::{scope, services},
    kernel::{clock::Timestamp, error::Problem, ids::ReceiptDescriptionId, query::Fetch},
};
use async_graphql::{Context, Object};
use sea_orm::{EntityTrait, QueryFilter};

/// A change of the debtor whose money a receipt is.
pub struct ReceiptDescription(pub receipt_description::Model);
impl ReceiptDescription {
    pub async fn load(ctx: &Context<'_>, id: &ReceiptDescriptionId) -> Result<Option<ReceiptDescription>, Problem> {
        let row = receipt_description::Entity::find_by_id(*id)
            .filter(scope(ctx, Act::ReadReceipts)?.on_court(receipt_description::Column::CourtId))
            .first(&services(ctx)?.db.reader())
            .await?;
        Ok(row.map(ReceiptDescription))
    }
}

/// A proposal that a receipt is another debtor's money than was recorded; it counts once BUREAU_CHIEF has agreed (到账来源更正).
#[Object]
impl ReceiptDescription {
    /// Opaque id (标识).
    pub async fn id(&self) -> ReceiptDescriptionId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// The receipt (到账).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        Receipt::load(ctx, &self.0.receipt_id).await
    }
    /// The debtor whose money it is said to be; none when it is to be nobody's (更正后的被执行人).
    async fn on_behalf_of(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        match self.0.on_behalf_of {
            Some(id) => CaseParty::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// What it rests on (依据文书).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Its approval (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
    /// When it was proposed (提出时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}
