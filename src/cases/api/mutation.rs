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
    kernel::ids::{
        BankruptcyId, CaseId, ClaimId, CourtId, FeeArrearsId, MeasureId, PartyId, PayeeCorrectionId, PayeeId,
        SatisfactionId,
    },
    mutations, payload,
};

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

mutations! {
    CasesMutation {
        /// Opens an enforcement case with its own account number (执行立案). Role: OFFICER.
        open_case("The case to open (案件).": OpenCaseInput) -> OpenCasePayload;
        /// Adds a party to a running case (追加当事人). Role: OFFICER.
        add_party("The party (当事人).": AddPartyInput) -> AddPartyPayload;
        /// Adds a claim to a running case (追加债权、参与分配). Role: OFFICER.
        add_claim("The claim (债权).": AddClaimInput) -> AddClaimPayload;
        /// Records the account that a party confirmed in writing (确认收款账户). Role: OFFICER.
        confirm_payee("The account (收款账户).": ConfirmPayeeInput) -> ConfirmPayeePayload;
        /// Proposes another account in place of a confirmed one; a FUND_ADMINISTRATOR approves (更正收款账户). Role: OFFICER.
        correct_payee("The correction (更正).": CorrectPayeeInput) -> CorrectPayeePayload;
        /// Terminates a case for now (终结本次执行程序). Roles: OFFICER, TERMINATION_ADMINISTRATOR.
        terminate_case_for_now("The termination (终本).": TerminateCaseForNowInput) -> TerminateCaseForNowPayload;
        /// Resumes a case that was terminated for now, as a new case of type 执恢 (恢复执行). Roles: OFFICER, TERMINATION_ADMINISTRATOR.
        resume_case("The resumption (恢复执行).": ResumeCaseInput) -> ResumeCasePayload;
        /// Takes over the freezes of a case that another court handed over to this one (接收移送案件). Role: OFFICER.
        take_over_case("Case here and case there (接收).": TakeOverCaseInput) -> TakeOverCasePayload;
        /// Closes a case for good; not while money stands on it without a listed reason (结案). Role: OFFICER.
        conclude_case("The conclusion (结案).": ConcludeCaseInput) -> ConcludeCasePayload;
        /// Records money that was found and frozen (冻结). Roles: OFFICER, TERMINATION_ADMINISTRATOR.
        freeze_funds("The measure (措施).": FreezeFundsInput) -> FreezeFundsPayload;
        /// Lifts a freezing measure (解除冻结). Role: OFFICER.
        lift_freeze("The lifting (解除).": LiftFreezeInput) -> LiftFreezePayload;
        /// Records that frozen money was deducted (扣划). Role: OFFICER.
        deduct_frozen_funds("The deduction (扣划).": DeductFrozenFundsInput) -> DeductFrozenFundsPayload;
        /// Records what satisfied a claim outside of the court's account (账外履行). Role: OFFICER.
        record_satisfaction("The satisfaction (履行).": RecordSatisfactionInput) -> RecordSatisfactionPayload;
        /// Notes an execution fee that could not be taken yet (登记欠缴执行费). Role: OFFICER.
        record_fee_arrears("The note (欠缴记录).": RecordFeeArrearsInput) -> RecordFeeArrearsPayload;
        /// Closes a fee note that was paid or waived (结清欠缴执行费). Role: FINANCE_REVIEWER.
        settle_fee_arrears("The settlement (结清).": SettleFeeArrearsInput) -> SettleFeeArrearsPayload;
        /// Records that a court accepted a debtor's bankruptcy: his money is paid to no single creditor (破产受理). Role: OFFICER.
        record_bankruptcy_acceptance("The acceptance (受理).": RecordBankruptcyAcceptanceInput)
            -> RecordBankruptcyAcceptancePayload;
        /// Records that a bankruptcy ended without a distribution (破产程序终结). Role: OFFICER.
        end_bankruptcy("The end (终结).": EndBankruptcyInput) -> EndBankruptcyPayload;
        /// Renews a freeze before its last day (续行冻结). Role: OFFICER.
        renew_freeze("The renewal (续冻).": RenewFreezeInput) -> RenewFreezePayload;
        /// Puts another officer in charge of a case (变更承办人). Role: BUREAU_CHIEF.
        assign_case("The case and its officer (承办人).": AssignCaseInput) -> AssignCasePayload;
        /// Sets up a court with its bank accounts (登记法院). Role: ADMINISTRATOR of all courts.
        register_court("The court (法院).": RegisterCourtInput) -> RegisterCourtPayload;
    }
}
