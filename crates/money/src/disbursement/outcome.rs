//! What came of unified payouts: the sums that the public reads, and how fast a court pays.

use super::{
    PayoutRunStatus,
    rules::result::{Days, PublicResult, Sum},
    store::programme::runs_of,
    tables::run,
};
use crate::{
    cases::{self, LivelihoodKind},
    kernel::{
        clock::LegalDate,
        db::sql,
        error::Problem,
        ids::{CourtId, PayoutProgrammeId, PayoutRunId},
    },
};
use sea_orm::{ConnectionTrait, QueryResult};
use std::collections::BTreeMap;

/// Lines of a unified payout by the states of their payables, one at least of which must follow. It begins at what the
/// courts have in those states and not at the lines: of what is not paid there is little, of lines there may be a
/// million. CROSS JOIN says so to SQLite.
const LINES_BY_STATE: &str = "payout_run r CROSS JOIN payable p CROSS JOIN payout_run_line l
     WHERE r.programme_id = $1 AND p.court_id = r.court_id AND p.book = 'CASE_FUNDS'
       AND l.payable_id = p.id AND l.run_id = r.id AND p.state IN";
/// Lines summed by one statement.
const LINES_AT_ONCE: i32 = 5_000;

/// Has every run come to its end, and does no attempt of its lines wait for the bank?
pub async fn is_over(conn: &impl ConnectionTrait, id: PayoutProgrammeId) -> Result<bool, Problem> {
    let over = [PayoutRunStatus::Released, PayoutRunStatus::Empty, PayoutRunStatus::Rejected];
    if !runs_of(conn, id).await?.iter().all(|run| over.contains(&run.status)) {
        return Ok(false);
    }
    let text = format!("SELECT 1 AS one FROM {LINES_BY_STATE} ('OPEN', 'IN_TRANSIT') LIMIT 1");
    Ok(conn.query_one_raw(sql(conn, &text, [id.into()])).await?.is_none())
}

/// Sums by court and kind.
type Sums = BTreeMap<(CourtId, Option<LivelihoodKind>), Sum>;

/// What was booked by a unified payout whose runs have ended. It changes no more, so that it is read ahead of the
/// transaction that publishes.
pub struct Released {
    runs: Vec<(PayoutRunId, i64)>,
    courts: BTreeMap<CourtId, String>,
    sums: Sums,
}

/// The runs as they stand.
fn versions(runs: &[run::Model]) -> Vec<(PayoutRunId, i64)> {
    runs.iter().map(|run| (run.id, run.version)).collect()
}

fn sum_of(row: &QueryResult) -> Result<Sum, Problem> {
    let count: i64 = row.try_get("", "count")?;
    Ok(Sum { count: u64::try_from(count).unwrap_or_default(), total: row.try_get("", "total")? })
}

/// Sums the booked lines of a unified payout, some thousands by a statement.
pub async fn released(conn: &impl ConnectionTrait, id: PayoutProgrammeId) -> Result<Released, Problem> {
    let runs = runs_of(conn, id).await?;
    let (mut courts, mut sums) = (BTreeMap::new(), Sums::new());
    let text = "SELECT livelihood_kind AS kind, COUNT(*) AS count, CAST(SUM(amount) AS BIGINT) AS total
                FROM payout_run_line WHERE run_id = $1 AND line > $2 AND line <= $3 AND state = 'RELEASED'
                GROUP BY livelihood_kind";
    for run in &runs {
        let court = cases::store::court(conn, run.court_id).await?;
        courts.insert(run.court_id, court.ok_or_else(|| Problem::internal("a run of no court"))?.name);
        let mut after = 0;
        while after < run.line_count {
            let to = after.saturating_add(LINES_AT_ONCE);
            for row in conn.query_all_raw(sql(conn, text, [run.id.into(), after.into(), to.into()])).await? {
                let sum = sums.entry((run.court_id, row.try_get("", "kind")?)).or_default();
                sum.add(sum_of(&row)?).map_err(Problem::internal)?;
            }
            after = to;
        }
    }
    Ok(Released { runs: versions(&runs), courts, sums })
}

/// What was paid, without anything that could name a person: what was booked less what the bank refused, returned or
/// still has. None when a run has moved since `released` was read.
pub async fn public_result(
    conn: &impl ConnectionTrait,
    id: PayoutProgrammeId,
    released: &Released,
) -> Result<Option<PublicResult>, Problem> {
    if versions(&runs_of(conn, id).await?) != released.runs {
        return Ok(None);
    }
    let mut sums = released.sums.clone();
    let text = format!(
        "SELECT r.court_id AS court, l.livelihood_kind AS kind, COUNT(*) AS count, CAST(SUM(l.amount) AS BIGINT) AS total
         FROM {LINES_BY_STATE} ('OPEN', 'IN_TRANSIT', 'FAILED', 'CANCELLED') GROUP BY r.court_id, l.livelihood_kind"
    );
    for row in conn.query_all_raw(sql(conn, &text, [id.into()])).await? {
        let sum = sums.entry((row.try_get("", "court")?, row.try_get("", "kind")?)).or_default();
        *sum = sum.less(sum_of(&row)?).map_err(Problem::internal)?;
    }
    let paid = sums.into_iter().filter(|(_, sum)| sum.count > 0);
    let paid = paid.map(|((court, kind), sum)| (released.courts.get(&court).cloned().unwrap_or_default(), kind, sum));
    PublicResult::of(&paid.collect::<Vec<_>>()).map(Some).map_err(Problem::internal)
}

/// Days from the arrival of a payment's oldest money to the bank's payment, over the creditors whom a court paid between
/// two days, both included.
pub async fn days_to_payment(
    conn: &impl ConnectionTrait,
    court: CourtId,
    from: LegalDate,
    to: LegalDate,
) -> Result<Days, Problem> {
    if cases::store::court(conn, court).await?.is_none() {
        return Err(Problem::NotFound);
    }
    let text = "SELECT arrived_on AS arrived, settled_on AS settled, payments AS count FROM payout_day
                WHERE court_id = $1 AND settled_on >= $2 AND settled_on <= $3 AND payments > 0";
    let mut days = Days::default();
    for row in conn.query_all_raw(sql(conn, text, [court.into(), from.into(), to.into()])).await? {
        let (arrived, settled): (LegalDate, LegalDate) = (row.try_get("", "arrived")?, row.try_get("", "settled")?);
        let count: i64 = row.try_get("", "count")?;
        let payments = u64::try_from(count).unwrap_or_default();
        days.add(settled.signed_duration_since(arrived).num_days(), payments);
    }
    Ok(days)
}
