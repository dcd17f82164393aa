//! Ends of a chain other than a sale that stands, and the docket of objections, as the public and the court see them.

use super::court_scope;
use crate::access::{Act, Scope};
use crate::auction::aftermath::{ObjectionKind, ObjectionOutcome, RestitutionState, SetAsideGround};
use crate::auction::rules;
use crate::auction::rules::stay::{decision_rule, suit_term};
use crate::auction::store::{
    in_kind_offer, in_kind_ruling, lot, lot_objection, lot_release, purchaser_return, restitution, restitution_return,
    sale_set_aside, surplus_assessment,
};
use crate::cases::api::CaseParty;
use crate::graphql::caller::{scope, services};
use crate::graphql::law_api::DeadlineResult;
use crate::graphql::scalars::Date;
use crate::kernel::error::Problem;
use crate::kernel::ids::{InKindOfferId, LotId, ObjectionId, RestitutionId};
use crate::kernel::money::Money;
use crate::payout::{self, PayableState};
use async_graphql::{Context, Object, SimpleObject};

/// The offers for a lot, for its court; null for everybody else.
pub(super) async fn offers_of(ctx: &Context<'_>, lot: &lot::Model) -> Result<Option<Vec<InKindOffer>>, Problem> {
    if !court_scope(ctx).allows_court(lot.court_id) {
        return Ok(None);
    }
    let rows = in_kind_offer::of_lot(&services(ctx)?.db.reader(), lot.id).await?;
    Ok(Some(rows.into_iter().map(InKindOffer).collect()))
}

pub struct InKindOffer(in_kind_offer::Model);

/// A creditor who is ready to take an unsold property at its reserve price (抵债申请). For the court alone.
#[Object]
impl InKindOffer {
    /// Opaque id (标识).
    async fn id(&self) -> InKindOfferId {
        self.0.id
    }
    /// The creditor (债权人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        CaseParty::load(ctx, &self.0.party_id).await
    }
    /// Class of his best claim, 1 first; the earliest class and order take the property (顺位).
    async fn rank_class(&self) -> i32 {
        self.0.rank_class
    }
    /// Order within the class; equal ones draw lots (同顺位次序).
    async fn rank_order(&self) -> i32 {
        self.0.rank_order
    }
    /// His application (抵债申请书).
    async fn document_number(&self) -> &str {
        &self.0.document_number
    }
}

/// Property that a creditor took at its reserve price (以物抵债). Public; the creditor is not named.
#[derive(SimpleObject)]
pub struct InKindRuling {
    /// The reserve price that it was taken at (抵债价).
    reserve_price: Money,
    /// What a sale at that price would have given him; his claims are satisfied by it (应受分配额).
    share: Money,
    /// What he paid in money (补交差价).
    difference: Money,
    /// Number of the ruling (抵债裁定文号).
    ruling_number: String,
    /// Day of its service: ownership passed (送达日期).
    served_on: Date,
}
pub(super) async fn ruling_of(ctx: &Context<'_>, lot: LotId) -> Result<Option<InKindRuling>, Problem> {
    let row = in_kind_ruling::of_lot(&services(ctx)?.db.reader(), lot).await?;
    Ok(row.map(|row| InKindRuling {
        reserve_price: row.reserve_price,
        share: row.share,
        difference: row.difference,
        ruling_number: row.ruling_number,
        served_on: Date(row.served_on),
    }))
}

/// The seizure was lifted: nobody bought and nobody took the property (解除查封退还). Public.
#[derive(SimpleObject)]
pub struct LotRelease {
    /// Number of the ruling (裁定文号).
    ruling_number: String,
    /// The ground (理由).
    reason: String,
    /// Day of the release (解除日期).
    released_on: Date,
}
pub(super) async fn release_of(ctx: &Context<'_>, lot: LotId) -> Result<Option<LotRelease>, Problem> {
    let row = lot_release::of_lot(&services(ctx)?.db.reader(), lot).await?;
    Ok(row.map(|row| LotRelease {
        ruling_number: row.ruling_number,
        reason: row.reason,
        released_on: Date(row.released_on),
    }))
}

pub struct SaleSetAside(sale_set_aside::Model);
pub(super) async fn set_aside_of(ctx: &Context<'_>, lot: LotId) -> Result<Option<SaleSetAside>, Problem> {
    Ok(sale_set_aside::of_lot(&services(ctx)?.db.reader(), lot).await?.map(SaleSetAside))
}

/// A sale that was set aside (撤销拍卖). Public; the register of payees is for the court.
#[Object]
impl SaleSetAside {
    /// Which of the six grounds (撤销事由).
    async fn ground(&self) -> SetAsideGround {
        self.0.ground
    }
    /// What happened (理由).
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// Number of the ruling (裁定文号).
    async fn ruling_number(&self) -> &str {
        &self.0.ruling_number
    }
    /// Day of the ruling (裁定日期).
    async fn decided_on(&self) -> Date {
        Date(self.0.decided_on)
    }
    /// What went back to the purchaser at once (已退价款).
    async fn returned(&self) -> Money {
        self.0.returned
    }
    /// What had to come back from payees first, as it stood then; `restitutions` show what has (待执行回转金额).
    async fn outstanding(&self) -> Money {
        self.0.outstanding
    }
    /// The repayments, one per account that paid the price (退款明细).
    async fn refunds(&self, ctx: &Context<'_>) -> Result<Vec<PurchaserReturn>, Problem> {
        let rows = purchaser_return::of_lot(&services(ctx)?.db.reader(), self.0.lot_id).await?;
        Ok(rows.into_iter().map(PurchaserReturn).collect())
    }
    /// Who must give money back, for the court (执行回转登记).
    async fn restitutions(&self, ctx: &Context<'_>) -> Result<Option<Vec<Restitution>>, Problem> {
        if !court_scope(ctx).allows_court(self.0.court_id) {
            return Ok(None);
        }
        let rows = restitution::of_lot(&services(ctx)?.db.reader(), self.0.lot_id).await?;
        Ok(Some(rows.into_iter().map(Restitution).collect()))
    }
}

