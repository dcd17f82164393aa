//! Case money and fees that leave otherwise than by an order to a creditor (其他付款): back to a payer, to another court, to
//! a bankruptcy administrator, a winner's fee. Proposed by one, approved by others, then paid by the ordinary road.

mod deduct;
mod held;
mod interest;
mod interest_credit;
mod leave;
mod notary;
mod refund;
mod reimbursement;
mod remittance;

pub use deduct::DeductCaseMoneyInput;
pub use held::{Deposit, HeldMoney, propose_held};
pub use interest::{
    InterestDestinations, RemitBankInterestInput, SetInterestDestinationInput, destination_in_force,
    destination_proposed, undistributed,
};
pub use interest_credit::{InterestCredits, RecordBankInterestInput};
pub use leave::{PayToAdministratorInput, TransferCaseInput};
pub use notary::{
    DecideNotaryLapseInput, NotaryReminders, NotarySourceInput, ProposeNotaryDepositInput,
    RecordNotaryCertificateInput, RecordNotaryCollectionInput, RecordNotaryReturnInput, decide_cancel,
};
pub use refund::{FEE_REFUND_TERMS, RefundFeeInput, RefundReceiptInput};
pub use reimbursement::{ChargeReimbursements, ReimburseBankChargeInput};
pub use remittance::RemitExecutionFeeInput;

use super::{
    SpecialPaymentKind, bankruptcy,
    ops::{NewPayable, PayeeAccount, create_payable, queue_attempt},
    tables::{special_payment, special_payment_source},
};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{
        Op, Role, Scope,
        approval::{self, Approvable},
    },
    cases::{self, ProposalStatus},
    funds,
    kernel::{
        clock::LegalDate,
        error::Failure,
        ids::{CaseId, CourtId, MeasureId, NodeRef, ReceiptId, SpecialPaymentId},
        money::Money,
        refusal::{Refusal, RefusalCode},
        secret::{ACCOUNT_INDEX, Secret},
    },
    law::reference,
    ledger::{AccountKey, Book, Code},
};
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, entity::prelude::*};

/// Who approves a deposit with a notary (法发〔2017〕6号 17).
const STEPS_OF_NOTARY: &[Role] = &[Role::BureauChief, Role::FinanceReviewer];

/// A payment to be proposed, of Σ of its sources; zero only for a case that leaves without money.
struct NewSpecial {
    court: CourtId,
    book: Book,
    kind: SpecialPaymentKind,
    case: Option<CaseId>,
    /// What it is about: the judged case of a fee, the court that takes over.
    reference: Option<String>,
    /// The freeze that is deducted.
    measure: Option<MeasureId>,
    /// The court that takes a case over, when it works with this system.
    to_court: Option<CourtId>,
    payee: PayeeAccount,
    sources: Vec<(ReceiptId, Money)>,
    /// Only where no receipt stands behind the money: a fee that was taken, the bank's interest.
    amount: Option<Money>,
    document: String,
    due_on: Option<LegalDate>,
}

/// Writes the proposal and asks for its approval.
#[boxed]
async fn propose(op: &mut Op<'_>, new: NewSpecial, steps: &[Role]) -> Result<SpecialPaymentId, Failure> {
    for (receipt, _) in &new.sources {
        if pending_of(op, *receipt).await? || funds::store::pending_claim(op.tx, *receipt).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("receipt").law(&reference::TWO_PEOPLE).into());
        }
    }
    let id = SpecialPaymentId::new(op.now);
    let drawn = Money::sum(new.sources.iter().map(|(_, amount)| *amount))?;
    let amount = new.amount.unwrap_or(drawn);
    let account = op.services.vault.seal(special_payment::account_place(id), new.payee.account_number.expose())?;
    let row = special_payment::ActiveModel {
        id: Set(id),
        court_id: Set(new.court),
        book: Set(new.book),
        kind: Set(new.kind),
        status: Set(ProposalStatus::Pending),
        case_id: Set(new.case),
        reference: Set(new.reference.clone()),
        measure_id: Set(new.measure),
        to_court_id: Set(new.to_court),
        amount: Set(amount),
        payee_name: Set(new.payee.name),
        account_sealed: Set(account),
        bank_code: Set(new.payee.bank_code),
        bank_name: Set(new.payee.bank_name),
        document: Set(new.document.clone()),
        due_on: Set(new.due_on),
        calendar: Set(new.due_on.map(|_| op.services.calendar().edition().to_owned())),
        payable_id: Set(None),
        recorded_at: Set(op.now),
    };
    special_payment::Entity::insert(row).execute(op.tx).await?;
    for (receipt, part) in new.sources {
        let row =
            special_payment_source::ActiveModel { payment_id: Set(id), receipt_id: Set(receipt), amount: Set(part) };
        special_payment_source::Entity::insert(row).execute(op.tx).await?;
    }
    approval::request(op, new.court, id.node(), steps).await?;
    let facts = serde_json::json!({ "kind": new.kind, "amount": amount, "reference": new.reference,
        "document": new.document });
    op.audit(id, Some(new.court), new.case, facts).await?;
    Ok(id)
}

