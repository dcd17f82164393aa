//! After the price: ruling, delivery; or default (网拍规定 22, 24; 拍变规定 20, 26, 27).

use super::{publish_version, require};
use crate::access::{Act, Op, UseCase};
use crate::auction::deposits::payer_of;
use crate::auction::store::{lot, lot_result, registration};
use crate::auction::{DepositStatus, LotEventKind, LotStatus};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::cases::store as cases;
use crate::kernel::boxed;
use crate::kernel::clock::{Date, LegalDate};
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, PayableId};
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::kernel::secret::Secret;
use crate::law::{DeadlineRule, reference};
use crate::ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, credit, debit};
use crate::payout::PayablePurpose;
use crate::payout::ops::{NewPayable, PayeeAccount, create_payable, queue_attempt};
use async_graphql::InputObject;
use serde::Serialize;

/// Records the service of the ruling: ownership passes, the price goes to the case (送达成交裁定).
#[derive(InputObject, Serialize)]
pub struct ServeRulingInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot, paid in full (标的物).
    pub lot: LotId,
    /// Number of the ruling (成交裁定文号).
    pub ruling_number: String,
    /// Day of service on the purchaser: not before the payment, not in the future (送达日期).
    pub served_on: Date,
}

impl UseCase for ServeRulingInput {
    type Done = LotId;
    const ACT: Act = Act::ServeRuling;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &[LotStatus::Paid], &reference::SALE_20)?;
        let mut result = lot_result::lock(op.tx, row.id).await?;
        check_day(op, "servedOn", self.served_on.0, result.paid_on, &reference::SALE_20)?;
        let number = text::checked("rulingNumber", &self.ruling_number, SHORT)?;
        let delivery = DeadlineRule::Delivery15Days.deadline_from_day(&op.services.calendar(), self.served_on.0);
        result.ruling_number = Some(number.clone());
        result.ruling_served_on = Some(self.served_on.0);
        result.delivery_due_on = Some(delivery.due_on);
        result.price_payable_id = Some(price_to_case(op, &row, &result).await?);
        let facts = serde_json::json!({ "rulingNumber": number, "servedOn": self.served_on.0,
            "deliveryDueOn": delivery.due_on, "pricePayable": result.price_payable_id });
        lot_result::save(op.tx, result).await?;
        row.status = LotStatus::RulingServed;
        let row = publish_version(op, row, LotEventKind::RulingServed).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// The price leaves the deposit account for the case account by a bank transfer: the two books never touch.
#[boxed]
async fn price_to_case(op: &mut Op<'_>, row: &lot::Model, result: &lot_result::Model) -> Result<PayableId, Failure> {
    let case = cases::find_case(op.tx, op.scope(), row.case_id).await?;
    let case = case.ok_or_else(|| Failure::internal("a lot without its case"))?;
    let main = cases::bank_account(op.tx, row.court_id, Book::CaseFunds).await?;
    let new = NewPayable {
        court: row.court_id,
        book: Book::AuctionDeposits,
        case: Some(row.case_id),
        from: AccountKey::owned(row.court_id, Book::AuctionDeposits, Code::Price, row.id.uuid()),
        purpose: PayablePurpose::OwnTransfer,
        payee: PayeeAccount {
            name: main.account_name,
            account_number: Secret::new(case.account_number),
            bank_code: main.bank_code,
            bank_name: main.bank_name,
        },
        amount: result.hammer_price,
        sources: Vec::new(),
        subject: row.id.node(),
    };
    let payable = create_payable(op, new).await?;
    queue_attempt(op, payable).await?;
    Ok(payable)
}

/// Records that the property was handed over (财产移交).
#[derive(InputObject, Serialize)]
pub struct RecordDeliveryInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// Day of delivery: not before the service of the ruling, not in the future (移交日期).
    pub delivered_on: Date,
    /// The record of delivery (移交笔录编号).
    pub document_number: String,
}

