//! What stands around a lot before the sale: its public history, panel decisions, disclosures, notices, barred persons.

use crate::auction::{DisclosureItem, InterestKind, LotEventKind, LotStatus, NoticeMethod};
use crate::kernel::boxed;
use crate::kernel::bulk::insert_all;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::db::Tx;
use crate::kernel::error::Problem;
use crate::kernel::ids::{BarredPersonId, CourtId, LotId, NotificationId, PanelDecisionId, PartyId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::secret::{BlindIndex, Sealed};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};

pub mod lot_event {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub court_id: CourtId,
        pub kind: LotEventKind,
        pub status: LotStatus,
        pub current_price: Option<Money>,
        pub leader_code: Option<String>,
        pub effective_end_at: Option<Timestamp>,
        pub extension_count: i32,
        pub bid_count: i64,
        /// No bid before this instant.
        pub bids_from: Option<Timestamp>,
        pub suspended_at: Option<Timestamp>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// The row for the lot's present version.
    pub fn of(lot: &super::super::lot::Model, kind: LotEventKind, now: Timestamp) -> Model {
        Model {
            lot_id: lot.id,
            version: lot.version,
            court_id: lot.court_id,
            kind,
            status: lot.status,
            current_price: lot.current_price,
            leader_code: lot.leader_code.clone(),
            effective_end_at: lot.effective_end_at,
            extension_count: lot.extension_count,
            bid_count: lot.bid_count,
            bids_from: lot.bids_from(),
            suspended_at: lot.suspended_at,
            recorded_at: now,
        }
    }
    #[boxed]
    pub async fn insert(tx: &Tx, rows: Vec<Model>) -> Result<(), Problem> {
        insert_all::<Entity>(tx, &rows).await?;
        Ok(())
    }
    /// What a viewer who knows `seen` is told, in the order of the versions: of bids the latest, every other change. At
    /// most `limit`; behind a full answer there may be more.
    pub async fn told(conn: &impl ConnectionTrait, lot: LotId, seen: i64, limit: u64) -> Result<Vec<Model>, Problem> {
        let after = Entity::find().filter(Column::LotId.eq(lot)).filter(Column::Version.gt(seen));
        let Some(latest) = after.clone().order_by_desc(Column::Version).first(conn).await? else {
            return Ok(Vec::new());
        };
        if latest.version == seen.saturating_add(1) {
            return Ok(vec![latest]);
        }
        // as the index lot_event_told has it, so that a resumption does not walk through all bids
        let others = after.filter(Expr::cust("kind <> 'BID'")).filter(Column::Version.lt(latest.version));
        let mut rows = others.order_by_asc(Column::Version).limit(limit).list(conn).await?;
        if (rows.len() as u64) < limit {
            rows.push(latest);
        }
        Ok(rows)
    }
}

pub mod panel_decision {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "panel_decision")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PanelDecisionId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        /// Names of the members, as a JSON list.
        pub members: String,
        pub document_number: String,
        pub decided_on: LegalDate,
        pub starting_price: Money,
        pub deposit: Money,
        pub bid_increment: Money,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn latest(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_desc(Column::Id).first(conn).await?)
    }
}

pub mod disclosure {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "disclosure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub court_id: CourtId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item: DisclosureItem,
        pub content: String,
        pub not_applicable: bool,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).list(conn).await?)
    }
    /// Puts the item, in place of an earlier text.
    #[boxed]
    pub async fn put(tx: &Tx, row: ActiveModel) -> Result<(), Problem> {
        let again = sea_orm::sea_query::OnConflict::columns([Column::CourtId, Column::LotId, Column::Item])
            .update_columns([Column::Content, Column::NotApplicable, Column::RecordedAt])
            .to_owned();
        Entity::insert(row).on_conflict(again).execute(tx).await?;
        Ok(())
    }
}

pub mod notification {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notification")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NotificationId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub party_id: Option<PartyId>,
        pub interest: InterestKind,
        pub method: NoticeMethod,
        pub name_sealed: Sealed,
        pub notified_on: LegalDate,
        pub reason: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::Id).list(conn).await?)
    }
}

pub mod barred_person {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "barred_person")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: BarredPersonId,
        pub court_id: CourtId,
        /// Absent: barred from all lots of the court.
        pub lot_id: Option<LotId>,
        pub person_index: BlindIndex,
        pub reason: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// Why the person may not bid on this lot, if somebody entered it.
    pub async fn reason(
        conn: &impl ConnectionTrait,
        court: CourtId,
        lot: LotId,
        person: &BlindIndex,
    ) -> Result<Option<String>, Problem> {
        let this_or_all = sea_orm::Condition::any().add(Column::LotId.eq(lot)).add(Column::LotId.is_null());
        let row = Entity::find()
            .filter(Column::CourtId.eq(court))
            .filter(Column::PersonIndex.eq(person.clone()))
            .filter(this_or_all)
            .first(conn)
            .await?;
        Ok(row.map(|row| row.reason))
    }
}
