//! Many rows, or many ids, by one statement whose text stays the same.
//!
//! An engine keeps the plan of a text that it has met before. A text that grows with the number of its rows is a new
//! one nearly each time, and parsing it costs more than running it. So rows are filled up with NULLs to one of a few
//! sizes, and a set of ids is one parameter. On SQLite the parameters of rows have no numbers: a numbered one is looked up by
//! its name among all the others.

use super::db::{Engine, Tx, engine_of, sql};
use futures_util::future::BoxFuture;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, IdenStatic as _, Iterable as _, ModelTrait as _,
    PrimaryKeyToColumn as _, Statement, Value, sea_query::Expr,
};
use std::fmt::Write as _;
use uuid::Uuid;

/// Rows of equal width, one at least, on their way into one statement.
pub struct Rows {
    width: usize,
    values: Vec<Value>,
}
impl Rows {
    pub fn of<const N: usize>(rows: impl IntoIterator<Item = [Value; N]>) -> Rows {
        Rows { width: N, values: rows.into_iter().flatten().collect() }
    }
    /// `(VALUES …)` with its parameters, which are all of its statement's on SQLite. Behind FROM both engines call its
    /// columns `column1`, `column2` and so on; behind `WITH name (…) AS` they are named. The rows of NULLs that fill it up
    /// are told by a column that is never NULL otherwise: a join on it leaves them out.
    pub fn into_values(self, engine: Engine) -> (String, Vec<Value>) {
        let Rows { width, mut values } = self;
        let rows = size_for(values.len().checked_div(width).unwrap_or(0));
        // a NULL carries the type of its column: PostgreSQL asks for it
        let filling: Vec<Value> = values.iter().take(width).map(Value::as_null).collect();
        values.extend(filling.into_iter().cycle().take((rows * width).saturating_sub(values.len())));
        (values_text(engine, rows, width), values)
    }
}

/// How many rows the statement for so many has: a power of two, or three quarters of one.
fn size_for(rows: usize) -> usize {
    let full = rows.next_power_of_two();
    let less = full / 4 * 3;
    if less >= rows { less } else { full }
}

fn values_text(engine: Engine, rows: usize, width: usize) -> String {
    let mut text = String::with_capacity(16 + rows * width * 7);
    text.push_str("(VALUES ");
    for n in 0..rows * width {
        text.push_str(match (n, n % width) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        });
        match engine {
            Engine::Sqlite => text.push('?'),
            Engine::Postgres => put(&mut text, format_args!("${}", n + 1)),
        }
    }
    text.push_str("))");
    text
}
/// Writing to a string does not fail.
fn put(text: &mut String, piece: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(piece);
}

/// Runs statements that insert, update or delete and belong together; answers how many rows they have changed. They go as
/// one, so that the transaction waits once for the thread of its connection, or for the server.
///
/// SQLite runs them in their order; their parameters must have no numbers there, as those of [`Rows`] have none. For
/// PostgreSQL they are parts of one statement, of which none sees what another has written: only the foreign keys, checked
/// at its end, and triggers that follow a row do.
pub fn run_all(tx: &Tx, statements: Vec<Statement>) -> BoxFuture<'_, Result<u64, DbErr>> {
    Box::pin(async move {
        let Some(engine) = statements.first().map(|first| first.db_backend) else { return Ok(0) };
        match tx.engine() {
            Engine::Sqlite => Ok(tx.execute_raw(joined(engine, statements)).await?.rows_affected()),
            Engine::Postgres => {
                let row = tx.query_one_raw(combined(engine, statements)).await?;
                let row = row.ok_or_else(|| DbErr::RecordNotFound("a count without its row".to_owned()))?;
                u64::try_from(row.try_get::<i64>("", "changed")?).map_err(|error| DbErr::Custom(error.to_string()))
            }
        }
    })
}
fn joined(engine: DbBackend, statements: Vec<Statement>) -> Statement {
    let (mut text, mut values) = (String::new(), Vec::new());
    for statement in statements {
        text.push_str(&statement.sql);
        text.push_str(";\n");
        values.extend(statement.values.into_iter().flat_map(|values| values.0));
    }
    Statement::from_sql_and_values(engine, text, values)
}
fn combined(engine: DbBackend, statements: Vec<Statement>) -> Statement {
    let (mut text, mut counts, mut values) = (String::from("WITH "), String::new(), Vec::new());
    for (n, statement) in statements.into_iter().enumerate() {
        let (comma, plus) = if n == 0 { ("", "") } else { (", ", " + ") };
        let part = renumbered(&statement.sql, values.len());
        put(&mut text, format_args!("{comma}part{n} AS ({part} RETURNING 1)"));
        put(&mut counts, format_args!("{plus}(SELECT COUNT(*) FROM part{n})"));
        values.extend(statement.values.into_iter().flat_map(|values| values.0));
    }
    put(&mut text, format_args!(" SELECT {counts} AS changed"));
    Statement::from_sql_and_values(engine, text, values)
}
/// The text with its parameters behind `before` others. No text of ours holds another `$`.
fn renumbered(text: &str, before: usize) -> String {
    let mut pieces = text.split('$');
    let mut renumbered = String::with_capacity(text.len() + text.len() / 4);
    renumbered.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let behind = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = piece.strip_suffix(behind).and_then(|number| number.parse::<usize>().ok()).unwrap_or_default();
        put(&mut renumbered, format_args!("${}{behind}", number + before));
    }
    renumbered
}

