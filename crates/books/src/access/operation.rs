//! The shape of every use case:
//! `authorize → begin → claim key → lock → decide → write → post → audit → commit → publish`.
//!
//! The GraphQL input *is* the use case: it implements [`UseCase`], and [`run`] does everything around
//! [`UseCase::perform`]. A refusal or a problem rolls everything back, so it changes nothing and leaves the key free.
//! The audit event of a refusal is committed by a short transaction of its own before anybody hears of it; that spares
//! all others, which are nearly all, a savepoint. Audit events are sealed when they are made and written together at
//! the end.

use super::{
    actor::{Actor, Identity},
    keys::{self, Claim, Taken},
    policy::{Act, Scope, scope_for},
    services::Services,
};
use crate::kernel::boxed;
use crate::{
    audit::event::{self, AuditOutcome, NewEvent},
    kernel::{
        clock::Timestamp,
        db::{Tx, Work},
        error::{Failure, Outcome, Problem},
        events::{self, Event},
        ids::{CaseId, CourtId, NodeRef},
        refusal::Refusal,
    },
};
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};

/// An act with its input. Serialized canonically, the input is what an idempotency key stands for.
pub trait UseCase: Serialize + Send + Sync {
    /// Ids of what was made: small, kept for good as the key's answer.
    type Done: Serialize + DeserializeOwned + Send + Sync;
    const ACT: Act;

    /// `None` only for acts that make and move nothing twice (sign-in, jobs that find their own due work).
    fn key(&self) -> Option<&str>;

    /// Locks, decides, writes, posts and audits. May run again when the engine asks for it, so it has no side effect
    /// outside of `op`.
    fn perform<'c>(&'c self, op: &'c mut Op<'_>) -> impl Future<Output = Result<Self::Done, Failure>> + Send + 'c;
}

/// What a use case works with inside of its transaction.
pub struct Op<'c> {
    pub tx: &'c Tx,
    /// Taken once: every write of the operation bears it.
    pub now: Timestamp,
    pub actor: &'c Actor,
    pub services: &'c Services,
    act: Act,
    scope: &'c Scope,
    key: Option<&'c str>,
    audited: Vec<event::Model>,
    events: Vec<Event>,
}

/// A change as its audit event tells it.
pub struct Fact {
    pub subject: NodeRef,
    pub court: Option<CourtId>,
    pub case: Option<CaseId>,
    /// Without secrets.
    pub facts: serde_json::Value,
}

/// For whom an operation runs.
#[derive(Clone, Copy)]
pub(super) struct Caller<'c> {
    pub actor: &'c Actor,
    pub scope: &'c Scope,
    pub key: Option<&'c str>,
}

impl<'c> Op<'c> {
    pub(super) fn open(tx: &'c Tx, services: &'c Services, now: Timestamp, act: Act, caller: Caller<'c>) -> Op<'c> {
        let Caller { actor, scope, key } = caller;
        Op { tx, now, actor, services, act, scope, key, audited: Vec::new(), events: Vec::new() }
    }
    /// An operation of the same caller in the same transaction, with nothing told yet.
    pub(super) fn beside(&self) -> Op<'c> {
        let caller = Caller { actor: self.actor, scope: self.scope, key: self.key };
        Op::open(self.tx, self.services, self.now, self.act, caller)
    }
    /// Takes over what an operation beside this one tells.
    pub(super) fn join(&mut self, other: Op<'_>) {
        self.audited.extend(other.audited);
        self.events.extend(other.events);
    }
    /// What it tells: the audit events to be written, the others to be published.
    ///
    /// # Errors
    /// When it has no audit event.
    pub(super) fn close(self) -> Result<(Vec<event::Model>, Vec<Event>), Problem> {
        match self.audited.is_empty() {
            true => Err(Problem::internal(format!("{} wrote no audit event", self.act.field()))),
            false => Ok((self.audited, self.events)),
        }
    }
}

