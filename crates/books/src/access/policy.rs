//! The policy: role × act × scope, in one readable table.
//!
//! Every root field of the graph has exactly one line here; a test reads `schema.graphql` and fails when one is missing.
//! The scope that a line gives goes into the finder, so that an unscoped query does not exist: what lies outside is not
//! forbidden but not there.

use super::actor::{Actor, Grant};
pub use super::{
    role::Role,
    scope::{EVERY_COURT, Scope},
};
use crate::kernel::{error::Problem, ids::CourtId};

/// How far a role's right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The courts in which the actor holds the role.
    Court,
    /// What belongs to the actor's own account.
    Own,
}

/// Who may do an act.
#[derive(Debug)]
pub enum Rule {
    /// Anybody, without signing in.
    Public,
    /// Anybody who is signed in; the act itself is about the actor.
    SignedIn,
    /// The roles with their reach; nobody else.
    Roles(&'static [(Role, Reach)]),
    /// Jobs of the system alone: not reachable through the graph.
    System,
}

/// Declares the acts: name, root field, rule.
macro_rules! policy {
    ($($act:ident $field:literal => $rule:expr;)+) => {
        /// A named legal act: what the policy speaks of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Act { $($act),+ }
        impl Act {
            pub const ALL: &'static [Act] = &[$(Act::$act),+];
            /// `Mutation.openCase`: the root field, or the name of a job's act.
            pub const fn field(self) -> &'static str { match self { $(Act::$act => $field),+ } }
            pub fn rule(self) -> Rule { match self { $(Act::$act => $rule),+ } }
        }
    };
}

macro_rules! roles {
    ($($role:ident $reach:ident),+) => { Rule::Roles(&[$((Role::$role, Reach::$reach)),+]) };
}

policy! {
    // ---- everybody ----
    ReadServerTime        "Query.serverTime"              => Rule::Public;
    ReadNode              "Query.node"                    => Rule::Public;
    ReadNodes             "Query.nodes"                   => Rule::Public;
    ReadViewer            "Query.viewer"                  => Rule::Public;
    ReadSigningKeys       "Query.signingKeys"             => Rule::Public;
    ReadRuleBook          "Query.ruleBook"                => Rule::Public;
    ReadWorkingDays       "Query.workingDays"             => Rule::Public;
    Calculate             "Query.calculate"               => Rule::Public;
    ReadCourts            "Query.courts"                  => Rule::Public;
    ReadLots              "Query.lots"                    => Rule::Public;
    ReadLot               "Query.lot"                     => Rule::Public;
    ReadCatalogue         "Query.catalogue"               => Rule::Public;
    ReadRefundSpeed       "Query.depositRefundSpeed"      => Rule::Public;
    ReadCheckpoint        "Query.auditCheckpoint"         => Rule::Public;
    WatchLot              "Subscription.lotEvents"        => Rule::Public;
    ReadCourtStatistics   "Query.courtStatistics"         => Rule::Public;
    ReadLotCollections    "Query.lotCollections"          => Rule::Public;
    WatchCatalogue        "Subscription.catalogueEvents"  => Rule::Public;
    // ---- access ----
    SignUp                "Mutation.signUp"               => Rule::Public;
    Login                 "Mutation.login"                => Rule::Public;
    RefreshSession        "Mutation.refreshSession"       => Rule::Public;
    Logout                "Mutation.logout"               => Rule::SignedIn;
    RevokeSessions        "Mutation.revokeSessions"       => Rule::SignedIn;
    SaveFilter            "Mutation.saveFilter"           => Rule::SignedIn;
    RemoveFilter          "Mutation.removeFilter"         => Rule::SignedIn;
    ReadAccounts          "Query.accounts"                => roles!(QualificationClerk Court, Administrator Court);
    ReadRoleGrants        "Query.roleGrants"              => roles!(Administrator Court, Inspector Court);
    VerifyAccount         "Mutation.verifyAccount"        => roles!(QualificationClerk Court);
    GrantRole             "Mutation.grantRole"            => roles!(Administrator Court);
    RevokeRole            "Mutation.revokeRole"           => roles!(Administrator Court);
    Approve               "Mutation.approve"              => Rule::SignedIn;
    Reject                "Mutation.reject"               => Rule::SignedIn;
    ReadApprovals         "Query.approvals"               => Rule::SignedIn;
    AddUser               "duixian user add"              => Rule::System;
    // ---- administration ----
    ReadCourtParameters   "Query.courtParameters"         => READ_SETTINGS;
    SetCourtParameter     "Mutation.setCourtParameter"    => roles!(Administrator Court);
    ReadCalendarNotices   "Query.calendarNotices"         => READ_SETTINGS;
    ProposeCalendarNotice "Mutation.proposeCalendarNotice" => roles!(Administrator Court);
    // ---- cases ----
    RegisterCourt         "Mutation.registerCourt"        => roles!(Administrator Court);
    SetSuperiorCourt      "Mutation.setSuperiorCourt"     => roles!(Administrator Court);
    RecordVulnerableParty "Mutation.recordVulnerableParty" => roles!(Officer Court);
    RecordConsumptionRestriction "Mutation.recordConsumptionRestriction" => roles!(Officer Court);
    LiftConsumptionRestriction "Mutation.liftConsumptionRestriction" => roles!(Officer Court);
    ReadCases             "Query.cases"                   => READ_CASES;
    ReadCase              "Query.case"                    => READ_CASES;
    OpenCase              "Mutation.openCase"             => roles!(Officer Court);
    AddParty              "Mutation.addParty"             => roles!(Officer Court);
    AddClaim              "Mutation.addClaim"             => roles!(Officer Court);
    RecordAgentPaper      "Mutation.recordAgentPaper"     => roles!(Officer Court);
    RevokeAgentPaper      "Mutation.revokeAgentPaper"     => roles!(Officer Court);
    ConfirmPayee          "Mutation.confirmPayee"         => roles!(Officer Court);
    CorrectPayee          "Mutation.correctPayee"         => roles!(Officer Court);
    TerminateCaseForNow   "Mutation.terminateCaseForNow"  => roles!(Officer Court, TerminationAdministrator Court);
    ResumeCase            "Mutation.resumeCase"           => roles!(Officer Court, TerminationAdministrator Court);
    TakeOverCase          "Mutation.takeOverCase"         => roles!(Officer Court);
    ConcludeCase          "Mutation.concludeCase"         => roles!(Officer Court);
    AssignCase            "Mutation.assignCase"           => roles!(BureauChief Court);
    HandOverCases         "Mutation.handOverCases"        => roles!(BureauChief Court);
    SuspendCase           "Mutation.suspendCase"          => roles!(Officer Court);
    ResumeSuspendedCase   "Mutation.resumeSuspendedCase"  => roles!(Officer Court);
    ReadSettlements       "Query.settlements"             => READ_CASES;
    RecordSettlement      "Mutation.recordSettlement"     => roles!(Officer Court);
    RecordSettlementPerformed "Mutation.recordSettlementPerformed" => roles!(Officer Court);
    EndSettlement         "Mutation.endSettlement"        => roles!(Officer Court);
    FreezeFunds           "Mutation.freezeFunds"          => roles!(Officer Court, TerminationAdministrator Court);
    LiftFreeze            "Mutation.liftFreeze"           => roles!(Officer Court);
    RenewFreeze           "Mutation.renewFreeze"          => roles!(Officer Court);
    ReadMeasures          "Query.measures"                => READ_CASES;
    ReadCaseImports       "Query.caseImports"             => roles!(Officer Court, BureauChief Court, Inspector Court);
    UploadCaseImport      "Mutation.uploadCaseImport"     => roles!(Officer Court);
    ConfirmCaseImport     "Mutation.confirmCaseImport"    => roles!(Officer Court);
    ExportCases           "Mutation.exportCases"          => roles!(Officer Court);
    RecordBankruptcy      "Mutation.recordBankruptcyAcceptance" => roles!(Officer Court);
    EndBankruptcy         "Mutation.endBankruptcy"        => roles!(Officer Court);
    DeductFrozenFunds     "Mutation.deductFrozenFunds"    => roles!(Officer Court);
    RecordSatisfaction    "Mutation.recordSatisfaction"   => roles!(Officer Court);
    RecordFeeArrears      "Mutation.recordFeeArrears"     => roles!(Officer Court);
    SettleFeeArrears      "Mutation.settleFeeArrears"     => roles!(FinanceReviewer Court);
    RecordAdvanceExecution "Mutation.recordAdvanceExecution" => roles!(Officer Court);
    RecordWorkingCapital  "Mutation.recordWorkingCapital" => roles!(Officer Court);
    EndCaseOrder          "Mutation.endCaseOrder"         => roles!(Officer Court);
    RecordExecutionReturn "Mutation.recordExecutionReturn" => roles!(Officer Court);
    ProposeFeeRelief      "Mutation.proposeFeeRelief"     => roles!(Officer Court);
    // ---- funds ----
    ReadReceipts          "Query.receipts"                => READ_MONEY;
    ClaimReceipt          "Mutation.claimReceipt"         => roles!(Officer Court);
    ReadSpecialPayments   "Query.specialPayments"         => READ_MONEY;
    RefundReceipt         "Mutation.refundReceipt"        => roles!(Officer Court, FundAdministrator Court);
    RemitExecutionFee     "Mutation.remitExecutionFee"    => roles!(Officer Court, FundAdministrator Court);
    ReadExecutionFees     "Query.executionFees"           => READ_STAFF_MONEY;
    RefundFee             "Mutation.refundFee"            => roles!(Officer Court);
    TransferCase          "Mutation.transferCase"         => roles!(Officer Court);
    PayToAdministrator    "Mutation.payToAdministrator"   => roles!(Officer Court);
    ReadNotaryDeposits    "Query.notaryDeposits"          => READ_MONEY;
    ProposeNotaryDeposit  "Mutation.proposeNotaryDeposit" => roles!(Officer Court);
    DepositPlanLine       "Mutation.depositPlanLine"      => roles!(Officer Court);
    RecordNotaryCertificate "Mutation.recordNotaryCertificate" => roles!(Officer Court);
    RecordNotaryCollection "Mutation.recordNotaryCollection" => roles!(Officer Court);
    RecordNotaryReturn    "Mutation.recordNotaryReturn"   => roles!(Officer Court);
    DecideNotaryLapse     "Mutation.decideNotaryLapse"    => roles!(BureauChief Court);
    DeductCaseMoney       "Mutation.deductCaseMoney"      => roles!(Officer Court);
    ReadBankInterest      "Query.bankInterest"            => READ_MONEY;
    SetInterestDestination "Mutation.setInterestDestination" => roles!(FinanceReviewer Court);
    RemitBankInterest     "Mutation.remitBankInterest"    => roles!(Cashier Court);
    RecordBankInterest    "Mutation.recordBankInterest"   => roles!(Cashier Court);
    ReadBankCharges       "Query.openBankCharges"         => roles!(
        FinanceReviewer Court, Cashier Court, FundSupervisor Court, Inspector Court
    );
    ReimburseBankCharge   "Mutation.reimburseBankCharge"  => roles!(Cashier Court);
    ReadCash              "Query.cashReceipts"            => READ_MONEY;
    RecordCash            "Mutation.recordCash"           => roles!(Officer Court);
    ConfirmCash           "Mutation.confirmCash"          => roles!(Officer Court);
    PayInCash             "Mutation.payInCash"            => roles!(Officer Court, Cashier Court);
    ReadCheques           "Query.cheques"                 => READ_MONEY;
    RecordCheque          "Mutation.recordCheque"         => roles!(Officer Court, FinanceReviewer Court);
    ClearCheque           "Mutation.clearCheque"          => roles!(FinanceReviewer Court);
    BounceCheque          "Mutation.bounceCheque"         => roles!(FinanceReviewer Court);
    DescribeReceipt       "Mutation.describeReceipt"      => roles!(Officer Court, FundAdministrator Court);
    PublishUnidentified   "Mutation.publishUnidentified"  => roles!(FundAdministrator Court);
    ReadUnidentifiedNotices "Query.unidentifiedNotices"   => Rule::Public;
    ReadUnidentifiedAgeing "Query.unidentifiedAgeing"     => READ_MONEY;
    ReadDueTerms          "Query.dueTerms"                => READ_MONEY;
    // ---- auction, court side ----
    DraftLot              "Mutation.draftLot"             => roles!(Officer Court);
    RecordPanelDecision   "Mutation.recordPanelDecision"  => roles!(Officer Court, PanelMember Court);
    SetDisclosure         "Mutation.setDisclosure"        => roles!(Officer Court);
    RecordReferencePrice  "Mutation.recordReferencePrice" => roles!(Officer Court);
    RecordSurvey          "Mutation.recordSurvey"         => roles!(Officer Court, AuxiliaryAgency Court);
    NotifyInterested      "Mutation.notifyInterestedParties" => roles!(Officer Court);
    PublishAnnouncement   "Mutation.publishAnnouncement"  => roles!(Officer Court);
    ReviseAnnouncement    "Mutation.reviseAnnouncement"   => roles!(Officer Court);
    RequestAttachment     "Mutation.requestAttachmentUpload" => roles!(Officer Court, AuxiliaryAgency Court);
    RemoveAttachment      "Mutation.removeAttachment"     => roles!(Officer Court, AuxiliaryAgency Court);
    CreateLotCollection   "Mutation.createLotCollection"  => roles!(Officer Court, BureauChief Court);
    ChangeLotCollection   "Mutation.changeLotCollection"  => roles!(Officer Court, BureauChief Court);
    PutLotCollectionOnline "Mutation.putLotCollectionOnline" => roles!(Officer Court, BureauChief Court);
    TakeLotCollectionOffline "Mutation.takeLotCollectionOffline" => roles!(Officer Court, BureauChief Court);
    ConfirmPriority       "Mutation.confirmPriorityPurchaser" => roles!(Officer Court);
    BarPerson             "Mutation.barPerson"            => roles!(Officer Court);
    DecideQualification   "Mutation.decideQualification"  => roles!(QualificationClerk Court);
    OpenRegistration      "Mutation.openRegistration"     => roles!(QualificationClerk Court);
    OpenBidderPapers      "Mutation.openBidderPapers"     => roles!(QualificationClerk Court);
    RecordPowerRevocation "Mutation.recordPowerRevocation" => roles!(QualificationClerk Court);
    SuspendLot            "Mutation.suspendLot"           => roles!(Officer Court, ProviderOperator Court);
    ResumeLot             "Mutation.resumeLot"            => roles!(Officer Court);
    WithdrawLot           "Mutation.withdrawLot"          => roles!(Officer Court);
    TerminateLot          "Mutation.terminateLot"         => roles!(Officer Court);
    ServeRuling           "Mutation.serveRuling"          => roles!(Officer Court);
    RecordBalanceLoan     "Mutation.recordBalanceLoan"    => roles!(Officer Court);
    RecordDelivery        "Mutation.recordDelivery"       => roles!(Officer Court);
    RequireTransferApproval "Mutation.requireTransferApproval" => roles!(Officer Court);
    RecordTransferApproval "Mutation.recordTransferApproval" => roles!(Officer Court);
    DeclareDefault        "Mutation.declareDefault"       => roles!(Officer Court);
    ReadFullReplay        "Lot.fullReplay"                => READ_FULL_REPLAY;
    OpenNextRound         "Mutation.openNextRound"        => roles!(Officer Court);
    DistributeForfeiture  "Mutation.distributeForfeiture" => roles!(Officer Court);
    RefundDefaulter       "Mutation.refundDefaulter"      => roles!(Officer Court);
    ReadSaleDecisions     "Query.saleDecisions"           => roles!(
        Officer Court, BureauChief Court, VicePresident Court, FinanceReviewer Court, FundSupervisor Court,
        Inspector Court, Procurator Court
    );
    OrderTopUp            "Mutation.orderTopUp"           => roles!(Officer Court);
    AcceptInKind          "Mutation.acceptInKind"         => roles!(Officer Court);
    RuleInKind            "Mutation.ruleInKind"           => roles!(Officer Court);
    ReleaseLot            "Mutation.releaseLot"           => roles!(Officer Court);
    SetAsideSale          "Mutation.setAsideSale"         => roles!(Officer Court);
    ReturnRestitution     "Mutation.returnRestitution"    => roles!(Officer Court);
    AssessSurplus         "Mutation.assessSurplus"        => roles!(Officer Court);
    FileLotObjection      "Mutation.fileLotObjection"     => roles!(Officer Court);
    DecideLotObjection    "Mutation.decideLotObjection"   => roles!(PanelMember Court);
    ReadPlatformDeposits  "Query.platformDeposits"        => roles!(
        ProviderOperator Court, DepositClerk Court, FinanceReviewer Court, FundSupervisor Court, Inspector Court
    );
    ConfirmPlatformFreeze "Mutation.confirmPlatformFreeze" => roles!(ProviderOperator Court);
    ConfirmPlatformRelease "Mutation.confirmPlatformRelease" => roles!(ProviderOperator Court);
    MatchProviderTransfer "Mutation.matchProviderTransfer" => roles!(FinanceReviewer Court);
    ReadLateDeposits      "Query.lateDeposits"            => roles!(
        Officer Court, DepositClerk Court, FinanceReviewer Court, Cashier Court, FundSupervisor Court, Inspector Court
    );
    CountLateDeposits     "Query.lateDepositCount"        => Rule::Public;
    // ---- providers of the list, and sales that run on their platforms ----
    ReadProviders         "Query.auctionProviders"        => Rule::Public;
    ProposeProvider       "Mutation.proposeProvider"      => roles!(Administrator Court);
    ProposeProviderKey    "Mutation.proposeProviderKey"   => roles!(Administrator Court);
    ChooseProvider        "Mutation.chooseProvider"       => roles!(Officer Court);
    ImportMirrorBundle    "Mutation.importMirrorBundle"   => roles!(Officer Court, ProviderOperator Court);
    AdoptMirrorBundle     "Mutation.adoptMirrorBundle"    => roles!(Officer Court);
    ReadMirrorBundles     "SalePlatform.bundles"           => roles!(
        Officer Court, BureauChief Court, ProviderOperator Court, Inspector Court, Procurator Court
    );
    // ---- auction, bidder side ----
    RegisterForLot        "Mutation.registerForLot"       => roles!(Bidder Own);
    AcknowledgeRevision   "Mutation.acknowledgeRevision"  => roles!(Bidder Own);
    PlaceBid              "Mutation.placeBid"             => roles!(Bidder Own);
    SetProxyBid           "Mutation.setProxyBid"          => roles!(Bidder Own);
    WithdrawProxyBid      "Mutation.withdrawProxyBid"     => roles!(Bidder Own);
    RenewUndertaking      "Mutation.renewUndertaking"     => roles!(Bidder Own);
    FollowLot             "Mutation.followLot"            => roles!(Bidder Own);
    UnfollowLot           "Mutation.unfollowLot"          => roles!(Bidder Own);
    ReadFollowedLots      "Query.myFollowedLots"          => roles!(Bidder Own);
    // ---- distribution ----
    ReadPlans             "Query.distributionPlans"       => READ_MONEY;
    SimulateDistribution  "Query.simulateDistribution"    => roles!(Officer Court, FundAdministrator Court, BureauChief Court);
    DraftPlan             "Mutation.draftDistributionPlan" => roles!(Officer Court);
    ServePlan             "Mutation.servePlan"            => roles!(Officer Court);
    ObjectToPlan          "Mutation.objectToPlan"         => roles!(Officer Court, Party Own);
    ResolveObjection      "Mutation.resolveObjection"     => roles!(Officer Court);
    FinalisePlan          "Mutation.finalisePlan"         => roles!(BureauChief Court);
    // ---- disbursement and payout ----
    ReadOrders            "Query.disbursementOrders"      => READ_MONEY;
    ReadPayable           "Query.payable"                 => READ_MONEY;
    ReadOwnPayouts        "Query.ownPayouts"              => roles!(Party Own);
    DraftOrder            "Mutation.draftDisbursementOrder" => roles!(Officer Court);
    SubmitOrder           "Mutation.submitDisbursementOrder" => roles!(Officer Court);
    RecallOrder           "Mutation.recallDisbursementOrder" => roles!(Officer Court, FundAdministrator Court);
    PayOut                "Mutation.payOut"               => roles!(Cashier Court);
    RetryPayout           "Mutation.retryPayout"          => roles!(Cashier Court);
    CancelPayable         "Mutation.cancelPayable"        => roles!(Officer Court, FundAdministrator Court);
    CorrectPayable        "Mutation.correctPayable"       => roles!(Officer Court);
    DeferDisbursement     "Mutation.deferDisbursement"    => roles!(Officer Court);
    EndDeferral           "Mutation.endDeferral"          => roles!(Officer Court, FundSupervisor Court);
    ReadPayoutRuns        "Query.payoutRuns"              => READ_MONEY;
    ReadPayoutRules       "Query.payoutRules"             => READ_RUNS;
    ReadPayoutProgrammes  "Query.payoutProgrammes"        => READ_RUNS;
    PreviewPayoutRun      "Query.previewPayoutRun"        => roles!(FundAdministrator Court, BureauChief Court);
    SavePayoutRule        "Mutation.savePayoutRule"       => roles!(FundAdministrator Court);
    StartPayoutRun        "Mutation.startPayoutRun"       => roles!(FundAdministrator Court);
    PublishPayoutResult   "Mutation.publishPayoutResult"  => roles!(BureauChief Court);
    ReadPayoutResults     "Query.payoutResults"           => Rule::Public;
    ReadPayoutSpeed       "Query.payoutSpeed"             => Rule::Public;
    DraftPayoutRun        "Mutation.draftPayoutRun"       => roles!(FundAdministrator Court);
    SubmitPayoutRun       "Mutation.submitPayoutRun"      => roles!(FundAdministrator Court);
    ReleasePayoutRun      "Mutation.releasePayoutRun"     => roles!(Cashier Court);
    // ---- notices ----
    ReadNotices           "Query.notices"                 => roles!(
        Officer Court, FundAdministrator Court, FundSupervisor Court, Inspector Court, Party Own, Bidder Own
    );
    ResendNotice          "Mutation.resendNotice"         => roles!(Officer Court, FundAdministrator Court);
    // ---- bank ----
    ReadBankFiles         "Query.bankFiles"               => roles!(FinanceReviewer Court, Cashier Court, Inspector Court);
    ReadBankLines         "Query.bankLines"               => roles!(FinanceReviewer Court, Cashier Court, Inspector Court);
    ReadUnfitPayments     "Query.unfitPayments"           => roles!(FinanceReviewer Court, Cashier Court, Inspector Court);
    ReadReconciliation    "Query.reconciliation"          => roles!(
        FinanceReviewer Court, Cashier Court, FundSupervisor Court, Inspector Court
    );
    ResolveBankLine       "Mutation.resolveBankLine"      => roles!(Cashier Court);
    ImportBankFile        "Mutation.importBankFile"       => roles!(FinanceReviewer Court, Cashier Court);
    WritePaymentFile      "Mutation.writePaymentFile"     => roles!(Cashier Court);
    ReadBankTemplates     "Query.bankTemplates"           => roles!(FinanceReviewer Court, Cashier Court, Inspector Court);
    SaveBankTemplate      "Mutation.saveBankTemplate"     => roles!(Cashier Court);
    OpenBankFile          "BankFile.content"              => roles!(FinanceReviewer Court, Cashier Court);
    // ---- documents ----
    ReadDocuments         "Query.documents"               => READ_DOCUMENTS;
    CreateDocument        "Mutation.createDocument"       => roles!(
        Officer Court, FundAdministrator Court, FinanceReviewer Court, Cashier Court, Party Own
    );
    OpenDocument          "Document.download"             => READ_DOCUMENTS;
    ExportTable           "Mutation.exportTable"          => READ_STAFF_MONEY;
    // ---- books and oversight ----
    ReadLedgerAccounts    "Query.ledgerAccounts"          => READ_BOOKS;
    ReadLedgerEntries     "Query.ledgerEntries"           => READ_BOOKS;
    ReadTrialBalance      "Query.trialBalance"            => READ_BOOKS;
    ReadCaseStatement     "Query.caseStatement"           => READ_MONEY;
    ReadMonthlyReconciliations "Query.monthlyReconciliations" => roles!(
        FundAdministrator Court, BureauChief Court, VicePresident Court, FinanceReviewer Court, FundSupervisor Court,
        Inspector Court
    );
    OpenMonthlyReconciliation "Mutation.openMonthlyReconciliation" => roles!(FundAdministrator Court);
    OwnReconciliationItem "Mutation.ownReconciliationItem" => roles!(FundAdministrator Court, FinanceReviewer Court);
    SettleReconciliationItem "Mutation.settleReconciliationItem" => roles!(FinanceReviewer Court);
    ProposeReconciliationDecision "Mutation.proposeReconciliationDecision" => roles!(FundAdministrator Court);
    CloseMonthlyReconciliation "Mutation.closeMonthlyReconciliation" => roles!(FinanceReviewer Court);
    ReadAuditEvents       "Query.auditEvents"             => roles!(FundSupervisor Court, Inspector Court, Procurator Court);
    ReadAuditProofs       "Query.auditInclusionProof"     => Rule::Public;
    ReadAuditConsistency  "Query.auditConsistencyProof"   => Rule::Public;
    // ---- jobs ----
    SelectPayoutLines     "job.selectPayoutLines"         => Rule::System;
    ReleasePayoutLine     "job.releasePayoutLine"         => Rule::System;
    CloseLots             "job.closeLots"                 => Rule::System;
    SuspendForFault       "job.suspendForFault"           => Rule::System;
    KeepReplay            "job.keepReplay"                => Rule::System;
    StoreAttachment       "job.storeAttachment"           => Rule::System;
    ExpireAttachment      "job.expireAttachment"          => Rule::System;
    DispatchBankLines     "job.dispatchBankLines"         => Rule::System;
    DeliverBankFile       "job.deliverBankFile"           => Rule::System;
    RefundDeposits        "job.refundDeposits"            => Rule::System;
    RemindBalance         "job.remindBalance"             => Rule::System;
    RemindFollowers       "job.remindFollowers"           => Rule::System;
    RemindNotaryDeposit   "job.remindNotaryDeposit"       => Rule::System;
    RecordBids            "job.recordBids"                => Rule::System;
    RecountTerms          "job.recountTerms"              => Rule::System;
    TypesetDocument       "job.typesetDocument"           => Rule::System;
}

const READ_CASES: Rule = roles!(
    Officer Court, FundAdministrator Court, BureauChief Court, VicePresident Court, FinanceReviewer Court, Cashier Court,
    PanelMember Court, FundSupervisor Court, TerminationAdministrator Court, Inspector Court, Procurator Court, Party Own
);
const READ_DOCUMENTS: Rule = roles!(
    Officer Court, FundAdministrator Court, BureauChief Court, VicePresident Court, FinanceReviewer Court, Cashier Court,
    PanelMember Court, FundSupervisor Court, TerminationAdministrator Court, Inspector Court, Procurator Court, Party Own
);
const READ_FULL_REPLAY: Rule = roles!(Officer Court, PanelMember Court, Inspector Court, Procurator Court);
const READ_MONEY: Rule = roles!(
    Officer Court, FundAdministrator Court, BureauChief Court, VicePresident Court, FinanceReviewer Court, Cashier Court,
    FundSupervisor Court, Inspector Court, Procurator Court, Party Own
);
const READ_RUNS: Rule = roles!(
    FundAdministrator Court, BureauChief Court, VicePresident Court, FinanceReviewer Court, Cashier Court,
    FundSupervisor Court, Inspector Court, Procurator Court
);
const READ_STAFF_MONEY: Rule = roles!(
    Officer Court, FundAdministrator Court, BureauChief Court, VicePresident Court, FinanceReviewer Court, Cashier Court,
    FundSupervisor Court, Inspector Court, Procurator Court
);
const READ_SETTINGS: Rule = roles!(
    Administrator Court, VicePresident Court, BureauChief Court, Officer Court, FundAdministrator Court,
    FinanceReviewer Court, Cashier Court, PanelMember Court, FundSupervisor Court, Inspector Court, Procurator Court
);
const READ_BOOKS: Rule = roles!(
    FundAdministrator Court, BureauChief Court, VicePresident Court, FinanceReviewer Court, FundSupervisor Court,
    Inspector Court, Procurator Court, Deputy Court
);

/// What `actor` may touch by `act`: UNAUTHENTICATED when not signed in, FORBIDDEN when no role fits.
pub fn scope_for(actor: &Actor, act: Act) -> Result<Scope, Problem> {
    if actor.is_trusted() {
        return Ok(Scope::Everything);
    }
    let account = actor.account();
    match act.rule() {
        Rule::Public => Ok(Scope::Some { courts: Vec::new(), own: account }),
        Rule::System => Err(Problem::Forbidden),
        Rule::SignedIn => match account {
            Some(_) => Ok(Scope::Some { courts: courts_of(actor), own: account }),
            None => Err(Problem::Unauthenticated),
        },
        Rule::Roles(lines) => {
            let account = account.ok_or(Problem::Unauthenticated)?;
            let fitting: Vec<_> = actor
                .grants
                .iter()
                .filter_map(|g| lines.iter().find(|(role, _)| *role == g.role).map(|(_, reach)| (*reach, g.court)))
                .collect();
            if fitting.is_empty() {
                return Err(Problem::Forbidden);
            }
            if fitting.contains(&(Reach::Court, None)) {
                return Ok(Scope::Everything);
            }
            let courts =
                fitting.iter().filter(|(reach, _)| *reach == Reach::Court).filter_map(|(_, court)| *court).collect();
            let own = fitting.iter().any(|(reach, _)| *reach == Reach::Own).then_some(account);
            Ok(Scope::Some { courts, own })
        }
    }
}
fn courts_of(actor: &Actor) -> Vec<CourtId> {
    let mut courts: Vec<_> = actor.grants.iter().filter_map(|g| g.court).collect();
    let everywhere = |g: &Grant| g.court.is_none() && !matches!(g.role, Role::Bidder | Role::Party);
    if actor.grants.iter().any(everywhere) {
        courts.push(EVERY_COURT);
    }
    courts.sort_unstable();
    courts.dedup();
    courts
}
