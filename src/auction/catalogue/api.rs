//! The catalogue in the graph.

use super::rules::{self, Place};
use super::store::{self, Count, Facet};
use super::{CatalogueFilter, CatalogueSort, PriceBand};
use crate::auction::api::Lot;
use crate::auction::{AuctionRound, LotCategory, LotStatus};
use crate::cases::api::Court;
use crate::graphql::caller::services;
use crate::graphql::connection::{PageInfo, cost};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::SEARCH_LIMIT;
use crate::kernel::error::Problem;
use crate::kernel::ids::CourtId;
use crate::kernel::paging::{Page, Paged};
use async_graphql::{Context, Object, SimpleObject};

#[derive(Default)]
pub struct CatalogueQuery;
#[Object]
impl CatalogueQuery {
    /// Published lots by kind, words, price and end, with the counts for the search form (标的物目录). Public. Cursors are
    /// good for one order. TIMEOUT when words would have to be looked for in too many lots: add a kind or a rarer word.
    // words are looked up term by term: ten searches are more than one request may ask for
    #[graphql(complexity = "2_000 + cost(first, last, child_complexity)")]
    async fn catalogue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lots (筛选).")] filter: Option<CatalogueFilter>,
        #[graphql(desc = "In which order (排序方式).", default)] sort: CatalogueSort,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<CatalogueConnection, Problem> {
        let filter = filter.unwrap_or_default();
        let (after, before) = (place(sort, "after", after)?, place(sort, "before", before)?);
        let page = Page::try_new(first, after.map(|place| place.lot), last, before.map(|place| place.lot))?;
        let services = services(ctx)?;
        // only words can take long: a page without them does not wait behind the searches of others
        let searches = filter.text.is_some();
        let reader = if searches { services.db.searcher() } else { services.db.reader() };
        let now = services.clock.now();
        let found = async {
            let select = filter.select(&reader, now).await?;
            store::page(&reader, select, sort, page, (after, before), now).await
        };
        let lots = within_limit(found).await?;
        Ok(CatalogueConnection { lots: lots.map(Lot), sort, filter, server_time: now })
    }
}

/// TIMEOUT for what takes too long, so that words which many lots have and none has together hold nobody else up.
async fn within_limit<T>(found: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    tokio::time::timeout(SEARCH_LIMIT, found).await.unwrap_or(Err(Problem::Timeout))
}

fn place(sort: CatalogueSort, argument: &str, cursor: Option<String>) -> Result<Option<Place>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let place = rules::place(sort, &cursor);
    place.map(Some).ok_or_else(|| Problem::BadInput(format!("`{argument}` is not a cursor of this list")))
}

/// A page of the catalogue.
pub struct CatalogueConnection {
    lots: Paged<Lot>,
    sort: CatalogueSort,
    filter: CatalogueFilter,
    server_time: Timestamp,
}
impl CatalogueConnection {
    fn cursor(&self, lot: &Lot) -> String {
        rules::cursor(self.sort, self.sort.place_of(&lot.0))
    }
}

/// A page of the catalogue with the counts of the search form (标的物目录).
#[Object]
impl CatalogueConnection {
    /// The lots of this page with their cursors (条目及游标).
    async fn edges(&self) -> Vec<CatalogueEdge<'_>> {
        self.lots.items.iter().map(|lot| CatalogueEdge { page: self, lot }).collect()
    }
    /// The lots of this page (条目).
    async fn nodes(&self) -> Vec<&Lot> {
        self.lots.items.iter().collect()
    }
    /// Where this page lies in the list (分页信息).
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.lots.has_previous,
            has_next_page: self.lots.has_next,
            start_cursor: self.lots.items.first().map(|lot| self.cursor(lot)),
            end_cursor: self.lots.items.last().map(|lot| self.cursor(lot)),
        }
    }
    /// Counts by kind, for the search form (分面统计).
    async fn facets(&self) -> CatalogueFacets<'_> {
        CatalogueFacets(&self.filter)
    }
    /// The server's time when this was read: count down to an end by it (服务器时间).
    async fn server_time(&self) -> Timestamp {
        self.server_time
    }
}

