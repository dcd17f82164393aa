//! Reference price, survey and costs of a property.

use crate::auction::property::{CostBearer, CostKind, Finding, NetworkQuote, Occupancy, PriceMethod, SurveyItem};
use crate::kernel::boxed;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::db::Tx;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use sea_orm::{QueryOrder, entity::prelude::*};

pub mod reference_price {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "reference_price")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub method: PriceMethod,
        pub amount: Money,
        /// Answers of the platforms, as a JSON list.
        pub quotes: String,
        pub source: String,
        pub reason: Option<String>,
        pub fixed_on: LegalDate,
        pub valid_until: LegalDate,
        pub document_number: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub fn quotes(&self) -> Result<Vec<NetworkQuote>, Problem> {
            Ok(serde_json::from_str(&self.quotes)?)
        }
    }

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
    /// Puts the price, in place of an earlier one.
    #[boxed]
    pub async fn put(tx: &Tx, row: Model) -> Result<(), Problem> {
        Entity::delete_many().filter(Column::LotId.eq(row.lot_id)).execute(tx).await?;
        Entity::insert(ActiveModel::from(row)).execute(tx).await?;
        Ok(())
    }
}

pub mod lot_survey {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_survey")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item: SurveyItem,
        pub court_id: CourtId,
        pub finding: Finding,
        pub content: String,
        pub source: Option<String>,
        pub surveyed_on: Option<LegalDate>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::Item).list(conn).await?)
    }
}

pub mod lot_card {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_card")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub occupancy: Occupancy,
        pub keys_held: Option<bool>,
        pub loan_possible: Option<bool>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
}

pub mod lot_cost {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_cost")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub court_id: CourtId,
        pub kind: CostKind,
        pub bearer: CostBearer,
        pub amount: Option<Money>,
        pub note: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::Position).list(conn).await?)
    }
}

/// Puts the survey of a lot, in place of an earlier one.
#[boxed]
pub async fn put_survey(
    tx: &Tx,
    card: lot_card::Model,
    answers: Vec<lot_survey::Model>,
    costs: Vec<lot_cost::Model>,
) -> Result<(), Problem> {
    let lot = card.lot_id;
    lot_card::Entity::delete_many().filter(lot_card::Column::LotId.eq(lot)).execute(tx).await?;
    lot_survey::Entity::delete_many().filter(lot_survey::Column::LotId.eq(lot)).execute(tx).await?;
    lot_cost::Entity::delete_many().filter(lot_cost::Column::LotId.eq(lot)).execute(tx).await?;
    lot_card::Entity::insert(lot_card::ActiveModel::from(card)).execute(tx).await?;
    if !answers.is_empty() {
        let rows = answers.into_iter().map(lot_survey::ActiveModel::from);
        lot_survey::Entity::insert_many(rows).execute(tx).await?;
    }
    if !costs.is_empty() {
        lot_cost::Entity::insert_many(costs.into_iter().map(lot_cost::ActiveModel::from)).execute(tx).await?;
    }
    Ok(())
}
