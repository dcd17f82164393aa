//! Which court stands above which, and whose money goes out first: what a unified payout over many courts needs to know.

use crate::{
    access::{Act, Op, Scope, UseCase},
    cases::{
        Vulnerability,
        rules::text::{self, SHORT},
        store::{self, court_superior, party_vulnerability},
    },
    kernel::{
        error::{Failure, Problem},
        ids::{CourtId, PartyId},
        query::Execute,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use serde::Serialize;

/// Records the court directly above a court (设定上级法院). A later record replaces the earlier one.
#[derive(InputObject, Serialize)]
pub struct SetSuperiorCourtInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lower court (下级法院).
    pub court: CourtId,
    /// The court directly above it (上级法院).
    pub superior: CourtId,
    /// What says so: number or title, 1 to 128 characters (依据文件).
    pub document: String,
}
impl UseCase for SetSuperiorCourtInput {
    type Done = CourtId;
    const ACT: Act = Act::SetSuperiorCourt;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CourtId, Failure> {
        if *op.scope() != Scope::Everything {
            // it gives one court a right over another: nobody's in one of them
            return Err(Problem::Forbidden.into());
        }
        for (field, id) in [("court", self.court), ("superior", self.superior)] {
            if store::court(op.tx, id).await?.is_none() {
                return Err(Failure::not_found(field));
            }
        }
        if store::courts_under(op.tx, self.court).await?.contains(&self.superior) {
            // the court itself or one below it
            return Err(Refusal::new(RefusalCode::ListInvalid).field("superior").law(&reference::TEXT_FORM).into());
        }
        let document = text::checked("document", &self.document, SHORT)?;
        let row = court_superior::ActiveModel {
            court_id: Set(self.court),
            superior_id: Set(self.superior),
            document: Set(document.clone()),
            recorded_at: Set(op.now),
        };
        use court_superior::Column::{CourtId as Court, Document, RecordedAt, SuperiorId};
        let replace = OnConflict::column(Court).update_columns([SuperiorId, Document, RecordedAt]).to_owned();
        court_superior::Entity::insert(row).on_conflict(replace).execute(op.tx).await?;
        let facts = serde_json::json!({ "superior": self.superior.to_global(), "document": document });
        op.audit(self.court, Some(self.court), None, facts).await?;
        Ok(self.court)
    }
}

/// Records why a party's money goes out first (登记困难群体).
#[derive(InputObject, Serialize)]
pub struct RecordVulnerablePartyInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The party (当事人).
    pub party: PartyId,
    /// Why (类别).
    pub kind: Vulnerability,
    /// What proves it: number or title, 1 to 128 characters (证明材料).
    pub document: String,
}
impl UseCase for RecordVulnerablePartyInput {
    type Done = PartyId;
    const ACT: Act = Act::RecordVulnerableParty;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PartyId, Failure> {
        let party = store::party(op.tx, self.party).await?.ok_or_else(|| Failure::not_found("party"))?;
        super::lock_owner(op, party.case_id, "party").await?;
        if store::vulnerability(op.tx, party.id).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("party").into());
        }
        let row = party_vulnerability::ActiveModel {
            party_id: Set(party.id),
            court_id: Set(party.court_id),
            case_id: Set(party.case_id),
            kind: Set(self.kind),
            document: Set(text::checked("document", &self.document, SHORT)?),
            recorded_at: Set(op.now),
        };
        party_vulnerability::Entity::insert(row).execute(op.tx).await?;
        op.audit(party.id, Some(party.court_id), Some(party.case_id), serde_json::json!({ "recorded": true })).await?;
        Ok(party.id)
    }
}
