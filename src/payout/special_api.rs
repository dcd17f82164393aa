//! Special payments in the graph: proposed, approved, paid.

use super::{
    SpecialPaymentKind,
    api::Payable,
    special::{DeductCaseMoneyInput, PayToAdministratorInput, RefundFeeInput, RefundReceiptInput, TransferCaseInput},
    tables::{special_payment, special_payment_source},
};
use crate::kernel::query::Fetch;
use crate::{
    access::{Act, Scope, approval_api::Approval},
    cases::{ProposalStatus, api::Case, store::cases_of_account},
    connection,
    funds::api::Receipt,
    graphql::{
        caller::{run, scope, services},
        connection::{Listed, cost, page},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        identity::{BankAccount, BankAccountKind},
        ids::{CaseId, CourtId, NodeKind, NodeRef, SpecialPaymentId},
        money::Money,
        secret::mask,
    },
    ledger::Book,
    payload,
};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

/// A payment otherwise than to a creditor.
pub struct SpecialPayment(special_payment::Model);
impl SpecialPayment {
    pub async fn load(ctx: &Context<'_>, id: &SpecialPaymentId) -> Result<Option<SpecialPayment>, Problem> {
        let scope = scope(ctx, Act::ReadSpecialPayments)?;
        let found = special_payment::Entity::find_by_id(*id).filter(visible(&scope));
        Ok(found.first(&services(ctx)?.db.reader()).await?.map(SpecialPayment))
    }
}
impl Listed for SpecialPayment {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
fn visible(scope: &Scope) -> Condition {
    use special_payment::Column as C;
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Some { courts, own } => Condition::any()
            .add(C::CourtId.is_in(courts.iter().copied()))
            .add_option(own.map(|account| C::CaseId.in_subquery(cases_of_account(account)))),
    }
}

/// Case money or a fee that leaves otherwise than by an order to a creditor, proposed by one and approved by others (其他付款).
#[Object]
impl SpecialPayment {
    /// Opaque id (标识).
    pub async fn id(&self) -> SpecialPaymentId {
        self.0.id
    }
    /// Why the money leaves (事由).
    async fn kind(&self) -> SpecialPaymentKind {
        self.0.kind
    }
    /// Where it stands (状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// The book whose account pays (账户类别).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// The case whose money it is; none for unidentified money and fees (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        match self.0.case_id {
            Some(id) => Case::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// The judged case of a fee, the court that takes a case over, that accepted a bankruptcy or that deducts, the
    /// treasury's document on interest (案号、机关或文件).
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }
    /// Amount; zero for a case that leaves without money (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Holder of the account that it goes to (户名).
    async fn payee_name(&self) -> &str {
        &self.0.payee_name
    }
    /// The last four digits of that account (账号).
    async fn masked_account(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        let plain = services(ctx)?.vault.open(special_payment::account_place(self.0.id), &self.0.account_sealed)?;
        let account = BankAccount::parse(plain.expose(), BankAccountKind::Unstated);
        Ok(account.map_or_else(|_| "****".to_owned(), |account| mask::bank_account(&account)))
    }
    /// What it rests on (依据文书).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Last day to pay, for fee refunds (付款期限).
    async fn due_on(&self) -> Option<Date> {
        self.0.due_on.map(Date)
    }
    /// Receipts whose money it is; their sum is the amount (资金来源).
    async fn sources(&self, ctx: &Context<'_>) -> Result<Vec<SpecialSource>, Problem> {
        let rows = special_payment_source::Entity::find()
            .filter(special_payment_source::Column::PaymentId.eq(self.0.id))
            .order_by_asc(special_payment_source::Column::ReceiptId)
            .list(&services(ctx)?.db.reader())
            .await?;
        Ok(rows.into_iter().map(SpecialSource).collect())
    }
    /// Its approval (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
    /// The payable that it made once it was approved (应付款).
    async fn payable(&self, ctx: &Context<'_>) -> Result<Option<Payable>, Problem> {
        match self.0.payable_id {
            Some(id) => Payable::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// When it was proposed (提出时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

pub struct SpecialSource(special_payment_source::Model);
/// A receipt that a payment draws on (资金来源).
#[Object(name = "SpecialPaymentSource")]
impl SpecialSource {
    /// The receipt (到账).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        Receipt::load(ctx, &self.0.receipt_id).await
    }
    /// What is taken from it (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
}

connection! {
    /// Special payments, newest first (其他付款列表).
    SpecialPaymentConnection, SpecialPaymentEdge of SpecialPayment
}

/// Which payments to list (其他付款筛选).
#[derive(InputObject, Default)]
pub struct SpecialPaymentFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those of this case (案件).
    pub case: Option<CaseId>,
    /// Only those of this kind (事由).
    pub kind: Option<SpecialPaymentKind>,
    /// Only those in this state (状态).
    pub status: Option<ProposalStatus>,
}

