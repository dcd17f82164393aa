//! The court to which a case was handed over takes over what stays in force of it: the freezes of the debtors'
//! deposits, with their ranks and last days, are from then on its own to renew, deduct and lift (交叉执行, 民诉法 237).

use super::touch;
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, Scope, UseCase},
    cases::{
        CaseOrderState, CaseStatus, MeasureStatus, PartyRole,
        rules::{
            text::{self, SHORT},
            transfer::decide_take_over,
        },
        store::{self, case, case_order, case_transfer, measure, party},
    },
    kernel::{
        error::Failure,
        identity::{CaseNumber, name::comparison_key},
        ids::{CaseId, MeasureId, PartyId},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, entity::prelude::*};
use serde::Serialize;
use std::collections::BTreeSet;

/// Takes over the freezes of a case that another court handed over to this one: rank and last day are kept
/// (接收移送案件、续控).
#[derive(InputObject, Serialize)]
pub struct TakeOverCaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The open case here, with the same debtors (本院案件).
    pub case: CaseId,
    /// Number of the case there; it named this court as the one that takes over (原法院案号).
    pub from_case_number: String,
    /// The decision of the higher court: number or title of the document (交叉执行决定书).
    pub document: String,
}
impl UseCase for TakeOverCaseInput {
    type Done = CaseId;
    const ACT: Act = Act::TakeOverCase;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseId, Failure> {
        let (old, new) = self.lock(op).await?;
        let gone = || Failure::not_found("fromCaseNumber");
        let transfer = case_transfer::Entity::find_by_id(old.id).lock_exclusive().first(op.tx).await?;
        // a case that was not handed over to this court is not there for its officers
        let transfer = transfer.filter(|row| row.to_court_id == new.court_id).ok_or_else(gone)?;
        decide_take_over(new.status, transfer.taken_by.is_some())?;
        let document = text::checked("document", &self.document, SHORT)?;
        let moved = move_measures(op, &old, &new).await?;
        let change = case_transfer::ActiveModel {
            case_id: Set(old.id),
            taken_by: Set(Some(new.id)),
            taken_at: Set(Some(op.now)),
            document: Set(Some(document.clone())),
            ..Default::default()
        };
        case_transfer::Entity::update(change).execute(op.tx).await?;
        touch(op, &old).await?;
        touch(op, &new).await?;
        let measures: Vec<_> = moved.iter().map(|id| id.to_global()).collect();
        let facts = serde_json::json!({ "takenOverBy": new.case_number, "measures": measures, "document": document });
        op.audit(old.id, Some(old.court_id), Some(old.id), facts).await?;
        let facts = serde_json::json!({ "takenOver": old.case_number, "measures": measures, "document": document });
        op.audit(new.id, Some(new.court_id), Some(new.id), facts).await?;
        Ok(new.id)
    }
}
impl TakeOverCaseInput {
    /// Both cases, locked in the order of their ids: the one there, the one here.
    #[boxed]
    async fn lock(&self, op: &Op<'_>) -> Result<(case::Model, case::Model), Failure> {
        let number = CaseNumber::parse(&self.from_case_number);
        let number = number.map_err(|error| Refusal::from(error).field("fromCaseNumber"))?;
        let here = store::find_case(op.tx, op.scope(), self.case).await?.ok_or_else(|| Failure::not_found("case"))?;
        let gone = || Failure::not_found("fromCaseNumber");
        let there = store::find_case_by_number(op.tx, &Scope::Everything, &number.to_string()).await?;
        let there = there.filter(|case| case.status == CaseStatus::Transferred).ok_or_else(gone)?;
        let both = BTreeSet::from([here.id, there.id]);
        let mut locked = store::lock_cases(op.tx, &Scope::Everything, &both).await?;
        let there = locked.remove(&there.id).ok_or_else(gone)?;
        let here = locked.remove(&here.id).ok_or_else(|| Failure::not_found("case"))?;
        Ok((there, here))
    }
}

/// Every freeze in force goes to the new case, with the working capital that stays on it.
#[boxed]
async fn move_measures(op: &mut Op<'_>, old: &case::Model, new: &case::Model) -> Result<Vec<MeasureId>, Failure> {
    let there = store::parties_of(op.tx, old.id).await?;
    let here = store::parties_of(op.tx, new.id).await?;
    let in_force = measure::Entity::find()
        .filter(measure::Column::CaseId.eq(old.id))
        .filter(measure::Column::Status.eq(MeasureStatus::Active))
        .order_by_asc(measure::Column::Id)
        .lock_exclusive();
    let mut moved = Vec::new();
    for row in in_force.list(op.tx).await? {
        let party = match row.party_id {
            Some(id) => Some(same_debtor(there.iter().find(|party| party.id == id), &here)?),
            None => None,
        };
        let change = measure::ActiveModel {
            id: Set(row.id),
            court_id: Set(new.court_id),
            case_id: Set(new.id),
            party_id: Set(party),
            ..Default::default()
        };
        measure::Entity::update(change).execute(op.tx).await?;
        let reserve =
            case_order::ActiveModel { court_id: Set(new.court_id), case_id: Set(new.id), ..Default::default() };
        case_order::Entity::update_many()
            .set(reserve)
            .filter(case_order::Column::MeasureId.eq(row.id))
            .filter(case_order::Column::State.eq(CaseOrderState::InForce))
            .execute(op.tx)
            .await?;
        let facts = serde_json::json!({ "from": old.case_number, "seizureRank": row.seizure_rank, "until": row.until });
        op.audit(row.id, Some(new.court_id), Some(new.id), facts).await?;
        moved.push(row.id);
    }
    Ok(moved)
}

/// The same debtor in the new case: by his number of identity, without one by his name.
fn same_debtor(there: Option<&party::Model>, here: &[party::Model]) -> Result<PartyId, Failure> {
    let there = there.ok_or_else(|| Failure::internal("a freeze of no party"))?;
    let same = |party: &&party::Model| {
        party.role == PartyRole::Respondent
            && match (&party.identity_index, &there.identity_index) {
                (Some(one), Some(other)) => one == other,
                _ => comparison_key(&party.name) == comparison_key(&there.name),
            }
    };
    let found = here.iter().find(same).map(|party| party.id);
    let role = PartyRole::Respondent.as_str();
    let missing = Refusal::new(RefusalCode::PartyMissing).law(&reference::CIVIL_PROCEDURE_237);
    Ok(found.ok_or_else(|| missing.field("case").arg("role", role))?)
}
