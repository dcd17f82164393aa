//! Deposit with a notary (提存): money that its creditor does not or cannot take, in the five cases of the rules.
//!
//! The proposal is a special payment to the notary; its approval pays it. The notary's certificate satisfies the claim
//! and starts the five years. From the payment on the money is out of our books: what the notary gives back arrives as
//! an ordinary receipt of the case and raises the claim again.

use super::{
    NewSpecial, STEPS_OF_NOTARY, SpecialPaymentKind, decide_bankruptcy, decide_free, entered,
    held::{self, NewDeposit},
    propose,
};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, Scope, Services, UseCase, parameters, run_as_system},
    cases::{
        self, SatisfactionManner,
        ops::{NotarySatisfaction, PayeeAccountInput},
        rules::text::{self, SHORT},
        store::{case, claim},
    },
    funds::{self, ReceiptStatus},
    kernel::{
        clock::{Date, LegalDate},
        error::{Failure, Problem},
        ids::{CaseId, ClaimId, NotaryDepositId, PayableId, ReceiptId, SpecialPaymentId},
        jobs::{Fence, JobHandler},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::{parameter::NOTARY_REMINDER_MONTHS, reference},
    payout::{
        NotaryGround, NotaryState, PayableState,
        rules::notary as rules,
        store,
        tables::{notary_deposit, payable, special_payment},
    },
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Receipts of one deposit.
const MOST_SOURCES: usize = 50;
/// Reminders of one tick of the job.
const BATCH: u64 = 100;

/// Money of one receipt that is deposited (提存资金来源).
#[derive(InputObject, Serialize)]
pub struct NotarySourceInput {
    /// A receipt of the case (到账).
    pub receipt: ReceiptId,
    /// Above zero, at most what it still holds (金额).
    pub amount: Money,
}

/// Proposes to deposit a creditor's money with a notary; BUREAU_CHIEF and FINANCE_REVIEWER approve (提存审批).
#[derive(InputObject, Serialize)]
pub struct ProposeNotaryDepositInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The claim whose creditor does not or cannot take the money (债权).
    pub claim: ClaimId,
    /// Which of the five cases (提存事由).
    pub ground: NotaryGround,
    /// What proves it: notices sent, refusal, death certificate; 1 to 500 characters (事由证明).
    pub evidence: String,
    /// The notary office with its account, in the office's own name (公证机构账户).
    pub account: PayeeAccountInput,
    /// Whose money of the case, 1 to 50 receipts; at most what the claim is still owed (资金来源).
    pub sources: Vec<NotarySourceInput>,
    /// The approval form: number or title of the document (提存审批表).
    pub document: String,
}
impl UseCase for ProposeNotaryDepositInput {
    type Done = NotaryDepositId;
    const ACT: Act = Act::ProposeNotaryDeposit;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<NotaryDepositId, Failure> {
        let found = cases::store::claim(op.tx, self.claim).await?.ok_or_else(|| Failure::not_found("claim"))?;
        let case = lock_case_of(op, found.case_id, "claim").await?;
        if !cases::store::pays_out(op.tx, &case).await? {
            cases::rules::closing::require_open(case.status)?;
        }
        let amount = self.decide_sources(op, &case).await?;
        let claim = cases::store::claim(op.tx, self.claim).await?.ok_or_else(|| Failure::not_found("claim"))?;
        decide_claim(op, &claim, amount, amount).await?;
        let payee = entered(&self.account, None)?;
        let new = NewSpecial {
            court: case.court_id,
            book: crate::ledger::Book::CaseFunds,
            kind: SpecialPaymentKind::NotaryDeposit,
            case: Some(case.id),
            reference: Some(payee.name.clone()),
            payee,
            sources: self.sources.iter().map(|source| (source.receipt, source.amount)).collect(),
            amount: None,
            document: text::checked("document", &self.document, SHORT)?,
            due_on: None,
            measure: None,
            to_court: None,
        };
        let payment = propose(op, new, STEPS_OF_NOTARY).await?;
        let new = NewDeposit { payment, claim: claim.id, held: None, ground: self.ground, amount };
        new.insert(op, &case, &self.evidence).await
    }
}
impl ProposeNotaryDepositInput {
    /// Receipts of this very case, each once, with what they still hold; free and of no bankrupt debtor.
    #[boxed]
    async fn decide_sources(&self, op: &Op<'_>, case: &case::Model) -> Result<Money, Failure> {
        let mut ids: Vec<_> = self.sources.iter().map(|source| source.receipt).collect();
        ids.sort_unstable();
        ids.dedup();
        if !(1..=MOST_SOURCES).contains(&ids.len()) || ids.len() != self.sources.len() {
            let refusal = Refusal::new(RefusalCode::ListInvalid).field("sources");
            return Err(refusal.arg("maximum", MOST_SOURCES).into());
        }
        let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
        for source in &self.sources {
            let receipt = receipts.iter().find(|receipt| receipt.id == source.receipt);
            let receipt = receipt.ok_or_else(|| Failure::not_found("sources"))?;
            if !source.amount.is_positive() || source.amount > receipt.remaining {
                let refusal = Refusal::new(RefusalCode::ReceiptExceeded).field("sources");
                return Err(refusal.law(&reference::FUNDS_4).arg("remaining", receipt.remaining).into());
            }
        }
        let amount = Money::sum(self.sources.iter().map(|source| source.amount))?;
        decide_free(cases::store::free_case_money(op.tx, case).await?, amount)?;
        decide_bankruptcy(op, case.id, &ids, SpecialPaymentKind::NotaryDeposit).await?;
        Ok(amount)
    }
}

