//! Use cases of one kind that are decided together: what waits at the same time shares one transaction and one flush.
//!
//! A [`Queue`] takes whatever is waiting, without a delay (`kernel::batch`): a request that comes alone is a list of
//! one. The keys are taken by one statement, all are decided and written by [`Together::perform_all`], and they are
//! answered after the commit. A refused one has written nothing; its key is free again and its audit event is in the
//! same commit. When the list as a whole cannot be carried out, halves of it are tried, down to one.
//!
//! Nothing is remembered from one list to the next, so that several processes may each have a queue: what they decide
//! about is locked. A list takes its keys first, then the rows that it locks, each kind in the order of their names.

use super::{
    actor::Actor,
    keys::{self, Claim, Taken},
    operation::{Caller, Op, UseCase, authorise, refusal_event, write_alone},
    policy::Scope,
    services::Services,
};
use crate::kernel::boxed;
use crate::{
    audit::event,
    kernel::{
        batch::{Batcher, Committer},
        clock::Timestamp,
        db::{Tx, Work},
        error::{Failure, Outcome, Problem},
        events::{self, Event},
        refusal::Refusal,
    },
};
use futures_util::future::BoxFuture;
use std::{
    collections::{BTreeSet, HashMap},
    marker::PhantomData,
    sync::Arc,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// A use case of which many are decided in one transaction. It has a key always. Its [`UseCase::perform`] is
/// [`alone`]: one and many go through the same text.
pub trait Together: UseCase + Sized + 'static {
    /// What it is about, where two about the same must not be in one list: they are decided one after the other.
    fn thing(&self) -> Option<Uuid> {
        None
    }
    /// Locks what all of them need, decides each in this order on what those before it leave, writes all by a few
    /// statements. Answers each: one that is refused, or has a problem of its own, has written and told nothing. An
    /// error of the whole rolls everything back.
    fn perform_all<'c>(
        members: &'c mut [Member<'_, Self>],
    ) -> impl Future<Output = Result<Answers<Self>, Failure>> + Send + 'c;
}
/// One for each member, in their order.
pub type Answers<U> = Vec<Result<<U as UseCase>::Done, Failure>>;

/// One of those that are decided together.
pub struct Member<'c, U> {
    /// Its own: it knows the caller, and takes his audit events.
    pub op: Op<'c>,
    pub input: &'c U,
}

/// The courts of all scopes: what one statement may lock for all of them. Whether one reaches a row, its own scope
/// says; what somebody may touch as his own is not in it.
pub fn widest<'s>(scopes: impl IntoIterator<Item = &'s Scope>) -> Scope {
    let mut all = BTreeSet::new();
    for scope in scopes {
        match scope {
            Scope::Everything => return Scope::Everything,
            Scope::Some { courts, .. } => all.extend(courts.iter().copied()),
        }
    }
    Scope::Some { courts: all.into_iter().collect(), own: None }
}

/// Performs a use case as a list of one.
#[boxed]
pub async fn alone<U: Together>(op: &mut Op<'_>, input: &U) -> Result<U::Done, Failure> {
    let mut members = [Member { op: op.beside(), input }];
    let answer = U::perform_all(&mut members).await?.pop();
    let [member] = members;
    op.join(member.op);
    answer.unwrap_or_else(|| Err(Failure::internal("a list of one without an answer")))
}

/// The way into the queue of a kind; cheap to clone.
pub struct Queue<U: Together>(Batcher<Desk<U>>);
impl<U: Together> Clone for Queue<U> {
    fn clone(&self) -> Self {
        Queue(self.0.clone())
    }
}
impl<U: Together> Queue<U> {
    /// Starts the queue; must be called within the runtime. After `stop` it still carries out what it has accepted.
    pub fn start(services: Services, tasks: &TaskTracker, stop: CancellationToken) -> Queue<U> {
        let desk = Desk { services, of: PhantomData };
        Queue(Batcher::start(Arc::new(desk), tasks, stop))
    }

    /// Runs a use case for `actor` as [`super::run`] does, together with those that wait when it does.
    ///
    /// # Errors
    /// As `run`; CONFLICT also when the process is stopping.
    pub async fn run(&self, services: &Services, actor: &Actor, input: U) -> Result<Outcome<U::Done>, Problem> {
        let scope = authorise(services, actor, U::ACT, services.clock.now()).await?;
        let claim = match Claim::try_new(services, actor, &input) {
            Ok(Some(claim)) => claim,
            Ok(None) => return Err(Problem::internal(format!("{} came without a key", U::ACT.field()))),
            Err(Failure::Refused(refusal)) => return Ok(Outcome::Refused(*refusal)),
            Err(Failure::Problem(problem)) => return Err(problem),
        };
        self.0.submit(Asked { actor: actor.clone(), scope, claim, input }).await?
    }
}

