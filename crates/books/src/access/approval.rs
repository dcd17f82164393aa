//! Approval: a maker's work takes effect after the named posts have agreed, in order, each a different person.
//!
//! A vote is bound to the digest of what is approved. The digest is computed anew at every vote: if an amount or a payee
//! has changed since, the vote is refused and the approval is void. maker ≠ checker is checked here and by a unique key.
//! (法发〔2017〕6号 第12条; internal control of case money.)

use super::{
    operation::{Op, UseCase},
    policy::{Act, EVERY_COURT, Role},
};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    kernel::{
        clock::Timestamp,
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{ApprovalId, CourtId, NodeKind, NodeRef},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Where an approval stands (审批状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApprovalStatus {
    /// Waits for its next vote (审批中).
    Open,
    /// Every step agreed; the work has taken effect (已批准).
    Approved,
    /// A step said no (已驳回).
    Rejected,
    /// What was to be approved has changed: ask anew (已失效).
    Void,
}

#[expect(clippy::module_inception, reason = "the table bears the name of the noun")]
pub mod approval {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "approval")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ApprovalId,
        pub court_id: CourtId,
        pub subject_kind: String,
        pub subject_id: Uuid,
        pub maker: String,
        pub steps: String,
        pub step: i32,
        pub digest: Vec<u8>,
        pub status: ApprovalStatus,
        pub requested_at: Timestamp,
        pub decided_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub fn subject(&self) -> Result<NodeRef, Problem> {
            let kind = NodeKind::parse(&self.subject_kind)
                .ok_or_else(|| Problem::internal("an approval of an unknown kind"))?;
            Ok(NodeRef { kind, id: self.subject_id })
        }
        pub fn roles(&self) -> Result<Vec<Role>, Problem> {
            Ok(serde_json::from_str(&self.steps)?)
        }
        /// The post that votes next; none when the approval is closed.
        pub fn next_role(&self) -> Result<Option<Role>, Problem> {
            let index = usize::try_from(self.step).unwrap_or(usize::MAX);
            Ok(self.roles()?.get(index).copied().filter(|_| self.status == ApprovalStatus::Open))
        }
    }
}

pub mod vote {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "approval_vote")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub approval_id: ApprovalId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub step: i32,
        pub role: Role,
        pub voter: String,
        pub approved: bool,
        pub reason: Option<String>,
        pub voted_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A kind of work that takes effect by approval. The room that owns it registers it in `app`.
#[async_trait::async_trait]
pub trait Approvable: Send + Sync {
    /// What the voters see and agree to: every amount, payee and source, in a fixed order.
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure>;
    /// Every step agreed: make the work take effect, in the same transaction.
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure>;
    /// A step said no.
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure>;
}

/// SHA-256 over the canonical JSON of the facts.
pub fn digest(facts: &serde_json::Value) -> Result<[u8; 32], Problem> {
    Ok(Sha256::digest(serde_json_canonicalizer::to_vec(facts)?).into())
}

/// Asks for approval of `subject` by `steps`, in order. The actor is the maker and may not vote.
#[boxed]
pub async fn request(op: &mut Op<'_>, court: CourtId, subject: NodeRef, steps: &[Role]) -> Result<ApprovalId, Failure> {
    let facts = approvable(op, subject.kind)?.facts(op, subject).await?;
    request_for(op, court, subject, steps, &facts).await
}

/// [`request`] by who has just written what is to be approved: `facts` are what [`Approvable::facts`] would read of it.
#[boxed]
pub async fn request_for(
    op: &mut Op<'_>,
    court: CourtId,
    subject: NodeRef,
    steps: &[Role],
    facts: &serde_json::Value,
) -> Result<ApprovalId, Failure> {
    let id = ApprovalId::new(op.now);
    let row = approval::ActiveModel {
        id: Set(id),
        court_id: Set(court),
        subject_kind: Set(subject.kind.as_str().to_owned()),
        subject_id: Set(subject.id),
        maker: Set(op.actor.name()),
        steps: Set(serde_json::to_string(steps)?),
        step: Set(0),
        digest: Set(digest(facts)?.to_vec()),
        status: Set(ApprovalStatus::Open),
        requested_at: Set(op.now),
        decided_at: Set(None),
    };
    approval::Entity::insert(row).execute(op.tx).await?;
    op.publish("work-queue", id, 0);
    Ok(id)
}

