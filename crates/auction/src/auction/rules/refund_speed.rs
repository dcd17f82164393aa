//! How fast deposits went back, as hours from the end of bidding to the bank's confirmation (网拍规定 23: within 24).

use std::collections::BTreeMap;

/// Below so many refunds nothing is told: a few would point at their bidders.
pub const FEWEST: u64 = 5;

/// Refunds by the hour, begun hours counted whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours(BTreeMap<i64, u64>);

impl Hours {
    pub fn add(&mut self, hours: i64, refunds: u64) {
        let count = self.0.entry(hours).or_default();
        *count = count.saturating_add(refunds);
    }
    /// All of them; none below [`FEWEST`].
    pub fn count(&self) -> Option<u64> {
        let count = self.0.values().fold(0_u64, |sum, refunds| sum.saturating_add(*refunds));
        (count >= FEWEST).then_some(count)
    }
    /// The hours within which `percent` of them were back (nearest rank); none below [`FEWEST`].
    pub fn percentile(&self, percent: u64) -> Option<i64> {
        let rank = self.count()?.saturating_mul(percent).div_ceil(100).max(1);
        let mut seen = 0_u64;
        let mut reached = |refunds: u64| {
            seen = seen.saturating_add(refunds);
            seen >= rank
        };
        self.0.iter().find(|(_, refunds)| reached(**refunds)).map(|(hours, _)| *hours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn netauction_23_percentiles_by_nearest_rank_and_none_of_a_few() {
        let mut hours = Hours::default();
        hours.add(2, 4);
        assert_eq!((hours.count(), hours.percentile(50)), (None, None));
        hours.add(30, 1);
        assert_eq!((hours.count(), hours.percentile(50), hours.percentile(95)), (Some(5), Some(2), Some(30)));
        hours.add(1, 95);
        assert_eq!((hours.percentile(50), hours.percentile(95), hours.percentile(100)), (Some(1), Some(1), Some(30)));
    }
}
