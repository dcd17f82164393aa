//! An entry of the books before it is posted: what it is about, and what it debits and credits.

use super::chart::{AccountKey, Book};
use crate::kernel::{
    clock::LegalDate,
    ids::{CaseId, CourtId, EntryId, NodeRef, ReceiptId},
    money::Money,
};
use sea_orm::entity::prelude::*;

/// What an entry is about (凭证种类).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EntryKind {
    /// Money arrived on a case account (案款到账).
    CaseReceipt,
    /// Cash was paid in at the bank (现金缴存银行).
    CashPaidIn,
    /// A cheque was handed in: a memo until the bank has cleared it (收取支票).
    ChequeReceived,
    /// The memo of a cheque was taken back: cleared or refused (支票结清).
    ChequeEnded,
    /// Money arrived and its case is not known (不明款到账).
    UnidentifiedReceipt,
    /// Unidentified money was claimed to a case (不明款认领).
    ReceiptClaim,
    /// A deposit arrived (保证金到账).
    DepositReceipt,
    /// The winner's deposit counts towards the price (保证金充抵价款).
    DepositToPrice,
    /// The balance of the price arrived (余款到账).
    PriceReceipt,
    /// A deposit was forfeited (保证金没收).
    DepositForfeited,
    /// The platform froze a deposit: a memo (平台冻结保证金).
    DepositFrozen,
    /// The memo of a frozen deposit was taken back: it is to be unfrozen (平台解冻保证金).
    DepositUnfrozen,
    /// The purchaser's frozen deposit is due from the provider: a memo (应收平台划转).
    ProviderDue,
    /// The memo of what the provider owed ended with its arrival (平台划转到账).
    ProviderDueEnded,
    /// Execution fee taken from the case (扣收执行申请费).
    ExecutionFee,
    /// Reserved for taxes of the sale (税费预留).
    TaxReserve,
    /// Reserved for the debtor's rent (租金预留).
    RentReserve,
    /// Owed to a payee from now on (确认应付).
    Payable,
    /// Instructed to the bank (付款在途).
    PayoutSent,
    /// Paid by the bank (付款成功).
    PayoutSettled,
    /// Rejected by the bank before the debit (付款被拒).
    PayoutRejected,
    /// Came back after the debit (付款退回).
    PayoutReturned,
    /// A charge of the bank, or its reimbursement (银行手续费).
    BankCharge,
    /// Interest of the bank (银行利息).
    BankInterest,
    /// Takes an entry back by its mirror image (红字冲销).
    Reversal,
}

/// One side of an entry.
#[derive(Clone, Copy, Debug)]
pub struct NewPosting {
    pub(super) key: AccountKey,
    /// Debit above zero.
    pub(super) amount: Money,
    pub(super) receipt: Option<ReceiptId>,
}
impl NewPosting {
    pub const fn key(&self) -> AccountKey {
        self.key
    }
    /// Debit above zero, credit below.
    pub const fn amount(&self) -> Money {
        self.amount
    }
    /// The receipt by which this money came.
    pub fn receipt(mut self, receipt: ReceiptId) -> NewPosting {
        self.receipt = Some(receipt);
        self
    }
}
/// Debit `amount` (above zero): more on an asset, less owed.
pub fn debit(key: AccountKey, amount: Money) -> NewPosting {
    NewPosting { key, amount, receipt: None }
}
/// Credit `amount` (above zero): less on an asset, more owed.
pub fn credit(key: AccountKey, amount: Money) -> NewPosting {
    NewPosting { key, amount: amount.negated(), receipt: None }
}

/// An entry to be posted. All postings lie in one court and book.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub court: CourtId,
    pub book: Book,
    pub kind: EntryKind,
    pub booked_on: LegalDate,
    pub case: Option<CaseId>,
    /// What caused it. One cause makes one entry of a kind.
    pub cause: NodeRef,
    pub reverses: Option<EntryId>,
    pub postings: Vec<NewPosting>,
}
