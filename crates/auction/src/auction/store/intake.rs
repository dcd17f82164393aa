//! Which servers take bids, until when each of them has passed on what arrived, and when they did not.
//!
//! The row of a lot, locked by every batch and by the closing, keeps a sale consistent by itself. What stands here
//! keeps it fair: a closing waits for bids on their way through other servers, a server that was away too long refuses
//! what it still holds, and a lot whose last minutes an outage touched does not close.

use crate::auction::rules::suspension::{self, Outage};
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::Tx;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::query::{Execute, Fetch};
use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, QuerySelect, QueryTrait, entity::prelude::*};

/// Without a renewal for this long a server counts as gone and must refuse what it still holds.
pub const LEASE: TimeDelta = TimeDelta::seconds(10);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "intake")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub node: String,
    pub token: i64,
    pub beat_at: Timestamp,
    pub lease_until: Timestamp,
    pub drained_to: Timestamp,
    pub retired: bool,
}
impl ActiveModelBehavior for ActiveModel {}

pub mod outage {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "intake_outage")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub node: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub from_at: Timestamp,
        pub until_at: Timestamp,
        #[sea_orm(primary_key, auto_increment = false)]
        pub total: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl Model {
    fn is_live(&self, now: Timestamp) -> bool {
        !self.retired && self.lease_until > now
    }
}

/// A server's hold on its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    pub token: i64,
    /// Begin of the unbroken time in which the server took bids.
    pub since: Timestamp,
}

async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Model>, Problem> {
    Ok(Entity::find().list(conn).await?)
}

/// Token of the process that takes bids under this name at `now`, as a part of another statement; NULL when none does.
pub fn token_in_force(node: &str, now: Timestamp) -> Expr {
    let own = Entity::find_by_id(node).filter(Column::Retired.eq(false)).filter(Column::LeaseUntil.gt(now));
    own.select_only().column(Column::Token).into_query().into()
}

/// Renews the hold, or takes the name over when there is none yet; writes down the time in which nothing was taken.
/// `None`: a later process has the name.
#[boxed]
pub async fn beat(
    tx: &Tx,
    node: &str,
    hold: Option<Hold>,
    now: Timestamp,
    drained_to: Timestamp,
) -> Result<Option<Hold>, Failure> {
    let own = Entity::find_by_id(node).lock_exclusive().first(tx).await?;
    if let (Some(row), Some(hold)) = (&own, hold)
        && row.token != hold.token
    {
        return Ok(None);
    }
    let broken = record_outages(tx, node, own.as_ref(), now).await?;
    let before = own.as_ref().map_or(0, |row| row.token);
    let token = hold.map_or(before.saturating_add(1), |hold| hold.token);
    // nothing is queued from before a process's own first sign
    let since = match hold {
        Some(_) if broken => now,
        Some(hold) => hold.since,
        None => Timestamp::from_micros(0),
    };
    let row = ActiveModel {
        node: Set(node.to_owned()),
        token: Set(token),
        beat_at: Set(own.as_ref().map_or(now, |row| row.beat_at.max(now))),
        lease_until: Set(now.plus(LEASE)),
        drained_to: Set(own.as_ref().map_or(drained_to, |row| row.drained_to.max(drained_to))),
        retired: Set(false),
    };
    match own {
        Some(_) => Entity::update(row).execute(tx).await.map(|_| ())?,
        None => Entity::insert(row).execute(tx).await.map(|_| ())?,
    }
    Ok(Some(Hold { token, since }))
}

/// Whether there was an outage of this server up to `now`; it is written down.
#[boxed]
async fn record_outages(tx: &Tx, node: &str, own: Option<&Model>, now: Timestamp) -> Result<bool, Problem> {
    let last_of_all = all(tx).await?.iter().map(|row| row.beat_at).max();
    let total = last_of_all.map(|from| Outage { from, until: now, total: true });
    let alone = own.filter(|row| !row.retired).map(|row| Outage { from: row.beat_at, until: now, total: false });
    let rows: Vec<_> = [total, alone]
        .into_iter()
        .flatten()
        .filter(Outage::counts)
        .map(|outage| outage::ActiveModel {
            node: Set(node.to_owned()),
            from_at: Set(outage.from),
            until_at: Set(outage.until),
            total: Set(outage.total),
        })
        .collect();
    let broken = !rows.is_empty();
    if broken {
        tracing::error!(node, "bids could not be taken for a time");
        outage::Entity::insert_many(rows).execute(tx).await?;
    }
    Ok(broken)
}

/// Leaves in good order: nothing is on its way through this server any more.
#[boxed]
pub async fn retire(tx: &Tx, node: &str, hold: Hold, now: Timestamp) -> Result<(), Failure> {
    let own = Entity::find_by_id(node).lock_exclusive().first(tx).await?;
    let Some(own) = own.filter(|row| row.token == hold.token && row.is_live(now)) else { return Ok(()) };
    let row = ActiveModel { beat_at: Set(own.beat_at.max(now)), retired: Set(true), ..own.into() };
    Entity::update(row.reset_all()).execute(tx).await?;
    Ok(())
}

/// May a bid that arrived before `end` still be on its way through a live server?
pub async fn outstanding(conn: &impl ConnectionTrait, end: Timestamp, now: Timestamp) -> Result<bool, Problem> {
    Ok(all(conn).await?.iter().any(|row| row.is_live(now) && row.drained_to < end))
}

/// The outage for which a lot that is open from `starts_at` to `end` has to stop, if there is one.
pub async fn fault(
    conn: &impl ConnectionTrait,
    starts_at: Timestamp,
    end: Timestamp,
    now: Timestamp,
) -> Result<Option<Outage>, Problem> {
    let window = suspension::last_window(starts_at, end);
    let written = outage::Entity::find()
        .filter(outage::Column::UntilAt.gt(window))
        .filter(outage::Column::FromAt.lt(end))
        .list(conn)
        .await?;
    let written = written.into_iter().map(|row| Outage { from: row.from_at, until: row.until_at, total: row.total });
    // a server that is away now has not written its own outage yet
    let away = all(conn).await?.into_iter().filter(|row| !row.retired);
    let away = away.map(|row| Outage { from: row.beat_at, until: now, total: false });
    Ok(written.chain(away).filter(|outage| outage.stops(starts_at, end)).min_by_key(|outage| outage.from))
}
