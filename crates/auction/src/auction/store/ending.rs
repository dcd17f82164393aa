//! Ends of a chain other than a sale that stands: taken in kind, released, set aside.

use crate::access::Scope;
use crate::auction::aftermath::SetAsideGround;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::error::Problem;
use crate::kernel::ids::{
    CourtId, InKindOfferId, LotId, PartyId, PayableId, ReceiptId, RestitutionId, RestitutionReturnId,
};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use sea_orm::{QueryOrder, entity::prelude::*};

pub mod in_kind_offer {
    use super::*;
    use crate::auction::rules::in_kind::Place;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "in_kind_offer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: InKindOfferId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub party_id: PartyId,
        pub rank_class: i32,
        pub rank_order: i32,
        pub document_number: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub const fn place(&self) -> Place {
            Place { class: self.rank_class, order: self.rank_order }
        }
    }

    /// The offers for a lot, the earliest place first.
    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        let offers = Entity::find().filter(Column::LotId.eq(lot));
        let ordered = offers.order_by_asc(Column::RankClass).order_by_asc(Column::RankOrder).order_by_asc(Column::Id);
        Ok(ordered.list(conn).await?)
    }
}

pub mod in_kind_ruling {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "in_kind_ruling")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        #[sea_orm(unique)]
        pub offer_id: InKindOfferId,
        pub reserve_price: Money,
        pub share: Money,
        pub difference: Money,
        pub receipt_id: Option<ReceiptId>,
        pub draw_document: Option<String>,
        pub ruling_number: String,
        pub served_on: LegalDate,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
    /// Has this receipt paid a difference already?
    pub async fn by_receipt(conn: &impl ConnectionTrait, receipt: ReceiptId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find().filter(Column::ReceiptId.eq(receipt)).first(conn).await?)
    }
}

pub mod lot_release {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_release")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub ruling_number: String,
        pub reason: String,
        pub released_on: LegalDate,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
}

pub mod sale_set_aside {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sale_set_aside")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub ground: SetAsideGround,
        pub reason: String,
        pub ruling_number: String,
        pub decided_on: LegalDate,
        pub returned: Money,
        pub outstanding: Money,
        pub receipt_id: Option<ReceiptId>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
}

pub mod restitution {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "restitution")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RestitutionId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub payable_id: Option<PayableId>,
        pub payee_name: String,
        pub amount: Money,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::Id).list(conn).await?)
    }
    pub async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: RestitutionId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(id).filter(scope.on_court(Column::CourtId)).first(conn).await?)
    }
}

pub mod restitution_return {
    use super::*;
    use crate::kernel::boxed;
    use crate::kernel::bulk::insert_all;
    use crate::kernel::db::Tx;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "restitution_return")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RestitutionReturnId,
        pub court_id: CourtId,
        pub restitution_id: RestitutionId,
        pub receipt_id: ReceiptId,
        pub amount: Money,
        pub document: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_line(conn: &impl ConnectionTrait, line: RestitutionId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::RestitutionId.eq(line)).order_by_asc(Column::Id).list(conn).await?)
    }
    /// What of a line has come back.
    pub async fn returned(conn: &impl ConnectionTrait, line: RestitutionId) -> Result<Money, Problem> {
        let rows = of_line(conn, line).await?;
        Money::sum(rows.iter().map(|row| row.amount)).map_err(Problem::internal)
    }
    #[boxed]
    pub async fn insert(tx: &Tx, rows: Vec<Model>) -> Result<(), Problem> {
        insert_all::<Entity>(tx, &rows).await?;
        Ok(())
    }
}
