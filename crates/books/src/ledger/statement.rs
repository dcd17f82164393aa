//! The statement of one account: what stood on it, each posting with the balance after it, what stands on it.

use super::{balance::balance_as_of, chart::AccountKey, daily::Basis, entry::EntryKind};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    db::sql,
    error::Problem,
    ids::{EntryId, ReceiptId},
    money::Money,
};
use sea_orm::ConnectionTrait;

/// More lines than a person reads: a longer statement is asked for in parts.
pub const MOST_LINES: usize = 1000;

/// A posting on the account, in its natural sign: what came is above zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    pub entry: EntryId,
    pub kind: EntryKind,
    pub booked_on: LegalDate,
    pub recorded_at: Timestamp,
    pub receipt: Option<ReceiptId>,
    pub amount: Money,
    pub balance: Money,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub opening: Money,
    pub lines: Vec<StatementLine>,
    pub closing: Money,
}

/// The statement from the beginning of `from` to the end of `until`, ordered by the date that `basis` names.
///
/// # Errors
/// `BadInput` for more than [`MOST_LINES`] lines or an end before the start.
pub async fn statement(
    conn: &impl ConnectionTrait,
    key: AccountKey,
    from: LegalDate,
    until: LegalDate,
    basis: Basis,
) -> Result<Statement, Problem> {
    let (Some(before), Some(after)) = (from.pred_opt(), until.succ_opt()) else {
        return Err(Problem::BadInput("the days lie outside of the calendar".into()));
    };
    if until < from {
        return Err(Problem::BadInput("`until` lies before `from`".into()));
    }
    let opening = balance_as_of(conn, key, before, basis).await?;
    let (column, start, end) = match basis {
        Basis::Booked => ("booked_on", from.into(), after.into()),
        Basis::Recorded => ("recorded_at", Timestamp::start_of(from).into(), Timestamp::start_of(after).into()),
    };
    let text = format!(
        "SELECT e.id AS id, e.kind AS kind, e.booked_on AS booked_on, e.recorded_at AS recorded_at, p.amount AS amount,
                p.receipt_id AS receipt_id
         FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
         WHERE p.account_id = $1 AND e.{column} >= $2 AND e.{column} < $3
         ORDER BY e.{column}, e.recorded_at, e.id, p.line LIMIT {}",
        MOST_LINES.saturating_add(1)
    );
    let rows = conn.query_all_raw(sql(conn, &text, [key.id().into(), start, end])).await?;
    if rows.len() > MOST_LINES {
        return Err(Problem::BadInput(format!("more than {MOST_LINES} lines: ask for fewer days at once")));
    }
    let (mut balance, mut lines) = (opening, Vec::with_capacity(rows.len()));
    for row in rows {
        let amount = key.code.natural(row.try_get("", "amount")?);
        balance = balance.plus(amount).map_err(Problem::internal)?;
        lines.push(StatementLine {
            entry: row.try_get("", "id")?,
            kind: row.try_get("", "kind")?,
            booked_on: row.try_get("", "booked_on")?,
            recorded_at: row.try_get("", "recorded_at")?,
            receipt: row.try_get("", "receipt_id")?,
            amount,
            balance,
        });
    }
    Ok(Statement { opening, lines, closing: balance })
}
