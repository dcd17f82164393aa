//! Writing a decided batch: a few statements, whatever its size.

use super::batch::Open;
use super::{Asked, StoredRefusal, Who};
use crate::access::{Act, Services};
use crate::auction::receipt::{Decided, DecidedOn, signed_text};
use crate::auction::store::receipt_batch::{self, Head};
use crate::auction::store::{attempt, lot, lot_event};
use crate::auction::{BidOutcome, LotEventKind};
use crate::audit::event::{self, AuditOutcome, NewEvent};
use crate::audit::merkle;
use crate::kernel::boxed;
use crate::kernel::bulk::{insertion, run_all};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::Tx;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::events::{self, Event};
use crate::kernel::ids::{AttemptId, CourtId, LotId, ReceiptBatchId, RegistrationId};
use crate::kernel::keys::KeyPurpose;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use sea_orm::Statement;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One attempt with its outcome.
pub(super) struct Decision {
    pub id: AttemptId,
    pub lot: LotId,
    pub court: CourtId,
    pub lot_number: String,
    pub who: Who,
    /// None: bid by the platform within a sealed maximum.
    pub asked: Option<Arc<Asked>>,
    pub bidder_code: Option<String>,
    pub priority_rank: Option<i32>,
    pub sequence: i64,
    pub amount: Money,
    pub arrived_at: Timestamp,
    pub decided_at: Timestamp,
    /// The lot as the attempt met it.
    pub before: DecidedOn,
    pub refusal: Option<Refusal>,
    pub extended_to: Option<Timestamp>,
    /// Number of the attempt that a sealed maximum answers with this one.
    pub provoked_by: Option<i64>,
    /// The public version that an accepted bid made.
    pub event: Option<lot_event::Model>,
}
impl Decision {
    fn statement(&self) -> Result<Vec<u8>, Problem> {
        let decided = Decided {
            lot_number: &self.lot_number,
            attempt: self.sequence,
            arrived_at: self.arrived_at,
            decided_at: self.decided_at,
            bidder_code: self.bidder_code.as_deref(),
            amount: self.amount,
            refusal: self.refusal.as_ref().map(|refusal| refusal.code),
            extended_to: self.extended_to,
            provoked_by: self.provoked_by,
        };
        Ok(decided.statement(self.before.clone()).canonical()?)
    }
    fn lot_version(&self) -> Option<i64> {
        self.event.as_ref().map(|event| event.version)
    }
}

pub(super) fn bid_event(lot: &lot::Model, now: Timestamp) -> lot_event::Model {
    lot_event::of(lot, LotEventKind::Bid, now)
}

/// Where and when the batch is written.
pub(super) struct Place<'a> {
    /// Name of this process in the chain of its receipts.
    pub node: &'a str,
    /// Where that chain stands, when it is known without asking.
    pub head: Option<&'a Head>,
    pub now: Timestamp,
}

/// What a batch has written.
#[derive(Default)]
pub(super) struct Written {
    /// In the order of the decisions.
    pub attempts: Vec<Arc<attempt::Model>>,
    /// None when there was nothing to decide.
    pub batch: Option<Arc<receipt_batch::Model>>,
    /// The lots of the decisions, in the order of their ids.
    pub lots: Vec<Arc<lot::Model>>,
    pub events: Vec<Event>,
}

/// Writes everything of the batch.
#[boxed]
pub(super) async fn all(
    tx: &Tx,
    services: &Services,
    place: &Place<'_>,
    lots: BTreeMap<LotId, Open>,
    decisions: &[Decision],
) -> Result<Written, Failure> {
    if decisions.is_empty() {
        return Ok(Written::default());
    }
    let touched: BTreeSet<LotId> = decisions.iter().map(|decision| decision.lot).collect();
    let changed: BTreeSet<LotId> =
        decisions.iter().filter(|decision| decision.event.is_some()).map(|decision| decision.lot).collect();
    let now = place.now;
    let (attempts, batch) = sign(tx, services, place, decisions).await?;
    let history: Vec<lot_event::Model> = decisions.iter().filter_map(|decision| decision.event.clone()).collect();
    let (mut events, mut moved) = (Vec::new(), Vec::with_capacity(touched.len()));
    for (id, open) in lots {
        if changed.contains(&id) {
            events.push(Event { topic: "lot".to_owned(), subject: id.node(), version: open.row.version });
        }
        if touched.contains(&id) {
            moved.push(Arc::new(open.row));
        }
    }
    let outbox = events::outbox(tx, now, &events);
    // the batch of the receipts and the audit event are one row each
    let rows = attempts.len() + history.len() + moved.len() + 2 + outbox.as_ref().map_or(0, |_| events.len());
    let statements = [
        insertion::<receipt_batch::Entity>(tx, std::slice::from_ref(&batch)),
        insertion::<attempt::Entity>(tx, &attempts),
        insertion::<lot_event::Entity>(tx, &history),
        lot::bids_saved(tx, &moved),
        audit(tx, services, now, &batch, decisions)?,
        outbox,
    ];
    if run_all(tx, statements.into_iter().flatten().collect()).await? != rows as u64 {
        return Err(Failure::internal("a batch changed other rows than its own"));
    }
    let attempts = attempts.into_iter().map(Arc::new).collect();
    Ok(Written { attempts, batch: Some(Arc::new(batch)), lots: moved, events })
}

