//! Disbursement (案款发放): the order by which a person's money leaves, its approvals, its release by the cashier, and
//! the run that pays many cases at once (集中兑现).
//!
//! Who drafts never approves, who approves never pays. An order names its payee and the receipts that it draws on; both
//! and the amount are what the approvers sign. The money itself moves in `payout`.

pub mod ops;
pub mod outcome;
pub mod preview;
pub mod reading;
pub mod rules;
pub mod store;
pub mod tables;

use crate::kernel::stored_enum;

stored_enum! {
    /// Where an order stands (发放审批状态).
    DisbursementStatus {
        /// Being written by the officer (起草).
        Draft = "DRAFT",
        /// With the approvers (审批中).
        Submitted = "SUBMITTED",
        /// Every step has approved; waits for the cashier (待付款).
        Approved = "APPROVED",
        /// An approver turned it down; the officer may submit it again (已退回).
        Rejected = "REJECTED",
        /// Taken back before the cashier paid (已撤回).
        Recalled = "RECALLED",
        /// Given to the bank; its result is open (已付出).
        Released = "RELEASED",
        /// The bank refused or returned it; a new attempt is needed (银行退回).
        Failed = "FAILED",
        /// The bank confirmed the payment (已到账).
        Paid = "PAID",
        /// The payment was cancelled by two people; its money stands on the case again (付款已撤销).
        Cancelled = "CANCELLED",
    }
}

stored_enum! {
    /// The five reasons for which paying out may wait (延缓发放事由), 法发〔2017〕6号 art 10.
    DeferralReason {
        /// The money must be distributed first (需要进行案款分配).
        Distribution = "DISTRIBUTION",
        /// The applicant's money is preserved or frozen in another matter (执行款被保全或冻结).
        FrozenElsewhere = "FROZEN_ELSEWHERE",
        /// The applicant was called and does not collect (经通知未领取).
        NotCollected = "NOT_COLLECTED",
        /// The case is suspended or stayed by law (依法中止或暂缓执行).
        Suspended = "SUSPENDED",
        /// Another proper reason, in words (其他正当理由).
        Other = "OTHER",
    }
}

stored_enum! {
    /// Grounds on which a case is suspended by a ruling (中止执行事由), 民诉法 art 267, 企业破产法 art 19 and
    /// 执行和解规定 art 2.
    SuspensionGround {
        /// The applicant agrees to postpone (申请人表示可以延期执行).
        ApplicantAgrees = "APPLICANT_AGREES",
        /// An outsider's objection to the object has good grounds (案外人异议确有理由).
        OutsiderObjection = "OUTSIDER_OBJECTION",
        /// A party has died; heirs are awaited (一方当事人死亡，等待继承人).
        PartyDied = "PARTY_DIED",
        /// A party organisation has ended; its successor is not known yet (法人或其他组织终止，未确定承受人).
        OrganisationEnded = "ORGANISATION_ENDED",
        /// The debtor's bankruptcy was accepted (破产申请受理).
        Bankruptcy = "BANKRUPTCY",
        /// The title is under retrial (再审).
        Retrial = "RETRIAL",
        /// The parties have settled; recorded by `recordSettlement` alone (执行和解).
        Settlement = "SETTLEMENT",
        /// Another ground that the court finds to need it (法院认为应当中止的其他情形).
        Other = "OTHER",
    }
}

stored_enum! {
    /// What a payout run looks for (集中兑现范围).
    PayoutSelection {
        /// Livelihood claims of at most 50,000.00 (五万元以下涉民生案件).
        SmallLivelihood = "SMALL_LIVELIHOOD",
        /// Everything that may be paid (全部可发放案款).
        AllPayable = "ALL_PAYABLE",
        /// What a saved rule says; see the run's programme (按已保存的规则).
        Rule = "RULE",
    }
}

