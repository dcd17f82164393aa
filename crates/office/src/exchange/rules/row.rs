//! One row of a sheet: its cells by the field that each becomes. A cell that cannot be read is a finding and gives a
//! value that lets the other cells be looked at all the same.

use super::{Finding, columns::Words};
use crate::{
    exchange::{CaseSheet, grid},
    kernel::{
        clock::LegalDate,
        money::Money,
        refusal::{Article, Refusal, RefusalCode},
    },
    law::reference,
};

/// The columns of a sheet in the order of its own headings.
pub struct Headings {
    sheet: CaseSheet,
    /// Where each described column stands.
    places: Vec<Option<usize>>,
}
impl Headings {
    /// Reads the first row; what is missing, named twice or unknown is a finding.
    pub fn read(sheet: CaseSheet, row: &grid::Row, findings: &mut Vec<Finding>) -> Headings {
        let named = |cell: &grid::Cell| cell.text.trim().trim_end_matches(['*', '＊']).trim_end().to_owned();
        let titles: Vec<String> = row.cells.iter().map(named).collect();
        let mut wrong = |title: &str, column: Option<&'static str>| {
            let refusal = Refusal::new(RefusalCode::ColumnInvalid).law(&reference::TEXT_FORM).arg("column", title);
            findings.push(Finding { sheet, row: row.number, column, refusal });
        };
        let mut places = Vec::new();
        for column in sheet.columns() {
            let mut found = titles.iter().enumerate().filter(|(_, title)| *title == column.title).map(|(at, _)| at);
            let place = found.next();
            if found.next().is_some() || (column.needed && place.is_none()) {
                wrong(column.title, Some(column.title));
            }
            places.push(place);
        }
        for (at, title) in titles.iter().enumerate() {
            if !title.is_empty() && !places.contains(&Some(at)) && sheet.columns().iter().all(|c| c.title != title) {
                wrong(title, None);
            }
        }
        Headings { sheet, places }
    }
}

