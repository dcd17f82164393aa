//! Stopping a sale, by the court or by rule after a fault, and going on with it (网拍规定 28).

use super::bid::LotState;
use super::schedule::LAST_MINUTES;
use crate::auction::LotStatus;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use chrono::{Days, TimeDelta};

/// Bidding resumes within so many days after the cause has gone.
pub const RESUME_DAYS: u64 = 5;

/// A resumption is announced for at least this long before bids are taken again, so that everybody can be back. The law
/// sets no time; this is the platform's, and stands in the bidding instructions.
pub const RESUME_NOTICE: TimeDelta = TimeDelta::hours(1);
/// Servers say every second that they take bids; without a word for this long they do not.
pub const INTAKE_GAP: TimeDelta = TimeDelta::seconds(3);
/// Published with a lot that was stopped by rule.
pub const FAULT_REASON: &str =
    "平台在竞价最后阶段未能正常受理出价，已按规则自动暂停并报告法院，由法院决定恢复（网拍规定第28条）。";

/// A time in which a server took no bids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Last sign that bids were taken.
    pub from: Timestamp,
    /// First sign that they were taken again.
    pub until: Timestamp,
    /// No other server took any meanwhile.
    pub total: bool,
}
impl Outage {
    /// Longer than the usual distance of two signs?
    pub fn counts(&self) -> bool {
        self.until.since(self.from) >= INTAKE_GAP
    }
    /// Does a lot that is open from `starts_at` to `end` have to stop for this? When bids of its last window could not
    /// be taken anywhere, or a server went away within it with what it held. A server that was away before the window
    /// began holds nothing of it, as long as another one takes bids.
    pub fn stops(&self, starts_at: Timestamp, end: Timestamp) -> bool {
        let window = last_window(starts_at, end);
        self.counts() && self.from < end && self.until > window && (self.total || self.from >= window)
    }
}

/// Begin of the time in which a bid would move the end.
pub fn last_window(starts_at: Timestamp, end: Timestamp) -> Timestamp {
    end.minus(LAST_MINUTES).max(starts_at)
}

/// Since when a lot stands still that is stopped by rule at `now`: found only after the end, it goes back to the
/// outage, so that time was left.
pub fn stopped_since(outage: &Outage, starts_at: Timestamp, end: Timestamp, now: Timestamp) -> Timestamp {
    if now < end { now } else { outage.from.max(starts_at) }
}

/// When bidding may go on, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumption {
    pub status: LotStatus,
    /// No bid before this instant.
    pub starts_at: Timestamp,
    pub effective_end_at: Timestamp,
}

pub fn check_suspendable(status: LotStatus) -> Result<(), Refusal> {
    if matches!(status, LotStatus::Announced | LotStatus::Open) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_28).field("lot").arg("status", text(status)))
}

/// A lot is ended for good while it stands still and after its bidding had begun; before that it is withdrawn.
///
/// # Errors
/// `WRONG_STATE`.
pub fn check_terminable(
    status: LotStatus,
    starts_at: Option<Timestamp>,
    suspended_at: Option<Timestamp>,
) -> Result<(), Refusal> {
    let begun = starts_at.zip(suspended_at).is_some_and(|(start, stopped)| stopped >= start);
    if status == LotStatus::Suspended && begun {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_28).field("lot").arg("status", text(status)))
}

/// Begin and end of bidding after a pause. Nobody loses a second of the time that was left: an open lot goes on at
/// `resumes_at` with what was left of its time at `suspended_at`, at least a full extension window; a lot that had not
/// begun keeps its start, or begins at `resumes_at` for its full length.
pub fn resumed_window(lot: &LotState, suspended_at: Timestamp, resumes_at: Timestamp) -> (Timestamp, Timestamp) {
    if suspended_at >= lot.starts_at {
        let left = lot.effective_end_at.since(suspended_at).max(LAST_MINUTES);
        (resumes_at, resumes_at.plus(left))
    } else if lot.starts_at >= resumes_at {
        (lot.starts_at, lot.effective_end_at)
    } else {
        (resumes_at, resumes_at.plus(lot.effective_end_at.since(lot.starts_at)))
    }
}

