//! Monthly reconciliation in the graph.

use super::{
    ReconciliationItemState, ReconciliationState, ReconciliationSubject,
    ops::{
        CloseMonthlyReconciliationInput, OpenMonthlyReconciliationInput, OwnReconciliationItemInput,
        ProposeReconciliationDecisionInput, SettleReconciliationItemInput,
    },
    store::{item, line, reconciliation},
};
use crate::{
    access::{Act, approval_api::Approval},
    cases::api::Case,
    connection,
    graphql::{
        caller::{run, scope, services},
        connection::{Listed, cost, page},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{
            AccountId, CourtId, MonthlyReconciliationId, NodeKind, NodeRef, ReconciliationItemId, ReconciliationLineId,
        },
        money::Money,
        query::Fetch,
    },
    law::Lamp,
    ledger::api::LedgerEntry,
    payload,
};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// A month of a court.
pub struct MonthlyReconciliation(reconciliation::Model);
impl MonthlyReconciliation {
    pub async fn load(
        ctx: &Context<'_>,
        id: &MonthlyReconciliationId,
    ) -> Result<Option<MonthlyReconciliation>, Problem> {
        let seen = scope(ctx, Act::ReadMonthlyReconciliations)?.on_court(reconciliation::Column::CourtId);
        let found = reconciliation::Entity::find_by_id(*id).filter(seen);
        Ok(found.first(&services(ctx)?.db.reader()).await?.map(MonthlyReconciliation))
    }
}
impl Listed for MonthlyReconciliation {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// Enforcement's and finance's numbers at the end of a month, per case and in total (月度对账).
#[Object]
impl MonthlyReconciliation {
    /// Opaque id (标识).
    pub async fn id(&self) -> MonthlyReconciliationId {
        self.0.id
    }
    /// The court (法院).
    async fn court_id(&self) -> CourtId {
        self.0.court_id
    }
    /// First day of the month (月份).
    async fn month(&self) -> Date {
        Date(self.0.month)
    }
    /// Last day of the month: what was recorded by its end counts (截止日).
    async fn last_day(&self) -> Date {
        Date(self.0.last_day)
    }
    /// Where it stands (状态).
    async fn state(&self) -> ReconciliationState {
        self.0.state
    }
    /// Case money by receipts and orders, over all cases (执行部门案款合计).
    async fn enforcement(&self) -> Money {
        self.0.enforcement
    }
    /// Case money by the books, over all cases (财务部门案款合计).
    async fn finance(&self) -> Money {
        self.0.finance
    }
    /// When it was compared (对账时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// When it was closed (关闭时间).
    async fn closed_at(&self) -> Option<Timestamp> {
        self.0.closed_at
    }
    /// Every compared account with money on either side, newest first; kept as it was (对账明细).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<ReconciliationLineConnection, Problem> {
        let page = page(NodeKind::ReconciliationLine, first, after, last, before)?;
        let select = line::Entity::find().filter(line::Column::ReconciliationId.eq(self.0.id));
        let rows = page.fetch(&services(ctx)?.db.reader(), select, line::Column::Id).await?;
        Ok(rows.map(ReconciliationLine).into())
    }
    /// The lines whose sides differ, newest first (差异).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<ReconciliationItemConnection, Problem> {
        let page = page(NodeKind::ReconciliationItem, first, after, last, before)?;
        let select = item::Entity::find().filter(item::Column::ReconciliationId.eq(self.0.id));
        let rows = page.fetch(&services(ctx)?.db.reader(), select, item::Column::Id).await?;
        Ok(rows.map(ReconciliationItem).into())
    }
}

