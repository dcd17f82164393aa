//! Agents' papers: handed in once, in force for their period, ended by the party's word to the court.

use super::{lock_owner, touch};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        AgentAct, AgentAuthority, AgentKind, AgentPaperStatus,
        rules::{
            agent as rules,
            closing::require_living,
            text::{self, SHORT},
        },
        store::{self, agent_paper},
    },
    kernel::{
        clock::Date,
        error::Failure,
        identity::{CitizenId, Name},
        ids::{AgentPaperId, PartyId},
        refusal::Refusal,
        secret::mask,
    },
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Records an agent's power of attorney with what proves him (登记代理手续).
#[derive(InputObject, Serialize)]
pub struct RecordAgentPaperInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The party for whom he acts; two agents at a time at most (委托人).
    pub party: PartyId,
    /// What the agent is (代理人类别).
    pub kind: AgentKind,
    /// The agent's full name (代理人姓名).
    pub name: String,
    /// His citizen id, kept encrypted; needed of all but lawyers and legal workers (公民身份号码).
    pub identity_number: Option<String>,
    /// How far his power reaches (代理权限).
    pub authority: AgentAuthority,
    /// With SPECIAL the acts that the power of attorney names, each once; none with GENERAL (特别授权事项).
    #[graphql(default)]
    pub acts: Vec<AgentAct>,
    /// First day of the power (授权起始日期).
    pub valid_from: Date,
    /// Last day of the power, today or later (授权届满日期).
    pub until: Date,
    /// The power of attorney, signed by the party: number or title of the document (授权委托书).
    pub document: String,
    /// Number of his licence; needed of lawyers and legal workers (执业证号).
    pub licence: Option<String>,
    /// Letter of the firm or office; needed of lawyers and legal workers (律师事务所函、法律服务所介绍信).
    pub letter: Option<String>,
    /// What ties him to the party: kinship, employment, recommendation, the legal worker's district; needed of all but
    /// lawyers (关系证明、推荐材料).
    pub relation: Option<String>,
}
impl UseCase for RecordAgentPaperInput {
    type Done = AgentPaperId;
    const ACT: Act = Act::RecordAgentPaper;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AgentPaperId, Failure> {
        let party = store::party(op.tx, self.party).await?.ok_or_else(|| Failure::not_found("party"))?;
        let case = lock_owner(op, party.case_id, "party").await?;
        require_living(case.status)?;
        let today = op.now.legal_date();
        let name = Name::parse(&self.name).map_err(|error| Refusal::from(error).field("name"))?;
        let identity = self.identity_number.as_deref().map(|number| CitizenId::parse(number, today)).transpose();
        let identity = identity.map_err(|error| Refusal::from(error).field("identityNumber"))?;
        let licence = text::checked_option("licence", self.licence.as_deref(), SHORT)?;
        let letter = text::checked_option("letter", self.letter.as_deref(), SHORT)?;
        let relation = text::checked_option("relation", self.relation.as_deref(), SHORT)?;
        let new = rules::NewPaper {
            kind: self.kind,
            authority: self.authority,
            acts: &self.acts,
            valid_from: self.valid_from.0,
            until: self.until.0,
            has_identity: identity.is_some(),
            has_licence: licence.is_some(),
            has_letter: letter.is_some(),
            has_relation: relation.is_some(),
        };
        rules::decide_paper(&new, store::count_agents(op.tx, party.id, today).await?, today)?;
        let id = AgentPaperId::new(op.now);
        let vault = &op.services.vault;
        let sealed = identity.as_ref().map(|number| vault.seal(agent_paper::identity_place(id), number.expose()));
        let document = text::checked("document", &self.document, SHORT)?;
        let row = agent_paper::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            party_id: Set(party.id),
            status: Set(AgentPaperStatus::InForce),
            kind: Set(self.kind),
            name: Set(name.as_str().to_owned()),
            identity_sealed: Set(sealed.transpose()?),
            identity_mask: Set(identity.as_ref().map(mask::citizen_id)),
            authority: Set(self.authority),
            may_receive: Set(self.acts.contains(&AgentAct::ReceiveMoney)),
            may_waive: Set(self.acts.contains(&AgentAct::Waive)),
            may_settle: Set(self.acts.contains(&AgentAct::Settle)),
            valid_from: Set(self.valid_from.0),
            until: Set(self.until.0),
            document: Set(document.clone()),
            licence: Set(licence),
            letter: Set(letter),
            relation: Set(relation),
            revoked_on: Set(None),
            revoked_at: Set(None),
            end_document: Set(None),
            recorded_at: Set(op.now),
        };
        agent_paper::Entity::insert(row).execute(op.tx).await?;
        touch(op, &case).await?;
        let facts = serde_json::json!({ "party": party.id.to_global(), "kind": self.kind, "authority": self.authority,
            "acts": self.acts, "validFrom": self.valid_from, "until": self.until, "document": document });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}

/// Ends an agent's power: the party told the court in writing; nothing goes to his account from now on (解除委托).
#[derive(InputObject, Serialize)]
pub struct RevokeAgentPaperInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The papers in force (代理手续).
    pub agent_paper: AgentPaperId,
    /// Day on which the party's word reached the court, not in the future (解除日期).
    pub revoked_on: Date,
    /// The party's notice: number or title of the document (解除委托书).
    pub document: String,
}
impl UseCase for RevokeAgentPaperInput {
    type Done = AgentPaperId;
    const ACT: Act = Act::RevokeAgentPaper;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AgentPaperId, Failure> {
        let gone = || Failure::not_found("agentPaper");
        let seen = store::agent_paper(op.tx, self.agent_paper).await?.ok_or_else(gone)?;
        let case = lock_owner(op, seen.case_id, "agentPaper").await?;
        let row = lock(op, seen.id).await?.ok_or_else(gone)?;
        rules::decide_revocation(row.status, self.revoked_on.0, op.now.legal_date())?;
        let document = text::checked("document", &self.document, SHORT)?;
        let change = agent_paper::ActiveModel {
            id: Set(row.id),
            status: Set(AgentPaperStatus::Revoked),
            revoked_on: Set(Some(self.revoked_on.0)),
            revoked_at: Set(Some(op.now)),
            end_document: Set(Some(document.clone())),
            ..Default::default()
        };
        agent_paper::Entity::update(change).execute(op.tx).await?;
        touch(op, &case).await?;
        let facts = serde_json::json!({ "revokedOn": self.revoked_on, "document": document });
        op.audit(row.id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(row.id)
    }
}

#[boxed]
async fn lock(op: &Op<'_>, id: AgentPaperId) -> Result<Option<agent_paper::Model>, Failure> {
    Ok(agent_paper::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?)
}
