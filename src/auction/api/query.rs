//! Root fields that read lots.

use super::{Lot, LotConnection, LotFilter, court_scope, looked_at};
use crate::auction::store::lot;
use crate::graphql::caller::services;
use crate::graphql::connection::{cost, page};
use crate::kernel::error::Problem;
use crate::kernel::ids::NodeKind;
use async_graphql::{Context, Object};
use sea_orm::{ColumnTrait, QueryFilter};

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
