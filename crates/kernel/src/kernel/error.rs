//! Errors: a closed list of problems for the caller, refusals as data, and nothing of the machine's inside.
//!
//! A [`Problem`] becomes a top-level GraphQL error with `extensions.code`; a [`Refusal`] goes into `userErrors`.
//! Details of a fault (SQL, paths, causes) are logged here once and never leave the process.

use super::{
    money::MoneyError,
    refusal::{Refusal, RefusalCode},
};
use async_graphql::ErrorExtensions as _;
use sea_orm::DbErr;
use std::{error::Error as StdError, sync::Arc};

/// Why an operation could not be carried out or even decided. The list is closed and documented in the README.
#[derive(Clone, Debug)]
pub enum Problem {
    /// An argument does not have the form that its type asks for (BAD_USER_INPUT).
    BadInput(String),
    /// No valid token (UNAUTHENTICATED).
    Unauthenticated,
    /// Signed in, but the act is not allowed (FORBIDDEN).
    Forbidden,
    /// There is no such thing, or none that the viewer may know of (NOT_FOUND).
    NotFound,
    /// Too many requests; try again after so many seconds (RATE_LIMITED).
    RateLimited { retry_after_seconds: u64 },
    /// The same key is being worked on, or the outcome of a commit is not known: ask again with the same key (CONFLICT).
    Conflict,
    /// It took too long; nothing may be assumed (TIMEOUT).
    Timeout,
    /// A fault of ours (INTERNAL_SERVER_ERROR). The text is for the log alone.
    Internal(Arc<str>),
    /// The database failed. `code` is the engine's, for the retry in `kernel::db`.
    Database { code: Option<Arc<str>>, detail: Arc<str> },
}
impl Problem {
    pub fn internal(detail: impl ToString) -> Problem {
        Problem::Internal(detail.to_string().into())
    }
    /// `extensions.code` of the GraphQL error.
    pub const fn code(&self) -> &'static str {
        match self {
            Problem::BadInput(_) => "BAD_USER_INPUT",
            Problem::Unauthenticated => "UNAUTHENTICATED",
            Problem::Forbidden => "FORBIDDEN",
            Problem::NotFound => "NOT_FOUND",
            Problem::RateLimited { .. } => "RATE_LIMITED",
            Problem::Conflict => "CONFLICT",
            Problem::Timeout => "TIMEOUT",
            Problem::Internal(_) | Problem::Database { .. } => "INTERNAL_SERVER_ERROR",
        }
    }
    /// The engine says: run the transaction again. PostgreSQL: serialization failure, deadlock. SQLite: busy, locked.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Problem::Database { code: Some(code), .. }
            if matches!(&**code, "40001" | "40P01" | "5" | "6" | "261" | "262" | "517"))
    }
    /// The connection has gone, or its server is going (PostgreSQL class 08, 57P01 to 57P03): what was not committed on
    /// it will never be. Says nothing of a COMMIT that was on its way.
    pub fn is_connection_lost(&self) -> bool {
        matches!(self, Problem::Database { code: Some(code), .. } if tells_of_loss(code))
    }
    /// A unique key stood in the way (PostgreSQL 23505, SQLite 2067 and 1555).
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Problem::Database { code: Some(code), .. } if matches!(&**code, "23505" | "2067" | "1555"))
    }
}
impl From<DbErr> for Problem {
    fn from(error: DbErr) -> Problem {
        match engine_code(&error) {
            // PostgreSQL stopped a statement at its limit
            Some(code) if code == "57014" => Problem::Timeout,
            code => Problem::Database { code: code.map(Into::into), detail: chain(&error).into() },
        }
    }
}
fn tells_of_loss(code: &str) -> bool {
    // the codes of SQLite are numbers without a leading zero
    code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03")
}
/// [`Problem::is_connection_lost`] of an error that is none yet.
pub(super) fn is_connection_lost(error: &DbErr) -> bool {
    engine_code(error).is_some_and(|code| tells_of_loss(&code))
}
/// PostgreSQL's own code for a broken connection: the client noticed it, no server said so.
const CONNECTION_FAILURE: &str = "08006";
fn engine_code(error: &DbErr) -> Option<String> {
    use sea_orm::{RuntimeErr, SqlxError};
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e))
        | DbErr::Conn(RuntimeErr::SqlxError(e)) => match &**e {
            SqlxError::Database(database) => database.code().map(|code| code.into_owned()),
            SqlxError::Io(_) => Some(CONNECTION_FAILURE.to_owned()),
            _ => None,
        },
        _ => None,
    }
}
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// What stops an operation: a rule (kept as data, audited) or a problem (rolled back).
#[derive(Clone, Debug)]
pub enum Failure {
    Refused(Box<Refusal>),
    Problem(Problem),
}
impl Failure {
    pub fn internal(detail: impl ToString) -> Failure {
        Failure::Problem(Problem::internal(detail))
    }
    /// The usual answer for something unknown or foreign inside of a mutation: a refusal, so that the form can show it.
    pub fn not_found(field: &'static str) -> Failure {
        Refusal::new(RefusalCode::NotFound).field(field).into()
    }
}
impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(Box::new(refusal))
    }
}
impl From<RefusalCode> for Failure {
    fn from(code: RefusalCode) -> Failure {
        Refusal::new(code).into()
    }
}
impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure::Problem(problem)
    }
}
impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Failure {
        Failure::Problem(error.into())
    }
}
impl From<MoneyError> for Refusal {
    fn from(_: MoneyError) -> Refusal {
        Refusal::new(RefusalCode::AmountInvalid)
    }
}
impl From<MoneyError> for Failure {
    fn from(error: MoneyError) -> Failure {
        Refusal::from(error).into()
    }
}
impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Problem {
        Problem::internal(error)
    }
}
impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        Failure::Problem(error.into())
    }
}

