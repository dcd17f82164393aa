//! Where statements are kept, and how bank and books are compared: movements on one side, entries of the bank account on
//! the other, each matched to its counterpart or listed as open.

use super::{
    iso20022::camt053::StatementEnd,
    rules::statement::{Kept, Position},
    store::{self, bank_line},
};
use crate::kernel::boxed;
use crate::{
    access::{Op, Scope},
    kernel::{
        clock::{LegalDate, Timestamp},
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{BankFileId, BankLineId, BankStatementId, CourtId, EntryId, NodeRef},
        money::Money,
        query::{Execute, Fetch},
    },
    ledger::{self, AccountKey, Basis, Book, Code},
};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, entity::prelude::*};

pub mod bank_statement {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bank_statement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: BankStatementId,
        pub court_id: CourtId,
        pub book: Book,
        pub file_id: BankFileId,
        pub sequence: i32,
        pub position: i32,
        pub statement_id: String,
        pub opened_on: LegalDate,
        pub opening: Money,
        pub closed_on: LegalDate,
        pub closing: Money,
        pub carried_in: Option<Money>,
        pub recorded_at: Timestamp,
        pub reconciled_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod bank_match {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bank_match")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry_id: EntryId,
        pub court_id: CourtId,
        pub book: Book,
        pub line_id: BankLineId,
        pub amount: Money,
        pub matched_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

// ---- statements ----

fn of_account(court: CourtId, book: Book) -> Select<bank_statement::Entity> {
    bank_statement::Entity::find()
        .filter(bank_statement::Column::CourtId.eq(court))
        .filter(bank_statement::Column::Book.eq(book))
}
fn kept(row: bank_statement::Model) -> Kept {
    let bank_statement::Model { sequence, statement_id: id, closed_on, opening, closing, .. } = row;
    Kept { sequence, id, closed_on, opening, closing }
}

/// The last statement of an account.
pub async fn last(conn: &impl ConnectionTrait, court: CourtId, book: Book) -> Result<Option<Kept>, Problem> {
    let last = of_account(court, book).order_by_desc(bank_statement::Column::Sequence).first(conn).await?;
    Ok(last.map(kept))
}
/// The statement that is kept under the bank's id and its last day.
pub async fn same(
    conn: &impl ConnectionTrait,
    court: CourtId,
    book: Book,
    id: &str,
    closed_on: LegalDate,
) -> Result<Option<Kept>, Problem> {
    let same = of_account(court, book)
        .filter(bank_statement::Column::StatementId.eq(id))
        .filter(bank_statement::Column::ClosedOn.eq(closed_on));
    Ok(same.first(conn).await?.map(kept))
}
/// The last statement that ends on `day` or before.
pub async fn until(
    conn: &impl ConnectionTrait,
    court: CourtId,
    book: Book,
    day: LegalDate,
) -> Result<Option<bank_statement::Model>, Problem> {
    let ended = of_account(court, book).filter(bank_statement::Column::ClosedOn.lte(day));
    Ok(ended.order_by_desc(bank_statement::Column::Sequence).first(conn).await?)
}
/// The statements of a file by their place in it. Those that were kept before it are not among them.
pub async fn of_file(conn: &impl ConnectionTrait, file: BankFileId) -> Result<Vec<bank_statement::Model>, Problem> {
    let of_file = bank_statement::Entity::find().filter(bank_statement::Column::FileId.eq(file));
    Ok(of_file.order_by_asc(bank_statement::Column::Position).list(conn).await?)
}

#[boxed]
pub async fn insert(
    op: &Op<'_>,
    (court, book): (CourtId, Book),
    file: BankFileId,
    position: i32,
    sequence: i32,
    end: &StatementEnd,
) -> Result<(), Problem> {
    let row = bank_statement::Model {
        id: BankStatementId::new(op.now),
        court_id: court,
        book,
        file_id: file,
        sequence,
        position,
        statement_id: end.id.clone(),
        opened_on: end.opening.on,
        opening: end.opening.amount,
        closed_on: end.closing.on,
        closing: end.closing.amount,
        carried_in: None,
        recorded_at: op.now,
        reconciled_at: None,
    };
    bank_statement::Entity::insert(row.into_active_model()).execute(op.tx).await?;
    Ok(())
}

/// Puts a movement that is known already on its statement.
///
/// # Errors
/// A problem when it stands on another statement: the same money cannot be on two.
#[boxed]
pub async fn put_on(tx: &Tx, statement: BankStatementId, row: &bank_line::Model) -> Result<(), Failure> {
    let known = store::lock_movement(tx, row.court_id, row.book, &row.reference).await?;
    let mut known = known.ok_or_else(|| Failure::internal("a known movement without its row"))?;
    match known.statement_id {
        None => {
            known.statement_id = Some(statement);
            Ok(store::save_line(tx, known).await?)
        }
        Some(before) if before == statement => Ok(()),
        Some(_) => {
            tracing::error!(line = %known.id.to_global(), "a movement stands on two statements of the bank");
            metrics::counter!("bank_statement_faults_total").increment(1);
            Ok(())
        }
    }
}

/// Once all lines of the first statement are known: what the account held before anything of it was booked here.
#[boxed]
pub async fn carry_in(tx: &Tx, statement: &bank_statement::Model) -> Result<(), Failure> {
    if statement.sequence != 1 || statement.carried_in.is_some() {
        return Ok(());
    }
    let text =
        "SELECT CAST(COALESCE(SUM(CASE WHEN kind = 'CREDIT' THEN amount ELSE -amount END), 0) AS BIGINT) AS total
                FROM bank_line WHERE court_id = $1 AND book = $2 AND kind IN ('CREDIT', 'DEBIT')
                  AND statement_id IS NULL AND booked_on <= $3";
    let values = [statement.court_id.into(), statement.book.to_value().into(), statement.opened_on.into()];
    let row = tx.query_one_raw(sql(tx, text, values)).await?;
    let before: Money = row.map(|row| row.try_get("", "total")).transpose()?.unwrap_or_default();
    let mut change = statement.clone();
    change.carried_in = Some(statement.opening.minus(before)?);
    bank_statement::Entity::update(change.into_active_model().reset_all()).execute(tx).await?;
    Ok(())
}

// ---- matching ----

/// An entry of the bank account that is no movement yet.
struct Candidate {
    entry: EntryId,
    amount: Money,
}

/// The free entries that `cause` made on the bank account, on the movement's side, if they come to its amount.
#[boxed]
async fn candidates(op: &Op<'_>, line: &bank_line::Model, cause: NodeRef) -> Result<Vec<Candidate>, Failure> {
    let moved = signed(line)?;
    let text = "SELECT e.id AS id, CAST(SUM(p.amount) AS BIGINT) AS amount FROM ledger_entry e
                JOIN ledger_posting p ON p.entry_id = e.id
                JOIN ledger_account a ON a.id = p.account_id AND a.code = 'BANK'
                WHERE e.cause_kind = $1 AND e.cause_id = $2 AND e.court_id = $3 AND e.book = $4
                  AND NOT EXISTS (SELECT 1 FROM bank_match m WHERE m.entry_id = e.id)
                GROUP BY e.id ORDER BY e.id";
    let values = [cause.kind.as_str().into(), cause.id.into(), line.court_id.into(), line.book.to_value().into()];
    let mut free = Vec::new();
    for row in op.tx.query_all_raw(sql(op.tx, text, values)).await? {
        let found = Candidate { entry: row.try_get("", "id")?, amount: row.try_get("", "amount")? };
        if found.amount.is_positive() == moved.is_positive() {
            free.push(found);
        }
    }
    let sum = Money::sum(free.iter().map(|found| found.amount))?;
    Ok(if sum == moved { free } else { Vec::new() })
}

/// Would [`match_line`] find an entry?
#[boxed]
pub async fn is_free(op: &Op<'_>, line: &bank_line::Model, cause: NodeRef) -> Result<bool, Failure> {
    Ok(!candidates(op, line, cause).await?.is_empty())
}

/// Says of a movement which entries it is: those that `cause` made on the bank account, on the movement's side and in its
/// amount. `false` when there are none that are free: then the movement is not what was booked.
#[boxed]
pub async fn match_line(op: &Op<'_>, line: &bank_line::Model, cause: NodeRef) -> Result<bool, Failure> {
    let free = candidates(op, line, cause).await?;
    let found_any = !free.is_empty();
    for found in free {
        let row = bank_match::Model {
            entry_id: found.entry,
            court_id: line.court_id,
            book: line.book,
            line_id: line.id,
            amount: found.amount,
            matched_at: op.now,
        };
        bank_match::Entity::insert(row.into_active_model()).execute(op.tx).await?;
    }
    Ok(found_any)
}

/// What the account gained by a movement; below zero what it lost.
pub fn signed(line: &bank_line::Model) -> Result<Money, Failure> {
    let amount = line.amount.ok_or_else(|| Failure::internal("a movement without its amount"))?;
    Ok(if line.kind == super::LineKind::Debit { amount.negated() } else { amount })
}

// ---- comparison ----

/// A movement that is no entry, up to a day: of the bank, or of the books.
#[derive(Clone, Debug)]
pub struct OpenItem {
    /// The bank's line, or none for an entry of the books.
    pub line: Option<BankLineId>,
    pub entry: Option<EntryId>,
    pub booked_on: LegalDate,
    /// Above zero what came, below what went.
    pub amount: Money,
}

/// Items listed on each side; the sums go over all of them.
const LISTED: u64 = 500;

const ONLY_BANK: &str = "FROM bank_line l WHERE l.court_id = $1 AND l.book = $2 AND l.booked_on <= $3
    AND l.kind IN ('CREDIT', 'DEBIT') AND NOT EXISTS (
        SELECT 1 FROM bank_match m JOIN ledger_entry e ON e.id = m.entry_id
        WHERE m.line_id = l.id AND e.booked_on <= $3)";
const BANK_SIGNED: &str = "CASE WHEN l.kind = 'CREDIT' THEN l.amount ELSE -l.amount END";
const ONLY_BOOKS: &str = "FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
    WHERE p.account_id = $4 AND e.court_id = $1 AND e.book = $2 AND e.booked_on <= $3 AND NOT EXISTS (
        SELECT 1 FROM bank_match m JOIN bank_line l ON l.id = m.line_id
        WHERE m.entry_id = e.id AND l.booked_on <= $3)";

fn bounds(court: CourtId, book: Book, day: LegalDate) -> Vec<sea_orm::Value> {
    vec![court.into(), book.to_value().into(), day.into()]
}
fn bounds_of_books(court: CourtId, book: Book, day: LegalDate) -> Vec<sea_orm::Value> {
    let account = AccountKey::of_court(court, book, Code::Bank).id();
    [bounds(court, book, day), vec![account.into()]].concat()
}

async fn sum_and_count(
    conn: &impl ConnectionTrait,
    amount: &'static str,
    from: &'static str,
    values: Vec<sea_orm::Value>,
) -> Result<(Money, u64), Problem> {
    let text = format!("SELECT CAST(COALESCE(SUM({amount}), 0) AS BIGINT) AS total, COUNT(*) AS n {from}");
    let Some(row) = conn.query_one_raw(sql(conn, &text, values)).await? else { return Ok((Money::ZERO, 0)) };
    let count: i64 = row.try_get("", "n")?;
    Ok((row.try_get("", "total")?, u64::try_from(count).map_err(Problem::internal)?))
}

/// Bank and books of an account at the end of `day`; the bank's balance is that of `statement`.
pub async fn position(
    conn: &impl ConnectionTrait,
    statement: &bank_statement::Model,
    day: LegalDate,
) -> Result<Position, Problem> {
    let (court, book) = (statement.court_id, statement.book);
    let first = of_account(court, book).filter(bank_statement::Column::Sequence.eq(1)).first(conn).await?;
    let key = AccountKey::of_court(court, book, Code::Bank);
    let (only_bank, lines) = sum_and_count(conn, BANK_SIGNED, ONLY_BANK, bounds(court, book, day)).await?;
    let books = bounds_of_books(court, book, day);
    let (only_books, entries) = sum_and_count(conn, "p.amount", ONLY_BOOKS, books).await?;
    Ok(Position {
        bank: statement.closing,
        carried_in: first.and_then(|first| first.carried_in).unwrap_or_default(),
        books: ledger::balance::balance_as_of(conn, key, day, Basis::Booked).await?,
        only_bank,
        only_books,
        open: lines.saturating_add(entries),
    })
}

/// Movements of the bank that are no entry at the end of `day`, the oldest first, at most 500.
pub async fn open_lines(
    conn: &impl ConnectionTrait,
    court: CourtId,
    book: Book,
    day: LegalDate,
) -> Result<Vec<OpenItem>, Problem> {
    let text = format!(
        "SELECT l.id AS id, l.booked_on AS booked_on, {BANK_SIGNED} AS amount {ONLY_BANK}
         ORDER BY l.booked_on, l.id LIMIT {LISTED}"
    );
    let rows = conn.query_all_raw(sql(conn, &text, bounds(court, book, day))).await?;
    rows.into_iter()
        .map(|row| {
            Ok(OpenItem {
                line: Some(row.try_get("", "id")?),
                entry: None,
                booked_on: row.try_get("", "booked_on")?,
                amount: row.try_get("", "amount")?,
            })
        })
        .collect()
}

/// Entries of the bank account that are no movement of the bank at the end of `day`, the oldest first, at most 500.
pub async fn open_entries(
    conn: &impl ConnectionTrait,
    court: CourtId,
    book: Book,
    day: LegalDate,
) -> Result<Vec<OpenItem>, Problem> {
    let text = format!(
        "SELECT e.id AS id, e.booked_on AS booked_on, CAST(SUM(p.amount) AS BIGINT) AS amount {ONLY_BOOKS}
         GROUP BY e.id, e.booked_on ORDER BY e.booked_on, e.id LIMIT {LISTED}"
    );
    let rows = conn.query_all_raw(sql(conn, &text, bounds_of_books(court, book, day))).await?;
    rows.into_iter()
        .map(|row| {
            Ok(OpenItem {
                line: None,
                entry: Some(row.try_get("", "id")?),
                booked_on: row.try_get("", "booked_on")?,
                amount: row.try_get("", "amount")?,
            })
        })
        .collect()
}

/// Looks at the statements of an account that are not reconciled, the oldest first, and marks those at whose end bank and
/// books are equal with nothing open. Stops at the first that is not.
#[boxed]
pub async fn reconcile(tx: &Tx, now: Timestamp, court: CourtId, book: Book) -> Result<(), Failure> {
    let waiting = of_account(court, book)
        .filter(bank_statement::Column::ReconciledAt.is_null())
        .order_by_asc(bank_statement::Column::Sequence);
    for mut statement in waiting.list(tx).await? {
        let file = store::find_file(tx, &Scope::Everything, statement.file_id).await?;
        let complete = file.is_some_and(|file| file.taken == file.line_count);
        let superseded = until(tx, court, book, statement.closed_on).await?.is_some_and(|last| last.id != statement.id);
        // of several statements of one day only the last ends with the day
        if !superseded {
            if !complete || !position(tx, &statement, statement.closed_on).await?.is_reconciled() {
                return Ok(());
            }
            statement.reconciled_at = Some(now);
            bank_statement::Entity::update(statement.into_active_model().reset_all()).execute(tx).await?;
        }
    }
    Ok(())
}
