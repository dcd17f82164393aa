//! A receipt in the graph: who paid, what is left of it, whose it may be, which terms run.

use super::{ReceiptClaim, ReceiptDescription, Term, loader::TermsOf};
use crate::{
    access::Act,
    cases::api::{Case, CaseParty},
    connection,
    funds::{
        CandidateReason, PayerKind, ReceiptSource, ReceiptStatus,
        rules::candidate::{self, Candidate, Credit},
        store::{self, Flow, receipt},
    },
    graphql::{
        caller::{scope, services},
        connection::Listed,
        loader,
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseId, CourtId, NodeRef, ReceiptId},
        money::Money,
        paging::Page,
    },
    ledger::Book,
};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Money that arrived.
pub struct Receipt(pub receipt::Model);
impl Receipt {
    pub async fn load(ctx: &Context<'_>, id: &ReceiptId) -> Result<Option<Receipt>, Problem> {
        scope(ctx, Act::ReadReceipts)?;
        Ok(loader::row(ctx, *id).await?.map(Receipt))
    }
    /// The remittance text, for those who may see the receipt.
    fn text(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let Some(sealed) = &self.0.remittance_sealed else { return Ok(None) };
        let plain = services(ctx)?.vault.open(receipt::remittance_place(self.0.id), sealed)?;
        Ok(Some(plain.expose().clone()))
    }
}
impl Listed for Receipt {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// Money that arrived on an account of the court (到账).
#[Object]
impl Receipt {
    /// Opaque id (标识).
    pub async fn id(&self) -> ReceiptId {
        self.0.id
    }
    /// Number of the receipt that the payer gets, with the court's code (收款凭据号).
    async fn voucher_number(&self) -> &str {
        &self.0.voucher_number
    }
    /// The bank's own reference (银行流水号).
    async fn bank_reference(&self) -> &str {
        &self.0.bank_reference
    }
    /// The book in which it stands (账户类别).
    async fn book(&self) -> Book {
        self.0.book
    }
    /// What arrived (到账金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Not yet claimed to a case, or not yet given a use by it (剩余金额).
    async fn remaining(&self) -> Money {
        self.0.remaining
    }
    /// The bank's day, from which terms run (到账日期).
    async fn booked_on(&self) -> Date {
        Date(self.0.booked_on)
    }
    /// When it was recorded here (录入时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// How it came (到账方式).
    async fn source(&self) -> ReceiptSource {
        self.0.source
    }
    /// Where it stands (状态).
    async fn status(&self) -> ReceiptStatus {
        self.0.status
    }
    /// Name of the payer as the bank has it (交款人).
    async fn payer_name(&self) -> &str {
        &self.0.payer_name
    }
    /// Who paid (交款人类型).
    async fn payer_kind(&self) -> PayerKind {
        self.0.payer_kind
    }
    /// The last four digits of the payer's account (交款账号).
    async fn masked_payer_account(&self) -> Option<&str> {
        self.0.payer_account_mask.as_deref()
    }
    /// The party on whose behalf it was paid (代付对象).
    async fn on_behalf_of(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        match self.0.on_behalf_of {
            Some(id) => CaseParty::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// Remittance text (附言).
    async fn remittance(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        self.text(ctx)
    }
    /// Document that says how the money came (依据文书).
    async fn document(&self) -> Option<&str> {
        self.0.document.as_deref()
    }
    /// When it was published as unclaimed (公示时间).
    async fn published_at(&self) -> Option<Timestamp> {
        self.0.published_at
    }
    /// When the officer was told of the arrival (到账通知时间).
    async fn arrival_notified_at(&self) -> Option<Timestamp> {
        self.0.arrival_notified_at
    }
    /// The case that it stands on; none while it is unidentified (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        match self.0.case_id {
            Some(id) => Case::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// The receipt that this part was claimed from (原到账).
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        match self.0.parent_id {
            Some(id) => Receipt::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// Parts that were claimed to cases (已认领部分).
    async fn parts(&self, ctx: &Context<'_>) -> Result<Vec<Receipt>, Problem> {
        let rows = store::parts_of(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(Receipt).collect())
    }
    /// Days since the arrival at the bank (到账天数).
    async fn age_days(&self, ctx: &Context<'_>) -> Result<i64, Problem> {
        let today = services(ctx)?.clock.now().legal_date();
        Ok(today.signed_duration_since(self.0.booked_on).num_days())
    }
    /// Cases that unidentified money may belong to, best first; nothing is booked by it (候选案件).
    #[graphql(complexity = "50 + child_complexity")]
    async fn candidates(&self, ctx: &Context<'_>) -> Result<Vec<ClaimCandidate>, Problem> {
        let staff = scope(ctx, Act::ReadReceipts)?.allows_court(self.0.court_id);
        if self.0.status != ReceiptStatus::Unidentified || !staff {
            return Ok(Vec::new());
        }
        let facts = store::case_facts(&services(ctx)?.db.reader(), self.0.court_id).await?;
        let text = self.text(ctx)?.unwrap_or_default();
        let credit = Credit { amount: self.0.remaining, payer_name: &self.0.payer_name, remittance: &text };
        Ok(candidate::rank(&credit, &facts).into_iter().map(ClaimCandidate).collect())
    }
    /// The change of its debtor that waits for approval (待审批的来源更正). Court staff only.
    async fn pending_description(&self, ctx: &Context<'_>) -> Result<Option<ReceiptDescription>, Problem> {
        match store::pending_description(&services(ctx)?.db.reader(), self.0.id).await? {
            Some(row) => ReceiptDescription::load(ctx, &row.id).await,
            None => Ok(None),
        }
    }
    /// The claim that waits for approval (待审批的认领).
    async fn pending_claim(&self, ctx: &Context<'_>) -> Result<Option<ReceiptClaim>, Problem> {
        Ok(store::pending_claim(&services(ctx)?.db.reader(), self.0.id).await?.map(ReceiptClaim))
    }
    /// Terms that its arrival has started (案款期限).
    async fn terms(&self, ctx: &Context<'_>) -> Result<Vec<Term>, Problem> {
        loader::rows(ctx, TermsOf(self.0.id)).await?.into_iter().map(Term::try_new).collect()
    }
    /// Grows with every change (版本).
    async fn version(&self) -> i64 {
        self.0.version
    }
}

pub struct ClaimCandidate(Candidate<CaseId>);
/// A case that unidentified money may belong to (候选案件).
#[Object]
impl ClaimCandidate {
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case).await
    }
    /// Weight of the reasons; only its order means something (匹配度).
    async fn score(&self) -> u32 {
        self.0.score
    }
    /// What speaks for the case, most telling first (匹配依据).
    async fn reasons(&self) -> Vec<CandidateReason> {
        self.0.reasons.clone()
    }
}

pub struct FundFlow(Flow);
impl FundFlow {
    pub async fn of(ctx: &Context<'_>, case: CaseId) -> Result<FundFlow, Problem> {
        Ok(FundFlow(store::flow_of(&services(ctx)?.db.reader(), case).await?))
    }
}
/// How the money of a case has moved so far (案款流向).
#[Object]
impl FundFlow {
    /// All that arrived (到账总额).
    async fn received(&self) -> Money {
        self.0.received
    }
    /// Given a use: owed to a payee, taken as fee, reserved (已分配).
    async fn distributed(&self) -> Money {
        self.0.distributed
    }
    /// Confirmed by the bank as paid, less what came back (已发放).
    async fn paid(&self) -> Money {
        self.0.paid
    }
    /// Arrived and not yet given a use (剩余).
    async fn remaining(&self) -> Money {
        self.0.remaining
    }
}

/// Which receipts to list (到账筛选).
#[derive(InputObject, Default)]
pub struct ReceiptFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those of this case (案件).
    pub case: Option<CaseId>,
    /// Only those in this state; UNIDENTIFIED lists what is to be claimed (状态).
    pub status: Option<ReceiptStatus>,
    /// Only those that arrived on this day or later (到账日期起).
    pub booked_from: Option<Date>,
    /// Only those that arrived on this day or earlier (到账日期止).
    pub booked_until: Option<Date>,
}

/// A page of receipts that the caller may see.
pub async fn receipts(ctx: &Context<'_>, filter: &ReceiptFilter, page: Page) -> Result<ReceiptConnection, Problem> {
    let mut select = receipt::Entity::find().filter(store::visible(&scope(ctx, Act::ReadReceipts)?));
    if let Some(court) = filter.court {
        select = select.filter(receipt::Column::CourtId.eq(court));
    }
    if let Some(case) = filter.case {
        select = select.filter(receipt::Column::CaseId.eq(case));
    }
    if let Some(status) = filter.status {
        select = select.filter(receipt::Column::Status.eq(status));
    }
    if let Some(day) = filter.booked_from {
        select = select.filter(receipt::Column::BookedOn.gte(day.0));
    }
    if let Some(day) = filter.booked_until {
        select = select.filter(receipt::Column::BookedOn.lte(day.0));
    }
    let rows = page.fetch(&services(ctx)?.db.reader(), select, receipt::Column::Id).await?;
    Ok(rows.map(Receipt).into())
}

connection! {
    /// Receipts, newest first (到账列表).
    ReceiptConnection, ReceiptEdge of Receipt
}
