//! Bank account and card numbers. The Luhn digit binds only cards of UnionPay's own range; settlement accounts of
//! companies, passbooks and some old cards do not carry it, so that elsewhere its absence is only worth a warning.

use super::{CARD_STANDARD, refusal};
use crate::kernel::refusal::{Refusal, RefusalCode};
use std::fmt;
use zeroize::Zeroize;

/// Shortest and longest number in digits; ISO 20022 carries at most 34 characters.
const LENGTH: std::ops::RangeInclusive<usize> = 6..=34;
const CARD_LENGTH: std::ops::RangeInclusive<usize> = 16..=19;

/// What the person who gives the number says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankAccountKind {
    /// 银行卡.
    Card,
    /// 对公结算账户, passbook or any other account.
    Account,
    /// Not said.
    Unstated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BankAccountError {
    #[error("an account number has 6 to 34 digits")]
    Form,
    #[error("a card number has 16 to 19 digits")]
    CardLength,
    #[error("the check digit of the card is wrong")]
    CardCheck,
}
impl From<BankAccountError> for Refusal {
    fn from(error: BankAccountError) -> Refusal {
        refusal(RefusalCode::BankAccountInvalid, &error, &CARD_STANDARD)
    }
}

/// An account number in digits alone.
#[derive(Clone, PartialEq, Eq)]
pub struct BankAccount(String);
impl BankAccount {
    /// Blanks and hyphens between the digits are dropped.
    pub fn parse(text: &str, kind: BankAccountKind) -> Result<BankAccount, BankAccountError> {
        let digits: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if !LENGTH.contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BankAccountError::Form);
        }
        let account = BankAccount(digits);
        if kind == BankAccountKind::Card {
            if !CARD_LENGTH.contains(&account.0.len()) {
                return Err(BankAccountError::CardLength);
            }
            if account.0.starts_with("62") && !account.has_luhn_digit() {
                return Err(BankAccountError::CardCheck);
            }
        }
        Ok(account)
    }
    /// All digits, for encryption, matching and bank files only.
    pub fn expose(&self) -> &str {
        &self.0
    }
    /// Whether a clerk should look twice: a number of a card's length and range without its check digit.
    pub fn looks_mistyped(&self) -> bool {
        CARD_LENGTH.contains(&self.0.len()) && self.0.starts_with("62") && !self.has_luhn_digit()
    }
    /// Whether the last digit is the Luhn check digit of the others.
    pub fn has_luhn_digit(&self) -> bool {
        let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
        let digits = self.0.bytes().rev().map(|byte| u32::from(byte - b'0'));
        let sum: u32 = digits.enumerate().map(|(at, digit)| if at % 2 == 1 { doubled(digit) } else { digit }).sum();
        sum.is_multiple_of(10)
    }
}
impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BankAccount(…)")
    }
}
impl Drop for BankAccount {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{BankAccountKind::*, *};

    const GOOD: &str = "6228480402564890018";
    const BAD: &str = "6222021234567890";

    #[test]
    fn iso_7812_luhn_binds_unionpay_cards_only() {
        assert!(BankAccount::parse(GOOD, Card).unwrap().has_luhn_digit());
        assert_eq!(BankAccount::parse(BAD, Card).unwrap_err(), BankAccountError::CardCheck);
        for kind in [Account, Unstated] {
            let account = BankAccount::parse(BAD, kind).unwrap();
            assert!(account.looks_mistyped() && !account.has_luhn_digit());
            assert!(!BankAccount::parse(GOOD, kind).unwrap().looks_mistyped());
        }
        // an old card outside the 62 range
        assert!(BankAccount::parse("9558801234567890", Card).is_ok());
    }

    #[test]
    fn iso_7812_every_single_slip_of_a_card_is_found() {
        for at in 0..GOOD.len() {
            for digit in b'0'..=b'9' {
                let mut bytes = GOOD.as_bytes().to_vec();
                if bytes[at] != digit {
                    bytes[at] = digit;
                    let account = BankAccount::parse(std::str::from_utf8(&bytes).unwrap(), Unstated).unwrap();
                    assert!(!account.has_luhn_digit(), "{at} {digit}");
                }
            }
        }
    }

    #[test]
    fn lengths_at_both_edges() {
        for (length, card, other) in [
            (5, Some(BankAccountError::Form), Some(BankAccountError::Form)),
            (6, Some(BankAccountError::CardLength), None),
            (15, Some(BankAccountError::CardLength), None),
            (16, None, None),
            (19, None, None),
            (20, Some(BankAccountError::CardLength), None),
            (34, Some(BankAccountError::CardLength), None),
            (35, Some(BankAccountError::Form), Some(BankAccountError::Form)),
        ] {
            let number = "1".repeat(length);
            assert_eq!(BankAccount::parse(&number, Card).err(), card, "{length}");
            assert_eq!(BankAccount::parse(&number, Account).err(), other, "{length}");
        }
    }

    #[test]
    fn blanks_and_hyphens_go_letters_and_full_width_digits_are_refused() {
        let account = BankAccount::parse(" 6228 4804 0256-4890018 ", Card).unwrap();
        assert_eq!(account.expose(), GOOD);
        assert_eq!(format!("{account:?}"), "BankAccount(…)");
        for text in ["", "62284804025648900I8", "６２２８480402564890018", "6228\u{0}480402564890018"] {
            assert_eq!(BankAccount::parse(text, Unstated).unwrap_err(), BankAccountError::Form, "{text:?}");
        }
        assert_eq!(Refusal::from(BankAccountError::Form).code, RefusalCode::BankAccountInvalid);
    }
}
