//! The terms that an arrival starts, and what stops them.
//!
//! Money of a case: the officer is told within 3 days (done at once, by the work queue), 30 days from that notice, and
//! 15 working days from arrival at the bank. Money that nobody has claimed yet: 3 working days to claim it, and both
//! terms of payment from arrival at the bank, for claiming late must not make paying late look in time.
//!
//! While paying out a case is deferred or the case is suspended, its terms of payment pause; when the reason has gone,
//! 10 days to pay take their place (法发〔2017〕6号 第10条).

use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::{
    access::{Op, parameters},
    cases::store as cases,
    funds::store::{receipt, term},
    kernel::{
        bulk::{among, id_set, insert_all},
        clock::LegalDate,
        db::sql,
        error::Failure,
        ids::{CaseId, ReceiptId, TermId},
        money::Money,
    },
    law::DeadlineRule,
    ledger::Book,
};
use sea_orm::{ConnectionTrait, entity::prelude::*};
use std::collections::{BTreeMap, BTreeSet};

/// The terms of payment: those that a deferral pauses.
const PAYMENT: [DeadlineRule; 3] =
    [DeadlineRule::PayWithin30Days, DeadlineRule::PayWithin15WorkingDays, DeadlineRule::PayAfterDeferral10Days];

/// Starts the terms of receipts that were just written. Fees that a party paid in are no case money: none
/// runs on them. `paused`: those of their cases, locked by the caller, whose terms of payment wait.
#[boxed]
pub(super) async fn start(op: &Op<'_>, receipts: &[receipt::Model], paused: &[CaseId]) -> Result<(), Failure> {
    let today = op.now.legal_date();
    let running = receipts.iter().filter(|receipt| receipt.book != Book::LitigationFees);
    insert(op, &running.flat_map(|receipt| on_arrival(receipt, today)).collect::<Vec<_>>()).await?;
    pause_rows(op, paused).await
}

/// What begins to run with an arrival.
fn on_arrival(receipt: &receipt::Model, today: LegalDate) -> [NewTerm<'_>; 3] {
    let arrival = receipt.booked_on;
    // a part of a claimed receipt keeps the clock of its arrival; money that came with its number was notified today
    let noticed = if receipt.case_id.is_some() && receipt.parent_id.is_none() { today } else { arrival };
    let (rule, met_on) = match receipt.case_id {
        Some(_) => (DeadlineRule::InformOfficer, Some(today)),
        None => (DeadlineRule::ClaimUnidentified3WorkingDays, None),
    };
    [
        NewTerm { receipt, rule, from: arrival, met_on },
        NewTerm { receipt, rule: DeadlineRule::PayWithin30Days, from: noticed, met_on: None },
        NewTerm { receipt, rule: DeadlineRule::PayWithin15WorkingDays, from: arrival, met_on: None },
    ]
}

/// Starts one term on a receipt, e.g. that of refunding a fee.
#[boxed]
pub async fn start_one(
    op: &Op<'_>,
    receipt: &receipt::Model,
    rule: DeadlineRule,
    from: LegalDate,
) -> Result<(), Failure> {
    insert(op, &[NewTerm { receipt, rule, from, met_on: None }]).await
}

/// A term that begins to run.
struct NewTerm<'r> {
    receipt: &'r receipt::Model,
    rule: DeadlineRule,
    from: LegalDate,
    met_on: Option<LegalDate>,
}

