//! Using a receipt up: for a payable, a fee or a reserve. The ledger moves the money; here it is said which arrival it was.

use super::{QUEUE, TOPIC, terms};
use crate::kernel::boxed;
use crate::{
    access::{Op, Scope},
    funds::{
        ReceiptSource, ReceiptStatus,
        rules::{
            allocation::{decide_give_back, decide_use},
            refund::decide_refund,
        },
        store::{self, receipt},
    },
    kernel::{
        db::sql,
        error::Failure,
        ids::ReceiptId,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use sea_orm::ConnectionTrait;

/// Uses `amount` of a receipt of a case. The caller posts the entry and holds the case's lock.
///
/// # Errors
/// RECEIPT_EXCEEDED when less is left, WRONG_STATE for money that stands on no case and for cash that the bank has not yet.
#[boxed]
pub async fn consume(op: &mut Op<'_>, receipt: ReceiptId, amount: Money) -> Result<(), Failure> {
    let row = store::lock_receipt(op.tx, &Scope::Everything, receipt).await?;
    if row.source == ReceiptSource::Cash && !store::is_banked(op.tx, row.id).await? {
        // the bank would pay it out of the money of others
        return Err(Refusal::new(RefusalCode::WrongState).law(&reference::FUNDS_9).field("receipt").into());
    }
    let (left, status) = decide_use(row.status, row.remaining, amount)?;
    change(op, &row, left, status).await?;
    if status == ReceiptStatus::Used {
        terms::meet(op, row.id).await?;
    }
    Ok(())
}

/// Gives unidentified money back to its payer. The caller posts the entry.
///
/// # Errors
/// RECEIPT_EXCEEDED when less is left, WRONG_STATE for money that has a case by now.
#[boxed]
pub async fn release_unidentified(op: &mut Op<'_>, receipt: ReceiptId, amount: Money) -> Result<(), Failure> {
    draw_unidentified(op, receipt, amount, ReceiptStatus::Refunded).await
}

/// Takes unidentified money of an auction account for what it was found to be. The caller posts the entry.
///
/// # Errors
/// RECEIPT_EXCEEDED when less is left, RECEIPT_NOT_UNIDENTIFIED for money that has an owner by now.
#[boxed]
pub async fn assign_unidentified(op: &mut Op<'_>, receipt: ReceiptId, amount: Money) -> Result<(), Failure> {
    draw_unidentified(op, receipt, amount, ReceiptStatus::Claimed).await
}

#[boxed]
async fn draw_unidentified(
    op: &mut Op<'_>,
    receipt: ReceiptId,
    amount: Money,
    emptied: ReceiptStatus,
) -> Result<(), Failure> {
    let row = store::lock_receipt(op.tx, &Scope::Everything, receipt).await?;
    if row.status != ReceiptStatus::Unidentified {
        return Err(Refusal::new(RefusalCode::ReceiptNotUnidentified).field("receipt").into());
    }
    decide_refund(row.status, row.remaining, amount)?;
    let left = row.remaining.minus(amount)?;
    let status = if left.is_zero() { emptied } else { ReceiptStatus::Unidentified };
    change(op, &row, left, status).await?;
    if left.is_zero() {
        terms::meet(op, row.id).await?;
    }
    Ok(())
}

/// Takes a use back that has not left the court: a cancelled payable, an order recalled. The terms run on as they were.
///
/// # Errors
/// AMOUNT_INVALID when more would be left than arrived.
#[boxed]
pub async fn give_back(op: &mut Op<'_>, receipt: ReceiptId, amount: Money) -> Result<(), Failure> {
    let row = store::lock_receipt(op.tx, &Scope::Everything, receipt).await?;
    let left = decide_give_back(row.amount, row.remaining, amount)?;
    let status = if row.case_id.is_some() { ReceiptStatus::OnCase } else { ReceiptStatus::Unidentified };
    change(op, &row, left, status).await?;
    terms::reopen(op, row.id, row.case_id).await
}

#[boxed]
pub(super) async fn change(
    op: &mut Op<'_>,
    row: &receipt::Model,
    remaining: Money,
    status: ReceiptStatus,
) -> Result<(), Failure> {
    let change = "UPDATE receipt SET remaining = $2, status = $3, version = version + 1 WHERE id = $1";
    let values = [row.id.into(), remaining.into(), status.as_str().into()];
    op.tx.execute_raw(sql(op.tx, change, values)).await?;
    op.publish(TOPIC, row.id, row.version + 1);
    op.publish(QUEUE, row.id, row.version + 1);
    Ok(())
}
