//! Root fields that read lots.

use super::{Lot, LotConnection, court_scope, looked_at};
use crate::access::Scope;
use crate::auction::store::lot;
use crate::auction::{LotCategory, LotStatus};
use crate::graphql::caller::services;
use crate::graphql::connection::{cost, page};
use crate::kernel::error::Problem;
use crate::kernel::ids::{CaseId, CourtId, NodeKind};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, QueryFilter, Select};

/// Which lots to list (筛选).
#[derive(InputObject, Default)]
pub struct LotFilter {
    /// In one of these states (状态).
    pub status: Option<Vec<LotStatus>>,
    /// Of this kind (标的物类别).
    pub category: Option<LotCategory>,
    /// Of this court (法院).
    pub court: Option<CourtId>,
    /// Of this case (案件).
    pub case: Option<CaseId>,
}
impl LotFilter {
    fn select(self, scope: &Scope) -> Select<lot::Entity> {
        let mut select = lot::visible(scope);
        if let Some(status) = self.status {
            select = select.filter(lot::Column::Status.is_in(status));
        }
        if let Some(category) = self.category {
            select = select.filter(lot::Column::Category.eq(category));
        }
        if let Some(court) = self.court {
            select = select.filter(lot::Column::CourtId.eq(court));
        }
        if let Some(case) = self.case {
            select = select.filter(lot::Column::CaseId.eq(case));
        }
        select
    }
}

#[derive(Default)]
pub struct AuctionQuery;
#[Object]
impl AuctionQuery {
    /// Lots, newest first: the published ones, and for court staff also those in preparation (标的物列表). Public.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn lots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<LotFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<LotConnection, Problem> {
        let page = page(NodeKind::Lot, first, after, last, before)?;
        let select = filter.unwrap_or_default().select(&court_scope(ctx));
        Ok(page.fetch(&services(ctx)?.db.reader(), select, lot::Column::Id).await?.map(Lot).into())
    }

    /// The lot with this number; null when there is none that you may see (按编号查标的物). Public; counts as a look at it.
    async fn lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number of the lot, e.g. 湘01-2026-000001 (标的物编号).")] lot_number: String,
    ) -> Result<Option<Lot>, Problem> {
        let select = lot::visible(&court_scope(ctx)).filter(lot::Column::LotNumber.eq(lot_number));
        let found = select.one(&services(ctx)?.db.reader()).await?;
        found.iter().try_for_each(|row| looked_at(ctx, row))?;
        Ok(found.map(Lot))
    }
}
