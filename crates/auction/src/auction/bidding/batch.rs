//! One batch of attempts: everything is read and decided before the first row of a result is written.

use super::intake::{Admission, Intake};
use super::proxy::Proxies;
use super::write::{self, Decision};
use super::{BidAnswer, BidCommand, Engine, StoredRefusal, Who};
use crate::access::Services;
use crate::auction::rules::Parameters;
use crate::auction::rules::bid::{Bidder, LotState, Offer, decide_bid};
use crate::auction::rules::revision::check_acknowledged;
use crate::auction::store::intake::Hold;
use crate::auction::store::receipt_batch::{self, Head};
use crate::auction::store::registration::{self, Entrant};
use crate::auction::store::{attempt, lot};
use crate::kernel::boxed;
use crate::kernel::bulk::Rows;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::{Tx, Work, sql};
use crate::kernel::error::{Failure, Problem};
use crate::kernel::events::Event;
use crate::kernel::ids::{AttemptId, LotId, RegistrationId};
use crate::kernel::query::Fetch;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use sea_orm::{ConnectionTrait, entity::prelude::*};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Commits the attempts in their order, and the sign of life with them if it `beats`; one answer for each attempt.
pub(super) async fn commit(engine: &Engine, bids: Vec<&BidCommand>, beats: bool) -> Result<Vec<BidAnswer>, Problem> {
    if bids.is_empty() && !beats {
        return Ok(Vec::new());
    }
    let (services, intake) = (&engine.services, &engine.intake);
    let mut work = Batch { services, intake, now: services.clock.now(), bids, beats, head: intake.take_head() };
    let tried = engine.db.write(&mut work).await;
    let Done { answers, events, hold, head } = match tried {
        // a process that had the name before may have written its refusals into the chain since
        Err(Failure::Problem(problem)) if problem.is_unique_violation() && work.head.take().is_some() => {
            engine.db.write(&mut work).await?
        }
        tried => tried?,
    };
    hold.into_iter().for_each(|hold| intake.keep(hold));
    head.into_iter().for_each(|head| intake.keep_head(head));
    events.into_iter().for_each(|event| services.bus.publish(event));
    Ok(answers)
}

struct Batch<'a> {
    services: &'a Services,
    intake: &'a Intake,
    now: Timestamp,
    bids: Vec<&'a BidCommand>,
    beats: bool,
    /// Where the chain of the receipts stands, if the process knows: believed only while the process holds its name.
    head: Option<Head>,
}

/// What a batch leaves to be told and kept after its commit.
struct Done {
    answers: Vec<BidAnswer>,
    events: Vec<Event>,
    hold: Option<Hold>,
    head: Option<Head>,
}

/// What an attempt's key turned out to be.
enum Claim {
    /// Ours: decide it.
    Fresh(AttemptId),
    /// The same request stands earlier in this batch, at this index.
    Twin(usize),
    Answered(BidAnswer),
}

/// A locked lot with its pure state, as the decisions of the batch change it.
pub(super) struct Open {
    pub row: lot::Model,
    pub state: LotState,
    pub parameters: Parameters,
}

impl Work for Batch<'_> {
    type Out = Done;

    async fn run(&mut self, tx: &Tx) -> Result<Self::Out, Failure> {
        // no bid is decided before the process has compared its clock and has its first lease, whether its ticker has
        // come to that or not
        let (services, intake) = (self.services, self.intake);
        let first = intake.hold().is_none() && !services.clock.is_manual();
        if first {
            intake.compare_clocks(services).await?;
        }
        // asked before the renewal: what was queued before a lease ran out is not revived by it
        let (lots, in_force) = self.lock_lots(tx).await?;
        let hold =
            if self.beats || (first && !intake.clock_is_off()) { Some(intake.beat(tx, self.now).await?) } else { None };
        Ok(Done { hold, ..self.bid(tx, lots, in_force).await? })
    }
}

