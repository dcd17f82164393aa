//! When a month may be compared and closed, and what settles a difference.

use super::{ReconciliationItemState as Item, ReconciliationState};
use crate::{
    kernel::{
        clock::LegalDate,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use chrono::{Datelike, Months};

/// The last day of the month that begins on `first`.
///
/// # Errors
/// `DATE_INVALID` unless `first` is the first day of a month that is over.
pub fn decide_month(first: LegalDate, today: LegalDate) -> Result<LegalDate, Refusal> {
    let last = first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt());
    match last.filter(|last| first.day() == 1 && *last < today) {
        Some(last) => Ok(last),
        None => {
            let refusal = Refusal::new(RefusalCode::DateInvalid).field("month").law(&reference::FUNDS_3);
            Err(refusal.arg("latest", today))
        }
    }
}

fn wrong_state(state: &'static str) -> Refusal {
    Refusal::new(RefusalCode::WrongState).field("item").law(&reference::FUNDS_3).arg("status", state)
}

/// May an owner be named? As long as nothing settles it and nobody votes.
///
/// # Errors
/// `WRONG_STATE`; `DATE_INVALID` for a due day in the past.
pub fn decide_owner(state: Item, due_on: LegalDate, today: LegalDate) -> Result<(), Refusal> {
    if state != Item::Open {
        return Err(wrong_state(state.as_str()));
    }
    if due_on < today {
        let refusal = Refusal::new(RefusalCode::DateInvalid).field("dueOn").law(&reference::FUNDS_3);
        return Err(refusal.arg("earliest", today));
    }
    Ok(())
}

/// Only an owned item is settled: somebody has said why it is there.
///
/// # Errors
/// `WRONG_STATE`.
pub fn decide_settlement(state: Item, owned: bool) -> Result<(), Refusal> {
    if state == Item::Open && owned { Ok(()) } else { Err(wrong_state(state.as_str())) }
}

/// Does a booking make the difference up? It was recorded after the month, on the line's own account, by as much as the
/// books were short.
///
/// # Errors
/// `AMOUNT_INVALID` with what is missing.
pub fn decide_booking(enforcement: Money, finance: Money, booked: Money) -> Result<(), Refusal> {
    let missing = enforcement.minus(finance)?;
    if booked == missing {
        return Ok(());
    }
    let refusal = Refusal::new(RefusalCode::AmountInvalid).field("entry").law(&reference::FUNDS_3);
    Err(refusal.arg("missing", missing).arg("booked", booked))
}

/// May the month be closed by `closer`?
///
/// # Errors
/// `WRONG_STATE` when it is closed or items are open, `MAKER_MAY_NOT_APPROVE` for who opened it.
pub fn decide_close(state: ReconciliationState, opened_by: &str, closer: &str, open: usize) -> Result<(), Refusal> {
    let refusal = |code| Refusal::new(code).field("reconciliation").law(&reference::FUNDS_3);
    if state == ReconciliationState::Closed {
        return Err(refusal(RefusalCode::WrongState).arg("status", state.as_str()));
    }
    if opened_by == closer {
        return Err(refusal(RefusalCode::MakerMayNotApprove));
    }
    if open > 0 {
        return Err(refusal(RefusalCode::DifferencesOpen).arg("open", open));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }

    #[test]
    fn kuanwu_3_a_month_is_compared_when_it_is_over() {
        for (first, today, last) in [
            ("2026-02-01", "2026-03-01", Some("2026-02-28")),
            ("2024-02-01", "2024-03-01", Some("2024-02-29")),
            ("2026-02-01", "2026-02-28", None),
            ("2026-02-02", "2026-03-31", None),
            ("2026-12-01", "2027-01-01", Some("2026-12-31")),
        ] {
            assert_eq!(decide_month(day(first), day(today)).ok(), last.map(day), "{first} on {today}");
        }
    }

    #[test]
    fn kuanwu_3_a_booking_settles_by_exactly_the_difference() {
        let yuan = Money::from_yuan;
        assert!(decide_booking(yuan(100), yuan(90), yuan(10)).is_ok());
        assert!(decide_booking(yuan(90), yuan(100), yuan(-10)).is_ok());
        for booked in [yuan(0), yuan(9), yuan(-10)] {
            assert_eq!(decide_booking(yuan(100), yuan(90), booked).unwrap_err().code, RefusalCode::AmountInvalid);
        }
    }

    #[test]
    fn kuanwu_3_an_item_has_an_owner_before_it_is_settled() {
        let today = day("2026-03-02");
        assert!(decide_owner(Item::Open, today, today).is_ok());
        assert_eq!(decide_owner(Item::Open, day("2026-03-01"), today).unwrap_err().code, RefusalCode::DateInvalid);
        assert!(decide_settlement(Item::Open, true).is_ok());
        assert!(decide_settlement(Item::Open, false).is_err());
        for state in [Item::Proposed, Item::Booked, Item::Decided] {
            assert!(decide_owner(state, today, today).is_err() && decide_settlement(state, true).is_err(), "{state:?}");
        }
    }

    #[test]
    fn kuanwu_2_the_other_side_closes_and_only_when_nothing_is_open() {
        use ReconciliationState::{Closed, Open};
        let code = |state, closer, open| decide_close(state, "a", closer, open).map_err(|refusal| refusal.code);
        assert_eq!(code(Open, "b", 0), Ok(()));
        assert_eq!(code(Open, "a", 0), Err(RefusalCode::MakerMayNotApprove));
        assert_eq!(code(Open, "b", 1), Err(RefusalCode::DifferencesOpen));
        assert_eq!(code(Closed, "b", 0), Err(RefusalCode::WrongState));
    }
}
