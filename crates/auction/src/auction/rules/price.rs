//! Prices that the panel sets: starting price, deposit, increment (网拍规定 10, 17, 20, 26).
//!
//! Limits round against the court: a lower bound up to the fen, an upper bound down.

use crate::auction::AuctionRound;
use crate::kernel::money::{Money, MoneyError};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;

/// Lowest starting price of a round: 70 % of the appraisal in a first auction or a re-auction after default,
/// 80 % of the round before in a second auction (网拍规定 10, 26).
pub fn starting_price_floor(round: AuctionRound, base: Money) -> Result<Money, MoneyError> {
    match round {
        AuctionRound::First | AuctionRound::ReAuction => base.ratio_ceil(70, 100),
        AuctionRound::Second => base.ratio_ceil(80, 100),
        // the price of a sell-off is the reserve of the second auction (变卖规定, 法明传〔2017〕455号)
        AuctionRound::SellOff => Ok(base),
    }
}

/// `base` is the appraisal price of a first round and the starting price of the round before otherwise.
pub fn check_starting_price(round: AuctionRound, base: Money, start: Money) -> Result<(), Refusal> {
    let amount_invalid = || Refusal::new(RefusalCode::AmountInvalid).field("startingPrice");
    if !start.is_positive() || !base.is_positive() {
        return Err(amount_invalid());
    }
    let floor = starting_price_floor(round, base).map_err(|_| amount_invalid())?;
    if start >= floor {
        return Ok(());
    }
    let article = match round {
        AuctionRound::First | AuctionRound::ReAuction => &reference::NETAUCTION_10,
        AuctionRound::Second | AuctionRound::SellOff => &reference::NETAUCTION_26,
    };
    Err(Refusal::new(RefusalCode::StartingPriceTooLow)
        .law(article)
        .field("startingPrice")
        .arg("minimum", floor)
        .arg("base", base))
}

/// Smallest and largest deposit for a starting price: 5 % and 20 %, both included (网拍规定 17).
pub fn deposit_range(start: Money) -> Result<(Money, Money), MoneyError> {
    Ok((start.ratio_ceil(5, 100)?, start.ratio_floor(20, 100)?))
}

pub fn check_deposit(start: Money, deposit: Money) -> Result<(), Refusal> {
    let (minimum, maximum) =
        deposit_range(start).map_err(|_| Refusal::new(RefusalCode::AmountInvalid).field("startingPrice"))?;
    if (minimum..=maximum).contains(&deposit) && deposit.is_positive() {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::DepositOutOfRange)
        .law(&reference::NETAUCTION_17)
        .field("deposit")
        .arg("minimum", minimum)
        .arg("maximum", maximum))
}

/// The increment is set by the court; the law gives no number, so only nonsense is refused (网拍规定 20).
pub fn check_increment(start: Money, increment: Money) -> Result<(), Refusal> {
    if increment.is_positive() && increment <= start {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::IncrementInvalid)
        .law(&reference::NETAUCTION_20)
        .field("bidIncrement")
        .arg("maximum", start))
}

/// What a registered person has to pay in. An applicant for enforcement pays nothing when his claim covers the
/// deposit, else the difference; everybody else pays all of it (网拍规定 17).
pub fn required_deposit(deposit: Money, applicants_claim: Option<Money>) -> Money {
    deposit.saturating_minus(applicants_claim.unwrap_or(Money::ZERO))
}

/// What the winner still owes: hammer price less the deposit that is credited to it (网拍规定 23, 25).
pub fn balance_due(hammer: Money, paid: Money) -> Money {
    hammer.saturating_minus(paid)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn netauction_10_first_start_is_at_least_70_percent() {
        let appraisal = money("1234567.89");
        assert!(check_starting_price(AuctionRound::First, appraisal, money("864197.53")).is_ok());
        let refused = check_starting_price(AuctionRound::First, appraisal, money("864197.52")).unwrap_err();
        assert_eq!(refused.code, RefusalCode::StartingPriceTooLow);
        assert_eq!(refused.law, Some(&reference::NETAUCTION_10));
        assert!(refused.args.contains(&("minimum", "864197.53".into())));
        let courtyard = check_starting_price(AuctionRound::First, money("580000000.00"), money("410000000.00"));
        assert!(courtyard.is_ok());
    }

    #[test]
    fn netauction_26_second_start_is_cut_by_at_most_20_percent() {
        let first = money("864197.53");
        assert!(check_starting_price(AuctionRound::Second, first, money("691358.03")).is_ok());
        let refused = check_starting_price(AuctionRound::Second, first, money("691358.02")).unwrap_err();
        assert_eq!(refused.law, Some(&reference::NETAUCTION_26));
    }

    #[test]
    fn a_price_is_positive() {
        for start in [Money::ZERO, money("-1.00")] {
            let refused = check_starting_price(AuctionRound::First, money("1.00"), start).unwrap_err();
            assert_eq!(refused.code, RefusalCode::AmountInvalid);
        }
    }

    #[test]
    fn netauction_17_deposit_is_5_to_20_percent_both_included() {
        let start = money("864197.53");
        for (deposit, allowed) in
            [("43209.87", false), ("43209.88", true), ("172839.50", true), ("172839.51", false), ("0.00", false)]
        {
            assert_eq!(check_deposit(start, money(deposit)).is_ok(), allowed, "{deposit}");
        }
        assert!(check_deposit(money("410000000.00"), money("50000000.00")).is_ok());
    }

    #[test]
    fn netauction_20_increment_is_above_zero_and_not_above_the_start() {
        let start = money("100000.00");
        for (increment, allowed) in [("0.00", false), ("0.01", true), ("100000.00", true), ("100000.01", false)] {
            assert_eq!(check_increment(start, money(increment)).is_ok(), allowed, "{increment}");
        }
    }

    #[test]
    fn netauction_17_an_applicant_pays_the_difference() {
        let deposit = money("100000.00");
        for (claim, due) in [
            (Some("100000.00"), "0.00"),
            (Some("100000.01"), "0.00"),
            (Some("99999.99"), "0.01"),
            (Some("30000.00"), "70000.00"),
            (None, "100000.00"),
        ] {
            assert_eq!(required_deposit(deposit, claim.map(money)), money(due), "{claim:?}");
        }
    }
}
