//! What a defaulter's deposit pays, in the order of 网拍规定 24, and what it leaves open. Nothing goes back to him.

use crate::auction::aftermath::ForfeitureStep;
use crate::kernel::money::{Money, MoneyError};
use crate::law::explanation::Explanation;
use crate::law::reference;

/// What the deposit is measured against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Costs of the failed auction and of the new one.
    pub costs: Money,
    /// The price that was not paid.
    pub original_price: Money,
    /// The price of the new sale; absent when the property stayed with the debtor, so that there is no gap.
    pub resale_price: Option<Money>,
    /// What is still owed in the case.
    pub case_debt: Money,
    /// What the debtor owes in other cases that are tied to the property.
    pub related_debt: Money,
}

/// How a forfeited deposit is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waterfall {
    /// Each step with what it gets; zero for a step that gets nothing.
    pub parts: Vec<(ForfeitureStep, Money)>,
    /// Stays held until a panel decides.
    pub rest: Money,
    /// Costs and gap that the deposit does not cover: what a top-up order may ask for.
    pub uncovered: Money,
    pub explanation: Explanation,
}
impl Waterfall {
    pub fn of(&self, step: ForfeitureStep) -> Money {
        self.parts.iter().find(|(of, _)| *of == step).map_or(Money::ZERO, |(_, amount)| *amount)
    }
}

/// What the new sale brought less.
pub fn gap(original: Money, resale: Option<Money>) -> Money {
    resale.map_or(Money::ZERO, |resale| original.saturating_minus(resale))
}

/// Runs `deposit` through the four steps.
///
/// # Errors
/// Sums out of range.
pub fn distribute(deposit: Money, claims: &Claims) -> Result<Waterfall, MoneyError> {
    let gap = gap(claims.original_price, claims.resale_price);
    let wanted = [
        (ForfeitureStep::AuctionCost, claims.costs),
        (ForfeitureStep::PriceGap, gap),
        (ForfeitureStep::CaseDebt, claims.case_debt),
        (ForfeitureStep::RelatedDebt, claims.related_debt),
    ];
    let mut why = Explanation::new("FORFEITURE_WATERFALL", deposit)
        .law(&reference::NETAUCTION_24)
        .input("deposit 保证金", deposit)
        .input("original price 原成交价", claims.original_price)
        .input("re-sale price 重新拍卖成交价", claims.resale_price.map_or("none".into(), |price| price.to_string()))
        .step("gap = original price − re-sale price, not below zero 差价", gap);
    let (mut left, mut parts) = (deposit, Vec::with_capacity(wanted.len()));
    for (step, claim) in wanted {
        let amount = left.min(claim);
        left = left.minus(amount)?;
        why.push_step(format!("{}: the lesser of {claim} and what is left 取较小者", step.as_str()), amount);
        parts.push((step, amount));
    }
    why.push_step("held until a panel decides; nothing returns to the purchaser 余额暂存", left);
    let uncovered = claims.costs.plus(gap)?.saturating_minus(deposit);
    why.push_step("costs and gap that the deposit does not cover 未覆盖差额", uncovered);
    Ok(Waterfall { parts, rest: left, uncovered, explanation: why })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn run(deposit: &str, costs: &str, original: &str, resale: &str, case: &str, related: &str) -> Waterfall {
        let claims = Claims {
            costs: money(costs),
            original_price: money(original),
            resale_price: Some(money(resale)),
            case_debt: money(case),
            related_debt: money(related),
        };
        distribute(money(deposit), &claims).unwrap()
    }

    #[test]
    fn netauction_24_decided_cases_come_out_to_the_fen() {
        // 江苏高院、重庆三中院、长乐、(2020)鲁执复194号
        for (deposit, costs, original, resale, uncovered) in [
            ("510000.00", "10000.00", "8000000.00", "7000000.00", "500000.00"),
            ("100000.00", "0.00", "1775584.80", "1451667.84", "223916.96"),
            ("100000.00", "0.00", "1552000.00", "1204000.00", "248000.00"),
            ("6000000.00", "0.00", "75300000.00", "68100000.00", "1200000.00"),
        ] {
            let used = run(deposit, costs, original, resale, "99999999.00", "1.00");
            assert_eq!(used.uncovered, money(uncovered));
            assert_eq!(used.of(ForfeitureStep::AuctionCost), money(costs));
            assert_eq!((used.of(ForfeitureStep::CaseDebt), used.rest), (Money::ZERO, Money::ZERO));
        }
    }

    #[test]
    fn netauction_24_a_better_new_sale_leaves_the_deposit_to_the_debts() {
        let used = run("82000.00", "1500.00", "900000.00", "950000.00", "60000.00", "100000.00");
        let parts: Vec<String> = used.parts.iter().map(|(_, amount)| amount.to_string()).collect();
        assert_eq!(parts, ["1500.00", "0.00", "60000.00", "20500.00"]);
        assert_eq!((used.rest, used.uncovered), (Money::ZERO, Money::ZERO));
    }

    #[test]
    fn netauction_24_what_no_step_takes_is_held() {
        let used = run("100000.00", "1000.00", "500000.00", "490000.00", "30000.00", "0.00");
        assert_eq!(used.rest, money("59000.00"));
        assert_eq!(used.explanation.steps.last().unwrap().value, "0.00");
    }

    #[test]
    fn netauction_24_each_step_at_its_edge() {
        for (deposit, expected) in [
            ("1000.00", ["1000.00", "0.00", "0.00", "0.00"]),
            ("1000.01", ["1000.00", "0.01", "0.00", "0.00"]),
            ("11000.00", ["1000.00", "10000.00", "0.00", "0.00"]),
            ("11000.01", ["1000.00", "10000.00", "0.01", "0.00"]),
            ("13000.01", ["1000.00", "10000.00", "2000.00", "0.01"]),
        ] {
            let used = run(deposit, "1000.00", "500000.00", "490000.00", "2000.00", "3000.00");
            let parts: Vec<String> = used.parts.iter().map(|(_, amount)| amount.to_string()).collect();
            assert_eq!(parts, expected, "{deposit}");
        }
    }

    proptest! {
        #[test]
        fn netauction_24_every_fen_is_used_or_held_once(
            deposit in 0i64..1_000_000, costs in 0i64..500_000, original in 0i64..5_000_000, resale in 0i64..5_000_000,
            case_debt in 0i64..500_000, related_debt in 0i64..500_000,
        ) {
            let fen = Money::from_fen;
            let claims = Claims { costs: fen(costs), original_price: fen(original), resale_price: Some(fen(resale)),
                case_debt: fen(case_debt), related_debt: fen(related_debt) };
            let used = distribute(fen(deposit), &claims).unwrap();
            let sum = Money::sum(used.parts.iter().map(|(_, amount)| *amount)).unwrap();
            prop_assert_eq!(sum.plus(used.rest).unwrap(), fen(deposit));
            let gap_and_costs = used.of(ForfeitureStep::AuctionCost).plus(used.of(ForfeitureStep::PriceGap)).unwrap();
            prop_assert_eq!(gap_and_costs.plus(used.uncovered).unwrap(), fen(costs + (original - resale).max(0)));
        }
    }
}
