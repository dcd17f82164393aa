//! Voting on approvals. The votes of one transaction, each on another approval, are decided together: what they lock and
//! read is taken by a statement each, every vote is decided in memory, and those that hold are written at once.

use super::{
    approval::{ApprovalStatus, Decided, Subjects, approvable, approval, digest, vote},
    operation::{Op, UseCase},
    policy::{Act, EVERY_COURT, Role},
    queue::{Answers, Member, Together, alone, widest},
    services::Services,
};
use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::{
    kernel::{
        bulk::{Rows, insert_all, is_among},
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{ApprovalId, NodeKind, NodeRef},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

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
        alone(op, self).await
    }
}
impl Together for ApproveInput {
    fn thing(&self) -> Option<Uuid> {
        Some(self.approval.uuid())
    }
    async fn perform_all(votes: &mut [Member<'_, Self>]) -> Result<Answers<Self>, Failure> {
        let mut ballots = Vec::with_capacity(votes.len());
        for Member { op, input } in votes {
            ballots.push(Ballot { op, approval: input.approval, seen: &input.digest, objection: None });
        }
        cast(&mut ballots).await
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
        let objection = Some(self.reason.trim());
        let mut ballots = [Ballot { op, approval: self.approval, seen: &self.digest, objection }];
        let answer = cast(&mut ballots).await?.pop();
        answer.unwrap_or_else(|| Err(Failure::internal("a vote without an answer")))
    }
}

/// A vote on its way to be cast: `objection` is the reason of a no.
struct Ballot<'b, 'c> {
    op: &'b mut Op<'c>,
    approval: ApprovalId,
    /// The digest as the voter read it.
    seen: &'b str,
    objection: Option<&'b str>,
}

/// A vote that holds so far.
struct Cast {
    approval: approval::Model,
    role: Role,
    subject: NodeRef,
    /// Of the approval, after the vote.
    status: ApprovalStatus,
}

/// Casts the votes, each on another approval.
#[boxed]
async fn cast(ballots: &mut [Ballot<'_, '_>]) -> Result<Vec<Result<ApprovalId, Failure>>, Failure> {
    let Some((tx, services)) = ballots.first().map(|ballot| (ballot.op.tx, ballot.op.services)) else {
        return Ok(Vec::new());
    };
    let approvals = lock(tx, ballots).await?;
    let voted = voted(tx, &approvals).await?;
    let mut casts: Vec<_> = ballots.iter().map(|ballot| decide_vote(ballot, &approvals, &voted)).collect();
    let mut agreed = agree(services, ballots, &mut casts).await?;
    write(tx, ballots, &casts).await?;
    for (ballot, cast) in ballots.iter_mut().zip(&casts) {
        if let Ok(cast) = cast {
            tell(ballot, cast).await?;
        }
    }
    for (ballot, cast) in ballots.iter_mut().zip(&casts) {
        if let Ok(Cast { status: ApprovalStatus::Rejected, subject, .. }) = cast {
            approvable(services, subject.kind)?.on_rejected(ballot.op, *subject).await?;
        }
    }
    for kind in &mut agreed {
        let mut decided = Vec::with_capacity(kind.decided.len());
        for (place, (ballot, cast)) in ballots.iter_mut().zip(&casts).enumerate() {
            if let Ok(cast) = cast
                && kind.decided.contains(&place)
            {
                decided.push(Decided { op: &mut *ballot.op, subject: cast.subject });
            }
        }
        if !decided.is_empty() {
            kind.subjects.take_effect(&mut decided).await?;
        }
    }
    Ok(casts.into_iter().map(|cast| cast.map(|cast| cast.approval.id)).collect())
}

/// Locks the approvals in the order of their ids.
#[boxed]
async fn lock(tx: &Tx, ballots: &[Ballot<'_, '_>]) -> Result<HashMap<ApprovalId, approval::Model>, Failure> {
    let scope = widest(ballots.iter().map(|ballot| ballot.op.scope()));
    let ids = ballots.iter().map(|ballot| ballot.approval.uuid());
    let rows = approval::Entity::find()
        .filter(is_among(tx, approval::Column::Id, ids))
        .filter(scope.on_court(approval::Column::CourtId))
        .order_by_asc(approval::Column::Id)
        .lock_exclusive()
        .list(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Who has voted on which of the approvals before.
#[boxed]
async fn voted(
    tx: &Tx,
    approvals: &HashMap<ApprovalId, approval::Model>,
) -> Result<HashSet<(ApprovalId, String)>, Failure> {
    let begun: Vec<Uuid> = approvals.values().filter(|row| row.step > 0).map(|row| row.id.uuid()).collect();
    if begun.is_empty() {
        return Ok(HashSet::new());
    }
    let votes = vote::Entity::find().filter(is_among(tx, vote::Column::ApprovalId, begun)).list(tx).await?;
    Ok(votes.into_iter().map(|vote| (vote.approval_id, vote.voter)).collect())
}

/// May the actor cast the next vote, and as what?
fn decide_vote(
    ballot: &Ballot<'_, '_>,
    approvals: &HashMap<ApprovalId, approval::Model>,
    voted: &HashSet<(ApprovalId, String)>,
) -> Result<Cast, Failure> {
    let op = &*ballot.op;
    let approval = approvals.get(&ballot.approval).filter(|row| op.scope().allows_court(row.court_id));
    let approval = approval.ok_or_else(|| Failure::not_found("approval"))?;
    let Some(role) = approval.next_role()? else {
        return Err(Refusal::new(RefusalCode::WrongState).field("approval").into());
    };
    if op.actor.name() == approval.maker {
        return Err(Refusal::new(RefusalCode::MakerMayNotApprove).field("approval").law(&reference::FUNDS_12).into());
    }
    if voted.contains(&(approval.id, op.actor.name())) {
        return Err(Refusal::new(RefusalCode::AlreadyVoted).field("approval").law(&reference::FUNDS_12).into());
    }
    if !op.actor.holds(role, approval.court_id) {
        return Err(Problem::Forbidden.into());
    }
    if hex::encode(&approval.digest) != ballot.seen {
        return Err(digest_mismatch());
    }
    let last = usize::try_from(approval.step + 1).unwrap_or(usize::MAX) >= approval.roles()?.len();
    let status = match (ballot.objection, last) {
        (Some(_), _) => ApprovalStatus::Rejected,
        (None, true) => ApprovalStatus::Approved,
        (None, false) => ApprovalStatus::Open,
    };
    Ok(Cast { subject: approval.subject()?, approval: approval.clone(), role, status })
}

fn digest_mismatch() -> Failure {
    Refusal::new(RefusalCode::DigestMismatch).field("digest").law(&reference::FUNDS_12).into()
}

/// Things of one kind on which the votes agree.
struct Agreed<'s> {
    subjects: Box<dyn Subjects + 's>,
    /// The places of the votes that were the last.
    decided: Vec<usize>,
}

/// Reads anew what was agreed to, and decides on what has every vote. A no needs no fresh facts: what cannot be carried
/// out any more must still end.
#[boxed]
async fn agree<'s>(
    services: &'s Services,
    ballots: &mut [Ballot<'_, '_>],
    casts: &mut [Result<Cast, Failure>],
) -> Result<Vec<Agreed<'s>>, Failure> {
    let mut kinds: BTreeMap<NodeKind, Vec<(usize, NodeRef)>> = BTreeMap::new();
    for (place, cast) in casts.iter().enumerate() {
        if let Some(cast) = cast.as_ref().ok().filter(|cast| cast.status != ApprovalStatus::Rejected) {
            kinds.entry(cast.subject.kind).or_default().push((place, cast.subject));
        }
    }
    let mut agreed = Vec::with_capacity(kinds.len());
    for (kind, asked) in kinds {
        let mut subjects = approvable(services, kind)?.open();
        check_facts(&mut *subjects, &asked, ballots, casts).await?;
        let is_last = |place: &usize| {
            let cast = casts.get(*place).and_then(|cast| cast.as_ref().ok());
            cast.is_some_and(|cast| cast.status == ApprovalStatus::Approved)
        };
        let (places, last): (Vec<usize>, Vec<NodeRef>) = asked.into_iter().filter(|(place, _)| is_last(place)).unzip();
        if let Some(ballot) = places.first().and_then(|place| ballots.get(*place)) {
            let decided = subjects.decide(ballot.op, &last).await?;
            for (place, decided) in places.iter().zip(decided) {
                if let (Err(failure), Some(cast)) = (decided, casts.get_mut(*place)) {
                    *cast = Err(failure);
                }
            }
        }
        agreed.push(Agreed { subjects, decided: places });
    }
    Ok(agreed)
}

