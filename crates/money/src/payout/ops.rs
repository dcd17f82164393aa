//! Moving money towards a payee: payables, attempts, the bank's answers. Called by the rooms above inside of their own
//! operations; only the retry is an act of its own.

use super::{
    AttemptState, PayablePurpose, PayableState, bankruptcy, rules, stops, store,
    tables::{attempt, payable, payable_source},
};
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Fact, Op, UseCase},
    cases::{self, PayeeStatus},
    funds,
    kernel::{
        bulk::insert_all,
        clock::LegalDate,
        error::{Failure, Problem},
        ids::{BankFileId, CaseId, ClaimId, CourtId, NodeRef, PayableId, PayeeId, PayoutAttemptId, ReceiptId},
        money::Money,
        refusal::{Refusal, RefusalCode},
        secret::Secret,
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, NewPosting, credit, debit},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, IntoActiveModel, entity::prelude::*, sea_query::ExprTrait};
use serde::Serialize;

/// Where money goes: name and number exactly as the payee's bank knows them.
#[derive(Clone, Debug)]
pub struct PayeeAccount {
    pub name: String,
    pub account_number: Secret<String>,
    /// CNAPS code; empty when the paying bank finds the branch by the account number.
    pub bank_code: String,
    pub bank_name: String,
}

/// Money that becomes owed to a payee.
#[derive(Clone, Debug)]
pub struct NewPayable {
    pub court: CourtId,
    pub book: Book,
    pub case: Option<CaseId>,
    /// The guarded account that the money leaves: a case, a bidder, a price.
    pub from: AccountKey,
    pub purpose: PayablePurpose,
    pub payee: PayeeAccount,
    pub amount: Money,
    /// Receipts that the money came by; Σ = amount, or empty where receipts are not kept (deposits).
    pub sources: Vec<(ReceiptId, Money)>,
    /// What it is owed for. One subject owes once for one purpose.
    pub subject: NodeRef,
}

/// Creates a payable and books `from → payable`. The receipts are used up by it.
///
/// # Errors
/// `ALREADY_EXISTS` for a second payable of the same subject and purpose, `INSUFFICIENT_BALANCE`, `RECEIPT_EXCEEDED`.
#[boxed]
pub async fn create_payable(op: &mut Op<'_>, new: NewPayable) -> Result<PayableId, Failure> {
    insert_payable(op, new, None, None).await
}

/// [`create_payable`] for a confirmed account of a party, so that its correction finds its way into the next attempt; the
/// settlement satisfies `claim`.
#[boxed]
pub async fn create_payable_to(
    op: &mut Op<'_>,
    new: NewPayable,
    claim: Option<ClaimId>,
    payee: PayeeId,
) -> Result<PayableId, Failure> {
    insert_payable(op, new, claim, Some(payee)).await
}

/// The account of a confirmed payee, opened for a payable.
#[boxed]
pub async fn account_of(op: &Op<'_>, payee: &cases::store::payee::Model) -> Result<PayeeAccount, Failure> {
    let place = cases::store::payee::account_place(payee.id);
    Ok(PayeeAccount {
        name: payee.name.clone(),
        account_number: op.services.vault.open(place, &payee.account_sealed)?,
        bank_code: payee.bank_code.clone(),
        bank_name: payee.bank_name.clone(),
    })
}

#[boxed]
async fn insert_payable(
    op: &mut Op<'_>,
    new: NewPayable,
    claim: Option<ClaimId>,
    payee: Option<PayeeId>,
) -> Result<PayableId, Failure> {
    check_sources(&new)?;
    let twin = store::payable_of(op.tx, new.subject).await?;
    if twin.is_some_and(|twin| twin.purpose == new.purpose) {
        return Err(already_owed(new.purpose).into());
    }
    // a fee that was taken is not the debtor's money any more
    if let Some(case) = new.case.filter(|_| new.from.code != Code::ExecutionFee) {
        let receipts: Vec<_> = new.sources.iter().map(|(receipt, _)| *receipt).collect();
        bankruptcy::decide(op.tx, case, &receipts, new.purpose).await?;
    }
    let row = new_row(op, &new, claim, payee)?;
    payable::Entity::insert(row.clone().into_active_model()).execute(op.tx).await?;
    match new.from.code {
        Code::Unidentified => {
            for (receipt, amount) in &new.sources {
                funds::ops::release_unidentified(op, *receipt, *amount).await?;
            }
        }
        _ => funds::ops::consume(op, &new.sources).await?,
    }
    let source = |(receipt, amount): &(ReceiptId, Money)| payable_source::Model {
        payable_id: row.id,
        receipt_id: *receipt,
        amount: *amount,
    };
    let sources: Vec<_> = new.sources.iter().map(source).collect();
    insert_all::<payable_source::Entity>(op.tx, &sources).await?;
    ledger::post(op.tx, op.now, owed_entry(op, &row, &new.sources)).await?;
    op.audit_all(vec![owed_fact(&row)?]).await?;
    Ok(row.id)
}

