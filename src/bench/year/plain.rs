//! What the year wrote, written once more by the plain loop of SQL ([`super::super::plain`]), in as many transactions as
//! the year had mutations.

use super::super::{
    plain::{Rows, empty_copy, insert, statement},
    site::Answer,
};
use crate::{
    demo::client::StoryError,
    kernel::db::{Db, Engine, sql},
};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use std::time::Duration;

/// The loop's work and time.
pub struct Loop {
    pub rows: usize,
    pub took: Duration,
}

/// A table and where its rows lie: their numbers on SQLite, their places on PostgreSQL. One without row numbers is
/// copied into one that has them first.
struct Table {
    name: String,
    source: String,
    rows: Vec<Value>,
}

/// Writes all rows again. The copies are left in the database, which the bench removes.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn again(db: &Db, transactions: u32) -> Answer<Loop> {
    let mut tables = Vec::new();
    for (name, without_rows) in names(db).await? {
        tables.push(prepare(db, name, without_rows).await?);
    }
    let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
    let in_each = rows.div_ceil(usize::try_from(transactions.max(1))?);
    let condition = match db.engine() {
        Engine::Sqlite => "rowid = $1",
        Engine::Postgres => "ctid = CAST($1 AS tid)",
    };
    let mut took = Duration::ZERO;
    for Table { name, source, rows } in &tables {
        let all = Rows { table: name, source, condition };
        took += insert(db, &all, rows, in_each).await.map_err(StoryError::from_problem)?;
    }
    Ok(Loop { rows, took })
}

/// The tables, and whether they are made WITHOUT ROWID.
async fn names(db: &Db) -> Answer<Vec<(String, bool)>> {
    let text = match db.engine() {
        Engine::Sqlite => {
            "SELECT name, sql LIKE '%WITHOUT ROWID%' AS without_rows FROM sqlite_master WHERE type = 'table'
             AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'seaql_%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
        }
        Engine::Postgres => {
            "SELECT CAST(tablename AS TEXT) AS name, FALSE AS without_rows FROM pg_tables
             WHERE schemaname = current_schema() AND tablename NOT LIKE 'seaql_%' ORDER BY tablename"
        }
    };
    let reader = db.reader();
    let found = reader.query_all_raw(sql(&reader, text, [])).await?;
    let read = |row: &QueryResult| Ok((row.try_get("", "name")?, row.try_get("", "without_rows")?));
    Ok(found.iter().map(read).collect::<Result<_, sea_orm::DbErr>>()?)
}

async fn prepare(db: &Db, name: String, without_rows: bool) -> Answer<Table> {
    empty_copy(db, &name).await.map_err(StoryError::from_problem)?;
    let source = if without_rows { format!("source_{name}") } else { name.clone() };
    if without_rows {
        let copy = format!("CREATE TABLE {source} AS SELECT * FROM {name}");
        statement(db, copy).await.map_err(StoryError::from_problem)?;
    }
    let reader = db.reader();
    let text = match db.engine() {
        Engine::Sqlite => format!("SELECT rowid AS r FROM {source} ORDER BY rowid"),
        Engine::Postgres => format!("SELECT CAST(ctid AS TEXT) AS r FROM {source} ORDER BY ctid"),
    };
    let place = |row: &QueryResult| match db.engine() {
        Engine::Sqlite => row.try_get::<i64>("", "r").map(Value::from),
        Engine::Postgres => row.try_get::<String>("", "r").map(Value::from),
    };
    let found = reader.query_all_raw(sql(&reader, &text, [])).await?;
    let rows = found.iter().map(place).collect::<Result<_, _>>()?;
    Ok(Table { name, source, rows })
}