/// Records the notary's certificate: the claim counts as performed so far, and five years begin (提存公证书).
#[derive(InputObject, Serialize)]
pub struct RecordNotaryCertificateInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The deposit, paid by the bank (提存).
    pub deposit: NotaryDepositId,
    /// Number of the certificate (公证书编号).
    pub certificate: String,
    /// Day of the deposit by the certificate (提存日期).
    pub deposited_on: Date,
}
impl UseCase for RecordNotaryCertificateInput {
    type Done = NotaryDepositId;
    const ACT: Act = Act::RecordNotaryCertificate;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<NotaryDepositId, Failure> {
        let (case, row) = lock(op, self.deposit).await?;
        let (on, today) = (self.deposited_on.0, op.now.legal_date());
        rules::decide_certificate(row.state, is_paid(op, &row).await?, on, row.recorded_at.legal_date(), today)?;
        let certificate = text::checked("certificate", &self.certificate, SHORT)?;
        let set = parameters::of_court(op.tx, row.court_id).await?;
        let last_day = rules::last_day(on);
        let remind_on = rules::remind_on(on, set.integer(&NOTARY_REMINDER_MONTHS));
        let change = notary_deposit::ActiveModel {
            id: Set(row.id),
            state: Set(NotaryState::Deposited),
            certificate: Set(Some(certificate.clone())),
            deposited_on: Set(Some(on)),
            remind_on: Set(Some(remind_on)),
            last_day: Set(Some(last_day)),
            ..Default::default()
        };
        notary_deposit::Entity::update(change).execute(op.tx).await?;
        let performed =
            NotarySatisfaction { amount: row.amount, on, document: certificate.clone(), cause: row.id.node() };
        if !row.beside_claim {
            cases::ops::satisfy_by_notary(op, &case, row.claim_id, SatisfactionManner::NotaryDeposit, performed)
                .await?;
        }
        let facts = serde_json::json!({ "certificate": certificate, "depositedOn": on, "remindOn": remind_on,
            "lastDay": last_day });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Records that the creditor, or his heirs, collected the money from the notary (领取提存款).
#[derive(InputObject, Serialize)]
pub struct RecordNotaryCollectionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The deposit (提存).
    pub deposit: NotaryDepositId,
    /// Day of the collection by the notary's letter (领取日期).
    pub ended_on: Date,
    /// The notary's letter: number or title of the document (公证机构函).
    pub document: String,
}
impl UseCase for RecordNotaryCollectionInput {
    type Done = NotaryDepositId;
    const ACT: Act = Act::RecordNotaryCollection;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<NotaryDepositId, Failure> {
        let (_, row) = lock(op, self.deposit).await?;
        rules::decide_end(row.state, row.deposited_on, self.ended_on.0, op.now.legal_date())?;
        end(op, &row, NotaryState::Collected, self.ended_on.0, &self.document, None).await
    }
}

/// Records that the notary gave the money back: it has arrived on the case and the claim is owed again (提存款退回).
#[derive(InputObject, Serialize)]
pub struct RecordNotaryReturnInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The deposit (提存).
    pub deposit: NotaryDepositId,
    /// The receipt by which it came back to the case, whole and unused (退回到账).
    pub receipt: ReceiptId,
    /// Why it came back: number or title of the document (退回依据).
    pub document: String,
}
impl UseCase for RecordNotaryReturnInput {
    type Done = NotaryDepositId;
    const ACT: Act = Act::RecordNotaryReturn;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<NotaryDepositId, Failure> {
        let (case, row) = lock(op, self.deposit).await?;
        let receipt = funds::store::lock_receipt(op.tx, &Scope::Everything, self.receipt).await?;
        if receipt.case_id != Some(case.id) {
            return Err(Failure::not_found("receipt"));
        }
        let whole = receipt.status == ReceiptStatus::OnCase && receipt.remaining == receipt.amount;
        let used_before = notary_deposit::Entity::find()
            .filter(notary_deposit::Column::ReturnReceiptId.eq(receipt.id))
            .first(op.tx)
            .await?;
        if !whole || used_before.is_some() {
            let refusal = Refusal::new(RefusalCode::WrongState).field("receipt").law(&reference::FUNDS_16);
            return Err(refusal.arg("status", receipt.status.as_str()).into());
        }
        rules::decide_end(row.state, row.deposited_on, receipt.booked_on, op.now.legal_date())?;
        rules::decide_returned(row.amount, receipt.amount)?;
        let performed = cases::store::performed_by(op.tx, row.id.node()).await?;
        let back = NotarySatisfaction {
            amount: receipt.amount.min(performed),
            on: receipt.booked_on,
            document: text::checked("document", &self.document, SHORT)?,
            cause: receipt.id.node(),
        };
        cases::ops::satisfy_by_notary(op, &case, row.claim_id, SatisfactionManner::NotaryReturn, back).await?;
        end(op, &row, NotaryState::Returned, receipt.booked_on, &self.document, Some(receipt.id)).await
    }
}

