//! The sequencer: gives committed events their index in the tree and signs a checkpoint over them.
//!
//! One process at a time (a lease with a fencing token). Each step is one transaction: events, leaves, nodes and the
//! checkpoint appear together, so a leaf without a checkpoint does not exist. Nothing is signed that is not provably a
//! continuation of the last signed checkpoint: a tree that was changed underneath stops the sequencer, and payments,
//! which wait for their event's checkpoint, stop with it.

use super::{
    checkpoint::Checkpoint,
    leaf,
    merkle::{self, CompactRange},
    note::{NoteError, NoteSigner, NoteVerifier},
    store,
};
use crate::kernel::boxed;
use crate::kernel::{
    clock::{Clock, Timestamp},
    db::{Db, Tx, Work},
    error::{Failure, Problem},
    jobs::{Fence, JobHandler},
    keys::{KeyPurpose, KeyRing},
};
use std::sync::Arc;

/// Events per step. A step holds the one writer of an embedded database: bids wait for a few milliseconds at most, and
/// get their turn between two steps.
const CHUNK: u64 = 40;

impl From<NoteError> for Problem {
    fn from(error: NoteError) -> Problem {
        Problem::internal(error)
    }
}

/// The name of the log and the keys of its checkpoints.
pub struct LogIdentity {
    /// The signer's name is the log's origin.
    signer: NoteSigner,
    /// Every key that has ever signed, the present one among them.
    verifiers: Vec<NoteVerifier>,
}
impl LogIdentity {
    /// `origin` names the log for good, e.g. `court.example/audit`; the keys are the ring's checkpoint keys.
    pub fn try_new(origin: &str, ring: &KeyRing) -> Result<LogIdentity, NoteError> {
        let keys = ring.public_keys().iter().filter(|key| key.purpose == KeyPurpose::Checkpoint);
        let mut verifiers = Vec::new();
        let mut active = None;
        for key in keys {
            let verifier = NoteVerifier::try_new(origin, &key.bytes)?;
            if key.active {
                active = Some(verifier.clone());
            }
            verifiers.push(verifier);
        }
        let ring = ring.clone();
        let sign = move |text: &[u8]| ring.sign(KeyPurpose::Checkpoint, text).bytes;
        Ok(LogIdentity { signer: NoteSigner::new(active.ok_or(NoteError::BadKey)?, sign), verifiers })
    }
    pub fn origin(&self) -> &str {
        self.signer.name()
    }
    /// The keys under which checkpoints of this log are valid, retired ones among them.
    pub fn verifiers(&self) -> &[NoteVerifier] {
        &self.verifiers
    }
}

#[derive(Clone)]
pub struct Sequencer {
    db: Db,
    clock: Clock,
    identity: Arc<LogIdentity>,
}
impl Sequencer {
    pub fn new(db: Db, clock: Clock, identity: Arc<LogIdentity>) -> Sequencer {
        Sequencer { db, clock, identity }
    }
}

#[async_trait::async_trait]
impl JobHandler for Sequencer {
    fn name(&self) -> &'static str {
        "audit-sequencer"
    }
    fn full(&self) -> u64 {
        CHUNK
    }
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        let mut step = Step { identity: &self.identity, fence, now: self.clock.now() };
        Ok(self.db.write(&mut step).await?)
    }
}

struct Step<'s> {
    identity: &'s LogIdentity,
    fence: &'s Fence,
    now: Timestamp,
}
impl Work for Step<'_> {
    type Out = u64;
    async fn run(&mut self, tx: &Tx) -> Result<u64, Failure> {
        self.fence.check(tx).await?;
        let events = store::pending_events(tx, CHUNK).await?;
        if events.is_empty() {
            return Ok(0);
        }
        let previous = self.previous(tx).await?;
        let mut range = match &previous {
            Some(checkpoint) => store::open_range(tx, checkpoint.size).await?,
            None => CompactRange::empty(),
        };
        let (mut leaves, mut nodes) = (Vec::new(), Vec::new());
        for event in &events {
            let hash = leaf::hash_of(event)?;
            leaves.push((range.size(), event.id, hash));
            range.append(hash, |id, hash| {
                if id.level > 0 {
                    nodes.push((id, hash));
                }
            });
        }
        store::insert_leaves(tx, leaves, nodes).await?;
        let next = Checkpoint { origin: self.identity.origin().to_owned(), size: range.size(), root: range.root() };
        self.sign(tx, previous.as_ref(), &next).await?;
        Ok(events.len() as u64)
    }
}
impl Step<'_> {
    /// The last signed checkpoint, as its own signature says it, not as the columns beside it do.
    #[boxed]
    async fn previous(&self, tx: &Tx) -> Result<Option<Checkpoint>, Problem> {
        let Some(head) = store::latest_head(tx).await? else { return Ok(None) };
        let checkpoint = Checkpoint::open(&head.note, self.identity.origin(), &self.identity.verifiers)?;
        if store::signed(checkpoint.size)? != head.size {
            return Err(Problem::internal("the newest audit checkpoint is filed under another size"));
        }
        Ok(Some(checkpoint))
    }
    #[boxed]
    async fn sign(&self, tx: &Tx, previous: Option<&Checkpoint>, next: &Checkpoint) -> Result<(), Problem> {
        if let Some(previous) = previous {
            let proof = store::consistency_proof(tx, previous.size, next.size).await?;
            merkle::verify_consistency(previous.size, next.size, &previous.root, &next.root, &proof).map_err(|_| {
                Problem::internal("the audit tree no longer continues its last signed checkpoint: nothing is signed")
            })?;
        }
        let note = next.sign(&self.identity.signer)?;
        store::insert_head(tx, next, previous.map_or(0, |p| p.size), note, self.now).await
    }
}
