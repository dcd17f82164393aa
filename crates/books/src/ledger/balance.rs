//! Balances: now, and as of a day by the bank's date or by the day of recording.

use super::{
    chart::{AccountKey, Book, Code},
    daily::{self, Basis, Span},
};
use crate::kernel::{
    bulk::{among, id_set},
    clock::LegalDate,
    db::{engine_of, sql},
    error::Problem,
    ids::{CourtId, LedgerAccountId},
    money::Money,
};
use sea_orm::{ConnectionTrait, Iterable};
use std::collections::HashMap;

/// What stands on the account now, in its natural sign.
pub async fn balance(conn: &impl ConnectionTrait, key: AccountKey) -> Result<Money, Problem> {
    if key.code.is_guarded() {
        return Ok(guarded(conn, key.id()).await?.0);
    }
    moved(conn, key, Span::All).await
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

/// What stands on a guarded account, in its natural sign, and what of it is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub balance: Money,
    pub held: Money,
}
impl Standing {
    /// Balance less holds, zero at least.
    pub fn free(&self) -> Money {
        self.balance.saturating_minus(self.held)
    }
}

/// What stands on these guarded accounts, by one statement. An account that nothing was posted to is not among them.
pub async fn standing_of(
    conn: &impl ConnectionTrait,
    accounts: impl IntoIterator<Item = AccountKey>,
) -> Result<HashMap<LedgerAccountId, Standing>, Problem> {
    let engine = engine_of(conn);
    let text = format!("SELECT account_id, balance, held FROM ledger_balance WHERE account_id {}", among(engine, 1));
    let accounts = id_set(engine, accounts.into_iter().map(|key| key.id().uuid()));
    let rows = conn.query_all_raw(sql(conn, &text, [accounts])).await?;
    let standing = |row: sea_orm::QueryResult| {
        let standing = Standing { balance: row.try_get("", "balance")?, held: row.try_get("", "held")? };
        Ok((row.try_get("", "account_id")?, standing))
    };
    rows.into_iter().map(standing).collect()
}

/// What stood on the account at the end of `day`, in its natural sign.
pub async fn balance_as_of(
    conn: &impl ConnectionTrait,
    key: AccountKey,
    day: LegalDate,
    basis: Basis,
) -> Result<Money, Problem> {
    moved(conn, key, Span::Until(day, basis)).await
}

/// Sum of the account's movements, in its natural sign.
async fn moved(conn: &impl ConnectionTrait, key: AccountKey, span: Span) -> Result<Money, Problem> {
    let values = std::iter::once(key.id().into()).chain(span.bound());
    let row = conn.query_one_raw(sql(conn, &daily::of_account(span), values)).await?;
    Ok(key.code.natural(row.map(|r| r.try_get("", "total")).transpose()?.unwrap_or_default()))
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
    let span = Span::Until(day, basis);
    let values = std::iter::once(court.into()).chain(span.bound());
    let mut lines = Vec::new();
    for row in conn.query_all_raw(sql(conn, &daily::of_court(span), values)).await? {
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
