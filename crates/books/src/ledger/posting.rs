//! Posting: the one way by which money moves in the books.
//!
//! Costs one statement for the accounts, one per guarded account, one for the postings and one for the header. Guarded
//! accounts are changed in id order, so two entries over the same accounts cannot deadlock; an account that would go
//! below what is held on it refuses the entry (INSUFFICIENT_BALANCE).

use super::{
    chart::{AccountKey, Book},
    rules,
    store::{account, entry, posting},
};
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    db::{Tx, sql},
    error::Failure,
    ids::{CaseId, CourtId, EntryId, NodeRef, PostingId, ReceiptId},
    money::Money,
    refusal::{Refusal, RefusalCode},
};
use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use std::collections::BTreeMap;

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

#[derive(Clone, Copy, Debug)]
pub struct NewPosting {
    pub(super) key: AccountKey,
    /// Debit above zero.
    pub(super) amount: Money,
    receipt: Option<ReceiptId>,
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

#[boxed]
pub async fn post(tx: &Tx, now: Timestamp, new: NewEntry) -> Result<EntryId, Failure> {
    if !rules::is_sound(&new) {
        // a fault of the program, not of its user
        return Err(Failure::internal(format!("an unsound entry: {new:?}")));
    }
    open_accounts(tx, now, &new).await?;
    change_guarded(tx, &new).await?;
    let id = EntryId::new(now);
    let rows = new.postings.iter().enumerate().map(|(line, p)| posting::ActiveModel {
        id: Set(PostingId::new(now)),
        court_id: Set(new.court),
        entry_id: Set(id),
        line: Set(i32::try_from(line).unwrap_or(i32::MAX)),
        account_id: Set(p.key.id()),
        amount: Set(p.amount),
        receipt_id: Set(p.receipt),
    });
    posting::Entity::insert_many(rows).execute(tx).await?;
    let header = entry::ActiveModel {
        id: Set(id),
        court_id: Set(new.court),
        book: Set(new.book),
        kind: Set(new.kind),
        booked_on: Set(new.booked_on),
        recorded_at: Set(now),
        case_id: Set(new.case),
        cause_kind: Set(new.cause.kind.as_str().to_owned()),
        cause_id: Set(new.cause.id),
        posting_count: Set(i32::try_from(new.postings.len()).unwrap_or(i32::MAX)),
        reverses: Set(new.reverses),
    };
    entry::Entity::insert(header).execute(tx).await?;
    Ok(id)
}

#[boxed]
async fn open_accounts(tx: &Tx, now: Timestamp, new: &NewEntry) -> Result<(), Failure> {
    let keys: BTreeMap<_, _> = new.postings.iter().map(|p| (p.key.id(), p.key)).collect();
    let rows = keys.iter().map(|(id, key)| account::ActiveModel {
        id: Set(*id),
        court_id: Set(key.court),
        book: Set(key.book),
        code: Set(key.code),
        owner: Set(key.owner),
        opened_at: Set(now),
    });
    account::Entity::insert_many(rows)
        .on_conflict(OnConflict::column(account::Column::Id).do_nothing().to_owned())
        .execute(tx)
        .await?;
    Ok(())
}

/// Moves the balance rows of the guarded accounts, in id order.
#[boxed]
async fn change_guarded(tx: &Tx, new: &NewEntry) -> Result<(), Failure> {
    let changes = rules::guarded_changes(new).ok_or_else(|| Failure::internal("a balance out of range"))?;
    for (account, (code, change)) in changes {
        let changed = if change >= 0 {
            tx.execute_raw(sql(
                tx,
                "INSERT INTO ledger_balance (account_id, court_id, balance, held) VALUES ($1, $2, $3, 0)
                 ON CONFLICT (account_id) DO UPDATE SET balance = ledger_balance.balance + excluded.balance",
                [account.into(), new.court.into(), change.into()],
            ))
        } else {
            tx.execute_raw(sql(
                tx,
                "UPDATE ledger_balance SET balance = balance + $2 WHERE account_id = $1 AND balance + $2 >= held",
                [account.into(), change.into()],
            ))
        };
        if changed.await?.rows_affected() == 0 {
            return Err(Refusal::new(RefusalCode::InsufficientBalance)
                .arg("account", code.number())
                .arg("amount", Money::from_fen(change.saturating_neg()))
                .into());
        }
    }
    Ok(())
}
