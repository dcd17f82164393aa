//! Delay interest on a debt in a foreign currency (外币债务), 迟延履行利息解释 5: the same daily rate in that currency, or,
//! when the creditor asks for yuan, on the debt turned into yuan at the mid rate of the day on which the interest begins.
//!
//! Rates are entered with their day: none is built in, and none is fetched.

use super::explanation::Step;
use super::interest::{DelayInterest, DelayInterestResult, Payment};
use super::reference as law;
use crate::kernel::clock::LegalDate;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use rust_decimal::Decimal;

/// Units of currency that a published mid rate is for (每100外币).
const QUOTED_UNITS: Decimal = Decimal::ONE_HUNDRED;

/// A published mid rate (人民币汇率中间价).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MidRate {
    /// ISO 4217, e.g. `USD`; not CNY.
    pub currency: String,
    /// Yuan for 100 units, above zero and at most 1,000,000.
    pub yuan: Decimal,
    /// Day of publication.
    pub on: LegalDate,
}

/// A debt whose amounts are in the currency of `rate`, to the hundredth of its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignDelayInterest {
    pub debt: DelayInterest,
    pub rate: MidRate,
}

/// Both ways of reckoning; the creditor chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignDelayInterestResult {
    pub in_currency: DelayInterestResult,
    /// On principal and payments turned into yuan first, each rounded once half-up to the fen.
    pub in_yuan: DelayInterestResult,
}

impl ForeignDelayInterest {
    /// Computes the doubled part in the currency and in yuan.
    ///
    /// # Errors
    /// Those of [`DelayInterest::compute`]; `PARAMETER_INVALID` for a currency or rate that is none; `DATE_INVALID` for
    /// a rate of another day than the first of the interest.
    pub fn compute(&self) -> Result<ForeignDelayInterestResult, Refusal> {
        self.check()?;
        let in_currency = self.debt.compute()?;
        let converted = self.converted()?;
        let mut in_yuan = converted.compute()?;
        in_yuan.explanation.law.push(&law::DELAY_5);
        let text =
            format!("{} {} × {} ÷ {QUOTED_UNITS}", self.debt.principal, self.rate.currency, self.rate.yuan.normalize());
        in_yuan.explanation.steps.insert(0, Step { text, value: converted.principal.to_string() });
        Ok(ForeignDelayInterestResult { in_currency: self.named(in_currency), in_yuan })
    }

    fn check(&self) -> Result<(), Refusal> {
        let refusal = |code, field| Err(Refusal::new(code).law(&law::DELAY_5).field(field));
        let code = self.rate.currency.as_str();
        if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) || code == "CNY" {
            return refusal(RefusalCode::ParameterInvalid, "currency");
        }
        if self.rate.yuan <= Decimal::ZERO || self.rate.yuan > Decimal::from(1_000_000) {
            return refusal(RefusalCode::ParameterInvalid, "midRate");
        }
        if self.debt.due_on.succ_opt() != Some(self.rate.on) {
            return refusal(RefusalCode::DateInvalid, "midRateOn");
        }
        Ok(())
    }

    fn converted(&self) -> Result<DelayInterest, Refusal> {
        let mut debt = self.debt.clone();
        debt.principal = self.yuan(debt.principal)?;
        let payment = |paid: &Payment| Ok(Payment { on: paid.on, amount: self.yuan(paid.amount)? });
        debt.payments = self.debt.payments.iter().map(payment).collect::<Result<_, Refusal>>()?;
        Ok(debt)
    }
    fn yuan(&self, amount: Money) -> Result<Money, Refusal> {
        let refusal = || Refusal::new(RefusalCode::AmountInvalid).law(&law::DELAY_5).field("principal");
        let product = amount.to_decimal().checked_mul(self.rate.yuan).and_then(|p| p.checked_div(QUOTED_UNITS));
        Money::round_half_up(product.ok_or_else(refusal)?).map_err(|_| refusal())
    }

    fn named(&self, mut result: DelayInterestResult) -> DelayInterestResult {
        result.explanation.law.push(&law::DELAY_5);
        result.explanation = result.explanation.parameter("currency 币种", &self.rate.currency);
        result
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::law::PaymentOrder;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn dollars(principal: &str, rate: &str) -> ForeignDelayInterest {
        ForeignDelayInterest {
            debt: DelayInterest {
                principal: money(principal),
                due_on: "2024-03-10".parse().unwrap(),
                until: "2024-06-18".parse().unwrap(),
                payments: vec![],
                suspensions: vec![],
                order: PaymentOrder::PrincipalFirst,
            },
            rate: MidRate { currency: "USD".into(), yuan: rate.parse().unwrap(), on: "2024-03-11".parse().unwrap() },
        }
    }

    #[test]
    fn the_same_rate_in_the_currency_and_in_yuan_at_the_first_day_迟延_5() {
        let mut input = dollars("100000.00", "709.69");
        let result = input.compute().unwrap();
        assert_eq!(result.in_currency.interest, money("1750.00"));
        // 709,690.00 × 0.000175 × 100 d = 12,419.575
        assert_eq!(result.in_yuan.interest, money("12419.58"));
        assert_eq!(result.in_yuan.explanation.steps[0].value, "709690.00");
        assert!(result.in_yuan.explanation.law.contains(&&law::DELAY_5));
        input.debt.payments = vec![Payment { on: "2024-04-29".parse().unwrap(), amount: money("40000.00") }];
        let result = input.compute().unwrap();
        assert_eq!(result.in_currency.interest, money("1400.00"));
        assert_eq!((result.in_yuan.interest, result.in_yuan.principal_left), (money("9935.66"), money("425814.00")));
    }

    #[test]
    fn a_rate_of_another_day_or_no_rate_is_refused_迟延_5() {
        let refused = |change: &dyn Fn(&mut ForeignDelayInterest)| {
            let mut input = dollars("100.00", "709.69");
            change(&mut input);
            let refusal = input.compute().unwrap_err();
            (refusal.code, refusal.field.unwrap())
        };
        use RefusalCode::{DateInvalid, ParameterInvalid};
        for day in ["2024-03-10", "2024-03-12"] {
            assert_eq!(refused(&|i| i.rate.on = day.parse().unwrap()), (DateInvalid, "midRateOn"));
        }
        for code in ["CNY", "US", "usd", "美元1"] {
            assert_eq!(refused(&|i| i.rate.currency = code.into()), (ParameterInvalid, "currency"), "{code}");
        }
        for rate in ["0", "-1", "1000000.01"] {
            assert_eq!(refused(&|i| i.rate.yuan = rate.parse().unwrap()), (ParameterInvalid, "midRate"), "{rate}");
        }
        let mut most = dollars("100.00", "1000000");
        assert!(most.compute().is_ok());
        most.debt.principal = money("9999999999999.99");
        assert_eq!(most.compute().unwrap_err().code, RefusalCode::AmountInvalid);
    }
}
