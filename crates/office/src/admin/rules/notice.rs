//! Holiday notices in the form that people exchange them (holiday-cn: one JSON per year), and the calendar they make.
//!
//! A year's file holds the whole year, all of its papers together: an approved one stands in place of everything that
//! was known of the year. The checks are those of the built-in notices, the checksum follows the law of the year.

use crate::{
    kernel::{
        clock::LegalDate,
        refusal::{Refusal, RefusalCode},
    },
    law::{
        calendar::Calendar,
        notice::{self, Notice, NoticeError},
        reference,
    },
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Days off by law beyond those of the 放假办法 that a year had so far: one in 2015, two in 2020.
pub const MOST_EXTRA_DAYS: i32 = 5;
/// Longest name of a holiday.
const LONGEST_NAME: usize = 50;
/// Years that a file may be for.
const YEARS: std::ops::RangeInclusive<i32> = 2007..=2200;
const OFFICIAL: &str = "https://www.gov.cn/";

/// What stands around a file: it has neither number nor day of the notice.
#[derive(Clone, Debug)]
pub struct Heading<'a> {
    pub number: &'a str,
    pub published: LegalDate,
    /// Statutory days of this year beyond the law's.
    pub extra_days: i32,
}

/// The file's form. Unknown keys are refused, so that a misspelt one cannot lose days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    #[serde(rename = "$id")]
    _id: Option<String>,
    year: i32,
    papers: Vec<String>,
    days: Vec<Day>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Day {
    name: String,
    date: LegalDate,
    is_off_day: bool,
}

/// Statutory days of a year by the law in force in it (放假办法 2; 13 since the revision of 2024, 11 since that of 2007).
pub const fn statutory_days(year: i32) -> i64 {
    match year {
        2025.. => 13,
        2008..=2024 => 11,
        _ => 10,
    }
}

/// Reads and checks a year's file by itself.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(json: &str, heading: &Heading<'_>) -> Result<Notice, NoticeError> {
    let file: File = serde_json::from_str(json).map_err(|error| NoticeError::Form(error.to_string()))?;
    if !YEARS.contains(&file.year) || !(0..=MOST_EXTRA_DAYS).contains(&heading.extra_days) {
        return Err(NoticeError::Form(format!("year {}, extra days {}", file.year, heading.extra_days)));
    }
    if file.papers.iter().any(|paper| !paper.starts_with(OFFICIAL)) {
        return Err(NoticeError::Source);
    }
    let source = file.papers.last().cloned().ok_or(NoticeError::Source)?;
    let (mut off, mut work) = (BTreeMap::new(), Vec::new());
    for day in file.days {
        if !(1..=LONGEST_NAME).contains(&day.name.chars().count()) || day.name.chars().any(char::is_control) {
            return Err(NoticeError::Form(format!("the name of {}", day.date)));
        }
        if !day.is_off_day {
            work.push(day.date);
        } else if off.insert(day.date, day.name).is_some() {
            return Err(NoticeError::Twice(day.date));
        }
    }
    let notice = Notice {
        year: file.year,
        number: heading.number.to_owned(),
        published: heading.published,
        source,
        statutory: statutory_days(file.year) + i64::from(heading.extra_days),
        off,
        work,
    };
    notice.check()?;
    notice::check_year(&[&notice])?;
    Ok(notice)
}

/// The calendar of the notices that ship with the program and those that were approved, which come first for their year.
///
/// # Errors
/// As [`Calendar::try_new`], e.g. a gap between the years.
pub fn calendar_of(approved: Vec<Notice>) -> Result<Calendar, NoticeError> {
    let mut notices = notice::built_in()?;
    notices.retain(|known| approved.iter().all(|notice| notice.year != known.year));
    notices.extend(approved);
    Calendar::try_new(notices)
}

/// The calendar with this notice in place of what it knows of its year.
///
/// # Errors
/// As [`calendar_of`].
pub fn replaced(calendar: &Calendar, notice: Notice) -> Result<Calendar, NoticeError> {
    let others = calendar.notices().iter().filter(|known| known.year != notice.year).cloned();
    let notices = others.chain(std::iter::once(notice.clone())).collect();
    Calendar::try_new(notices)
}

/// A day that is another under a new calendar; both kinds in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub date: LegalDate,
    pub before: String,
    pub after: String,
}

/// The days of a notice's year, from 20 December before it, that differ between two calendars.
pub fn changes(before: &Calendar, after: &Calendar, year: i32) -> Vec<Change> {
    let first = LegalDate::from_ymd_opt(year - 1, 12, 20).unwrap_or(LegalDate::MAX);
    let last = LegalDate::from_ymd_opt(year, 12, 31).unwrap_or(LegalDate::MIN);
    let days = first.iter_days().take_while(|day| *day <= last);
    let changed = days.filter(|day| before.kind(*day) != after.kind(*day));
    changed.map(|date| Change { date, before: before.kind(date).label(), after: after.kind(date).label() }).collect()
}

