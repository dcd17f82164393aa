//! A claim of unidentified money in the graph.

use super::Receipt;
use crate::kernel::query::Fetch;
use crate::{
    access::{Act, approval_api::Approval},
    cases::{ProposalStatus, api::Case},
    funds::{
        PayerKind,
        store::{self, receipt_claim, receipt_claim_line},
    },
    graphql::caller::{scope, services},
    kernel::{error::Problem, ids::ReceiptClaimId, money::Money},
};
use async_graphql::{Context, Object};
use sea_orm::{EntityTrait, QueryFilter};

/// A claim of unidentified money.
pub struct ReceiptClaim(pub receipt_claim::Model);
impl ReceiptClaim {
    pub async fn load(ctx: &Context<'_>, id: &ReceiptClaimId) -> Result<Option<ReceiptClaim>, Problem> {
        let row = receipt_claim::Entity::find_by_id(*id)
            .filter(scope(ctx, Act::ReadReceipts)?.on_court(receipt_claim::Column::CourtId))
            .first(&services(ctx)?.db.reader())
            .await?;
        Ok(row.map(ReceiptClaim))
    }
}

/// A proposal whose unidentified money is, booked once a second person has approved (不明款认领).
#[Object]
impl ReceiptClaim {
    /// Opaque id (标识).
    pub async fn id(&self) -> ReceiptClaimId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// The unidentified receipt (不明款).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        Receipt::load(ctx, &self.0.receipt_id).await
    }
    /// Cases with their parts (认领明细).
    async fn allocations(&self, ctx: &Context<'_>) -> Result<Vec<Allocation>, Problem> {
        let lines = store::claim_lines(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(lines.into_iter().map(Allocation).collect())
    }
    /// Who paid, as the claim says (交款人类型).
    async fn payer_kind(&self) -> PayerKind {
        self.0.payer_kind
    }
    /// On which facts it rests (认领依据).
    async fn grounds(&self) -> &str {
        &self.0.grounds
    }
    /// The second person's decision (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
}

pub struct Allocation(receipt_claim_line::Model);
/// The part of a receipt that belongs to one case (认领明细).
#[Object(name = "ReceiptAllocation")]
impl Allocation {
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// Its part (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
}