/// Both sides of one account.
pub struct ReconciliationLine(line::Model);
impl Listed for ReconciliationLine {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// Both sides of one account at the month's end (对账明细).
#[Object]
impl ReconciliationLine {
    /// Opaque id (标识).
    async fn id(&self) -> ReconciliationLineId {
        self.0.id
    }
    /// What is compared (对账项目).
    async fn subject(&self) -> ReconciliationSubject {
        self.0.subject
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        match &self.0.case_id {
            Some(id) => Case::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// By receipts and orders; for BANK by the bank's statement (执行部门或银行金额).
    async fn enforcement(&self) -> Money {
        self.0.enforcement
    }
    /// By the books (财务账面金额).
    async fn finance(&self) -> Money {
        self.0.finance
    }
    /// The first less the second (差额).
    async fn difference(&self) -> Result<Money, Problem> {
        self.0.enforcement.minus(self.0.finance).map_err(Problem::internal)
    }
}

/// A difference and who settles it.
pub struct ReconciliationItem(item::Model);
impl ReconciliationItem {
    pub async fn load(ctx: &Context<'_>, id: &ReconciliationItemId) -> Result<Option<ReconciliationItem>, Problem> {
        let seen = scope(ctx, Act::ReadMonthlyReconciliations)?.on_court(item::Column::CourtId);
        let found = item::Entity::find_by_id(*id).filter(seen);
        Ok(found.first(&services(ctx)?.db.reader()).await?.map(ReconciliationItem))
    }
}
impl Listed for ReconciliationItem {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// A difference with its owner, reason and due day; it ends by a booking or a decision of two people (对账差异).
#[Object]
impl ReconciliationItem {
    /// Opaque id (标识).
    pub async fn id(&self) -> ReconciliationItemId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn state(&self) -> ReconciliationItemState {
        self.0.state
    }
    /// The compared numbers (对账明细).
    async fn line(&self, ctx: &Context<'_>) -> Result<ReconciliationLine, Problem> {
        let row = line::Entity::find_by_id(self.0.line_id).first(&services(ctx)?.db.reader()).await?;
        row.map(ReconciliationLine).ok_or_else(|| Problem::internal("an item of no line"))
    }
    /// Account of who settles it (责任人).
    async fn owner_id(&self) -> Option<AccountId> {
        self.0.owner_id
    }
    /// Why the sides differ (原因).
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Day until which it is to be settled (处理期限).
    async fn due_on(&self) -> Option<Date> {
        self.0.due_on.map(Date)
    }
    /// Red without an owner or after its due day, else yellow; none once it is settled (期限灯).
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Option<Lamp>, Problem> {
        let today = services(ctx)?.clock.now().legal_date();
        let settled = matches!(self.0.state, ReconciliationItemState::Booked | ReconciliationItemState::Decided);
        let in_time = self.0.due_on.is_some_and(|day| today <= day);
        Ok((!settled).then_some(if in_time { Lamp::Yellow } else { Lamp::Red }))
    }
    /// The booking that made it up (记账凭证).
    async fn entry(&self, ctx: &Context<'_>) -> Result<Option<LedgerEntry>, Problem> {
        match self.0.entry_id {
            Some(id) => LedgerEntry::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// What explains it (说明文书).
    async fn document(&self) -> Option<&str> {
        self.0.document.as_deref()
    }
    /// The approval of its decision (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
    /// When it was settled (处理时间).
    async fn settled_at(&self) -> Option<Timestamp> {
        self.0.settled_at
    }
}

connection! {
    /// Monthly reconciliations, newest first (月度对账列表).
    MonthlyReconciliationConnection, MonthlyReconciliationEdge of MonthlyReconciliation
}
connection! {
    /// Compared accounts (对账明细列表).
    ReconciliationLineConnection, ReconciliationLineEdge of ReconciliationLine
}
connection! {
    /// Differences (差异列表).
    ReconciliationItemConnection, ReconciliationItemEdge of ReconciliationItem
}

/// Which months to list (月度对账筛选).
#[derive(InputObject, Default)]
pub struct MonthlyReconciliationFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those in this state (状态).
    pub state: Option<ReconciliationState>,
}

payload! {
    /// What `openMonthlyReconciliation` did (操作结果).
    OpenMonthlyReconciliationPayload of MonthlyReconciliationId {
        /// The month with its lines (月度对账).
        reconciliation: MonthlyReconciliation = MonthlyReconciliation::load,
    }
    /// What `ownReconciliationItem` did (操作结果).
    OwnReconciliationItemPayload of ReconciliationItemId {
        /// The difference (差异).
        item: ReconciliationItem = ReconciliationItem::load,
    }
    /// What `settleReconciliationItem` did (操作结果).
    SettleReconciliationItemPayload of ReconciliationItemId {
        /// The difference (差异).
        item: ReconciliationItem = ReconciliationItem::load,
    }
    /// What `proposeReconciliationDecision` did (操作结果).
    ProposeReconciliationDecisionPayload of ReconciliationItemId {
        /// The difference with its approval (差异).
        item: ReconciliationItem = ReconciliationItem::load,
    }
    /// What `closeMonthlyReconciliation` did (操作结果).
    CloseMonthlyReconciliationPayload of MonthlyReconciliationId {
        /// The month (月度对账).
        reconciliation: MonthlyReconciliation = MonthlyReconciliation::load,
    }
}

#[derive(Default)]
pub struct ReconciliationQuery;
#[Object]
impl ReconciliationQuery {
    /// Monthly reconciliations of enforcement and finance in your courts, newest first (月度对账列表).
    /// Roles: FUND_ADMINISTRATOR, BUREAU_CHIEF, VICE_PRESIDENT, FINANCE_REVIEWER, FUND_SUPERVISOR, INSPECTOR.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn monthly_reconciliations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<MonthlyReconciliationFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<MonthlyReconciliationConnection, Problem> {
        use reconciliation::Column as C;
        let page = page(NodeKind::MonthlyReconciliation, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let seen = scope(ctx, Act::ReadMonthlyReconciliations)?.on_court(C::CourtId);
        let select = reconciliation::Entity::find().filter(seen).filter(
            Condition::all()
                .add_option(filter.court.map(|court| C::CourtId.eq(court)))
                .add_option(filter.state.map(|state| C::State.eq(state))),
        );
        let rows = page.fetch(&services(ctx)?.db.reader(), select, C::Id).await?;
        Ok(rows.map(MonthlyReconciliation).into())
    }
}

#[derive(Default)]
pub struct ReconciliationMutation;
#[Object]
impl ReconciliationMutation {
    /// Compares enforcement and finance at the end of a month, per case and in total (开启月度对账). Role: FUND_ADMINISTRATOR.
    async fn open_monthly_reconciliation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Court and month (月份).")] input: OpenMonthlyReconciliationInput,
    ) -> Result<OpenMonthlyReconciliationPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Names who settles a difference, why it is there and until when (差异责任人).
    /// Roles: FUND_ADMINISTRATOR, FINANCE_REVIEWER.
    async fn own_reconciliation_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Difference and owner (责任人).")] input: OwnReconciliationItemInput,
    ) -> Result<OwnReconciliationItemPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Settles a difference by the booking that made it up (差异入账). Role: FINANCE_REVIEWER.
    async fn settle_reconciliation_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Difference and entry (入账).")] input: SettleReconciliationItemInput,
    ) -> Result<SettleReconciliationItemPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes to let a difference stand as explained; BUREAU_CHIEF and FINANCE_REVIEWER decide (差异说明审批).
    /// Role: FUND_ADMINISTRATOR.
    async fn propose_reconciliation_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Difference and document (说明).")] input: ProposeReconciliationDecisionInput,
    ) -> Result<ProposeReconciliationDecisionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Closes a month in which nothing is open; not by who opened it (关闭月度对账). Role: FINANCE_REVIEWER.
    async fn close_monthly_reconciliation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The month (月度对账).")] input: CloseMonthlyReconciliationInput,
    ) -> Result<CloseMonthlyReconciliationPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
