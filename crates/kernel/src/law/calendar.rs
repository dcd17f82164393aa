//! The working-day calendar (工作日历): which days are worked, and what that does to a term.
//!
//! It is final through 19 December of the last year that a notice covers, because a notice reaches back to 20 December
//! at the earliest. Later days are computed, weekdays less the statutory days of fixed date, and every result that
//! touches them says so: it is provisional and is counted again when the next notice is in.

use super::notice::{self, Notice, NoticeError, is_weekend};
use crate::kernel::clock::LegalDate;
use chrono::{Datelike, Days};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What a day is, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind<'a> {
    /// Monday to Friday, and no holiday (工作日).
    Weekday,
    /// Saturday or Sunday (公休日).
    Weekend,
    /// A day off by a notice, with the holiday's name (放假).
    Holiday(&'a str),
    /// A Saturday or Sunday worked by a notice (调休上班).
    MakeUp,
    /// No notice covers the day yet: a statutory holiday of fixed date (法定节日, 尚无通知).
    FixedHoliday(&'static str),
}
impl DayKind<'_> {
    pub const fn is_working(self) -> bool {
        matches!(self, DayKind::Weekday | DayKind::MakeUp)
    }
    /// The kind in words, for explanations.
    pub fn label(self) -> String {
        match self {
            DayKind::Weekday => "weekday 工作日".to_owned(),
            DayKind::Weekend => "weekend 公休日".to_owned(),
            DayKind::Holiday(name) => format!("holiday {name}"),
            DayKind::MakeUp => "weekend worked 调休上班".to_owned(),
            DayKind::FixedHoliday(name) => format!("statutory holiday {name}, no notice yet"),
        }
    }
}

/// A day that a count passed over, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedDay {
    pub date: LegalDate,
    pub reason: String,
}

/// Where a count came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub date: LegalDate,
    /// Days passed over, in order.
    pub skipped: Vec<SkippedDay>,
    /// True when a coming notice can still change the result.
    pub provisional: bool,
}

/// The calendar of all known notices. Immutable: a new notice makes a new calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    notices: Vec<Notice>,
    days: BTreeMap<LegalDate, Option<String>>,
    first: LegalDate,
    final_through: LegalDate,
    edition: String,
}

impl Calendar {
    /// The calendar of the notices that ship with the program.
    pub fn built_in() -> Result<Calendar, NoticeError> {
        Calendar::try_new(notice::built_in()?)
    }

    /// From notices in any order; the later published prevails. Refuses an empty list, a notice that fails its checks,
    /// a wrong checksum and a gap between the years.
    pub fn try_new(mut notices: Vec<Notice>) -> Result<Calendar, NoticeError> {
        notices.sort_by_key(|n| (n.published, n.year));
        let mut days = BTreeMap::new();
        for notice in &notices {
            notice.check()?;
            days.extend(notice.off.iter().map(|(day, name)| (*day, Some(name.clone()))));
            days.extend(notice.work.iter().map(|day| (*day, None)));
        }
        let years = notices.iter().map(|n| n.year);
        let (Some(first), Some(last)) = (years.clone().min(), years.max()) else {
            return Err(NoticeError::Empty);
        };
        for year in first..=last {
            let of_year: Vec<&Notice> = notices.iter().filter(|n| n.year == year).collect();
            if of_year.is_empty() {
                return Err(NoticeError::Form(format!("no notice for {year}")));
            }
            notice::check_year(&of_year)?;
        }
        match (LegalDate::from_ymd_opt(first, 1, 1), LegalDate::from_ymd_opt(last, 12, 19)) {
            (Some(first), Some(final_through)) => {
                let edition = edition(&days, final_through);
                Ok(Calendar { notices, days, first, final_through, edition })
            }
            _ => Err(NoticeError::Form(format!("the years {first} to {last}"))),
        }
    }

