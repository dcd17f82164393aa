//! 公民身份号码: GB 11643—1999, check character by ISO 7064 MOD 11-2. Numbers of residence permits for Hong Kong, Macao
//! and Taiwan (81–83) and the new permanent residence card of foreigners (9…) follow the same form.

use super::{CITIZEN_ID_STANDARD, refusal};
use crate::kernel::{
    clock::LegalDate,
    refusal::{Refusal, RefusalCode},
};
use std::fmt;
use zeroize::Zeroize;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";
/// Nobody alive was born earlier; an older date is a slip of the hand.
const EARLIEST_YEAR: i32 = 1850;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CitizenIdError {
    #[error("a citizen id has 17 digits and a digit or X")]
    Form,
    #[error("numbers of 15 digits are not valid since 2013")]
    Old,
    #[error("the first two digits name no province")]
    Region,
    #[error("digits 7 to 14 are no date")]
    NoSuchDate,
    #[error("the date of birth lies after today or before 1850")]
    DateOutOfRange,
    #[error("the check character is wrong")]
    Check,
}
impl From<CitizenIdError> for Refusal {
    fn from(error: CitizenIdError) -> Refusal {
        refusal(RefusalCode::CitizenIdInvalid, &error, &CITIZEN_ID_STANDARD)
    }
}

/// The sex that the number states (digit 17: odd male, even female).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Female,
    Male,
}

