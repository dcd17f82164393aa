//! Bidding for others and with others: confirmed before bidding starts, complete, named after the sale, barred as one.

use super::check::{SqlCheck, Subject};

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "bidders.confirmed",
        promise: "Who bids by an agent or with others was confirmed by the court before bidding started.",
        subject: Subject::Id("registration"),
        sql: "SELECT p.registration_id AS subject, 'before ' || CAST(l.starts_at AS TEXT) || ' µs' AS expected,
                     COALESCE('at ' || CAST(p.confirmed_at AS TEXT) || ' µs', 'not confirmed') AS found
              FROM bidder_papers p
              JOIN registration r ON r.id = p.registration_id
              JOIN lot l ON l.id = p.lot_id
              WHERE p.confirmed_at >= l.starts_at OR (p.confirmed_at IS NULL AND r.status = 'QUALIFIED')",
    },
    SqlCheck {
        name: "bidders.revoked",
        promise: "No bid of an agent was taken that arrived after his power was revoked.",
        subject: Subject::Id("registration"),
        sql: "SELECT r.id AS subject, 'before ' || CAST(r.power_revoked_at AS TEXT) || ' µs' AS expected,
                     'at ' || CAST(a.arrived_at AS TEXT) || ' µs' AS found
              FROM registration r
              JOIN bid_attempt a ON a.registration_id = r.id AND a.outcome = 'ACCEPTED'
              WHERE r.power_revoked_at IS NOT NULL AND a.arrived_at >= r.power_revoked_at",
    },
    SqlCheck {
        name: "bidders.papers",
        promise: "Two or more bid by an agreement, one of them pays the deposit, and all have shares or none has.",
        subject: Subject::Id("registration"),
        sql: "SELECT x.id AS subject, 'one payer, an agreement of several, shares of all or none' AS expected,
                     CAST(x.persons AS TEXT) || ' bidders, ' || CAST(x.payers AS TEXT) || ' payers, '
                         || CAST(x.shares AS TEXT) || ' shares' AS found
              FROM (SELECT p.registration_id AS id, COUNT(b.ordinal) AS persons,
                           MAX(CASE WHEN p.agreement_sealed IS NULL THEN 0 ELSE 1 END) AS agreed,
                           COUNT(b.share_parts) AS shares, SUM(CASE WHEN b.pays_deposit THEN 1 ELSE 0 END) AS payers
                    FROM bidder_papers p LEFT JOIN bidder_person b ON b.registration_id = p.registration_id
                    GROUP BY p.registration_id) x
              WHERE x.payers <> 1 OR (x.shares <> 0 AND x.shares <> x.persons)
                 OR (x.agreed = 0 AND x.persons <> 1) OR (x.agreed = 1 AND x.persons < 2)",
    },
    SqlCheck {
        name: "bidders.purchasers",
        promise: "The result of a joint purchase names each of those who bought.",
        subject: Subject::Id("lot"),
        sql: "SELECT s.lot_id AS subject, CAST(w.persons AS TEXT) || ' purchasers' AS expected,
                     CAST(COALESCE(j.named, 0) AS TEXT) || ' named' AS found
              FROM lot_result s
              JOIN (SELECT registration_id, COUNT(*) AS persons FROM bidder_person GROUP BY registration_id) w
                  ON w.registration_id = s.winner_id AND w.persons > 1
              LEFT JOIN (SELECT lot_id, COUNT(*) AS named FROM joint_purchaser GROUP BY lot_id) j
                  ON j.lot_id = s.lot_id
              WHERE COALESCE(j.named, 0) <> w.persons",
    },
    SqlCheck {
        name: "bidders.barred",
        promise: "The default of a joint purchase keeps each of the purchasers out of the later rounds.",
        subject: Subject::Id("lot"),
        sql: "SELECT d.lot_id AS subject, CAST(w.persons - 1 AS TEXT) || ' others' AS expected,
                     CAST(COALESCE(b.others, 0) AS TEXT) || ' barred' AS found
              FROM buyer_default d
              JOIN lot_result s ON s.lot_id = d.lot_id
              JOIN (SELECT registration_id, COUNT(*) AS persons FROM bidder_person GROUP BY registration_id) w
                  ON w.registration_id = s.winner_id
              LEFT JOIN (SELECT lot_id, COUNT(*) AS others FROM barred_purchaser WHERE ground = 'DEFAULT'
                         GROUP BY lot_id) b
                  ON b.lot_id = d.lot_id
              WHERE COALESCE(b.others, 0) <> w.persons - 1",
    },
];
