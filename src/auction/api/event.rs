//! Live changes of one lot, as `auction::live` reads them for all viewers.

use super::{Lot, looked_at};
use crate::auction::live::{Follower, Live};
use crate::auction::store::lot_event;
use crate::auction::{LotEventKind, LotStatus};
use crate::graphql::caller::services;
use crate::kernel::clock::{Clock, Timestamp};
use crate::kernel::error::Problem;
use crate::kernel::ids::LotId;
use crate::kernel::money::Money;
use async_graphql::{Context, Object, Subscription};
use futures_util::{Stream, stream};
use std::sync::Arc;

/// One visible change of a lot.
pub struct LotEvent {
    row: Arc<lot_event::Model>,
    server_time: Timestamp,
}

/// A visible change of a lot (标的物变更). It holds nothing that depends on the viewer.
#[Object]
impl LotEvent {
    /// The lot, as it stands when this is read (标的物).
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>, Problem> {
        Lot::load(ctx, &self.row.lot_id).await
    }
    /// Version that the change made; it rises from event to event (版本). Resume after it.
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
    /// Changes of a published lot in the order of their versions (标的物实时变更). Public. Bids in quick succession come as
    /// the latest of them, at most ten times a second, every other change by itself; each single bid stands in `Lot.bids`.
    async fn lot_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot (标的物).")] lot_id: LotId,
        #[graphql(desc = "Last version seen; without it the present one comes first (已读版本).")] after: Option<i64>,
    ) -> Result<impl Stream<Item = Result<LotEvent, Problem>> + use<>, Problem> {
        let live = ctx.data_opt::<Live>().ok_or_else(|| Problem::internal("nobody reads lots for viewers"))?;
        let lot = Lot::load(ctx, &lot_id).await?.ok_or(Problem::NotFound)?;
        looked_at(ctx, &lot.0)?;
        let present = lot.0.version;
        let seen = after.unwrap_or(present.saturating_sub(1)).max(0);
        Ok(events(live.follow(lot_id, seen, present), services(ctx)?.clock.clone()))
    }
}

/// Ends after an error; the client resumes from its last version.
fn events(follower: Follower, clock: Clock) -> impl Stream<Item = Result<LotEvent, Problem>> + use<> {
    stream::unfold(Some((follower, clock)), |going_on| async move {
        let (mut follower, clock) = going_on?;
        match follower.next().await {
            Ok(row) => Some((Ok(LotEvent { row, server_time: clock.now() }), Some((follower, clock)))),
            Err(problem) => Some((Err(problem), None)),
        }
    })
}
