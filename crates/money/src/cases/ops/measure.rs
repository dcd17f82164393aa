//! Freezing measures: recorded with their document, lifted or deducted once.

use super::{lock_owner, touch};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::law::reference;
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        FreezeTarget, MeasureStatus, PartyRole,
        rules::{
            measure as rules,
            text::{self, SHORT},
        },
        store::{self, case, measure},
    },
    kernel::{
        clock::Date,
        db::sql,
        error::Failure,
        identity::{BankAccount, BankAccountKind},
        ids::{CaseId, MeasureId, PartyId},
        money::Money,
        refusal::{Refusal, RefusalCode},
        secret::mask,
    },
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Records money that was found and frozen: deposits of the debtor, or money of this case that another case or organ has
/// frozen (冻结存款、另案冻结案款).
#[derive(InputObject, Serialize)]
pub struct FreezeFundsInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// What is frozen (冻结对象).
    pub target: FreezeTarget,
    /// The debtor whose deposit it is; only for DEBTOR_DEPOSIT (被执行人).
    pub party: Option<PartyId>,
    /// The bank that holds the deposit, or the court or organ that froze the money (金融机构或冻结机关).
    pub institution: String,
    /// Number of the frozen account, kept encrypted (账号).
    pub account_number: Option<String>,
    /// Frozen amount (冻结金额).
    pub amount: Money,
    /// Place in the queue of seizures: 1 is the first, later ones wait (轮候顺位).
    #[graphql(default = 1)]
    pub seizure_rank: i32,
    /// The ruling or notice to assist: number or title of the document (冻结文书).
    pub document: String,
    /// Day of the freeze (冻结日期).
    pub frozen_on: Date,
    /// Last day of the freeze, at most a year later (冻结期限).
    pub until: Date,
}
impl UseCase for FreezeFundsInput {
    type Done = MeasureId;
    const ACT: Act = Act::FreezeFunds;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<MeasureId, Failure> {
        let case = store::lock_case(op.tx, op.scope(), self.case).await?;
        rules::decide_freeze(case.status, self.amount, self.frozen_on.0, self.until.0, op.now.legal_date())?;
        if !(1..=999).contains(&self.seizure_rank) {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("seizureRank").arg("maximum", 999).into());
        }
        self.decide_party(op, &case).await?;
        self.decide_amount(op, &case).await?;
        let id = MeasureId::new(op.now);
        let (mut account_sealed, mut account_mask) = (None, None);
        if let Some(text) = &self.account_number {
            let number = BankAccount::parse(text, BankAccountKind::Account)
                .map_err(|error| Refusal::from(error).field("accountNumber"))?;
            account_sealed = Some(op.services.vault.seal(measure::account_place(id), number.expose())?);
            account_mask = Some(mask::bank_account(&number));
        }
        let document = text::checked("document", &self.document, SHORT)?;
        let row = measure::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            target: Set(self.target),
            status: Set(MeasureStatus::Active),
            party_id: Set(self.party),
            institution: Set(text::checked("institution", &self.institution, SHORT)?),
            account_sealed: Set(account_sealed),
            account_mask: Set(account_mask),
            amount: Set(self.amount),
            deducted: Set(Money::ZERO),
            seizure_rank: Set(self.seizure_rank),
            document: Set(document.clone()),
            end_document: Set(None),
            frozen_on: Set(self.frozen_on.0),
            until: Set(self.until.0),
            recorded_at: Set(op.now),
        };
        measure::Entity::insert(row).execute(op.tx).await?;
        touch(op, &case).await?;
        let facts = serde_json::json!({ "target": self.target, "amount": self.amount, "document": document,
            "frozenOn": self.frozen_on, "until": self.until });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}
