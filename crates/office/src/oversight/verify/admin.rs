//! Settings: what is in force was decided by somebody else than who proposed it.

use super::check::{SqlCheck, Subject};

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "setting.two-people",
        promise: "A court's parameter that is or was in force was approved by a second person.",
        subject: Subject::Id("parameter"),
        sql: "SELECT p.id AS subject, 'an approval by another than ' || p.proposed_by AS expected,
                     COALESCE((SELECT a.status FROM approval a WHERE a.subject_id = p.id LIMIT 1), 'no approval') AS found
              FROM court_parameter p
              WHERE p.status IN ('ACTIVE', 'SUPERSEDED') AND NOT EXISTS
                    (SELECT 1 FROM approval a JOIN approval_vote v ON v.approval_id = a.id
                     WHERE a.subject_id = p.id AND a.status = 'APPROVED' AND v.approved AND v.voter <> p.proposed_by)",
    },
    SqlCheck {
        name: "calendar.two-people",
        promise: "A holiday notice that is or was in force was approved by a second person.",
        subject: Subject::Id("notice"),
        sql: "SELECT n.id AS subject, 'an approval by another than ' || n.proposed_by AS expected,
                     COALESCE((SELECT a.status FROM approval a WHERE a.subject_id = n.id LIMIT 1), 'no approval') AS found
              FROM calendar_notice n
              WHERE n.status IN ('ACTIVE', 'SUPERSEDED') AND NOT EXISTS
                    (SELECT 1 FROM approval a JOIN approval_vote v ON v.approval_id = a.id
                     WHERE a.subject_id = n.id AND a.status = 'APPROVED' AND v.approved AND v.voter <> n.proposed_by)",
    },
];
