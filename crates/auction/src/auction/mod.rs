//! Online judicial auctions (网络司法拍卖): lots, notices, registrations, bidding, closing and what follows.
//!
//! Nouns and states only. Decisions are in `rules`, tables in `store`, use cases in the files named after their
//! stage, bidding in `bidding` (the one place that writes the row of an open lot), GraphQL in `api`.

pub mod aftermath;
pub mod attachment;
pub mod bidding;
pub mod catalogue;
pub mod collection;
pub mod deposits;
pub mod follow;
pub mod live;
pub mod mirror;
pub mod ops;
pub mod payer;
pub mod platform;
mod price;
pub mod property;
pub mod receipt;
pub mod replay;
pub mod rules;
pub mod statistics;
pub mod store;
pub mod views;

use crate::kernel::stored_enum;
pub use crate::law::DayCounting;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Where a lot stands (标的物状态).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LotStatus {
    /// Being prepared (草稿).
    Draft,
    /// Decided by the panel, not yet published (已评议).
    Ready,
    /// Published; bidding begins at its time (公告中).
    Announced,
    /// Bidding is open (竞价中).
    Open,
    /// Stopped by the court or after a fault; it may go on (暂缓或中止).
    Suspended,
    /// Taken back before the sale, or ended by the court during it (撤回、终结).
    Withdrawn,
    /// The best bid stands (成交).
    Sold,
    /// Nobody bid (流拍).
    Unsold,
    /// The purchase price is complete (价款付清).
    Paid,
    /// The ruling is served: ownership has passed (成交裁定已送达).
    RulingServed,
    /// Handed over (已交付).
    Delivered,
    /// The purchaser did not pay; so ruled by the court (悔拍).
    Defaulted,
    /// The sale was set aside (拍卖被撤销).
    SetAside,
    /// Nobody bought; a creditor has taken it at the reserve price (以物抵债).
    InKind,
    /// Nobody bought and nobody took it: the seizure is lifted (解除查封退还).
    Released,
}

/// Kind of property; it decides the days of the announcement (标的物类别).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LotCategory {
    /// Goods, vehicles, stocks of things (动产).
    Movable,
    /// Land and buildings (不动产).
    Immovable,
    /// Shares, claims, marks and other rights (其他财产权).
    OtherRight,
}

/// Which attempt at selling the property this is (拍卖轮次).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuctionRound {
    /// First auction (一拍).
    First,
    /// Second auction after one without a bid (二拍).
    Second,
    /// Sell-off after two auctions without a bid (变卖).
    SellOff,
    /// Auction after the purchaser's default or a sale that was set aside (重新拍卖).
    ReAuction,
}

/// Under which right this installation sells (运行模式).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OperatingMode {
    /// Exercise: every lot is marked 演练, nothing is really sold (演练).
    Practice,
    /// Run by a provider of the Supreme People's Court's list (名单库平台).
    ListedProvider,
    /// The sale happens on a listed platform and is imported (镜像).
    Mirror,
}

/// How one attempt to bid ended (出价结果).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BidOutcome {
    /// The bid took the lead (有效出价).
    Accepted,
    /// The bid was refused; the reason is shown to the bidder and the court alone (未被接受).
    NotAccepted,
}
impl BidOutcome {
    /// The GraphQL spelling, as receipts carry it.
    pub const fn as_str(self) -> &'static str {
        match self {
            BidOutcome::Accepted => "ACCEPTED",
            BidOutcome::NotAccepted => "NOT_ACCEPTED",
        }
    }
}

/// How bidders of a lot may give their deposit (保证金缴纳方式).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DepositMode {
    /// Paid to the court's account of the registration (缴入法院账户).
    PaidToCourt,
    /// Frozen in the platform's payment system (平台冻结).
    FrozenOnPlatform,
    /// Each bidder chooses one of both when he registers (由竞买人选择).
    BiddersChoice,
}

stored_enum! {
    /// Where the deposit of one registration lies (保证金存放方式), 网拍规定 第17条.
    DepositHolding {
        /// Money on the court's account, on the registration's own number (法院账户).
        CourtAccount = "COURT_ACCOUNT",
        /// Frozen in the provider's payment system: a memo here, no money of the court (平台冻结).
        Platform = "PLATFORM",
    }
}

