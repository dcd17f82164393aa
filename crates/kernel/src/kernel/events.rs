//! Telling others of changes: an outbox row in the transaction, a live bus in the process.
//!
//! After its commit an operation publishes on the bus of its own process; the leased relay carries the outbox rows to
//! the other processes and deletes them. On SQLite there is no other process, and no row. An event says only *what*
//! changed and to which version: whoever hears it reads the state itself, so a lost event costs a moment, never a fact
//! (subscribers also resume by version).

use super::{
    bulk::{Rows, among, id_set},
    clock::Timestamp,
    db::{Db, Engine, Tx, sql},
    error::{Failure, Problem},
    ids::{NodeKind, NodeRef, OutboxId},
    jobs::{Fence, JobHandler},
};
use crate::kernel::boxed;
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A change of one thing. `version` is the thing's own gap-free version, 0 where it keeps none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// `lot`, `catalogue`, `work-queue`: what a subscription listens to.
    pub topic: String,
    pub subject: NodeRef,
    pub version: i64,
}

/// The live bus of one process. A slow listener misses events ([`broadcast::error::RecvError::Lagged`]) and reloads.
#[derive(Clone)]
pub struct Bus(broadcast::Sender<Arc<Event>>);

impl Default for Bus {
    fn default() -> Bus {
        Bus(broadcast::channel(4096).0)
    }
}
impl Bus {
    pub fn publish(&self, event: Event) {
        // no listener is no fault
        let _ = self.0.send(Arc::new(event));
    }
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.subscribe()
    }
}

/// Bounds the parameters of one statement: PostgreSQL takes 65,535, and a row has six.
const EVENTS_AT_ONCE: usize = 2048;

/// Writes the rows of one transaction, where another process may read them.
#[boxed]
pub async fn write_outbox(tx: &Tx, now: Timestamp, events: &[Event]) -> Result<(), Problem> {
    for piece in events.chunks(EVENTS_AT_ONCE) {
        if let Some(statement) = outbox(tx, now, piece) {
            tx.execute_raw(statement).await?;
        }
    }
    Ok(())
}
/// The statement of [`write_outbox`], one row for each event, to be run together with others of the same change
/// ([`super::bulk::run_all`]); none where nobody reads it.
pub fn outbox(tx: &Tx, now: Timestamp, events: &[Event]) -> Option<Statement> {
    if events.is_empty() || tx.engine() == Engine::Sqlite {
        return None;
    }
    let rows = Rows::of(events.iter().map(|event| {
        [
            OutboxId::new(now).into(),
            event.topic.clone().into(),
            event.subject.kind.as_str().into(),
            event.subject.id.into(),
            event.version.into(),
            now.into(),
        ]
    }));
    let (given, values) = rows.into_values(tx.engine());
    let text = format!(
        "INSERT INTO outbox (id, topic, subject_kind, subject_id, version, recorded_at)
         SELECT * FROM {given} AS given WHERE given.column1 IS NOT NULL"
    );
    Some(sql(tx, &text, values))
}

/// The job that carries outbox rows to the other processes: PostgreSQL's NOTIFY, sent in the transaction that deletes
/// the rows.
pub struct Relay {
    pub db: Db,
}
/// The NOTIFY channel that every process listens to.
pub const CHANNEL: &str = "duixian_events";
const RELAY_BATCH: u64 = 500;
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

#[async_trait::async_trait]
impl JobHandler for Relay {
    fn name(&self) -> &'static str {
        "outbox-relay"
    }
    fn full(&self) -> u64 {
        RELAY_BATCH
    }
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        if self.db.engine() == Engine::Sqlite {
            return Ok(0);
        }
        let fence = fence.clone();
        let sent = self.db.write_with(move |tx| {
            let fence = fence.clone();
            Box::pin(async move {
                fence.check(tx).await?;
                relay_batch(tx).await.map_err(Failure::from)
            })
        });
        sent.await.map_err(Problem::from)
    }
}

/// Publishes on the bus of this process what the others have changed, until told to stop. What is sent while the
/// connection is broken is lost; subscribers look for themselves every few seconds.
pub async fn hear(db: Db, bus: Bus, stop: CancellationToken) {
    while let Some(broken) = stop.run_until_cancelled(hear_until_broken(&db, &bus)).await {
        tracing::warn!(problem = ?broken, "events of other processes are not heard; trying again");
        stop.run_until_cancelled(tokio::time::sleep(RECONNECT_AFTER)).await;
    }
}
async fn hear_until_broken(db: &Db, bus: &Bus) -> Problem {
    let mut listener = match db.listener(CHANNEL).await {
        Ok(listener) => listener,
        Err(problem) => return problem,
    };
    loop {
        match listener.recv().await {
            Ok(notification) => match serde_json::from_str(notification.payload()) {
                Ok(event) => bus.publish(event),
                // of a newer version than ours
                Err(error) => tracing::warn!(%error, "an event that is not understood"),
            },
            Err(error) => return Problem::internal(error),
        }
    }
}

#[boxed]
async fn relay_batch(tx: &Tx) -> Result<u64, Problem> {
    let rows = tx
        .query_all_raw(sql(
            tx,
            "SELECT id, topic, subject_kind, subject_id, version FROM outbox ORDER BY id LIMIT $1",
            [RELAY_BATCH.into()],
        ))
        .await?;
    let mut sent = Vec::with_capacity(rows.len());
    for row in &rows {
        let kind: String = row.try_get("", "subject_kind")?;
        let kind = NodeKind::parse(&kind).ok_or_else(|| Problem::internal("an outbox row of an unknown kind"))?;
        let subject = NodeRef { kind, id: row.try_get::<Uuid>("", "subject_id")? };
        let event = Event { topic: row.try_get("", "topic")?, subject, version: row.try_get("", "version")? };
        let text = serde_json::to_string(&event)?;
        tx.execute_raw(sql(tx, "SELECT pg_notify($1, $2)", [CHANNEL.into(), text.into()])).await?;
        sent.push(row.try_get::<Uuid>("", "id")?);
    }
    if !sent.is_empty() {
        // by their ids, never up to the last one: a row of a transaction that began earlier may be committed later
        let text = format!("DELETE FROM outbox WHERE id {}", among(tx.engine(), 1));
        tx.execute_raw(sql(tx, &text, [id_set(tx.engine(), sent)])).await?;
    }
    Ok(rows.len() as u64)
}
