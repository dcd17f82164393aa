//! The bank's interest arrives without a case number, as unidentified money: the cashier finds that it is interest, the
//! finance reviewer agrees, and it stands with the interest that waits for its destination.

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
        ids::{InterestCreditId, NodeRef, ReceiptId},
        query::{Execute, Fetch},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Code, EntryKind, NewEntry, credit, debit},
    payout::tables::interest_credit,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

const STEPS: &[Role] = &[Role::FinanceReviewer];

/// Proposes that an unidentified receipt, the whole of it, is the bank's interest (银行利息确认).
#[derive(InputObject, Serialize)]
pub struct RecordBankInterestInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The unidentified receipt, nothing of it claimed or given back (不明款).
    pub receipt: ReceiptId,
    /// The bank's advice of interest: number or title, 1 to 128 characters (银行结息单).
    pub document: String,
}
impl UseCase for RecordBankInterestInput {
    type Done = InterestCreditId;
    const ACT: Act = Act::RecordBankInterest;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<InterestCreditId, Failure> {
        let receipt = funds::store::lock_receipt(op.tx, op.scope(), self.receipt).await?;
        decide(&receipt)?;
        let taken =
            pending_of(op, receipt.id).await? || funds::store::pending_claim(op.tx, receipt.id).await?.is_some();
        if taken || waits(op, receipt.id).await? {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("receipt").law(&reference::TWO_PEOPLE).into());
        }
        let id = InterestCreditId::new(op.now);
        let row = interest_credit::ActiveModel {
            id: Set(id),
            court_id: Set(receipt.court_id),
            book: Set(receipt.book),
            receipt_id: Set(receipt.id),
            amount: Set(receipt.amount),
            status: Set(ProposalStatus::Pending),
            document: Set(text::checked("document", &self.document, SHORT)?),
            agreed_at: Set(None),
            recorded_at: Set(op.now),
        };
        interest_credit::Entity::insert(row).execute(op.tx).await?;
        approval::request(op, receipt.court_id, id.node(), STEPS).await?;
        let facts = serde_json::json!({ "receipt": receipt.id.to_global(), "amount": receipt.amount });
        op.audit(id, Some(receipt.court_id), None, facts).await?;
        Ok(id)
    }
}

/// Only a whole receipt is interest: the bank credits it apart.
///
/// # Errors
/// `RECEIPT_NOT_UNIDENTIFIED`, `RECEIPT_EXCEEDED` when a part of it has gone.
fn decide(receipt: &receipt::Model) -> Result<(), Refusal> {
    let refuse = |code| Refusal::new(code).field("receipt").law(&reference::FUNDS_4);
    if receipt.status != ReceiptStatus::Unidentified {
        return Err(refuse(RefusalCode::ReceiptNotUnidentified));
    }
    if receipt.remaining != receipt.amount {
        return Err(refuse(RefusalCode::ReceiptExceeded).arg("remaining", receipt.remaining));
    }
    Ok(())
}
/// Is the receipt proposed already? The caller holds its lock.
#[boxed]
async fn waits(op: &Op<'_>, receipt: ReceiptId) -> Result<bool, Failure> {
    let pending = interest_credit::Entity::find()
        .filter(interest_credit::Column::ReceiptId.eq(receipt))
        .filter(interest_credit::Column::Status.eq(ProposalStatus::Pending));
    Ok(pending.first(op.tx).await?.is_some())
}

/// The approval of interest credits; registered in `app`.
pub struct InterestCredits;

#[async_trait::async_trait]
impl Approvable for InterestCredits {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = lock(op, subject).await?;
        Ok(serde_json::json!({ "receipt": row.receipt_id.to_global(), "amount": row.amount, "document": row.document }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        let receipt = funds::store::lock_receipt(op.tx, &Scope::Everything, row.receipt_id).await?;
        // it may have been claimed since
        decide(&receipt)?;
        if pending_of(op, receipt.id).await? || funds::store::pending_claim(op.tx, receipt.id).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("receipt").law(&reference::TWO_PEOPLE).into());
        }
        funds::ops::take_interest(op, receipt.id, row.amount).await?;
        let of = |code| AccountKey::of_court(row.court_id, row.book, code);
        let entry = NewEntry {
            court: row.court_id,
            book: row.book,
            kind: EntryKind::BankInterest,
            booked_on: op.now.legal_date(),
            case: None,
            cause: row.id.node(),
            reverses: None,
            postings: vec![
                debit(of(Code::Unidentified), row.amount).receipt(receipt.id),
                credit(of(Code::InterestUndistributed), row.amount).receipt(receipt.id),
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
async fn end(op: &mut Op<'_>, row: &interest_credit::Model, status: ProposalStatus) -> Result<(), Failure> {
    let change = interest_credit::ActiveModel {
        id: Set(row.id),
        status: Set(status),
        agreed_at: Set((status == ProposalStatus::Approved).then_some(op.now)),
        ..Default::default()
    };
    interest_credit::Entity::update(change).execute(op.tx).await?;
    let facts = serde_json::json!({ "receipt": row.receipt_id.to_global(), "amount": row.amount, "status": status });
    op.audit(row.id, Some(row.court_id), None, facts).await
}
#[boxed]
async fn lock(op: &Op<'_>, subject: NodeRef) -> Result<interest_credit::Model, Failure> {
    let id = InterestCreditId::from_uuid(subject.id);
    let row = interest_credit::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no interest credit"))
}