/// Checks the court's decision to go on: within five days of the end of the cause, and announced.
pub fn decide_resumption(
    lot: &LotState,
    suspended_from: LotStatus,
    suspended_at: Timestamp,
    resumes_at: Timestamp,
    cause_ended_on: LegalDate,
    now: Timestamp,
) -> Result<Resumption, Refusal> {
    let refuse = |code, field| Refusal::new(code).law(&reference::NETAUCTION_28).field(field);
    if lot.status != LotStatus::Suspended {
        return Err(refuse(RefusalCode::WrongState, "lot").arg("status", text(lot.status)));
    }
    let latest = cause_ended_on.checked_add_days(Days::new(RESUME_DAYS)).unwrap_or(LegalDate::MAX);
    if cause_ended_on > now.legal_date() {
        return Err(refuse(RefusalCode::DateInvalid, "causeEndedOn"));
    }
    if resumes_at < now || resumes_at.legal_date() > latest {
        return Err(refuse(RefusalCode::DateInvalid, "resumesAt").arg("latest", latest));
    }
    let (starts_at, effective_end_at) = resumed_window(lot, suspended_at, resumes_at);
    let earliest = now.plus(RESUME_NOTICE);
    if starts_at < earliest {
        return Err(refuse(RefusalCode::DateInvalid, "resumesAt").arg("earliest", earliest));
    }
    Ok(Resumption { status: suspended_from, starts_at, effective_end_at })
}

