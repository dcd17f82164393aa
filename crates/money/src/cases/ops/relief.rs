//! Relief from fees: proposed by the officer, agreed by the bureau chief and the court leader. What is waived of the
//! execution fee counts as charged from then on, so that neither a plan nor a note takes it.

use super::touch;
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{
        Act, Op, Role, Scope, UseCase,
        approval::{self, Approvable},
    },
    cases::{
        FeeArrearsStatus, FeeReliefGround, FeeReliefKind, ProposalStatus, RelievedFee,
        ops::{NewFeeArrears, note_fee_arrears},
        rules::{
            relief as rules,
            text::{self, LONG, SHORT},
        },
        store::{self, fee_relief},
    },
    kernel::{
        clock::Date,
        error::Failure,
        ids::{FeeReliefId, NodeRef, PartyId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

const STEPS: &[Role] = &[Role::BureauChief, Role::VicePresident];

/// Proposes to put a party's fee off, lower or waive it; BUREAU_CHIEF and VICE_PRESIDENT approve (诉讼费用缓减免).
#[derive(InputObject, Serialize)]
pub struct ProposeFeeReliefInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The party of a case who owes the fee (当事人).
    pub party: PartyId,
    /// Which fee; one relief for each (费用种类).
    pub fee: RelievedFee,
    /// Put off, lower or waive; to waive is for natural persons only (缓减免方式).
    pub kind: FeeReliefKind,
    /// Which case of articles 45 to 47 (情形).
    pub ground: FeeReliefGround,
    /// The fee, above zero (费用金额).
    pub amount: Money,
    /// With REDUCE: how much of it is waived, 30 to 99 percent (减交比例).
    pub percent: Option<i32>,
    /// With DEFER: until when it is put off (缓交期限).
    pub until: Option<Date>,
    /// The facts behind it, 1 to 500 characters (理由).
    pub reasons: String,
    /// Application and proof: number or title of the document (申请及证明).
    pub document: String,
}
impl UseCase for ProposeFeeReliefInput {
    type Done = FeeReliefId;
    const ACT: Act = Act::ProposeFeeRelief;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<FeeReliefId, Failure> {
        let party = store::party(op.tx, self.party).await?.ok_or_else(|| Failure::not_found("party"))?;
        let case = super::lock_owner(op, party.case_id, "party").await?;
        let asked = rules::Asked {
            kind: self.kind,
            ground: self.ground,
            amount: self.amount,
            percent: self.percent,
            until: self.until.map(|day| day.0),
        };
        let relieved = rules::decide(asked, party.kind, op.now.legal_date())?;
        let earlier = fee_relief::Entity::find()
            .filter(fee_relief::Column::PartyId.eq(party.id))
            .filter(fee_relief::Column::Fee.eq(self.fee))
            .filter(fee_relief::Column::Status.ne(ProposalStatus::Rejected));
        if earlier.first(op.tx).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("fee").law(&reference::FEES_45).into());
        }
        let id = FeeReliefId::new(op.now);
        let document = text::checked("document", &self.document, SHORT)?;
        let row = fee_relief::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            party_id: Set(party.id),
            status: Set(ProposalStatus::Pending),
            fee: Set(self.fee),
            kind: Set(self.kind),
            ground: Set(self.ground),
            amount: Set(self.amount),
            percent: Set(self.percent),
            relieved: Set(relieved),
            until: Set(asked.until),
            reasons: Set(text::checked("reasons", &self.reasons, LONG)?),
            document: Set(document.clone()),
            recorded_at: Set(op.now),
        };
        fee_relief::Entity::insert(row).execute(op.tx).await?;
        approval::request(op, case.court_id, id.node(), STEPS).await?;
        let facts = serde_json::json!({ "fee": self.fee, "kind": self.kind, "ground": self.ground,
            "amount": self.amount, "relieved": relieved, "document": document });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}

/// The approval of relief from fees; registered in `app`.
pub struct FeeReliefs;

#[async_trait::async_trait]
impl Approvable for FeeReliefs {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = lock(op, subject).await?;
        Ok(serde_json::json!({ "party": row.party_id.to_global(), "fee": row.fee, "kind": row.kind,
            "ground": row.ground, "amount": row.amount, "relieved": row.relieved, "until": row.until,
            "reasons": row.reasons, "document": row.document }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let seen = read(op, subject).await?;
        let case = store::lock_case(op.tx, &Scope::Everything, seen.case_id).await?;
        let row = lock(op, subject).await?;
        set_status(op, &row, ProposalStatus::Approved).await?;
        if row.fee == RelievedFee::Execution && row.relieved.is_positive() {
            lower_note(op, &case, &row).await?;
        }
        touch(op, &case).await?;
        let facts = serde_json::json!({ "approved": true, "relieved": row.relieved });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        set_status(op, &row, ProposalStatus::Rejected).await?;
        let facts = serde_json::json!({ "approved": false });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await
    }
}

/// A note of the fee that stands already gives way to one of what is left of it.
#[boxed]
async fn lower_note(op: &Op<'_>, case: &store::case::Model, row: &fee_relief::Model) -> Result<(), Failure> {
    let notes = store::fee_arrears_of(op.tx, case.id).await?;
    let open: Vec<_> = notes.into_iter().filter(|note| note.status == FeeArrearsStatus::Open).collect();
    let Some(last) = open.last() else { return Ok(()) };
    let owed = Money::sum(open.iter().map(|note| note.amount))?;
    let left = NewFeeArrears {
        fee_order: last.fee_order,
        amount: owed.saturating_minus(row.relieved),
        executed: last.executed,
        document: row.document.clone(),
    };
    note_fee_arrears(op, case, left).await
}

#[boxed]
async fn set_status(op: &Op<'_>, row: &fee_relief::Model, status: ProposalStatus) -> Result<(), Failure> {
    let change = fee_relief::ActiveModel { id: Set(row.id), status: Set(status), ..Default::default() };
    fee_relief::Entity::update(change).execute(op.tx).await?;
    Ok(())
}
#[boxed]
async fn read(op: &Op<'_>, subject: NodeRef) -> Result<fee_relief::Model, Failure> {
    let row = fee_relief::Entity::find_by_id(FeeReliefId::from_uuid(subject.id)).first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no relief"))
}
#[boxed]
async fn lock(op: &Op<'_>, subject: NodeRef) -> Result<fee_relief::Model, Failure> {
    let id = FeeReliefId::from_uuid(subject.id);
    let row = fee_relief::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no relief"))
}