impl Batch<'_> {
    #[boxed]
    async fn bid(&self, tx: &Tx, mut lots: BTreeMap<LotId, Open>, in_force: Option<i64>) -> Result<Done, Failure> {
        let intake = self.intake;
        if self.bids.is_empty() {
            return Ok(Done { answers: Vec::new(), events: Vec::new(), hold: None, head: self.head.clone() });
        }
        let admission = intake.admission(in_force);
        let head = self.head.as_ref().filter(|_| intake.holds(in_force));
        let entrants = self.entrants(tx).await?;
        let claims = self.claim(tx, &lots, &entrants).await?;
        let proxies = Proxies::of(tx, self.services, &lots).await?;
        let mut decisions = Vec::new();
        let mut slots = Vec::with_capacity(self.bids.len());
        for (bid, claim) in self.bids.iter().zip(claims) {
            slots.push(match claim {
                Claim::Fresh(id) => {
                    let bidder = bid.who.registration().and_then(|id| entrants.get(&id));
                    let Some(open) = lots.get_mut(&bid.lot) else {
                        return Err(Failure::internal("a claimed bid without its lot"));
                    };
                    let position = decisions.len();
                    decisions.push(decide(bid, id, open, bidder, (self.now, admission))?);
                    proxies.answer(bid, open, &mut decisions, (self.now, admission))?;
                    Slot::Decided(position)
                }
                Claim::Twin(index) => Slot::Twin(index),
                Claim::Answered(answer) => Slot::Answered(answer),
            });
        }
        let place = write::Place { node: &intake.node, head, now: self.now };
        let (attempts, batch, events) = write::all(tx, self.services, &place, lots, &decisions).await?;
        let head = batch.as_deref().map(Head::from).or_else(|| head.cloned());
        let mut answers: Vec<BidAnswer> = Vec::with_capacity(slots.len());
        for slot in slots {
            answers.push(match slot {
                Slot::Decided(index) => BidAnswer {
                    attempt: attempts.get(index).cloned(),
                    batch: batch.clone(),
                    refusal: decisions.get(index).and_then(|decision| decision.refusal.clone()),
                    replayed: false,
                },
                Slot::Twin(index) => match answers.get(index) {
                    Some(first) => BidAnswer { replayed: true, ..first.clone() },
                    None => return Err(Failure::internal("a twin before its first")),
                },
                Slot::Answered(answer) => answer,
            });
        }
        Ok(Done { answers, events, hold: None, head })
    }
}

enum Slot {
    Decided(usize),
    Twin(usize),
    Answered(BidAnswer),
}

