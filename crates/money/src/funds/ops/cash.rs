//! Cash: one officer records it, the second confirms, they pay it in; the bank's line closes it.
//!
//! On confirmation the money stands on its case (cash → case) and its terms run. The slip bears the voucher's number; when
//! the bank's credit with that number arrives it becomes bank ↔ cash, no second receipt.

use super::{QUEUE, TOPIC, credit::BankCredit, terms, voucher::next_voucher};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, Role, Scope, UseCase, grant},
    cases::{
        self, PartyRole,
        rules::text::{self, LONG, SHORT},
        store::case,
    },
    funds::{
        CashState, PayerKind, ReceiptSource, ReceiptStatus,
        rules::cash as rules,
        store::{cash_receipt, receipt},
    },
    kernel::{
        clock::Date,
        error::Failure,
        ids::{AccountId, CaseId, CashReceiptId, PartyId, ReceiptId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, credit, debit},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// What stands as the account of a receipt that came in cash.
const CASH_ACCOUNT: &str = "CASH";

/// Records cash that two officers took; it counts once the second has confirmed it (现金收款).
#[derive(InputObject, Serialize)]
pub struct RecordCashInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// Amount (金额).
    pub amount: Money,
    /// Day on which it was taken, today or yesterday (收款日期).
    pub taken_on: Date,
    /// Who paid, as on his identity card (交款人).
    pub payer_name: String,
    /// Who he is (交款人类型).
    pub payer_kind: PayerKind,
    /// The respondent for whom it was paid (代付对象).
    pub on_behalf_of: Option<PartyId>,
    /// The other officer, who confirms; an OFFICER of the court (第二名执行人员).
    pub second_officer: AccountId,
    /// The record of the taking: number or title of the document, signed by payer and both officers (收款笔录).
    pub document: String,
}
impl UseCase for RecordCashInput {
    type Done = CashReceiptId;
    const ACT: Act = Act::RecordCash;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CashReceiptId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        cases::rules::closing::require_living(case.status).map_err(|refusal| refusal.field("case"))?;
        let first = op.account()?;
        rules::decide_cash((first, self.second_officer), self.amount, self.taken_on.0, op.now.legal_date())?;
        let grants = grant::load_active(op.tx, self.second_officer).await?;
        let here = |court: Option<_>| court.is_none_or(|court| court == case.court_id);
        if !grants.iter().any(|grant| grant.role == Role::Officer && here(grant.court)) {
            return Err(Failure::not_found("secondOfficer"));
        }
        if let Some(party) = self.on_behalf_of {
            let party = cases::store::party(op.tx, party).await?;
            let fits = party.is_some_and(|p| p.case_id == case.id && p.role == PartyRole::Respondent);
            fits.then_some(()).ok_or_else(|| Failure::not_found("onBehalfOf"))?;
        }
        let id = CashReceiptId::new(op.now);
        let document = text::checked("document", &self.document, SHORT)?;
        let row = cash_receipt::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            state: Set(CashState::Recorded),
            amount: Set(self.amount),
            taken_on: Set(self.taken_on.0),
            payer_name: Set(text::checked("payerName", &self.payer_name, SHORT)?),
            payer_kind: Set(self.payer_kind),
            on_behalf_of: Set(self.on_behalf_of),
            first_officer: Set(first),
            second_officer: Set(self.second_officer),
            document: Set(document.clone()),
            receipt_id: Set(None),
            voucher_number: Set(None),
            late_reason: Set(None),
            paid_in_at: Set(None),
            bank_reference: Set(None),
            recorded_at: Set(op.now),
        };
        cash_receipt::Entity::insert(row).execute(op.tx).await?;
        let facts = serde_json::json!({ "amount": self.amount, "takenOn": self.taken_on, "document": document });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        op.publish(QUEUE, id, 1);
        Ok(id)
    }
}