/// Decides that the creditor's right to the deposit has lapsed after five years: the State's, less the notary's cost
/// (提存款归国家所有). The notary pays it to the treasury, not the court.
#[derive(InputObject, Serialize)]
pub struct DecideNotaryLapseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The deposit (提存).
    pub deposit: NotaryDepositId,
    /// Day of the decision, after the five years (决定日期).
    pub ended_on: Date,
    /// The decision: number or title of the document (决定书).
    pub document: String,
}
impl UseCase for DecideNotaryLapseInput {
    type Done = NotaryDepositId;
    const ACT: Act = Act::DecideNotaryLapse;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<NotaryDepositId, Failure> {
        let (_, row) = lock(op, self.deposit).await?;
        let last_day = row.last_day.unwrap_or(LegalDate::MAX);
        let last_day = op.services.calendar().roll_forward(last_day).date;
        let (on, today) = (self.ended_on.0, op.now.legal_date());
        rules::decide_lapse(row.state, row.deposited_on, last_day, on, today)?;
        end(op, &row, NotaryState::Lapsed, on, &self.document, None).await
    }
}

#[boxed]
async fn end(
    op: &mut Op<'_>,
    row: &notary_deposit::Model,
    state: NotaryState,
    ended_on: LegalDate,
    document: &str,
    receipt: Option<ReceiptId>,
) -> Result<NotaryDepositId, Failure> {
    let document = text::checked("document", document, SHORT)?;
    let change = notary_deposit::ActiveModel {
        id: Set(row.id),
        state: Set(state),
        ended_on: Set(Some(ended_on)),
        end_document: Set(Some(document.clone())),
        return_receipt_id: Set(receipt),
        ..Default::default()
    };
    notary_deposit::Entity::update(change).execute(op.tx).await?;
    let facts = serde_json::json!({ "state": state, "endedOn": ended_on, "document": document,
        "receipt": receipt.map(ReceiptId::to_global) });
    op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
    Ok(row.id)
}

