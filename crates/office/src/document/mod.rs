//! Documents (文书): numbered papers of a court, made from what the system knows and filed to the case.
//!
//! A document is its words: they are recorded with the number, the file is typeset from them afterwards and kept with
//! its hash. Nothing is ever changed; when the facts have changed, a new document is made. A room on the top: it
//! reads from every business room, none knows it.

pub mod forms;
pub mod ops;
pub mod rules;
pub mod store;
pub mod tables;
pub mod words;

use crate::{
    access::Act,
    kernel::{ids::NodeKind, stored_enum},
};

stored_enum! {
    /// What kind of paper a document is (文书种类).
    DocumentKind {
        /// Voucher of money received (收款凭据); from a receipt.
        ReceiptVoucher = "RECEIPT_VOUCHER",
        /// Form by which paying out is approved (执行款发放审批表), 法发〔2017〕6号 art 12; from a disbursement order.
        PayoutApproval = "PAYOUT_APPROVAL",
        /// Form by which paying out is deferred (执行款延缓发放审批表); from a deferral.
        DeferralApproval = "DEFERRAL_APPROVAL",
        /// Form by which money goes to a notary (执行款提存审批表), 法发〔2017〕6号 art 16; from a notary deposit.
        NotaryApproval = "NOTARY_APPROVAL",
        /// The plan that is served on creditors and debtor (执行财产分配方案); from a distribution plan.
        DistributionPlan = "DISTRIBUTION_PLAN",
        /// Claims, money and balance of a case on one sheet (执行款物结算单); from a case.
        SettlementSheet = "SETTLEMENT_SHEET",
        /// Proof that money was paid to a payee (案款发放凭证); from a payable that is paid.
        PayoutReceipt = "PAYOUT_RECEIPT",
        /// All lines of a unified payout (集中兑现发放清单); from a payout run.
        PayoutBatch = "PAYOUT_BATCH",
        /// Announcement of a sale (拍卖公告); from a lot.
        AuctionAnnouncement = "AUCTION_ANNOUNCEMENT",
        /// Rules of bidding in plain words, every parameter among them (竞买须知); from a lot.
        BiddingInstructions = "BIDDING_INSTRUCTIONS",
        /// What was found out about the property (标的物调查情况表); from a lot.
        SurveyTable = "SURVEY_TABLE",
        /// Confirmation of the sale (网络竞价成功确认书); from a sold lot.
        SaleConfirmation = "SALE_CONFIRMATION",
        /// Draft of the ruling that passes ownership (拍卖成交裁定书草稿); from a lot that is paid.
        SaleRuling = "SALE_RULING",
        /// Draft of the notice to the registry (协助执行通知书草稿); from a lot whose ruling is served.
        AssistanceNotice = "ASSISTANCE_NOTICE",
        /// Record of handing over (财产移交笔录); from a delivered lot.
        DeliveryRecord = "DELIVERY_RECORD",
        /// Order to a defaulter to make up the difference (责令补交差价通知书); from a defaulted lot.
        TopUpNotice = "TOP_UP_NOTICE",
    }
}

impl DocumentKind {
    /// The title that it bears.
    pub const fn title(self) -> &'static str {
        match self {
            DocumentKind::ReceiptVoucher => "执行案款收款凭据",
            DocumentKind::PayoutApproval => "执行款发放审批表",
            DocumentKind::DeferralApproval => "执行款延缓发放审批表",
            DocumentKind::NotaryApproval => "执行款提存审批表",
            DocumentKind::DistributionPlan => "执行财产分配方案",
            DocumentKind::SettlementSheet => "执行款物结算单",
            DocumentKind::PayoutReceipt => "案款发放凭证",
            DocumentKind::PayoutBatch => "集中兑现发放清单",
            DocumentKind::AuctionAnnouncement => "拍卖公告",
            DocumentKind::BiddingInstructions => "竞买须知",
            DocumentKind::SurveyTable => "标的物调查情况表",
            DocumentKind::SaleConfirmation => "网络竞价成功确认书",
            DocumentKind::SaleRuling => "执行裁定书",
            DocumentKind::AssistanceNotice => "协助执行通知书",
            DocumentKind::DeliveryRecord => "财产移交笔录",
            DocumentKind::TopUpNotice => "责令补交差价通知书",
        }
    }
    /// The word in its number (字).
    pub const fn mark(self) -> &'static str {
        match self {
            DocumentKind::ReceiptVoucher => "收据",
            DocumentKind::PayoutApproval => "发审",
            DocumentKind::DeferralApproval => "延审",
            DocumentKind::NotaryApproval => "提审",
            DocumentKind::DistributionPlan => "分配",
            DocumentKind::SettlementSheet => "结算",
            DocumentKind::PayoutReceipt => "付讫",
            DocumentKind::PayoutBatch => "批付",
            DocumentKind::AuctionAnnouncement => "拍告",
            DocumentKind::BiddingInstructions => "竞知",
            DocumentKind::SurveyTable => "调查",
            DocumentKind::SaleConfirmation => "成交",
            DocumentKind::SaleRuling => "拍裁稿",
            DocumentKind::AssistanceNotice => "协执稿",
            DocumentKind::DeliveryRecord => "移交",
            DocumentKind::TopUpNotice => "补差",
        }
    }
    /// What its reader must be allowed to read besides documents: case money is not for everybody who reads cases.
    pub const fn guarded_by(self) -> Option<Act> {
        match self.subject() {
            NodeKind::Receipt => Some(Act::ReadReceipts),
            NodeKind::DisbursementOrder | NodeKind::Deferral => Some(Act::ReadOrders),
            NodeKind::NotaryDeposit => Some(Act::ReadNotaryDeposits),
            NodeKind::Payable => Some(Act::ReadPayable),
            NodeKind::PayoutRun => Some(Act::ReadPayoutRuns),
            _ => None,
        }
    }
    /// What it is made from.
    pub const fn subject(self) -> NodeKind {
        match self {
            DocumentKind::ReceiptVoucher => NodeKind::Receipt,
            DocumentKind::PayoutApproval => NodeKind::DisbursementOrder,
            DocumentKind::DeferralApproval => NodeKind::Deferral,
            DocumentKind::NotaryApproval => NodeKind::NotaryDeposit,
            DocumentKind::DistributionPlan => NodeKind::DistributionPlan,
            DocumentKind::SettlementSheet => NodeKind::Case,
            DocumentKind::PayoutReceipt => NodeKind::Payable,
            DocumentKind::PayoutBatch => NodeKind::PayoutRun,
            DocumentKind::AuctionAnnouncement
            | DocumentKind::BiddingInstructions
            | DocumentKind::SurveyTable
            | DocumentKind::SaleConfirmation
            | DocumentKind::SaleRuling
            | DocumentKind::AssistanceNotice
            | DocumentKind::DeliveryRecord
            | DocumentKind::TopUpNotice => NodeKind::Lot,
        }
    }
}
