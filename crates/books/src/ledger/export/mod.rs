//! The books as plain-text journals that outside accounting tools read and check by themselves.
//!
//! Entries stand in the order of their booked day. Each posting carries the balance that its account has after it, so
//! that a tool which adds up for itself proves both order and completeness. Accounts are named by ids, never by people.

pub mod beancount;
pub mod hledger;

use super::{
    chart::{AccountKey, Book, Code},
    entry::EntryKind,
};
use crate::kernel::{
    clock::LegalDate,
    db::sql,
    error::Problem,
    ids::{CaseId, CourtId, EntryId},
    money::Money,
};
use sea_orm::{ConnectionTrait, QueryResult, prelude::*};
use std::collections::BTreeMap;

/// Which entries a journal holds.
#[derive(Clone, Debug)]
pub struct Range {
    pub court: CourtId,
    /// The court's part of its case numbers, for the title.
    pub court_code: String,
    pub book: Book,
    /// First and last booked day, both included.
    pub from: LegalDate,
    pub until: LegalDate,
}

/// A posting with what its account holds after it; debit above zero, both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalPosting {
    pub key: AccountKey,
    pub amount: Money,
    pub balance: Money,
}

#[derive(Clone, Debug)]
pub struct JournalEntry {
    pub id: EntryId,
    /// Given after the commit; an entry of this very second may still be without.
    pub number: Option<i64>,
    pub kind: EntryKind,
    pub booked_on: LegalDate,
    pub case: Option<CaseId>,
    pub postings: Vec<JournalPosting>,
}

/// A journal ready to be written.
#[derive(Clone, Debug)]
pub struct Journal {
    pub range: Range,
    /// What stood on each account before the first day, debit above zero, zeros left out.
    pub opening: BTreeMap<AccountKey, Money>,
    pub entries: Vec<JournalEntry>,
    /// What stands on each account after the last entry; every account of the journal has its line.
    pub closing: BTreeMap<AccountKey, Money>,
}

/// Reads the entries of a range with the balances that they start from.
///
/// # Errors
/// When the database cannot be read.
pub async fn read(conn: &impl ConnectionTrait, range: Range) -> Result<Journal, Problem> {
    let opening = opening(conn, &range).await?;
    let text = "SELECT e.id AS id, e.kind AS kind, e.booked_on AS booked_on, e.case_id AS case_id, n.number AS number,
                       p.amount AS amount, a.code AS code, a.owner AS owner
                FROM ledger_entry e
                JOIN ledger_posting p ON p.entry_id = e.id
                JOIN ledger_account a ON a.id = p.account_id
                LEFT JOIN ledger_number n ON n.entry_id = e.id
                WHERE e.court_id = $1 AND e.book = $2 AND e.booked_on >= $3 AND e.booked_on <= $4
                ORDER BY e.booked_on, e.recorded_at, e.id, p.line";
    let bounds = [range.court.into(), range.book.to_value().into(), range.from.into(), range.until.into()];
    let mut balances = opening.clone();
    let mut entries: Vec<JournalEntry> = Vec::new();
    for row in conn.query_all_raw(sql(conn, text, bounds)).await? {
        let (key, amount) = (key_of(&row, &range)?, row.try_get("", "amount")?);
        let balance = balances.entry(key).or_default();
        *balance = balance.plus(amount).map_err(Problem::internal)?;
        let posting = JournalPosting { key, amount, balance: *balance };
        let id: EntryId = row.try_get("", "id")?;
        match entries.last_mut().filter(|last| last.id == id) {
            Some(last) => last.postings.push(posting),
            None => entries.push(JournalEntry {
                id,
                number: row.try_get("", "number")?,
                kind: row.try_get("", "kind")?,
                booked_on: row.try_get("", "booked_on")?,
                case: row.try_get("", "case_id")?,
                postings: vec![posting],
            }),
        }
    }
    Ok(Journal { range, opening, entries, closing: balances })
}

async fn opening(conn: &impl ConnectionTrait, range: &Range) -> Result<BTreeMap<AccountKey, Money>, Problem> {
    let text = "SELECT a.code AS code, a.owner AS owner, CAST(SUM(p.amount) AS BIGINT) AS amount
                FROM ledger_entry e
                JOIN ledger_posting p ON p.entry_id = e.id
                JOIN ledger_account a ON a.id = p.account_id
                WHERE e.court_id = $1 AND e.book = $2 AND e.booked_on < $3
                GROUP BY a.code, a.owner HAVING SUM(p.amount) <> 0";
    let bounds = [range.court.into(), range.book.to_value().into(), range.from.into()];
    let rows = conn.query_all_raw(sql(conn, text, bounds)).await?;
    rows.iter().map(|row| Ok((key_of(row, range)?, row.try_get("", "amount")?))).collect()
}

fn key_of(row: &QueryResult, range: &Range) -> Result<AccountKey, Problem> {
    let code: Code = row.try_get("", "code")?;
    Ok(AccountKey { court: range.court, book: range.book, code, owner: row.try_get("", "owner")? })
}
