//! Tests of the calendar against the notices and the reference data.

use super::*;
use proptest::prelude::*;
use serde_json::Value;
use std::{fs, path::PathBuf};

fn calendar() -> Calendar {
    Calendar::built_in().unwrap()
}
fn day(text: &str) -> LegalDate {
    text.parse().unwrap()
}

#[test]
fn working_days_of_each_year() {
    let expected = [
        (2008, 251),
        (2015, 249),
        (2016, 250),
        (2017, 249),
        (2018, 250),
        (2019, 250),
        (2020, 249),
        (2021, 250),
        (2022, 249),
        (2023, 249),
        (2024, 251),
        (2025, 248),
        (2026, 248),
    ];
    let calendar = calendar();
    for (year, days) in expected {
        let (eve, end) = (day(&format!("{}-12-31", year - 1)), day(&format!("{year}-12-31")));
        assert_eq!(calendar.count_working_days(eve, end), days, "{year}");
    }
}

#[test]
fn fifteen_working_days_after_arrival_湖南承诺() {
    let vectors = [
        ("2018-12-14", "2019-01-07"),
        ("2022-12-12", "2023-01-03"),
        ("2024-02-05", "2024-03-01"),
        ("2024-09-13", "2024-10-11"),
        ("2024-09-25", "2024-10-21"),
        ("2024-09-27", "2024-10-23"),
        ("2024-09-30", "2024-10-25"),
        ("2024-12-19", "2025-01-10"),
        ("2025-01-17", "2025-02-13"),
        ("2025-01-20", "2025-02-14"),
        ("2025-01-26", "2025-02-21"),
        ("2025-04-25", "2025-05-20"),
        ("2025-09-24", "2025-10-21"),
        ("2025-09-26", "2025-10-23"),
        ("2026-02-06", "2026-03-05"),
        ("2026-02-12", "2026-03-11"),
        ("2026-02-13", "2026-03-12"),
        ("2026-02-14", "2026-03-13"),
        ("2026-04-24", "2026-05-19"),
        ("2026-04-30", "2026-05-25"),
        ("2026-09-18", "2026-10-15"),
        ("2026-09-25", "2026-10-22"),
        ("2026-09-30", "2026-10-27"),
        ("2026-11-22", "2026-12-11"),
    ];
    let calendar = calendar();
    for (arrival, due) in vectors {
        let counted = calendar.add_working_days(day(arrival), 15);
        assert_eq!((counted.date, counted.provisional), (day(due), false), "{arrival}");
    }
}

#[test]
fn other_counts_of_working_days() {
    let vectors = [
        ("2024-09-25", 3, "2024-09-29"),
        ("2024-09-30", 1, "2024-10-08"),
        ("2026-09-18", 1, "2026-09-20"),
        ("2024-09-25", 10, "2024-10-14"),
        ("2024-10-14", 5, "2024-10-21"),
        ("2024-10-14", 0, "2024-10-14"),
    ];
    let calendar = calendar();
    for (start, count, due) in vectors {
        assert_eq!(calendar.add_working_days(day(start), count).date, day(due), "{start} + {count}");
    }
    assert_eq!(calendar.next_working_day(day("2026-09-30")), day("2026-10-08"));
}

#[test]
fn the_last_day_moves_on_from_a_holiday_民诉法_85() {
    let vectors = [
        ("2024-09-02", 30, "2024-10-08"),
        ("2026-09-01", 30, "2026-10-08"),
        ("2025-01-14", 15, "2025-02-05"),
        // a Saturday worked in exchange does not move the end
        ("2026-01-30", 15, "2026-02-14"),
        ("2026-03-02", 10, "2026-03-12"),
    ];
    let calendar = calendar();
    for (start, count, due) in vectors {
        assert_eq!(calendar.add_calendar_days(day(start), count).date, day(due), "{start} + {count}");
    }
}

