//! Lamps of running terms, and the days that a lamp stands for, so that a list is filtered where it is stored. A lamp turns
//! yellow when no more working days are left than the court's warning says.

use crate::{
    kernel::clock::LegalDate,
    law::{Lamp, calendar::Calendar},
};

/// The lamp of a running term that ends on `due`.
pub fn lamp_of(calendar: &Calendar, today: LegalDate, due: LegalDate, warning: u32) -> Lamp {
    if due < today {
        Lamp::Red
    } else if due <= last_yellow(calendar, today, warning) {
        Lamp::Yellow
    } else {
        Lamp::Green
    }
}

/// First and last end of the running terms that show `lamp` today; none where it has no limit.
pub fn ends_of(
    calendar: &Calendar,
    today: LegalDate,
    lamp: Lamp,
    warning: u32,
) -> (Option<LegalDate>, Option<LegalDate>) {
    let last_yellow = last_yellow(calendar, today, warning);
    match lamp {
        Lamp::Red => (None, today.pred_opt()),
        Lamp::Yellow => (Some(today), Some(last_yellow)),
        Lamp::Green => (last_yellow.succ_opt(), None),
    }
}

/// The last end that leaves no more working days after today than the warning needs.
fn last_yellow(calendar: &Calendar, today: LegalDate, warning: u32) -> LegalDate {
    let first_green = calendar.add_working_days(today, warning.saturating_add(1)).date;
    first_green.pred_opt().unwrap_or(first_green)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::law::term::WARNING_WORKING_DAYS;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }

    #[test]
    fn yellow_begins_three_working_days_before_the_end_and_red_the_day_after_it() {
        let calendar = Calendar::built_in().unwrap();
        let monday = day("2026-03-02");
        for (due, lamp) in [
            ("2026-03-01", Lamp::Red),
            ("2026-03-02", Lamp::Yellow),
            ("2026-03-05", Lamp::Yellow),
            ("2026-03-06", Lamp::Green),
        ] {
            assert_eq!(lamp_of(&calendar, monday, day(due), 3), lamp, "{due}");
        }
        // a Saturday after the third working day is as near as that Friday
        assert_eq!(lamp_of(&calendar, day("2026-03-03"), day("2026-03-08"), 3), Lamp::Yellow);
        assert_eq!(lamp_of(&calendar, day("2026-03-03"), day("2026-03-09"), 3), Lamp::Green);
    }

    #[test]
    fn every_end_falls_under_one_lamp_and_its_days() {
        let calendar = Calendar::built_in().unwrap();
        for (today, warning) in
            day("2026-01-20").iter_days().take(60).zip([0, WARNING_WORKING_DAYS, 10].into_iter().cycle())
        {
            for due in today.iter_days().take(40).chain([today.pred_opt().unwrap()]) {
                let shown = lamp_of(&calendar, today, due, warning);
                for lamp in [Lamp::Red, Lamp::Yellow, Lamp::Green] {
                    let (first, last) = ends_of(&calendar, today, lamp, warning);
                    let inside = first.is_none_or(|first| due >= first) && last.is_none_or(|last| due <= last);
                    assert_eq!(inside, lamp == shown, "{today} {due} {lamp:?}");
                }
                let left = calendar.count_working_days(today, due);
                assert_eq!(shown == Lamp::Green, due >= today && left > warning, "{today} {due}");
            }
        }
    }
}