/// Ends an open approval of `subject` without a vote: the maker took his work back or changed it.
#[boxed]
pub async fn void(op: &Op<'_>, subject: NodeRef) -> Result<(), Failure> {
    let change = sql(
        op.tx,
        "UPDATE approval SET status = 'VOID', decided_at = $2 WHERE subject_id = $1 AND status = 'OPEN'",
        [subject.id.into(), op.now.into()],
    );
    op.tx.execute_raw(change).await?;
    Ok(())
}

/// The approval of a thing that was asked for last.
pub async fn of_subject(conn: &impl ConnectionTrait, subject: NodeRef) -> Result<Option<approval::Model>, Problem> {
    use sea_orm::QueryOrder;
    Ok(approval::Entity::find()
        .filter(approval::Column::SubjectId.eq(subject.id))
        .order_by_desc(approval::Column::Id)
        .first(conn)
        .await?)
}

/// Which of these approvals `voter` has voted on.
pub async fn voted_by(
    conn: &impl ConnectionTrait,
    voter: &str,
    approvals: impl Iterator<Item = ApprovalId>,
) -> Result<Vec<ApprovalId>, Problem> {
    let votes =
        vote::Entity::find().filter(vote::Column::Voter.eq(voter)).filter(vote::Column::ApprovalId.is_in(approvals));
    Ok(votes.list(conn).await?.into_iter().map(|vote| vote.approval_id).collect())
}

/// Everybody who voted on the thing's last approval, and its maker: none of them may release the money.
#[boxed]
pub async fn people_of(tx: &Tx, subject: NodeRef) -> Result<Vec<String>, Problem> {
    let Some(approval) = of_subject(tx, subject).await? else { return Ok(Vec::new()) };
    let votes = vote::Entity::find().filter(vote::Column::ApprovalId.eq(approval.id)).list(tx).await?;
    Ok(std::iter::once(approval.maker).chain(votes.into_iter().map(|v| v.voter)).collect())
}

/// Agrees to what an approval shows (同意).
#[derive(InputObject, Serialize)]
pub struct ApproveInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The approval to vote on (审批).
    pub approval: ApprovalId,
    /// `Approval.digest` as you read it: proof of what you saw (审批内容摘要).
    pub digest: String,
}
impl UseCase for ApproveInput {
    type Done = ApprovalId;
    const ACT: Act = Act::Approve;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ApprovalId, Failure> {
        cast(op, self.approval, &self.digest, None).await
    }
}

/// Refuses what an approval shows; a reason is needed (驳回).
#[derive(InputObject, Serialize)]
pub struct RejectInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The approval to vote on (审批).
    pub approval: ApprovalId,
    /// `Approval.digest` as you read it (审批内容摘要).
    pub digest: String,
    /// Why, 1 to 500 characters (驳回理由).
    pub reason: String,
}
impl UseCase for RejectInput {
    type Done = ApprovalId;
    const ACT: Act = Act::Reject;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ApprovalId, Failure> {
        let length = self.reason.trim().chars().count();
        if !(1..=500).contains(&length) {
            return Err(Refusal::new(RefusalCode::TextInvalid).field("reason").into());
        }
        cast(op, self.approval, &self.digest, Some(self.reason.trim())).await
    }
}

