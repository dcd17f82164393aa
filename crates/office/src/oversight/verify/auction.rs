//! The sale: no gap in what the public saw, prices that only rise, deposits that are resolved once, receipts that hold.

use super::{
    check::{MAX_ROWS, SqlCheck, Subject},
    report::{Report, Violation},
};
use crate::{
    auction::receipt::signed_text,
    audit::merkle::{Hash, leaf_hash, verify_inclusion},
    kernel::{
        db::{Reader, sql},
        error::Problem,
        keys::{KeyPurpose, KeyRing, Signature},
    },
};
use sea_orm::{ConnectionTrait, QueryResult};
use std::collections::HashMap;
use uuid::Uuid;

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "lot.versions",
        promise: "The public history of a lot has every version once, up to the present one.",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject, CAST(l.version AS TEXT) || ' versions' AS expected,
                     CAST(COUNT(e.version) AS TEXT) || ' up to ' || CAST(COALESCE(MAX(e.version), 0) AS TEXT) AS found
              FROM lot l LEFT JOIN lot_event e ON e.lot_id = l.id
              GROUP BY l.id, l.version
              HAVING COUNT(e.version) <> l.version OR COALESCE(MAX(e.version), 0) <> l.version",
    },
    SqlCheck {
        name: "lot.attempts",
        promise: "The attempts to bid on a lot are numbered without a gap, and the accepted ones are counted.",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject,
                     CAST(l.attempt_count AS TEXT) || ' attempts, ' || CAST(l.bid_count AS TEXT) || ' bids' AS expected,
                     CAST(COUNT(b.id) AS TEXT) || ' attempts up to '
                         || CAST(COALESCE(MAX(b.sequence), 0) AS TEXT) || ', '
                         || CAST(COUNT(b.lot_version) AS TEXT) || ' bids' AS found
              FROM lot l LEFT JOIN bid_attempt b ON b.lot_id = l.id
              WHERE l.operating_mode <> 'MIRROR'
              GROUP BY l.id, l.attempt_count, l.bid_count
              HAVING COUNT(b.id) <> l.attempt_count OR COALESCE(MAX(b.sequence), 0) <> l.attempt_count
                  OR COUNT(b.lot_version) <> l.bid_count",
    },
    SqlCheck {
        name: "lot.bids-rise",
        promise: "Each accepted bid is above the one before; only a priority purchaser may equal it.",
        subject: Subject::Id("bid"),
        sql: "SELECT x.id AS subject, 'more than ' || CAST(x.before AS TEXT) AS expected,
                     CAST(x.amount AS TEXT) AS found
              FROM (SELECT b.id AS id, b.amount AS amount, b.priority_rank AS priority_rank,
                           LAG(b.amount) OVER (PARTITION BY b.lot_id ORDER BY b.sequence) AS before
                    FROM bid_attempt b WHERE b.outcome = 'ACCEPTED') x
              WHERE x.amount < x.before OR (x.amount = x.before AND x.priority_rank IS NULL)",
    },
    SqlCheck {
        name: "lot.leader",
        promise: "The price of a lot is its highest accepted bid and its leader made it.",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject, COALESCE(CAST(m.top AS TEXT), 'no bid') AS expected,
                     COALESCE(CAST(l.current_price AS TEXT), 'no price')
                         || CASE WHEN b.id IS NULL AND l.leader_id IS NOT NULL THEN ' of another' ELSE '' END AS found
              FROM lot l
              LEFT JOIN (SELECT lot_id, MAX(amount) AS top FROM bid_attempt WHERE outcome = 'ACCEPTED'
                         GROUP BY lot_id) m
                  ON m.lot_id = l.id
              LEFT JOIN bid_attempt b ON b.lot_id = l.id AND b.sequence = l.leader_sequence AND b.outcome = 'ACCEPTED'
                  AND b.registration_id = l.leader_id AND b.amount = l.current_price
              WHERE l.operating_mode <> 'MIRROR'
                AND (COALESCE(m.top, 0) <> COALESCE(l.current_price, 0) OR (l.leader_id IS NOT NULL AND b.id IS NULL))",
    },
    SqlCheck {
        name: "lot.bids-in-time",
        promise: "No bid was accepted before the start or at or after the end.",
        subject: Subject::Id("bid"),
        sql: "SELECT b.id AS subject,
                     CAST(l.starts_at AS TEXT) || ' to ' || CAST(l.effective_end_at AS TEXT) || ' µs' AS expected,
                     CAST(b.arrived_at AS TEXT) || ' µs' AS found
              FROM bid_attempt b JOIN lot l ON l.id = b.lot_id
              WHERE b.outcome = 'ACCEPTED' AND (b.arrived_at < l.starts_at OR b.arrived_at >= l.effective_end_at)",
    },
    SqlCheck {
        name: "key.bids",
        promise: "Each attempt to bid has the one key it was made under; what a sealed maximum answers has none.",
        subject: Subject::Id("bid"),
        sql: "SELECT x.id AS subject, CASE WHEN x.answers = 1 THEN 'no key' ELSE 'a key' END AS expected,
                     CASE WHEN x.keyed = 1 THEN 'a key' ELSE 'no key' END AS found
              FROM (SELECT id, CASE WHEN statement LIKE '%\"provokedBy\":%' THEN 1 ELSE 0 END AS answers,
                           CASE WHEN idempotency_key IS NULL THEN 0 ELSE 1 END AS keyed
                    FROM bid_attempt) x
              WHERE x.answers = x.keyed",
    },
    SqlCheck {
        name: "deposit.received",
        promise: "A deposit is what the bank credited or the platform has frozen, less what went to the price or \
                  straight back.",
        subject: Subject::Id("registration"),
        sql:
            "SELECT x.id AS subject, CAST(x.arrived - x.applied AS TEXT) AS expected, CAST(x.received AS TEXT) AS found
              FROM (SELECT r.id AS id, r.deposit_received AS received,
                           COALESCE((SELECT SUM(c.to_deposit) FROM deposit_credit c WHERE c.registration_id = r.id
                               AND NOT EXISTS (SELECT 1 FROM payable b WHERE b.subject_id = c.id)), 0)
                               + COALESCE((SELECT SUM(d.amount) FROM platform_deposit d WHERE d.registration_id = r.id
                                   AND (d.state = 'FROZEN' OR d.receipt_id IS NOT NULL)), 0) AS arrived,
                           COALESCE((SELECT s.deposit_applied FROM lot_result s WHERE s.winner_id = r.id), 0) AS applied
                    FROM registration r) x
              WHERE x.arrived - x.applied <> x.received",
    },
    SqlCheck {
        name: "deposit.stands",
        promise: "A deposit stands on the bidder's own account until it goes back, and nothing else does.",
        subject: Subject::Id("registration"),
        sql: "SELECT x.id AS subject, CAST(x.owed AS TEXT) AS expected, CAST(x.balance AS TEXT) AS found
              FROM (SELECT r.id AS id, COALESCE(b.balance, 0) AS balance,
                           CASE WHEN r.refund_payable_id IS NULL AND r.deposit_holding = 'COURT_ACCOUNT'
                                THEN r.deposit_received ELSE 0 END AS owed
                    FROM registration r
                    LEFT JOIN ledger_account a ON a.owner = r.id AND a.code = 'BIDDER_DEPOSIT'
                    LEFT JOIN ledger_balance b ON b.account_id = a.id) x
              WHERE x.owed <> x.balance",
    },
    SqlCheck {
        name: "deposit.frozen",
        promise: "The memo of a deposit stands while the platform has it or owes it, to the fen (网拍规定 第17、25条).",
        subject: Subject::Id("registration"),
        sql: "SELECT x.id AS subject, x.state || ' ' || CAST(x.owed AS TEXT) AS expected,
                     CAST(x.balance AS TEXT) AS found
              FROM (SELECT r.id AS id, COALESCE(d.state, 'NONE') AS state, COALESCE(b.balance, 0) AS balance,
                           CASE WHEN d.state IN ('FROZEN', 'DUE_FROM_PROVIDER') THEN d.amount ELSE 0 END AS owed
                    FROM registration r
                    LEFT JOIN platform_deposit d ON d.registration_id = r.id
                    LEFT JOIN ledger_account a ON a.owner = r.id AND a.code = 'FROZEN_CONTRA'
                    LEFT JOIN ledger_balance b ON b.account_id = a.id) x
              WHERE x.owed <> x.balance",
    },
    SqlCheck {
        name: "deposit.memo",
        promise: "The memos of a court are its frozen deposits (9001) and what the provider owes (9003), to the fen.",
        subject: Subject::Id("court"),
        sql: "SELECT x.court_id AS subject, x.code || ' ' || CAST(SUM(x.owed) AS TEXT) AS expected,
                     x.code || ' ' || CAST(SUM(x.booked) AS TEXT) AS found
              FROM (SELECT d.court_id AS court_id, d.amount AS owed, 0 AS booked,
                           CASE WHEN d.state = 'FROZEN' THEN 'FROZEN_DEPOSIT' ELSE 'DUE_FROM_PROVIDER' END AS code
                    FROM platform_deposit d WHERE d.state IN ('FROZEN', 'DUE_FROM_PROVIDER')
                    UNION ALL
                    SELECT a.court_id, 0, p.amount, a.code FROM ledger_posting p
                    JOIN ledger_account a ON a.id = p.account_id
                    WHERE a.code IN ('FROZEN_DEPOSIT', 'DUE_FROM_PROVIDER')) x
              GROUP BY x.court_id, x.code HAVING SUM(x.owed) <> SUM(x.booked)",
    },
    SqlCheck {
        name: "deposit.due",
        promise: "What a sale counts as due from the provider is what his record says, and no price with such a part \
                  is complete (网拍规定 第25条).",
        subject: Subject::Id("lot"),
        sql: "SELECT s.lot_id AS subject, CAST(COALESCE(d.amount, 0) AS TEXT) || ' due' AS expected,
                     CAST(s.deposit_due AS TEXT) || CASE WHEN s.paid_on IS NULL THEN '' ELSE ' and paid' END AS found
              FROM lot_result s
              LEFT JOIN platform_deposit d ON d.registration_id = s.winner_id AND d.state = 'DUE_FROM_PROVIDER'
              WHERE s.deposit_due <> COALESCE(d.amount, 0) OR (s.deposit_due > 0 AND s.paid_on IS NOT NULL)",
    },
    SqlCheck {
        name: "deposit.resolved-once",
        promise: "A deposit is held once and resolved once: captured, released or forfeited.",
        subject: Subject::Id("registration"),
        sql: "SELECT x.id AS subject, x.deposit_status AS expected,
                     CAST(x.held AS TEXT) || ' held, ' || CAST(x.captured AS TEXT) || ' captured, '
                         || CAST(x.released AS TEXT) || ' released of ' || CAST(x.holds AS TEXT) AS found
              FROM (SELECT r.id AS id, r.deposit_status AS deposit_status, COUNT(h.id) AS holds,
                           COUNT(CASE WHEN h.state = 'HELD' THEN 1 END) AS held,
                           COUNT(CASE WHEN h.state = 'CAPTURED' THEN 1 END) AS captured,
                           COUNT(CASE WHEN h.state = 'RELEASED' THEN 1 END) AS released
                    FROM registration r LEFT JOIN ledger_hold h ON h.subject_id = r.id
                    GROUP BY r.id, r.deposit_status) x
              WHERE x.holds > 1 OR x.held <> CASE WHEN x.deposit_status = 'HELD' THEN 1 ELSE 0 END
                 OR (x.released > 0 AND x.deposit_status <> 'REFUNDING')
                 OR (x.captured > 0 AND x.deposit_status NOT IN ('CAPTURED', 'FORFEITED', 'REFUNDING'))",
    },
    SqlCheck {
        name: "deposit.resolved-in-time",
        promise: "When a lot is over, no deposit on it stays held beyond the day of its refund (网拍规定 第23条).",
        subject: Subject::Id("registration"),
        sql: "SELECT r.id AS subject, 'resolved, as the lot is ' || l.status AS expected, h.state AS found
              FROM registration r JOIN lot l ON l.id = r.lot_id JOIN ledger_hold h ON h.subject_id = r.id
              WHERE h.state = 'HELD' AND COALESCE(r.refund_due_at, 0) < {now}
                AND l.status NOT IN ('DRAFT', 'READY', 'ANNOUNCED', 'OPEN', 'SUSPENDED')",
    },
    SqlCheck {
        name: "lot.price-paid",
        promise: "What counts as paid on a price is what was booked on it.",
        subject: Subject::Id("lot"),
        sql: "SELECT x.lot_id AS subject, CAST(x.paid AS TEXT) AS expected, CAST(x.booked AS TEXT) AS found
              FROM (SELECT s.lot_id AS lot_id, s.deposit_applied + s.balance_paid AS paid,
                           COALESCE(SUM(CASE WHEN p.amount < 0 THEN -p.amount ELSE 0 END), 0) AS booked
                    FROM lot_result s
                    LEFT JOIN ledger_account a ON a.owner = s.lot_id AND a.code = 'PRICE'
                    LEFT JOIN ledger_posting p ON p.account_id = a.id
                        AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.id = p.entry_id AND e.kind = 'REVERSAL')
                    GROUP BY s.lot_id, s.deposit_applied, s.balance_paid) x
              WHERE x.paid <> x.booked",
    },
];

