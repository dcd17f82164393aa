//! Posting: the one way by which money moves in the books.
//!
//! Costs three statements for accounts that this process has seen before: balances, postings, headers; a thousand rows
//! each, however many entries are posted at once. New accounts cost one more, guarded ones of which some lose money up
//! to two, fees of cases where one moves one. One post locks guarded accounts in id order, so that two posts over the
//! same accounts wait for each other; who posts twice in a transaction keeps that order himself. An account that would go
//! below what is held on it refuses them (INSUFFICIENT_BALANCE).

use super::{
    chart::AccountKey,
    entry::NewEntry,
    rules,
    store::{entry, posting},
};
use crate::kernel::boxed;
use crate::kernel::bulk::{Rows, among, id_set, insert_all};
use crate::kernel::{
    clock::Timestamp,
    db::{Engine, Tx, sql},
    error::Failure,
    ids::{EntryId, LedgerAccountId, PostingId},
    money::Money,
    refusal::{Refusal, RefusalCode},
};
use sea_orm::entity::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Posts one entry.
///
/// # Errors
/// `INSUFFICIENT_BALANCE` when less than the entry takes stands free on a guarded account.
#[boxed]
pub async fn post(tx: &Tx, now: Timestamp, new: NewEntry) -> Result<EntryId, Failure> {
    let posted = post_many(tx, now, std::slice::from_ref(&new)).await?;
    posted.first().copied().ok_or_else(|| Failure::internal("an entry without its id"))
}

/// Posts entries together, each with its own balanced postings: all of them or none. A guarded account is asked for
/// what all of them leave on it, so one entry may use what another of them brings.
///
/// # Errors
/// `INSUFFICIENT_BALANCE` when less than they take stands free on a guarded account.
#[boxed]
pub async fn post_many(tx: &Tx, now: Timestamp, entries: &[NewEntry]) -> Result<Vec<EntryId>, Failure> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(unsound) = entries.iter().find(|new| !rules::is_sound(new)) {
        // a fault of the program, not of its user
        return Err(Failure::internal(format!("an unsound entry: {unsound:?}")));
    }
    open_accounts(tx, now, entries).await?;
    change_guarded(tx, entries).await?;
    change_fees(tx, entries).await?;
    let (mut ids, mut postings, mut headers) = (Vec::with_capacity(entries.len()), Vec::new(), Vec::new());
    for new in entries {
        let id = EntryId::new(now);
        ids.push(id);
        postings.extend(new.postings.iter().zip(0_i32..).map(|(p, line)| posting::Model {
            id: PostingId::new(now),
            court_id: new.court,
            entry_id: id,
            line,
            account_id: p.key.id(),
            amount: p.amount,
            receipt_id: p.receipt,
        }));
        headers.push(entry::Model {
            id,
            court_id: new.court,
            book: new.book,
            kind: new.kind,
            booked_on: new.booked_on,
            recorded_at: now,
            case_id: new.case,
            cause_kind: new.cause.kind.as_str().to_owned(),
            cause_id: new.cause.id,
            posting_count: i32::try_from(new.postings.len()).unwrap_or(i32::MAX),
            reverses: new.reverses,
        });
    }
    for piece in postings.chunks(ROWS_AT_ONCE) {
        insert_all::<posting::Entity>(tx, piece).await?;
    }
    // a header seals its entry: it comes behind the postings
    for piece in headers.chunks(ROWS_AT_ONCE) {
        insert_all::<entry::Entity>(tx, piece).await?;
    }
    Ok(ids)
}

/// Bounds the parameters of one statement: SQLite takes 32766, and a header has eleven.
const ROWS_AT_ONCE: usize = 1024;

/// Writes the accounts that this process does not know to stand.
#[boxed]
async fn open_accounts(tx: &Tx, now: Timestamp, entries: &[NewEntry]) -> Result<(), Failure> {
    let keys: BTreeMap<_, _> = entries
        .iter()
        .flat_map(|new| &new.postings)
        .map(|posting| (posting.key.id(), posting.key))
        .filter(|(id, _)| !tx.knows(id.uuid()))
        .collect();
    let keys: Vec<_> = keys.into_iter().collect();
    for piece in keys.chunks(ROWS_AT_ONCE) {
        let (given, values) = Rows::of(piece.iter().map(|(id, key)| {
            [
                (*id).into(),
                key.court.into(),
                key.book.to_value().into(),
                key.code.to_value().into(),
                key.owner.into(),
                now.into(),
            ]
        }))
        .into_values(tx.engine());
        let text = format!(
            "INSERT INTO ledger_account (id, court_id, book, code, owner, opened_at)
             SELECT * FROM {given} AS given WHERE given.column1 IS NOT NULL ON CONFLICT (id) DO NOTHING"
        );
        tx.execute_raw(sql(tx, &text, values)).await?;
    }
    tx.learn(keys.iter().map(|(id, _)| id.uuid()));
    Ok(())
}

