//! Agents' papers in the graph.

use super::{CaseParty, visible_case};
use crate::{
    cases::{
        AgentAct, AgentAuthority, AgentKind, AgentPaperStatus,
        ops::{RecordAgentPaperInput, RevokeAgentPaperInput},
        store::{self, agent_paper},
    },
    graphql::{caller::services, scalars::Date},
    kernel::{clock::Timestamp, error::Problem, ids::AgentPaperId},
    law::Lamp,
    mutations, payload,
};
use async_graphql::{Context, Object};

/// By what an agent acts for a party.
pub struct AgentPaper(pub agent_paper::Model);
impl AgentPaper {
    pub async fn load(ctx: &Context<'_>, id: &AgentPaperId) -> Result<Option<AgentPaper>, Problem> {
        let row = store::agent_paper(&services(ctx)?.db.reader(), *id).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| AgentPaper(row)))
    }
}

/// An agent's power of attorney with what proves him; it is for one case (代理手续).
#[Object]
impl AgentPaper {
    /// Opaque id (标识).
    pub async fn id(&self) -> AgentPaperId {
        self.0.id
    }
    /// Where the papers stand; see `lamp` for their period (状态).
    async fn status(&self) -> AgentPaperStatus {
        self.0.status
    }
    /// The party for whom he acts (委托人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        CaseParty::load(ctx, &self.0.party_id).await
    }
    /// What the agent is (代理人类别).
    async fn kind(&self) -> AgentKind {
        self.0.kind
    }
    /// The agent's full name (代理人姓名).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// His citizen id with its middle hidden (公民身份号码).
    async fn masked_identity_number(&self) -> Option<&str> {
        self.0.identity_mask.as_deref()
    }
    /// How far his power reaches (代理权限).
    async fn authority(&self) -> AgentAuthority {
        self.0.authority
    }
    /// The acts that the power of attorney names (特别授权事项).
    async fn acts(&self) -> Vec<AgentAct> {
        self.0.acts()
    }
    /// First day of the power (授权起始日期).
    async fn valid_from(&self) -> Date {
        Date(self.0.valid_from)
    }
    /// Last day of the power (授权届满日期).
    async fn until(&self) -> Date {
        Date(self.0.until)
    }
    /// How near its end is: yellow in its last 30 days, red once it has passed; none when it was revoked (期限灯).
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Option<Lamp>, Problem> {
        let today = services(ctx)?.clock.now().legal_date();
        let in_force = self.0.status == AgentPaperStatus::InForce;
        Ok(in_force.then(|| crate::cases::rules::measure::lamp(self.0.until, today)))
    }
    /// The power of attorney (授权委托书).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Number of his licence (执业证号).
    async fn licence(&self) -> Option<&str> {
        self.0.licence.as_deref()
    }
    /// Letter of the firm or office (律师事务所函、法律服务所介绍信).
    async fn letter(&self) -> Option<&str> {
        self.0.letter.as_deref()
    }
    /// What ties him to the party (关系证明、推荐材料).
    async fn relation(&self) -> Option<&str> {
        self.0.relation.as_deref()
    }
    /// Day on which the party's word that the power has ended reached the court (解除日期).
    async fn revoked_on(&self) -> Option<Date> {
        self.0.revoked_on.map(Date)
    }
    /// The party's notice of it (解除委托书).
    async fn end_document(&self) -> Option<&str> {
        self.0.end_document.as_deref()
    }
    /// When the papers were recorded (登记时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

payload! {
    /// What `recordAgentPaper` did (操作结果).
    RecordAgentPaperPayload of AgentPaperId {
        /// The papers (代理手续).
        agent_paper: AgentPaper = AgentPaper::load,
    }
    /// What `revokeAgentPaper` did (操作结果).
    RevokeAgentPaperPayload of AgentPaperId {
        /// The papers (代理手续).
        agent_paper: AgentPaper = AgentPaper::load,
    }
}

mutations! {
    AgentMutation {
        /// Records an agent's power of attorney with what proves him (登记代理手续). Role: OFFICER.
        record_agent_paper("Agent, power and papers (代理手续).": RecordAgentPaperInput) -> RecordAgentPaperPayload;
        /// Ends an agent's power; nothing goes to his account from now on (解除委托). Role: OFFICER.
        revoke_agent_paper("Papers and notice (解除).": RevokeAgentPaperInput) -> RevokeAgentPaperPayload;
    }
}