/// One vote: `objection` is the reason of a no.
#[boxed]
async fn cast(op: &mut Op<'_>, id: ApprovalId, seen: &str, objection: Option<&str>) -> Result<ApprovalId, Failure> {
    let approval = lock(op, id).await?;
    let role = decide_vote(op, &approval, seen).await?;
    let subject = approval.subject()?;
    let handler = approvable(op, subject.kind)?;
    // a no needs no fresh facts: what cannot be carried out any more must still end
    if objection.is_none() {
        let facts = handler.facts(op, subject).await?;
        if digest(&facts)?.as_slice() != approval.digest.as_slice() {
            return Err(Refusal::new(RefusalCode::DigestMismatch).field("digest").law(&reference::FUNDS_12).into());
        }
    }
    let row = vote::ActiveModel {
        approval_id: Set(id),
        step: Set(approval.step),
        role: Set(role),
        voter: Set(op.actor.name()),
        approved: Set(objection.is_none()),
        reason: Set(objection.map(str::to_owned)),
        voted_at: Set(op.now),
    };
    vote::Entity::insert(row).execute(op.tx).await?;
    let last = usize::try_from(approval.step + 1).unwrap_or(usize::MAX) >= approval.roles()?.len();
    let status = match (objection, last) {
        (Some(_), _) => ApprovalStatus::Rejected,
        (None, true) => ApprovalStatus::Approved,
        (None, false) => ApprovalStatus::Open,
    };
    let decided = (status != ApprovalStatus::Open).then_some(op.now);
    let change = sql(
        op.tx,
        "UPDATE approval SET step = step + 1, status = $2, decided_at = $3 WHERE id = $1",
        [id.into(), status.to_value().into(), decided.into()],
    );
    op.tx.execute_raw(change).await?;
    let facts = serde_json::json!({ "step": approval.step, "role": role, "approved": objection.is_none(),
        "digest": hex::encode(&approval.digest), "subject": subject.to_global() });
    let court = Some(approval.court_id).filter(|court| *court != EVERY_COURT);
    op.audit(id, court, None, facts).await?;
    op.publish("work-queue", id, i64::from(approval.step) + 1);
    match status {
        ApprovalStatus::Approved => handler.on_approved(op, subject).await?,
        ApprovalStatus::Rejected => handler.on_rejected(op, subject).await?,
        ApprovalStatus::Open | ApprovalStatus::Void => {}
    }
    Ok(id)
}

#[boxed]
async fn lock(op: &Op<'_>, id: ApprovalId) -> Result<approval::Model, Failure> {
    let row = approval::Entity::find_by_id(id)
        .filter(op.scope().on_court(approval::Column::CourtId))
        .lock_exclusive()
        .first(op.tx)
        .await?;
    row.ok_or_else(|| Failure::not_found("approval"))
}

/// May the actor cast the next vote, and as what?
#[boxed]
async fn decide_vote(op: &Op<'_>, approval: &approval::Model, seen: &str) -> Result<Role, Failure> {
    let Some(role) = approval.next_role()? else {
        return Err(Refusal::new(RefusalCode::WrongState).field("approval").into());
    };
    if op.actor.name() == approval.maker {
        return Err(Refusal::new(RefusalCode::MakerMayNotApprove).field("approval").law(&reference::FUNDS_12).into());
    }
    if has_voted(op, approval).await? {
        return Err(Refusal::new(RefusalCode::AlreadyVoted).field("approval").law(&reference::FUNDS_12).into());
    }
    if !op.actor.holds(role, approval.court_id) {
        return Err(Problem::Forbidden.into());
    }
    if hex::encode(&approval.digest) != seen {
        return Err(Refusal::new(RefusalCode::DigestMismatch).field("digest").law(&reference::FUNDS_12).into());
    }
    Ok(role)
}

/// Whether the actor cast one of the votes so far.
#[boxed]
async fn has_voted(op: &Op<'_>, approval: &approval::Model) -> Result<bool, Failure> {
    if approval.step == 0 {
        return Ok(false);
    }
    let his = vote::Entity::find()
        .filter(vote::Column::ApprovalId.eq(approval.id))
        .filter(vote::Column::Voter.eq(op.actor.name()));
    Ok(his.first(op.tx).await?.is_some())
}

fn approvable(op: &Op<'_>, kind: NodeKind) -> Result<std::sync::Arc<dyn Approvable>, Failure> {
    let handler = op.services.approvables.get(&kind).cloned();
    handler.ok_or_else(|| Failure::internal(format!("nobody has registered the approval of {kind:?}")))
}
