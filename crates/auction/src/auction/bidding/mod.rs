//! The bidding engine: every attempt to bid goes through one queue of this process and is answered when it is durable.
//!
//! A batch is one transaction: lock the lots, look the idempotency keys up, decide in the order of the queue with the
//! pure rules, write attempts, lots, history, one signed batch of receipts and one audit event, commit, answer. What
//! else writes the row of a lot that may be open (opening, closing, suspending) first takes [`Bidding::exclusive`]: it
//! runs between two batches, after everything that was queued before it.
//!
//! Several processes may take bids on one PostgreSQL: the locked row of the lot makes their batches and the closing one
//! sequence. Each says every second, through its own queue, that it takes bids and up to which arrival it has passed
//! everything on (`intake`): a closing waits for that, a process past its lease refuses what it still holds
//! (PLATFORM_FAULT), and an outage in the last minutes of a lot stops the lot (`rules::suspension`). A server whose clock
//! is more than 50 ms off the database's takes no bids until it is right again (SERVER_CLOCK_OFF).
//!
//! Sealed maxima are answered inside of the batch, right behind the bid that they answer (`proxy`).

mod batch;
mod decision;
mod intake;
mod proxy;
mod write;

pub use decision::StoredRefusal;

use super::ops::account_index;
use super::rules::capitals::money_in_capitals;
use super::store::{attempt, lot, receipt_batch, registration};
use crate::access::Services;
use crate::kernel::arrival::{Arrival, Arrivals};
use crate::kernel::batch::{Batcher, Committer};
use crate::kernel::db::Db;
use crate::kernel::error::Problem;
use crate::kernel::ids::{AccountId, LotId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::refusal::Refusal;
use crate::kernel::secret::BlindIndex;
use futures_util::future::BoxFuture;
use intake::Intake;
use moka::sync::Cache;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// One attempt, authorised and of good form, on its way to be decided.
#[derive(Clone, Debug)]
pub struct BidCommand {
    pub asked: Arc<Asked>,
    pub lot: LotId,
    pub who: Who,
    pub amount: Money,
    /// The amount in Chinese capitals, if given.
    pub confirmation: Option<String>,
    /// Keeps the request listed as on its way until it is answered.
    pub arrival: Arrival,
}

/// Under what an attempt was asked for: the same again is the same attempt. The keys of bids stand with their attempts,
/// apart from those of other mutations: these claim their key first and then wait for the lot, a batch holds the lot
/// first, and one bidder could make the two wait for each other. A key is its account's on one lot: whoever meets it
/// holds that lot's lock.
#[derive(Debug)]
pub struct Asked {
    /// The account on this lot ([`Bidding::actor_index`]).
    pub actor: BlindIndex,
    pub key: String,
    /// HMAC of operation and input: what the key stands for.
    pub input_hash: Vec<u8>,
}

/// Whose attempt it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    Registered(RegistrationId),
    /// Has no registration for the lot; by the index that one would have (`ops::account_index`). Is always refused, and
    /// gets his receipt like everybody.
    Stranger(BlindIndex),
}
impl Who {
    fn registration(&self) -> Option<RegistrationId> {
        match self {
            Who::Registered(id) => Some(*id),
            Who::Stranger(_) => None,
        }
    }
}

impl BidCommand {
    /// What the platform bids on it for somebody who set a maximum. It came with this bid, so that it bears its arrival;
    /// the engine bids it without a key.
    fn answer(&self, registration: RegistrationId, amount: Money) -> BidCommand {
        let confirmation = Some(money_in_capitals(amount));
        BidCommand { who: Who::Registered(registration), amount, confirmation, ..self.clone() }
    }
}

/// What became of an attempt.
#[derive(Clone, Debug)]
pub struct BidAnswer {
    /// Absent when there was nothing to record: an unknown lot, or a key used for something else.
    pub attempt: Option<Arc<attempt::Model>>,
    pub batch: Option<Arc<receipt_batch::Model>>,
    /// The lot as the commit of the attempt left it; absent when the attempt was made before.
    pub lot: Option<Arc<lot::Model>>,
    pub refusal: Option<Refusal>,
    /// The key was answered before; this is that answer again.
    pub replayed: bool,
}
impl BidAnswer {
    /// There was nothing to record.
    pub(super) fn nothing(refusal: Refusal) -> BidAnswer {
        BidAnswer { attempt: None, batch: None, lot: None, refusal: Some(refusal), replayed: false }
    }
}

enum Command {
    Bid(Box<BidCommand>),
    /// Does nothing: answered when everything queued before it is committed.
    Drain,
    /// Renews the hold of this process on its name.
    Beat,
}

