//! Cash taken outside of the court: by two officers, receipted at once, paid in at the bank the same day.

use crate::{
    kernel::{
        clock::LegalDate,
        ids::AccountId,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// May `first` record cash that `second` is to confirm? (法发〔2017〕6号 第9条: two officers or more.)
///
/// # Errors
/// `MAKER_MAY_NOT_APPROVE` for one and the same person, `AMOUNT_INVALID`, `DATE_INVALID` for a day to come or past.
pub fn decide_cash(
    (first, second): (AccountId, AccountId),
    amount: Money,
    taken_on: LegalDate,
    today: LegalDate,
) -> Result<(), Refusal> {
    if first == second {
        return Err(Refusal::new(RefusalCode::MakerMayNotApprove).field("secondOfficer").law(&reference::FUNDS_9));
    }
    if !amount.is_positive() {
        return Err(Refusal::new(RefusalCode::AmountInvalid).field("amount").law(&reference::MONEY_FORM));
    }
    // outside of the court there may be no net: the record is made within a day after the return
    let earliest = today.pred_opt().unwrap_or(today);
    if taken_on > today || taken_on < earliest {
        let refusal = Refusal::new(RefusalCode::DateInvalid).field("takenOn").law(&reference::FUNDS_9);
        return Err(refusal.arg("earliest", earliest).arg("latest", today));
    }
    Ok(())
}

/// The bank books cash over the counter on the day of the payment in or soon after: so many days after the taking a credit
/// without a voucher number is still taken for it.
const DAYS_AT_THE_BANK: i64 = 5;

/// Is the bank's day near enough to the taking that a slip without its number may be this cash?
pub fn is_near(taken_on: LegalDate, booked_on: LegalDate) -> bool {
    (0..=DAYS_AT_THE_BANK).contains(&(booked_on - taken_on).num_days())
}

/// Paying in after the day on which it was taken needs its reason.
///
/// # Errors
/// `TEXT_INVALID` without one.
pub fn decide_pay_in(taken_on: LegalDate, today: LegalDate, late_reason: Option<&str>) -> Result<(), Refusal> {
    if today > taken_on && late_reason.is_none() {
        return Err(Refusal::new(RefusalCode::TextInvalid).field("lateReason").law(&reference::FUNDS_9));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }

    #[test]
    fn kuanwu_9_a_slip_without_its_number_is_known_for_five_days() {
        let day = |text: &str| text.parse::<LegalDate>().unwrap();
        let near = |booked| is_near(day("2026-03-02"), day(booked));
        assert!(near("2026-03-02") && near("2026-03-07"));
        assert!(!near("2026-03-01") && !near("2026-03-08"));
    }

    #[test]
    fn fafa6_9_two_officers_take_cash_and_record_it_by_the_next_day() {
        let now = Timestamp::from_micros(1_772_000_000_000_000);
        let (first, second) = (AccountId::new(now), AccountId::new(now));
        let take = |second, amount: &str, on: &str| {
            decide_cash((first, second), amount.parse().unwrap(), day(on), day("2026-03-03")).map_err(|r| r.code)
        };
        assert_eq!(take(second, "0.01", "2026-03-03"), Ok(()));
        assert_eq!(take(second, "0.01", "2026-03-02"), Ok(()));
        assert_eq!(take(second, "0.01", "2026-03-01"), Err(RefusalCode::DateInvalid));
        assert_eq!(take(second, "0.01", "2026-03-04"), Err(RefusalCode::DateInvalid));
        assert_eq!(take(second, "0.00", "2026-03-03"), Err(RefusalCode::AmountInvalid));
        assert_eq!(take(first, "0.01", "2026-03-03"), Err(RefusalCode::MakerMayNotApprove));
    }

    #[test]
    fn fafa6_9_cash_is_paid_in_the_same_day_or_with_its_reason() {
        let pay = |today: &str, reason| decide_pay_in(day("2026-03-02"), day(today), reason).is_ok();
        assert!(pay("2026-03-02", None));
        assert!(!pay("2026-03-03", None));
        assert!(pay("2026-03-03", Some("外地执行，次日返院")));
    }
}