/// The second officer confirms: the money stands on its case with a voucher (确认现金收款).
#[derive(InputObject, Serialize)]
pub struct ConfirmCashInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The recorded cash (现金收款).
    pub cash_receipt: CashReceiptId,
    /// The amount that you counted, the same as recorded (清点金额).
    pub counted: Money,
}
impl UseCase for ConfirmCashInput {
    type Done = CashReceiptId;
    const ACT: Act = Act::ConfirmCash;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CashReceiptId, Failure> {
        let (case, cash) = lock(op, self.cash_receipt).await?;
        require_state(&cash, CashState::Recorded)?;
        if op.account()? != cash.second_officer {
            let refusal = Refusal::new(RefusalCode::MakerMayNotApprove).field("cashReceipt").law(&reference::FUNDS_9);
            return Err(refusal.into());
        }
        if self.counted != cash.amount {
            let refusal = Refusal::new(RefusalCode::AmountInvalid).field("counted").law(&reference::FUNDS_9);
            return Err(refusal.arg("recorded", cash.amount).into());
        }
        let row = to_receipt(op, &case, &cash).await?;
        receipt::Entity::insert(receipt::ActiveModel::from(row.clone())).execute(op.tx).await?;
        let paused: Vec<_> = case.terms_paused_on.map(|_| case.id).into_iter().collect();
        terms::start(op, std::slice::from_ref(&row), &paused).await?;
        let from = AccountKey::of_court(row.court_id, row.book, Code::Cash);
        let to = AccountKey::owned(row.court_id, row.book, Code::CaseFund, case.id.uuid());
        book(op, EntryKind::CaseReceipt, &row, (from, to), row.booked_on).await?;
        let change = cash_receipt::ActiveModel {
            id: Set(cash.id),
            state: Set(CashState::InHand),
            receipt_id: Set(Some(row.id)),
            voucher_number: Set(Some(row.voucher_number.clone())),
            ..Default::default()
        };
        cash_receipt::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "receipt": row.id.to_global(), "amount": row.amount,
            "voucher": row.voucher_number });
        op.audit(cash.id, Some(case.court_id), Some(case.id), facts).await?;
        op.publish(TOPIC, row.id, row.version);
        Ok(cash.id)
    }
}

/// Records that the cash was paid in at the bank, the voucher's number on the slip (现金缴存).
#[derive(InputObject, Serialize)]
pub struct PayInCashInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The confirmed cash (现金收款).
    pub cash_receipt: CashReceiptId,
    /// Why it was not paid in on the day on which it was taken (逾期缴存原因).
    pub late_reason: Option<String>,
}
impl UseCase for PayInCashInput {
    type Done = CashReceiptId;
    const ACT: Act = Act::PayInCash;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CashReceiptId, Failure> {
        let (case, cash) = lock(op, self.cash_receipt).await?;
        require_state(&cash, CashState::InHand)?;
        let late_reason = text::checked_option("lateReason", self.late_reason.as_deref(), LONG)?;
        rules::decide_pay_in(cash.taken_on, op.now.legal_date(), late_reason.as_deref())?;
        let change = cash_receipt::ActiveModel {
            id: Set(cash.id),
            state: Set(CashState::PaidIn),
            late_reason: Set(late_reason.clone()),
            paid_in_at: Set(Some(op.now)),
            ..Default::default()
        };
        cash_receipt::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "voucher": cash.voucher_number, "lateReason": late_reason });
        op.audit(cash.id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(cash.id)
    }
}

/// Is this credit of the bank cash that was paid in? Then it is booked bank ↔ cash; answers the cash's own receipt.
#[boxed]
pub(super) async fn match_bank_line(
    op: &mut Op<'_>,
    court: crate::kernel::ids::CourtId,
    case: Option<CaseId>,
    line: &BankCredit,
) -> Result<Option<ReceiptId>, Failure> {
    if line.book != Book::CaseFunds {
        return Ok(None);
    }
    let slip = line.remittance.as_deref().unwrap_or_default();
    let waiting = cash_receipt::Entity::find()
        .filter(cash_receipt::Column::CourtId.eq(court))
        .filter(cash_receipt::Column::State.is_in([CashState::InHand, CashState::PaidIn]))
        .filter(cash_receipt::Column::Amount.eq(line.amount))
        .list(op.tx)
        .await?;
    let named = |cash: &&cash_receipt::Model| cash.voucher_number.as_deref().is_some_and(|n| slip.contains(n));
    let Some(cash) = waiting.iter().find(named).or_else(|| unnumbered(&waiting, case, line)) else { return Ok(None) };
    let Some(receipt) = cash.receipt_id else { return Ok(None) };
    let row = receipt::Entity::find_by_id(receipt).first(op.tx).await?;
    let row = row.ok_or_else(|| Failure::internal("cash without its receipt"))?;
    let bank = AccountKey::of_court(court, row.book, Code::Bank);
    let till = AccountKey::of_court(court, row.book, Code::Cash);
    book(op, EntryKind::CashPaidIn, &row, (bank, till), line.booked_on).await?;
    let change = cash_receipt::ActiveModel {
        id: Set(cash.id),
        state: Set(CashState::Banked),
        paid_in_at: Set(Some(cash.paid_in_at.unwrap_or(op.now))),
        bank_reference: Set(Some(line.bank_reference.clone())),
        ..Default::default()
    };
    cash_receipt::Entity::update(change).execute(op.tx).await?;
    let facts = serde_json::json!({ "bankReference": line.bank_reference, "amount": line.amount });
    op.audit(cash.id, Some(court), Some(cash.case_id), facts).await?;
    Ok(Some(receipt))
}

