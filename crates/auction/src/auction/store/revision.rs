//! Corrections of announcements.

use crate::auction::DisclosureItem;
use crate::kernel::boxed;
use crate::kernel::bulk::is_among;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::Tx;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId};
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::stored_enum;
use sea_orm::{QueryOrder, entity::prelude::*};
use std::collections::HashMap;

stored_enum! {
    /// A part of an announcement that can be corrected (更正字段).
    RevisedField {
        /// What is sold (标的物名称).
        Title = "TITLE",
        /// Begin of bidding (竞价开始时间).
        StartsAt = "STARTS_AT",
        /// Planned end of bidding (竞价结束时间).
        EndsAt = "ENDS_AT",
        /// One of the eleven items or seven warnings (公示事项).
        Disclosure = "DISCLOSURE",
        /// A photo or paper (附件).
        Attachment = "ATTACHMENT",
    }
}

pub mod lot_revision {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_revision")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub revision: i32,
        pub court_id: CourtId,
        pub reason: String,
        pub document_number: String,
        pub clerical: bool,
        pub material: bool,
        pub lot_version: i64,
        /// By which the catalogue found the lot until then, as they are spelled for the search.
        pub words_before: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// Oldest first.
    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::Revision).list(conn).await?)
    }
    /// The words of lots at these versions, of those that a correction has changed since.
    pub async fn words_at(
        conn: &impl ConnectionTrait,
        versions: &HashMap<LotId, i64>,
    ) -> Result<HashMap<LotId, String>, Problem> {
        if versions.is_empty() {
            return Ok(HashMap::new());
        }
        let of_lots = Entity::find().filter(is_among(conn, Column::LotId, versions.keys().map(|lot| lot.uuid())));
        let mut found = HashMap::new();
        for row in of_lots.order_by_asc(Column::Revision).list(conn).await? {
            if versions.get(&row.lot_id).is_some_and(|version| row.lot_version > *version) {
                found.entry(row.lot_id).or_insert(row.words_before);
            }
        }
        Ok(found)
    }
}

pub mod lot_revision_change {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_revision_change")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub revision: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub court_id: CourtId,
        pub field: RevisedField,
        pub item: Option<DisclosureItem>,
        pub before_text: String,
        pub after_text: String,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        let own = Entity::find().filter(Column::LotId.eq(lot));
        Ok(own.order_by_asc(Column::Revision).order_by_asc(Column::Position).list(conn).await?)
    }
}

#[boxed]
pub async fn insert(
    tx: &Tx,
    revision: lot_revision::Model,
    changes: Vec<lot_revision_change::Model>,
) -> Result<(), Problem> {
    lot_revision::Entity::insert(lot_revision::ActiveModel::from(revision)).execute(tx).await?;
    let changes = changes.into_iter().map(lot_revision_change::ActiveModel::from);
    lot_revision_change::Entity::insert_many(changes).execute(tx).await?;
    Ok(())
}
