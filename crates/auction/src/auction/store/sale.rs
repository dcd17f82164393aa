//! Money on registrations and the results of sales.

use crate::kernel::boxed;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::db::Tx;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::{CourtId, DepositCreditId, LotId, PayableId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use crate::kernel::secret::{Place, Sealed};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};

pub mod deposit_credit {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deposit_credit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DepositCreditId,
        pub court_id: CourtId,
        pub registration_id: RegistrationId,
        pub bank_reference: String,
        pub amount: Money,
        /// Stands as the bidder's own money.
        pub to_deposit: Money,
        /// Went to the price at once.
        pub to_price: Money,
        /// Who paid it, as JSON of `payer::Payer`: what goes back of it goes there.
        pub payer_sealed: Sealed,
        pub booked_on: LegalDate,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn payer_place(id: DepositCreditId) -> Place {
        Place::new("deposit_credit", id.uuid(), "payer_sealed")
    }

    /// Credits of a registration that went to the price, wholly or partly, the first one first.
    pub async fn of_price(conn: &impl ConnectionTrait, id: RegistrationId) -> Result<Vec<Model>, Problem> {
        let to_price = Entity::find().filter(Column::RegistrationId.eq(id)).filter(Column::ToPrice.gt(Money::ZERO));
        Ok(to_price.order_by_asc(Column::Id).list(conn).await?)
    }

    #[boxed]
    pub async fn by_reference(tx: &Tx, court: CourtId, reference: &str) -> Result<Option<Model>, Problem> {
        let same = Entity::find().filter(Column::CourtId.eq(court)).filter(Column::BankReference.eq(reference));
        Ok(same.first(tx).await?)
    }
}

/// A bank lends the purchaser the balance.
pub mod balance_loan {
    use super::*;
    pub use crate::kernel::row::insert;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "balance_loan")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub bank: String,
        pub document: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
}

pub mod lot_result {
    use super::*;
    pub use crate::kernel::row::save;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_result")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub winner_id: RegistrationId,
        #[sea_orm(unique)]
        pub confirmation_number: String,
        pub purchaser_name: String,
        pub bidder_code: String,
        pub hammer_price: Money,
        pub deposit_applied: Money,
        /// The purchaser's frozen deposit that the provider has not transferred yet.
        pub deposit_due: Money,
        pub balance_paid: Money,
        pub ended_at: Timestamp,
        pub refunds_due_at: Timestamp,
        pub balance_due_on: LegalDate,
        pub paid_on: Option<LegalDate>,
        pub ruling_due_on: Option<LegalDate>,
        pub ruling_number: Option<String>,
        pub ruling_served_on: Option<LegalDate>,
        pub price_payable_id: Option<PayableId>,
        pub delivery_due_on: Option<LegalDate>,
        pub delivered_on: Option<LegalDate>,
        pub calendar: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    impl Model {
        /// What the purchaser himself still owes of the price.
        pub fn balance(&self) -> Money {
            let own = self.hammer_price.saturating_minus(self.deposit_applied).saturating_minus(self.deposit_due);
            own.saturating_minus(self.balance_paid)
        }
        /// All of the price is on the court's account.
        pub fn is_complete(&self) -> bool {
            self.balance().is_zero() && self.deposit_due.is_zero()
        }
    }
    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
    #[boxed]
    pub async fn lock(tx: &Tx, lot: LotId) -> Result<Model, Failure> {
        let found = Entity::find_by_id(lot).lock_exclusive().first(tx).await?;
        found.ok_or_else(|| Failure::internal("a sold lot without a result"))
    }
}

/// The purchaser's undertaking on purchase limits, said again after the sale.
pub mod renewed_undertaking {
    use super::*;
    pub use crate::kernel::row::insert;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "renewed_undertaking")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub registration_id: RegistrationId,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
}
