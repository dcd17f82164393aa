//! Taking a payment back: its money returns to exactly where it came from, by the mirror of the entry that took it.
//!
//! What decides that stands elsewhere: two people on a payment of its own ([`super::change`]), or a larger decision that
//! needs the money, e.g. a sale that is set aside.

use super::{
    PayableState, SpecialPaymentKind,
    ops::{legs, withdraw_attempt},
    rules::change as rules,
    special::decide_cancel,
    store,
    tables::{payable, special_payment},
};
use crate::{
    access::{Op, Scope},
    cases::{self, ProposalStatus},
    funds,
    kernel::{
        boxed,
        db::sql,
        error::Failure,
        ids::{EntryId, PayableId, ReceiptId},
        money::Money,
        query::{Execute, Fetch},
    },
    ledger::{self, EntryKind, NewEntry},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, entity::prelude::*};

/// Cancels a payment whose money is certainly here. The caller holds the lock of its case, if it has one.
///
/// # Errors
/// `WRONG_STATE` when it is paid or cancelled, `PAYOUT_RESULT_UNKNOWN` while the bank has it.
#[boxed]
pub async fn cancel(op: &mut Op<'_>, id: PayableId) -> Result<(), Failure> {
    let seen = store::lock_payable(op.tx, &Scope::Everything, id).await?;
    let last = store::attempts_of(op.tx, id).await?.pop();
    let queued = rules::decide_idle(seen.state, last.as_ref().map(|attempt| attempt.state))?;
    if let Some(attempt) = last.filter(|_| queued) {
        withdraw_attempt(op, attempt.id).await?;
    }
    let payable = store::lock_payable(op.tx, &Scope::Everything, id).await?;
    let sources = store::sources_of(op.tx, id).await?;
    reverse(op, &payable, &sources).await?;
    for (receipt, amount) in &sources {
        funds::ops::give_back(op, *receipt, *amount).await?;
    }
    // a payment that had arrived and came back does not satisfy its claim any more
    cases::ops::take_back_payout(op, id).await?;
    end_special(op, &payable, &sources).await?;
    let change = payable::ActiveModel {
        id: Set(id),
        state: Set(PayableState::Cancelled),
        version: Set(payable.version + 1),
        ..Default::default()
    };
    payable::Entity::update(change).execute(op.tx).await?;
    let facts = serde_json::json!({ "cancelled": true, "amount": payable.amount, "purpose": payable.purpose });
    op.audit(id, Some(payable.court_id), payable.case_id, facts).await?;
    op.publish("work-queue", id, payable.version + 1);
    Ok(())
}

/// Books `payable → origin`, the mirror of the entry by which it came to be owed.
#[boxed]
async fn reverse(op: &Op<'_>, payable: &payable::Model, sources: &[(ReceiptId, Money)]) -> Result<(), Failure> {
    let text = "SELECT id FROM ledger_entry WHERE cause_kind = $1 AND cause_id = $2 AND kind = 'PAYABLE'";
    let cause = payable.id.node();
    let made = op.tx.query_one_raw(sql(op.tx, text, [cause.kind.as_str().into(), cause.id.into()])).await?;
    let made = made.ok_or_else(|| Failure::internal("a payable without its entry"))?;
    let entry = NewEntry {
        court: payable.court_id,
        book: payable.book,
        kind: EntryKind::Reversal,
        booked_on: op.now.legal_date(),
        case: payable.case_id,
        cause,
        reverses: Some(EntryId::from_uuid(made.try_get("", "id")?)),
        postings: legs(payable.account(), payable.origin(), payable.amount, sources),
    };
    ledger::post(op.tx, op.now, entry).await.map(|_| ())
}

/// A special payment that made it ends with it: it may be proposed anew, and a deducted freeze is in force again.
#[boxed]
async fn end_special(op: &mut Op<'_>, payable: &payable::Model, sources: &[(ReceiptId, Money)]) -> Result<(), Failure> {
    let made = special_payment::Entity::find().filter(special_payment::Column::PayableId.eq(payable.id));
    let Some(made) = made.first(op.tx).await? else { return Ok(()) };
    if made.kind == SpecialPaymentKind::NotaryDeposit {
        decide_cancel(op, made.id).await?;
    }
    if made.kind == SpecialPaymentKind::FeeRefund {
        for (receipt, _) in sources {
            funds::ops::drop_fee_terms(op, *receipt).await?;
        }
    }
    if let Some(measure) = made.measure_id {
        cases::ops::undo_deduction(op, measure).await?;
    }
    let change =
        special_payment::ActiveModel { id: Set(made.id), status: Set(ProposalStatus::Cancelled), ..Default::default() };
    special_payment::Entity::update(change).execute(op.tx).await?;
    let facts = serde_json::json!({ "kind": made.kind, "cancelled": true });
    op.audit(made.id, Some(made.court_id), made.case_id, facts).await
}
