//! Tables of collections, and what their lots come to.

use super::CollectionState;
use crate::access::Scope;
use crate::auction::store::lot;
use crate::kernel::boxed;
use crate::kernel::bulk::insert_all;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::{Tx, sql};
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::{CollectionId, CourtId, LotId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use sea_orm::{Condition, QueryOrder, QuerySelect, Select, entity::prelude::*, sea_query::Query};
use std::collections::HashSet;

pub mod lot_collection {
    use super::*;
    pub use crate::kernel::row::save;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_collection")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CollectionId,
        /// The court that made it.
        pub court_id: CourtId,
        pub title: String,
        pub description: String,
        pub state: CollectionState,
        pub online_at: Option<Timestamp>,
        pub offline_at: Option<Timestamp>,
        pub lots: i64,
        /// Sum over its lots.
        pub appraisal_price: Money,
        /// Sum over its lots.
        pub starting_price: Money,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// Those that everybody sees, and the others of the scope's courts.
    pub fn visible(scope: &Scope) -> Select<Entity> {
        let online = Column::State.eq(CollectionState::Online);
        Entity::find().filter(Condition::any().add(scope.on_court(Column::CourtId)).add(online))
    }

    /// NOT_FOUND on `collection` for an unknown or foreign one.
    #[boxed]
    pub async fn lock(tx: &Tx, scope: &Scope, id: CollectionId) -> Result<Model, Failure> {
        let found = Entity::find_by_id(id).filter(scope.on_court(Column::CourtId)).lock_exclusive().first(tx).await?;
        found.ok_or_else(|| Failure::not_found("collection"))
    }
}

pub mod lot_collection_member {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_collection_member")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub collection_id: CollectionId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        /// The court of the collection.
        pub court_id: CourtId,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// The lots that are in: at most a few hundred.
    pub async fn of(conn: &impl ConnectionTrait, collection: CollectionId) -> Result<HashSet<LotId>, Problem> {
        let rows = Entity::find().filter(Column::CollectionId.eq(collection)).list(conn).await?;
        Ok(rows.into_iter().map(|row| row.lot_id).collect())
    }
    /// Puts lots in that are not in yet. Only for the holder of the collection's lock.
    #[boxed]
    pub async fn add(tx: &Tx, collection: &lot_collection::Model, lots: Vec<LotId>) -> Result<(), Problem> {
        let row = |lot_id| Model { collection_id: collection.id, lot_id, court_id: collection.court_id };
        let rows: Vec<_> = lots.into_iter().map(row).collect();
        insert_all::<Entity>(tx, &rows).await?;
        Ok(())
    }
    #[boxed]
    pub async fn remove(tx: &Tx, collection: CollectionId, lots: &[LotId]) -> Result<(), Problem> {
        let own = Entity::delete_many().filter(Column::CollectionId.eq(collection));
        own.filter(Column::LotId.is_in(lots.iter().copied())).execute(tx).await?;
        Ok(())
    }
}

/// The lots of a collection.
pub fn lots_of(collection: CollectionId) -> Select<lot::Entity> {
    use lot_collection_member::{Column, Entity};
    let mut members = Query::select();
    members.column(Column::LotId).from(Entity).and_where(Column::CollectionId.eq(collection));
    lot::public().filter(lot::Column::Id.in_subquery(members))
}

/// Takes over what the lots of a collection come to now. Only for the holder of its lock.
#[boxed]
pub async fn recount(tx: &Tx, row: &mut lot_collection::Model) -> Result<(), Problem> {
    let text = "SELECT COUNT(*) AS lots, CAST(COALESCE(SUM(l.appraisal_price), 0) AS BIGINT) AS appraisal,
            CAST(COALESCE(SUM(l.starting_price), 0) AS BIGINT) AS starting
        FROM lot_collection_member m JOIN lot l ON l.id = m.lot_id WHERE m.collection_id = $1";
    let found = tx.query_one_raw(sql(tx, text, [row.id.into()])).await?;
    let found = found.ok_or_else(|| Problem::internal("a sum without a row"))?;
    row.lots = found.try_get("", "lots")?;
    row.appraisal_price = found.try_get("", "appraisal")?;
    row.starting_price = found.try_get("", "starting")?;
    Ok(())
}

/// Counts every collection of a lot anew, after its prices changed. Only for the holder of the lot's lock.
#[boxed]
pub async fn recount_with(tx: &Tx, lot: LotId) -> Result<(), Problem> {
    use lot_collection_member::{Column, Entity};
    let members = Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::CollectionId).list(tx).await?;
    for member in members {
        let row = lot_collection::Entity::find_by_id(member.collection_id).lock_exclusive().first(tx).await?;
        let mut row = row.ok_or_else(|| Problem::internal("a member of no collection"))?;
        recount(tx, &mut row).await?;
        lot_collection::save(tx, row).await?;
    }
    Ok(())
}
