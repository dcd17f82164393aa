//! The end of bidding and what follows from it (网拍规定 11, 20–23, 26).

use super::bid::{LotState, Standing, precedence};
use super::price::balance_due;
use super::schedule;
use crate::auction::LotStatus;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::money::Money;

/// Result of a lot whose end has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    Sold {
        winner: Standing,
        ended_at: Timestamp,
    },
    /// Nobody bid within the window (流拍).
    Unsold {
        ended_at: Timestamp,
    },
}

/// Why a lot is not closed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotClosing {
    /// The end has not passed.
    StillOpen,
    /// Suspended, closed or withdrawn.
    WrongState,
    /// The accepted bids do not lead to the leader that the lot names: the record is damaged.
    LeaderDiffers,
}

/// Decides the closing at `now` from the lot and its accepted bids. However late it is decided, the lot ends at its
/// effective end; the winner is read from the bids again, not only from the lot's own leader.
pub fn decide_closing(lot: &LotState, accepted: &[Standing], now: Timestamp) -> Result<Closing, NotClosing> {
    if !matches!(lot.status, LotStatus::Announced | LotStatus::Open) {
        return Err(NotClosing::WrongState);
    }
    if now < lot.effective_end_at {
        return Err(NotClosing::StillOpen);
    }
    let ended_at = lot.effective_end_at;
    let best = accepted.iter().min_by(|a, b| precedence(a, b));
    match (best, &lot.leader) {
        (None, None) => Ok(Closing::Unsold { ended_at }),
        (Some(best), Some(leader)) if best == leader => Ok(Closing::Sold { winner: best.clone(), ended_at }),
        _ => Err(NotClosing::LeaderDiffers),
    }
}

/// What the winner owes and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub balance: Money,
    pub due_on: LegalDate,
    /// The losers' deposits are back by then.
    pub refunds_due_at: Timestamp,
}

pub fn settlement(hammer: Money, deposit: Money, ended_at: Timestamp, balance_days: u64) -> Settlement {
    Settlement {
        balance: balance_due(hammer, deposit),
        due_on: schedule::balance_due_on(ended_at, balance_days),
        refunds_due_at: schedule::refund_due_at(ended_at),
    }
}

/// Number of a confirmation of sale (成交确认书): year, court code and the lot's own serial, unique in the country.
pub fn confirmation_number(court_code: &str, ended_at: Timestamp, serial: i64) -> String {
    use chrono::Datelike;
    format!("〔{}〕{court_code}网拍成交确字第{serial}号", ended_at.legal_date().year())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn end() -> Timestamp {
        Timestamp::parse("2026-02-06T10:00:00+08:00").unwrap()
    }
    fn lot(leader: Option<Standing>) -> LotState {
        LotState {
            status: LotStatus::Open,
            starts_at: end().minus(schedule::MINIMUM_BIDDING),
            effective_end_at: end(),
            starting_price: money("500000.00"),
            bid_increment: money("10000.00"),
            leader,
            version: 7,
            extension_count: 0,
        }
    }
    fn bid(id: u128, amount: &str, rank: Option<i32>, second: i64) -> Standing {
        Standing {
            registration: Uuid::from_u128(id),
            amount: money(amount),
            priority_rank: rank,
            arrived_at: end().minus(chrono::TimeDelta::seconds(100 - second)),
            sequence: second,
        }
    }

    #[test]
    fn netauction_21_order_of_bids() {
        let mut bids = [
            bid(1, "500000.00", None, 1),
            bid(2, "500000.00", Some(2), 2),
            bid(3, "500000.00", Some(1), 3),
            bid(4, "510000.00", Some(1), 6),
            bid(5, "510000.00", Some(1), 5),
            bid(6, "510000.00", None, 4),
        ];
        bids.sort_by(precedence);
        let order: Vec<u128> = bids.iter().map(|b| b.registration.as_u128()).collect();
        assert_eq!(order, [5, 4, 6, 3, 2, 1]);
    }

    #[test]
    fn netauction_20_a_late_closing_ends_at_the_right_end() {
        let winner = bid(1, "500000.00", None, 1);
        let open = lot(Some(winner.clone()));
        let one = [winner.clone()];
        let millisecond = chrono::TimeDelta::milliseconds(1);
        assert_eq!(decide_closing(&open, &one, end().minus(millisecond)), Err(NotClosing::StillOpen));
        for late in [end(), end().plus(chrono::TimeDelta::days(3))] {
            let sold = Closing::Sold { winner: winner.clone(), ended_at: end() };
            assert_eq!(decide_closing(&open, &one, late), Ok(sold));
        }
    }

    #[test]
    fn netauction_26_no_bid_is_unsold() {
        assert_eq!(decide_closing(&lot(None), &[], end()), Ok(Closing::Unsold { ended_at: end() }));
    }

    #[test]
    fn a_leader_that_the_bids_do_not_show_is_never_declared_winner() {
        let (a, b) = (bid(1, "500000.00", None, 1), bid(2, "510000.00", None, 2));
        assert_eq!(decide_closing(&lot(Some(a.clone())), &[a.clone(), b], end()), Err(NotClosing::LeaderDiffers));
        assert_eq!(decide_closing(&lot(None), &[a], end()), Err(NotClosing::LeaderDiffers));
    }

    #[test]
    fn a_closed_or_suspended_lot_is_not_closed() {
        for status in [LotStatus::Suspended, LotStatus::Sold, LotStatus::Unsold, LotStatus::Withdrawn] {
            let state = LotState { status, ..lot(None) };
            assert_eq!(decide_closing(&state, &[], end()), Err(NotClosing::WrongState));
        }
    }

    #[test]
    fn netauction_23_and_25_what_follows() {
        let after = settlement(money("412000000.00"), money("50000000.00"), end(), 15);
        assert_eq!(after.balance, money("362000000.00"));
        assert_eq!(after.due_on.to_string(), "2026-02-21");
        assert_eq!(after.refunds_due_at.to_rfc3339(), "2026-02-07T10:00:00.000+08:00");
        assert_eq!(confirmation_number("湘0102", end(), 12), "〔2026〕湘0102网拍成交确字第12号");
    }
}
