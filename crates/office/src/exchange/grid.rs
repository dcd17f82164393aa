//! The cells of a file, whatever its form: a workbook (XLSX), or CSV in UTF-8 or GB18030 in which a line `【案件】` begins
//! a sheet.
//!
//! A workbook is a compressed archive from outside: it is measured before it is unpacked, and its cells are read one
//! after the other, since a single cell at the far end would make a dense table of all the cells before it.

use super::{CaseSheet, MOST_BYTES};
use crate::{
    kernel::refusal::{Refusal, RefusalCode},
    law::reference,
};
use calamine::{DataRef, Reader as _, Xlsx};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, Cursor, Read as _},
};

/// Rows of all sheets together.
const MOST_ROWS: usize = 20_000;
const MOST_COLUMNS: usize = 40;
/// A workbook, unpacked.
const MOST_UNPACKED: u64 = 64 * 1024 * 1024;
/// Bytes of text in the cells of a sheet: many cells may show one long text of the workbook.
const MOST_TEXT: usize = 8 * 1024 * 1024;
/// A spreadsheet keeps numbers to so many digits and puts zeros for the rest.
const DIGITS_KEPT: usize = 15;
/// Before a text that begins like a formula the CSV of this program has an apostrophe.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub text: String,
    /// A number that lost its last digits, or an error of a formula.
    pub spoilt: bool,
}
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// As the spreadsheet or the editor shows it, from 1.
    pub number: u32,
    pub cells: Vec<Cell>,
}
/// The rows of a sheet, its headings first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    pub sheet: CaseSheet,
    pub rows: Vec<Row>,
}

/// Not a file of cases.
pub fn unreadable() -> Refusal {
    Refusal::new(RefusalCode::CaseFileInvalid).law(&reference::TEXT_FORM).field("content")
}
/// What a file may hold at most.
pub fn too_much(what: &'static str, maximum: impl ToString) -> Refusal {
    unreadable().arg("what", what).arg("maximum", maximum)
}

/// Reads the sheets that the file has.
///
/// # Errors
/// `CASE_FILE_INVALID`: not a file of this kind, or a larger one than is taken.
pub fn read(bytes: &[u8]) -> Result<Vec<Grid>, Refusal> {
    if bytes.len() > MOST_BYTES {
        return Err(too_much("bytes", MOST_BYTES));
    }
    let grids = if bytes.starts_with(b"PK\x03\x04") { workbook(bytes)? } else { separated(bytes)? };
    if grids.iter().map(|grid| grid.rows.len()).sum::<usize>() > MOST_ROWS {
        return Err(too_much("rows", MOST_ROWS));
    }
    if grids.is_empty() { Err(unreadable()) } else { Ok(grids) }
}

// ---- workbooks ----

