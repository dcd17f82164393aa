//! Reads how fast a court's deposits went back. The bank's confirmation is the ledger's entry of the settled payment,
//! the provider's the release of what he had frozen.

use crate::auction::rules::refund_speed::Hours;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::db::sql;
use crate::kernel::error::Problem;
use crate::kernel::ids::CourtId;
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;

/// Deposits that fell due, by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefundSpeed {
    pub hours: Hours,
    /// Confirmed after the 24 hours.
    pub late: u64,
    /// Not confirmed, and the 24 hours are over.
    pub overdue: u64,
}

/// The deposits of a court whose bidding ended on a day between `from` and `to`, as they stand at `now`.
pub async fn of_court(
    conn: &impl ConnectionTrait,
    court: CourtId,
    (from, to): (LegalDate, LegalDate),
    now: Timestamp,
) -> Result<RefundSpeed, Problem> {
    // rows keep when a deposit was due, 24 hours after the end
    let day = TimeDelta::hours(24);
    let (first, beyond) = (Timestamp::start_of(from).plus(day), Timestamp::start_of(to).plus(day).plus(day));
    let back = "SELECT (e.recorded_at - r.refund_due_at + 89999999999) / 3600000000 AS hours, COUNT(*) AS refunds,
                       SUM(CASE WHEN e.recorded_at > r.refund_due_at THEN 1 ELSE 0 END) AS late
                FROM registration r
                JOIN payout_attempt a ON a.payable_id = r.refund_payable_id AND a.state = 'SETTLED'
                JOIN ledger_entry e
                  ON e.cause_kind = 'PayoutAttempt' AND e.cause_id = a.id AND e.kind = 'PAYOUT_SETTLED'
                WHERE r.court_id = $1 AND r.refund_due_at >= $2 AND r.refund_due_at < $3
                GROUP BY (e.recorded_at - r.refund_due_at + 89999999999) / 3600000000";
    // what the platform has frozen is back when the provider says so here
    let free = "SELECT (d.released_at - r.refund_due_at + 89999999999) / 3600000000 AS hours, COUNT(*) AS refunds,
                       SUM(CASE WHEN d.released_at > r.refund_due_at THEN 1 ELSE 0 END) AS late
                FROM registration r JOIN platform_deposit d ON d.registration_id = r.id AND d.state = 'RELEASED'
                WHERE r.court_id = $1 AND r.refund_due_at >= $2 AND r.refund_due_at < $3
                GROUP BY (d.released_at - r.refund_due_at + 89999999999) / 3600000000";
    let mut speed = RefundSpeed::default();
    for text in [back, free] {
        for row in conn.query_all_raw(sql(conn, text, [court.into(), first.into(), beyond.into()])).await? {
            let count = |name: &str| row.try_get::<i64>("", name).map(|count| u64::try_from(count).unwrap_or_default());
            speed.hours.add(row.try_get("", "hours")?, count("refunds")?);
            speed.late = speed.late.saturating_add(count("late")?);
        }
    }
    let missing = "SELECT COUNT(*) AS overdue FROM registration r
                   WHERE r.court_id = $1 AND r.refund_due_at >= $2 AND r.refund_due_at < $3 AND r.refund_due_at < $4
                     AND (r.refund_payable_id IS NOT NULL OR r.deposit_received > 0
                          OR EXISTS (SELECT 1 FROM platform_deposit d
                                     WHERE d.registration_id = r.id AND d.state = 'RELEASE_DUE'))
                     AND NOT EXISTS (SELECT 1 FROM payout_attempt a
                                     WHERE a.payable_id = r.refund_payable_id AND a.state = 'SETTLED')";
    let asked = sql(conn, missing, [court.into(), first.into(), beyond.into(), now.into()]);
    if let Some(row) = conn.query_one_raw(asked).await? {
        speed.overdue = u64::try_from(row.try_get::<i64>("", "overdue")?).unwrap_or_default();
    }
    Ok(speed)
}
