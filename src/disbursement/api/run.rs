//! Payout runs in the graph.

use super::PayoutProgramme;
use crate::{
    access::{Act, approval_api::Approval},
    cases::api::{Case, Claim, Payee},
    connection,
    disbursement::{
        PayoutLineState, PayoutRunStatus, PayoutSelection, SkipReason, store,
        tables::{run, run_line, run_skip},
    },
    graphql::{
        caller::{scope, services},
        connection::{Listed, cost, page},
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CourtId, NodeKind, NodeRef, PayoutLineId, PayoutRunId},
        money::Money,
    },
    payout::api::Payable,
};
use async_graphql::{Context, InputObject, Object};

/// Left-out cases of one answer at most.
const MOST_SKIPPED: i32 = 1_000;

/// A unified payout.
pub struct PayoutRun(pub run::Model);
impl PayoutRun {
    pub async fn load(ctx: &Context<'_>, id: &PayoutRunId) -> Result<Option<PayoutRun>, Problem> {
        let scope = scope(ctx, Act::ReadPayoutRuns)?;
        Ok(store::find_run(&services(ctx)?.db.reader(), &scope, *id).await?.map(PayoutRun))
    }
}
impl Listed for PayoutRun {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// A unified payout over many cases of one court (集中兑现).
#[Object]
impl PayoutRun {
    /// Opaque id (标识).
    pub async fn id(&self) -> PayoutRunId {
        self.0.id
    }
    /// Number with the court's code, unique in the country (批次号).
    async fn run_number(&self) -> &str {
        &self.0.run_number
    }
    /// What was looked for (范围).
    async fn selection(&self) -> PayoutSelection {
        self.0.selection
    }
    /// Where it stands (状态).
    async fn status(&self) -> PayoutRunStatus {
        self.0.status
    }
    /// Number of lines (笔数).
    async fn count(&self) -> i32 {
        self.0.line_count
    }
    /// Sum of the lines (总金额).
    async fn total(&self) -> Money {
        self.0.total
    }
    /// The lines, newest first (明细).
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<PayoutLineConnection, Problem> {
        let page = page(NodeKind::PayoutLine, first, after, last, before)?;
        Ok(store::run_lines(&services(ctx)?.db.reader(), self.0.id, page).await?.map(PayoutLine).into())
    }
    /// The unified payout by rule that it belongs to, when the caller may see it (集中兑现活动).
    async fn programme(&self, ctx: &Context<'_>) -> Result<Option<PayoutProgramme>, Problem> {
        match self.0.programme_id {
            Some(id) => PayoutProgramme::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// How many creditors, or cases without one, were left out (未选入笔数).
    async fn left_out(&self) -> i32 {
        self.0.left_out
    }
    /// Who was left out when the run was drafted, and why, in the order in which they were looked at (未选入).
    #[graphql(complexity = "200 + child_complexity")]
    async fn skipped(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 1000 (条数).", default = 1000)] first: i32,
        #[graphql(desc = "`place` of the last one of the page before (起始序号).", default = 0)] after: i32,
    ) -> Result<Vec<SkippedCase>, Problem> {
        if !(1..=MOST_SKIPPED).contains(&first) {
            return Err(Problem::BadInput(format!("a page holds 1 to {MOST_SKIPPED} items")));
        }
        let limit = u64::try_from(first).unwrap_or(1);
        let rows = store::skipped_of(&services(ctx)?.db.reader(), self.0.id, after, limit).await?;
        Ok(rows.into_iter().map(SkippedCase).collect())
    }
    /// Its approval, once it was submitted (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
    /// When it was drafted (起草时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// When its last line was booked (付出时间).
    async fn released_at(&self) -> Option<Timestamp> {
        self.0.released_at
    }
}

/// A line of a run.
pub struct PayoutLine(run_line::Model);
impl Listed for PayoutLine {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// A line of a unified payout: one creditor of one case (兑现明细).
#[Object]
impl PayoutLine {
    /// Opaque id (标识).
    async fn id(&self) -> PayoutLineId {
        self.0.id
    }
    /// Place in the run (序号).
    async fn line(&self) -> i32 {
        self.0.line
    }
    /// When it is paid among the lines of its run: the lower, the earlier; the vulnerable first, then wages, support,
    /// injuries (发放优先级).
    async fn priority(&self) -> i32 {
        self.0.priority
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// The claim that it pays (债权).
    async fn claim(&self, ctx: &Context<'_>) -> Result<Option<Claim>, Problem> {
        Claim::load(ctx, &self.0.claim_id).await
    }
    /// Where the money goes (收款账户).
    async fn payee(&self, ctx: &Context<'_>) -> Result<Option<Payee>, Problem> {
        Payee::load(ctx, &self.0.payee_id).await
    }
    /// Amount (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Where it stands (状态).
    async fn state(&self) -> PayoutLineState {
        self.0.state
    }
    /// Code of the refusal that kept it back at the release (付出时跳过原因).
    async fn skip_code(&self) -> Option<&str> {
        self.0.skip_code.as_deref()
    }
    /// What is owed by it, with its attempts (应付款).
    async fn payable(&self, ctx: &Context<'_>) -> Result<Option<Payable>, Problem> {
        match self.0.payable_id {
            Some(id) => Payable::load(ctx, &id).await,
            None => Ok(None),
        }
    }
}

/// A creditor who was left out.
pub struct SkippedCase(run_skip::Model);
/// A case or creditor that a run left out (未选入案件).
#[Object]
impl SkippedCase {
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// Place among those left out, from 1 (序号).
    async fn place(&self) -> i32 {
        self.0.sequence
    }
    /// The claim; none when the whole case was left out (债权).
    async fn claim(&self, ctx: &Context<'_>) -> Result<Option<Claim>, Problem> {
        match self.0.claim_id {
            Some(id) => Claim::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// Why (原因).
    async fn reason(&self) -> SkipReason {
        self.0.reason
    }
}

connection! {
    /// A page of payout runs, newest first (集中兑现列表).
    PayoutRunConnection, PayoutRunEdge of PayoutRun;
    /// A page of lines of a payout run (兑现明细列表).
    PayoutLineConnection, PayoutLineEdge of PayoutLine
}

/// Which runs to list (集中兑现筛选).
#[derive(InputObject, Default)]
pub struct PayoutRunFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those in this state (状态).
    pub status: Option<PayoutRunStatus>,
}