fn workbook(bytes: &[u8]) -> Result<Vec<Grid>, Refusal> {
    measure(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let names = book.sheet_names();
    let mut grids = Vec::new();
    for sheet in CaseSheet::ALL.iter().copied().filter(|sheet| names.iter().any(|name| name == sheet.title())) {
        let rows = sheet_rows(&mut book, sheet.title())?;
        grids.push(Grid { sheet, rows });
    }
    Ok(grids)
}
/// Unpacks every part into nothing: what the archive says of its own size proves nothing.
fn measure(bytes: &[u8]) -> Result<(), Refusal> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let mut left = MOST_UNPACKED;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| unreadable())?;
        let unpacked = io::copy(&mut part.take(left.saturating_add(1)), &mut io::sink()).map_err(|_| unreadable())?;
        left = left.checked_sub(unpacked).ok_or_else(|| too_much("bytes unpacked", MOST_UNPACKED))?;
    }
    Ok(())
}
fn sheet_rows(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<Row>, Refusal> {
    let mut reader = book.worksheet_cells_reader(name).map_err(|_| unreadable())?;
    let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    let mut left = MOST_TEXT;
    while let Some(found) = reader.next_cell().map_err(|_| unreadable())? {
        let cell = shown(found.get_value());
        if cell.text.is_empty() && !cell.spoilt {
            continue;
        }
        left = left.checked_sub(cell.text.len()).ok_or_else(|| too_much("bytes of text", MOST_TEXT))?;
        let (row, column) = found.get_position();
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= MOST_COLUMNS {
            return Err(too_much("columns", MOST_COLUMNS));
        }
        if rows.len() >= MOST_ROWS && !rows.contains_key(&row) {
            return Err(too_much("rows", MOST_ROWS));
        }
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize_with(column + 1, Cell::default);
        }
        if let Some(place) = cells.get_mut(column) {
            *place = cell;
        }
    }
    Ok(rows.into_iter().map(|(row, cells)| Row { number: row.saturating_add(1), cells }).collect())
}
/// A cell as a text. Numbers are written out in full; a day is a day, whatever its format.
fn shown(value: &DataRef<'_>) -> Cell {
    let plain = |text: String| Cell { text, spoilt: false };
    match value {
        DataRef::Empty => Cell::default(),
        DataRef::String(text) => plain(text.clone()),
        DataRef::SharedString(text) => plain((*text).to_owned()),
        DataRef::Int(number) => plain(number.to_string()),
        DataRef::Float(number) => {
            let text = number.to_string();
            let digits = text.split('.').next().map_or(0, |yuan| yuan.trim_start_matches('-').len());
            Cell { text, spoilt: digits > DIGITS_KEPT }
        }
        DataRef::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            plain(format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::DateTimeIso(text) => plain(text.split('T').next().unwrap_or_default().to_owned()),
        DataRef::Bool(_) | DataRef::DurationIso(_) | DataRef::Error(_) => Cell { text: "#".to_owned(), spoilt: true },
    }
}

// ---- CSV ----

fn separated(bytes: &[u8]) -> Result<Vec<Grid>, Refusal> {
    let text = decoded(bytes)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut lines = Lines { text: text.as_bytes(), seen: 0, line: 1 };
    let mut grids: Vec<Grid> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| unreadable())?;
        if record.len() > MOST_COLUMNS && record.iter().skip(MOST_COLUMNS).any(|text| !text.trim().is_empty()) {
            return Err(too_much("columns", MOST_COLUMNS));
        }
        let line = lines.of(record.position().map_or(0, csv::Position::byte));
        let first = record.get(0).unwrap_or_default().trim();
        if let Some(title) = first.strip_prefix('【').and_then(|rest| rest.strip_suffix('】')) {
            let sheet = CaseSheet::ALL.iter().copied().find(|sheet| sheet.title() == title).ok_or_else(unreadable)?;
            if grids.iter().any(|grid| grid.sheet == sheet) {
                return Err(unreadable());
            }
            grids.push(Grid { sheet, rows: Vec::new() });
            continue;
        }
        let cells: Vec<Cell> = record.iter().take(MOST_COLUMNS).map(unguarded).collect();
        if cells.iter().all(|cell| cell.text.is_empty()) {
            continue;
        }
        let grid = grids.last_mut().ok_or_else(unreadable)?;
        grid.rows.push(Row { number: line, cells });
    }
    Ok(grids)
}
/// Counts lines as an editor does: the reader gives a record the place at which the empty lines before it begin.
struct Lines<'t> {
    text: &'t [u8],
    seen: usize,
    line: u32,
}
impl Lines<'_> {
    /// The line on which the record behind this byte begins; asked in order.
    fn of(&mut self, byte: u64) -> u32 {
        let begin = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(byte) = self.text.get(self.seen)
            && (self.seen < begin || matches!(byte, b'\r' | b'\n'))
        {
            self.line = self.line.saturating_add(u32::from(*byte == b'\n'));
            self.seen += 1;
        }
        self.line
    }
}

