//! Execution fees in the graph: what was taken, what has gone to the treasury, what is still owed.

use super::{rules::fee, special::RemitExecutionFeeInput, special_api::SpecialPayment, store};
use crate::{
    access::Act,
    cases::{self, FeeArrearsStatus, api::Case},
    graphql::caller::{run, scope, services},
    kernel::{
        error::Problem,
        ids::{CaseId, CourtId, SpecialPaymentId},
        money::Money,
    },
    payload,
};
use async_graphql::{Context, Object};
use std::collections::HashMap;

/// Most cases of one page.
const MOST: i32 = 100;

/// The execution fee of a case.
pub struct ExecutionFeeState {
    case: CaseId,
    fee: fee::ExecutionFee,
    owed: Money,
}
impl ExecutionFeeState {
    pub async fn of(ctx: &Context<'_>, case: CaseId) -> Result<ExecutionFeeState, Problem> {
        let mut one = ExecutionFeeState::of_cases(ctx, vec![case]).await?;
        one.pop().ok_or_else(|| Problem::internal("a case without its fee"))
    }
    /// Of each of these cases, in their order.
    async fn of_cases(ctx: &Context<'_>, cases: Vec<CaseId>) -> Result<Vec<ExecutionFeeState>, Problem> {
        let reader = services(ctx)?.db.reader();
        let mut owed: HashMap<CaseId, Money> = HashMap::new();
        for note in cases::store::fee_arrears_among(&reader, &cases).await? {
            if note.status == FeeArrearsStatus::Open {
                let sum = owed.entry(note.case_id).or_default();
                *sum = sum.plus(note.amount).map_err(Problem::internal)?;
            }
        }
        let mut fees = store::execution_fees(&reader, &cases).await?;
        let state = |case: CaseId| ExecutionFeeState {
            case,
            fee: fees.remove(&case).unwrap_or_default(),
            owed: owed.remove(&case).unwrap_or_default(),
        };
        Ok(cases.into_iter().map(state).collect())
    }
}

/// The execution fee of a case by the books: taken, remitted, still here; and what is owed of it (执行申请费).
#[Object(name = "ExecutionFee")]
impl ExecutionFeeState {
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.case).await
    }
    /// Taken from the case's money by plans that are carried out (已扣收).
    async fn taken(&self) -> Money {
        self.fee.taken
    }
    /// Given to the bank for the treasury, or taken back by a reversal (已上缴或者冲回).
    async fn remitted(&self) -> Money {
        self.fee.left
    }
    /// Still on the court's fee account: to be remitted (待上缴).
    async fn standing(&self) -> Result<Money, Problem> {
        self.fee.standing().map_err(Problem::internal)
    }
    /// Open notes of fee that could not be taken yet (欠缴).
    async fn owed(&self) -> Money {
        self.owed
    }
}

payload! {
    /// What `remitExecutionFee` did (操作结果).
    RemitExecutionFeePayload of SpecialPaymentId {
        /// The proposal with its approval (其他付款).
        payment: SpecialPayment = SpecialPayment::load,
    }
}

#[derive(Default)]
pub struct ExecutionFeeQuery;
#[Object]
impl ExecutionFeeQuery {
    /// Cases of a court whose execution fee is still to be remitted or is owed, in the order of filing (执行申请费清单).
    /// Roles: those of the court who read case money.
    async fn execution_fees(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
        #[graphql(desc = "How many, 1 to 100 (条数).", default = 50)] first: i32,
        #[graphql(desc = "Go on behind this case (起始案件).")] after: Option<CaseId>,
    ) -> Result<Vec<ExecutionFeeState>, Problem> {
        if !scope(ctx, Act::ReadExecutionFees)?.allows_court(court) {
            return Ok(Vec::new());
        }
        let wrong = || Problem::BadInput(format!("first is from 1 to {MOST}"));
        let limit = u64::try_from(first).ok().filter(|_| (1..=MOST).contains(&first)).ok_or_else(wrong)?;
        let cases = store::cases_with_fee(&services(ctx)?.db.reader(), court, after, limit).await?;
        ExecutionFeeState::of_cases(ctx, cases).await
    }
}

#[derive(Default)]
pub struct ExecutionFeeMutation;
#[Object]
impl ExecutionFeeMutation {
    /// Proposes to pay execution fee that was taken from a case to the treasury; BUREAU_CHIEF and FINANCE_REVIEWER
    /// approve (执行申请费上缴国库). Roles: OFFICER, FUND_ADMINISTRATOR.
    async fn remit_execution_fee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Case, amount and payment book (上缴).")] input: RemitExecutionFeeInput,
    ) -> Result<RemitExecutionFeePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