/// A slip without its number: cash over the counter has no paying account, and one payment in alone fits it.
fn unnumbered<'a>(
    waiting: &'a [cash_receipt::Model],
    case: Option<CaseId>,
    line: &BankCredit,
) -> Option<&'a cash_receipt::Model> {
    if line.payer.account_number.is_some() {
        return None;
    }
    let fits = |cash: &&cash_receipt::Model| {
        let of_case = case.is_none_or(|case| case == cash.case_id);
        of_case && cash.state == CashState::PaidIn && rules::is_near(cash.taken_on, line.booked_on)
    };
    let mut fitting = waiting.iter().filter(fits);
    fitting.next().filter(|_| fitting.next().is_none())
}

/// The same line of the bank once more: known by its reference.
#[boxed]
pub(super) async fn banked_before(
    op: &Op<'_>,
    court: crate::kernel::ids::CourtId,
    line: &BankCredit,
) -> Result<Option<cash_receipt::Model>, Failure> {
    let known = cash_receipt::Entity::find()
        .filter(cash_receipt::Column::CourtId.eq(court))
        .filter(cash_receipt::Column::BankReference.eq(line.bank_reference.as_str()));
    Ok(known.first(op.tx).await?)
}

#[boxed]
async fn book(
    op: &Op<'_>,
    kind: EntryKind,
    row: &receipt::Model,
    (from, to): (AccountKey, AccountKey),
    booked_on: crate::kernel::clock::LegalDate,
) -> Result<(), Failure> {
    let entry = NewEntry {
        court: row.court_id,
        book: row.book,
        kind,
        booked_on,
        case: row.case_id,
        cause: row.id.node(),
        reverses: None,
        postings: vec![debit(from, row.amount).receipt(row.id), credit(to, row.amount).receipt(row.id)],
    };
    ledger::post(op.tx, op.now, entry).await.map(|_| ())
}

#[boxed]
async fn to_receipt(op: &Op<'_>, case: &case::Model, cash: &cash_receipt::Model) -> Result<receipt::Model, Failure> {
    let voucher_number = next_voucher(op, case.court_id).await?;
    Ok(receipt::Model {
        id: ReceiptId::new(op.now),
        court_id: case.court_id,
        case_id: Some(case.id),
        parent_id: None,
        book: Book::CaseFunds,
        status: ReceiptStatus::OnCase,
        source: ReceiptSource::Cash,
        bank_account: CASH_ACCOUNT.to_owned(),
        bank_reference: voucher_number.clone(),
        amount: cash.amount,
        remaining: cash.amount,
        booked_on: cash.taken_on,
        payer_name: cash.payer_name.clone(),
        payer_account_sealed: None,
        payer_account_mask: None,
        payer_bank_code: None,
        payer_bank_name: None,
        payer_kind: cash.payer_kind,
        on_behalf_of: cash.on_behalf_of,
        remittance_sealed: None,
        document: Some(cash.document.clone()),
        published_at: None,
        voucher_number,
        arrival_notified_at: Some(op.now),
        version: 1,
        recorded_at: op.now,
    })
}

/// Case first, then the cash of a case in scope.
#[boxed]
async fn lock(op: &Op<'_>, id: CashReceiptId) -> Result<(case::Model, cash_receipt::Model), Failure> {
    let gone = || Failure::not_found("cashReceipt");
    let seen = cash_receipt::Entity::find_by_id(id).first(op.tx).await?.ok_or_else(gone)?;
    if !op.scope().allows_court(seen.court_id) {
        return Err(gone());
    }
    let case = cases::store::lock_case(op.tx, &Scope::Everything, seen.case_id).await?;
    let locked = cash_receipt::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    Ok((case, locked.ok_or_else(gone)?))
}
fn require_state(cash: &cash_receipt::Model, state: CashState) -> Result<(), Refusal> {
    if cash.state == state {
        return Ok(());
    }
    let refusal = Refusal::new(RefusalCode::WrongState).field("cashReceipt").law(&reference::FUNDS_9);
    Err(refusal.arg("status", cash.state.as_str()))
}
