//! Orders on record: advance execution and working capital. They move no money; they say what may be done with it.

use super::{lock_owner, touch};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        AdvanceGround, CaseOrderKind, CaseOrderState,
        rules::{
            closing::require_open,
            order as rules,
            text::{self, LONG, SHORT},
        },
        store::{self, case, case_order, measure},
    },
    kernel::{
        clock::{Date, LegalDate},
        error::Failure,
        ids::{CaseOrderId, ClaimId, MeasureId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Records a ruling on advance execution: a claim of support, pay or urgency may be enforced before the judgment has
/// effect (登记先予执行), 民诉法 109, 110.
#[derive(InputObject, Serialize)]
pub struct RecordAdvanceExecutionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The claim; one ruling at a time (债权).
    pub claim: ClaimId,
    /// Which of the three grounds; the matter of the case must carry it (情形).
    pub ground: AdvanceGround,
    /// Amount to be paid in advance, at most what the claim is owed (先予执行金额).
    pub amount: Money,
    /// Security that the applicant gave, if the court asked for it (担保金额).
    pub security: Option<Money>,
    /// Why the relation is clear, life or production suffers and the respondent can pay, 1 to 500 characters (理由).
    pub reasons: String,
    /// The ruling: number or title of the document (先予执行裁定书).
    pub document: String,
    /// Day of the ruling (裁定日期).
    pub ordered_on: Date,
}
impl UseCase for RecordAdvanceExecutionInput {
    type Done = CaseOrderId;
    const ACT: Act = Act::RecordAdvanceExecution;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseOrderId, Failure> {
        let found = store::claim(op.tx, self.claim).await?.ok_or_else(|| Failure::not_found("claim"))?;
        let case = lock_owner(op, found.case_id, "claim").await?;
        require_open(case.status)?;
        let owed = store::claim(op.tx, self.claim).await?.map(|claim| claim.amounts().outstanding()).transpose()?;
        let amounts = (self.amount, owed.unwrap_or_default());
        let today = op.now.legal_date();
        rules::decide_advance(self.ground, case.livelihood_kind, amounts, self.ordered_on.0, today)?;
        store::decide_advance_stands(op.tx, self.claim).await?;
        let standing = case_order::Entity::find()
            .filter(case_order::Column::ClaimId.eq(self.claim))
            .filter(case_order::Column::State.eq(CaseOrderState::InForce));
        if standing.first(op.tx).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("claim").into());
        }
        let new = NewOrder {
            kind: CaseOrderKind::AdvanceExecution,
            claim: Some(self.claim),
            measure: None,
            ground: Some(self.ground),
            amount: self.amount,
            security: self.security.unwrap_or_default(),
            reasons: self.reasons.clone(),
            document: self.document.clone(),
            ordered_on: self.ordered_on.0,
            until: None,
        };
        new.insert(op, &case).await
    }
}

/// Records that an enterprise keeps working capital although its deposit is frozen; a deduction leaves it untouched
/// (登记预留流动资金).
#[derive(InputObject, Serialize)]
pub struct RecordWorkingCapitalInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The frozen deposit of an enterprise (冻结措施).
    pub measure: MeasureId,
    /// Amount that it keeps, at most what is frozen (预留金额).
    pub amount: Money,
    /// Last day, at most that of the freeze (预留期限).
    pub until: Date,
    /// Wages, materials, orders that it needs the money for, 1 to 500 characters (理由).
    pub reasons: String,
    /// The decision: number or title of the document (决定书).
    pub document: String,
    /// Day of the decision (决定日期).
    pub ordered_on: Date,
}
impl UseCase for RecordWorkingCapitalInput {
    type Done = CaseOrderId;
    const ACT: Act = Act::RecordWorkingCapital;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseOrderId, Failure> {
        let seen = measure::Entity::find_by_id(self.measure).first(op.tx).await?;
        let seen = seen.ok_or_else(|| Failure::not_found("measure"))?;
        let case = lock_owner(op, seen.case_id, "measure").await?;
        require_open(case.status)?;
        let frozen = measure::Entity::find_by_id(self.measure).lock_exclusive().first(op.tx).await?;
        let frozen = frozen.ok_or_else(|| Failure::not_found("measure"))?;
        let owner = match frozen.party_id {
            Some(party) => store::party(op.tx, party).await?.map(|party| party.kind),
            None => None,
        };
        let facts = rules::Frozen {
            target: frozen.target,
            status: frozen.status,
            amount: frozen.amount,
            until: frozen.until,
            owner,
        };
        let today = op.now.legal_date();
        rules::decide_capital(facts, self.amount, (self.ordered_on.0, self.until.0), today)?;
        let standing = case_order::Entity::find()
            .filter(case_order::Column::MeasureId.eq(self.measure))
            .filter(case_order::Column::State.eq(CaseOrderState::InForce));
        if standing.first(op.tx).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("measure").into());
        }
        let new = NewOrder {
            kind: CaseOrderKind::WorkingCapital,
            claim: None,
            measure: Some(self.measure),
            ground: None,
            amount: self.amount,
            security: Money::ZERO,
            reasons: self.reasons.clone(),
            document: self.document.clone(),
            ordered_on: self.ordered_on.0,
            until: Some(self.until.0),
        };
        new.insert(op, &case).await
    }
}

