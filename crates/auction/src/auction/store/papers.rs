//! Papers of agents and of joint bidders, those for whom they bid, whom a sale names and whom a default bars.

use super::registration;
use crate::auction::{BarGround, BidderAgentAct};
use crate::kernel::boxed;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::db::{Tx, sql};
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId, RegistrationId};
use crate::kernel::query::Fetch;
use crate::kernel::secret::{BlindIndex, Place, Sealed, Vault};
use sea_orm::{QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};

pub mod bidder_papers {
    use super::*;
    pub use crate::kernel::row::{insert, save};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bidder_papers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub registration_id: RegistrationId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        /// Of joint bidders.
        pub agreement_sealed: Option<Sealed>,
        pub agent_name_sealed: Option<Sealed>,
        pub power_document_sealed: Option<Sealed>,
        /// What the clerk must look into besides; the bidder is not told.
        pub screening: Option<String>,
        pub may_undertake: bool,
        pub valid_from: Option<LegalDate>,
        pub until: Option<LegalDate>,
        /// By which a principal took the power back.
        pub revocation_sealed: Option<Sealed>,
        /// None: nobody bids by them yet.
        pub confirmed_at: Option<Timestamp>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    impl Model {
        /// Several persons bid together.
        pub fn joint(&self) -> bool {
            self.agreement_sealed.is_some()
        }
        pub fn by_agent(&self) -> bool {
            self.agent_name_sealed.is_some()
        }
        /// The letter by which a principal took the power back.
        ///
        /// # Errors
        /// When the value was sealed for another row.
        pub fn revocation(&self, vault: &Vault) -> Result<Option<String>, Problem> {
            let Some(sealed) = &self.revocation_sealed else { return Ok(None) };
            Ok(Some(vault.open(revocation_place(self.registration_id), sealed)?.expose().clone()))
        }
        /// The acts that the power of attorney names; none without an agent.
        pub fn acts(&self) -> Vec<BidderAgentAct> {
            let named = |act: &BidderAgentAct| match act {
                BidderAgentAct::Bid => self.by_agent(),
                BidderAgentAct::Undertake => self.may_undertake,
            };
            BidderAgentAct::ALL.iter().copied().filter(named).collect()
        }
    }
    pub const fn agreement_place(id: RegistrationId) -> Place {
        Place::new("bidder_papers", id.uuid(), "agreement_sealed")
    }
    pub const fn agent_place(id: RegistrationId) -> Place {
        Place::new("bidder_papers", id.uuid(), "agent_name_sealed")
    }
    pub const fn power_place(id: RegistrationId) -> Place {
        Place::new("bidder_papers", id.uuid(), "power_document_sealed")
    }
    pub const fn revocation_place(id: RegistrationId) -> Place {
        Place::new("bidder_papers", id.uuid(), "revocation_sealed")
    }
    pub async fn of_registration(conn: &impl ConnectionTrait, id: RegistrationId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(id).first(conn).await?)
    }
    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        let papers = Entity::find().filter(Column::LotId.eq(lot));
        Ok(papers.order_by_asc(Column::RegistrationId).list(conn).await?)
    }
}

pub mod former_power {
    use super::*;
    pub use crate::kernel::row::insert;

    /// What is sealed. No `Debug`: it must not reach a log.
    #[derive(Clone, Serialize, Deserialize)]
    pub struct Power {
        /// Its last day, as in the row.
        pub until: LegalDate,
        /// Number or title.
        pub document: String,
        /// By which a principal had taken it back.
        pub revocation: Option<String>,
    }

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "former_power")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub registration_id: RegistrationId,
        /// When another one took its place.
        #[sea_orm(primary_key, auto_increment = false)]
        pub recorded_at: Timestamp,
        pub until: LegalDate,
        pub court_id: CourtId,
        pub power_sealed: Sealed,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn place(id: RegistrationId) -> Place {
        Place::new("former_power", id.uuid(), "power_sealed")
    }
    impl Model {
        /// # Errors
        /// When the value was sealed for another row.
        pub fn opened(&self, vault: &Vault) -> Result<Power, Problem> {
            let plain = vault.open_bytes(place(self.registration_id), &self.power_sealed).map_err(Problem::internal)?;
            let power: Power = serde_json::from_slice(&plain)?;
            if power.until != self.until {
                return Err(Problem::internal("a power that was sealed for another row"));
            }
            Ok(power)
        }
    }
    /// The powers that another one took the place of, oldest first.
    pub async fn of_registration(conn: &impl ConnectionTrait, id: RegistrationId) -> Result<Vec<Model>, Problem> {
        let former = Entity::find().filter(Column::RegistrationId.eq(id));
        Ok(former.order_by_asc(Column::RecordedAt).list(conn).await?)
    }
}

