//! The further life of an order: submitted, approved or rejected, recalled, paid.

use super::{
    approval_tier,
    order::{Checked, check, decide_bankruptcy},
};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{
        Act, Op, UseCase,
        approval::{self, Approvable},
    },
    cases::store::case,
    disbursement::{
        DisbursementStatus,
        reading::fund_of,
        rules::{
            order::{Move, decide_move},
            people,
        },
        store,
        tables::order,
    },
    distribution, funds,
    kernel::{
        error::{Failure, Problem},
        ids::{AgentPaperId, NodeRef, OrderId, PayableId, ReceiptId},
        money::Money,
    },
    ledger::{self, Book, Resolution},
    payout::{self, rules::Draw},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

#[boxed]
async fn change_status(op: &mut Op<'_>, order: &order::Model, status: DisbursementStatus) -> Result<(), Failure> {
    let change = order::ActiveModel {
        id: Set(order.id),
        status: Set(status),
        version: Set(order.version + 1),
        ..Default::default()
    };
    order::Entity::update(change).execute(op.tx).await?;
    op.publish("work-queue", order.id, order.version + 1);
    Ok(())
}

#[boxed]
async fn audit(op: &mut Op<'_>, order: &order::Model, status: DisbursementStatus) -> Result<(), Failure> {
    let facts = serde_json::json!({ "status": status, "amount": order.amount });
    op.audit(order.id, Some(order.court_id), Some(order.case_id), facts).await
}

/// Hands an order to its approvers (提交审批): fund administrator, bureau chief, above the threshold the vice president,
/// finance reviewer.
#[derive(InputObject, Serialize)]
pub struct SubmitDisbursementOrderInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The order; only who drafted it submits it (案款发放).
    pub order: OrderId,
}
impl UseCase for SubmitDisbursementOrderInput {
    type Done = OrderId;
    const ACT: Act = Act::SubmitOrder;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<OrderId, Failure> {
        let (case, order) = store::lock_order(op.tx, op.scope(), self.order).await?;
        if order.maker != op.actor.name() {
            return Err(Problem::Forbidden.into());
        }
        let status = decide_move(order.status, Move::Submit)?;
        let sources = store::sources_of(op.tx, order.id).await?;
        check(op, &case, &order, &sources).await?;
        let steps = people::approval_steps(order.amount, approval_tier(op, order.court_id).await?);
        approval::request(op, order.court_id, order.id.node(), &steps).await?;
        change_status(op, &order, status).await?;
        audit(op, &order, status).await?;
        Ok(order.id)
    }
}

/// Takes an order back before the cashier has paid it (撤回案款发放). Its open approval is void.
#[derive(InputObject, Serialize)]
pub struct RecallDisbursementOrderInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The order (案款发放).
    pub order: OrderId,
}
impl UseCase for RecallDisbursementOrderInput {
    type Done = OrderId;
    const ACT: Act = Act::RecallOrder;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<OrderId, Failure> {
        let (_, order) = store::lock_order(op.tx, op.scope(), self.order).await?;
        recall(op, &order).await?;
        Ok(order.id)
    }
}

/// Takes a locked order back; its open approval is void.
#[boxed]
pub(super) async fn recall(op: &mut Op<'_>, order: &order::Model) -> Result<(), Failure> {
    let status = decide_move(order.status, Move::Recall)?;
    approval::void(op, order.id.node()).await?;
    change_status(op, order, status).await?;
    audit(op, order, status).await
}

/// What the approvers of an order see and agree to; registered in `app`.
pub struct Orders;

