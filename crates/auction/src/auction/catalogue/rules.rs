//! How words are spelled for the search, and the place of a lot in an order. Pure.

use super::{CatalogueSort, DisclosureItem, LotStatus};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Before its end a lot has one of these states.
pub const RUNNING: [LotStatus; 3] = [LotStatus::Announced, LotStatus::Open, LotStatus::Suspended];
/// Longest text of a search, in characters.
pub const LONGEST_QUERY: usize = 20;
/// Of the disclosure so many characters are searchable; the title always is. Each character costs a lot up to two rows
/// of the index (itself and its pair), of about a hundred bytes on either engine: at this bound some 2,500 rows, a
/// quarter of a megabyte, and a few milliseconds when the announcement is published or corrected.
pub const DISCLOSURE_CHARACTERS: usize = 2_000;
/// What of the disclosure is searchable, in the order in which it counts up to the bound. The other warnings say the
/// same of every lot: words of theirs would find all lots and tell none apart.
pub const SEARCHABLE: [DisclosureItem; 12] = [
    DisclosureItem::Condition,
    DisclosureItem::KnownDefects,
    DisclosureItem::Announcement,
    DisclosureItem::Other,
    DisclosureItem::PriorityPurchasers,
    DisclosureItem::Taxes,
    DisclosureItem::Title,
    DisclosureItem::Appraisal,
    DisclosureItem::NoticeRecord,
    DisclosureItem::PaymentMethod,
    DisclosureItem::BiddingRules,
    DisclosureItem::CourtContact,
];
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

/// What is searchable of a lot: its title and its disclosure, in whatever order the items come, up to the bound.
pub fn body(title: &str, disclosure: &[(DisclosureItem, &str)]) -> String {
    let of = |item: DisclosureItem| disclosure.iter().filter(move |(other, _)| *other == item).map(|(_, text)| *text);
    let texts: Vec<&str> = SEARCHABLE.into_iter().flat_map(of).collect();
    let disclosed: String = texts.join(" ").chars().take(DISCLOSURE_CHARACTERS).collect();
    spelling(&format!("{title} {disclosed}"))
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
    fn the_disclosure_is_searchable_up_to_its_limit() {
        use DisclosureItem::{AsIs, Condition, Taxes};
        let long = format!("{}尾", "中".repeat(DISCLOSURE_CHARACTERS - 1));
        assert!(body("房", &[(Condition, long.as_str())]).ends_with('尾'));
        assert!(!body("房", &[(Condition, format!("中{long}").as_str())]).ends_with('尾'));
        assert_eq!(body("某房", &[]), "某房");
        assert_eq!(body("某房", &[(Taxes, "契税，各自承担"), (Condition, "空置")]), "某房 空置 契税 各自承担");
        assert_eq!(body("某房", &[(AsIs, "以现状为准")]), "某房", "what every lot says finds none");
    }

    #[test]
    fn every_item_and_the_defects_are_searchable_once() {
        let own = |item: &&DisclosureItem| !item.is_warning() || **item == DisclosureItem::KnownDefects;
        let wanted: Vec<_> = DisclosureItem::ALL.iter().filter(own).collect();
        assert_eq!(wanted.len(), SEARCHABLE.len());
        assert!(wanted.iter().all(|item| SEARCHABLE.contains(item)));
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
