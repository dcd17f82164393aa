//! Notices in the graph: the inbox of a person, and for the court how far each notice got.

use super::{
    NoticeChannel, NoticeDeliveryState, NoticeKind,
    ops::ResendNoticeInput,
    rules::text,
    store::{self, NoticeQueryFilter, delivery, notice},
};
use crate::{
    access::Act,
    connection,
    graphql::{
        caller::{run, scope, services},
        connection::{Listed, cost, page},
        context::locale,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{CaseId, NodeKind, NodeRef, NoticeId},
    },
    payload,
};
use async_graphql::{Context, InputObject, Object};

/// A notice.
pub struct Notice(notice::Model);
impl Notice {
    pub async fn load(ctx: &Context<'_>, id: &NoticeId) -> Result<Option<Notice>, Problem> {
        let scope = scope(ctx, Act::ReadNotices)?;
        Ok(store::find(&services(ctx)?.db.reader(), &scope, *id).await?.map(Notice))
    }
}
impl Listed for Notice {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// What a person is told about his money, or about a lot that he follows (通知).
#[Object]
impl Notice {
    /// Opaque id; gateways get the same one at every try (标识).
    async fn id(&self) -> NoticeId {
        self.0.id
    }
    /// What it tells (种类).
    async fn kind(&self) -> NoticeKind {
        self.0.kind
    }
    /// Its text in the language of Accept-Language; of an account it names the last four digits (内容).
    async fn text(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        Ok(text(locale(ctx), self.0.kind, &self.0.read_facts()?))
    }
    /// Number of the case that it is about (案号).
    async fn case_number(&self) -> Result<Option<String>, Problem> {
        Ok(self.0.read_facts()?.case_number)
    }
    /// How far it got on each channel; empty for the person himself and where no gateway is set up (投递情况).
    async fn deliveries(&self, ctx: &Context<'_>) -> Result<Vec<NoticeDelivery>, Problem> {
        if !scope(ctx, Act::ReadNotices)?.allows_court(self.0.court_id) {
            return Ok(Vec::new());
        }
        let rows = store::deliveries_of(&services(ctx)?.db.reader(), self.0.id).await?;
        Ok(rows.into_iter().map(NoticeDelivery).collect())
    }
    /// When it was written (生成时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

/// The way of a notice on one channel.
pub struct NoticeDelivery(delivery::Model);
/// How far a notice got on one channel (投递情况).
#[Object]
impl NoticeDelivery {
    /// By what (渠道).
    async fn channel(&self) -> NoticeChannel {
        self.0.channel
    }
    /// How far (状态).
    async fn state(&self) -> NoticeDeliveryState {
        self.0.state
    }
    /// How often it was tried (投递次数).
    async fn tries(&self) -> i32 {
        self.0.tries
    }
    /// What the last try in vain came to (最近错误).
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }
    /// When it is tried next (下次投递时间).
    async fn next_at(&self) -> Option<Timestamp> {
        self.0.next_at
    }
    /// When the gateway took it (投递时间).
    async fn delivered_at(&self) -> Option<Timestamp> {
        self.0.delivered_at
    }
}

connection! {
    /// A page of notices, newest first (通知列表).
    NoticeConnection, NoticeEdge of Notice
}

payload! {
    /// What `resendNotice` did (操作结果).
    ResendNoticePayload of NoticeId {
        /// The notice (通知).
        notice: Notice = Notice::load,
    }
}

/// Which notices to list (通知筛选).
#[derive(InputObject, Default)]
pub struct NoticeFilter {
    /// Only those of this case (案件).
    pub case: Option<CaseId>,
    /// Only those of this kind (种类).
    pub kind: Option<NoticeKind>,
    /// Only those that stand so on one of their channels; DEAD lists what was given up (投递状态).
    pub state: Option<NoticeDeliveryState>,
}

#[derive(Default)]
pub struct NoticeQuery;
#[Object]
impl NoticeQuery {
    /// Notices to you, or of your courts, newest first (通知列表). Roles: PARTY and BIDDER their own; OFFICER,
    /// FUND_ADMINISTRATOR, FUND_SUPERVISOR, INSPECTOR those of their courts.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<NoticeFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<NoticeConnection, Problem> {
        let page = page(NodeKind::Notice, first, after, last, before)?;
        let NoticeFilter { case, kind, state } = filter.unwrap_or_default();
        let scope = scope(ctx, Act::ReadNotices)?;
        let filter = NoticeQueryFilter { case, kind, state };
        Ok(store::notices(&services(ctx)?.db.reader(), &scope, filter, page).await?.map(Notice).into())
    }
}

#[derive(Default)]
pub struct NoticeMutation;
#[Object]
impl NoticeMutation {
    /// Sends a notice again that was given up (重新投递通知). Roles: OFFICER, FUND_ADMINISTRATOR.
    async fn resend_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The notice and the channel (通知与渠道).")] input: ResendNoticeInput,
    ) -> Result<ResendNoticePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
