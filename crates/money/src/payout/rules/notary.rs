//! Deposit with a notary (提存): when it may be recorded, closed and reminded of. The right to it lapses five years after
//! the deposit (民法典 574), and only by somebody's decision: time alone changes nothing here.

use crate::{
    kernel::{
        clock::LegalDate,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::{Lamp, reference},
    payout::NotaryState,
};
use chrono::Months;

/// Five years (民法典 574).
const MONTHS_TO_LAPSE: u32 = 60;

/// The matching day so many months later, else the month's last (民法典 202).
fn months_after(day: LegalDate, months: u32) -> LegalDate {
    day.checked_add_months(Months::new(months)).unwrap_or(LegalDate::MAX)
}
/// Last day on which the creditor may still collect; a holiday at the end moves it on when the lapse is decided.
pub fn last_day(deposited_on: LegalDate) -> LegalDate {
    months_after(deposited_on, MONTHS_TO_LAPSE)
}
/// Day from which the creditor is to be reminded, `months` after the deposit.
pub fn remind_on(deposited_on: LegalDate, months: i64) -> LegalDate {
    let months = u32::try_from(months).map_or(MONTHS_TO_LAPSE, |months| months.min(MONTHS_TO_LAPSE));
    months_after(deposited_on, months)
}

fn wrong_state(state: NotaryState) -> Refusal {
    let refusal = Refusal::new(RefusalCode::WrongState).field("deposit").law(&reference::FUNDS_16);
    refusal.arg("status", state.as_str())
}

/// May the notary's certificate be recorded? The money must have reached the notary.
///
/// # Errors
/// `WRONG_STATE` before the bank has paid or a second time, `DATE_INVALID` for a day before the proposal or in the future.
pub fn decide_certificate(
    state: NotaryState,
    paid: bool,
    deposited_on: LegalDate,
    proposed_on: LegalDate,
    today: LegalDate,
) -> Result<(), Refusal> {
    if state != NotaryState::Open || !paid {
        return Err(wrong_state(state));
    }
    if deposited_on < proposed_on || deposited_on > today {
        let refusal = Refusal::new(RefusalCode::DateInvalid).field("depositedOn").law(&reference::CIVIL_CODE_574);
        return Err(refusal.arg("earliest", proposed_on).arg("latest", today));
    }
    Ok(())
}

/// May its end be recorded: collected, or come back?
///
/// # Errors
/// `WRONG_STATE` unless it lies with the notary, `DATE_INVALID` outside of deposit day and today.
pub fn decide_end(
    state: NotaryState,
    deposited_on: Option<LegalDate>,
    ended_on: LegalDate,
    today: LegalDate,
) -> Result<(), Refusal> {
    let since = deposited_on.filter(|_| state == NotaryState::Deposited).ok_or_else(|| wrong_state(state))?;
    if ended_on < since || ended_on > today {
        let refusal = Refusal::new(RefusalCode::DateInvalid).field("endedOn").law(&reference::CIVIL_CODE_574);
        return Err(refusal.arg("earliest", since).arg("latest", today));
    }
    Ok(())
}

/// May the lapse be decided on `decided_on`? `last_day` is the end of the five years, moved on from a holiday.
///
/// # Errors
/// Those of [`decide_end`]; `DATE_INVALID` while the five years run.
pub fn decide_lapse(
    state: NotaryState,
    deposited_on: Option<LegalDate>,
    last_day: LegalDate,
    decided_on: LegalDate,
    today: LegalDate,
) -> Result<(), Refusal> {
    decide_end(state, deposited_on, decided_on, today)?;
    if decided_on <= last_day {
        let refusal = Refusal::new(RefusalCode::DateInvalid).field("endedOn").law(&reference::CIVIL_CODE_574);
        return Err(refusal.arg("earliest", last_day.succ_opt().unwrap_or(last_day)));
    }
    Ok(())
}

/// The notary may keep his cost (民法典 573); more than was deposited never comes back.
///
/// # Errors
/// `AMOUNT_INVALID`.
pub fn decide_returned(deposited: Money, returned: Money) -> Result<(), Refusal> {
    if returned.is_positive() && returned <= deposited {
        return Ok(());
    }
    let refusal = Refusal::new(RefusalCode::AmountInvalid).field("receipt").law(&reference::CIVIL_CODE_573);
    Err(refusal.arg("maximum", deposited))
}

/// Yellow from the reminder's day, red once the five years are over; none unless the money lies with the notary.
pub fn lamp(state: NotaryState, remind_on: LegalDate, last_day: LegalDate, today: LegalDate) -> Option<Lamp> {
    let shown = if today > last_day {
        Lamp::Red
    } else if today >= remind_on {
        Lamp::Yellow
    } else {
        Lamp::Green
    };
    (state == NotaryState::Deposited).then_some(shown)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }

    #[test]
    fn minfadian_574_five_years_and_the_reminder_before() {
        for (deposited, remind, last) in [
            ("2026-03-02", "2030-09-02", "2031-03-02"),
            ("2028-02-29", "2032-08-29", "2033-02-28"),
            ("2026-08-31", "2031-02-28", "2031-08-31"),
        ] {
            assert_eq!(last_day(day(deposited)), day(last));
            assert_eq!(remind_on(day(deposited), 54), day(remind));
        }
        assert_eq!(remind_on(day("2026-03-02"), 600), last_day(day("2026-03-02")));
        let shown = |today| lamp(NotaryState::Deposited, day("2030-09-02"), day("2031-03-02"), day(today));
        assert_eq!(shown("2030-09-01"), Some(Lamp::Green));
        assert_eq!(shown("2030-09-02"), Some(Lamp::Yellow));
        assert_eq!(shown("2031-03-02"), Some(Lamp::Yellow));
        assert_eq!(shown("2031-03-03"), Some(Lamp::Red));
        assert_eq!(lamp(NotaryState::Collected, day("2030-09-02"), day("2031-03-02"), day("2031-03-03")), None);
    }

    #[test]
    fn minfadian_574_the_lapse_is_decided_after_its_last_day_only() {
        let since = Some(day("2026-03-02"));
        let decide = |state, on: &str| {
            decide_lapse(state, since, day("2031-03-03"), day(on), day("2031-06-01")).map_err(|refusal| refusal.code)
        };
        assert_eq!(decide(NotaryState::Deposited, "2031-03-04"), Ok(()));
        assert_eq!(decide(NotaryState::Deposited, "2031-06-01"), Ok(()));
        assert_eq!(decide(NotaryState::Deposited, "2031-03-03"), Err(RefusalCode::DateInvalid));
        assert_eq!(decide(NotaryState::Deposited, "2031-06-02"), Err(RefusalCode::DateInvalid));
        for state in NotaryState::ALL.iter().filter(|state| **state != NotaryState::Deposited) {
            assert_eq!(decide(*state, "2031-03-04"), Err(RefusalCode::WrongState), "{state:?}");
        }
    }

    #[test]
    fn kuanwu_16_a_certificate_follows_the_payment_once() {
        let decide = |state, paid, on: &str| {
            decide_certificate(state, paid, day(on), day("2026-03-02"), day("2026-03-20")).map_err(|r| r.code)
        };
        assert_eq!(decide(NotaryState::Open, true, "2026-03-02"), Ok(()));
        assert_eq!(decide(NotaryState::Open, true, "2026-03-20"), Ok(()));
        assert_eq!(decide(NotaryState::Open, true, "2026-03-01"), Err(RefusalCode::DateInvalid));
        assert_eq!(decide(NotaryState::Open, true, "2026-03-21"), Err(RefusalCode::DateInvalid));
        assert_eq!(decide(NotaryState::Open, false, "2026-03-20"), Err(RefusalCode::WrongState));
        assert_eq!(decide(NotaryState::Deposited, true, "2026-03-20"), Err(RefusalCode::WrongState));
    }

    #[test]
    fn minfadian_573_what_comes_back_is_at_most_what_was_deposited() {
        let deposited = Money::from_yuan(100);
        assert!(decide_returned(deposited, deposited).is_ok());
        assert!(decide_returned(deposited, Money::from_fen(1)).is_ok());
        assert!(decide_returned(deposited, Money::ZERO).is_err());
        assert!(decide_returned(deposited, Money::from_fen(10_001)).is_err());
    }
}
