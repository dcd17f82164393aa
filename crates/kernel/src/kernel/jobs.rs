//! Work that time brings: named handlers, run by one ticker, each under a lease with a fencing token.
//!
//! A handler finds its own due rows, does a bounded piece in transactions of its own and answers how much it did. It
//! must be idempotent: after a crash the next holder of the lease does the rest.

use super::{
    clock::{Clock, Timestamp},
    db::{Db, Tx, sql},
    error::{Failure, Problem},
};
use crate::kernel::boxed;
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

#[async_trait::async_trait]
pub trait JobHandler: Send + Sync {
    /// Name of the lease; unique.
    fn name(&self) -> &'static str;
    /// Does one bounded piece (at most about 500 rows or 50 ms in a transaction); 0 means that nothing was due.
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem>;
    /// How much a piece does when there is more than it may do. After less a serving process lets it rest until the
    /// next second: what comes in meanwhile is cheaper done together, and bids need not wait for each of it.
    fn full(&self) -> u64 {
        1
    }
}

/// Proof of the lease. A handler checks it inside of each of its transactions.
#[derive(Clone, Debug)]
pub struct Fence {
    pub name: &'static str,
    pub token: i64,
}
impl Fence {
    /// Fails when another process has taken the lease over since.
    #[boxed]
    pub async fn check(&self, tx: &Tx) -> Result<(), Failure> {
        let row = tx.query_one_raw(sql(tx, "SELECT token FROM lease WHERE name = $1", [self.name.into()])).await?;
        match row.map(|r| r.try_get::<i64>("", "token")).transpose()? {
            Some(token) if token == self.token => Ok(()),
            _ => Err(Problem::Conflict.into()),
        }
    }
}

/// A lease outlives a slow tick; after a crash another process takes over this much later.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// A lease is not written anew each second: this much of it has passed by then.
const RENEW_AFTER: TimeDelta = TimeDelta::seconds(10);
/// Ends a handler that always finds more to do, so that the others get their turn.
const MAX_TICKS: u32 = 10_000;

pub struct Ticker {
    db: Db,
    clock: Clock,
    holder: String,
    handlers: Vec<Arc<dyn JobHandler>>,
    /// What may take long and holds nobody's money or bid up: runs in a loop of its own.
    slow: Vec<Arc<dyn JobHandler>>,
    /// The leases of this process, with the instant at which each was written.
    held: Mutex<HashMap<&'static str, (Fence, Timestamp)>>,
    rounds: tokio::sync::watch::Sender<Rounds>,
}

/// How often the loop of a serving process has gone through its handlers, without the slow ones.
#[derive(Clone, Copy, Default)]
struct Rounds {
    ended: u64,
    /// The last of them in which something was due, or failed.
    busy: u64,
}

impl Ticker {
    /// `holder` names this process among the nodes.
    pub fn new(db: Db, clock: Clock, holder: String, handlers: Vec<Arc<dyn JobHandler>>) -> Ticker {
        let (slow, held, rounds) = (Vec::new(), Mutex::default(), tokio::sync::watch::Sender::default());
        Ticker { db, clock, holder, handlers, slow, held, rounds }
    }
    /// Handlers that the others do not wait for.
    pub fn beside(self, slow: Vec<Arc<dyn JobHandler>>) -> Ticker {
        Ticker { slow, ..self }
    }

    /// Runs every handler until none has anything due. Tests and the demo call it after they moved the clock.
    pub async fn run_until_idle(&self) -> Result<(), Problem> {
        for _ in 0..MAX_TICKS {
            let mut done = 0;
            for handler in self.handlers.iter().chain(&self.slow) {
                done += self.run_one(&**handler, 1).await?;
            }
            if done == 0 {
                return Ok(());
            }
        }
        Err(Problem::internal("the jobs do not come to rest"))
    }

    /// The loop of a serving process: every second, until told to stop. A failing handler is logged and tried again.
    pub async fn run(&self, stop: CancellationToken) {
        let count = |busy: bool| {
            self.rounds.send_modify(|rounds| {
                rounds.ended += 1;
                rounds.busy = if busy { rounds.ended } else { rounds.busy };
            });
        };
        tokio::join!(self.run_each(&self.handlers, stop.clone(), count), self.run_each(&self.slow, stop, |_| {}));
    }

