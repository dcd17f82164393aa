//! Drafting an order, and the facts that are asked again at every step of its life.

use super::number;
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, Scope, UseCase},
    cases::{
        self, CaseStatus, PayeeStatus,
        rules::text::{self, LONG},
        store::{case, payee},
    },
    disbursement::{
        DisbursementStatus,
        rules::order::{self as rules, OrderFacts, Source},
        store,
        tables::{order, source},
    },
    distribution::{self, LineState},
    funds,
    kernel::{
        error::Failure,
        ids::{CaseId, ClaimId, OrderId, PayeeId, PlanLineId, ReceiptId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    payout::{self, PayablePurpose, rules::Draw},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// A receipt that an order draws on (发放来源).
#[derive(InputObject, Serialize)]
pub struct OrderSourceInput {
    /// The receipt; it must stand on the order's case (到账).
    pub receipt: ReceiptId,
    /// What the order takes from it, above zero (金额).
    pub amount: Money,
}

/// Drafts an order to pay (起草案款发放审批): a claim of the case directly, or a line of a plan that is carried out.
#[derive(InputObject, Serialize)]
pub struct DraftDisbursementOrderInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case whose money is paid (案件).
    pub case: CaseId,
    /// The claim that is paid; leave out with `planLine` (债权).
    pub claim: Option<ClaimId>,
    /// The line of a carried-out plan that is paid; leave out with `claim` (分配明细).
    pub plan_line: Option<PlanLineId>,
    /// Confirmed account of the creditor (收款账户).
    pub payee: PayeeId,
    /// Above zero; for a line of a plan the line's amount (金额).
    pub amount: Money,
    /// Receipts drawn on, Σ = amount; without them the earliest receipts are drawn. Not for a line of a plan (发放来源).
    #[graphql(default)]
    pub sources: Vec<OrderSourceInput>,
    /// Panel's decision to pay to another than the creditor, or the judgment on a held line (合议庭决定或生效文书).
    pub panel_document: Option<String>,
}

const MOST_SOURCES: usize = 100;

impl UseCase for DraftDisbursementOrderInput {
    type Done = OrderId;
    const ACT: Act = Act::DraftOrder;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<OrderId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        let id = OrderId::new(op.now);
        let row = order::Model {
            id,
            court_id: case.court_id,
            case_id: case.id,
            order_number: String::new(),
            status: DisbursementStatus::Draft,
            claim_id: self.claim,
            plan_line_id: self.plan_line,
            payee_id: self.payee,
            amount: self.amount,
            purpose: PayablePurpose::Creditor,
            panel_document: text::checked_option("panelDocument", self.panel_document.as_deref(), LONG)?,
            payable_id: None,
            maker: op.actor.name(),
            version: 1,
            recorded_at: op.now,
            released_at: None,
        };
        let sources = self.sources(op, &case).await?;
        let checked = check(op, &case, &row, &sources).await?;
        if let Some(claim) = self.claim
            && store::is_ordered(op.tx, claim).await?
        {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("claim").law(&reference::FUNDS_12).into());
        }
        let order_number = number(op, case.court_id, "发", "disbursement-order").await?;
        let row = order::Model { order_number, purpose: checked.purpose, payable_id: checked.payable, ..row };
        insert(op, row, &sources).await?;
        let facts = serde_json::json!({ "amount": self.amount, "claim": self.claim, "planLine": self.plan_line });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        op.publish("work-queue", id, 1);
        Ok(id)
    }
}

impl DraftDisbursementOrderInput {
    /// The receipts named, or the earliest ones of the case.
    #[boxed]
    async fn sources(&self, op: &Op<'_>, case: &case::Model) -> Result<Vec<(ReceiptId, Money)>, Failure> {
        let list = |code| Err(Refusal::new(code).field("sources").law(&reference::FUNDS_12).into());
        if self.plan_line.is_some() {
            return if self.sources.is_empty() { Ok(Vec::new()) } else { list(RefusalCode::ListInvalid) };
        }
        if self.sources.is_empty() {
            let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
            let mut draw = Draw::new(receipts.into_iter().map(|r| (r.id, r.remaining)).collect());
            // too little money is better said by the balance than by the receipts
            return Ok(draw.take(self.amount).unwrap_or_default());
        }
        let distinct: std::collections::BTreeSet<_> = self.sources.iter().map(|s| s.receipt).collect();
        if distinct.len() != self.sources.len() || self.sources.len() > MOST_SOURCES {
            return list(RefusalCode::ListInvalid);
        }
        Ok(self.sources.iter().map(|s| (s.receipt, s.amount)).collect())
    }
}

