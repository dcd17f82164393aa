//! After the price: ruling, delivery (网拍规定 22; 拍变规定 20, 26, 27).

use super::stay::{check_enforcement, check_stay};
use super::transfer::check_approved;
use super::undertaking::check_renewed;
use super::{publish_version, require};
use crate::access::{Act, Op, Scope, UseCase};
use crate::auction::store::{lot, lot_result};
use crate::auction::{LotEventKind, LotStatus};
use crate::cases::rules::text::{self, SHORT};
use crate::cases::store as cases;
use crate::funds::ops::{TermRule, TermStart, TermTable};
use crate::kernel::boxed;
use crate::kernel::clock::{Date, LegalDate};
use crate::kernel::error::Failure;
use crate::kernel::ids::{CaseId, LotId, NodeKind, NodeRef, PayableId};
use crate::kernel::money::Money;
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::kernel::secret::Secret;
use crate::law::{DeadlineRule, reference};
use crate::ledger::{AccountKey, Book, Code};
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
        check_stay(op, row.id).await?;
        check_enforcement(op, row.case_id).await?;
        check_renewed(op, &row).await?;
        check_approved(op, &row).await?;
        let mut result = lot_result::lock(op.tx, row.id).await?;
        check_day(op, "servedOn", self.served_on.0, result.paid_on, &reference::SALE_20)?;
        let number = text::checked("rulingNumber", &self.ruling_number, SHORT)?;
        let calendar = op.services.calendar();
        let delivery = DeadlineRule::Delivery15Days.deadline_from_day(&calendar, self.served_on.0);
        result.ruling_number = Some(number.clone());
        result.ruling_served_on = Some(self.served_on.0);
        result.delivery_due_on = Some(delivery.due_on);
        result.calendar = Some(calendar.edition().to_owned());
        let price = AccountKey::owned(row.court_id, Book::AuctionDeposits, Code::Price, row.id.uuid());
        let payable = case_transfer(op, row.case_id, price, result.hammer_price, row.id.node()).await?;
        result.price_payable_id = Some(payable);
        let facts = serde_json::json!({ "rulingNumber": number, "servedOn": self.served_on.0,
            "deliveryDueOn": delivery.due_on, "pricePayable": result.price_payable_id });
        lot_result::save(op.tx, result).await?;
        row.status = LotStatus::RulingServed;
        let row = publish_version(op, row, LotEventKind::RulingServed).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Money of the deposit account goes to a case's own account by a bank transfer: the two books never touch.
#[boxed]
pub(super) async fn case_transfer(
    op: &mut Op<'_>,
    case: CaseId,
    from: AccountKey,
    amount: Money,
    subject: NodeRef,
) -> Result<PayableId, Failure> {
    let case = cases::find_case(op.tx, &Scope::Everything, case).await?.filter(|case| case.court_id == from.court);
    let case = case.ok_or_else(|| Failure::not_found("case"))?;
    let main = cases::bank_account(op.tx, from.court, Book::CaseFunds).await?;
    let new = NewPayable {
        court: from.court,
        book: from.book,
        case: Some(case.id),
        from,
        purpose: PayablePurpose::OwnTransfer,
        payee: PayeeAccount {
            name: main.account_name,
            account_number: Secret::new(case.account_number),
            bank_code: main.bank_code,
            bank_name: main.bank_name,
        },
        amount,
        sources: Vec::new(),
        subject,
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

/// The terms in which a paid sale has its ruling (成交裁定期限).
pub static RULING_TERMS: TermTable = TermTable {
    name: "lot_result",
    key: ("lot_id", NodeKind::Lot),
    about: ("lot_id", NodeKind::Lot),
    rule: TermRule::Fixed(DeadlineRule::Ruling10Days),
    start: TermStart::Day("paid_on"),
    due: "ruling_due_on",
    // a sale that was set aside waits for no ruling
    running: "delivered_on IS NULL
              AND EXISTS (SELECT 1 FROM lot l WHERE l.id = lot_result.lot_id AND l.status = 'PAID')",
    ends_with_its_day: false,
    explained: false,
    never_back: false,
};

/// The terms in which a sold property is handed over (移交期限); they begin when those of the ruling are met.
pub static DELIVERY_TERMS: TermTable = TermTable {
    name: "lot_result",
    key: ("lot_id", NodeKind::Lot),
    about: ("lot_id", NodeKind::Lot),
    rule: TermRule::Fixed(DeadlineRule::Delivery15Days),
    start: TermStart::Day("ruling_served_on"),
    due: "delivery_due_on",
    running: "delivered_on IS NULL
              AND EXISTS (SELECT 1 FROM lot l WHERE l.id = lot_result.lot_id AND l.status = 'RULING_SERVED')",
    ends_with_its_day: false,
    explained: false,
    never_back: false,
};
