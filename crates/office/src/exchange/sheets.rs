//! A file of cases as it is written: the four sheets as a workbook with notes, or as CSV one behind the other. Every
//! cell is a text, so that no number of identity or account loses its end. Without rows it is the template.

use super::{CaseSheet, rules::columns::Column};
use crate::{
    document::tables::{TableFormat, cell::Cell, csv},
    kernel::error::Problem,
};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, XlsxError};

/// Rows below the headings.
pub type Lines = Vec<Vec<String>>;

/// The rows of each sheet.
#[derive(Default)]
pub struct Sheets {
    cases: Lines,
    parties: Lines,
    claims: Lines,
    payees: Lines,
}
impl Sheets {
    pub fn rows(&mut self, sheet: CaseSheet) -> &mut Lines {
        match sheet {
            CaseSheet::Cases => &mut self.cases,
            CaseSheet::Parties => &mut self.parties,
            CaseSheet::Claims => &mut self.claims,
            CaseSheet::Payees => &mut self.payees,
        }
    }
    fn lines(&self, sheet: CaseSheet) -> &Lines {
        match sheet {
            CaseSheet::Cases => &self.cases,
            CaseSheet::Parties => &self.parties,
            CaseSheet::Claims => &self.claims,
            CaseSheet::Payees => &self.payees,
        }
    }
    /// The whole file.
    ///
    /// # Errors
    /// Those of the encoders, for which no input is known.
    pub fn write(&self, format: TableFormat) -> Result<Vec<u8>, Problem> {
        match format {
            TableFormat::Csv => self.separated(),
            TableFormat::Xlsx => self.workbook().map_err(Problem::internal),
        }
    }

    fn separated(&self) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        for sheet in CaseSheet::ALL.iter().copied() {
            let marker = format!("【{}】", sheet.title());
            bytes.extend(match bytes.is_empty() {
                true => csv::head([marker.as_str()].into_iter())?,
                false => csv::rows(&[vec![Cell::Text(marker)]])?,
            });
            bytes.extend(csv::rows(&[sheet.columns().iter().map(|column| Cell::Text(heading(column))).collect()])?);
            let texts = |line: &Vec<String>| line.iter().cloned().map(Cell::Text).collect();
            bytes.extend(csv::rows(&self.lines(sheet).iter().map(texts).collect::<Vec<_>>())?);
        }
        Ok(bytes)
    }

    fn workbook(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        // the same rows are the same file
        let fixed = ExcelDateTime::from_ymd(2000, 1, 1)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&fixed));
        let head = Format::new().set_bold().set_border(FormatBorder::Thin);
        let text = Format::new().set_num_format("@");
        for kind in CaseSheet::ALL.iter().copied() {
            let sheet = book.add_worksheet();
            sheet.set_name(kind.title())?;
            for (at, column) in (0..).zip(kind.columns()) {
                sheet.set_column_format(at, &text)?;
                sheet.set_column_width(at, 22)?;
                sheet.write_string_with_format(0, at, heading(column), &head)?;
            }
            sheet.set_freeze_panes(1, 0)?;
            for (row, line) in (1..).zip(self.lines(kind)) {
                for (column, cell) in (0..).zip(line).filter(|(_, cell)| !cell.is_empty()) {
                    sheet.write_string_with_format(row, column, cell, &text)?;
                }
            }
        }
        notes(&mut book, &head)?;
        book.save_to_buffer()
    }
}

/// As the column is headed: a star means that its cells must be filled in.
fn heading(column: &Column) -> String {
    format!("{}{}", column.title, if column.needed { "*" } else { "" })
}

/// A last sheet, which an import does not read.
fn notes(book: &mut Workbook, head: &Format) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name("填写说明")?;
    for (at, (title, wide)) in (0..).zip([("工作表", 14), ("列", 24), ("必填", 8), ("说明", 70)]) {
        sheet.write_string_with_format(0, at, title, head)?;
        sheet.set_column_width(at, wide)?;
    }
    let columns = CaseSheet::ALL.iter().flat_map(|kind| kind.columns().iter().map(move |column| (*kind, column)));
    for (row, (kind, column)) in (1..).zip(columns) {
        let needed = if column.needed { "是" } else { "否" };
        for (at, text) in (0..).zip([kind.title(), column.title, needed, column.note]) {
            sheet.write_string(row, at, text)?;
        }
    }
    Ok(())
}
