//! The bank's interest on a court's account (银行利息). It is nobody's case money: it stands undistributed until a document
//! of the treasury says where it goes, and leaves to that account alone.
//!
//! The destination in force is the lock under which interest is proposed and approved, so that the same interest does
//! not leave twice.

use super::{NewSpecial, SpecialPaymentKind, decide_free, entered, propose};
use crate::{
    access::{
        Act, Op, Role, UseCase,
        approval::{self, Approvable},
    },
    cases::{
        self, ProposalStatus,
        ops::PayeeAccountInput,
        rules::text::{self, SHORT},
    },
    kernel::{
        boxed,
        error::{Failure, Problem},
        ids::{CourtId, InterestDestinationId, NodeRef, SpecialPaymentId},
        money::Money,
        query::{Execute, Fetch},
        refusal::{Refusal, RefusalCode},
        secret::ACCOUNT_INDEX,
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code},
    payout::{
        ops::PayeeAccount,
        tables::{interest_destination, special_payment},
    },
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, Select, entity::prelude::*};
use serde::Serialize;

/// Who agrees to a destination that finance proposes.
const DESTINATION_STEPS: &[Role] = &[Role::VicePresident];
/// Who agrees to a remittance that the cashier proposes.
const REMITTANCE_STEPS: &[Role] = &[Role::FinanceReviewer, Role::VicePresident];

/// Proposes where the bank's interest on one of the court's accounts goes; in force once the vice president agrees
/// (设定银行利息去向).
#[derive(InputObject, Serialize)]
pub struct SetInterestDestinationInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court (法院).
    pub court: CourtId,
    /// On which of its accounts the interest accrues (账户类别).
    pub book: Book,
    /// The account that the interest goes to, as a rule the treasury's (去向账户).
    pub account: PayeeAccountInput,
    /// Document of the treasury that says so: number or title, 1 to 128 characters (财政部门文件).
    pub document: String,
}
impl UseCase for SetInterestDestinationInput {
    type Done = InterestDestinationId;
    const ACT: Act = Act::SetInterestDestination;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<InterestDestinationId, Failure> {
        decide_court(op, self.court).await?;
        if destination_proposed(op.tx, self.court, self.book).await?.is_some() {
            return Err(Refusal::new(RefusalCode::ProposalOpen).field("book").law(&reference::TWO_PEOPLE).into());
        }
        let payee = entered(&self.account, None)?;
        let id = InterestDestinationId::new(op.now);
        let place = interest_destination::account_place(id);
        let row = interest_destination::ActiveModel {
            id: Set(id),
            court_id: Set(self.court),
            book: Set(self.book),
            status: Set(ProposalStatus::Pending),
            payee_name: Set(payee.name),
            account_sealed: Set(op.services.vault.seal(place, payee.account_number.expose())?),
            bank_code: Set(payee.bank_code),
            bank_name: Set(payee.bank_name),
            document: Set(text::checked("document", &self.document, SHORT)?),
            effective_at: Set(None),
            recorded_at: Set(op.now),
        };
        interest_destination::Entity::insert(row).execute(op.tx).await?;
        approval::request(op, self.court, id.node(), DESTINATION_STEPS).await?;
        let facts = serde_json::json!({ "book": self.book, "document": self.document.trim() });
        op.audit(id, Some(self.court), None, facts).await?;
        Ok(id)
    }
}

/// The approval of destinations; registered in `app`.
pub struct InterestDestinations;

