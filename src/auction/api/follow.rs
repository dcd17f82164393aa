//! Following lots in the graph.

use super::{Lot, LotConnection};
use crate::access::Act;
use crate::auction::follow::ops::{FollowLotInput, UnfollowLotInput};
use crate::auction::follow::store::followed_by;
use crate::auction::store::lot;
use crate::graphql::caller::{run, scope, services};
use crate::graphql::connection::{cost, page};
use crate::kernel::error::Problem;
use crate::kernel::ids::{LotId, NodeKind};
use crate::payload;
use async_graphql::{Context, Object};

payload! {
    /// The lot that the caller follows now (关注结果).
    FollowLotPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
    /// The lot that the caller no longer follows (取消关注结果).
    UnfollowLotPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
}

#[derive(Default)]
pub struct FollowQuery;
#[Object]
impl FollowQuery {
    /// Lots that the caller follows, newest lot first (我关注的标的物). Role: BIDDER.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn my_followed_lots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<LotConnection, Problem> {
        let page = page(NodeKind::Lot, first, after, last, before)?;
        let account = scope(ctx, Act::ReadFollowedLots)?.own().ok_or(Problem::Unauthenticated)?;
        let lots = page.fetch(&services(ctx)?.db.reader(), followed_by(account), lot::Column::Id).await?;
        Ok(lots.map(Lot).into())
    }
}

#[derive(Default)]
pub struct FollowMutation;
#[Object]
impl FollowMutation {
    /// Follows a published lot: its follower gets a notice ahead of start and end, and when it is corrected, paused,
    /// resumed or over (关注标的物). At most 500 lots; following again changes nothing. Nobody is told who follows. Role:
    /// BIDDER.
    async fn follow_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot (标的物).")] input: FollowLotInput,
    ) -> Result<FollowLotPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Follows a lot no longer (取消关注). Role: BIDDER.
    async fn unfollow_lot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot (标的物).")] input: UnfollowLotInput,
    ) -> Result<UnfollowLotPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
