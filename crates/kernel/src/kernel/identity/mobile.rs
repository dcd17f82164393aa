//! Mobile numbers of mainland China: eleven digits from 13 to 19. Landlines are another field.

use super::{MOBILE_FORM, refusal};
use crate::kernel::refusal::{Refusal, RefusalCode};
use std::fmt;
use zeroize::Zeroize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MobileError {
    #[error("a mobile number has eleven digits and begins with 13 to 19")]
    Form,
}
impl From<MobileError> for Refusal {
    fn from(error: MobileError) -> Refusal {
        refusal(RefusalCode::MobileInvalid, &error, &MOBILE_FORM)
    }
}

/// Eleven digits without country code.
#[derive(Clone, PartialEq, Eq)]
pub struct Mobile(String);
impl Mobile {
    /// Blanks, hyphens and a leading `+86` or `0086` are dropped.
    pub fn parse(text: &str) -> Result<Mobile, MobileError> {
        let compact: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = compact.strip_prefix("+86").or_else(|| compact.strip_prefix("0086")).unwrap_or(&compact);
        match digits.as_bytes() {
            [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9 && rest.iter().all(u8::is_ascii_digit) => {
                Ok(Mobile(digits.to_owned()))
            }
            _ => Err(MobileError::Form),
        }
    }
    /// All digits, for encryption, matching and sending only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mobile(…)")
    }
}
impl Drop for Mobile {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_blanks_are_dropped() {
        for text in ["13812341234", " 138 1234 1234 ", "+86 138-1234-1234", "008613812341234"] {
            assert_eq!(Mobile::parse(text).unwrap().expose(), "13812341234", "{text}");
        }
        assert!(Mobile::parse("19900000000").is_ok());
        assert_eq!(format!("{:?}", Mobile::parse("13812341234").unwrap()), "Mobile(…)");
    }

    #[test]
    fn other_numbers_are_refused() {
        for text in [
            "",
            "1381234123",
            "138123412345",
            "12812341234",
            "23812341234",
            "0731-88888888",
            "+8513812341234",
            "１3812341234",
            "1381234123a",
        ] {
            assert_eq!(Mobile::parse(text).unwrap_err(), MobileError::Form, "{text}");
        }
        assert_eq!(Refusal::from(MobileError::Form).code, RefusalCode::MobileInvalid);
    }
}