/// # Errors
/// A problem: the rooms that owe money say by which receipts all of it came, or by none.
pub(super) fn check_sources(new: &NewPayable) -> Result<(), Failure> {
    let sources = Money::sum(new.sources.iter().map(|(_, amount)| *amount))?;
    if !new.amount.is_positive() || (!new.sources.is_empty() && sources != new.amount) {
        return Err(Failure::internal(format!("a payable of {} from sources of {sources}", new.amount)));
    }
    Ok(())
}
pub(super) fn already_owed(purpose: PayablePurpose) -> Refusal {
    Refusal::new(RefusalCode::AlreadyExists).arg("purpose", purpose.as_str())
}

/// The row of a payable of which nothing was given to the bank yet.
pub(super) fn new_row(
    op: &Op<'_>,
    new: &NewPayable,
    claim: Option<ClaimId>,
    payee: Option<PayeeId>,
) -> Result<payable::Model, Failure> {
    let id = PayableId::new(op.now);
    Ok(payable::Model {
        id,
        court_id: new.court,
        book: new.book,
        case_id: new.case,
        claim_id: claim,
        payee_id: payee,
        subject_kind: new.subject.kind.as_str().to_owned(),
        subject_id: new.subject.id,
        purpose: new.purpose,
        state: PayableState::Open,
        amount: new.amount,
        from_code: new.from.code,
        from_owner: new.from.owner,
        payee_name: new.payee.name.clone(),
        account_sealed: op.services.vault.seal(payable::account_place(id), new.payee.account_number.expose())?,
        bank_code: new.payee.bank_code.clone(),
        bank_name: new.payee.bank_name.clone(),
        attempts: 0,
        version: 1,
        recorded_at: op.now,
    })
}
/// The entry by which a payable comes to be owed.
pub(super) fn owed_entry(op: &Op<'_>, row: &payable::Model, sources: &[(ReceiptId, Money)]) -> NewEntry {
    NewEntry {
        court: row.court_id,
        book: row.book,
        kind: EntryKind::Payable,
        booked_on: op.now.legal_date(),
        case: row.case_id,
        cause: row.id.node(),
        reverses: None,
        postings: legs(row.origin(), row.account(), row.amount, sources),
    }
}
/// What the audit log says of a payable that comes to be owed.
pub(super) fn owed_fact(row: &payable::Model) -> Result<Fact, Failure> {
    let subject = row.subject()?.to_global();
    let facts = serde_json::json!({ "amount": row.amount, "purpose": row.purpose, "subject": subject });
    Ok(Fact { subject: row.id.node(), court: Some(row.court_id), case: row.case_id, facts })
}

/// One debit and one credit per receipt, so that every posting says by which receipt its money came.
pub fn legs(from: AccountKey, to: AccountKey, amount: Money, sources: &[(ReceiptId, Money)]) -> Vec<NewPosting> {
    if sources.is_empty() {
        return vec![debit(from, amount), credit(to, amount)];
    }
    let pair = |(receipt, part): &(ReceiptId, Money)| {
        [debit(from, *part).receipt(*receipt), credit(to, *part).receipt(*receipt)]
    };
    sources.iter().flat_map(pair).collect()
}

