//! Cases: the court, its enforcement cases, their parties, claims, payees, preservation measures and fee notes.
//!
//! A case (执行案件) is what every other room hangs its money on: it owns the case account number (一案一账号), the claims
//! that a distribution pays and the confirmed accounts that a payout goes to. This file holds the nouns and states.

pub mod ops;
pub mod rules;
pub mod store;

use crate::kernel::stored_enum;

stored_enum! {
    /// What kind of enforcement case this is, by the type code of its number (案件类型).
    CaseKind {
        /// First enforcement of a title, 执 (首次执行).
        Enforcement = "ENFORCEMENT",
        /// Enforcement resumed after it was terminated for now, 执恢 (恢复执行).
        Resumed = "RESUMED",
        /// Enforcement of a preservation ruling, 执保 or 财保 (财产保全).
        Preservation = "PRESERVATION",
        /// Objection to an act of enforcement or of an outsider, 执异 (执行异议).
        Objection = "OBJECTION",
        /// Review of a ruling on an objection, 执复 (执行复议).
        Review = "REVIEW",
        /// Supervision by a higher court, 执监 (执行监督).
        Supervision = "SUPERVISION",
        /// Coordination between courts, 执协 (执行协调).
        Coordination = "COORDINATION",
        /// Any other enforcement matter, e.g. 执他 (其他执行案件).
        Other = "OTHER",
    }
}

stored_enum! {
    /// Where the case stands (案件状态).
    CaseStatus {
        /// Enforcement runs (执行中).
        Open = "OPEN",
        /// Suspended by a ruling (中止执行).
        Suspended = "SUSPENDED",
        /// Terminated for now: nothing was found to enforce on; it may resume at any time (终结本次执行程序).
        TerminatedForNow = "TERMINATED_FOR_NOW",
        /// Closed for good (已结案).
        Concluded = "CONCLUDED",
        /// Handed over to another court (已移送).
        Transferred = "TRANSFERRED",
    }
}

stored_enum! {
    /// How a case was closed for good (结案方式).
    ConclusionManner {
        /// The title is performed in full (执行完毕).
        Performed = "PERFORMED",
        /// Enforcement is ended by law or by the applicant's withdrawal (终结执行).
        Ended = "ENDED",
        /// The title is refused enforcement (不予执行).
        NotEnforced = "NOT_ENFORCED",
        /// The application is dismissed (驳回申请).
        Dismissed = "DISMISSED",
        /// The filing was a mistake and is struck (销案).
        Struck = "STRUCK",
    }
}

stored_enum! {
    /// Why a claim counts as a matter of livelihood (涉民生类别).
    LivelihoodKind {
        /// Wages and other pay for work (劳动报酬).
        Wages = "WAGES",
        /// Support of parents and grandparents (赡养费).
        SupportElder = "SUPPORT_ELDER",
        /// Support of a spouse or a dependent adult (扶养费).
        SupportSpouse = "SUPPORT_SPOUSE",
        /// Support of a child (抚养费).
        SupportChild = "SUPPORT_CHILD",
        /// Pension of the bereaved or disabled (抚恤金).
        Pension = "PENSION",
        /// Medical costs and medical injury (医疗费用、医疗损害).
        Medical = "MEDICAL",
        /// Injury in a traffic accident (交通事故人身损害).
        TrafficInjury = "TRAFFIC_INJURY",
        /// Injury at work (工伤).
        WorkInjury = "WORK_INJURY",
        /// Any other personal injury (人身损害).
        PersonalInjury = "PERSONAL_INJURY",
        /// Civil claim within a criminal case (刑事附带民事).
        CriminalCivil = "CRIMINAL_CIVIL",
    }
}

stored_enum! {
    /// The class in which a claim is paid (受偿顺位), in the order of a mixed case; 民诉解释 508, 刑财 13.
    ClaimRank {
        /// Costs of the sale and of enforcement that a party advanced, e.g. the appraisal (垫付的执行费用).
        SaleCosts = "SALE_COSTS",
        /// Medical costs of personal injury, where a debtor also owes criminal money (人身损害医疗费).
        MedicalCosts = "MEDICAL_COSTS",
        /// Secured on the property sold: mortgage, pledge, lien (担保物权).
        Secured = "SECURED",
        /// Other priority by law, at the place that a panel sets (其他优先受偿权).
        Priority = "PRIORITY",
        /// Restitution to the victims of a crime (退赔被害人).
        Restitution = "RESTITUTION",
        /// Ordinary claims (普通债权).
        Ordinary = "ORDINARY",
        /// Criminal fine (罚金).
        Fine = "FINE",
        /// Confiscation of property (没收财产).
        Confiscation = "CONFISCATION",
    }
}

