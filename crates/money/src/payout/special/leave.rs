//! A case leaves with its money: to another court, or a bankrupt debtor's money to his administrator.

use super::{NewSpecial, SpecialPaymentKind, decide_free, entered, propose};
use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::{
    access::{Act, Op, Role, Scope, UseCase},
    cases::{
        self, BankruptcyStatus,
        ops::PayeeAccountInput,
        rules::{
            bankruptcy::is_recorded_estate,
            text::{self, SHORT},
            transfer::{decide_taking_court, decide_transfer},
        },
        store::{bankruptcy, case},
    },
    funds,
    kernel::{
        error::Failure,
        ids::{BankruptcyId, CaseId, CourtId, PartyId, ReceiptId, SpecialPaymentId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    payout::tables::special_payment,
};
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

const STEPS: &[Role] = &[Role::BureauChief, Role::VicePresident, Role::FinanceReviewer];

/// Proposes to hand a case over to another court with all of its money (移送、交叉执行).
#[derive(InputObject, Serialize)]
pub struct TransferCaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// Full name of the court that takes over, with its case number when it has one (受移送法院及案号).
    pub to_court: String,
    /// That court, when it works with this system: it takes the freezes over with `takeOverCase` (受移送法院).
    pub taking_court: Option<CourtId>,
    /// Account of that court, best the case's own there (受移送法院案款账户).
    pub account: PayeeAccountInput,
    /// The decision of the higher court: number or title of the document (交叉执行决定书).
    pub document: String,
}
impl UseCase for TransferCaseInput {
    type Done = SpecialPaymentId;
    const ACT: Act = Act::TransferCase;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SpecialPaymentId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        decide(op, &case).await?;
        if let Some(court) = self.taking_court {
            let gone = || Failure::not_found("takingCourt");
            let court = cases::store::court(op.tx, court).await?.ok_or_else(gone)?;
            decide_taking_court(court.id, case.court_id)?;
        }
        let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
        let new = NewSpecial {
            court: case.court_id,
            book: crate::ledger::Book::CaseFunds,
            kind: SpecialPaymentKind::CourtTransfer,
            case: Some(case.id),
            reference: Some(text::checked("toCourt", &self.to_court, SHORT)?),
            measure: None,
            to_court: self.taking_court,
            payee: entered(&self.account, None)?,
            sources: receipts.into_iter().map(|receipt| (receipt.id, receipt.remaining)).collect(),
            amount: None,
            document: text::checked("document", &self.document, SHORT)?,
            due_on: None,
        };
        propose(op, new, STEPS).await
    }
}

#[boxed]
async fn decide(op: &Op<'_>, case: &case::Model) -> Result<(), Failure> {
    let open = cases::store::open_money(op.tx, case).await?;
    Ok(decide_transfer(case.status, &open, cases::store::free_case_money(op.tx, case).await?)?)
}

/// The approved case leaves. Money that came or went since the proposal makes it void: it must be proposed anew.
#[boxed]
pub(super) async fn carry_out(
    op: &mut Op<'_>,
    case: &case::Model,
    row: &special_payment::Model,
    sources: &[(ReceiptId, Money)],
) -> Result<(), Failure> {
    decide(op, case).await?;
    let now = funds::store::lock_receipts(op.tx, case.id).await?;
    let mut now: Vec<_> = now.into_iter().map(|receipt| (receipt.id, receipt.remaining)).collect();
    now.sort_unstable();
    if now != sources {
        return Err(Refusal::new(RefusalCode::StaleVersion).field("approval").law(&reference::FUNDS_4).into());
    }
    cases::ops::hand_over(op, case, row.to_court_id, &row.document).await
}

