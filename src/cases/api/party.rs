//! Parties and payee accounts in the graph. Numbers of identity and of accounts are shown masked, to everybody.

use super::{
    AgentPaper, ConsumptionRestriction,
    loader::{AgentPapersOf, PayeesOf},
    visible_case,
};
use crate::kernel::query::Fetch;
use crate::{
    access::approval_api::Approval,
    cases::{
        PartyKind, PartyRole, PayeeStatus, ProposalStatus, Vulnerability,
        store::{self, party, payee, payee_correction},
    },
    graphql::{caller::services, loader},
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{PartyId, PayeeCorrectionId, PayeeId},
    },
};
use async_graphql::{Context, Object};
use sea_orm::EntityTrait;

/// A party of a case.
pub struct CaseParty(pub party::Model);
impl CaseParty {
    pub async fn load(ctx: &Context<'_>, id: &PartyId) -> Result<Option<CaseParty>, Problem> {
        let Some(row) = loader::row(ctx, *id).await? else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| CaseParty(row)))
    }
}

/// A party of a case (当事人).
#[Object]
impl CaseParty {
    /// Opaque id (标识).
    pub async fn id(&self) -> PartyId {
        self.0.id
    }
    /// What he is in the case (当事人地位).
    async fn role(&self) -> PartyRole {
        self.0.role
    }
    /// What kind of person (当事人类型).
    async fn kind(&self) -> PartyKind {
        self.0.kind
    }
    /// Full name (姓名或名称).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Number of identity with its middle hidden; codes of organisations are public and shown (证件号码).
    async fn masked_identity_number(&self) -> Option<&str> {
        self.0.identity_mask.as_deref()
    }
    /// Mobile number with its middle hidden (手机号).
    async fn masked_mobile(&self) -> Option<&str> {
        self.0.mobile_mask.as_deref()
    }
    /// Why his money goes out first in a unified payout, if that is recorded (困难群体类别).
    async fn vulnerability(&self, ctx: &Context<'_>) -> Result<Option<Vulnerability>, Problem> {
        Ok(store::vulnerability(&services(ctx)?.db.reader(), self.0.id).await?.map(|row| row.kind))
    }
    /// Orders that restrict his consumption, lifted ones too, the first one first (限制消费令).
    async fn consumption_restrictions(&self, ctx: &Context<'_>) -> Result<Vec<ConsumptionRestriction>, Problem> {
        ConsumptionRestriction::of(ctx, self.0.id).await
    }
    /// The account that his money goes to; none until he has confirmed one in writing (收款账户).
    async fn payee(&self, ctx: &Context<'_>) -> Result<Option<Payee>, Problem> {
        let accounts = loader::rows(ctx, PayeesOf(self.0.id)).await?;
        Ok(accounts.into_iter().find(|a| a.status == PayeeStatus::Current).map(Payee))
    }
    /// Papers of his agents, ended ones too, the first ones first (代理手续).
    async fn agent_papers(&self, ctx: &Context<'_>) -> Result<Vec<AgentPaper>, Problem> {
        let rows = loader::rows(ctx, AgentPapersOf(self.0.id)).await?;
        Ok(rows.into_iter().map(AgentPaper).collect())
    }
}

/// A payee account.
pub struct Payee(pub payee::Model);
impl Payee {
    pub async fn load(ctx: &Context<'_>, id: &PayeeId) -> Result<Option<Payee>, Problem> {
        let Some(row) = loader::row(ctx, *id).await? else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| Payee(row)))
    }
}

/// An account that a party has confirmed in writing (收款账户).
#[Object]
impl Payee {
    /// Opaque id (标识).
    pub async fn id(&self) -> PayeeId {
        self.0.id
    }
    /// Whether money goes there now (状态).
    async fn status(&self) -> PayeeStatus {
        self.0.status
    }
    /// Holder of the account (户名).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The last four digits of the account (账号).
    async fn masked_account(&self) -> &str {
        &self.0.account_mask
    }
    /// CNAPS code of the bank's branch (联行号).
    async fn bank_code(&self) -> &str {
        &self.0.bank_code
    }
    /// Name of the branch (开户行).
    async fn bank_name(&self) -> &str {
        &self.0.bank_name
    }
    /// The party's written confirmation (收款账户确认书).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// When the confirmation was recorded (确认时间).
    async fn confirmed_at(&self) -> Timestamp {
        self.0.confirmed_at
    }
    /// Papers of the party's agent, when the account is the agent's own (代理手续).
    async fn agent_paper(&self, ctx: &Context<'_>) -> Result<Option<AgentPaper>, Problem> {
        match &self.0.agent_paper_id {
            Some(id) => AgentPaper::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// The party whose money goes there (收款当事人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        CaseParty::load(ctx, &self.0.party_id).await
    }
    /// The account in its place, once it was corrected (更正后的账户).
    async fn replaced_by(&self, ctx: &Context<'_>) -> Result<Option<Payee>, Problem> {
        match self.0.replaced_by {
            Some(id) => Payee::load(ctx, &id).await,
            None => Ok(None),
        }
    }
}

/// A proposed correction of a payee account.
pub struct PayeeCorrection(payee_correction::Model);
impl PayeeCorrection {
    pub async fn load(ctx: &Context<'_>, id: &PayeeCorrectionId) -> Result<Option<PayeeCorrection>, Problem> {
        let row = payee_correction::Entity::find_by_id(*id).first(&services(ctx)?.db.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| PayeeCorrection(row)))
    }
}

/// A corrected account that a second person has to approve before money goes there (收款账户更正).
#[Object]
impl PayeeCorrection {
    /// Opaque id (标识).
    pub async fn id(&self) -> PayeeCorrectionId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }
    /// The account to be replaced (原收款账户).
    async fn payee(&self, ctx: &Context<'_>) -> Result<Option<Payee>, Problem> {
        Payee::load(ctx, &self.0.payee_id).await
    }
    /// Holder of the new account (户名).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The last four digits of the new account (账号).
    async fn masked_account(&self) -> &str {
        &self.0.account_mask
    }
    /// CNAPS code of the bank's branch (联行号).
    async fn bank_code(&self) -> &str {
        &self.0.bank_code
    }
    /// Name of the branch (开户行).
    async fn bank_name(&self) -> &str {
        &self.0.bank_name
    }
    /// The party's written confirmation of the new account (收款账户确认书).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Papers of the party's agent, when the new account is the agent's own (代理手续).
    async fn agent_paper(&self, ctx: &Context<'_>) -> Result<Option<AgentPaper>, Problem> {
        match &self.0.agent_paper_id {
            Some(id) => AgentPaper::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// Why the account is corrected (更正理由).
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// The second person's decision (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
}