#[boxed]
async fn insert(op: &Op<'_>, row: order::Model, sources: &[(ReceiptId, Money)]) -> Result<(), Failure> {
    let (id, court) = (row.id, row.court_id);
    let active = order::ActiveModel {
        id: Set(id),
        court_id: Set(court),
        case_id: Set(row.case_id),
        order_number: Set(row.order_number),
        status: Set(row.status),
        claim_id: Set(row.claim_id),
        plan_line_id: Set(row.plan_line_id),
        payee_id: Set(row.payee_id),
        amount: Set(row.amount),
        purpose: Set(row.purpose),
        panel_document: Set(row.panel_document),
        payable_id: Set(row.payable_id),
        maker: Set(row.maker),
        version: Set(row.version),
        recorded_at: Set(row.recorded_at),
        released_at: Set(row.released_at),
    };
    order::Entity::insert(active).execute(op.tx).await?;
    for (receipt, amount) in sources {
        let row = source::ActiveModel {
            order_id: Set(id),
            receipt_id: Set(*receipt),
            court_id: Set(court),
            amount: Set(*amount),
        };
        source::Entity::insert(row).execute(op.tx).await?;
    }
    Ok(())
}

/// What a checked order rests on.
pub(super) struct Checked {
    pub payee: payee::Model,
    pub purpose: PayablePurpose,
    /// The payable of a plan's line; a direct order makes its own when it is paid.
    pub payable: Option<crate::kernel::ids::PayableId>,
    /// The line whose held money the order frees.
    pub held_line: Option<distribution::tables::line::Model>,
}

/// Whose money it is, where it stands and how much may leave.
struct Basis {
    creditor: String,
    available: Money,
    purpose: PayablePurpose,
    payable: Option<crate::kernel::ids::PayableId>,
    held_line: Option<distribution::tables::line::Model>,
}

/// Asks every condition of an order anew, under the case's lock.
#[boxed]
pub(super) async fn check(
    op: &Op<'_>,
    case: &case::Model,
    order: &order::Model,
    sources: &[(ReceiptId, Money)],
) -> Result<Checked, Failure> {
    let basis = match (order.claim_id, order.plan_line_id) {
        (Some(claim), None) => of_claim(op, case, order, claim).await?,
        (None, Some(line)) => of_line(op, case, order, line).await?,
        _ => return Err(Refusal::new(RefusalCode::ListInvalid).field("claim").law(&reference::FUNDS_12).into()),
    };
    let payee = cases::store::payee(op.tx, order.payee_id).await?;
    let payee = payee.filter(|p| p.case_id == case.id).ok_or_else(|| Failure::not_found("payee"))?;
    let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
    let mut drawn = Vec::with_capacity(sources.len());
    for (receipt, amount) in sources {
        let row = receipts.iter().find(|r| r.id == *receipt).ok_or_else(|| Failure::not_found("sources"))?;
        drawn.push(Source { amount: *amount, remaining: row.remaining });
    }
    rules::decide_order(&OrderFacts {
        amount: order.amount,
        sources: &drawn,
        available: basis.available,
        case: case.status,
        settled: case.status == CaseStatus::Suspended && cases::store::is_settled(op.tx, case.id).await?,
        deferred: store::deferral_of(op.tx, case.id).await?,
        payee_confirmed: payee.status == PayeeStatus::Current,
        payee_name: &payee.name,
        creditor_name: &basis.creditor,
        panel_document: order.panel_document.is_some(),
    })?;
    cases::store::decide_agent_account(op.tx, &payee, op.now.legal_date()).await?;
    decide_bankruptcy(op, order, basis.payable, sources).await?;
    if sources.is_empty() && order.claim_id.is_some() {
        return Err(Refusal::new(RefusalCode::ReceiptExceeded).field("sources").law(&reference::FUNDS_4).into());
    }
    Ok(Checked { payee, purpose: basis.purpose, payable: basis.payable, held_line: basis.held_line })
}

