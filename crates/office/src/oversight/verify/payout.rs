//! Money out: what is owed stands on its account, what is in transit is what the bank has not answered, each payment
//! is made once, and each step of a decision was another person's.

use super::{
    check::{MAX_ROWS, SqlCheck, Subject},
    report::{Report, Violation},
};
use crate::{
    disbursement::store::{lines_digest, selected_runs},
    kernel::{db::Reader, error::Problem, ids::PayoutRunId},
};
use uuid::Uuid;

const AGREED: &str = "run.agreed";
const AGREED_PROMISE: &str = "The lines of a unified payout are those that its approvers agreed to, by their digests.";
const RUNS_AT_ONCE: u64 = 100;

/// Counts the digest of every run again from its lines.
///
/// # Errors
/// Only when the database cannot be read.
pub(super) async fn agreed(reader: &Reader, report: &mut Report) -> Result<(), Problem> {
    let (mut found, mut last) = (Vec::new(), PayoutRunId::from_uuid(Uuid::nil()));
    loop {
        let runs = selected_runs(reader, last, RUNS_AT_ONCE).await?;
        for run in &runs {
            last = run.id;
            let counted = lines_digest(reader, run.id).await?;
            if counted.as_slice() != run.lines_digest {
                let (expected, counted) = (hex::encode(&run.lines_digest), hex::encode(counted));
                let subject = format!("run {}", run.id.uuid());
                found.push(Violation { check: AGREED, subject, expected, found: counted });
            }
        }
        if runs.is_empty() || found.len() >= MAX_ROWS {
            break;
        }
    }
    report.add(AGREED, AGREED_PROMISE, found);
    Ok(())
}

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "payable.sources",
        promise: "A payment of case money, a fee that was taken apart, names the receipts that it comes from.",
        subject: Subject::Id("payable"),
        sql: "SELECT b.id AS subject, CAST(b.amount AS TEXT) AS expected,
                     CAST(COALESCE(SUM(s.amount), 0) AS TEXT) AS found
              FROM payable b LEFT JOIN payable_source s ON s.payable_id = b.id
              WHERE b.book = 'CASE_FUNDS' AND b.case_id IS NOT NULL AND b.from_code <> 'EXECUTION_FEE'
              GROUP BY b.id, b.amount HAVING COALESCE(SUM(s.amount), 0) <> b.amount",
    },
    SqlCheck {
        name: "payable.stands",
        promise: "What is owed stands on its own account until it is with the bank, and not afterwards.",
        subject: Subject::Id("payable"),
        sql: "SELECT x.id AS subject, x.state || ' ' || CAST(x.owed AS TEXT) AS expected,
                     CAST(x.balance AS TEXT) AS found
              FROM (SELECT b.id AS id, b.state AS state, COALESCE(l.balance, 0) AS balance,
                           CASE WHEN b.state IN ('OPEN', 'FAILED') THEN b.amount ELSE 0 END AS owed
                    FROM payable b
                    LEFT JOIN ledger_account a ON a.owner = b.id AND a.code = 'PAYABLE'
                    LEFT JOIN ledger_balance l ON l.account_id = a.id) x
              WHERE x.owed <> x.balance",
    },
    SqlCheck {
        name: "payout.in-transit",
        promise: "What is in transit is the sum of the payments that the bank has not definitely answered.",
        subject: Subject::Id("court"),
        sql: "SELECT x.court_id AS subject, x.book || ' ' || CAST(SUM(x.open) AS TEXT) AS expected,
                     x.book || ' ' || CAST(SUM(x.booked) AS TEXT) AS found
              FROM (SELECT court_id, book, amount AS open, 0 AS booked FROM payout_attempt
                    WHERE state IN ('QUEUED', 'SENT', 'ACCEPTED', 'UNKNOWN')
                    UNION ALL
                    SELECT a.court_id, a.book, 0, -p.amount FROM ledger_posting p
                    JOIN ledger_account a ON a.id = p.account_id WHERE a.code = 'IN_TRANSIT') x
              GROUP BY x.court_id, x.book HAVING SUM(x.open) <> SUM(x.booked)",
    },
    SqlCheck {
        name: "payout.attempts",
        promise: "The attempts at a payment are numbered without a gap, for its full amount each.",
        subject: Subject::Id("payable"),
        sql: "SELECT b.id AS subject, CAST(b.attempts AS TEXT) || ' of ' || CAST(b.amount AS TEXT) AS expected,
                     CAST(COUNT(t.id) AS TEXT) || ' up to ' || CAST(COALESCE(MAX(t.number), 0) AS TEXT) || ' of '
                         || CAST(COALESCE(MAX(t.amount), b.amount) AS TEXT) AS found
              FROM payable b LEFT JOIN payout_attempt t ON t.payable_id = b.id
              GROUP BY b.id, b.attempts, b.amount
              HAVING COUNT(t.id) <> b.attempts OR COALESCE(MAX(t.number), 0) <> b.attempts
                  OR COALESCE(MIN(t.amount), b.amount) <> b.amount OR COALESCE(MAX(t.amount), b.amount) <> b.amount",
    },
    SqlCheck {
        name: "payout.paid-once",
        promise: "A payment is made once: it is paid by one settled attempt and in transit by one open attempt.",
        subject: Subject::Id("payable"),
        sql: "SELECT x.id AS subject, x.state AS expected,
                     CAST(x.settled AS TEXT) || ' settled, ' || CAST(x.open AS TEXT) || ' open' AS found
              FROM (SELECT b.id AS id, b.state AS state,
                           COUNT(CASE WHEN t.state = 'SETTLED' THEN 1 END) AS settled,
                           COUNT(CASE WHEN t.state IN ('QUEUED', 'SENT', 'ACCEPTED', 'UNKNOWN') THEN 1 END) AS open
                    FROM payable b LEFT JOIN payout_attempt t ON t.payable_id = b.id
                    GROUP BY b.id, b.state) x
              WHERE x.settled <> CASE WHEN x.state = 'PAID' THEN 1 ELSE 0 END
                 OR x.open <> CASE WHEN x.state = 'IN_TRANSIT' THEN 1 ELSE 0 END",
    },
    SqlCheck {
        name: "payout.sent-once",
        promise: "Each payment that was sent stands in exactly one file to the bank, with its amount.",
        subject: Subject::Text,
        sql: "SELECT 'payment ' || t.end_to_end_id AS subject, CAST(t.amount AS TEXT) || ' once' AS expected,
                     CAST(COALESCE(SUM(l.amount), 0) AS TEXT) || ' in ' || CAST(COUNT(l.id) AS TEXT) AS found
              FROM payout_attempt t LEFT JOIN bank_line l ON l.reference = t.end_to_end_id AND l.kind = 'PAYMENT'
              WHERE t.sent_at IS NOT NULL
              GROUP BY t.end_to_end_id, t.amount
              HAVING COUNT(l.id) <> 1 OR COALESCE(SUM(l.amount), 0) <> t.amount",
    },
    SqlCheck {
        name: "payable.cancelled",
        promise: "A payment is cancelled exactly when the mirror of its entry has given its money back.",
        subject: Subject::Id("payable"),
        sql: "SELECT b.id AS subject, b.state AS expected,
                     CASE WHEN e.id IS NULL THEN 'nothing given back' ELSE 'given back' END AS found
              FROM payable b LEFT JOIN ledger_entry e ON e.cause_id = b.id AND e.kind = 'REVERSAL'
              WHERE (b.state = 'CANCELLED') <> (e.id IS NOT NULL)",
    },
    SqlCheck {
        name: "payee.agent",
        promise: "An agent's account rests on papers of the same party that let him receive; nothing is given \
                  to the bank for it after they were revoked.",
        subject: Subject::Id("payee"),
        sql: "SELECT y.id AS subject, 'papers of the party, not revoked' AS expected,
                     a.status || CASE WHEN a.may_receive THEN '' ELSE ', without authority to receive' END
                         || CASE WHEN a.party_id <> y.party_id THEN ', of another party' ELSE '' END AS found
              FROM payee y JOIN agent_paper a ON a.id = y.agent_paper_id
              WHERE a.party_id <> y.party_id OR NOT a.may_receive
                 OR EXISTS (SELECT 1 FROM payout_attempt t WHERE t.payee_id = y.id AND t.queued_at > a.revoked_at)",
    },
    SqlCheck {
        name: "deferral.held",
        promise: "A disputed part is held on its case's account exactly while its deferral is in force.",
        subject: Subject::Id("deferral"),
        sql: "SELECT d.id AS subject, d.status || ' ' || CAST(d.amount AS TEXT) AS expected,
                     COALESCE(h.state || ' ' || CAST(h.amount AS TEXT) || ' on ' || a.code, 'no hold') AS found
              FROM deferral d LEFT JOIN ledger_hold h ON h.id = d.hold_id
              LEFT JOIN ledger_account a ON a.id = h.account_id
              WHERE d.amount IS NOT NULL AND d.status IN ('IN_FORCE', 'ENDED')
                AND (h.id IS NULL OR h.amount <> d.amount OR (h.state = 'HELD') <> (d.status = 'IN_FORCE')
                     OR a.code <> 'CASE_FUND' OR a.owner <> d.case_id)",
    },
    SqlCheck {
        name: "settlement.adds-up",
        promise: "The instalments of a settlement add up to its total, each with the sum up to it.",
        subject: Subject::Id("settlement"),
        sql: "SELECT x.id AS subject, CAST(x.total AS TEXT) AS expected,
                     CAST(x.parts AS TEXT) || ', wrong sums: ' || CAST(x.wrong AS TEXT) AS found
              FROM (SELECT s.id AS id, s.total AS total,
                           (SELECT COALESCE(SUM(i.amount), 0) FROM settlement_instalment i
                            WHERE i.settlement_id = s.id) AS parts,
                           (SELECT COUNT(*) FROM settlement_instalment i
                            WHERE i.settlement_id = s.id
                              AND i.cumulative <> (SELECT SUM(b.amount) FROM settlement_instalment b
                                                   WHERE b.settlement_id = s.id AND b.line <= i.line)) AS wrong
                    FROM settlement s) x
              WHERE x.parts <> x.total OR x.wrong > 0",
    },
    SqlCheck {
        name: "settlement.claims",
        promise: "A settlement is about claims of its case, of creditors who made it.",
        subject: Subject::Id("settlement"),
        sql: "SELECT s.id AS subject, 'claims of those who settled' AS expected,
                     CAST(COUNT(c.id) AS TEXT) || ' of ' || CAST(COUNT(k.claim_id) AS TEXT) AS found
              FROM settlement s LEFT JOIN settlement_claim k ON k.settlement_id = s.id
              LEFT JOIN claim c ON c.id = k.claim_id AND c.case_id = s.case_id
                   AND EXISTS (SELECT 1 FROM settlement_party p
                               WHERE p.settlement_id = s.id AND p.party_id = c.creditor_id)
              GROUP BY s.id HAVING COUNT(k.claim_id) = 0 OR COUNT(c.id) <> COUNT(k.claim_id)",
    },
    SqlCheck {
        name: "settlement.keeps-still",
        promise: "A settlement keeps its case from enforcement exactly while it is being performed.",
        subject: Subject::Id("settlement"),
        sql: "SELECT s.id AS subject, s.status AS expected,
                     CASE WHEN p.ended_on IS NULL THEN 'the case stands still for it' ELSE 'it does not' END AS found
              FROM settlement s JOIN case_suspension p ON p.id = s.suspension_id
              JOIN enforcement_case c ON c.id = s.case_id
              WHERE (s.status = 'IN_FORCE') <> (p.ended_on IS NULL)
                 OR (s.status = 'IN_FORCE' AND c.status <> 'SUSPENDED')",
    },
    SqlCheck {
        name: "advance.revoked",
        promise: "On a revoked advance nothing waits to be paid, and no more than the advance is to be returned.",
        subject: Subject::Id("order"),
        sql: "SELECT x.id AS subject, 'none waiting, to be returned up to ' || CAST(x.amount AS TEXT) AS expected,
                     CAST(x.waiting AS TEXT) || ' waiting, ' || CAST(x.back AS TEXT) || ' to be returned' AS found
              FROM (SELECT o.id AS id, o.amount AS amount,
                           (SELECT COUNT(*) FROM payable p WHERE p.claim_id = o.claim_id AND p.state = 'OPEN')
                           + (SELECT COUNT(*) FROM notary_deposit n JOIN payable p ON p.subject_id = n.payment_id
                              WHERE n.claim_id = o.claim_id AND p.state = 'OPEN')
                           + (SELECT COUNT(*) FROM disbursement_order d WHERE d.claim_id = o.claim_id
                              AND d.status IN ('DRAFT', 'SUBMITTED', 'APPROVED'))
                           + (SELECT COUNT(*) FROM distribution_line l WHERE l.claim_id = o.claim_id
                              AND l.state IN ('HELD', 'AWAITING_PAYEE')) AS waiting,
                           (SELECT COALESCE(SUM(r.amount), 0) FROM execution_return r WHERE r.order_id = o.id) AS back
                    FROM case_order o WHERE o.kind = 'ADVANCE_EXECUTION' AND o.state = 'REVOKED') x
              WHERE x.waiting > 0 OR x.back > x.amount",
    },
    SqlCheck {
        name: "interest.destination",
        promise: "Interest of the bank leaves only for an account that was set by a document before.",
        subject: Subject::Id("payment"),
        sql: "SELECT s.id AS subject, 'a destination by ' || COALESCE(s.reference, 'no document') AS expected,
                     'none' AS found
              FROM special_payment s
              WHERE s.kind = 'BANK_INTEREST'
                AND NOT EXISTS (SELECT 1 FROM interest_destination d
                                WHERE d.court_id = s.court_id AND d.book = s.book AND d.status = 'APPROVED'
                                  AND d.document = s.reference AND d.payee_name = s.payee_name
                                  AND d.effective_at <= s.recorded_at)",
    },
    SqlCheck {
        name: "plan.adds-up",
        promise: "The lines of a served distribution plan add up to its pool.",
        subject: Subject::Id("plan"),
        sql: "SELECT d.id AS subject, CAST(d.pool AS TEXT) AS expected,
                     CAST(COALESCE(SUM(l.amount), 0) AS TEXT) AS found
              FROM distribution_plan d LEFT JOIN distribution_line l ON l.plan_id = d.id
              WHERE d.status IN ('SERVED', 'FINALISED')
              GROUP BY d.id, d.pool HAVING COALESCE(SUM(l.amount), 0) <> d.pool",
    },
    SqlCheck {
        name: "order.sources",
        promise: "An order names the receipts that it draws on, to the fen.",
        subject: Subject::Id("order"),
        sql: "SELECT o.id AS subject, CAST(o.amount AS TEXT) AS expected,
                     CAST(COALESCE(SUM(s.amount), 0) AS TEXT) AS found
              FROM disbursement_order o LEFT JOIN disbursement_source s ON s.order_id = o.id
              WHERE o.plan_line_id IS NULL
              GROUP BY o.id, o.amount HAVING COALESCE(SUM(s.amount), 0) <> o.amount",
    },
    SqlCheck {
        name: "run.adds-up",
        promise: "The lines of a unified payout are as many and as much as its head says.",
        subject: Subject::Id("run"),
        sql: "SELECT r.id AS subject, CAST(r.line_count AS TEXT) || ' lines, ' || CAST(r.total AS TEXT) AS expected,
                     CAST(COUNT(l.id) AS TEXT) || ' lines, ' || CAST(COALESCE(SUM(l.amount), 0) AS TEXT) AS found
              FROM payout_run r LEFT JOIN payout_run_line l ON l.run_id = r.id
              GROUP BY r.id, r.line_count, r.total
              HAVING COUNT(l.id) <> r.line_count OR COALESCE(SUM(l.amount), 0) <> r.total",
    },
    SqlCheck {
        name: "payout.speed",
        promise: "How fast a court pays its creditors is counted from its payments, by days.",
        subject: Subject::Id("court"),
        sql: "SELECT x.court AS subject, CAST(SUM(x.expected) AS TEXT) AS expected, CAST(SUM(x.found) AS TEXT) AS found
              FROM (SELECT d.court_id AS court, d.settled_on AS settled, d.arrived_on AS arrived,
                           0 AS expected, d.payments AS found
                    FROM payout_day d
                    UNION ALL
                    SELECT a.court_id, a.settled_on, MIN(t.booked_on), 1, 0
                    FROM payout_attempt a JOIN payable p ON p.id = a.payable_id
                    JOIN payable_source s ON s.payable_id = p.id JOIN receipt t ON t.id = s.receipt_id
                    WHERE a.book = 'CASE_FUNDS' AND a.state = 'SETTLED' AND p.purpose = 'CREDITOR'
                    GROUP BY a.id, a.court_id, a.settled_on) x
              GROUP BY x.court, x.settled, x.arrived HAVING SUM(x.expected) <> SUM(x.found)",
    },
    SqlCheck {
        name: "run.left-out",
        promise: "Everybody whom a unified payout left out stands in its list with the reason.",
        subject: Subject::Id("run"),
        sql: "SELECT r.id AS subject, CAST(r.left_out AS TEXT) AS expected, CAST(COUNT(s.sequence) AS TEXT) AS found
              FROM payout_run r LEFT JOIN payout_run_skip s ON s.run_id = r.id
              GROUP BY r.id, r.left_out HAVING COUNT(s.sequence) <> r.left_out",
    },
    SqlCheck {
        name: "approval.four-eyes",
        promise: "Nobody votes on what he made himself, and each step of an approval was voted on.",
        subject: Subject::Id("approval"),
        sql: "SELECT a.id AS subject, a.status || ', ' || CAST(a.step AS TEXT) || ' votes of others' AS expected,
                     CAST(COUNT(v.step) AS TEXT) || ' votes, '
                         || CAST(COUNT(CASE WHEN v.voter = a.maker THEN 1 END) AS TEXT) || ' of the maker' AS found
              FROM approval a LEFT JOIN approval_vote v ON v.approval_id = a.id
              GROUP BY a.id, a.status, a.step
              HAVING COUNT(CASE WHEN v.voter = a.maker THEN 1 END) > 0
                  OR (a.status = 'APPROVED' AND COUNT(CASE WHEN v.approved THEN 1 END) < a.step)",
    },
];