    /// In the order of publication.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }
    /// The number of the latest notice: stored with each term, so that one can tell which were counted before another.
    pub fn version(&self) -> &str {
        self.notices.last().map_or("", |notice| &notice.number)
    }
    /// Changes with every day: stored with each term, so that one that was counted by another calendar is found.
    pub fn edition(&self) -> &str {
        &self.edition
    }
    /// First day covered.
    pub fn first_day(&self) -> LegalDate {
        self.first
    }
    /// Last day that no coming notice can change.
    pub fn final_through(&self) -> LegalDate {
        self.final_through
    }
    pub fn is_provisional(&self, day: LegalDate) -> bool {
        day > self.final_through || day < self.first
    }

    pub fn kind(&self, day: LegalDate) -> DayKind<'_> {
        match self.days.get(&day) {
            Some(Some(name)) => DayKind::Holiday(name),
            Some(None) => DayKind::MakeUp,
            None if is_weekend(day) => DayKind::Weekend,
            None => self.fixed_holiday(day).map_or(DayKind::Weekday, DayKind::FixedHoliday),
        }
    }
    /// Worked: Monday to Friday except holidays, and weekend days worked in exchange.
    pub fn is_working_day(&self, day: LegalDate) -> bool {
        self.kind(day).is_working()
    }
    /// Statutory days of fixed date in years without a notice; those of the lunar calendar are not guessed.
    fn fixed_holiday(&self, day: LegalDate) -> Option<&'static str> {
        if self.notices.iter().any(|n| n.year == day.year()) {
            return None;
        }
        match (day.month(), day.day()) {
            (1, 1) => Some("元旦"),
            (5, 1 | 2) => Some("劳动节"),
            (10, 1..=3) => Some("国庆节"),
            _ => None,
        }
    }

    /// The `count`-th working day after `start`; the day of the start is not counted (民诉法 85). Zero is the start.
    pub fn add_working_days(&self, start: LegalDate, count: u32) -> Counted {
        let (mut date, mut left, mut skipped) = (start, count, Vec::new());
        while left > 0 {
            let Some(next) = date.succ_opt() else { break };
            date = next;
            match self.kind(date) {
                kind if kind.is_working() => left -= 1,
                kind => skipped.push(SkippedDay { date, reason: kind.label() }),
            }
        }
        Counted { date, skipped, provisional: self.is_provisional(start) || self.is_provisional(date) }
    }

    /// The `count`-th calendar day after `start`, moved on to the next working day when it is none (民诉法 85).
    pub fn add_calendar_days(&self, start: LegalDate, count: u32) -> Counted {
        let last = start.checked_add_days(Days::new(u64::from(count))).unwrap_or(LegalDate::MAX);
        let mut counted = self.roll_forward(last);
        counted.provisional |= self.is_provisional(start);
        counted
    }

    /// `day` itself when it is worked, else the next day that is.
    pub fn roll_forward(&self, day: LegalDate) -> Counted {
        let (mut date, mut skipped) = (day, Vec::new());
        while !self.is_working_day(date) {
            skipped.push(SkippedDay { date, reason: self.kind(date).label() });
            let Some(next) = date.succ_opt() else { break };
            date = next;
        }
        Counted { date, skipped, provisional: self.is_provisional(day) || self.is_provisional(date) }
    }

    /// The first working day after `day`.
    pub fn next_working_day(&self, day: LegalDate) -> LegalDate {
        self.add_working_days(day, 1).date
    }

    /// Working days after `start` up to and including `end`; zero when the end is not later.
    pub fn count_working_days(&self, start: LegalDate, end: LegalDate) -> u32 {
        let days = start.iter_days().skip(1).take_while(|day| *day <= end);
        days.filter(|day| self.is_working_day(*day)).fold(0, |count, _| count + 1)
    }
}

/// Sixteen hexadecimal digits over the days that notices name and the last final day.
fn edition(days: &BTreeMap<LegalDate, Option<String>>, final_through: LegalDate) -> String {
    let mut digest = Sha256::new();
    digest.update(final_through.to_string());
    for (day, holiday) in days {
        digest.update(day.to_string());
        digest.update([u8::from(holiday.is_some())]);
    }
    hex::encode(&digest.finalize()[..8])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
