//! Live changes of the catalogue: one reader of this process for all viewers.
//!
//! The reader hears which lots changed, gathers for a tenth of a second, reads each lot once and hands what it read to
//! every viewer; each decides in memory what it means for his filter. So a lot is told at most ten times a second, and
//! a further viewer costs no read. What the bus loses is found by a look every few seconds. The last changes are kept:
//! a viewer who was cut off goes on behind the last version he has. A version is good for this process; after a
//! restart, at another server or after too long the viewer is told to load his page anew. Without viewers nothing is
//! read.

use super::matching::{Fixed, Moment};
use super::store::lot_text;
use crate::access::Services;
use crate::auction::ops::TOPIC;
use crate::auction::store::revision::lot_revision;
use crate::auction::store::{lot, lot_event};
use crate::cases::store::court;
use crate::kernel::bulk::is_among;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::sql;
use crate::kernel::error::Problem;
use crate::kernel::events::{Bus, Event};
use crate::kernel::ids::{CourtId, LotId, NodeKind};
use crate::kernel::query::Fetch;
use chrono::TimeDelta;
use sea_orm::{Condition, ConnectionTrait, entity::prelude::*};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::{self, Receiver, error::RecvError};
use tokio::sync::{Notify, broadcast::Sender};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// A lot is told no oftener.
const BEAT: Duration = Duration::from_millis(100);
/// A reading that failed is tried again after so long.
const RETRY: Duration = Duration::from_secs(1);
/// What the bus lost is found by then.
const LOOK: Duration = Duration::from_secs(5);
/// A transaction may be committed so much later than what it wrote says.
const OVERLAP: TimeDelta = TimeDelta::seconds(10);
/// The reader goes on for so long after the last viewer has left: he may have been cut off.
const LINGER: Duration = Duration::from_secs(30);
/// Batches that a viewer may be behind before he is closed: some seconds.
const BEHIND: usize = 128;
/// Changes that are kept for viewers who come back.
const KEPT: usize = 4096;
/// Lots whose last told state is remembered; beyond, it is read again from their history.
const KNOWN: usize = 100_000;
/// Lots of one read.
const CHUNK: usize = 200;

/// A lot as it stands now, with how it stood when it was told last.
pub struct Change {
    pub lot: lot::Model,
    before: Option<Moment>,
    region: String,
    body: String,
    /// Its words of then, where a correction has changed them since.
    body_before: Option<String>,
}
impl Change {
    pub fn fixed(&self) -> Fixed<'_> {
        Fixed {
            court: self.lot.court_id,
            region: &self.region,
            category: self.lot.category,
            round: self.lot.round,
            starting_price: self.lot.starting_price,
            body: &self.body,
        }
    }
    /// How it stood when it was told last, with its words of then.
    pub fn before(&self) -> Option<(&Moment, &str)> {
        self.before.as_ref().map(|moment| (moment, self.body_before.as_deref().unwrap_or(&self.body)))
    }
    pub fn after(&self) -> Moment {
        moment_of(&self.lot)
    }
}
fn moment_of(row: &lot::Model) -> Moment {
    Moment {
        version: row.version,
        status: row.status,
        current_price: row.current_price,
        effective_end_at: row.effective_end_at,
    }
}

/// What was read at one beat.
pub struct Batch {
    pub position: i64,
    pub changes: Vec<Change>,
}

/// The feed of this process; cheap to clone.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

struct Shared {
    /// Tells versions of this process from those of others.
    epoch: u64,
    batches: Sender<Arc<Batch>>,
    wake: Notify,
    past: Mutex<Past>,
}

#[derive(Default)]
struct Past {
    /// Position of the last batch.
    last: i64,
    kept: VecDeque<Arc<Batch>>,
    changes: usize,
    /// The reader is at work, or about to be.
    active: bool,
    /// What the reader begins to listen with: taken before the first viewer is told to load his page.
    heard: Option<Receiver<Arc<Event>>>,
}
impl Past {
    fn keep(&mut self, batch: Arc<Batch>) {
        self.last = batch.position;
        self.changes = self.changes.saturating_add(batch.changes.len());
        self.kept.push_back(batch);
        while self.changes > KEPT
            && let Some(oldest) = self.kept.pop_front()
        {
            self.changes = self.changes.saturating_sub(oldest.changes.len());
        }
    }
    /// The batches behind a position; none when some of them are gone or it is none of ours.
    fn behind(&self, position: i64) -> Option<Vec<Arc<Batch>>> {
        let oldest = self.kept.front().map_or(self.last.saturating_add(1), |batch| batch.position);
        let known = position <= self.last && position.saturating_add(1) >= oldest;
        known.then(|| self.kept.iter().filter(|batch| batch.position > position).cloned().collect())
    }
}

