//! Changing a payment that was decided: cancelled, or sent to a corrected account. One person proposes with a reason and
//! a document, others agree (法发〔2017〕6号 第12条).

use super::{
    PayableChangeKind,
    cancel::cancel,
    ops::{PayeeAccount, send_to},
    rules::change as rules,
    store,
    tables::{payable, payable_change},
};
use crate::{
    access::{
        Act, Op, Role, Scope, UseCase,
        approval::{self, Approvable},
    },
    cases::{
        self, ProposalStatus,
        ops::PayeeAccountInput,
        rules::text::{self, LONG, SHORT},
    },
    kernel::{
        boxed,
        error::Failure,
        ids::{NodeRef, PayableChangeId, PayableId},
        query::{Execute, Fetch},
        refusal::{Refusal, RefusalCode},
        secret::ACCOUNT_INDEX,
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

const CANCEL_STEPS: &[Role] = &[Role::BureauChief, Role::FinanceReviewer];
const CORRECT_STEPS: &[Role] = &[Role::FundAdministrator];

/// Proposes to cancel a payment that is not with the bank: its money goes back to where it came from (撤销付款).
#[derive(InputObject, Serialize)]
pub struct CancelPayableInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The payment, open, refused or queued for the next file (应付款).
    pub payable: PayableId,
    /// Why it can not or may not be paid, 1 to 500 characters (撤销理由).
    pub reason: String,
    /// What it rests on: number or title of the document (依据文书).
    pub document: String,
}
impl UseCase for CancelPayableInput {
    type Done = PayableChangeId;
    const ACT: Act = Act::CancelPayable;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayableChangeId, Failure> {
        let payable = lock(op, self.payable).await?;
        decide_cancel(op, &payable).await?;
        let new = payable_change::Model {
            reason: text::checked("reason", &self.reason, LONG)?,
            document: text::checked("document", &self.document, SHORT)?,
            ..blank(op, &payable, PayableChangeKind::Cancel)
        };
        propose(op, &payable, new, CANCEL_STEPS).await
    }
}

/// Proposes another account of the same holder for a payment without a confirmed payee: a refund, a returned deposit, a
/// transfer (更正付款账户). The cashier pays it again afterwards.
#[derive(InputObject, Serialize)]
pub struct CorrectPayableInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The payment that the bank refused or returned (应付款).
    pub payable: PayableId,
    /// The account in its place; its holder must be the same (更正后的账户).
    pub account: PayeeAccountInput,
    /// Why, e.g. the bank's rejection, 1 to 500 characters (更正理由).
    pub reason: String,
    /// The holder's written confirmation: number or title of the document (收款账户确认书).
    pub document: String,
}
impl UseCase for CorrectPayableInput {
    type Done = PayableChangeId;
    const ACT: Act = Act::CorrectPayable;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayableChangeId, Failure> {
        let payable = lock(op, self.payable).await?;
        decide_correct(op, &payable).await?;
        let account = self.account.checked_for(&payable.payee_name)?;
        let blank = blank(op, &payable, PayableChangeKind::CorrectAccount);
        let place = payable_change::account_place(blank.id);
        let new = payable_change::Model {
            reason: text::checked("reason", &self.reason, LONG)?,
            document: text::checked("document", &self.document, SHORT)?,
            payee_name: Some(account.holder),
            account_sealed: Some(op.services.vault.seal(place, account.number.expose())?),
            bank_code: Some(account.bank_code.as_str().to_owned()),
            bank_name: Some(account.bank_name),
            ..blank
        };
        propose(op, &payable, new, CORRECT_STEPS).await
    }
}

/// The payment behind the lock of its case.
#[boxed]
async fn lock(op: &Op<'_>, id: PayableId) -> Result<payable::Model, Failure> {
    let seen = store::find_payable(op.tx, op.scope(), id).await?.ok_or_else(|| Failure::not_found("payable"))?;
    if let Some(case) = seen.case_id {
        cases::store::lock_case(op.tx, &Scope::Everything, case).await?;
    }
    store::lock_payable(op.tx, op.scope(), id).await
}

#[boxed]
async fn decide_cancel(op: &Op<'_>, payable: &payable::Model) -> Result<(), Failure> {
    rules::decide_cancellable(payable.from_code, payable.purpose, payable.subject()?.kind)?;
    let last = store::attempts_of(op.tx, payable.id).await?.pop();
    rules::decide_idle(payable.state, last.map(|attempt| attempt.state))?;
    Ok(())
}

#[boxed]
async fn decide_correct(op: &Op<'_>, payable: &payable::Model) -> Result<(), Failure> {
    let last = store::attempts_of(op.tx, payable.id).await?.pop().map(|attempt| attempt.state);
    let what = (payable.purpose, payable.subject()?.kind);
    Ok(rules::decide_correctable(payable.payee_id.is_some(), what, payable.state, last)?)
}

