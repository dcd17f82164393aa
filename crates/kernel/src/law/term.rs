//! Terms (期限): from when, for how long, on which of three clocks, and why they end when they end.
//!
//! The law counts in hours, in days that move on from a holiday, and courts promise in working days. The day of the
//! start is never counted (民诉法 85); a term in hours runs from its instant, the reading that binds the court harder.

use super::calendar::{Calendar, Counted, SkippedDay};
use super::explanation::Explanation;
use super::parameter::{
    FAST_PAYOUT_LIMIT, FAST_PAYOUT_WORKING_DAYS, PAYOUT_WORKING_DAYS, ParameterSet, UNIDENTIFIED_WORKING_DAYS,
};
use super::{DayCounting, DeadlineRule, Lamp, reference as law};
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::money::Money;
use crate::kernel::refusal::Article;
use chrono::{Days, TimeDelta};

/// Default distance in working days at which a lamp turns yellow.
pub const WARNING_WORKING_DAYS: u32 = 3;

/// Under this name the reasons of a term keep the length that it began with.
pub const LENGTH: &str = "length 期间长度";

/// The length of a term on its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Hours from the instant itself; holidays do not matter.
    Hours(u32),
    /// Days after the day of the start; an end on a day that is not worked moves on (民诉法 85).
    CalendarDays(u32),
    /// Working days after the day of the start.
    WorkingDays(u32),
}
impl Span {
    const fn count(self) -> u32 {
        match self {
            Span::Hours(n) | Span::CalendarDays(n) | Span::WorkingDays(n) => n,
        }
    }
    const fn clock(self) -> &'static str {
        match self {
            Span::Hours(_) => "HOURS",
            Span::CalendarDays(_) => "CALENDAR_DAYS",
            Span::WorkingDays(_) => "WORKING_DAYS",
        }
    }
    /// The same clock with a shorter length; a longer one than the rule's has no effect.
    const fn at_most(self, count: u32) -> Span {
        let least = if count < self.count() { count } else { self.count() };
        match self {
            Span::Hours(_) => Span::Hours(least),
            Span::CalendarDays(_) => Span::CalendarDays(least),
            Span::WorkingDays(_) => Span::WorkingDays(least),
        }
    }
    /// The same clock with this length.
    const fn of_length(self, count: u32) -> Span {
        match self {
            Span::Hours(_) => Span::Hours(count),
            Span::CalendarDays(_) => Span::CalendarDays(count),
            Span::WorkingDays(_) => Span::WorkingDays(count),
        }
    }
}

/// A term with its end and its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub rule: DeadlineRule,
    pub starts_at: Timestamp,
    /// Day of the start in Asia/Shanghai; the count begins on the day after.
    pub starts_on: LegalDate,
    /// Last day on which the term is kept.
    pub due_on: LegalDate,
    /// First instant that is too late: the end of the last day, or of the last hour.
    pub due_at: Timestamp,
    /// A coming notice of the State Council can still move the end.
    pub provisional: bool,
    /// Days passed over by the count or by the roll at its end.
    pub skipped: Vec<SkippedDay>,
    pub explanation: Explanation,
}

impl DeadlineRule {
    pub const fn span(self) -> Span {
        use DeadlineRule as R;
        match self {
            R::DepositReturn24H | R::DepositTransfer24H => Span::Hours(24),
            R::PayWithin15WorkingDays => Span::WorkingDays(15),
            R::ClaimUnidentified3WorkingDays => Span::WorkingDays(3),
            R::FeeRefund1WorkingDay => Span::WorkingDays(1),
            R::InformOfficer => Span::CalendarDays(3),
            R::Resume5Days | R::NoSurplusReply5Days | R::NoticeDeemed5Days | R::ValuationObjection5Days => {
                Span::CalendarDays(5)
            }
            R::Ruling10Days | R::PayAfterDeferral10Days | R::DisposalStart10Days | R::ObjectionReview10Days => {
                Span::CalendarDays(10)
            }
            R::PayWithin30Days | R::ReAuction30Days | R::PriceStart30Days => Span::CalendarDays(30),
            R::FeeRefund15Days
            | R::SellOffAnnouncement15Days
            | R::Delivery15Days
            | R::PlanObjection15Days
            | R::PlanReply15Days
            | R::PlanSuit15Days
            | R::ObjectionDecision15Days
            | R::ThirdPartyDecision15Days
            | R::ThirdPartySuit15Days => Span::CalendarDays(15),
        }
    }