/// Writes terms on receipts.
#[boxed]
async fn insert(op: &Op<'_>, new: &[NewTerm<'_>]) -> Result<(), Failure> {
    let calendar = op.services.calendar();
    let mut sets = BTreeMap::new();
    for court in new.iter().map(|new| new.receipt.court_id).collect::<BTreeSet<_>>() {
        sets.insert(court, parameters::of_court(op.tx, court).await?);
    }
    let mut rows = Vec::with_capacity(new.len());
    for NewTerm { receipt, rule, from, met_on } in new {
        let set = sets.get(&receipt.court_id).ok_or_else(|| Failure::internal("a court without its parameters"))?;
        let deadline = rule.deadline_of_length(&calendar, *from, rule.length_for(set, receipt.amount));
        rows.push(term::Model {
            id: TermId::new(op.now),
            court_id: receipt.court_id,
            receipt_id: receipt.id,
            rule: rule.as_str().to_owned(),
            starts_on: deadline.starts_on,
            due_on: deadline.due_on,
            provisional: deadline.provisional,
            calendar: calendar.edition().to_owned(),
            explanation: deadline.explanation.to_text()?,
            met_on: *met_on,
            paused_on: None,
            superseded_on: None,
            recorded_at: op.now,
        });
    }
    insert_all::<term::Entity>(op.tx, &rows).await?;
    Ok(())
}

/// Ends the open terms of receipts: nothing of them is left to claim or to pay.
#[boxed]
pub(super) async fn meet(op: &Op<'_>, receipts: &[ReceiptId]) -> Result<(), Failure> {
    if receipts.is_empty() {
        return Ok(());
    }
    let engine = op.tx.engine();
    let change = format!(
        "UPDATE term SET met_on = $2, paused_on = NULL WHERE receipt_id {} AND met_on IS NULL
         AND superseded_on IS NULL",
        among(engine, 1)
    );
    let receipts = id_set(engine, receipts.iter().map(|receipt| receipt.uuid()));
    op.tx.execute_raw(sql(op.tx, &change, [receipts, op.now.legal_date().into()])).await?;
    Ok(())
}

/// Money came back to a receipt: its terms of payment run on, with the ends they had, or pause with those of its case.
/// Those of the case's other receipts run on too if only disputed money was left.
#[boxed]
pub(super) async fn reopen(op: &Op<'_>, receipt: ReceiptId, case: Option<CaseId>) -> Result<(), Failure> {
    let change =
        "UPDATE term SET met_on = NULL WHERE receipt_id = $1 AND rule IN ($2, $3, $4) AND superseded_on IS NULL";
    let rules = PAYMENT.map(|rule| rule.as_str().into());
    op.tx.execute_raw(sql(op.tx, change, std::iter::once(receipt.into()).chain(rules))).await?;
    let Some(case) = case else {
        // nobody's money again: it is to be claimed
        let claim = "UPDATE term SET met_on = NULL WHERE receipt_id = $1 AND rule = $2";
        let rule = DeadlineRule::ClaimUnidentified3WorkingDays.as_str();
        op.tx.execute_raw(sql(op.tx, claim, [receipt.into(), rule.into()])).await?;
        return Ok(());
    };
    match cases::terms_paused_on(op.tx, case).await? {
        Some(_) => pause_rows(op, &[case]).await,
        None => {
            let change = "UPDATE term SET paused_on = NULL WHERE met_on IS NULL AND paused_on IS NOT NULL
                          AND receipt_id IN (SELECT id FROM receipt WHERE case_id = $1)";
            op.tx.execute_raw(sql(op.tx, change, [case.into()])).await?;
            pause_disputed(op, &BTreeSet::from([case])).await
        }
    }
}

