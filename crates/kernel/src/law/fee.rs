//! Court fees by scale (诉讼费用交纳办法): execution, acceptance, preservation.
//!
//! Each scale is cumulative: every part of the amount bears the rate of its own bracket, and the sum is rounded once,
//! half-up to the fen.

use super::explanation::{Computed, Explanation};
use super::reference as law;
use crate::kernel::money::{Money, MoneyError};
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use rust_decimal::Decimal;

/// A part of the scale: everything up to `up_to` (included) that lies above the bracket before it.
struct Bracket {
    /// `None`: without limit.
    up_to: Option<Money>,
    /// Rate in ten-thousandths (万分率): 150 is 1.5 %.
    rate: i64,
}
/// A fixed sum for the first part and rates above it.
struct Scale {
    rule: &'static str,
    article: &'static Article,
    /// The first part costs this sum whatever its size.
    base: Money,
    base_up_to: Money,
    brackets: &'static [Bracket],
    cap: Option<Money>,
}

const fn up_to(wan_yuan: i64, rate: i64) -> Bracket {
    Bracket { up_to: Some(Money::from_yuan(wan_yuan * 10_000)), rate }
}
const fn above(rate: i64) -> Bracket {
    Bracket { up_to: None, rate }
}

const EXECUTION: Scale = Scale {
    rule: "EXECUTION_FEE 申请执行费",
    article: &law::FEES_14_1,
    base: Money::from_yuan(50),
    base_up_to: Money::from_yuan(10_000),
    brackets: &[up_to(50, 150), up_to(500, 100), up_to(1_000, 50), above(10)],
    cap: None,
};
const ACCEPTANCE: Scale = Scale {
    rule: "ACCEPTANCE_FEE 案件受理费",
    article: &law::FEES_13,
    base: Money::from_yuan(50),
    base_up_to: Money::from_yuan(10_000),
    brackets: &[
        up_to(10, 250),
        up_to(20, 200),
        up_to(50, 150),
        up_to(100, 100),
        up_to(200, 90),
        up_to(500, 80),
        up_to(1_000, 70),
        up_to(2_000, 60),
        above(50),
    ],
    cap: None,
};
const PRESERVATION: Scale = Scale {
    rule: "PRESERVATION_FEE 申请保全费",
    article: &law::FEES_14_2,
    base: Money::from_yuan(30),
    base_up_to: Money::from_yuan(1_000),
    brackets: &[up_to(10, 100), above(50)],
    cap: Some(Money::from_yuan(5_000)),
};

/// Execution fee on an amount that was enforced (申请执行费). Amounts: above zero, in the range of [`Money`].
///
/// # Errors
/// `AMOUNT_INVALID` (诉讼费用交纳办法 14(1)) for zero or less, or what cannot be booked.
pub fn execution_fee(amount: Money) -> Result<Computed, Refusal> {
    EXECUTION.compute(amount, false)
}

/// Execution fee on a further recovery for the same title: recoveries cumulate, so the fee on the sum less the fee on
/// what came before. 40,000.00 after 59,748.04 costs 600.00. `before` may be zero.
///
/// # Errors
/// As [`execution_fee`], and for a negative `before`.
pub fn further_execution_fee(before: Money, recovered: Money) -> Result<Computed, Refusal> {
    if before.is_zero() {
        return execution_fee(recovered);
    }
    let out_of_range = |_| refuse(EXECUTION.article);
    if !recovered.is_positive() {
        return Err(refuse(EXECUTION.article));
    }
    let earlier = execution_fee(before)?;
    let whole = execution_fee(before.plus(recovered).map_err(out_of_range)?)?;
    let amount = whole.amount.minus(earlier.amount).map_err(out_of_range)?;
    let explanation = Explanation::new(EXECUTION.rule, amount)
        .law(EXECUTION.article)
        .law(&law::FEES_20)
        .input("recovered before 此前已执行", before)
        .input("recovered now 本次执行", recovered)
        .step("fee on all recoveries 累计应收", whole.amount)
        .step("less the fee on those before 减此前应收", earlier.amount)
        .step("fee on this recovery 本次应收", amount);
    Ok(Computed { amount, explanation })
}

/// Case acceptance fee of a property case (财产案件受理费); `halved` for summary procedure, mediation or withdrawal.
///
/// # Errors
/// `AMOUNT_INVALID` (诉讼费用交纳办法 13) for zero or less, or what cannot be booked.
pub fn acceptance_fee(amount: Money, halved: bool) -> Result<Computed, Refusal> {
    ACCEPTANCE.compute(amount, halved)
}

/// Preservation fee (申请保全费), at most 5,000 yuan.
///
/// # Errors
/// `AMOUNT_INVALID` (诉讼费用交纳办法 14(2)) for zero or less, or what cannot be booked.
pub fn preservation_fee(amount: Money) -> Result<Computed, Refusal> {
    PRESERVATION.compute(amount, false)
}

fn refuse(article: &'static Article) -> Refusal {
    Refusal::new(RefusalCode::AmountInvalid).law(article).field("amount")
}

impl Scale {
    fn compute(&self, amount: Money, halved: bool) -> Result<Computed, Refusal> {
        if !amount.is_positive() {
            return Err(refuse(self.article));
        }
        self.explain(amount, halved).map_err(|_| refuse(self.article))
    }

