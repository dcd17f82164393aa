//! The chain of rounds: which lot follows which.

use super::lot;
use crate::auction::aftermath::Stage;
use crate::auction::rules::rounds::stage_of;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use sea_orm::{QueryOrder, entity::prelude::*};

pub mod lot_chain {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_chain")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub chain_id: LotId,
        #[sea_orm(unique)]
        pub previous_id: LotId,
        pub position: i32,
        pub stage: Stage,
        pub floor_price: Money,
        pub document_number: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// The row of a later round; none for the first lot of a chain.
    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
    /// The round that follows a lot.
    pub async fn after(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find().filter(Column::PreviousId.eq(lot)).first(conn).await?)
    }
    /// The later rounds of a chain, in order.
    pub async fn of_chain(conn: &impl ConnectionTrait, chain: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::ChainId.eq(chain)).order_by_asc(Column::Position).list(conn).await?)
    }
}

/// A lot with its place in the chain.
#[derive(Clone, Debug)]
pub struct Round {
    pub lot: lot::Model,
    pub position: i32,
    pub stage: Stage,
    /// The document by which it was opened; none for the first.
    pub document_number: Option<String>,
}

/// Id of the chain that a lot belongs to: its first lot's.
pub async fn chain_id(conn: &impl ConnectionTrait, lot: LotId) -> Result<LotId, Problem> {
    Ok(lot_chain::of_lot(conn, lot).await?.map_or(lot, |link| link.chain_id))
}

/// All rounds of the chain of a lot, the first one first.
pub async fn rounds_of(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Round>, Problem> {
    let chain = chain_id(conn, lot).await?;
    let links = lot_chain::of_chain(conn, chain).await?;
    let ids: Vec<LotId> = std::iter::once(chain).chain(links.iter().map(|link| link.lot_id)).collect();
    let lots = lot::Entity::find().filter(lot::Column::Id.is_in(ids)).list(conn).await?;
    let mut rounds: Vec<Round> = lots
        .into_iter()
        .map(|lot| match links.iter().find(|link| link.lot_id == lot.id) {
            None => Round { position: 1, stage: stage_of(lot.round), document_number: None, lot },
            Some(link) => Round {
                position: link.position,
                stage: link.stage,
                document_number: Some(link.document_number.clone()),
                lot,
            },
        })
        .collect();
    rounds.sort_by_key(|round| round.position);
    Ok(rounds)
}
