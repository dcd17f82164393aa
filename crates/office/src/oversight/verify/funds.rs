//! Money in: each receipt is booked once, its parts add up, and no case and no receipt gives more than it got.

use super::check::{SqlCheck, Subject};

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "receipt.booked-once",
        promise: "Each credit of the bank is booked once, with its amount.",
        subject: Subject::Id("receipt"),
        sql: "SELECT r.id AS subject, CAST(r.amount AS TEXT) || ' once' AS expected,
                     CAST(COALESCE(SUM(p.amount), 0) AS TEXT) || ' in ' || CAST(COUNT(DISTINCT e.id) AS TEXT) AS found
              FROM receipt r
              LEFT JOIN ledger_entry e ON e.cause_id = r.id AND e.kind IN ('CASE_RECEIPT', 'UNIDENTIFIED_RECEIPT')
              LEFT JOIN ledger_posting p ON p.entry_id = e.id AND p.amount > 0
              WHERE r.parent_id IS NULL
              GROUP BY r.id, r.amount
              HAVING COALESCE(SUM(p.amount), 0) <> r.amount OR COUNT(DISTINCT e.id) <> 1",
    },
    SqlCheck {
        name: "receipt.parts",
        promise: "What was claimed from unidentified money, given back, or found to be a provider's transfer or interest \
                  is what its parts, refunds, transfers and interest add up to.",
        subject: Subject::Id("receipt"),
        sql: "SELECT r.id AS subject, CAST(r.amount - r.remaining AS TEXT) AS expected,
                     CAST(COALESCE(SUM(c.amount), 0) AS TEXT) AS found
              FROM receipt r
              LEFT JOIN (SELECT parent_id, amount FROM receipt WHERE parent_id IS NOT NULL
                         UNION ALL
                         SELECT s.receipt_id, s.amount FROM payable_source s
                         JOIN payable b ON b.id = s.payable_id AND b.state <> 'CANCELLED'
                         UNION ALL
                         SELECT d.receipt_id, d.amount FROM platform_deposit d WHERE d.receipt_id IS NOT NULL
                         UNION ALL
                         SELECT i.receipt_id, i.amount FROM interest_credit i WHERE i.status = 'APPROVED'
                         UNION ALL
                         SELECT h.receipt_id, h.amount FROM charge_reimbursement h WHERE h.status = 'APPROVED') c
                     ON c.parent_id = r.id
              WHERE r.status IN ('UNIDENTIFIED', 'CLAIMED', 'REFUNDED', 'INTEREST', 'REIMBURSED')
              GROUP BY r.id, r.amount, r.remaining
              HAVING COALESCE(SUM(c.amount), 0) <> r.amount - r.remaining",
    },
    SqlCheck {
        name: "charge.reimbursed",
        promise: "A reimbursement of a bank charge is booked with its amount once it is agreed to, and never before.",
        subject: Subject::Id("reimbursement"),
        sql: "SELECT h.id AS subject, h.status || ' ' || CAST(h.amount AS TEXT) AS expected,
                     CAST(COALESCE(SUM(p.amount), 0) AS TEXT) AS found
              FROM charge_reimbursement h
              LEFT JOIN ledger_entry e ON e.cause_id = h.id AND e.cause_kind = 'ChargeReimbursement'
              LEFT JOIN ledger_posting p ON p.entry_id = e.id AND p.amount > 0
              GROUP BY h.id, h.status, h.amount
              HAVING COALESCE(SUM(p.amount), 0) <> CASE WHEN h.status = 'APPROVED' THEN h.amount ELSE 0 END",
    },
    SqlCheck {
        name: "charge.not-exceeded",
        promise: "No more of a bank charge is made good by name than the bank took.",
        subject: Subject::Id("entry"),
        sql: "SELECT x.id AS subject, 'at most ' || CAST(x.taken AS TEXT) AS expected,
                     CAST(x.reimbursed AS TEXT) AS found
              FROM (SELECT h.entry_id AS id, SUM(h.amount) AS reimbursed,
                           (SELECT COALESCE(SUM(p.amount), 0) FROM ledger_posting p
                            JOIN ledger_account a ON a.id = p.account_id
                            WHERE p.entry_id = h.entry_id AND a.code = 'SUSPENSE_BANK_CHARGE') AS taken
                    FROM charge_reimbursement h WHERE h.status = 'APPROVED' GROUP BY h.entry_id) x
              WHERE x.reimbursed > x.taken",
    },
    SqlCheck {
        name: "receipt.remaining",
        promise: "What remains of a receipt is what of it stands on its case, and its amount less what it paid for.",
        subject: Subject::Id("receipt"),
        sql: "SELECT x.id AS subject, CAST(x.standing AS TEXT) AS expected, CAST(x.remaining AS TEXT) AS found
              FROM (SELECT r.id AS id, r.remaining AS remaining,
                           COALESCE(SUM(CASE WHEN a.code = 'CASE_FUND' THEN -p.amount ELSE 0 END), 0) AS standing
                    FROM receipt r
                    LEFT JOIN ledger_posting p ON p.receipt_id = r.id
                    LEFT JOIN ledger_account a ON a.id = p.account_id
                    WHERE r.status IN ('ON_CASE', 'USED')
                    GROUP BY r.id, r.remaining) x
              WHERE x.standing <> x.remaining",
    },
    SqlCheck {
        name: "receipt.not-overdrawn",
        promise: "The payments that draw on a receipt are not more than the receipt.",
        subject: Subject::Id("receipt"),
        sql: "SELECT r.id AS subject, 'at most ' || CAST(r.amount AS TEXT) AS expected,
                     CAST(SUM(s.amount) AS TEXT) AS found
              FROM receipt r
              JOIN payable_source s ON s.receipt_id = r.id
              JOIN payable b ON b.id = s.payable_id AND b.state <> 'CANCELLED'
              GROUP BY r.id, r.amount HAVING SUM(s.amount) > r.amount",
    },
    SqlCheck {
        name: "case.not-overdrawn",
        promise: "A case pays out no more than it received.",
        subject: Subject::Id("case"),
        sql: "SELECT c.id AS subject, 'at most ' || CAST(COALESCE(r.received, 0) AS TEXT) AS expected,
                     CAST(b.owed AS TEXT) AS found
              FROM enforcement_case c
              JOIN (SELECT case_id, SUM(amount) AS owed FROM payable
                    WHERE book = 'CASE_FUNDS' AND state <> 'CANCELLED' GROUP BY case_id) b ON b.case_id = c.id
              LEFT JOIN (SELECT case_id, SUM(amount) AS received FROM receipt GROUP BY case_id) r ON r.case_id = c.id
              WHERE b.owed > COALESCE(r.received, 0)",
    },
    SqlCheck {
        name: "case.account",
        promise: "What stands on a case is what remains of its receipts.",
        subject: Subject::Id("case"),
        sql: "SELECT c.id AS subject, CAST(COALESCE(r.remaining, 0) AS TEXT) AS expected,
                     CAST(COALESCE(b.balance, 0) AS TEXT) AS found
              FROM enforcement_case c
              LEFT JOIN ledger_account a ON a.owner = c.id AND a.code = 'CASE_FUND'
              LEFT JOIN ledger_balance b ON b.account_id = a.id
              LEFT JOIN (SELECT case_id, SUM(remaining) AS remaining FROM receipt
                         WHERE status = 'ON_CASE' GROUP BY case_id) r ON r.case_id = c.id
              WHERE COALESCE(r.remaining, 0) <> COALESCE(b.balance, 0)",
    },
    SqlCheck {
        name: "cash.in-hand",
        promise: "The till holds what officers have confirmed and the bank has not credited yet.",
        subject: Subject::Id("court"),
        sql: "SELECT x.court_id AS subject, CAST(SUM(x.held) AS TEXT) AS expected, CAST(SUM(x.booked) AS TEXT) AS found
              FROM (SELECT court_id, amount AS held, 0 AS booked FROM cash_receipt WHERE state IN ('IN_HAND', 'PAID_IN')
                    UNION ALL
                    SELECT a.court_id, 0, p.amount FROM ledger_posting p
                    JOIN ledger_account a ON a.id = p.account_id WHERE a.code = 'CASH') x
              GROUP BY x.court_id HAVING SUM(x.held) <> SUM(x.booked)",
    },
    SqlCheck {
        name: "cheque.pending",
        promise: "The books hold a memo of each cheque that waits, and of no other.",
        subject: Subject::Id("cheque"),
        sql: "SELECT q.id AS subject,
                     CAST(CASE WHEN q.state = 'PENDING' THEN q.amount ELSE 0 END AS TEXT) AS expected,
                     CAST(COALESCE(b.balance, 0) AS TEXT) AS found
              FROM cheque q
              LEFT JOIN ledger_account a ON a.owner = q.id AND a.code = 'CHEQUE_PENDING'
              LEFT JOIN ledger_balance b ON b.account_id = a.id
              WHERE COALESCE(b.balance, 0) <> CASE WHEN q.state = 'PENDING' THEN q.amount ELSE 0 END",
    },
    SqlCheck {
        name: "payment.sources",
        promise: "A payment otherwise than to a creditor is what its receipts add up to and what came to be owed for it.",
        subject: Subject::Id("payment"),
        sql: "SELECT p.id AS subject, CAST(p.amount AS TEXT) AS expected,
                     CAST(COALESCE(s.drawn, 0) AS TEXT) || ' drawn, ' || COALESCE(CAST(b.amount AS TEXT), 'nothing')
                         || ' owed' AS found
              FROM special_payment p
              LEFT JOIN (SELECT payment_id, SUM(amount) AS drawn FROM special_payment_source GROUP BY payment_id) s
                  ON s.payment_id = p.id
              LEFT JOIN payable b ON b.id = p.payable_id
              WHERE (p.kind NOT IN ('FEE_REMITTANCE', 'BANK_INTEREST') AND COALESCE(s.drawn, 0) <> p.amount)
                 OR (p.kind IN ('FEE_REMITTANCE', 'BANK_INTEREST') AND s.drawn IS NOT NULL)
                 OR (b.id IS NOT NULL AND b.amount <> p.amount)",
    },
    SqlCheck {
        name: "fee.remitted",
        promise: "No more of a case's execution fee goes to the treasury than was taken.",
        subject: Subject::Id("case"),
        sql: "SELECT e.case_id AS subject, 'at least 0' AS expected, CAST(-SUM(p.amount) AS TEXT) AS found
              FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
              JOIN ledger_account a ON a.id = p.account_id
              WHERE a.code = 'EXECUTION_FEE' AND e.case_id IS NOT NULL
              GROUP BY e.case_id HAVING SUM(p.amount) > 0",
    },
    SqlCheck {
        name: "reconciliation.items",
        promise: "Each line of a month whose sides differ is an item, no other is, and a closed month has none open.",
        subject: Subject::Id("line"),
        sql: "SELECT l.id AS subject, CASE WHEN l.enforcement <> l.finance THEN 'item' ELSE 'none' END AS expected,
                     COALESCE(i.state, 'none') AS found
              FROM reconciliation_line l
              JOIN monthly_reconciliation m ON m.id = l.reconciliation_id
              LEFT JOIN reconciliation_item i ON i.line_id = l.id
              WHERE (l.enforcement <> l.finance) <> (i.id IS NOT NULL)
                 OR (m.state = 'CLOSED' AND i.state IN ('OPEN', 'PROPOSED'))",
    },
    SqlCheck {
        name: "claim.satisfied",
        promise: "What counts as satisfied of a claim is what its record of performance adds up to.",
        subject: Subject::Id("claim"),
        sql: "SELECT c.id AS subject, CAST(c.satisfied AS TEXT) AS expected,
                     CAST(COALESCE(s.performed, 0) AS TEXT) AS found
              FROM claim c
              LEFT JOIN (SELECT claim_id, SUM(CASE WHEN manner = 'NOTARY_RETURN' THEN -amount ELSE amount END)
                             AS performed FROM satisfaction p
                         WHERE NOT EXISTS (SELECT 1 FROM satisfaction_reversal r WHERE r.satisfaction_id = p.id)
                         GROUP BY claim_id) s ON s.claim_id = c.id
              WHERE COALESCE(s.performed, 0) <> c.satisfied",
    },
    SqlCheck {
        name: "measure.court",
        promise: "A freeze is its case's court's, and none in force stays with a case that was taken over.",
        subject: Subject::Id("measure"),
        sql: "SELECT m.id AS subject, 'with the court in charge' AS expected,
                     CASE WHEN t.case_id IS NULL THEN 'another court' ELSE 'left behind' END AS found
              FROM preservation_measure m JOIN enforcement_case c ON c.id = m.case_id
              LEFT JOIN case_transfer t ON t.case_id = m.case_id AND t.taken_by IS NOT NULL
              WHERE m.court_id <> c.court_id OR (m.status = 'ACTIVE' AND t.case_id IS NOT NULL)",
    },
    SqlCheck {
        name: "notary.paid",
        promise: "What a notary has certified came to be owed to him, the same amount.",
        subject: Subject::Id("deposit"),
        sql: "SELECT n.id AS subject, CAST(n.amount AS TEXT) AS expected,
                     COALESCE(CAST(b.amount AS TEXT), 'nothing') AS found
              FROM notary_deposit n
              JOIN special_payment p ON p.id = n.payment_id
              LEFT JOIN payable b ON b.id = p.payable_id
              WHERE n.amount <> p.amount
                 OR (n.state <> 'OPEN' AND b.id IS NULL)",
    },
    SqlCheck {
        name: "notary.line",
        promise: "What a plan held for a creditor and a notary got is the whole line, paid by that very payment.",
        subject: Subject::Id("deposit"),
        sql: "SELECT n.id AS subject, CAST(l.amount AS TEXT) || ' by the payment to the notary' AS expected,
                     CAST(n.amount AS TEXT) || ', line ' || l.state AS found
              FROM notary_deposit n
              JOIN special_payment p ON p.id = n.payment_id
              JOIN distribution_line l ON l.id = n.plan_line_id
              WHERE n.amount <> l.amount
                 OR (p.payable_id IS NOT NULL AND (l.payable_id IS NULL OR l.payable_id <> p.payable_id))",
    },
    SqlCheck {
        name: "term.paused",
        promise: "The terms of payment pause on a case exactly while its paying out waits, or nothing but a disputed part is left.",
        subject: Subject::Id("term"),
        sql: "SELECT t.id AS subject, CASE WHEN c.terms_paused_on IS NULL THEN 'running' ELSE 'paused' END AS expected,
                     CASE WHEN t.paused_on IS NULL THEN 'running' ELSE 'paused' END AS found
              FROM term t JOIN receipt r ON r.id = t.receipt_id JOIN enforcement_case c ON c.id = r.case_id
              WHERE t.rule IN ('PAY_WITHIN_30_DAYS', 'PAY_WITHIN_15_WORKING_DAYS', 'PAY_AFTER_DEFERRAL_10_DAYS')
                AND t.met_on IS NULL AND t.superseded_on IS NULL
                AND (t.paused_on IS NULL) <> (c.terms_paused_on IS NULL)
                AND (t.paused_on IS NULL
                     OR NOT EXISTS (SELECT 1 FROM deferral d
                                    WHERE d.case_id = c.id AND d.status = 'IN_FORCE' AND d.amount IS NOT NULL))",
    },
    SqlCheck {
        name: "receipt.unidentified",
        promise: "The books hold as much unidentified money as there are unclaimed receipts.",
        subject: Subject::Id("court"),
        sql: "SELECT x.court_id AS subject, CAST(SUM(x.open) AS TEXT) AS expected, CAST(SUM(x.booked) AS TEXT) AS found
              FROM (SELECT court_id, remaining AS open, 0 AS booked FROM receipt WHERE status = 'UNIDENTIFIED'
                    UNION ALL
                    SELECT a.court_id, 0, -p.amount FROM ledger_posting p
                    JOIN ledger_account a ON a.id = p.account_id WHERE a.code = 'UNIDENTIFIED') x
              GROUP BY x.court_id HAVING SUM(x.open) <> SUM(x.booked)",
    },
];