impl FreezeFundsInput {
    /// Only what is frozen first and in force counts towards the limit.
    #[boxed]
    async fn decide_amount(&self, op: &Op<'_>, case: &case::Model) -> Result<(), Failure> {
        if self.target != FreezeTarget::DebtorDeposit || self.seizure_rank != 1 {
            return Ok(());
        }
        let today = op.now.legal_date();
        let first = |m: &measure::Model| {
            m.target == FreezeTarget::DebtorDeposit && m.status == MeasureStatus::Active && m.seizure_rank == 1
        };
        let measures = store::measures_of(op.tx, case.id).await?;
        let standing = measures.iter().filter(|m| first(m) && m.until >= today).map(|m| m.amount);
        Ok(rules::decide_preservation(case.target_amount, Money::sum(standing)?, self.amount)?)
    }
    /// A deposit is a respondent's of this case; the case's own money has no such owner.
    #[boxed]
    async fn decide_party(&self, op: &Op<'_>, case: &case::Model) -> Result<(), Failure> {
        let party = match self.party {
            Some(id) => store::party(op.tx, id).await?.filter(|party| party.case_id == case.id),
            None => None,
        };
        match (self.target, self.party, party) {
            (FreezeTarget::DebtorDeposit, _, Some(party)) if party.role == PartyRole::Respondent => Ok(()),
            (FreezeTarget::CaseMoney, None, None) => Ok(()),
            (FreezeTarget::DebtorDeposit, Some(_), None) => Err(Failure::not_found("party")),
            _ => Err(Refusal::new(RefusalCode::PartyMissing)
                .field("party")
                .arg("role", PartyRole::Respondent.as_str())
                .into()),
        }
    }
}

/// Renews a freeze before it lapses (续行冻结).
#[derive(InputObject, Serialize)]
pub struct RenewFreezeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The measure in force (措施).
    pub measure: MeasureId,
    /// New last day, at most a year after the present one (续冻期限).
    pub until: Date,
    /// The ruling or notice to assist: number or title of the document (续冻文书).
    pub document: String,
}
impl UseCase for RenewFreezeInput {
    type Done = MeasureId;
    const ACT: Act = Act::RenewFreeze;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<MeasureId, Failure> {
        let (case, measure) = lock_measure(op, self.measure).await?;
        rules::decide_renewal(measure.status, measure.until, self.until.0, op.now.legal_date())?;
        let document = text::checked("document", &self.document, SHORT)?;
        let change = "UPDATE preservation_measure SET until = $2, document = $3 WHERE id = $1";
        let values = [measure.id.into(), self.until.0.into(), document.clone().into()];
        op.tx.execute_raw(sql(op.tx, change, values)).await?;
        touch(op, &case).await?;
        // the document before stands in the audit trail
        let facts = serde_json::json!({ "from": measure.until, "until": self.until, "document": document,
            "replaces": measure.document });
        op.audit(measure.id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(measure.id)
    }
}

/// Lifts a freezing measure (解除冻结).
#[derive(InputObject, Serialize)]
pub struct LiftFreezeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The measure (措施).
    pub measure: MeasureId,
    /// What it rests on: number or title of the document (解除文书).
    pub document: String,
}
impl UseCase for LiftFreezeInput {
    type Done = MeasureId;
    const ACT: Act = Act::LiftFreeze;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<MeasureId, Failure> {
        let (case, measure) = lock_measure(op, self.measure).await?;
        rules::require_active(measure.status)?;
        end(op, &case, &measure, MeasureStatus::Lifted, Money::ZERO, &self.document).await
    }
}

