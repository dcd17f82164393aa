//! How words are spelled for the search, and the place of a lot in an order. Pure.

use super::{CatalogueSort, LotStatus};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Before its end a lot has one of these states.
pub const RUNNING: [LotStatus; 3] = [LotStatus::Announced, LotStatus::Open, LotStatus::Suspended];
/// Longest text of a search, in characters.
pub const LONGEST_QUERY: usize = 20;
/// Of a condition so many characters are searchable; the title always is.
pub const CONDITION_CHARACTERS: usize = 500;
/// Longest list of alternatives in one field of a filter.
pub const MOST_ALTERNATIVES: usize = 50;
/// Latest end that a filter can ask for, in hours.
pub const MOST_HOURS: i32 = 8_760;

/// Letters and digits alone, in lower case and half width, words with one blank between them. What looks alike to a
/// reader (Ａ, a) is found alike.
pub fn spelling(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().map(half_width) {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Full-width forms of ASCII and the ideographic blank.
fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(c).saturating_sub(0xFF01).saturating_add(0x21)).unwrap_or(c)
        }
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// What is searchable of a lot: its title and the beginning of its condition.
pub fn body(title: &str, condition: Option<&str>) -> String {
    let condition: String = condition.unwrap_or_default().chars().take(CONDITION_CHARACTERS).collect();
    spelling(&format!("{title} {condition}"))
}

/// Each character and each pair of neighbours within the words of a spelled text.
pub fn terms(spelled: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in spelled.split(' ') {
        let characters: Vec<char> = word.chars().collect();
        found.extend(characters.iter().map(char::to_string));
        found.extend(pairs(&characters));
    }
    found
}

fn pairs(characters: &[char]) -> impl Iterator<Item = String> + '_ {
    characters.windows(2).map(|pair| pair.iter().collect())
}

/// A word of a query with the terms that a lot must have to hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub terms: BTreeSet<String>,
}
impl Word {
    /// Up to two characters the terms say it all; beyond, the pairs might stand apart in the text.
    pub fn needs_reading(&self) -> bool {
        self.text.chars().count() > 2
    }
}

/// The words of a query; none when it holds neither letter nor digit, or is too long.
pub fn words(query: &str) -> Option<Vec<Word>> {
    if query.chars().count() > LONGEST_QUERY {
        return None;
    }
    let spelled = spelling(query);
    if spelled.is_empty() {
        return None;
    }
    let word = |text: &str| {
        let characters: Vec<char> = text.chars().collect();
        let terms = match characters.len() {
            1 => BTreeSet::from([text.to_owned()]),
            _ => pairs(&characters).collect(),
        };
        Word { text: text.to_owned(), terms }
    };
    Some(spelled.split(' ').map(word).collect())
}

/// Where a lot stands in an order: the value it is ordered by, then its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub key: i64,
    pub lot: Uuid,
}

/// First byte of a cursor of the catalogue.
const CURSOR_VERSION: u8 = 2;

/// The cursor of a place: good for this order alone.
pub fn cursor(sort: CatalogueSort, place: Place) -> String {
    let mut bytes = [0_u8; 26];
    bytes[0] = CURSOR_VERSION;
    bytes[1] = sort as u8;
    bytes[2..10].copy_from_slice(&place.key.to_be_bytes());
    bytes[10..].copy_from_slice(place.lot.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}
/// The place again; none for what is no cursor of this order.
pub fn place(sort: CatalogueSort, cursor: &str) -> Option<Place> {
    let bytes: [u8; 26] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
    let (head, rest) = bytes.split_at(2);
    let (key, lot) = rest.split_at(8);
    if head != [CURSOR_VERSION, sort as u8] {
        return None;
    }
    Some(Place { key: i64::from_be_bytes(key.try_into().ok()?), lot: Uuid::from_slice(lot).ok()? })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn spelling_keeps_letters_and_digits_alone() {
        for (text, spelled) in [
            ("长沙市岳麓区，某小区3栋", "长沙市岳麓区 某小区3栋"),
            ("　ＢＭＷ－５２５Ｌｉ　", "bmw 525li"),
            ("100%_股权", "100 股权"),
            ("，。！", ""),
            ("", ""),
        ] {
            assert_eq!(spelling(text), spelled);
            assert_eq!(spelling(spelled), spelled, "a spelled text is its own spelling");
        }
    }

    #[test]
    fn terms_are_single_characters_and_neighbours() {
        let found: Vec<_> = terms("住宅楼 a1").into_iter().collect();
        assert_eq!(found, ["1", "a", "a1", "住", "住宅", "宅", "宅楼", "楼"]);
    }

    #[test]
    fn one_and_two_characters_are_words() {
        let of = |query: &str| words(query).unwrap().remove(0);
        assert_eq!(of("房").terms.into_iter().collect::<Vec<_>>(), ["房"]);
        assert_eq!(of("住宅").terms.into_iter().collect::<Vec<_>>(), ["住宅"]);
        assert_eq!(of("住宅楼").terms.into_iter().collect::<Vec<_>>(), ["住宅", "宅楼"]);
        assert!(!of("住宅").needs_reading() && of("住宅楼").needs_reading());
        assert_eq!(words("长沙 住宅").unwrap().len(), 2);
        assert!(words("！？").is_none());
        assert!(words(&"字".repeat(LONGEST_QUERY)).is_some());
        assert!(words(&"字".repeat(LONGEST_QUERY + 1)).is_none());
    }

    #[test]
    fn the_condition_is_searchable_up_to_its_limit() {
        let long = format!("{}尾", "中".repeat(CONDITION_CHARACTERS - 1));
        assert!(body("房", Some(&long)).ends_with('尾'));
        assert!(!body("房", Some(&format!("中{long}"))).ends_with('尾'));
        assert_eq!(body("某房", None), "某房");
    }

    #[test]
    fn a_cursor_belongs_to_one_order() {
        let here = Place { key: -7, lot: Uuid::from_u128(9) };
        let text = cursor(CatalogueSort::Newest, here);
        assert_eq!(place(CatalogueSort::Newest, &text), Some(here));
        assert_eq!(place(CatalogueSort::MostBids, &text), None);
        for forged in ["", "x", &text[1..], &format!("{text}A")] {
            assert_eq!(place(CatalogueSort::Newest, forged), None);
        }
    }
}