/// No order pays a single creditor from a bankrupt debtor's money; asked at each step and by the last approval.
#[boxed]
pub(super) async fn decide_bankruptcy(
    op: &Op<'_>,
    order: &order::Model,
    payable: Option<crate::kernel::ids::PayableId>,
    sources: &[(ReceiptId, Money)],
) -> Result<(), Failure> {
    let drawn = match payable {
        Some(payable) if sources.is_empty() => payout::store::sources_of(op.tx, payable).await?,
        _ => sources.to_vec(),
    };
    let receipts: Vec<_> = drawn.into_iter().map(|(receipt, _)| receipt).collect();
    payout::bankruptcy::decide(op.tx, order.case_id, &receipts, order.purpose).await
}

#[boxed]
async fn of_claim(op: &Op<'_>, case: &case::Model, order: &order::Model, id: ClaimId) -> Result<Basis, Failure> {
    let claim = cases::store::claim(op.tx, id).await?;
    let claim = claim.filter(|c| c.case_id == case.id).ok_or_else(|| Failure::not_found("claim"))?;
    cases::store::decide_advance_stands(op.tx, claim.id).await?;
    let owed = distribution::store::open_amount(op.tx, &claim).await?;
    if order.amount > owed {
        return Err(Refusal::new(RefusalCode::SatisfactionExceedsClaim)
            .field("amount")
            .law(&reference::ENFORCEMENT_34)
            .arg("outstanding", owed)
            .into());
    }
    let creditor = cases::store::party(op.tx, claim.creditor_id).await?;
    Ok(Basis {
        creditor: creditor.map(|p| p.name).unwrap_or_default(),
        available: cases::store::free_case_money(op.tx, case).await?,
        purpose: PayablePurpose::Creditor,
        payable: None,
        held_line: None,
    })
}

#[boxed]
async fn of_line(op: &Op<'_>, case: &case::Model, order: &order::Model, id: PlanLineId) -> Result<Basis, Failure> {
    let gone = || Failure::not_found("planLine");
    let line = distribution::store::find_line(op.tx, id).await?.ok_or_else(gone)?;
    let plan = distribution::store::find_plan(op.tx, op.scope(), line.plan_id).await?;
    if plan.is_none_or(|plan| plan.case_id != case.id) {
        return Err(gone());
    }
    if let Some(claim) = line.claim_id {
        cases::store::decide_advance_stands(op.tx, claim).await?;
    }
    if order.amount != line.amount {
        let refusal = Refusal::new(RefusalCode::AmountInvalid).field("amount").arg("line", line.amount);
        return Err(refusal.law(&reference::CIVIL_PROCEDURE_RULES_509).into());
    }
    let creditor = match line.party_id {
        Some(party) => cases::store::party(op.tx, party).await?.map(|p| p.name),
        None => None,
    };
    decide_not_deposited(op, &line).await?;
    let state = distribution::store::shown_state(op.tx, &line).await?;
    let ready = match state {
        LineState::Payable | LineState::AwaitingPayee => true,
        LineState::Held => order.panel_document.is_some(),
        LineState::Planned | LineState::Booked | LineState::Nothing | LineState::Cancelled => false,
    };
    if !ready {
        let refusal = Refusal::new(RefusalCode::WrongState).field("planLine").arg("status", state.as_str());
        return Err(refusal.law(&reference::CIVIL_PROCEDURE_RULES_510).into());
    }
    Ok(Basis {
        creditor: creditor.unwrap_or_default(),
        available: line.amount,
        purpose: distribution::ops::purpose(line.basis),
        payable: line.payable_id,
        held_line: line.hold_id.is_some().then_some(line),
    })
}

/// What went to a notary is collected from him: the payment to him is never turned to the creditor's account.
#[boxed]
async fn decide_not_deposited(op: &Op<'_>, line: &distribution::tables::line::Model) -> Result<(), Failure> {
    let Some(payable) = line.payable_id else { return Ok(()) };
    let payable = payout::store::find_payable(op.tx, &Scope::Everything, payable).await?;
    if payable.is_some_and(|payable| payable.purpose == PayablePurpose::NotaryDeposit) {
        let refusal = Refusal::new(RefusalCode::WrongState).field("planLine").law(&reference::FUNDS_16);
        return Err(refusal.arg("status", PayablePurpose::NotaryDeposit.as_str()).into());
    }
    Ok(())
}