impl Batch<'_> {
    /// The lots of the bids, and the token of the process that takes bids under the name of this one.
    #[boxed]
    async fn lock_lots(&self, tx: &Tx) -> Result<(BTreeMap<LotId, Open>, Option<i64>), Problem> {
        let ids: HashSet<LotId> = self.bids.iter().map(|bid| bid.lot).collect();
        if ids.is_empty() {
            return Ok((BTreeMap::new(), None));
        }
        let node = &self.intake.node;
        let (rows, in_force) = lot::lock_for_bids(tx, ids.into_iter().collect(), node, self.now).await?;
        let lots = rows
            .into_iter()
            .map(|row| {
                let state = row.state().ok_or_else(|| Problem::internal("a published lot without its terms"))?;
                let parameters = row.rule_parameters()?;
                Ok((row.id, Open { row, state, parameters }))
            })
            .collect::<Result<_, Problem>>()?;
        Ok((lots, in_force))
    }

    #[boxed]
    async fn entrants(&self, tx: &Tx) -> Result<HashMap<RegistrationId, Entrant>, Problem> {
        let ids: HashSet<RegistrationId> = self.bids.iter().filter_map(|bid| bid.who.registration()).collect();
        registration::entrants(tx, ids.into_iter().collect()).await
    }

    /// Claims the keys of all attempts that can be decided, in one statement.
    #[boxed]
    async fn claim(
        &self,
        tx: &Tx,
        lots: &BTreeMap<LotId, Open>,
        entrants: &HashMap<RegistrationId, Entrant>,
    ) -> Result<Vec<Claim>, Failure> {
        let mut firsts: HashMap<(String, &str), usize> = HashMap::new();
        let mut claims = Vec::with_capacity(self.bids.len());
        let mut wanted: Vec<(String, &BidCommand, AttemptId)> = Vec::new();
        for (index, bid) in self.bids.iter().enumerate() {
            let known = match &bid.who {
                Who::Registered(id) => entrants.get(id).is_some_and(|found| found.lot_id == bid.lot),
                Who::Stranger(_) => true,
            };
            if !known || !lots.contains_key(&bid.lot) {
                let refusal = Refusal::new(RefusalCode::NotFound).field("lot");
                claims.push(Claim::Answered(BidAnswer::nothing(refusal)));
                continue;
            }
            let actor = bid.actor();
            match firsts.get(&(actor.clone(), bid.key.as_str())) {
                Some(&first) if self.bids.get(first).is_some_and(|other| other.input_hash == bid.input_hash) => {
                    claims.push(Claim::Twin(first));
                }
                Some(_) => claims.push(Claim::Answered(BidAnswer::nothing(key_reused()))),
                None => {
                    firsts.insert((actor.clone(), &bid.key), index);
                    let id = AttemptId::new(self.now);
                    wanted.push((actor, bid, id));
                    claims.push(Claim::Fresh(id));
                }
            }
        }
        let lost = insert_keys(tx, self.now, &mut wanted).await?;
        for claim in &mut claims {
            if let Claim::Fresh(id) = claim
                && let Some((actor, bid)) = lost.get(id)
            {
                *claim = Claim::Answered(stored_answer(tx, actor, bid).await?);
            }
        }
        Ok(claims)
    }
}

/// Inserts the keys with the attempt they stand for; answers those that somebody had used before.
async fn insert_keys<'b>(
    tx: &Tx,
    now: Timestamp,
    wanted: &mut Vec<(String, &'b BidCommand, AttemptId)>,
) -> Result<HashMap<AttemptId, (String, &'b BidCommand)>, Failure> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    // sorted, so that two batches never wait for each other's keys
    wanted.sort_by(|a, b| (&a.0, &a.1.key).cmp(&(&b.0, &b.1.key)));
    let rows = Rows::of(wanted.iter().map(|(actor, bid, id)| {
        [
            actor.clone().into(),
            bid.key.clone().into(),
            crate::access::Act::PlaceBid.field().into(),
            bid.input_hash.clone().into(),
            key_result(*id).into(),
            now.into(),
        ]
    }));
    let (given, values) = rows.into_values(tx.engine());
    let text = format!(
        "INSERT INTO idempotency_key (actor, key, operation, input_hash, result, recorded_at)
         SELECT * FROM {given} AS given WHERE given.column1 IS NOT NULL
         ON CONFLICT (actor, key) DO NOTHING"
    );
    // nearly always all of them are new
    if tx.execute_raw(sql(tx, &text, values)).await?.rows_affected() == wanted.len() as u64 {
        return Ok(HashMap::new());
    }
    let (given, values) = Rows::of(wanted.iter().map(|(actor, bid, _)| [actor.clone().into(), bid.key.clone().into()]))
        .into_values(tx.engine());
    let text = format!(
        "SELECT kept.result FROM idempotency_key kept
         JOIN {given} AS given ON kept.actor = given.column1 AND kept.key = given.column2"
    );
    let mut ours: HashSet<String> = HashSet::new();
    for row in tx.query_all_raw(sql(tx, &text, values)).await? {
        ours.extend(row.try_get::<Option<String>>("", "result")?);
    }
    Ok(wanted
        .iter()
        .filter(|(_, _, id)| !ours.contains(&key_result(*id)))
        .map(|(actor, bid, id)| (*id, (actor.clone(), *bid)))
        .collect())
}

