//! Approvals in the graph: what waits for whose vote, and the votes.

use super::approval::{self, ApprovalStatus, ApproveInput, RejectInput, vote};
use crate::{
    access::{Act, Role, Scope},
    connection,
    graphql::{
        caller::{run, run_together, scope, services},
        connection::{Listed, cost, page},
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{ApprovalId, NodeKind, NodeRef},
    },
    payload,
};
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// A decision by several people on one thing.
pub struct Approval(approval::approval::Model);
impl Approval {
    /// What the caller's courts show him; none for the rest.
    pub async fn load(ctx: &Context<'_>, id: &ApprovalId) -> Result<Option<Approval>, Problem> {
        let scope = scope(ctx, Act::ReadApprovals)?;
        let found = approval::approval::Entity::find_by_id(*id)
            .filter(scope.on_court(approval::approval::Column::CourtId))
            .one(&services(ctx)?.db.reader())
            .await?;
        Ok(found.map(Approval))
    }
    /// The approval that was asked for last on `subject`.
    pub async fn of(ctx: &Context<'_>, subject: NodeRef) -> Result<Option<Approval>, Problem> {
        Ok(approval::of_subject(&services(ctx)?.db.reader(), subject).await?.map(Approval))
    }
}
impl Listed for Approval {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// A decision by several people, in order, each a different person and none the maker (审批).
#[Object]
impl Approval {
    /// Opaque id (标识).
    pub async fn id(&self) -> ApprovalId {
        self.0.id
    }
    /// Kind of what is approved, e.g. `DisbursementOrder` (审批对象种类).
    async fn subject_kind(&self) -> &str {
        &self.0.subject_kind
    }
    /// Id of what is approved, for `node` (审批对象).
    async fn subject_id(&self) -> Result<async_graphql::ID, Problem> {
        Ok(self.0.subject()?.to_global().into())
    }
    /// Where it stands (状态).
    async fn status(&self) -> ApprovalStatus {
        self.0.status
    }
    /// The posts that vote, in order (审批岗位).
    async fn steps(&self) -> Result<Vec<Role>, Problem> {
        self.0.roles()
    }
    /// Number of votes needed (所需票数).
    async fn required(&self) -> Result<usize, Problem> {
        Ok(self.0.roles()?.len())
    }
    /// The post that votes next; none when it is decided (待审岗位).
    async fn next_role(&self) -> Result<Option<Role>, Problem> {
        self.0.next_role()
    }
    /// Digest of what is approved: send it back with the vote (摘要).
    async fn digest(&self) -> String {
        hex::encode(&self.0.digest)
    }
    /// When approval was asked for (提交时间).
    async fn requested_at(&self) -> Timestamp {
        self.0.requested_at
    }
    /// When it was decided (办结时间).
    async fn decided_at(&self) -> Option<Timestamp> {
        self.0.decided_at
    }
    /// The votes so far, in order (表决记录).
    async fn votes(&self, ctx: &Context<'_>) -> Result<Vec<ApprovalVote>, Problem> {
        let votes = vote::Entity::find()
            .filter(vote::Column::ApprovalId.eq(self.0.id))
            .order_by_asc(vote::Column::Step)
            .all(&services(ctx)?.db.reader())
            .await?;
        Ok(votes.into_iter().map(ApprovalVote).collect())
    }
}

/// One person's vote.
pub struct ApprovalVote(vote::Model);
/// One person's vote on an approval (表决).
#[Object]
impl ApprovalVote {
    /// Post in which it was cast (岗位).
    async fn role(&self) -> Role {
        self.0.role
    }
    /// Yes or no (是否同意).
    async fn approved(&self) -> bool {
        self.0.approved
    }
    /// Reason of a no (理由).
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// When it was cast (时间).
    async fn voted_at(&self) -> Timestamp {
        self.0.voted_at
    }
}

/// Which approvals to list (审批筛选).
#[derive(InputObject, Default)]
pub struct ApprovalFilter {
    /// Only those in this state (状态).
    pub status: Option<ApprovalStatus>,
    /// Only those on things of this kind, e.g. `DisbursementOrder` (对象种类).
    pub subject_kind: Option<String>,
}

connection! {
    /// Approvals, newest first (审批列表).
    ApprovalConnection, ApprovalEdge of Approval
}
payload! {
    /// What `approve` did (同意的结果).
    ApprovePayload of ApprovalId {
        /// The approval after the vote (审批).
        approval: Approval = Approval::load,
    }
    /// What `reject` did (驳回的结果).
    RejectPayload of ApprovalId {
        /// The approval after the vote (审批).
        approval: Approval = Approval::load,
    }
}

#[derive(Default)]
pub struct ApprovalQuery;
#[Object]
impl ApprovalQuery {
    /// Approvals of your courts, newest first (审批列表). Needs a role in a court.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn approvals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<ApprovalFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<ApprovalConnection, Problem> {
        let page = page(NodeKind::Approval, first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let select = listed(&scope(ctx, Act::ReadApprovals)?, &filter);
        let rows = page.fetch(&services(ctx)?.db.reader(), select, approval::approval::Column::Id).await?;
        Ok(rows.map(Approval).into())
    }
}
fn listed(scope: &Scope, filter: &ApprovalFilter) -> sea_orm::Select<approval::approval::Entity> {
    let mut select = approval::approval::Entity::find().filter(scope.on_court(approval::approval::Column::CourtId));
    if let Some(status) = filter.status {
        select = select.filter(approval::approval::Column::Status.eq(status));
    }
    if let Some(kind) = &filter.subject_kind {
        select = select.filter(approval::approval::Column::SubjectKind.eq(kind));
    }
    select
}

#[derive(Default)]
pub struct ApprovalMutation;
#[Object]
impl ApprovalMutation {
    /// Agrees to what an approval shows; the last vote makes the work take effect (同意). Role: the approval's next post.
    async fn approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The vote (表决).")] input: ApproveInput,
    ) -> Result<ApprovePayload, Problem> {
        let outcome = match approval::is_together(services(ctx)?, input.approval).await? {
            true => run_together(ctx, input).await?,
            false => run(ctx, &input).await?,
        };
        Ok(outcome.into())
    }
    /// Refuses what an approval shows, with a reason; the work goes back to its maker (驳回). Role: the approval's next post.
    async fn reject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The vote and its reason (表决).")] input: RejectInput,
    ) -> Result<RejectPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
