//! The sequencer: gives committed events their index in the tree and signs a checkpoint over them.
//!
//! One process at a time (a lease with a fencing token). Each step is one transaction: leaves, nodes and the checkpoint
//! appear together, so a leaf without a checkpoint does not exist. Nothing is signed that is not provably a
//! continuation of the last signed checkpoint: a tree that was changed underneath stops the sequencer, and payments,
//! which wait for their event's checkpoint, stop with it.

use super::{
    checkpoint::Checkpoint,
    leaf,
    merkle::{self, CompactRange, Hash, NodeId},
    note::{NoteError, NoteSigner, NoteVerifier},
    store,
};
use crate::kernel::{
    clock::Clock,
    db::{Db, Reader, Tx, Work},
    error::{Failure, Problem},
    ids::AuditEventId,
    jobs::{Fence, JobHandler},
    keys::{KeyPurpose, KeyRing},
};
use std::{collections::HashMap, sync::Arc};

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
        let Some(mut step) = self.next_step(fence).await? else { return Ok(0) };
        Ok(self.db.write(&mut step).await?)
    }
}

impl Sequencer {
    /// What the next step writes; nothing when no event waits. Events, leaves and nodes are only ever added, and by the
    /// holder of the lease alone, so that they may be read before the transaction: what another holder has done since
    /// stops at the fence, and at the keys of leaf and checkpoint.
    async fn next_step<'s>(&self, fence: &'s Fence) -> Result<Option<Step<'s>>, Problem> {
        let reader = self.db.reader();
        let events = store::pending_events(&reader, CHUNK).await?;
        if events.is_empty() {
            return Ok(None);
        }
        let previous = self.previous(&reader).await?;
        let mut range = match &previous {
            Some(checkpoint) => store::open_range(&reader, checkpoint.size).await?,
            None => CompactRange::empty(),
        };
        let (mut leaves, mut new) = (Vec::with_capacity(events.len()), HashMap::new());
        for event in &events {
            let hash = leaf::hash_of(event)?;
            leaves.push((range.size(), event.id, hash));
            range.append(hash, |id, hash| {
                new.insert(id, hash);
            });
        }
        let next = Checkpoint { origin: self.identity.origin().to_owned(), size: range.size(), root: range.root() };
        if let Some(previous) = &previous {
            let proof = store::continuation_proof(&reader, previous.size, next.size, &new).await?;
            merkle::verify_consistency(previous.size, next.size, &previous.root, &next.root, &proof).map_err(|_| {
                Problem::internal("the audit tree no longer continues its last signed checkpoint: nothing is signed")
            })?;
        }
        let note = next.sign(&self.identity.signer)?;
        let head = store::head_row(&next, previous.map_or(0, |p| p.size), note, self.clock.now())?;
        let nodes = new.into_iter().filter(|(id, _)| id.level > 0).collect();
        Ok(Some(Step { fence, leaves, nodes, head }))
    }
    /// The last signed checkpoint, as its own signature says it, not as the columns beside it do.
    async fn previous(&self, reader: &Reader) -> Result<Option<Checkpoint>, Problem> {
        let Some(head) = store::latest_head(reader).await? else { return Ok(None) };
        let checkpoint = Checkpoint::open(&head.note, self.identity.origin(), &self.identity.verifiers)?;
        if store::signed(checkpoint.size)? != head.size {
            return Err(Problem::internal("the newest audit checkpoint is filed under another size"));
        }
        Ok(Some(checkpoint))
    }
}

/// One step, worked out beside the writing: while its transaction holds the one writer, bids wait.
struct Step<'s> {
    fence: &'s Fence,
    leaves: Vec<(u64, AuditEventId, Hash)>,
    nodes: Vec<(NodeId, Hash)>,
    head: store::head::Model,
}
impl Work for Step<'_> {
    type Out = u64;
    async fn run(&mut self, tx: &Tx) -> Result<u64, Failure> {
        self.fence.check(tx).await?;
        store::append(tx, &self.leaves, &self.nodes, &self.head).await?;
        Ok(self.leaves.len() as u64)
    }
}