/// Does a proposal draw on the receipt that is not decided yet? The caller holds the receipt's lock or its case's.
#[boxed]
async fn pending_of(op: &Op<'_>, receipt: ReceiptId) -> Result<bool, Failure> {
    let pending = special_payment::Entity::find()
        .select_only()
        .column(special_payment::Column::Id)
        .filter(special_payment::Column::Status.eq(ProposalStatus::Pending));
    let found = special_payment_source::Entity::find()
        .filter(special_payment_source::Column::ReceiptId.eq(receipt))
        .filter(special_payment_source::Column::PaymentId.in_subquery(sea_orm::QueryTrait::into_query(pending)))
        .first(op.tx)
        .await?;
    Ok(found.is_some())
}

/// An account as somebody entered it, checked; `holder` when its name must be this one.
fn entered(account: &cases::ops::PayeeAccountInput, holder: Option<&str>) -> Result<PayeeAccount, Refusal> {
    let checked = account.checked_for(holder.unwrap_or(&account.account_holder))?;
    Ok(PayeeAccount {
        name: checked.holder,
        account_number: Secret::new(checked.number.expose().to_owned()),
        bank_code: checked.bank_code.as_str().to_owned(),
        bank_name: checked.bank_name,
    })
}

/// The approval of special payments; registered in `app`.
pub struct SpecialPayments;

#[async_trait::async_trait]
impl Approvable for SpecialPayments {
    /// The account goes in by its index: the voters agree to this very number without its standing in a digest.
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let seen = read(op, subject).await?;
        let debtors = leave::debtors_of(op, &seen).await?;
        let row = lock(op, subject).await?;
        let sources = sources_of(op, &row).await?;
        let sources: Vec<_> = sources.iter().map(|(receipt, amount)| (receipt.to_global(), *amount)).collect();
        let number = op.services.vault.open(special_payment::account_place(row.id), &row.account_sealed)?;
        let account = op.services.vault.blind_index(ACCOUNT_INDEX, number.expose());
        Ok(serde_json::json!({ "kind": row.kind, "case": row.case_id.map(CaseId::to_global), "amount": row.amount,
            "reference": row.reference, "name": row.payee_name, "account": hex::encode(account.as_bytes()),
            "bankCode": row.bank_code, "document": row.document, "measure": row.measure_id.map(MeasureId::to_global),
            "toCourt": row.to_court_id.map(CourtId::to_global),
            "sources": sources, "debtors": debtors }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let seen = read(op, subject).await?;
        let case = match seen.case_id {
            Some(case) => Some(cases::store::lock_case(op.tx, &Scope::Everything, case).await?),
            None => None,
        };
        let row = lock(op, subject).await?;
        let sources = sources_of(op, &row).await?;
        match (row.kind, &case) {
            (SpecialPaymentKind::CourtTransfer, Some(case)) => leave::carry_out(op, case, &row, &sources).await?,
            (SpecialPaymentKind::Administrator, Some(case)) => {
                leave::decide_estate(op, case, &sources).await?;
                decide_free(cases::store::free_case_money(op.tx, case).await?, row.amount)?;
            }
            (SpecialPaymentKind::NotaryDeposit, Some(case)) => {
                notary::decide_still_owed(op, row.id).await?;
                decide_free(cases::store::free_case_money(op.tx, case).await?, row.amount)?;
            }
            (SpecialPaymentKind::ReceiptRefund, Some(case)) => {
                decide_free(cases::store::free_case_money(op.tx, case).await?, row.amount)?
            }
            (SpecialPaymentKind::FeeRemittance, Some(case)) => remittance::decide(op, case.id, row.amount).await?,
            (SpecialPaymentKind::Deduction, Some(case)) => deduct::carry_out(op, case, &row).await?,
            (SpecialPaymentKind::BankInterest, None) => interest::decide_still(op, &row).await?,
            _ => {}
        }
        let mut change = special_payment::ActiveModel {
            id: Set(row.id),
            status: Set(ProposalStatus::Approved),
            ..Default::default()
        };
        if row.amount.is_positive() {
            let payable = pay(op, &row, sources).await?;
            if row.kind == SpecialPaymentKind::NotaryDeposit {
                notary::pay_line(op, row.id, payable).await?;
            }
            change.payable_id = Set(Some(payable));
        }
        special_payment::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "kind": row.kind, "approved": true });
        op.audit(row.id, Some(row.court_id), row.case_id, facts).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        if row.kind == SpecialPaymentKind::FeeRefund {
            for (receipt, _) in sources_of(op, &row).await? {
                funds::ops::drop_fee_terms(op, receipt).await?;
            }
        }
        let change = special_payment::ActiveModel {
            id: Set(row.id),
            status: Set(ProposalStatus::Rejected),
            ..Default::default()
        };
        special_payment::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "kind": row.kind, "approved": false });
        op.audit(row.id, Some(row.court_id), row.case_id, facts).await
    }
}