fn blank(op: &Op<'_>, payable: &payable::Model, kind: PayableChangeKind) -> payable_change::Model {
    payable_change::Model {
        id: PayableChangeId::new(op.now),
        court_id: payable.court_id,
        payable_id: payable.id,
        kind,
        status: ProposalStatus::Pending,
        reason: String::new(),
        document: String::new(),
        payee_name: None,
        account_sealed: None,
        bank_code: None,
        bank_name: None,
        recorded_at: op.now,
    }
}

#[boxed]
async fn propose(
    op: &mut Op<'_>,
    payable: &payable::Model,
    new: payable_change::Model,
    steps: &[Role],
) -> Result<PayableChangeId, Failure> {
    let pending = payable_change::Entity::find()
        .filter(payable_change::Column::PayableId.eq(payable.id))
        .filter(payable_change::Column::Status.eq(ProposalStatus::Pending));
    if pending.first(op.tx).await?.is_some() {
        return Err(Refusal::new(RefusalCode::ProposalOpen).field("payable").law(&reference::TWO_PEOPLE).into());
    }
    let (id, kind, document) = (new.id, new.kind, new.document.clone());
    payable_change::Entity::insert(payable_change::ActiveModel::from(new)).execute(op.tx).await?;
    approval::request(op, payable.court_id, id.node(), steps).await?;
    let facts = serde_json::json!({ "kind": kind, "payable": payable.id, "amount": payable.amount,
        "document": document });
    op.audit(id, Some(payable.court_id), payable.case_id, facts).await?;
    Ok(id)
}

/// The approval of changed payments; registered in `app`.
pub struct PayableChanges;

#[async_trait::async_trait]
impl Approvable for PayableChanges {
    /// The accounts go in by their index: the voters agree to these very numbers without their standing in a digest.
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = read(op, subject).await?;
        let payable = store::find_payable(op.tx, &Scope::Everything, row.payable_id).await?;
        let payable = payable.ok_or_else(|| Failure::internal("a change of no payment"))?;
        let vault = &op.services.vault;
        let index = |number: &str| hex::encode(vault.blind_index(ACCOUNT_INDEX, number).as_bytes());
        let present = vault.open(payable::account_place(payable.id), &payable.account_sealed)?;
        let corrected = match &row.account_sealed {
            Some(sealed) => Some(index(vault.open(payable_change::account_place(row.id), sealed)?.expose())),
            None => None,
        };
        Ok(serde_json::json!({ "kind": row.kind, "payable": payable.id.to_global(), "amount": payable.amount,
            "purpose": payable.purpose, "name": payable.payee_name, "account": index(present.expose()),
            "correctedName": row.payee_name, "correctedAccount": corrected, "bankCode": row.bank_code,
            "reason": row.reason, "document": row.document }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = read(op, subject).await?;
        let mut payable = lock_any(op, row.payable_id).await?;
        match (row.kind, account_of(op, &row)?) {
            (PayableChangeKind::Cancel, _) => {
                decide_cancel(op, &payable).await?;
                cancel(op, payable.id).await?;
            }
            (PayableChangeKind::CorrectAccount, Some(account)) => {
                decide_correct(op, &payable).await?;
                send_to(op, &mut payable, account).await?;
            }
            (PayableChangeKind::CorrectAccount, None) => {
                return Err(Failure::internal("a correction without its account"));
            }
        }
        settle(op, &row, ProposalStatus::Approved).await?;
        let facts = serde_json::json!({ "kind": row.kind, "approved": true });
        op.audit(row.id, Some(row.court_id), payable.case_id, facts).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = read(op, subject).await?;
        settle(op, &row, ProposalStatus::Rejected).await
    }
}

/// As [`lock`], for the voters: their right is the approval's.
#[boxed]
async fn lock_any(op: &Op<'_>, id: PayableId) -> Result<payable::Model, Failure> {
    let seen = store::find_payable(op.tx, &Scope::Everything, id).await?;
    if let Some(case) = seen.and_then(|payable| payable.case_id) {
        cases::store::lock_case(op.tx, &Scope::Everything, case).await?;
    }
    store::lock_payable(op.tx, &Scope::Everything, id).await
}

fn account_of(op: &Op<'_>, row: &payable_change::Model) -> Result<Option<PayeeAccount>, Failure> {
    let Some(sealed) = &row.account_sealed else { return Ok(None) };
    Ok(Some(PayeeAccount {
        name: row.payee_name.clone().unwrap_or_default(),
        account_number: op.services.vault.open(payable_change::account_place(row.id), sealed)?,
        bank_code: row.bank_code.clone().unwrap_or_default(),
        bank_name: row.bank_name.clone().unwrap_or_default(),
    }))
}

#[boxed]
async fn read(op: &Op<'_>, subject: NodeRef) -> Result<payable_change::Model, Failure> {
    let id = PayableChangeId::from_uuid(subject.id);
    let row = payable_change::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no change"))
}

#[boxed]
async fn settle(op: &Op<'_>, row: &payable_change::Model, status: ProposalStatus) -> Result<(), Failure> {
    let change = payable_change::ActiveModel { id: Set(row.id), status: Set(status), ..Default::default() };
    payable_change::Entity::update(change).execute(op.tx).await?;
    Ok(())
}