pub struct CatalogueEdge<'p> {
    page: &'p CatalogueConnection,
    lot: &'p Lot,
}
/// A lot with its place in the catalogue (目录条目).
#[Object]
impl CatalogueEdge<'_> {
    /// Place of the lot in this order, for `after` and `before`; opaque (游标).
    async fn cursor(&self) -> String {
        self.page.cursor(self.lot)
    }
    /// The lot (标的物).
    async fn node(&self) -> &Lot {
        self.lot
    }
}

/// Counts of published lots.
pub struct CatalogueFacets<'p>(&'p CatalogueFilter);
impl CatalogueFacets<'_> {
    async fn count<T: sea_orm::TryGetable>(&self, ctx: &Context<'_>, facet: Facet) -> Result<Vec<Count<T>>, Problem> {
        // counts do not look at words
        within_limit(self.0.counts(&services(ctx)?.db.reader(), facet)).await
    }
}

/// Counts of published lots by kind (分面统计). The counts of a field follow the filter's other fields of kind, not its own
/// and not words, present price and end. Most frequent first, at most 100 values.
#[Object]
impl CatalogueFacets<'_> {
    /// All lots of the kinds in the filter (合计).
    async fn total(&self, ctx: &Context<'_>) -> Result<i64, Problem> {
        within_limit(self.0.total(&services(ctx)?.db.reader())).await
    }
    /// By kind of property (按类别).
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<CategoryCount>, Problem> {
        Ok(self.count(ctx, Facet::Category).await?.into_iter().map(CategoryCount::from).collect())
    }
    /// By court (按法院).
    async fn courts(&self, ctx: &Context<'_>) -> Result<Vec<CourtCount>, Problem> {
        Ok(self.count(ctx, Facet::Court).await?.into_iter().map(CourtCount).collect())
    }
    /// By the courts' region (按地区).
    async fn regions(&self, ctx: &Context<'_>) -> Result<Vec<RegionCount>, Problem> {
        Ok(self.count(ctx, Facet::Region).await?.into_iter().map(RegionCount::from).collect())
    }
    /// By attempt at selling (按轮次).
    async fn rounds(&self, ctx: &Context<'_>) -> Result<Vec<RoundCount>, Problem> {
        Ok(self.count(ctx, Facet::Round).await?.into_iter().map(RoundCount::from).collect())
    }
    /// By state (按状态).
    async fn statuses(&self, ctx: &Context<'_>) -> Result<Vec<StatusCount>, Problem> {
        Ok(self.count(ctx, Facet::Status).await?.into_iter().map(StatusCount::from).collect())
    }
    /// By range of the starting price (按起拍价区间).
    async fn price_bands(&self, ctx: &Context<'_>) -> Result<Vec<PriceBandCount>, Problem> {
        Ok(self.count(ctx, Facet::PriceBand).await?.into_iter().map(PriceBandCount::from).collect())
    }
}

macro_rules! counts {
    ($($(#[$meta:meta])+ $name:ident { $(#[$field_meta:meta])+ $field:ident: $type:ty })+) => {$(
        $(#[$meta])+
        #[derive(SimpleObject)]
        pub struct $name {
            $(#[$field_meta])+
            $field: $type,
            /// Number of published lots (件数).
            lots: i64,
        }
        impl From<Count<$type>> for $name {
            fn from(count: Count<$type>) -> $name {
                $name { $field: count.value, lots: count.lots }
            }
        }
    )+};
}
counts! {
    /// Lots of one kind of property (类别件数).
    CategoryCount {
        /// Kind of property (标的物类别).
        category: LotCategory
    }
    /// Lots of the courts of one region (地区件数).
    RegionCount {
        /// The region (地区).
        region: String
    }
    /// Lots in one attempt at selling (轮次件数).
    RoundCount {
        /// Attempt at selling (拍卖轮次).
        round: AuctionRound
    }
    /// Lots in one state (状态件数).
    StatusCount {
        /// The state (状态).
        status: LotStatus
    }
    /// Lots in one range of the starting price (价格区间件数).
    PriceBandCount {
        /// Range of the starting price (起拍价区间).
        band: PriceBand
    }
}

pub struct CourtCount(Count<CourtId>);
/// Lots of one court (法院件数).
#[Object]
impl CourtCount {
    /// The court (法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        Court::load(ctx, &self.0.value).await
    }
    /// Number of published lots (件数).
    async fn lots(&self) -> i64 {
        self.0.lots
    }
}