/// Gives a payable to the bank: books `payable → in transit` and queues an attempt for the next file. After a failed
/// attempt this is a new one with its own id, if [`rules::decide_retry`] allows it.
///
/// # Errors
/// `WRONG_STATE` when it is paid or cancelled, `PAYOUT_RESULT_UNKNOWN`, `PAYEE_NOT_CONFIRMED`, `PAYEE_NAME_MISMATCH`
/// when its payee's account was corrected to an agent's own.
#[boxed]
pub async fn queue_attempt(op: &mut Op<'_>, id: PayableId) -> Result<PayoutAttemptId, Failure> {
    let mut payable = store::lock_payable(op.tx, op.scope(), id).await?;
    let earlier = store::attempts_of(op.tx, id).await?;
    follow_correction(op, &mut payable).await?;
    if let Some(last) = earlier.last() {
        rules::decide_retry(rules::LastAttempt {
            state: last.state,
            payee_at_fault: last.failure_kind.is_some_and(rules::is_payee_at_fault),
            payee_corrected: payable.payee_id != last.payee_id || goes_elsewhere(op, &payable, last)?,
        })?;
    }
    if !matches!(payable.state, PayableState::Open | PayableState::Failed) {
        return Err(Refusal::new(RefusalCode::WrongState)
            .field("payable")
            .arg("status", payable.state.as_str())
            .into());
    }
    bankruptcy::decide_payable(op.tx, &payable).await?;
    stops::decide(op.tx, &payable).await?;
    stops::decide_agent(op.tx, &payable, op.now.legal_date()).await?;
    let attempt = new_attempt(op, &payable)?;
    attempt::Entity::insert(attempt.clone().into_active_model()).execute(op.tx).await?;
    let sources = store::sources_of(op.tx, id).await?;
    ledger::post(op.tx, op.now, sent_entry(op, &payable, attempt.id, &sources)).await?;
    op.audit_all(vec![sent_fact(&payable, &attempt)]).await?;
    let change = payable::ActiveModel {
        id: Set(id),
        state: Set(PayableState::InTransit),
        attempts: Set(payable.attempts + 1),
        version: Set(payable.version + 1),
        ..Default::default()
    };
    payable::Entity::update(change).execute(op.tx).await?;
    op.publish("work-queue", id, payable.version + 1);
    Ok(attempt.id)
}

/// Does the payable go to another account than that attempt went to?
fn goes_elsewhere(op: &Op<'_>, payable: &payable::Model, last: &attempt::Model) -> Result<bool, Failure> {
    let vault = &op.services.vault;
    let now = vault.open(payable::account_place(payable.id), &payable.account_sealed)?;
    let then = vault.open(attempt::account_place(last.id), &last.account_sealed)?;
    let same =
        (now.expose(), &payable.payee_name, &payable.bank_code) == (then.expose(), &last.payee_name, &last.bank_code);
    Ok(!same)
}

/// Takes over a corrected account of the payee, if the payable has a confirmed one.
///
/// # Errors
/// `PAYEE_NAME_MISMATCH` when the correction turns the money to an agent's own account.
#[boxed]
async fn follow_correction(op: &Op<'_>, payable: &mut payable::Model) -> Result<(), Failure> {
    let Some(id) = payable.payee_id else { return Ok(()) };
    let gone = || Failure::internal("a payee without its row");
    let mut payee = cases::store::payee(op.tx, id).await?.ok_or_else(gone)?;
    let agreed = payee.agent_paper_id;
    while let (PayeeStatus::Replaced, Some(next)) = (payee.status, payee.replaced_by) {
        payee = cases::store::payee(op.tx, next).await?.ok_or_else(gone)?;
    }
    // to an agent's own account only a panel lets money go: the correction had one checker and no panel
    if payee.agent_paper_id.is_some() && payee.agent_paper_id != agreed {
        let refusal = Refusal::new(RefusalCode::PayeeNameMismatch).law(&reference::FUNDS_11);
        return Err(refusal.field("agentPaper").into());
    }
    redirect(op, payable, &payee).await
}

