//! A table as a workbook: a fixed head, amounts and days as such. Texts are stored as texts, so that none is a formula.
//!
//! Rows go to a temporary file as they come (in the folder that `TMPDIR` names), so that a workbook of any length takes
//! the memory of a page. A sheet of Excel ends at 1,048,576 rows: the table goes on in the next sheet, which says so.

use super::{Description, FundTable, Kind, cell::Cell, describe};
use crate::kernel::error::Problem;
use chrono::Datelike;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use std::io::Write;

/// Rows of one sheet below its caption and head.
const SHEET_ROWS: u32 = 1_000_000;
/// Caption and head.
const HEAD_ROWS: u32 = 2;

/// A workbook that is being written.
pub struct Book {
    book: Workbook,
    described: &'static Description,
    caption: String,
    /// Sheets begun, and rows of the last of them.
    sheets: usize,
    rows: u32,
    most: u32,
    formats: (Format, Format),
}

impl Book {
    /// An empty workbook; `caption` says court and period.
    ///
    /// # Errors
    /// Those of the library: no temporary file can be made.
    pub fn begin(table: FundTable, caption: String) -> Result<Book, Problem> {
        Book::with_sheets_of(SHEET_ROWS, table, caption).map_err(Problem::internal)
    }

    fn with_sheets_of(most: u32, table: FundTable, caption: String) -> Result<Book, XlsxError> {
        let mut book = Workbook::new();
        // the same rows are the same file
        let fixed = ExcelDateTime::from_ymd(2000, 1, 1)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&fixed));
        let formats = (Format::new().set_num_format("#,##0.00"), Format::new().set_num_format("yyyy-mm-dd"));
        let mut book = Book { book, described: describe(table), caption, sheets: 0, rows: 0, most, formats };
        book.begin_sheet()?;
        Ok(book)
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        let (title, caption) = match self.sheets {
            0 => (self.described.title.to_owned(), self.caption.clone()),
            before => {
                let number = before.saturating_add(1);
                (format!("{} {number}", self.described.title), format!("{}  续表{number}", self.caption))
            }
        };
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(title)?;
        sheet.write_string(0, 0, caption)?;
        let head = Format::new().set_bold().set_border(FormatBorder::Thin).set_align(FormatAlign::Center);
        for (at, column) in (0..).zip(self.described.columns) {
            sheet.write_string_with_format(1, at, column.title, &head)?;
            let wide = match column.kind {
                Kind::Text | Kind::Word(_) => 22,
                _ => 15,
            };
            sheet.set_column_width(at, wide)?;
        }
        sheet.set_freeze_panes(HEAD_ROWS, 0)?;
        self.sheets = self.sheets.saturating_add(1);
        self.rows = 0;
        Ok(())
    }

    /// Adds rows below those that are there.
    ///
    /// # Errors
    /// Those of the library and of the temporary file.
    pub fn push(&mut self, rows: &[Vec<Cell>]) -> Result<(), Problem> {
        rows.iter().try_for_each(|row| self.push_row(row)).map_err(Problem::internal)
    }

    fn push_row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        if self.rows == self.most {
            self.begin_sheet()?;
        }
        let row = HEAD_ROWS.saturating_add(self.rows);
        let sheet = self.book.worksheet_from_index(self.sheets.saturating_sub(1))?;
        for (column, cell) in (0..).zip(cells) {
            put(sheet, (row, column), cell, &self.formats)?;
        }
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// Ends the workbook and writes it out.
    ///
    /// # Errors
    /// Those of the library and of `out`.
    pub fn finish(mut self, out: impl Write + Send) -> Result<(), Problem> {
        self.book.save_to_writer(out).map_err(Problem::internal)
    }
}

fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    (money, date): &(Format, Format),
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        // a sheet knows no other number; fifteen digits hold every amount to the fen
        Cell::Money(amount) => {
            sheet.write_number_with_format(row, column, amount.to_decimal().to_f64().unwrap_or_default(), money)?;
        }
        Cell::Number(number) => {
            sheet.write_number(row, column, i32::try_from(*number).unwrap_or(i32::MAX))?;
        }
        Cell::Date(day) => {
            let (year, month, of_month) = (day.year(), day.month(), day.day());
            let small = |number: u32| u8::try_from(number).unwrap_or(1);
            let day = ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(1900), small(month), small(of_month))?;
            sheet.write_datetime_with_format(row, column, &day, date)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use calamine::{Reader, Xlsx};
    use std::io::Cursor;

    fn sheets(rows: usize) -> Vec<(String, usize)> {
        let mut book = Book::with_sheets_of(3, FundTable::Vouchers, "某法院".into()).unwrap();
        let row = |number: usize| vec![Cell::Number(i64::try_from(number).unwrap()), Cell::Text("=1".into())];
        for number in 0..rows {
            book.push(&[row(number)]).unwrap();
        }
        let mut bytes = Vec::new();
        book.finish(&mut bytes).unwrap();
        let mut read: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let seen = read.worksheets();
        seen.into_iter().map(|(name, range)| (name, range.rows().count())).collect()
    }

    #[test]
    fn a_table_goes_on_in_the_next_sheet_and_loses_no_row() {
        let sheet = |name: &str, rows: usize| (name.to_owned(), rows + 2);
        assert_eq!(sheets(0), [sheet("记账凭证", 0)]);
        assert_eq!(sheets(3), [sheet("记账凭证", 3)]);
        assert_eq!(sheets(4), [sheet("记账凭证", 3), sheet("记账凭证 2", 1)]);
        assert_eq!(sheets(7), [sheet("记账凭证", 3), sheet("记账凭证 2", 3), sheet("记账凭证 3", 1)]);
    }
}