/// The job's own act: the creditor is to be reminded before the five years end (提存领取提醒).
#[derive(Serialize)]
pub struct RemindNotaryDeposit {
    pub deposit: NotaryDepositId,
}
impl UseCase for RemindNotaryDeposit {
    type Done = bool;
    const ACT: Act = Act::RemindNotaryDeposit;
    fn key(&self) -> Option<&str> {
        None
    }
    /// Answers whether a reminder was due; a second run finds it done.
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        let (_, row) = lock(op, self.deposit).await?;
        let today = op.now.legal_date();
        let due = row.state == NotaryState::Deposited && row.remind_on.is_some_and(|day| day <= today);
        let due = due && row.reminded_at.is_none();
        if due {
            let change =
                notary_deposit::ActiveModel { id: Set(row.id), reminded_at: Set(Some(op.now)), ..Default::default() };
            notary_deposit::Entity::update(change).execute(op.tx).await?;
            op.publish("work-queue", row.id, 1);
        }
        let facts = serde_json::json!({ "reminded": due, "lastDay": row.last_day });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(due)
    }
}

/// Reminds of deposits whose five years come to their end (提存领取提醒).
pub struct NotaryReminders {
    pub services: Services,
}
#[async_trait::async_trait]
impl JobHandler for NotaryReminders {
    fn name(&self) -> &'static str {
        "notary-reminders"
    }
    async fn tick(&self, _: &Fence) -> Result<u64, Problem> {
        use notary_deposit::Column as C;
        let today = self.services.clock.now().legal_date();
        let due = notary_deposit::Entity::find()
            .filter(C::State.eq(NotaryState::Deposited))
            .filter(C::RemindedAt.is_null())
            .filter(C::RemindOn.lte(today))
            .limit(BATCH)
            .list(&self.services.db.reader())
            .await?;
        let mut done = 0_u64;
        for row in due {
            let use_case = RemindNotaryDeposit { deposit: row.id };
            done = done.saturating_add(u64::from(run_as_system(&self.services, self.name(), &use_case).await?));
        }
        Ok(done)
    }
}

/// At most what the claim is owed beside what is being paid on it already: asked when it is proposed, with its amount, and
/// again at the last vote, when the deposit itself is among what is being paid: then `more` is nothing, `whole` all of
/// it. A settlement leaves no more to be owed than its own rest.
#[boxed]
async fn decide_claim(op: &Op<'_>, claim: &claim::Model, more: Money, whole: Money) -> Result<(), Failure> {
    cases::store::decide_advance_stands(op.tx, claim.id).await?;
    let owed = claim.amounts().outstanding()?;
    let being_paid = store::being_paid(op.tx, &[claim.id]).await?.get(&claim.id).copied().unwrap_or_default();
    let left = owed.saturating_minus(being_paid);
    let rest = cases::store::settled_rest(op.tx, [claim.id]).await?.remove(&claim.id);
    if being_paid.plus(more)? > owed || rest.is_some_and(|rest| whole > rest) {
        let refusal = Refusal::new(RefusalCode::SatisfactionExceedsClaim).field("sources");
        let outstanding = rest.map_or(left, |rest| left.min(rest));
        return Err(refusal.law(&reference::FUNDS_16).arg("outstanding", outstanding).into());
    }
    Ok(())
}

