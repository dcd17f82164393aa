//! Daily sums: what makes the balance of any day cost days and not postings.
//!
//! A posting writes no sum, since all postings of a court would wait for the row of its bank account. Its entry stands
//! in a queue instead (a trigger puts it there), and the sequencer that gives entries their numbers takes it up: number
//! and sums are written and the place in the queue is ended in one transaction. A reader adds the sums and the postings that still
//! stand in the queue in one statement, so that each posting counts once at every moment, whatever the sequencer is at.
//!
//! A row of sums carries both days of its entries, the booked and the recorded one. A late booking therefore adds to
//! the days that it belongs to, by either basis, and nothing that was summed before has to be corrected.

use crate::kernel::boxed;
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    db::{Tx, sql},
    error::Failure,
    ids::EntryId,
};
use sea_orm::{ConnectionTrait, Value};

/// Which of an entry's two dates counts (记账日 or 录入日).
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "BookingBasis")]
pub enum Basis {
    /// By the bank's value date (按记账日).
    Booked,
    /// By the day on which it was recorded here (按录入日).
    Recorded,
}

/// The entries that the sequencer has just numbered: of those that were read, none that came since. `$1` is the last of
/// them. The order of the joins is fixed: an engine without statistics would begin with the whole of the books.
const NUMBERED: &str = "ledger_queue q CROSS JOIN ledger_number n CROSS JOIN ledger_entry e CROSS JOIN ledger_posting p
    CROSS JOIN ledger_account a
    WHERE q.entry_id <= $1 AND n.entry_id = q.entry_id AND e.id = q.entry_id AND p.entry_id = q.entry_id
      AND a.id = p.account_id";

/// Of entries `e` and postings `p`: midnight of the day of recording (UTC+8, as in `kernel::clock`), debits, credits.
const SUMS: &str = "e.recorded_at - (e.recorded_at + 28800000000) % 86400000000,
    CAST(SUM(CASE WHEN p.amount > 0 THEN p.amount ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN p.amount < 0 THEN -p.amount ELSE 0 END) AS BIGINT)";

/// Adds the entries that have just been numbered, up to `last`, to the sums and takes them from the queue.
#[boxed]
pub(super) async fn take_up(tx: &Tx, last: EntryId) -> Result<(), Failure> {
    let days = format!(
        "INSERT INTO ledger_day (account_id, court_id, booked_on, recorded_day, debits, credits)
         SELECT p.account_id, e.court_id, e.booked_on, {SUMS} FROM {NUMBERED} GROUP BY 1, 2, 3, 4
         ON CONFLICT (account_id, booked_on, recorded_day) DO UPDATE SET
             debits = ledger_day.debits + excluded.debits, credits = ledger_day.credits + excluded.credits"
    );
    let totals = format!(
        "INSERT INTO ledger_total (court_id, book, code, booked_on, recorded_day, debits, credits)
         SELECT a.court_id, a.book, a.code, e.booked_on, {SUMS} FROM {NUMBERED} GROUP BY 1, 2, 3, 4, 5
         ON CONFLICT (court_id, book, code, booked_on, recorded_day) DO UPDATE SET
             debits = ledger_total.debits + excluded.debits, credits = ledger_total.credits + excluded.credits"
    );
    let leave = "DELETE FROM ledger_queue WHERE entry_id <= $1
                 AND EXISTS (SELECT 1 FROM ledger_number n WHERE n.entry_id = ledger_queue.entry_id)";
    for text in [days.as_str(), totals.as_str(), leave] {
        tx.execute_raw(sql(tx, text, [last.into()])).await?;
    }
    Ok(())
}

/// Which movements count.
#[derive(Clone, Copy)]
pub(super) enum Span {
    All,
    /// To the end of the day.
    Until(LegalDate, Basis),
}
impl Span {
    /// As a condition on the sums `d`, and as one on the entries `e` of the queue; `$2` is the bound.
    const fn conditions(self) -> [&'static str; 2] {
        match self {
            Span::All => ["1 = 1", "1 = 1"],
            Span::Until(_, Basis::Booked) => ["d.booked_on <= $2", "e.booked_on <= $2"],
            Span::Until(_, Basis::Recorded) => ["d.recorded_day < $2", "e.recorded_at < $2"],
        }
    }
    pub(super) fn bound(self) -> Option<Value> {
        let after = |day: LegalDate| Timestamp::start_of(day.succ_opt().unwrap_or(LegalDate::MAX));
        match self {
            Span::All => None,
            Span::Until(day, Basis::Booked) => Some(day.into()),
            Span::Until(day, Basis::Recorded) => Some(after(day).into()),
        }
    }
}

/// What an account has moved: `$1` the account; answers `total`, debit above zero.
pub(super) fn of_account(span: Span) -> String {
    let [days, entries] = span.conditions();
    format!(
        "SELECT CAST(COALESCE(SUM(x.amount), 0) AS BIGINT) AS total FROM (
             SELECT d.debits - d.credits AS amount FROM ledger_day d WHERE d.account_id = $1 AND {days}
             UNION ALL
             SELECT p.amount FROM ledger_queue q CROSS JOIN ledger_entry e CROSS JOIN ledger_posting p
             WHERE e.id = q.entry_id AND p.entry_id = q.entry_id AND p.account_id = $1 AND {entries}) x"
    )
}

/// What a court has moved by place of the chart: `$1` the court; answers `book`, `code`, `debits`, `credits`.
pub(super) fn of_court(span: Span) -> String {
    let [days, entries] = span.conditions();
    format!(
        "SELECT x.book AS book, x.code AS code, CAST(SUM(x.debits) AS BIGINT) AS debits,
                CAST(SUM(x.credits) AS BIGINT) AS credits
         FROM (SELECT d.book AS book, d.code AS code, d.debits AS debits, d.credits AS credits
               FROM ledger_total d WHERE d.court_id = $1 AND {days}
               UNION ALL
               SELECT a.book, a.code, CASE WHEN p.amount > 0 THEN p.amount ELSE 0 END,
                      CASE WHEN p.amount < 0 THEN -p.amount ELSE 0 END
               FROM ledger_queue q CROSS JOIN ledger_entry e CROSS JOIN ledger_posting p CROSS JOIN ledger_account a
               WHERE q.court_id = $1 AND e.id = q.entry_id AND p.entry_id = q.entry_id AND a.id = p.account_id
                 AND {entries}) x
         GROUP BY x.book, x.code"
    )
}
