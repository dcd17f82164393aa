//! Payables and attempts in the graph.

use super::{
    AttemptState, MessageEffect, PayablePurpose, PayableState,
    change_api::PayableChange,
    ops::RetryPayoutInput,
    outcome::{FailureClass, FailureKind},
    rules::BankWord,
    store,
    tables::{attempt, message, payable},
};
use crate::{
    access::{Act, Scope},
    cases::{
        self,
        api::{Case, Claim},
    },
    graphql::{
        caller::{run, scope, services},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        identity::{BankAccount, BankAccountKind},
        ids::{PayableId, PayoutAttemptId},
        money::Money,
        secret::{Place, Sealed, mask},
    },
    ledger::Book,
    payload,
};
use async_graphql::{Context, Object};

/// Opens a sealed account number and shows its last four digits; outside account numbers may have other forms.
pub(super) fn masked_account(ctx: &Context<'_>, place: Place, sealed: &Sealed) -> Result<String, Problem> {
    let plain = services(ctx)?.vault.open(place, sealed)?;
    let account = BankAccount::parse(plain.expose(), BankAccountKind::Unstated);
    Ok(account.map_or_else(|_| "****".to_owned(), |account| mask::bank_account(&account)))
}

/// Money owed to a payee.
pub struct Payable(pub payable::Model);
impl Payable {
    /// Seen by the staff of its court who read orders, and by the parties of its case.
    pub async fn load(ctx: &Context<'_>, id: &PayableId) -> Result<Option<Payable>, Problem> {
        let (scope, reader) = (scope(ctx, Act::ReadPayable)?, services(ctx)?.db.reader());
        let Some(row) = store::find_payable(&reader, &Scope::Everything, *id).await? else { return Ok(None) };
        let seen = scope.allows_court(row.court_id)
            || match row.case_id {
                Some(case) => cases::store::find_case(&reader, &scope, case).await?.is_some(),
                None => false,
            };
        Ok(seen.then_some(Payable(row)))
    }
}

