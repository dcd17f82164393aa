//! The graph's own scalars. Each is a string with one spelling per value, so that nothing passes through a float.
//!
//! `is_valid` matters: with it a malformed literal or variable is a request error before anything ran; without it the
//! mutations before the malformed one in a document would have been executed already.

pub use super::clock::Date;

use super::{
    clock::{LegalDate, Timestamp},
    money::Money,
};
use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use rust_decimal::Decimal;
use std::fmt::Display;

/// Reads a string value by `read`; the message tells the form that was expected.
fn parse<T: async_graphql::InputType, E: Display>(
    value: Value,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> InputValueResult<T> {
    match &value {
        Value::String(text) => read(text).map_err(InputValueError::custom),
        _ => Err(InputValueError::expected_type(value)),
    }
}
fn holds(value: &Value, test: impl FnOnce(&str) -> bool) -> bool {
    matches!(value, Value::String(text) if test(text))
}

/// An amount in yuan (金额): a string of digits, a point and exactly two decimals, e.g. "59748.04". Never a JSON number.
/// Inputs have no sign, no exponent, no separators and lie below ten trillion; outputs may be negative.
#[Scalar(name = "Money", specified_by_url = "urn:duixian:scalar:money")]
impl ScalarType for Money {
    fn parse(value: Value) -> InputValueResult<Money> {
        parse(value, Money::parse_unsigned)
    }
    fn is_valid(value: &Value) -> bool {
        holds(value, |text| Money::parse_unsigned(text).is_ok())
    }
    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// An instant (时刻): RFC 3339 with exactly three fraction digits and an offset, e.g. "2026-03-02T09:00:00.000+08:00".
/// Outputs are in Beijing time. The offset -00:00 and leap seconds are not valid.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for Timestamp {
    fn parse(value: Value) -> InputValueResult<Timestamp> {
        parse(value, |text| date_time(text).ok_or("an instant is RFC 3339 with three fraction digits and an offset"))
    }
    fn is_valid(value: &Value) -> bool {
        holds(value, |text| date_time(text).is_some())
    }
    fn to_value(&self) -> Value {
        Value::String(self.to_rfc3339())
    }
}
/// `yyyy-mm-ddThh:mm:ss.fff` and an offset, nothing looser.
fn date_time(text: &str) -> Option<Timestamp> {
    let (clock, offset) = text.split_at_checked(23)?;
    let shape = clock.bytes().zip("0000-00-00T00:00:00.000".bytes());
    let shaped = shape.fold(true, |good, (byte, form)| good && (byte == form || form == b'0' && byte.is_ascii_digit()));
    let offset_shaped = offset == "Z" || (offset.len() == 6 && offset.starts_with(['+', '-']) && offset != "-00:00");
    let leap_second = clock.get(17..19) == Some("60");
    if shaped && offset_shaped && !leap_second { Timestamp::parse(text) } else { None }
}

/// A legal day in Beijing time (日期): year, month and day, e.g. "2026-03-02".
#[Scalar(name = "Date", specified_by_url = "https://scalars.graphql.org/andimarek/local-date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Date> {
        parse(value, |text| date(text).map(Date).ok_or("a date is year, month and day, e.g. 2026-03-02"))
    }
    fn is_valid(value: &Value) -> bool {
        holds(value, |text| date(text).is_some())
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
fn date(text: &str) -> Option<LegalDate> {
    let plain = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| b.is_ascii_digit() || (b == b'-' && (i == 4 || i == 7)));
    plain.then(|| text.parse().ok()).flatten()
}

/// A share or rate, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub Decimal);
impl From<Decimal> for Rate {
    fn from(rate: Decimal) -> Rate {
        Rate(rate)
    }
}
impl serde::Serialize for Rate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
/// A rate or share as an exact decimal in a string (比率), e.g. "0.000175" a day. No sign, no exponent, at most nine
/// digits before and twelve after the point.
#[Scalar(name = "Rate", specified_by_url = "urn:duixian:scalar:rate")]
impl ScalarType for Rate {
    fn parse(value: Value) -> InputValueResult<Rate> {
        parse(value, |text| rate(text).map(Rate).ok_or("a rate is a decimal number in a string, e.g. 0.000175"))
    }
    fn is_valid(value: &Value) -> bool {
        holds(value, |text| rate(text).is_some())
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
fn rate(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    (digits(whole, 9) && digits(fraction, 12) && !leading_zero).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Checks that `is_valid` and `parse` agree, and that what is read is written the same.
    fn check<T: ScalarType>(good: &[&str], bad: &[&str]) {
        for text in good {
            let value = Value::String((*text).to_owned());
            assert!(T::is_valid(&value), "{text}");
            assert_eq!(T::parse(value.clone()).ok().unwrap().to_value(), value);
        }
        let numbers = [Value::from(1), Value::from(1.5), Value::Null, Value::Boolean(true)];
        for value in bad.iter().map(|t| Value::String((*t).to_owned())).chain(numbers) {
            assert!(!T::is_valid(&value), "{value}");
            assert!(T::parse(value.clone()).is_err(), "{value}");
        }
    }

    #[test]
    fn money_has_one_spelling() {
        check::<Money>(
            &["0.00", "0.01", "59748.04", "9999999999999.99"],
            &[
                "",
                "1",
                "1.5",
                "1.234",
                "-1.00",
                "+1.00",
                "1e3",
                "01.00",
                "１.００",
                "1,000.00",
                "10000000000000.00",
                "1_0.00",
            ],
        );
        assert_eq!(Money::from_fen(-150).to_value(), Value::from("-1.50"));
    }

    #[test]
    fn an_instant_needs_three_fraction_digits_and_an_offset() {
        check::<Timestamp>(
            &["2026-03-02T09:00:00.000+08:00", "2024-02-29T23:59:59.999+08:00"],
            &[
                "2026-03-02T09:00:00.000",
                "2026-03-02T09:00:00+08:00",
                "2026-03-02T09:00:00.0000+08:00",
                "2026-03-02 09:00:00.000+08:00",
                "2026-03-02t09:00:00.000z",
                "2026-03-02T01:00:00.000-00:00",
                "2026-02-29T09:00:00.000+08:00",
                "2026-03-02T24:00:00.000+08:00",
                "2026-03-02T09:00:60.000+08:00",
                "2026-03-02T09:00:00.000+8:00",
                "２026-03-02T09:00:00.000+08:00",
                "1772413200",
                "",
            ],
        );
        let utc = Timestamp::parse("2026-03-02T01:00:00.000Z").unwrap();
        assert_eq!(<Timestamp as ScalarType>::parse("2026-03-02T01:00:00.000Z".into()).ok().unwrap(), utc);
        assert_eq!(utc.to_value(), Value::from("2026-03-02T09:00:00.000+08:00"));
    }

    #[test]
    fn a_date_has_ten_characters() {
        check::<Date>(
            &["2026-03-02", "2024-02-29", "1949-10-01"],
            &["2026-3-2", "2026-02-29", "2026/03/02", "+2026-03-0", "20260302", "2026-13-01", "2026-03-02T", ""],
        );
    }

    #[test]
    fn a_rate_is_exact() {
        check::<Rate>(
            &["0", "1", "0.000175", "0.0345", "999999999.000000000001"],
            &["", ".5", "5.", "-0.1", "1e-3", "00.1", "1000000000", "0.0000000000001", "0,5", "1_0"],
        );
    }
}
