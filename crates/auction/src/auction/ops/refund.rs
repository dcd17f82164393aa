//! Sending deposits back: one registration at a time, only to the paying account, within 24 hours (网拍规定 23).
//!
//! The closing marks what is due; the job below does the work in transactions of its own, so that a lot with hundreds
//! of bidders never holds the books for long. The lot's own rules are the standing authorisation of these payouts.

use crate::access::{Act, Op, UseCase};
use crate::auction::payer::{Payer, payer_of};
use crate::auction::store::registration;
use crate::auction::{DepositHolding, DepositStatus, platform};
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::sql;
use crate::kernel::error::Failure;
use crate::kernel::ids::{DepositCreditId, LotId, NodeRef, PayableId, RegistrationId};
use crate::kernel::money::Money;
use crate::ledger::{self, AccountKey, Book, Code, Resolution};
use crate::payout::PayablePurpose;
use crate::payout::ops::{NewPayable, create_payable, queue_attempt};
use sea_orm::ConnectionTrait;
use serde::Serialize;

/// Marks the deposits of a lot as due, the winner's apart. `due_at` is the last instant of the law.
#[boxed]
pub(super) async fn mark_all_due(
    op: &Op<'_>,
    lot: LotId,
    winner: Option<RegistrationId>,
    due_at: Timestamp,
) -> Result<(), Failure> {
    let nobody = RegistrationId::from_uuid(uuid::Uuid::nil());
    op.tx
        .execute_raw(sql(
            op.tx,
            "UPDATE registration SET refund_due_at = $3 WHERE lot_id = $1 AND id <> $2 AND refund_due_at IS NULL",
            [lot.into(), winner.unwrap_or(nobody).into(), due_at.into()],
        ))
        .await?;
    Ok(())
}

/// Sends one registration's deposit back (退还保证金), or tells the provider to unfreeze it: then there is no payable.
#[derive(Serialize)]
pub struct RefundDeposit {
    pub registration: RegistrationId,
}

impl UseCase for RefundDeposit {
    type Done = Option<PayableId>;
    const ACT: Act = Act::RefundDeposits;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<Option<PayableId>, Failure> {
        let mut row = registration::lock(op.tx, self.registration).await?;
        let waiting = row.refund_due_at.is_some() && row.refund_payable_id.is_none();
        if !waiting || row.deposit_received.is_zero() {
            op.audit(row.id, Some(row.court_id), None, serde_json::json!({ "refunded": false })).await?;
            return Ok(None);
        }
        if row.deposit_holding == DepositHolding::Platform {
            platform::release(op, &mut row).await?;
            let facts = serde_json::json!({ "releaseDueAt": row.refund_due_at });
            op.audit(row.id, Some(row.court_id), None, facts).await?;
            registration::save(op.tx, row).await?;
            return Ok(None);
        }
        if let Some(hold) = row.hold_id.take() {
            ledger::resolve_hold(op.tx, op.now, hold, Resolution::Released).await?;
        }
        let amount = row.deposit_received;
        let payer = payer_of(&op.services.vault, &row)?;
        let payable = send_back(op, &row, amount, payer, row.id.node()).await?;
        row.refund_payable_id = Some(payable);
        row.deposit_status = DepositStatus::Refunding;
        let facts = serde_json::json!({ "amount": amount, "payable": payable, "dueAt": row.refund_due_at });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        registration::save(op.tx, row).await?;
        Ok(Some(payable))
    }
}

/// Sends a credit back that came when there was nothing left to pay: after the refund, or above the price.
#[boxed]
pub async fn refund_late_credit(
    op: &mut Op<'_>,
    row: &registration::Model,
    amount: Money,
    payer: Payer,
    credit: DepositCreditId,
) -> Result<PayableId, Failure> {
    send_back(op, row, amount, payer, credit.node()).await
}

#[boxed]
async fn send_back(
    op: &mut Op<'_>,
    row: &registration::Model,
    amount: Money,
    payer: Payer,
    subject: NodeRef,
) -> Result<PayableId, Failure> {
    let new = NewPayable {
        court: row.court_id,
        book: Book::AuctionDeposits,
        case: None,
        from: AccountKey::owned(row.court_id, Book::AuctionDeposits, Code::BidderDeposit, row.id.uuid()),
        purpose: PayablePurpose::DepositRefund,
        payee: payer.into(),
        amount,
        sources: Vec::new(),
        subject,
    };
    let payable = create_payable(op, new).await?;
    queue_attempt(op, payable).await?;
    Ok(payable)
}
