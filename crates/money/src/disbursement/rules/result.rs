//! What the public reads of a unified payout: sums without small cells, and days from arrival to payment.
//!
//! A cell of fewer than five payments could name a person, so neither its count nor its amount is shown; when only one
//! cell of a table is hidden the next smallest hides with it, or the total would give it away (个人信息保护法 第28条).

use crate::cases::LivelihoodKind;
use crate::kernel::money::{Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fewer payments than this are not shown.
pub const SMALLEST_CELL: u64 = 5;

/// A cell of a public table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell<K> {
    pub key: K,
    /// None when it is too small to be shown.
    pub shown: Option<Sum>,
}

/// How many payments, and how much together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub count: u64,
    pub total: Money,
}
impl Sum {
    pub fn add(&mut self, other: Sum) -> Result<(), MoneyError> {
        *self = Sum { count: self.count.saturating_add(other.count), total: self.total.plus(other.total)? };
        Ok(())
    }
    /// What stays without a part of it.
    ///
    /// # Errors
    /// When the sums leave the range of money.
    pub fn less(self, part: Sum) -> Result<Sum, MoneyError> {
        Ok(Sum { count: self.count.saturating_sub(part.count), total: self.total.minus(part.total)? })
    }
}

/// The result of one unified payout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicResult {
    /// None when even the whole is too small.
    pub paid: Option<Sum>,
    /// By name of the court.
    pub courts: Vec<Cell<String>>,
    /// None stands for everything that is no matter of livelihood.
    pub kinds: Vec<Cell<Option<LivelihoodKind>>>,
}

impl PublicResult {
    /// From what was paid, by court and kind.
    ///
    /// # Errors
    /// When the sums leave the range of money.
    pub fn of(paid: &[(String, Option<LivelihoodKind>, Sum)]) -> Result<PublicResult, MoneyError> {
        let (mut courts, mut kinds, mut all) = (BTreeMap::new(), BTreeMap::new(), Sum::default());
        for (court, kind, sum) in paid {
            courts.entry(court.clone()).or_insert_with(Sum::default).add(*sum)?;
            kinds.entry(*kind).or_insert_with(Sum::default).add(*sum)?;
            all.add(*sum)?;
        }
        let whole = (all.count >= SMALLEST_CELL).then_some(all);
        Ok(PublicResult { paid: whole, courts: suppress(courts), kinds: suppress(kinds) })
    }
}

/// Hides cells below [`SMALLEST_CELL`]; never exactly one of several.
fn suppress<K: Ord>(sums: BTreeMap<K, Sum>) -> Vec<Cell<K>> {
    let mut cells: Vec<Cell<K>> =
        sums.into_iter().map(|(key, sum)| Cell { key, shown: (sum.count >= SMALLEST_CELL).then_some(sum) }).collect();
    if cells.iter().filter(|cell| cell.shown.is_none()).count() == 1 {
        let count = |cell: &&mut Cell<K>| cell.shown.map_or(u64::MAX, |sum| sum.count);
        if let Some(next) = cells.iter_mut().filter(|cell| cell.shown.is_some()).min_by_key(count) {
            next.shown = None;
        }
    }
    cells
}

/// Days from arrival to payment: how many payments took how many days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days(BTreeMap<i64, u64>);
impl Days {
    pub fn add(&mut self, days: i64, payments: u64) {
        let count = self.0.entry(days).or_default();
        *count = count.saturating_add(payments);
    }
    pub fn count(&self) -> u64 {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
    /// The days within which `percent` of the payments were made (nearest rank); none below [`SMALLEST_CELL`] payments.
    pub fn percentile(&self, percent: u64) -> Option<i64> {
        let count = self.count();
        if count < SMALLEST_CELL {
            return None;
        }
        let rank = count.saturating_mul(percent).div_ceil(100).max(1);
        let mut seen = 0_u64;
        let mut reached = |payments: u64| {
            seen = seen.saturating_add(payments);
            seen >= rank
        };
        self.0.iter().find(|(_, payments)| reached(**payments)).map(|(days, _)| *days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(count: u64) -> Sum {
        Sum { count, total: Money::from_yuan(i64::try_from(count).unwrap_or(0)) }
    }
    fn shown(counts: &[u64]) -> Vec<Option<u64>> {
        let sums = counts.iter().enumerate().map(|(key, count)| (key, sum(*count))).collect();
        suppress(sums).into_iter().map(|cell: Cell<usize>| cell.shown.map(|sum| sum.count)).collect()
    }

    #[test]
    fn privacy_28_no_small_cell_is_shown_nor_given_away_by_the_total() {
        assert_eq!(shown(&[5, 6]), [Some(5), Some(6)]);
        assert_eq!(shown(&[4, 100, 7]), [None, Some(100), None], "one hidden cell would follow from the total");
        assert_eq!(shown(&[4, 1, 9]), [None, None, Some(9)]);
        assert_eq!(shown(&[4]), [None]);
        let four = PublicResult::of(&[("a".to_owned(), None, sum(4))]);
        assert_eq!(four.map(|result| result.paid), Ok(None));
    }

    #[test]
    fn what_came_back_is_not_paid() {
        assert_eq!(sum(7).less(sum(2)), Ok(sum(5)));
        assert_eq!(sum(7).less(sum(7)), Ok(Sum::default()));
    }

    #[test]
    fn percentiles_by_nearest_rank() {
        let mut days = Days::default();
        for day in 1..=20 {
            days.add(day, 1);
        }
        assert_eq!((days.percentile(50), days.percentile(95), days.percentile(100)), (Some(10), Some(19), Some(20)));
        let mut few = Days::default();
        few.add(3, 4);
        assert_eq!(few.percentile(50), None);
        few.add(8, 1);
        assert_eq!((few.percentile(50), few.percentile(95)), (Some(3), Some(8)));
    }
}
