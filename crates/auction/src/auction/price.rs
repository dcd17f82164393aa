//! The price of a sale is complete, by whatever payment came last.

use super::ops::TOPIC;
use super::store::{lot, lot_event, lot_result};
use super::{LotEventKind, LotStatus};
use crate::access::Op;
use crate::kernel::boxed;
use crate::kernel::clock::LegalDate;
use crate::kernel::error::Failure;
use crate::law::DeadlineRule;

/// The price is complete: the ruling is due (拍变规定 20).
#[boxed]
pub(super) async fn complete_price(
    op: &mut Op<'_>,
    mut sale: lot::Model,
    result: &mut lot_result::Model,
    paid_on: LegalDate,
) -> Result<(), Failure> {
    let calendar = op.services.calendar();
    let ruling = DeadlineRule::Ruling10Days.deadline_from_day(&calendar, paid_on);
    result.paid_on = Some(paid_on);
    result.ruling_due_on = Some(ruling.due_on);
    result.calendar = Some(calendar.edition().to_owned());
    sale.status = LotStatus::Paid;
    sale.version = sale.version.saturating_add(1);
    lot_event::insert(op.tx, vec![lot_event::of(&sale, LotEventKind::Paid, op.now)]).await?;
    op.publish(TOPIC, sale.id, sale.version);
    let facts = serde_json::json!({ "paidOn": paid_on, "rulingDueOn": ruling.due_on });
    op.audit(sale.id, Some(sale.court_id), Some(sale.case_id), facts).await?;
    Ok(lot::save(op.tx, sale).await?)
}
