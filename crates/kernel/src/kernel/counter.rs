//! Human numbers: a gap-free counter per court, name and year, taken in the transaction that uses it.

use super::{
    db::{Tx, sql},
    error::Problem,
    ids::CourtId,
};
use crate::kernel::boxed;
use sea_orm::ConnectionTrait;
use std::ops::RangeInclusive;

/// The next value, from 1. The row is locked until the transaction ends, so an undone use leaves no gap.
/// `year` is 0 for numbers that do not begin again each year.
#[boxed]
pub async fn next(tx: &Tx, court: CourtId, name: &str, year: i32) -> Result<i64, Problem> {
    Ok(*next_many(tx, court, name, year, 1).await?.end())
}

/// The next `count` values (one at least) by one statement, each used by the caller.
#[boxed]
pub async fn next_many(
    tx: &Tx,
    court: CourtId,
    name: &str,
    year: i32,
    count: usize,
) -> Result<RangeInclusive<i64>, Problem> {
    let count = i64::try_from(count).map_err(Problem::internal)?;
    let statement = sql(
        tx,
        "INSERT INTO counter (court_id, name, year, value) VALUES ($1, $2, $3, $4)
         ON CONFLICT (court_id, name, year) DO UPDATE SET value = counter.value + excluded.value RETURNING value",
        [court.into(), name.into(), year.into(), count.into()],
    );
    let row = tx.query_one_raw(statement).await?.ok_or_else(|| Problem::internal("a counter answered no row"))?;
    let last: i64 = row.try_get("", "value")?;
    Ok(last - count + 1..=last)
}