#[test]
fn december_is_final_only_with_the_next_notice() {
    let calendar = calendar();
    assert_eq!(calendar.final_through(), day("2026-12-19"));
    assert_eq!(calendar.version(), "国办发明电〔2025〕7号");
    let due = |start: &str| calendar.add_working_days(day(start), 15);
    // 2026-12-18 is the last final working day
    assert_eq!((due("2026-11-27").date, due("2026-11-27").provisional), (day("2026-12-18"), false));
    assert_eq!((due("2026-11-30").date, due("2026-11-30").provisional), (day("2026-12-21"), true));
    assert_eq!((due("2026-12-10").date, due("2026-12-10").provisional), (day("2026-12-31"), true));
    assert!(!calendar.is_provisional(day("2026-12-19")) && calendar.is_provisional(day("2026-12-20")));
    assert!(!calendar.is_provisional(day("2007-01-01")) && calendar.is_provisional(day("2006-12-31")));
}

#[test]
fn beyond_the_notices_the_fixed_holidays_stand() {
    let calendar = calendar();
    let holidays: Vec<String> = day("2027-01-01")
        .iter_days()
        .take(365)
        .filter(|d| matches!(calendar.kind(*d), DayKind::FixedHoliday(_)))
        .map(|d| d.format("%m-%d").to_string())
        .collect();
    // 1 and 2 May, 2 and 3 October 2027 are at a weekend anyway
    assert_eq!(holidays, ["01-01", "10-01"]);
    assert_eq!(calendar.kind(day("2028-05-01")), DayKind::FixedHoliday("劳动节"));
    assert_eq!(calendar.kind(day("2026-05-01")), DayKind::Holiday("劳动节"));
}

#[test]
fn skipped_days_say_why() {
    let counted = calendar().add_working_days(day("2026-02-13"), 2);
    assert_eq!(counted.date, day("2026-02-24"));
    assert_eq!(counted.skipped.len(), 9);
    assert_eq!(counted.skipped[0], SkippedDay { date: day("2026-02-15"), reason: "holiday 春节".into() });
    assert_eq!(calendar().kind(day("2026-02-14")), DayKind::MakeUp);
}

#[test]
fn a_calendar_with_a_gap_or_without_notices_is_refused() {
    assert_eq!(Calendar::try_new(vec![]).unwrap_err(), NoticeError::Empty);
    let without_2020 = notice::built_in().unwrap().into_iter().filter(|n| n.year != 2020).collect();
    assert!(matches!(Calendar::try_new(without_2020).unwrap_err(), NoticeError::Form(_)));
}

proptest! {
    #[test]
    fn adding_and_counting_back_agree(offset in 0u64..6900, count in 0u32..60) {
        let calendar = calendar();
        let start = day("2007-01-01") + Days::new(offset);
        let counted = calendar.add_working_days(start, count);
        prop_assert_eq!(calendar.count_working_days(start, counted.date), count);
        prop_assert!(count == 0 || calendar.is_working_day(counted.date));
        let days = (counted.date - start).num_days();
        prop_assert_eq!(days, i64::from(count) + counted.skipped.len() as i64);
    }
}

/// Compares every day of 2007 to 2026 with the JSON files of the folder HOLIDAY_CN_DIR (NateScarlet/holiday-cn), when
/// the variable is set: `.ci/run` does so.
#[test]
fn compares_with_reference_when_present() {
    let Some(folder) = std::env::var_os("HOLIDAY_CN_DIR").map(PathBuf::from) else { return };
    let mut reference: BTreeMap<LegalDate, bool> = BTreeMap::new();
    for year in 2007..=2026 {
        let text = fs::read_to_string(folder.join(format!("{year}.json"))).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        for entry in file["days"].as_array().unwrap() {
            reference.insert(day(entry["date"].as_str().unwrap()), !entry["isOffDay"].as_bool().unwrap());
        }
    }
    assert!(reference.len() > 500, "the folder holds the notices");
    let calendar = calendar();
    let mut compared = 0;
    for date in day("2007-01-01").iter_days().take_while(|d| *d <= day("2026-12-31")) {
        let expected = reference.get(&date).copied().unwrap_or(!is_weekend(date));
        assert_eq!(calendar.is_working_day(date), expected, "{date}");
        compared += 1;
    }
    assert_eq!(compared, 7305);
}
