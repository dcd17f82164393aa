//! The execution fee of one title over all its recoveries (申请执行费, 诉讼费用交纳办法 14, 20, 38).

use super::FeeInput;
use crate::kernel::{money::Money, refusal::Refusal};
use crate::law;

/// What is executed for the title by this plan: the pool, but not more than the creditors' claims, since what goes
/// back to the debtor is no execution (R7.02: 以执行到的执行款项为基数).
pub fn executed_now(pool: Money, claims: Money) -> Money {
    pool.min(claims)
}

/// The fee owed by now: the scale on everything executed for the title, less what was taken before. Recoveries
/// cumulate, so the fixed 50 yuan of the first step is owed once (a further 40,000.00 after 59,748.04 costs 600.00).
///
/// # Errors
/// Sums beyond the range that can be booked.
pub fn owed(fee: &FeeInput, executed_now: Money) -> Result<Money, Refusal> {
    let executed = fee.executed_before.plus(executed_now)?;
    if !executed.is_positive() {
        return Ok(Money::ZERO);
    }
    Ok(law::fee::execution_fee(executed)?.amount.saturating_minus(fee.charged_before))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::cases::FeeOrder;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn fees_14_1_recoveries_of_one_title_cumulate() {
        for (before, charged, now, expected) in [
            ("0.00", "0.00", "59748.04", "796.22"),
            ("59748.04", "796.22", "40000.00", "600.00"),
            // an arrears note of the first recovery is owed with the second
            ("59748.04", "0.00", "40000.00", "1396.22"),
            ("0.00", "0.00", "10000.00", "50.00"),
            ("0.00", "0.00", "410000000.00", "477400.00"),
            ("0.00", "0.00", "0.00", "0.00"),
            ("10000.00", "100.00", "0.00", "0.00"),
        ] {
            let fee = FeeInput {
                order: FeeOrder::FirstMoney,
                executed_before: money(before),
                charged_before: money(charged),
            };
            assert_eq!(owed(&fee, money(now)).unwrap(), money(expected), "{before} + {now}");
        }
    }

    #[test]
    fn what_goes_back_to_the_debtor_is_no_execution() {
        assert_eq!(executed_now(money("100.00"), money("60.00")), money("60.00"));
        assert_eq!(executed_now(money("60.00"), money("100.00")), money("60.00"));
    }
}