/// For callers that have no user to show a refusal to (jobs, commands): a refusal there is a fault.
impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::Problem(problem) => problem,
            Failure::Refused(refusal) => Problem::internal(format!("refused: {refusal:?}")),
        }
    }
}

/// How an operation that ran to its end came out. Both kinds are committed: a refusal leaves its audit event.
#[derive(Clone, Debug)]
pub enum Outcome<T> {
    /// `replayed`: the same key was answered before; this is the first answer again.
    Done {
        value: T,
        replayed: bool,
    },
    Refused(Refusal),
}
impl<T> Outcome<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Outcome::Done { value, replayed } => Outcome::Done { value: f(value), replayed },
            Outcome::Refused(refusal) => Outcome::Refused(refusal),
        }
    }
}

/// A problem as the engine carries it to the answer. The detail of a fault is logged here, within the request's span.
impl From<Problem> for async_graphql::Error {
    fn from(problem: Problem) -> async_graphql::Error {
        let message = match &problem {
            Problem::BadInput(detail) => detail.clone(),
            Problem::Internal(detail) | Problem::Database { detail, .. } => {
                tracing::error!(%detail, "a field failed");
                String::new()
            }
            _ => String::new(),
        };
        let retry_after = match problem {
            Problem::RateLimited { retry_after_seconds } => Some(retry_after_seconds),
            _ => None,
        };
        async_graphql::Error::new(message).extend_with(|_, extensions| {
            extensions.set("code", problem.code());
            if let Some(seconds) = retry_after {
                extensions.set("retryAfter", seconds);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_is_told_by_its_code() {
        let problem = |code: &str| Problem::Database { code: Some(code.into()), detail: "".into() };
        for (code, lost, again) in [
            ("08006", true, false),
            ("08003", true, false),
            ("57P01", true, false),
            ("57P03", true, false),
            ("57014", false, false),
            ("40001", false, true),
            // read-only and busy, of SQLite
            ("8", false, false),
            ("5", false, true),
        ] {
            assert_eq!((problem(code).is_connection_lost(), problem(code).is_retryable()), (lost, again), "{code}");
        }
        let broken = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let broken = DbErr::Query(sea_orm::RuntimeErr::SqlxError(Arc::new(sea_orm::SqlxError::Io(broken))));
        assert!(is_connection_lost(&broken) && Problem::from(broken).is_connection_lost());
        assert!(!Problem::internal("08006").is_connection_lost());
    }
}
