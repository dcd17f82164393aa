//! The plain loop of SQL that benches stand beside: one INSERT a row, some of them to a transaction, into tables of the
//! same columns without index or trigger.

use crate::kernel::{
    db::{Db, sql},
    error::Problem,
};
use sea_orm::{ConnectionTrait, Value};
use std::time::{Duration, Instant};

/// Rows that are written once more: those of `source`, which is `table` or a copy of it.
pub struct Rows<'a> {
    pub table: &'a str,
    pub source: &'a str,
    /// Holds for the row of the key that is parameter 1.
    pub condition: &'a str,
}

/// Makes the empty table `plain_<table>`.
///
/// # Errors
/// When the database fails; so everywhere here.
pub async fn empty_copy(db: &Db, table: &str) -> Result<(), Problem> {
    statement(db, format!("DROP TABLE IF EXISTS plain_{table}")).await?;
    statement(db, format!("CREATE TABLE plain_{table} AS SELECT * FROM {table} WHERE 1 = 0")).await
}

/// Inserts the rows of these keys into the empty copy, `at_once` to a transaction; answers how long it took.
pub async fn insert(db: &Db, rows: &Rows<'_>, keys: &[Value], at_once: usize) -> Result<Duration, Problem> {
    let text = format!("INSERT INTO plain_{} SELECT * FROM {} WHERE {}", rows.table, rows.source, rows.condition);
    let began = Instant::now();
    for piece in keys.chunks(at_once.max(1)) {
        let (text, keys) = (text.clone(), piece.to_vec());
        let work = db.write_with(move |tx| {
            let (text, keys) = (text.clone(), keys.clone());
            Box::pin(async move {
                for key in keys {
                    tx.execute_raw(sql(tx, &text, [key])).await?;
                }
                Ok(())
            })
        });
        work.await.map_err(Problem::from)?;
    }
    Ok(began.elapsed())
}

/// One statement in a transaction of its own.
pub async fn statement(db: &Db, text: String) -> Result<(), Problem> {
    let work = db.write_with(move |tx| {
        let text = text.clone();
        Box::pin(async move { Ok(tx.execute_unprepared(&text).await.map(|_| ())?) })
    });
    work.await.map_err(Problem::from)
}
