//! This process as one that takes bids: its hold on its name, what is on its way, its sign of life.

use super::Bidding;
use crate::access::Services;
use crate::auction::store::{
    intake::{self, Hold},
    receipt_batch::Head,
};
use crate::kernel::arrival::Arrivals;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::Tx;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::refusal::RefusalCode;
use crate::kernel::timekeeping::{self, Finding, Reading};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const BEAT: Duration = Duration::from_secs(1);

pub(super) struct Intake {
    /// Name of this process in the chain of its receipts.
    pub node: String,
    /// None until the first sign of life, which comes before the first bid is decided.
    hold: Mutex<Option<Hold>>,
    /// Where the chain of the receipts stands after the last commit. None when that is not certain.
    head: Mutex<Option<Head>>,
    /// What this process has read, and what of it is not answered yet.
    arrivals: Arc<Arrivals>,
    /// The last clear comparison of the clocks found this one off.
    clock_off: AtomicBool,
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
    /// None: the clock of this machine is off.
    ClockOff,
}
impl Admission {
    /// Why a bid is not taken.
    pub fn refusal(self, arrival: Timestamp) -> Option<RefusalCode> {
        match self {
            Admission::Since(since) if arrival >= since => None,
            Admission::Since(_) | Admission::Nothing => Some(RefusalCode::PlatformFault),
            Admission::ClockOff => Some(RefusalCode::ServerClockOff),
        }
    }
}

impl Intake {
    pub fn new(node: String, arrivals: Arc<Arrivals>) -> Intake {
        Intake { node, hold: Mutex::default(), head: Mutex::default(), arrivals, clock_off: AtomicBool::new(false) }
    }
    pub fn hold(&self) -> Option<Hold> {
        *lock(&self.hold)
    }
    /// After the commit that made it so.
    pub fn keep(&self, hold: Hold) {
        *lock(&self.hold) = Some(hold);
    }
    /// Takes the head away, so that no batch that fails leaves one behind.
    pub fn take_head(&self) -> Option<Head> {
        lock(&self.head).take()
    }
    /// After the commit that made it so.
    pub fn keep_head(&self, head: Head) {
        *lock(&self.head) = Some(head);
    }
    pub fn clock_is_off(&self) -> bool {
        self.clock_off.load(Ordering::SeqCst)
    }
    /// Compares the clocks, where there are two.
    pub async fn compare_clocks(&self, services: &Services) -> Result<(), Problem> {
        if let Some(reading) = timekeeping::compare(&services.clock, &services.db).await? {
            self.take_time(reading);
        }
        Ok(())
    }
    pub fn take_time(&self, reading: Reading) {
        match reading.finding() {
            Finding::Unclear => {}
            Finding::Right => self.clock_off.store(false, Ordering::SeqCst),
            Finding::Off(by) => {
                tracing::error!(node = self.node, %by, "the clock is off: no bids are taken here");
                self.clock_off.store(true, Ordering::SeqCst);
            }
        }
    }
    /// Whether this process holds its name, by the token that the transaction found in force.
    pub fn holds(&self, in_force: Option<i64>) -> bool {
        self.hold().is_some_and(|hold| in_force == Some(hold.token))
    }
    pub fn admission(&self, in_force: Option<i64>) -> Admission {
        if self.clock_is_off() {
            return Admission::ClockOff;
        }
        match self.hold() {
            // whoever moves a manual clock also gives the signs of life, or serves alone without them
            None => Admission::Since(Timestamp::from_micros(0)),
            Some(hold) if self.holds(in_force) => Admission::Since(hold.since.to_millisecond()),
            Some(_) => Admission::Nothing,
        }
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
    /// Takes the finding of a comparison of the clocks: whether this process takes bids from here on.
    pub fn take_time(&self, reading: Reading) {
        self.intake.take_time(reading);
    }
    /// Whether this process takes bids as far as its clock is concerned.
    pub fn clock_is_right(&self) -> bool {
        !self.intake.clock_is_off()
    }

    /// Compares the clocks, then says that bids are taken here, or leaves until the clock is right again.
    ///
    /// # Errors
    /// When the database does not answer, or another process has taken the name.
    pub async fn sign_of_life(&self, services: &Services) -> Result<(), Problem> {
        self.intake.compare_clocks(services).await?;
        if self.clock_is_right() { self.beat().await } else { self.leave(services).await }
    }

    /// Gives a sign of life every second, until told to stop.
    pub async fn keep_alive(&self, services: &Services, stop: CancellationToken) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            if let Err(problem) = self.sign_of_life(services).await {
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
