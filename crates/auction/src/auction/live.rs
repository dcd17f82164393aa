//! Watching a lot live (围观): whoever and however many watch it, its changes are read once for all of them.
//!
//! Each watched lot has one task in this process. It reads when the bus tells of the lot, at most ten times a second,
//! and every few seconds for what the bus has lost; what it read is handed to all followers at once. Bids in quick
//! succession come as the latest of them, every other change by itself. A follower who is further behind, because he
//! resumes or takes his events slowly, reads for himself: nobody's slowness costs the others anything, or memory. What
//! is handed on is public history alone; who may watch is decided before.

use super::ops::TOPIC;
use super::store::lot_event::{self, Model};
use crate::access::Services;
use crate::kernel::error::Problem;
use crate::kernel::events::Event;
use crate::kernel::ids::{LotId, NodeKind};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

/// Least time between two events of bids: ten a second for each lot and viewer.
const PACE: Duration = Duration::from_millis(100);
/// A lost wake-up costs at most this long.
const POLL: Duration = Duration::from_secs(5);
/// A reading that failed is tried again after so long.
const RETRY: Duration = Duration::from_secs(1);
/// Changes read at once.
const READ: u64 = 200;
/// Changes of a lot that are kept for its followers.
const KEPT: usize = 256;

/// The lots that are watched through this process; cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Desk>);

struct Desk {
    services: Services,
    watched: Mutex<Watched>,
}

#[derive(Default)]
struct Watched {
    lots: HashMap<LotId, Arc<Source>>,
    /// A task hears the bus for all of them.
    heard: bool,
}

/// A watched lot, between the task that reads it and its followers.
struct Source {
    told: Notify,
    recent: watch::Sender<Recent>,
}

/// The latest changes of a lot, in the order of their versions.
#[derive(Clone)]
struct Recent {
    /// What viewers are told after this version stands in `rows`.
    from: i64,
    rows: Arc<[Arc<Model>]>,
}
impl Recent {
    fn begin(from: i64) -> Recent {
        Recent { from, rows: Arc::default() }
    }
    fn head(&self) -> i64 {
        self.rows.last().map_or(self.from, |row| row.version)
    }
    /// What came after `seen`; none when that reaches further back than what is kept.
    fn after(&self, seen: i64) -> Option<&[Arc<Model>]> {
        let first = self.rows.partition_point(|row| row.version <= seen);
        (seen >= self.from).then(|| self.rows.get(first..).unwrap_or_default())
    }
    fn with(&self, read: Vec<Model>) -> Recent {
        let mut rows: Vec<Arc<Model>> = self.rows.iter().cloned().chain(read.into_iter().map(Arc::new)).collect();
        let surplus = rows.len().saturating_sub(KEPT);
        let from = rows.drain(..surplus).next_back().map_or(self.from, |row| row.version);
        Recent { from, rows: rows.into() }
    }
}

impl Live {
    pub fn new(services: Services) -> Live {
        Live(Arc::new(Desk { services, watched: Mutex::default() }))
    }

    /// Follows a lot whose version is `present`, from behind the version `seen`.
    pub fn follow(&self, lot: LotId, seen: i64, present: i64) -> Follower {
        let mut watched = self.watched();
        // the bus is listened to before anything is read: what happens in between is in one of the two
        if !watched.heard {
            watched.heard = true;
            tokio::spawn(self.clone().hear(self.0.services.bus.subscribe()));
        }
        let source = watched.lots.entry(lot).or_insert_with(|| {
            let recent = watch::Sender::new(Recent::begin(present.saturating_sub(1)));
            let source = Arc::new(Source { told: Notify::new(), recent });
            tokio::spawn(self.clone().read(lot, source.clone()));
            source
        });
        let changes = source.recent.subscribe();
        Follower { services: self.0.services.clone(), lot, seen, ready: VecDeque::new(), changes }
    }

    /// What is behind the lock is whole at every moment, even after a panic.
    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.0.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the tasks of the lots that the bus tells of, as long as any lot is watched.
    async fn hear(self, mut bus: broadcast::Receiver<Arc<Event>>) {
        loop {
            let told = bus.recv().await;
            let mut watched = self.watched();
            if watched.lots.is_empty() || matches!(told, Err(RecvError::Closed)) {
                watched.heard = false;
                return;
            }
            match told {
                Ok(event) if event.topic == TOPIC && event.subject.kind == NodeKind::Lot => {
                    let source = watched.lots.get(&LotId::from_uuid(event.subject.id));
                    source.into_iter().for_each(|source| source.told.notify_one());
                }
                Ok(_) => {}
                Err(_) => watched.lots.values().for_each(|source| source.told.notify_one()),
            }
        }
    }

