//! The readings of the law that a lot is sold under.

use crate::auction::aftermath::{SecondAuctionTerm, TopUpPolicy};
use crate::auction::rules::Parameters;
use crate::auction::{DayCounting, IncrementMode};
use async_graphql::SimpleObject;

/// What the law leaves open, as it stands for one lot (规则参数).
#[derive(SimpleObject)]
pub struct LotParameters {
    /// How bids relate to the increment (加价方式).
    increment_mode: IncrementMode,
    /// The leader may raise his own bid (允许自我加价).
    self_overbid: bool,
    /// A priority purchaser's equal bid in the last five minutes moves the end (同价行使优先权是否延时).
    priority_equal_extends: bool,
    /// Above this many times the price a bid must be repeated in capitals (异常金额倍数).
    fat_finger_factor: i64,
    /// How the announcement's days were counted (公告期计算方式).
    lead_counting: DayCounting,
    /// The first bid ends the sale 24 hours later (变卖首次出价后二十四小时).
    sell_off: bool,
    /// Whether a defaulter makes up what his deposit does not cover (悔拍补差政策).
    top_up_policy: TopUpPolicy,
    /// What must happen within 30 days if nobody bids (再次拍卖期限的计算).
    second_auction_term: SecondAuctionTerm,
    /// The platform bids for those who set a sealed maximum (是否开通代理出价).
    proxy_bidding: bool,
}
impl From<Parameters> for LotParameters {
    fn from(parameters: Parameters) -> LotParameters {
        LotParameters {
            increment_mode: parameters.increment_mode,
            self_overbid: parameters.self_overbid,
            priority_equal_extends: parameters.priority_equal_extends,
            fat_finger_factor: parameters.fat_finger_factor,
            lead_counting: parameters.lead_counting,
            sell_off: parameters.sell_off,
            top_up_policy: parameters.top_up,
            second_auction_term: parameters.second_auction_term,
            proxy_bidding: parameters.proxy_bidding,
        }
    }
}
