//! Administration: the parameters that a court sets for itself, and the holiday notices that the calendar is built from.
//!
//! Both take effect by a second person, are versioned and keep what was proposed. Nothing here reaches back: lots, terms
//! and approvals keep the values under which they began, except that a term that still runs follows the calendar (an end
//! on a holiday moves on by law, 民诉法 85).

pub mod ops;
pub mod rules;
pub mod store;

use crate::{
    auction, disbursement, distribution,
    funds::{self, ops::TermTable},
    kernel::stored_enum,
    payout,
};

stored_enum! {
    /// Where a proposed setting stands (设定状态).
    SettingStatus {
        /// Waits for a second person (待复核).
        Proposed = "PROPOSED",
        /// In force (有效).
        Active = "ACTIVE",
        /// The second person said no (未通过).
        Rejected = "REJECTED",
        /// A later version has taken its place (已被取代).
        Superseded = "SUPERSEDED",
    }
}

stored_enum! {
    /// Days that the calendar moves, by what they are the terms of (随日历变动的期限).
    TermKind {
        /// Terms of receipts: inform, claim, pay, refund (案款期限).
        Receipt = "RECEIPT",
        /// Objections to a distribution plan; a party's day is never taken back (分配方案异议期).
        PlanObjection = "PLAN_OBJECTION",
        /// Ten days to pay after a deferral (恢复发放期限).
        Deferral = "DEFERRAL",
        /// One working day for a winner's fee (胜诉退费期限).
        FeeRefund = "FEE_REFUND",
        /// Ruling after the price is paid, ten days (成交裁定期限).
        Ruling = "RULING",
        /// Handing over after the ruling, fifteen days (移交期限).
        Delivery = "DELIVERY",
        /// Decision of an objection to a sale, fifteen days (执行异议审查期限).
        LotObjection = "LOT_OBJECTION",
    }
}
impl TermKind {
    /// Where these terms are kept.
    pub const fn table(self) -> &'static TermTable {
        match self {
            TermKind::Receipt => &funds::ops::RECEIPT_TERMS,
            TermKind::PlanObjection => &distribution::ops::OBJECTION_TERMS,
            TermKind::Deferral => &disbursement::ops::DEFERRAL_TERMS,
            TermKind::FeeRefund => &payout::special::FEE_REFUND_TERMS,
            TermKind::Ruling => &auction::ops::RULING_TERMS,
            TermKind::Delivery => &auction::ops::DELIVERY_TERMS,
            TermKind::LotObjection => &auction::ops::DECISION_TERMS,
        }
    }
}
