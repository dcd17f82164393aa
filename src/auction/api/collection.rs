//! Collections of lots in the graph.

use super::{Lot, LotConnection};
use crate::access::{Act, Scope};
use crate::auction::collection::CollectionState;
use crate::auction::collection::ops::{
    ChangeLotCollectionInput, CreateLotCollectionInput, PutLotCollectionOnlineInput, TakeLotCollectionOfflineInput,
};
use crate::auction::collection::store::{lot_collection, lots_of};
use crate::auction::store::lot;
use crate::cases::api::Court;
use crate::connection;
use crate::graphql::caller::{run, scope, services};
use crate::graphql::connection::{Listed, cost, page};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CollectionId, CourtId, NodeKind, NodeRef};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch as _;
use crate::payload;
use async_graphql::{Context, Object, SimpleObject};
use sea_orm::{ColumnTrait, QueryFilter};

/// Lots under one heading.
pub struct LotCollection(lot_collection::Model);
impl LotCollection {
    /// One that is online, or of one of the caller's courts.
    pub async fn load(ctx: &Context<'_>, id: &CollectionId) -> Result<Option<LotCollection>, Problem> {
        let found = lot_collection::visible(&own_courts(ctx)).filter(lot_collection::Column::Id.eq(*id));
        Ok(found.first(&services(ctx)?.db.reader()).await?.map(LotCollection))
    }
}
impl Listed for LotCollection {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// The courts whose collections the caller sees while they are not online: none for the public.
fn own_courts(ctx: &Context<'_>) -> Scope {
    scope(ctx, Act::ChangeLotCollection).unwrap_or(Scope::Some { courts: Vec::new(), own: None })
}

/// What the lots of a collection come to (专场合计).
#[derive(SimpleObject)]
pub struct CollectionTotals {
    /// Number of lots (标的物件数).
    lots: i64,
    /// Sum of the appraisal prices (评估价合计).
    appraisal_price: Money,
    /// Sum of the starting prices (起拍价合计).
    starting_price: Money,
}

/// Published lots under one heading, such as a promotion of large assets (专场). Public while it is online.
#[Object]
impl LotCollection {
    /// Opaque id (标识).
    pub async fn id(&self) -> CollectionId {
        self.0.id
    }
    /// The court that made it; its lots may be of courts below it (举办法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        Court::load(ctx, &self.0.court_id).await
    }
    /// Its heading (专场名称).
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// What it is about (专场说明).
    async fn description(&self) -> &str {
        &self.0.description
    }
    /// Where it stands (专场状态).
    async fn state(&self) -> CollectionState {
        self.0.state
    }
    /// Since when everybody sees it, or saw it last (上线时间).
    async fn online_at(&self) -> Option<Timestamp> {
        self.0.online_at
    }
    /// When it was taken down (下线时间).
    async fn offline_at(&self) -> Option<Timestamp> {
        self.0.offline_at
    }
    /// Number and prices of its lots (合计).
    async fn totals(&self) -> CollectionTotals {
        CollectionTotals {
            lots: self.0.lots,
            appraisal_price: self.0.appraisal_price,
            starting_price: self.0.starting_price,
        }
    }
    /// Its lots, newest first (标的物列表).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn lots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<LotConnection, Problem> {
        let page = page(NodeKind::Lot, first, after, last, before)?;
        let lots = page.fetch(&services(ctx)?.db.reader(), lots_of(self.0.id), lot::Column::Id).await?;
        Ok(lots.map(Lot).into())
    }
}

connection! {
    /// Collections, newest first (专场列表).
    LotCollectionConnection, LotCollectionEdge of LotCollection
}
payload! {
    /// The new collection (创建专场结果).
    CreateLotCollectionPayload of CollectionId {
        /// The collection, not yet online (专场).
        collection: LotCollection = LotCollection::load,
    }
    /// The collection as changed (调整专场结果).
    ChangeLotCollectionPayload of CollectionId {
        /// The collection (专场).
        collection: LotCollection = LotCollection::load,
    }
    /// The collection that everybody sees (专场上线结果).
    PutLotCollectionOnlinePayload of CollectionId {
        /// The collection (专场).
        collection: LotCollection = LotCollection::load,
    }
    /// The collection that was taken down (专场下线结果).
    TakeLotCollectionOfflinePayload of CollectionId {
        /// The collection (专场).
        collection: LotCollection = LotCollection::load,
    }
}

#[derive(Default)]
pub struct CollectionQuery;
#[Object]
impl CollectionQuery {
    /// Collections that are online, newest first, and for court staff also those of their courts that are not
    /// (专场列表). Public.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn lot_collections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that this court made (法院).")] court: Option<CourtId>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<LotCollectionConnection, Problem> {
        let page = page(NodeKind::Collection, first, after, last, before)?;
        let mut select = lot_collection::visible(&own_courts(ctx));
        if let Some(court) = court {
            select = select.filter(lot_collection::Column::CourtId.eq(court));
        }
        let found = page.fetch(&services(ctx)?.db.reader(), select, lot_collection::Column::Id).await?;
        Ok(found.map(LotCollection).into())
    }
}

#[derive(Default)]
pub struct CollectionMutation;
#[Object]
impl CollectionMutation {
    /// Prepares a collection of published lots, of the court and of courts below it (创建专场). Roles: OFFICER,
    /// BUREAU_CHIEF.
    async fn create_lot_collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Heading and lots (专场).")] input: CreateLotCollectionInput,
    ) -> Result<CreateLotCollectionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Puts lots into a collection, takes lots out, or changes its words (调整专场). Roles: OFFICER, BUREAU_CHIEF.
    async fn change_lot_collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes (调整内容).")] input: ChangeLotCollectionInput,
    ) -> Result<ChangeLotCollectionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Shows a collection to everybody (专场上线). Roles: OFFICER, BUREAU_CHIEF.
    async fn put_lot_collection_online(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The collection (专场).")] input: PutLotCollectionOnlineInput,
    ) -> Result<PutLotCollectionOnlinePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Takes a collection down (专场下线). Roles: OFFICER, BUREAU_CHIEF.
    async fn take_lot_collection_offline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The collection (专场).")] input: TakeLotCollectionOfflineInput,
    ) -> Result<TakeLotCollectionOfflinePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