/// Inserts the rows, by one statement where an engine takes so many parameters; answers how many there are.
pub fn insert_all<'c, E: EntityTrait>(tx: &'c Tx, rows: &[E::Model]) -> BoxFuture<'c, Result<u64, DbErr>> {
    let most = MOST_PARAMETERS / E::Column::iter().count().max(1);
    let statements: Vec<Statement> = rows.chunks(most.max(1)).filter_map(|piece| insertion::<E>(tx, piece)).collect();
    Box::pin(async move {
        let mut inserted: u64 = 0;
        for statement in statements {
            inserted = inserted.saturating_add(tx.execute_raw(statement).await?.rows_affected());
        }
        Ok(inserted)
    })
}
/// SQLite takes 32766 parameters in a statement; filling up adds half at most.
const MOST_PARAMETERS: usize = 16_384;

/// The statement of [`insert_all`], for [`run_all`]; none for no rows.
pub fn insertion<E: EntityTrait>(tx: &Tx, rows: &[E::Model]) -> Option<Statement> {
    if rows.is_empty() {
        return None;
    }
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let values = rows.iter().flat_map(|row| columns.iter().map(|column| row.get(*column))).collect();
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    let key = E::PrimaryKey::iter().next().map(|key| key.into_column().as_str());
    let filled = columns.iter().position(|column| Some(column.as_str()) == key).map_or(1, |at| at + 1);
    let (given, values) = Rows { width: columns.len(), values }.into_values(tx.engine());
    let text = format!(
        "INSERT INTO {} ({}) SELECT * FROM {given} AS given WHERE given.column{filled} IS NOT NULL",
        E::default().table_name(),
        names.join(", ")
    );
    Some(sql(tx, &text, values))
}

