//! Runs the checks and gathers what they find.

use super::{
    admin, aftermath, attachment, auction, audit, bank, bidders, catalogue, document, funds, jobs, keys, ledger,
    mirror, payout, replay,
    report::{Report, Violation},
};
use crate::{
    audit::sequencer::LogIdentity,
    kernel::{
        clock::Timestamp,
        db::{Db, Reader, sql},
        error::Problem,
        keys::KeyRing,
        secret::Vault,
    },
    ledger::Code,
};
use sea_orm::{ActiveEnum, ConnectionTrait, Iterable, QueryResult};
use uuid::Uuid;

/// Rows that a failing check lists; more would not help anybody to find the cause.
pub const MAX_ROWS: usize = 1000;

/// What the audit trail and the bid receipts are verified with.
pub struct AuditKeys<'k> {
    pub log: &'k LogIdentity,
    pub ring: &'k KeyRing,
    pub vault: &'k Vault,
}

/// How the key in the column `subject` is stored.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    /// A UUID; the noun is put before it.
    Id(&'static str),
    /// A text that says by itself what it is.
    Text,
}

/// A promise whose violations one statement finds.
pub(super) struct SqlCheck {
    pub name: &'static str,
    /// What must hold.
    pub promise: &'static str,
    pub subject: Subject,
    /// Answers `subject`, `expected` and `found` (both TEXT) for each row that breaks the promise. `{guarded}` is
    /// replaced by the codes of the guarded accounts and `{now}` by the present instant in microseconds.
    pub sql: &'static str,
}

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

impl SqlCheck {
    async fn run(&self, reader: &Reader, now: Timestamp) -> Result<Vec<Violation>, Problem> {
        let guarded: Vec<_> =
            Code::iter().filter(|code| code.is_guarded()).map(|code| format!("'{}'", code.to_value())).collect();
        let text = self.sql.replace("{guarded}", &guarded.join(", ")).replace("{now}", &now.micros().to_string());
        let rows = reader.query_all_raw(sql(reader, &format!("{text} LIMIT {MAX_ROWS}"), [])).await?;
        rows.iter().map(|row| self.violation(row)).collect()
    }
    fn violation(&self, row: &QueryResult) -> Result<Violation, Problem> {
        let subject = match self.subject {
            Subject::Id(noun) => format!("{noun} {}", row.try_get::<Uuid>("", "subject")?),
            Subject::Text => row.try_get("", "subject")?,
        };
        let text = |column| row.try_get::<Option<String>>("", column).map(|t| t.unwrap_or_else(|| "none".to_owned()));
        Ok(Violation { check: self.name, subject, expected: text("expected")?, found: text("found")? })
    }
}
