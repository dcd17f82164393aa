//! The end of an order on record. An advance that the judgment did not grant stops everything that is not paid yet;
//! what was paid stands in a register of returns (民诉法 110, 民诉解释 173). Lines of payout runs drop out at their release.

use super::order_steps::recall;
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, Scope, UseCase},
    cases::{
        self, CaseOrderState,
        ops::OrderEnd,
        rules::text::{self, SHORT},
        store::{case, case_order, claim},
    },
    disbursement::{
        DisbursementStatus,
        rules::advance::{self as rules, Stage},
        store,
        tables::{execution_return, order},
    },
    distribution::{self, tables::line},
    kernel::{
        clock::Date,
        error::Failure,
        ids::{CaseOrderId, ClaimId, ExecutionReturnId, OrderId, PayableId},
        money::Money,
    },
    payout::{self, PayablePurpose, PayableState, tables::payable},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, Condition, QueryOrder, QuerySelect, QueryTrait, entity::prelude::*};
use serde::Serialize;

/// Ends an order: the judgment confirms or revokes an advance, a reserve is no longer needed (终结登记事项). REVOKED recalls
/// the open orders on the claim, lets go what plans hold for it, cancels payments that are not with the bank, and
/// records what was paid as to be returned.
#[derive(InputObject, Serialize)]
pub struct EndCaseOrderInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The order (登记事项).
    pub case_order: CaseOrderId,
    /// CONFIRMED or REVOKED for an advance, ENDED for working capital (结果).
    pub outcome: CaseOrderState,
    /// Day of the end (终结日期).
    pub ended_on: Date,
    /// Judgment or decision: number or title of the document (依据文书).
    pub document: String,
}
impl UseCase for EndCaseOrderInput {
    type Done = CaseOrderId;
    const ACT: Act = Act::EndCaseOrder;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseOrderId, Failure> {
        let end = OrderEnd { outcome: self.outcome, on: self.ended_on.0, document: &self.document };
        let (case, ended) = cases::ops::end_order(op, self.case_order, &end).await?;
        if let (CaseOrderState::Revoked, Some(claim)) = (self.outcome, ended.claim_id) {
            let claim = cases::store::claim(op.tx, claim).await?;
            let claim = claim.ok_or_else(|| Failure::internal("an advance on no claim"))?;
            stop(op, &case, &ended, &claim).await?;
        }
        Ok(ended.id)
    }
}

/// Everything that an advance has set going comes to rest.
#[boxed]
async fn stop(
    op: &mut Op<'_>,
    case: &case::Model,
    advance: &case_order::Model,
    claim: &claim::Model,
) -> Result<(), Failure> {
    let recalled = recall_orders(op, claim.id).await?;
    let dropped = distribution::ops::drop_held_lines(op, claim.id).await?;
    let (mut cancelled, mut paid) = (Vec::new(), Vec::new());
    for payable in payout::store::payables_on(op.tx, claim.id).await? {
        let last = payout::store::attempts_of(op.tx, payable.id).await?.pop();
        match rules::stage(payable.state, last.map(|attempt| attempt.state)) {
            Stage::Here => {
                payout::cancel::cancel(op, payable.id).await?;
                cancelled.push(payable.id);
            }
            // what lies with a notary comes back from him, not from the applicant
            Stage::AtBank | Stage::Paid if payable.purpose != PayablePurpose::NotaryDeposit => paid.push(payable),
            Stage::AtBank | Stage::Paid | Stage::Cancelled => {}
        }
    }
    // what the bank has paid comes back first: what it may still refuse uses up nothing of the advance before
    paid.sort_by_key(|payable: &payable::Model| payable.state != PayableState::Paid);
    let returns = note_returns(op, case, advance, claim, &paid).await?;
    let facts = serde_json::json!({ "stopped": claim.id.to_global(),
        "ordersRecalled": recalled.iter().map(|id| id.to_global()).collect::<Vec<_>>(),
        "linesDropped": dropped.iter().map(|id| id.to_global()).collect::<Vec<_>>(),
        "paymentsCancelled": cancelled.iter().map(|id: &PayableId| id.to_global()).collect::<Vec<_>>(),
        "toBeReturned": returns });
    op.audit(advance.id, Some(case.court_id), Some(case.id), facts).await
}

