//! The auction room in the graph.

mod aftermath;
mod aftermath_mutation;
mod announcement;
mod application;
mod attachment;
mod bid;
mod collection;
mod decision;
mod ending;
mod event;
mod follow;
mod late;
mod loader;
mod loan;
mod lot;
mod lot_parameters;
mod lot_result;
mod mirror;
mod mutation;
mod opening;
mod papers;
mod platform;
mod property;
mod proxy;
mod query;
mod receipt;
mod refund_speed;
mod registration;
mod replay;
mod statistics;

pub use aftermath::AuctionCalculator;
pub use aftermath_mutation::AftermathMutation;
pub use announcement::AnnouncementMutation;
pub use attachment::{Attachment, AttachmentMutation};
pub use bid::{Bid, BidConnection};
pub use collection::{CollectionMutation, CollectionQuery, LotCollection};
pub use decision::{SaleDecision, SaleDecisionQuery};
pub use event::{AuctionSubscription, LotEvent};
pub use follow::{FollowMutation, FollowQuery};
pub use late::LateDepositQuery;
pub use loan::LoanMutation;
pub use lot::{Lot, LotConnection};
pub use lot_result::LotResult;
pub use mirror::{AuctionProvider, MirrorBundle, MirrorMutation, ProviderKey, ProviderQuery};
pub use mutation::AuctionMutation;
pub use opening::OpeningMutation;
pub use platform::{PlatformDeposit, PlatformDepositMutation, PlatformDepositQuery};
pub use proxy::BidderMutation;
pub use query::{AuctionQuery, LotFilter};
pub use receipt::BidReceipt;
pub use refund_speed::RefundSpeedQuery;
pub use registration::Registration;
pub use replay::LotReplay;
pub use statistics::StatisticsQuery;

use super::bidding::{Bidding, Exclusive};
use super::ops::account_index;
use super::store;
use super::views::Views;
use crate::access::{Act, Scope};
use crate::graphql::caller::{actor, scope, services};
use crate::graphql::context::RequestMeta;
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

/// Counts that the caller looks at a published lot.
fn looked_at(ctx: &Context<'_>, lot: &store::lot::Model) -> Result<(), Problem> {
    if let (true, Some(views)) = (lot.is_public(), ctx.data_opt::<Views>()) {
        let peer = ctx.data_opt::<RequestMeta>().and_then(|meta| meta.peer);
        views.look(lot.id, lot.court_id, peer, services(ctx)?.clock.now().legal_date());
    }
    Ok(())
}

/// The caller's own registration for a lot.
async fn own_registration(ctx: &Context<'_>, lot: LotId) -> Result<Option<store::registration::Model>, Problem> {
    let Some(account) = actor(ctx)?.account() else { return Ok(None) };
    let services = services(ctx)?;
    let index = account_index(&services.vault, lot, account);
    store::registration::of_account(&services.db.reader(), lot, &index).await
}
