//! A table as CSV (RFC 4180, UTF-8 with a mark for Excel).
//!
//! A spreadsheet runs a cell that begins like a formula: names and remittance texts come from outside, so such texts
//! get an apostrophe in front, as OWASP advises. Amounts are our own and stay numbers.

use super::cell::Cell;
use crate::kernel::error::Problem;

/// The byte-order mark, by which Excel knows UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The head of the file.
///
/// # Errors
/// Those of the encoder, for which no input is known.
pub fn head<'t>(titles: impl Iterator<Item = &'t str>) -> Result<Vec<u8>, Problem> {
    let mut bytes = MARK.to_vec();
    bytes.extend(lines([titles.map(str::to_owned).collect()])?);
    Ok(bytes)
}

/// Rows of the file.
///
/// # Errors
/// As [`head`].
pub fn rows(rows: &[Vec<Cell>]) -> Result<Vec<u8>, Problem> {
    lines(rows.iter().map(|row| row.iter().map(shown).collect()))
}

fn lines(lines: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, Problem> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for line in lines {
        writer.write_record(line).map_err(Problem::internal)?;
    }
    writer.into_inner().map_err(Problem::internal)
}
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Money(amount) => amount.to_string(),
        Cell::Date(day) => day.to_string(),
        Cell::Number(number) => number.to_string(),
    }
}
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::money::Money;

    #[test]
    fn texts_that_begin_like_formulas_are_only_texts() {
        let text = |text: &str| Cell::Text(text.to_owned());
        for (cell, shown) in [
            (text("=HYPERLINK(\"http://a\")"), "\"'=HYPERLINK(\"\"http://a\"\")\"\r\n"),
            (text("+86"), "'+86\r\n"),
            (text("-1"), "'-1\r\n"),
            (text("@SUM"), "'@SUM\r\n"),
            (text("吴某, 甲"), "\"吴某, 甲\"\r\n"),
            (Cell::Money(Money::from_fen(-5)), "-0.05\r\n"),
            (Cell::Number(12), "12\r\n"),
            (Cell::Date("2026-03-02".parse().unwrap()), "2026-03-02\r\n"),
        ] {
            assert_eq!(String::from_utf8(rows(&[vec![cell]]).unwrap()).unwrap(), shown);
        }
        assert!(head(["案号"].into_iter()).unwrap().starts_with(MARK));
    }
}
