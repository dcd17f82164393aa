//! The replay files of ended lots, and what a file is made of.

use super::{attempt, lot_event};
use crate::auction::LotEventKind;
use crate::auction::replay::Form;
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::Tx;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId};
use crate::kernel::query::{Execute, Fetch};
use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, entity::prelude::*};

/// Rows that are read at once.
const CHUNK: u64 = 1000;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lot_replay")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub lot_id: LotId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub form: Form,
    pub court_id: CourtId,
    pub content: String,
    pub sha256: String,
    pub key_id: String,
    pub recorded_at: Timestamp,
}
impl ActiveModelBehavior for ActiveModel {}

pub mod due {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_replay_due")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub due_at: Timestamp,
        pub failures: i32,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A lot whose files cannot be written waits this long, and twice as long after each further failure.
const WAIT: TimeDelta = TimeDelta::minutes(1);
/// The wait stops growing at 2^10 minutes, about 17 hours.
const DOUBLINGS: i32 = 10;

/// The lot has ended: its files are to be written.
#[boxed]
pub async fn mark_due(tx: &Tx, lot: LotId, now: Timestamp) -> Result<(), Problem> {
    let row = due::ActiveModel { lot_id: Set(lot), due_at: Set(now), failures: Set(0) };
    due::Entity::insert(row).execute(tx).await?;
    Ok(())
}
pub async fn next_due(conn: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<LotId>, Problem> {
    let due = due::Entity::find().filter(due::Column::DueAt.lte(now)).order_by_asc(due::Column::DueAt);
    Ok(due.limit(limit).list(conn).await?.into_iter().map(|row| row.lot_id).collect())
}
/// Lots whose files could not be written at the last try.
pub async fn failed(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<due::Model>, Problem> {
    Ok(due::Entity::find().filter(due::Column::Failures.gt(0)).limit(limit).list(conn).await?)
}
/// The files could not be written: the lot waits, so that it holds up no other.
#[boxed]
pub async fn put_off(tx: &Tx, lot: LotId, now: Timestamp) -> Result<(), Problem> {
    let Some(row) = due::Entity::find_by_id(lot).lock_exclusive().first(tx).await? else { return Ok(()) };
    let wait = WAIT.checked_mul(1 << row.failures.clamp(0, DOUBLINGS)).unwrap_or(WAIT);
    let failures = row.failures.saturating_add(1);
    let row = due::ActiveModel { lot_id: Set(lot), due_at: Set(now.plus(wait)), failures: Set(failures) };
    due::Entity::update(row).execute(tx).await?;
    Ok(())
}
/// Takes the lot off the list; false when somebody else has.
#[boxed]
pub async fn take_due(tx: &Tx, lot: LotId) -> Result<bool, Problem> {
    Ok(due::Entity::delete_many().filter(due::Column::LotId.eq(lot)).execute(tx).await?.rows_affected == 1)
}
#[boxed]
pub async fn insert(tx: &Tx, rows: Vec<Model>) -> Result<(), Problem> {
    Entity::insert_many(rows.into_iter().map(ActiveModel::from)).execute(tx).await?;
    Ok(())
}
pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId, form: Form) -> Result<Option<Model>, Problem> {
    Ok(Entity::find_by_id((lot, form)).first(conn).await?)
}
/// Files after this one, by lot and form.
pub async fn after(conn: &impl ConnectionTrait, lot: LotId, limit: u64) -> Result<Vec<Model>, Problem> {
    let rows = Entity::find().filter(Column::LotId.gt(lot)).order_by_asc(Column::LotId).order_by_asc(Column::Form);
    Ok(rows.limit(limit).list(conn).await?)
}

/// The visible history of a lot without its bids, which stand with the attempts.
pub async fn history(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<lot_event::Model>, Problem> {
    let mut events: Vec<lot_event::Model> = Vec::new();
    loop {
        let seen = events.last().map_or(0, |event| event.version);
        let more = lot_event::Entity::find()
            .filter(lot_event::Column::LotId.eq(lot))
            .filter(lot_event::Column::Version.gt(seen))
            .filter(lot_event::Column::Kind.ne(LotEventKind::Bid))
            .order_by_asc(lot_event::Column::Version)
            .limit(CHUNK);
        let more = more.list(conn).await?;
        if more.is_empty() {
            return Ok(events);
        }
        events.extend(more);
    }
}
/// Every attempt on a lot, in the order of decision.
pub async fn attempts(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<attempt::Model>, Problem> {
    let mut attempts: Vec<attempt::Model> = Vec::new();
    loop {
        let seen = attempts.last().map_or(0, |attempt| attempt.sequence);
        let more = attempt::Entity::find()
            .filter(attempt::Column::LotId.eq(lot))
            .filter(attempt::Column::Sequence.gt(seen))
            .order_by_asc(attempt::Column::Sequence)
            .limit(CHUNK);
        let more = more.list(conn).await?;
        if more.is_empty() {
            return Ok(attempts);
        }
        attempts.extend(more);
    }
}