stored_enum! {
    /// Where a deposit on the platform stands (平台冻结保证金状态).
    PlatformDepositState {
        /// The provider has not confirmed a freeze (待冻结).
        Awaited = "AWAITED",
        /// Frozen; the bidder is as good as one who paid (已冻结).
        Frozen = "FROZEN",
        /// The provider must unfreeze it within 24 hours; 网拍规定 第23条 (待解冻).
        ReleaseDue = "RELEASE_DUE",
        /// The provider has confirmed that it is free (已解冻).
        Released = "RELEASED",
        /// The purchaser's: the provider owes it to the court's account within 24 hours; 网拍规定 第25条 (待划转).
        DueFromProvider = "DUE_FROM_PROVIDER",
        /// Arrived at the court's account (已划转).
        Received = "RECEIVED",
    }
}

stored_enum! {
    /// Who must act next on a deposit (保证金责任方).
    DepositDuty {
        /// The bidder: pays, or lets the platform freeze (竞买人).
        Bidder = "BIDDER",
        /// The court: its refund is not confirmed by the bank (法院).
        Court = "COURT",
        /// The provider: unfreezes, or transfers to the court's account (网络服务提供者).
        Provider = "PROVIDER",
    }
}

stored_enum! {
    /// Why a deposit is not yet where it must be (保证金逾期原因).
    LateReason {
        /// No payment was sent: the job failed, the log says why (未发起退款).
        NotSent = "NOT_SENT",
        /// The bank has not confirmed the payment (银行未确认).
        NotConfirmed = "NOT_CONFIRMED",
        /// The bank rejected or returned it: the account must be corrected (银行退回).
        Rejected = "REJECTED",
        /// The provider has not confirmed the release (平台未确认解冻).
        NotUnfrozen = "NOT_UNFROZEN",
        /// The provider has not transferred the purchaser's deposit (平台未划转).
        NotTransferred = "NOT_TRANSFERRED",
    }
}
impl LateReason {
    /// Who must act.
    pub const fn responsible(self) -> DepositDuty {
        match self {
            LateReason::NotSent | LateReason::NotConfirmed | LateReason::Rejected => DepositDuty::Court,
            LateReason::NotUnfrozen | LateReason::NotTransferred => DepositDuty::Provider,
        }
    }
}

/// Where a deposit stands (保证金状态).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DepositStatus {
    /// Not yet arrived in full (待缴).
    Awaited,
    /// Nothing is due: the applicant's claim covers it (免缴).
    NotRequired,
    /// Arrived and held (已冻结).
    Held,
    /// The winner's: counted towards the price (已转价款).
    Captured,
    /// On its way back to the paying account (退还中).
    Refunding,
    /// The purchaser's after default: kept (不予退还).
    Forfeited,
}

/// Where a registration stands (报名状态).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RegistrationStatus {
    /// A name fits a barred person: the qualification clerk decides (待资格审查).
    UnderReview,
    /// Registered; the deposit has not arrived in full (待缴保证金).
    AwaitingDeposit,
    /// May bid (已取得竞买资格).
    Qualified,
    /// May not bid (不得竞买).
    Barred,
}

stored_enum! {
    /// What was opened of a registration that is sealed until the end (密封信息).
    SealedPart {
        /// The name behind it (报名人姓名或者名称).
        Name = "NAME",
        /// What an agent or joint bidders handed in (委托、共同竞买手续).
        Papers = "PAPERS",
    }
}

stored_enum! {
    /// An act that a bidder's power of attorney names (委托竞买权限), 民法典 第165条.
    BidderAgentAct {
        /// Registers, pays the deposit, bids (报名竞买).
        Bid = "BID",
        /// Says again before the ruling that no purchase limit bars the purchaser (重申限购承诺).
        Undertake = "UNDERTAKE",
    }
}

stored_enum! {
    /// Why a purchaser is kept out of every later round (禁止参加再次拍卖事由).
    BarGround {
        /// He did not pay; 网拍规定 第24条 (悔拍).
        Default = "DEFAULT",
        /// He did not obtain the approval of the transfer; 股权执行规定 第15条 (未获股权变更批准).
        Approval = "APPROVAL",
    }
}

/// How bids relate to the increment (加价方式).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IncrementMode {
    /// Starting price plus a multiple of the increment (整数倍).
    Multiple,
    /// At least the increment above the price (不低于).
    Min,
}

/// How a person who must know of the sale was told (通知方式).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeMethod {
    /// Served in person (直接送达).
    InPerson,
    /// By registered post (邮寄送达).
    Post,
    /// By electronic service with consent (电子送达).
    Electronic,
    /// By recorded telephone call (电话通知).
    Telephone,
    /// Given up in writing (书面放弃).
    Waived,
    /// Not reachable: the reason is published, five full days count as notice (无法通知).
    Unreachable,
}

