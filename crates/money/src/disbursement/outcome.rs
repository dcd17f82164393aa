//! What came of unified payouts: the sums that the public reads, and how fast a court pays.

use super::{
    PayoutRunStatus,
    rules::result::{Days, PublicResult, Sum},
    store::programme::runs_of,
};
use crate::{
    cases::{self, LivelihoodKind},
    kernel::{
        clock::LegalDate,
        db::sql,
        error::Problem,
        ids::{CourtId, PayoutProgrammeId},
    },
};
use sea_orm::ConnectionTrait;

/// Has every run come to its end, and does no attempt of its lines wait for the bank?
pub async fn is_over(conn: &impl ConnectionTrait, id: PayoutProgrammeId) -> Result<bool, Problem> {
    let over = [PayoutRunStatus::Released, PayoutRunStatus::Empty, PayoutRunStatus::Rejected];
    if !runs_of(conn, id).await?.iter().all(|run| over.contains(&run.status)) {
        return Ok(false);
    }
    let text = "SELECT 1 AS one FROM payout_run r JOIN payout_run_line l ON l.run_id = r.id
                JOIN payable p ON p.id = l.payable_id
                WHERE r.programme_id = $1 AND p.state IN ('OPEN', 'IN_TRANSIT') LIMIT 1";
    Ok(conn.query_one_raw(sql(conn, text, [id.into()])).await?.is_none())
}

/// What was paid, without anything that could name a person.
pub async fn public_result(conn: &impl ConnectionTrait, id: PayoutProgrammeId) -> Result<PublicResult, Problem> {
    let text = "SELECT c.name AS court, l.livelihood_kind AS kind, COUNT(*) AS count,
                       CAST(SUM(l.amount) AS BIGINT) AS total
                FROM payout_run r JOIN payout_run_line l ON l.run_id = r.id JOIN payable p ON p.id = l.payable_id
                JOIN court c ON c.id = r.court_id
                WHERE r.programme_id = $1 AND p.state = 'PAID' GROUP BY c.name, l.livelihood_kind";
    let mut paid = Vec::new();
    for row in conn.query_all_raw(sql(conn, text, [id.into()])).await? {
        let kind: Option<LivelihoodKind> = row.try_get("", "kind")?;
        let count: i64 = row.try_get("", "count")?;
        let sum = Sum { count: u64::try_from(count).unwrap_or_default(), total: row.try_get("", "total")? };
        paid.push((row.try_get::<String>("", "court")?, kind, sum));
    }
    PublicResult::of(&paid).map_err(Problem::internal)
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
    let text = "SELECT arrived, settled, COUNT(*) AS count FROM (
                    SELECT a.settled_on AS settled, MIN(t.booked_on) AS arrived
                    FROM payout_attempt a JOIN payable p ON p.id = a.payable_id
                    JOIN payable_source s ON s.payable_id = p.id JOIN receipt t ON t.id = s.receipt_id
                    WHERE a.court_id = $1 AND a.book = 'CASE_FUNDS' AND a.state = 'SETTLED' AND p.purpose = 'CREDITOR'
                      AND a.settled_on >= $2 AND a.settled_on <= $3
                    GROUP BY a.id, a.settled_on) AS paid GROUP BY arrived, settled";
    let mut days = Days::default();
    for row in conn.query_all_raw(sql(conn, text, [court.into(), from.into(), to.into()])).await? {
        let (arrived, settled): (LegalDate, LegalDate) = (row.try_get("", "arrived")?, row.try_get("", "settled")?);
        let count: i64 = row.try_get("", "count")?;
        let payments = u64::try_from(count).unwrap_or_default();
        days.add(settled.signed_duration_since(arrived).num_days(), payments);
    }
    Ok(days)
}