/// Money owed to one payee for one reason, until it is paid (应付款).
#[Object]
impl Payable {
    /// Opaque id (标识).
    pub async fn id(&self) -> PayableId {
        self.0.id
    }
    /// The books in which it stands (账簿).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// What it is for (付款用途).
    async fn purpose(&self) -> PayablePurpose {
        self.0.purpose
    }
    /// Where its money stands (状态).
    async fn state(&self) -> PayableState {
        self.0.state
    }
    /// Amount owed (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// What it is owed for, as a node id: an order, a line of a plan or run, a registration, a lot (应付事由).
    async fn subject_id(&self) -> Result<async_graphql::ID, Problem> {
        Ok(self.0.subject()?.to_global().into())
    }
    /// The case whose money it is; none for deposits without one (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        match self.0.case_id {
            Some(id) => Case::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// The claim that the payment satisfies (债权).
    async fn claim(&self, ctx: &Context<'_>) -> Result<Option<Claim>, Problem> {
        match self.0.claim_id {
            Some(id) => Claim::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// Holder of the account that the next attempt goes to (户名).
    async fn payee_name(&self) -> &str {
        &self.0.payee_name
    }
    /// The last four digits of that account (账号).
    async fn masked_account(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        masked_account(ctx, payable::account_place(self.0.id), &self.0.account_sealed)
    }
    /// Name of the branch (开户行).
    async fn bank_name(&self) -> &str {
        &self.0.bank_name
    }
    /// Attempts at paying it, the first one first (付款记录).
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<PayoutAttempt>, Problem> {
        PayoutAttempt::all(ctx, self.0.id).await
    }
    /// Changes proposed since: cancellations and corrected accounts, the first one first (付款变更). For the court; empty
    /// for others.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<PayableChange>, Problem> {
        PayableChange::all(ctx, &self.0).await
    }
    /// When it came to be owed (登记时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

/// One attempt at paying.
pub struct PayoutAttempt(pub attempt::Model);
impl PayoutAttempt {
    pub async fn load(ctx: &Context<'_>, id: &PayoutAttemptId) -> Result<Option<PayoutAttempt>, Problem> {
        let row = store::find_attempt(&services(ctx)?.db.reader(), &Scope::Everything, *id).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Payable::load(ctx, &row.payable_id).await?.map(|_| PayoutAttempt(row)))
    }
    /// The attempts of a payable that the caller is known to see.
    pub async fn all(ctx: &Context<'_>, payable: PayableId) -> Result<Vec<PayoutAttempt>, Problem> {
        let rows = store::attempts_of(&services(ctx)?.db.reader(), payable).await?;
        Ok(rows.into_iter().map(PayoutAttempt).collect())
    }
}

/// One attempt at paying a payable through the bank (付款). A corrected payee or a repetition is a new attempt.
#[Object]
impl PayoutAttempt {
    /// Opaque id (标识).
    pub async fn id(&self) -> PayoutAttemptId {
        self.0.id
    }
    /// 1 for the first attempt (次序).
    async fn number(&self) -> i32 {
        self.0.number
    }
    /// What the bank knows it by: at most 30 letters, digits and hyphens (端到端标识).
    async fn end_to_end_id(&self) -> &str {
        &self.0.end_to_end_id
    }
    /// Where it stands (状态).
    async fn state(&self) -> AttemptState {
        self.0.state
    }
    /// Amount (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Holder of the account (户名).
    async fn payee_name(&self) -> &str {
        &self.0.payee_name
    }
    /// The last four digits of the account (账号).
    async fn masked_account(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        masked_account(ctx, attempt::account_place(self.0.id), &self.0.account_sealed)
    }
    /// Name of the branch (开户行).
    async fn bank_name(&self) -> &str {
        &self.0.bank_name
    }
    /// Why it failed or is not known; none while nothing is wrong (失败原因).
    async fn failure(&self) -> Option<FailureKind> {
        self.0.failure_kind
    }
    /// What may be done about it (失败类别).
    async fn failure_class(&self) -> Option<FailureClass> {
        self.0.failure_kind.map(FailureKind::class)
    }
    /// The bank's own code, e.g. BE01 or 3031 (银行返回码).
    async fn reason_code(&self) -> Option<&str> {
        self.0.reason_code.as_deref()
    }
    /// The bank's own words (银行返回信息).
    async fn reason_text(&self) -> Option<&str> {
        self.0.reason_text.as_deref()
    }
    /// When the cashier released it (付出时间).
    async fn queued_at(&self) -> Timestamp {
        self.0.queued_at
    }
    /// When it was written to a bank file (发送时间).
    async fn sent_at(&self) -> Option<Timestamp> {
        self.0.sent_at
    }
    /// The bank's day of payment (付款记账日).
    async fn settled_on(&self) -> Option<Date> {
        self.0.settled_on.map(Date)
    }
    /// Everything that the bank said about it, in order of arrival (银行反馈记录).
    async fn messages(&self, ctx: &Context<'_>) -> Result<Vec<PayoutMessage>, Problem> {
        let rows = store::messages_of(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(PayoutMessage).collect())
    }
}

/// A message of the bank.
pub struct PayoutMessage(message::Model);
/// A message of the bank about an attempt, and what it did (银行反馈).
#[Object]
impl PayoutMessage {
    /// What it says (反馈).
    async fn word(&self) -> BankWord {
        self.0.word
    }
    /// What it did (处理结果).
    async fn effect(&self) -> MessageEffect {
        self.0.effect
    }
    /// State of the attempt before it (处理前状态).
    async fn from_state(&self) -> AttemptState {
        self.0.from_state
    }
    /// State of the attempt after it (处理后状态).
    async fn to_state(&self) -> AttemptState {
        self.0.to_state
    }
    /// The bank's code (返回码).
    async fn reason_code(&self) -> Option<&str> {
        self.0.reason_code.as_deref()
    }
    /// The bank's words (返回信息).
    async fn reason_text(&self) -> Option<&str> {
        self.0.reason_text.as_deref()
    }
    /// The bank's day (记账日).
    async fn booked_on(&self) -> Date {
        Date(self.0.booked_on)
    }
    /// When it was taken in (接收时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

payload! {
    /// What `retryPayout` did (操作结果).
    RetryPayoutPayload of PayoutAttemptId {
        /// The new attempt (新的付款).
        attempt: PayoutAttempt = PayoutAttempt::load,
    }
}

#[derive(Default)]
pub struct PayoutQuery;
#[Object]
impl PayoutQuery {
    /// A payable by its id; null when there is none that you may see (应付款).
    /// Roles: those who read case money, PARTY.
    async fn payable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the payable (应付款标识).")] id: PayableId,
    ) -> Result<Option<Payable>, Problem> {
        Payable::load(ctx, &id).await
    }
}

#[derive(Default)]
pub struct PayoutMutation;
#[Object]
impl PayoutMutation {
    /// Pays a failed payable again, to the payee's corrected account if there is one (重新付款). Role: CASHIER.
    async fn retry_payout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payable (应付款).")] input: RetryPayoutInput,
    ) -> Result<RetryPayoutPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
