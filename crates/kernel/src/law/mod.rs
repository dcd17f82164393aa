//! Pure legal arithmetic, without I/O: what follows from the text of a law and a few numbers.
//!
//! Every result can say why it is what it is ([`explanation`]) and names its articles ([`reference`]). Nothing here
//! knows of cases, lots or databases; the nouns below are shared by the rooms that store or show them.

pub mod calendar;
pub mod explanation;
pub mod fee;
pub mod foreign;
pub mod interest;
pub mod notice;
pub mod parameter;
pub mod reference;
pub mod term;

use serde::{Deserialize, Serialize};

/// Declares the rules with their descriptions once: the enum, its text form and the list of all.
macro_rules! deadline_rules {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal),+ $(,)?) => {
        /// A term that runs against somebody (期限规则).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum DeadlineRule { $($(#[doc = $doc])+ #[graphql(name = $text)] #[serde(rename = $text)] $name),+ }
        impl DeadlineRule {
            pub const ALL: &'static [DeadlineRule] = &[$(DeadlineRule::$name),+];
            /// `RULING_10_DAYS`: the GraphQL spelling and the stored text.
            pub const fn as_str(self) -> &'static str { match self { $(DeadlineRule::$name => $text),+ } }
            pub fn parse(text: &str) -> Option<DeadlineRule> {
                DeadlineRule::ALL.iter().copied().find(|rule| rule.as_str() == text)
            }
        }
    };
}
deadline_rules! {
    // ---- case funds ----
    /// Finance tells the officer of an arrival within 3 days (到账通知承办人).
    InformOfficer = "INFORM_OFFICER",
    /// Paid out within 30 days of the arrival notice (三十日内发放).
    PayWithin30Days = "PAY_WITHIN_30_DAYS",
    /// Paid out within 15 working days of arrival at the bank (十五个工作日内发放).
    PayWithin15WorkingDays = "PAY_WITHIN_15_WORKING_DAYS",
    /// Paid out within 10 days after the reason to defer has gone (延缓事由消失后发放).
    PayAfterDeferral10Days = "PAY_AFTER_DEFERRAL_10_DAYS",
    /// Unidentified money is claimed to a case within 3 working days (不明款认领).
    ClaimUnidentified3WorkingDays = "CLAIM_UNIDENTIFIED_3_WORKING_DAYS",
    /// Prepaid fees return to the winner within 15 days of effectiveness (诉讼费退还).
    FeeRefund15Days = "FEE_REFUND_15_DAYS",
    /// Local promise: fees return within 1 working day (胜诉即退费).
    FeeRefund1WorkingDay = "FEE_REFUND_1_WORKING_DAY",
    // ---- auction ----
    /// Deposits of those who did not win return within 24 hours of the end (保证金退还).
    DepositReturn24H = "DEPOSIT_RETURN_24H",
    /// The platform moves the winner's frozen deposit to the court within 24 hours (保证金划转).
    DepositTransfer24H = "DEPOSIT_TRANSFER_24H",
    /// A suspended auction resumes within 5 days after its cause has gone (恢复拍卖).
    Resume5Days = "RESUME_5_DAYS",
    /// An unsold lot is auctioned again within 30 days (再次拍卖).
    ReAuction30Days = "RE_AUCTION_30_DAYS",
    /// The sell-off is announced within 15 days of the second unsold auction (变卖公告).
    SellOffAnnouncement15Days = "SELL_OFF_ANNOUNCEMENT_15_DAYS",
    /// The ruling is served within 10 days after the price is paid in full (成交裁定送达).
    Ruling10Days = "RULING_10_DAYS",
    /// The property is delivered within 15 days of service of the ruling (财产移交).
    Delivery15Days = "DELIVERY_15_DAYS",
    /// The applicant says within 5 days whether a sale without surplus shall go on (无益拍卖答复).
    NoSurplusReply5Days = "NO_SURPLUS_REPLY_5_DAYS",
    /// A notice that reached nobody counts as given after 5 days on the platform (公示视为通知).
    NoticeDeemed5Days = "NOTICE_DEEMED_5_DAYS",
    // ---- price ----
    /// Fixing of the reference price begins within 30 days of seizure (启动确定参考价).
    PriceStart30Days = "PRICE_START_30_DAYS",
    /// Disposal begins within 10 days after the reference price is fixed (启动处置).
    DisposalStart10Days = "DISPOSAL_START_10_DAYS",
    /// Objection to an appraisal within 5 days of receipt (评估异议).
    ValuationObjection5Days = "VALUATION_OBJECTION_5_DAYS",
    // ---- distribution ----
    /// Written objection to the plan within 15 days of receipt (分配方案异议).
    PlanObjection15Days = "PLAN_OBJECTION_15_DAYS",
    /// The others answer an objection to the plan within 15 days of notice (反对意见).
    PlanReply15Days = "PLAN_REPLY_15_DAYS",
    /// The objector sues within 15 days of notice of the opposition (分配方案异议之诉).
    PlanSuit15Days = "PLAN_SUIT_15_DAYS",
    // ---- objections ----
    /// An objection to an act of enforcement is decided within 15 days (执行行为异议审查).
    ObjectionDecision15Days = "OBJECTION_DECISION_15_DAYS",
    /// Review by the higher court is asked for within 10 days of service (申请复议).
    ObjectionReview10Days = "OBJECTION_REVIEW_10_DAYS",
    /// A third party's objection to the object is decided within 15 days (案外人异议审查).
    ThirdPartyDecision15Days = "THIRD_PARTY_DECISION_15_DAYS",
    /// Suit on a third party's objection within 15 days of service (执行异议之诉).
    ThirdPartySuit15Days = "THIRD_PARTY_SUIT_15_DAYS",
}

/// How near a term is to its end (期限灯).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Lamp {
    /// Time enough (绿灯).
    Green,
    /// The end is near: by default 3 working days or less, or the last quarter of a term in hours (黄灯).
    Yellow,
    /// The term has run out (红灯).
    Red,
}

/// How the full days between a publication and a start are counted (期间计算方式).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DayCounting {
    /// N full days lie between the two (足期): published 5 January, 30 days, start 5 February or later.
    Strict,
    /// The N-th day after publication may be the start (宽松): 4 February in the same example.
    Lenient,
}

/// What a payment on a debt in delay pays first (清偿顺序).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, async_graphql::Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentOrder {
    /// The judgment debt, then the doubled part: the rule of the law (先本金).
    #[default]
    PrincipalFirst,
    /// The doubled part, then the debt: only when the parties agreed so (先利息).
    InterestFirst,
}
impl PaymentOrder {
    pub const fn as_str(self) -> &'static str {
        match self {
            PaymentOrder::PrincipalFirst => "PRINCIPAL_FIRST",
            PaymentOrder::InterestFirst => "INTEREST_FIRST",
        }
    }
}