#[async_trait::async_trait]
impl Approvable for InterestDestinations {
    /// The account goes in by its index: the voter agrees to this very number without its standing in a digest.
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = lock(op, subject).await?;
        let number = op.services.vault.open(interest_destination::account_place(row.id), &row.account_sealed)?;
        let account = op.services.vault.blind_index(ACCOUNT_INDEX, number.expose());
        Ok(serde_json::json!({ "book": row.book, "name": row.payee_name, "account": hex::encode(account.as_bytes()),
            "bankCode": row.bank_code, "document": row.document }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        decide(op, subject, ProposalStatus::Approved).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        decide(op, subject, ProposalStatus::Rejected).await
    }
}

#[boxed]
async fn decide(op: &mut Op<'_>, subject: NodeRef, status: ProposalStatus) -> Result<(), Failure> {
    let row = lock(op, subject).await?;
    let change = interest_destination::ActiveModel {
        id: Set(row.id),
        status: Set(status),
        effective_at: Set((status == ProposalStatus::Approved).then_some(op.now)),
        ..Default::default()
    };
    interest_destination::Entity::update(change).execute(op.tx).await?;
    let facts = serde_json::json!({ "book": row.book, "status": status, "document": row.document });
    op.audit(row.id, Some(row.court_id), None, facts).await
}
#[boxed]
async fn lock(op: &Op<'_>, subject: NodeRef) -> Result<interest_destination::Model, Failure> {
    let id = InterestDestinationId::from_uuid(subject.id);
    let row = interest_destination::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no destination"))
}

/// Proposes to pay undistributed interest of the bank to its destination (银行利息上缴).
#[derive(InputObject, Serialize)]
pub struct RemitBankInterestInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court (法院).
    pub court: CourtId,
    /// On which of its accounts the interest stands (账户类别).
    pub book: Book,
    /// Above zero, at most what stands undistributed; all of it when left out (金额).
    pub amount: Option<Money>,
    /// Number or title of the remittance paper, 1 to 128 characters (缴款文书).
    pub document: String,
}
impl UseCase for RemitBankInterestInput {
    type Done = SpecialPaymentId;
    const ACT: Act = Act::RemitBankInterest;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SpecialPaymentId, Failure> {
        decide_court(op, self.court).await?;
        let destination = lock_in_force(op, self.court, self.book).await?;
        let pending = special_payment::Entity::find()
            .filter(special_payment::Column::CourtId.eq(self.court))
            .filter(special_payment::Column::Book.eq(self.book))
            .filter(special_payment::Column::Kind.eq(SpecialPaymentKind::BankInterest))
            .filter(special_payment::Column::Status.eq(ProposalStatus::Pending));
        if pending.first(op.tx).await?.is_some() {
            return Err(Refusal::new(RefusalCode::ProposalOpen).field("book").law(&reference::TWO_PEOPLE).into());
        }
        let stands = undistributed(op.tx, self.court, self.book).await?;
        let amount = self.amount.unwrap_or(stands);
        if !amount.is_positive() {
            return Err(Refusal::new(RefusalCode::AmountInvalid).field("amount").law(&reference::FUNDS_4).into());
        }
        decide_free(stands, amount)?;
        let place = interest_destination::account_place(destination.id);
        let new = NewSpecial {
            court: self.court,
            book: self.book,
            kind: SpecialPaymentKind::BankInterest,
            case: None,
            reference: Some(destination.document),
            measure: None,
            to_court: None,
            payee: PayeeAccount {
                name: destination.payee_name,
                account_number: op.services.vault.open(place, &destination.account_sealed)?,
                bank_code: destination.bank_code,
                bank_name: destination.bank_name,
            },
            sources: Vec::new(),
            amount: Some(amount),
            document: text::checked("document", &self.document, SHORT)?,
            due_on: None,
        };
        propose(op, new, REMITTANCE_STEPS).await
    }
}

/// The last approval: the interest still stands, and no other destination has come into force since the proposal.
///
/// # Errors
/// `INTEREST_DESTINATION_UNSET`, `WRONG_STATE` after another destination, `PAYOUT_EXCEEDS_BALANCE`.
#[boxed]
pub(super) async fn decide_still(op: &Op<'_>, row: &special_payment::Model) -> Result<(), Failure> {
    let destination = lock_in_force(op, row.court_id, row.book).await?;
    if destination.effective_at.is_none_or(|at| at > row.recorded_at) {
        return Err(Refusal::new(RefusalCode::WrongState).field("approval").law(&reference::FUNDS_4).into());
    }
    decide_free(undistributed(op.tx, row.court_id, row.book).await?, row.amount)?;
    Ok(())
}

/// The account of the books on which interest waits.
pub(super) fn account(court: CourtId, book: Book) -> AccountKey {
    AccountKey::of_court(court, book, Code::InterestUndistributed)
}
/// Interest that has not been given to its destination yet.
pub async fn undistributed(conn: &impl ConnectionTrait, court: CourtId, book: Book) -> Result<Money, Problem> {
    ledger::balance(conn, account(court, book)).await
}

fn of(court: CourtId, book: Book, status: ProposalStatus) -> Select<interest_destination::Entity> {
    interest_destination::Entity::find()
        .filter(interest_destination::Column::CourtId.eq(court))
        .filter(interest_destination::Column::Book.eq(book))
        .filter(interest_destination::Column::Status.eq(status))
        .order_by_desc(interest_destination::Column::EffectiveAt)
        .order_by_desc(interest_destination::Column::Id)
        .limit(1)
}
/// Where the interest goes now; none while it is blocked.
pub async fn destination_in_force(
    conn: &impl ConnectionTrait,
    court: CourtId,
    book: Book,
) -> Result<Option<interest_destination::Model>, Problem> {
    Ok(of(court, book, ProposalStatus::Approved).first(conn).await?)
}
/// What waits for its second person.
pub async fn destination_proposed(
    conn: &impl ConnectionTrait,
    court: CourtId,
    book: Book,
) -> Result<Option<interest_destination::Model>, Problem> {
    Ok(of(court, book, ProposalStatus::Pending).first(conn).await?)
}
#[boxed]
async fn lock_in_force(op: &Op<'_>, court: CourtId, book: Book) -> Result<interest_destination::Model, Failure> {
    let found = of(court, book, ProposalStatus::Approved).lock_exclusive().first(op.tx).await?;
    let unset = || Refusal::new(RefusalCode::InterestDestinationUnset).field("book").law(&reference::FUNDS_4);
    found.ok_or_else(|| unset().into())
}

/// A court of the actor's.
#[boxed]
async fn decide_court(op: &Op<'_>, court: CourtId) -> Result<(), Failure> {
    let found = cases::store::court(op.tx, court).await?.filter(|row| op.scope().allows_court(row.id));
    found.map(|_| ()).ok_or_else(|| Failure::not_found("court"))
}