pub struct RowReader<'g> {
    headings: &'g Headings,
    row: &'g grid::Row,
    pub findings: Vec<Finding>,
}
impl<'g> RowReader<'g> {
    pub fn new(headings: &'g Headings, row: &'g grid::Row) -> RowReader<'g> {
        RowReader { headings, row, findings: Vec::new() }
    }
    pub fn number(&self) -> u32 {
        self.row.number
    }
    /// Notes a refusal on the cell of `field`.
    pub fn refuse(&mut self, field: &'static str, refusal: Refusal) {
        let sheet = self.headings.sheet;
        let column = sheet.column(field).map(|(_, column)| column.title);
        self.findings.push(Finding { sheet, row: self.row.number, column, refusal: refusal.field(field) });
    }
    fn invalid(&mut self, field: &'static str, law: &'static Article, expected: &str) {
        self.refuse(field, Refusal::new(RefusalCode::CellInvalid).law(law).arg("expected", expected));
    }
    /// What stands in the cell; none when it is blank, or spoilt by the spreadsheet.
    fn cell(&mut self, field: &'static str) -> Option<&'g str> {
        let (at, _) = self.headings.sheet.column(field)?;
        let place = self.headings.places.get(at).copied().flatten()?;
        let row = self.row;
        let cell = row.cells.get(place)?;
        if cell.spoilt {
            self.invalid(field, &reference::TEXT_FORM, "文本");
            return None;
        }
        Some(cell.text.trim()).filter(|text| !text.is_empty())
    }
    pub fn text(&mut self, field: &'static str) -> Option<String> {
        self.cell(field).map(str::to_owned)
    }
    /// A cell that must not be blank.
    fn needed_cell(&mut self, field: &'static str, expected: &str) -> Option<&'g str> {
        let known = self.findings.len();
        let cell = self.cell(field);
        if cell.is_none() && self.findings.len() == known {
            self.invalid(field, &reference::TEXT_FORM, expected);
        }
        cell
    }
    pub fn needed_text(&mut self, field: &'static str) -> String {
        self.needed_cell(field, "非空文本").unwrap_or_default().to_owned()
    }
    /// A word of a closed list.
    pub fn word<T: Copy>(&mut self, field: &'static str, words: Words<T>) -> Option<T> {
        let text = self.cell(field)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            self.invalid(field, &reference::TEXT_FORM, &list(words));
        }
        found
    }
    pub fn needed_word<T: Copy>(&mut self, field: &'static str, words: Words<T>) -> Option<T> {
        self.needed_cell(field, &list(words))?;
        self.word(field, words)
    }
    pub fn money(&mut self, field: &'static str) -> Option<Money> {
        let text = self.cell(field)?;
        let amount = money(text);
        if amount.is_none() {
            self.invalid(field, &reference::MONEY_FORM, "金额，例如203500.00");
        }
        amount
    }
    pub fn needed_money(&mut self, field: &'static str) -> Option<Money> {
        self.needed_cell(field, "金额，例如203500.00")?;
        self.money(field)
    }
    pub fn date(&mut self, field: &'static str) -> Option<LegalDate> {
        let text = self.cell(field)?;
        let day = date(text);
        if day.is_none() {
            self.invalid(field, &reference::DATE_FORM, "日期，例如2026-02-27");
        }
        day
    }
    pub fn needed_date(&mut self, field: &'static str) -> Option<LegalDate> {
        self.needed_cell(field, "日期，例如2026-02-27")?;
        self.date(field)
    }
    pub fn integer(&mut self, field: &'static str) -> Option<i32> {
        let text = self.cell(field)?;
        let number = text.parse().ok().filter(|number| *number > 0);
        if number.is_none() {
            self.invalid(field, &reference::TEXT_FORM, "正整数");
        }
        number
    }
    pub fn needed_integer(&mut self, field: &'static str) -> Option<i32> {
        self.needed_cell(field, "正整数")?;
        self.integer(field)
    }
}
fn list<T>(words: Words<T>) -> String {
    words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join("、")
}

/// An amount as clerks and spreadsheets write it: with or without separators and trailing zeros, never with a third
/// decimal.
fn money(text: &str) -> Option<Money> {
    let bare = text.trim_start_matches(['¥', '￥']).trim_end_matches('元').trim().replace([',', '，'], "");
    let (yuan, decimals) = bare.split_once('.').unwrap_or((&bare, ""));
    if decimals.len() > 2 {
        return None;
    }
    format!("{yuan}.{decimals:0<2}").parse().ok()
}
/// `2026-02-27`, `2026/2/27`, `2026.2.27`, `2026年2月27日`.
fn date(text: &str) -> Option<LegalDate> {
    let text = text.strip_suffix('日').unwrap_or(text);
    let mut parts = text.split(['-', '/', '.', '年', '月']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if parts.next().is_some() || !plain(year, 4..=4) || !plain(month, 1..=2) || !plain(day, 1..=2) {
        return None;
    }
    LegalDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_clerks_write_them() {
        for (text, read) in [
            ("203500.00", Some("203500.00")),
            ("203,500", Some("203500.00")),
            ("203500.5", Some("203500.50")),
            ("¥0.01元", Some("0.01")),
            ("-1", Some("-1.00")),
            ("1.234", None),
            ("1e3", None),
            ("", None),
            ("一百", None),
            ("１００", None),
        ] {
            assert_eq!(money(text).map(|amount| amount.to_string()).as_deref(), read, "{text}");
        }
    }

    #[test]
    fn days_are_read_as_clerks_write_them() {
        let day: LegalDate = "2026-02-07".parse().unwrap();
        for text in ["2026-02-07", "2026/2/7", "2026.02.07", "2026年2月7日"] {
            assert_eq!(date(text), Some(day), "{text}");
        }
        for text in
            ["2026-02-30", "26-02-07", "2026-02", "20260207", "2026-02-07-01", "2026-02-07 10:00", "七月一日", ""]
        {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
