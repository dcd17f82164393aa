//! Pure decisions of an online judicial auction (网络司法拍卖): no I/O, no clock of their own.
//!
//! Every refusal cites its article of 网拍规定 (法释〔2016〕18号). What the text leaves open is a field of
//! [`Parameters`], which a lot keeps from its publication on, so that a later setting never changes a running sale.

pub mod bid;
pub mod capitals;
pub mod closing;
pub mod disclosure;
pub mod forfeiture;
pub mod in_kind;
pub mod papers;
pub mod platform;
pub mod price;
pub mod property;
pub mod proxy;
pub mod refund_speed;
pub mod reminder;
pub mod restitution;
pub mod revision;
pub mod rounds;
pub mod schedule;
#[cfg(test)]
mod simulation;
pub mod statistics;
pub mod stay;
pub mod suspension;

use super::aftermath::{SecondAuctionTerm, TopUpPolicy};
use super::{DayCounting, IncrementMode};
use crate::law::parameter::{self, ParameterSet};
use serde::{Deserialize, Serialize};

/// The readings of the law under which one lot is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameters {
    pub increment_mode: IncrementMode,
    /// May the leader raise his own bid?
    pub self_overbid: bool,
    /// Does a priority purchaser's equal bid in the last five minutes move the end?
    pub priority_equal_extends: bool,
    /// A bid above this many times the price before it must be repeated in Chinese capitals. At least 2.
    pub fat_finger_factor: i64,
    pub lead_counting: DayCounting,
    /// Sold off: the first bid ends the sale 24 hours later (法明传〔2017〕455号).
    pub sell_off: bool,
    /// Does a defaulter make up what his deposit does not cover?
    pub top_up: TopUpPolicy,
    /// What must happen within 30 days when this lot is unsold.
    pub second_auction_term: SecondAuctionTerm,
    /// May a bidder let the platform bid for him up to a sealed maximum?
    pub proxy_bidding: bool,
}
impl From<&ParameterSet> for Parameters {
    /// The court's values at the moment of asking.
    fn from(set: &ParameterSet) -> Self {
        Parameters {
            increment_mode: if set.is(&parameter::INCREMENT_MODE, "MIN") {
                IncrementMode::Min
            } else {
                IncrementMode::Multiple
            },
            self_overbid: set.is(&parameter::SELF_OVERBID, "ALLOWED"),
            priority_equal_extends: set.flag(&parameter::PRIORITY_EQUAL_BID_EXTENDS),
            fat_finger_factor: set.integer(&parameter::FAT_FINGER_FACTOR),
            lead_counting: set.day_counting(),
            sell_off: false,
            top_up: if set.is(&parameter::DEFAULT_TOPUP_POLICY, "ORDER_TOPUP") {
                TopUpPolicy::OrderTopup
            } else {
                TopUpPolicy::CapAtDeposit
            },
            second_auction_term: if set.is(&parameter::SECOND_AUCTION_TERM, "ANNOUNCEMENT") {
                SecondAuctionTerm::Announcement
            } else {
                SecondAuctionTerm::Start
            },
            proxy_bidding: set.flag(&parameter::PROXY_BIDDING),
        }
    }
}
impl Default for Parameters {
    fn default() -> Self {
        Parameters::from(&ParameterSet::default())
    }
}
