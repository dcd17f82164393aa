//! What the public may learn of money that nobody has claimed: enough to recognise one's own, too little to claim another's.

use crate::{funds::AmountBand, kernel::money::Money};

/// The band of an amount; limits belong to the lower band.
pub fn band_of(amount: Money) -> AmountBand {
    let bands = [
        (1_000, AmountBand::UpTo1000),
        (10_000, AmountBand::UpTo10000),
        (50_000, AmountBand::UpTo50000),
        (200_000, AmountBand::UpTo200000),
    ];
    let found = bands.into_iter().find(|(limit, _)| amount <= Money::from_yuan(*limit));
    found.map_or(AmountBand::Above200000, |(_, band)| band)
}

/// The first character of a name; all others are hidden, and with them its length.
pub fn masked(name: &str) -> String {
    name.trim().chars().next().map_or_else(|| "***".to_owned(), |first| format!("{first}***"))
}

/// How long money has waited, counted in days since it arrived (账龄).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    pub from_days: i64,
    /// None: and older.
    pub until_days: Option<i64>,
}
/// The steps of the ageing list.
pub const AGES: [Age; 5] = [
    Age { from_days: 0, until_days: Some(3) },
    Age { from_days: 4, until_days: Some(30) },
    Age { from_days: 31, until_days: Some(90) },
    Age { from_days: 91, until_days: Some(365) },
    Age { from_days: 366, until_days: None },
];
impl Age {
    pub fn holds(self, days: i64) -> bool {
        days >= self.from_days && self.until_days.is_none_or(|until| days <= until)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_band_includes_its_upper_limit() {
        for (amount, band) in [
            ("0.01", AmountBand::UpTo1000),
            ("1000.00", AmountBand::UpTo1000),
            ("1000.01", AmountBand::UpTo10000),
            ("10000.01", AmountBand::UpTo50000),
            ("50000.01", AmountBand::UpTo200000),
            ("200000.00", AmountBand::UpTo200000),
            ("200000.01", AmountBand::Above200000),
        ] {
            assert_eq!(band_of(amount.parse().unwrap()), band, "{amount}");
        }
    }

    #[test]
    fn a_masked_name_tells_neither_the_rest_nor_the_length() {
        assert_eq!((masked("吴某"), masked("吴某某公司"), masked(" ")), ("吴***".into(), "吴***".into(), "***".into()));
    }

    #[test]
    fn every_age_has_one_step() {
        for days in 0..800 {
            assert_eq!(AGES.iter().filter(|age| age.holds(days)).count(), 1, "{days}");
        }
    }
}
