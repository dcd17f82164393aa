//! The bank's interest in the graph: what stands, where it goes, and its way there.

use super::{
    special::{
        RecordBankInterestInput, RemitBankInterestInput, SetInterestDestinationInput, destination_in_force,
        destination_proposed, undistributed,
    },
    special_api::SpecialPayment,
    tables::{interest_credit, interest_destination},
};
use crate::{
    access::{Act, approval_api::Approval},
    cases::ProposalStatus,
    funds::api::Receipt,
    graphql::caller::{run, scope, services},
    kernel::{
        clock::Timestamp,
        error::Problem,
        identity::{BankAccount, BankAccountKind},
        ids::{CourtId, InterestCreditId, InterestDestinationId, SpecialPaymentId},
        money::Money,
        query::Fetch,
        secret::mask,
    },
    ledger::Book,
    payload,
};
use async_graphql::{Context, Object};
use sea_orm::{EntityTrait, QueryFilter};

/// Where interest goes.
pub struct InterestDestination(interest_destination::Model);
impl InterestDestination {
    pub async fn load(ctx: &Context<'_>, id: &InterestDestinationId) -> Result<Option<InterestDestination>, Problem> {
        let courts = scope(ctx, Act::ReadBankInterest)?;
        let found = interest_destination::Entity::find_by_id(*id);
        let found = found.filter(courts.on_court(interest_destination::Column::CourtId));
        Ok(found.first(&services(ctx)?.db.reader()).await?.map(InterestDestination))
    }
}

/// Where the bank's interest on an account of a court goes, by a document of the treasury (银行利息去向).
#[Object]
impl InterestDestination {
    /// Opaque id (标识).
    pub async fn id(&self) -> InterestDestinationId {
        self.0.id
    }
    /// On which account the interest accrues (账户类别).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// Where the proposal stands (状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// Holder of the account that the interest goes to (户名).
    async fn payee_name(&self) -> &str {
        &self.0.payee_name
    }
    /// The last four digits of that account (账号).
    async fn masked_account(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        let place = interest_destination::account_place(self.0.id);
        let plain = services(ctx)?.vault.open(place, &self.0.account_sealed)?;
        let account = BankAccount::parse(plain.expose(), BankAccountKind::Unstated);
        Ok(account.map_or_else(|_| "****".to_owned(), |account| mask::bank_account(&account)))
    }
    /// Its bank (开户行).
    async fn bank_name(&self) -> &str {
        &self.0.bank_name
    }
    /// The treasury's document (财政部门文件).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// From when it is in force; none while it is proposed and when it was rejected (生效时间).
    async fn effective_at(&self) -> Option<Timestamp> {
        self.0.effective_at
    }
    /// Its approval (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
    /// When it was proposed (提出时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

/// An unidentified credit that is interest.
pub struct InterestCredit(interest_credit::Model);
impl InterestCredit {
    pub async fn load(ctx: &Context<'_>, id: &InterestCreditId) -> Result<Option<InterestCredit>, Problem> {
        let courts = scope(ctx, Act::ReadBankInterest)?;
        let found = interest_credit::Entity::find_by_id(*id);
        let found = found.filter(courts.on_court(interest_credit::Column::CourtId));
        Ok(found.first(&services(ctx)?.db.reader()).await?.map(InterestCredit))
    }
}

/// An unidentified credit that is the bank's interest, found by one and agreed by another (银行利息到账).
#[Object]
impl InterestCredit {
    /// Opaque id (标识).
    pub async fn id(&self) -> InterestCreditId {
        self.0.id
    }
    /// On which account it arrived (账户类别).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// The receipt, unidentified until this is agreed (到账).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        Receipt::load(ctx, &self.0.receipt_id).await
    }
    /// Its amount (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Where the proposal stands (状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// The bank's advice of interest (银行结息单).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Its approval (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
    /// When it was proposed (提出时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

pub struct BankInterest {
    court: CourtId,
    book: Book,
}
/// The bank's interest on one account of a court (银行利息).
#[Object]
impl BankInterest {
    /// On which account (账户类别).
    async fn book(&self) -> Book {
        self.book
    }
    /// What has not been given to its destination yet; a payment on its way is not in it (待分配利息).
    async fn undistributed(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        undistributed(&services(ctx)?.db.reader(), self.court, self.book).await
    }
    /// Where it goes; null while that is not set: then `remitBankInterest` is refused (现行去向).
    async fn destination(&self, ctx: &Context<'_>) -> Result<Option<InterestDestination>, Problem> {
        let found = destination_in_force(&services(ctx)?.db.reader(), self.court, self.book).await?;
        Ok(found.map(InterestDestination))
    }
    /// A destination that waits for its second person (待审批去向).
    async fn proposal(&self, ctx: &Context<'_>) -> Result<Option<InterestDestination>, Problem> {
        let found = destination_proposed(&services(ctx)?.db.reader(), self.court, self.book).await?;
        Ok(found.map(InterestDestination))
    }
}

payload! {
    /// What `setInterestDestination` did (操作结果).
    SetInterestDestinationPayload of InterestDestinationId {
        /// The proposal with its approval (银行利息去向).
        destination: InterestDestination = InterestDestination::load,
    }
    /// What `recordBankInterest` did (操作结果).
    RecordBankInterestPayload of InterestCreditId {
        /// The proposal with its approval (银行利息到账).
        credit: InterestCredit = InterestCredit::load,
    }
    /// What `remitBankInterest` did (操作结果).
    RemitBankInterestPayload of SpecialPaymentId {
        /// The proposal with its approval (其他付款).
        payment: SpecialPayment = SpecialPayment::load,
    }
}

#[derive(Default)]
pub struct InterestQuery;
#[Object]
impl InterestQuery {
    /// The bank's interest on one account of a court of yours; past remittances are `specialPayments` of the kind
    /// BANK_INTEREST (银行利息). Roles: those who read case money.
    async fn bank_interest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
        #[graphql(desc = "Which of its accounts (账户类别).")] book: Book,
    ) -> Result<BankInterest, Problem> {
        if !scope(ctx, Act::ReadBankInterest)?.allows_court(court) {
            return Err(Problem::NotFound);
        }
        Ok(BankInterest { court, book })
    }
}

#[derive(Default)]
pub struct InterestMutation;
#[Object]
impl InterestMutation {
    /// Proposes that an unidentified receipt is the bank's interest; FINANCE_REVIEWER approves, then it stands undistributed
    /// (银行利息确认). Role: CASHIER.
    async fn record_bank_interest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The receipt (不明款).")] input: RecordBankInterestInput,
    ) -> Result<RecordBankInterestPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes where the bank's interest on an account goes, by a document of the treasury; VICE_PRESIDENT approves
    /// (设定银行利息去向). Role: FINANCE_REVIEWER.
    async fn set_interest_destination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Account and document (账户及文件).")] input: SetInterestDestinationInput,
    ) -> Result<SetInterestDestinationPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes to pay the bank's interest to its destination; FINANCE_REVIEWER and VICE_PRESIDENT approve. Refused
    /// while the destination is not set (银行利息上缴). Role: CASHIER.
    async fn remit_bank_interest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Account and amount (账户及金额).")] input: RemitBankInterestInput,
    ) -> Result<RemitBankInterestPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
