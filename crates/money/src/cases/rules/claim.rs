//! What a creditor is still owed, and which claims count as small matters of livelihood.

use crate::{
    cases::LivelihoodKind,
    kernel::{
        money::{Money, MoneyError},
        refusal::{Refusal, RefusalCode},
    },
    law::{
        parameter::{self, ParameterSet},
        reference,
    },
};

/// The parts of a claim as the title states them, and what has been satisfied. Delay interest runs beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimAmounts {
    /// 本金
    pub principal: Money,
    /// Interest that the title itself grants, up to filing (一般债务利息).
    pub ordinary_interest: Money,
    /// Costs that the title lays on the debtor, e.g. the acceptance fee (诉讼费用等).
    pub costs: Money,
    /// Paid, set off, taken in kind or waived so far (已履行).
    pub satisfied: Money,
}
impl ClaimAmounts {
    /// A claim as it is filed: no part below zero, their sum above.
    pub fn try_new(principal: Money, ordinary_interest: Money, costs: Money) -> Result<ClaimAmounts, Refusal> {
        for (field, part) in [("principal", principal), ("ordinaryInterest", ordinary_interest), ("costs", costs)] {
            if part.is_negative() {
                return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field(field));
            }
        }
        let amounts = ClaimAmounts { principal, ordinary_interest, costs, satisfied: Money::ZERO };
        if !amounts.total()?.is_positive() {
            return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field("principal"));
        }
        Ok(amounts)
    }
    pub fn total(&self) -> Result<Money, MoneyError> {
        Money::sum([self.principal, self.ordinary_interest, self.costs])
    }
    /// Principal + ordinary interest + costs − satisfied (未履行额).
    pub fn outstanding(&self) -> Result<Money, MoneyError> {
        self.total()?.minus(self.satisfied)
    }
    /// The same claim after `amount` more was satisfied; never beyond what is owed.
    pub fn satisfy(&self, amount: Money) -> Result<ClaimAmounts, Refusal> {
        if !amount.is_positive() {
            return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field("amount"));
        }
        let outstanding = self.outstanding()?;
        if amount > outstanding {
            return Err(Refusal::new(RefusalCode::SatisfactionExceedsClaim)
                .law(&reference::ENFORCEMENT_34)
                .field("amount")
                .arg("outstanding", outstanding));
        }
        Ok(ClaimAmounts { satisfied: self.satisfied.plus(amount)?, ..*self })
    }
    /// The same claim when `amount` of what satisfied it has come back; never more than was satisfied.
    pub fn owe_again(&self, amount: Money) -> Result<ClaimAmounts, Refusal> {
        if !amount.is_positive() || amount > self.satisfied {
            let refusal = Refusal::new(RefusalCode::AmountInvalid).law(&reference::FUNDS_16).field("amount");
            return Err(refusal.arg("maximum", self.satisfied));
        }
        Ok(ClaimAmounts { satisfied: self.satisfied.minus(amount)?, ..*self })
    }
    /// The claim as a resumed case carries it: what is left of each part. What was satisfied went to costs first, then to
    /// interest, then to principal (民法典 561).
    pub fn carried(&self) -> Result<ClaimAmounts, MoneyError> {
        let mut left = self.satisfied;
        let mut take = |part: Money| -> Result<Money, MoneyError> {
            let used = part.min(left);
            left = left.minus(used)?;
            part.minus(used)
        };
        let costs = take(self.costs)?;
        let ordinary_interest = take(self.ordinary_interest)?;
        let principal = take(self.principal)?;
        Ok(ClaimAmounts { principal, ordinary_interest, costs, satisfied: Money::ZERO })
    }
}

