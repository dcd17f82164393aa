//! Execution fee that was taken: what of it may go to the treasury (诉讼费用交纳办法 20, 52).

use crate::kernel::{
    money::{Money, MoneyError},
    refusal::{Refusal, RefusalCode},
};
use crate::law::reference;

/// The fee of a case by the books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExecutionFee {
    /// Taken from the case's money by plans.
    pub taken: Money,
    /// Left the fee account since: to the treasury, or taken back.
    pub left: Money,
}
impl ExecutionFee {
    /// Still on the court's fee account.
    ///
    /// # Errors
    /// Only when the books leave what money can be.
    pub fn standing(self) -> Result<Money, MoneyError> {
        self.taken.minus(self.left)
    }
}

/// No more than what stands is remitted.
///
/// # Errors
/// `AMOUNT_INVALID` with what stands.
pub fn decide_remittance(standing: Money, amount: Money) -> Result<(), Refusal> {
    if amount > standing {
        let refusal = Refusal::new(RefusalCode::AmountInvalid).law(&reference::FEES_52).field("amount");
        return Err(refusal.arg("maximum", standing));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn feiyong_52_what_was_taken_goes_to_the_treasury_and_no_more() {
        let yuan = Money::from_yuan;
        let fee = ExecutionFee { taken: yuan(50), left: yuan(20) };
        let standing = fee.standing().unwrap();
        assert_eq!(standing, yuan(30));
        assert!(decide_remittance(standing, yuan(30)).is_ok());
        let more = decide_remittance(standing, yuan(31)).unwrap_err();
        assert_eq!((more.code, more.args), (RefusalCode::AmountInvalid, vec![("maximum", yuan(30).to_string())]));
    }
}
