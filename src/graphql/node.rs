//! Things by their opaque id, and the server's time.
//!
//! Unknown, foreign and forbidden ids all answer null: whether a thing exists is not to be learned here.

use super::caller::services;
use crate::{
    access::approval_api::Approval,
    admin::api::{CalendarNotice, CourtParameterVersion},
    auction::api::{
        Attachment, AuctionProvider, Bid, Lot, LotCollection, MirrorBundle, ProviderKey, Registration, SaleDecision,
    },
    audit::api::AuditEvent,
    bank::{api::BankFile, template_api::BankTemplate},
    cases::api::{
        AgentPaper, Bankruptcy, Case, CaseOrder, CaseParty, Claim, Court, FeeArrears, FeeRelief, Payee,
        PayeeCorrection, PreservationMeasure, Satisfaction,
    },
    disbursement::api::{Deferral, DisbursementOrder, ExecutionReturn, PayoutRun, Settlement, Suspension},
    distribution::api::{DistributionPlan, PlanObjection},
    document::api::Document,
    exchange::api::CaseImport,
    funds::api::{CashReceipt, Cheque, Receipt, ReceiptClaim, ReceiptDescription},
    kernel::{clock::Timestamp, error::Problem, ids::*},
    ledger::api::{LedgerAccount, LedgerEntry},
    oversight::monthly::api::{MonthlyReconciliation, ReconciliationItem},
    payout::{
        api::{Payable, PayoutAttempt},
        change_api::PayableChange,
        charge_api::ChargeReimbursement,
        interest_api::{InterestCredit, InterestDestination},
        notary_api::NotaryDeposit,
        special_api::SpecialPayment,
    },
};
use async_graphql::{Context, ID, Interface, Object};

const MAX_IDS: usize = 100;

/// Anything with an id of its own (节点).
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque id; clients must not read anything into it (标识)."))]
pub enum Node {
    AgentPaper(AgentPaper),
    Approval(Approval),
    LotAttachment(Attachment),
    AuctionProvider(AuctionProvider),
    AuditEvent(AuditEvent),
    BankFile(BankFile),
    BankTemplate(BankTemplate),
    Bankruptcy(Bankruptcy),
    Bid(Bid),
    CalendarNotice(CalendarNotice),
    Case(Case),
    CaseImport(CaseImport),
    CaseOrder(CaseOrder),
    CaseParty(CaseParty),
    CashReceipt(CashReceipt),
    ChargeReimbursement(ChargeReimbursement),
    Cheque(Cheque),
    Claim(Claim),
    Court(Court),
    CourtParameterVersion(CourtParameterVersion),
    Deferral(Deferral),
    DisbursementOrder(DisbursementOrder),
    DistributionPlan(DistributionPlan),
    Document(Document),
    ExecutionReturn(ExecutionReturn),
    FeeArrears(FeeArrears),
    FeeRelief(FeeRelief),
    InterestCredit(InterestCredit),
    InterestDestination(InterestDestination),
    LedgerAccount(LedgerAccount),
    LedgerEntry(LedgerEntry),
    Lot(Lot),
    MirrorBundle(MirrorBundle),
    LotCollection(LotCollection),
    MonthlyReconciliation(MonthlyReconciliation),
    NotaryDeposit(NotaryDeposit),
    Payable(Payable),
    PayableChange(PayableChange),
    Payee(Payee),
    PayeeCorrection(PayeeCorrection),
    PayoutAttempt(PayoutAttempt),
    PayoutRun(PayoutRun),
    PlanObjection(PlanObjection),
    PreservationMeasure(PreservationMeasure),
    ProviderKey(ProviderKey),
    Receipt(Receipt),
    ReceiptClaim(ReceiptClaim),
    ReconciliationItem(ReconciliationItem),
    ReceiptDescription(ReceiptDescription),
    Registration(Registration),
    SaleDecision(SaleDecision),
    Satisfaction(Satisfaction),
    Settlement(Settlement),
    SpecialPayment(SpecialPayment),
    Suspension(Suspension),
}

