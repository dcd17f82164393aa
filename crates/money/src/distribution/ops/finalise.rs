//! Carrying a plan out: the fee, the reserves and one payable per undisputed line, each its own entry.
//!
//! Money of disputed lines, and of creditors without a confirmed account, stays in the case under a hold.

use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, UseCase},
    cases::{self, FeeOrder, rules::party::decide_payee_name},
    distribution::{
        DistributionBasis, LineState, PlanObjectionStatus, PlanStatus,
        rules::objection,
        store,
        tables::{line, plan},
    },
    funds,
    kernel::{
        db::sql,
        error::Failure,
        ids::{ClaimId, PayeeId, PlanId, PlanLineId, ReceiptId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry},
    payout::{self, PayablePurpose, rules::Draw},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, ConnectionTrait, entity::prelude::*};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Carries a plan out after the last objection term (分配方案生效). Not by who drafted it.
#[derive(InputObject, Serialize)]
pub struct FinalisePlanInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The plan (分配方案).
    pub plan: PlanId,
}
impl UseCase for FinalisePlanInput {
    type Done = PlanId;
    const ACT: Act = Act::FinalisePlan;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PlanId, Failure> {
        let (case, plan) = store::lock_plan(op.tx, op.scope(), self.plan).await?;
        if op.actor.name() == plan.maker {
            return Err(Refusal::new(RefusalCode::MakerMayNotApprove).field("plan").law(&reference::TWO_PEOPLE).into());
        }
        let disputed = decide(op, &plan).await?;
        let fund = AccountKey::owned(case.court_id, Book::CaseFunds, Code::CaseFund, case.id.uuid());
        let free = cases::store::free_case_money(op.tx, &case).await?;
        if free < plan.pool {
            let refusal = Refusal::new(RefusalCode::PayoutExceedsBalance).field("plan").law(&reference::FUNDS_4);
            return Err(refusal.arg("available", free).into());
        }
        let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
        let draw = Draw::new(receipts.into_iter().map(|r| (r.id, r.remaining)).collect());
        let mut booking = Booking { case, plan, fund, draw };
        // before the booking: what it books would count as executed before
        booking.note_arrears(op).await?;
        for line in store::lines_of(op.tx, booking.plan.id).await? {
            booking.carry_out(op, &line, disputed.contains(&line.id)).await?;
        }
        let change = plan::ActiveModel {
            id: Set(booking.plan.id),
            status: Set(PlanStatus::Finalised),
            finalised_at: Set(Some(op.now)),
            version: Set(booking.plan.version + 1),
            ..Default::default()
        };
        plan::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "pool": booking.plan.pool, "held": disputed.len(),
            "feeArrears": booking.plan.fee_arrears });
        op.audit(booking.plan.id, Some(booking.case.court_id), Some(booking.case.id), facts).await?;
        op.publish("work-queue", booking.plan.id, booking.plan.version + 1);
        Ok(booking.plan.id)
    }
}

/// May it be carried out today? Answers the lines that stay held.
#[boxed]
async fn decide(op: &Op<'_>, plan: &plan::Model) -> Result<BTreeSet<PlanLineId>, Failure> {
    let served = store::services_of(op.tx, plan.id).await?;
    let must = store::to_serve(op.tx, plan).await?;
    let last_day = |party| served.iter().find(|s| s.party_id == party).map(|s| s.last_day);
    let last_days: Vec<_> = must.into_iter().map(last_day).collect();
    let objections = store::objections_of(op.tx, plan.id).await?;
    let states: Vec<_> = objections.iter().map(|o| o.status).collect();
    objection::decide_finalise(plan.status, &last_days, &states, op.now.legal_date())?;
    decide_claims(op, plan).await?;
    decide_fee(op, plan).await?;
    let mut disputed = BTreeSet::new();
    for objection in objections.iter().filter(|o| o.status == PlanObjectionStatus::Sued) {
        disputed.extend(store::disputed_lines(op.tx, objection.id).await?);
    }
    Ok(disputed)
}