/// What a viewer begins with.
pub struct Watch {
    /// He has to load his page: nothing is known of what he saw.
    pub reset: bool,
    pub missed: Vec<Arc<Batch>>,
    /// Position that the missed batches go on from.
    pub position: i64,
    pub batches: Receiver<Arc<Batch>>,
}

impl Default for Feed {
    fn default() -> Feed {
        let epoch = RandomState::new().hash_one("catalogue");
        let batches = broadcast::channel(BEHIND).0;
        Feed(Arc::new(Shared { epoch, batches, wake: Notify::new(), past: Mutex::default() }))
    }
}

impl Feed {
    /// What is behind the lock is whole at every moment, even after a panic.
    fn past(&self) -> MutexGuard<'_, Past> {
        self.0.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text of a position, for a viewer to come back with.
    pub fn version(&self, position: i64) -> String {
        format!("{:016x}.{position}", self.0.epoch)
    }
    fn position(&self, version: &str) -> Option<i64> {
        let (epoch, position) = version.split_once('.')?;
        let own = u64::from_str_radix(epoch, 16).ok()? == self.0.epoch;
        own.then(|| position.parse().ok()).flatten()
    }

    /// Begins to watch, behind the version that the viewer has.
    pub fn watch(&self, bus: &Bus, after: Option<&str>) -> Watch {
        let mut past = self.past();
        if !past.active {
            past.active = true;
            past.heard = Some(bus.subscribe());
            self.0.wake.notify_one();
        }
        let missed = after.and_then(|version| self.position(version)).and_then(|position| past.behind(position));
        Watch {
            reset: missed.is_none(),
            position: past.last,
            missed: missed.unwrap_or_default(),
            batches: self.0.batches.subscribe(),
        }
    }

    /// Reads for the viewers until told to stop.
    pub async fn run(&self, services: &Services, stop: CancellationToken) {
        while let Some(heard) = stop.run_until_cancelled(self.viewers()).await {
            if stop.run_until_cancelled(self.serve(services, heard)).await.is_none() {
                return;
            }
        }
    }
    async fn viewers(&self) -> Receiver<Arc<Event>> {
        loop {
            if let Some(heard) = self.past().heard.take() {
                return heard;
            }
            self.0.wake.notified().await;
        }
    }

    async fn serve(&self, services: &Services, mut heard: Receiver<Arc<Event>>) {
        let mut reader = Reader::new(services);
        let (mut beat, mut look) = (tokio::time::interval(BEAT), tokio::time::interval(LOOK));
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watched = Instant::now();
        loop {
            let done = tokio::select! {
                event = heard.recv() => match event {
                    Ok(event) => { reader.hear(&event); Ok(()) }
                    Err(RecvError::Lagged(_)) => reader.look().await,
                    Err(RecvError::Closed) => return,
                },
                _ = look.tick() => {
                    if self.0.batches.receiver_count() > 0 {
                        watched = Instant::now();
                    } else if watched.elapsed() > LINGER && self.rest() {
                        return;
                    }
                    reader.look().await
                }
                _ = beat.tick(), if !reader.dirty.is_empty() => reader.read().await.map(|changes| self.tell(changes)),
            };
            if let Err(problem) = done {
                tracing::warn!(?problem, "changes of the catalogue could not be read; they are tried again");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
    fn tell(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let mut past = self.past();
        let batch = Arc::new(Batch { position: past.last.saturating_add(1), changes });
        past.keep(batch.clone());
        // no viewer is no fault
        let _ = self.0.batches.send(batch);
    }
    /// Stops when nobody watches. What is not read from now on makes every version of before too old.
    fn rest(&self) -> bool {
        let mut past = self.past();
        if self.0.batches.receiver_count() > 0 {
            return false;
        }
        *past = Past { last: past.last.saturating_add(2), ..Past::default() };
        true
    }
}

struct Known {
    moment: Moment,
    /// It was told to the viewers, not only found when the reader began.
    told: bool,
}

struct Reader<'s> {
    services: &'s Services,
    known: HashMap<LotId, Known>,
    /// Lots to be read, with the first version that was heard of since.
    dirty: BTreeMap<LotId, i64>,
    looked: Timestamp,
}

impl Reader<'_> {
    fn new(services: &Services) -> Reader<'_> {
        let looked = services.clock.now();
        Reader { services, known: HashMap::new(), dirty: BTreeMap::new(), looked }
    }