    /// The article, promise or local rule that sets the term.
    pub const fn article(self) -> &'static Article {
        use DeadlineRule as R;
        match self {
            R::InformOfficer => &law::FUNDS_8,
            R::PayWithin30Days | R::PayAfterDeferral10Days => &law::FUNDS_10,
            R::PayWithin15WorkingDays => &law::HUNAN_15_WORKING_DAYS,
            R::ClaimUnidentified3WorkingDays => &law::LOCAL_FUNDS_UNIDENTIFIED,
            R::FeeRefund15Days => &law::FEES_53,
            R::FeeRefund1WorkingDay => &law::XIANFENG_34,
            R::DepositReturn24H => &law::NETAUCTION_23,
            R::DepositTransfer24H => &law::NETAUCTION_25,
            R::Resume5Days => &law::NETAUCTION_28,
            R::ReAuction30Days => &law::NETAUCTION_26,
            R::SellOffAnnouncement15Days => &law::SELL_OFF_NOTICE,
            R::Ruling10Days => &law::SALE_20,
            R::Delivery15Days => &law::SALE_27,
            R::NoSurplusReply5Days => &law::SALE_6,
            R::NoticeDeemed5Days => &law::NETAUCTION_16,
            R::PriceStart30Days => &law::PRICE_1,
            R::DisposalStart10Days => &law::PRICE_30,
            R::ValuationObjection5Days => &law::PRICE_22,
            R::PlanObjection15Days => &law::CIVIL_PROCEDURE_RULES_509,
            R::PlanReply15Days | R::PlanSuit15Days => &law::CIVIL_PROCEDURE_RULES_510,
            R::ObjectionDecision15Days | R::ObjectionReview10Days => &law::CIVIL_PROCEDURE_236,
            R::ThirdPartyDecision15Days | R::ThirdPartySuit15Days => &law::CIVIL_PROCEDURE_238,
        }
    }

    /// The term that begins at `from`.
    pub fn deadline(self, calendar: &Calendar, from: Timestamp) -> Deadline {
        self.build(calendar, from, self.span())
    }

    /// The term that begins on a day, e.g. the bank's value date of a receipt.
    pub fn deadline_from_day(self, calendar: &Calendar, from: LegalDate) -> Deadline {
        self.deadline(calendar, Timestamp::start_of(from))
    }

    /// The term as a court's own rule shortens it; it cannot lengthen what the law or the province sets.
    pub fn deadline_within(self, calendar: &Calendar, from: Timestamp, at_most: u32) -> Deadline {
        self.build(calendar, from, self.span().at_most(at_most))
    }

    /// Length of the term in a court with these parameters, in the units of its clock. The bounds of the parameters keep
    /// it within the law.
    pub fn length_under(self, set: &ParameterSet) -> u32 {
        let of = |parameter| u32::try_from(set.integer(parameter)).unwrap_or(self.span().count());
        match self {
            DeadlineRule::PayWithin15WorkingDays => of(&PAYOUT_WORKING_DAYS),
            DeadlineRule::ClaimUnidentified3WorkingDays => of(&UNIDENTIFIED_WORKING_DAYS),
            _ => self.span().count(),
        }
    }

    /// [`DeadlineRule::length_under`] for money of this amount: a court may promise small sums sooner.
    pub fn length_for(self, set: &ParameterSet, amount: Money) -> u32 {
        let length = self.length_under(set);
        if self != DeadlineRule::PayWithin15WorkingDays || amount > set.money(&FAST_PAYOUT_LIMIT) {
            return length;
        }
        u32::try_from(set.integer(&FAST_PAYOUT_WORKING_DAYS)).map_or(length, |fast| fast.min(length))
    }

    /// The term from a day, in the length that its court gives it ([`DeadlineRule::length_under`]).
    pub fn deadline_of_length(self, calendar: &Calendar, from: LegalDate, length: u32) -> Deadline {
        self.build(calendar, Timestamp::start_of(from), self.span().of_length(length))
    }

    fn build(self, calendar: &Calendar, from: Timestamp, span: Span) -> Deadline {
        let starts_on = from.legal_date();
        let (due_at, counted) = match span {
            Span::Hours(hours) => {
                let end = from.plus(TimeDelta::hours(i64::from(hours)));
                let counted = Counted { date: end.legal_date(), skipped: Vec::new(), provisional: false };
                (end, counted)
            }
            Span::CalendarDays(days) => end_of(calendar.add_calendar_days(starts_on, days)),
            Span::WorkingDays(days) => end_of(calendar.add_working_days(starts_on, days)),
        };
        let explanation = self.explain(calendar, from, span, due_at, &counted);
        Deadline {
            rule: self,
            starts_at: from,
            starts_on,
            due_on: counted.date,
            due_at,
            provisional: counted.provisional,
            skipped: counted.skipped,
            explanation,
        }
    }

    fn explain(
        self,
        calendar: &Calendar,
        from: Timestamp,
        span: Span,
        due_at: Timestamp,
        counted: &Counted,
    ) -> Explanation {
        let hours = matches!(span, Span::Hours(_));
        let result = if hours { due_at.to_rfc3339() } else { counted.date.to_string() };
        let mut why = Explanation::new(self.as_str(), &result)
            .law(self.article())
            .parameter("clock 期间单位", span.clock())
            .parameter(LENGTH, span.count());
        if span != self.span() {
            why = why.parameter("length of the rule 规则长度", self.span().count());
        }
        if hours {
            return why.input("start 起算时刻", from.to_rfc3339()).step("start + hours, no roll 不顺延", result);
        }
        why = why
            .law(&law::CIVIL_PROCEDURE_85)
            .parameter("calendar 工作日历", calendar.version())
            .input("start 起算日", from.legal_date());
        if let Some(first) = from.legal_date().succ_opt() {
            why.push_step("first day counted, the start is not 次日起算", first);
        }
        for day in &counted.skipped {
            why.push_step(format!("{} passed over: {} 不计或顺延", day.date, day.reason), day.date);
        }
        why.push_step("last day of the term 届满日", counted.date);
        if counted.provisional {
            let text = "provisional: after this day the next holiday notice can move it 待下年度放假通知";
            why.push_step(text, calendar.final_through());
        }
        why
    }
}