/// A fee that was waived since the draft is not taken: the plan is drafted anew.
#[boxed]
async fn decide_fee(op: &Op<'_>, plan: &plan::Model) -> Result<(), Failure> {
    let text = "SELECT 1 AS one FROM fee_relief r
                JOIN approval a ON a.subject_id = r.id AND a.status = 'APPROVED'
                WHERE r.case_id = $1 AND r.fee = 'EXECUTION' AND r.status = 'APPROVED' AND r.relieved > 0
                  AND a.decided_at > $2";
    let waived = op.tx.query_one_raw(sql(op.tx, text, [plan.case_id.into(), plan.recorded_at.into()])).await?;
    if waived.is_some() {
        let refusal = Refusal::new(RefusalCode::StaleVersion).field("plan").law(&reference::FEES_45);
        return Err(refusal.arg("version", plan.number).into());
    }
    Ok(())
}

/// Claims may have been paid otherwise since the draft: no claim gets more than is still open on it.
#[boxed]
async fn decide_claims(op: &Op<'_>, plan: &plan::Model) -> Result<(), Failure> {
    let mut planned: BTreeMap<ClaimId, Money> = BTreeMap::new();
    for line in store::lines_of(op.tx, plan.id).await? {
        if let Some(claim) = line.claim_id.filter(|_| line.basis != DistributionBasis::DelayInterest) {
            let sum = planned.entry(claim).or_default();
            *sum = sum.plus(line.amount)?;
        }
    }
    for (claim, amount) in planned {
        cases::store::decide_advance_stands(op.tx, claim).await?;
        let row = cases::store::claim(op.tx, claim).await?;
        let row = row.ok_or_else(|| Failure::internal("a line of no claim"))?;
        let open = store::open_amount(op.tx, &row).await?;
        if amount > open {
            let refusal = Refusal::new(RefusalCode::SatisfactionExceedsClaim).field("plan");
            return Err(refusal.law(&reference::ENFORCEMENT_34).arg("outstanding", open).into());
        }
    }
    Ok(())
}

/// The plan being booked, with what its receipts still hold.
struct Booking {
    case: cases::store::case::Model,
    plan: plan::Model,
    fund: AccountKey,
    draw: Draw,
}

impl Booking {
    /// What the plan could not take of the fee is noted, so that it is collected later and the case does not close over it.
    #[boxed]
    async fn note_arrears(&self, op: &Op<'_>) -> Result<(), Failure> {
        if self.plan.fee_order == FeeOrder::AtClose {
            return Ok(());
        }
        let before = store::title_history(op.tx, &self.case).await?;
        let fee = cases::ops::NewFeeArrears {
            fee_order: self.plan.fee_order,
            amount: self.plan.fee_arrears,
            executed: before.executed.plus(self.plan.executed_now)?,
            document: format!("分配方案第{}号", self.plan.number),
        };
        cases::ops::note_fee_arrears(op, &self.case, fee).await
    }
    #[boxed]
    async fn carry_out(&mut self, op: &mut Op<'_>, line: &line::Model, disputed: bool) -> Result<(), Failure> {
        let mut change = line::ActiveModel { id: Set(line.id), ..Default::default() };
        let payee = match line.party_id {
            Some(party) if line.basis != DistributionBasis::RentReserve => self.payee(op, party).await?,
            _ => None,
        };
        let state = match (reserve_account(self, line), payee) {
            _ if line.amount.is_zero() => LineState::Nothing,
            _ if disputed => LineState::Held,
            (Some((kind, account)), _) => {
                self.book(op, line, kind, account).await?;
                LineState::Booked
            }
            (None, Some(payee)) => {
                change.payable_id = Set(Some(self.owe(op, line, payee).await?));
                LineState::Payable
            }
            (None, None) => LineState::AwaitingPayee,
        };
        if matches!(state, LineState::Held | LineState::AwaitingPayee) {
            let hold = ledger::hold(op.tx, op.now, self.fund, line.amount, line.id.node()).await?;
            change.hold_id = Set(Some(hold));
        }
        change.state = Set(state);
        line::Entity::update(change).execute(op.tx).await?;
        Ok(())
    }