/// What a guarded account gains, or loses below zero.
type Change = (LedgerAccountId, (AccountKey, i64));

/// Moves the balance rows of the guarded accounts.
#[boxed]
async fn change_guarded(tx: &Tx, entries: &[NewEntry]) -> Result<(), Failure> {
    let changes = rules::guarded_changes(entries).ok_or_else(|| Failure::internal("a balance out of range"))?;
    let changes: Vec<Change> = changes.into_iter().collect();
    // rows that only grow are locked in their order by the statement that writes them
    if changes.iter().all(|(_, (_, change))| *change >= 0) {
        return grow(tx, &changes).await;
    }
    lock_balances(tx, &changes).await?;
    let moved = move_standing(tx, &changes).await?;
    let (new, short): (Vec<Change>, Vec<Change>) =
        changes.into_iter().filter(|(id, _)| !moved.contains(id)).partition(|(_, (_, change))| *change >= 0);
    if let Some((_, (key, change))) = short.first() {
        return Err(Refusal::new(RefusalCode::InsufficientBalance)
            .arg("account", key.code.number())
            .arg("amount", Money::from_fen(change.saturating_neg()))
            .into());
    }
    grow(tx, &new).await
}

/// Adds to balances, of accounts that have none yet too.
#[boxed]
async fn grow(tx: &Tx, changes: &[Change]) -> Result<(), Failure> {
    for piece in changes.chunks(ROWS_AT_ONCE) {
        let rows = piece.iter().map(|(id, (key, change))| [(*id).into(), key.court.into(), (*change).into()]);
        let (given, values) = Rows::of(rows).into_values(tx.engine());
        let text = format!(
            "INSERT INTO ledger_balance (account_id, court_id, balance, held)
             SELECT given.column1, given.column2, given.column3, 0 FROM {given} AS given
             WHERE given.column1 IS NOT NULL
             ON CONFLICT (account_id) DO UPDATE SET balance = ledger_balance.balance + excluded.balance"
        );
        tx.execute_raw(sql(tx, &text, values)).await?;
    }
    Ok(())
}

/// Changes the balances that stand, unless less than what is held would stay; answers which did change.
#[boxed]
async fn move_standing(tx: &Tx, changes: &[Change]) -> Result<BTreeSet<LedgerAccountId>, Failure> {
    let mut moved = BTreeSet::new();
    for piece in changes.chunks(ROWS_AT_ONCE) {
        let rows = piece.iter().map(|(id, (_, change))| [(*id).into(), (*change).into()]);
        let (given, values) = Rows::of(rows).into_values(tx.engine());
        let text = format!(
            "UPDATE ledger_balance SET balance = balance + given.column2 FROM {given} AS given
             WHERE account_id = given.column1 AND (given.column2 >= 0 OR balance + given.column2 >= held)
             RETURNING account_id"
        );
        for row in tx.query_all_raw(sql(tx, &text, values)).await? {
            moved.insert(row.try_get("", "account_id")?);
        }
    }
    Ok(moved)
}

/// Moves the kept sums of execution fees, one row for each case: no two cases wait for each other.
#[boxed]
async fn change_fees(tx: &Tx, entries: &[NewEntry]) -> Result<(), Failure> {
    let changes = rules::fee_changes(entries).ok_or_else(|| Failure::internal("a fee out of range"))?;
    if changes.is_empty() {
        return Ok(());
    }
    let changes: Vec<_> = changes.into_iter().collect();
    for piece in changes.chunks(ROWS_AT_ONCE) {
        let rows = piece.iter().map(|(case, (court, change))| [(*case).into(), (*court).into(), (*change).into()]);
        let (given, values) = Rows::of(rows).into_values(tx.engine());
        let text = format!(
            "INSERT INTO ledger_case_fee (case_id, court_id, standing)
             SELECT given.column1, given.column2, given.column3 FROM {given} AS given WHERE given.column1 IS NOT NULL
             ON CONFLICT (case_id) DO UPDATE SET standing = ledger_case_fee.standing + excluded.standing"
        );
        tx.execute_raw(sql(tx, &text, values)).await?;
    }
    Ok(())
}

/// Locks the balance rows in id order, where the engine locks rows and there is more than one.
#[boxed]
async fn lock_balances(tx: &Tx, changes: &[Change]) -> Result<(), Failure> {
    if tx.engine() == Engine::Sqlite || changes.len() < 2 {
        return Ok(());
    }
    let text = format!(
        "SELECT account_id FROM ledger_balance WHERE account_id {} ORDER BY account_id FOR UPDATE",
        among(tx.engine(), 1)
    );
    let accounts = id_set(tx.engine(), changes.iter().map(|(id, _)| id.uuid()));
    tx.query_all_raw(sql(tx, &text, [accounts])).await?;
    Ok(())
}