/// Is each source still money of somebody bankrupt? The bankruptcy may have ended since the proposal, or the money have
/// turned out to be another's: then the creditors are to be paid, not the administrator.
///
/// # Errors
/// `WRONG_STATE`.
#[boxed]
pub(super) async fn decide_estate(
    op: &Op<'_>,
    case: &case::Model,
    sources: &[(ReceiptId, Money)],
) -> Result<(), Failure> {
    let bankrupt = cases::store::bankrupt_parties(op.tx, case.id).await?;
    for (receipt, _) in sources {
        let receipt = funds::store::lock_receipt(op.tx, &Scope::Everything, *receipt).await?;
        if !is_recorded_estate(receipt.on_behalf_of, &bankrupt) {
            let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::BANKRUPTCY_16);
            return Err(refusal.field("approval").into());
        }
    }
    Ok(())
}

/// Whose money each source of a payment to an administrator is; empty for other payments. It is voted on: of two bankrupt
/// debtors one's money, described anew as the other's meanwhile, must not go to the wrong administrator. The case is
/// locked before it is read, as whoever describes a receipt does, so that it holds to the end of the vote.
#[boxed]
pub(super) async fn debtors_of(op: &Op<'_>, payment: &special_payment::Model) -> Result<Vec<Option<String>>, Failure> {
    let (SpecialPaymentKind::Administrator, Some(case)) = (payment.kind, payment.case_id) else {
        return Ok(Vec::new());
    };
    cases::store::lock_case(op.tx, &Scope::Everything, case).await?;
    let mut debtors = Vec::new();
    for (receipt, _) in super::sources_of(op, payment).await? {
        let receipt = funds::store::find_receipt(op.tx, &Scope::Everything, receipt).await?;
        debtors.push(receipt.and_then(|row| row.on_behalf_of).map(PartyId::to_global));
    }
    Ok(debtors)
}

/// Proposes to pay a bankrupt debtor's money on a case to his administrator (移交破产管理人). Only money that is recorded
/// as his: paid by him or on his behalf, or described so.
#[derive(InputObject, Serialize)]
pub struct PayToAdministratorInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The bankruptcy in force (破产受理).
    pub bankruptcy: BankruptcyId,
    /// A case of that debtor with money on it (案件).
    pub case: CaseId,
    /// The administrator's account, by the accepting court's letter (管理人账户).
    pub account: PayeeAccountInput,
    /// The administrator's request: number or title of the document (管理人函).
    pub document: String,
}
impl UseCase for PayToAdministratorInput {
    type Done = SpecialPaymentId;
    const ACT: Act = Act::PayToAdministrator;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SpecialPaymentId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        let found = bankruptcy::Entity::find_by_id(self.bankruptcy).first(op.tx).await?;
        let found = found.filter(|row| row.status == BankruptcyStatus::InForce);
        let found = found.ok_or_else(|| Failure::not_found("bankruptcy"))?;
        let bankrupt = cases::store::bankrupt_parties_of(op.tx, case.id, &found).await?;
        let receipts = funds::store::lock_receipts(op.tx, case.id).await?;
        let estate = receipts.into_iter().filter(|receipt| is_recorded_estate(receipt.on_behalf_of, &bankrupt));
        let sources: Vec<_> = estate.map(|receipt| (receipt.id, receipt.remaining)).collect();
        if sources.is_empty() {
            return Err(Refusal::new(RefusalCode::PoolEmpty).field("case").law(&reference::BANKRUPTCY_19).into());
        }
        decide_free(
            cases::store::free_case_money(op.tx, &case).await?,
            Money::sum(sources.iter().map(|(_, amount)| *amount))?,
        )?;
        let new = NewSpecial {
            court: case.court_id,
            book: crate::ledger::Book::CaseFunds,
            kind: SpecialPaymentKind::Administrator,
            case: Some(case.id),
            reference: Some(found.accepting_court),
            measure: None,
            to_court: None,
            payee: entered(&self.account, None)?,
            sources,
            amount: None,
            document: text::checked("document", &self.document, SHORT)?,
            due_on: None,
        };
        propose(op, new, STEPS).await
    }
}
