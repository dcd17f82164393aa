//! Payout (付款): what is owed to somebody (a payable) and the attempts at paying it through the bank.
//!
//! Orders of case money and refunds of deposits use the same road: a payable is created, an attempt is queued, written
//! to a bank file, answered. The money stands on one guarded account per payable until an attempt takes it in transit.
//! This room knows neither cases' rules nor lots': who may pay what is decided above it.

pub mod bankruptcy;
pub mod cancel;
pub mod change;
pub mod ops;
pub mod outcome;
pub mod own;
pub mod result;
pub mod rules;
pub mod special;
mod speed;
pub mod stops;
pub mod store;
pub mod tables;
pub mod together;

use crate::kernel::stored_enum;

stored_enum! {
    /// State of one attempt at paying (付款状态).
    AttemptState {
        /// Waits for the next bank file (待发送).
        Queued = "QUEUED",
        /// Written to a bank file (已发送).
        Sent = "SENT",
        /// The bank has taken it in (银行已受理).
        Accepted = "ACCEPTED",
        /// Paid (已付).
        Settled = "SETTLED",
        /// Definitely refused; the money stands on the payable again (拒付).
        Rejected = "REJECTED",
        /// Paid, then sent back by the payee's bank; the money stands on the payable again (退汇).
        Returned = "RETURNED",
        /// Nobody can say yet whether money moved: only the status may be asked (结果未明).
        Unknown = "UNKNOWN",
        /// Taken back before it was written to a file (发送前撤回).
        Withdrawn = "WITHDRAWN",
    }
}

stored_enum! {
    /// What a payable is for (付款用途).
    PayablePurpose {
        /// Case money to a creditor (案款发放).
        Creditor = "CREDITOR",
        /// What is left over, to the debtor (余款退还被执行人).
        Surplus = "SURPLUS",
        /// A receipt back to its payer (退还缴款人).
        RefundPayer = "REFUND_PAYER",
        /// A bidder's deposit back to the paying account (退还保证金).
        DepositRefund = "DEPOSIT_REFUND",
        /// The price of a lot to the court's own case account (转入案款专户).
        OwnTransfer = "OWN_TRANSFER",
        /// Costs of appraisal, sale or storage, to who advanced or earned them (处置费用).
        SaleCost = "SALE_COST",
        /// The execution fee or a tax, to the treasury (非税缴库、税款).
        Treasury = "TREASURY",
        /// All money of a case, to the court that takes it over (移送法院).
        CourtTransfer = "COURT_TRANSFER",
        /// A bankrupt debtor's money, to his administrator (移交破产管理人).
        Administrator = "ADMINISTRATOR",
        /// A winner's prepaid fee, back to him (胜诉退费).
        FeeRefund = "FEE_REFUND",
        /// A creditor's money, to a notary (提存).
        NotaryDeposit = "NOTARY_DEPOSIT",
        /// Money of a case to the court or organ that froze and deducts it (另案扣划).
        Deduction = "DEDUCTION",
    }
}

stored_enum! {
    /// Why money leaves otherwise than to a creditor (其他付款事由).
    SpecialPaymentKind {
        /// Deducted or paid by mistake, or nobody's: back to its payer (退还缴款人).
        ReceiptRefund = "RECEIPT_REFUND",
        /// The case goes to another court with its money (案件移送、交叉执行).
        CourtTransfer = "COURT_TRANSFER",
        /// The debtor's money goes to his bankruptcy administrator (移交破产管理人).
        Administrator = "ADMINISTRATOR",
        /// The winner's prepaid fee goes back (胜诉退费).
        FeeRefund = "FEE_REFUND",
        /// The creditor does not or cannot take it: to a notary (提存).
        NotaryDeposit = "NOTARY_DEPOSIT",
        /// Another court or organ deducts what it had frozen (另案扣划).
        Deduction = "DEDUCTION",
        /// An execution fee that was taken goes to the treasury by its payment book (执行申请费上缴国库).
        FeeRemittance = "FEE_REMITTANCE",
        /// The bank's interest goes where a document of the treasury says (银行利息上缴).
        BankInterest = "BANK_INTEREST",
    }
}
impl SpecialPaymentKind {
    const fn purpose(self) -> PayablePurpose {
        match self {
            SpecialPaymentKind::ReceiptRefund => PayablePurpose::RefundPayer,
            SpecialPaymentKind::CourtTransfer => PayablePurpose::CourtTransfer,
            SpecialPaymentKind::Administrator => PayablePurpose::Administrator,
            SpecialPaymentKind::FeeRefund => PayablePurpose::FeeRefund,
            SpecialPaymentKind::NotaryDeposit => PayablePurpose::NotaryDeposit,
            SpecialPaymentKind::Deduction => PayablePurpose::Deduction,
            SpecialPaymentKind::FeeRemittance => PayablePurpose::Treasury,
            SpecialPaymentKind::BankInterest => PayablePurpose::Treasury,
        }
    }
}

stored_enum! {
    /// Where the money of a payable stands (应付款状态).
    PayableState {
        /// On the payable, free for an attempt (待付).
        Open = "OPEN",
        /// With the bank: an attempt is queued, sent or open (在途).
        InTransit = "IN_TRANSIT",
        /// Paid (已付).
        Paid = "PAID",
        /// Refused or returned: on the payable again until somebody decides (退回待处理).
        Failed = "FAILED",
        /// Given back to where it came from; nothing is owed here any more (已撤销).
        Cancelled = "CANCELLED",
    }
}

stored_enum! {
    /// What a message of the bank did to an attempt (反馈处理结果).
    MessageEffect {
        /// The attempt moved on and was booked (已处理).
        Moved = "MOVED",
        /// Said before or overtaken: nothing changed (重复或迟到，未处理).
        Ignored = "IGNORED",
        /// Contradicts an earlier definite message: nothing changed, a person asks the bank (前后矛盾，待人工核实).
        Contradiction = "CONTRADICTION",
    }
}

stored_enum! {
    /// Why a creditor's money goes to a notary, 执行款物规定 第16条 (提存事由).
    NotaryGround {
        /// He refuses the money without a reason (无正当理由拒绝领取).
        Refused = "REFUSED",
        /// Nobody knows where he is (下落不明).
        WhereaboutsUnknown = "WHEREABOUTS_UNKNOWN",
        /// He died without known heirs, or cannot act and has no guardian (死亡未确定继承人、丧失行为能力未确定监护人).
        DeadOrIncapable = "DEAD_OR_INCAPABLE",
        /// The notice to collect reached nobody by the ways that he had stated (按确认的方式无法通知).
        Unreachable = "UNREACHABLE",
        /// Another case that a law names (法律规定的其他情形).
        Other = "OTHER",
    }
}

stored_enum! {
    /// Where a deposit with a notary stands (提存状态).
    NotaryState {
        /// Proposed, or on its way to the notary; its payment says which (办理中).
        Open = "OPEN",
        /// The notary has certified it: five years run (已提存).
        Deposited = "DEPOSITED",
        /// The creditor or his heirs have collected it (已领取).
        Collected = "COLLECTED",
        /// The notary gave it back to the case (已退回).
        Returned = "RETURNED",
        /// Not collected in five years: the State's, by a decision (已归国家所有).
        Lapsed = "LAPSED",
    }
}

stored_enum! {
    /// What a payment is changed by (付款变更种类).
    PayableChangeKind {
        /// Its money goes back to where it came from; nothing is owed any more (撤销付款).
        Cancel = "CANCEL",
        /// It goes to another account of the same holder (更正收款账户).
        CorrectAccount = "CORRECT_ACCOUNT",
    }
}
