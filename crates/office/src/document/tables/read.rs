//! The rows of a table, a page at a time.

use super::{Column, FundTable, Kind, Period, cell::Cell, describe};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    db::sql,
    error::Problem,
    ids::CourtId,
    money::Money,
};
use sea_orm::{ConnectionTrait, QueryResult, Value, prelude::Uuid};

/// Rows read together.
const PAGE: i64 = 500;

/// Which rows: a court and civil days, both included.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub court: CourtId,
    pub table: FundTable,
    pub from: LegalDate,
    pub to: LegalDate,
}

/// The rows behind `after`, and the key to go on from; none when these were the last.
///
/// # Errors
/// Those of the database.
pub async fn page(
    conn: &impl ConnectionTrait,
    wanted: &Wanted,
    after: Uuid,
) -> Result<(Vec<Vec<Cell>>, Option<Uuid>), Problem> {
    let described = describe(wanted.table);
    let mut values: Vec<Value> = vec![wanted.court.into()];
    match described.period {
        Period::Days => values.extend([Value::from(wanted.from), Value::from(wanted.to)]),
        Period::Instants => {
            let end = wanted.to.succ_opt().unwrap_or(wanted.to);
            values.extend([Value::from(Timestamp::start_of(wanted.from)), Value::from(Timestamp::start_of(end))]);
        }
        Period::Day => values.push(wanted.to.into()),
    }
    values.extend([Value::from(after), Value::from(PAGE)]);
    let found = conn.query_all_raw(sql(conn, described.statement, values)).await?;
    let mut rows = Vec::with_capacity(found.len());
    let mut last = None;
    for row in &found {
        rows.push(read(row, described.columns, wanted.to)?);
        last = Some(row.try_get_by_index(described.columns.len())?);
    }
    let more = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    Ok((rows, last.filter(|_| more)))
}

fn read(row: &QueryResult, columns: &[Column], last_day: LegalDate) -> Result<Vec<Cell>, Problem> {
    columns.iter().enumerate().map(|(at, column)| value(row, at, column.kind, last_day)).collect()
}
fn value(row: &QueryResult, at: usize, kind: Kind, last_day: LegalDate) -> Result<Cell, Problem> {
    let cell = match kind {
        Kind::Text => row.try_get_by_index::<Option<String>>(at)?.map(Cell::Text),
        Kind::Word(word) => row.try_get_by_index::<Option<String>>(at)?.map(|text| Cell::Text(word(&text).to_owned())),
        Kind::Money => row.try_get_by_index::<Option<Money>>(at)?.map(Cell::Money),
        Kind::Number => row.try_get_by_index::<Option<i64>>(at)?.map(Cell::Number),
        Kind::Date => row.try_get_by_index::<Option<LegalDate>>(at)?.map(Cell::Date),
        Kind::InstantDay => row.try_get_by_index::<Option<Timestamp>>(at)?.map(|at| Cell::Date(at.legal_date())),
        Kind::Age => {
            let since = row.try_get_by_index::<Option<LegalDate>>(at)?;
            since.map(|day| Cell::Number(last_day.signed_duration_since(day).num_days()))
        }
    };
    Ok(cell.unwrap_or(Cell::Empty))
}