/// Orders on the claim, or on a line of a plan for it, that no cashier has paid.
#[boxed]
async fn recall_orders(op: &mut Op<'_>, claim: ClaimId) -> Result<Vec<OrderId>, Failure> {
    use DisbursementStatus as S;
    let lines = line::Entity::find().select_only().column(line::Column::Id).filter(line::Column::ClaimId.eq(claim));
    let of_claim = Condition::any()
        .add(order::Column::ClaimId.eq(claim))
        .add(order::Column::PlanLineId.in_subquery(lines.into_query()));
    let open = order::Entity::find()
        .filter(of_claim)
        .filter(order::Column::Status.is_in([S::Draft, S::Submitted, S::Approved, S::Rejected]))
        .order_by_asc(order::Column::Id)
        .lock_exclusive();
    let mut recalled = Vec::new();
    for order in open.list(op.tx).await? {
        recall(op, &order).await?;
        recalled.push(order.id);
    }
    Ok(recalled)
}

/// One row per payment, up to the advance. What is with the bank is due once it has paid.
#[boxed]
async fn note_returns(
    op: &mut Op<'_>,
    case: &case::Model,
    advance: &case_order::Model,
    claim: &claim::Model,
    paid: &[payable::Model],
) -> Result<Money, Failure> {
    let payments: Vec<_> = paid.iter().map(|payable| (payable.recorded_at.legal_date(), payable.amount)).collect();
    let back = rules::returns(advance.amount, advance.ordered_on, &payments)?;
    let mut total = Money::ZERO;
    for (payable, amount) in paid.iter().zip(back) {
        if amount.is_zero() {
            continue;
        }
        total = total.plus(amount)?;
        let row = execution_return::ActiveModel {
            id: Set(ExecutionReturnId::new(op.now)),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            order_id: Set(advance.id),
            party_id: Set(claim.creditor_id),
            payable_id: Set(payable.id),
            amount: Set(amount),
            returned: Set(Money::ZERO),
            returned_on: Set(None),
            return_document: Set(None),
            recorded_at: Set(op.now),
        };
        execution_return::Entity::insert(row).execute(op.tx).await?;
    }
    Ok(total)
}

/// Records that an applicant has given back what he got in advance, in whole or in part (登记先予执行返还). A note, no posting:
/// money that comes by the court's account is an ordinary receipt of the case.
#[derive(InputObject, Serialize)]
pub struct RecordExecutionReturnInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// What is to be given back (应返还款项).
    pub execution_return: ExecutionReturnId,
    /// What was given back, at most what is still due (返还金额).
    pub amount: Money,
    /// Day of the return, not in the future (返还日期).
    pub returned_on: Date,
    /// Receipt or settlement: number or title of the document (返还凭证).
    pub document: String,
}
impl UseCase for RecordExecutionReturnInput {
    type Done = ExecutionReturnId;
    const ACT: Act = Act::RecordExecutionReturn;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ExecutionReturnId, Failure> {
        let gone = || Failure::not_found("executionReturn");
        let seen = store::find_return(op.tx, op.scope(), self.execution_return).await?.ok_or_else(gone)?;
        cases::store::lock_case(op.tx, op.scope(), seen.case_id).await?;
        let row = execution_return::Entity::find_by_id(seen.id).lock_exclusive().first(op.tx).await?;
        let row = row.ok_or_else(gone)?;
        let payable = payout::store::find_payable(op.tx, &Scope::Everything, row.payable_id).await?;
        let payable = payable.ok_or_else(|| Failure::internal("a return of no payment"))?;
        let due = row.amount.minus(row.returned)?;
        rules::decide_return(payable.state, (due, self.amount), (self.returned_on.0, op.now.legal_date()))?;
        let document = text::checked("document", &self.document, SHORT)?;
        let change = execution_return::ActiveModel {
            id: Set(row.id),
            returned: Set(row.returned.plus(self.amount)?),
            returned_on: Set(Some(self.returned_on.0)),
            return_document: Set(Some(document.clone())),
            ..Default::default()
        };
        execution_return::Entity::update(change).execute(op.tx).await?;
        let facts =
            serde_json::json!({ "returned": self.amount, "due": due.minus(self.amount)?, "document": document });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}
