//! A table as a workbook: one sheet, a fixed head, amounts and days as such. Texts are stored as texts, so that none
//! is a formula.

use super::{FundTable, Kind, cell::Cell, describe};
use crate::kernel::error::Problem;
use chrono::Datelike;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// More rows are fetched as CSV: a workbook is made in memory.
pub const MOST_ROWS: usize = 50_000;

/// Writes the workbook; `caption` says court and period.
///
/// # Errors
/// Those of the library.
pub fn write(table: FundTable, caption: &str, rows: &[Vec<Cell>]) -> Result<Vec<u8>, Problem> {
    build(table, caption, rows).map_err(Problem::internal)
}

fn build(table: FundTable, caption: &str, rows: &[Vec<Cell>]) -> Result<Vec<u8>, XlsxError> {
    let described = describe(table);
    let mut book = Workbook::new();
    // the same rows are the same file
    let fixed = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&fixed));
    let sheet = book.add_worksheet();
    sheet.set_name(described.title)?;
    sheet.write_string(0, 0, caption)?;
    let head = Format::new().set_bold().set_border(FormatBorder::Thin).set_align(FormatAlign::Center);
    for (at, column) in (0..).zip(described.columns) {
        sheet.write_string_with_format(1, at, column.title, &head)?;
        let wide = match column.kind {
            Kind::Text | Kind::Word(_) => 22,
            _ => 15,
        };
        sheet.set_column_width(at, wide)?;
    }
    sheet.set_freeze_panes(2, 0)?;
    let formats = (Format::new().set_num_format("#,##0.00"), Format::new().set_num_format("yyyy-mm-dd"));
    for (row, cells) in (2..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            put(sheet, (row, column), cell, &formats)?;
        }
    }
    book.save_to_buffer()
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
