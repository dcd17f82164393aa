//! This process as one that takes bids: its hold on its name, what is on its way, its sign of life.

use super::Bidding;
use crate::access::Services;
use crate::auction::store::intake::{self, Hold};
use crate::kernel::arrival::Arrivals;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::Tx;
use crate::kernel::error::{Failure, Problem};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const BEAT: Duration = Duration::from_secs(1);

pub(super) struct Intake {
    /// Name of this process in the chain of its receipts.
    pub node: String,
    /// None until the first sign of life, which comes before the first bid is decided.
    hold: Mutex<Option<Hold>>,
    /// What this process has read, and what of it is not answered yet.
    arrivals: Arc<Arrivals>,
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
    pub fn new(node: String, arrivals: Arc<Arrivals>) -> Intake {
        Intake { node, hold: Mutex::new(None), arrivals }
    }
    pub fn hold(&self) -> Option<Hold> {
        *lock(&self.hold)
    }
    /// After the commit that made it so.
    pub fn keep(&self, hold: Hold) {
        *lock(&self.hold) = Some(hold);
    }
    pub async fn admission(&self, tx: &Tx, now: Timestamp) -> Result<Admission, Problem> {
        // whoever moves a manual clock also gives the signs of life, or serves alone without them
        let Some(hold) = self.hold() else { return Ok(Admission::Since(Timestamp::from_micros(0))) };
        let holds = intake::holds(tx, &self.node, hold, now).await?;
        Ok(if holds { Admission::Since(hold.since.to_millisecond()) } else { Admission::Nothing })
    }
    /// Renews the hold inside of a batch. CONFLICT when a later process has the name.
    pub async fn beat(&self, tx: &Tx, now: Timestamp) -> Result<Hold, Failure> {
        let kept = intake::beat(tx, &self.node, self.hold(), now, self.arrivals.drained_to()).await?;
        kept.ok_or_else(|| {
            tracing::error!(node = self.node, "another process has taken the name of this one: no bids are taken here");
            Problem::Conflict.into()
        })
    }
}

impl Bidding {
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