/// The refusal of a file, with the article that it offends.
pub fn refuse(error: &NoticeError) -> Refusal {
    let law = match error {
        NoticeError::Checksum { .. } => &reference::HOLIDAYS_2,
        _ => &reference::HOLIDAYS_7,
    };
    Refusal::new(RefusalCode::CalendarNoticeInvalid).law(law).field("json").arg("reason", error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const PAPER: &str = "https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm";

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    /// The built-in notice for 2026 as a file of the exchanged form.
    fn file() -> Value {
        let notice = notice::built_in().unwrap().pop().unwrap();
        let off = notice.off.iter().map(|(date, name)| json!({ "name": name, "date": date, "isOffDay": true }));
        let work = notice.work.iter().map(|date| json!({ "name": "调休", "date": date, "isOffDay": false }));
        json!({ "year": 2026, "papers": [PAPER], "days": off.chain(work).collect::<Vec<_>>() })
    }
    fn read_with(file: &Value, extra_days: i32) -> Result<Notice, NoticeError> {
        read(&file.to_string(), &Heading { number: "试", published: day("2026-01-05"), extra_days })
    }

    #[test]
    fn the_exchanged_form_says_what_the_built_in_notice_says() {
        let notice = read_with(&file(), 0).unwrap();
        let calendar = Calendar::built_in().unwrap();
        let again = replaced(&calendar, notice.clone()).unwrap();
        assert_eq!(again.edition(), calendar.edition());
        assert!(changes(&calendar, &again, 2026).is_empty());
        assert_eq!(calendar_of(vec![notice]).unwrap().edition(), calendar.edition());
    }

    #[test]
    fn 放假办法_2_the_statutory_days_add_up_by_the_law_of_the_year() {
        for (year, days) in [(2007, 10), (2008, 11), (2024, 11), (2025, 13), (2026, 13)] {
            assert_eq!(statutory_days(year), days, "{year}");
        }
        let mut short = file();
        short["days"].as_array_mut().unwrap().retain(|d| d["date"] != "2026-10-05");
        assert_eq!(read_with(&short, 0), Err(NoticeError::Checksum { year: 2026, expected: 13, found: 12 }));
        let mut long = file();
        long["days"].as_array_mut().unwrap().push(json!({ "name": "阅兵", "date": "2026-09-03", "isOffDay": true }));
        assert!(read_with(&long, 0).is_err());
        assert!(read_with(&long, 1).is_ok());
        assert!(read_with(&long, 6).is_err() && read_with(&long, -1).is_err());
        assert_eq!(refuse(&read_with(&long, 0).unwrap_err()).law, Some(&reference::HOLIDAYS_2));
    }

    #[test]
    fn a_malformed_file_is_refused() {
        let with = |path: &str, value: Value| {
            let mut file = file();
            *file.pointer_mut(path).unwrap() = value;
            read_with(&file, 0).unwrap_err()
        };
        assert!(matches!(with("/days/0/date", json!("2026-02-30")), NoticeError::Form(_)));
        assert!(matches!(with("/days/0/name", json!("")), NoticeError::Form(_)));
        assert!(matches!(with("/days/0", json!({ "name": "元旦", "date": "2026-01-01" })), NoticeError::Form(_)));
        assert!(matches!(with("/year", json!(2006)), NoticeError::Form(_)));
        assert_eq!(with("/days/0/date", json!("2026-01-02")), NoticeError::Twice(day("2026-01-02")));
        assert_eq!(with("/days/0/date", json!("2025-12-19")), NoticeError::OutOfYear(day("2025-12-19")));
        assert_eq!(with("/days/0/date", json!("2027-01-01")), NoticeError::OutOfYear(day("2027-01-01")));
        assert_eq!(with("/days/0/isOffDay", json!(false)), NoticeError::WorkOnWeekday(day("2026-01-01")));
        assert_eq!(with("/days", json!([])), NoticeError::Empty);
        assert_eq!(with("/papers", json!([])), NoticeError::Source);
        assert_eq!(with("/papers/0", json!("https://www.gov.cn.example/x")), NoticeError::Source);
        let mut unknown = file();
        unknown["day"] = json!([]);
        assert!(matches!(read_with(&unknown, 0), Err(NoticeError::Form(_))));
    }

    #[test]
    fn a_year_may_not_be_left_out() {
        let mut notice = read_with(&file(), 0).unwrap();
        notice.year = 2028;
        notice.off = [(day("2028-01-03"), "元旦".to_owned())].into();
        notice.work = Vec::new();
        notice.statutory = 1;
        assert!(matches!(replaced(&Calendar::built_in().unwrap(), notice), Err(NoticeError::Form(_))));
    }

    #[test]
    fn the_preview_lists_the_days_that_change() {
        let calendar = Calendar::built_in().unwrap();
        let mut moved = file();
        for entry in moved["days"].as_array_mut().unwrap() {
            if entry["date"] == "2026-10-07" {
                entry["date"] = json!("2026-10-08");
            }
        }
        let after = replaced(&calendar, read_with(&moved, 0).unwrap()).unwrap();
        let found: Vec<_> = changes(&calendar, &after, 2026).into_iter().map(|c| c.date.to_string()).collect();
        assert_eq!(found, ["2026-10-07", "2026-10-08"]);
        assert_ne!(after.edition(), calendar.edition());
    }
}
