//! Root fields that change courts and cases.

use super::{
    Bankruptcy, Case, CaseParty, Claim, Court, FeeArrears, Payee, PayeeCorrection, PreservationMeasure, Satisfaction,
};
use crate::{
    cases::ops::{
        AddClaimInput, AddPartyInput, AssignCaseInput, ConcludeCaseInput, ConfirmPayeeInput, CorrectPayeeInput,
        DeductFrozenFundsInput, EndBankruptcyInput, FreezeFundsInput, LiftFreezeInput, OpenCaseInput,
        RecordBankruptcyAcceptanceInput, RecordFeeArrearsInput, RecordSatisfactionInput, RegisterCourtInput,
        RenewFreezeInput, ResumeCaseInput, SettleFeeArrearsInput, TakeOverCaseInput, TerminateCaseForNowInput,
    },
    graphql::caller::run,
    kernel::{
        error::Problem,
        ids::{
            BankruptcyId, CaseId, ClaimId, CourtId, FeeArrearsId, MeasureId, PartyId, PayeeCorrectionId, PayeeId,
            SatisfactionId,
        },
    },
    payload,
};
use async_graphql::{Context, Object};

payload! {
    /// What `openCase` did (操作结果).
    OpenCasePayload of CaseId {
        /// The case (案件).
        case: Case = Case::load,
    }
    /// What `addParty` did (操作结果).
    AddPartyPayload of PartyId {
        /// The party (当事人).
        party: CaseParty = CaseParty::load,
    }
    /// What `addClaim` did (操作结果).
    AddClaimPayload of ClaimId {
        /// The claim (债权).
        claim: Claim = Claim::load,
    }
    /// What `confirmPayee` did (操作结果).
    ConfirmPayeePayload of PayeeId {
        /// The account (收款账户).
        payee: Payee = Payee::load,
    }
    /// What `correctPayee` did (操作结果).
    CorrectPayeePayload of PayeeCorrectionId {
        /// The proposal with its approval (更正提案).
        correction: PayeeCorrection = PayeeCorrection::load,
    }
    /// What `terminateCaseForNow` did (操作结果).
    TerminateCaseForNowPayload of CaseId {
        /// The case (案件).
        case: Case = Case::load,
    }
    /// What `resumeCase` did (操作结果).
    ResumeCasePayload of CaseId {
        /// The new case (恢复执行案件).
        case: Case = Case::load,
    }
    /// What `takeOverCase` did (操作结果).
    TakeOverCasePayload of CaseId {
        /// The case here, with the freezes (本院案件).
        case: Case = Case::load,
    }
    /// What `concludeCase` did (操作结果).
    ConcludeCasePayload of CaseId {
        /// The case (案件).
        case: Case = Case::load,
    }
    /// What `freezeFunds` did (操作结果).
    FreezeFundsPayload of MeasureId {
        /// The measure (措施).
        measure: PreservationMeasure = PreservationMeasure::load,
    }
    /// What `liftFreeze` did (操作结果).
    LiftFreezePayload of MeasureId {
        /// The measure (措施).
        measure: PreservationMeasure = PreservationMeasure::load,
    }
    /// What `deductFrozenFunds` did (操作结果).
    DeductFrozenFundsPayload of MeasureId {
        /// The measure (措施).
        measure: PreservationMeasure = PreservationMeasure::load,
    }
    /// What `recordSatisfaction` did (操作结果).
    RecordSatisfactionPayload of SatisfactionId {
        /// The record (履行记录).
        satisfaction: Satisfaction = Satisfaction::load,
    }
    /// What `recordFeeArrears` did (操作结果).
    RecordFeeArrearsPayload of FeeArrearsId {
        /// The note (欠缴记录).
        fee_arrears: FeeArrears = FeeArrears::load,
    }
    /// What `settleFeeArrears` did (操作结果).
    SettleFeeArrearsPayload of FeeArrearsId {
        /// The note (欠缴记录).
        fee_arrears: FeeArrears = FeeArrears::load,
    }
    /// What `recordBankruptcyAcceptance` did (操作结果).
    RecordBankruptcyAcceptancePayload of BankruptcyId {
        /// The bankruptcy with what is in transit (破产受理).
        bankruptcy: Bankruptcy = Bankruptcy::load,
    }
    /// What `endBankruptcy` did (操作结果).
    EndBankruptcyPayload of BankruptcyId {
        /// The bankruptcy (破产受理).
        bankruptcy: Bankruptcy = Bankruptcy::load,
    }
    /// What `renewFreeze` did (操作结果).
    RenewFreezePayload of MeasureId {
        /// The measure (措施).
        measure: PreservationMeasure = PreservationMeasure::load,
    }
    /// What `assignCase` did (操作结果).
    AssignCasePayload of CaseId {
        /// The case (案件).
        case: Case = Case::load,
    }
    /// What `registerCourt` did (操作结果).
    RegisterCourtPayload of CourtId {
        /// The court (法院).
        court: Court = Court::load,
    }
}

