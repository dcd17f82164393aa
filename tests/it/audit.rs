//! The audit trail on both engines: sequenced without gaps, provable offline, and any tampering named by `verify`.

use crate::{both, support::database::TestDatabase};
use duixian::{
    audit::{
        event::{self, AuditOutcome, NewEvent},
        merkle,
        sequencer::{LogIdentity, Sequencer},
        store,
    },
    kernel::{
        clock::{Clock, Timestamp},
        db::{Engine, sql},
        error::{Failure, Problem},
        ids::{AuditEventId, CaseId, CourtId, NodeRef, ReceiptId},
        jobs::{Fence, JobHandler, Ticker},
        keys::KeyRing,
        money::Money,
        secret::Vault,
    },
    ledger::{AccountKey, Book, Code, EntryKind, NewEntry, credit, debit, post},
    oversight::verify::{AuditKeys, Report, verify},
};
use sea_orm::ConnectionTrait;
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_772_413_200_000_000);
const ORIGIN: &str = "court.example/audit";

struct Audited {
    t: TestDatabase,
    ring: KeyRing,
    vault: Vault,
    log: Arc<LogIdentity>,
}
impl Audited {
    fn new(t: TestDatabase) -> Audited {
        let ring = KeyRing::ephemeral().unwrap();
        let log = Arc::new(LogIdentity::try_new(ORIGIN, &ring).unwrap());
        Audited { t, vault: ring.vault().unwrap(), ring, log }
    }
    async fn record(&self, at: Timestamp, subject: NodeRef) -> AuditEventId {
        let vault = self.vault.clone();
        let written = self.t.db.write_with(move |tx| {
            let new = NewEvent {
                court: None,
                case: None,
                actor: "operator".to_owned(),
                action: "Mutation.openCase",
                outcome: AuditOutcome::Done,
                code: None,
                subject: Some(subject),
                request_key: None,
                payload: serde_json::json!({ "amount": "1.00" }),
            };
            let vault = vault.clone();
            Box::pin(async move { Ok(event::insert(tx, &vault, at, new).await?) })
        });
        written.await.unwrap()
    }
    async fn record_many(&self, count: usize) -> Vec<AuditEventId> {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(self.record(NOW, CaseId::new(NOW).node()).await);
        }
        ids
    }
    fn sequencer(&self) -> Sequencer {
        Sequencer::new(self.t.db.clone(), Clock::manual(NOW), self.log.clone())
    }
    fn ticker(&self, holder: &str) -> Ticker {
        Ticker::new(self.t.db.clone(), Clock::manual(NOW), holder.to_owned(), vec![Arc::new(self.sequencer())])
    }
    async fn sequence(&self) {
        self.ticker("one").run_until_idle().await.unwrap();
    }
    async fn verify(&self) -> Report {
        let keys = AuditKeys { log: &self.log, ring: &self.ring, vault: &self.vault };
        verify(&self.t.db, NOW, Some(&keys)).await.unwrap()
    }
    async fn execute(&self, statements: &'static str) -> Result<(), Failure> {
        let run = self
            .t
            .db
            .write_with(move |tx| Box::pin(async move { Ok(tx.execute_unprepared(statements).await.map(|_| ())?) }));
        run.await
    }
    /// Somebody with the rights of the database's owner takes off the triggers that keep a table as it is.
    async fn drop_triggers(&self, table: &'static str) {
        let triggers = match self.t.db.engine() {
            Engine::Sqlite => "SELECT name AS name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = $1",
            Engine::Postgres => {
                "SELECT tgname::text AS name FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal"
            }
        };
        let reader = self.t.db.reader();
        let rows = reader.query_all_raw(sql(&reader, triggers, [table.into()])).await.unwrap();
        assert!(!rows.is_empty(), "{table} has no triggers");
        for row in rows {
            let name: String = row.try_get("", "name").unwrap();
            if name.ends_with("_pending") {
                continue;
            }
            let text: &'static str = match self.t.db.engine() {
                Engine::Sqlite => format!("DROP TRIGGER {name}"),
                Engine::Postgres => format!("DROP TRIGGER {name} ON {table}"),
            }
            .leak();
            self.execute(text).await.unwrap();
        }
    }
}

