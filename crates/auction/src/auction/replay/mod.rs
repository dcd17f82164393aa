//! Replay files (竞价回放): one ended sale as JSON Lines that anybody can recompute offline, without an account here.
//!
//! `line` is the form, `write` makes a file of what was recorded, `check` recomputes one with the pure rules, `proxy` what
//! sealed maxima may have answered. The form is described for other programs in `docs/replay.md`; change both together,
//! and raise [`FORMAT`] when a reader would err.

mod check;
mod line;
mod proxy;
#[cfg(test)]
mod tests;
mod write;

pub use check::{Checked, TrustedKey, check};
pub use line::{Attempt, Body, End, EventLine, Header, Line, NamedKey, Signature, instant, line_hash, parse_instant};
pub use write::{Built, Recorded, build};

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Name and version of the form.
pub const FORMAT: &str = "duixian-replay/1";

/// How much a file says (回放文件形式).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "ReplayForm")]
pub enum Form {
    /// For everybody: of a refused attempt only that it was not accepted (公开版).
    Public,
    /// For the court: refused attempts with amount, reason and receipt (完整版).
    Full,
}
impl Form {
    pub const fn as_str(self) -> &'static str {
        match self {
            Form::Public => "PUBLIC",
            Form::Full => "FULL",
        }
    }
}

/// The text that is signed: it names the lot, the form, and the hash of the last line before the signature.
pub fn signed_text(lot_number: &str, form: Form, lines: u64, last: &str) -> String {
    format!("{FORMAT}\n{lot_number}\n{}\n{lines}\n{last}\n", form.as_str())
}
