//! Notices (通知): what people are told about their money and the lots they follow, in their inbox and through gateways.
//!
//! The rooms that move money know nothing of it: a job reads the audit log in its order, as an outbox that cannot lose an
//! event, and writes a notice for each person whom an event concerns. Another job, on a ticker of its own, hands notices
//! to the gateways, so that a slow gateway holds up neither the business nor the other jobs. A gateway that does not
//! answer is tried again, with the same id, until it takes the notice or gives it up as dead.

pub mod audience;
pub mod compose;
pub mod delivery;
mod followed;
pub mod gateway;
pub mod ops;
mod payments;
pub mod rules;
pub mod store;
mod telling;

use crate::kernel::stored_enum;

stored_enum! {
    /// What a notice tells (通知种类).
    NoticeKind {
        /// Money arrived on the case (案款到账).
        MoneyReceived = "MONEY_RECEIVED",
        /// The distribution plan was served on you (分配方案送达).
        PlanServed = "PLAN_SERVED",
        /// Paying you was approved (案款发放已批准).
        OrderApproved = "ORDER_APPROVED",
        /// The payment to you was given to the bank (付款已送银行).
        PaymentSent = "PAYMENT_SENT",
        /// The bank has paid you (案款已到账收款账户).
        Paid = "PAID",
        /// The bank could not pay you, or the payment came back (付款被退回).
        Returned = "RETURNED",
        /// Another account of yours stands in the place of the one that you had confirmed (收款账户已更正).
        AccountCorrected = "ACCOUNT_CORRECTED",
        /// Paying a creditor of your case was approved (本案案款发放已批准).
        CasePayoutApproved = "CASE_PAYOUT_APPROVED",
        /// A payment to a creditor of your case was given to the bank (本案付款已送银行).
        CasePayoutSent = "CASE_PAYOUT_SENT",
        /// A creditor of your case was paid (本案案款已发放).
        CasePayoutPaid = "CASE_PAYOUT_PAID",
        /// A payment to a creditor of your case failed or came back (本案付款被退回).
        CasePayoutReturned = "CASE_PAYOUT_RETURNED",
        /// The account was corrected to which a failed payment of your case goes (本案收款账户已更正).
        CasePayoutCorrected = "CASE_PAYOUT_CORRECTED",
        /// Your deposit was paid back (保证金已退还).
        DepositRefunded = "DEPOSIT_REFUNDED",
        /// Bidding begins soon on a lot that you follow (关注的标的物即将开拍).
        LotStarts = "LOT_STARTS",
        /// Bidding ends soon on a lot that you follow (关注的标的物即将结束).
        LotEnds = "LOT_ENDS",
        /// The announcement of a lot that you follow was corrected (关注的标的物更正公告).
        LotRevised = "LOT_REVISED",
        /// A lot that you follow stands still (关注的标的物暂停).
        LotPaused = "LOT_PAUSED",
        /// A lot that you follow goes on (关注的标的物恢复).
        LotResumed = "LOT_RESUMED",
        /// A lot that you follow was taken back (关注的标的物撤回).
        LotWithdrawn = "LOT_WITHDRAWN",
        /// A lot that you follow was sold (关注的标的物成交).
        LotSold = "LOT_SOLD",
        /// Nobody bid on a lot that you follow (关注的标的物流拍).
        LotUnsold = "LOT_UNSOLD",
    }
}

impl NoticeKind {
    /// Those about lots that somebody follows: seen by nobody but him.
    pub const OF_FOLLOWERS: &'static [NoticeKind] = &[
        NoticeKind::LotStarts,
        NoticeKind::LotEnds,
        NoticeKind::LotRevised,
        NoticeKind::LotPaused,
        NoticeKind::LotResumed,
        NoticeKind::LotWithdrawn,
        NoticeKind::LotSold,
        NoticeKind::LotUnsold,
    ];
}

stored_enum! {
    /// By what a notice goes out (通知渠道).
    NoticeChannel {
        /// A short message to the mobile number (短信).
        Sms = "SMS",
        /// A call of an address of the court's own system (接口推送).
        Webhook = "WEBHOOK",
    }
}

stored_enum! {
    /// How far a notice got on one channel (投递状态).
    NoticeDeliveryState {
        /// Waits for its first or next try (待投递).
        Waiting = "WAITING",
        /// The gateway has taken it (已投递).
        Delivered = "DELIVERED",
        /// Given up; it can be sent again by hand (投递失败).
        Dead = "DEAD",
        /// The person has left no mobile number (无手机号).
        NoAddress = "NO_ADDRESS",
    }
}
