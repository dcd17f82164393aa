//! What the statistics of a court are computed from: sales with their prices. Pure.

use crate::kernel::clock::LegalDate;
use crate::kernel::money::{Money, MoneyError};
use rust_decimal::Decimal;

/// Longest period of one question, in days.
pub const LONGEST_PERIOD: i64 = 366;

/// The most that an auction house takes of a sale (拍变规定 29): up to which yuan, and how many thousandths of that part.
const COMMISSION: [(Option<Money>, i64); 5] = [
    (Some(Money::from_yuan(2_000_000)), 50),
    (Some(Money::from_yuan(10_000_000)), 30),
    (Some(Money::from_yuan(50_000_000)), 20),
    (Some(Money::from_yuan(100_000_000)), 10),
    (None, 5),
];

/// What the purchaser would have paid at most to an auction house (`SALE_29`); an online sale takes no commission. Summed
/// without rounding, then half-up to the fen.
///
/// # Errors
/// Beyond the range of amounts.
pub fn commission(price: Money) -> Result<Money, MoneyError> {
    let (mut sum, mut from) = (Decimal::ZERO, Money::ZERO);
    for (up_to, thousandths) in COMMISSION {
        let top = up_to.map_or(price, |limit| limit.min(price));
        let part = top.saturating_minus(from).to_decimal();
        let share = part.checked_mul(Decimal::new(thousandths, 3)).ok_or(MoneyError::Range)?;
        sum = sum.checked_add(share).ok_or(MoneyError::Range)?;
        from = top;
    }
    Money::round_half_up(sum)
}

/// Sales of a period, summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sales {
    pub count: i64,
    pub hammer: Money,
    pub starting: Money,
    pub commission: Money,
}
impl Sales {
    /// With one more sale.
    ///
    /// # Errors
    /// Beyond the range of amounts.
    pub fn with(self, hammer: Money, starting: Money) -> Result<Sales, MoneyError> {
        Ok(Sales {
            count: self.count.saturating_add(1),
            hammer: self.hammer.plus(hammer)?,
            starting: self.starting.plus(starting)?,
            commission: self.commission.plus(commission(hammer)?)?,
        })
    }
    /// By how much of the starting prices the hammer prices lie above them, all sales together, to four places; none
    /// without a sale.
    pub fn premium(&self) -> Option<Decimal> {
        let above = self.hammer.minus(self.starting).ok()?.to_decimal();
        let rate = above.checked_div(self.starting.to_decimal())?;
        Some(rate.round_dp_with_strategy(4, rust_decimal::RoundingStrategy::MidpointAwayFromZero).normalize())
    }
}

/// Is it a period: its last day not before its first, and not too long?
pub fn is_period(from: LegalDate, until: LegalDate) -> bool {
    (0..LONGEST_PERIOD).contains(&(until - from).num_days())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sale_29_each_part_bears_its_own_commission() {
        for (price, most) in [
            ("0.10", "0.01"), // half a fen is rounded up
            ("0.09", "0.00"),
            ("2000000.00", "100000.00"),
            ("2000001.00", "100000.03"),
            ("10000000.00", "340000.00"),
            ("10000001.00", "340000.02"),
            ("50000000.00", "1140000.00"),
            ("50000001.00", "1140000.01"),
            ("100000000.00", "1640000.00"),
            ("100000002.00", "1640000.01"),
        ] {
            assert_eq!(commission(price.parse().unwrap()).unwrap().to_string(), most, "{price}");
        }
    }

    #[test]
    fn the_premium_weighs_sales_by_their_price() {
        let money = |text: &str| text.parse::<Money>().unwrap();
        let none = Sales::default();
        assert_eq!(none.premium(), None);
        let one = none.with(money("150.00"), money("100.00")).unwrap();
        assert_eq!(one.premium(), Some(Decimal::new(5, 1)));
        let two = one.with(money("200.00"), money("200.00")).unwrap();
        assert_eq!((two.count, two.premium()), (2, Some(Decimal::new(1667, 4))));
    }

    #[test]
    fn a_period_has_two_edges() {
        let day = |text: &str| text.parse::<LegalDate>().unwrap();
        assert!(is_period(day("2026-03-02"), day("2026-03-02")));
        assert!(!is_period(day("2026-03-02"), day("2026-03-01")));
        assert!(is_period(day("2026-01-01"), day("2027-01-01")));
        assert!(!is_period(day("2026-01-01"), day("2027-01-02")));
    }
}
