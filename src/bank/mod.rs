//! The bank (银行): files in and out, their staging, and the way of each line to its owner.
//!
//! A file is parsed and validated whole before anything of it counts; a refused file books nothing and leaves its hash
//! and the reason in the audit log. The lines of an accepted file are staged, then dispatched one by one, each in its
//! own short transaction, by a job that can stop and resume anywhere: a case account goes to funds, a deposit account
//! to the auction, a result to payout, and what nobody owns is unidentified money (不明款). The same file, and the same
//! bank reference on the same account, are booked once.

pub mod api;
pub mod dispatch;
pub mod iso20022;
pub mod ops;
pub mod rules;
pub mod simulator;
pub mod store;

use crate::kernel::stored_enum;

stored_enum! {
    /// Which way a bank file went (文件方向).
    FileDirection {
        /// From the bank (银行发来).
        Incoming = "INCOMING",
        /// To the bank (发往银行).
        Outgoing = "OUTGOING",
    }
}

stored_enum! {
    /// What a bank file holds (文件种类).
    FileKind {
        /// Money that came or went, camt.054 (到账通知).
        Notice = "NOTICE",
        /// A statement of account, camt.053: compared with what is known, never booked from (对账单).
        Statement = "STATEMENT",
        /// Results of payment orders, pain.002 (支付结果).
        Results = "RESULTS",
        /// Payment orders, pain.001 (支付指令).
        Payments = "PAYMENTS",
    }
}

stored_enum! {
    /// Where a bank file stands (文件状态).
    FileState {
        /// Found sound; its lines are being dispatched (已受理，分派中).
        Accepted = "ACCEPTED",
        /// Every line has been dispatched, or waits for a person (已分派).
        Dispatched = "DISPATCHED",
        /// Written for the bank (已生成).
        Written = "WRITTEN",
    }
}

stored_enum! {
    /// What a line of a bank file is (明细种类).
    LineKind {
        /// Money that came (贷记).
        Credit = "CREDIT",
        /// Money that went (借记).
        Debit = "DEBIT",
        /// The bank's word on a payment of ours (支付结果).
        Result = "RESULT",
        /// A payment order of ours (支付指令).
        Payment = "PAYMENT",
    }
}

stored_enum! {
    /// Where a line stands (明细状态).
    BankLineState {
        /// Waits for its dispatch (待分派).
        Staged = "STAGED",
        /// Booked for its owner, or taken as a result (已入账).
        Booked = "BOOKED",
        /// Booked as money whose owner is not known (不明款).
        Unidentified = "UNIDENTIFIED",
        /// Nothing was booked: a person must look (待人工处理).
        Open = "OPEN",
        /// A payment order that stands in a file (已发送).
        Sent = "SENT",
    }
}
