//! Notices of the State Council on a year's holidays (节假日安排通知): their form, their checks, the ones built in.
//!
//! The built-in file holds facts only, in our own form. A later notice comes in through the same checks.

use crate::kernel::clock::LegalDate;
use chrono::{Datelike, Weekday};
use serde::Deserialize;
use std::collections::BTreeMap;

const BUILT_IN: &str = include_str!("data/working_days.toml");

/// One notice: which days it frees and which weekend days it makes working days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The year it arranges; its days may begin on 20 December before.
    pub year: i32,
    /// Document number, e.g. 国办发明电〔2025〕7号.
    pub number: String,
    pub published: LegalDate,
    /// Address of the text at www.gov.cn.
    pub source: String,
    /// Statutory days of the year after this notice: the checksum over all of the year's notices.
    pub statutory: i64,
    /// Day off → name of the holiday.
    pub off: BTreeMap<LegalDate, String>,
    /// Saturdays and Sundays that are worked.
    pub work: Vec<LegalDate>,
}

/// Why a notice is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    #[error("the notice is not of the expected form: {0}")]
    Form(String),
    #[error("a notice without days covers nothing")]
    Empty,
    #[error("{0} lies outside of 20 December before the year and 31 December of it")]
    OutOfYear(LegalDate),
    #[error("{0} is listed twice")]
    Twice(LegalDate),
    #[error("{0} is worked, but is neither a Saturday nor a Sunday")]
    WorkOnWeekday(LegalDate),
    #[error("days off Monday to Friday less weekend days worked are {found} in {year}, not {expected}")]
    Checksum { year: i32, expected: i64, found: i64 },
    #[error("the source must be a page of www.gov.cn")]
    Source,
}

/// The file's form. Unknown keys are refused, so that a misspelt one cannot lose days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    notice: Vec<Entry>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    year: i32,
    number: String,
    published: String,
    source: String,
    statutory: i64,
    off: Vec<String>,
    #[serde(default)]
    work: Vec<String>,
}

/// The notices that ship with the program: those for 2007 to 2026.
pub fn built_in() -> Result<Vec<Notice>, NoticeError> {
    parse(BUILT_IN)
}

/// Reads notices in the form of the built-in file and checks each by itself.
pub fn parse(text: &str) -> Result<Vec<Notice>, NoticeError> {
    let file: File = toml::from_str(text).map_err(|e| NoticeError::Form(e.message().to_owned()))?;
    file.notice.into_iter().map(Notice::try_from).collect()
}

impl TryFrom<Entry> for Notice {
    type Error = NoticeError;
    fn try_from(entry: Entry) -> Result<Notice, NoticeError> {
        let mut off = BTreeMap::new();
        for text in &entry.off {
            let (name, days) = text.split_once(' ').ok_or_else(|| NoticeError::Form(text.clone()))?;
            let (first, last) = days.split_once('/').unwrap_or((days, days));
            let (first, last) = (parse_day(first)?, parse_day(last)?);
            for day in first.iter_days().take_while(|day| *day <= last).take(366) {
                if off.insert(day, name.to_owned()).is_some() {
                    return Err(NoticeError::Twice(day));
                }
            }
        }
        let notice = Notice {
            year: entry.year,
            number: entry.number,
            published: parse_day(&entry.published)?,
            source: entry.source,
            statutory: entry.statutory,
            off,
            work: entry.work.iter().map(|day| parse_day(day)).collect::<Result<_, _>>()?,
        };
        notice.check()?;
        Ok(notice)
    }
}

impl Notice {
    /// What can be seen in the notice alone; the checksum needs all notices of the year, see [`check_year`].
    pub fn check(&self) -> Result<(), NoticeError> {
        if self.off.is_empty() {
            return Err(NoticeError::Empty);
        }
        if !self.source.starts_with("https://www.gov.cn/") {
            return Err(NoticeError::Source);
        }
        let in_year = |day: &LegalDate| {
            day.year() == self.year || (day.year() + 1 == self.year && day.month() == 12 && day.day() >= 20)
        };
        let mut seen: Vec<LegalDate> = Vec::with_capacity(self.work.len());
        for day in &self.work {
            if !is_weekend(*day) {
                return Err(NoticeError::WorkOnWeekday(*day));
            }
            if self.off.contains_key(day) || seen.contains(day) {
                return Err(NoticeError::Twice(*day));
            }
            seen.push(*day);
        }
        match self.off.keys().chain(&self.work).find(|day| !in_year(day)) {
            Some(day) => Err(NoticeError::OutOfYear(*day)),
            None => Ok(()),
        }
    }
}