/// How a court tells small matters of livelihood (小额民生): `small_base` and `small_limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmallMatters {
    /// Wages are compared payee by payee, since a series of cases is filed worker by worker or together.
    pub payee_for_wages: bool,
    /// Up to and including this amount.
    pub limit: Money,
}
impl From<&ParameterSet> for SmallMatters {
    fn from(set: &ParameterSet) -> SmallMatters {
        SmallMatters {
            payee_for_wages: set.is(&parameter::SMALL_BASE, "PAYEE_FOR_WAGES"),
            limit: set.money(&parameter::SMALL_LIMIT),
        }
    }
}
impl SmallMatters {
    /// What the limit is compared with: the claim of the one worker, or the target of the case at filing.
    pub fn base(&self, kind: LivelihoodKind, case_target: Money, claim_of_payee: Money) -> Money {
        match kind {
            LivelihoodKind::Wages if self.payee_for_wages => claim_of_payee,
            _ => case_target,
        }
    }
    /// Of a listed kind and not above the limit.
    pub fn contains(&self, kind: Option<LivelihoodKind>, case_target: Money, claim_of_payee: Money) -> bool {
        kind.is_some_and(|kind| self.base(kind, case_target, claim_of_payee) <= self.limit)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn what_comes_back_from_a_notary_is_owed_again() {
        let claim = ClaimAmounts::try_new(money("100.00"), Money::ZERO, Money::ZERO).unwrap();
        let paid = claim.satisfy(money("60.00")).unwrap();
        assert_eq!(paid.owe_again(money("60.00")).unwrap(), claim);
        for bad in ["60.01", "0.00"] {
            assert_eq!(paid.owe_again(money(bad)).unwrap_err().code, RefusalCode::AmountInvalid, "{bad}");
        }
    }

    #[test]
    fn outstanding_is_the_title_less_what_was_satisfied() {
        let claim = ClaimAmounts::try_new(money("203500.00"), Money::ZERO, Money::ZERO).unwrap();
        let paid = claim.satisfy(money("59748.04")).unwrap();
        assert_eq!(paid.outstanding().unwrap(), money("143751.96"));
        assert!(paid.satisfy(money("143751.96")).unwrap().outstanding().unwrap().is_zero());
    }

    #[test]
    fn nothing_is_satisfied_beyond_the_claim() {
        let claim = ClaimAmounts::try_new(money("100.00"), money("20.00"), money("3.00")).unwrap();
        assert_eq!(claim.satisfy(money("123.00")).unwrap().outstanding().unwrap(), Money::ZERO);
        assert_eq!(claim.satisfy(money("123.01")).unwrap_err().code, RefusalCode::SatisfactionExceedsClaim);
        assert_eq!(claim.satisfy(Money::ZERO).unwrap_err().code, RefusalCode::AmountInvalid);
    }

    #[test]
    fn a_claim_has_no_negative_part_and_is_not_empty() {
        let refused =
            |p: &str, i: &str, c: &str| ClaimAmounts::try_new(money(p), money(i), money(c)).unwrap_err().field;
        assert_eq!(refused("-0.01", "1.00", "1.00"), Some("principal"));
        assert_eq!(refused("1.00", "-0.01", "1.00"), Some("ordinaryInterest"));
        assert_eq!(refused("1.00", "0.00", "-0.01"), Some("costs"));
        assert_eq!(refused("0.00", "0.00", "0.00"), Some("principal"));
        assert!(ClaimAmounts::try_new(Money::ZERO, Money::ZERO, money("0.01")).is_ok());
    }

    #[test]
    fn civil_code_561_carries_what_is_left_of_costs_interest_principal() {
        let claim = ClaimAmounts {
            principal: money("1000.00"),
            ordinary_interest: money("100.00"),
            costs: money("10.00"),
            satisfied: Money::ZERO,
        };
        for (satisfied, costs, interest, principal) in [
            ("0.00", "10.00", "100.00", "1000.00"),
            ("4.00", "6.00", "100.00", "1000.00"),
            ("10.00", "0.00", "100.00", "1000.00"),
            ("109.99", "0.00", "0.01", "1000.00"),
            ("510.00", "0.00", "0.00", "600.00"),
            ("1110.00", "0.00", "0.00", "0.00"),
        ] {
            let carried = ClaimAmounts { satisfied: money(satisfied), ..claim }.carried().unwrap();
            assert_eq!(
                (carried.costs, carried.ordinary_interest, carried.principal),
                (money(costs), money(interest), money(principal)),
                "{satisfied}"
            );
            assert_eq!(carried.outstanding().unwrap(), money("1110.00").minus(money(satisfied)).unwrap());
        }
    }

    #[test]
    fn civil_code_1259_fifty_thousand_is_small_and_a_fen_more_is_not() {
        let rule = SmallMatters::from(&ParameterSet::default());
        let small = |kind, target: &str, claim: &str| rule.contains(kind, money(target), money(claim));
        assert!(small(Some(LivelihoodKind::WorkInjury), "50000.00", "90000.00"));
        assert!(!small(Some(LivelihoodKind::WorkInjury), "50000.01", "1.00"));
        assert!(small(Some(LivelihoodKind::Wages), "600000.00", "50000.00"));
        assert!(!small(Some(LivelihoodKind::Wages), "1.00", "50000.01"));
        assert!(!small(None, "1.00", "1.00"));
    }

    #[test]
    fn a_court_may_compare_wages_by_the_target_and_set_its_limit() {
        let mut set = ParameterSet::default();
        set.set("small_base", "CASE_TARGET").unwrap();
        set.set("small_limit", "20000.00").unwrap();
        let rule = SmallMatters::from(&set);
        let wages = Some(LivelihoodKind::Wages);
        assert!(rule.contains(wages, money("20000.00"), money("90000.00")));
        assert!(!rule.contains(wages, money("20000.01"), money("1.00")));
    }
}
