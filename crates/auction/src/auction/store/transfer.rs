//! Approvals that the transfer of equity needs (股权变更审批), one for a lot.

use crate::auction::aftermath::TransferOutcome;
use crate::kernel::boxed;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::db::Tx;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId};
use crate::kernel::query::Fetch;
use crate::kernel::secret::BlindIndex;
use sea_orm::{QuerySelect, entity::prelude::*};

pub mod transfer_approval {
    use super::*;
    pub use crate::kernel::row::{insert, save};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "transfer_approval")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        /// The first lot of the property's rounds.
        pub chain_id: LotId,
        pub authority: String,
        pub requirement: String,
        pub outcome: Option<TransferOutcome>,
        pub document_number: Option<String>,
        pub decided_on: Option<LegalDate>,
        /// Who bought and did not obtain it: kept out of every later round.
        pub person_index: Option<BlindIndex>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
    #[boxed]
    pub async fn lock(tx: &Tx, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).lock_exclusive().first(tx).await?)
    }
    /// Did this person buy an earlier round of the chain without obtaining the approval?
    pub async fn bars(conn: &impl ConnectionTrait, chain: LotId, person: &BlindIndex) -> Result<bool, Problem> {
        let same = Entity::find().filter(Column::ChainId.eq(chain)).filter(Column::PersonIndex.eq(person.clone()));
        Ok(same.first(conn).await?.is_some())
    }
}