/// Whether each thing is still what its approval was asked for.
#[boxed]
async fn check_facts(
    subjects: &mut (dyn Subjects + '_),
    asked: &[(usize, NodeRef)],
    ballots: &mut [Ballot<'_, '_>],
    casts: &mut [Result<Cast, Failure>],
) -> Result<(), Failure> {
    let all: Vec<NodeRef> = asked.iter().map(|(_, subject)| *subject).collect();
    if let Some(ballot) = ballots.first() {
        subjects.read(ballot.op, &all).await?;
    }
    for (place, subject) in asked {
        let (Some(ballot), Some(slot)) = (ballots.get_mut(*place), casts.get_mut(*place)) else { continue };
        let facts = match subjects.facts(ballot.op, *subject).await {
            Err(refused @ Failure::Refused(_)) => {
                *slot = Err(refused);
                continue;
            }
            facts => digest(&facts?)?,
        };
        if slot.as_ref().is_ok_and(|cast| cast.approval.digest != facts) {
            *slot = Err(digest_mismatch());
        }
    }
    Ok(())
}

/// Writes the votes that hold and moves their approvals on.
#[boxed]
async fn write(tx: &Tx, ballots: &[Ballot<'_, '_>], casts: &[Result<Cast, Failure>]) -> Result<(), Failure> {
    let (mut votes, mut steps) = (Vec::new(), Vec::new());
    for (ballot, cast) in ballots.iter().zip(casts) {
        let Ok(cast) = cast else { continue };
        votes.push(vote::Model {
            approval_id: cast.approval.id,
            step: cast.approval.step,
            role: cast.role,
            voter: ballot.op.actor.name(),
            approved: ballot.objection.is_none(),
            reason: ballot.objection.map(str::to_owned),
            voted_at: ballot.op.now,
        });
        let decided = (cast.status != ApprovalStatus::Open).then_some(ballot.op.now);
        steps.push([cast.approval.id.into(), cast.status.to_value().into(), decided.into()]);
    }
    if votes.is_empty() {
        return Ok(());
    }
    insert_all::<vote::Entity>(tx, &votes).await?;
    let (given, values) = Rows::of(steps).into_values(tx.engine());
    let text = format!(
        "UPDATE approval SET step = step + 1, status = given.column2, decided_at = given.column3
         FROM {given} AS given WHERE approval.id = given.column1"
    );
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

#[boxed]
async fn tell(ballot: &mut Ballot<'_, '_>, cast: &Cast) -> Result<(), Failure> {
    let Cast { approval, role, subject, .. } = cast;
    let facts = serde_json::json!({ "step": approval.step, "role": role, "approved": ballot.objection.is_none(),
        "digest": hex::encode(&approval.digest), "subject": subject.to_global() });
    let court = Some(approval.court_id).filter(|court| *court != EVERY_COURT);
    ballot.op.audit(approval.id, court, None, facts).await?;
    ballot.op.publish("work-queue", approval.id, i64::from(approval.step) + 1);
    Ok(())
}
