//! Who is told of a payment of case money: the payee of what is his own, the other parties of the case of its sum. Pure.
//!
//! Several payments to one person that one event is about (an approved run, a file for the bank) are one notice. The
//! other parties read neither a name nor an account.

use super::NoticeKind;
use crate::kernel::{
    ids::PartyId,
    money::{Money, MoneyError},
};

/// A step of paying: what the payee is told of it, and what the other parties are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub payee: NoticeKind,
    pub others: NoticeKind,
}
pub const APPROVED: Step = Step { payee: NoticeKind::OrderApproved, others: NoticeKind::CasePayoutApproved };
pub const SENT: Step = Step { payee: NoticeKind::PaymentSent, others: NoticeKind::CasePayoutSent };
pub const PAID: Step = Step { payee: NoticeKind::Paid, others: NoticeKind::CasePayoutPaid };
pub const RETURNED: Step = Step { payee: NoticeKind::Returned, others: NoticeKind::CasePayoutReturned };

/// A payment among those of one case that an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its place among the event's lines.
    pub line: i32,
    pub party: PartyId,
    pub amount: Money,
    /// Last four digits of the payee's account.
    pub account_tail: Option<String>,
}

/// What one party hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub kind: NoticeKind,
    pub party: PartyId,
    pub amount: Money,
    pub account_tail: Option<String>,
}

/// Who hears what at this line, given all payments of its case in the order of their lines: a payee at his first one, of
/// all that is his; `others` at the case's first one, of all.
///
/// # Errors
/// When a sum leaves the range of money.
pub fn heard_at(step: Step, shares: &[Share], line: i32, others: &[PartyId]) -> Result<Vec<Heard>, MoneyError> {
    let mut heard = Vec::new();
    let Some(share) = shares.iter().find(|share| share.line == line) else { return Ok(heard) };
    let his = || shares.iter().filter(|other| other.party == share.party);
    if his().all(|other| other.line >= line) {
        let amount = Money::sum(his().map(|other| other.amount))?;
        let account_tail = share.account_tail.clone();
        heard.push(Heard { kind: step.payee, party: share.party, amount, account_tail });
    }
    if shares.iter().all(|other| other.line >= line) {
        let amount = Money::sum(shares.iter().map(|other| other.amount))?;
        let hears = |party: &PartyId| Heard { kind: step.others, party: *party, amount, account_tail: None };
        heard.extend(others.iter().map(hears));
    }
    Ok(heard)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn party(id: u128) -> PartyId {
        PartyId::from_uuid(Uuid::from_u128(id))
    }
    fn share(line: i32, of: u128, amount: &str) -> Share {
        Share { line, party: party(of), amount: amount.parse().unwrap(), account_tail: Some(format!("000{of}")) }
    }
    /// (kind, party, amount, tail) of everybody who hears something at a line.
    fn heard(shares: &[Share], line: i32, others: &[PartyId]) -> Vec<(NoticeKind, PartyId, String, bool)> {
        let heard = heard_at(SENT, shares, line, others).unwrap().into_iter();
        heard.map(|one| (one.kind, one.party, one.amount.to_string(), one.account_tail.is_some())).collect()
    }

    #[test]
    fn two_payments_of_one_person_are_one_notice_and_the_debtor_hears_the_sum_once() {
        let shares = [share(3, 1, "10.00"), share(7, 2, "20.00"), share(9, 1, "5.50")];
        let debtor = party(8);
        let (his, case) = (NoticeKind::PaymentSent, NoticeKind::CasePayoutSent);
        assert_eq!(
            heard(&shares, 3, &[debtor]),
            [(his, party(1), "15.50".to_owned(), true), (case, debtor, "35.50".to_owned(), false)]
        );
        assert_eq!(heard(&shares, 7, &[debtor]), [(his, party(2), "20.00".to_owned(), true)]);
        assert_eq!(heard(&shares, 9, &[debtor]), []);
        assert_eq!(heard(&shares, 4, &[debtor]), [], "no line of this case");
    }

    #[test]
    fn nobody_hears_twice_over_all_lines() {
        let shares: Vec<_> = (1..=40).map(|line| share(line, u128::try_from(line % 7).unwrap(), "1.00")).collect();
        let others = [party(90), party(91)];
        let all: Vec<_> = (1..=40).flat_map(|line| heard(&shares, line, &others)).collect();
        assert_eq!(all.len(), 7 + 2);
        let (whole, of_others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.3);
        let sum = Money::sum(whole.iter().map(|one| one.2.parse::<Money>().unwrap())).unwrap();
        assert_eq!(sum.to_string(), "40.00");
        assert!(of_others.iter().all(|one| one.2 == "40.00"));
    }
}
