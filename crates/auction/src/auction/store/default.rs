//! Defaulters, the use of their deposits, top-up orders, reminders.

use crate::auction::aftermath::{ForfeitureStep, ReminderKind};
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::error::Problem;
use crate::kernel::ids::{CaseId, CourtId, ForfeitureLineId, LotId, PartyId, PayableId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use crate::kernel::secret::BlindIndex;
use crate::payout::{PayableState, tables::payable};
use sea_orm::{QueryOrder, QuerySelect, QueryTrait, entity::prelude::*};

pub mod buyer_default {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "buyer_default")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub chain_id: LotId,
        pub ruling_number: String,
        pub reason: String,
        pub declared_on: LegalDate,
        pub person_index: Option<BlindIndex>,
        pub original_price: Money,
        pub forfeited: Money,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
    /// Has this person defaulted in an earlier round of the chain?
    pub async fn bars(conn: &impl ConnectionTrait, chain: LotId, person: &BlindIndex) -> Result<bool, Problem> {
        let same = Entity::find().filter(Column::ChainId.eq(chain)).filter(Column::PersonIndex.eq(person.clone()));
        Ok(same.first(conn).await?.is_some())
    }
}

pub mod forfeiture_line {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "forfeiture_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ForfeitureLineId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub step: ForfeitureStep,
        pub amount: Money,
        pub case_id: Option<CaseId>,
        pub party_id: Option<PartyId>,
        pub document_number: String,
        pub payable_id: PayableId,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::Id).list(conn).await?)
    }
    /// The uses that stand: those whose payment was not cancelled.
    pub async fn standing(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        let cancelled = payable::Entity::find()
            .select_only()
            .column(payable::Column::Id)
            .filter(payable::Column::State.eq(PayableState::Cancelled));
        let uses = Entity::find().filter(Column::LotId.eq(lot));
        let standing = uses.filter(Column::PayableId.not_in_subquery(cancelled.into_query()));
        Ok(standing.order_by_asc(Column::Id).list(conn).await?)
    }
}

pub mod top_up_order {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "top_up_order")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub amount: Money,
        pub due_on: LegalDate,
        pub document_number: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
}

pub mod balance_reminder {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "balance_reminder")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: ReminderKind,
        pub court_id: CourtId,
        pub due_on: LegalDate,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::RecordedAt).list(conn).await?)
    }
}
