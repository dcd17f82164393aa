//! Splitting unidentified money over cases, and using a receipt up.

use crate::{
    funds::ReceiptStatus,
    kernel::{
        ids::CaseId,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// One payment of an employer may cover a whole series of cases; more are claimed in several steps.
pub const MOST_ALLOCATIONS: usize = 200;

/// A part of an unidentified receipt for one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    pub case: CaseId,
    pub amount: Money,
}

/// Whether unidentified money may be given to these cases; answers what stays unidentified. A receipt may be claimed in
/// part; each case is named once.
pub fn decide_claim(status: ReceiptStatus, remaining: Money, allocations: &[Allocation]) -> Result<Money, Refusal> {
    if status != ReceiptStatus::Unidentified {
        return Err(Refusal::new(RefusalCode::ReceiptNotUnidentified).field("receipt"));
    }
    let distinct: std::collections::BTreeSet<CaseId> = allocations.iter().map(|a| a.case).collect();
    if allocations.is_empty() || allocations.len() > MOST_ALLOCATIONS || distinct.len() != allocations.len() {
        return Err(Refusal::new(RefusalCode::ListInvalid).field("allocations").arg("maximum", MOST_ALLOCATIONS));
    }
    if allocations.iter().any(|a| !a.amount.is_positive()) {
        return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field("allocations"));
    }
    let total = Money::sum(allocations.iter().map(|a| a.amount))?;
    if total > remaining {
        return Err(exceeded(remaining).field("allocations"));
    }
    Ok(remaining.minus(total)?)
}

/// What is left of a receipt after `amount` of it has been used, and where it stands then.
pub fn decide_use(status: ReceiptStatus, remaining: Money, amount: Money) -> Result<(Money, ReceiptStatus), Refusal> {
    if status != ReceiptStatus::OnCase && status != ReceiptStatus::Used {
        return Err(Refusal::new(RefusalCode::WrongState).field("receipt").arg("status", status.as_str()));
    }
    if !amount.is_positive() {
        return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field("amount"));
    }
    if amount > remaining {
        return Err(exceeded(remaining));
    }
    let left = remaining.minus(amount)?;
    Ok((left, if left.is_zero() { ReceiptStatus::Used } else { ReceiptStatus::OnCase }))
}

/// What is left of a receipt after a use of it was undone; never more than arrived.
pub fn decide_give_back(amount_arrived: Money, remaining: Money, amount: Money) -> Result<Money, Refusal> {
    let left = remaining.plus(amount)?;
    if !amount.is_positive() || left > amount_arrived {
        return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field("amount"));
    }
    Ok(left)
}

fn exceeded(remaining: Money) -> Refusal {
    Refusal::new(RefusalCode::ReceiptExceeded).law(&reference::FUNDS_4).arg("remaining", remaining)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn cases(count: usize) -> Vec<CaseId> {
        (0..count).map(|_| CaseId::new(Timestamp::from_micros(1_772_000_000_000_000))).collect()
    }
    fn split(amounts: &[&str]) -> Vec<Allocation> {
        cases(amounts.len()).into_iter().zip(amounts).map(|(case, a)| Allocation { case, amount: money(a) }).collect()
    }
    fn claim(remaining: &str, allocations: &[Allocation]) -> Result<Money, RefusalCode> {
        decide_claim(ReceiptStatus::Unidentified, money(remaining), allocations).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_claim_takes_at_most_what_is_there() {
        assert_eq!(claim("59748.04", &split(&["59748.04"])), Ok(Money::ZERO));
        assert_eq!(claim("59748.04", &split(&["59748.03"])), Ok(money("0.01")));
        assert_eq!(claim("59748.04", &split(&["59748.05"])), Err(RefusalCode::ReceiptExceeded));
        assert_eq!(claim("3.00", &split(&["1.00", "2.00"])), Ok(Money::ZERO));
        assert_eq!(claim("3.00", &split(&["1.00", "2.01"])), Err(RefusalCode::ReceiptExceeded));
        assert_eq!(claim("3.00", &split(&["1.00", "0.00"])), Err(RefusalCode::AmountInvalid));
    }

    #[test]
    fn the_list_of_a_claim_is_neither_empty_nor_double_nor_endless() {
        assert_eq!(claim("3.00", &[]), Err(RefusalCode::ListInvalid));
        let one = split(&["1.00"])[0];
        assert_eq!(claim("3.00", &[one, one]), Err(RefusalCode::ListInvalid));
        assert!(claim("200.00", &split(&["1.00"; MOST_ALLOCATIONS])).is_ok());
        assert_eq!(claim("201.00", &split(&["1.00"; MOST_ALLOCATIONS + 1])), Err(RefusalCode::ListInvalid));
    }

    #[test]
    fn only_unidentified_money_is_claimed() {
        for status in ReceiptStatus::ALL {
            let refused = decide_claim(*status, money("1.00"), &split(&["1.00"])).is_err();
            assert_eq!(refused, *status != ReceiptStatus::Unidentified, "{status:?}");
        }
    }

    #[test]
    fn a_receipt_is_used_up_to_the_fen_and_no_further() {
        let on = ReceiptStatus::OnCase;
        assert_eq!(decide_use(on, money("2.00"), money("1.99")).unwrap(), (money("0.01"), ReceiptStatus::OnCase));
        assert_eq!(decide_use(on, money("2.00"), money("2.00")).unwrap(), (Money::ZERO, ReceiptStatus::Used));
        assert_eq!(decide_use(on, money("2.00"), money("2.01")).unwrap_err().code, RefusalCode::ReceiptExceeded);
        assert_eq!(decide_use(on, money("2.00"), Money::ZERO).unwrap_err().code, RefusalCode::AmountInvalid);
        for status in [ReceiptStatus::Unidentified, ReceiptStatus::Claimed] {
            assert_eq!(decide_use(status, money("2.00"), money("1.00")).unwrap_err().code, RefusalCode::WrongState);
        }
        assert_eq!(decide_give_back(money("2.00"), money("0.50"), money("1.50")).unwrap(), money("2.00"));
        assert!(decide_give_back(money("2.00"), money("0.50"), money("1.51")).is_err());
    }

    proptest! {
        #[test]
        fn parts_and_rest_are_the_whole(parts in prop::collection::vec(1i64..1_000_000, 1..30), rest in 0i64..1000) {
            let allocations: Vec<_> = cases(parts.len()).into_iter().zip(&parts)
                .map(|(case, fen)| Allocation { case, amount: Money::from_fen(*fen) }).collect();
            let whole = Money::from_fen(parts.iter().sum::<i64>() + rest);
            prop_assert_eq!(decide_claim(ReceiptStatus::Unidentified, whole, &allocations).unwrap(), Money::from_fen(rest));
        }
    }
}
