//! Human numbers: a gap-free counter per court, name and year, taken in the transaction that uses it.

use super::{
    db::{Tx, sql},
    error::Problem,
    ids::CourtId,
};
use crate::kernel::boxed;
use sea_orm::ConnectionTrait;

/// The next value, from 1. The row is locked until the transaction ends, so an undone use leaves no gap.
/// `year` is 0 for numbers that do not begin again each year.
#[boxed]
pub async fn next(tx: &Tx, court: CourtId, name: &str, year: i32) -> Result<i64, Problem> {
    let statement = sql(
        tx,
        "INSERT INTO counter (court_id, name, year, value) VALUES ($1, $2, $3, 1)
         ON CONFLICT (court_id, name, year) DO UPDATE SET value = counter.value + 1 RETURNING value",
        [court.into(), name.into(), year.into()],
    );
    let row = tx.query_one_raw(statement).await?.ok_or_else(|| Problem::internal("a counter answered no row"))?;
    Ok(row.try_get("", "value")?)
}