impl UseCase for RecordDeliveryInput {
    type Done = LotId;
    const ACT: Act = Act::RecordDelivery;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &[LotStatus::RulingServed], &reference::SALE_27)?;
        let mut result = lot_result::lock(op.tx, row.id).await?;
        check_day(op, "deliveredOn", self.delivered_on.0, result.ruling_served_on, &reference::SALE_27)?;
        let document = text::checked("documentNumber", &self.document_number, SHORT)?;
        result.delivered_on = Some(self.delivered_on.0);
        lot_result::save(op.tx, result).await?;
        row.status = LotStatus::Delivered;
        let row = publish_version(op, row, LotEventKind::Delivered).await?;
        let facts = serde_json::json!({ "deliveredOn": self.delivered_on.0, "documentNumber": document });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Declares by a ruling that the purchaser did not pay: his deposit is kept, the rest of his money goes back (悔拍).
#[derive(InputObject, Serialize)]
pub struct DeclareDefaultInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot, sold and not paid by its day (标的物).
    pub lot: LotId,
    /// Number of the ruling; being late alone is no default (裁定文号).
    pub ruling_number: String,
    /// The ground (理由).
    pub reason: String,
}

impl UseCase for DeclareDefaultInput {
    type Done = LotId;
    const ACT: Act = Act::DeclareDefault;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &[LotStatus::Sold], &reference::NETAUCTION_24)?;
        let result = lot_result::lock(op.tx, row.id).await?;
        if op.now.legal_date() <= result.balance_due_on {
            let early = Refusal::new(RefusalCode::DateInvalid).law(&reference::NETAUCTION_24).field("lot");
            return Err(early.arg("earliest", result.balance_due_on).into());
        }
        let number = text::checked("rulingNumber", &self.ruling_number, SHORT)?;
        let reason = text::checked("reason", &self.reason, LONG)?;
        let mut buyer = registration::lock(op.tx, result.winner_id).await?;
        forfeit(op, &row, &result).await?;
        if result.balance_paid.is_positive() {
            return_part(op, &row, &result, &buyer).await?;
        }
        buyer.deposit_status = DepositStatus::Forfeited;
        registration::save(op.tx, buyer).await?;
        row.status = LotStatus::Defaulted;
        let row = publish_version(op, row, LotEventKind::Defaulted).await?;
        let facts = serde_json::json!({ "rulingNumber": number, "reason": reason,
            "forfeited": result.deposit_applied, "returned": result.balance_paid });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// The deposit stands forfeited until a panel has applied it in the order of the law.
#[boxed]
async fn forfeit(op: &Op<'_>, row: &lot::Model, result: &lot_result::Model) -> Result<(), Failure> {
    if result.deposit_applied.is_zero() {
        return Ok(());
    }
    let account = |code| AccountKey::owned(row.court_id, Book::AuctionDeposits, code, row.id.uuid());
    let entry = NewEntry {
        court: row.court_id,
        book: Book::AuctionDeposits,
        kind: EntryKind::DepositForfeited,
        booked_on: op.now.legal_date(),
        case: Some(row.case_id),
        cause: row.id.node(),
        reverses: None,
        postings: vec![
            debit(account(Code::Price), result.deposit_applied),
            credit(account(Code::Forfeited), result.deposit_applied),
        ],
    };
    ledger::post(op.tx, op.now, entry).await.map(|_| ())
}

/// What the defaulter had paid beyond the deposit is not forfeited.
#[boxed]
async fn return_part(
    op: &mut Op<'_>,
    row: &lot::Model,
    result: &lot_result::Model,
    buyer: &registration::Model,
) -> Result<(), Failure> {
    let new = NewPayable {
        court: row.court_id,
        book: Book::AuctionDeposits,
        case: Some(row.case_id),
        from: AccountKey::owned(row.court_id, Book::AuctionDeposits, Code::Price, row.id.uuid()),
        purpose: PayablePurpose::RefundPayer,
        payee: payer_of(&op.services.vault, buyer)?.into(),
        amount: result.balance_paid,
        sources: Vec::new(),
        subject: row.id.node(),
    };
    let payable = create_payable(op, new).await?;
    queue_attempt(op, payable).await.map(|_| ())
}

/// A day between `earliest` and today.
fn check_day(
    op: &Op<'_>,
    field: &'static str,
    day: LegalDate,
    earliest: Option<LegalDate>,
    article: &'static Article,
) -> Result<(), Refusal> {
    if day <= op.now.legal_date() && earliest.is_some_and(|earliest| day >= earliest) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::DateInvalid).law(article).field(field))
}
