//! A case in the graph.

use super::loader::{ClaimsOf, FeeArrearsOf, MeasuresOf, PartiesOf};
use super::{
    Bankruptcy, CaseAccount, CaseOrder, CaseParty, Claim, Court, FeeArrears, FeeRelief, PreservationMeasure,
    load_court, visible_case,
};
use crate::kernel::query::Fetch;
use crate::{
    access::{Act, Scope},
    cases::{
        CaseKind, CaseStatus, ConclusionManner, LivelihoodKind, OpenMoneyReason,
        rules::claim::SmallMatters,
        store::{self, case},
    },
    connection,
    disbursement::api::{
        Deferral, DisbursementOrderConnection, DisbursementOrderFilter, Settlement, Suspension, deferrals, orders,
        settlements, suspensions,
    },
    distribution::api::{DistributionPlanConnection, DistributionPlanFilter, plans},
    document::api::{DocumentConnection, DocumentFilter, documents},
    funds::api::{FundFlow, ReceiptConnection, ReceiptFilter, receipts},
    graphql::{
        caller::{scope, services},
        connection::{Listed, cost, page},
        loader,
        scalars::Date,
    },
    kernel::{
        error::Problem,
        ids::{AccountId, CaseId, CourtId, NodeKind, NodeRef},
        money::Money,
    },
    payout::fee_api::ExecutionFeeState,
};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select};