async fn every_event_is_provable(t: TestDatabase) {
    let a = Audited::new(t);
    let (reader, subject) = (a.t.db.reader(), CaseId::new(NOW).node());
    let mut events = Vec::new();
    for count in [1, 5, 300, 0] {
        events.extend(a.record_many(count).await);
        a.sequence().await;
    }
    let last = a.record(NOW, subject).await;
    assert!(!store::is_under_checkpoint(&reader, last).await.unwrap(), "not before it is sequenced");
    let covered = async |case: NodeRef| {
        let found = store::under_checkpoint(&reader, case.kind, &[case.id]).await.unwrap();
        found.into_iter().eq([case.id])
    };
    assert!(!covered(subject).await);
    a.sequence().await;
    events.push(last);
    assert!(store::is_under_checkpoint(&reader, last).await.unwrap());
    assert!(covered(subject).await);
    assert!(!covered(CaseId::new(NOW).node()).await, "nothing was recorded");

    let newest = store::latest_head(&reader).await.unwrap().unwrap();
    assert_eq!(newest.size, 307);
    let mut places = BTreeSet::new();
    for id in &events {
        let leaf = store::leaf_of(&reader, *id).await.unwrap().unwrap();
        places.insert(leaf.leaf_index);
        let proof = store::inclusion_proof(&reader, &leaf, &newest).await.unwrap().unwrap();
        let hash = leaf.leaf_hash.try_into().unwrap();
        assert_eq!(proof.verify(&hash, ORIGIN, a.log.verifiers()).unwrap().size, 307);
    }
    assert_eq!(places, (0..307).collect());
    // a few dozen events are sequenced at a time: the third commit made several checkpoints
    for older in [1, 6, 246, 306, 307] {
        let older = store::head_at(&reader, older).await.unwrap().unwrap();
        let path = store::consistency_between(&reader, &older, &newest).await.unwrap();
        let [old_root, new_root] = [&older.root, &newest.root].map(|root| root.as_slice().try_into().unwrap());
        let (from, to) = (older.size as u64, newest.size as u64);
        assert_eq!(merkle::verify_consistency(from, to, &old_root, &new_root, &path), Ok(()));
    }
    let report = a.verify().await;
    assert!(report.is_clean(), "{report}");
}
both!(proofs, super::every_event_is_provable);

/// Ids do not come in the order of commits: an event with an older id than the last sequenced one is not passed over.
async fn a_late_commit_is_sequenced(t: TestDatabase) {
    let a = Audited::new(t);
    a.record_many(3).await;
    a.sequence().await;
    let late = a.record(NOW.minus(chrono::TimeDelta::minutes(5)), CaseId::new(NOW).node()).await;
    a.sequence().await;
    let leaf = store::leaf_of(&a.t.db.reader(), late).await.unwrap().unwrap();
    assert_eq!(leaf.leaf_index, 3);
    assert!(a.verify().await.is_clean());
}
both!(order, super::a_late_commit_is_sequenced);

/// Two processes that both believe to be the sequencer: the one without the lease does nothing.
async fn only_the_leaseholder_signs(t: TestDatabase) {
    let a = Audited::new(t);
    a.sequence().await;
    a.record_many(5).await;
    let stale = Fence { name: "audit-sequencer", token: 7 };
    assert!(matches!(a.sequencer().tick(&stale).await, Err(Problem::Conflict)));
    a.ticker("two").run_until_idle().await.unwrap();
    assert!(store::latest_head(&a.t.db.reader()).await.unwrap().is_none(), "the lease of the first still runs");
    a.sequence().await;
    assert_eq!(store::latest_head(&a.t.db.reader()).await.unwrap().unwrap().size, 5);
}
both!(lease, super::only_the_leaseholder_signs);

/// Has so many things to do, five in a piece.
struct Piecemeal {
    left: AtomicU64,
    pieces: AtomicU64,
}
#[async_trait::async_trait]
impl JobHandler for Piecemeal {
    fn name(&self) -> &'static str {
        "piecemeal"
    }
    fn full(&self) -> u64 {
        5
    }
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        assert_eq!(fence.token, 1, "one lease for all of it");
        self.pieces.fetch_add(1, Ordering::SeqCst);
        let left = self.left.load(Ordering::SeqCst);
        self.left.store(left.saturating_sub(5), Ordering::SeqCst);
        Ok(left.min(5))
    }
}

