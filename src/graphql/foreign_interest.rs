//! Delay interest on a debt in a foreign currency, in the calculator.

use super::{
    law_api::{DelayInterestAnswer, DelayInterestInput, bad_input},
    scalars::{Date, Rate},
};
use crate::{
    kernel::error::Problem,
    law::foreign::{ForeignDelayInterest, ForeignDelayInterestResult, MidRate},
};
use async_graphql::{Context, InputObject, Object, SimpleObject};

/// A published mid rate (人民币汇率中间价).
#[derive(InputObject)]
pub struct MidRateInput {
    /// ISO 4217 code of the currency, e.g. "USD"; not CNY (币种).
    currency: String,
    /// Yuan for 100 units, above zero and at most 1,000,000 (每100外币折合人民币).
    mid_rate: Rate,
    /// Day of the rate: the first day of the interest, the day after `dueOn` (汇率日期).
    mid_rate_on: Date,
}

/// Delay interest on a debt in a foreign currency, reckoned both ways; the creditor chooses (外币迟延履行利息计算结果).
#[derive(SimpleObject)]
pub struct ForeignDelayInterestAnswer {
    /// At the daily rate in the currency; all amounts are in that currency, not in yuan (以外币计).
    in_currency: DelayInterestAnswer,
    /// On the debt turned into yuan at the mid rate of the first day (折合人民币计).
    in_yuan: DelayInterestAnswer,
}
impl From<ForeignDelayInterestResult> for ForeignDelayInterestAnswer {
    fn from(result: ForeignDelayInterestResult) -> ForeignDelayInterestAnswer {
        ForeignDelayInterestAnswer {
            in_currency: DelayInterestAnswer(result.in_currency),
            in_yuan: DelayInterestAnswer(result.in_yuan),
        }
    }
}

#[derive(Default)]
pub struct ForeignInterestCalculator;
#[Object]
impl ForeignInterestCalculator {
    /// Doubled part of the interest of delay on a debt in a foreign currency, 迟延履行利息解释 5 (外币债务加倍部分利息).
    async fn foreign_delay_interest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Debt, time, payments and stays; amounts in the currency (计算要素).")]
        input: DelayInterestInput,
        #[graphql(desc = "The mid rate of the first day (汇率中间价).")] rate: MidRateInput,
    ) -> Result<ForeignDelayInterestAnswer, Problem> {
        let rate = MidRate { currency: rate.currency, yuan: rate.mid_rate.0, on: rate.mid_rate_on.0 };
        let computed = ForeignDelayInterest { debt: input.into(), rate }.compute();
        computed.map(Into::into).map_err(|refusal| bad_input(ctx, &refusal))
    }
}
