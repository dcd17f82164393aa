//! What the court makes good of a bank charge arrives as unidentified money: the cashier finds which charge it is for,
//! the finance reviewer agrees, and the charge is closed. A receipt may close several charges, each by its own proposal.

use super::pending_of;
use crate::{
    access::{
        Act, Op, Role, Scope, UseCase,
        approval::{self, Approvable},
    },
    cases::{
        ProposalStatus,
        rules::text::{self, SHORT},
    },
    funds::{self, ReceiptStatus, store::receipt},
    kernel::{
        boxed,
        error::Failure,
        ids::{ChargeReimbursementId, EntryId, NodeRef, ReceiptId},
        money::Money,
        query::{Execute, Fetch},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Code, EntryKind, NewEntry, credit, debit},
    payout::{store::charges, tables::charge_reimbursement},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*, sea_query::OnConflict};
use serde::Serialize;

const STEPS: &[Role] = &[Role::FinanceReviewer];

/// Proposes that unidentified money makes a bank charge good, all that is open of it (银行手续费补回).
#[derive(InputObject, Serialize)]
pub struct ReimburseBankChargeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The unidentified receipt; it holds at least what is open of the charge (不明款).
    pub receipt: ReceiptId,
    /// The ledger entry of the charge, on the account where the receipt arrived (手续费凭证).
    pub charge: EntryId,
    /// What shows it: number or title of the document, 1 to 128 characters (补款凭证).
    pub document: String,
}
impl UseCase for ReimburseBankChargeInput {
    type Done = ChargeReimbursementId;
    const ACT: Act = Act::ReimburseBankCharge;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ChargeReimbursementId, Failure> {
        let receipt = funds::store::lock_receipt(op.tx, op.scope(), self.receipt).await?;
        let amount = open_of(op, &receipt, self.charge).await?;
        decide(op, &receipt, amount).await?;
        let id = ChargeReimbursementId::new(op.now);
        let row = charge_reimbursement::ActiveModel {
            id: Set(id),
            court_id: Set(receipt.court_id),
            book: Set(receipt.book),
            receipt_id: Set(receipt.id),
            entry_id: Set(self.charge),
            amount: Set(amount),
            status: Set(ProposalStatus::Pending),
            document: Set(text::checked("document", &self.document, SHORT)?),
            agreed_at: Set(None),
            recorded_at: Set(op.now),
        };
        // a charge is proposed once at a time, by whatever receipt
        let once = OnConflict::new().do_nothing().to_owned();
        let written = charge_reimbursement::Entity::insert(row).on_conflict(once).execute(op.tx).await?;
        if written == 0 {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("charge").law(&reference::TWO_PEOPLE).into());
        }
        approval::request(op, receipt.court_id, id.node(), STEPS).await?;
        let facts = serde_json::json!({ "receipt": receipt.id.to_global(), "charge": self.charge.to_global(),
            "amount": amount });
        op.audit(id, Some(receipt.court_id), None, facts).await?;
        Ok(id)
    }
}

/// What is open of the charge; one of another account, or one that is closed, is not there.
#[boxed]
async fn open_of(op: &Op<'_>, receipt: &receipt::Model, charge: EntryId) -> Result<Money, Failure> {
    let open = charges::open(op.tx, receipt.court_id, receipt.book).await?;
    let found = open.into_iter().find(|one| one.entry == charge);
    found.map(|one| one.open).ok_or_else(|| Failure::not_found("charge"))
}

/// The receipt is nobody's, holds the amount, and waits for nothing else. The caller holds its lock.
///
/// # Errors
/// `RECEIPT_NOT_UNIDENTIFIED`, `RECEIPT_EXCEEDED`, `ALREADY_EXISTS`.
#[boxed]
async fn decide(op: &Op<'_>, receipt: &receipt::Model, amount: Money) -> Result<(), Failure> {
    let refuse = |code| Refusal::new(code).field("receipt").law(&reference::FUNDS_4);
    if receipt.status != ReceiptStatus::Unidentified {
        return Err(refuse(RefusalCode::ReceiptNotUnidentified).into());
    }
    if receipt.remaining < amount {
        return Err(refuse(RefusalCode::ReceiptExceeded).arg("remaining", receipt.remaining).into());
    }
    if pending_of(op, receipt.id).await? || funds::store::pending_claim(op.tx, receipt.id).await?.is_some() {
        return Err(Refusal::new(RefusalCode::AlreadyExists).field("receipt").law(&reference::TWO_PEOPLE).into());
    }
    Ok(())
}

/// The approval of reimbursements; registered in `app`.
pub struct ChargeReimbursements;

#[async_trait::async_trait]
impl Approvable for ChargeReimbursements {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = lock(op, subject).await?;
        Ok(serde_json::json!({ "receipt": row.receipt_id.to_global(), "charge": row.entry_id.to_global(),
            "amount": row.amount, "document": row.document }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        let receipt = funds::store::lock_receipt(op.tx, &Scope::Everything, row.receipt_id).await?;
        // the bank may have given it back, or the money may have been claimed, since
        if open_of(op, &receipt, row.entry_id).await? != row.amount {
            return Err(Refusal::new(RefusalCode::WrongState).field("charge").law(&reference::TWO_PEOPLE).into());
        }
        decide(op, &receipt, row.amount).await?;
        funds::ops::reimburse(op, receipt.id, row.amount).await?;
        let of = |code| AccountKey::of_court(row.court_id, row.book, code);
        let entry = NewEntry {
            court: row.court_id,
            book: row.book,
            kind: EntryKind::BankCharge,
            booked_on: op.now.legal_date(),
            case: None,
            cause: row.id.node(),
            reverses: None,
            postings: vec![
                debit(of(Code::Unidentified), row.amount).receipt(receipt.id),
                credit(of(Code::SuspenseBankCharge), row.amount).receipt(receipt.id),
            ],
        };
        ledger::post(op.tx, op.now, entry).await?;
        end(op, &row, ProposalStatus::Approved).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        end(op, &row, ProposalStatus::Rejected).await
    }
}

#[boxed]
async fn end(op: &mut Op<'_>, row: &charge_reimbursement::Model, status: ProposalStatus) -> Result<(), Failure> {
    let change = charge_reimbursement::ActiveModel {
        id: Set(row.id),
        status: Set(status),
        agreed_at: Set((status == ProposalStatus::Approved).then_some(op.now)),
        ..Default::default()
    };
    charge_reimbursement::Entity::update(change).execute(op.tx).await?;
    let facts = serde_json::json!({ "receipt": row.receipt_id.to_global(), "charge": row.entry_id.to_global(),
        "amount": row.amount, "status": status });
    op.audit(row.id, Some(row.court_id), None, facts).await
}
#[boxed]
async fn lock(op: &Op<'_>, subject: NodeRef) -> Result<charge_reimbursement::Model, Failure> {
    let id = ChargeReimbursementId::from_uuid(subject.id);
    let row = charge_reimbursement::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no reimbursement"))
}
