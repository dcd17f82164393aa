//! Stopping a sale and going on with it (网拍规定 28).

use super::bid::LotState;
use crate::auction::LotStatus;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use chrono::Days;

/// Bidding resumes within so many days after the cause has gone.
pub const RESUME_DAYS: u64 = 5;

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

/// Nobody loses a second of the time that was left: an open lot goes on at `resumes_at` with what was left of its time
/// at `suspended_at`; a lot that had not begun keeps its start, or begins at `resumes_at` for its full length.
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
    let begun = suspended_at >= lot.starts_at;
    let (starts_at, effective_end_at) = if begun {
        (resumes_at, resumes_at.plus(lot.effective_end_at.since(suspended_at)))
    } else if lot.starts_at >= resumes_at {
        (lot.starts_at, lot.effective_end_at)
    } else {
        (resumes_at, resumes_at.plus(lot.effective_end_at.since(lot.starts_at)))
    };
    Ok(Resumption { status: suspended_from, starts_at, effective_end_at })
}

fn text(status: LotStatus) -> String {
    format!("{status:?}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

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
        assert_eq!(resumed.effective_end_at, at("08T10:00:19"));
        assert_eq!((resumed.starts_at, resumed.status), (at("08T10:00:00"), LotStatus::Open));
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
    fn netauction_28_resumed_within_five_days_of_the_end_of_the_cause() {
        let now = at("06T12:00:00");
        let resume = |resumes, ended: &str| {
            decide_resumption(&lot(), LotStatus::Open, at("05T12:00:00"), resumes, day(ended), now)
        };
        assert!(resume(at("10T23:59:59"), "2026-02-05").is_ok());
        assert_eq!(resume(at("11T00:00:00"), "2026-02-05").unwrap_err().code, RefusalCode::DateInvalid);
        assert!(resume(now, "2026-02-06").is_ok());
        assert!(resume(now.minus(TimeDelta::milliseconds(1)), "2026-02-06").is_err());
        assert!(resume(now, "2026-02-07").is_err());
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