impl Op<'_> {
    /// What the actor may touch by this act. Goes into every finder.
    pub fn scope(&self) -> &Scope {
        self.scope
    }
    /// The signed-in account, for acts that only make sense with one.
    pub fn account(&self) -> Result<crate::kernel::ids::AccountId, Failure> {
        self.actor.account().ok_or(Failure::Problem(Problem::Unauthenticated))
    }
    /// Adds the audit event of a change. At least one per operation; the facts hold no secrets.
    pub async fn audit(
        &mut self,
        subject: impl Into<NodeRef> + Send,
        court: Option<CourtId>,
        case: Option<CaseId>,
        facts: serde_json::Value,
    ) -> Result<(), Failure> {
        self.audit_all(vec![Fact { subject: subject.into(), court, case, facts }]).await
    }
    /// Adds the audit events of many changes, in their order.
    pub async fn audit_all(&mut self, facts: Vec<Fact>) -> Result<(), Failure> {
        for fact in facts {
            let sealed = event::seal(&self.services.vault, self.now, self.event(fact))?;
            self.audited.push(sealed);
        }
        Ok(())
    }
    fn event(&self, fact: Fact) -> NewEvent {
        NewEvent {
            court: fact.court,
            case: fact.case,
            actor: self.actor.name(),
            action: self.act.field(),
            outcome: AuditOutcome::Done,
            code: None,
            subject: Some(fact.subject),
            request_key: self.key.map(str::to_owned),
            payload: fact.facts,
        }
    }
    /// Performs a part that may be refused alone: then what it wrote is taken back, and the rest of the operation stays.
    /// For jobs that do many small things in one transaction.
    pub fn part<'s, U: UseCase>(&'s mut self, part: &'s U) -> BoxFuture<'s, Result<Result<U::Done, Refusal>, Failure>> {
        Box::pin(async move {
            let savepoint = self.tx.savepoint().await?;
            let caller = Caller { actor: self.actor, scope: self.scope, key: None };
            let mut op = Op::open(savepoint.tx(), self.services, self.now, U::ACT, caller);
            let performed = part.perform(&mut op).await;
            match performed {
                Ok(value) => {
                    let (audited, events) = op.close()?;
                    savepoint.release().await?;
                    self.audited.extend(audited);
                    self.events.extend(events);
                    Ok(Ok(value))
                }
                Err(Failure::Refused(refusal)) => {
                    savepoint.rollback().await?;
                    Ok(Err(*refusal))
                }
                Err(problem) => Err(problem),
            }
        })
    }
    /// Tells subscribers after the commit that `subject` changed to `version`.
    pub fn publish(&mut self, topic: &str, subject: impl Into<NodeRef>, version: i64) {
        self.events.push(Event { topic: topic.to_owned(), subject: subject.into(), version });
    }
}

/// Runs a use case for `actor`.
pub fn run<'a, U: UseCase>(
    services: &'a Services,
    actor: &'a Actor,
    use_case: &'a U,
) -> BoxFuture<'a, Result<Outcome<U::Done>, Problem>> {
    Box::pin(authorise_and_run(services, actor, use_case))
}

async fn authorise_and_run<U: UseCase>(
    services: &Services,
    actor: &Actor,
    use_case: &U,
) -> Result<Outcome<U::Done>, Problem> {
    let now = services.clock.now();
    let scope = authorise(services, actor, U::ACT, now).await?;
    let claim = match Claim::try_new(services, actor, use_case) {
        Ok(claim) => claim,
        Err(Failure::Refused(refusal)) => return Ok(Outcome::Refused(*refusal)),
        Err(Failure::Problem(problem)) => return Err(problem),
    };
    let mut attempt = Attempt { services, actor, use_case, now, scope: &scope, claim };
    let tried = services.db.write(&mut attempt).await;
    match tried {
        Ok(Finished { value, replayed, events }) => {
            events.into_iter().for_each(|event| services.bus.publish(event));
            Ok(Outcome::Done { value, replayed })
        }
        Err(Failure::Problem(problem)) => Err(problem),
        Err(Failure::Refused(refusal)) => {
            attempt.audit_refusal(&refusal).await?;
            Ok(Outcome::Refused(*refusal))
        }
    }
}

/// What the actor may touch by the act. A denial is kept.
#[boxed]
pub(super) async fn authorise(services: &Services, actor: &Actor, act: Act, now: Timestamp) -> Result<Scope, Problem> {
    let scope = scope_for(actor, act);
    if matches!(scope, Err(Problem::Forbidden)) && actor.account().is_some() {
        audit_denial(services, actor, act, now).await?;
    }
    scope
}

/// Runs a use case for a job: no person acts, a refusal is a fault of the job.
pub async fn run_as_system<U: UseCase>(
    services: &Services,
    job: &'static str,
    use_case: &U,
) -> Result<U::Done, Problem> {
    match run(services, &Actor::system(job), use_case).await? {
        Outcome::Done { value, .. } => Ok(value),
        Outcome::Refused(refusal) => Err(Problem::internal(format!("{job} was refused: {refusal:?}"))),
    }
}

