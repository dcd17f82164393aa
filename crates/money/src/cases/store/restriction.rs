//! Orders that restrict a debtor's consumption.

use crate::kernel::{
    boxed,
    clock::{LegalDate, Timestamp},
    db::Tx,
    error::Problem,
    ids::{CaseId, CourtId, PartyId},
    query::{Execute, Fetch},
    secret::BlindIndex,
};
use sea_orm::{QueryOrder, entity::prelude::*};

pub mod consumption_restriction {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "consumption_restriction")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub party_id: PartyId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ordinal: i32,
        pub court_id: CourtId,
        pub case_id: CaseId,
        /// Finds the person in every court; none when his number is not known.
        pub identity_index: Option<BlindIndex>,
        pub document: String,
        pub ordered_on: LegalDate,
        pub lifted_on: Option<LegalDate>,
        pub lift_document: Option<String>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    #[boxed]
    pub async fn insert(tx: &Tx, row: Model) -> Result<(), Problem> {
        Entity::insert(ActiveModel::from(row)).execute(tx).await?;
        Ok(())
    }
    /// For the holder of the case's lock.
    #[boxed]
    pub async fn save(tx: &Tx, row: Model) -> Result<(), Problem> {
        let active: ActiveModel = row.into();
        Entity::update(active.reset_all()).execute(tx).await?;
        Ok(())
    }
}
use consumption_restriction::{Column, Entity, Model};

/// The orders against a party, the first one first.
pub async fn restrictions_of(conn: &impl ConnectionTrait, party: PartyId) -> Result<Vec<Model>, Problem> {
    Ok(Entity::find().filter(Column::PartyId.eq(party)).order_by_asc(Column::Ordinal).list(conn).await?)
}

/// Is a person under an order of any court?
pub async fn is_restricted(conn: &impl ConnectionTrait, person: &BlindIndex) -> Result<bool, Problem> {
    let in_force = Entity::find().filter(Column::IdentityIndex.eq(person.clone())).filter(Column::LiftedOn.is_null());
    Ok(in_force.first(conn).await?.is_some())
}
