//! Days and hours of a sale: notice, publication, bidding, refunds, balance (网拍规定 12, 16, 20, 23, 25, 26).

use crate::auction::{AuctionRound, DayCounting, LotCategory};
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::law::{reference, term::earliest_start};
use chrono::{Days, TimeDelta};

/// Bidding stands open for at least this long (网拍规定 20).
pub const MINIMUM_BIDDING: TimeDelta = TimeDelta::hours(24);
/// A bid within this time before the end moves the end to itself plus the same time (网拍规定 20).
pub const LAST_MINUTES: TimeDelta = TimeDelta::minutes(5);
/// Deposits of those who did not win go back within this time after the end (网拍规定 23).
pub const REFUND_TIME: TimeDelta = TimeDelta::hours(24);
/// Days between a notice to a person and the publication of the announcement (网拍规定 16).
pub const NOTICE_DAYS: u64 = 3;
/// Full days after which an unreachable person counts as notified (网拍规定 16).
pub const UNREACHABLE_DAYS: u64 = 5;

/// Days between publication and start, and the article that says so. A re-auction after default counts like a
/// first auction; the short times hold after an auction without a bid only (网拍规定 12, 26).
pub const fn lead_days(round: AuctionRound, category: LotCategory) -> (u32, &'static Article) {
    let movable = matches!(category, LotCategory::Movable);
    match round {
        AuctionRound::First | AuctionRound::ReAuction => (if movable { 15 } else { 30 }, &reference::NETAUCTION_12),
        AuctionRound::Second => (if movable { 7 } else { 15 }, &reference::NETAUCTION_26),
        AuctionRound::SellOff => (if movable { 7 } else { 15 }, &reference::SELL_OFF_NOTICE),
    }
}

pub fn check_lead_time(
    round: AuctionRound,
    category: LotCategory,
    counting: DayCounting,
    published_at: Timestamp,
    starts_at: Timestamp,
) -> Result<(), Refusal> {
    let (days, article) = lead_days(round, category);
    let earliest = earliest_start(published_at.legal_date(), days, counting);
    if starts_at.legal_date() >= earliest {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::LeadTimeTooShort)
        .law(article)
        .field("startsAt")
        .arg("days", days)
        .arg("earliest", earliest))
}

pub fn check_bidding_window(starts_at: Timestamp, planned_end_at: Timestamp) -> Result<(), Refusal> {
    if planned_end_at.since(starts_at) >= MINIMUM_BIDDING {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::BiddingTooShort)
        .law(&reference::NETAUCTION_20)
        .field("endsAt")
        .arg("earliest", starts_at.plus(MINIMUM_BIDDING)))
}

/// How one person who must know of the sale was told (网拍规定 16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Reached in a confirmable way on this day.
    Reached(LegalDate),
    /// Could not be reached; the reason was published on this day.
    ReasonPublished(LegalDate),
    /// Gave up the notice in writing.
    Waived,
    /// Nothing is recorded.
    Missing,
}

/// One person's notice against the planned publication and start.
///
/// A reached person is told at least three days before the publication. An unreachable person counts as notified
/// after five full days from the publication of the reason; they end before *bidding* starts and do not delay the
/// publication, but the reason is published with it or before.
pub fn check_notice(
    who: &str,
    notice: Notice,
    published_on: LegalDate,
    bidding_starts_on: LegalDate,
) -> Result<(), Refusal> {
    let refusal = |latest: String| {
        Refusal::new(RefusalCode::NoticeTooLate)
            .law(&reference::NETAUCTION_16)
            .field("notices")
            .arg("person", who)
            .arg("latest", latest)
    };
    match notice {
        Notice::Waived => Ok(()),
        Notice::Missing => Err(refusal(before(published_on, NOTICE_DAYS).to_string())),
        Notice::Reached(day) if after(day, NOTICE_DAYS) <= published_on => Ok(()),
        Notice::Reached(_) => Err(refusal(before(published_on, NOTICE_DAYS).to_string())),
        Notice::ReasonPublished(day)
            if day <= published_on && after(day, UNREACHABLE_DAYS.saturating_add(1)) <= bidding_starts_on =>
        {
            Ok(())
        }
        Notice::ReasonPublished(_) => {
            let by_bidding = before(bidding_starts_on, UNREACHABLE_DAYS.saturating_add(1));
            Err(refusal(by_bidding.min(published_on).to_string()))
        }
    }
}