    /// Waits until the loop of this process has gone once through its handlers, the slow ones aside, and none of them
    /// had anything to do: what was written before the call is followed by nothing any more.
    pub async fn at_rest(&self) {
        let mut rounds = self.rounds.subscribe();
        let under_way = rounds.borrow().ended + 1;
        // the sender lives as long as this does
        let _ = rounds.wait_for(|rounds| rounds.ended > under_way && rounds.busy < rounds.ended).await;
    }

    /// Tells `ended` of each round whether it had anything to do.
    async fn run_each(&self, handlers: &[Arc<dyn JobHandler>], stop: CancellationToken, ended: impl Fn(bool)) {
        let mut beat = tokio::time::interval(std::time::Duration::from_secs(1));
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            let mut busy = false;
            for handler in handlers {
                if stop.is_cancelled() {
                    return;
                }
                match self.run_one(&**handler, handler.full()).await {
                    Ok(done) => busy |= done > 0,
                    Err(problem) => {
                        busy = true;
                        metrics::counter!("job_failures_total", "job" => handler.name()).increment(1);
                        tracing::error!(job = handler.name(), ?problem, "job failed");
                    }
                }
            }
            ended(busy);
        }
    }

    /// Piece after piece, until one does less than `full`.
    async fn run_one(&self, handler: &dyn JobHandler, full: u64) -> Result<u64, Problem> {
        let name = handler.name();
        let Some(fence) = self.lease(name).await? else { return Ok(0) };
        let mut total = 0;
        for _ in 0..100 {
            let begin = Instant::now();
            let done = handler.tick(&fence).await;
            metrics::histogram!("duixian_job_seconds", "job" => name).record(begin.elapsed());
            let done = match done {
                Ok(done) => done,
                Err(problem) => {
                    // perhaps the lease is somebody else's by now
                    self.held().remove(name);
                    return Err(problem);
                }
            };
            total += done;
            if done < full {
                break;
            }
        }
        Ok(total)
    }

    /// What is behind the lock is whole at every moment, even after a panic.
    fn held(&self) -> MutexGuard<'_, HashMap<&'static str, (Fence, Timestamp)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lease that this process holds, or one that it takes; `None` while another process holds it.
    async fn lease(&self, name: &'static str) -> Result<Option<Fence>, Problem> {
        let now = self.clock.now();
        let kept = self.held().get(name).filter(|(_, at)| *at <= now && now < at.plus(RENEW_AFTER)).cloned();
        if let Some((fence, _)) = kept {
            return Ok(Some(fence));
        }
        let fence = self.acquire(name, now).await?;
        let mut held = self.held();
        match &fence {
            Some(fence) => held.insert(name, (fence.clone(), now)),
            None => held.remove(name),
        };
        Ok(fence)
    }

    /// Writes the lease down; `None` while another process holds it.
    async fn acquire(&self, name: &'static str, now: Timestamp) -> Result<Option<Fence>, Problem> {
        let holder = self.holder.clone();
        let token = self
            .db
            .write_with(move |tx| {
                let holder = holder.clone();
                Box::pin(async move { take_lease(tx, name, &holder, now).await.map_err(Failure::from) })
            })
            .await?;
        Ok(token.map(|token| Fence { name, token }))
    }
}

#[boxed]
async fn take_lease(tx: &Tx, name: &str, holder: &str, now: Timestamp) -> Result<Option<i64>, Problem> {
    let statement = sql(
        tx,
        "INSERT INTO lease (name, holder, token, expires_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (name) DO UPDATE SET
            token = CASE WHEN lease.holder = excluded.holder THEN lease.token ELSE lease.token + 1 END,
            holder = excluded.holder, expires_at = excluded.expires_at
         WHERE lease.holder = excluded.holder OR lease.expires_at < $4
         RETURNING token",
        [name.into(), holder.into(), now.plus(LEASE).into(), now.into()],
    );
    Ok(tx.query_one_raw(statement).await?.map(|row| row.try_get("", "token")).transpose()?)
}
