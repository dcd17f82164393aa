//! Money: whole fen (分) in an `i64`, checked arithmetic, one rounding.
//!
//! A sum of court money is never a float and never silently cut: every operation that could overflow answers
//! [`MoneyError::Range`], every product is taken in `i128` and rounded **once**, half-up to the fen.
#![warn(clippy::arithmetic_side_effects)]

use rust_decimal::{Decimal, RoundingStrategy};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An amount in fen. The database refuses |fen| ≥ 10^15, so sums of a thousand rows still fit an `i64`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Money(i64);

/// Largest magnitude that may be stored or entered: 9,999,999,999,999.99 yuan.
pub const MAX_FEN: i64 = 1_000_000_000_000_000 - 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("an amount is written as digits, a point and exactly two decimals, e.g. 59748.04")]
    Syntax,
    #[error("an amount may not be negative here")]
    Sign,
    #[error("the amount is outside of the range that can be booked")]
    Range,
}

impl Money {
    pub const ZERO: Money = Money(0);

    /// From fen. Cannot fail; the range is checked where the amount is entered, computed or stored.
    pub const fn from_fen(fen: i64) -> Money {
        Money(fen)
    }
    /// From whole yuan, for constants of the law (e.g. 50,000 yuan).
    pub const fn from_yuan(yuan: i64) -> Money {
        Money(yuan.saturating_mul(100))
    }
    pub const fn fen(self) -> i64 {
        self.0
    }
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub fn plus(self, other: Money) -> Result<Money, MoneyError> {
        Money::in_range(i128::from(self.0).saturating_add(i128::from(other.0)))
    }
    pub fn minus(self, other: Money) -> Result<Money, MoneyError> {
        Money::in_range(i128::from(self.0).saturating_sub(i128::from(other.0)))
    }
    pub fn negated(self) -> Money {
        Money(self.0.saturating_neg())
    }
    pub fn times(self, count: i64) -> Result<Money, MoneyError> {
        Money::in_range(self.product(count))
    }
    /// Two `i64` never leave an `i128`.
    fn product(self, factor: i64) -> i128 {
        i128::from(self.0).saturating_mul(i128::from(factor))
    }
    /// `self − other`, but never below zero.
    pub fn saturating_minus(self, other: Money) -> Money {
        Money(self.0.saturating_sub(other.0).max(0))
    }
    pub fn sum(amounts: impl IntoIterator<Item = Money>) -> Result<Money, MoneyError> {
        amounts.into_iter().try_fold(Money::ZERO, Money::plus)
    }
    /// `self × numerator ÷ denominator` in yuan terms, rounded up to the fen: a lower bound that the law sets.
    pub fn ratio_ceil(self, numerator: i64, denominator: i64) -> Result<Money, MoneyError> {
        let (quotient, remainder) = self.ratio(numerator, denominator)?;
        Money::in_range(quotient.saturating_add(i128::from(remainder != 0)))
    }
    /// `self × numerator ÷ denominator`, rounded down to the fen: an upper bound that the law sets.
    pub fn ratio_floor(self, numerator: i64, denominator: i64) -> Result<Money, MoneyError> {
        Money::in_range(self.ratio(numerator, denominator)?.0)
    }
    fn ratio(self, numerator: i64, denominator: i64) -> Result<(i128, i128), MoneyError> {
        let product = self.product(numerator);
        let by = i128::from(denominator);
        match (product.checked_div_euclid(by), product.checked_rem_euclid(by)) {
            (Some(quotient), Some(remainder)) => Ok((quotient, remainder)),
            _ => Err(MoneyError::Range),
        }
    }
    /// The one rounding of computed amounts: `yuan` half-up to the fen (四舍五入到分).
    pub fn round_half_up(yuan: Decimal) -> Result<Money, MoneyError> {
        let fen = yuan
            .checked_mul(Decimal::ONE_HUNDRED)
            .ok_or(MoneyError::Range)?
            .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        Money::in_range(i128::try_from(fen).map_err(|_| MoneyError::Range)?)
    }
    /// Exact, in yuan.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 2)
    }
    fn in_range(fen: i128) -> Result<Money, MoneyError> {
        i64::try_from(fen).ok().filter(|f| (-MAX_FEN..=MAX_FEN).contains(f)).map(Money).ok_or(MoneyError::Range)
    }

    /// Splits `self` over `weights` so that the parts add up to `self` to the fen: each part is cut to the fen and
    /// the fen left over go to the largest remainders, ties in the order of the weights (the plan's lines).
    /// No weight above zero: nobody gets anything, and the answer is all zeros only when `self` is zero.
    pub fn split_by_weights(self, weights: &[Money]) -> Result<Vec<Money>, MoneyError> {
        let total: i128 = weights.iter().map(|w| i128::from(w.0)).sum();
        if self.is_zero() {
            return Ok(vec![Money::ZERO; weights.len()]);
        }
        if self.is_negative() || weights.iter().any(|w| w.is_negative()) {
            return Err(MoneyError::Sign);
        }
        let exact: Vec<i128> = weights.iter().map(|w| self.product(w.0)).collect();
        let cut = exact.iter().map(|e| e.checked_div_euclid(total).ok_or(MoneyError::Range));
        let mut parts = cut.collect::<Result<Vec<i128>, _>>()?;
        let left = i128::from(self.0).saturating_sub(parts.iter().sum::<i128>());
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(exact.get(i).and_then(|e| e.checked_rem_euclid(total)).unwrap_or(0)));
        for &index in order.iter().take(usize::try_from(left).map_err(|_| MoneyError::Range)?) {
            if let Some(part) = parts.get_mut(index) {
                *part = part.saturating_add(1);
            }
        }
        parts.into_iter().map(Money::in_range).collect()
    }

    /// Text of an amount that somebody enters: no sign.
    pub fn parse_unsigned(text: &str) -> Result<Money, MoneyError> {
        if text.starts_with('-') {
            return Err(MoneyError::Sign);
        }
        text.parse()
    }
}