/// The checksum over all notices of one year, in the order of publication: days off from Monday to Friday less weekend
/// days worked are the statutory days of the year. It finds a day that is missing, doubled or in the wrong column.
pub fn check_year(notices: &[&Notice]) -> Result<(), NoticeError> {
    let mut days: BTreeMap<LegalDate, bool> = BTreeMap::new();
    for notice in notices {
        days.extend(notice.off.keys().map(|day| (*day, true)));
        days.extend(notice.work.iter().map(|day| (*day, false)));
        let found = days.iter().fold(0_i64, |sum, (day, off)| match (off, is_weekend(*day)) {
            (true, false) => sum + 1,
            (false, true) => sum - 1,
            _ => sum,
        });
        if found != notice.statutory {
            return Err(NoticeError::Checksum { year: notice.year, expected: notice.statutory, found });
        }
    }
    Ok(())
}

pub(super) fn is_weekend(day: LegalDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn parse_day(text: &str) -> Result<LegalDate, NoticeError> {
    text.parse().map_err(|_| NoticeError::Form(format!("{text} is not a day")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn refused(text: &str) -> NoticeError {
        parse(text).unwrap_err()
    }
    fn entry(off: &str, work: &str) -> String {
        format!(
            "[[notice]]\nyear = 2026\nnumber = \"n\"\npublished = \"2025-11-04\"\nsource = \"https://www.gov.cn/x\"\n\
             statutory = 13\noff = [{off}]\nwork = [{work}]\n"
        )
    }

    #[test]
    fn the_statutory_days_of_every_built_in_year_add_up_放假办法_2() {
        let notices = built_in().unwrap();
        for year in 2007..=2026 {
            let of_year: Vec<&Notice> = notices.iter().filter(|n| n.year == year).collect();
            check_year(&of_year).unwrap();
            let expected = match year {
                2007 => 10,
                2015 => 12,
                2020 | 2025 | 2026 => 13,
                _ => 11,
            };
            assert_eq!(of_year.last().unwrap().statutory, expected, "{year}");
        }
        assert_eq!(notices.len(), 23, "twenty years, three of them amended");
    }

    #[test]
    fn the_checksum_finds_a_lost_day() {
        let mut notice = built_in().unwrap().pop().unwrap();
        notice.off.remove(&day("2026-10-05"));
        let expected = NoticeError::Checksum { year: 2026, expected: 13, found: 12 };
        assert_eq!(check_year(&[&notice]), Err(expected));
    }

    #[test]
    fn a_malformed_notice_is_refused() {
        assert_eq!(refused(&entry("", "")), NoticeError::Empty);
        assert!(parse(&entry("\"元旦 2025-12-20\"", "")).is_ok());
        assert_eq!(refused(&entry("\"元旦 2025-12-19\"", "")), NoticeError::OutOfYear(day("2025-12-19")));
        assert_eq!(refused(&entry("\"元旦 2027-01-01\"", "")), NoticeError::OutOfYear(day("2027-01-01")));
        let twice = entry("\"元旦 2026-01-01\", \"元旦 2026-01-01/2026-01-02\"", "");
        assert_eq!(refused(&twice), NoticeError::Twice(day("2026-01-01")));
        let both = entry("\"元旦 2026-01-04\"", "\"2026-01-04\"");
        assert_eq!(refused(&both), NoticeError::Twice(day("2026-01-04")));
        let weekday = entry("\"元旦 2026-01-01\"", "\"2026-01-05\"");
        assert_eq!(refused(&weekday), NoticeError::WorkOnWeekday(day("2026-01-05")));
        for bad in ["\"元旦\"", "\"元旦 2026-02-30\"", "\"元旦 01-01\""] {
            assert!(matches!(refused(&entry(bad, "")), NoticeError::Form(_)), "{bad}");
        }
        assert!(matches!(refused("[[notices]]"), NoticeError::Form(_)));
        let elsewhere = entry("\"元旦 2026-01-01\"", "").replace("www.gov.cn", "example.cn");
        assert_eq!(refused(&elsewhere), NoticeError::Source);
    }
}
