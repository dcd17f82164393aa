//! Deposits that are frozen on the platform.

use crate::access::Scope;
use crate::auction::PlatformDepositState;
use crate::kernel::boxed;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::db::Tx;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::{CourtId, LotId, PlatformDepositId, ReceiptId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use sea_orm::{QuerySelect, entity::prelude::*};

pub mod platform_deposit {
    use super::*;
    pub use crate::kernel::row::{insert, save};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "platform_deposit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PlatformDepositId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        #[sea_orm(unique)]
        pub registration_id: RegistrationId,
        pub amount: Money,
        pub state: PlatformDepositState,
        /// In whose name the transfer of a purchaser's deposit comes.
        pub provider_name: Option<String>,
        pub provider_reference: Option<String>,
        pub frozen_at: Option<Timestamp>,
        /// Last instant for the release or the transfer.
        pub due_at: Option<Timestamp>,
        pub release_reference: Option<String>,
        pub released_at: Option<Timestamp>,
        /// Unidentified money in which finance found the transfer.
        pub receipt_id: Option<ReceiptId>,
        pub document_number: Option<String>,
        pub received_on: Option<LegalDate>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn find(
        conn: &impl ConnectionTrait,
        scope: &Scope,
        id: PlatformDepositId,
    ) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(id).filter(scope.on_court(Column::CourtId)).first(conn).await?)
    }
    pub async fn of_registration(
        conn: &impl ConnectionTrait,
        registration: RegistrationId,
    ) -> Result<Option<Model>, Problem> {
        Ok(Entity::find().filter(Column::RegistrationId.eq(registration)).first(conn).await?)
    }
    /// Those of a lot, by their registrations: at most one each.
    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).list(conn).await?)
    }
    /// Those of a court that bear one of these numbers of the provider.
    pub async fn with_references(
        conn: &impl ConnectionTrait,
        court: CourtId,
        references: Vec<String>,
    ) -> Result<Vec<Model>, Problem> {
        if references.is_empty() {
            return Ok(Vec::new());
        }
        let same = Entity::find().filter(Column::CourtId.eq(court));
        Ok(same.filter(Column::ProviderReference.is_in(references)).list(conn).await?)
    }
    /// The deposit of a registration, locked behind its row.
    #[boxed]
    pub async fn lock_of(tx: &Tx, registration: RegistrationId) -> Result<Model, Failure> {
        let own = Entity::find().filter(Column::RegistrationId.eq(registration));
        let found = own.lock_exclusive().first(tx).await?;
        found.ok_or_else(|| Failure::internal("a deposit on the platform without its record"))
    }
    /// Has this court a freeze under the provider's reference already?
    #[boxed]
    pub async fn has_reference(tx: &Tx, court: CourtId, reference: &str) -> Result<bool, Problem> {
        let same = Entity::find().filter(Column::CourtId.eq(court)).filter(Column::ProviderReference.eq(reference));
        Ok(same.first(tx).await?.is_some())
    }
    /// Nothing is asked any more of one that is still awaited.
    #[boxed]
    pub async fn withdraw(tx: &Tx, id: PlatformDepositId) -> Result<(), Problem> {
        Entity::delete_many().filter(Column::Id.eq(id)).execute(tx).await?;
        Ok(())
    }
}
