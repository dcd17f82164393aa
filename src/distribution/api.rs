//! Plans in the graph.

use super::{
    DistributionBasis, LineState, OrdinaryRule, PlanObjectionStatus, PlanStatus,
    ops::{DraftDistributionPlanInput, FinalisePlanInput, ObjectToPlanInput, ResolveObjectionInput, ServePlanInput},
    store::{self, PlanFilter},
    tables::{line, objection, plan, service},
};
use crate::{
    access::Act,
    cases::{
        FeeOrder,
        api::{Case, CaseParty, Claim},
    },
    connection,
    graphql::{
        caller::{run, scope, services},
        connection::{Listed, cost, page},
        law_api::ExplanationView,
        loader::warning_days,
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseId, NodeKind, NodeRef, PlanId, PlanLineId, PlanObjectionId, PlanServiceId},
        money::Money,
        paging::Page,
    },
    law::{Lamp, explanation::Explanation},
    payload,
    payout::api::Payable,
};
use async_graphql::{Context, InputObject, Object};

/// A distribution plan.
pub struct DistributionPlan(pub plan::Model);
impl DistributionPlan {
    pub async fn load(ctx: &Context<'_>, id: &PlanId) -> Result<Option<DistributionPlan>, Problem> {
        let scope = scope(ctx, Act::ReadPlans)?;
        Ok(store::find_plan(&services(ctx)?.db.reader(), &scope, *id).await?.map(DistributionPlan))
    }
    async fn of_objection(ctx: &Context<'_>, id: &PlanObjectionId) -> Result<Option<DistributionPlan>, Problem> {
        match store::find_objection(&services(ctx)?.db.reader(), *id).await? {
            Some(row) => DistributionPlan::load(ctx, &row.plan_id).await,
            None => Ok(None),
        }
    }
}
impl Listed for DistributionPlan {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// A plan by which a case's money goes to its creditors (分配方案).
#[Object]
impl DistributionPlan {
    /// Opaque id (标识).
    pub async fn id(&self) -> PlanId {
        self.0.id
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// 1 for the first plan of the case; a corrected plan is the next (版次).
    async fn version(&self) -> i32 {
        self.0.number
    }
    /// Where it stands (状态).
    async fn status(&self) -> PlanStatus {
        self.0.status
    }
    /// What is distributed: the sum of the lines, to the fen (可分配额).
    async fn pool(&self) -> Money {
        self.0.pool
    }
    /// How ordinary claims share (普通债权清偿规则).
    async fn ordinary_rule(&self) -> OrdinaryRule {
        self.0.ordinary_rule
    }
    /// When the execution fee is taken (执行费收取顺序).
    async fn execution_fee_order(&self) -> FeeOrder {
        self.0.fee_order
    }
    /// Execution fee that is owed by now and not taken from this pool: to be noted as arrears (欠缴执行费).
    async fn fee_arrears(&self) -> Money {
        self.0.fee_arrears
    }
    /// What is executed for the title by this plan, the base of the fee (本次执行到位金额).
    async fn executed(&self) -> Money {
        self.0.executed_now
    }
    /// The panel's decision behind ranks and rule (合议庭决定).
    async fn panel_document(&self) -> Option<&str> {
        self.0.panel_document.as_deref()
    }
    /// The lines, in the order of payment (分配明细).
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<DistributionLine>, Problem> {
        let rows = store::lines_of(&services(ctx)?.db.reader(), self.0.id).await?;
        rows.into_iter().map(DistributionLine::try_new).collect()
    }
    /// On whom it was served, with the term of each (送达情况).
    async fn services(&self, ctx: &Context<'_>) -> Result<Vec<PlanService>, Problem> {
        let rows = store::services_of(&services(ctx)?.db.reader(), self.0.id).await?;
        rows.into_iter().map(PlanService::try_new).collect()
    }
    /// On whom it must still be served (待送达).
    async fn unserved(&self, ctx: &Context<'_>) -> Result<Vec<CaseParty>, Problem> {
        let reader = services(ctx)?.db.reader();
        let served = store::services_of(&reader, self.0.id).await?;
        let mut missing = Vec::new();
        for party in store::to_serve(&reader, &self.0).await? {
            if served.iter().all(|s| s.party_id != party) {
                missing.extend(CaseParty::load(ctx, &party).await?);
            }
        }
        Ok(missing)
    }
    /// Objections, the first one first (异议).
    async fn objections(&self, ctx: &Context<'_>) -> Result<Vec<PlanObjection>, Problem> {
        let rows = store::objections_of(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(PlanObjection).collect())
    }
    /// When it was drafted (拟定时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// When it was carried out (生效时间).
    async fn finalised_at(&self) -> Option<Timestamp> {
        self.0.finalised_at
    }
}

/// A line of a plan with its reasons.
pub struct DistributionLine {
    row: line::Model,
    why: Explanation,
}
impl DistributionLine {
    fn try_new(row: line::Model) -> Result<DistributionLine, Problem> {
        let why = Explanation::from_text(&row.explanation)?;
        Ok(DistributionLine { row, why })
    }
}

/// A line of a plan: who gets what, on which ground (分配明细).
#[Object]
impl DistributionLine {
    /// Opaque id (标识).
    async fn id(&self) -> PlanLineId {
        self.row.id
    }
    /// Place in the plan (序号).
    async fn line(&self) -> i32 {
        self.row.line
    }
    /// The ground (分配依据).
    async fn basis(&self) -> DistributionBasis {
        self.row.basis
    }
    /// The claim that it pays (债权).
    async fn claim(&self, ctx: &Context<'_>) -> Result<Option<Claim>, Problem> {
        match self.row.claim_id {
            Some(id) => Claim::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// Who gets it; none for the fee and the tax reserve (受偿人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        match self.row.party_id {
            Some(id) => CaseParty::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// What the line could at most get at its place (申报额).
    async fn claimed(&self) -> Money {
        self.row.claimed
    }
    /// What it gets (分配额).
    async fn amount(&self) -> Money {
        self.row.amount
    }
    /// Where it stands (状态).
    async fn state(&self, ctx: &Context<'_>) -> Result<LineState, Problem> {
        store::shown_state(&services(ctx)?.db.reader(), &self.row).await
    }
    /// What is owed by it once the plan is carried out (应付款).
    async fn payable(&self, ctx: &Context<'_>) -> Result<Option<Payable>, Problem> {
        match self.row.payable_id {
            Some(id) => Payable::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// Why exactly this amount (计算依据).
    async fn explanation(&self) -> ExplanationView<'_> {
        ExplanationView(&self.why)
    }
}

/// Service of a plan with its term.
pub struct PlanService {
    row: service::Model,
    why: Explanation,
}
impl PlanService {
    fn try_new(row: service::Model) -> Result<PlanService, Problem> {
        let why = Explanation::from_text(&row.explanation)?;
        Ok(PlanService { row, why })
    }
}

/// Service of a plan on one person, and the objection term that runs from it (送达).
#[Object]
impl PlanService {
    /// Opaque id (标识).
    async fn id(&self) -> PlanServiceId {
        self.row.id
    }
    /// Who was served (受送达人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        CaseParty::load(ctx, &self.row.party_id).await
    }
    /// Day of receipt (送达日期).
    async fn served_on(&self) -> Date {
        Date(self.row.served_on)
    }
    /// Last day for a written objection (异议期届满日).
    async fn last_day(&self) -> Date {
        Date(self.row.last_day)
    }
    /// True when a coming holiday notice can still move the last day (暂定).
    async fn provisional(&self) -> bool {
        self.row.provisional
    }
    /// How near the end of the term is; red once it has run out (期限灯).
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Lamp, Problem> {
        let services = services(ctx)?;
        let today = services.clock.now().legal_date();
        if today > self.row.last_day {
            return Ok(Lamp::Red);
        }
        let warning = warning_days(ctx, self.row.court_id).await?;
        let near = services.calendar().count_working_days(today, self.row.last_day) <= warning;
        Ok(if near { Lamp::Yellow } else { Lamp::Green })
    }
    /// Proof of service (送达回证).
    async fn document(&self) -> &str {
        &self.row.document
    }
    /// Why the term ends then (计算依据).
    async fn explanation(&self) -> ExplanationView<'_> {
        ExplanationView(&self.why)
    }
}

/// An objection to a plan.
pub struct PlanObjection(objection::Model);
impl PlanObjection {
    pub async fn load(ctx: &Context<'_>, id: &PlanObjectionId) -> Result<Option<PlanObjection>, Problem> {
        let row = store::find_objection(&services(ctx)?.db.reader(), *id).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(DistributionPlan::load(ctx, &row.plan_id).await?.map(|_| PlanObjection(row)))
    }
}

/// A written objection to a plan (分配方案异议).
#[Object]
impl PlanObjection {
    /// Opaque id (标识).
    pub async fn id(&self) -> PlanObjectionId {
        self.0.id
    }
    /// Who objects (异议人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        CaseParty::load(ctx, &self.0.party_id).await
    }
    /// Where it stands (状态).
    async fn status(&self) -> PlanObjectionStatus {
        self.0.status
    }
    /// Day on which it was filed (提出日期).
    async fn filed_on(&self) -> Date {
        Date(self.0.filed_on)
    }
    /// The grounds (异议理由).
    async fn grounds(&self) -> &str {
        &self.0.grounds
    }
    /// Ids of the disputed lines (争议明细).
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<PlanLineId>, Problem> {
        store::disputed_lines(&services(ctx)?.db.reader(), self.0.id).await
    }
    /// What shows how it ended (处理依据).
    async fn resolution_document(&self) -> Option<&str> {
        self.0.resolution_document.as_deref()
    }
    /// Day on which it ended (处理日期).
    async fn resolved_on(&self) -> Option<Date> {
        self.0.resolved_on.map(Date)
    }
}

connection! {
    /// A page of distribution plans, newest first (分配方案列表).
    DistributionPlanConnection, DistributionPlanEdge of DistributionPlan
}

/// Which plans to list (分配方案筛选).
#[derive(InputObject, Default)]
pub struct DistributionPlanFilter {
    /// Only those of this case (案件).
    pub case: Option<CaseId>,
    /// Only those in this state (状态).
    pub status: Option<PlanStatus>,
}

payload! {
    /// What `draftDistributionPlan` did (操作结果).
    DraftDistributionPlanPayload of PlanId {
        /// The plan with its lines (分配方案).
        plan: DistributionPlan = DistributionPlan::load,
    }
    /// What `servePlan` did (操作结果).
    ServePlanPayload of PlanId {
        /// The plan with its services (分配方案).
        plan: DistributionPlan = DistributionPlan::load,
    }
    /// What `objectToPlan` did (操作结果).
    ObjectToPlanPayload of PlanObjectionId {
        /// The objection (异议).
        objection: PlanObjection = PlanObjection::load,
        /// Its plan (分配方案).
        plan: DistributionPlan = DistributionPlan::of_objection,
    }
    /// What `resolveObjection` did (操作结果).
    ResolveObjectionPayload of PlanObjectionId {
        /// The objection (异议).
        objection: PlanObjection = PlanObjection::load,
        /// Its plan (分配方案).
        plan: DistributionPlan = DistributionPlan::of_objection,
    }
    /// What `finalisePlan` did (操作结果).
    FinalisePlanPayload of PlanId {
        /// The plan with its payables (分配方案).
        plan: DistributionPlan = DistributionPlan::load,
    }
}

/// Plans that the caller sees.
pub async fn plans(
    ctx: &Context<'_>,
    filter: DistributionPlanFilter,
    page: Page,
) -> Result<DistributionPlanConnection, Problem> {
    let scope = scope(ctx, Act::ReadPlans)?;
    let filter = PlanFilter { case: filter.case, status: filter.status };
    let rows = store::plans(&services(ctx)?.db.reader(), &scope, &filter, page).await?;
    Ok(rows.map(DistributionPlan).into())
}

#[derive(Default)]
pub struct DistributionQuery;
#[Object]
impl DistributionQuery {
    /// Distribution plans of your courts or your cases, newest first (分配方案列表).
    /// Roles: those who read case money, PARTY.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn distribution_plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<DistributionPlanFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<DistributionPlanConnection, Problem> {
        let page = page(NodeKind::DistributionPlan, first, after, last, before)?;
        plans(ctx, filter.unwrap_or_default(), page).await
    }
}

#[derive(Default)]
pub struct DistributionMutation;
#[Object]
impl DistributionMutation {
    /// Computes a plan over everything that the case has free (拟定分配方案). Role: OFFICER.
    async fn draft_distribution_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Case, rules and reserves (拟定要素).")] input: DraftDistributionPlanInput,
    ) -> Result<DraftDistributionPlanPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records on whom a plan was served; each service starts 15 days (送达分配方案). Role: OFFICER.
    async fn serve_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Plan and services (送达).")] input: ServePlanInput,
    ) -> Result<ServePlanPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Files a written objection within its term (分配方案异议). Roles: OFFICER, PARTY for himself.
    async fn object_to_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The objection (异议).")] input: ObjectToPlanInput,
    ) -> Result<ObjectToPlanPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records how an objection ended (处理分配方案异议). Role: OFFICER.
    async fn resolve_objection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Objection and outcome (处理结果).")] input: ResolveObjectionInput,
    ) -> Result<ResolveObjectionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Carries a plan out after its last term: fee, reserves and payables are booked (分配方案生效).
    /// Role: BUREAU_CHIEF, not who drafted it.
    async fn finalise_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan (分配方案).")] input: FinalisePlanInput,
    ) -> Result<FinalisePlanPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