/// Enforcement's part of the working days to pay; the rest is finance's. Two thirds, so 10 of 15 (10+5 分段办理).
pub const fn enforcement_days(length: u32) -> u32 {
    length.saturating_sub(length / 3)
}

/// A term in days is kept until the end of its last day.
fn end_of(counted: Counted) -> (Timestamp, Counted) {
    let after = counted.date.succ_opt().unwrap_or(counted.date);
    (Timestamp::start_of(after), counted)
}

impl Deadline {
    /// Out of time: what happens at `now` no longer keeps the term.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        now >= self.due_at
    }

    /// Calendar days by which the term is missed on the day of `now`; zero while it runs.
    pub fn days_overdue(&self, now: Timestamp) -> i64 {
        if self.is_overdue(now) { (now.legal_date() - self.due_on).num_days().max(1) } else { 0 }
    }

    pub fn lamp(&self, calendar: &Calendar, now: Timestamp) -> Lamp {
        self.lamp_with(calendar, now, WARNING_WORKING_DAYS)
    }

    /// Yellow when at most `warning` working days are left after today; in hours, in the last quarter of the term.
    pub fn lamp_with(&self, calendar: &Calendar, now: Timestamp, warning: u32) -> Lamp {
        if self.is_overdue(now) {
            return Lamp::Red;
        }
        let near = match self.rule.span() {
            Span::Hours(hours) => self.due_at.since(now) <= TimeDelta::minutes(i64::from(hours) * 15),
            _ => calendar.count_working_days(now.legal_date(), self.due_on) <= warning,
        };
        if near { Lamp::Yellow } else { Lamp::Green }
    }
}

/// First day on which something may start that must be published `days` days before (网拍规定 12, 16, 26). Such a
/// period looks back from the start, so it does not move with holidays.
pub fn earliest_start(published: LegalDate, days: u32, counting: DayCounting) -> LegalDate {
    let days = match counting {
        DayCounting::Strict => u64::from(days) + 1,
        DayCounting::Lenient => u64::from(days),
    };
    published.checked_add_days(Days::new(days)).unwrap_or(LegalDate::MAX)
}