struct Engine {
    services: Services,
    /// With the connection of the batches.
    db: Db,
    intake: Arc<Intake>,
    gate: Arc<Mutex<()>>,
}

impl Committer for Engine {
    type Command = Command;
    type Answer = Option<BidAnswer>;

    fn commit<'a>(&'a self, commands: &'a [Command]) -> BoxFuture<'a, Result<Vec<Option<BidAnswer>>, Problem>> {
        Box::pin(async move {
            let _gate = self.gate.lock().await;
            let bids: Vec<&BidCommand> = commands
                .iter()
                .filter_map(|command| match command {
                    Command::Bid(bid) => Some(&**bid),
                    Command::Drain | Command::Beat => None,
                })
                .collect();
            let beats = commands.iter().any(|command| matches!(command, Command::Beat));
            let mut answers = batch::commit(self, bids, beats).await?.into_iter();
            let answer = |command: &Command| match command {
                Command::Bid(_) => answers.next(),
                Command::Drain | Command::Beat => None,
            };
            Ok(commands.iter().map(answer).collect())
        })
    }
}

/// The way into the queue; cheap to clone.
#[derive(Clone)]
pub struct Bidding {
    batcher: Batcher<Engine>,
    gate: Arc<Mutex<()>>,
    intake: Arc<Intake>,
    /// Whose registration it is never changes, so that a bid asks the database once for each bidder and lot. What has
    /// become of the registration is read in each batch.
    registered: Cache<(LotId, AccountId), RegistrationId>,
    actors: Cache<(LotId, AccountId), BlindIndex>,
}
/// Bidders of open lots that one process remembers.
const REMEMBERED: u64 = 100_000;

/// The right to write rows of open lots until it is dropped: no batch runs meanwhile.
pub struct Exclusive {
    _guard: OwnedMutexGuard<()>,
}

impl Bidding {
    /// Starts the queue. `node` names this process among the servers of the installation, and stays the same over a
    /// restart, so that its receipts go on in one chain. `arrivals` stamps the requests of this process.
    pub fn start(
        services: Services,
        node: String,
        arrivals: Arc<Arrivals>,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Bidding {
        let gate = Arc::new(Mutex::new(()));
        let intake = Arc::new(Intake::new(node, arrivals));
        let db = services.db.for_batches();
        let engine = Engine { services, db, intake: intake.clone(), gate: gate.clone() };
        let batcher = Batcher::start(Arc::new(engine), tasks, stop);
        Bidding { batcher, gate, intake, registered: Cache::new(REMEMBERED), actors: Cache::new(REMEMBERED) }
    }

    /// Who bids, as what he is known on this lot.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn who(&self, services: &Services, lot: LotId, account: AccountId) -> Result<Who, Problem> {
        if let Some(known) = self.registered.get(&(lot, account)) {
            return Ok(Who::Registered(known));
        }
        let index = account_index(&services.vault, lot, account);
        let Some(own) = registration::of_account(&services.db.reader(), lot, &index).await? else {
            return Ok(Who::Stranger(index));
        };
        self.registered.insert((lot, account), own.id);
        Ok(Who::Registered(own.id))
    }

    /// The account as the keys of its bids on a lot name it: a keyed hash, so that the table of attempts, where the codes
    /// of the bidders stand, names no account; and another one on each lot, so that a code that was published after one
    /// sale tells nobody whose code of a sale that still runs is (网拍规定 18).
    pub fn actor_index(&self, services: &Services, lot: LotId, account: AccountId) -> BlindIndex {
        let value = || format!("{}|{}", lot.uuid(), account.uuid());
        self.actors.get_with((lot, account), || services.vault.blind_index("bid_attempt.actor_index", &value()))
    }

    /// Queues an attempt and waits until its answer is durable.
    ///
    /// # Errors
    /// CONFLICT when the process is stopping or the outcome is not known: ask again with the same key.
    pub async fn place(&self, bid: BidCommand) -> Result<BidAnswer, Problem> {
        let answer = self.batcher.submit(Command::Bid(Box::new(bid))).await?;
        answer.ok_or_else(|| Problem::internal("a bid without an answer"))
    }

    /// One sign that bids are taken here, through the queue. The first takes the name of this process.
    ///
    /// # Errors
    /// CONFLICT when another process has taken the name, or this one is stopping.
    pub async fn beat(&self) -> Result<(), Problem> {
        self.batcher.submit(Command::Beat).await.map(|_| ())
    }

    /// Waits for everything queued so far, then keeps further batches waiting.
    pub async fn exclusive(&self) -> Result<Exclusive, Problem> {
        self.batcher.submit(Command::Drain).await?;
        Ok(Exclusive { _guard: self.gate.clone().lock_owned().await })
    }
}