#[async_trait::async_trait]
impl Approvable for Orders {
    /// The account goes in by its index: the voters agree to this very number without its standing in a digest.
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let (order, payee) = read(op, subject).await?;
        let sources = store::sources_of(op.tx, order.id).await?;
        let sources: Vec<_> = sources.iter().map(|(receipt, amount)| (receipt.to_global(), *amount)).collect();
        Ok(serde_json::json!({
            "orderNumber": order.order_number, "case": order.case_id.to_global(), "amount": order.amount,
            "claim": order.claim_id.map(|id| id.to_global()), "planLine": order.plan_line_id.map(|id| id.to_global()),
            "payee": payee.id.to_global(), "name": payee.name, "account": hex::encode(payee.account_index.as_bytes()),
            "bankCode": payee.bank_code, "payeeStatus": payee.status, "sources": sources,
            "panelDocument": order.panel_document, "agentPaper": payee.agent_paper_id.map(AgentPaperId::to_global),
        }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let (order, payee) = read(op, subject).await?;
        crate::cases::store::decide_agent_account(op.tx, &payee, op.now.legal_date()).await?;
        let sources = store::sources_of(op.tx, order.id).await?;
        decide_bankruptcy(op, &order, order.payable_id, &sources).await?;
        change_status(op, &order, DisbursementStatus::Approved).await?;
        audit(op, &order, DisbursementStatus::Approved).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let (order, _) = read(op, subject).await?;
        change_status(op, &order, DisbursementStatus::Rejected).await?;
        audit(op, &order, DisbursementStatus::Rejected).await
    }
}

#[boxed]
async fn read(op: &Op<'_>, subject: NodeRef) -> Result<(order::Model, crate::cases::store::payee::Model), Failure> {
    let gone = || Failure::internal("an approval of no order");
    let order = order::Entity::find_by_id(OrderId::from_uuid(subject.id)).first(op.tx).await?.ok_or_else(gone)?;
    let payee = crate::cases::store::payee(op.tx, order.payee_id).await?.ok_or_else(gone)?;
    Ok((order, payee))
}

/// Pays an approved order (付款). The cashier is none of those who drafted or approved it.
#[derive(InputObject, Serialize)]
pub struct PayOutInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The approved order (案款发放).
    pub order: OrderId,
}
impl UseCase for PayOutInput {
    type Done = OrderId;
    const ACT: Act = Act::PayOut;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<OrderId, Failure> {
        let (case, order) = store::lock_order(op.tx, op.scope(), self.order).await?;
        let status = decide_move(order.status, Move::Pay)?;
        let people = approval::people_of(op.tx, order.id.node()).await?;
        people::decide_cashier(&op.actor.name(), &order.maker, &people)?;
        let sources = store::sources_of(op.tx, order.id).await?;
        let checked = check(op, &case, &order, &sources).await?;
        let payable = match checked.payable {
            Some(payable) => {
                payout::ops::pay_to(op, payable, &checked.payee).await?;
                payable
            }
            None => owe(op, &case, &order, sources, &checked).await?,
        };
        payout::ops::queue_attempt(op, payable).await?;
        let change = order::ActiveModel {
            id: Set(order.id),
            status: Set(status),
            payable_id: Set(Some(payable)),
            released_at: Set(Some(op.now)),
            version: Set(order.version + 1),
            ..Default::default()
        };
        order::Entity::update(change).execute(op.tx).await?;
        op.publish("work-queue", order.id, order.version + 1);
        audit(op, &order, status).await?;
        Ok(order.id)
    }
}

/// Books what the order pays as owed: out of the case's free money, or out of what was held for a line of a plan.
#[boxed]
async fn owe(
    op: &mut Op<'_>,
    case: &case::Model,
    order: &order::Model,
    mut sources: Vec<(ReceiptId, Money)>,
    checked: &Checked,
) -> Result<PayableId, Failure> {
    let mut claim = order.claim_id;
    if let Some(line) = &checked.held_line {
        if let Some(hold) = line.hold_id {
            ledger::resolve_hold(op.tx, op.now, hold, Resolution::Captured).await?;
        }
        let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
        sources = Draw::new(receipts.into_iter().map(|r| (r.id, r.remaining)).collect()).take(order.amount)?;
        claim = line.claim_id.filter(|_| line.basis != distribution::DistributionBasis::DelayInterest);
    }
    let subject = checked.held_line.as_ref().map_or(order.id.node(), |line| line.id.node());
    let new = payout::ops::NewPayable {
        court: case.court_id,
        book: Book::CaseFunds,
        case: Some(case.id),
        from: fund_of(case),
        purpose: checked.purpose,
        payee: payout::ops::account_of(op, &checked.payee).await?,
        amount: order.amount,
        sources,
        subject,
    };
    let payable = payout::ops::create_payable_to(op, new, claim, checked.payee.id).await?;
    if let Some(line) = &checked.held_line {
        distribution::ops::mark_payable(op, line.id, payable).await?;
    }
    Ok(payable)
}
