//! 联行号: the twelve-digit bank code of the national payment system: bank class 3, area 4, branch 4, check 1.
//! The check is ISO 7064 MOD 11,10; no public text says so, but it holds for all of 66 published codes.

use super::{CNAPS_STANDARD, refusal};
use crate::kernel::refusal::{Refusal, RefusalCode};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CnapsError {
    #[error("a bank code has twelve digits")]
    Form,
    #[error("the check digit is wrong")]
    Check,
}
impl From<CnapsError> for Refusal {
    fn from(error: CnapsError) -> Refusal {
        refusal(RefusalCode::CnapsInvalid, &error, &CNAPS_STANDARD)
    }
}

/// A bank code whose check digit holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cnaps(String);
impl Cnaps {
    pub fn parse(text: &str) -> Result<Cnaps, CnapsError> {
        let text = text.trim();
        let (check, body) = text.as_bytes().split_last().ok_or(CnapsError::Form)?;
        if body.len() != 11 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CnapsError::Form);
        }
        let product = body.iter().fold(10, |product, byte| match (u32::from(byte - b'0') + product) % 10 {
            0 => 20 % 11,
            sum => 2 * sum % 11,
        });
        if (11 - product) % 10 != u32::from(check - b'0') {
            return Err(CnapsError::Check);
        }
        Ok(Cnaps(text.to_owned()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The bank's class, e.g. 102 for 工商银行.
    pub fn bank_class(&self) -> &str {
        &self.0[..3]
    }
    /// The area's four digits.
    pub fn area(&self) -> &str {
        &self.0[3..7]
    }
}
impl fmt::Display for Cnaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    const HEAD_OFFICES: [&str; 6] =
        ["102100099996", "103100000026", "104100000004", "105100000017", "308584000013", "313651027012"];

    #[test]
    fn iso_7064_published_bank_codes_pass() {
        for code in HEAD_OFFICES {
            let parsed = Cnaps::parse(&format!(" {code} ")).unwrap();
            assert_eq!(parsed.as_str(), code);
            assert_eq!((parsed.bank_class(), parsed.area()), (&code[..3], &code[3..7]));
        }
    }

    #[test]
    fn iso_7064_every_single_slip_is_found() {
        for code in HEAD_OFFICES {
            for at in 0..12 {
                for digit in b'0'..=b'9' {
                    let mut bytes = code.as_bytes().to_vec();
                    if bytes[at] != digit {
                        bytes[at] = digit;
                        assert_eq!(Cnaps::parse(std::str::from_utf8(&bytes).unwrap()), Err(CnapsError::Check));
                    }
                }
            }
        }
    }

    #[test]
    fn form_at_both_edges() {
        for code in ["", "10210009999", "1021000999960", "10210009999X", "１02100099996"] {
            assert_eq!(Cnaps::parse(code).unwrap_err(), CnapsError::Form, "{code}");
        }
        assert_eq!(Refusal::from(CnapsError::Check).code, RefusalCode::CnapsInvalid);
    }
}