/// Any number of ids as one parameter of a statement, for [`among`].
pub fn id_set(engine: Engine, ids: impl IntoIterator<Item = Uuid>) -> Value {
    let (open, quote, close) = match engine {
        Engine::Sqlite => ('[', "\"", ']'),
        Engine::Postgres => ('{', "", '}'),
    };
    let mut text = String::from(open);
    for (n, id) in ids.into_iter().enumerate() {
        let comma = if n == 0 { "" } else { "," };
        put(&mut text, format_args!("{comma}{quote}{}{quote}", id.simple()));
    }
    text.push(close);
    text.into()
}
/// The condition that stands behind a column of ids: it is in the set that is parameter `n` ([`id_set`]).
///
/// PostgreSQL reads a cast text anew for each row that it looks at; as a query of its own it is read once.
pub fn among(engine: Engine, n: usize) -> String {
    match engine {
        Engine::Sqlite => format!("IN (SELECT unhex(value) FROM json_each(${n}))"),
        Engine::Postgres => format!("= ANY (CAST((SELECT CAST(${n} AS uuid[])) AS uuid[]))"),
    }
}
/// [`among`] for a query of an entity.
pub fn is_among(conn: &impl ConnectionTrait, column: impl ColumnTrait, ids: impl IntoIterator<Item = Uuid>) -> Expr {
    let engine = engine_of(conn);
    let text = match engine {
        Engine::Sqlite => "? IN (SELECT unhex(value) FROM json_each(?))",
        Engine::Postgres => "$1 = ANY (CAST((SELECT CAST($2 AS uuid[])) AS uuid[]))",
    };
    Expr::cust_with_exprs(text, [column.into_expr(), Expr::val(id_set(engine, ids))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_sizes_hold_every_number_of_rows() {
        let sizes: Vec<usize> = (1..=9).map(size_for).collect();
        assert_eq!(sizes, [1, 2, 3, 4, 6, 6, 8, 8, 12]);
        let all: std::collections::BTreeSet<usize> = (1..=256).map(size_for).collect();
        assert_eq!(all.len(), 16, "so many texts for each table");
        assert!((1..=256).all(|rows| size_for(rows) >= rows && size_for(rows) < rows + rows / 2 + 1));
    }

    #[test]
    fn rows_are_filled_up_with_typed_nulls() {
        let rows = || Rows::of((1..=5i64).map(|n| [Value::from(n), Value::from("五")]));
        let (text, values) = rows().into_values(Engine::Sqlite);
        assert_eq!(text, "(VALUES (?, ?), (?, ?), (?, ?), (?, ?), (?, ?), (?, ?))");
        assert_eq!(values[8..], [Value::from(5i64), "五".into(), Value::BigInt(None), Value::String(None)]);
        let (text, _) = rows().into_values(Engine::Postgres);
        assert!(text.starts_with("(VALUES ($1, $2), ($3, $4), ") && text.ends_with("($11, $12))"), "{text}");
    }

    #[test]
    fn statements_are_joined_with_their_parameters_in_order() {
        let one = |text: &str, values: Vec<Value>| Statement::from_sql_and_values(DbBackend::Sqlite, text, values);
        let all = vec![
            one("INSERT INTO a SELECT ?, ?", vec![1i64.into(), "二".into()]),
            Statement::from_string(DbBackend::Sqlite, "DELETE FROM b"),
            one("UPDATE c SET d = ?", vec![Value::BigInt(None)]),
        ];
        let all = joined(DbBackend::Sqlite, all);
        assert_eq!(all.sql, "INSERT INTO a SELECT ?, ?;\nDELETE FROM b;\nUPDATE c SET d = ?;\n");
        let values = all.values.as_ref().map(|values| values.0.clone());
        assert_eq!(values, Some(vec![Value::from(1i64), Value::from("二"), Value::BigInt(None)]));
    }

    #[test]
    fn parts_of_one_statement_number_their_parameters_on() {
        let one = |text: &str, values: Vec<Value>| Statement::from_sql_and_values(DbBackend::Postgres, text, values);
        let all = vec![
            one("INSERT INTO a SELECT $1, $2", vec![1i64.into(), "二".into()]),
            one("UPDATE c SET d = $2 WHERE e = $1 AND d < $2", vec![Value::BigInt(None), 3i64.into()]),
            one("DELETE FROM b WHERE id = ANY (CAST($1 AS uuid[]))", vec!["{}".into()]),
        ];
        let all = combined(DbBackend::Postgres, all);
        let expected = "WITH part0 AS (INSERT INTO a SELECT $1, $2 RETURNING 1), \
                        part1 AS (UPDATE c SET d = $4 WHERE e = $3 AND d < $4 RETURNING 1), \
                        part2 AS (DELETE FROM b WHERE id = ANY (CAST($5 AS uuid[])) RETURNING 1) \
                        SELECT (SELECT COUNT(*) FROM part0) + (SELECT COUNT(*) FROM part1) \
                        + (SELECT COUNT(*) FROM part2) AS changed";
        assert_eq!(all.sql, expected);
        let values = all.values.map(|values| values.0);
        let given = [Value::from(1i64), "二".into(), Value::BigInt(None), 3i64.into(), "{}".into()];
        assert_eq!(values.as_deref(), Some(given.as_slice()));
        assert_eq!(renumbered("$1, $10) $2", 100), "$101, $110) $102");
    }

    #[test]
    fn a_set_of_ids_is_one_parameter() {
        let ids = || [Uuid::from_u128(1), Uuid::from_u128(0xff)];
        let (one, two) = ("00000000000000000000000000000001", "000000000000000000000000000000ff");
        assert_eq!(id_set(Engine::Sqlite, ids()), format!("[\"{one}\",\"{two}\"]").into());
        assert_eq!(id_set(Engine::Postgres, ids()), format!("{{{one},{two}}}").into());
        assert_eq!(id_set(Engine::Postgres, []), "{}".into());
        // read once for the statement, and not for each row
        assert_eq!(among(Engine::Postgres, 3), "= ANY (CAST((SELECT CAST($3 AS uuid[])) AS uuid[]))");
    }
}