/// An order that passed its rules.
struct NewOrder {
    kind: CaseOrderKind,
    claim: Option<ClaimId>,
    measure: Option<MeasureId>,
    ground: Option<AdvanceGround>,
    amount: Money,
    security: Money,
    reasons: String,
    document: String,
    ordered_on: LegalDate,
    until: Option<LegalDate>,
}
impl NewOrder {
    #[boxed]
    async fn insert(self, op: &mut Op<'_>, case: &case::Model) -> Result<CaseOrderId, Failure> {
        let id = CaseOrderId::new(op.now);
        let document = text::checked("document", &self.document, SHORT)?;
        let row = case_order::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            kind: Set(self.kind),
            state: Set(CaseOrderState::InForce),
            claim_id: Set(self.claim),
            measure_id: Set(self.measure),
            ground: Set(self.ground),
            amount: Set(self.amount),
            security: Set(self.security),
            reasons: Set(text::checked("reasons", &self.reasons, LONG)?),
            document: Set(document.clone()),
            ordered_on: Set(self.ordered_on),
            until: Set(self.until),
            ended_on: Set(None),
            end_document: Set(None),
            recorded_at: Set(op.now),
        };
        case_order::Entity::insert(row).execute(op.tx).await?;
        touch(op, case).await?;
        let facts = serde_json::json!({ "kind": self.kind, "amount": self.amount, "document": document,
            "orderedOn": self.ordered_on, "until": self.until });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}

/// How an order on record ends.
pub struct OrderEnd<'a> {
    pub outcome: CaseOrderState,
    pub on: LegalDate,
    pub document: &'a str,
}

/// Ends an order: the judgment confirms or revokes an advance, a reserve is no longer needed. Answers the order as it
/// stood, with its case, which is locked. What a revocation stops is the caller's.
///
/// # Errors
/// `NOT_FOUND`, `WRONG_STATE`, `DATE_INVALID`, `TEXT_INVALID`.
#[boxed]
pub async fn end_order(
    op: &mut Op<'_>,
    id: CaseOrderId,
    end: &OrderEnd<'_>,
) -> Result<(case::Model, case_order::Model), Failure> {
    let gone = || Failure::not_found("caseOrder");
    let seen = case_order::Entity::find_by_id(id).first(op.tx).await?.ok_or_else(gone)?;
    let case = lock_owner(op, seen.case_id, "caseOrder").await?;
    let row = case_order::Entity::find_by_id(seen.id).lock_exclusive().first(op.tx).await?.ok_or_else(gone)?;
    rules::decide_end((row.kind, row.state), end.outcome, (row.ordered_on, end.on), op.now.legal_date())?;
    let document = text::checked("document", end.document, SHORT)?;
    let change = case_order::ActiveModel {
        id: Set(row.id),
        state: Set(end.outcome),
        ended_on: Set(Some(end.on)),
        end_document: Set(Some(document.clone())),
        ..Default::default()
    };
    case_order::Entity::update(change).execute(op.tx).await?;
    touch(op, &case).await?;
    let facts = serde_json::json!({ "outcome": end.outcome, "endedOn": end.on, "document": document });
    op.audit(row.id, Some(case.court_id), Some(case.id), facts).await?;
    Ok((case, row))
}