payload! {
    /// What `refundReceipt` did (操作结果).
    RefundReceiptPayload of SpecialPaymentId {
        /// The proposal with its approval (其他付款).
        payment: SpecialPayment = SpecialPayment::load,
    }
    /// What `refundFee` did (操作结果).
    RefundFeePayload of SpecialPaymentId {
        /// The proposal with its approval (其他付款).
        payment: SpecialPayment = SpecialPayment::load,
    }
    /// What `transferCase` did (操作结果).
    TransferCasePayload of SpecialPaymentId {
        /// The proposal with its approval (其他付款).
        payment: SpecialPayment = SpecialPayment::load,
    }
    /// What `deductCaseMoney` did (操作结果).
    DeductCaseMoneyPayload of SpecialPaymentId {
        /// The proposal with its approval (其他付款).
        payment: SpecialPayment = SpecialPayment::load,
    }
    /// What `payToAdministrator` did (操作结果).
    PayToAdministratorPayload of SpecialPaymentId {
        /// The proposal with its approval (其他付款).
        payment: SpecialPayment = SpecialPayment::load,
    }
}

#[derive(Default)]
pub struct SpecialPaymentQuery;
#[Object]
impl SpecialPaymentQuery {
    /// Payments otherwise than to a creditor, of your courts or your cases, newest first (其他付款列表).
    /// Roles: those who read case money, PARTY.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn special_payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<SpecialPaymentFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<SpecialPaymentConnection, Problem> {
        use special_payment::Column as C;
        let page = page(NodeKind::SpecialPayment, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let select = special_payment::Entity::find().filter(visible(&scope(ctx, Act::ReadSpecialPayments)?)).filter(
            Condition::all()
                .add_option(filter.court.map(|court| C::CourtId.eq(court)))
                .add_option(filter.case.map(|case| C::CaseId.eq(case)))
                .add_option(filter.kind.map(|kind| C::Kind.eq(kind)))
                .add_option(filter.status.map(|status| C::Status.eq(status))),
        );
        let rows = page.fetch(&services(ctx)?.db.reader(), select, C::Id).await?;
        Ok(rows.map(SpecialPayment).into())
    }
}

#[derive(Default)]
pub struct SpecialPaymentMutation;
#[Object]
impl SpecialPaymentMutation {
    /// Proposes to give money back to its payer; BUREAU_CHIEF and FINANCE_REVIEWER approve (退还缴款人). Roles: OFFICER, FUND_ADMINISTRATOR.
    async fn refund_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refund (退款).")] input: RefundReceiptInput,
    ) -> Result<RefundReceiptPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes to refund a winner's prepaid fee, once and in full; FINANCE_REVIEWER approves (胜诉即退费). Role: OFFICER.
    async fn refund_fee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refund (退费).")] input: RefundFeeInput,
    ) -> Result<RefundFeePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes to hand a case over to another court with its money; BUREAU_CHIEF, VICE_PRESIDENT and FINANCE_REVIEWER
    /// approve (移送、交叉执行). Role: OFFICER.
    async fn transfer_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transfer (移送).")] input: TransferCaseInput,
    ) -> Result<TransferCasePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes to pay case money that another court or organ has frozen to it; BUREAU_CHIEF, VICE_PRESIDENT and
    /// FINANCE_REVIEWER approve (协助扣划案款). Role: OFFICER.
    async fn deduct_case_money(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Freeze and account (冻结及账户).")] input: DeductCaseMoneyInput,
    ) -> Result<DeductCaseMoneyPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes to pay a bankrupt debtor's money to his administrator; BUREAU_CHIEF, VICE_PRESIDENT and FINANCE_REVIEWER
    /// approve (移交破产管理人). Role: OFFICER.
    async fn pay_to_administrator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment (付款).")] input: PayToAdministratorInput,
    ) -> Result<PayToAdministratorPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
