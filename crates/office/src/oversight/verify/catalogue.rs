//! The public catalogue: what is counted and found is what stands in the lots.

use super::check::{SqlCheck, Subject};

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "catalogue.tally",
        promise: "The counts of the catalogue are the numbers of published lots of each kind.",
        subject: Subject::Text,
        sql: "SELECT x.kind AS subject, CAST(SUM(x.found) AS TEXT) || ' lots' AS expected,
                     CAST(SUM(x.counted) AS TEXT) || ' counted' AS found
              FROM (SELECT c.code || ' ' || l.category || ' ' || l.round || ' ' || l.status || ' ' ||
                           CASE WHEN l.starting_price < 10000000 THEN 'UNDER_100K'
                                WHEN l.starting_price < 50000000 THEN 'FROM_100K'
                                WHEN l.starting_price < 100000000 THEN 'FROM_500K'
                                WHEN l.starting_price < 500000000 THEN 'FROM_1M'
                                WHEN l.starting_price < 2000000000 THEN 'FROM_5M' ELSE 'FROM_20M' END AS kind,
                           1 AS found, 0 AS counted
                    FROM lot l JOIN court c ON c.id = l.court_id WHERE l.published_at IS NOT NULL
                    UNION ALL
                    SELECT c.code || ' ' || t.category || ' ' || t.round || ' ' || t.status || ' ' || t.price_band,
                           0, t.lots
                    FROM lot_tally t JOIN court c ON c.id = t.court_id) x
              GROUP BY x.kind HAVING SUM(x.found) <> SUM(x.counted)",
    },
    SqlCheck {
        name: "catalogue.words",
        promise: "Every published lot can be found by its words, and no other lot.",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject,
                     CASE WHEN l.published_at IS NULL THEN 'no text' ELSE 'a text with its terms' END AS expected,
                     CASE WHEN w.lot_id IS NULL THEN 'no text' ELSE 'a text' END AS found
              FROM lot l LEFT JOIN lot_text w ON w.lot_id = l.id
              WHERE (l.published_at IS NULL) <> (w.lot_id IS NULL)
                 OR (w.lot_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM lot_term t WHERE t.lot_id = l.id))",
    },
    SqlCheck {
        name: "catalogue.collections",
        promise: "A collection says of its lots how many there are and what they come to; each is published.",
        subject: Subject::Id("collection"),
        sql: "SELECT c.id AS subject,
                     CAST(COUNT(l.id) AS TEXT) || ' lots, ' || CAST(COALESCE(SUM(l.appraisal_price), 0) AS TEXT) ||
                         ' and ' || CAST(COALESCE(SUM(l.starting_price), 0) AS TEXT) AS expected,
                     CAST(c.lots AS TEXT) || ' lots, ' || CAST(c.appraisal_price AS TEXT) || ' and ' ||
                         CAST(c.starting_price AS TEXT) AS found
              FROM lot_collection c LEFT JOIN lot_collection_member m ON m.collection_id = c.id
              LEFT JOIN lot l ON l.id = m.lot_id AND l.published_at IS NOT NULL
              GROUP BY c.id, c.lots, c.appraisal_price, c.starting_price
              HAVING COUNT(m.lot_id) <> c.lots OR COUNT(l.id) <> c.lots
                  OR COALESCE(SUM(l.appraisal_price), 0) <> c.appraisal_price
                  OR COALESCE(SUM(l.starting_price), 0) <> c.starting_price",
    },
    SqlCheck {
        name: "catalogue.followers",
        promise: "The number of those who follow a lot is how many follow it.",
        subject: Subject::Id("lot"),
        sql: "SELECT x.lot_id AS subject, CAST(SUM(x.following) AS TEXT) || ' follow' AS expected,
                     CAST(SUM(x.counted) AS TEXT) || ' counted' AS found
              FROM (SELECT lot_id, 1 AS following, 0 AS counted FROM lot_follow
                    UNION ALL SELECT lot_id, 0, followers FROM lot_follow_count) x
              GROUP BY x.lot_id HAVING SUM(x.following) <> SUM(x.counted)",
    },
    SqlCheck {
        name: "lot.revisions",
        promise: "Corrections of an announcement are numbered without a gap; nobody has read one that is not there.",
        subject: Subject::Id("lot"),
        sql: "SELECT l.id AS subject, CAST(l.revision AS TEXT) || ' revisions' AS expected,
                     CAST(COUNT(r.revision) AS TEXT) || ' up to ' || CAST(COALESCE(MAX(r.revision), 0) AS TEXT)
                         || ', read up to ' || CAST(MAX(COALESCE(x.read, 0)) AS TEXT) AS found
              FROM lot l LEFT JOIN lot_revision r ON r.lot_id = l.id
              LEFT JOIN (SELECT lot_id, MAX(acknowledged_revision) AS read FROM registration GROUP BY lot_id) x
                  ON x.lot_id = l.id
              GROUP BY l.id, l.revision
              HAVING COUNT(r.revision) <> l.revision OR COALESCE(MAX(r.revision), 0) <> l.revision
                  OR MAX(COALESCE(x.read, 0)) > l.revision",
    },
];