/// `-?(0|[1-9]\d{0,12})\.\d{2}` and nothing else: no exponent, no separator, no full-width digit.
impl FromStr for Money {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Money, MoneyError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (yuan, decimals) = digits.split_once('.').ok_or(MoneyError::Syntax)?;
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(yuan) || !plain(decimals) || decimals.len() != 2 || (yuan.len() > 1 && yuan.starts_with('0')) {
            return Err(MoneyError::Syntax);
        }
        if yuan.len() > 13 {
            return Err(MoneyError::Range);
        }
        let fen: i64 = format!("{yuan}{decimals}").parse().map_err(|_| MoneyError::Range)?;
        Ok(Money(if negative { fen.saturating_neg() } else { fen }))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fen = self.0.unsigned_abs();
        write!(f, "{}{}.{:02}", if self.0 < 0 { "-" } else { "" }, fen / 100, fen % 100)
    }
}
impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Money, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn text_is_exact_both_ways() {
        for good in ["0.00", "0.01", "59748.04", "9999999999999.99", "-1.00"] {
            assert_eq!(money(good).to_string(), good);
        }
        for bad in [
            "",
            "1",
            "1.",
            ".10",
            "1.1",
            "1.234",
            "1e3",
            "+1.00",
            "01.00",
            "１.００",
            "1,000.00",
            " 1.00",
            "--1.00",
            "NaN",
        ] {
            assert_eq!(bad.parse::<Money>(), Err(MoneyError::Syntax), "{bad}");
        }
        assert_eq!("10000000000000.00".parse::<Money>(), Err(MoneyError::Range));
        assert_eq!(Money::parse_unsigned("-1.00"), Err(MoneyError::Sign));
    }

    #[test]
    fn limits_of_the_law_round_against_the_court() {
        let appraisal = money("1234567.89");
        assert_eq!(appraisal.ratio_ceil(70, 100).unwrap(), money("864197.53"));
        assert_eq!(money("864197.53").ratio_ceil(5, 100).unwrap(), money("43209.88"));
        assert_eq!(money("864197.53").ratio_floor(20, 100).unwrap(), money("172839.50"));
    }

    #[test]
    fn one_rounding_half_up() {
        for (yuan, expected) in [("2.345", "2.35"), ("2.3449", "2.34"), ("0.035", "0.04"), ("796.2206", "796.22")] {
            assert_eq!(Money::round_half_up(yuan.parse().unwrap()).unwrap(), money(expected));
        }
        assert_eq!(Money::round_half_up(Decimal::MAX), Err(MoneyError::Range));
    }

    #[test]
    fn largest_remainder_vectors() {
        let split = |total: &str, weights: &[&str]| -> Vec<String> {
            let weights: Vec<Money> = weights.iter().map(|w| money(w)).collect();
            money(total).split_by_weights(&weights).unwrap().iter().map(Money::to_string).collect()
        };
        assert_eq!(split("100.00", &["1.00", "1.00", "1.00"]), ["33.34", "33.33", "33.33"]);
        assert_eq!(split("0.05", &["1.00", "1.00", "1.00"]), ["0.02", "0.02", "0.01"]);
        assert_eq!(split("999.99", &["1234.56", "6543.21", "2222.23"]), ["123.46", "654.31", "222.22"]);
        assert_eq!(split("200000.00", &["123456.78", "234567.89", "98765.43"]), ["54054.05", "102702.70", "43243.25"]);
        assert_eq!(split("333333.34", &["2.00", "1.00"]), ["222222.23", "111111.11"]);
        assert_eq!(split("1.00", &["3.33", "3.33", "3.34"]), ["0.33", "0.33", "0.34"]);
        assert_eq!(split("0.01", &["5.00", "5.00"]), ["0.01", "0.00"]);
        assert_eq!(split("0.00", &["0.00", "1.00"]), ["0.00", "0.00"]);
        assert!(money("1.00").split_by_weights(&[Money::ZERO]).is_err());
    }

    proptest! {
        #[test]
        fn a_split_adds_up_and_is_within_a_fen(total in 0i64..1_000_000_000_000, weights in prop::collection::vec(1i64..1_000_000_000_000, 1..40)) {
            let weights: Vec<Money> = weights.into_iter().map(Money::from_fen).collect();
            let sum: i128 = weights.iter().map(|w| i128::from(w.fen())).sum();
            let parts = Money::from_fen(total).split_by_weights(&weights).unwrap();
            prop_assert_eq!(Money::sum(parts.iter().copied()).unwrap().fen(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                let exact = i128::from(total) * i128::from(weight.fen());
                prop_assert!((i128::from(part.fen()) * sum - exact).abs() < sum);
            }
        }
        #[test]
        fn text_round_trip(fen in -MAX_FEN..=MAX_FEN) {
            prop_assert_eq!(Money::from_fen(fen).to_string().parse::<Money>().unwrap().fen(), fen);
        }
    }
}
