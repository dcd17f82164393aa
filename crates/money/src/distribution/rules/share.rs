//! Sharing a sum in proportion, to the fen, where no one may get more than his cap.

use crate::kernel::money::{Money, MoneyError};

/// One who shares: `weight` gives the proportion, `cap` the most he may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharer {
    pub weight: Money,
    pub cap: Money,
}

/// Splits `sum` by weight with the largest remainder (最大余数法; law.md R5.09), ties to the earlier line. A line that
/// would get more than its cap gets its cap, and the rest is split anew over the others until nobody is above.
/// The parts add up to `sum`, or to the sum of the caps where that is less.
///
/// More money never costs a line more than one fen: the largest remainder may hand a fen to another line when the
/// sum changes (the Alabama paradox), which is the price of parts that add up exactly.
///
/// # Errors
/// Negative amounts, or sums beyond the range that can be booked.
pub fn share(sum: Money, sharers: &[Sharer]) -> Result<Vec<Money>, MoneyError> {
    if sum.is_negative() || sharers.iter().any(|s| s.weight.is_negative() || s.cap.is_negative()) {
        return Err(MoneyError::Sign);
    }
    let mut parts = vec![Money::ZERO; sharers.len()];
    let mut active: Vec<usize> = open_lines(sharers);
    let mut left = sum;
    while !active.is_empty() && left.is_positive() {
        let weights: Vec<Money> = active.iter().filter_map(|&i| sharers.get(i)).map(|s| s.weight).collect();
        let tried = left.split_by_weights(&weights)?;
        let mut full = Vec::new();
        for (&index, &part) in active.iter().zip(&tried) {
            let cap = sharers.get(index).map_or(Money::ZERO, |s| s.cap);
            if part >= cap {
                full.push((index, cap));
            }
        }
        if full.is_empty() {
            assign(&mut parts, active.iter().copied().zip(tried));
            break;
        }
        left = full.iter().try_fold(left, |rest, (_, cap)| rest.minus(*cap))?;
        active.retain(|index| full.iter().all(|(done, _)| done != index));
        assign(&mut parts, full);
    }
    Ok(parts)
}

fn open_lines(sharers: &[Sharer]) -> Vec<usize> {
    let open = |s: &Sharer| s.weight.is_positive() && s.cap.is_positive();
    sharers.iter().enumerate().filter(|(_, s)| open(s)).map(|(index, _)| index).collect()
}

fn assign(parts: &mut [Money], values: impl IntoIterator<Item = (usize, Money)>) {
    for (index, value) in values {
        if let Some(part) = parts.get_mut(index) {
            *part = value;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn plain(amounts: &[&str]) -> Vec<Sharer> {
        amounts.iter().map(|a| Sharer { weight: money(a), cap: money(a) }).collect()
    }
    fn texts(parts: &[Money]) -> Vec<String> {
        parts.iter().map(Money::to_string).collect()
    }

    #[test]
    fn e4_pro_rata_vectors_of_minsushi_508() {
        let claims = plain(&["123456.78", "234567.89", "98765.43"]);
        assert_eq!(texts(&share(money("200000.00"), &claims).unwrap()), ["54054.05", "102702.70", "43243.25"]);
        let equal = plain(&["500.00", "500.00", "500.00"]);
        assert_eq!(texts(&share(money("100.00"), &equal).unwrap()), ["33.34", "33.33", "33.33"]);
        assert_eq!(texts(&share(money("0.05"), &equal).unwrap()), ["0.02", "0.02", "0.01"]);
    }

    #[test]
    fn a_capped_line_leaves_its_rest_to_the_others() {
        let mut claims = plain(&["100.00", "100.00", "100.00"]);
        claims[0].cap = money("10.00");
        assert_eq!(texts(&share(money("90.00"), &claims).unwrap()), ["10.00", "40.00", "40.00"]);
        // a second round caps the second line too
        claims[1].cap = money("35.00");
        assert_eq!(texts(&share(money("90.00"), &claims).unwrap()), ["10.00", "35.00", "45.00"]);
    }

    #[test]
    fn enough_for_all_pays_all_and_no_more() {
        let claims = plain(&["100.00", "0.00", "0.01"]);
        assert_eq!(texts(&share(money("500.00"), &claims).unwrap()), ["100.00", "0.00", "0.01"]);
        assert_eq!(texts(&share(money("100.01"), &claims).unwrap()), ["100.00", "0.00", "0.01"]);
        assert!(share(money("1.00"), &[]).unwrap().is_empty());
        assert_eq!(share(money("-1.00"), &claims), Err(MoneyError::Sign));
    }

    fn sharers() -> impl Strategy<Value = Vec<Sharer>> {
        let one = (0i64..10_000_000, 0i64..10_000_000)
            .prop_map(|(weight, cap)| Sharer { weight: Money::from_fen(weight), cap: Money::from_fen(cap) });
        prop::collection::vec(one, 1..12)
    }

    proptest! {
        #[test]
        fn parts_add_up_and_stay_below_their_caps(sum in 0i64..60_000_000, lines in sharers()) {
            let parts = share(Money::from_fen(sum), &lines).unwrap();
            let room: i64 = lines.iter().filter(|s| s.weight.is_positive()).map(|s| s.cap.fen()).sum();
            prop_assert_eq!(parts.iter().map(|p| p.fen()).sum::<i64>(), sum.min(room));
            prop_assert!(parts.iter().zip(&lines).all(|(part, line)| *part <= line.cap && !part.is_negative()));
        }

        #[test]
        fn more_money_costs_nobody_more_than_a_fen(sum in 0i64..60_000_000, more in 0i64..1_000, lines in sharers()) {
            let before = share(Money::from_fen(sum), &lines).unwrap();
            let after = share(Money::from_fen(sum + more), &lines).unwrap();
            prop_assert!(before.iter().zip(&after).all(|(a, b)| b.fen() >= a.fen() - 1));
        }
    }
}