stored_enum! {
    /// How the kinds and the limit of a rule go together (条件组合方式).
    Combination {
        /// Both must hold (同时满足).
        All = "ALL",
        /// One is enough (满足其一).
        Any = "ANY",
    }
}

stored_enum! {
    /// Where a payout run stands (集中兑现批次状态).
    PayoutRunStatus {
        /// Its cases are being looked at, some at a time (选取中).
        Selecting = "SELECTING",
        /// No case of the court fitted (无符合条件案件).
        Empty = "EMPTY",
        /// Lines are selected (起草).
        Draft = "DRAFT",
        /// With the approvers (审批中).
        Submitted = "SUBMITTED",
        /// Every step has approved; waits for the cashier (待付款).
        Approved = "APPROVED",
        /// An approver turned it down (已退回).
        Rejected = "REJECTED",
        /// Being booked, some lines at a time (付款中).
        Releasing = "RELEASING",
        /// Every line is booked or has its reason why not (已付出).
        Released = "RELEASED",
    }
}

stored_enum! {
    /// Where a line of a run stands (兑现明细状态).
    PayoutLineState {
        /// Selected (已选入).
        Selected = "SELECTED",
        /// Booked and given to the bank; see its payable (已付出).
        Released = "RELEASED",
        /// Left out at release because something had changed since the approval (付出时跳过).
        Skipped = "SKIPPED",
    }
}

stored_enum! {
    /// Why a case or claim is left out of a run (未选入原因).
    SkipReason {
        /// The case is closed or transferred (案件状态不允许).
        CaseNotOpen = "CASE_NOT_OPEN",
        /// The case stands still by a ruling; its `suspensions` say on what ground (案件中止执行).
        CaseSuspended = "CASE_SUSPENDED",
        /// The parties have settled: what stood on the account before the agreement waits while it is performed, what
        /// it brings in is paid (执行和解履行中).
        Settled = "SETTLED",
        /// Payment is deferred (已延缓发放).
        Deferred = "DEFERRED",
        /// The money is frozen or held (案款被冻结或保留).
        Frozen = "FROZEN",
        /// Nothing is available (无可发放余额).
        NothingAvailable = "NOTHING_AVAILABLE",
        /// The claim is satisfied (债权已清偿).
        NothingOwed = "NOTHING_OWED",
        /// Not a matter of livelihood (非涉民生).
        NotLivelihood = "NOT_LIVELIHOOD",
        /// The base is above 50,000.00 (标的超过五万元).
        AboveLimit = "ABOVE_LIMIT",
        /// Several creditors share the money: it needs a plan (需先行分配).
        NeedsPlan = "NEEDS_PLAN",
        /// The payee has not confirmed an account in writing (收款账户未确认).
        PayeeNotConfirmed = "PAYEE_NOT_CONFIRMED",
        /// The account does not bear the creditor's name (户名与权利人不符).
        PayeeNameMismatch = "PAYEE_NAME_MISMATCH",
        /// An order or another run pays it already (已在发放中).
        AlreadyOrdered = "ALREADY_ORDERED",
        /// An objection to the sale or to the plan is open (异议未审结).
        Objection = "OBJECTION",
        /// The debtor's bankruptcy is accepted: his money goes to no single creditor (被执行人破产).
        DebtorBankrupt = "DEBTOR_BANKRUPT",
        /// The claim stands in a rank that the rule does not take (受偿顺位不在范围).
        OtherRank = "OTHER_RANK",
        /// Its money has not been here as long as the rule asks for (到账时间不足).
        TooRecent = "TOO_RECENT",
    }
}

stored_enum! {
    /// Where a deferral stands (延缓发放状态).
    DeferralStatus {
        /// Waits for the bureau chief (待审批).
        Proposed = "PROPOSED",
        /// Paying out waits (延缓中).
        InForce = "IN_FORCE",
        /// Turned down (已驳回).
        Rejected = "REJECTED",
        /// The reason is gone: paid within ten days (已解除).
        Ended = "ENDED",
    }
}