stored_enum! {
    /// What a party is in the case (当事人地位).
    PartyRole {
        /// Who asks for enforcement (申请执行人).
        Applicant = "APPLICANT",
        /// Who is enforced against (被执行人).
        Respondent = "RESPONDENT",
        /// Another creditor who joins the distribution (参与分配债权人).
        JoiningCreditor = "JOINING_CREDITOR",
        /// Co-owner of the property (共有人).
        CoOwner = "CO_OWNER",
        /// Person with another lawful interest (利害关系人).
        Interested = "INTERESTED",
        /// Outsider who claims the property (案外人).
        Outsider = "OUTSIDER",
    }
}

stored_enum! {
    /// What kind of person a party is (当事人类型). It decides whether a distribution is pro rata (民诉解释 508, 514).
    PartyKind {
        /// Natural person (自然人).
        Person = "PERSON",
        /// Enterprise with legal personality (企业法人).
        Enterprise = "ENTERPRISE",
        /// Any other organisation: partnership, institution, public body (其他组织).
        Organisation = "ORGANISATION",
    }
}

stored_enum! {
    /// Why a party's money goes out first in a unified payout (困难群体类别).
    Vulnerability {
        /// Of old age (老年人).
        Elderly = "ELDERLY",
        /// Under age (未成年人).
        Minor = "MINOR",
        /// With a disability (残疾人).
        Disabled = "DISABLED",
        /// Seriously ill (重病患者).
        SeriousIllness = "SERIOUS_ILLNESS",
        /// In hardship, e.g. on social relief (生活困难).
        Hardship = "HARDSHIP",
    }
}

stored_enum! {
    /// A listed reason for which a case may be closed although money stands on it (列明事由).
    OpenMoneyReason {
        /// A distribution is being prepared or its plan disputed: money and share stay held (案款待分配或分配争议).
        DistributionPending = "DISTRIBUTION_PENDING",
        /// Another case has frozen the money (另案保全或者冻结).
        FrozenByOtherCase = "FROZEN_BY_OTHER_CASE",
        /// The creditor was called and does not collect; the deposit with a notary is under way (通知未领取、提存办理中).
        PayeeUnreachable = "PAYEE_UNREACHABLE",
        /// A measure stays in force until it lapses; its money was not worth or not open to deduction (查控措施继续有效).
        MeasureContinues = "MEASURE_CONTINUES",
        /// The fee is on record as owed and is collected when property is found (执行费欠缴已登记).
        FeeArrearsRecorded = "FEE_ARREARS_RECORDED",
    }
}

stored_enum! {
    /// How part of a claim was satisfied (履行方式).
    SatisfactionManner {
        /// Paid out by the court (案款发放).
        CourtPayout = "COURT_PAYOUT",
        /// Paid by the debtor to the creditor directly (当场或直接履行).
        Direct = "DIRECT",
        /// Set off against a debt of the creditor (抵销).
        SetOff = "SET_OFF",
        /// Property taken in kind (以物抵债).
        InKind = "IN_KIND",
        /// Waived by the creditor (放弃).
        Waiver = "WAIVER",
        /// Deposited with a notary for the creditor (提存).
        NotaryDeposit = "NOTARY_DEPOSIT",
        /// Came back from the notary: the claim is owed again by the amount (提存退回).
        NotaryReturn = "NOTARY_RETURN",
    }
}

stored_enum! {
    /// What a freezing measure lies on (冻结对象).
    FreezeTarget {
        /// Deposits of the debtor at a bank (被执行人银行存款).
        DebtorDeposit = "DEBTOR_DEPOSIT",
        /// Money of this case that another case or organ has frozen (另案冻结案款).
        CaseMoney = "CASE_MONEY",
    }
}