/// An enforcement case.
pub struct Case(pub case::Model);
impl Case {
    pub async fn load(ctx: &Context<'_>, id: &CaseId) -> Result<Option<Case>, Problem> {
        Ok(visible_case(ctx, *id).await?.map(Case))
    }
}
impl Listed for Case {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// An enforcement case (执行案件). Clerks see those of their courts, a party those that he is a party of.
#[Object]
impl Case {
    /// Opaque id (标识).
    pub async fn id(&self) -> CaseId {
        self.0.id
    }
    /// Case number with full-width brackets (案号).
    async fn case_number(&self) -> &str {
        &self.0.case_number
    }
    /// The court that enforces (执行法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Court, Problem> {
        load_court(ctx, self.0.court_id).await
    }
    /// What kind of case it is (案件类型).
    async fn kind(&self) -> CaseKind {
        self.0.kind
    }
    /// Where it stands (案件状态).
    async fn status(&self) -> CaseStatus {
        self.0.status
    }
    /// How it was closed for good (结案方式).
    async fn conclusion_manner(&self) -> Option<ConclusionManner> {
        self.0.manner
    }
    /// Day on which it was terminated for now or closed (结案或终本日期).
    async fn closed_on(&self) -> Option<Date> {
        self.0.closed_on.map(Date)
    }
    /// Ruling by which it was terminated for now or closed (结案文书).
    async fn closing_document(&self) -> Option<&str> {
        self.0.closing_document.as_deref()
    }
    /// Reasons for which it was closed with money on it (案款未结清的列明事由).
    async fn closing_reasons(&self) -> Vec<OpenMoneyReason> {
        self.0.reasons()
    }
    /// Day of filing (立案日期).
    async fn filed_on(&self) -> Date {
        Date(self.0.filed_on)
    }
    /// Why it counts as a matter of livelihood (涉民生类别).
    async fn livelihood_kind(&self) -> Option<LivelihoodKind> {
        self.0.livelihood_kind
    }
    /// A matter of livelihood up to the court's `small_limit`, by default 50,000.00 (小额民生).
    async fn is_small_livelihood(&self, ctx: &Context<'_>) -> Result<bool, Problem> {
        let claims = loader::rows(ctx, ClaimsOf(self.0.id)).await?;
        let totals = claims.iter().map(|claim| claim.amounts().total()).collect::<Result<Vec<_>, _>>();
        let totals = totals.map_err(Problem::internal)?;
        let set = loader::court_parameters(ctx, self.0.court_id).await?;
        let rule = SmallMatters::from(&*set);
        let small = |total: &Money| rule.contains(self.0.livelihood_kind, self.0.target_amount, *total);
        Ok(!totals.is_empty() && totals.iter().all(small))
    }
    /// Sum of the claims at filing (执行标的额).
    async fn target_amount(&self) -> Money {
        self.0.target_amount
    }
    /// Still owed on all claims, delay interest apart (未履行额).
    async fn outstanding(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        store::outstanding(&loader::rows(ctx, ClaimsOf(self.0.id)).await?)
    }
    /// Number of the form before 2016 (旧式案号).
    async fn legacy_number(&self) -> Option<&str> {
        self.0.legacy_number.as_deref()
    }
    /// Number of the title that is enforced (执行依据文号).
    async fn basis_number(&self) -> &str {
        &self.0.basis_number
    }
    /// The account number of this case alone (一案一账号).
    async fn account(&self) -> CaseAccount {
        CaseAccount(self.0.clone())
    }
    /// Parties in the order of filing (当事人).
    async fn parties(&self, ctx: &Context<'_>) -> Result<Vec<CaseParty>, Problem> {
        let rows = loader::rows(ctx, PartiesOf(self.0.id)).await?;
        Ok(rows.into_iter().map(CaseParty).collect())
    }
    /// Claims in the order of filing (债权).
    async fn claims(&self, ctx: &Context<'_>) -> Result<Vec<Claim>, Problem> {
        let rows = loader::rows(ctx, ClaimsOf(self.0.id)).await?;
        Ok(rows.into_iter().map(Claim).collect())
    }
    /// Freezing measures (控制措施).
    async fn measures(&self, ctx: &Context<'_>) -> Result<Vec<PreservationMeasure>, Problem> {
        let rows = loader::rows(ctx, MeasuresOf(self.0.id)).await?;
        Ok(rows.into_iter().map(PreservationMeasure).collect())
    }
    /// Bankruptcies of its respondents, the first one first (破产受理).
    async fn bankruptcies(&self, ctx: &Context<'_>) -> Result<Vec<Bankruptcy>, Problem> {
        let rows = store::bankruptcies_of(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(Bankruptcy).collect())
    }
    /// Execution fees that are still owed, and those settled since (欠缴执行费).
    async fn fee_arrears(&self, ctx: &Context<'_>) -> Result<Vec<FeeArrears>, Problem> {
        let rows = loader::rows(ctx, FeeArrearsOf(self.0.id)).await?;
        Ok(rows.into_iter().map(FeeArrears).collect())
    }
    /// Its execution fee: taken, remitted to the treasury, still owed (执行申请费).
    async fn execution_fee(&self, ctx: &Context<'_>) -> Result<ExecutionFeeState, Problem> {
        ExecutionFeeState::of(ctx, self.0.id).await
    }
    /// The case that this one resumes (原案件).
    async fn predecessor(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        match self.0.predecessor_id {
            Some(id) => Case::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// Resumptions of this case, oldest first (恢复执行案件).
    async fn successors(&self, ctx: &Context<'_>) -> Result<Vec<Case>, Problem> {
        let rows = case::Entity::find()
            .filter(case::Column::PredecessorId.eq(self.0.id))
            .filter(store::visible(&scope(ctx, Act::ReadCase)?))
            .order_by_asc(case::Column::Id)
            .list(&services(ctx)?.db.reader())
            .await?;
        Ok(rows.into_iter().map(Case).collect())
    }
    /// Numbers of the cases of other courts that this one took over, the first one first (接收的原法院案号).
    async fn taken_over(&self, ctx: &Context<'_>) -> Result<Vec<String>, Problem> {
        let reader = services(ctx)?.db.reader();
        let taken = store::taken_over_by(&reader, self.0.id).await?;
        let mut numbers = store::numbers(&reader, &taken.iter().map(|row| row.case_id).collect()).await?;
        Ok(taken.iter().filter_map(|row| numbers.remove(&row.case_id)).collect())
    }
    /// Number of the other court's case that took this one over; none before (接收法院案号).
    async fn taken_over_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let reader = services(ctx)?.db.reader();
        let by = store::transfer_of(&reader, self.0.id).await?.and_then(|row| row.taken_by);
        Ok(store::numbers(&reader, &by.into_iter().collect()).await?.into_values().next())
    }
    /// How its money has moved so far (案款流向).
    async fn fund_flow(&self, ctx: &Context<'_>) -> Result<FundFlow, Problem> {
        FundFlow::of(ctx, self.0.id).await
    }
    /// Money that arrived on the case, newest first (到账列表).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn receipts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<ReceiptConnection, Problem> {
        let filter = ReceiptFilter { case: Some(self.0.id), ..ReceiptFilter::default() };
        receipts(ctx, &filter, page(NodeKind::Receipt, first, after, last, before)?).await
    }
    /// Plans by which its money is distributed, newest first (分配方案).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn distribution_plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<DistributionPlanConnection, Problem> {
        let filter = DistributionPlanFilter { case: Some(self.0.id), ..DistributionPlanFilter::default() };
        plans(ctx, filter, page(NodeKind::DistributionPlan, first, after, last, before)?).await
    }
    /// Orders to pay its money, newest first (案款发放).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn disbursement_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<DisbursementOrderConnection, Problem> {
        let filter = DisbursementOrderFilter { case: Some(self.0.id), ..DisbursementOrderFilter::default() };
        orders(ctx, filter, page(NodeKind::DisbursementOrder, first, after, last, before)?).await
    }
    /// Numbered documents filed to it, newest first; none for the parties (案卷文书).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<Option<DocumentConnection>, Problem> {
        let filter = DocumentFilter { case: Some(self.0.id), ..DocumentFilter::default() };
        match documents(ctx, filter, page(NodeKind::Document, first, after, last, before)?).await {
            Err(Problem::Forbidden) => Ok(None),
            found => found.map(Some),
        }
    }
    /// Deferrals of paying out, the first one first (延缓发放).
    async fn deferrals(&self, ctx: &Context<'_>) -> Result<Vec<Deferral>, Problem> {
        deferrals(ctx, self.0.id).await
    }
    /// Times in which it stood still by a ruling, the first one first (中止执行).
    async fn suspensions(&self, ctx: &Context<'_>) -> Result<Vec<Suspension>, Problem> {
        suspensions(ctx, self.0.id).await
    }
    /// Settlements of its parties, the first one first (执行和解).
    async fn settlements(&self, ctx: &Context<'_>) -> Result<Vec<Settlement>, Problem> {
        settlements(ctx, self.0.id).await
    }
    /// Advance execution and working capital on record, the first one first (登记事项).
    async fn orders_on_record(&self, ctx: &Context<'_>) -> Result<Vec<CaseOrder>, Problem> {
        let rows = store::orders_of(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(CaseOrder).collect())
    }
    /// Fees put off, lowered or waived, the first one first (诉讼费用缓减免).
    async fn fee_reliefs(&self, ctx: &Context<'_>) -> Result<Vec<FeeRelief>, Problem> {
        let rows = store::fee_reliefs_of(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(FeeRelief).collect())
    }
    /// Account of the officer in charge (承办人).
    async fn officer_id(&self) -> Option<AccountId> {
        self.0.officer_id
    }
    /// Grows with every change; send it back as `expectedVersion` (版本).
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// Which cases to list (案件筛选).
#[derive(InputObject, Default)]
pub struct CaseFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those in this state (状态).
    pub status: Option<CaseStatus>,
    /// Only those of this kind (类型).
    pub kind: Option<CaseKind>,
    /// Only matters of livelihood of this kind (涉民生类别).
    pub livelihood_kind: Option<LivelihoodKind>,
}
impl CaseFilter {
    pub fn select(&self, scope: &Scope) -> Select<case::Entity> {
        let mut select = case::Entity::find().filter(store::visible(scope));
        if let Some(court) = self.court {
            select = select.filter(case::Column::CourtId.eq(court));
        }
        if let Some(status) = self.status {
            select = select.filter(case::Column::Status.eq(status));
        }
        if let Some(kind) = self.kind {
            select = select.filter(case::Column::Kind.eq(kind));
        }
        if let Some(kind) = self.livelihood_kind {
            select = select.filter(case::Column::LivelihoodKind.eq(kind));
        }
        select
    }
}

connection! {
    /// Cases, newest first (案件列表).
    CaseConnection, CaseEdge of Case
}
