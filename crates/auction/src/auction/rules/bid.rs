//! One bid against one lot (网拍规定 18–21): pure, in the order of decision.
//!
//! The window is half open: a bid that arrives at the end is too late. `arrival` is the millisecond at which the
//! full request was read at the edge; it decides the window and the new end. Precedence between equal prices is the
//! lot's order of decision.

use super::Parameters;
use super::capitals;
use super::rounds::SELL_OFF_COUNTDOWN;
use super::schedule::LAST_MINUTES;
use crate::auction::{IncrementMode, LotStatus};
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::law::reference;
use std::cmp::Ordering;
use uuid::Uuid;

/// Everything about a lot that a bid is decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotState {
    pub status: LotStatus,
    pub starts_at: Timestamp,
    /// The planned end, moved by the five-minute rule.
    pub effective_end_at: Timestamp,
    pub starting_price: Money,
    pub bid_increment: Money,
    pub leader: Option<Standing>,
    /// Moves by one with every visible change, without gaps.
    pub version: i64,
    pub extension_count: i32,
}

/// An accepted bid with what ranks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The bidder's registration for this lot.
    pub registration: Uuid,
    pub amount: Money,
    /// Rank of a confirmed priority purchaser, 1 first; `None` for an ordinary bidder.
    pub priority_rank: Option<i32>,
    pub arrived_at: Timestamp,
    /// Number of the attempt within its lot.
    pub sequence: i64,
}

/// The bidder as he stands at the moment of decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bidder {
    pub registration: Uuid,
    /// The deposit is confirmed (or none is due) and nothing stands against him.
    pub qualified: bool,
    pub barred: bool,
    pub priority_rank: Option<i32>,
    /// An agent bids whose principal took the power back at this moment.
    pub power_revoked_at: Option<Timestamp>,
}
impl Bidder {
    /// Somebody without a registration for the lot.
    pub fn stranger() -> Bidder {
        Bidder {
            registration: Uuid::nil(),
            qualified: false,
            barred: false,
            priority_rank: None,
            power_revoked_at: None,
        }
    }
}

/// What an accepted bid makes of the lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub leader: Standing,
    pub new_end: Timestamp,
    /// The end is another one than before: later, or a day after the first bid of a sell-off.
    pub extended: bool,
}

/// Total order of bids, best first: price, priority before ordinary, rank, arrival, sequence (网拍规定 20, 21).
pub fn precedence(a: &Standing, b: &Standing) -> Ordering {
    let class = |s: &Standing| s.priority_rank.unwrap_or(i32::MAX);
    b.amount
        .cmp(&a.amount)
        .then_with(|| class(a).cmp(&class(b)))
        .then_with(|| a.arrived_at.cmp(&b.arrived_at))
        .then_with(|| a.sequence.cmp(&b.sequence))
}

impl LotState {
    /// The state after an accepted bid.
    pub fn apply(&mut self, accepted: &Accepted) {
        self.status = LotStatus::Open;
        self.leader = Some(accepted.leader.clone());
        let later = accepted.new_end > self.effective_end_at;
        self.extension_count = self.extension_count.saturating_add(i32::from(later));
        self.effective_end_at = accepted.new_end;
        self.version = self.version.saturating_add(1);
    }

    /// The lowest amount that an ordinary bidder may offer now; `None` when it would leave the range of money.
    pub fn minimum_next_bid(&self) -> Option<Money> {
        match &self.leader {
            None => Some(self.starting_price),
            Some(leader) => leader.amount.plus(self.bid_increment).ok(),
        }
    }
}

/// Decides one attempt. `confirmation` is the amount in Chinese capitals, if the request carried one.
///
/// # Errors
/// The refusal names its article; nothing is written by this function.
pub fn decide_bid(
    lot: &LotState,
    bidder: &Bidder,
    bid: &Offer<'_>,
    parameters: &Parameters,
) -> Result<Accepted, Refusal> {
    check_state(lot, bid.arrival)?;
    check_bidder(bidder, bid.arrival)?;
    check_amount(lot, bidder, bid.amount, parameters)?;
    check_confirmation(lot, bid, parameters)?;
    let equal = lot.leader.as_ref().is_some_and(|leader| leader.amount == bid.amount);
    let new_end = if parameters.sell_off && lot.leader.is_none() {
        bid.arrival.plus(SELL_OFF_COUNTDOWN)
    } else if equal && !parameters.priority_equal_extends {
        lot.effective_end_at
    } else {
        extended_end(lot.effective_end_at, bid.arrival)
    };
    Ok(Accepted {
        leader: Standing {
            registration: bidder.registration,
            amount: bid.amount,
            priority_rank: bidder.priority_rank,
            arrived_at: bid.arrival,
            sequence: bid.sequence,
        },
        new_end,
        extended: new_end != lot.effective_end_at,
    })
}

/// What one attempt offers.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    pub amount: Money,
    /// 大写 of the amount, needed far above the present price.
    pub confirmation: Option<&'a str>,
    pub arrival: Timestamp,
    /// Number of the attempt within its lot, refused attempts counted.
    pub sequence: i64,
}

/// A bid in the last five minutes moves the end to its arrival plus five minutes, never backward (网拍规定 20).
pub fn extended_end(end: Timestamp, arrival: Timestamp) -> Timestamp {
    if end.since(arrival) > LAST_MINUTES { end } else { end.max(arrival.plus(LAST_MINUTES)) }
}

