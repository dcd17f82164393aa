//! The numbers of vouchers.

use crate::{
    access::Op,
    cases,
    kernel::{boxed, counter, error::Failure, ids::CourtId},
};
use chrono::Datelike;

/// 收款凭据号: court code, year and a serial without gaps, e.g. 湘0102收2026-000017.
#[boxed]
pub(super) async fn next_voucher(op: &Op<'_>, court: CourtId) -> Result<String, Failure> {
    let mut numbers = next_vouchers(op, court, 1).await?;
    numbers.pop().ok_or_else(|| Failure::internal("a receipt without its voucher"))
}

/// The next numbers of vouchers, one at least, in their order.
#[boxed]
pub(super) async fn next_vouchers(op: &Op<'_>, court: CourtId, count: usize) -> Result<Vec<String>, Failure> {
    let code = cases::store::court(op.tx, court).await?.ok_or_else(|| Failure::internal("money for no court"))?.code;
    let year = op.now.legal_date().year();
    let serials = counter::next_many(op.tx, court, "receipt", year, count).await?;
    Ok(serials.map(|serial| format!("{code}收{year}-{serial:06}")).collect())
}