/// Records that frozen money was deducted. The money itself arrives by the bank's own line (扣划).
#[derive(InputObject, Serialize)]
pub struct DeductFrozenFundsInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The measure (措施).
    pub measure: MeasureId,
    /// Deducted amount, at most what was frozen (扣划金额).
    pub amount: Money,
    /// The ruling or notice to assist: number or title of the document (扣划文书).
    pub document: String,
}
impl UseCase for DeductFrozenFundsInput {
    type Done = MeasureId;
    const ACT: Act = Act::DeductFrozenFunds;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<MeasureId, Failure> {
        let (case, measure) = lock_measure(op, self.measure).await?;
        crate::cases::rules::closing::require_open(case.status)?;
        if measure.target == FreezeTarget::CaseMoney {
            // money of this very case leaves by a payment to whoever froze it (`deductCaseMoney`), never by a note
            return Err(Refusal::new(RefusalCode::WrongState).law(&reference::FUNDS_11).field("measure").into());
        }
        rules::decide_deduction(measure.status, measure.amount, self.amount)?;
        let capital = store::capital_left(op.tx, measure.id, op.now.legal_date()).await?;
        crate::cases::rules::order::decide_deduction(measure.amount, capital, self.amount)?;
        end(op, &case, &measure, MeasureStatus::Deducted, self.amount, &self.document).await
    }
}

/// Money of a case that another court or organ had frozen is paid to it: the freeze ends with the payment (扣划). The
/// caller holds the case's lock.
///
/// # Errors
/// `WRONG_STATE` when it has ended, `AMOUNT_INVALID` above what was frozen.
#[boxed]
pub async fn end_deducted(
    op: &mut Op<'_>,
    case: &case::Model,
    id: MeasureId,
    amount: Money,
    document: &str,
) -> Result<(), Failure> {
    let found = measure::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    let found = found.filter(|measure| measure.case_id == case.id && measure.target == FreezeTarget::CaseMoney);
    let found = found.ok_or_else(|| Failure::not_found("measure"))?;
    rules::decide_deduction(found.status, found.amount, amount)?;
    end(op, case, &found, MeasureStatus::Deducted, amount, document).await.map(|_| ())
}

/// The payment of a deduction was cancelled: the freeze is in force as before.
#[boxed]
pub async fn undo_deduction(op: &mut Op<'_>, id: MeasureId) -> Result<(), Failure> {
    let change = "UPDATE preservation_measure SET status = 'ACTIVE', deducted = 0, end_document = NULL
                  WHERE id = $1 AND status = 'DEDUCTED'";
    let changed = op.tx.execute_raw(sql(op.tx, change, [id.into()])).await?;
    let found = measure::Entity::find_by_id(id).first(op.tx).await?;
    let found = found.filter(|_| changed.rows_affected() == 1);
    let found = found.ok_or_else(|| Failure::internal("a cancelled deduction of no freeze"))?;
    let facts = serde_json::json!({ "status": MeasureStatus::Active, "deductionCancelled": true });
    op.audit(id, Some(found.court_id), Some(found.case_id), facts).await
}

/// The measure behind the lock of its case: another court may have taken it over while the lock was waited for.
#[boxed]
async fn lock_measure(op: &Op<'_>, id: MeasureId) -> Result<(case::Model, measure::Model), Failure> {
    let found = measure::Entity::find_by_id(id).first(op.tx).await?.ok_or_else(|| Failure::not_found("measure"))?;
    let case = lock_owner(op, found.case_id, "measure").await?;
    let locked = measure::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    let locked = locked.filter(|measure| measure.case_id == case.id).ok_or_else(|| Failure::not_found("measure"))?;
    Ok((case, locked))
}

#[boxed]
async fn end(
    op: &mut Op<'_>,
    case: &case::Model,
    measure: &measure::Model,
    status: MeasureStatus,
    deducted: Money,
    document: &str,
) -> Result<MeasureId, Failure> {
    let document = text::checked("document", document, SHORT)?;
    let change = "UPDATE preservation_measure SET status = $2, deducted = $3, end_document = $4 WHERE id = $1";
    let values = [measure.id.into(), status.as_str().into(), deducted.into(), document.clone().into()];
    op.tx.execute_raw(sql(op.tx, change, values)).await?;
    touch(op, case).await?;
    let facts = serde_json::json!({ "status": status, "deducted": deducted, "document": document });
    op.audit(measure.id, Some(case.court_id), Some(case.id), facts).await?;
    Ok(measure.id)
}
