//! Money of sales that two people decide on, in the graph. For the court alone.

use super::Lot;
use crate::access::Act;
use crate::access::approval_api::Approval;
use crate::auction::aftermath::SaleDecisionKind;
use crate::auction::store::sale_decision;
use crate::cases::ProposalStatus;
use crate::connection;
use crate::graphql::caller::{scope, services};
use crate::graphql::connection::{Listed, cost, page};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId, NodeKind, NodeRef, SaleDecisionId};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// A decision on money of a sale.
pub struct SaleDecision(sale_decision::Model);
impl SaleDecision {
    pub async fn load(ctx: &Context<'_>, id: &SaleDecisionId) -> Result<Option<SaleDecision>, Problem> {
        let scope = scope(ctx, Act::ReadSaleDecisions)?;
        Ok(sale_decision::find(&services(ctx)?.db.reader(), &scope, *id).await?.map(SaleDecision))
    }
}
impl Listed for SaleDecision {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// Money of a sale that moves once others than its proposer have agreed (拍卖款项处理). For the court alone.
#[Object]
impl SaleDecision {
    /// Opaque id (标识).
    pub async fn id(&self) -> SaleDecisionId {
        self.0.id
    }
    /// What is decided (事项).
    async fn kind(&self) -> SaleDecisionKind {
        self.0.kind
    }
    /// Where it stands (状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// The lot; after the approval it shows what was done (标的物).
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>, Problem> {
        Lot::load(ctx, &self.0.lot_id).await
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

connection! {
    /// Decisions on money of sales, newest first (拍卖款项处理列表).
    SaleDecisionConnection, SaleDecisionEdge of SaleDecision
}

/// Which decisions to list (筛选).
#[derive(InputObject, Default)]
pub struct SaleDecisionFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those of this lot (标的物).
    pub lot: Option<LotId>,
    /// Only those in this state (状态).
    pub status: Option<ProposalStatus>,
}

#[derive(Default)]
pub struct SaleDecisionQuery;
#[Object]
impl SaleDecisionQuery {
    /// Money of sales that others than its proposer decide on, of your courts, newest first (拍卖款项处理列表).
    /// Roles: OFFICER, BUREAU_CHIEF, VICE_PRESIDENT, FINANCE_REVIEWER, FUND_SUPERVISOR, INSPECTOR, PROCURATOR.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn sale_decisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<SaleDecisionFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<SaleDecisionConnection, Problem> {
        use sale_decision::Column as C;
        let page = page(NodeKind::SaleDecision, first, after, last, before)?;
        let (filter, scope) = (filter.unwrap_or_default(), scope(ctx, Act::ReadSaleDecisions)?);
        let select = sale_decision::Entity::find().filter(scope.on_court(C::CourtId)).filter(
            Condition::all()
                .add_option(filter.court.map(|court| C::CourtId.eq(court)))
                .add_option(filter.lot.map(|lot| C::LotId.eq(lot)))
                .add_option(filter.status.map(|status| C::Status.eq(status))),
        );
        let rows = page.fetch(&services(ctx)?.db.reader(), select, C::Id).await?;
        Ok(rows.map(SaleDecision).into())
    }
}