pub struct PurchaserReturn(purchaser_return::Model);

/// A part of a price that goes back to the account that paid it (退款). The account is not shown.
#[Object]
impl PurchaserReturn {
    /// How much (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Where the repayment stands with the bank (付款状态).
    async fn state(&self, ctx: &Context<'_>) -> Result<Option<PayableState>, Problem> {
        let reader = services(ctx)?.db.reader();
        let payable = payout::store::find_payable(&reader, &Scope::Everything, self.0.payable_id).await?;
        Ok(payable.map(|payable| payable.state))
    }
}

pub struct Restitution(restitution::Model);
impl Restitution {
    async fn came_back(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        restitution_return::returned(&services(ctx)?.db.reader(), self.0.id).await
    }
}

/// Money that must come back from a payee (执行回转). For the court alone.
#[Object]
impl Restitution {
    /// Opaque id (标识).
    async fn id(&self) -> RestitutionId {
        self.0.id
    }
    /// Who got it (取得人).
    async fn payee_name(&self) -> &str {
        &self.0.payee_name
    }
    /// How much (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// What of it has come back and went on to who paid the price (已回转金额).
    async fn returned(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        self.came_back(ctx).await
    }
    /// What is still owed (尚未回转金额).
    async fn remaining(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        self.0.amount.minus(self.came_back(ctx).await?).map_err(Problem::internal)
    }
    /// How far it is (回转进度).
    async fn state(&self, ctx: &Context<'_>) -> Result<RestitutionState, Problem> {
        Ok(rules::restitution::state(self.0.amount, self.came_back(ctx).await?))
    }
}

/// Does the reserve price leave anything for the applicant (无益拍卖审查)? For the court alone.
#[derive(SimpleObject)]
pub struct SurplusAssessment {
    /// Owed to creditors before him, as it stood then (优先债权).
    senior_claims: Money,
    /// Costs of the enforcement (强制执行费用).
    costs: Money,
    /// Day on which he was told that nothing would be left (通知日期).
    informed_on: Option<Date>,
    /// Day on which he asked to go on (申请继续拍卖日期).
    insisted_on: Option<Date>,
}
pub(super) async fn surplus_of(ctx: &Context<'_>, lot: &lot::Model) -> Result<Option<SurplusAssessment>, Problem> {
    if !court_scope(ctx).allows_court(lot.court_id) {
        return Ok(None);
    }
    let row = surplus_assessment::latest(&services(ctx)?.db.reader(), lot.id).await?;
    Ok(row.map(|row| SurplusAssessment {
        senior_claims: row.senior_claims,
        costs: row.costs,
        informed_on: row.informed_on.map(Date),
        insisted_on: row.insisted_on.map(Date),
    }))
}

/// The docket of a lot, for its court; null for everybody else.
pub(super) async fn docket_of(ctx: &Context<'_>, lot: &lot::Model) -> Result<Option<Vec<LotObjection>>, Problem> {
    let courts = scope(ctx, Act::FileLotObjection).unwrap_or_else(|_| court_scope(ctx));
    if !courts.allows_court(lot.court_id) {
        return Ok(None);
    }
    let rows = lot_objection::of_lots(&services(ctx)?.db.reader(), vec![lot.id]).await?;
    Ok(Some(rows.into_iter().map(LotObjection).collect()))
}

pub struct LotObjection(lot_objection::Model);

/// An objection to a sale (执行异议). For the court alone.
#[Object(name = "LotObjection")]
impl LotObjection {
    /// Opaque id (标识).
    async fn id(&self) -> ObjectionId {
        self.0.id
    }
    /// What it is about (异议类型).
    async fn kind(&self) -> ObjectionKind {
        self.0.kind
    }
    /// Who objects (异议人).
    async fn objector(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        let place = crate::auction::store::stay::lot_objection::objector_place(self.0.id);
        Ok(services(ctx)?.vault.open(place, &self.0.objector_sealed)?.expose().clone())
    }
    /// The grounds (异议理由).
    async fn grounds(&self) -> &str {
        &self.0.grounds
    }
    /// Day of the filing (提出日期).
    async fn filed_on(&self) -> Date {
        Date(self.0.filed_on)
    }
    /// Sale and money stand still because of it (停止拍卖).
    async fn stays(&self) -> bool {
        self.0.stays
    }
    /// How it ended; null while it is open (异议结果).
    async fn outcome(&self) -> Option<ObjectionOutcome> {
        self.0.outcome
    }
    /// Number of the ruling (裁定文号).
    async fn ruling_number(&self) -> Option<&str> {
        self.0.ruling_number.as_deref()
    }
    /// When it must be decided, and after a dismissal until when a suit keeps the sale still (期限).
    async fn deadlines(&self, ctx: &Context<'_>) -> Result<Vec<DeadlineResult>, Problem> {
        let calendar = &services(ctx)?.calendar();
        let mut terms = vec![decision_rule(self.0.kind).deadline_from_day(calendar, self.0.filed_on)];
        let dismissed = self.0.outcome == Some(ObjectionOutcome::Dismissed) && self.0.kind == ObjectionKind::ThirdParty;
        terms.extend(self.0.served_on.filter(|_| dismissed).map(|day| suit_term(calendar, day)));
        Ok(terms.into_iter().map(DeadlineResult).collect())
    }
}
