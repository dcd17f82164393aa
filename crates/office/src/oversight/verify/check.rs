//! What a check is: a promise, and the statement that finds the rows that break it.

use super::report::Violation;
use crate::{
    audit::sequencer::LogIdentity,
    kernel::{
        clock::Timestamp,
        db::{Reader, sql},
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
impl SqlCheck {
    pub(super) async fn run(&self, reader: &Reader, now: Timestamp) -> Result<Vec<Violation>, Problem> {
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
