//! Orders on record, relief from fees and the handover of an officer's cases in the graph.

use super::{Case, CaseParty, Claim, PreservationMeasure, visible_case};
use crate::kernel::query::Fetch;
use crate::{
    access::approval_api::Approval,
    cases::{
        AdvanceGround, CaseOrderKind, CaseOrderState, FeeReliefGround, FeeReliefKind, ProposalStatus, RelievedFee,
        ops::{
            HandOverCasesInput, HandedOver, ProposeFeeReliefInput, RecordAdvanceExecutionInput,
            RecordWorkingCapitalInput,
        },
        store::{case_order, fee_relief},
    },
    disbursement::{
        api::{ExecutionReturn, execution_returns},
        ops::EndCaseOrderInput,
    },
    graphql::{caller::services, scalars::Date},
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseOrderId, FeeReliefId},
        money::Money,
    },
    mutations, payload,
};
use async_graphql::{Context, Object};
use sea_orm::EntityTrait;

/// An order that stands on record in a case.
pub struct CaseOrder(pub case_order::Model);
impl CaseOrder {
    pub async fn load(ctx: &Context<'_>, id: &CaseOrderId) -> Result<Option<CaseOrder>, Problem> {
        let row = case_order::Entity::find_by_id(*id).first(&services(ctx)?.db.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| CaseOrder(row)))
    }
}

