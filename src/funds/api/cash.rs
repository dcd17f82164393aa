//! Cash in the graph, and the acts on receipts that clerks do besides claiming.

use super::Receipt;
use crate::kernel::query::Fetch;
use crate::{
    access::Act,
    cases::{self, api::Case},
    connection,
    funds::{
        CashState, PayerKind,
        ops::{ConfirmCashInput, DescribeReceiptInput, PayInCashInput, PublishUnidentifiedInput, RecordCashInput},
        store::cash_receipt,
    },
    graphql::{
        caller::{run, scope, services},
        connection::{Listed, cost, page},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{AccountId, CashReceiptId, CourtId, NodeKind, NodeRef, ReceiptId},
        money::Money,
    },
    payload,
};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// Cash that two officers took.
pub struct CashReceipt(cash_receipt::Model);
impl CashReceipt {
    pub async fn load(ctx: &Context<'_>, id: &CashReceiptId) -> Result<Option<CashReceipt>, Problem> {
        let (scope, reader) = (scope(ctx, Act::ReadCash)?, services(ctx)?.db.reader());
        let Some(row) = cash_receipt::Entity::find_by_id(*id).first(&reader).await? else { return Ok(None) };
        let seen =
            scope.allows_court(row.court_id) || cases::store::find_case(&reader, &scope, row.case_id).await?.is_some();
        Ok(seen.then_some(CashReceipt(row)))
    }
}
impl Listed for CashReceipt {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// Cash that two officers took outside of the court, until the bank has it (现金收款).
#[Object]
impl CashReceipt {
    /// Opaque id (标识).
    pub async fn id(&self) -> CashReceiptId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn state(&self) -> CashState {
        self.0.state
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// Amount (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Day on which it was taken (收款日期).
    async fn taken_on(&self) -> Date {
        Date(self.0.taken_on)
    }
    /// Who paid (交款人).
    async fn payer_name(&self) -> &str {
        &self.0.payer_name
    }
    /// Who he is (交款人类型).
    async fn payer_kind(&self) -> PayerKind {
        self.0.payer_kind
    }
    /// Account of the officer who recorded it (第一名执行人员).
    async fn first_officer_id(&self) -> AccountId {
        self.0.first_officer
    }
    /// Account of the officer who confirms it (第二名执行人员).
    async fn second_officer_id(&self) -> AccountId {
        self.0.second_officer
    }
    /// The record of the taking (收款笔录).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Number of the voucher, to be written on the bank's slip; none until it is confirmed (收款凭据号).
    async fn voucher_number(&self) -> Option<&str> {
        self.0.voucher_number.as_deref()
    }
    /// The receipt on the case; none until it is confirmed (到账).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        match self.0.receipt_id {
            Some(id) => Receipt::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// When it was paid in at the bank (缴存时间).
    async fn paid_in_at(&self) -> Option<Timestamp> {
        self.0.paid_in_at
    }
    /// Why it was not paid in on the same day (逾期缴存原因).
    async fn late_reason(&self) -> Option<&str> {
        self.0.late_reason.as_deref()
    }
    /// The bank's own reference of the credit that closed it (银行流水号).
    async fn bank_reference(&self) -> Option<&str> {
        self.0.bank_reference.as_deref()
    }
}
connection! {
    /// Cash receipts, newest first (现金收款列表).
    CashReceiptConnection, CashReceiptEdge of CashReceipt
}

/// Which cash to list (现金收款筛选).
#[derive(InputObject, Default)]
pub struct CashFilter {
    /// Only that of this court (法院).
    pub court: Option<CourtId>,
    /// Only that in this state; IN_HAND is what must go to the bank today (状态).
    pub state: Option<CashState>,
}

payload! {
    /// What `recordCash` did (操作结果).
    RecordCashPayload of CashReceiptId {
        /// The cash (现金收款).
        cash_receipt: CashReceipt = CashReceipt::load,
    }
    /// What `confirmCash` did (操作结果).
    ConfirmCashPayload of CashReceiptId {
        /// The cash with its voucher (现金收款).
        cash_receipt: CashReceipt = CashReceipt::load,
    }
    /// What `payInCash` did (操作结果).
    PayInCashPayload of CashReceiptId {
        /// The cash (现金收款).
        cash_receipt: CashReceipt = CashReceipt::load,
    }
    /// What `describeReceipt` did (操作结果).
    DescribeReceiptPayload of ReceiptId {
        /// The receipt (到账).
        receipt: Receipt = Receipt::load,
    }
    /// What `publishUnidentified` did (操作结果).
    PublishUnidentifiedPayload of ReceiptId {
        /// The receipt (不明款).
        receipt: Receipt = Receipt::load,
    }
}

#[derive(Default)]
pub struct CashQuery;
#[Object]
impl CashQuery {
    /// Cash of your courts, newest first (现金收款列表). Roles: those who read case money.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn cash_receipts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<CashFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<CashReceiptConnection, Problem> {
        use cash_receipt::Column as C;
        let page = page(NodeKind::CashReceipt, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let select = cash_receipt::Entity::find().filter(scope(ctx, Act::ReadCash)?.on_court(C::CourtId)).filter(
            Condition::all()
                .add_option(filter.court.map(|court| C::CourtId.eq(court)))
                .add_option(filter.state.map(|state| C::State.eq(state))),
        );
        let rows = page.fetch(&services(ctx)?.db.reader(), select, C::Id).await?;
        Ok(rows.map(CashReceipt).into())
    }
}

#[derive(Default)]
pub struct CashMutation;
#[Object]
impl CashMutation {
    /// Records cash that two officers took (现金收款). Role: OFFICER.
    async fn record_cash(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cash (现金).")] input: RecordCashInput,
    ) -> Result<RecordCashPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// The second officer confirms cash: it stands on its case with a voucher (确认现金收款). Role: OFFICER, who was named.
    async fn confirm_cash(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The confirmation (确认).")] input: ConfirmCashInput,
    ) -> Result<ConfirmCashPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that cash was paid in at the bank (现金缴存). Roles: OFFICER, CASHIER.
    async fn pay_in_cash(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment to the bank (缴存).")] input: PayInCashInput,
    ) -> Result<PayInCashPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Says how money on a case came, for whom and by which document (登记到账来源). Roles: OFFICER, FUND_ADMINISTRATOR.
    async fn describe_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is known (来源).")] input: DescribeReceiptInput,
    ) -> Result<DescribeReceiptPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Publishes money that nobody has claimed (不明款公示). Role: FUND_ADMINISTRATOR.
    async fn publish_unidentified(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The money (不明款).")] input: PublishUnidentifiedInput,
    ) -> Result<PublishUnidentifiedPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
