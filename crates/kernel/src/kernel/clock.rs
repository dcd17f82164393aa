//! Time: one injected clock, instants in UTC microseconds, legal dates in Asia/Shanghai.
//!
//! An operation takes `now` once and hands it down. Only this file reads the machine's clock.

use chrono::{DateTime, FixedOffset, NaiveDate, Offset, TimeDelta, Utc};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// A day of the civil calendar in Asia/Shanghai: what a term of the law is counted in.
pub type LegalDate = NaiveDate;

/// The same as a use case takes it from the graph, where it is the scalar `Date` (`graphql::scalars`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Date(pub LegalDate);
impl From<LegalDate> for Date {
    fn from(day: LegalDate) -> Date {
        Date(day)
    }
}
impl From<Date> for LegalDate {
    fn from(day: Date) -> LegalDate {
        day.0
    }
}

/// China has kept UTC+8 without daylight saving since 1992; no court money here is older.
pub fn shanghai() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| Utc.fix())
}

/// An instant: microseconds since 1970-01-01T00:00:00Z. The same number in both engines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros)
    }
    pub const fn micros(self) -> i64 {
        self.0
    }
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1000)
    }
    /// Cut down to the millisecond: the grain of a bid's arrival.
    pub const fn to_millisecond(self) -> Timestamp {
        Timestamp(self.0.div_euclid(1000) * 1000)
    }
    pub fn parse(rfc3339: &str) -> Option<Timestamp> {
        DateTime::parse_from_rfc3339(rfc3339).ok().map(|t| Timestamp(t.timestamp_micros()))
    }
    pub fn to_datetime(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }
    /// The civil day in Asia/Shanghai: 2024-12-18T17:30:00Z is 2024-12-19.
    pub fn legal_date(self) -> LegalDate {
        self.to_datetime().with_timezone(&shanghai()).date_naive()
    }
    /// Midnight at the beginning of a legal day.
    pub fn start_of(day: LegalDate) -> Timestamp {
        Timestamp(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros() - 8 * 3_600_000_000)
    }
    /// `hour:minute` of a legal day, Beijing time.
    pub fn at(day: LegalDate, hour: u32, minute: u32) -> Timestamp {
        Timestamp(Timestamp::start_of(day).0 + (i64::from(hour) * 60 + i64::from(minute)) * 60_000_000)
    }
    pub fn plus(self, delta: TimeDelta) -> Timestamp {
        Timestamp(self.0.saturating_add(delta.num_microseconds().unwrap_or(i64::MAX)))
    }
    pub fn minus(self, delta: TimeDelta) -> Timestamp {
        Timestamp(self.0.saturating_sub(delta.num_microseconds().unwrap_or(i64::MAX)))
    }
    pub fn since(self, earlier: Timestamp) -> TimeDelta {
        TimeDelta::microseconds(self.0.saturating_sub(earlier.0))
    }
    /// RFC 3339 with exactly three fraction digits and the offset +08:00: what people read and what the API shows.
    pub fn to_rfc3339(self) -> String {
        self.to_datetime().with_timezone(&shanghai()).to_rfc3339_opts(chrono::SecondsFormat::Millis, false)
    }
}
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// Where `now` comes from. Tests and the demo hold a manual clock; no request can move it.
#[derive(Clone)]
pub struct Clock(Arc<Source>);
enum Source {
    System,
    /// Current instant in microseconds; [`i64::MIN`] once released to the system's time.
    Manual(AtomicI64),
}

impl Clock {
    pub fn system() -> Clock {
        Clock(Arc::new(Source::System))
    }
    pub fn manual(start: Timestamp) -> Clock {
        Clock(Arc::new(Source::Manual(AtomicI64::new(start.0))))
    }
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Source::System => Clock::machine(),
            Source::Manual(at) => match at.load(Ordering::SeqCst) {
                i64::MIN => Clock::machine(),
                micros => Timestamp(micros),
            },
        }
    }
    /// Moves a manual clock forward to `to`; never backward, and never a system clock.
    pub fn advance_to(&self, to: Timestamp) {
        if let Source::Manual(at) = &*self.0 {
            at.fetch_max(to.0, Ordering::SeqCst);
        }
    }
    /// From here on a manual clock follows the machine's (the demo after its story).
    pub fn release(&self) {
        if let Source::Manual(at) = &*self.0 {
            at.store(i64::MIN, Ordering::SeqCst);
        }
    }
    /// A manual clock stands still between two steps of a test, so waiting loops poll instead of sleeping until then.
    pub fn is_manual(&self) -> bool {
        matches!(&*self.0, Source::Manual(at) if at.load(Ordering::SeqCst) != i64::MIN)
    }
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn machine() -> Timestamp {
        Timestamp(Utc::now().timestamp_micros())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_legal_day_is_the_day_in_shanghai() {
        let late = Timestamp::parse("2024-12-18T17:30:00Z").unwrap();
        assert_eq!(late.legal_date().to_string(), "2024-12-19");
        assert_eq!(Timestamp::start_of(late.legal_date()).to_rfc3339(), "2024-12-19T00:00:00.000+08:00");
        assert_eq!(Timestamp::at(late.legal_date(), 9, 30).to_rfc3339(), "2024-12-19T09:30:00.000+08:00");
    }

    #[test]
    fn a_manual_clock_only_goes_forward() {
        let clock = Clock::manual(Timestamp::from_micros(10));
        clock.advance_to(Timestamp::from_micros(5));
        assert_eq!(clock.now(), Timestamp::from_micros(10));
        clock.advance_to(Timestamp::from_micros(25));
        assert_eq!(clock.now(), Timestamp::from_micros(25));
    }
}