struct Finished<T> {
    value: T,
    replayed: bool,
    events: Vec<Event>,
}

/// One try of the transaction.
struct Attempt<'a, U> {
    services: &'a Services,
    actor: &'a Actor,
    use_case: &'a U,
    now: Timestamp,
    scope: &'a Scope,
    claim: Option<Claim>,
}
impl<U: UseCase> Work for Attempt<'_, U> {
    type Out = Finished<U::Done>;

    async fn run(&mut self, tx: &Tx) -> Result<Self::Out, Failure> {
        self.claim_and_perform(tx).await
    }
}
impl<U: UseCase> Attempt<'_, U> {
    #[boxed]
    async fn claim_and_perform(&self, tx: &Tx) -> Result<Finished<U::Done>, Failure> {
        if let Some(claim) = &self.claim
            && let Some(value) = self.replay(tx, claim).await?
        {
            return Ok(Finished { value, replayed: true, events: Vec::new() });
        }
        let mut op = Op::open(tx, self.services, self.now, U::ACT, self.caller());
        let value = self.use_case.perform(&mut op).await?;
        let (audited, events) = op.close()?;
        event::insert_sealed(tx, &audited).await?;
        if let Some(claim) = &self.claim {
            keys::answer(tx, &[(claim, serde_json::to_string(&value)?)]).await?;
        }
        events::write_outbox(tx, self.now, &events).await?;
        Ok(Finished { value, replayed: false, events })
    }

    /// Takes the key; the answer that it has already, if it has one.
    #[boxed]
    async fn replay(&self, tx: &Tx, claim: &Claim) -> Result<Option<U::Done>, Failure> {
        match keys::take(tx, U::ACT, self.now, &[claim]).await?.pop() {
            Some(Taken::Ours) => Ok(None),
            Some(Taken::Answered(result)) => Ok(Some(serde_json::from_str(&result)?)),
            Some(Taken::Reused) => Err(Taken::reused().into()),
            Some(Taken::Unclear) | None => Err(Problem::Conflict.into()),
        }
    }

    async fn audit_refusal(&self, refusal: &Refusal) -> Result<(), Problem> {
        match refusal_event(self.caller(), U::ACT, refusal) {
            Some(new) => write_alone(self.services, self.now, new).await,
            None => Ok(()),
        }
    }

    fn caller(&self) -> Caller<'_> {
        let key = self.claim.as_ref().map(|claim| claim.key.as_str());
        Caller { actor: self.actor, scope: self.scope, key }
    }
}

/// The event of a refusal. None of an anonymous client, who must not be able to grow a permanent table.
pub(super) fn refusal_event(caller: Caller<'_>, act: Act, refusal: &Refusal) -> Option<NewEvent> {
    if matches!(caller.actor.identity, Identity::Anonymous) {
        return None;
    }
    let arguments: serde_json::Map<_, _> =
        refusal.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    Some(NewEvent {
        court: caller.scope.only_court(),
        case: None,
        actor: caller.actor.name(),
        action: act.field(),
        outcome: AuditOutcome::Refused,
        code: Some(refusal.code),
        subject: None,
        request_key: caller.key.map(str::to_owned),
        payload: serde_json::json!({ "field": refusal.field, "arguments": arguments }),
    })
}

/// A signed-in actor tried what he may not do: kept, in a short transaction of its own.
async fn audit_denial(services: &Services, actor: &Actor, act: Act, now: Timestamp) -> Result<(), Problem> {
    // the court in which he works, so that its inspectors see it
    let court = scope_for(actor, Act::ReadApprovals)?.only_court();
    let new = NewEvent {
        court,
        case: None,
        actor: actor.name(),
        action: act.field(),
        outcome: AuditOutcome::Forbidden,
        code: None,
        subject: None,
        request_key: None,
        payload: serde_json::json!({}),
    };
    write_alone(services, now, new).await
}

/// Commits the event of an act that changed nothing.
pub(super) async fn write_alone(services: &Services, now: Timestamp, new: NewEvent) -> Result<(), Problem> {
    let row = event::seal(&services.vault, now, new)?;
    let written = services.db.write_with(move |tx| {
        let row = row.clone();
        Box::pin(async move { event::insert_sealed(tx, &[row]).await.map_err(Failure::from) })
    });
    written.await.map_err(Problem::from)
}
