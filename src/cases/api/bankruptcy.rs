//! A debtor's bankruptcy in the graph, with what of his money is already with the bank.

use super::{Case, CaseParty, visible_case};
use crate::kernel::query::Fetch;
use crate::{
    access::Act,
    cases::{
        BankruptcyStatus,
        store::{self, bankruptcy},
    },
    graphql::{
        caller::{scope, services},
        scalars::Date,
    },
    kernel::{error::Problem, ids::BankruptcyId},
    payout::{self, api::PayoutAttempt},
};
use async_graphql::{Context, Object};
use sea_orm::EntityTrait;

/// The acceptance of a debtor's bankruptcy.
pub struct Bankruptcy(pub bankruptcy::Model);
impl Bankruptcy {
    pub async fn load(ctx: &Context<'_>, id: &BankruptcyId) -> Result<Option<Bankruptcy>, Problem> {
        let row = bankruptcy::Entity::find_by_id(*id).first(&services(ctx)?.db.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(visible_case(ctx, row.case_id).await?.map(|_| Bankruptcy(row)))
    }
}

/// A court has accepted the bankruptcy of a debtor: no single creditor is paid from his money (破产受理).
#[Object]
impl Bankruptcy {
    /// Opaque id (标识).
    pub async fn id(&self) -> BankruptcyId {
        self.0.id
    }
    /// Where it stands (状态).
    async fn status(&self) -> BankruptcyStatus {
        self.0.status
    }
    /// The case in which it was recorded (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// The debtor (被执行人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        CaseParty::load(ctx, &self.0.party_id).await
    }
    /// The court that accepted it (受理法院).
    async fn accepting_court(&self) -> &str {
        &self.0.accepting_court
    }
    /// Day of acceptance (受理日期).
    async fn accepted_on(&self) -> Date {
        Date(self.0.accepted_on)
    }
    /// The ruling (破产受理裁定书).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// What ended it (终结裁定书).
    async fn end_document(&self) -> Option<&str> {
        self.0.end_document.as_deref()
    }
    /// Cases of this debtor that you may see, this one included (该被执行人的案件).
    async fn cases(&self, ctx: &Context<'_>) -> Result<Vec<Case>, Problem> {
        let (scope, reader) = (scope(ctx, Act::ReadCase)?, services(ctx)?.db.reader());
        Ok(store::cases_of_bankrupt(&reader, &scope, &self.0).await?.into_iter().map(Case).collect())
    }
    /// Payments from those cases that are with the bank or wait for its file: to be called back or withdrawn (在途付款).
    async fn in_transit(&self, ctx: &Context<'_>) -> Result<Vec<PayoutAttempt>, Problem> {
        let (scope, reader) = (scope(ctx, Act::ReadPayable)?, services(ctx)?.db.reader());
        let cases = store::cases_of_bankrupt(&reader, &scope, &self.0).await?;
        let ids: Vec<_> = cases.into_iter().map(|case| case.id).collect();
        Ok(payout::store::open_attempts_of(&reader, &ids).await?.into_iter().map(PayoutAttempt).collect())
    }
}
