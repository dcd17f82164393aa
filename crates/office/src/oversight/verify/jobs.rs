//! Work that time brings: nothing that is due lies about undone.

use super::check::{SqlCheck, Subject};

/// A minute, after which due work counts as left undone; five for work in many pieces.
pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "job.lots",
        promise: "Bidding opens and closes at its time, within a minute.",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject, CASE WHEN l.status = 'OPEN' THEN 'closed' ELSE 'open' END AS expected,
                     l.status AS found
              FROM lot l
              WHERE (l.status = 'OPEN' AND l.operating_mode <> 'MIRROR' AND l.effective_end_at + 60000000 < {now})
                 OR (l.status = 'ANNOUNCED' AND l.starts_at + 60000000 < {now})",
    },
    SqlCheck {
        name: "job.refunds",
        promise: "A loser's deposit is on its way back when it is due.",
        subject: Subject::Id("registration"),
        sql: "SELECT r.id AS subject, 'a refund' AS expected, r.deposit_status AS found
              FROM registration r
              WHERE r.refund_due_at < {now} AND r.refund_payable_id IS NULL AND r.deposit_received > 0",
    },
    SqlCheck {
        name: "job.bank-files",
        promise: "A file that was accepted from the bank is dispatched within five minutes.",
        subject: Subject::Id("file"),
        sql: "SELECT f.id AS subject, 'DISPATCHED' AS expected,
                     f.state || ', ' || CAST(f.taken AS TEXT) || ' of ' || CAST(f.line_count AS TEXT) || ' lines'
                         AS found
              FROM bank_file f WHERE f.state = 'ACCEPTED' AND f.recorded_at + 300000000 < {now}",
    },
    SqlCheck {
        name: "job.outbox",
        promise: "Changes are told to the other servers within five minutes.",
        subject: Subject::Id("change"),
        sql: "SELECT o.id AS subject, 'sent and deleted' AS expected, o.topic AS found
              FROM outbox o WHERE o.recorded_at + 300000000 < {now}",
    },
];
