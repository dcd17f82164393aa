//! Suspensions of a case in the graph.

use crate::kernel::query::Fetch;
use crate::{
    access::Act,
    cases::{
        self,
        api::{AgentPaper, Case},
    },
    disbursement::{SuspensionGround, tables::suspension},
    graphql::{
        caller::{scope, services},
        scalars::Date,
    },
    kernel::{
        error::Problem,
        ids::{CaseId, SuspensionId},
    },
};
use async_graphql::{Context, Object};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A suspension of a case.
pub struct Suspension(suspension::Model);
impl Suspension {
    pub async fn load(ctx: &Context<'_>, id: &SuspensionId) -> Result<Option<Suspension>, Problem> {
        let (scope, reader) = (scope(ctx, Act::ReadCase)?, services(ctx)?.db.reader());
        let Some(row) = suspension::Entity::find_by_id(*id).first(&reader).await? else { return Ok(None) };
        Ok(cases::store::find_case(&reader, &scope, row.case_id).await?.map(|_| Suspension(row)))
    }
}
/// The suspensions of a case that the caller is known to see, the first one first.
pub async fn suspensions(ctx: &Context<'_>, case: CaseId) -> Result<Vec<Suspension>, Problem> {
    let rows = suspension::Entity::find()
        .filter(suspension::Column::CaseId.eq(case))
        .order_by_asc(suspension::Column::Id)
        .list(&services(ctx)?.db.reader())
        .await?;
    Ok(rows.into_iter().map(Suspension).collect())
}

/// A time in which a case stood still by a ruling (中止执行).
#[Object(name = "CaseSuspension")]
impl Suspension {
    /// Opaque id (标识).
    pub async fn id(&self) -> SuspensionId {
        self.0.id
    }
    /// The case (案件).
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Problem> {
        Case::load(ctx, &self.0.case_id).await
    }
    /// The ground of the law (中止事由).
    async fn ground(&self) -> SuspensionGround {
        self.0.ground
    }
    /// The ruling (中止执行裁定书).
    async fn document(&self) -> &str {
        &self.0.document
    }
    /// The papers of the agent by whom the applicant agreed to postpone (代理手续).
    async fn agent_paper(&self, ctx: &Context<'_>) -> Result<Option<AgentPaper>, Problem> {
        match self.0.agent_paper_id {
            Some(id) => AgentPaper::load(ctx, &id).await,
            None => Ok(None),
        }
    }
    /// First day (中止日期).
    async fn suspended_on(&self) -> Date {
        Date(self.0.suspended_on)
    }
    /// Day on which the ground went; none while it stands (事由消失日期).
    async fn ended_on(&self) -> Option<Date> {
        self.0.ended_on.map(Date)
    }
    /// What showed that it went (恢复执行通知书).
    async fn end_document(&self) -> Option<&str> {
        self.0.end_document.as_deref()
    }
}
