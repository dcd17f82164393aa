//! Orders and deferrals in the graph.

use crate::kernel::query::Fetch;
use crate::{
    access::{Act, approval_api::Approval},
    cases::{
        self,
        api::{Case, Claim, Payee},
    },
    connection,
    disbursement::{
        DeferralReason, DeferralStatus, DisbursementStatus,
        rules::shown::shown_status,
        store::{self, OrderFilter},
        tables::{deferral, order},
    },
    funds::{
        self,
        api::{Receipt, Term},
    },
    graphql::{
        caller::{scope, services},
        connection::Listed,
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseId, DeferralId, NodeRef, OrderId, PlanLineId, ReceiptId},
        money::Money,
        paging::Page,
    },
    payout::{
        self, PayablePurpose,
        api::{Payable, PayoutAttempt},
    },
};
use async_graphql::{Context, InputObject, Object};

/// A disbursement order.
pub struct DisbursementOrder(pub order::Model);
impl DisbursementOrder {
    pub async fn load(ctx: &Context<'_>, id: &OrderId) -> Result<Option<DisbursementOrder>, Problem> {
        let scope = scope(ctx, Act::ReadOrders)?;
        Ok(store::find_order(&services(ctx)?.db.reader(), &scope, *id).await?.map(DisbursementOrder))
    }
}
impl Listed for DisbursementOrder {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// An order to pay case money to a payee (案款发放).
#[Object]
impl DisbursementOrder {
    /// Opaque id (标识).
    pub async fn id(&self) -> OrderId {
        self.0.id
    }
    /// Number with the court's code, unique in the country (发放单号).
    async fn order_number(&self) -> &str {
        &self.0.order_number
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// Where it stands; after the release what the bank says (状态).
    async fn status(&self, ctx: &Context<'_>) -> Result<DisbursementStatus, Problem> {
        let payable = match self.0.payable_id {
            Some(id) => {
                payout::store::find_payable(&services(ctx)?.db.reader(), &crate::access::Scope::Everything, id).await?
            }
            None => None,
        };
        Ok(shown_status(self.0.status, payable.map(|p| p.state)))
    }
    /// What it pays for (付款用途).
    async fn purpose(&self) -> PayablePurpose {
        self.0.purpose
    }
    /// The claim that it pays (债权).
    async fn claim(&self, ctx: &Context<'_>) -> Result<Option<Claim>, Problem> {
        match self.0.claim_id {
            Some(id) => Claim::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// The line of a plan that it pays (分配明细).
    async fn plan_line(&self) -> Option<PlanLineId> {
        self.0.plan_line_id
    }
    /// Where the money goes (收款账户).
    async fn payee(&self, ctx: &Context<'_>) -> Result<Option<Payee>, Problem> {
        Payee::load(ctx, &self.0.payee_id).await
    }
    /// Amount (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Receipts that it draws on, Σ = amount; for a line of a plan those of its payable (发放来源).
    async fn sources(&self, ctx: &Context<'_>) -> Result<Vec<OrderSource>, Problem> {
        Ok(self.drawn(ctx).await?.into_iter().map(|(receipt, amount)| OrderSource { receipt, amount }).collect())
    }
    /// Terms that run on the receipts it draws on, with their lamps (期限).
    async fn terms(&self, ctx: &Context<'_>) -> Result<Vec<Term>, Problem> {
        let reader = services(ctx)?.db.reader();
        let mut terms = Vec::new();
        for (receipt, _) in self.drawn(ctx).await? {
            for row in funds::store::terms_of(&reader, receipt).await? {
                terms.push(Term::try_new(row)?);
            }
        }
        Ok(terms)
    }
    /// Its approval, once it was submitted (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
    /// What is owed by it (应付款).
    async fn payable(&self, ctx: &Context<'_>) -> Result<Option<Payable>, Problem> {
        match self.0.payable_id {
            Some(id) => Payable::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// Attempts at paying it, the first one first (付款记录).
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<PayoutAttempt>, Problem> {
        match self.0.payable_id {
            Some(id) => PayoutAttempt::all(ctx, id).await,
            None => Ok(Vec::new()),
        }
    }
    /// The panel's decision, or the judgment on a held line (合议庭决定或生效文书).
    async fn panel_document(&self) -> Option<&str> {
        self.0.panel_document.as_deref()
    }
    /// When it was drafted (起草时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// When the cashier released it (付出时间).
    async fn released_at(&self) -> Option<Timestamp> {
        self.0.released_at
    }
}
impl DisbursementOrder {
    async fn drawn(&self, ctx: &Context<'_>) -> Result<Vec<(ReceiptId, Money)>, Problem> {
        let reader = services(ctx)?.db.reader();
        let own = store::sources_of(&reader, self.0.id).await?;
        match self.0.payable_id {
            Some(payable) if own.is_empty() => payout::store::sources_of(&reader, payable).await,
            _ => Ok(own),
        }
    }
}

/// A receipt drawn on.
pub struct OrderSource {
    receipt: ReceiptId,
    amount: Money,
}
/// A receipt that an order draws on (发放来源).
#[Object]
impl OrderSource {
    /// The receipt (到账).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        Receipt::load(ctx, &self.receipt).await
    }
    /// What is taken from it (金额).
    async fn amount(&self) -> Money {
        self.amount
    }
}

/// A deferral of paying out.
pub struct Deferral(deferral::Model);
impl Deferral {
    pub async fn load(ctx: &Context<'_>, id: &DeferralId) -> Result<Option<Deferral>, Problem> {
        use sea_orm::EntityTrait;
        let (scope, reader) = (scope(ctx, Act::ReadOrders)?, services(ctx)?.db.reader());
        let Some(row) = deferral::Entity::find_by_id(*id).first(&reader).await? else { return Ok(None) };
        Ok(cases::store::find_case(&reader, &scope, row.case_id).await?.map(|_| Deferral(row)))
    }
}

/// A deferral of paying out a case (延缓发放).
#[Object]
impl Deferral {
    /// Opaque id (标识).
    pub async fn id(&self) -> DeferralId {
        self.0.id
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// Where it stands (状态).
    async fn status(&self) -> DeferralStatus {
        self.0.status
    }
    /// One of the five reasons (事由).
    async fn reason(&self) -> DeferralReason {
        self.0.reason
    }
    /// The facts behind it (说明).
    async fn explanation(&self) -> &str {
        &self.0.explanation
    }
    /// Its document (延缓发放审批表).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// The disputed part that alone waits, held on the case's account while the deferral is in force: the rest is paid
    /// at once. None: paying out waits as a whole (争议金额).
    async fn amount(&self) -> Option<Money> {
        self.0.amount
    }
    /// Its approval (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
    /// Since when paying out waits (生效日期).
    async fn in_force_on(&self) -> Option<Date> {
        self.0.in_force_on.map(Date)
    }
    /// When the reason was gone (解除日期).
    async fn ended_on(&self) -> Option<Date> {
        self.0.ended_on.map(Date)
    }
    /// Last day to pay after the end (解除后发放期限).
    async fn due_on(&self) -> Option<Date> {
        self.0.due_on.map(Date)
    }
}

connection! {
    /// A page of disbursement orders, newest first (案款发放列表).
    DisbursementOrderConnection, DisbursementOrderEdge of DisbursementOrder
}

/// Which orders to list (案款发放筛选).
#[derive(InputObject, Default)]
pub struct DisbursementOrderFilter {
    /// Only those of this case (案件).
    pub case: Option<CaseId>,
    /// Only those in this state; `RELEASED` includes what the bank has paid or returned since (状态).
    pub status: Option<DisbursementStatus>,
}

/// Orders that the caller sees.
pub async fn orders(
    ctx: &Context<'_>,
    filter: DisbursementOrderFilter,
    page: Page,
) -> Result<DisbursementOrderConnection, Problem> {
    let scope = scope(ctx, Act::ReadOrders)?;
    let filter = OrderFilter { case: filter.case, status: filter.status };
    let rows = store::orders(&services(ctx)?.db.reader(), &scope, &filter, page).await?;
    Ok(rows.map(DisbursementOrder).into())
}
/// The deferrals of a case that the caller is known to see, the first one first.
pub async fn deferrals(ctx: &Context<'_>, case: CaseId) -> Result<Vec<Deferral>, Problem> {
    Ok(store::deferrals_of(&services(ctx)?.db.reader(), case).await?.into_iter().map(Deferral).collect())
}