pub(super) fn check_state(lot: &LotState, arrival: Timestamp) -> Result<(), Refusal> {
    let refuse = |code, article: &'static Article| Err(Refusal::new(code).law(article).field("lot"));
    match lot.status {
        LotStatus::Announced | LotStatus::Open => {}
        LotStatus::Draft | LotStatus::Ready => {
            return refuse(RefusalCode::BiddingNotStarted, &reference::NETAUCTION_12);
        }
        LotStatus::Suspended => return refuse(RefusalCode::LotSuspended, &reference::NETAUCTION_28),
        LotStatus::Withdrawn => return refuse(RefusalCode::BiddingEnded, &reference::SALE_17),
        // closed over a bid that had arrived in time: our fault, and said so
        LotStatus::Sold | LotStatus::Unsold if arrival >= lot.starts_at && arrival < lot.effective_end_at => {
            return refuse(RefusalCode::PlatformFault, &reference::NETAUCTION_20);
        }
        _ => return refuse(RefusalCode::BiddingEnded, &reference::NETAUCTION_20),
    }
    if arrival < lot.starts_at {
        return Err(Refusal::new(RefusalCode::BiddingNotStarted)
            .law(&reference::NETAUCTION_20)
            .arg("startsAt", lot.starts_at));
    }
    if arrival >= lot.effective_end_at {
        return Err(Refusal::new(RefusalCode::BiddingEnded)
            .law(&reference::NETAUCTION_20)
            .arg("endedAt", lot.effective_end_at)
            .arg("arrivedAt", arrival));
    }
    Ok(())
}

pub(super) fn check_bidder(bidder: &Bidder, arrival: Timestamp) -> Result<(), Refusal> {
    if bidder.barred {
        return Err(Refusal::new(RefusalCode::BidderBarred).law(&reference::NETAUCTION_34));
    }
    // what he bid before stands
    if bidder.power_revoked_at.is_some_and(|revoked| arrival >= revoked) {
        let refusal = Refusal::new(RefusalCode::AgentNotAuthorised).law(&reference::CIVIL_CODE_173).field("lot");
        return Err(refusal.arg("status", "REVOKED"));
    }
    if !bidder.qualified {
        return Err(Refusal::new(RefusalCode::NotQualified).law(&reference::NETAUCTION_18));
    }
    Ok(())
}

fn check_amount(lot: &LotState, bidder: &Bidder, amount: Money, parameters: &Parameters) -> Result<(), Refusal> {
    let refuse = |code| Refusal::new(code).field("amount");
    if !amount.is_positive() {
        return Err(refuse(RefusalCode::AmountInvalid));
    }
    if amount < lot.starting_price {
        return Err(refuse(RefusalCode::BidBelowStart)
            .law(&reference::NETAUCTION_20)
            .arg("minimum", lot.starting_price));
    }
    if let Some(leader) = &lot.leader {
        if leader.registration == bidder.registration && !parameters.self_overbid {
            return Err(Refusal::new(RefusalCode::AlreadyLeading).law(&reference::NETAUCTION_20));
        }
        if amount == leader.amount && outranks(bidder, leader) {
            return Ok(());
        }
        let minimum = leader.amount.plus(lot.bid_increment).map_err(|_| refuse(RefusalCode::AmountInvalid))?;
        if amount < minimum {
            // an equal offer is refused by the rule on ranks, any other by the rule on increments
            let priority_tie = amount == leader.amount && bidder.priority_rank.is_some();
            let article = if priority_tie { &reference::NETAUCTION_21 } else { &reference::NETAUCTION_20 };
            return Err(refuse(RefusalCode::BidTooLow).law(article).arg("minimum", minimum));
        }
    }
    check_step(lot, amount, parameters.increment_mode)
}

/// May the bidder take the lead at the leader's own price? Priority before ordinary, then the better rank; within
/// one rank the earlier bid stays ahead (网拍规定 21).
fn outranks(bidder: &Bidder, leader: &Standing) -> bool {
    match (bidder.priority_rank, leader.priority_rank) {
        (Some(_), None) => bidder.registration != leader.registration,
        (Some(mine), Some(theirs)) => mine < theirs,
        (None, _) => false,
    }
}

pub(super) fn check_step(lot: &LotState, amount: Money, mode: IncrementMode) -> Result<(), Refusal> {
    let above_start = amount.saturating_minus(lot.starting_price).fen();
    let on_step = above_start.checked_rem(lot.bid_increment.fen()) == Some(0);
    if mode == IncrementMode::Min || on_step {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::BidNotOnStep)
        .law(&reference::NETAUCTION_20)
        .field("amount")
        .arg("start", lot.starting_price)
        .arg("increment", lot.bid_increment))
}

/// The guard against a slipped finger. It is the platform's own (竞价须知), but a bid binds (网拍规定 24), so the
/// question comes before the binding.
pub(super) fn check_confirmation(lot: &LotState, bid: &Offer<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    let before = lot.leader.as_ref().map_or(lot.starting_price, |leader| leader.amount);
    let threshold = before.times(parameters.fat_finger_factor.max(2)).ok();
    let far_above = threshold.is_some_and(|threshold| bid.amount > threshold);
    if !far_above || bid.confirmation.is_some_and(|text| capitals::says(text, bid.amount)) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::ConfirmationNeeded)
        .law(&reference::NETAUCTION_24)
        .field("confirmation")
        .arg("amount", bid.amount)
        .arg("price", before))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "bid_tests.rs"]
mod tests;
