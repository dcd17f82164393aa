//! Funds: money that has arrived (到账), whose it is, and the terms that run from its arrival.
//!
//! A receipt is one credit on the bank's statement. With a case account number on it it belongs to that case at once;
//! without, it is unidentified (不明款) until two people have claimed it to one case or several. Its amount is never
//! changed: `remaining` says how much of it has not yet been given a use, and never goes below zero.

pub mod ops;
pub mod rules;
pub mod store;

use crate::kernel::stored_enum;

stored_enum! {
    /// How the money came (到账方式).
    ReceiptSource {
        /// A transfer of the payer (转账).
        Transfer = "TRANSFER",
        /// Deducted from the debtor's account through the network (网络扣划).
        Deduction = "DEDUCTION",
        /// Cash taken by two officers and paid in (现金).
        Cash = "CASH",
        /// A cleared cheque (支票).
        Cheque = "CHEQUE",
        /// The price of a sale, from the court's own auction account (拍卖、变卖价款).
        SaleProceeds = "SALE_PROCEEDS",
        /// From another court (他院转入).
        OtherCourt = "OTHER_COURT",
        /// Returned by the notary (提存返还).
        NotaryReturn = "NOTARY_RETURN",
    }
}

stored_enum! {
    /// Where a receipt stands (到账状态).
    ReceiptStatus {
        /// No case is known for it, or for the rest of it (不明款).
        Unidentified = "UNIDENTIFIED",
        /// Claimed in full: its parts stand as receipts of their cases (已认领).
        Claimed = "CLAIMED",
        /// Stands on a case, wholly or partly without a use yet (在案).
        OnCase = "ON_CASE",
        /// All of it has been used: paid out, taken as a fee or given back (已用完).
        Used = "USED",
        /// Given back to its payer without ever having had a case (已退还).
        Refunded = "REFUNDED",
        /// Found to be the bank's interest: it waits for its destination with the other interest (银行利息).
        Interest = "INTEREST",
        /// Made charges of the bank good (补回银行手续费).
        Reimbursed = "REIMBURSED",
    }
}

stored_enum! {
    /// Where cash stands (现金收款状态).
    CashState {
        /// Recorded by one officer; the other has not confirmed it (待确认).
        Recorded = "RECORDED",
        /// Confirmed and receipted; with the officers until it is paid in (待缴存).
        InHand = "IN_HAND",
        /// Paid in; the bank's line is awaited (已缴存).
        PaidIn = "PAID_IN",
        /// The bank's line has arrived (银行已入账).
        Banked = "BANKED",
    }
}

stored_enum! {
    /// Where a cheque stands (支票状态).
    ChequeState {
        /// With the bank, not cleared yet: its money counts for nothing (待入账).
        Pending = "PENDING",
        /// The bank has credited it (已入账).
        Cleared = "CLEARED",
        /// The bank has refused it (已退票).
        Bounced = "BOUNCED",
    }
}

stored_enum! {
    /// Range of an amount that the public may know (金额区间).
    AmountBand {
        /// Up to 1,000.00 (一千元以下).
        UpTo1000 = "UP_TO_1000",
        /// Above that, up to 10,000.00 (一万元以下).
        UpTo10000 = "UP_TO_10000",
        /// Above that, up to 50,000.00 (五万元以下).
        UpTo50000 = "UP_TO_50000",
        /// Above that, up to 200,000.00 (二十万元以下).
        UpTo200000 = "UP_TO_200000",
        /// Above 200,000.00 (超过二十万元).
        Above200000 = "ABOVE_200000",
    }
}

stored_enum! {
    /// Where a term stands (期限状态).
    TermState {
        /// It runs, under its lamp (进行中).
        Running = "RUNNING",
        /// Paying out waits for a reason of the law: no lamp (中止计算).
        Paused = "PAUSED",
        /// Ten days after the end of such a reason took its place (已由十日期限替代).
        Superseded = "SUPERSEDED",
        /// What it is about was done (已完成).
        Met = "MET",
    }
}

stored_enum! {
    /// Who paid (交款人类型).
    PayerKind {
        /// The debtor himself (被执行人).
        Respondent = "RESPONDENT",
        /// Somebody for the debtor (案外人代付).
        OnBehalf = "ON_BEHALF",
        /// A third person who owes the debtor, or who must assist (协助执行人).
        Garnishee = "GARNISHEE",
        /// A purchaser at a sale (买受人).
        Purchaser = "PURCHASER",
        /// A court (法院).
        Court = "COURT",
        /// Not known yet (不明).
        Unknown = "UNKNOWN",
    }
}

stored_enum! {
    /// Why a case is offered for unidentified money (匹配依据).
    CandidateReason {
        /// The remittance text names the case number (附言含案号).
        CaseNumber = "CASE_NUMBER",
        /// The payer has the name of the debtor (交款人与被执行人同名).
        PayerIsRespondent = "PAYER_IS_RESPONDENT",
        /// The remittance text names the debtor (附言含被执行人).
        TextNamesRespondent = "TEXT_NAMES_RESPONDENT",
        /// The remittance text names the applicant (附言含申请执行人).
        TextNamesApplicant = "TEXT_NAMES_APPLICANT",
        /// The amount is what is still owed in the case (金额等于未履行额).
        AmountOutstanding = "AMOUNT_OUTSTANDING",
        /// The amount is what a measure has frozen in the case (金额等于冻结额).
        AmountFrozen = "AMOUNT_FROZEN",
    }
}
