//! Bank charges (银行手续费): the bank takes them out of money that is others', so the court makes them good within a month.

use crate::kernel::{
    clock::LegalDate,
    ids::EntryId,
    money::{Money, MoneyError},
};
use chrono::Months;

/// A charge that the bank took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    pub entry: EntryId,
    pub booked_on: LegalDate,
    pub amount: Money,
    /// What was made good of it by name.
    pub reimbursed: Money,
}

/// What is open of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenCharge {
    pub entry: EntryId,
    pub booked_on: LegalDate,
    /// What is still to be made good.
    pub open: Money,
}
impl OpenCharge {
    /// Last day for it: the same day of the next month, or that month's last.
    pub fn due_on(&self) -> LegalDate {
        self.booked_on.checked_add_months(Months::new(1)).unwrap_or(self.booked_on)
    }
}

/// The charges that are open, in the order given: the oldest first. `refunded` is what the bank gave back without a
/// word for which of them; it counts for the oldest.
///
/// # Errors
/// Only for amounts out of range.
pub fn open_charges(charges: &[Charge], refunded: Money) -> Result<Vec<OpenCharge>, MoneyError> {
    let (mut left, mut open) = (refunded, Vec::new());
    for charge in charges {
        let rest = charge.amount.minus(charge.reimbursed)?;
        let taken = rest.min(left);
        left = left.minus(taken)?;
        let rest = rest.minus(taken)?;
        if rest.is_positive() {
            open.push(OpenCharge { entry: charge.entry, booked_on: charge.booked_on, open: rest });
        }
    }
    Ok(open)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn charge(amount: i64, reimbursed: i64) -> Charge {
        let entry = EntryId::new(Timestamp::from_micros(1_772_413_200_000_000));
        let fen = Money::from_fen;
        Charge { entry, booked_on: day("2026-03-02"), amount: fen(amount), reimbursed: fen(reimbursed) }
    }

    #[test]
    fn what_came_back_without_a_name_counts_for_the_oldest_charge() {
        let charges = [charge(250, 0), charge(100, 100), charge(300, 0)];
        let open = |refunded: i64| {
            let open = open_charges(&charges, Money::from_fen(refunded)).unwrap();
            open.into_iter().map(|one| (one.entry, one.open.fen())).collect::<Vec<_>>()
        };
        let (first, last) = (charges[0].entry, charges[2].entry);
        assert_eq!(open(0), [(first, 250), (last, 300)]);
        assert_eq!(open(249), [(first, 1), (last, 300)]);
        assert_eq!(open(250), [(last, 300)]);
        assert!(open(550).is_empty());
    }

    #[test]
    fn a_charge_is_made_good_within_a_month() {
        let due =
            |on: &str| OpenCharge { booked_on: day(on), ..open_charges(&[charge(1, 0)], Money::ZERO).unwrap()[0] };
        assert_eq!(due("2026-03-02").due_on(), day("2026-04-02"));
        assert_eq!(due("2026-01-31").due_on(), day("2026-02-28"));
    }
}
