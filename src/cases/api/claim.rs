//! Claims in the graph, with what has satisfied them.

use super::{AgentPaper, CaseParty, loader::SatisfactionsOf, visible_case};
use crate::kernel::query::Fetch;
use crate::{
    cases::{
        ClaimRank, LivelihoodKind, SatisfactionManner,
        store::{self, claim, satisfaction},
    },
    graphql::{caller::services, loader, scalars::Date},
    kernel::{
        error::Problem,
        ids::{ClaimId, SatisfactionId},
        money::Money,
    },
};
use async_graphql::{Context, Object};
use sea_orm::EntityTrait;

/// A claim of a creditor.
pub struct Claim(pub claim::Model);
impl Claim {
    pub async fn load(ctx: &Context<'_>, id: &ClaimId) -> Result<Option<Claim>, Problem> {
        let Some(row) = loader::row(ctx, *id).await? else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| Claim(row)))
    }
}

/// What a creditor is owed by the title; delay interest runs beside it (债权).
#[Object]
impl Claim {
    /// Opaque id (标识).
    pub async fn id(&self) -> ClaimId {
        self.0.id
    }
    /// The creditor (债权人).
    async fn creditor(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        CaseParty::load(ctx, &self.0.creditor_id).await
    }
    /// The class in which it is paid (受偿顺位).
    async fn rank(&self) -> ClaimRank {
        self.0.rank
    }
    /// Order within the class (同顺位次序).
    async fn rank_order(&self) -> i32 {
        self.0.rank_order
    }
    /// Cause (案由).
    async fn cause(&self) -> &str {
        &self.0.cause
    }
    /// The security and the property it lies on (担保情况).
    async fn security(&self) -> Option<&str> {
        self.0.security.as_deref()
    }
    /// Why it counts as a matter of livelihood (涉民生类别).
    async fn livelihood_kind(&self) -> Option<LivelihoodKind> {
        self.0.livelihood_kind
    }
    /// Principal (本金).
    async fn principal(&self) -> Money {
        self.0.principal
    }
    /// Interest that the title grants, up to filing (一般债务利息).
    async fn ordinary_interest(&self) -> Money {
        self.0.ordinary_interest
    }
    /// Costs that the title lays on the debtor (诉讼费用等).
    async fn costs(&self) -> Money {
        self.0.costs
    }
    /// Paid, set off, taken in kind or waived so far (已履行额).
    async fn satisfied(&self) -> Money {
        self.0.satisfied
    }
    /// Principal, ordinary interest and costs less what was satisfied (未履行额).
    async fn outstanding(&self) -> Result<Money, Problem> {
        self.0.amounts().outstanding().map_err(Problem::internal)
    }
    /// Last day of the term of performance: delay interest runs from the day after (履行期限届满日).
    async fn performance_due(&self) -> Option<Date> {
        self.0.performance_due.map(Date)
    }
    /// What reduced the claim, oldest first (履行记录).
    async fn satisfactions(&self, ctx: &Context<'_>) -> Result<Vec<Satisfaction>, Problem> {
        let rows = loader::rows(ctx, SatisfactionsOf(self.0.id)).await?;
        Ok(rows.into_iter().map(Satisfaction).collect())
    }
}

/// A reduction of a claim.
pub struct Satisfaction(satisfaction::Model);
impl Satisfaction {
    pub async fn load(ctx: &Context<'_>, id: &SatisfactionId) -> Result<Option<Satisfaction>, Problem> {
        let row = satisfaction::Entity::find_by_id(*id).first(&services(ctx)?.db.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| Satisfaction(row)))
    }
}

/// A reduction of a claim, with the document it rests on (履行记录).
#[Object]
impl Satisfaction {
    /// Opaque id (标识).
    pub async fn id(&self) -> SatisfactionId {
        self.0.id
    }
    /// How (履行方式).
    async fn manner(&self) -> SatisfactionManner {
        self.0.manner
    }
    /// By how much (履行金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// On which day (履行日期).
    async fn satisfied_on(&self) -> Date {
        Date(self.0.satisfied_on)
    }
    /// Receipt, settlement or ruling (履行凭证).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// Papers of the agent who agreed for the creditor (代理手续).
    async fn agent_paper(&self, ctx: &Context<'_>) -> Result<Option<AgentPaper>, Problem> {
        match &self.0.agent_paper_id {
            Some(id) => AgentPaper::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// Does not count any more: the payment came back and was cancelled (已冲回).
    async fn taken_back(&self, ctx: &Context<'_>) -> Result<bool, Problem> {
        store::is_taken_back(&services(ctx)?.db.reader(), self.0.id).await
    }
    /// The claim as it stands now (债权).
    async fn claim(&self, ctx: &Context<'_>) -> Result<Option<Claim>, Problem> {
        Claim::load(ctx, &self.0.claim_id).await
    }
}
