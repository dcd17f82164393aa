//! The bank: no movement is missing between two statements, each movement that is booked is the entry that it is matched
//! to, and where bank and books were found equal they still are.

use super::check::{SqlCheck, Subject};

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "bank.statement-adds-up",
        promise: "Opening balance and movements of a statement make its closing balance.",
        subject: Subject::Id("statement"),
        sql: "SELECT s.id AS subject, CAST(s.closing AS TEXT) AS expected,
                     CAST(s.opening + COALESCE(SUM(CASE WHEN l.kind = 'CREDIT' THEN l.amount
                                                       ELSE -l.amount END), 0) AS TEXT) AS found
              FROM bank_statement s JOIN bank_file f ON f.id = s.file_id AND f.state = 'DISPATCHED'
              LEFT JOIN bank_line l ON l.statement_id = s.id
              GROUP BY s.id, s.closing, s.opening
              HAVING s.closing <> s.opening + COALESCE(SUM(CASE WHEN l.kind = 'CREDIT' THEN l.amount
                                                               ELSE -l.amount END), 0)",
    },
    SqlCheck {
        name: "bank.statement-chain",
        promise: "Each statement begins with the balance with which the one before it ended.",
        subject: Subject::Id("statement"),
        sql: "SELECT s.id AS subject, COALESCE(CAST(b.closing AS TEXT), 'none before') AS expected,
                     CAST(s.opening AS TEXT) AS found
              FROM bank_statement s
              LEFT JOIN bank_statement b
                     ON b.court_id = s.court_id AND b.book = s.book AND b.sequence = s.sequence - 1
              WHERE s.sequence > 1 AND (b.id IS NULL OR b.closing <> s.opening)",
    },
    SqlCheck {
        name: "bank.movement-is-entry",
        promise: "A booked movement of the bank is matched to entries of the bank account that come to its amount.",
        subject: Subject::Id("line"),
        sql: "SELECT l.id AS subject,
                     CAST(CASE WHEN l.kind = 'CREDIT' THEN l.amount ELSE -l.amount END AS TEXT) AS expected,
                     CAST(COALESCE(SUM(p.amount), 0) AS TEXT) AS found
              FROM bank_line l
              LEFT JOIN bank_match m ON m.line_id = l.id
              LEFT JOIN (SELECT q.entry_id, q.amount FROM ledger_posting q
                         JOIN ledger_account a ON a.id = q.account_id AND a.code = 'BANK') p ON p.entry_id = m.entry_id
              WHERE l.kind IN ('CREDIT', 'DEBIT') AND l.state IN ('BOOKED', 'UNIDENTIFIED')
              GROUP BY l.id, l.kind, l.amount
              HAVING COALESCE(SUM(p.amount), 0) <> CASE WHEN l.kind = 'CREDIT' THEN l.amount ELSE -l.amount END",
    },
    SqlCheck {
        name: "bank.reconciled",
        promise: "At the end of every reconciled statement the bank's balance is that of the entries that the bank moved.",
        subject: Subject::Id("statement"),
        sql: "SELECT x.id AS subject, CAST(x.closing AS TEXT) AS expected, CAST(x.books AS TEXT) AS found
              FROM (SELECT s.id AS id, s.closing AS closing,
                           COALESCE((SELECT f.carried_in FROM bank_statement f
                                     WHERE f.court_id = s.court_id AND f.book = s.book AND f.sequence = 1), 0)
                           + COALESCE((SELECT SUM(m.amount) FROM bank_match m
                                       JOIN ledger_entry e ON e.id = m.entry_id
                                       JOIN bank_line l ON l.id = m.line_id
                                       WHERE m.court_id = s.court_id AND m.book = s.book
                                         AND e.booked_on <= s.closed_on AND l.booked_on <= s.closed_on), 0) AS books
                    FROM bank_statement s WHERE s.reconciled_at IS NOT NULL) x
              WHERE x.closing <> x.books",
    },
];