/// The attempt, as the result of a key is kept.
fn key_result(id: AttemptId) -> String {
    serde_json::Value::from(id.uuid().to_string()).to_string()
}

/// The answer that the key got the first time.
#[boxed]
async fn stored_answer(tx: &Tx, actor: &str, bid: &BidCommand) -> Result<BidAnswer, Failure> {
    let row = tx
        .query_one_raw(sql(
            tx,
            "SELECT operation, input_hash, result FROM idempotency_key WHERE actor = $1 AND key = $2",
            [actor.into(), bid.key.clone().into()],
        ))
        .await?
        .ok_or(Problem::Conflict)?;
    let same_input = row.try_get::<Vec<u8>>("", "input_hash")? == bid.input_hash;
    if !same_input || row.try_get::<String>("", "operation")? != crate::access::Act::PlaceBid.field() {
        return Ok(BidAnswer::nothing(key_reused()));
    }
    let result: Option<String> = row.try_get("", "result")?;
    let id: AttemptId = serde_json::from_str(&result.ok_or(Problem::Conflict)?)?;
    let found = attempt::Entity::find_by_id(id).first(tx).await?;
    let found = found.ok_or_else(|| Problem::internal("a key without its attempt"))?;
    let batch = receipt_batch::Entity::find_by_id(found.batch_id).first(tx).await?;
    let refusal = found.refusal.as_deref().map(StoredRefusal::parse).transpose()?;
    Ok(BidAnswer {
        batch: batch.map(Arc::new),
        refusal: refusal.map(|stored| stored.refusal()),
        attempt: Some(Arc::new(found)),
        replayed: true,
    })
}

fn key_reused() -> Refusal {
    Refusal::new(RefusalCode::IdempotencyKeyReused).field("idempotencyKey")
}

/// Decides one attempt and moves the lot on.
pub(super) fn decide(
    bid: &BidCommand,
    id: AttemptId,
    open: &mut Open,
    registration: Option<&Entrant>,
    (now, admission): (Timestamp, Admission),
) -> Result<Decision, Failure> {
    open.row.attempt_count = open.row.attempt_count.saturating_add(1);
    let sequence = open.row.attempt_count;
    let arrival = bid.arrival.at();
    let offer = Offer { amount: bid.amount, confirmation: bid.confirmation.as_deref(), arrival, sequence };
    let bidder = registration.map_or_else(Bidder::stranger, Entrant::bidder);
    let code = registration.and_then(|own| own.bidder_code.clone());
    let before = crate::auction::receipt::DecidedOn::of(&open.state, open.row.leader_code.as_deref());
    let read = registration.map_or(open.row.revision, |own| own.acknowledged_revision);
    let decided = match admission.refusal(arrival) {
        None => decide_bid(&open.state, &bidder, &offer, &open.parameters)
            .and_then(|accepted| check_acknowledged(open.row.revision, read).map(|()| accepted)),
        Some(code) => Err(Refusal::new(code).law(&reference::NETAUCTION_20).field("lot")),
    };
    let mut decision = Decision {
        id,
        lot: bid.lot,
        court: open.row.court_id,
        lot_number: open.row.lot_number.clone(),
        who: bid.who.clone(),
        bidder_code: code.clone(),
        priority_rank: bidder.priority_rank,
        sequence,
        amount: bid.amount,
        arrived_at: arrival,
        decided_at: now.max(arrival),
        before,
        refusal: None,
        extended_to: None,
        provoked_by: None,
        event: None,
    };
    match decided {
        Ok(accepted) => {
            open.state.apply(&accepted);
            open.row.bid_count = open.row.bid_count.saturating_add(1);
            open.row.adopt(&open.state, code);
            decision.extended_to = accepted.extended.then_some(accepted.new_end);
            decision.event = Some(write::bid_event(&open.row, now));
        }
        Err(refusal) => decision.refusal = Some(refusal),
    }
    Ok(decision)
}
