//! A bidder's own sealed maximum, and what the purchaser says again before the ruling.

use super::{Lot, Registration};
use crate::auction::ops::{RenewUndertakingInput, SetProxyBidInput, WithdrawProxyBidInput};
use crate::auction::store::{proxy_bid, registration};
use crate::graphql::caller::{run, services};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{LotId, RegistrationId};
use crate::kernel::money::Money;
use crate::payload;
use async_graphql::{Context, Object, SimpleObject};

/// What the platform may bid for the caller (代理出价). For its bidder alone.
#[derive(SimpleObject)]
pub struct ProxyBid {
    /// The most that is bid for you (最高出价).
    maximum: Money,
    /// It answers while bids are taken; false while you are not qualified, or once you are a confirmed priority purchaser
    /// (是否应价).
    answering: bool,
    /// When it was set; of equal maxima the earlier one leads (设置时间).
    set_at: Timestamp,
    /// SHA-256 that the audit log keeps, hexadecimal, of the five lines `duixian-proxy-bid/v1`, number of the lot, your
    /// bidder code, maximum and nonce, each with a line feed (承诺值).
    commitment: String,
    /// Random; keep it, to show later what the commitment stood for (随机数).
    nonce: String,
}

impl ProxyBid {
    /// What is in force for the caller's own registration.
    pub(super) async fn of(ctx: &Context<'_>, own: &registration::Model) -> Result<Option<ProxyBid>, Problem> {
        let services = services(ctx)?;
        let Some(row) = proxy_bid::of_registration(&services.db.reader(), own.id).await? else { return Ok(None) };
        let opened = row.opened(&services.vault)?;
        let bidder = own.bidder();
        Ok(Some(ProxyBid {
            maximum: opened.maximum,
            answering: bidder.qualified && !bidder.barred && bidder.priority_rank.is_none(),
            set_at: row.recorded_at,
            commitment: hex::encode(&row.commitment),
            nonce: opened.nonce,
        }))
    }
}

payload! {
    /// The registration with its new maximum (设置代理出价结果).
    SetProxyBidPayload of RegistrationId {
        /// The caller's registration (报名).
        registration: Registration = Registration::load,
    }
    /// The registration without a maximum (撤回代理出价结果).
    WithdrawProxyBidPayload of RegistrationId {
        /// The caller's registration (报名).
        registration: Registration = Registration::load,
    }
    /// The lot whose purchaser confirmed his qualification (重申承诺结果).
    RenewUndertakingPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
}

#[derive(Default)]
pub struct BidderMutation;
#[Object]
impl BidderMutation {
    /// Sets the most that the platform may bid for the caller; it answers bids of others in the same step, by the least
    /// that leads, each answer a bid of its own with its receipt (设置代理出价). Only where the announcement says so:
    /// `lot.ruleParameters.proxyBidding`. Role: BIDDER.
    async fn set_proxy_bid(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and maximum (标的物及最高出价).")] input: SetProxyBidInput,
    ) -> Result<SetProxyBidPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Takes the caller's maximum back; bids made within it stand (撤回代理出价). Role: BIDDER.
    async fn withdraw_proxy_bid(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot (标的物).")] input: WithdrawProxyBidInput,
    ) -> Result<WithdrawProxyBidPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// The purchaser of property under local purchase limits says again, between sale and ruling, that none bars him;
    /// without it the ruling is refused (重申限购承诺). Role: BIDDER.
    async fn renew_undertaking(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Lot and undertaking (标的物及承诺).")] input: RenewUndertakingInput,
    ) -> Result<RenewUndertakingPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
