//! Money of a case that another court or organ has frozen is deducted by it: a payment to its account, which ends the
//! freeze (另案扣划案款).

use super::{NewSpecial, SpecialPaymentKind, decide_bankruptcy, decide_free, entered, propose};
use crate::{
    access::{Act, Op, Role, Scope, UseCase},
    cases::{
        self, FreezeTarget, MeasureStatus,
        ops::PayeeAccountInput,
        rules::{
            measure as rules,
            text::{self, SHORT},
        },
        store::{case, measure},
    },
    funds,
    kernel::{
        boxed,
        error::Failure,
        ids::{MeasureId, SpecialPaymentId},
        money::Money,
        query::Fetch,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::{self, AccountKey, Book, Code},
    payout::{rules::Draw, tables::special_payment},
};
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

const STEPS: &[Role] = &[Role::BureauChief, Role::VicePresident, Role::FinanceReviewer];

/// Proposes to pay case money that another court or organ has frozen to it (协助扣划案款).
#[derive(InputObject, Serialize)]
pub struct DeductCaseMoneyInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The freeze of case money, in force (另案冻结).
    pub measure: MeasureId,
    /// Deducted amount, at most what was frozen; the freeze ends with it (扣划金额).
    pub amount: Money,
    /// Account of the court or organ that froze; its holder must bear that name (扣划机关账户).
    pub account: PayeeAccountInput,
    /// Its ruling and notice to assist: number or title of the document (扣划裁定书、协助执行通知书).
    pub document: String,
}
impl UseCase for DeductCaseMoneyInput {
    type Done = SpecialPaymentId;
    const ACT: Act = Act::DeductCaseMoney;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SpecialPaymentId, Failure> {
        let gone = || Failure::not_found("measure");
        let seen = measure::Entity::find_by_id(self.measure).first(op.tx).await?.ok_or_else(gone)?;
        let case = match cases::store::lock_case(op.tx, op.scope(), seen.case_id).await {
            Err(Failure::Refused(_)) => return Err(gone()),
            other => other?,
        };
        decide(op, &case, self.measure, self.amount).await?;
        let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
        let mut draw = Draw::new(receipts.into_iter().map(|receipt| (receipt.id, receipt.remaining)).collect());
        let sources = draw.take(self.amount)?;
        let drawn: Vec<_> = sources.iter().map(|(receipt, _)| *receipt).collect();
        let kind = SpecialPaymentKind::Deduction;
        decide_bankruptcy(op, case.id, &drawn, kind).await?;
        let new = NewSpecial {
            court: case.court_id,
            book: Book::CaseFunds,
            kind,
            case: Some(case.id),
            payee: entered(&self.account, Some(&seen.institution))?,
            reference: Some(seen.institution),
            measure: Some(seen.id),
            to_court: None,
            sources,
            amount: None,
            document: text::checked("document", &self.document, SHORT)?,
            due_on: None,
        };
        propose(op, new, STEPS).await
    }
}

/// May the freeze be deducted? What others have frozen before it stays; later ones wait behind it.
///
/// # Errors
/// `WRONG_STATE` when it has ended or lapsed or freezes no case money, `AMOUNT_INVALID`, `PAYOUT_EXCEEDS_BALANCE`.
#[boxed]
async fn decide(op: &Op<'_>, case: &case::Model, id: MeasureId, amount: Money) -> Result<(), Failure> {
    let measures = cases::store::measures_of(op.tx, case.id).await?;
    let this = measures.iter().find(|measure| measure.id == id).ok_or_else(|| Failure::not_found("measure"))?;
    if this.target != FreezeTarget::CaseMoney || op.now.legal_date() > this.until {
        let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::CIVIL_PROCEDURE_RULES_485);
        return Err(refusal.field("measure").into());
    }
    rules::decide_deduction(this.status, this.amount, amount)?;
    let before = measures.iter().filter(|measure| {
        let active = measure.target == FreezeTarget::CaseMoney && measure.status == MeasureStatus::Active;
        active && measure.id != id && measure.seizure_rank <= this.seizure_rank
    });
    let before = Money::sum(before.map(|measure| measure.amount))?;
    let fund = AccountKey::owned(case.court_id, Book::CaseFunds, Code::CaseFund, case.id.uuid());
    let free = ledger::balance::available(op.tx, fund).await?;
    Ok(decide_free(free.saturating_minus(before), amount)?)
}

/// Approved: the freeze ends, its money is owed to who froze it.
#[boxed]
pub(super) async fn carry_out(
    op: &mut Op<'_>,
    case: &case::Model,
    row: &special_payment::Model,
) -> Result<(), Failure> {
    let measure = row.measure_id.ok_or_else(|| Failure::internal("a deduction of no freeze"))?;
    let case = cases::store::lock_case(op.tx, &Scope::Everything, case.id).await?;
    decide(op, &case, measure, row.amount).await?;
    cases::ops::end_deducted(op, &case, measure, row.amount, &row.document).await
}
