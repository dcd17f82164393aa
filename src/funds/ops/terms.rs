//! The three terms that an arrival starts.
//!
//! Money of a case: the officer is told within 3 days (done at once, by the work queue), 30 days from that notice, and
//! 15 working days from arrival at the bank. Money that nobody has claimed yet: 3 working days to claim it, and both
//! terms of payment from arrival at the bank, for claiming late must not make paying late look in time.

use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::Op,
    funds::{
        rules::reasons,
        store::{receipt, term},
    },
    kernel::{
        db::sql,
        error::Failure,
        ids::{ReceiptId, TermId},
    },
    law::DeadlineRule,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, entity::prelude::*};

/// Starts the terms of a receipt that was just written.
#[boxed]
pub(super) async fn start(op: &Op<'_>, receipt: &receipt::Model) -> Result<(), Failure> {
    let arrival = receipt.booked_on;
    let today = op.now.legal_date();
    // a part of a claimed receipt keeps the clock of its arrival; money that came with its number was notified today
    let noticed = if receipt.case_id.is_some() && receipt.parent_id.is_none() { today } else { arrival };
    let first = match receipt.case_id {
        Some(_) => (DeadlineRule::InformOfficer, arrival, Some(today)),
        None => (DeadlineRule::ClaimUnidentified3WorkingDays, arrival, None),
    };
    let payment =
        [(DeadlineRule::PayWithin30Days, noticed, None), (DeadlineRule::PayWithin15WorkingDays, arrival, None)];
    for (rule, from, met_on) in std::iter::once(first).chain(payment) {
        let deadline = rule.deadline_from_day(&op.services.calendar, from);
        let row = term::ActiveModel {
            id: Set(TermId::new(op.now)),
            court_id: Set(receipt.court_id),
            receipt_id: Set(receipt.id),
            rule: Set(rule.as_str().to_owned()),
            starts_on: Set(deadline.starts_on),
            due_on: Set(deadline.due_on),
            provisional: Set(deadline.provisional),
            explanation: Set(reasons::to_text(&deadline.explanation)?),
            met_on: Set(met_on),
            recorded_at: Set(op.now),
        };
        term::Entity::insert(row).execute(op.tx).await?;
    }
    Ok(())
}

/// Ends the open terms of a receipt: nothing of it is left to claim or to pay.
#[boxed]
pub(super) async fn meet(op: &Op<'_>, receipt: ReceiptId) -> Result<(), Failure> {
    let change = "UPDATE term SET met_on = $2 WHERE receipt_id = $1 AND met_on IS NULL";
    op.tx.execute_raw(sql(op.tx, change, [receipt.into(), op.now.legal_date().into()])).await?;
    Ok(())
}

/// Money came back to a receipt: its terms of payment run on, with the ends they had.
#[boxed]
pub(super) async fn reopen(op: &Op<'_>, receipt: ReceiptId) -> Result<(), Failure> {
    let change = "UPDATE term SET met_on = NULL WHERE receipt_id = $1 AND rule IN ($2, $3)";
    let rules = [DeadlineRule::PayWithin30Days, DeadlineRule::PayWithin15WorkingDays].map(|rule| rule.as_str().into());
    op.tx.execute_raw(sql(op.tx, change, std::iter::once(receipt.into()).chain(rules))).await?;
    Ok(())
}