const RECEIPTS: &str = "receipt.signed";
const RECEIPTS_PROMISE: &str = "Each bid receipt stands in its signed batch, and the batches of a server form a chain.";
/// Signed batches that are read at a time.
const CHUNK: usize = 200;

/// Recomputes each receipt's path to its signed root and follows the chain of each server.
pub(super) async fn receipts(reader: &Reader, ring: &KeyRing, report: &mut Report) -> Result<(), Problem> {
    let mut found = Vec::new();
    let mut heads: HashMap<String, (i64, Vec<u8>)> = HashMap::new();
    let (mut node, mut sequence) = (String::new(), 0_i64);
    loop {
        let text = format!(
            "SELECT id, node, sequence, root, previous_root, leaf_count, signature, key_id FROM receipt_batch
             WHERE node > $1 OR (node = $1 AND sequence > $2) ORDER BY node, sequence LIMIT {CHUNK}"
        );
        let rows = reader.query_all_raw(sql(reader, &text, [node.clone().into(), sequence.into()])).await?;
        let batches = rows.iter().map(Batch::read).collect::<Result<Vec<_>, _>>()?;
        for batch in &batches {
            let head = heads.entry(batch.node.clone()).or_default();
            batch.check_chain(head, ring, &mut found);
            batch.check_receipts(reader, &mut found).await?;
            *head = (batch.sequence, batch.root.clone());
        }
        match batches.last() {
            Some(last) if batches.len() == CHUNK && found.len() < MAX_ROWS => {
                (node, sequence) = (last.node.clone(), last.sequence);
            }
            _ => break,
        }
    }
    report.add(RECEIPTS, RECEIPTS_PROMISE, found);
    Ok(())
}