/// A use case on its way to be decided, authorised.
struct Asked<U> {
    actor: Actor,
    scope: Scope,
    claim: Claim,
    input: U,
}
impl<U> Asked<U> {
    fn caller(&self) -> Caller<'_> {
        Caller { actor: &self.actor, scope: &self.scope, key: Some(&self.claim.key) }
    }
}

/// What a request hears.
type Answer<U> = Result<Outcome<<U as UseCase>::Done>, Problem>;

struct Desk<U> {
    services: Services,
    of: PhantomData<fn() -> U>,
}
impl<U: Together> Committer for Desk<U> {
    type Command = Asked<U>;
    type Answer = Answer<U>;

    // a vote that nobody waits for any more is not cast minutes later
    const LEAVES_OUT_THE_GONE: bool = true;

    fn commit<'a>(&'a self, asked: &'a [Asked<U>]) -> BoxFuture<'a, Result<Vec<Answer<U>>, Problem>> {
        self.commit_in_rounds(asked)
    }
}
impl<U: Together> Desk<U> {
    /// One key twice is first decided and then asked again: the second finds the answer of the first, or a free key.
    #[boxed]
    async fn commit_in_rounds(&self, asked: &[Asked<U>]) -> Result<Vec<Answer<U>>, Problem> {
        let mut answers: Vec<Option<Answer<U>>> = asked.iter().map(|_| None).collect();
        let names = asked.iter().map(|one| (one.claim.name(), one.input.thing()));
        for (number, places) in rounds(names).into_iter().enumerate() {
            let list: Vec<&Asked<U>> = places.iter().filter_map(|place| asked.get(*place)).collect();
            let settled = match self.settle(list.clone()).await {
                Ok(settled) => settled,
                // nothing was committed yet: halves may do
                Err(problem) if number == 0 => return Err(problem),
                Err(_) => self.settle_each(list).await,
            };
            for (place, answer) in places.into_iter().zip(settled) {
                if let Some(slot) = answers.get_mut(place) {
                    *slot = Some(answer);
                }
            }
        }
        let none = || Err(Problem::internal("a request without an answer"));
        Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(none)).collect())
    }

    /// Carries each out alone, so that the fault of one is nobody else's.
    #[boxed]
    async fn settle_each(&self, asked: Vec<&Asked<U>>) -> Vec<Answer<U>> {
        let mut answers = Vec::with_capacity(asked.len());
        for one in asked {
            let settled = self.settle(vec![one]).await.map(|mut settled| settled.pop());
            let none = || Problem::internal("a request without an answer");
            answers.push(settled.and_then(|answer| answer.ok_or_else(none)).and_then(|answer| answer));
        }
        answers
    }

    /// Carries a list out in one transaction, and tells of it.
    #[boxed]
    async fn settle(&self, asked: Vec<&Asked<U>>) -> Result<Vec<Answer<U>>, Problem> {
        let (services, now) = (&self.services, self.services.clock.now());
        let mut list = List { services, now, asked };
        let tried = services.db.write(&mut list).await;
        match tried {
            Ok(Settled { answers, events }) => {
                events.into_iter().for_each(|event| services.bus.publish(event));
                Ok(answers)
            }
            Err(Failure::Problem(problem)) => Err(problem),
            Err(Failure::Refused(refusal)) => match list.asked.as_slice() {
                [only] => {
                    if let Some(new) = refusal_event(only.caller(), U::ACT, &refusal) {
                        write_alone(services, now, new).await?;
                    }
                    Ok(vec![Ok(Outcome::Refused(*refusal))])
                }
                // whose it is shows when they are tried in halves
                _ => Err(Problem::internal(format!("refused as a whole: {refusal:?}"))),
            },
        }
    }
}

/// The places of a list in rounds: those of one key, or about one thing, come one after the other.
fn rounds<'a>(names: impl Iterator<Item = ((&'a str, &'a str), Option<Uuid>)>) -> Vec<Vec<usize>> {
    let (mut keys, mut things) = (HashMap::new(), HashMap::new());
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    for (place, (key, thing)) in names.enumerate() {
        let after_key: usize = keys.get(&key).copied().unwrap_or_default();
        let after_thing: usize = thing.and_then(|thing| things.get(&thing).copied()).unwrap_or_default();
        let round = after_key.max(after_thing);
        keys.insert(key, round + 1);
        things.extend(thing.map(|thing| (thing, round + 1)));
        match rounds.get_mut(round) {
            Some(places) => places.push(place),
            None => rounds.push(vec![place]),
        }
    }
    rounds
}