/// Last day on which something must be published that needs `days` days before its start.
pub fn latest_publication(start: LegalDate, days: u32, counting: DayCounting) -> LegalDate {
    let days = match counting {
        DayCounting::Strict => u64::from(days) + 1,
        DayCounting::Lenient => u64::from(days),
    };
    start.checked_sub_days(Days::new(days)).unwrap_or(LegalDate::MIN)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar::built_in().unwrap()
    }
    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn instant(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn each_rule_on_its_clock() {
        use DeadlineRule as R;
        let vectors = [
            (R::InformOfficer, "2026-03-05", "2026-03-09"), // 8 March is a Sunday
            (R::PayWithin30Days, "2024-09-02", "2024-10-08"),
            (R::PayWithin30Days, "2026-09-01", "2026-10-08"),
            (R::PayWithin15WorkingDays, "2024-09-25", "2024-10-21"),
            (R::PayAfterDeferral10Days, "2026-03-02", "2026-03-12"),
            (R::ClaimUnidentified3WorkingDays, "2024-09-25", "2024-09-29"),
            (R::FeeRefund1WorkingDay, "2026-09-18", "2026-09-20"),
            (R::FeeRefund15Days, "2025-01-14", "2025-02-05"),
            (R::Delivery15Days, "2026-01-30", "2026-02-14"),
            (R::Ruling10Days, "2026-03-03", "2026-03-13"),
            (R::ReAuction30Days, "2026-02-05", "2026-03-09"),
            (R::PlanObjection15Days, "2026-03-02", "2026-03-17"),
        ];
        for (rule, start, due) in vectors {
            let deadline = rule.deadline_from_day(&calendar(), day(start));
            assert_eq!(deadline.due_on, day(due), "{} from {start}", rule.as_str());
            assert_eq!(deadline.due_at, Timestamp::start_of(day(due).succ_opt().unwrap()));
            assert_eq!(deadline.explanation.result, due);
            assert_eq!(deadline.explanation.law[0], rule.article());
        }
    }

    #[test]
    fn the_names_of_the_rules_state_their_length() {
        for rule in DeadlineRule::ALL {
            assert_eq!(DeadlineRule::parse(rule.as_str()), Some(*rule));
            let digits: String = rule.as_str().chars().filter(char::is_ascii_digit).collect();
            if !digits.is_empty() {
                assert_eq!(digits, rule.span().count().to_string(), "{}", rule.as_str());
            }
        }
        assert_eq!(DeadlineRule::parse("RULING"), None);
    }

    #[test]
    fn the_day_of_arrival_is_the_day_in_shanghai() {
        let deadline = DeadlineRule::PayWithin15WorkingDays.deadline(&calendar(), instant("2024-12-18T17:30:00Z"));
        assert_eq!((deadline.starts_on, deadline.due_on), (day("2024-12-19"), day("2025-01-10")));
        assert_eq!(deadline.skipped.len(), 7);
    }

    #[test]
    fn deposits_return_in_24_hours_whatever_the_day_网拍_23() {
        // 2026-09-30 10:07:30, the eve of the National Day
        let deadline = DeadlineRule::DepositReturn24H.deadline(&calendar(), instant("2026-09-30T10:07:30+08:00"));
        assert_eq!(deadline.due_at, instant("2026-10-01T10:07:30+08:00"));
        assert!(!deadline.is_overdue(instant("2026-10-01T10:07:29.999+08:00")));
        assert!(deadline.is_overdue(deadline.due_at));
        let lamp = |at: &str| deadline.lamp(&calendar(), instant(at));
        assert_eq!(lamp("2026-10-01T04:07:29+08:00"), Lamp::Green);
        assert_eq!(lamp("2026-10-01T04:07:30+08:00"), Lamp::Yellow);
        assert_eq!(lamp("2026-10-01T10:07:30+08:00"), Lamp::Red);
    }

    #[test]
    fn the_lamp_of_a_term_in_days() {
        let calendar = calendar();
        let deadline = DeadlineRule::PayWithin15WorkingDays.deadline_from_day(&calendar, day("2024-09-25"));
        let at = |date: &str, hour| deadline.lamp(&calendar, Timestamp::at(day(date), hour, 0));
        assert_eq!(deadline.due_on, day("2024-10-21"));
        assert_eq!(at("2024-10-15", 9), Lamp::Green);
        assert_eq!(at("2024-10-16", 9), Lamp::Yellow);
        assert_eq!(at("2024-10-21", 23), Lamp::Yellow);
        assert_eq!(at("2024-10-22", 0), Lamp::Red);
        assert_eq!(deadline.days_overdue(Timestamp::at(day("2024-10-21"), 23, 0)), 0);
        assert_eq!(deadline.days_overdue(Timestamp::at(day("2024-10-23"), 9, 0)), 2);
    }

    #[test]
    fn a_court_may_promise_less_and_never_more() {
        let (calendar, from) = (calendar(), Timestamp::start_of(day("2024-09-25")));
        let rule = DeadlineRule::PayWithin15WorkingDays;
        assert_eq!(rule.deadline_within(&calendar, from, 10).due_on, day("2024-10-14"));
        assert_eq!(rule.deadline_within(&calendar, from, 20).due_on, day("2024-10-21"));
    }

    #[test]
    fn a_term_past_the_last_notice_is_provisional_and_says_so() {
        let deadline = DeadlineRule::PayWithin15WorkingDays.deadline_from_day(&calendar(), day("2026-12-10"));
        assert!(deadline.provisional);
        assert_eq!(deadline.due_on, day("2026-12-31"));
        assert_eq!(deadline.explanation.steps.last().unwrap().value, "2026-12-19");
        let sure = DeadlineRule::PayWithin15WorkingDays.deadline_from_day(&calendar(), day("2026-11-22"));
        assert!(!sure.provisional);
    }

    #[test]
    fn lead_times_count_full_days_网拍_12_26() {
        let published = day("2026-01-05");
        assert_eq!(earliest_start(published, 30, DayCounting::Strict), day("2026-02-05"));
        assert_eq!(earliest_start(published, 30, DayCounting::Lenient), day("2026-02-04"));
        assert_eq!(earliest_start(published, 15, DayCounting::Strict), day("2026-01-21"));
        assert_eq!(latest_publication(day("2026-02-05"), 30, DayCounting::Strict), published);
        assert_eq!(latest_publication(day("2026-03-07"), 15, DayCounting::Lenient), day("2026-02-20"));
    }

    #[test]
    fn a_court_sets_the_length_of_its_own_promises_and_of_no_term_of_the_law() {
        let mut set = ParameterSet::default();
        for rule in DeadlineRule::ALL {
            assert_eq!(rule.length_under(&set), rule.span().count(), "{rule:?}");
        }
        set.set("payout_working_days", "10").unwrap();
        set.set("unidentified_working_days", "5").unwrap();
        assert_eq!(DeadlineRule::PayWithin15WorkingDays.length_under(&set), 10);
        assert_eq!(DeadlineRule::ClaimUnidentified3WorkingDays.length_under(&set), 5);
        assert_eq!(DeadlineRule::PayWithin30Days.length_under(&set), 30);
        let ten = DeadlineRule::PayWithin15WorkingDays.deadline_of_length(&calendar(), day("2026-03-02"), 10);
        assert_eq!(ten.due_on, day("2026-03-16"));
    }

    #[test]
    fn small_sums_are_promised_sooner_and_never_later() {
        let mut set = ParameterSet::default();
        let length =
            |set: &ParameterSet, fen| DeadlineRule::PayWithin15WorkingDays.length_for(set, Money::from_fen(fen));
        assert_eq!(length(&set, 1), 15, "no tier unless a court sets one");
        set.set("fast_payout_limit", "1000.00").unwrap();
        set.set("fast_payout_working_days", "5").unwrap();
        assert_eq!((length(&set, 100_000), length(&set, 100_001)), (5, 15));
        assert_eq!(DeadlineRule::PayWithin30Days.length_for(&set, Money::from_fen(1)), 30);
        set.set("payout_working_days", "3").unwrap();
        assert_eq!((length(&set, 100_000), length(&set, 100_001)), (3, 3));
    }

    #[test]
    fn ten_and_five_working_days_end_where_fifteen_do() {
        for (length, share) in [(15, 10), (12, 8), (10, 7), (5, 4), (2, 2), (1, 1), (0, 0)] {
            assert_eq!(enforcement_days(length), share, "{length}");
        }
        let handed = calendar().add_working_days(day("2024-09-25"), enforcement_days(15)).date;
        assert_eq!(handed, day("2024-10-14"));
        assert_eq!(calendar().add_working_days(handed, 5).date, day("2024-10-21"));
    }
}