stored_enum! {
    /// Where a freezing measure stands (措施状态).
    MeasureStatus {
        /// In force until its last day (冻结中).
        Active = "ACTIVE",
        /// Lifted by a document (已解除).
        Lifted = "LIFTED",
        /// The money was deducted (已扣划).
        Deducted = "DEDUCTED",
    }
}

stored_enum! {
    /// Where a debtor's bankruptcy stands (破产状态).
    BankruptcyStatus {
        /// Accepted: his money goes to no single creditor (已受理).
        InForce = "IN_FORCE",
        /// Ended without a distribution (已终结).
        Ended = "ENDED",
    }
}

stored_enum! {
    /// When the execution fee is taken (执行费收取顺序).
    FeeOrder {
        /// From the first money (先行收取).
        FirstMoney = "FIRST_MONEY",
        /// After the applicant has been paid in full (申请执行人优先).
        AfterApplicant = "AFTER_APPLICANT",
        /// When the case closes (结案时收取).
        AtClose = "AT_CLOSE",
    }
}

stored_enum! {
    /// Where a fee-arrears note stands (欠缴记录状态).
    FeeArrearsStatus {
        /// Still owed (欠缴).
        Open = "OPEN",
        /// Paid, or waived by a document (已结清).
        Settled = "SETTLED",
    }
}

stored_enum! {
    /// Whether a payee account may be paid to (收款账户状态).
    PayeeStatus {
        /// The account that money goes to now (有效).
        Current = "CURRENT",
        /// Replaced by a corrected account; kept because payments name it (已更正).
        Replaced = "REPLACED",
    }
}

stored_enum! {
    /// Where a proposal that needs a second person stands (提案状态).
    ProposalStatus {
        /// Waits for the second person (待审批).
        Pending = "PENDING",
        /// Approved and carried out (已批准).
        Approved = "APPROVED",
        /// Turned down; nothing was changed (已驳回).
        Rejected = "REJECTED",
        /// Approved, and its payment taken back before it arrived (已撤销).
        Cancelled = "CANCELLED",
    }
}

stored_enum! {
    /// What an order on record orders (登记事项种类).
    CaseOrderKind {
        /// A claim is enforced before the judgment has effect (先予执行).
        AdvanceExecution = "ADVANCE_EXECUTION",
        /// An enterprise keeps working capital on a frozen deposit (预留流动资金).
        WorkingCapital = "WORKING_CAPITAL",
    }
}

stored_enum! {
    /// Where an order on record stands (登记事项状态).
    CaseOrderState {
        /// It binds (有效).
        InForce = "IN_FORCE",
        /// The judgment granted what was paid in advance (判决支持).
        Confirmed = "CONFIRMED",
        /// The applicant lost: what he got goes back and he bears the loss, 民诉法 110 (判决不支持，应予返还).
        Revoked = "REVOKED",
        /// The reserve is no longer needed (预留终止).
        Ended = "ENDED",
    }
}

stored_enum! {
    /// Why a claim is enforced in advance, 民诉法 109 (先予执行情形).
    AdvanceGround {
        /// Support of parents, spouse or children, pensions, medical costs (赡养费、扶养费、抚养费、抚恤金、医疗费用).
        SupportOrMedical = "SUPPORT_OR_MEDICAL",
        /// Pay for work (劳动报酬).
        Wages = "WAGES",
        /// It cannot wait (情况紧急).
        Urgent = "URGENT",
    }
}

stored_enum! {
    /// Which fee a relief is from (费用种类).
    RelievedFee {
        /// Case acceptance fee (案件受理费).
        Acceptance = "ACCEPTANCE",
        /// Preservation fee (申请保全费).
        Preservation = "PRESERVATION",
        /// Execution application fee (申请执行费).
        Execution = "EXECUTION",
    }
}

stored_enum! {
    /// What a relief does, the strongest first (缓减免方式).
    FeeReliefKind {
        /// Waived in full; natural persons only (免交).
        Exempt = "EXEMPT",
        /// Lowered by 30 percent or more (减交).
        Reduce = "REDUCE",
        /// Put off (缓交).
        Defer = "DEFER",
    }
}