/// A serving process rests after a piece that was not full; a test goes on until nothing is due.
async fn the_last_piece_is_not_chased(t: TestDatabase) {
    let job = Arc::new(Piecemeal { left: AtomicU64::new(13), pieces: AtomicU64::new(0) });
    let ticker = Ticker::new(t.db.clone(), Clock::manual(NOW), "one".to_owned(), vec![job.clone()]);
    let stop = CancellationToken::new();
    let serving = async {
        while job.left.load(Ordering::SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    tokio::join!(ticker.run(stop.clone()), serving);
    assert_eq!(job.pieces.load(Ordering::SeqCst), 3, "5, 5 and 3");
    job.left.store(3, Ordering::SeqCst);
    ticker.run_until_idle().await.unwrap();
    assert_eq!(job.pieces.load(Ordering::SeqCst), 6, "3, nothing, and nothing once more");
}
both!(jobs, super::the_last_piece_is_not_chased);

/// Who waits for rest waits for a whole round in which nothing was due.
async fn rest_follows_the_work(t: TestDatabase) {
    let job = Arc::new(Piecemeal { left: AtomicU64::new(13), pieces: AtomicU64::new(0) });
    let ticker = Ticker::new(t.db.clone(), Clock::manual(NOW), "one".to_owned(), vec![job.clone()]);
    let stop = CancellationToken::new();
    let rested = async {
        ticker.at_rest().await;
        stop.cancel();
        job.pieces.load(Ordering::SeqCst)
    };
    let ((), pieces) = tokio::join!(ticker.run(stop.clone()), rested);
    assert_eq!(pieces, 4, "5, 5 and 3, then a round with nothing");
}
both!(rest, super::rest_follows_the_work);

async fn the_trail_is_append_only(t: TestDatabase) {
    let a = Audited::new(t);
    a.record_many(3).await;
    a.sequence().await;
    for attack in [
        "UPDATE audit_event SET actor = 'x'",
        "DELETE FROM audit_event",
        "UPDATE audit_leaf SET leaf_index = leaf_index + 10",
        "DELETE FROM audit_leaf",
        "UPDATE audit_node SET level = 2",
        "DELETE FROM audit_node",
        "UPDATE audit_checkpoint SET note = 'x'",
        "DELETE FROM audit_checkpoint",
        // the history may not fork
        "INSERT INTO audit_checkpoint SELECT size + 1, previous, root, note, signed_at FROM audit_checkpoint",
    ] {
        assert!(a.execute(attack).await.is_err(), "{attack}");
    }
    for table in ["audit_event", "audit_leaf", "audit_node", "audit_checkpoint"] {
        let attack: &'static str = match a.t.db.engine() {
            Engine::Sqlite => format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}"),
            Engine::Postgres => format!("TRUNCATE {table} CASCADE"),
        }
        .leak();
        assert!(a.execute(attack).await.is_err(), "{attack}");
    }
    assert!(a.verify().await.is_clean());
}
both!(append_only, super::the_trail_is_append_only);

async fn tampering_with_the_trail_is_named(t: TestDatabase) {
    let a = Audited::new(t);
    a.record_many(6).await;
    a.sequence().await;
    a.record_many(34).await;
    a.sequence().await;
    assert!(a.verify().await.is_clean());
    for table in ["audit_event", "audit_leaf", "audit_node", "audit_checkpoint"] {
        a.drop_triggers(table).await;
    }
    let other = "(SELECT leaf_hash FROM audit_leaf WHERE leaf_index = 0)";
    let tampered: [(String, &str, &str); 6] = [
        (
            "UPDATE audit_event SET actor = 'x' WHERE id = (SELECT event_id FROM audit_leaf WHERE leaf_index = 10)"
                .into(),
            "audit.leaf",
            "at leaf 10",
        ),
        (
            "UPDATE audit_event SET payload_salt = payload_hash
             WHERE id = (SELECT event_id FROM audit_leaf WHERE leaf_index = 11)"
                .into(),
            "audit.payload",
            "at leaf 11",
        ),
        (format!("UPDATE audit_node SET hash = {other} WHERE level = 2 AND node_index = 1"), "audit.node", "node 2/1"),
        (format!("UPDATE audit_leaf SET leaf_hash = {other} WHERE leaf_index = 20"), "audit.root", "leaves 6..40"),
        (format!("UPDATE audit_checkpoint SET root = {other} WHERE size = 40"), "audit.checkpoint", "checkpoint 40"),
        (
            "UPDATE audit_checkpoint SET note = replace(note, '40', '39') WHERE size = 40".into(),
            "audit.signature",
            "checkpoint 40",
        ),
    ];
    for (statement, check, subject) in tampered {
        a.execute(statement.clone().leak()).await.unwrap();
        let report = a.verify().await;
        let named = report.violations.iter().any(|v| v.check == check && v.subject.contains(subject));
        assert!(named, "{statement}\n{report}");
    }
    // a tree that does not continue what was signed is not signed over
    a.record_many(1).await;
    assert!(a.ticker("one").run_until_idle().await.is_err());
    // nor can an event be hidden by taking it off the queue
    a.execute("DELETE FROM audit_pending").await.unwrap();
    let report = a.verify().await;
    assert!(report.violations.iter().any(|v| v.check == "audit.sequenced"), "{report}");
}
both!(tampering, super::tampering_with_the_trail_is_named);

