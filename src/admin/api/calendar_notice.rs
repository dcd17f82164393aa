//! Holiday notices in the graph, with the preview of what one would change.

use crate::{
    access::{Act, approval_api::Approval},
    admin::{
        SettingStatus,
        ops::notice_of,
        rules::notice::{self as rules, Change},
        store::calendar_notice,
    },
    connection,
    funds::ops::count_moved,
    graphql::{
        caller::{scope, services},
        connection::Listed,
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CalendarNoticeId, NodeRef},
        query::Fetch,
    },
    law::calendar::Calendar,
};
use async_graphql::{Context, Object};
use sea_orm::EntityTrait;
use std::sync::Arc;

/// The holidays of a year as somebody proposed them.
pub struct CalendarNotice(pub calendar_notice::Model);
impl CalendarNotice {
    pub async fn load(ctx: &Context<'_>, id: &CalendarNoticeId) -> Result<Option<CalendarNotice>, Problem> {
        scope(ctx, Act::ReadCalendarNotices)?;
        let row = calendar_notice::Entity::find_by_id(*id).first(&services(ctx)?.db.reader()).await?;
        Ok(row.map(CalendarNotice))
    }
    /// The calendar now and with the proposal; none once it is decided.
    fn preview(&self, ctx: &Context<'_>) -> Result<Option<(Arc<Calendar>, Calendar)>, Problem> {
        if self.0.status != SettingStatus::Proposed {
            return Ok(None);
        }
        let now = services(ctx)?.calendar();
        let after = rules::replaced(&now, notice_of(&self.0)?).map_err(Problem::internal)?;
        Ok(Some((now, after)))
    }
}
impl Listed for CalendarNotice {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// The holidays of one year as they were proposed for the calendar of every court (放假通知提案).
#[Object]
impl CalendarNotice {
    /// Opaque id (标识).
    pub async fn id(&self) -> CalendarNoticeId {
        self.0.id
    }
    /// The year that it arranges (年份).
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// Counts the proposals for this year, from 1 (版本).
    async fn version(&self) -> i64 {
        self.0.version
    }
    /// Number of the State Council's notice (文号).
    async fn document_number(&self) -> &str {
        &self.0.number
    }
    /// Day of the notice (成文日期).
    async fn published_on(&self) -> Date {
        Date(self.0.published_on)
    }
    /// Address of its text at www.gov.cn (来源).
    async fn source(&self) -> Result<String, Problem> {
        Ok(notice_of(&self.0)?.source)
    }
    /// Statutory days of the year: the checksum that its days have passed (法定节假日天数).
    async fn statutory_days(&self) -> Result<i64, Problem> {
        Ok(notice_of(&self.0)?.statutory)
    }
    /// Days off (放假日).
    async fn days_off(&self) -> Result<Vec<Date>, Problem> {
        Ok(notice_of(&self.0)?.off.into_keys().map(Date).collect())
    }
    /// Saturdays and Sundays worked instead (调休上班日).
    async fn days_worked(&self) -> Result<Vec<Date>, Problem> {
        Ok(notice_of(&self.0)?.work.into_iter().map(Date).collect())
    }
    /// Where it stands (状态).
    async fn status(&self) -> SettingStatus {
        self.0.status
    }
    /// Preview: the days that it would change; null once it is decided (变动日期预览).
    async fn changes(&self, ctx: &Context<'_>) -> Result<Option<Vec<CalendarChange>>, Problem> {
        let preview = self.preview(ctx)?;
        let changes = preview.map(|(now, after)| rules::changes(&now, &after, self.0.year));
        Ok(changes.map(|changes| changes.into_iter().map(CalendarChange).collect()))
    }
    /// Preview: how many terms of receipts that still run, in all courts, would end on another day; null once decided
    /// (受影响期限数预览).
    #[graphql(complexity = 500)]
    async fn affected_terms(&self, ctx: &Context<'_>) -> Result<Option<u64>, Problem> {
        let Some((now, after)) = self.preview(ctx)? else { return Ok(None) };
        let changes = rules::changes(&now, &after, self.0.year);
        let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return Ok(Some(0)) };
        count_moved(&services(ctx)?.db.reader(), &after, first.date, last.date).await.map(Some)
    }
    /// When it was proposed (提出时间).
    async fn proposed_at(&self) -> Timestamp {
        self.0.proposed_at
    }
    /// From when it is or was in force; none when it never was (生效时间).
    async fn effective_from(&self) -> Option<Timestamp> {
        self.0.effective_from
    }
    /// When a later version took its place (被取代时间).
    async fn superseded_at(&self) -> Option<Timestamp> {
        self.0.superseded_at
    }
    /// The second person's decision (审批).
    async fn approval(&self, ctx: &Context<'_>) -> Result<Option<Approval>, Problem> {
        Approval::of(ctx, self.0.id.node()).await
    }
}

pub struct CalendarChange(Change);
/// A day that a notice would make another one (变动日期).
#[Object]
impl CalendarChange {
    /// The day (日期).
    async fn date(&self) -> Date {
        Date(self.0.date)
    }
    /// What it is now (现为).
    async fn before(&self) -> &str {
        &self.0.before
    }
    /// What it would be (将为).
    async fn after(&self) -> &str {
        &self.0.after
    }
}

connection! {
    /// Holiday notices, newest first (放假通知列表).
    CalendarNoticeConnection, CalendarNoticeEdge of CalendarNotice
}