/// Lets a payable that waits go to another confirmed account: the one that its order names.
///
/// # Errors
/// `WRONG_STATE` while the money is with the bank, or paid.
#[boxed]
pub async fn pay_to(op: &Op<'_>, id: PayableId, payee: &cases::store::payee::Model) -> Result<(), Failure> {
    let mut payable = store::lock_payable(op.tx, op.scope(), id).await?;
    if payable.payee_id == Some(payee.id) {
        return Ok(());
    }
    if !matches!(payable.state, PayableState::Open | PayableState::Failed) {
        return Err(Refusal::new(RefusalCode::WrongState).arg("status", payable.state.as_str()).into());
    }
    redirect(op, &mut payable, payee).await
}

#[boxed]
async fn redirect(
    op: &Op<'_>,
    payable: &mut payable::Model,
    payee: &cases::store::payee::Model,
) -> Result<(), Failure> {
    if payable.payee_id == Some(payee.id) {
        return Ok(());
    }
    payable.payee_id = Some(payee.id);
    send_to(op, payable, account_of(op, payee).await?).await
}

/// Writes the account that the next attempt goes to.
#[boxed]
pub(super) async fn send_to(op: &Op<'_>, payable: &mut payable::Model, account: PayeeAccount) -> Result<(), Failure> {
    let place = payable::account_place(payable.id);
    payable.payee_name = account.name;
    payable.bank_code = account.bank_code;
    payable.bank_name = account.bank_name;
    payable.account_sealed = op.services.vault.seal(place, account.account_number.expose())?;
    let change = payable::ActiveModel {
        id: Set(payable.id),
        payee_id: Set(payable.payee_id),
        payee_name: Set(payable.payee_name.clone()),
        account_sealed: Set(payable.account_sealed.clone()),
        bank_code: Set(payable.bank_code.clone()),
        bank_name: Set(payable.bank_name.clone()),
        ..Default::default()
    };
    payable::Entity::update(change).execute(op.tx).await?;
    Ok(())
}

/// The row of the next attempt of a payable, queued for a file of the bank.
///
/// # Errors
/// `WRONG_STATE` after more attempts than an end-to-end id can tell apart.
pub(super) fn new_attempt(op: &Op<'_>, payable: &payable::Model) -> Result<attempt::Model, Failure> {
    let number = payable.attempts + 1;
    let id = PayoutAttemptId::new(op.now);
    let vault = &op.services.vault;
    let account = vault.open(payable::account_place(payable.id), &payable.account_sealed)?;
    let end_to_end_id = rules::end_to_end_id(payable.id.uuid(), number)
        .ok_or_else(|| Refusal::new(RefusalCode::WrongState).arg("attempts", payable.attempts))?;
    Ok(attempt::Model {
        id,
        court_id: payable.court_id,
        book: payable.book,
        payable_id: payable.id,
        number,
        end_to_end_id,
        state: AttemptState::Queued,
        amount: payable.amount,
        payee_id: payable.payee_id,
        payee_name: payable.payee_name.clone(),
        account_sealed: vault.seal(attempt::account_place(id), account.expose())?,
        bank_code: payable.bank_code.clone(),
        bank_name: payable.bank_name.clone(),
        bank_file_id: None,
        failure_kind: None,
        reason_code: None,
        reason_text: None,
        queued_at: op.now,
        sent_at: None,
        settled_on: None,
        version: 1,
    })
}
/// The entry by which an attempt takes the money of its payable in transit.
pub(super) fn sent_entry(
    op: &Op<'_>,
    payable: &payable::Model,
    attempt: PayoutAttemptId,
    sources: &[(ReceiptId, Money)],
) -> NewEntry {
    let transit = AccountKey::of_court(payable.court_id, payable.book, Code::InTransit);
    let postings = legs(payable.account(), transit, payable.amount, sources);
    entry(payable, attempt, EntryKind::PayoutSent, op.now.legal_date(), postings)
}
/// What the audit log says of an attempt that is queued.
pub(super) fn sent_fact(payable: &payable::Model, attempt: &attempt::Model) -> Fact {
    let facts = serde_json::json!({ "payable": payable.id, "amount": payable.amount, "attempt": attempt.number });
    Fact { subject: attempt.id.node(), court: Some(payable.court_id), case: payable.case_id, facts }
}

