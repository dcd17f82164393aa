//! An execution fee that was taken from a case's money goes to the treasury by the number of its payment book (非税缴款书).
//! Until then it stands on the court's fee account; nobody but the treasury gets it (诉讼费用交纳办法 52).

use super::{NewSpecial, SpecialPaymentKind, entered, propose};
use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::{
    access::{Act, Op, Role, UseCase},
    cases::{
        self, ProposalStatus,
        ops::PayeeAccountInput,
        rules::text::{self, SHORT},
    },
    kernel::{
        error::Failure,
        ids::{CaseId, SpecialPaymentId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::Book,
    payout::{rules::fee as rules, store, tables::special_payment},
};
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

const STEPS: &[Role] = &[Role::BureauChief, Role::FinanceReviewer];

/// Proposes to pay execution fee that was taken from a case to the treasury (执行申请费上缴国库).
#[derive(InputObject, Serialize)]
pub struct RemitExecutionFeeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case from whose money the fee was taken, by a plan that is carried out (案件).
    pub case: CaseId,
    /// At most what was taken and not remitted yet: `Case.executionFee.standing` (上缴金额).
    pub amount: Money,
    /// Number of the treasury's payment book; one is used once (非税缴款书编号).
    pub treasury_number: String,
    /// The treasury's account by that book (国库收款账户).
    pub account: PayeeAccountInput,
    /// The settlement of the fee: number or title of the document (执行费结算依据).
    pub document: String,
}
impl UseCase for RemitExecutionFeeInput {
    type Done = SpecialPaymentId;
    const ACT: Act = Act::RemitExecutionFee;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SpecialPaymentId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        let number = text::checked("treasuryNumber", &self.treasury_number, SHORT)?;
        if live(op, &number, case.court_id).await? {
            let refusal = Refusal::new(RefusalCode::AlreadyExists).law(&reference::FEES_52);
            return Err(refusal.field("treasuryNumber").into());
        }
        decide(op, case.id, self.amount.plus(proposed(op, case.id).await?)?).await?;
        if !self.amount.is_positive() {
            return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field("amount").into());
        }
        let new = NewSpecial {
            court: case.court_id,
            book: Book::CaseFunds,
            kind: SpecialPaymentKind::FeeRemittance,
            case: Some(case.id),
            reference: Some(number),
            measure: None,
            to_court: None,
            payee: entered(&self.account, None)?,
            sources: Vec::new(),
            amount: Some(self.amount),
            document: text::checked("document", &self.document, SHORT)?,
            due_on: None,
        };
        propose(op, new, STEPS).await
    }
}

/// Is this much of the case's fee still here? Asked with what is proposed already, and again at the last vote.
///
/// # Errors
/// `AMOUNT_INVALID` with what is here.
#[boxed]
pub(super) async fn decide(op: &Op<'_>, case: CaseId, amount: Money) -> Result<(), Failure> {
    let fee = store::execution_fee(op.tx, case).await?;
    Ok(rules::decide_remittance(fee.standing()?, amount)?)
}

/// Has the number been used for a payment that was not turned down?
#[boxed]
async fn live(op: &Op<'_>, number: &str, court: crate::kernel::ids::CourtId) -> Result<bool, Failure> {
    use special_payment::Column as C;
    let same = special_payment::Entity::find()
        .filter(C::CourtId.eq(court))
        .filter(C::Kind.eq(SpecialPaymentKind::FeeRemittance))
        .filter(C::Reference.eq(number))
        .filter(C::Status.is_not_in([ProposalStatus::Rejected, ProposalStatus::Cancelled]));
    Ok(same.first(op.tx).await?.is_some())
}

/// What of the case's fee waits for its approval.
#[boxed]
async fn proposed(op: &Op<'_>, case: CaseId) -> Result<Money, Failure> {
    use special_payment::Column as C;
    let pending = special_payment::Entity::find()
        .filter(C::CaseId.eq(case))
        .filter(C::Kind.eq(SpecialPaymentKind::FeeRemittance))
        .filter(C::Status.eq(ProposalStatus::Pending));
    Ok(Money::sum(pending.list(op.tx).await?.into_iter().map(|row| row.amount))?)
}
