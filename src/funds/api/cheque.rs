//! Cheques in the graph.

use super::Receipt;
use crate::kernel::query::Fetch;
use crate::{
    access::Act,
    cases::{self, api::Case},
    connection,
    funds::{
        ChequeState,
        ops::{BounceChequeInput, ClearChequeInput, RecordChequeInput},
        store::cheque,
    },
    graphql::{
        caller::{run, scope, services},
        connection::{Listed, cost, page},
        scalars::Date,
    },
    kernel::{
        error::Problem,
        ids::{ChequeId, CourtId, NodeKind, NodeRef},
        money::Money,
    },
    payload,
};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// A cheque that was handed in.
pub struct Cheque(cheque::Model);
impl Cheque {
    pub async fn load(ctx: &Context<'_>, id: &ChequeId) -> Result<Option<Cheque>, Problem> {
        let (scope, reader) = (scope(ctx, Act::ReadCheques)?, services(ctx)?.db.reader());
        let Some(row) = cheque::Entity::find_by_id(*id).first(&reader).await? else { return Ok(None) };
        let seen =
            scope.allows_court(row.court_id) || cases::store::find_case(&reader, &scope, row.case_id).await?.is_some();
        Ok(seen.then_some(Cheque(row)))
    }
}
impl Listed for Cheque {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// A cheque for a case; its money counts once the bank has credited it (支票).
#[Object]
impl Cheque {
    /// Opaque id (标识).
    pub async fn id(&self) -> ChequeId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn state(&self) -> ChequeState {
        self.0.state
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// Number of the cheque (支票号码).
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// Who drew it (出票人).
    async fn drawer(&self) -> &str {
        &self.0.drawer
    }
    /// The bank that is to pay it (付款行).
    async fn bank_name(&self) -> &str {
        &self.0.bank_name
    }
    /// Amount (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Day on which it was handed in (收取日期).
    async fn received_on(&self) -> Date {
        Date(self.0.received_on)
    }
    /// The bank's credit by which it was cleared (到账).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        match self.0.receipt_id {
            Some(id) => Receipt::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// The bank's notice of refusal (退票理由书).
    async fn end_document(&self) -> Option<&str> {
        self.0.end_document.as_deref()
    }
}
connection! {
    /// Cheques, newest first (支票列表).
    ChequeConnection, ChequeEdge of Cheque
}

/// Which cheques to list (支票筛选).
#[derive(InputObject, Default)]
pub struct ChequeFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those in this state (状态).
    pub state: Option<ChequeState>,
}

payload! {
    /// What `recordCheque` did (操作结果).
    RecordChequePayload of ChequeId {
        /// The cheque (支票).
        cheque: Cheque = Cheque::load,
    }
    /// What `clearCheque` did (操作结果).
    ClearChequePayload of ChequeId {
        /// The cheque with its receipt (支票).
        cheque: Cheque = Cheque::load,
    }
    /// What `bounceCheque` did (操作结果).
    BounceChequePayload of ChequeId {
        /// The cheque (支票).
        cheque: Cheque = Cheque::load,
    }
}

#[derive(Default)]
pub struct ChequeQuery;
#[Object]
impl ChequeQuery {
    /// Cheques of your courts, newest first (支票列表). Roles: those who read case money.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn cheques(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<ChequeFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<ChequeConnection, Problem> {
        use cheque::Column as C;
        let page = page(NodeKind::Cheque, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let select = cheque::Entity::find().filter(scope(ctx, Act::ReadCheques)?.on_court(C::CourtId)).filter(
            Condition::all()
                .add_option(filter.court.map(|court| C::CourtId.eq(court)))
                .add_option(filter.state.map(|state| C::State.eq(state))),
        );
        let rows = page.fetch(&services(ctx)?.db.reader(), select, C::Id).await?;
        Ok(rows.map(Cheque).into())
    }
}

#[derive(Default)]
pub struct ChequeMutation;
#[Object]
impl ChequeMutation {
    /// Records a cheque for a case; its money counts once the bank has cleared it (收取支票). Roles: OFFICER, FINANCE_REVIEWER.
    async fn record_cheque(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cheque (支票).")] input: RecordChequeInput,
    ) -> Result<RecordChequePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Names the bank's credit by which a cheque was cleared (支票入账). Role: FINANCE_REVIEWER.
    async fn clear_cheque(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cheque and its receipt (支票及到账).")] input: ClearChequeInput,
    ) -> Result<ClearChequePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that the bank refused a cheque (支票退票). Role: FINANCE_REVIEWER.
    async fn bounce_cheque(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cheque (支票).")] input: BounceChequeInput,
    ) -> Result<BounceChequePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