fn text(status: LotStatus) -> String {
    format!("{status:?}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-02-{text}+08:00")).unwrap()
    }
    fn lot() -> LotState {
        LotState {
            status: LotStatus::Suspended,
            starts_at: at("05T10:00:00"),
            effective_end_at: at("06T10:00:00"),
            starting_price: "1.00".parse().unwrap(),
            bid_increment: "1.00".parse().unwrap(),
            leader: None,
            version: 3,
            extension_count: 0,
        }
    }
    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }

    #[test]
    fn netauction_28_only_a_stopped_lot_whose_bidding_had_begun_is_ended() {
        let (start, before) = (at("05T10:00:00"), at("05T09:59:59"));
        let ends = |status, stopped| check_terminable(status, Some(start), stopped).is_ok();
        assert!(ends(LotStatus::Suspended, Some(start)));
        assert!(!ends(LotStatus::Suspended, Some(before)), "it is withdrawn");
        assert!(!ends(LotStatus::Suspended, None));
        for status in [LotStatus::Announced, LotStatus::Open, LotStatus::Sold, LotStatus::Withdrawn] {
            assert!(!ends(status, Some(start)), "{status:?}");
        }
    }

    #[test]
    fn netauction_28_the_time_that_was_left_is_given_in_full() {
        let suspended = at("06T09:59:41");
        let resumed = decide_resumption(
            &lot(),
            LotStatus::Open,
            suspended,
            at("08T10:00:00"),
            day("2026-02-07"),
            at("07T12:00:00"),
        );
        let resumed = resumed.unwrap();
        // nineteen seconds were left: a full extension window is given
        assert_eq!(resumed.effective_end_at, at("08T10:05:00"));
        assert_eq!((resumed.starts_at, resumed.status), (at("08T10:00:00"), LotStatus::Open));
    }

    #[test]
    fn netauction_28_at_least_a_full_extension_window_is_left() {
        let ends = |suspended| resumed_window(&lot(), suspended, at("08T10:00:00")).1;
        assert_eq!(ends(at("06T09:54:59")), at("08T10:05:01"));
        assert_eq!(ends(at("06T09:55:00")), at("08T10:05:00"));
        assert_eq!(ends(at("06T09:59:59")), at("08T10:05:00"));
        assert_eq!(ends(at("05T10:00:00")), at("09T10:00:00"));
    }

    #[test]
    fn netauction_28_a_fault_stops_a_lot_when_it_touches_the_last_window() {
        let (start, end) = (at("05T10:00:00"), at("06T10:00:00"));
        let ms = TimeDelta::milliseconds(1);
        let outage = |from, until, total| Outage { from, until, total };
        let stops = |from: Timestamp, until: Timestamp, total| outage(from, until, total).stops(start, end);
        let window = at("06T09:55:00");
        // length: three seconds count, a millisecond less does not
        assert!(stops(window, window.plus(INTAKE_GAP), false));
        assert!(!stops(window, window.plus(INTAKE_GAP).minus(ms), true));
        // the window is half open on both sides
        assert!(!stops(at("06T09:50:00"), window, true));
        assert!(stops(at("06T09:50:00"), window.plus(ms), true));
        assert!(stops(end.minus(ms), at("06T11:00:00"), false));
        assert!(!stops(end, at("06T11:00:00"), true));
        // a server that had gone before the window holds nothing, while another takes bids
        assert!(!stops(window.minus(ms), at("06T11:00:00"), false));
        assert!(stops(window.minus(ms), at("06T11:00:00"), true));
        // an outage before the start of a lot is none of its own
        let resumed = at("06T09:58:00");
        assert!(!outage(at("06T09:56:00"), resumed, true).stops(resumed, end));
    }

    #[test]
    fn netauction_28_time_is_left_even_when_a_fault_is_found_after_the_end() {
        let (start, end) = (at("05T10:00:00"), at("06T10:00:00"));
        let outage = Outage { from: at("06T09:58:00"), until: at("06T10:20:00"), total: true };
        assert_eq!(stopped_since(&outage, start, end, at("06T09:58:04")), at("06T09:58:04"));
        assert_eq!(stopped_since(&outage, start, end, end), outage.from);
        let long = Outage { from: at("04T09:58:00"), ..outage };
        assert_eq!(stopped_since(&long, start, end, end), start);
    }

    #[test]
    fn netauction_28_a_sale_that_had_not_begun_keeps_its_length() {
        let resume = |suspended, resumes| {
            let now = at("04T09:00:00");
            decide_resumption(&lot(), LotStatus::Announced, suspended, resumes, day("2026-02-04"), now).unwrap()
        };
        let early = resume(at("03T10:00:00"), at("04T10:00:00"));
        assert_eq!((early.starts_at, early.effective_end_at), (at("05T10:00:00"), at("06T10:00:00")));
        let late = resume(at("03T10:00:00"), at("07T10:00:00"));
        assert_eq!((late.starts_at, late.effective_end_at), (at("07T10:00:00"), at("08T10:00:00")));
    }

    #[test]
    fn netauction_28_resumed_within_five_days_of_the_end_of_the_cause_and_announced_for_an_hour() {
        let now = at("06T12:00:00");
        let announced = now.plus(RESUME_NOTICE);
        let resume = |resumes, ended: &str| {
            decide_resumption(&lot(), LotStatus::Open, at("05T12:00:00"), resumes, day(ended), now)
        };
        assert!(resume(at("10T23:59:59"), "2026-02-05").is_ok());
        assert_eq!(resume(at("11T00:00:00"), "2026-02-05").unwrap_err().code, RefusalCode::DateInvalid);
        assert!(resume(announced, "2026-02-06").is_ok());
        assert!(resume(announced.minus(TimeDelta::milliseconds(1)), "2026-02-06").is_err());
        assert!(resume(announced, "2026-02-07").is_err());
    }

    #[test]
    fn netauction_28_only_a_running_sale_is_stopped() {
        assert!(check_suspendable(LotStatus::Open).is_ok());
        assert!(check_suspendable(LotStatus::Announced).is_ok());
        for status in [LotStatus::Draft, LotStatus::Suspended, LotStatus::Sold] {
            assert!(check_suspendable(status).is_err());
        }
    }
}