/// UTF-8 with or without its mark, else GB18030, in which spreadsheets of the Chinese edition write CSV.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    let bare = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    match std::str::from_utf8(bare) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(_) => {
            encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(unreadable)
        }
    }
}
fn unguarded(text: &str) -> Cell {
    let text = text.trim();
    let bare = text.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(text);
    Cell { text: bare.to_owned(), spoilt: false }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    const CSV: &str = "【案件】,,\r\n案号,立案日期\r\n\r\n'=1,\"2026\n02\"\r\n【当事人】\r\n易某\r\n";

    #[test]
    fn csv_is_read_in_each_encoding_with_its_lines() {
        let plain = read(CSV.as_bytes()).unwrap();
        assert_eq!(plain.iter().map(|grid| grid.sheet).collect::<Vec<_>>(), [CaseSheet::Cases, CaseSheet::Parties]);
        let numbers: Vec<_> = plain.iter().flat_map(|grid| grid.rows.iter().map(|row| row.number)).collect();
        assert_eq!(numbers, [2, 4, 7]);
        assert_eq!(plain[0].rows[1].cells[0].text, "=1");
        let marked = ["\u{feff}".as_bytes(), CSV.as_bytes()].concat();
        assert_eq!(read(&marked).unwrap(), plain);
        let (chinese, ..) = encoding_rs::GB18030.encode(CSV);
        assert_eq!(read(&chinese).unwrap(), plain);
    }

    #[test]
    fn what_is_no_file_of_cases_is_refused() {
        let columns = |n: usize| format!("【案件】\n{}\n", vec!["案号"; n].join(","));
        let rows = |n: usize| format!("【案件】\n{}", "案号\n".repeat(n));
        assert!(read(columns(MOST_COLUMNS).as_bytes()).is_ok());
        assert!(read(rows(MOST_ROWS).as_bytes()).is_ok());
        let (wide, long, large) = (columns(MOST_COLUMNS + 1), rows(MOST_ROWS + 1), "案".repeat(MOST_BYTES / 3 + 1));
        let foreign =
            ["", "案号\n", "【罚款】\n案号\n", "【案件】\n案号\n【案件】\n", "PK\u{3}\u{4}", &wide, &long, &large];
        for text in foreign {
            let refusal = read(text.as_bytes()).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::CaseFileInvalid, "{}", &text[..text.floor_char_boundary(20)]);
        }
        assert!(read(&[0xff, 0xfe, 0x48, 0x68]).is_err(), "UTF-16");
    }

    #[test]
    fn cells_of_a_workbook_are_texts_and_rounded_numbers_are_told() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name("收款账户").unwrap();
        sheet.write_string(0, 0, "账号").unwrap();
        sheet.write_number(2, 0, 622_848_040).unwrap();
        sheet.write_number(2, 1, 6.228_480_402_564_89e18).unwrap();
        let day = Format::new().set_num_format("yyyy/m/d");
        sheet.write_datetime_with_format(2, 2, ExcelDateTime::from_ymd(2026, 2, 27).unwrap(), &day).unwrap();
        let grids = read(&book.save_to_buffer().unwrap()).unwrap();
        let [Grid { sheet: CaseSheet::Payees, rows }] = grids.as_slice() else { panic!("{grids:?}") };
        let cells: Vec<_> = rows[1].cells.iter().map(|cell| (cell.text.as_str(), cell.spoilt)).collect();
        assert_eq!(rows[1].number, 3);
        assert!(!cells[0].1 && cells[1].1);
        assert_eq!(cells[2], ("2026-02-27", false));
    }

    #[test]
    fn a_cell_at_the_far_end_does_not_fill_the_memory() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name("案件").unwrap();
        sheet.write_string(1_048_575, 0, "案号").unwrap();
        let one = book.save_to_buffer().unwrap();
        assert_eq!(read(&one).unwrap()[0].rows.len(), 1);
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name("案件").unwrap();
        sheet.write_string(0, 16_383, "案号").unwrap();
        assert!(read(&book.save_to_buffer().unwrap()).is_err());
    }
}