/// Books the money as owed and gives it to the bank.
#[boxed]
async fn pay(
    op: &mut Op<'_>,
    row: &special_payment::Model,
    sources: Vec<(ReceiptId, Money)>,
) -> Result<crate::kernel::ids::PayableId, Failure> {
    let from = match row.case_id {
        _ if row.kind == SpecialPaymentKind::FeeRemittance => {
            AccountKey::of_court(row.court_id, row.book, Code::ExecutionFee)
        }
        Some(case) => AccountKey::owned(row.court_id, row.book, Code::CaseFund, case.uuid()),
        None if row.kind == SpecialPaymentKind::BankInterest => interest::account(row.court_id, row.book),
        None => AccountKey::of_court(row.court_id, row.book, Code::Unidentified),
    };
    let new = NewPayable {
        court: row.court_id,
        book: row.book,
        case: row.case_id,
        from,
        purpose: row.kind.purpose(),
        payee: PayeeAccount {
            name: row.payee_name.clone(),
            account_number: op.services.vault.open(special_payment::account_place(row.id), &row.account_sealed)?,
            bank_code: row.bank_code.clone(),
            bank_name: row.bank_name.clone(),
        },
        amount: row.amount,
        sources,
        subject: row.id.node(),
    };
    let payable = create_payable(op, new).await?;
    queue_attempt(op, payable).await?;
    Ok(payable)
}

/// # Errors
/// `PAYOUT_EXCEEDS_BALANCE` when what is held or frozen would be touched.
fn decide_free(free: Money, amount: Money) -> Result<(), Refusal> {
    if amount > free {
        let refusal = Refusal::new(RefusalCode::PayoutExceedsBalance).field("amount").law(&reference::FUNDS_4);
        return Err(refusal.arg("available", free));
    }
    Ok(())
}

#[boxed]
async fn read(op: &Op<'_>, subject: NodeRef) -> Result<special_payment::Model, Failure> {
    let row = special_payment::Entity::find_by_id(SpecialPaymentId::from_uuid(subject.id)).first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no payment"))
}
#[boxed]
async fn lock(op: &Op<'_>, subject: NodeRef) -> Result<special_payment::Model, Failure> {
    let id = SpecialPaymentId::from_uuid(subject.id);
    let row = special_payment::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no payment"))
}
#[boxed]
async fn sources_of(op: &Op<'_>, row: &special_payment::Model) -> Result<Vec<(ReceiptId, Money)>, Failure> {
    let rows = special_payment_source::Entity::find()
        .filter(special_payment_source::Column::PaymentId.eq(row.id))
        .order_by_asc(special_payment_source::Column::ReceiptId)
        .list(op.tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.receipt_id, row.amount)).collect())
}

/// Asked when a payment is proposed, so that its maker hears of it and not only its checker.
#[boxed]
async fn decide_bankruptcy(
    op: &Op<'_>,
    case: CaseId,
    sources: &[ReceiptId],
    kind: SpecialPaymentKind,
) -> Result<(), Failure> {
    bankruptcy::decide(op.tx, case, sources, kind.purpose()).await
}