/// Why a person must know of the sale (被通知人身份).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InterestKind {
    /// Applicant for enforcement (申请执行人).
    Applicant,
    /// Person subject to enforcement (被执行人).
    Debtor,
    /// Known priority purchaser, e.g. co-owner or tenant (优先购买权人).
    PriorityPurchaser,
    /// Holder of a security right (担保物权人).
    SecuredCreditor,
    /// Holder of another priority right (其他优先权人).
    OtherPriorityHolder,
    /// First or waiting seizure court (首封或轮候查封法院).
    SeizureCourt,
    /// Company and shareholders of a share that is sold (公司及股东).
    CompanyOrShareholder,
}

/// What changed on a lot with one version (标的物变更).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LotEventKind {
    /// The announcement was published (发布公告).
    Published,
    /// Bidding began (开始竞价).
    Opened,
    /// A bid took the lead (出价).
    Bid,
    /// Stopped for now (暂缓或中止).
    Suspended,
    /// Goes on (恢复).
    Resumed,
    /// Taken back (撤回).
    Withdrawn,
    /// Sold (成交).
    Sold,
    /// Nobody bid (流拍).
    Unsold,
    /// The price is complete (价款付清).
    Paid,
    /// The ruling is served (裁定送达).
    RulingServed,
    /// Handed over (交付).
    Delivered,
    /// The purchaser defaulted (悔拍).
    Defaulted,
    /// The sale was set aside (撤销拍卖).
    SetAside,
    /// A creditor has taken the property (以物抵债).
    InKind,
    /// The seizure is lifted, the property goes back (解除查封退还).
    Released,
    /// The purchaser was reminded of the balance (余款催缴).
    BalanceReminder,
    /// The announcement was corrected (更正公告).
    Revised,
}

macro_rules! disclosure_items {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $warning:literal);+ $(;)?) => {
        /// The eleven items and seven warnings that are public with the announcement (公示事项与特别提示).
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize,
            Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum DisclosureItem { $($(#[doc = $doc])+ $name),+ }
        impl DisclosureItem {
            pub const ALL: &'static [DisclosureItem] = &[$(DisclosureItem::$name),+];
            /// The GraphQL spelling.
            pub const fn as_str(self) -> &'static str { match self { $(DisclosureItem::$name => $text),+ } }
            /// One of the seven warnings of 网拍规定 14, which always apply?
            pub const fn is_warning(self) -> bool { match self { $(DisclosureItem::$name => $warning),+ } }
        }
    };
}
disclosure_items! {
    /// The announcement itself (拍卖公告).
    Announcement = "ANNOUNCEMENT", false;
    /// The title that is enforced, unless not public by law (执行依据).
    Title = "TITLE", false;
    /// Copy of the appraisal, or the basis of the price (评估报告副本或定价依据).
    Appraisal = "APPRAISAL", false;
    /// Time, starting price and rules of bidding (拍卖时间、起拍价及竞价规则).
    BiddingRules = "BIDDING_RULES", false;
    /// State, rights and burdens, in text, picture and film (权属、占有使用、附随义务等现状).
    Condition = "CONDITION", false;
    /// Who holds a right of priority, and of which kind (优先购买权主体及权利性质).
    PriorityPurchasers = "PRIORITY_PURCHASERS", false;
    /// Who was told, or could not be (通知或无法通知情况).
    NoticeRecord = "NOTICE_RECORD", false;
    /// How deposit and price are paid, and to which account (保证金、价款支付方式和账户).
    PaymentMethod = "PAYMENT_METHOD", false;
    /// Taxes and fees to expect and who bears them (税费种类及承担主体).
    Taxes = "TAXES", false;
    /// Court, contact and who supervises (执行法院名称、联系、监督方式).
    CourtContact = "COURT_CONTACT", false;
    /// Anything else that must be known (其他应当公示的内容).
    Other = "OTHER", false;
    /// Capacity and qualification of a bidder (竞买人资格条件).
    BidderQualification = "BIDDER_QUALIFICATION", true;
    /// A proxy is confirmed by the court before bidding starts (委托竞买须事先确认).
    ProxyConfirmation = "PROXY_CONFIRMATION", true;
    /// Known defects and burdens (已知瑕疵和权利负担).
    KnownDefects = "KNOWN_DEFECTS", true;
    /// Sold as it stands; it may be viewed (以现状为准及看样).
    AsIs = "AS_IS", true;
    /// Bidding accepts all defects, known or not (参与竞买视为接受一切瑕疵).
    FullAcceptance = "FULL_ACCEPTANCE", true;
    /// The purchaser's real identity will be published (成交后公示真实身份).
    IdentityPublished = "IDENTITY_PUBLISHED", true;
    /// After default the deposit is not given back (悔拍保证金不予退还).
    DepositForfeiture = "DEPOSIT_FORFEITURE", true;
}