    fn hear(&mut self, event: &Event) {
        if event.topic == TOPIC && event.subject.kind == NodeKind::Lot {
            self.mark(LotId::from_uuid(event.subject.id), event.version);
        }
    }
    fn mark(&mut self, lot: LotId, version: i64) {
        let first = self.dirty.entry(lot).or_insert(version);
        *first = version.min(*first);
    }
    fn is_told(&self, lot: LotId, version: i64) -> bool {
        self.known.get(&lot).is_some_and(|known| known.told && known.moment.version >= version)
    }

    /// Finds what was not heard of: bids by the versions of open lots, everything else by its record.
    async fn look(&mut self) -> Result<(), Problem> {
        let (reader, now) = (self.services.db.reader(), self.services.clock.now());
        let text = "SELECT lot_id, MIN(version) AS first, MAX(version) AS newest FROM lot_event
                    WHERE kind <> 'BID' AND recorded_at > $1 GROUP BY lot_id";
        let since = self.looked.minus(OVERLAP);
        for row in reader.query_all_raw(sql(&reader, text, [since.into()])).await? {
            let (lot, newest): (LotId, i64) = (row.try_get("", "lot_id")?, row.try_get("", "newest")?);
            if !self.is_told(lot, newest) {
                self.mark(lot, row.try_get("", "first")?);
            }
        }
        let text = "SELECT id, version, status, current_price, effective_end_at FROM lot
                    WHERE status = 'OPEN' AND published_at IS NOT NULL";
        for row in reader.query_all_raw(sql(&reader, text, [])).await? {
            let (lot, version): (LotId, i64) = (row.try_get("", "id")?, row.try_get("", "version")?);
            match self.known.get(&lot) {
                Some(known) if known.moment.version < version => self.mark(lot, version),
                Some(_) => {}
                None => {
                    let moment = Moment {
                        version,
                        status: row.try_get("", "status")?,
                        current_price: row.try_get("", "current_price")?,
                        effective_end_at: row.try_get("", "effective_end_at")?,
                    };
                    self.known.insert(lot, Known { moment, told: false });
                }
            }
        }
        self.looked = now;
        Ok(())
    }

    /// Reads what has changed; what cannot be read stays to be read.
    async fn read(&mut self) -> Result<Vec<Change>, Problem> {
        let mut changes = Vec::new();
        let dirty: Vec<(LotId, i64)> = self.dirty.iter().map(|(lot, first)| (*lot, *first)).collect();
        for chunk in dirty.chunks(CHUNK) {
            changes.extend(self.read_some(chunk).await?);
        }
        self.dirty.clear();
        if self.known.len() > KNOWN {
            self.known.clear();
        }
        for change in &changes {
            self.known.insert(change.lot.id, Known { moment: change.after(), told: true });
        }
        Ok(changes)
    }

    async fn read_some(&self, wanted: &[(LotId, i64)]) -> Result<Vec<Change>, Problem> {
        let reader = self.services.db.reader();
        let ids = || wanted.iter().map(|(lot, _)| lot.uuid());
        let rows = lot::public().filter(is_among(&reader, lot::Column::Id, ids())).list(&reader).await?;
        let rows: Vec<_> = rows.into_iter().filter(|row| !self.is_told(row.id, row.version)).collect();
        let texts = lot_text::Entity::find().filter(is_among(&reader, lot_text::Column::LotId, ids()));
        let mut bodies: HashMap<LotId, String> =
            texts.list(&reader).await?.into_iter().map(|text| (text.lot_id, text.body)).collect();
        let regions = self.regions(&rows).await?;
        let mut before = self.before(wanted, &rows).await?;
        let corrected = rows.iter().filter(|row| row.revision > 0);
        let version = |row: &lot::Model| before.get(&row.id).map(|moment| (row.id, moment.version));
        let versions: HashMap<LotId, i64> = corrected.filter_map(version).collect();
        let mut bodies_before = lot_revision::words_at(&reader, &versions).await?;
        let change = |row: lot::Model| Change {
            body_before: bodies_before.remove(&row.id),
            before: before.remove(&row.id),
            region: regions.get(&row.court_id).cloned().unwrap_or_default(),
            body: bodies.remove(&row.id).unwrap_or_default(),
            lot: row,
        };
        Ok(rows.into_iter().map(change).collect())
    }

