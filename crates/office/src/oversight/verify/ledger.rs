//! The books: every entry is balanced, every balance is the sum of its postings, nothing owed is below zero.

use super::check::{SqlCheck, Subject};

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "ledger.entry-balanced",
        promise: "The postings of each entry add up to zero and none is missing.",
        subject: Subject::Id("entry"),
        sql: "SELECT e.id AS subject, 'sum 0 of ' || CAST(e.posting_count AS TEXT) || ' postings' AS expected,
                     'sum ' || CAST(COALESCE(SUM(p.amount), 0) AS TEXT) || ' of ' || CAST(COUNT(p.id) AS TEXT)
                         || ' postings' AS found
              FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
              GROUP BY e.id, e.posting_count
              HAVING COALESCE(SUM(p.amount), 0) <> 0 OR COUNT(p.id) <> e.posting_count",
    },
    SqlCheck {
        name: "ledger.posting-sealed",
        promise: "Each posting belongs to a recorded entry.",
        subject: Subject::Id("posting"),
        sql: "SELECT p.id AS subject, 'an entry' AS expected, 'none' AS found
              FROM ledger_posting p LEFT JOIN ledger_entry e ON e.id = p.entry_id WHERE e.id IS NULL",
    },
    SqlCheck {
        name: "ledger.books-apart",
        promise: "No entry crosses the border between two courts or two books.",
        subject: Subject::Id("posting"),
        sql: "SELECT p.id AS subject, e.book AS expected, a.book AS found
              FROM ledger_posting p
              JOIN ledger_entry e ON e.id = p.entry_id
              JOIN ledger_account a ON a.id = p.account_id
              WHERE a.book <> e.book OR a.court_id <> e.court_id OR p.court_id <> e.court_id",
    },
    SqlCheck {
        name: "ledger.book-balanced",
        promise: "Each book of a court adds up to zero: what it holds is what it owes.",
        subject: Subject::Id("court"),
        sql: "SELECT a.court_id AS subject, a.book || ' 0' AS expected,
                     a.book || ' ' || CAST(SUM(p.amount) AS TEXT) AS found
              FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
              GROUP BY a.court_id, a.book HAVING SUM(p.amount) <> 0",
    },
    SqlCheck {
        name: "ledger.balance-fold",
        promise: "The balance row of a guarded account is the sum of its postings.",
        subject: Subject::Id("account"),
        sql: "SELECT a.id AS subject, a.code || ' ' || CAST(COALESCE(f.owed, 0) AS TEXT) AS expected,
                     a.code || ' ' || COALESCE(CAST(b.balance AS TEXT), 'no row') AS found
              FROM ledger_account a
              LEFT JOIN ledger_balance b ON b.account_id = a.id
              LEFT JOIN (SELECT account_id, -SUM(amount) AS owed FROM ledger_posting GROUP BY account_id) f
                  ON f.account_id = a.id
              WHERE a.code IN ({guarded}) AND COALESCE(f.owed, 0) <> COALESCE(b.balance, 0)",
    },
    SqlCheck {
        name: "ledger.balance-rows",
        promise: "Only guarded accounts keep a balance row.",
        subject: Subject::Id("account"),
        sql: "SELECT b.account_id AS subject, 'a guarded account' AS expected, COALESCE(a.code, 'no account') AS found
              FROM ledger_balance b LEFT JOIN ledger_account a ON a.id = b.account_id
              WHERE a.id IS NULL OR a.code NOT IN ({guarded})",
    },
    SqlCheck {
        name: "ledger.queue",
        promise: "Each entry has its number or waits for it, never both.",
        subject: Subject::Id("entry"),
        sql: "SELECT e.id AS subject, 'a number or a place in the queue' AS expected,
                     CASE WHEN n.entry_id IS NULL THEN 'neither' ELSE 'both' END AS found
              FROM ledger_entry e LEFT JOIN ledger_number n ON n.entry_id = e.id
              LEFT JOIN ledger_queue q ON q.entry_id = e.id
              WHERE (n.entry_id IS NULL) = (q.entry_id IS NULL)",
    },
    SqlCheck {
        name: "ledger.days",
        promise: "The daily sums of an account are those of its numbered postings.",
        subject: Subject::Id("account"),
        sql: "SELECT x.account_id AS subject,
                     CAST(x.booked_on AS TEXT) || ' ' || CAST(SUM(x.debits - x.kept_debits) AS TEXT) || ' debits and '
                         || CAST(SUM(x.credits - x.kept_credits) AS TEXT) || ' credits more' AS expected,
                     CAST(SUM(x.kept_debits) AS TEXT) || ' and ' || CAST(SUM(x.kept_credits) AS TEXT) AS found
              FROM (SELECT p.account_id AS account_id, e.booked_on AS booked_on,
                           e.recorded_at - (e.recorded_at + 28800000000) % 86400000000 AS recorded_day,
                           CASE WHEN p.amount > 0 THEN p.amount ELSE 0 END AS debits,
                           CASE WHEN p.amount < 0 THEN -p.amount ELSE 0 END AS credits,
                           0 AS kept_debits, 0 AS kept_credits
                    FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
                    JOIN ledger_number n ON n.entry_id = e.id
                    UNION ALL
                    SELECT d.account_id, d.booked_on, d.recorded_day, 0, 0, d.debits, d.credits FROM ledger_day d) x
              GROUP BY x.account_id, x.booked_on, x.recorded_day
              HAVING SUM(x.debits) <> SUM(x.kept_debits) OR SUM(x.credits) <> SUM(x.kept_credits)",
    },
    SqlCheck {
        name: "ledger.totals",
        promise: "The daily sums of a place in the chart are those of its accounts.",
        subject: Subject::Id("court"),
        sql: "SELECT x.court_id AS subject,
                     x.book || ' ' || x.code || ' ' || CAST(x.booked_on AS TEXT) || ' ' || CAST(SUM(x.debits) AS TEXT)
                         || ' and ' || CAST(SUM(x.credits) AS TEXT) AS expected,
                     CAST(SUM(x.kept_debits) AS TEXT) || ' and ' || CAST(SUM(x.kept_credits) AS TEXT) AS found
              FROM (SELECT a.court_id AS court_id, a.book AS book, a.code AS code, d.booked_on AS booked_on,
                           d.recorded_day AS recorded_day, d.debits AS debits, d.credits AS credits,
                           0 AS kept_debits, 0 AS kept_credits
                    FROM ledger_day d JOIN ledger_account a ON a.id = d.account_id
                    UNION ALL
                    SELECT t.court_id, t.book, t.code, t.booked_on, t.recorded_day, 0, 0, t.debits, t.credits
                    FROM ledger_total t) x
              GROUP BY x.court_id, x.book, x.code, x.booked_on, x.recorded_day
              HAVING SUM(x.debits) <> SUM(x.kept_debits) OR SUM(x.credits) <> SUM(x.kept_credits)",
    },
    SqlCheck {
        name: "ledger.never-negative",
        promise: "Nothing that is owed and no bank account is below zero.",
        subject: Subject::Id("account"),
        sql: "SELECT x.id AS subject, x.code || ' at least 0' AS expected,
                     x.code || ' ' || CAST(x.standing AS TEXT) AS found
              FROM (SELECT a.id AS id, a.code AS code,
                           SUM(CASE WHEN a.code IN ('BANK', 'CASH', 'CHEQUE', 'FROZEN_DEPOSIT',
                                   'DUE_FROM_PROVIDER') THEN p.amount ELSE -p.amount END) AS standing
                    FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
                    WHERE a.code <> 'SUSPENSE_BANK_CHARGE' GROUP BY a.id, a.code) x
              WHERE x.standing < 0",
    },
    SqlCheck {
        name: "ledger.case-fee",
        promise: "The kept sum of a case's execution fee is what its entries have left on the fee account.",
        subject: Subject::Id("case"),
        sql: "SELECT x.id AS subject, CAST(SUM(x.booked) AS TEXT) AS expected, CAST(SUM(x.kept) AS TEXT) AS found
              FROM (SELECT e.case_id AS id, a.court_id AS court_id, -p.amount AS booked, 0 AS kept
                    FROM ledger_account a
                    JOIN ledger_posting p ON p.account_id = a.id JOIN ledger_entry e ON e.id = p.entry_id
                    WHERE a.code = 'EXECUTION_FEE' AND e.case_id IS NOT NULL
                    UNION ALL
                    SELECT f.case_id, f.court_id, 0, f.standing FROM ledger_case_fee f) x
              GROUP BY x.id, x.court_id HAVING SUM(x.booked) <> SUM(x.kept)",
    },
    SqlCheck {
        name: "ledger.held",
        promise: "What is held on an account is the sum of its open holds and never more than its balance.",
        subject: Subject::Id("account"),
        sql: "SELECT x.account_id AS subject, CAST(x.open AS TEXT) AS expected,
                     CAST(x.held AS TEXT) || ' of ' || CAST(x.balance AS TEXT) AS found
              FROM (SELECT h.account_id AS account_id, COALESCE(b.held, 0) AS held, COALESCE(b.balance, 0) AS balance,
                           SUM(CASE WHEN h.state = 'HELD' THEN h.amount ELSE 0 END) AS open
                    FROM ledger_hold h LEFT JOIN ledger_balance b ON b.account_id = h.account_id
                    GROUP BY h.account_id, b.held, b.balance
                    UNION ALL
                    SELECT b.account_id, b.held, b.balance, 0 FROM ledger_balance b
                    WHERE b.held <> 0 AND NOT EXISTS (SELECT 1 FROM ledger_hold h WHERE h.account_id = b.account_id)) x
              WHERE x.open <> x.held OR x.held > x.balance",
    },
    SqlCheck {
        name: "ledger.reversal",
        promise: "A reversal is the exact mirror image of the entry that it takes back.",
        subject: Subject::Id("entry"),
        sql: "SELECT r.id AS subject, 'the mirror image' AS expected, 'other postings' AS found
              FROM ledger_entry r
              WHERE r.reverses IS NOT NULL AND EXISTS (
                  SELECT 1 FROM ledger_posting p WHERE p.entry_id IN (r.id, r.reverses)
                  GROUP BY p.account_id HAVING SUM(p.amount) <> 0)",
    },
];
