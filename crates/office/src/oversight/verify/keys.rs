//! Idempotency: each key that was used has its effect, and each effect that names a key has that key.

use super::check::{SqlCheck, Subject};

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "key.answered",
        promise: "Each used key keeps its answer.",
        subject: Subject::Text,
        sql: "SELECT 'key ' || k.key || ' of ' || k.actor AS subject, 'an answer' AS expected, 'none' AS found
              FROM idempotency_key k WHERE k.result IS NULL",
    },
    SqlCheck {
        name: "key.effect",
        promise: "Each used key has the audit event of what it did. The keys of bids stand with them: see key.bids.",
        subject: Subject::Text,
        sql: "SELECT 'key ' || k.key || ' of ' || k.actor AS subject, k.operation AS expected, 'no event' AS found
              FROM idempotency_key k
              WHERE NOT EXISTS (SELECT 1 FROM audit_event e
                  WHERE e.actor = k.actor AND e.request_key = k.key AND e.action = k.operation AND e.outcome = 'DONE')",
    },
    SqlCheck {
        name: "key.claimed",
        promise: "Each change that was asked for under a key has that key kept, and the key stands for that act alone.",
        subject: Subject::Id("event"),
        sql: "SELECT e.id AS subject, e.action AS expected, COALESCE(k.operation, 'no key ' || e.request_key) AS found
              FROM audit_event e
              LEFT JOIN idempotency_key k ON k.actor = e.actor AND k.key = e.request_key
              WHERE e.outcome = 'DONE' AND e.request_key IS NOT NULL
                AND (k.operation IS NULL OR k.operation <> e.action)",
    },
];
