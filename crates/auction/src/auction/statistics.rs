//! Statistics of a court (法院统计): read from the rows of the period, found by index, so that a question costs what its
//! period holds and not what the court has ever sold.

use super::rules::statistics::Sales;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::db::sql;
use crate::kernel::error::Problem;
use crate::kernel::ids::CourtId;
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;

/// What a court did in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    pub published: i64,
    pub opened: i64,
    pub registrations: i64,
    pub views: i64,
    pub sales: Sales,
}

const EVENTS: &str = "SELECT kind AS kind, COUNT(*) AS n FROM lot_event
     WHERE court_id = $1 AND kind IN ('PUBLISHED', 'OPENED') AND recorded_at >= $2 AND recorded_at < $3 GROUP BY kind";
const REGISTRATIONS: &str =
    "SELECT COUNT(*) AS n FROM registration WHERE court_id = $1 AND recorded_at >= $2 AND recorded_at < $3";
const VIEWS: &str = "SELECT CAST(COALESCE(SUM(views), 0) AS BIGINT) AS n FROM lot_view
     WHERE court_id = $1 AND day >= $2 AND day <= $3";
const SALES: &str = "SELECT r.hammer_price AS hammer, l.starting_price AS starting
     FROM lot_result r JOIN lot l ON l.id = r.lot_id
     WHERE r.court_id = $1 AND r.ended_at >= $2 AND r.ended_at < $3";

/// Both days belong to the period.
///
/// # Errors
/// When the database cannot be read, or the sums are beyond the range of amounts.
pub async fn of_court(
    conn: &impl ConnectionTrait,
    court: CourtId,
    from: LegalDate,
    until: LegalDate,
) -> Result<Statistics, Problem> {
    let end = Timestamp::start_of(until).plus(TimeDelta::days(1));
    let instants = || [court.into(), Timestamp::start_of(from).into(), end.into()];
    let mut statistics = Statistics::default();
    for row in conn.query_all_raw(sql(conn, EVENTS, instants())).await? {
        let (kind, n): (String, i64) = (row.try_get("", "kind")?, row.try_get("", "n")?);
        match kind.as_str() {
            "PUBLISHED" => statistics.published = n,
            _ => statistics.opened = n,
        }
    }
    if let Some(row) = conn.query_one_raw(sql(conn, REGISTRATIONS, instants())).await? {
        statistics.registrations = row.try_get("", "n")?;
    }
    if let Some(row) = conn.query_one_raw(sql(conn, VIEWS, [court.into(), from.into(), until.into()])).await? {
        statistics.views = row.try_get("", "n")?;
    }
    for row in conn.query_all_raw(sql(conn, SALES, instants())).await? {
        let (hammer, starting) = (row.try_get("", "hammer")?, row.try_get("", "starting")?);
        statistics.sales = statistics.sales.with(hammer, starting).map_err(Problem::internal)?;
    }
    Ok(statistics)
}
