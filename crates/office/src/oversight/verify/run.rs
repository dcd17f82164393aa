//! Runs the checks and gathers what they find.

use super::{
    admin, aftermath, attachment, auction, audit, bank, bidders, catalogue, check::AuditKeys, document, funds, jobs,
    keys, ledger, mirror, payout, replay, report::Report,
};
use crate::kernel::{clock::Timestamp, db::Db, error::Problem};

/// Checks everything. Without keys (a test of one room) the audit tree and the bid receipts are left out.
///
/// # Errors
/// Only when the database cannot be read: what is wrong in it stands in the report.
pub async fn verify(db: &Db, now: Timestamp, keys: Option<&AuditKeys<'_>>) -> Result<Report, Problem> {
    let reader = db.reader();
    let mut report = Report::default();
    let groups = [ledger::CHECKS, keys::CHECKS, funds::CHECKS, payout::CHECKS, jobs::CHECKS, admin::CHECKS];
    let more =
        [auction::CHECKS, aftermath::CHECKS, bank::CHECKS, catalogue::CHECKS, document::CHECKS, attachment::CHECKS];
    for check in groups.into_iter().chain(more).chain([mirror::CHECKS, bidders::CHECKS]).flatten() {
        let rows = check.run(&reader, now).await?;
        report.add(check.name, check.promise, rows);
    }
    payout::agreed(&reader, &mut report).await?;
    if let Some(keys) = keys {
        auction::receipts(&reader, keys.ring, &mut report).await?;
        replay::replays(&reader, keys.ring, &mut report).await?;
        mirror::bundles(&reader, keys.vault, &mut report).await?;
        document::contents(&reader, keys.vault, &mut report).await?;
        audit::tree(&reader, keys, now, &mut report).await?;
    }
    Ok(report)
}
