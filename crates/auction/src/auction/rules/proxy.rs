//! Proxy bidding (代理出价): what the platform bids for those who set a sealed maximum. A practice of platforms that the
//! law leaves open (网拍规定 20), off unless the court has set it and the announcement says so.
//!
//! A maximum is not a bid: it only answers the bids of others, in bids of its own that the rules take like any other.
//! The highest maximum ends in the lead at one increment above the second, of two equal ones the one that was set
//! first. Nothing ever raises the bid of the leader himself, so that an equal maximum of his yields to a bid that was
//! made. Priority purchasers need none: they bid at the equal price (网拍规定 21).

use super::Parameters;
use super::bid::{Bidder, LotState, Offer, check_bidder, check_confirmation, check_state, check_step};
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use uuid::Uuid;

/// What a bidder lets the platform bid for him, or what it bids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxyOffer {
    pub registration: Uuid,
    pub amount: Money,
}

/// May a bidder set this maximum now? `confirmation` is the amount in Chinese capitals, if the request carried one.
/// No refusal carries the maximum itself: refusals are kept, and the maximum is nobody's but the bidder's.
///
/// # Errors
/// PROXY_BIDDING_OFF, PROXY_NOT_FOR_PRIORITY, and what a bid at the maximum would be refused with.
pub fn check_maximum(
    lot: &LotState,
    bidder: &Bidder,
    maximum: Money,
    confirmation: Option<&str>,
    now: Timestamp,
    parameters: &Parameters,
) -> Result<(), Refusal> {
    if !parameters.proxy_bidding {
        return Err(Refusal::new(RefusalCode::ProxyBiddingOff).law(&reference::NETAUCTION_20).field("lot"));
    }
    // it may be set before bidding begins
    check_state(lot, now.max(lot.starts_at))?;
    check_bidder(bidder, now)?;
    if bidder.priority_rank.is_some() {
        return Err(Refusal::new(RefusalCode::ProxyNotForPriority).law(&reference::NETAUCTION_21).field("lot"));
    }
    let refuse = |code| Refusal::new(code).law(&reference::NETAUCTION_20).field("maximum");
    let minimum = lot.minimum_next_bid().ok_or_else(|| refuse(RefusalCode::AmountInvalid))?;
    if !maximum.is_positive() {
        return Err(refuse(RefusalCode::AmountInvalid));
    }
    if maximum < minimum {
        return Err(refuse(RefusalCode::BidTooLow).arg("minimum", minimum));
    }
    check_step(lot, maximum, parameters.increment_mode).map_err(|refusal| refusal.field("maximum"))?;
    let offer = Offer { amount: maximum, confirmation, arrival: now, sequence: 0 };
    check_confirmation(lot, &offer, parameters)
        .map_err(|_| Refusal::new(RefusalCode::ConfirmationNeeded).law(&reference::NETAUCTION_24).field("confirmation"))
}

/// The next bid that the platform makes on this state; `None` when everything is answered. `maxima` stand in the order
/// in which they were set, at most one for a bidder, and only of those who may bid. Asked again after each bid; after
/// at most three it is `None`.
pub fn next_bid(lot: &LotState, maxima: &[ProxyOffer]) -> Option<ProxyOffer> {
    let leader = lot.leader.as_ref()?;
    let least = lot.minimum_next_bid()?;
    let step = lot.bid_increment;
    let mut ranked: Vec<&ProxyOffer> = maxima.iter().collect();
    // stable: of equal maxima the one set first stays ahead
    ranked.sort_by_key(|offer| std::cmp::Reverse(offer.amount));
    let place = |wanted: Uuid| ranked.iter().position(|offer| offer.registration == wanted);
    let mut others = ranked.iter().filter(|o| o.registration != leader.registration && o.amount >= least);
    let best = others.next()?;
    let bid = |who: &ProxyOffer, amount: Money| Some(ProxyOffer { registration: who.registration, amount });
    let own = place(leader.registration).and_then(|at| ranked.get(at).map(|offer| (at, offer.amount)));
    if let Some((at, maximum)) = own
        && Some(at) < place(best.registration)
    {
        // drives the leader up to where his own maximum still answers
        return bid(best, best.amount.min(maximum.saturating_minus(step)).max(least));
    }
    let above = least.plus(step).ok()?;
    // the leader's own maximum, where it still has room to answer
    let answers = own.filter(|(_, maximum)| *maximum >= above);
    // a second one who stands before it has bid all of his
    if let Some(second) = others.next()
        && answers.is_none_or(|(at, _)| place(second.registration) < Some(at))
    {
        let driven = second.amount.min(best.amount.saturating_minus(step));
        if driven >= least {
            return bid(second, driven);
        }
    }
    // one step more, where the leader's lower or equal maximum would else take the last bid
    let last_word = answers.is_some() && above.plus(step).is_ok_and(|next| best.amount < next);
    let amount = if last_word { above } else { least };
    bid(best, amount)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "proxy_tests.rs"]
mod tests;
