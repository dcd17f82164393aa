//! What must come back of an advance that was revoked, in the graph.

use crate::{
    access::{Act, Scope},
    cases::api::{Case, CaseParty},
    disbursement::{ops::RecordExecutionReturnInput, store, tables::execution_return},
    graphql::{
        caller::{run, scope, services},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseOrderId, ExecutionReturnId},
        money::Money,
    },
    payload,
    payout::{self, PayableState},
};
use async_graphql::{Context, Object};

/// What an applicant must give back.
pub struct ExecutionReturn(execution_return::Model);
impl ExecutionReturn {
    pub async fn load(ctx: &Context<'_>, id: &ExecutionReturnId) -> Result<Option<ExecutionReturn>, Problem> {
        let scope = scope(ctx, Act::ReadCase)?;
        Ok(store::find_return(&services(ctx)?.db.reader(), &scope, *id).await?.map(ExecutionReturn))
    }
    async fn payment_state(&self, ctx: &Context<'_>) -> Result<PayableState, Problem> {
        let reader = services(ctx)?.db.reader();
        let payable = payout::store::find_payable(&reader, &Scope::Everything, self.0.payable_id).await?;
        payable.map(|row| row.state).ok_or_else(|| Problem::internal("a return of no payment"))
    }
}
/// What must come back of an order that the caller is known to see, the first payment first.
pub async fn execution_returns(ctx: &Context<'_>, order: CaseOrderId) -> Result<Vec<ExecutionReturn>, Problem> {
    let rows = store::returns_of(&services(ctx)?.db.reader(), order).await?;
    Ok(rows.into_iter().map(ExecutionReturn).collect())
}

/// Money that was paid in advance and not granted by the judgment: its applicant must give it back (先予执行返还、执行回转). A
/// note, no posting: the money is not here.
#[Object]
impl ExecutionReturn {
    /// Opaque id (标识).
    pub async fn id(&self) -> ExecutionReturnId {
        self.0.id
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// Who must give it back (返还义务人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        CaseParty::load(ctx, &self.0.party_id).await
    }
    /// Where the payment stands: what the bank has not paid yet is not due (付款状态).
    #[graphql(name = "paymentState")]
    async fn state(&self, ctx: &Context<'_>) -> Result<PayableState, Problem> {
        self.payment_state(ctx).await
    }
    /// What was paid of the advance (应返还金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// What was given back so far (已返还金额).
    async fn returned(&self) -> Money {
        self.0.returned
    }
    /// What is still due; zero while the bank has not paid (尚欠金额).
    async fn due(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        match self.payment_state(ctx).await? {
            PayableState::Paid => self.0.amount.minus(self.0.returned).map_err(Problem::internal),
            _ => Ok(Money::ZERO),
        }
    }
    /// Day of the last return (返还日期).
    async fn returned_on(&self) -> Option<Date> {
        self.0.returned_on.map(Date)
    }
    /// What shows it (返还凭证).
    async fn return_document(&self) -> Option<&str> {
        self.0.return_document.as_deref()
    }
    /// When the advance was revoked (登记时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

payload! {
    /// What `recordExecutionReturn` did (操作结果).
    RecordExecutionReturnPayload of ExecutionReturnId {
        /// What is to be given back, as it stands now (应返还款项).
        execution_return: ExecutionReturn = ExecutionReturn::load,
    }
}

#[derive(Default)]
pub struct AdvanceMutation;
#[Object]
impl AdvanceMutation {
    /// Records that an applicant has given back what he got in advance (登记先予执行返还). Role: OFFICER.
    async fn record_execution_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What came back (返还).")] input: RecordExecutionReturnInput,
    ) -> Result<RecordExecutionReturnPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