/// The thing behind an id, as far as the caller may see it.
pub async fn load(ctx: &Context<'_>, node: NodeRef) -> Result<Option<Node>, Problem> {
    let id = node.id;
    match node.kind {
        NodeKind::AgentPaper => seen(AgentPaper::load(ctx, &AgentPaperId::from_uuid(id)).await),
        NodeKind::Approval => seen(Approval::load(ctx, &ApprovalId::from_uuid(id)).await),
        NodeKind::Attachment => seen(Attachment::load(ctx, &AttachmentId::from_uuid(id)).await),
        NodeKind::AuctionProvider => seen(AuctionProvider::load(ctx, &AuctionProviderId::from_uuid(id)).await),
        NodeKind::ProviderKey => seen(ProviderKey::load(ctx, &ProviderKeyId::from_uuid(id)).await),
        NodeKind::MirrorBundle => seen(MirrorBundle::load(ctx, &MirrorBundleId::from_uuid(id)).await),
        NodeKind::AuditEvent => seen(AuditEvent::load(ctx, AuditEventId::from_uuid(id)).await),
        NodeKind::BankFile => seen(BankFile::load(ctx, &BankFileId::from_uuid(id)).await),
        NodeKind::BankTemplate => seen(BankTemplate::load(ctx, &BankTemplateId::from_uuid(id)).await),
        NodeKind::Bid => seen(Bid::load(ctx, &AttemptId::from_uuid(id)).await),
        NodeKind::CalendarNotice => seen(CalendarNotice::load(ctx, &CalendarNoticeId::from_uuid(id)).await),
        NodeKind::Case => seen(Case::load(ctx, &CaseId::from_uuid(id)).await),
        NodeKind::CaseImport => seen(CaseImport::load(ctx, &CaseImportId::from_uuid(id)).await),
        NodeKind::Party => seen(CaseParty::load(ctx, &PartyId::from_uuid(id)).await),
        NodeKind::Claim => seen(Claim::load(ctx, &ClaimId::from_uuid(id)).await),
        NodeKind::Court => seen(Court::load(ctx, &CourtId::from_uuid(id)).await),
        NodeKind::Parameter => seen(CourtParameterVersion::load(ctx, &ParameterId::from_uuid(id)).await),
        NodeKind::Deferral => seen(Deferral::load(ctx, &DeferralId::from_uuid(id)).await),
        NodeKind::DisbursementOrder => seen(DisbursementOrder::load(ctx, &OrderId::from_uuid(id)).await),
        NodeKind::DistributionPlan => seen(DistributionPlan::load(ctx, &PlanId::from_uuid(id)).await),
        NodeKind::Document => seen(Document::load(ctx, &DocumentId::from_uuid(id)).await),
        NodeKind::ExecutionReturn => seen(ExecutionReturn::load(ctx, &ExecutionReturnId::from_uuid(id)).await),
        NodeKind::FeeArrears => seen(FeeArrears::load(ctx, &FeeArrearsId::from_uuid(id)).await),
        NodeKind::LedgerAccount => seen(LedgerAccount::load(ctx, LedgerAccountId::from_uuid(id)).await),
        NodeKind::LedgerEntry => seen(LedgerEntry::load(ctx, EntryId::from_uuid(id)).await),
        NodeKind::Collection => seen(LotCollection::load(ctx, &CollectionId::from_uuid(id)).await),
        NodeKind::Lot => seen(Lot::load(ctx, &LotId::from_uuid(id)).await),
        NodeKind::Payable => seen(Payable::load(ctx, &PayableId::from_uuid(id)).await),
        NodeKind::PayableChange => seen(PayableChange::load(ctx, &PayableChangeId::from_uuid(id)).await),
        NodeKind::Payee => seen(Payee::load(ctx, &PayeeId::from_uuid(id)).await),
        NodeKind::PayeeCorrection => seen(PayeeCorrection::load(ctx, &PayeeCorrectionId::from_uuid(id)).await),
        NodeKind::PayoutAttempt => seen(PayoutAttempt::load(ctx, &PayoutAttemptId::from_uuid(id)).await),
        NodeKind::PayoutRun => seen(PayoutRun::load(ctx, &PayoutRunId::from_uuid(id)).await),
        NodeKind::PlanObjection => seen(PlanObjection::load(ctx, &PlanObjectionId::from_uuid(id)).await),
        NodeKind::Measure => seen(PreservationMeasure::load(ctx, &MeasureId::from_uuid(id)).await),
        NodeKind::Receipt => seen(Receipt::load(ctx, &ReceiptId::from_uuid(id)).await),
        NodeKind::ReceiptClaim => seen(ReceiptClaim::load(ctx, &ReceiptClaimId::from_uuid(id)).await),
        NodeKind::ReceiptDescription => seen(ReceiptDescription::load(ctx, &ReceiptDescriptionId::from_uuid(id)).await),
        NodeKind::Registration => seen(Registration::load(ctx, &RegistrationId::from_uuid(id)).await),
        NodeKind::SaleDecision => seen(SaleDecision::load(ctx, &SaleDecisionId::from_uuid(id)).await),
        NodeKind::Satisfaction => seen(Satisfaction::load(ctx, &SatisfactionId::from_uuid(id)).await),
        NodeKind::Settlement => seen(Settlement::load(ctx, &SettlementId::from_uuid(id)).await),
        NodeKind::Suspension => seen(Suspension::load(ctx, &SuspensionId::from_uuid(id)).await),
        NodeKind::ChargeReimbursement => {
            seen(ChargeReimbursement::load(ctx, &ChargeReimbursementId::from_uuid(id)).await)
        }
        NodeKind::InterestCredit => seen(InterestCredit::load(ctx, &InterestCreditId::from_uuid(id)).await),
        NodeKind::InterestDestination => {
            seen(InterestDestination::load(ctx, &InterestDestinationId::from_uuid(id)).await)
        }
        NodeKind::SpecialPayment => seen(SpecialPayment::load(ctx, &SpecialPaymentId::from_uuid(id)).await),
        NodeKind::CaseOrder => seen(CaseOrder::load(ctx, &CaseOrderId::from_uuid(id)).await),
        NodeKind::FeeRelief => seen(FeeRelief::load(ctx, &FeeReliefId::from_uuid(id)).await),
        NodeKind::MonthlyReconciliation => {
            seen(MonthlyReconciliation::load(ctx, &MonthlyReconciliationId::from_uuid(id)).await)
        }
        NodeKind::ReconciliationItem => seen(ReconciliationItem::load(ctx, &ReconciliationItemId::from_uuid(id)).await),
        NodeKind::NotaryDeposit => seen(NotaryDeposit::load(ctx, &NotaryDepositId::from_uuid(id)).await),
        NodeKind::Bankruptcy => seen(Bankruptcy::load(ctx, &BankruptcyId::from_uuid(id)).await),
        NodeKind::CashReceipt => seen(CashReceipt::load(ctx, &CashReceiptId::from_uuid(id)).await),
        NodeKind::Cheque => seen(Cheque::load(ctx, &ChequeId::from_uuid(id)).await),
        _ => Ok(None),
    }
}
/// What may not be seen is not there.
fn seen<T: Into<Node>>(found: Result<Option<T>, Problem>) -> Result<Option<Node>, Problem> {
    match found {
        Ok(found) => Ok(found.map(Into::into)),
        Err(Problem::Unauthenticated | Problem::Forbidden | Problem::NotFound) => Ok(None),
        Err(fault) => Err(fault),
    }
}
async fn by_global_id(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, Problem> {
    match NodeRef::from_global(id) {
        Some(node) => load(ctx, node).await,
        None => Ok(None),
    }
}

#[derive(Default)]
pub struct NodeQuery;
#[Object]
impl NodeQuery {
    /// The thing with this id; null when it is unknown or not yours to see (按标识取).
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id as an earlier answer gave it (标识).")] id: ID,
    ) -> Result<Option<Node>, Problem> {
        by_global_id(ctx, &id).await
    }
    /// The things with these ids, in order, null for each that is unknown or not yours to see; at most 100 (批量按标识取).
    #[graphql(complexity = "ids.len() * child_complexity + 1")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Ids as earlier answers gave them, at most 100 (标识).")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, Problem> {
        if ids.len() > MAX_IDS {
            return Err(Problem::BadInput(format!("at most {MAX_IDS} ids at once")));
        }
        let mut found = Vec::with_capacity(ids.len());
        for id in &ids {
            found.push(by_global_id(ctx, id).await?);
        }
        Ok(found)
    }
    /// The server's time, by which bids are decided (服务器时间).
    async fn server_time(&self, ctx: &Context<'_>) -> Result<Timestamp, Problem> {
        Ok(services(ctx)?.clock.now())
    }
}
