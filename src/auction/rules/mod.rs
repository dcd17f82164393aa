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
pub mod price;
pub mod reminder;
pub mod rounds;
pub mod schedule;
#[cfg(test)]
mod simulation;
pub mod stay;
pub mod suspension;

use super::aftermath::{SecondAuctionTerm, TopUpPolicy};
use super::{DayCounting, IncrementMode};
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
}
impl Default for Parameters {
    fn default() -> Self {
        Parameters {
            increment_mode: IncrementMode::Multiple,
            self_overbid: false,
            priority_equal_extends: true,
            fat_finger_factor: 10,
            lead_counting: DayCounting::Strict,
            sell_off: false,
            top_up: TopUpPolicy::CapAtDeposit,
            second_auction_term: SecondAuctionTerm::Start,
        }
    }
}
