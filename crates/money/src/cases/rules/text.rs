//! Free text of clerks: trimmed, bounded, without control characters.

use crate::{
    kernel::refusal::{Refusal, RefusalCode},
    law::reference,
};

/// Longest number or title of a document, name of an institution and the like.
pub const SHORT: usize = 128;
/// Longest reason, cause or description.
pub const LONG: usize = 500;

/// `text` without outer blanks: 1 to `most` characters, none of them a control character.
pub fn checked(field: &'static str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if !(1..=most).contains(&text.chars().count()) || text.chars().any(char::is_control) {
        return Err(Refusal::new(RefusalCode::TextInvalid)
            .law(&reference::TEXT_FORM)
            .field(field)
            .arg("maximum", most));
    }
    Ok(text.to_owned())
}

/// The same for a text that may be left out; blanks alone count as left out.
pub fn checked_option(field: &'static str, text: Option<&str>, most: usize) -> Result<Option<String>, Refusal> {
    text.filter(|text| !text.trim().is_empty()).map(|text| checked(field, text, most)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_characters_at_both_edges() {
        assert_eq!(checked("x", "  a ", 1).as_deref(), Ok("a"));
        assert!(checked("x", "某某", 2).is_ok());
        for bad in ["", "  ", "某某某", "a\0", "a\nb"] {
            assert!(checked("x", bad, 2).is_err(), "{bad:?}");
        }
        assert_eq!(checked_option("x", Some(" "), 2), Ok(None));
        assert_eq!(checked_option("x", None, 2), Ok(None));
        assert!(checked_option("x", Some("某某某"), 2).is_err());
    }
}