pub mod bidder_person {
    use super::*;
    pub use crate::kernel::row::insert;

    /// What is sealed. No `Debug`: it must not reach a log.
    #[derive(Clone, Serialize, Deserialize)]
    pub struct Person {
        /// 1 first, as the registration named them.
        pub ordinal: i32,
        pub name: String,
        /// Citizen id or unified social credit code.
        pub number: String,
        /// The number as it may be shown.
        pub mask: String,
    }

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bidder_person")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub registration_id: RegistrationId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ordinal: i32,
        pub court_id: CourtId,
        pub person_sealed: Sealed,
        pub share_parts: Option<i32>,
        pub pays_deposit: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub const fn place(id: RegistrationId) -> Place {
        Place::new("bidder_person", id.uuid(), "person_sealed")
    }
    impl Model {
        /// # Errors
        /// When the value was sealed for another row.
        pub fn opened(&self, vault: &Vault) -> Result<Person, Problem> {
            let plain =
                vault.open_bytes(place(self.registration_id), &self.person_sealed).map_err(Problem::internal)?;
            let person: Person = serde_json::from_slice(&plain)?;
            if person.ordinal != self.ordinal {
                return Err(Problem::internal("a bidder who was sealed for another row"));
            }
            Ok(person)
        }
    }
    /// Those for whom a registration bids by papers; nobody where the account bids for itself alone.
    pub async fn of_registration(conn: &impl ConnectionTrait, id: RegistrationId) -> Result<Vec<Model>, Problem> {
        let named = Entity::find().filter(Column::RegistrationId.eq(id));
        Ok(named.order_by_asc(Column::Ordinal).list(conn).await?)
    }
}

pub mod lot_bidder {
    use super::*;

    /// Notes that a person bids on the lot of this registration by it; false when he does by another.
    #[boxed]
    pub async fn claim(tx: &Tx, by: &registration::Model, person: BlindIndex) -> Result<bool, Problem> {
        let text = "INSERT INTO lot_bidder (lot_id, person_index, court_id, registration_id) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (lot_id, person_index) DO NOTHING";
        let values: [sea_orm::Value; 4] = [by.lot_id.into(), person.into(), by.court_id.into(), by.id.into()];
        Ok(tx.execute_raw(sql(tx, text, values)).await?.rows_affected() == 1)
    }
    /// A registration that was barred keeps nobody from bidding by another.
    #[boxed]
    pub async fn release(tx: &Tx, by: RegistrationId) -> Result<(), Problem> {
        tx.execute_raw(sql(tx, "DELETE FROM lot_bidder WHERE registration_id = $1", [by.into()])).await?;
        Ok(())
    }
}

pub mod joint_purchaser {
    use super::*;
    pub use crate::kernel::row::insert;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "joint_purchaser")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ordinal: i32,
        pub court_id: CourtId,
        pub name: String,
        pub share_parts: Option<i32>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// Those who bought a lot together; nobody where one bought it.
    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::Ordinal).list(conn).await?)
    }
}

pub mod barred_purchaser {
    use super::*;
    pub use crate::kernel::row::insert;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "barred_purchaser")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ground: BarGround,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ordinal: i32,
        pub court_id: CourtId,
        /// The first lot of the property's rounds.
        pub chain_id: LotId,
        pub person_index: BlindIndex,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// Why this person, who bought an earlier round of the chain with others, is kept out.
    pub async fn ground(
        conn: &impl ConnectionTrait,
        chain: LotId,
        person: &BlindIndex,
    ) -> Result<Option<BarGround>, Problem> {
        let same = Entity::find().filter(Column::ChainId.eq(chain)).filter(Column::PersonIndex.eq(person.clone()));
        Ok(same.first(conn).await?.map(|row| row.ground))
    }
}
