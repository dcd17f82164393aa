//! Root fields of administration.

use super::{CalendarNotice, CalendarNoticeConnection, CourtParameter, CourtParameterVersion};
use crate::{
    access::{Act, parameters},
    admin::{
        ops::{ProposeCalendarNoticeInput, SetCourtParameterInput},
        store::calendar_notice,
    },
    graphql::{
        caller::{run, scope, services},
        connection::{cost, page},
    },
    kernel::{
        error::Problem,
        ids::{CalendarNoticeId, CourtId, NodeKind, ParameterId},
    },
    payload,
};
use async_graphql::{Context, Object};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

payload! {
    /// What `setCourtParameter` proposed (设定参数的结果).
    SetCourtParameterPayload of ParameterId {
        /// The proposal; it waits for the vice president (参数版本).
        version: CourtParameterVersion = CourtParameterVersion::load,
    }
    /// What `proposeCalendarNotice` proposed (放假通知提案的结果).
    ProposeCalendarNoticePayload of CalendarNoticeId {
        /// The proposal with its preview; it waits for a second person (放假通知).
        notice: CalendarNotice = CalendarNotice::load,
    }
}

#[derive(Default)]
pub struct AdminQuery;
#[Object]
impl AdminQuery {
    /// The rule parameters of a court of yours, each with the value that holds, what is proposed and what held before
    /// (法院规则参数). Roles: staff and oversight of the court.
    #[graphql(complexity = "30 * child_complexity + 1")]
    async fn court_parameters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
        #[graphql(desc = "Only the parameter of this name (参数名).")] name: Option<String>,
    ) -> Result<Vec<CourtParameter>, Problem> {
        if !scope(ctx, Act::ReadCourtParameters)?.allows_court(court) {
            return Err(Problem::NotFound);
        }
        let set = parameters::of_court(&services(ctx)?.db.reader(), court).await?;
        let chosen = set.all().filter(|(parameter, _)| name.as_deref().is_none_or(|wanted| parameter.name == wanted));
        Ok(chosen.map(|(parameter, value)| CourtParameter { court, parameter, value }).collect())
    }
    /// Holiday notices that were proposed for the calendar, newest first; those that ship with the program stand in
    /// `workingDays.notices` (放假通知提案). Roles: staff and oversight of a court.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn calendar_notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for this year (年份).")] year: Option<i32>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<CalendarNoticeConnection, Problem> {
        scope(ctx, Act::ReadCalendarNotices)?;
        let page = page(NodeKind::CalendarNotice, first, after, last, before)?;
        let mut select = calendar_notice::Entity::find();
        if let Some(year) = year {
            select = select.filter(calendar_notice::Column::Year.eq(year));
        }
        let rows = page.fetch(&services(ctx)?.db.reader(), select, calendar_notice::Column::Id).await?;
        Ok(rows.map(CalendarNotice).into())
    }
}

#[derive(Default)]
pub struct AdminMutation;
#[Object]
impl AdminMutation {
    /// Proposes a value for a rule parameter of a court; its vice president puts it in force by `approve` (设定法院规则参数).
    /// What has begun keeps the old value. Role: administrator.
    async fn set_court_parameter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Court, parameter, value and why (参数设定).")] input: SetCourtParameterInput,
    ) -> Result<SetCourtParameterPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Proposes the holidays of a year for the calendar of every court; another administrator of every court puts them in
    /// force by `approve`, and the terms that still run are counted again (导入放假通知). Role: administrator of every court.
    async fn propose_calendar_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The year's days and the notice (放假通知).")] input: ProposeCalendarNoticeInput,
    ) -> Result<ProposeCalendarNoticePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
