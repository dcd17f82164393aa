//! Statements (对账单): each begins where the one before it ended, so that nothing between them is missing; and when bank
//! and books are said to be equal.

use crate::bank::iso20022::{FormatError, Reason, camt053::StatementEnd};
use crate::kernel::{
    clock::LegalDate,
    money::{Money, MoneyError},
};

/// A statement as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Place among the statements of the account, from 1.
    pub sequence: i32,
    pub id: String,
    pub closed_on: LegalDate,
    pub opening: Money,
    pub closing: Money,
}

/// What a statement of a file is to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The next one, with its place.
    Next(i32),
    /// One that is kept already, sent again.
    Again,
}

/// Places a statement after `last`. `same` is the one that is kept under its id and day.
///
/// # Errors
/// `CHANGED` when a kept statement comes with other balances, `GAP` when it does not begin with the balance with which
/// the last one ended, or ends before it: the one between is missing.
pub fn place(statement: &StatementEnd, last: Option<&Kept>, same: Option<&Kept>) -> Result<Standing, FormatError> {
    let fault = |element, reason| Err(FormatError::new(statement.line, element, reason));
    if let Some(same) = same {
        return match (same.opening, same.closing) == (statement.opening.amount, statement.closing.amount) {
            true => Ok(Standing::Again),
            false => fault("Stmt", Reason::Changed(statement.id.clone())),
        };
    }
    match last {
        None => Ok(Standing::Next(1)),
        Some(last) if last.closing != statement.opening.amount || last.closed_on > statement.closing.on => {
            fault("Bal", Reason::Gap { stated: statement.opening.amount, found: last.closing })
        }
        Some(last) => Ok(Standing::Next(last.sequence.saturating_add(1))),
    }
}

/// Bank and books on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Booked balance by the bank's statement.
    pub bank: Money,
    /// What the account held before anything of it was booked here.
    pub carried_in: Money,
    /// Balance of the bank account in the books.
    pub books: Money,
    /// Movements of the bank that are no entry yet: what came less what went.
    pub only_bank: Money,
    /// Entries of the books that are no movement yet: what came less what went.
    pub only_books: Money,
    /// How many there are of both.
    pub open: u64,
}

impl Position {
    /// What no open item explains; zero when the statements are complete.
    ///
    /// # Errors
    /// When the figures leave the range of money.
    pub fn unexplained(&self) -> Result<Money, MoneyError> {
        let expected = self.carried_in.plus(self.books)?.plus(self.only_bank)?.minus(self.only_books)?;
        self.bank.minus(expected)
    }
    /// Bank and books are equal and nothing is open.
    pub fn is_reconciled(&self) -> bool {
        self.open == 0 && self.unexplained() == Ok(Money::ZERO)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::bank::iso20022::camt053::Balance;

    fn yuan(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn statement(opening: &str, closing: &str, on: &str) -> StatementEnd {
        let balance = |amount: &str| Balance { amount: yuan(amount), on: on.parse().unwrap() };
        StatementEnd {
            line: 3,
            id: "S2".into(),
            account: "43001".into(),
            opening: balance(opening),
            closing: balance(closing),
            pending: 0,
        }
    }
    fn kept(closing: &str) -> Kept {
        let closed_on = "2026-03-02".parse().unwrap();
        Kept { sequence: 4, id: "S1".into(), closed_on, opening: Money::ZERO, closing: yuan(closing) }
    }

    #[test]
    fn a_statement_begins_where_the_one_before_ended() {
        let next = statement("100.00", "90.00", "2026-03-03");
        assert_eq!(place(&next, None, None), Ok(Standing::Next(1)));
        assert_eq!(place(&next, Some(&kept("100.00")), None), Ok(Standing::Next(5)));
        let gap = place(&next, Some(&kept("100.01")), None).unwrap_err();
        assert_eq!(gap.reason, Reason::Gap { stated: yuan("100.00"), found: yuan("100.01") });
        let same_day = statement("100.00", "90.00", "2026-03-02");
        assert_eq!(place(&same_day, Some(&kept("100.00")), None), Ok(Standing::Next(5)));
        let earlier = statement("100.00", "90.00", "2026-03-01");
        assert!(place(&earlier, Some(&kept("100.00")), None).is_err());
    }

    #[test]
    fn a_statement_sent_again_says_the_same() {
        let again = statement("0.00", "100.00", "2026-03-02");
        assert_eq!(place(&again, Some(&kept("100.00")), Some(&kept("100.00"))), Ok(Standing::Again));
        let changed = place(&again, Some(&kept("100.00")), Some(&kept("100.01"))).unwrap_err();
        assert_eq!(changed.reason, Reason::Changed("S2".into()));
    }

    #[test]
    fn open_items_explain_a_difference_and_only_their_absence_reconciles() {
        let even = Position { bank: yuan("100.00"), books: yuan("100.00"), ..Position::default() };
        assert!(even.is_reconciled());
        let brought = Position { bank: yuan("150.00"), carried_in: yuan("50.00"), ..even };
        assert!(brought.is_reconciled());
        let fen = Position { bank: yuan("100.01"), ..even };
        assert_eq!((fen.unexplained(), fen.is_reconciled()), (Ok(yuan("0.01")), false));
        let charge = Position { bank: yuan("98.00"), only_bank: yuan("2.00").negated(), open: 1, ..even };
        assert_eq!((charge.unexplained(), charge.is_reconciled()), (Ok(Money::ZERO), false));
        let unsettled = Position { bank: yuan("110.00"), only_books: yuan("10.00").negated(), open: 1, ..even };
        assert_eq!(unsettled.unexplained(), Ok(Money::ZERO));
        let hidden = Position { open: 2, only_bank: yuan("5.00"), only_books: yuan("5.00"), ..even };
        assert!(!hidden.is_reconciled(), "two open items that cancel are still open");
    }
}
