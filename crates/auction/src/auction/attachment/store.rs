//! Tables of attachments and of the objects behind them.

use super::{AttachmentState, MediaType};
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::{Tx, sql};
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::{AttachmentId, CourtId, LotId};
use crate::kernel::query::Fetch;
use chrono::TimeDelta;
use sea_orm::{Condition, PaginatorTrait, QueryOrder, QuerySelect, entity::prelude::*};

/// An upload that began before its attachment was removed has ended by then, so that its bytes go with the others.
pub const RELEASE_AFTER: TimeDelta = TimeDelta::minutes(15);

pub mod lot_attachment {
    use super::*;
    pub use crate::kernel::row::save;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_attachment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AttachmentId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub file_name: String,
        pub caption: Option<String>,
        pub media_type: MediaType,
        /// In bytes.
        pub size: i64,
        pub sha256: Vec<u8>,
        pub state: AttachmentState,
        pub stored_at: Option<Timestamp>,
        /// The revision of the announcement that shows it; 0 the announcement itself, none while only the court sees it.
        pub shown_revision: Option<i32>,
        pub removed_revision: Option<i32>,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    impl Model {
        /// Does everybody see it, once the lot is published?
        pub fn is_shown(&self) -> bool {
            self.state == AttachmentState::Stored && self.shown_revision.is_some()
        }
        /// # Errors
        /// Internal when the row holds no SHA-256, which its table does not allow.
        pub fn hash(&self) -> Result<[u8; 32], Problem> {
            <[u8; 32]>::try_from(self.sha256.as_slice()).map_err(|_| Problem::internal("no SHA-256 in the row"))
        }
        /// What a reader of a correction sees of it.
        pub fn label(&self) -> String {
            format!("{} (SHA-256 {})", self.file_name, hex::encode(&self.sha256))
        }
    }

    pub async fn find(conn: &impl ConnectionTrait, id: AttachmentId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(id).first(conn).await?)
    }
    /// NOT_FOUND on `field` for an unknown one.
    #[boxed]
    pub async fn lock(tx: &Tx, field: &'static str, id: AttachmentId) -> Result<Model, Failure> {
        let row = Entity::find_by_id(id).lock_exclusive().first(tx).await?;
        row.ok_or_else(|| Failure::not_found(field))
    }
    /// Of a lot, in the order in which they were declared: those that everybody sees, or all that are there or awaited.
    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId, all: bool) -> Result<Vec<Model>, Problem> {
        let own = Entity::find().filter(Column::LotId.eq(lot));
        let stored = Condition::all().add(Column::State.eq(AttachmentState::Stored));
        let wanted = match all {
            true => Condition::any().add(stored).add(Column::State.eq(AttachmentState::Pending)),
            false => stored.add(Column::ShownRevision.is_not_null()),
        };
        Ok(own.filter(wanted).order_by_asc(Column::Id).list(conn).await?)
    }
    /// Those that are there or awaited.
    pub async fn count(conn: &impl ConnectionTrait, lot: LotId) -> Result<u64, Problem> {
        let states = [AttachmentState::Pending, AttachmentState::Stored];
        let own = Entity::find().filter(Column::LotId.eq(lot)).filter(Column::State.is_in(states));
        Ok(own.count(conn).await?)
    }
    /// Those whose bytes were to arrive before `instant`.
    pub async fn overdue(conn: &impl ConnectionTrait, instant: Timestamp, limit: u64) -> Result<Vec<Model>, Problem> {
        let pending = Entity::find().filter(Column::State.eq(AttachmentState::Pending));
        let overdue = pending.filter(Column::RecordedAt.lt(instant)).order_by_asc(Column::RecordedAt);
        Ok(overdue.limit(limit).list(conn).await?)
    }
    /// Stored ones behind `after`, by id: for the check of all files.
    pub async fn stored_after(
        conn: &impl ConnectionTrait,
        after: AttachmentId,
        limit: u64,
    ) -> Result<Vec<Model>, Problem> {
        let stored = Entity::find().filter(Column::State.eq(AttachmentState::Stored)).filter(Column::Id.gt(after));
        Ok(stored.order_by_asc(Column::Id).limit(limit).list(conn).await?)
    }
}

/// From here on an attachment needs the object of this hash. Waits while the object is being taken away.
#[boxed]
pub async fn need(tx: &Tx, sha256: &[u8], now: Timestamp) -> Result<(), Problem> {
    let text = "INSERT INTO stored_object (sha256, recorded_at, release_at) VALUES ($1, $2, NULL)
         ON CONFLICT (sha256) DO UPDATE SET release_at = NULL";
    tx.execute_raw(sql(tx, text, [sha256.to_vec().into(), now.into()])).await?;
    Ok(())
}

/// An attachment needs the object of this hash no more: once whatever is on its way in has arrived, the job looks
/// whether another does.
#[boxed]
pub async fn release(tx: &Tx, sha256: &[u8], now: Timestamp) -> Result<(), Problem> {
    let text = "UPDATE stored_object SET release_at = $2 WHERE sha256 = $1";
    tx.execute_raw(sql(tx, text, [sha256.to_vec().into(), now.plus(RELEASE_AFTER).into()])).await?;
    Ok(())
}

/// Hashes of objects that may have become free by `now`.
pub async fn released(conn: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Vec<u8>>, Problem> {
    let text = "SELECT sha256 FROM stored_object WHERE release_at <= $1 ORDER BY release_at LIMIT $2";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = conn.query_all_raw(sql(conn, text, [now.into(), limit.into()])).await?;
    rows.iter().map(|row| row.try_get("", "sha256").map_err(Problem::from)).collect()
}

/// May the object be taken away, as nothing needs it? Else it stays. Its lock keeps out who would begin to need it,
/// until the transaction ends.
#[boxed]
pub async fn begin_removal(tx: &Tx, sha256: &[u8]) -> Result<bool, Problem> {
    // a write locks the row on both engines; what is read after it is what was committed before
    let lock = "UPDATE stored_object SET release_at = release_at WHERE sha256 = $1 AND release_at IS NOT NULL";
    if tx.execute_raw(sql(tx, lock, [sha256.to_vec().into()])).await?.rows_affected() == 0 {
        return Ok(false);
    }
    // what was public once stays on record
    let needed = "SELECT COUNT(*) AS n FROM lot_attachment WHERE sha256 = $1
         AND (state IN ('PENDING', 'STORED') OR removed_revision IS NOT NULL)";
    let row = tx.query_one_raw(sql(tx, needed, [sha256.to_vec().into()])).await?;
    let needed: i64 = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or_default();
    if needed > 0 {
        let text = "UPDATE stored_object SET release_at = NULL WHERE sha256 = $1";
        tx.execute_raw(sql(tx, text, [sha256.to_vec().into()])).await?;
    }
    Ok(needed == 0)
}

/// The bytes are gone.
#[boxed]
pub async fn end_removal(tx: &Tx, sha256: &[u8]) -> Result<(), Problem> {
    let text = "DELETE FROM stored_object WHERE sha256 = $1";
    tx.execute_raw(sql(tx, text, [sha256.to_vec().into()])).await?;
    Ok(())
}
