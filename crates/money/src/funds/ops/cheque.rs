//! Cheques: kept as a memo until the bank has cleared them, so that nobody pays out money that may not come.
//!
//! A cheque stands on cheques in hand (1003) against cheques of cases (2015), not on its case. The bank's own credit is the
//! receipt; clearing and bouncing only take the memo back.

use super::QUEUE;
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, Scope, UseCase},
    cases::{
        self,
        rules::text::{self, SHORT},
        store::case,
    },
    funds::{
        ChequeState, ReceiptSource,
        store::{self, cheque, receipt},
    },
    kernel::{
        clock::Date,
        error::Failure,
        ids::{CaseId, ChequeId, ReceiptId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, credit, debit},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Records a cheque that was handed in for a case (收取支票).
#[derive(InputObject, Serialize)]
pub struct RecordChequeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// Number of the cheque (支票号码).
    pub number: String,
    /// Who drew it (出票人).
    pub drawer: String,
    /// The bank that is to pay it (付款行).
    pub bank_name: String,
    /// Amount (金额).
    pub amount: Money,
    /// Day on which it was handed in, today or earlier (收取日期).
    pub received_on: Date,
}
impl UseCase for RecordChequeInput {
    type Done = ChequeId;
    const ACT: Act = Act::RecordCheque;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ChequeId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        cases::rules::closing::require_living(case.status).map_err(|refusal| refusal.field("case"))?;
        if !self.amount.is_positive() {
            return Err(Refusal::new(RefusalCode::AmountInvalid).field("amount").law(&reference::MONEY_FORM).into());
        }
        if self.received_on.0 > op.now.legal_date() {
            return Err(Refusal::new(RefusalCode::DateInvalid).field("receivedOn").law(&reference::DATE_FORM).into());
        }
        let (number, bank_name) =
            (text::checked("number", &self.number, SHORT)?, text::checked("bankName", &self.bank_name, SHORT)?);
        let twin = cheque::Entity::find()
            .filter(cheque::Column::CourtId.eq(case.court_id))
            .filter(cheque::Column::BankName.eq(bank_name.as_str()))
            .filter(cheque::Column::Number.eq(number.as_str()));
        if twin.first(op.tx).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("number").law(&reference::FUNDS_7).into());
        }
        let row = cheque::Model {
            id: ChequeId::new(op.now),
            court_id: case.court_id,
            case_id: case.id,
            state: ChequeState::Pending,
            number,
            drawer: text::checked("drawer", &self.drawer, SHORT)?,
            bank_name,
            amount: self.amount,
            received_on: self.received_on.0,
            receipt_id: None,
            end_document: None,
            recorded_at: op.now,
        };
        let (id, amount) = (row.id, row.amount);
        book(op, &row, EntryKind::ChequeReceived).await?;
        cheque::Entity::insert(cheque::ActiveModel::from(row)).execute(op.tx).await?;
        op.audit(id, Some(case.court_id), Some(case.id), serde_json::json!({ "amount": amount })).await?;
        op.publish(QUEUE, id, 1);
        Ok(id)
    }
}

/// The bank has cleared a cheque: its credit is a receipt of the case (支票入账).
#[derive(InputObject, Serialize)]
pub struct ClearChequeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The cheque (支票).
    pub cheque: ChequeId,
    /// The bank's credit on the case, of the same amount (到账).
    pub receipt: ReceiptId,
}
impl UseCase for ClearChequeInput {
    type Done = ChequeId;
    const ACT: Act = Act::ClearCheque;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ChequeId, Failure> {
        let (case, row) = lock(op, self.cheque).await?;
        let receipt = store::lock_receipt(op.tx, op.scope(), self.receipt).await?;
        if receipt.case_id != Some(case.id) {
            return Err(Failure::not_found("receipt"));
        }
        let taken = receipt.source != ReceiptSource::Transfer || receipt.amount != row.amount;
        if taken {
            let refusal = Refusal::new(RefusalCode::AmountInvalid).field("receipt").law(&reference::FUNDS_7);
            return Err(refusal.arg("cheque", row.amount).into());
        }
        let change = receipt::ActiveModel {
            id: Set(receipt.id),
            source: Set(ReceiptSource::Cheque),
            document: Set(Some(row.number.clone())),
            version: Set(receipt.version.saturating_add(1)),
            ..Default::default()
        };
        receipt::Entity::update(change).execute(op.tx).await?;
        end(op, &case, &row, ChequeState::Cleared, Some(receipt.id), None).await
    }
}

/// The bank has refused a cheque (支票退票): nothing came.
#[derive(InputObject, Serialize)]
pub struct BounceChequeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The cheque (支票).
    pub cheque: ChequeId,
    /// The bank's notice: number or title of the document (退票理由书).
    pub document: String,
}
impl UseCase for BounceChequeInput {
    type Done = ChequeId;
    const ACT: Act = Act::BounceCheque;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ChequeId, Failure> {
        let (case, row) = lock(op, self.cheque).await?;
        let document = text::checked("document", &self.document, SHORT)?;
        end(op, &case, &row, ChequeState::Bounced, None, Some(document)).await
    }
}

/// Case first, then the cheque of a court in scope, which must still wait.
#[boxed]
async fn lock(op: &Op<'_>, id: ChequeId) -> Result<(case::Model, cheque::Model), Failure> {
    let gone = || Failure::not_found("cheque");
    let seen = cheque::Entity::find_by_id(id).first(op.tx).await?.ok_or_else(gone)?;
    if !op.scope().allows_court(seen.court_id) {
        return Err(gone());
    }
    let case = cases::store::lock_case(op.tx, &Scope::Everything, seen.case_id).await?;
    let row = cheque::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?.ok_or_else(gone)?;
    if row.state != ChequeState::Pending {
        let refusal = Refusal::new(RefusalCode::WrongState).field("cheque").law(&reference::FUNDS_7);
        return Err(refusal.arg("status", row.state.as_str()).into());
    }
    Ok((case, row))
}

#[boxed]
async fn end(
    op: &mut Op<'_>,
    case: &case::Model,
    row: &cheque::Model,
    state: ChequeState,
    receipt: Option<ReceiptId>,
    document: Option<String>,
) -> Result<ChequeId, Failure> {
    book(op, row, EntryKind::ChequeEnded).await?;
    let change = cheque::ActiveModel {
        id: Set(row.id),
        state: Set(state),
        receipt_id: Set(receipt),
        end_document: Set(document.clone()),
        ..Default::default()
    };
    cheque::Entity::update(change).execute(op.tx).await?;
    let facts = serde_json::json!({ "state": state, "amount": row.amount, "document": document });
    op.audit(row.id, Some(case.court_id), Some(case.id), facts).await?;
    op.publish(QUEUE, row.id, 2);
    Ok(row.id)
}

/// The memo, or its taking back.
#[boxed]
async fn book(op: &Op<'_>, row: &cheque::Model, kind: EntryKind) -> Result<(), Failure> {
    let hand = AccountKey::of_court(row.court_id, Book::CaseFunds, Code::Cheque);
    let pending = AccountKey::owned(row.court_id, Book::CaseFunds, Code::ChequePending, row.id.uuid());
    let (from, to) = if kind == EntryKind::ChequeReceived { (hand, pending) } else { (pending, hand) };
    let entry = NewEntry {
        court: row.court_id,
        book: Book::CaseFunds,
        kind,
        booked_on: op.now.legal_date(),
        case: Some(row.case_id),
        cause: row.id.node(),
        reverses: None,
        postings: vec![debit(from, row.amount), credit(to, row.amount)],
    };
    ledger::post(op.tx, op.now, entry).await.map(|_| ())
}
