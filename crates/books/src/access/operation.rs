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
    policy::{Act, Scope, scope_for},
    services::Services,
};
use crate::kernel::boxed;
use crate::{
    audit::event::{self, AuditOutcome, NewEvent},
    kernel::{
        clock::Timestamp,
        db::{Tx, Work, sql},
        error::{Failure, Outcome, Problem},
        events::{self, Event},
        ids::{CaseId, CourtId, NodeRef},
        refusal::{Refusal, RefusalCode},
    },
};
use futures_util::future::BoxFuture;
use sea_orm::ConnectionTrait;
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
            let mut op = Op {
                tx: savepoint.tx(),
                now: self.now,
                actor: self.actor,
                services: self.services,
                act: U::ACT,
                scope: self.scope,
                key: None,
                audited: Vec::new(),
                events: Vec::new(),
            };
            let performed = part.perform(&mut op).await;
            let (audited, events) = (op.audited, op.events);
            match performed {
                Ok(_) if audited.is_empty() => {
                    Err(Failure::internal(format!("{} wrote no audit event", U::ACT.field())))
                }
                Ok(value) => {
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
    let scope = match scope_for(actor, U::ACT) {
        Ok(scope) => scope,
        Err(problem) => {
            if matches!(problem, Problem::Forbidden) && actor.account().is_some() {
                audit_denial(services, actor, U::ACT, now).await?;
            }
            return Err(problem);
        }
    };
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

/// An idempotency key with what it stands for.
struct Claim<'a> {
    actor: String,
    key: &'a str,
    input_hash: Vec<u8>,
}
impl<'a> Claim<'a> {
    fn try_new<U: UseCase>(services: &Services, actor: &Actor, use_case: &'a U) -> Result<Option<Claim<'a>>, Failure> {
        let Some(key) = use_case.key() else { return Ok(None) };
        let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !plain || !(8..=64).contains(&key.len()) {
            return Err(Refusal::new(RefusalCode::IdempotencyKeyInvalid).field("idempotencyKey").into());
        }
        let mut input = U::ACT.field().as_bytes().to_vec();
        input.push(0);
        input.extend(serde_json_canonicalizer::to_vec(use_case)?);
        Ok(Some(Claim { actor: actor.name(), key, input_hash: services.vault.hmac("idempotency", &input).to_vec() }))
    }

    /// `None`: the key is ours now. `Some`: it was answered before.
    async fn take<T: DeserializeOwned>(&self, tx: &Tx, act: Act, now: Timestamp) -> Result<Option<T>, Failure> {
        let claimed = tx
            .execute_raw(sql(
                tx,
                "INSERT INTO idempotency_key (actor, key, operation, input_hash, recorded_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (actor, key) DO NOTHING",
                [
                    self.actor.clone().into(),
                    self.key.into(),
                    act.field().into(),
                    self.input_hash.clone().into(),
                    now.into(),
                ],
            ))
            .await?;
        if claimed.rows_affected() == 1 {
            return Ok(None);
        }
        let row = tx
            .query_one_raw(sql(
                tx,
                "SELECT input_hash, result FROM idempotency_key WHERE actor = $1 AND key = $2",
                [self.actor.clone().into(), self.key.into()],
            ))
            .await?
            .ok_or(Problem::Conflict)?;
        let hash: Vec<u8> = row.try_get("", "input_hash")?;
        if hash != self.input_hash {
            return Err(Refusal::new(RefusalCode::IdempotencyKeyReused).field("idempotencyKey").into());
        }
        let result: Option<String> = row.try_get("", "result")?;
        Ok(Some(serde_json::from_str(&result.ok_or(Problem::Conflict)?)?))
    }

    async fn answer(&self, tx: &Tx, result: &impl Serialize) -> Result<(), Failure> {
        tx.execute_raw(sql(
            tx,
            "UPDATE idempotency_key SET result = $3 WHERE actor = $1 AND key = $2",
            [self.actor.clone().into(), self.key.into(), serde_json::to_string(result)?.into()],
        ))
        .await?;
        Ok(())
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
    claim: Option<Claim<'a>>,
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
            && let Some(value) = claim.take(tx, U::ACT, self.now).await?
        {
            return Ok(Finished { value, replayed: true, events: Vec::new() });
        }
        let mut op = Op {
            tx,
            now: self.now,
            actor: self.actor,
            services: self.services,
            act: U::ACT,
            scope: self.scope,
            key: self.claim.as_ref().map(|claim| claim.key),
            audited: Vec::new(),
            events: Vec::new(),
        };
        let value = self.use_case.perform(&mut op).await?;
        let (audited, events) = (op.audited, op.events);
        if audited.is_empty() {
            return Err(Failure::internal(format!("{} wrote no audit event", U::ACT.field())));
        }
        event::insert_sealed(tx, &audited).await?;
        if let Some(claim) = &self.claim {
            claim.answer(tx, &value).await?;
        }
        events::write_outbox(tx, self.now, &events).await?;
        Ok(Finished { value, replayed: false, events })
    }

    async fn audit_refusal(&self, refusal: &Refusal) -> Result<(), Problem> {
        if matches!(self.actor.identity, Identity::Anonymous) {
            // an anonymous client must not be able to grow a permanent table
            return Ok(());
        }
        let arguments: serde_json::Map<_, _> =
            refusal.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
        let new = NewEvent {
            court: self.scope.only_court(),
            case: None,
            actor: self.actor.name(),
            action: U::ACT.field(),
            outcome: AuditOutcome::Refused,
            code: Some(refusal.code),
            subject: None,
            request_key: self.claim.as_ref().map(|claim| claim.key.to_owned()),
            payload: serde_json::json!({ "field": refusal.field, "arguments": arguments }),
        };
        write_alone(self.services, self.now, new).await
    }
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
async fn write_alone(services: &Services, now: Timestamp, new: NewEvent) -> Result<(), Problem> {
    let row = event::seal(&services.vault, now, new)?;
    let written = services.db.write_with(move |tx| {
        let row = row.clone();
        Box::pin(async move { event::insert_sealed(tx, &[row]).await.map_err(Failure::from) })
    });
    written.await.map_err(Problem::from)
}
