//! Approval: a maker's work takes effect after the named posts have agreed, in order, each a different person.
//!
//! A vote is bound to the digest of what is approved. The digest is computed anew at every vote: if an amount or a payee
//! has changed since, the vote is refused and the approval is void. maker ≠ checker is checked by who casts the vote
//! (`ballot`) and by a unique key.
//! (法发〔2017〕6号 第12条; internal control of case money.)

pub use super::ballot::{ApproveInput, RejectInput};
use super::{operation::Op, policy::Role, services::Services};
use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::kernel::{
    bulk::insert_all,
    clock::Timestamp,
    db::{Tx, sql},
    error::{Failure, Problem},
    ids::{ApprovalId, CourtId, NodeKind, NodeRef},
};
use sea_orm::entity::prelude::*;
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
    /// Every step agreed: make the work take effect, in the same transaction. Not asked of a kind with its own
    /// [`Approvable::open`].
    async fn on_approved(&self, _op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        Err(Failure::internal(format!("nobody has said how a {:?} takes effect", subject.kind)))
    }
    /// A step said no.
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure>;
    /// Whether many take effect together: votes on them share a queue.
    fn together(&self) -> bool {
        false
    }
    /// What is voted on in one transaction. A kind of which many take effect together gives its own.
    fn open(&self) -> Box<dyn Subjects + '_> {
        Box::new(OneByOne(self))
    }
}

/// Things of one kind that are voted on in one transaction, each once.
#[async_trait::async_trait]
pub trait Subjects: Send {
    /// Reads what the voters agree to.
    async fn read(&mut self, op: &Op<'_>, subjects: &[NodeRef]) -> Result<(), Failure>;
    /// [`Approvable::facts`] of one that was read.
    async fn facts(&mut self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure>;
    /// These have every vote: locks what they need and decides on each, in this order, before anything is written.
    async fn decide(&mut self, op: &Op<'_>, subjects: &[NodeRef]) -> Result<Vec<Result<(), Failure>>, Failure>;
    /// Makes those that were decided to hold take effect.
    async fn take_effect(&mut self, decided: &mut [Decided<'_, '_>]) -> Result<(), Failure>;
}

/// What takes effect, by the operation of its last voter.
pub struct Decided<'d, 'c> {
    pub op: &'d mut Op<'c>,
    pub subject: NodeRef,
}

/// Things that take effect one after the other. A refusal then is one of all votes of the transaction.
struct OneByOne<'a, A: ?Sized>(&'a A);
#[async_trait::async_trait]
impl<A: Approvable + ?Sized> Subjects for OneByOne<'_, A> {
    async fn read(&mut self, _op: &Op<'_>, _subjects: &[NodeRef]) -> Result<(), Failure> {
        Ok(())
    }
    async fn facts(&mut self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        self.0.facts(op, subject).await
    }
    async fn decide(&mut self, _op: &Op<'_>, subjects: &[NodeRef]) -> Result<Vec<Result<(), Failure>>, Failure> {
        Ok(subjects.iter().map(|_| Ok(())).collect())
    }
    async fn take_effect(&mut self, decided: &mut [Decided<'_, '_>]) -> Result<(), Failure> {
        for Decided { op, subject } in decided {
            self.0.on_approved(op, *subject).await?;
        }
        Ok(())
    }
}

/// SHA-256 over the canonical JSON of the facts.
pub fn digest(facts: &serde_json::Value) -> Result<[u8; 32], Problem> {
    Ok(Sha256::digest(serde_json_canonicalizer::to_vec(facts)?).into())
}

/// Asks for approval of `subject` by `steps`, in order. The actor is the maker and may not vote.
#[boxed]
pub async fn request(op: &mut Op<'_>, court: CourtId, subject: NodeRef, steps: &[Role]) -> Result<ApprovalId, Failure> {
    let facts = approvable(op.services, subject.kind)?.facts(op, subject).await?;
    let row = draft(op, court, subject, steps, &facts)?;
    insert(op.tx, std::slice::from_ref(&row)).await?;
    Ok(row.id)
}

/// The row of [`request`] by who has just written what is to be approved: `facts` are what [`Approvable::facts`] would
/// read of it. The caller inserts it.
pub fn draft(
    op: &mut Op<'_>,
    court: CourtId,
    subject: NodeRef,
    steps: &[Role],
    facts: &serde_json::Value,
) -> Result<approval::Model, Failure> {
    let id = ApprovalId::new(op.now);
    op.publish("work-queue", id, 0);
    Ok(approval::Model {
        id,
        court_id: court,
        subject_kind: subject.kind.as_str().to_owned(),
        subject_id: subject.id,
        maker: op.actor.name(),
        steps: serde_json::to_string(steps)?,
        step: 0,
        digest: digest(facts)?.to_vec(),
        status: ApprovalStatus::Open,
        requested_at: op.now,
        decided_at: None,
    })
}
#[boxed]
pub async fn insert(tx: &Tx, rows: &[approval::Model]) -> Result<(), Failure> {
    insert_all::<approval::Entity>(tx, rows).await?;
    Ok(())
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

/// Whether votes on this approval are decided together with others; `false` for one that is not there.
pub async fn is_together(services: &Services, id: ApprovalId) -> Result<bool, Problem> {
    let reader = services.db.reader();
    let text = sql(&reader, "SELECT subject_kind FROM approval WHERE id = $1", [id.into()]);
    let Some(row) = reader.query_one_raw(text).await? else { return Ok(false) };
    let kind = NodeKind::parse(row.try_get::<String>("", "subject_kind")?.as_str());
    let handler = kind.and_then(|kind| services.approvables.get(&kind));
    Ok(handler.is_some_and(|handler| handler.together()))
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

pub(super) fn approvable(services: &Services, kind: NodeKind) -> Result<&dyn Approvable, Failure> {
    let handler = services.approvables.get(&kind).map(|handler| &**handler);
    handler.ok_or_else(|| Failure::internal(format!("nobody has registered the approval of {kind:?}")))
}