/// Makes the statements the leaves of one tree and signs its root together with the root before.
#[boxed]
async fn sign(
    tx: &Tx,
    services: &Services,
    place: &Place<'_>,
    decisions: &[Decision],
) -> Result<(Vec<attempt::Model>, receipt_batch::Model), Failure> {
    let statements = decisions.iter().map(Decision::statement).collect::<Result<Vec<_>, _>>()?;
    let leaves: Vec<merkle::Hash> = statements.iter().map(|statement| merkle::leaf_hash(statement)).collect();
    let (root, paths) = merkle::batch_root_and_paths(&leaves);
    let Place { node, now, .. } = *place;
    let Head { sequence: last, root: previous_root } = match place.head {
        Some(known) => known.clone(),
        None => receipt_batch::head(tx, node).await?,
    };
    let sequence = last.saturating_add(1);
    let signature =
        services.keys.sign(KeyPurpose::Receipt, signed_text(node, sequence, &root, &previous_root).as_bytes());
    let batch = receipt_batch::Model {
        id: ReceiptBatchId::new(now),
        node: node.to_owned(),
        sequence,
        root: root.to_vec(),
        previous_root,
        leaf_count: i32::try_from(leaves.len()).map_err(Failure::internal)?,
        signature: signature.bytes.to_vec(),
        key_id: signature.kid,
        recorded_at: now,
    };
    let mut attempts = Vec::with_capacity(decisions.len());
    for (index, ((decision, statement), path)) in decisions.iter().zip(statements).zip(paths).enumerate() {
        attempts.push(attempt_row(decision, statement, batch.id, index, path.concat())?);
    }
    Ok((attempts, batch))
}

fn attempt_row(
    decision: &Decision,
    statement: Vec<u8>,
    batch_id: ReceiptBatchId,
    index: usize,
    path: Vec<u8>,
) -> Result<attempt::Model, Failure> {
    let refusal = decision.refusal.as_ref().map(StoredRefusal::from);
    let asked = decision.asked.as_deref();
    Ok(attempt::Model {
        id: decision.id,
        court_id: decision.court,
        lot_id: decision.lot,
        registration_id: decision.who.registration(),
        stranger_index: match &decision.who {
            Who::Registered(_) => None,
            Who::Stranger(index) => Some(index.clone()),
        },
        sequence: decision.sequence,
        bidder_code: decision.bidder_code.clone(),
        priority_rank: decision.priority_rank,
        amount: decision.amount,
        arrived_at: decision.arrived_at,
        decided_at: decision.decided_at,
        outcome: if refusal.is_none() { BidOutcome::Accepted } else { BidOutcome::NotAccepted },
        refusal: refusal.map(|stored| serde_json::to_string(&stored)).transpose()?,
        extended_to: decision.extended_to,
        lot_version: decision.lot_version(),
        statement: String::from_utf8(statement).map_err(Failure::internal)?,
        batch_id,
        batch_index: i32::try_from(index).map_err(Failure::internal)?,
        path,
        actor_index: asked.map(|asked| asked.actor.clone()),
        idempotency_key: asked.map(|asked| asked.key.clone()),
        input_hash: asked.map(|asked| asked.input_hash.clone()),
    })
}

/// What the audit event of a batch holds. The members stand in the order of their names, as [`event::statement`] asks.
#[derive(Serialize)]
struct Facts<'a> {
    attempts: Vec<Fact<'a>>,
    node: &'a str,
    root: String,
    sequence: i64,
}
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fact<'a> {
    amount: Money,
    attempt: String,
    code: Option<RefusalCode>,
    lot: &'a str,
    provoked_by: Option<i64>,
    registration: Option<String>,
    sequence: i64,
}
impl<'a> From<&'a Decision> for Fact<'a> {
    fn from(decision: &'a Decision) -> Fact<'a> {
        Fact {
            amount: decision.amount,
            attempt: decision.id.to_global(),
            code: decision.refusal.as_ref().map(|refusal| refusal.code),
            lot: &decision.lot_number,
            provoked_by: decision.provoked_by,
            registration: decision.who.registration().map(RegistrationId::to_global),
            sequence: decision.sequence,
        }
    }
}

/// One audit event for the batch: what was decided for whom, by registration; its root binds the receipts.
fn audit(
    tx: &Tx,
    services: &Services,
    now: Timestamp,
    batch: &receipt_batch::Model,
    decisions: &[Decision],
) -> Result<Option<Statement>, Problem> {
    let facts = Facts {
        attempts: decisions.iter().map(Fact::from).collect(),
        node: &batch.node,
        root: hex::encode(&batch.root),
        sequence: batch.sequence,
    };
    let first = decisions.first();
    let one_court = first.map(|d| d.court).filter(|court| decisions.iter().all(|d| d.court == *court));
    let new = NewEvent {
        court: one_court,
        case: None,
        actor: "system:bidding".to_owned(),
        action: Act::RecordBids.field(),
        outcome: AuditOutcome::Done,
        code: None,
        subject: Some(batch.id.node()),
        request_key: None,
        payload: facts,
    };
    event::statement(tx, &services.vault, now, new)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_of_a_batch_are_written_canonical() {
        for (text, provoked_by, code) in
            [("湘01-2026-000001", None, Some(RefusalCode::BidTooLow)), ("\"\u{1f}😀", Some(7), None)]
        {
            let fact = Fact {
                amount: Money::from_yuan(510_000),
                attempt: text.to_owned(),
                code,
                lot: text,
                provoked_by,
                registration: provoked_by.map(|_| text.to_owned()),
                sequence: 9_007_199_254_740_991,
            };
            let facts = Facts { attempts: vec![fact], node: text, root: "ab".repeat(32), sequence: 1 };
            assert_eq!(serde_json::to_vec(&facts).unwrap(), serde_json_canonicalizer::to_vec(&facts).unwrap());
        }
    }
}
