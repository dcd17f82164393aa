//! Is this machine's clock right? Measured against the database's, which all servers of an installation share.
//!
//! The other clock is read somewhere between asking and being answered, so that a slow answer widens what is not known
//! and never accuses a right clock. An embedded database has no clock of its own: there is one server, and one clock.

use super::{
    clock::{Clock, Timestamp},
    db::{Db, Engine, sql},
    error::Problem,
};
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;

/// A server whose clock is further off takes no bids.
pub const TOLERANCE: TimeDelta = TimeDelta::milliseconds(50);

/// One comparison: our clock before asking, the other clock, our clock after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub before: Timestamp,
    pub other: Timestamp,
    pub after: Timestamp,
}

/// What a comparison shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The error is at most [`TOLERANCE`].
    Right,
    /// It is more, at least by this much, ahead (positive) or behind.
    Off(TimeDelta),
    /// The answer took too long to tell.
    Unclear,
}

impl Reading {
    pub fn finding(&self) -> Finding {
        // had the other clock been read at the one end or at the other
        let (one, two) = (self.before.since(self.other), self.after.since(self.other));
        let (least, most) = (one.min(two), one.max(two));
        if least > TOLERANCE {
            Finding::Off(least)
        } else if most < -TOLERANCE {
            Finding::Off(most)
        } else if least >= -TOLERANCE && most <= TOLERANCE {
            Finding::Right
        } else {
            Finding::Unclear
        }
    }
}

/// Compares the clock with the database's; none where there is no other clock, or a person moves this one.
///
/// # Errors
/// When the database does not answer.
pub async fn compare(clock: &Clock, db: &Db) -> Result<Option<Reading>, Problem> {
    if db.engine() != Engine::Postgres || clock.is_manual() {
        return Ok(None);
    }
    let reader = db.reader();
    let text = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS micros";
    let before = clock.now();
    let row = reader.query_one_raw(sql(&reader, text, [])).await?;
    let after = clock.now();
    let row = row.ok_or_else(|| Problem::internal("the database does not say what time it is"))?;
    Ok(Some(Reading { before, other: Timestamp::from_micros(row.try_get("", "micros")?), after }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_off_only_when_no_moment_of_the_reading_excuses_it() {
        let at = |millis: i64| Timestamp::from_micros(1_772_000_000_000_000 + millis * 1000);
        let ms = TimeDelta::milliseconds;
        for (before, other, after, expected) in [
            (0, 0, 2, Finding::Right),
            (0, 50, 0, Finding::Right),
            (0, 51, 0, Finding::Off(ms(-51))),
            (50, 0, 50, Finding::Right),
            (51, 0, 51, Finding::Off(ms(51))),
            // an answer that took 200 ms says nothing about 50, unless even its better end is off
            (0, 100, 200, Finding::Unclear),
            (0, -40, 200, Finding::Unclear),
            (0, -51, 200, Finding::Off(ms(51))),
            (0, 251, 200, Finding::Off(ms(-51))),
            // the clock was set back while we waited
            (90, 0, 10, Finding::Unclear),
        ] {
            let reading = Reading { before: at(before), other: at(other), after: at(after) };
            assert_eq!(reading.finding(), expected, "{before} {other} {after}");
        }
    }
}
