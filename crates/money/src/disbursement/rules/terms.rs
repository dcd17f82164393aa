//! What a saved rule of unified payouts says, and what it comes to in one court (民法典 第1259条: a limit includes itself).

use super::super::{Combination, PayoutSelection};
use crate::cases::{ClaimRank, LivelihoodKind, rules::claim::SmallMatters};
use crate::kernel::{
    ids::CourtId,
    money::Money,
    refusal::{Refusal, RefusalCode},
};
use crate::law::reference;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Longest age that a rule may ask for.
const MOST_DAYS: i32 = 3650;
/// Courts that one rule may name.
pub const MOST_COURTS: usize = 500;

/// A rule as it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleTerms {
    /// Empty: the kind does not matter.
    pub kinds: Vec<LivelihoodKind>,
    /// The court's own `small_limit` is the limit.
    pub small_only: bool,
    /// A limit of the rule itself; of two limits the lower one counts.
    pub maximum: Option<Money>,
    pub combination: Combination,
    pub minimum_days: i32,
    /// Empty: every rank.
    pub ranks: Vec<ClaimRank>,
    /// Empty: the court of the rule and every court below it.
    pub courts: Vec<CourtId>,
}

impl RuleTerms {
    /// # Errors
    /// `AMOUNT_INVALID` for a maximum that is not above zero, `DATE_INVALID` for an age outside of 0 to 3650 days,
    /// `LIST_INVALID` for a list that names a thing twice or too many courts.
    pub fn check(&self) -> Result<(), Refusal> {
        let refuse = |code, field| Err(Refusal::new(code).field(field).law(&reference::FUNDS_10));
        if self.maximum.is_some_and(|maximum| !maximum.is_positive()) {
            return refuse(RefusalCode::AmountInvalid, "maximum");
        }
        if !(0..=MOST_DAYS).contains(&self.minimum_days) {
            return refuse(RefusalCode::DateInvalid, "minimumDays");
        }
        fn twice<T: Ord>(list: &[T]) -> bool {
            list.iter().collect::<BTreeSet<_>>().len() != list.len()
        }
        if twice(&self.kinds) {
            return refuse(RefusalCode::ListInvalid, "livelihoodKinds");
        }
        if twice(&self.ranks) {
            return refuse(RefusalCode::ListInvalid, "ranks");
        }
        if twice(&self.courts) || self.courts.len() > MOST_COURTS {
            return refuse(RefusalCode::ListInvalid, "courts");
        }
        Ok(())
    }
    /// What it comes to in a court with this notion of small matters.
    pub fn in_court(&self, small: SmallMatters) -> Criteria {
        let limits = [self.maximum, self.small_only.then_some(small.limit)];
        Criteria {
            kinds: self.kinds.clone(),
            limit: limits.into_iter().flatten().min(),
            combination: self.combination,
            minimum_days: self.minimum_days,
            ranks: self.ranks.clone(),
        }
    }
}

/// What one court looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criteria {
    /// Empty: the kind does not matter.
    pub kinds: Vec<LivelihoodKind>,
    /// Up to and including this amount; none: the amount does not matter.
    pub limit: Option<Money>,
    pub combination: Combination,
    pub minimum_days: i32,
    pub ranks: Vec<ClaimRank>,
}
impl Default for Criteria {
    /// Everything that may be paid.
    fn default() -> Criteria {
        Criteria { kinds: Vec::new(), limit: None, combination: Combination::All, minimum_days: 0, ranks: Vec::new() }
    }
}
impl Criteria {
    /// Small matters of livelihood (小额涉民生).
    pub fn small_livelihood(limit: Money) -> Criteria {
        Criteria { kinds: LivelihoodKind::ALL.to_vec(), limit: Some(limit), ..Criteria::default() }
    }
    /// What a selection without a saved rule means.
    pub fn of(selection: PayoutSelection, small: SmallMatters) -> Criteria {
        match selection {
            PayoutSelection::SmallLivelihood => Criteria::small_livelihood(small.limit),
            PayoutSelection::AllPayable | PayoutSelection::Rule => Criteria::default(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn terms() -> RuleTerms {
        RuleTerms {
            kinds: vec![LivelihoodKind::Wages],
            small_only: true,
            maximum: None,
            combination: Combination::All,
            minimum_days: 0,
            ranks: Vec::new(),
            courts: Vec::new(),
        }
    }

    #[test]
    fn of_two_limits_the_lower_counts_and_the_court_has_its_own() {
        let small = SmallMatters { payee_for_wages: true, limit: Money::from_yuan(50_000) };
        let limit = |terms: RuleTerms| terms.in_court(small).limit;
        assert_eq!(limit(terms()), Some(Money::from_yuan(50_000)));
        assert_eq!(
            limit(RuleTerms { maximum: Some(Money::from_yuan(20_000)), ..terms() }),
            Some(Money::from_yuan(20_000))
        );
        assert_eq!(
            limit(RuleTerms { maximum: Some(Money::from_yuan(80_000)), ..terms() }),
            Some(Money::from_yuan(50_000))
        );
        assert_eq!(limit(RuleTerms { small_only: false, ..terms() }), None);
    }

    #[test]
    fn a_rule_is_checked_at_both_edges() {
        assert!(terms().check().is_ok());
        let code = |terms: RuleTerms| terms.check().map_err(|r| r.code);
        for (days, good) in [(-1, false), (0, true), (3650, true), (3651, false)] {
            assert_eq!(code(RuleTerms { minimum_days: days, ..terms() }).is_ok(), good, "{days}");
        }
        for (maximum, good) in [("0.00", false), ("0.01", true), ("-1.00", false)] {
            let maximum = Some(maximum.parse().unwrap());
            assert_eq!(code(RuleTerms { maximum, ..terms() }).is_ok(), good);
        }
        let twice = RuleTerms { kinds: vec![LivelihoodKind::Wages; 2], ..terms() };
        assert_eq!(code(twice), Err(RefusalCode::ListInvalid));
    }

    #[test]
    fn a_saved_rule_reads_back() {
        let text = serde_json::to_string(&terms()).unwrap();
        assert_eq!(serde_json::from_str::<RuleTerms>(&text).unwrap(), terms());
    }
}