/// What the last vote asks anew of a deposit whose case is locked. Held money is freed for the payment that follows.
#[boxed]
pub(super) async fn decide_still_owed(op: &Op<'_>, payment: SpecialPaymentId) -> Result<(), Failure> {
    let deposit = of_payment(op, payment).await?;
    let claim = cases::store::claim(op.tx, deposit.claim_id).await?;
    let claim = claim.ok_or_else(|| Failure::internal("a deposit for no claim"))?;
    match (deposit.beside_claim, deposit.hold_id) {
        (true, _) => cases::store::decide_advance_stands(op.tx, claim.id).await?,
        // until it is approved the line counts for it
        (false, Some(_)) => decide_claim(op, &claim, deposit.amount, deposit.amount).await?,
        (false, None) => decide_claim(op, &claim, Money::ZERO, deposit.amount).await?,
    }
    held::capture(op, &deposit).await
}

/// The payment to the notary has come to be owed: it pays the line of the plan whose held money it is.
#[boxed]
pub(super) async fn pay_line(op: &Op<'_>, payment: SpecialPaymentId, payable: PayableId) -> Result<(), Failure> {
    held::pay_line(op, &of_payment(op, payment).await?, payable).await
}

/// A payment to a notary is taken back only before his certificate: afterwards the notary gives the money back.
#[boxed]
pub async fn decide_cancel(op: &Op<'_>, payment: SpecialPaymentId) -> Result<(), Failure> {
    let deposit = of_payment(op, payment).await?;
    if deposit.state != NotaryState::Open {
        let refusal = Refusal::new(RefusalCode::WrongState).field("payable").law(&reference::FUNDS_16);
        return Err(refusal.arg("status", deposit.state.as_str()).into());
    }
    Ok(())
}
#[boxed]
async fn of_payment(op: &Op<'_>, payment: SpecialPaymentId) -> Result<notary_deposit::Model, Failure> {
    let of_payment = notary_deposit::Entity::find().filter(notary_deposit::Column::PaymentId.eq(payment));
    let found = of_payment.lock_exclusive().first(op.tx).await?;
    found.ok_or_else(|| Failure::internal("a payment to a notary without its deposit"))
}

/// Has the bank paid it to the notary?
#[boxed]
async fn is_paid(op: &Op<'_>, row: &notary_deposit::Model) -> Result<bool, Failure> {
    let payment = special_payment::Entity::find_by_id(row.payment_id).first(op.tx).await?;
    let Some(payable) = payment.and_then(|payment| payment.payable_id) else { return Ok(false) };
    let payable = payable::Entity::find_by_id(payable).first(op.tx).await?;
    Ok(payable.is_some_and(|payable| payable.state == PayableState::Paid))
}

/// Case first, then the deposit of a case in scope.
#[boxed]
async fn lock(op: &Op<'_>, id: NotaryDepositId) -> Result<(case::Model, notary_deposit::Model), Failure> {
    let gone = || Failure::not_found("deposit");
    let seen = notary_deposit::Entity::find_by_id(id).first(op.tx).await?.ok_or_else(gone)?;
    let case = lock_case_of(op, seen.case_id, "deposit").await?;
    let locked = notary_deposit::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    Ok((case, locked.ok_or_else(gone)?))
}
#[boxed]
async fn lock_case_of(op: &Op<'_>, case: CaseId, field: &'static str) -> Result<case::Model, Failure> {
    let found = cases::store::find_case(op.tx, op.scope(), case).await?.ok_or_else(|| Failure::not_found(field))?;
    cases::store::lock_case(op.tx, op.scope(), found.id).await
}
