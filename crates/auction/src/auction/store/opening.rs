//! Openings of what registrations keep sealed until the end (网拍规定 8, 18): each is on record and published afterwards.

use super::lot;
use crate::auction::{LotStatus, SealedPart};
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::counter;
use crate::kernel::db::Tx;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId, RegistrationId};
use crate::kernel::query::{Execute, Fetch};
use sea_orm::{QueryOrder, entity::prelude::*};

pub mod seal_opening {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "seal_opening")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub court_id: CourtId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub serial: i64,
        pub lot_id: LotId,
        pub registration_id: RegistrationId,
        pub part: SealedPart,
        pub reason: String,
        pub opened_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}
use seal_opening::{ActiveModel, Column, Entity, Model};

/// Whose registration is opened.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    pub court: CourtId,
    pub lot: LotId,
    pub registration: RegistrationId,
}

/// Puts an opening on record.
#[boxed]
pub async fn record(tx: &Tx, now: Timestamp, of: Opened, part: SealedPart, reason: &str) -> Result<(), Problem> {
    let row = Model {
        court_id: of.court,
        serial: counter::next(tx, of.court, "seal-opening", 0).await?,
        lot_id: of.lot,
        registration_id: of.registration,
        part,
        reason: reason.to_owned(),
        opened_at: now,
    };
    Entity::insert(ActiveModel::from(row)).execute(tx).await?;
    Ok(())
}

/// The openings of a lot in their order; none while bids are or may still be taken.
pub async fn published(conn: &impl ConnectionTrait, lot: &lot::Model) -> Result<Vec<Model>, Problem> {
    use LotStatus::{Announced, Draft, Open, Ready, Suspended};
    if matches!(lot.status, Draft | Ready | Announced | Open | Suspended) {
        return Ok(Vec::new());
    }
    Ok(Entity::find().filter(Column::LotId.eq(lot.id)).order_by_asc(Column::Serial).list(conn).await?)
}
