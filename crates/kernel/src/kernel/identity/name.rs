//! Names of persons and organisations. One person's name is written in many ways: full-width brackets, four kinds of
//! middle dot, compatibility ideographs, invisible marks from a web page. A payment must not fail for these, and must
//! fail for a real difference, so names are compared by a key and never by their letters alone.

use super::{TEXT_FORM, refusal};
use crate::kernel::refusal::{Refusal, RefusalCode};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Longest name in characters: the longest registered company names have about ninety.
const MAX_CHARS: usize = 128;
/// 间隔号 of names such as 阿不都·热合曼; the sign to compare with is U+00B7.
const MIDDLE_DOT: char = '·';

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("the name is empty")]
    Empty,
    #[error("the name has more than 128 characters")]
    TooLong,
    #[error("the name holds control or invisible characters, or no letter at all")]
    Character,
}
impl From<NameError> for Refusal {
    fn from(error: NameError) -> Refusal {
        refusal(RefusalCode::TextInvalid, &error, &TEXT_FORM)
    }
}

/// A name as its bearer writes it (NFC, outer blanks cut), with a key for comparison.
#[derive(Clone, PartialEq, Eq)]
pub struct Name(String);
impl Name {
    /// 1 to 128 characters with at least one letter; no control characters, no direction marks.
    pub fn parse(text: &str) -> Result<Name, NameError> {
        let text: String = text.trim().nfc().collect();
        match text.chars().count() {
            0 => Err(NameError::Empty),
            count if count > MAX_CHARS => Err(NameError::TooLong),
            _ if text.chars().any(|c| c.is_control() || is_direction_mark(c)) => Err(NameError::Character),
            _ if !text.chars().any(char::is_alphabetic) => Err(NameError::Character),
            _ => Ok(Name(text)),
        }
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// What two spellings of the same name have in common.
    pub fn comparison_key(&self) -> String {
        comparison_key(&self.0)
    }
    /// Whether both are spellings of one name.
    pub fn same_as(&self, other: &str) -> bool {
        self.comparison_key() == comparison_key(other)
    }
}
impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(…)")
    }
}

/// NFKC, capitals, one kind of middle dot, no blanks and no invisible marks. A full stop between two ideographs is a
/// middle dot that somebody could not type.
pub fn comparison_key(text: &str) -> String {
    let folded: Vec<char> = text
        .nfkc()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(*c))
        .map(|c| if is_middle_dot(c) { MIDDLE_DOT } else { c })
        .flat_map(char::to_uppercase)
        .collect();
    let ideograph_at = |at: Option<usize>| at.and_then(|at| folded.get(at)).is_some_and(|c| is_ideograph(*c));
    let dotted = |(at, c): (usize, &char)| match c {
        '.' if ideograph_at(at.checked_sub(1)) && ideograph_at(Some(at + 1)) => MIDDLE_DOT,
        other => *other,
    };
    folded.iter().enumerate().map(dotted).collect()
}

fn is_middle_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '‧' | '∙' | '⋅' | '・' | '･' | '●' | '᛫' | '⸱' | '。' | '｡')
}
/// Han, with extensions A to H and compatibility forms.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
fn is_invisible(c: char) -> bool {
    is_direction_mark(c)
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
        || matches!(c, '\u{ad}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for (left, right) in [
            ("阿不都·热合曼", "阿不都•热合曼"),
            ("阿不都·热合曼", "阿不都・热合曼"),
            ("阿不都·热合曼", "阿不都‧热合曼"),
            ("阿不都·热合曼", "阿不都．热合曼"),
            ("阿不都·热合曼", "阿不都. 热合曼"),
            ("长沙芙蓉（集团）有限公司", "长沙芙蓉(集团)有限公司"),
            ("易 某", "易某"),
            ("易\u{3000}某", "易某"),
            ("易某\u{feff}", "易某"),
            ("ＡＢＣ贸易有限公司", "abc贸易有限公司"),
            ("Anne  O'Hara", "ANNE O'HARA"),
            ("\u{f9b4}某", "\u{9818}某"),
        ] {
            assert!(Name::parse(left).unwrap().same_as(right), "{left} {right}");
        }
    }

    #[test]
    fn different_names_have_different_keys() {
        for (left, right) in [
            ("吴某", "吴某某"),
            ("阿不都·热合曼", "阿不都热合曼"),
            ("长沙芙蓉有限公司", "长沙芙蓉有限责任公司"),
            ("A.B贸易有限公司", "A·B贸易有限公司"),
            ("张三", "張三"),
        ] {
            assert!(!Name::parse(left).unwrap().same_as(right), "{left} {right}");
        }
    }

    #[test]
    fn lengths_and_characters_at_both_edges() {
        assert_eq!(Name::parse("  ").unwrap_err(), NameError::Empty);
        assert_eq!(Name::parse(" 易某 ").unwrap().as_str(), "易某");
        assert!(Name::parse(&"某".repeat(128)).is_ok());
        assert_eq!(Name::parse(&"某".repeat(129)).unwrap_err(), NameError::TooLong);
        for text in ["易\u{0}某", "易\n某", "易\u{202e}某", "12345", "·"] {
            assert_eq!(Name::parse(text).unwrap_err(), NameError::Character, "{text:?}");
        }
        assert_eq!(Refusal::from(NameError::Empty).code, RefusalCode::TextInvalid);
    }
}
