//! A creditor whom nobody can find: what a plan holds for him goes to a notary. The hold becomes the deposit: it is
//! captured when the deposit is approved, and the line of the plan is paid by the payment to the notary (待领案款提存).

use super::{NewSpecial, STEPS_OF_NOTARY, SpecialPaymentKind, decide_bankruptcy, entered, propose};
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::Op,
    cases::{
        ops::PayeeAccountInput,
        rules::text::{self, LONG, SHORT},
        store::case,
    },
    funds,
    kernel::{
        db::sql,
        error::Failure,
        ids::{ClaimId, HoldId, NotaryDepositId, PayableId, PlanLineId, SpecialPaymentId},
        money::Money,
    },
    ledger::{self, Book, Resolution},
    payout::{NotaryGround, NotaryState, rules::Draw, tables::notary_deposit},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, entity::prelude::*};

/// The held money of a line of a carried-out plan.
#[derive(Clone, Copy, Debug)]
pub struct HeldMoney {
    pub line: PlanLineId,
    pub hold: HoldId,
    pub claim: ClaimId,
    /// Delay interest runs beside the claim.
    pub beside_claim: bool,
    pub amount: Money,
}
/// Why it goes to a notary, and to which.
pub struct Deposit<'a> {
    pub ground: NotaryGround,
    pub evidence: &'a str,
    pub account: &'a PayeeAccountInput,
    pub document: &'a str,
}

/// Proposes to deposit what a plan holds for a creditor. The caller holds the case's lock and knows that the line waits
/// for its payee.
///
/// # Errors
/// `ALREADY_EXISTS` while another proposal draws on the same receipts, `DEBTOR_BANKRUPT`, `RECEIPT_EXCEEDED`, and what
/// the account and the texts refuse.
#[boxed]
pub async fn propose_held(
    op: &mut Op<'_>,
    case: &case::Model,
    held: HeldMoney,
    deposit: &Deposit<'_>,
) -> Result<NotaryDepositId, Failure> {
    let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
    let mut draw = Draw::new(receipts.into_iter().map(|receipt| (receipt.id, receipt.remaining)).collect());
    let sources = draw.take(held.amount)?;
    let drawn: Vec<_> = sources.iter().map(|(receipt, _)| *receipt).collect();
    decide_bankruptcy(op, case.id, &drawn, SpecialPaymentKind::NotaryDeposit).await?;
    let payee = entered(deposit.account, None)?;
    let new = NewSpecial {
        court: case.court_id,
        book: Book::CaseFunds,
        kind: SpecialPaymentKind::NotaryDeposit,
        case: Some(case.id),
        reference: Some(payee.name.clone()),
        measure: None,
        to_court: None,
        payee,
        sources,
        amount: None,
        document: text::checked("document", deposit.document, SHORT)?,
        due_on: None,
    };
    let payment = propose(op, new, STEPS_OF_NOTARY).await?;
    let new = NewDeposit { payment, claim: held.claim, held: Some(held), ground: deposit.ground, amount: held.amount };
    new.insert(op, case, deposit.evidence).await
}

/// A deposit behind its proposed payment.
pub(super) struct NewDeposit {
    pub payment: SpecialPaymentId,
    pub claim: ClaimId,
    pub held: Option<HeldMoney>,
    pub ground: NotaryGround,
    pub amount: Money,
}
impl NewDeposit {
    #[boxed]
    pub(super) async fn insert(
        self,
        op: &mut Op<'_>,
        case: &case::Model,
        evidence: &str,
    ) -> Result<NotaryDepositId, Failure> {
        let id = NotaryDepositId::new(op.now);
        let row = notary_deposit::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            claim_id: Set(self.claim),
            payment_id: Set(self.payment),
            plan_line_id: Set(self.held.map(|held| held.line)),
            hold_id: Set(self.held.map(|held| held.hold)),
            beside_claim: Set(self.held.is_some_and(|held| held.beside_claim)),
            state: Set(NotaryState::Open),
            ground: Set(self.ground),
            evidence: Set(text::checked("evidence", evidence, LONG)?),
            amount: Set(self.amount),
            certificate: Set(None),
            deposited_on: Set(None),
            remind_on: Set(None),
            last_day: Set(None),
            reminded_at: Set(None),
            ended_on: Set(None),
            end_document: Set(None),
            return_receipt_id: Set(None),
            recorded_at: Set(op.now),
        };
        notary_deposit::Entity::insert(row).execute(op.tx).await?;
        let facts = serde_json::json!({ "claim": self.claim.to_global(), "ground": self.ground, "amount": self.amount,
            "planLine": self.held.map(|held| held.line.to_global()) });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}

/// The deposit is approved: the hold gives its money up to the payment that follows.
///
/// # Errors
/// `WRONG_STATE` when the hold has ended meanwhile: the creditor was found and paid, or the line was let go.
#[boxed]
pub(super) async fn capture(op: &Op<'_>, deposit: &notary_deposit::Model) -> Result<(), Failure> {
    if let Some(hold) = deposit.hold_id {
        ledger::resolve_hold(op.tx, op.now, hold, Resolution::Captured).await?;
    }
    Ok(())
}

/// The line of the plan is paid by the payment to the notary. The plan's own room stands above this one, hence the
/// statement.
#[boxed]
pub(super) async fn pay_line(op: &Op<'_>, deposit: &notary_deposit::Model, payable: PayableId) -> Result<(), Failure> {
    let Some(line) = deposit.plan_line_id else { return Ok(()) };
    let change = "UPDATE distribution_line SET state = 'PAYABLE', payable_id = $2, hold_id = NULL
                  WHERE id = $1 AND state = 'AWAITING_PAYEE'";
    let changed = op.tx.execute_raw(sql(op.tx, change, [line.into(), payable.into()])).await?;
    match changed.rows_affected() {
        1 => Ok(()),
        _ => Err(Failure::internal("a deposit of a line that holds nothing")),
    }
}
