//! The audit trail: leaves are the events' hashes, roots are those of the signed checkpoints.

use super::{
    check::AuditKeys,
    report::{Report, Violation},
};
use crate::{
    audit::verify_tree::{Finding, verify_tree},
    kernel::{clock::Timestamp, db::Reader, error::Problem},
};

const PROMISES: [(&str, &str); 7] = [
    ("audit.leaf", "Each leaf of the tree is the hash of its event, and none is missing."),
    ("audit.payload", "Each event's payload opens and is the one that its hash was made of."),
    ("audit.node", "Each stored hash of the tree is that of the leaves below it."),
    ("audit.root", "The tree has the root that was signed, at every checkpoint."),
    ("audit.checkpoint", "Each checkpoint says what its signed text says and follows the one before."),
    ("audit.signature", "Each checkpoint is signed by a key of the log."),
    ("audit.sequenced", "Each event is in the tree within a minute."),
];

pub(super) async fn tree(
    reader: &Reader,
    keys: &AuditKeys<'_>,
    now: Timestamp,
    report: &mut Report,
) -> Result<(), Problem> {
    let mut findings = verify_tree(reader, keys.log, keys.vault, now).await?;
    for (name, promise) in PROMISES {
        let (mine, rest): (Vec<_>, Vec<_>) = findings.into_iter().partition(|finding| finding.check == name);
        findings = rest;
        report.add(name, promise, mine.into_iter().map(violation).collect());
    }
    report.add(
        "audit.other",
        "Nothing else is wrong with the audit tree.",
        findings.into_iter().map(violation).collect(),
    );
    Ok(())
}
fn violation(finding: Finding) -> Violation {
    let Finding { check, subject, expected, found } = finding;
    Violation { check, subject, expected, found }
}
