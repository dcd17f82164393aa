//! After the sale: chains without branches, forfeited deposits that are held or used exactly once.

use super::check::{SqlCheck, Subject};

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "ruling.preconditions",
        promise: "No ruling without the renewed undertaking (房产竞买人规定 第3条) or the approval of the transfer \
                  (股权执行规定 第15条) that it needs.",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject,
                     CASE WHEN l.purchase_restricted AND u.lot_id IS NULL THEN 'a renewed undertaking'
                          ELSE 'an approval' END AS expected, l.status AS found
              FROM lot l LEFT JOIN renewed_undertaking u ON u.lot_id = l.id
              LEFT JOIN transfer_approval a ON a.lot_id = l.id
              WHERE l.status IN ('RULING_SERVED', 'DELIVERED')
                AND ((l.purchase_restricted AND u.lot_id IS NULL)
                  OR (a.lot_id IS NOT NULL AND COALESCE(a.outcome, 'PENDING') <> 'GRANTED'))",
    },
    SqlCheck {
        name: "chain.one-live-round",
        promise: "At most one round of a chain lives: whatever has a follower is over (网拍规定 第24、26条).",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject, 'over, as it has a next round' AS expected, l.status AS found
              FROM lot_chain c JOIN lot l ON l.id = c.previous_id
              WHERE l.status NOT IN ('UNSOLD', 'DEFAULTED', 'SET_ASIDE', 'WITHDRAWN')",
    },
    SqlCheck {
        name: "chain.in-line",
        promise: "Each round of a chain stands right behind the one before, with the same case.",
        subject: Subject::Id("lot"),
        sql: "SELECT x.id AS subject, 'round ' || CAST(x.position AS TEXT) || ' of one case' AS expected,
                     'behind round ' || CAST(x.before AS TEXT) || ' of chain ' || x.chain AS found
              FROM (SELECT c.lot_id AS id, c.position AS position, COALESCE(p.position, 1) AS before,
                           CASE WHEN COALESCE(p.chain_id, c.previous_id) = c.chain_id THEN 'its own' ELSE 'another' END
                               AS chain,
                           CASE WHEN l.case_id = b.case_id THEN 1 ELSE 0 END AS same_case
                    FROM lot_chain c JOIN lot l ON l.id = c.lot_id JOIN lot b ON b.id = c.previous_id
                    LEFT JOIN lot_chain p ON p.lot_id = c.previous_id) x
              WHERE x.position <> x.before + 1 OR x.chain <> 'its own' OR x.same_case = 0",
    },
    SqlCheck {
        name: "forfeiture.recorded",
        promise: "A lot is in default exactly when a ruling says so.",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject, CASE WHEN d.lot_id IS NULL THEN 'no default' ELSE 'DEFAULTED' END AS expected,
                     l.status AS found
              FROM lot l LEFT JOIN buyer_default d ON d.lot_id = l.id
              WHERE (l.status = 'DEFAULTED') <> (d.lot_id IS NOT NULL)",
    },
    SqlCheck {
        name: "forfeiture.used-once",
        promise: "A forfeited deposit is held or used exactly once, to the fen (网拍规定 第24条).",
        subject: Subject::Id("lot"),
        sql: "SELECT x.id AS subject, CAST(x.forfeited - x.due - x.used AS TEXT) AS expected,
                     CAST(x.held AS TEXT) AS found
              FROM (SELECT d.lot_id AS id, d.forfeited AS forfeited, COALESCE(b.balance, 0) AS held,
                           -- frozen on the platform and not transferred yet
                           (SELECT s.deposit_due FROM lot_result s WHERE s.lot_id = d.lot_id) AS due,
                           COALESCE((SELECT SUM(f.amount) FROM forfeiture_line f JOIN payable p ON p.id = f.payable_id
                                     WHERE f.lot_id = d.lot_id AND p.state <> 'CANCELLED'), 0) AS used
                    FROM buyer_default d
                    LEFT JOIN ledger_account a ON a.owner = d.lot_id AND a.code = 'FORFEITED'
                    LEFT JOIN ledger_balance b ON b.account_id = a.id) x
              WHERE x.forfeited - x.due - x.used <> x.held OR x.used > x.forfeited",
    },
    SqlCheck {
        name: "forfeiture.paid-as-decided",
        promise: "Each use of a forfeited deposit is owed by a payable of the same amount.",
        subject: Subject::Id("payable"),
        sql: "SELECT f.payable_id AS subject, CAST(f.amount AS TEXT) AS expected,
                     COALESCE(CAST(p.amount AS TEXT), 'no payable') AS found
              FROM forfeiture_line f LEFT JOIN payable p ON p.id = f.payable_id AND p.book = 'AUCTION_DEPOSITS'
              WHERE p.id IS NULL OR p.amount <> f.amount",
    },
    SqlCheck {
        name: "in-kind.recorded",
        promise: "Property is taken in kind, released or set aside exactly when a ruling says so.",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject,
                     CASE WHEN k.lot_id IS NOT NULL THEN 'IN_KIND' WHEN r.lot_id IS NOT NULL THEN 'RELEASED'
                          WHEN s.lot_id IS NOT NULL THEN 'SET_ASIDE' ELSE 'none of these' END AS expected,
                     l.status AS found
              FROM lot l LEFT JOIN in_kind_ruling k ON k.lot_id = l.id LEFT JOIN lot_release r ON r.lot_id = l.id
              LEFT JOIN sale_set_aside s ON s.lot_id = l.id
              WHERE (l.status = 'IN_KIND') <> (k.lot_id IS NOT NULL)
                 OR (l.status = 'RELEASED') <> (r.lot_id IS NOT NULL)
                 OR (l.status = 'SET_ASIDE') <> (s.lot_id IS NOT NULL)",
    },
    SqlCheck {
        name: "in-kind.satisfied",
        promise: "What property in kind was worth to its taker satisfies his claims, to the fen (拍变规定 第16条).",
        subject: Subject::Id("lot"),
        sql: "SELECT x.id AS subject, CAST(x.share AS TEXT) AS expected, CAST(x.satisfied AS TEXT) AS found
              FROM (SELECT k.lot_id AS id, k.share AS share,
                           COALESCE((SELECT SUM(s.amount) FROM satisfaction s WHERE s.cause_id = k.lot_id), 0)
                               AS satisfied
                    FROM in_kind_ruling k) x
              WHERE x.share <> x.satisfied",
    },
    SqlCheck {
        name: "set-aside.reversed",
        promise: "What a purchaser had paid goes back or stands on the register, to the fen (网拍规定 第31条).",
        subject: Subject::Id("lot"),
        sql: "SELECT x.id AS subject, CAST(x.paid AS TEXT) AS expected, CAST(x.back AS TEXT) AS found
              FROM (SELECT a.lot_id AS id, s.deposit_applied + s.balance_paid AS paid,
                           COALESCE((SELECT SUM(t.amount) FROM purchaser_return t JOIN payable p
                                         ON p.id = t.payable_id AND p.amount = t.amount AND p.state <> 'CANCELLED'
                                     WHERE t.lot_id = a.lot_id), 0)
                               + COALESCE((SELECT SUM(r.amount) FROM restitution r WHERE r.lot_id = a.lot_id), 0)
                               - COALESCE((SELECT SUM(b.amount) FROM restitution r JOIN restitution_return b
                                               ON b.restitution_id = r.id WHERE r.lot_id = a.lot_id), 0)
                               AS back
                    FROM sale_set_aside a JOIN lot_result s ON s.lot_id = a.lot_id) x
              WHERE x.paid <> x.back",
    },
    SqlCheck {
        name: "restitution.returned",
        promise: "No payee brings back more than he owes, and each part of it is owed onward once (民诉法 第244条).",
        subject: Subject::Id("restitution"),
        sql: "SELECT r.id AS subject,
                     CAST(SUM(b.amount) AS TEXT) || ' of at most ' || CAST(r.amount AS TEXT) AS expected,
                     CAST(COALESCE(SUM(p.amount), 0) AS TEXT) || ' owed onward' AS found
              FROM restitution r JOIN restitution_return b ON b.restitution_id = r.id
              LEFT JOIN payable p ON p.subject_id = b.id AND p.purpose = 'REFUND_PAYER' AND p.state <> 'CANCELLED'
              GROUP BY r.id, r.amount
              HAVING SUM(b.amount) > r.amount OR COALESCE(SUM(p.amount), 0) <> SUM(b.amount)",
    },
    SqlCheck {
        name: "objection.stays",
        promise: "No lot takes bids while an objection that stays its sale is open (民诉解释 第463条).",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject, 'standing still' AS expected, l.status AS found
              FROM lot_objection o JOIN lot l ON l.id = o.lot_id
              WHERE o.stays AND o.outcome IS NULL AND l.status IN ('ANNOUNCED', 'OPEN')",
    },
];