/// An order of the court that binds what may be done with a claim or a freeze; it moves no money by itself (登记事项).
#[Object]
impl CaseOrder {
    /// Opaque id (标识).
    pub async fn id(&self) -> CaseOrderId {
        self.0.id
    }
    /// What it orders (种类).
    async fn kind(&self) -> CaseOrderKind {
        self.0.kind
    }
    /// Where it stands (状态).
    async fn state(&self) -> CaseOrderState {
        self.0.state
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// The claim that is enforced in advance (债权).
    async fn claim(&self, ctx: &Context<'_>) -> Result<Option<Claim>, Problem> {
        match &self.0.claim_id {
            Some(id) => Claim::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// The freeze that working capital is left out of (冻结措施).
    async fn measure(&self, ctx: &Context<'_>) -> Result<Option<PreservationMeasure>, Problem> {
        match &self.0.measure_id {
            Some(id) => PreservationMeasure::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// Ground of the advance (情形).
    async fn ground(&self) -> Option<AdvanceGround> {
        self.0.ground
    }
    /// Amount in advance, or working capital that stays (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Security that the applicant gave (担保金额).
    async fn security(&self) -> Money {
        self.0.security
    }
    /// Why (理由).
    async fn reasons(&self) -> &str {
        &self.0.reasons
    }
    /// Ruling or decision (文书).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Day of the order (日期).
    async fn ordered_on(&self) -> Date {
        Date(self.0.ordered_on)
    }
    /// Last day of the reserve (预留期限).
    async fn until(&self) -> Option<Date> {
        self.0.until.map(Date)
    }
    /// Day on which it ended (终结日期).
    async fn ended_on(&self) -> Option<Date> {
        self.0.ended_on.map(Date)
    }
    /// Judgment or decision that ended it (终结文书).
    async fn end_document(&self) -> Option<&str> {
        self.0.end_document.as_deref()
    }
    /// What must come back of an advance that was revoked, the first payment first (应返还款项).
    async fn execution_returns(&self, ctx: &Context<'_>) -> Result<Vec<ExecutionReturn>, Problem> {
        execution_returns(ctx, self.0.id).await
    }
    /// When it was recorded (登记时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

/// Relief from a fee.
pub struct FeeRelief(pub fee_relief::Model);
impl FeeRelief {
    pub async fn load(ctx: &Context<'_>, id: &FeeReliefId) -> Result<Option<FeeRelief>, Problem> {
        let row = fee_relief::Entity::find_by_id(*id).first(&services(ctx)?.db.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| FeeRelief(row)))
    }
}

/// A fee put off, lowered or waived for a party, 诉讼费用交纳办法 44–47 (诉讼费用缓减免).
#[Object]
impl FeeRelief {
    /// Opaque id (标识).
    pub async fn id(&self) -> FeeReliefId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// Who owes the fee (当事人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        CaseParty::load(ctx, &self.0.party_id).await
    }
    /// Which fee (费用种类).
    async fn fee(&self) -> RelievedFee {
        self.0.fee
    }
    /// Put off, lowered or waived (缓减免方式).
    async fn kind(&self) -> FeeReliefKind {
        self.0.kind
    }
    /// Which case of articles 45 to 47 (情形).
    async fn ground(&self) -> FeeReliefGround {
        self.0.ground
    }
    /// The fee (费用金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Percent that is waived, with REDUCE (减交比例).
    async fn percent(&self) -> Option<i32> {
        self.0.percent
    }
    /// What need not be paid (减免金额).
    async fn relieved(&self) -> Money {
        self.0.relieved
    }
    /// Until when it is put off, with DEFER (缓交期限).
    async fn until(&self) -> Option<Date> {
        self.0.until.map(Date)
    }
    /// The facts behind it (理由).
    async fn reasons(&self) -> &str {
        &self.0.reasons
    }
    /// Application and proof (申请及证明).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Its approval (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
}

/// What changed hands when an officer left.
pub struct Handover(HandedOver);
impl Handover {
    async fn show(_: &Context<'_>, done: &HandedOver) -> Result<Option<Handover>, Problem> {
        Ok(Some(Handover(done.clone())))
    }
}
/// What changed hands when an officer left (移交结果).
#[Object]
impl Handover {
    /// How many cases (案件数).
    async fn cases(&self) -> usize {
        self.0.cases
    }
    /// What stood on their accounts (案款余额).
    async fn money(&self) -> Money {
        self.0.money
    }
    /// True when more than 500 were open: hand over again (是否还有).
    async fn more(&self) -> bool {
        self.0.more
    }
}

payload! {
    /// What `handOverCases` did (操作结果).
    HandOverCasesPayload of HandedOver {
        /// What changed hands (移交结果).
        handover: Handover = Handover::show,
    }
    /// What `recordAdvanceExecution` did (操作结果).
    RecordAdvanceExecutionPayload of CaseOrderId {
        /// The order (登记事项).
        order: CaseOrder = CaseOrder::load,
    }
    /// What `recordWorkingCapital` did (操作结果).
    RecordWorkingCapitalPayload of CaseOrderId {
        /// The order (登记事项).
        order: CaseOrder = CaseOrder::load,
    }
    /// What `endCaseOrder` did (操作结果).
    EndCaseOrderPayload of CaseOrderId {
        /// The order (登记事项).
        order: CaseOrder = CaseOrder::load,
    }
    /// What `proposeFeeRelief` did (操作结果).
    ProposeFeeReliefPayload of FeeReliefId {
        /// The proposal with its approval (缓减免).
        relief: FeeRelief = FeeRelief::load,
    }
}

mutations! {
    CaseOrderMutation {
        /// Records a ruling on advance execution (登记先予执行). Role: OFFICER.
        record_advance_execution("Claim and ruling (先予执行).": RecordAdvanceExecutionInput)
            -> RecordAdvanceExecutionPayload;
        /// Records that an enterprise keeps working capital on a frozen deposit (登记预留流动资金). Role: OFFICER.
        record_working_capital("Freeze and decision (预留).": RecordWorkingCapitalInput) -> RecordWorkingCapitalPayload;
        /// Ends an order on record (终结登记事项). Role: OFFICER.
        end_case_order("Order and outcome (终结).": EndCaseOrderInput) -> EndCaseOrderPayload;
        /// Puts another officer in charge of everything that one has open, before he leaves (办案人员调离移交).
        /// Role: BUREAU_CHIEF.
        hand_over_cases("Who leaves and who takes over (移交).": HandOverCasesInput) -> HandOverCasesPayload;
        /// Proposes relief from a fee; BUREAU_CHIEF and VICE_PRESIDENT approve (诉讼费用缓减免). Role: OFFICER.
        propose_fee_relief("Party, fee and ground (缓减免).": ProposeFeeReliefInput) -> ProposeFeeReliefPayload;
    }
}
