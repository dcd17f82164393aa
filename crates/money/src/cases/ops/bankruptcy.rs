//! A debtor's bankruptcy is accepted by a court: from then on his money goes to his administrator, to no single creditor.

use super::{lock_owner, touch};
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        BankruptcyStatus, PartyRole,
        rules::text::{self, SHORT},
        store::{self, bankruptcy},
    },
    kernel::{
        clock::Date,
        error::Failure,
        ids::{BankruptcyId, PartyId},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Records that a court has accepted a debtor's bankruptcy (破产受理). It holds in every case of the same debtor.
#[derive(InputObject, Serialize)]
pub struct RecordBankruptcyAcceptanceInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The respondent (被执行人).
    pub party: PartyId,
    /// The court that accepted it (受理法院).
    pub accepting_court: String,
    /// Day of acceptance (受理日期).
    pub accepted_on: Date,
    /// The ruling: number or title of the document (破产受理裁定书).
    pub document: String,
}
impl UseCase for RecordBankruptcyAcceptanceInput {
    type Done = BankruptcyId;
    const ACT: Act = Act::RecordBankruptcy;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<BankruptcyId, Failure> {
        let party = store::party(op.tx, self.party).await?.ok_or_else(|| Failure::not_found("party"))?;
        let case = lock_owner(op, party.case_id, "party").await?;
        if party.role != PartyRole::Respondent {
            let refusal = Refusal::new(RefusalCode::PartyMissing).field("party").law(&reference::BANKRUPTCY_19);
            return Err(refusal.arg("role", PartyRole::Respondent.as_str()).into());
        }
        if self.accepted_on.0 > op.now.legal_date() {
            return Err(Refusal::new(RefusalCode::DateInvalid).field("acceptedOn").law(&reference::DATE_FORM).into());
        }
        if store::bankrupt_parties(op.tx, case.id).await?.contains(&party.id) {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("party").law(&reference::BANKRUPTCY_19).into());
        }
        let id = BankruptcyId::new(op.now);
        let document = text::checked("document", &self.document, SHORT)?;
        let row = bankruptcy::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            party_id: Set(party.id),
            identity_index: Set(party.identity_index),
            status: Set(BankruptcyStatus::InForce),
            accepting_court: Set(text::checked("acceptingCourt", &self.accepting_court, SHORT)?),
            accepted_on: Set(self.accepted_on.0),
            document: Set(document.clone()),
            end_document: Set(None),
            recorded_at: Set(op.now),
        };
        bankruptcy::Entity::insert(row).execute(op.tx).await?;
        touch(op, &case).await?;
        let facts =
            serde_json::json!({ "party": party.id.to_global(), "acceptedOn": self.accepted_on, "document": document });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}

/// Records that the bankruptcy has ended without a distribution, e.g. the application was dismissed (破产程序终结).
#[derive(InputObject, Serialize)]
pub struct EndBankruptcyInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The bankruptcy in force (破产受理).
    pub bankruptcy: BankruptcyId,
    /// What it rests on: number or title of the document (终结裁定书).
    pub document: String,
}
impl UseCase for EndBankruptcyInput {
    type Done = BankruptcyId;
    const ACT: Act = Act::EndBankruptcy;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<BankruptcyId, Failure> {
        let found = bankruptcy::Entity::find_by_id(self.bankruptcy).first(op.tx).await?;
        let found = found.ok_or_else(|| Failure::not_found("bankruptcy"))?;
        let case = lock_owner(op, found.case_id, "bankruptcy").await?;
        // read again under the case's lock
        let found = bankruptcy::Entity::find_by_id(self.bankruptcy).first(op.tx).await?;
        let found = found.ok_or_else(|| Failure::not_found("bankruptcy"))?;
        if found.status != BankruptcyStatus::InForce {
            let refusal = Refusal::new(RefusalCode::WrongState).field("bankruptcy").law(&reference::BANKRUPTCY_19);
            return Err(refusal.arg("status", found.status.as_str()).into());
        }
        let document = text::checked("document", &self.document, SHORT)?;
        let change = bankruptcy::ActiveModel {
            id: Set(found.id),
            status: Set(BankruptcyStatus::Ended),
            end_document: Set(Some(document.clone())),
            ..Default::default()
        };
        bankruptcy::Entity::update(change).execute(op.tx).await?;
        touch(op, &case).await?;
        op.audit(found.id, Some(case.court_id), Some(case.id), serde_json::json!({ "document": document })).await?;
        Ok(found.id)
    }
}
