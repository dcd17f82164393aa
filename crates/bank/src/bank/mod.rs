//! The bank (银行): files in and out, their staging, and the way of each line to its owner.
//!
//! A file is parsed and validated whole before anything of it counts; a refused file books nothing and leaves its hash
//! and the reason in the audit log. The lines of an accepted file are staged, then dispatched one by one, each in its
//! own short transaction, by a job that can stop and resume anywhere: a case account goes to funds, a deposit account
//! to the auction, a result to payout, and what nobody owns is unidentified money (不明款). The same file, and the same
//! bank reference on the same account, are booked once. Each movement of the bank is matched to the ledger entry that it
//! is, and each statement proves that none is missing between it and the one before.

pub mod dispatch;
pub mod drop_folder;
pub mod iso20022;
pub mod ops;
pub mod raw;
pub mod reading;
pub mod resolution;
pub mod rules;
pub mod simulator;
pub mod statement;
pub mod store;
pub mod template;

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
        /// A statement of account, camt.053: compared with what is known; what it alone knows is booked (对账单).
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

stored_enum! {
    /// Where a version of a bank template stands (银行模板状态).
    TemplateStatus {
        /// Waits for the finance reviewer (待复核).
        Proposed = "PROPOSED",
        /// Agreed; the highest such version is in force (已批准).
        Approved = "APPROVED",
        /// Turned down (已退回).
        Rejected = "REJECTED",
    }
}

stored_enum! {
    /// What a movement is that found no owner by itself (待处理明细的处理方式).
    LineResolution {
        /// Money that came for a case (认领至案件).
        Case = "CASE",
        /// A payment of ours that left, or came back (对应本院付款).
        Payout = "PAYOUT",
        /// A charge of the bank, or its reimbursement (银行手续费).
        BankCharge = "BANK_CHARGE",
        /// Interest of the bank, distributed later (银行利息，待分配).
        BankInterest = "BANK_INTEREST",
    }
}

stored_enum! {
    /// Where the proposal for an open movement stands (处理意见状态).
    ResolutionStatus {
        /// Waits for the finance reviewer (待复核).
        Proposed = "PROPOSED",
        /// Agreed and booked (已入账).
        Approved = "APPROVED",
        /// Turned down; another may be proposed (已退回).
        Rejected = "REJECTED",
    }
}