/// The signed tree itself continues only from what its stored peaks say: changed peaks stop the sequencer.
async fn a_changed_tree_stops_the_sequencer(t: TestDatabase) {
    let a = Audited::new(t);
    a.record_many(8).await;
    a.sequence().await;
    a.drop_triggers("audit_node").await;
    a.execute("UPDATE audit_node SET hash = (SELECT leaf_hash FROM audit_leaf WHERE leaf_index = 0) WHERE level = 3")
        .await
        .unwrap();
    a.record_many(1).await;
    assert!(a.ticker("one").run_until_idle().await.is_err());
    assert_eq!(store::latest_head(&a.t.db.reader()).await.unwrap().unwrap().size, 8);
}
both!(self_check, super::a_changed_tree_stops_the_sequencer);

async fn tampering_with_the_books_is_named(t: TestDatabase) {
    let a = Audited::new(t);
    let (court, case) = (CourtId::from_uuid(Uuid::from_u128(7)), CaseId::new(NOW));
    let bank = AccountKey::of_court(court, Book::AuctionDeposits, Code::Bank);
    let price = AccountKey::owned(court, Book::AuctionDeposits, Code::Price, case.uuid());
    let amount: Money = "100.00".parse().unwrap();
    let entry = NewEntry {
        court,
        book: Book::AuctionDeposits,
        kind: EntryKind::PriceReceipt,
        booked_on: NOW.legal_date(),
        case: None,
        cause: ReceiptId::new(NOW).node(),
        reverses: None,
        postings: vec![debit(bank, amount), credit(price, amount)],
    };
    let posted = a.t.db.write_with(move |tx| {
        let entry = entry.clone();
        Box::pin(async move {
            post(tx, NOW, entry).await?;
            duixian::ledger::hold(tx, NOW, price, Money::from_yuan(60), case.node()).await
        })
    });
    posted.await.unwrap();
    let report = a.verify().await;
    assert!(report.is_clean(), "{report}");
    for table in ["ledger_posting", "ledger_entry", "ledger_hold"] {
        a.drop_triggers(table).await;
    }
    for (statement, checks) in [
        ("UPDATE ledger_balance SET balance = balance + 1", &["ledger.balance-fold"][..]),
        ("UPDATE ledger_hold SET amount = amount - 1", &["ledger.held"]),
        (
            "UPDATE ledger_posting SET amount = amount + 1 WHERE amount > 0",
            &["ledger.entry-balanced", "ledger.book-balanced"],
        ),
        ("UPDATE ledger_posting SET amount = -amount", &["ledger.never-negative"]),
        ("UPDATE ledger_entry SET book = 'CASE_FUNDS'", &["ledger.books-apart"]),
        ("DELETE FROM ledger_entry", &["ledger.posting-sealed"]),
        (
            "INSERT INTO idempotency_key (actor, key, operation, input_hash, result, recorded_at)
             SELECT 'operator', 'key-00000001', 'Mutation.openCase', payload_hash, NULL, 1 FROM audit_event LIMIT 1",
            &["key.answered", "key.effect"],
        ),
    ] {
        if statement.contains("audit_event") {
            a.record_many(1).await;
        }
        a.execute(statement).await.unwrap();
        let report = a.verify().await;
        for check in checks {
            assert!(report.violations.iter().any(|v| v.check == *check), "{check}: {statement}\n{report}");
        }
    }
}
both!(books, super::tampering_with_the_books_is_named);