/// Paying out the case waits: its terms of payment pause, those of money that still arrives too. The caller holds the
/// case's lock. Pausing twice changes nothing.
#[boxed]
pub async fn pause_terms(op: &Op<'_>, case: CaseId) -> Result<(), Failure> {
    let change = "UPDATE enforcement_case SET terms_paused_on = $2 WHERE id = $1 AND terms_paused_on IS NULL";
    op.tx.execute_raw(sql(op.tx, change, [case.into(), op.now.legal_date().into()])).await?;
    pause_rows(op, &[case]).await
}
/// Once no more of a case's money stands there than the part that is disputed and what others have frozen, nobody is
/// late with it: its terms pause. Money that still arrives has its own. Asked after every use of a receipt; nothing
/// happens for cases without such a part. The caller holds their locks.
#[boxed]
pub async fn pause_disputed(op: &Op<'_>, among_cases: &BTreeSet<CaseId>) -> Result<(), Failure> {
    if among_cases.is_empty() {
        return Ok(());
    }
    let engine = op.tx.engine();
    let text = format!(
        "SELECT d.case_id AS case_id, d.amount AS part,
                CAST((SELECT COALESCE(SUM(r.remaining), 0) FROM receipt r
                      WHERE r.case_id = d.case_id) AS BIGINT) AS rest
         FROM deferral d WHERE d.case_id {} AND d.status = 'IN_FORCE' AND d.amount IS NOT NULL",
        among(engine, 1)
    );
    let values = [id_set(engine, among_cases.iter().map(|case| case.uuid()))];
    for row in op.tx.query_all_raw(sql(op.tx, &text, values)).await? {
        let (case, part): (CaseId, Money) = (row.try_get("", "case_id")?, row.try_get("", "part")?);
        let rest: Money = row.try_get("", "rest")?;
        if rest <= part.plus(cases::frozen_case_money(op.tx, case).await?)? {
            pause_rows(op, &[case]).await?;
        }
    }
    Ok(())
}
#[boxed]
async fn pause_rows(op: &Op<'_>, cases: &[CaseId]) -> Result<(), Failure> {
    if cases.is_empty() {
        return Ok(());
    }
    let engine = op.tx.engine();
    let change = format!(
        "UPDATE term SET paused_on = $2 WHERE rule IN ($3, $4, $5) AND met_on IS NULL AND paused_on IS NULL
         AND superseded_on IS NULL AND receipt_id IN (SELECT id FROM receipt WHERE case_id {})",
        among(engine, 1)
    );
    let rules = PAYMENT.map(|rule| rule.as_str().into());
    let cases = id_set(engine, cases.iter().map(|case| case.uuid()));
    let values = [cases, op.now.legal_date().into()].into_iter().chain(rules);
    op.tx.execute_raw(sql(op.tx, &change, values)).await?;
    Ok(())
}

/// The last reason to wait went on `gone_on`: the paused terms are superseded by 10 days from that day.
#[boxed]
pub async fn resume_terms(op: &Op<'_>, case: CaseId, gone_on: LegalDate) -> Result<(), Failure> {
    let change = "UPDATE enforcement_case SET terms_paused_on = NULL WHERE id = $1";
    op.tx.execute_raw(sql(op.tx, change, [case.into()])).await?;
    let receipts = receipt::Entity::find().filter(receipt::Column::CaseId.eq(case)).list(op.tx).await?;
    let rule = DeadlineRule::PayAfterDeferral10Days;
    for receipt in receipts {
        let paused = "UPDATE term SET superseded_on = $2, paused_on = NULL WHERE receipt_id = $1 AND met_on IS NULL
                      AND paused_on IS NOT NULL";
        let values = [receipt.id.into(), op.now.legal_date().into()];
        let superseded = op.tx.execute_raw(sql(op.tx, paused, values)).await?.rows_affected();
        if superseded > 0 {
            // a second deferral starts the ten days anew
            let earlier = "DELETE FROM term WHERE receipt_id = $1 AND rule = $2";
            op.tx.execute_raw(sql(op.tx, earlier, [receipt.id.into(), rule.as_str().into()])).await?;
            start_one(op, &receipt, rule, gone_on).await?;
        }
    }
    Ok(())
}

/// A fee refund was turned down or cancelled: its terms go with it, a later one starts its own.
#[boxed]
pub async fn drop_fee_terms(op: &Op<'_>, receipt: ReceiptId) -> Result<(), Failure> {
    let change = "DELETE FROM term WHERE receipt_id = $1 AND rule IN ($2, $3)";
    let rules = [DeadlineRule::FeeRefund1WorkingDay, DeadlineRule::FeeRefund15Days].map(|rule| rule.as_str().into());
    op.tx.execute_raw(sql(op.tx, change, std::iter::once(receipt.into()).chain(rules))).await?;
    Ok(())
}
