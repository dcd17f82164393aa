//! Balances: now, and as of a day by the bank's date or by the day of recording.

use super::chart::{AccountKey, Book, Code};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    db::sql,
    error::Problem,
    ids::{CourtId, LedgerAccountId},
    money::Money,
};
use sea_orm::{ConnectionTrait, Iterable};

/// Which of an entry's two dates counts (记账日 or 录入日).
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "BookingBasis")]
pub enum Basis {
    /// By the bank's value date (按记账日).
    Booked,
    /// By the day on which it was recorded here (按录入日).
    Recorded,
}

/// What stands on the account now, in its natural sign.
pub async fn balance(conn: &impl ConnectionTrait, key: AccountKey) -> Result<Money, Problem> {
    if key.code.is_guarded() {
        return Ok(guarded(conn, key.id()).await?.0);
    }
    Ok(key.code.natural(fold(conn, key.id(), "1 = 1", Vec::new()).await?))
}

/// What stands free on a guarded account: balance less holds.
pub async fn available(conn: &impl ConnectionTrait, key: AccountKey) -> Result<Money, Problem> {
    let (balance, held) = guarded(conn, key.id()).await?;
    balance.minus(held).map_err(Problem::internal)
}
/// What is held on a guarded account.
pub async fn held(conn: &impl ConnectionTrait, key: AccountKey) -> Result<Money, Problem> {
    Ok(guarded(conn, key.id()).await?.1)
}

async fn guarded(conn: &impl ConnectionTrait, account: LedgerAccountId) -> Result<(Money, Money), Problem> {
    let statement = sql(conn, "SELECT balance, held FROM ledger_balance WHERE account_id = $1", [account.into()]);
    match conn.query_one_raw(statement).await? {
        Some(row) => Ok((row.try_get("", "balance")?, row.try_get("", "held")?)),
        None => Ok((Money::ZERO, Money::ZERO)),
    }
}

/// What stood on the account at the end of `day`, in its natural sign.
pub async fn balance_as_of(
    conn: &impl ConnectionTrait,
    key: AccountKey,
    day: LegalDate,
    basis: Basis,
) -> Result<Money, Problem> {
    let (condition, bound) = until(day, basis);
    Ok(key.code.natural(fold(conn, key.id(), condition, vec![bound]).await?))
}

/// `$2` in the condition is the bound.
fn until(day: LegalDate, basis: Basis) -> (&'static str, sea_orm::Value) {
    match basis {
        Basis::Booked => ("e.booked_on <= $2", day.into()),
        Basis::Recorded => ("e.recorded_at < $2", Timestamp::start_of(day.succ_opt().unwrap_or(LegalDate::MAX)).into()),
    }
}

async fn fold(
    conn: &impl ConnectionTrait,
    account: LedgerAccountId,
    condition: &'static str,
    bounds: Vec<sea_orm::Value>,
) -> Result<Money, Problem> {
    let text = format!(
        "SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) AS total FROM ledger_posting p
         JOIN ledger_entry e ON e.id = p.entry_id WHERE p.account_id = $1 AND {condition}"
    );
    let values = std::iter::once(account.into()).chain(bounds);
    let row = conn.query_one_raw(sql(conn, &text, values)).await?;
    Ok(row.map(|r| r.try_get("", "total")).transpose()?.unwrap_or_default())
}

/// A line of the trial balance: everything on one account of the chart, over all its owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialBalanceLine {
    pub book: Book,
    pub code: Code,
    /// Sum of all debits and of all credits, both ≥ 0.
    pub debits: Money,
    pub credits: Money,
}

/// Debits and credits of a court by book and account of the chart, up to the end of `day`. Each book balances by itself.
pub async fn trial_balance(
    conn: &impl ConnectionTrait,
    court: CourtId,
    day: LegalDate,
    basis: Basis,
) -> Result<Vec<TrialBalanceLine>, Problem> {
    let (condition, bound) = until(day, basis);
    let text = format!(
        "SELECT a.book AS book, a.code AS code,
                CAST(SUM(CASE WHEN p.amount > 0 THEN p.amount ELSE 0 END) AS BIGINT) AS debits,
                CAST(SUM(CASE WHEN p.amount < 0 THEN -p.amount ELSE 0 END) AS BIGINT) AS credits
         FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id JOIN ledger_account a ON a.id = p.account_id
         WHERE e.court_id = $1 AND {condition} GROUP BY a.book, a.code"
    );
    let mut lines = Vec::new();
    for row in conn.query_all_raw(sql(conn, &text, [court.into(), bound])).await? {
        lines.push(TrialBalanceLine {
            book: row.try_get("", "book")?,
            code: row.try_get("", "code")?,
            debits: row.try_get("", "debits")?,
            credits: row.try_get("", "credits")?,
        });
    }
    let place = |code: Code| Code::iter().position(|c| c == code);
    lines.sort_by_key(|line| (line.book, place(line.code)));
    Ok(lines)
}
