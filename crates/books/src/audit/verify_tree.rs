//! Recomputes the whole audit tree from the events and compares it with what is stored and what was signed.
//!
//! It reads every event once, in chunks. A changed event is named by its id; a change that was carried through to the
//! leaf is placed between two checkpoints. What was removed before its checkpoint left this system can't be seen here:
//! for that, somebody outside keeps checkpoints and asks for consistency proofs.

use super::{
    checkpoint::Checkpoint,
    event, leaf as leaf_text,
    merkle::{CompactRange, Hash, NodeId},
    note::NoteVerifier,
    sequencer::LogIdentity,
    store::{self, head, leaf},
};
use crate::kernel::query::Fetch;
use crate::kernel::{clock::Timestamp, db::sql, error::Problem, ids::AuditEventId, secret::Vault};
use chrono::TimeDelta;
use sea_orm::{QueryOrder, entity::prelude::*};
use std::collections::{BTreeMap, HashMap};

/// Leaves that are read at a time.
const CHUNK: i64 = 512;
/// An event that waits longer for its checkpoint means that the sequencer stands still.
const MAX_LAG: TimeDelta = TimeDelta::seconds(60);

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule is broken, e.g. `audit.leaf`.
    pub check: &'static str,
    /// The row that breaks it.
    pub subject: String,
    pub expected: String,
    pub found: String,
}

/// Checks events, their payloads, leaves, stored nodes, roots, signatures and the queue.
pub async fn verify_tree(
    conn: &impl ConnectionTrait,
    log: &LogIdentity,
    vault: &Vault,
    now: Timestamp,
) -> Result<Vec<Finding>, Problem> {
    let heads = head::Entity::find().order_by_asc(head::Column::Size).list(conn).await?;
    let findings = check_heads(&heads, log.origin(), log.verifiers());
    let mut walk = Walk { conn, vault, findings, range: CompactRange::empty() };
    walk.leaves(&heads).await?;
    let size = heads.last().map_or(0, |head| head.size);
    walk.stray_leaves(size).await?;
    walk.unsequenced_events(now).await?;
    Ok(walk.findings)
}

/// Signatures, columns beside them, and the chain of `previous`.
fn check_heads(heads: &[head::Model], origin: &str, keys: &[NoteVerifier]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut previous = 0;
    for head in heads {
        let mut report = |check, expected: String, found: String| {
            findings.push(Finding { check, subject: format!("checkpoint {}", head.size), expected, found });
        };
        match Checkpoint::open(&head.note, origin, keys) {
            Err(error) => report("audit.signature", format!("a note of {origin} signed by its key"), error.to_string()),
            Ok(signed) => {
                let row = (u64::try_from(head.size).ok(), hex::encode(&head.root));
                if row != (Some(signed.size), hex::encode(signed.root)) {
                    let text = |size: String, root: String| format!("size {size} root {root}");
                    let expected = text(signed.size.to_string(), hex::encode(signed.root));
                    report("audit.checkpoint", expected, text(head.size.to_string(), row.1));
                }
            }
        }
        if head.previous != previous {
            report("audit.checkpoint", format!("previous {previous}"), format!("previous {}", head.previous));
        }
        previous = head.size;
    }
    findings
}

