//! This process as one that takes bids: its hold on its name, what is on its way, its sign of life.

use super::Bidding;
use crate::access::Services;
use crate::auction::store::intake::{self, Hold};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::Tx;
use crate::kernel::error::{Failure, Problem};
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between the edge, where an arrival is stamped, and the first line of the use case a request is in nobody's list.
const UNLISTED: TimeDelta = TimeDelta::seconds(2);
const BEAT: Duration = Duration::from_secs(1);

pub(super) struct Intake {
    /// Name of this process in the chain of its receipts.
    pub node: String,
    /// None until the first sign of life: then this process is alone, as in a test or a command.
    hold: Mutex<Option<Hold>>,
    /// Arrivals of requests that are not answered yet.
    flights: Mutex<BTreeMap<Timestamp, usize>>,
}

/// A request between its arrival and its answer: no closing passes it.
pub struct Flight {
    intake: Arc<Intake>,
    arrival: Timestamp,
}
impl Drop for Flight {
    fn drop(&mut self) {
        let mut flights = lock(&self.intake.flights);
        if let Some(count) = flights.get_mut(&self.arrival) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                flights.remove(&self.arrival);
            }
        }
    }
}

/// What is behind the lock is whole at every moment, even after a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which bids of a batch may be decided at all.
#[derive(Clone, Copy)]
pub(super) enum Admission {
    /// Those that arrived at or after this instant.
    Since(Timestamp),
    /// None: the lease has run out, or another process has the name.
    Nothing,
}
impl Admission {
    pub fn admits(self, arrival: Timestamp) -> bool {
        matches!(self, Admission::Since(since) if arrival >= since)
    }
}

impl Intake {
    pub fn new(node: String) -> Intake {
        Intake { node, hold: Mutex::new(None), flights: Mutex::new(BTreeMap::new()) }
    }
    pub fn hold(&self) -> Option<Hold> {
        *lock(&self.hold)
    }
    /// After the commit that made it so.
    pub fn keep(&self, hold: Hold) {
        *lock(&self.hold) = Some(hold);
    }
    pub async fn admission(&self, tx: &Tx, now: Timestamp) -> Result<Admission, Problem> {
        let Some(hold) = self.hold() else { return Ok(Admission::Since(Timestamp::from_micros(0))) };
        let holds = intake::holds(tx, &self.node, hold, now).await?;
        Ok(if holds { Admission::Since(hold.since.to_millisecond()) } else { Admission::Nothing })
    }
    /// Nothing that arrived before this instant is on its way here.
    fn drained_to(&self, services: &Services, now: Timestamp) -> Timestamp {
        // a manual clock stands still while a request is under way
        let unlisted = if services.clock.is_manual() { TimeDelta::zero() } else { UNLISTED };
        let first = lock(&self.flights).first_key_value().map(|(arrival, _)| *arrival);
        let listed = now.minus(unlisted);
        first.map_or(listed, |first| listed.min(first))
    }
    /// Renews the hold inside of a batch. CONFLICT when a later process has the name.
    pub async fn beat(&self, tx: &Tx, services: &Services, now: Timestamp) -> Result<Hold, Failure> {
        let drained_to = self.drained_to(services, now);
        let kept = intake::beat(tx, &self.node, self.hold(), now, drained_to).await?;
        kept.ok_or_else(|| {
            tracing::error!(node = self.node, "another process has taken the name of this one: no bids are taken here");
            Problem::Conflict.into()
        })
    }
}

impl Bidding {
    /// Enters a request in the list of what a closing waits for.
    pub fn arriving(&self, arrival: Timestamp) -> Flight {
        let count = &mut *lock(&self.intake.flights);
        *count.entry(arrival).or_default() += 1;
        Flight { intake: self.intake.clone(), arrival }
    }

    /// Says every second, through the queue itself, that bids are taken here, until told to stop.
    pub async fn keep_alive(&self, stop: CancellationToken) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            if let Err(problem) = self.beat().await {
                metrics::counter!("duixian_intake_failures_total").increment(1);
                tracing::error!(?problem, "no sign that bids are taken could be given");
            }
        }
    }

    /// Leaves in good order, when the queue has ended: what this process held is answered.
    ///
    /// # Errors
    /// When the database cannot be written; the other servers then wait for the lease to run out.
    pub async fn leave(&self, services: &Services) -> Result<(), Problem> {
        let Some(hold) = self.intake.hold() else { return Ok(()) };
        let (node, now) = (self.intake.node.clone(), services.clock.now());
        let left = services.db.write_with(move |tx| {
            let node = node.clone();
            Box::pin(async move { intake::retire(tx, &node, hold, now).await })
        });
        left.await.map_err(Problem::from)
    }
}