    async fn regions(&self, rows: &[lot::Model]) -> Result<HashMap<CourtId, String>, Problem> {
        let reader = self.services.db.reader();
        let courts: BTreeSet<_> = rows.iter().map(|row| row.court_id.uuid()).collect();
        let courts = court::Entity::find().filter(is_among(&reader, court::Column::Id, courts));
        Ok(courts.list(&reader).await?.into_iter().map(|court| (court.id, court.region)).collect())
    }

    /// How the lots stood when they were told last; of those that were not told yet, how they stood before the first
    /// version that was heard of.
    async fn before(&self, wanted: &[(LotId, i64)], rows: &[lot::Model]) -> Result<HashMap<LotId, Moment>, Problem> {
        use lot_event::{Column, Entity};
        let first: HashMap<LotId, i64> = wanted.iter().copied().collect();
        let (mut found, mut unknown) = (HashMap::new(), Condition::any());
        for row in rows {
            let version = first.get(&row.id).map_or(0, |first| first.saturating_sub(1));
            match self.known.get(&row.id).map(|known| known.moment) {
                Some(moment) if moment.version < row.version => {
                    found.insert(row.id, moment);
                }
                _ if version > 0 => {
                    let one = Condition::all().add(Column::LotId.eq(row.id)).add(Column::Version.eq(version));
                    unknown = unknown.add(one);
                }
                _ => {}
            }
        }
        if !unknown.is_empty() {
            for event in Entity::find().filter(unknown).list(&self.services.db.reader()).await? {
                let moment = Moment {
                    version: event.version,
                    status: event.status,
                    current_price: event.current_price,
                    effective_end_at: event.effective_end_at,
                };
                found.insert(event.lot_id, moment);
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn positions(batches: &[Arc<Batch>]) -> Vec<i64> {
        batches.iter().map(|batch| batch.position).collect()
    }

    #[test]
    fn a_viewer_goes_on_behind_his_version_or_begins_anew() {
        let (feed, bus) = (Feed::default(), Bus::default());
        let watch = feed.watch(&bus, None);
        assert!(watch.reset && feed.past().heard.is_some());
        for position in 1..=3 {
            feed.past().keep(Arc::new(Batch { position, changes: Vec::new() }));
        }
        for (position, missed) in [(0, Some(vec![1, 2, 3])), (2, Some(vec![3])), (3, Some(Vec::new())), (4, None)] {
            let watch = feed.watch(&bus, Some(&feed.version(position)));
            let seen = (!watch.reset).then(|| positions(&watch.missed));
            assert_eq!(seen, missed, "{position}");
        }
        feed.past().kept.pop_front();
        assert!(feed.watch(&bus, Some(&feed.version(0))).reset, "the first batch is gone");
        assert!(!feed.watch(&bus, Some(&feed.version(1))).reset);
        // versions of another process, and what is none
        let other = Feed::default().version(2);
        for version in [other.as_str(), "", ".", "x.1", "0.1"] {
            assert!(feed.watch(&bus, Some(version)).reset, "{version}");
        }
    }

    #[test]
    fn a_feed_that_rested_knows_no_version_of_before() {
        let (feed, bus) = (Feed::default(), Bus::default());
        let watch = feed.watch(&bus, None);
        feed.past().keep(Arc::new(Batch { position: 1, changes: Vec::new() }));
        assert!(!feed.rest(), "somebody watches");
        drop(watch);
        assert!(feed.rest());
        for position in 0..=2 {
            assert!(feed.watch(&bus, Some(&feed.version(position))).reset, "{position}");
        }
    }
}
