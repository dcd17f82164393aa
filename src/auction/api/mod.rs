//! The auction room in the graph.

mod aftermath;
mod aftermath_mutation;
mod announcement;
mod bid;
mod decision;
mod ending;
mod event;
mod loader;
mod lot;
mod mutation;
mod property;
mod proxy;
mod query;
mod receipt;
mod refund_speed;
mod registration;
mod replay;

pub use aftermath::AuctionCalculator;
pub use aftermath_mutation::AftermathMutation;
pub use announcement::AnnouncementMutation;
pub use bid::{Bid, BidConnection};
pub use decision::{SaleDecision, SaleDecisionQuery};
pub use event::{AuctionSubscription, LotEvent};
pub use lot::{Lot, LotConnection, LotFilter, LotResult};
pub use mutation::AuctionMutation;
pub use proxy::BidderMutation;
pub use query::AuctionQuery;
pub use receipt::BidReceipt;
pub use refund_speed::RefundSpeedQuery;
pub use registration::Registration;
pub use replay::LotReplay;

use super::bidding::{Bidding, Exclusive};
use super::ops::account_index;
use super::store;
use crate::access::{Act, Scope};
use crate::graphql::caller::{actor, scope, services};
use crate::kernel::error::Problem;
use crate::kernel::ids::LotId;
use async_graphql::Context;

/// The bidding queue of this process.
fn bidding<'a>(ctx: &Context<'a>) -> Result<&'a Bidding, Problem> {
    ctx.data_opt::<Bidding>().ok_or_else(|| Problem::internal("no bidding engine in the request"))
}

/// The turn of an operation that changes a lot which may be taking bids; none for a caller whom the policy refuses, so
/// that he makes no bid wait.
async fn turn(ctx: &Context<'_>, act: Act) -> Result<Option<Exclusive>, Problem> {
    match scope(ctx, act) {
        Ok(_) => bidding(ctx)?.exclusive().await.map(Some),
        Err(_) => Ok(None),
    }
}

/// The courts whose unpublished lots the caller may see: none for the public.
fn court_scope(ctx: &Context<'_>) -> Scope {
    scope(ctx, Act::DraftLot).unwrap_or(Scope::Some { courts: Vec::new(), own: None })
}

/// The caller's own registration for a lot.
async fn own_registration(ctx: &Context<'_>, lot: LotId) -> Result<Option<store::registration::Model>, Problem> {
    let Some(account) = actor(ctx)?.account() else { return Ok(None) };
    let services = services(ctx)?;
    let index = account_index(&services.vault, lot, account);
    store::registration::of_account(&services.db.reader(), lot, &index).await
}
