//! Sealed maxima of bidders (代理出价). The amount stands in the row only encrypted, bound to the row and its serial; the
//! commitment lets the bidder show later that nobody changed it.

use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::Tx;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::secret::{Place, Sealed, Vault};
use sea_orm::{QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};

/// What is sealed. No `Debug`: it must not reach a log.
#[derive(Serialize, Deserialize)]
pub struct Maximum {
    pub serial: i64,
    pub maximum: Money,
    /// Random, hexadecimal: without it the maximum could be guessed from the commitment.
    pub nonce: String,
}

pub mod proxy_bid {
    use super::*;
    pub use crate::kernel::row::insert;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "proxy_bid")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub court_id: CourtId,
        /// In the order of setting within the court.
        #[sea_orm(primary_key, auto_increment = false)]
        pub serial: i64,
        pub lot_id: LotId,
        pub registration_id: RegistrationId,
        pub maximum_sealed: Sealed,
        /// SHA-256, see `ops::proxy`.
        pub commitment: Vec<u8>,
        pub recorded_at: Timestamp,
        /// Withdrawn, or replaced by another.
        pub ended_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn place(id: RegistrationId) -> Place {
        Place::new("proxy_bid", id.uuid(), "maximum_sealed")
    }

    impl Model {
        /// # Errors
        /// When the value was sealed for another row.
        pub fn opened(&self, vault: &Vault) -> Result<Maximum, Problem> {
            let plain =
                vault.open_bytes(place(self.registration_id), &self.maximum_sealed).map_err(Problem::internal)?;
            let maximum: Maximum = serde_json::from_slice(&plain)?;
            if maximum.serial != self.serial {
                return Err(Problem::internal("a maximum that was sealed for another row"));
            }
            Ok(maximum)
        }
    }

    /// The maxima in force on these lots, in the order in which they were set. For the holder of the lots' locks.
    #[boxed]
    pub async fn in_force(tx: &Tx, lots: Vec<LotId>) -> Result<Vec<Model>, Problem> {
        let standing = Entity::find().filter(Column::LotId.is_in(lots)).filter(Column::EndedAt.is_null());
        Ok(standing.order_by_asc(Column::Serial).list(tx).await?)
    }
    pub async fn of_registration(conn: &impl ConnectionTrait, id: RegistrationId) -> Result<Option<Model>, Problem> {
        let standing = Entity::find().filter(Column::RegistrationId.eq(id)).filter(Column::EndedAt.is_null());
        Ok(standing.first(conn).await?)
    }
    /// Ends what is in force for a registration; was there anything?
    #[boxed]
    pub async fn end(tx: &Tx, id: RegistrationId, now: Timestamp) -> Result<bool, Problem> {
        let standing = Entity::update_many().filter(Column::RegistrationId.eq(id)).filter(Column::EndedAt.is_null());
        let ended = standing.col_expr(Column::EndedAt, Expr::value(now)).execute(tx).await?;
        Ok(ended.rows_affected > 0)
    }
}
