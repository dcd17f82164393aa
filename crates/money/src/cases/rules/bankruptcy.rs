//! Which money of a case belongs to a bankrupt debtor's estate (企业破产法 第16条、第19条).

use crate::{
    kernel::{
        ids::PartyId,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// Does money that came from `owner` belong to the estate of one of the bankrupt? Money of which nobody knows from which
/// debtor it came does, as long as one of them is bankrupt: paying it to a creditor cannot be undone, waiting can.
pub fn is_estate(owner: Option<PartyId>, bankrupt: &[PartyId]) -> bool {
    owner.map_or(!bankrupt.is_empty(), |owner| bankrupt.contains(&owner))
}

/// Is money recorded as a bankrupt debtor's? What is of unknown origin stays where it is: the administrator has no claim
/// to another's money either.
pub fn is_recorded_estate(owner: Option<PartyId>, bankrupt: &[PartyId]) -> bool {
    owner.is_some_and(|owner| bankrupt.contains(&owner))
}

/// Nothing of the estate goes to a single creditor. `owners`: from whom each source of the payment came; a payment
/// without sources counts as of unknown origin.
///
/// # Errors
/// `DEBTOR_BANKRUPT`.
pub fn decide_payment(owners: &[Option<PartyId>], bankrupt: &[PartyId]) -> Result<(), Refusal> {
    let estate =
        if owners.is_empty() { is_estate(None, bankrupt) } else { owners.iter().any(|o| is_estate(*o, bankrupt)) };
    if estate {
        return Err(Refusal::new(RefusalCode::DebtorBankrupt).law(&reference::BANKRUPTCY_16));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;

    #[test]
    fn bankruptcy_16_the_money_of_a_bankrupt_debtor_and_of_unknown_origin_stays() {
        let now = Timestamp::from_micros(1_772_000_000_000_000);
        let (bankrupt, other) = (PartyId::new(now), PartyId::new(now));
        let paid = |owners: &[Option<PartyId>], bankrupt: &[PartyId]| decide_payment(owners, bankrupt).is_ok();
        assert!(paid(&[Some(bankrupt), None], &[]), "nobody is bankrupt");
        assert!(paid(&[Some(other)], &[bankrupt]), "the other debtor's money");
        assert!(!paid(&[Some(other), Some(bankrupt)], &[bankrupt]));
        assert!(!paid(&[None], &[bankrupt]));
        assert!(!paid(&[], &[bankrupt]));
    }

    #[test]
    fn bankruptcy_19_the_administrator_gets_what_is_recorded_as_the_debtors() {
        let now = Timestamp::from_micros(1_772_000_000_000_000);
        let (bankrupt, other) = (PartyId::new(now), PartyId::new(now));
        assert!(is_recorded_estate(Some(bankrupt), &[bankrupt]));
        assert!(!is_recorded_estate(Some(other), &[bankrupt]));
        assert!(!is_recorded_estate(None, &[bankrupt]));
        assert!(!is_recorded_estate(Some(bankrupt), &[]), "it has ended");
    }
}