#[derive(Default)]
pub struct CasesMutation;
#[Object]
impl CasesMutation {
    /// Opens an enforcement case with its own account number (执行立案). Role: OFFICER.
    async fn open_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case to open (案件).")] input: OpenCaseInput,
    ) -> Result<OpenCasePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Adds a party to a running case (追加当事人). Role: OFFICER.
    async fn add_party(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The party (当事人).")] input: AddPartyInput,
    ) -> Result<AddPartyPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Adds a claim to a running case (追加债权、参与分配). Role: OFFICER.
    async fn add_claim(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The claim (债权).")] input: AddClaimInput,
    ) -> Result<AddClaimPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records the account that a party confirmed in writing (确认收款账户). Role: OFFICER.
    async fn confirm_payee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account (收款账户).")] input: ConfirmPayeeInput,
    ) -> Result<ConfirmPayeePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes another account in place of a confirmed one; a FUND_ADMINISTRATOR approves (更正收款账户). Role: OFFICER.
    async fn correct_payee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The correction (更正).")] input: CorrectPayeeInput,
    ) -> Result<CorrectPayeePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Terminates a case for now (终结本次执行程序). Roles: OFFICER, TERMINATION_ADMINISTRATOR.
    async fn terminate_case_for_now(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The termination (终本).")] input: TerminateCaseForNowInput,
    ) -> Result<TerminateCaseForNowPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Resumes a case that was terminated for now, as a new case of type 执恢 (恢复执行). Roles: OFFICER, TERMINATION_ADMINISTRATOR.
    async fn resume_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The resumption (恢复执行).")] input: ResumeCaseInput,
    ) -> Result<ResumeCasePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Takes over the freezes of a case that another court handed over to this one (接收移送案件). Role: OFFICER.
    async fn take_over_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Case here and case there (接收).")] input: TakeOverCaseInput,
    ) -> Result<TakeOverCasePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Closes a case for good; not while money stands on it without a listed reason (结案). Role: OFFICER.
    async fn conclude_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conclusion (结案).")] input: ConcludeCaseInput,
    ) -> Result<ConcludeCasePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records money that was found and frozen (冻结). Roles: OFFICER, TERMINATION_ADMINISTRATOR.
    async fn freeze_funds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The measure (措施).")] input: FreezeFundsInput,
    ) -> Result<FreezeFundsPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Lifts a freezing measure (解除冻结). Role: OFFICER.
    async fn lift_freeze(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lifting (解除).")] input: LiftFreezeInput,
    ) -> Result<LiftFreezePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that frozen money was deducted (扣划). Role: OFFICER.
    async fn deduct_frozen_funds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The deduction (扣划).")] input: DeductFrozenFundsInput,
    ) -> Result<DeductFrozenFundsPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records what satisfied a claim outside of the court's account (账外履行). Role: OFFICER.
    async fn record_satisfaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The satisfaction (履行).")] input: RecordSatisfactionInput,
    ) -> Result<RecordSatisfactionPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Notes an execution fee that could not be taken yet (登记欠缴执行费). Role: OFFICER.
    async fn record_fee_arrears(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note (欠缴记录).")] input: RecordFeeArrearsInput,
    ) -> Result<RecordFeeArrearsPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Closes a fee note that was paid or waived (结清欠缴执行费). Role: FINANCE_REVIEWER.
    async fn settle_fee_arrears(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The settlement (结清).")] input: SettleFeeArrearsInput,
    ) -> Result<SettleFeeArrearsPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that a court accepted a debtor's bankruptcy: his money is paid to no single creditor (破产受理). Role: OFFICER.
    async fn record_bankruptcy_acceptance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The acceptance (受理).")] input: RecordBankruptcyAcceptanceInput,
    ) -> Result<RecordBankruptcyAcceptancePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Records that a bankruptcy ended without a distribution (破产程序终结). Role: OFFICER.
    async fn end_bankruptcy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The end (终结).")] input: EndBankruptcyInput,
    ) -> Result<EndBankruptcyPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Renews a freeze before its last day (续行冻结). Role: OFFICER.
    async fn renew_freeze(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The renewal (续冻).")] input: RenewFreezeInput,
    ) -> Result<RenewFreezePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Puts another officer in charge of a case (变更承办人). Role: BUREAU_CHIEF.
    async fn assign_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case and its officer (承办人).")] input: AssignCaseInput,
    ) -> Result<AssignCasePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Sets up a court with its bank accounts (登记法院). Role: ADMINISTRATOR of all courts.
    async fn register_court(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] input: RegisterCourtInput,
    ) -> Result<RegisterCourtPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