    /// The confirmed account of the line's party, if it bears his name.
    #[boxed]
    async fn payee(&self, op: &Op<'_>, party: crate::kernel::ids::PartyId) -> Result<Option<PayeeId>, Failure> {
        let Some(party) = cases::store::party(op.tx, party).await? else { return Ok(None) };
        let payee = cases::store::current_payee(op.tx, party.id).await?;
        Ok(payee.filter(|p| decide_payee_name(&party.name, &p.name).is_ok()).map(|p| p.id))
    }

    /// Fee and reserves: case → their account, by the receipts that pay them.
    #[boxed]
    async fn book(
        &mut self,
        op: &mut Op<'_>,
        line: &line::Model,
        kind: EntryKind,
        account: AccountKey,
    ) -> Result<(), Failure> {
        let sources = self.draw.take(line.amount)?;
        funds::ops::consume(op, &sources).await?;
        let entry = NewEntry {
            court: self.case.court_id,
            book: Book::CaseFunds,
            kind,
            booked_on: op.now.legal_date(),
            case: Some(self.case.id),
            cause: line.id.node(),
            reverses: None,
            postings: payout::ops::legs(self.fund, account, line.amount, &sources),
        };
        ledger::post(op.tx, op.now, entry).await.map(|_| ())
    }

    #[boxed]
    async fn owe(
        &mut self,
        op: &mut Op<'_>,
        line: &line::Model,
        payee: PayeeId,
    ) -> Result<crate::kernel::ids::PayableId, Failure> {
        let gone = || Failure::internal("a payee without its row");
        let row = cases::store::payee(op.tx, payee).await?.ok_or_else(gone)?;
        let sources: Vec<(ReceiptId, Money)> = self.draw.take(line.amount)?;
        let new = payout::ops::NewPayable {
            court: self.case.court_id,
            book: Book::CaseFunds,
            case: Some(self.case.id),
            from: self.fund,
            purpose: purpose(line.basis),
            payee: payout::ops::account_of(op, &row).await?,
            amount: line.amount,
            sources,
            subject: line.id.node(),
        };
        // the doubled part is no part of the claim's own debt
        let claim = line.claim_id.filter(|_| line.basis != DistributionBasis::DelayInterest);
        payout::ops::create_payable_to(op, new, claim, payee).await
    }
}

/// Where fee and reserves go; none for what is paid to somebody.
fn reserve_account(booking: &Booking, line: &line::Model) -> Option<(EntryKind, AccountKey)> {
    let court = booking.case.court_id;
    let owned = |code, owner| AccountKey::owned(court, Book::CaseFunds, code, owner);
    match line.basis {
        DistributionBasis::ExecutionFee => {
            Some((EntryKind::ExecutionFee, AccountKey::of_court(court, Book::CaseFunds, Code::ExecutionFee)))
        }
        DistributionBasis::TaxReserve => {
            line.lot_id.map(|lot| (EntryKind::TaxReserve, owned(Code::TaxReserve, lot.uuid())))
        }
        DistributionBasis::RentReserve => {
            Some((EntryKind::RentReserve, owned(Code::RentReserve, booking.case.id.uuid())))
        }
        _ => None,
    }
}

/// What a line's payable is for.
pub fn purpose(basis: DistributionBasis) -> PayablePurpose {
    match basis {
        DistributionBasis::AppraisalCost | DistributionBasis::SaleCost => PayablePurpose::SaleCost,
        DistributionBasis::Surplus => PayablePurpose::Surplus,
        DistributionBasis::Fine | DistributionBasis::Confiscation => PayablePurpose::Treasury,
        _ => PayablePurpose::Creditor,
    }
}

/// The held money of a line became a payable: called by the order that pays it, which has captured the hold.
#[boxed]
pub async fn mark_payable(
    op: &Op<'_>,
    line: PlanLineId,
    payable: crate::kernel::ids::PayableId,
) -> Result<(), Failure> {
    let change = line::ActiveModel {
        id: Set(line),
        state: Set(LineState::Payable),
        payable_id: Set(Some(payable)),
        hold_id: Set(None),
        ..Default::default()
    };
    line::Entity::update(change).execute(op.tx).await?;
    Ok(())
}