stored_enum! {
    /// Why a fee is put off, lowered or waived, 诉讼费用交纳办法 45–47 (缓减免情形). A ground carries the weaker reliefs too.
    FeeReliefGround {
        /// Disabled without a regular income (残疾人无固定生活来源).
        DisabledWithoutIncome = "DISABLED_WITHOUT_INCOME",
        /// Asks for support or a pension (追索赡养费、扶养费、抚育费、抚恤金).
        Support = "SUPPORT",
        /// Lives on the minimum allowance or unemployment benefit (最低生活保障对象、特困人员、失业保险金领取人).
        MinimumAllowance = "MINIMUM_ALLOWANCE",
        /// Was hurt while protecting the public (见义勇为、保护社会公共利益).
        PublicInterest = "PUBLIC_INTEREST",
        /// In need by a natural disaster (自然灾害等不可抗力造成困难).
        Disaster = "DISASTER",
        /// Entitled to special care or placement by the State (优抚、安置对象).
        Preferential = "PREFERENTIAL",
        /// A welfare home or aid station (社会福利机构、救助管理站).
        WelfareHome = "WELFARE_HOME",
        /// Asks for social insurance or severance pay (追索社会保险金、经济补偿金).
        SocialInsurance = "SOCIAL_INSURANCE",
        /// Victim of an accident or other personal injury (人身伤害事故受害人).
        Injury = "INJURY",
        /// Receives legal aid (正在接受法律援助).
        LegalAid = "LEGAL_AID",
        /// Another case of real need (确需缓减免的其他情形).
        Other = "OTHER",
    }
}

stored_enum! {
    /// What an agent is, by which his papers differ, 民诉法 61 (代理人类别).
    AgentKind {
        /// A lawyer (律师).
        Lawyer = "LAWYER",
        /// A legal worker at the grass roots (基层法律服务工作者).
        LegalWorker = "LEGAL_WORKER",
        /// A close relative of the party (近亲属).
        Relative = "RELATIVE",
        /// On the staff of a party that is an organisation (工作人员).
        Staff = "STAFF",
        /// A citizen whom the party's community, unit or a social body recommends (被推荐的公民).
        Recommended = "RECOMMENDED",
    }
}

stored_enum! {
    /// How far an agent's power reaches (代理权限).
    AgentAuthority {
        /// Acts of procedure only (一般代理).
        General = "GENERAL",
        /// The acts too that the power of attorney names (特别授权).
        Special = "SPECIAL",
    }
}

stored_enum! {
    /// An act for which an agent needs special authority, 执行规定 20 (特别授权事项).
    AgentAct {
        /// Receive money that is paid out (代为收取执行款项).
        ReceiveMoney = "RECEIVE_MONEY",
        /// Waive or change a right (代为放弃、变更民事权利).
        Waive = "WAIVE",
        /// Settle in enforcement (代为进行执行和解).
        Settle = "SETTLE",
    }
}

stored_enum! {
    /// Where an agent's papers stand (代理手续状态).
    AgentPaperStatus {
        /// In force within their period (有效).
        InForce = "IN_FORCE",
        /// The party took the power back and told the court (已解除).
        Revoked = "REVOKED",
    }
}

stored_enum! {
    /// Where a settlement stands (执行和解协议状态).
    SettlementStatus {
        /// Being performed: the case stands still (履行中).
        InForce = "IN_FORCE",
        /// Every instalment is paid (履行完毕).
        Performed = "PERFORMED",
        /// The title is enforced again; what was paid counts (恢复执行).
        Ended = "ENDED",
        /// The case ended, or went to another court, before it was performed: it binds its parties outside of the case
        /// (案件终结或者移送).
        CaseClosed = "CASE_CLOSED",
    }
}

stored_enum! {
    /// Why the title is enforced again in place of a settlement (恢复执行事由), 民诉法 art 241.
    SettlementEndGround {
        /// An instalment is late (未按期履行).
        NotPerformed = "NOT_PERFORMED",
        /// The debtor says or shows that he will not perform (明确表示或者以行为表明不履行).
        Repudiated = "REPUDIATED",
        /// The applicant settled by fraud or duress (受欺诈、胁迫).
        FraudOrDuress = "FRAUD_OR_DURESS",
    }
}
