//! What a plan holds for a creditor who has no account and cannot be found goes to a notary.

use crate::{
    access::{Act, Op, UseCase},
    cases::{ops::PayeeAccountInput, rules::closing::require_open},
    distribution::{DistributionBasis, LineState, PlanStatus, store, tables::line},
    kernel::{
        error::Failure,
        ids::{NotaryDepositId, PlanLineId},
        query::Fetch,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    payout::{
        NotaryGround,
        special::{Deposit, HeldMoney, propose_held},
    },
};
use async_graphql::InputObject;
use sea_orm::{QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Proposes to deposit with a notary what a carried-out plan holds for a creditor without an account; BUREAU_CHIEF and
/// FINANCE_REVIEWER approve (待领案款提存).
#[derive(InputObject, Serialize)]
pub struct DepositPlanLineInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The line that waits for its payee; its whole amount is deposited (分配明细).
    pub plan_line: PlanLineId,
    /// Which of the five cases (提存事由).
    pub ground: NotaryGround,
    /// What proves it: notices sent, refusal, death certificate; 1 to 500 characters (事由证明).
    pub evidence: String,
    /// The notary office with its account, in the office's own name (公证机构账户).
    pub account: PayeeAccountInput,
    /// The approval form: number or title of the document (提存审批表).
    pub document: String,
}
impl UseCase for DepositPlanLineInput {
    type Done = NotaryDepositId;
    const ACT: Act = Act::DepositPlanLine;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<NotaryDepositId, Failure> {
        let gone = || Failure::not_found("planLine");
        let seen = store::find_line(op.tx, self.plan_line).await?.ok_or_else(gone)?;
        let plan = store::find_plan(op.tx, op.scope(), seen.plan_id).await?.ok_or_else(gone)?;
        let (case, plan) = store::lock_plan(op.tx, op.scope(), plan.id).await?;
        require_open(case.status)?;
        let line = line::Entity::find_by_id(seen.id).lock_exclusive().first(op.tx).await?.ok_or_else(gone)?;
        let held = match (plan.status, line.state, line.hold_id, line.claim_id) {
            (PlanStatus::Finalised, LineState::AwaitingPayee, Some(hold), Some(claim)) => HeldMoney {
                line: line.id,
                hold,
                claim,
                beside_claim: line.basis == DistributionBasis::DelayInterest,
                amount: line.amount,
            },
            _ => {
                let refusal = Refusal::new(RefusalCode::WrongState).field("planLine").law(&reference::FUNDS_16);
                return Err(refusal.arg("status", line.state.as_str()).into());
            }
        };
        crate::cases::store::decide_advance_stands(op.tx, held.claim).await?;
        let deposit =
            Deposit { ground: self.ground, evidence: &self.evidence, account: &self.account, document: &self.document };
        propose_held(op, &case, held, &deposit).await
    }
}
