//! When a purchaser is reminded of the balance: three days before its last day, on it, three days after it. Being late
//! is no default by itself; that needs a ruling (网拍规定 24).

use crate::auction::aftermath::ReminderKind;
use crate::kernel::clock::LegalDate;
use chrono::Days;

/// Days before and after the last day.
pub const DISTANCE: u64 = 3;

impl ReminderKind {
    /// First and last day on which this reminder is the right one; a server that stood still sends only the newest.
    pub fn days(self, today: LegalDate) -> (LegalDate, LegalDate) {
        let before = |days| today.checked_sub_days(Days::new(days)).unwrap_or(LegalDate::MIN);
        let after = |days| today.checked_add_days(Days::new(days)).unwrap_or(LegalDate::MAX);
        match self {
            ReminderKind::BeforeDue => (after(1), after(DISTANCE)),
            ReminderKind::Due => (before(DISTANCE - 1), today),
            // a sale that stays unpaid for a year has long been ruled on
            ReminderKind::Overdue => (before(365), before(DISTANCE)),
        }
    }
    /// Is it the reminder for a balance due on `due_on`, seen from `today`?
    pub fn fits(self, due_on: LegalDate, today: LegalDate) -> bool {
        let (first, last) = self.days(today);
        (first..=last).contains(&due_on)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn netauction_24_three_days_before_on_the_day_three_days_after() {
        let day = |text: &str| -> LegalDate { text.parse().unwrap() };
        let due = day("2026-05-02");
        for (today, expected) in [
            ("2026-04-28", None),
            ("2026-04-29", Some(ReminderKind::BeforeDue)),
            ("2026-05-01", Some(ReminderKind::BeforeDue)),
            ("2026-05-02", Some(ReminderKind::Due)),
            ("2026-05-04", Some(ReminderKind::Due)),
            ("2026-05-05", Some(ReminderKind::Overdue)),
            ("2026-07-01", Some(ReminderKind::Overdue)),
        ] {
            let fitting: Vec<_> = ReminderKind::ALL.iter().copied().filter(|kind| kind.fits(due, day(today))).collect();
            assert_eq!(fitting, expected.into_iter().collect::<Vec<_>>(), "{today}");
        }
    }
}
