//! Numbers and contents of documents, and how amounts and days are written on paper.

use super::DocumentKind;
use crate::{
    kernel::{
        clock::{LegalDate, Timestamp},
        money::Money,
    },
    paper::{Paper, layout::chinese_day},
};
use chrono::Timelike;
use sha2::{Digest, Sha256};

/// （2026）湘0102收据第12号: year, court, kind, serial of the court and year.
pub fn number(court_code: &str, kind: DocumentKind, year: i32, serial: i64) -> String {
    format!("（{year}）{court_code}{}第{serial}号", kind.mark())
}

/// SHA-256 over the canonical JSON of a paper's words without its number and day.
///
/// # Errors
/// Those of the encoder, for which no input is known.
pub fn content(paper: &Paper) -> Result<[u8; 32], serde_json::Error> {
    let words = (&paper.court, &paper.title, &paper.notice, &paper.blocks);
    Ok(Sha256::digest(serde_json_canonicalizer::to_vec(&words)?).into())
}

/// 1,234,567.89.
pub fn grouped(amount: Money) -> String {
    let text = amount.to_string();
    let (whole, fen) = text.split_once('.').unwrap_or((&text, "00"));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{out}.{fen}")
}
pub fn yuan(amount: Money) -> String {
    format!("{}元", grouped(amount))
}
pub fn day(day: LegalDate) -> String {
    chinese_day(day)
}
/// The day, or that there is none.
pub fn day_or_blank(day: Option<LegalDate>) -> String {
    day.map(chinese_day).unwrap_or_default()
}
/// 2026年3月2日10时0分.
pub fn minute(instant: Timestamp) -> String {
    let local = instant.to_datetime().with_timezone(&crate::kernel::clock::shanghai());
    format!("{}{}时{}分", chinese_day(instant.legal_date()), local.hour(), local.minute())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_three() {
        for (text, shown) in [
            ("0.00", "0.00"),
            ("999.99", "999.99"),
            ("1000.00", "1,000.00"),
            ("123456.70", "123,456.70"),
            ("1234567.89", "1,234,567.89"),
        ] {
            assert_eq!(grouped(text.parse().unwrap()), shown);
        }
        assert_eq!(grouped(Money::from_fen(-100_000)), "-1,000.00");
    }

    #[test]
    fn numbers_name_year_court_kind_and_serial() {
        assert_eq!(number("湘0102", DocumentKind::ReceiptVoucher, 2026, 12), "（2026）湘0102收据第12号");
    }

    #[test]
    fn number_and_day_are_not_the_content() {
        let day = LegalDate::from_ymd_opt(2026, 3, 2).unwrap();
        let paper = |number: &str, title: &str| Paper {
            court: "法院".into(),
            title: title.into(),
            number: number.into(),
            date: day,
            notice: None,
            blocks: Vec::new(),
        };
        assert_eq!(content(&paper("1", "收据")).unwrap(), content(&paper("2", "收据")).unwrap());
        assert_ne!(content(&paper("1", "收据")).unwrap(), content(&paper("1", "公告")).unwrap());
    }
}
