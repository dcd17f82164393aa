//! How fast a court pays its creditors: payments by the day on which the oldest of their money arrived and the day on
//! which the bank made them, counted when the bank's word is booked. The public reads these sums; a question of anybody's
//! never goes through a year of payments.

use crate::{
    access::Op,
    kernel::{
        boxed,
        bulk::Rows,
        clock::LegalDate,
        db::sql,
        error::Failure,
        ids::{CourtId, PayableId},
    },
};
use sea_orm::ConnectionTrait;

/// A payment that the bank has made, or that came back after that.
pub(super) struct Change {
    pub court: CourtId,
    pub payable: PayableId,
    /// The bank's day of the payment.
    pub settled_on: LegalDate,
    /// One, or minus one for a payment that came back.
    pub payments: i64,
}

/// Counts changes by one statement. A payment of no receipt has no day of arrival and is not counted.
///
/// # Errors
/// Only when the database fails.
#[boxed]
pub(super) async fn count(op: &Op<'_>, changes: &[Change]) -> Result<(), Failure> {
    if changes.is_empty() {
        return Ok(());
    }
    let row = |one: &Change| [one.court.into(), one.payable.into(), one.settled_on.into(), one.payments.into()];
    let (given, values) = Rows::of(changes.iter().map(row)).into_values(op.tx.engine());
    let text = format!(
        "WITH v (court, payable, settled, payments) AS {given},
         paid (court, settled, arrived, payments) AS (
             SELECT v.court, v.settled, MIN(t.booked_on), v.payments
             FROM v JOIN payable_source s ON s.payable_id = v.payable JOIN receipt t ON t.id = s.receipt_id
             GROUP BY v.payable, v.court, v.settled, v.payments)
         INSERT INTO payout_day (court_id, settled_on, arrived_on, payments)
         SELECT court, settled, arrived, CAST(SUM(payments) AS BIGINT) FROM paid GROUP BY court, settled, arrived
         ON CONFLICT (court_id, settled_on, arrived_on)
         DO UPDATE SET payments = payout_day.payments + excluded.payments"
    );
    op.tx.execute_raw(sql(op.tx, &text, values)).await?;
    Ok(())
}