struct Walk<'c, C> {
    conn: &'c C,
    vault: &'c Vault,
    findings: Vec<Finding>,
    range: CompactRange,
}
impl<C: ConnectionTrait> Walk<'_, C> {
    fn report(&mut self, check: &'static str, subject: String, expected: impl ToString, found: impl ToString) {
        self.findings.push(Finding { check, subject, expected: expected.to_string(), found: found.to_string() });
    }

    /// Rebuilds the tree leaf by leaf up to the last checkpoint. Stops at a gap: nothing beyond can be placed.
    async fn leaves(&mut self, heads: &[head::Model]) -> Result<(), Problem> {
        let mut roots: BTreeMap<i64, &head::Model> = heads.iter().map(|head| (head.size, head)).collect();
        let end = heads.last().map_or(0, |head| head.size);
        let mut good = 0;
        let mut at = 0;
        while at < end {
            let rows = leaf::Entity::find()
                .filter(leaf::Column::LeafIndex.gte(at))
                .filter(leaf::Column::LeafIndex.lt(end.min(at + CHUNK)))
                .order_by_asc(leaf::Column::LeafIndex);
            let rows = rows.list(self.conn).await?;
            let events = self.events_of(&rows).await?;
            let mut nodes = Vec::new();
            for row in &rows {
                if row.leaf_index != at {
                    break;
                }
                self.check_event(row, events.get(&row.event_id))?;
                let hash = store::hash_from(&row.leaf_hash)?;
                self.range.append(hash, |id, hash| nodes.push((id, hash)));
                at += 1;
                if let Some(head) = roots.remove(&at) {
                    if self.range.root().as_slice() == head.root {
                        good = at;
                    } else {
                        let place = format!("leaves {good}..{at}");
                        self.report("audit.root", place, hex::encode(&head.root), hex::encode(self.range.root()));
                        // every later root differs for the same reason
                        roots.clear();
                    }
                }
            }
            self.check_nodes(nodes).await?;
            let complete =
                at == end || rows.last().is_some_and(|row| row.leaf_index + 1 == at && rows.len() as i64 == CHUNK);
            if !complete {
                self.report("audit.leaf", format!("leaf {at}"), "a leaf", "none");
                return Ok(());
            }
        }
        Ok(())
    }
    async fn events_of(&self, rows: &[leaf::Model]) -> Result<HashMap<AuditEventId, event::Model>, Problem> {
        let ids: Vec<_> = rows.iter().map(|row| row.event_id).collect();
        let events = event::Entity::find().filter(event::Column::Id.is_in(ids)).list(self.conn).await?;
        Ok(events.into_iter().map(|event| (event.id, event)).collect())
    }
    fn check_event(&mut self, row: &leaf::Model, event: Option<&event::Model>) -> Result<(), Problem> {
        let subject = format!("event {} at leaf {}", row.event_id.uuid(), row.leaf_index);
        let found = match event {
            Some(event) => hex::encode(leaf_text::hash_of(event)?),
            None => "no event".to_owned(),
        };
        let expected = hex::encode(&row.leaf_hash);
        if expected != found {
            self.report("audit.leaf", subject, expected, found);
        } else if let Some(event) = event {
            self.check_payload(subject, event);
        }
        Ok(())
    }
    fn check_payload(&mut self, subject: String, event: &event::Model) {
        let found = match self.vault.open_bytes(event::payload_place(event.id), &event.payload) {
            Ok(payload) => hex::encode(event::hash_payload(&event.payload_salt, &payload)),
            Err(error) => error.to_string(),
        };
        let expected = hex::encode(&event.payload_hash);
        if expected != found {
            self.report("audit.payload", subject, expected, found);
        }
    }
    async fn check_nodes(&mut self, nodes: Vec<(NodeId, Hash)>) -> Result<(), Problem> {
        let inner: Vec<_> = nodes.into_iter().filter(|(id, _)| id.level > 0).collect();
        let stored = store::load_nodes(self.conn, inner.iter().map(|(id, _)| *id)).await?;
        for (id, hash) in inner {
            if stored.get(&id) != Some(&hash) {
                let found = stored.get(&id).map_or("none".to_owned(), hex::encode);
                self.report("audit.node", format!("node {}/{}", id.level, id.index), hex::encode(hash), found);
            }
        }
        Ok(())
    }

    /// A leaf and its checkpoint are committed together, so none lies beyond the last checkpoint.
    async fn stray_leaves(&mut self, size: i64) -> Result<(), Problem> {
        let newest = store::latest_head(self.conn).await?.map_or(0, |head| head.size);
        let rows = leaf::Entity::find().filter(leaf::Column::LeafIndex.gte(size.max(newest))).list(self.conn).await?;
        for row in rows {
            self.report("audit.leaf", format!("leaf {}", row.leaf_index), "a checkpoint over it", "none");
        }
        Ok(())
    }
    /// Events that have neither a leaf nor a place in the queue were hidden from the sequencer; old ones in the queue
    /// mean that it stands still.
    async fn unsequenced_events(&mut self, now: Timestamp) -> Result<(), Problem> {
        let statement = sql(
            self.conn,
            "SELECT e.id AS id, CASE WHEN p.event_id IS NULL THEN 0 ELSE 1 END AS queued
             FROM audit_event e
             LEFT JOIN audit_leaf l ON l.event_id = e.id
             LEFT JOIN audit_pending p ON p.event_id = e.id
             WHERE l.event_id IS NULL AND (p.event_id IS NULL OR e.occurred_at < $1)
             ORDER BY e.id LIMIT 1000",
            [now.minus(MAX_LAG).into()],
        );
        for row in self.conn.query_all_raw(statement).await? {
            let id: Uuid = row.try_get("", "id")?;
            let found = if row.try_get::<i32>("", "queued")? == 1 { "still waiting" } else { "not even queued" };
            self.report("audit.sequenced", format!("event {id}"), "a leaf within 60 seconds", found);
        }
        Ok(())
    }
}
