//! Live changes of one lot: versions in order and without gaps, read from the database, woken by the bus.

use super::{Lot, looked_at};
use crate::access::Services;
use crate::auction::ops::TOPIC;
use crate::auction::store::lot_event;
use crate::auction::{LotEventKind, LotStatus};
use crate::graphql::caller::services;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::events::Event;
use crate::kernel::ids::LotId;
use crate::kernel::money::Money;
use async_graphql::{Context, Object, Subscription};
use futures_util::{Stream, stream};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Versions read at once.
const READ: u64 = 200;
/// A lost wake-up costs at most this long.
const POLL: Duration = Duration::from_secs(5);

/// One visible change of a lot.
pub struct LotEvent {
    row: lot_event::Model,
    server_time: Timestamp,
}

/// A visible change of a lot (标的物变更). It holds nothing that depends on the viewer.
#[Object]
impl LotEvent {
    /// The lot, as it stands when this is read (标的物).
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>, Problem> {
        Lot::load(ctx, &self.row.lot_id).await
    }
    /// Version that the change made; the next event has the next number (版本).
    async fn version(&self) -> i64 {
        self.row.version
    }
    /// What changed (变更类型).
    async fn kind(&self) -> LotEventKind {
        self.row.kind
    }
    /// Where the lot stood then (状态).
    async fn status(&self) -> LotStatus {
        self.row.status
    }
    /// The best bid then (当前价).
    async fn current_price(&self) -> Option<Money> {
        self.row.current_price
    }
    /// Code of the bidder who led then (领先竞买代码).
    async fn leading_bidder_code(&self) -> Option<&str> {
        self.row.leader_code.as_deref()
    }
    /// End of bidding as it stood then (结束时间).
    async fn effective_end_at(&self) -> Option<Timestamp> {
        self.row.effective_end_at
    }
    /// How often the end had been moved (延时次数).
    async fn extension_count(&self) -> i32 {
        self.row.extension_count
    }
    /// Accepted bids by then (出价次数).
    async fn bid_count(&self) -> i64 {
        self.row.bid_count
    }
    /// When the change was made (变更时间).
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }
    /// The server's time when this was sent: set your clock by it (服务器时间).
    async fn server_time(&self) -> Timestamp {
        self.server_time
    }
}

#[derive(Default)]
pub struct AuctionSubscription;
#[Subscription]
impl AuctionSubscription {
    /// Changes of a published lot, version by version without gaps (标的物实时变更). Public.
    async fn lot_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot (标的物).")] lot_id: LotId,
        #[graphql(desc = "Last version seen; without it the present one comes first (已读版本).")] after: Option<i64>,
    ) -> Result<impl Stream<Item = Result<LotEvent, Problem>> + use<>, Problem> {
        let services = services(ctx)?.clone();
        // listen before reading: what happens in between is in one of the two
        let wakes = services.bus.subscribe();
        let lot = Lot::load(ctx, &lot_id).await?.ok_or(Problem::NotFound)?;
        looked_at(ctx, &lot.0)?;
        let seen = after.unwrap_or(lot.0.version.saturating_sub(1)).max(0);
        Ok(follow(Follower { services, lot: lot_id, seen, ready: VecDeque::new(), wakes, failed: false }))
    }
}

struct Follower {
    services: Services,
    lot: LotId,
    seen: i64,
    ready: VecDeque<lot_event::Model>,
    wakes: Receiver<Arc<Event>>,
    failed: bool,
}

/// Ends after an error; the client resumes from its last version.
fn follow(follower: Follower) -> impl Stream<Item = Result<LotEvent, Problem>> + use<> {
    stream::unfold(follower, |mut follower| async move {
        if follower.failed {
            return None;
        }
        let next = follower.next().await;
        follower.failed = next.is_err();
        Some((next, follower))
    })
}

impl Follower {
    async fn next(&mut self) -> Result<LotEvent, Problem> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                self.seen = row.version;
                return Ok(LotEvent { row, server_time: self.services.clock.now() });
            }
            self.ready = lot_event::after(&self.services.db.reader(), self.lot, self.seen, READ).await?.into();
            if self.ready.is_empty() {
                self.wait().await?;
            }
        }
    }

    /// Until the bus tells of this lot, or the poll is due.
    async fn wait(&mut self) -> Result<(), Problem> {
        let woken = async {
            loop {
                match self.wakes.recv().await {
                    Ok(event) if event.topic == TOPIC && event.subject == self.lot.node() => return Ok(()),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return Ok(()),
                    Err(RecvError::Closed) => return Err(Problem::Conflict),
                }
            }
        };
        tokio::time::timeout(POLL, woken).await.unwrap_or(Ok(()))
    }
}
