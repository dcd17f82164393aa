//! Holiday notices in the graph, with the preview of what one would change.

use crate::{
    access::{Act, approval_api::Approval},
    admin::{
        SettingStatus, TermKind,
        ops::notice_of,
        rules::notice::{self as rules, Change},
        store::calendar_notice,
    },
    connection,
    funds::ops::MovedTerm,
    graphql::{
        caller::{scope, services},
        connection::{self as lists, Listed},
        scalars::Date,
    },
    kernel::{
        clock::{LegalDate, Timestamp},
        error::Problem,
        ids::{CalendarNoticeId, CourtId, NodeRef},
        paging::Paged,
        query::Fetch,
    },
    law::{DeadlineRule, calendar::Calendar},
};
use async_graphql::{Context, ID, Object, SimpleObject};
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
    /// The calendar with the proposal and the first day that it changes, if it changes any; none once it is decided.
    fn moving(&self, ctx: &Context<'_>) -> Result<Option<(Calendar, Option<LegalDate>)>, Problem> {
        let Some((now, after)) = self.preview(ctx)? else { return Ok(None) };
        let first = rules::changes(&now, &after, self.0.year).first().map(|change| change.date);
        Ok(Some((after, first)))
    }
    async fn count(&self, ctx: &Context<'_>) -> Result<Option<Vec<AffectedTerms>>, Problem> {
        let Some((after, first)) = self.moving(ctx)? else { return Ok(None) };
        let Some(first) = first else { return Ok(Some(Vec::new())) };
        let reader = services(ctx)?.db.reader();
        let mut counts = Vec::new();
        for kind in TermKind::ALL.iter().copied() {
            let terms = kind.table().count_moved(&reader, &after, first).await?;
            if terms > 0 {
                counts.push(AffectedTerms { kind, terms });
            }
        }
        Ok(Some(counts))
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
    /// Preview: how many terms that still run, in all courts, would end on another day; null once decided
    /// (受影响期限数预览).
    #[graphql(complexity = 500)]
    async fn affected_terms(&self, ctx: &Context<'_>) -> Result<Option<u64>, Problem> {
        let Some(counts) = self.count(ctx).await? else { return Ok(None) };
        Ok(Some(counts.iter().fold(0, |sum, of| sum.saturating_add(of.terms))))
    }
    /// Preview: the same number by the kind of the terms; kinds without any are left out; null once decided
    /// (受影响期限分类预览).
    #[graphql(complexity = 500)]
    async fn affected_by_kind(&self, ctx: &Context<'_>) -> Result<Option<Vec<AffectedTerms>>, Problem> {
        self.count(ctx).await
    }
    /// Preview: each term of a kind that would end on another day, with both days, the latest begun first; null once
    /// decided (期限变动明细预览).
    #[graphql(complexity = "lists::cost(first, last, child_complexity).saturating_add(500)")]
    async fn moved_terms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which terms (期限种类).")] kind: TermKind,
        #[graphql(desc = "Items from the start, 1 to 100 (前几项).")] first: Option<i32>,
        #[graphql(desc = "Start after this cursor (起始游标).")] after: Option<String>,
        #[graphql(desc = "Items from the end, 1 to 100 (后几项).")] last: Option<i32>,
        #[graphql(desc = "End before this cursor (结束游标).")] before: Option<String>,
    ) -> Result<Option<MovedTermConnection>, Problem> {
        let table = kind.table();
        let page = lists::page(table.key.1, first, after, last, before)?;
        let Some((after, from)) = self.moving(ctx)? else { return Ok(None) };
        let Some(from) = from else {
            return Ok(Some(Paged { items: Vec::new(), has_previous: false, has_next: false }.into()));
        };
        let found = table.list_moved(&services(ctx)?.db.reader(), &after, from, page).await?;
        Ok(Some(found.map(MovedTermView).into()))
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

/// How many terms of a kind a notice would move (受影响期限数).
#[derive(SimpleObject)]
pub struct AffectedTerms {
    /// What they are the terms of (期限种类).
    kind: TermKind,
    /// How many of them, one or more (数量).
    terms: u64,
}

pub struct MovedTermView(MovedTerm);
impl Listed for MovedTermView {
    fn listed_by(&self) -> NodeRef {
        self.0.row
    }
}

/// A term that a notice would move (变动期限).
#[Object(name = "MovedTerm")]
impl MovedTermView {
    /// What the term is about: a receipt, plan, case, payment or lot (期限所属对象).
    async fn about(&self) -> ID {
        self.0.about.to_global().into()
    }
    /// The court (法院).
    async fn court(&self) -> CourtId {
        self.0.court
    }
    /// The rule of the term (期限规则).
    async fn rule(&self) -> DeadlineRule {
        self.0.rule
    }
    /// Day from which it runs; not counted itself (起算日).
    async fn starts_on(&self) -> Date {
        Date(self.0.starts_on)
    }
    /// Its last day as it stands (现届满日).
    async fn before(&self) -> Date {
        Date(self.0.before)
    }
    /// Its last day by the notice (变动后届满日).
    async fn after(&self) -> Date {
        Date(self.0.after)
    }
    /// A later notice can still move it (暂定).
    async fn provisional(&self) -> bool {
        self.0.provisional
    }
}

connection! {
    /// Terms that a notice would move, the latest begun first (变动期限列表).
    MovedTermConnection, MovedTermEdge of MovedTermView
}
connection! {
    /// Holiday notices, newest first (放假通知列表).
    CalendarNoticeConnection, CalendarNoticeEdge of CalendarNotice
}