/// One transaction over use cases of which each has another key.
struct List<'a, U> {
    services: &'a Services,
    /// All bear the instant at which they are decided.
    now: Timestamp,
    asked: Vec<&'a Asked<U>>,
}
struct Settled<U: Together> {
    answers: Vec<Answer<U>>,
    events: Vec<Event>,
}
impl<U: Together> Work for List<'_, U> {
    type Out = Settled<U>;

    async fn run(&mut self, tx: &Tx) -> Result<Settled<U>, Failure> {
        self.claim_and_perform(tx).await
    }
}
impl<U: Together> List<'_, U> {
    #[boxed]
    async fn claim_and_perform(&self, tx: &Tx) -> Result<Settled<U>, Failure> {
        let claims: Vec<&Claim> = self.asked.iter().map(|asked| &asked.claim).collect();
        let taken = keys::take(tx, U::ACT, self.now, &claims).await?;
        let mut left = Leaving::of(self);
        let (mut members, mut places) = (Vec::new(), Vec::new());
        for (place, (asked, taken)) in self.asked.iter().zip(taken).enumerate() {
            match taken {
                Taken::Ours => {
                    let op = Op::open(tx, self.services, self.now, U::ACT, asked.caller());
                    members.push(Member { op, input: &asked.input });
                    places.push(place);
                }
                Taken::Answered(result) => {
                    let value = serde_json::from_str(&result)?;
                    left.answer(place, Ok(Outcome::Done { value, replayed: true }));
                }
                Taken::Reused => left.refuse(place, Taken::reused())?,
                Taken::Unclear => left.answer(place, Err(Problem::Conflict)),
            }
        }
        let performed = if members.is_empty() { Vec::new() } else { U::perform_all(&mut members).await? };
        if performed.len() != members.len() {
            return Err(Failure::internal(format!("{} answered a wrong number", U::ACT.field())));
        }
        for ((member, place), performed) in members.into_iter().zip(places).zip(performed) {
            left.settle(place, member.op, performed)?;
        }
        left.write(tx).await?;
        Ok(left.close())
    }
}

/// What a list leaves behind.
struct Leaving<'l, U: Together> {
    list: &'l List<'l, U>,
    answers: Vec<Option<Answer<U>>>,
    audited: Vec<event::Model>,
    events: Vec<Event>,
    answered: Vec<(&'l Claim, String)>,
    freed: Vec<&'l Claim>,
}
impl<'l, U: Together> Leaving<'l, U> {
    fn of(list: &'l List<'l, U>) -> Leaving<'l, U> {
        Leaving {
            list,
            answers: list.asked.iter().map(|_| None).collect(),
            audited: Vec::new(),
            events: Vec::new(),
            answered: Vec::new(),
            freed: Vec::new(),
        }
    }
    fn answer(&mut self, place: usize, answer: Answer<U>) {
        if let Some(slot) = self.answers.get_mut(place) {
            *slot = Some(answer);
        }
    }
    fn refuse(&mut self, place: usize, refusal: Refusal) -> Result<(), Problem> {
        let List { services, now, asked } = self.list;
        let caller = asked.get(place).map(|asked| asked.caller());
        if let Some(new) = caller.and_then(|caller| refusal_event(caller, U::ACT, &refusal)) {
            self.audited.push(event::seal(&services.vault, *now, new)?);
        }
        self.answer(place, Ok(Outcome::Refused(refusal)));
        Ok(())
    }
    /// Takes the outcome of one that had its key.
    fn settle(&mut self, place: usize, op: Op<'_>, performed: Result<U::Done, Failure>) -> Result<(), Problem> {
        let Some(asked) = self.list.asked.get(place) else {
            return Err(Problem::internal("a member without its request"));
        };
        match performed {
            Ok(value) => {
                let (audited, events) = op.close()?;
                self.audited.extend(audited);
                self.events.extend(events);
                self.answered.push((&asked.claim, serde_json::to_string(&value)?));
                self.answer(place, Ok(Outcome::Done { value, replayed: false }));
            }
            Err(failure) => {
                self.freed.push(&asked.claim);
                match failure {
                    Failure::Refused(refusal) => self.refuse(place, *refusal)?,
                    Failure::Problem(problem) => self.answer(place, Err(problem)),
                }
            }
        }
        Ok(())
    }
    #[boxed]
    async fn write(&self, tx: &Tx) -> Result<(), Failure> {
        keys::free(tx, &self.freed).await?;
        event::insert_sealed(tx, &self.audited).await?;
        keys::answer(tx, &self.answered).await?;
        events::write_outbox(tx, self.list.now, &self.events).await?;
        Ok(())
    }
    fn close(self) -> Settled<U> {
        let none = || Err(Problem::internal("a request without an answer"));
        let answers = self.answers.into_iter().map(|answer| answer.unwrap_or_else(none)).collect();
        Settled { answers, events: self.events }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_and_one_thing_stand_once_in_a_round() {
        let key = |key: &'static str| (("account:1", key), None);
        let names = [key("a"), key("b"), key("a"), (("account:2", "a"), None), key("a"), key("b")];
        assert_eq!(rounds(names.into_iter()), [vec![0, 1, 3], vec![2, 5], vec![4]]);
        let about = |key: &'static str, thing| (("account:1", key), Some(Uuid::from_u128(thing)));
        let names = [about("a", 1), about("b", 1), about("c", 2), about("b", 2)];
        assert_eq!(rounds(names.into_iter()), [vec![0, 2], vec![1], vec![3]]);
        assert!(rounds(std::iter::empty()).is_empty());
    }
}
