//! The chain of hands on an order (法发〔2017〕6号 arts 2, 12, 14): officer → fund administrator → bureau chief
//! [→ vice president] → finance reviewer → cashier, each a different person.

use crate::access::policy::Role;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;

/// The steps of approval, in order. Up to and including `tier` the bureau chief decides alone; above it the vice
/// president in charge decides too.
pub fn approval_steps(amount: Money, tier: Money) -> Vec<Role> {
    let mut steps = vec![Role::FundAdministrator, Role::BureauChief];
    if amount > tier {
        steps.push(Role::VicePresident);
    }
    steps.push(Role::FinanceReviewer);
    steps
}

/// The cashier took no part before: neither as maker nor as one of the approvers.
///
/// # Errors
/// `MAKER_MAY_NOT_APPROVE`.
pub fn decide_cashier<Id: PartialEq>(cashier: &Id, maker: &Id, approvers: &[Id]) -> Result<(), Refusal> {
    if cashier == maker || approvers.contains(cashier) {
        return Err(Refusal::new(RefusalCode::MakerMayNotApprove).law(&reference::FUNDS_2));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn fafa6_12_the_vice_president_decides_above_the_tier_only() {
        let tier = Money::from_yuan(100_000);
        let small = [Role::FundAdministrator, Role::BureauChief, Role::FinanceReviewer];
        let large = [Role::FundAdministrator, Role::BureauChief, Role::VicePresident, Role::FinanceReviewer];
        assert_eq!(approval_steps("100000.00".parse().unwrap(), tier), small);
        assert_eq!(approval_steps("100000.01".parse().unwrap(), tier), large);
        assert_eq!(approval_steps(Money::ZERO, tier), small);
    }

    #[test]
    fn fafa6_2_maker_checkers_and_cashier_are_different_people() {
        assert!(decide_cashier(&9, &1, &[2, 3, 4]).is_ok());
        for one in [1, 2, 3, 4] {
            assert_eq!(decide_cashier(&one, &1, &[2, 3, 4]).unwrap_err().code, RefusalCode::MakerMayNotApprove);
        }
    }
}
