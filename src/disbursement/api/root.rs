//! Root fields of orders, deferrals and payout runs.

use super::{
    Deferral, DisbursementOrder, DisbursementOrderConnection, DisbursementOrderFilter, PayoutRun, PayoutRunConnection,
    PayoutRunFilter, Suspension, orders,
};
use crate::{
    access::Act,
    disbursement::{
        ops::{
            DeferDisbursementInput, DraftDisbursementOrderInput, DraftPayoutRunInput, EndDeferralInput, PayOutInput,
            RecallDisbursementOrderInput, ReleasePayoutRunInput, ResumeSuspendedCaseInput,
            SubmitDisbursementOrderInput, SubmitPayoutRunInput, SuspendCaseInput,
        },
        store::{self, RunFilter},
    },
    graphql::{
        caller::{run, scope, services},
        connection::{cost, page},
    },
    kernel::{
        error::Problem,
        ids::{DeferralId, NodeKind, OrderId, PayoutRunId, SuspensionId},
    },
    payload,
};
use async_graphql::{Context, Object};

payload! {
    /// What `draftDisbursementOrder` did (操作结果).
    DraftDisbursementOrderPayload of OrderId {
        /// The order (案款发放).
        order: DisbursementOrder = DisbursementOrder::load,
    }
    /// What `submitDisbursementOrder` did (操作结果).
    SubmitDisbursementOrderPayload of OrderId {
        /// The order with its approval (案款发放).
        order: DisbursementOrder = DisbursementOrder::load,
    }
    /// What `recallDisbursementOrder` did (操作结果).
    RecallDisbursementOrderPayload of OrderId {
        /// The order (案款发放).
        order: DisbursementOrder = DisbursementOrder::load,
    }
    /// What `payOut` did (操作结果).
    PayOutPayload of OrderId {
        /// The order with its attempt (案款发放).
        order: DisbursementOrder = DisbursementOrder::load,
    }
    /// What `deferDisbursement` did (操作结果).
    DeferDisbursementPayload of DeferralId {
        /// The deferral with its approval (延缓发放).
        deferral: Deferral = Deferral::load,
    }
    /// What `suspendCase` did (操作结果).
    SuspendCasePayload of SuspensionId {
        /// The suspension with its case (中止执行).
        suspension: Suspension = Suspension::load,
    }
    /// What `resumeSuspendedCase` did (操作结果).
    ResumeSuspendedCasePayload of SuspensionId {
        /// The ended suspension with its case (中止执行).
        suspension: Suspension = Suspension::load,
    }
    /// What `endDeferral` did (操作结果).
    EndDeferralPayload of DeferralId {
        /// The deferral (延缓发放).
        deferral: Deferral = Deferral::load,
    }
    /// What `draftPayoutRun` did (操作结果).
    DraftPayoutRunPayload of PayoutRunId {
        /// The run with its lines and who was left out (集中兑现).
        run: PayoutRun = PayoutRun::load,
    }
    /// What `submitPayoutRun` did (操作结果).
    SubmitPayoutRunPayload of PayoutRunId {
        /// The run with its approval (集中兑现).
        run: PayoutRun = PayoutRun::load,
    }
    /// What `releasePayoutRun` did (操作结果).
    ReleasePayoutRunPayload of PayoutRunId {
        /// The run, being released (集中兑现).
        run: PayoutRun = PayoutRun::load,
    }
}

#[derive(Default)]
pub struct DisbursementQuery;
#[Object]
impl DisbursementQuery {
    /// Disbursement orders of your courts or your cases, newest first (案款发放列表).
    /// Roles: those who read case money, PARTY.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn disbursement_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<DisbursementOrderFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<DisbursementOrderConnection, Problem> {
        let page = page(NodeKind::DisbursementOrder, first, after, last, before)?;
        orders(ctx, filter.unwrap_or_default(), page).await
    }

    /// Payout runs of your courts, newest first (集中兑现列表). Roles: those who read case money.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn payout_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<PayoutRunFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<PayoutRunConnection, Problem> {
        let page = page(NodeKind::PayoutRun, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let filter = RunFilter { court: filter.court, status: filter.status };
        let scope = scope(ctx, Act::ReadPayoutRuns)?;
        let rows = store::runs(&services(ctx)?.db.reader(), &scope, &filter, page).await?;
        Ok(rows.map(PayoutRun).into())
    }
}

#[derive(Default)]
pub struct DisbursementMutation;
#[Object]
impl DisbursementMutation {
    /// Suspends a case by a ruling: no order of it is paid and its terms of payment pause (中止执行). Role: OFFICER.
    async fn suspend_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The suspension (中止).")] input: SuspendCaseInput,
    ) -> Result<SuspendCasePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Goes on with a suspended case: ten days to pay begin (恢复中止的执行). Role: OFFICER.
    async fn resume_suspended_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The resumption (恢复).")] input: ResumeSuspendedCaseInput,
    ) -> Result<ResumeSuspendedCasePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Drafts an order for a claim or for a line of a carried-out plan (起草案款发放审批). Role: OFFICER.
    async fn draft_disbursement_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order (发放内容).")] input: DraftDisbursementOrderInput,
    ) -> Result<DraftDisbursementOrderPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Hands an order to its approvers (提交审批). Role: OFFICER, who drafted it.
    async fn submit_disbursement_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order (案款发放).")] input: SubmitDisbursementOrderInput,
    ) -> Result<SubmitDisbursementOrderPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Takes an order back before it is paid (撤回案款发放). Roles: OFFICER, FUND_ADMINISTRATOR.
    async fn recall_disbursement_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order (案款发放).")] input: RecallDisbursementOrderInput,
    ) -> Result<RecallDisbursementOrderPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Pays an approved order (付款). Role: CASHIER, who neither drafted nor approved it.
    async fn pay_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order (案款发放).")] input: PayOutInput,
    ) -> Result<PayOutPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes to defer paying out a case; the BUREAU_CHIEF approves (延缓发放). Role: OFFICER.
    async fn defer_disbursement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Case and reason (延缓事由).")] input: DeferDisbursementInput,
    ) -> Result<DeferDisbursementPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that the reason to defer is gone; ten days run to pay (解除延缓发放). Roles: OFFICER, FUND_SUPERVISOR.
    async fn end_deferral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The deferral (延缓发放).")] input: EndDeferralInput,
    ) -> Result<EndDeferralPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Selects what can be paid over many cases of a court (起草集中兑现). Role: FUND_ADMINISTRATOR.
    async fn draft_payout_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Court and selection (范围).")] input: DraftPayoutRunInput,
    ) -> Result<DraftPayoutRunPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Hands a run to its approvers (提交审批). Role: FUND_ADMINISTRATOR, who drafted it.
    async fn submit_payout_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run (集中兑现).")] input: SubmitPayoutRunInput,
    ) -> Result<SubmitPayoutRunPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Releases an approved run; its lines are booked one by one (集中兑现付款). Role: CASHIER, who took no part before.
    async fn release_payout_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run (集中兑现).")] input: ReleasePayoutRunInput,
    ) -> Result<ReleasePayoutRunPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
