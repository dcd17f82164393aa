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
use crate::auction::store::registration::Entrant;
use crate::auction::store::{attempt, bidding::entrants_and_made, lot};
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::db::{Tx, Work};
use crate::kernel::error::{Failure, Problem};
use crate::kernel::events::Event;
use crate::kernel::ids::{AttemptId, LotId, ReceiptBatchId, RegistrationId};
use crate::kernel::query::Fetch;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::BlindIndex;
use crate::law::reference;
use sea_orm::entity::prelude::*;
use std::collections::hash_map::Entry;
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
        // a process that had the name before may have written its refusals into the chain since: that is seen now
        Err(Failure::Problem(problem)) if problem.is_unique_violation() => {
            work.head = None;
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
    /// New: decide it.
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
        let (entrants, made) = self.entrants(tx).await?;
        let claims = self.claim(&lots, &entrants, &made)?;
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
        let written = write::all(tx, self.services, &place, lots, &decisions).await?;
        let head = written.batch.as_deref().map(Head::from).or_else(|| head.cloned());
        let mut answers: Vec<BidAnswer> = Vec::with_capacity(slots.len());
        for slot in slots {
            answers.push(match slot {
                Slot::Decided(index) => answer(&written, &mut decisions, index),
                Slot::Twin(index) => match answers.get(index) {
                    Some(first) => BidAnswer { replayed: true, ..first.clone() },
                    None => return Err(Failure::internal("a twin before its first")),
                },
                Slot::Answered(answer) => answer,
            });
        }
        Ok(Done { answers, events: written.events, hold: None, head })
    }
}

/// The answer to the attempt of a decision, which gives its refusal away.
fn answer(written: &write::Written, decisions: &mut [Decision], index: usize) -> BidAnswer {
    let attempt = written.attempts.get(index).cloned();
    let place = attempt.as_ref().and_then(|own| written.lots.binary_search_by_key(&own.lot_id, |lot| lot.id).ok());
    BidAnswer {
        lot: place.and_then(|place| written.lots.get(place)).cloned(),
        batch: written.batch.clone(),
        refusal: decisions.get_mut(index).and_then(|decision| decision.refusal.take()),
        attempt,
        replayed: false,
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

    /// The bidders, and the attempts that were made before under keys of this batch, read under the locks of the lots.
    #[boxed]
    async fn entrants(&self, tx: &Tx) -> Result<(HashMap<RegistrationId, Entrant>, Vec<Made>), Problem> {
        let ids: HashSet<RegistrationId> = self.bids.iter().filter_map(|bid| bid.who.registration()).collect();
        let asked = self.bids.iter().map(|bid| (bid.asked.actor.clone(), bid.asked.key.clone())).collect();
        let (entrants, made) = entrants_and_made(tx, ids.into_iter().collect(), asked).await?;
        if made.is_empty() {
            return Ok((entrants, Vec::new()));
        }
        let made = attempt::Entity::find().filter(attempt::Column::Id.is_in(made)).list(tx).await?;
        let batches: HashSet<ReceiptBatchId> = made.iter().map(|attempt| attempt.batch_id).collect();
        let batches = receipt_batch::Entity::find().filter(receipt_batch::Column::Id.is_in(batches)).list(tx).await?;
        let batches: HashMap<_, _> = batches.into_iter().map(|batch| (batch.id, Arc::new(batch))).collect();
        let made = made.into_iter().map(|attempt| {
            let batch = batches.get(&attempt.batch_id).cloned();
            Made { attempt: Arc::new(attempt), batch }
        });
        Ok((entrants, made.collect()))
    }

    /// What each attempt is: new, a twin of one in this batch, or one of those `made` before under its key. What the key
    /// stands for since before decides first: no other request of this batch comes between an attempt and its retry.
    fn claim(
        &self,
        lots: &BTreeMap<LotId, Open>,
        entrants: &HashMap<RegistrationId, Entrant>,
        made: &[Made],
    ) -> Result<Vec<Claim>, Failure> {
        let made: HashMap<(&BlindIndex, &str), &Made> =
            made.iter().filter_map(|made| Some((made.key()?, made))).collect();
        let mut firsts: HashMap<(&BlindIndex, &str), usize> = HashMap::new();
        let mut claims = Vec::with_capacity(self.bids.len());
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
            let asked = &bid.asked;
            let key = (&asked.actor, asked.key.as_str());
            if let Some(made) = made.get(&key) {
                claims.push(Claim::Answered(made.answer(&asked.input_hash)?));
                continue;
            }
            claims.push(match firsts.entry(key) {
                Entry::Vacant(first) => {
                    first.insert(index);
                    Claim::Fresh(AttemptId::new(self.now))
                }
                Entry::Occupied(first) => match self.bids.get(*first.get()) {
                    Some(other) if other.asked.input_hash == asked.input_hash => Claim::Twin(*first.get()),
                    _ => Claim::Answered(BidAnswer::nothing(key_reused())),
                },
            });
        }
        Ok(claims)
    }
}

/// An attempt that was made before this batch, with its receipts.
struct Made {
    attempt: Arc<attempt::Model>,
    batch: Option<Arc<receipt_batch::Model>>,
}
impl Made {
    /// Under which key it was asked for.
    fn key(&self) -> Option<(&BlindIndex, &str)> {
        self.attempt.actor_index.as_ref().zip(self.attempt.idempotency_key.as_deref())
    }
    /// The answer that the key got the first time.
    fn answer(&self, input_hash: &[u8]) -> Result<BidAnswer, Failure> {
        if self.attempt.input_hash.as_deref() != Some(input_hash) {
            return Ok(BidAnswer::nothing(key_reused()));
        }
        let refusal = self.attempt.refusal.as_deref().map(StoredRefusal::parse).transpose()?;
        Ok(BidAnswer {
            batch: self.batch.clone(),
            lot: None,
            refusal: refusal.map(|stored| stored.refusal()),
            attempt: Some(self.attempt.clone()),
            replayed: true,
        })
    }
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
        asked: Some(bid.asked.clone()),
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
