//! The audit tree in the database: leaves, stored nodes and checkpoints, and the proofs made of them.

use super::{
    checkpoint::Checkpoint,
    event,
    merkle::{self, CompactRange, Hash, NodeId, ProofPlan, TreeError},
    proof::TlogProof,
};
use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::kernel::{
    bulk::{Rows, among, id_set, insertion, run_all},
    clock::Timestamp,
    db::{Engine, Reader, Tx, engine_of, sql},
    error::Problem,
    ids::{AuditEventId, NodeKind},
};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use std::collections::{HashMap, HashSet};

pub mod leaf {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_leaf")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub leaf_index: i64,
        pub event_id: AuditEventId,
        pub leaf_hash: Vec<u8>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod node {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_node")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub level: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub node_index: i64,
        pub hash: Vec<u8>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod head {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_checkpoint")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub size: i64,
        pub previous: i64,
        pub root: Vec<u8>,
        pub note: String,
        pub signed_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl From<TreeError> for Problem {
    fn from(error: TreeError) -> Problem {
        Problem::internal(error)
    }
}

/// Sizes and indexes are below 2^62: they fit both ways unless a row was tampered with.
pub(super) fn signed(value: u64) -> Result<i64, Problem> {
    i64::try_from(value).map_err(Problem::internal)
}
pub(super) fn unsigned(value: i64) -> Result<u64, Problem> {
    u64::try_from(value).map_err(Problem::internal)
}
pub(super) fn hash_from(bytes: &[u8]) -> Result<Hash, Problem> {
    bytes.try_into().map_err(|_| Problem::internal("a stored hash is not of 32 bytes"))
}

// ---- for the sequencer alone ----

/// Events without a leaf, oldest id first. Only committed ones are visible here.
pub(super) async fn pending_events(reader: &Reader, limit: u64) -> Result<Vec<event::Model>, Problem> {
    let pending = "id IN (SELECT event_id FROM audit_pending ORDER BY event_id LIMIT $1)";
    let pending = match engine_of(reader) {
        Engine::Sqlite => pending.replace("$1", "?"),
        Engine::Postgres => pending.to_owned(),
    };
    let events = event::Entity::find().filter(Expr::cust_with_values(pending, [signed(limit)?]));
    Ok(events.order_by_asc(event::Column::Id).list(reader).await?)
}

/// The row of a checkpoint; `previous` is the size of the one before.
pub(super) fn head_row(
    checkpoint: &Checkpoint,
    previous: u64,
    note: String,
    now: Timestamp,
) -> Result<head::Model, Problem> {
    Ok(head::Model {
        size: signed(checkpoint.size)?,
        previous: signed(previous)?,
        root: checkpoint.root.to_vec(),
        note,
        signed_at: now,
    })
}

/// Writes what one step of the sequencer appends and takes its events off the queue.
#[boxed]
pub(super) async fn append(
    tx: &Tx,
    leaves: &[(u64, AuditEventId, Hash)],
    nodes: &[(NodeId, Hash)],
    head: &head::Model,
) -> Result<(), Problem> {
    let mut leaf_rows = Vec::with_capacity(leaves.len());
    for (index, event_id, hash) in leaves {
        leaf_rows.push(leaf::Model { leaf_index: signed(*index)?, event_id: *event_id, leaf_hash: hash.to_vec() });
    }
    let mut node_rows = Vec::with_capacity(nodes.len());
    for (id, hash) in nodes {
        node_rows.push(node::Model { level: i32::from(id.level), node_index: signed(id.index)?, hash: hash.to_vec() });
    }
    let delete = format!("DELETE FROM audit_pending WHERE event_id {}", among(tx.engine(), 1));
    // statements that run together have no numbered parameters on SQLite
    let delete = if tx.engine() == Engine::Sqlite { delete.replace("$1", "?") } else { delete };
    let done = id_set(tx.engine(), leaves.iter().map(|(_, event, _)| event.uuid()));
    let statements = [
        insertion::<leaf::Entity>(tx, &leaf_rows),
        insertion::<node::Entity>(tx, &node_rows),
        Some(sql(tx, &delete, [done])),
        insertion::<head::Entity>(tx, std::slice::from_ref(head)),
    ];
    // each event has a leaf now and leaves the queue; the checkpoint is one row
    let rows = leaves.len() * 2 + nodes.len() + 1;
    if run_all(tx, statements.into_iter().flatten().collect()).await? != rows as u64 {
        return Err(Problem::internal("the sequencer changed other rows than its own"));
    }
    Ok(())
}

// ---- reading ----

/// The newest checkpoint.
pub async fn latest_head(conn: &impl ConnectionTrait) -> Result<Option<head::Model>, Problem> {
    Ok(head::Entity::find().order_by_desc(head::Column::Size).first(conn).await?)
}
/// The checkpoint of exactly this size.
pub async fn head_at(conn: &impl ConnectionTrait, size: u64) -> Result<Option<head::Model>, Problem> {
    Ok(head::Entity::find_by_id(signed(size)?).first(conn).await?)
}
pub async fn leaf_of(conn: &impl ConnectionTrait, event: AuditEventId) -> Result<Option<leaf::Model>, Problem> {
    Ok(leaf::Entity::find().filter(leaf::Column::EventId.eq(event)).first(conn).await?)
}

/// The hashes of these nodes, as far as they are stored.
pub(super) async fn load_nodes(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = NodeId>,
) -> Result<HashMap<NodeId, Hash>, Problem> {
    let mut by_level: HashMap<u8, Vec<i64>> = HashMap::new();
    for id in ids {
        by_level.entry(id.level).or_default().push(signed(id.index)?);
    }
    let mut found = HashMap::new();
    for (level, indexes) in by_level {
        let rows: Vec<(i64, Vec<u8>)> = if level == 0 {
            let query = leaf::Entity::find().filter(leaf::Column::LeafIndex.is_in(indexes)).select_only();
            query.columns([leaf::Column::LeafIndex, leaf::Column::LeafHash]).into_tuple().list(conn).await?
        } else {
            let query = node::Entity::find().filter(node::Column::Level.eq(i32::from(level))).select_only();
            let query = query.filter(node::Column::NodeIndex.is_in(indexes));
            query.columns([node::Column::NodeIndex, node::Column::Hash]).into_tuple().list(conn).await?
        };
        for (index, hash) in rows {
            found.insert(NodeId { level, index: unsigned(index)? }, hash_from(&hash)?);
        }
    }
    Ok(found)
}
/// The right edge of the tree at `size`, from which it can be continued.
pub(super) async fn open_range(conn: &impl ConnectionTrait, size: u64) -> Result<CompactRange, Problem> {
    let peaks = merkle::peaks(size);
    let stored = load_nodes(conn, peaks.iter().copied()).await?;
    let hashes = peaks.iter().map(|id| stored.get(id).copied().ok_or(TreeError::MissingNode(*id)));
    Ok(CompactRange::try_new(size, hashes.collect::<Result<_, _>>()?)?)
}
pub(super) async fn fill(conn: &impl ConnectionTrait, plan: &ProofPlan) -> Result<Vec<Hash>, Problem> {
    Ok(plan.fill(&load_nodes(conn, plan.nodes()).await?)?)
}

/// Proof that a leaf stands in the tree of a checkpoint; `None` when it lies beyond.
pub async fn inclusion_proof(
    conn: &impl ConnectionTrait,
    leaf: &leaf::Model,
    checkpoint: &head::Model,
) -> Result<Option<TlogProof>, Problem> {
    if leaf.leaf_index >= checkpoint.size {
        return Ok(None);
    }
    let index = unsigned(leaf.leaf_index)?;
    let path = fill(conn, &merkle::inclusion_plan(index, unsigned(checkpoint.size)?)?).await?;
    Ok(Some(TlogProof { index, path, checkpoint: checkpoint.note.clone() }))
}
/// Proof that the tree of `from` leaves is a prefix of the tree of `to`. Fails when either lies outside of the tree.
pub(super) async fn consistency_proof(conn: &impl ConnectionTrait, from: u64, to: u64) -> Result<Vec<Hash>, Problem> {
    fill(conn, &merkle::consistency_plan(from, to)?).await
}
/// [`consistency_proof`] where the nodes of `new`, which stand behind the tree of `from`, are not written yet.
pub(super) async fn continuation_proof(
    reader: &Reader,
    from: u64,
    to: u64,
    new: &HashMap<NodeId, Hash>,
) -> Result<Vec<Hash>, Problem> {
    let plan = merkle::consistency_plan(from, to)?;
    let mut nodes = load_nodes(reader, plan.nodes().into_iter().filter(|id| !new.contains_key(id))).await?;
    nodes.extend(new);
    Ok(plan.fill(&nodes)?)
}
/// Proof that the newer checkpoint's tree continues the older one's.
pub async fn consistency_between(
    conn: &impl ConnectionTrait,
    older: &head::Model,
    newer: &head::Model,
) -> Result<Vec<Hash>, Problem> {
    consistency_proof(conn, unsigned(older.size)?, unsigned(newer.size)?).await
}

/// Whether a signed checkpoint covers this event. A leaf and its checkpoint are committed together.
pub async fn is_under_checkpoint(conn: &impl ConnectionTrait, event: AuditEventId) -> Result<bool, Problem> {
    let Some(leaf) = leaf_of(conn, event).await? else { return Ok(false) };
    Ok(latest_head(conn).await?.is_some_and(|head| leaf.leaf_index < head.size))
}
/// Those of `subjects` of one kind of which everything that was recorded is under a signed checkpoint, and something was:
/// asked before their money leaves.
pub async fn under_checkpoint(
    conn: &impl ConnectionTrait,
    kind: NodeKind,
    subjects: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    if subjects.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = subjects.iter().map(|id| [kind.as_str().into(), (*id).into()]);
    let (given, values) = Rows::of(rows).into_values(engine_of(conn));
    let text = format!(
        "WITH v (kind, id) AS {given}
         SELECT e.subject_id AS id FROM v JOIN audit_event e ON e.subject_kind = v.kind AND e.subject_id = v.id
         LEFT JOIN audit_leaf l ON l.event_id = e.id
         GROUP BY e.subject_id
         HAVING COUNT(*) = COUNT(CASE WHEN l.leaf_index < (SELECT MAX(c.size) FROM audit_checkpoint c) THEN 1 END)"
    );
    let rows = conn.query_all_raw(sql(conn, &text, values)).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}