struct Batch {
    id: Uuid,
    node: String,
    sequence: i64,
    root: Vec<u8>,
    previous_root: Vec<u8>,
    leaf_count: i32,
    signature: Vec<u8>,
    key_id: String,
}
impl Batch {
    fn read(row: &QueryResult) -> Result<Batch, Problem> {
        Ok(Batch {
            id: row.try_get("", "id")?,
            node: row.try_get("", "node")?,
            sequence: row.try_get("", "sequence")?,
            root: row.try_get("", "root")?,
            previous_root: row.try_get("", "previous_root")?,
            leaf_count: row.try_get("", "leaf_count")?,
            signature: row.try_get("", "signature")?,
            key_id: row.try_get("", "key_id")?,
        })
    }
    fn violation(&self, subject: String, expected: impl ToString, found: impl ToString) -> Violation {
        Violation { check: RECEIPTS, subject, expected: expected.to_string(), found: found.to_string() }
    }
    fn name(&self) -> String {
        format!("batch {} of {}", self.sequence, self.node)
    }
    fn check_chain(&self, head: &(i64, Vec<u8>), ring: &KeyRing, found: &mut Vec<Violation>) {
        if self.sequence != head.0 + 1 {
            found.push(self.violation(
                self.name(),
                format!("batch {}", head.0 + 1),
                format!("batch {}", self.sequence),
            ));
        }
        if self.previous_root != head.1 {
            found.push(self.violation(self.name(), hex::encode(&head.1), hex::encode(&self.previous_root)));
        }
        let text = signed_text(&self.node, self.sequence, &self.root, &self.previous_root);
        let good = <[u8; 64]>::try_from(self.signature.as_slice()).is_ok_and(|bytes| {
            let signature = Signature { kid: self.key_id.clone(), bytes };
            ring.verify(KeyPurpose::Receipt, text.as_bytes(), &signature)
        });
        if !good {
            found.push(self.violation(self.name(), format!("a signature by key {}", self.key_id), "another"));
        }
    }
    async fn check_receipts(&self, reader: &Reader, found: &mut Vec<Violation>) -> Result<(), Problem> {
        let text = "SELECT id, statement, batch_index, path FROM bid_attempt WHERE batch_id = $1 ORDER BY batch_index";
        let rows = reader.query_all_raw(sql(reader, text, [self.id.into()])).await?;
        if i32::try_from(rows.len()).ok() != Some(self.leaf_count) {
            found.push(self.violation(self.name(), format!("{} receipts", self.leaf_count), rows.len()));
        }
        for row in rows {
            let id: Uuid = row.try_get("", "id")?;
            let statement: String = row.try_get("", "statement")?;
            let index: i32 = row.try_get("", "batch_index")?;
            let path: Vec<u8> = row.try_get("", "path")?;
            if !self.holds(&statement, index, &path) {
                found.push(self.violation(format!("bid {id}"), hex::encode(&self.root), "a path to another root"));
            }
        }
        Ok(())
    }
    fn holds(&self, statement: &str, index: i32, path: &[u8]) -> bool {
        let (hashes, rest) = path.as_chunks::<32>();
        let (Ok(index), Ok(size)) = (u64::try_from(index), u64::try_from(self.leaf_count)) else { return false };
        let Ok(root) = Hash::try_from(self.root.as_slice()) else { return false };
        rest.is_empty() && verify_inclusion(&leaf_hash(statement.as_bytes()), index, size, hashes, &root).is_ok()
    }
}