    /// Reads a lot as long as somebody follows it.
    async fn read(self, lot: LotId, source: Arc<Source>) {
        let _reading = Reading { live: self.clone(), lot, source: source.clone() };
        loop {
            match self.read_once(lot, &source).await {
                Ok(true) => sleep(PACE).await,
                Ok(false) => {}
                Err(problem) => {
                    tracing::warn!(?problem, "a lot that is watched could not be read; trying again");
                    sleep(RETRY).await;
                    source.told.notify_one();
                }
            }
            tokio::select! {
                _ = timeout(POLL, source.told.notified()) => {}
                () = source.recent.closed() => {}
            }
            let mut watched = self.watched();
            // a new follower comes under this lock
            if source.recent.receiver_count() == 0 {
                watched.lots.remove(&lot);
                return;
            }
        }
    }

    /// Hands what is new to the followers; whether there was anything.
    async fn read_once(&self, lot: LotId, source: &Source) -> Result<bool, Problem> {
        let head = source.recent.borrow().head();
        let new = lot_event::told(&self.0.services.db.reader(), lot, head, READ).await?;
        let some = !new.is_empty();
        if new.len() as u64 >= READ {
            // more than was read at once
            source.told.notify_one();
        }
        if some {
            source.recent.send_modify(|recent| *recent = recent.with(new));
        }
        Ok(some)
    }
}

/// A lot whose task runs. However that ends, by a panic too, nobody is left to wait for it: its followers see that the
/// source is closed, and the next one gets a task of his own.
struct Reading {
    live: Live,
    lot: LotId,
    source: Arc<Source>,
}
impl Drop for Reading {
    fn drop(&mut self) {
        let mut watched = self.live.watched();
        if watched.lots.get(&self.lot).is_some_and(|known| Arc::ptr_eq(known, &self.source)) {
            watched.lots.remove(&self.lot);
        }
    }
}

/// One viewer of a lot.
pub struct Follower {
    services: Services,
    lot: LotId,
    seen: i64,
    ready: VecDeque<Arc<Model>>,
    changes: watch::Receiver<Recent>,
}

impl Follower {
    /// Waits for the next change.
    ///
    /// # Errors
    /// When the database cannot be read: resume from the last version.
    pub async fn next(&mut self) -> Result<Arc<Model>, Problem> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                self.seen = row.version;
                return Ok(row);
            }
            let recent = self.changes.borrow_and_update().clone();
            self.ready = match recent.after(self.seen) {
                Some(rows) => rows.iter().cloned().collect(),
                None => {
                    let rows = lot_event::told(&self.services.db.reader(), self.lot, self.seen, READ).await?;
                    rows.into_iter().map(Arc::new).collect()
                }
            };
            if self.ready.is_empty() {
                self.changes.changed().await.map_err(|_| Problem::internal("nobody reads the lot any more"))?;
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::auction::{LotEventKind, LotStatus};
    use crate::kernel::clock::Timestamp;
    use crate::kernel::ids::CourtId;

    fn row(version: i64) -> Model {
        let now = Timestamp::from_micros(1_772_000_000_000_000);
        Model {
            lot_id: LotId::new(now),
            version,
            court_id: CourtId::new(now),
            kind: LotEventKind::Bid,
            status: LotStatus::Open,
            current_price: None,
            leader_code: None,
            effective_end_at: None,
            extension_count: 0,
            bid_count: 0,
            bids_from: None,
            suspended_at: None,
            recorded_at: now,
        }
    }
    fn versions(rows: &[Arc<Model>]) -> Vec<i64> {
        rows.iter().map(|row| row.version).collect()
    }

    #[test]
    fn a_follower_takes_what_he_has_not_seen() {
        let recent = Recent::begin(4);
        assert_eq!((recent.head(), recent.after(4).map(versions)), (4, Some(vec![])));
        let recent = recent.with(vec![row(5)]).with(vec![row(9), row(10)]);
        assert_eq!(recent.head(), 10);
        for (seen, expected) in
            [(3, None), (4, Some(vec![5, 9, 10])), (5, Some(vec![9, 10])), (8, Some(vec![9, 10])), (10, Some(vec![]))]
        {
            assert_eq!(recent.after(seen).map(versions), expected, "{seen}");
        }
        // ahead of what was read here: another process told him
        assert_eq!(recent.after(11).map(versions), Some(vec![]));
    }

    #[test]
    fn what_is_no_longer_kept_is_read_by_the_follower() {
        let most = i64::try_from(KEPT).unwrap();
        let recent = Recent::begin(0).with((1..=most).map(row).collect());
        assert_eq!((recent.from, recent.rows.len()), (0, KEPT));
        let recent = recent.with(vec![row(most + 1), row(most + 2)]);
        assert_eq!((recent.from, recent.rows.len(), recent.head()), (2, KEPT, most + 2));
        assert_eq!(recent.after(1), None);
        assert_eq!(recent.after(2).map(|rows| rows.len()), Some(KEPT));
    }
}
