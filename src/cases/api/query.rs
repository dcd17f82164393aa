//! Root fields that read courts and cases.

use super::{
    Case, CaseConnection, CaseFilter, Court, CourtConnection, CourtFilter, MeasureConnection, MeasureFilter, measures,
};
use crate::{
    access::Act,
    cases::store::{self, case, court},
    graphql::{
        caller::{scope, services},
        connection::{cost, page},
    },
    kernel::{error::Problem, identity::CaseNumber, ids::NodeKind},
};
use async_graphql::{Context, Object};

#[derive(Default)]
pub struct CasesQuery;
#[Object]
impl CasesQuery {
    /// Courts, newest first (法院列表). Public.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn courts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<CourtFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<CourtConnection, Problem> {
        let page = page(NodeKind::Court, first, after, last, before)?;
        let select = filter.unwrap_or_default().select();
        let rows = page.fetch(&services(ctx)?.db.reader(), select, court::Column::Id).await?;
        Ok(rows.map(Court).into())
    }

    /// Cases of your courts, or those that you are a party of, newest first (案件列表).
    /// Roles: those who read cases, PARTY.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn cases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<CaseFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<CaseConnection, Problem> {
        let page = page(NodeKind::Case, first, after, last, before)?;
        let select = filter.unwrap_or_default().select(&scope(ctx, Act::ReadCases)?);
        let rows = page.fetch(&services(ctx)?.db.reader(), select, case::Column::Id).await?;
        Ok(rows.map(Case).into())
    }

    /// Freezing measures of your courts or your cases, newest first; with `until` and ACTIVE those that lapse soon (控制措施列表).
    /// Roles: those who read cases, PARTY.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn measures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<MeasureFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<MeasureConnection, Problem> {
        measures(ctx, &filter.unwrap_or_default(), page(NodeKind::Measure, first, after, last, before)?).await
    }

    /// The case with this number, brackets of either width; null when there is none that you may see (按案号查案件).
    /// Roles: those who read cases, PARTY.
    async fn case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Case number, e.g. （2026）湘0102执12号 (案号).")] case_number: String,
    ) -> Result<Option<Case>, Problem> {
        let scope = scope(ctx, Act::ReadCase)?;
        let number = CaseNumber::parse(&case_number).map_err(|error| Problem::BadInput(error.to_string()))?;
        let row = store::find_case_by_number(&services(ctx)?.db.reader(), &scope, &number.to_string()).await?;
        Ok(row.map(Case))
    }
}
