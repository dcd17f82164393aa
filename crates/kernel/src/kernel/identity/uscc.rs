//! 统一社会信用代码: GB 32100—2015, 18 characters, check character modulo 31. Organisations are public: no masking.

use super::{USCC_STANDARD, refusal};
use crate::kernel::refusal::{Refusal, RefusalCode};
use std::fmt;

/// Digits and capitals without I, O, S, V and Z, which are too easily misread.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const INNER_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    #[error("a unified social credit code has 18 digits and capitals, without I, O, S, V, Z")]
    Form,
    #[error("the check character is wrong")]
    Check,
}
impl From<UsccError> for Refusal {
    fn from(error: UsccError) -> Refusal {
        refusal(RefusalCode::UsccInvalid, &error, &USCC_STANDARD)
    }
}

/// A unified social credit code whose check character holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Uscc(String);
impl Uscc {
    /// Small letters become capitals, surrounding blanks are cut.
    pub fn parse(text: &str) -> Result<Uscc, UsccError> {
        let text = text.trim().to_ascii_uppercase();
        let (check, body) = text.as_bytes().split_last().ok_or(UsccError::Form)?;
        let check = value(*check).ok_or(UsccError::Form)?;
        if body.len() != 17 {
            return Err(UsccError::Form);
        }
        let mut weight = 1;
        let mut sum = 0;
        for character in body {
            sum += value(*character).ok_or(UsccError::Form)? * weight;
            weight = weight * 3 % 31;
        }
        // the outer modulus matters: a sum that is a multiple of 31 has the check character 0, not a 31st one
        if (31 - sum % 31) % 31 != check {
            return Err(UsccError::Check);
        }
        Ok(Uscc(text))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Whether characters 9 to 17 carry the check of GB 11714 (the older organisation code). Some codes given by hand
    /// do not: worth a warning to a clerk, no reason to refuse.
    pub fn has_valid_organisation_code(&self) -> bool {
        let inner = &self.0.as_bytes()[8..17];
        let sum: u32 = inner.iter().zip(INNER_WEIGHTS).map(|(character, weight)| base36(*character) * weight).sum();
        let expected = match 11 - sum % 11 {
            10 => b'X',
            11 => b'0',
            digit => b'0' + digit as u8,
        };
        inner.last() == Some(&expected)
    }
}
impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn value(character: u8) -> Option<u32> {
    ALPHABET.iter().position(|c| *c == character).map(|at| at as u32)
}
fn base36(character: u8) -> u32 {
    char::from(character).to_digit(36).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    const VALID: [&str; 6] = [
        "91350100M000100Y43",
        "91110000802100433B",
        "91440300708461136T",
        "11100000000013127D",
        "91330100799655058B",
        "91110000600037341L",
    ];

    #[test]
    fn gb_32100_codes_of_real_organisations() {
        for code in VALID {
            assert_eq!(Uscc::parse(code).unwrap().as_str(), code);
        }
        assert_eq!(Uscc::parse(" 91350100m000100y43 ").unwrap().to_string(), "91350100M000100Y43");
    }

    #[test]
    fn gb_32100_the_invalid_copy_of_the_example_is_refused() {
        assert_eq!(Uscc::parse("91350100M000100Y4Z").unwrap_err(), UsccError::Form);
        assert_eq!(Uscc::parse("91350100M000100Y44").unwrap_err(), UsccError::Check);
    }

    #[test]
    fn gb_32100_a_sum_that_is_a_multiple_of_31_has_the_check_0() {
        // seventeen zeros sum to 0; 31 − 0 would be a character that does not exist
        assert!(Uscc::parse("000000000000000000").is_ok());
        // weights 1 and 3: 1·1 + A(10)·3 = 31
        assert!(Uscc::parse("1A0000000000000000").is_ok());
        for check in &ALPHABET[1..] {
            let code = format!("1A000000000000000{}", char::from(*check));
            assert_eq!(Uscc::parse(&code).unwrap_err(), UsccError::Check);
        }
    }

    #[test]
    fn gb_32100_every_single_slip_is_found() {
        let good = "91350100M000100Y43";
        for at in 0..18 {
            for character in ALPHABET {
                let mut bytes = good.as_bytes().to_vec();
                if bytes[at] != *character {
                    bytes[at] = *character;
                    assert_eq!(Uscc::parse(std::str::from_utf8(&bytes).unwrap()), Err(UsccError::Check));
                }
            }
        }
    }

    #[test]
    fn gb_32100_length_and_letters() {
        for code in ["", "91350100M000100Y4", "91350100M000100Y433", "9135010OM000100Y43", "９1350100M000100Y43"] {
            assert_eq!(Uscc::parse(code).unwrap_err(), UsccError::Form, "{code}");
        }
        assert_eq!(Refusal::from(UsccError::Check).code, RefusalCode::UsccInvalid);
    }

    #[test]
    fn gb_11714_the_inner_check_only_warns() {
        assert!(Uscc::parse("91110000802100433B").unwrap().has_valid_organisation_code());
        assert!(Uscc::parse("91350100M000100Y43").unwrap().has_valid_organisation_code());
        // its outer check holds, its inner one would be 0
        assert!(!Uscc::parse("000000000000000013").unwrap().has_valid_organisation_code());
    }
}