/// Instant by which the losers' deposits must be back, from the end that held (网拍规定 23).
pub fn refund_due_at(ended_at: Timestamp) -> Timestamp {
    ended_at.plus(REFUND_TIME)
}
/// Last day of the balance; the number of days stands in the announcement (网拍规定 25).
pub fn balance_due_on(ended_at: Timestamp, announced_days: u64) -> LegalDate {
    after(ended_at.legal_date(), announced_days)
}
fn after(day: LegalDate, days: u64) -> LegalDate {
    day.checked_add_days(Days::new(days)).unwrap_or(LegalDate::MAX)
}
fn before(day: LegalDate, days: u64) -> LegalDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(LegalDate::MIN)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn at(text: &str) -> Timestamp {
        Timestamp::at(day(text), 10, 0)
    }

    #[test]
    fn netauction_12_and_26_lead_times_strict_and_lenient() {
        use {AuctionRound::*, DayCounting::*, LotCategory::*};
        for (round, category, counting, published, earliest) in [
            (First, Immovable, Strict, "2026-01-05", "2026-02-05"),
            (First, Immovable, Lenient, "2026-01-05", "2026-02-04"),
            (First, OtherRight, Strict, "2026-01-05", "2026-02-05"),
            (First, Movable, Strict, "2026-01-05", "2026-01-21"),
            (First, Movable, Lenient, "2026-01-05", "2026-01-20"),
            (Second, Immovable, Strict, "2026-01-05", "2026-01-21"),
            (Second, Movable, Strict, "2026-01-05", "2026-01-13"),
            (ReAuction, Movable, Strict, "2026-01-05", "2026-01-21"),
        ] {
            let first_day = day(earliest);
            assert!(check_lead_time(round, category, counting, at(published), at(earliest)).is_ok());
            let day_before = Timestamp::at(before(first_day, 1), 23, 59);
            let refused = check_lead_time(round, category, counting, at(published), day_before).unwrap_err();
            assert_eq!(refused.code, RefusalCode::LeadTimeTooShort);
            assert!(refused.args.contains(&("earliest", earliest.into())));
        }
    }

    #[test]
    fn netauction_12_days_are_days_in_shanghai() {
        // 16:30Z is already the next day in Shanghai
        let published = Timestamp::parse("2026-01-04T16:30:00Z").unwrap();
        let refused = check_lead_time(
            AuctionRound::First,
            LotCategory::Immovable,
            DayCounting::Strict,
            published,
            Timestamp::parse("2026-02-04T15:59:59Z").unwrap(),
        );
        assert!(refused.is_err());
    }

    #[test]
    fn netauction_20_bidding_stands_open_for_24_hours() {
        let start = at("2026-02-05");
        assert!(check_bidding_window(start, start.plus(TimeDelta::hours(24))).is_ok());
        let short = check_bidding_window(start, start.plus(TimeDelta::hours(24) - TimeDelta::milliseconds(1)));
        assert_eq!(short.unwrap_err().code, RefusalCode::BiddingTooShort);
    }

    #[test]
    fn netauction_16_notice_three_days_before_publication() {
        let (published, start) = (day("2026-01-05"), day("2026-02-05"));
        for (notice, allowed) in [
            (Notice::Reached(day("2026-01-02")), true),
            (Notice::Reached(day("2026-01-03")), false),
            (Notice::Waived, true),
            (Notice::Missing, false),
        ] {
            assert_eq!(check_notice("甲", notice, published, start).is_ok(), allowed, "{notice:?}");
        }
    }

    #[test]
    fn netauction_16_five_full_days_end_before_bidding_starts() {
        let published = day("2026-01-10");
        for (reason_on, bidding_on, allowed) in [
            ("2026-01-10", "2026-01-16", true),
            ("2026-01-10", "2026-01-15", false),
            ("2026-01-11", "2026-02-10", false), // after the publication
            ("2026-01-02", "2026-02-10", true),
        ] {
            let checked = check_notice("乙", Notice::ReasonPublished(day(reason_on)), published, day(bidding_on));
            assert_eq!(checked.is_ok(), allowed, "{reason_on} {bidding_on}");
        }
    }

    #[test]
    fn netauction_23_and_25_terms_after_the_hammer() {
        let end = Timestamp::parse("2026-02-06T10:02:00+08:00").unwrap();
        assert_eq!(refund_due_at(end).to_rfc3339(), "2026-02-07T10:02:00.000+08:00");
        assert_eq!(balance_due_on(end, 15), day("2026-02-21"));
    }
}