/// The entry by which an attempt moves the money of its payable.
pub(super) fn entry(
    payable: &payable::Model,
    attempt: PayoutAttemptId,
    kind: EntryKind,
    booked_on: LegalDate,
    postings: Vec<NewPosting>,
) -> NewEntry {
    NewEntry {
        court: payable.court_id,
        book: payable.book,
        kind,
        booked_on,
        case: payable.case_id,
        cause: attempt.node(),
        reverses: None,
        postings,
    }
}

/// Records that `file` carries these attempts to the bank.
///
/// # Errors
/// A problem when one of them does not wait for a file: the caller read them in the same transaction.
#[boxed]
pub async fn mark_sent(op: &mut Op<'_>, attempts: &[PayoutAttemptId], file: BankFileId) -> Result<(), Failure> {
    let change = attempt::ActiveModel {
        state: Set(AttemptState::Sent),
        bank_file_id: Set(Some(file)),
        sent_at: Set(Some(op.now)),
        ..Default::default()
    };
    let sent = attempt::Entity::update_many()
        .set(change)
        .col_expr(attempt::Column::Version, Expr::col(attempt::Column::Version).add(1))
        .filter(attempt::Column::Id.is_in(attempts.iter().copied()))
        .filter(attempt::Column::State.eq(AttemptState::Queued))
        .execute(op.tx)
        .await?;
    if usize::try_from(sent.rows_affected) != Ok(attempts.len()) {
        return Err(Problem::Conflict.into());
    }
    Ok(())
}

/// Takes an attempt back that no file carries yet, e.g. when the money was frozen: books `in transit → payable`.
///
/// # Errors
/// `PAYOUT_RESULT_UNKNOWN` once it was sent, `WRONG_STATE` when it ended.
#[boxed]
pub async fn withdraw_attempt(op: &mut Op<'_>, id: PayoutAttemptId) -> Result<(), Failure> {
    let (payable, attempt) = store::lock_attempt(op.tx, id).await?;
    rules::decide_withdrawal(attempt.state)?;
    let sources = store::sources_of(op.tx, payable.id).await?;
    let transit = AccountKey::of_court(payable.court_id, payable.book, Code::InTransit);
    let postings = legs(transit, payable.account(), payable.amount, &sources);
    let rejected = entry(&payable, id, EntryKind::PayoutRejected, op.now.legal_date(), postings);
    ledger::post(op.tx, op.now, rejected).await?;
    let change = attempt::ActiveModel {
        id: Set(id),
        state: Set(AttemptState::Withdrawn),
        version: Set(attempt.version + 1),
        ..Default::default()
    };
    attempt::Entity::update(change).execute(op.tx).await?;
    let change = payable::ActiveModel {
        id: Set(payable.id),
        state: Set(PayableState::Failed),
        version: Set(payable.version + 1),
        ..Default::default()
    };
    payable::Entity::update(change).execute(op.tx).await?;
    op.audit(id, Some(payable.court_id), payable.case_id, serde_json::json!({ "withdrawn": true })).await
}

/// Pays a failed payable again, to the payee's corrected account if there is one (重新付款).
#[derive(InputObject, Serialize)]
pub struct RetryPayoutInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The payable whose last attempt failed for certain (应付款).
    pub payable: PayableId,
}
impl UseCase for RetryPayoutInput {
    type Done = PayoutAttemptId;
    const ACT: Act = Act::RetryPayout;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayoutAttemptId, Failure> {
        let seen = store::find_payable(op.tx, op.scope(), self.payable).await?;
        let seen = seen.ok_or_else(|| Failure::not_found("payable"))?;
        if seen.attempts == 0 {
            return Err(Refusal::new(RefusalCode::WrongState).field("payable").law(&reference::FUNDS_12).into());
        }
        if let (Some(case), PayablePurpose::Creditor) = (seen.case_id, seen.purpose) {
            let case = cases::store::lock_case(op.tx, op.scope(), case).await?;
            if !cases::store::pays_out(op.tx, &case).await? {
                let refusal = Refusal::new(RefusalCode::CaseNotOpen).arg("status", case.status.as_str());
                return Err(refusal.law(&reference::FUNDS_10).into());
            }
        }
        queue_attempt(op, self.payable).await
    }
}