/// A citizen id whose form, date and check character hold.
#[derive(Clone, PartialEq, Eq)]
pub struct CitizenId {
    text: String,
    born_on: LegalDate,
}
impl CitizenId {
    /// `today` is the legal day of the operation: a date of birth after it is refused. Surrounding blanks are cut and
    /// `x` becomes `X`. A region code that is not in today's tables is accepted, because it may be a historic one;
    /// only its province digits are checked.
    pub fn parse(text: &str, today: LegalDate) -> Result<CitizenId, CitizenIdError> {
        let text = text.trim();
        if text.len() == 15 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CitizenIdError::Old);
        }
        let (check, digits) = text.as_bytes().split_last().ok_or(CitizenIdError::Form)?;
        let check = check.to_ascii_uppercase();
        if digits.len() != 17 || !digits.iter().all(u8::is_ascii_digit) || !CHECKS.contains(&check) {
            return Err(CitizenIdError::Form);
        }
        if !is_province(&digits[..2]) {
            return Err(CitizenIdError::Region);
        }
        let born_on = date(&digits[6..14]).ok_or(CitizenIdError::NoSuchDate)?;
        if born_on > today || born_on < LegalDate::from_ymd_opt(EARLIEST_YEAR, 1, 1).unwrap_or(LegalDate::MIN) {
            return Err(CitizenIdError::DateOutOfRange);
        }
        let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        if CHECKS[(sum % 11) as usize] != check {
            return Err(CitizenIdError::Check);
        }
        Ok(CitizenId { text: text.to_ascii_uppercase(), born_on })
    }
    /// All 18 characters, for encryption and matching only.
    pub fn expose(&self) -> &str {
        &self.text
    }
    pub fn born_on(&self) -> LegalDate {
        self.born_on
    }
    pub fn sex(&self) -> Sex {
        match self.text.as_bytes().get(16) {
            Some(digit) if (digit - b'0') % 2 == 1 => Sex::Male,
            _ => Sex::Female,
        }
    }
    /// The six digits of the region of first registration.
    pub fn region(&self) -> &str {
        &self.text[..6]
    }
}
impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CitizenId(…)")
    }
}
impl Drop for CitizenId {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

fn is_province(digits: &[u8]) -> bool {
    matches!(digits, [b'1'..=b'5', b'1'..=b'9'] | [b'5', b'0'] | [b'6', b'1'..=b'5'] | b"71" | b"81" | b"82" | b"83")
        || digits.first() == Some(&b'9')
}

fn date(digits: &[u8]) -> Option<LegalDate> {
    let number = |part: &[u8]| part.iter().fold(0u32, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    LegalDate::from_ymd_opt(number(&digits[..4]) as i32, number(&digits[4..6]), number(&digits[6..8]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn parse(text: &str) -> Result<CitizenId, CitizenIdError> {
        CitizenId::parse(text, day("2026-03-02"))
    }
    /// Gives 17 digits their check character, by the definition of ISO 7064 MOD 11-2 rather than by the weights.
    fn with_check(digits: &str) -> String {
        let p = digits.bytes().fold(0u32, |p, d| (p + u32::from(d - b'0')) * 2 % 11);
        let check = (12 - p % 11) % 11;
        format!("{digits}{}", if check == 10 { "X".into() } else { check.to_string() })
    }

    #[test]
    fn gb_11643_examples_of_the_standard() {
        let woman = parse("11010519491231002X").unwrap();
        assert_eq!((woman.born_on(), woman.sex(), woman.region()), (day("1949-12-31"), Sex::Female, "110105"));
        let man = parse("440524188001010014").unwrap();
        assert_eq!((man.born_on(), man.sex()), (day("1880-01-01"), Sex::Male));
        assert_eq!(parse(" 11010519491231002x ").unwrap().expose(), "11010519491231002X");
    }

    #[test]
    fn gb_11643_every_single_digit_slip_is_found() {
        let good = "11010519491231002X";
        for at in 0..17 {
            for digit in b'0'..=b'9' {
                let mut bytes = good.as_bytes().to_vec();
                if bytes[at] != digit {
                    bytes[at] = digit;
                    assert!(parse(std::str::from_utf8(&bytes).unwrap()).is_err(), "{at} {digit}");
                }
            }
        }
        for check in "0123456789".chars() {
            assert_eq!(parse(&format!("11010519491231002{check}")).unwrap_err(), CitizenIdError::Check);
        }
    }

    #[test]
    fn gb_11643_the_date_exists_and_lies_between_1850_and_today() {
        for (digits, expected) in [
            ("43010220260302001", None),
            ("43010220260303001", Some(CitizenIdError::DateOutOfRange)),
            ("43010218500101001", None),
            ("43010218491231001", Some(CitizenIdError::DateOutOfRange)),
            ("43010220240229001", None),
            ("43010220230229001", Some(CitizenIdError::NoSuchDate)),
            ("43010219901301001", Some(CitizenIdError::NoSuchDate)),
            ("43010219900001001", Some(CitizenIdError::NoSuchDate)),
        ] {
            assert_eq!(parse(&with_check(digits)).err(), expected, "{digits}");
        }
    }

    #[test]
    fn gb_11643_provinces_permits_and_foreigners_are_accepted_others_not() {
        for region in ["110000", "659001", "500101", "710000", "810000", "820000", "830000", "911100", "439999"] {
            assert!(parse(&with_check(&format!("{region}19900101001"))).is_ok(), "{region}");
        }
        for region in ["000000", "100000", "660000", "700000", "840000", "720000"] {
            let error = parse(&with_check(&format!("{region}19900101001"))).unwrap_err();
            assert_eq!(error, CitizenIdError::Region, "{region}");
        }
    }

    #[test]
    fn gb_11643_other_forms_are_refused() {
        assert_eq!(parse("110105491231002").unwrap_err(), CitizenIdError::Old);
        for text in
            ["", "X", "1101051949123100２X", "11010519491231002XX", "1101051949123100-X", "１１010519491231002X"]
        {
            assert_eq!(parse(text).unwrap_err(), CitizenIdError::Form, "{text}");
        }
        let refusal = Refusal::from(CitizenIdError::Check);
        assert_eq!(refusal.code, RefusalCode::CitizenIdInvalid);
        assert_eq!(refusal.law.unwrap().version, "GB 11643-1999");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", parse("11010519491231002X").unwrap()), "CitizenId(…)");
    }
}