    fn explain(&self, amount: Money, halved: bool) -> Result<Computed, MoneyError> {
        let mut why = Explanation::new(self.rule, "").law(self.article).input("amount 标的额", amount);
        why.push_step(format!("up to {} 不超过部分", self.base_up_to), self.base);
        let (mut sum, mut from) = (self.base.to_decimal(), self.base_up_to);
        for bracket in self.brackets {
            if amount <= from {
                break;
            }
            let to = bracket.up_to.map_or(amount, |limit| limit.min(amount));
            let part = to.minus(from)?;
            let rate = Decimal::new(bracket.rate, 4);
            let fee = part.to_decimal().checked_mul(rate).ok_or(MoneyError::Range)?;
            let percent = Decimal::new(bracket.rate, 2).normalize();
            why.push_step(format!("{from} to {to}: {part} × {percent}%"), fee.normalize());
            sum = sum.checked_add(fee).ok_or(MoneyError::Range)?;
            from = to;
        }
        if halved {
            sum = sum.checked_div(Decimal::TWO).ok_or(MoneyError::Range)?;
            why = why.law(&law::FEES_15).law(&law::FEES_16);
            why.push_step("half 减半", sum.normalize());
        }
        let mut fee = Money::round_half_up(sum)?;
        why.push_step("sum, rounded once half-up to the fen 合计并四舍五入到分", fee);
        if let Some(cap) = self.cap.filter(|cap| fee > *cap) {
            fee = cap;
            why.push_step("at most 最多", cap);
        }
        why.result = fee.to_string();
        Ok(Computed { amount: fee, explanation: why })
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

    #[test]
    fn execution_fee_scale_费_14_1() {
        let vectors = [
            ("0.01", "50.00"),
            ("10000.00", "50.00"),
            ("10000.34", "50.01"),
            ("50000.00", "650.00"),
            ("59748.04", "796.22"),
            ("100000.00", "1400.00"),
            ("333333.34", "4900.00"),
            ("500000.00", "7400.00"),
            ("1000000.00", "12400.00"),
            ("5000000.00", "52400.00"),
            ("10000000.00", "77400.00"),
            ("12000000.00", "79400.00"),
            ("20000000.00", "87400.00"),
            ("410000000.00", "477400.00"),
        ];
        for (amount, fee) in vectors {
            assert_eq!(execution_fee(money(amount)).unwrap().amount, money(fee), "{amount}");
        }
    }

    #[test]
    fn recoveries_cumulate_费_20() {
        let fee = |before: &str, now: &str| further_execution_fee(money(before), money(now)).unwrap();
        assert_eq!(fee("0.00", "59748.04").amount, money("796.22"));
        let further = fee("59748.04", "40000.00");
        assert_eq!(further.amount, money("600.00"));
        assert_eq!(further.explanation.result, "600.00");
        assert_eq!(fee("3000.00", "4000.00").amount, money("0.00"));
    }

    #[test]
    fn acceptance_fee_scale_费_13() {
        let vectors = [
            ("10000.00", "50.00"),
            ("50000.00", "1050.00"),
            ("100000.00", "2300.00"),
            ("123456.78", "2769.14"),
            ("200000.00", "4300.00"),
            ("500000.00", "8800.00"),
            ("1000000.00", "13800.00"),
            ("2000000.00", "22800.00"),
            ("5000000.00", "46800.00"),
            ("10000000.00", "81800.00"),
            ("20000000.00", "141800.00"),
            ("30000000.00", "191800.00"),
        ];
        for (amount, fee) in vectors {
            assert_eq!(acceptance_fee(money(amount), false).unwrap().amount, money(fee), "{amount}");
        }
        let half = acceptance_fee(money("123456.78"), true).unwrap();
        assert_eq!(half.amount, money("1384.57"));
        assert!(half.explanation.law.contains(&&law::FEES_16));
    }

    #[test]
    fn preservation_fee_is_capped_费_14_2() {
        let vectors = [
            ("1000.00", "30.00"),
            ("100000.00", "1020.00"),
            ("500000.00", "3020.00"),
            ("895999.99", "5000.00"),
            ("895998.00", "4999.99"),
            ("896000.00", "5000.00"),
            ("5000000.00", "5000.00"),
        ];
        for (amount, fee) in vectors {
            assert_eq!(preservation_fee(money(amount)).unwrap().amount, money(fee), "{amount}");
        }
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        for amount in [Money::ZERO, money("-1.00")] {
            let refusal = execution_fee(amount).unwrap_err();
            assert_eq!((refusal.code, refusal.law), (RefusalCode::AmountInvalid, Some(&law::FEES_14_1)));
        }
        assert!(acceptance_fee(money("9999999999999.99"), false).is_ok());
        assert!(further_execution_fee(money("9999999999999.99"), money("0.01")).is_err());
        assert!(further_execution_fee(money("-1.00"), money("1.00")).is_err());
        assert!(further_execution_fee(money("1.00"), Money::ZERO).is_err());
    }

    #[test]
    fn the_steps_show_each_bracket() {
        let why = execution_fee(money("59748.04")).unwrap().explanation;
        let steps: Vec<(&str, &str)> = why.steps.iter().map(|s| (s.text.as_str(), s.value.as_str())).collect();
        assert_eq!(steps[1], ("10000.00 to 59748.04: 49748.04 × 1.5%", "746.2206"));
        assert_eq!(steps.last().unwrap().1, "796.22");
    }

    proptest! {
        #[test]
        fn fees_grow_with_the_amount_and_increments_add_up(a in 1i64..100_000_000_000, b in 1i64..100_000_000_000) {
            let (a, b) = (Money::from_fen(a), Money::from_fen(b));
            let first = execution_fee(a).unwrap().amount;
            let further = further_execution_fee(a, b).unwrap().amount;
            prop_assert!(!further.is_negative());
            let whole = execution_fee(a.plus(b).unwrap()).unwrap().amount;
            prop_assert_eq!(first.plus(further).unwrap(), whole);
        }
    }
}
