//! One record: columns to bytes and back. A value that does not fit is refused, never cut.

use super::{
    encoding::{decode, encode, first_character},
    layout::{BankAmountUnit, BankColumn, BankEncoding, BankField, BankLayout, BankPadding},
};
use crate::{
    bank::iso20022::{FormatError, Reason, is_hidden},
    kernel::{
        clock::LegalDate,
        money::{Money, MoneyError},
    },
};
use chrono::{Datelike, NaiveDate};
use std::{
    collections::BTreeMap,
    io::{BufRead, Read},
};

/// Longest record that is read, in bytes: forty columns of the widest, with what stands between them.
const MAX_RECORD: usize = 32 * 1024;

// ---- writing ----

/// Appends one record with its end of line.
///
/// # Errors
/// With the field whose value the column cannot hold.
pub fn write_record(
    layout: &BankLayout,
    columns: &[BankColumn],
    value: impl Fn(BankField) -> String,
    out: &mut Vec<u8>,
) -> Result<(), FormatError> {
    for (index, column) in columns.iter().enumerate() {
        if index > 0
            && let Some(separator) = layout.separator
        {
            out.push(u8::try_from(separator.character()).unwrap_or(b','));
        }
        let text = match column.field {
            BankField::Constant => column.constant.clone().unwrap_or_default(),
            BankField::Ignored => String::new(),
            field => value(field),
        };
        let fault = |reason| FormatError::new(0, column.field.as_str(), reason);
        let bytes = column_bytes(layout, column, &text).map_err(fault)?;
        out.extend_from_slice(&bytes);
    }
    out.extend_from_slice(if layout.crlf { b"\r\n" } else { b"\n" });
    Ok(())
}

fn column_bytes(layout: &BankLayout, column: &BankColumn, text: &str) -> Result<Vec<u8>, Reason> {
    if text.chars().any(is_hidden) {
        return Err(Reason::ControlCharacter);
    }
    if text.trim() != text {
        return Err(Reason::Characters);
    }
    let bytes = encode(layout.encoding, text).ok_or(Reason::Characters)?;
    let width = usize::try_from(column.width).unwrap_or_default();
    let room = width.checked_sub(bytes.len()).ok_or(Reason::TooWide(width))?;
    let Some(separator) = layout.separator else { return Ok(padded(column.padding, bytes, room)) };
    match text.contains(['"', separator.character()]) {
        false => Ok(bytes),
        true if layout.quoted => {
            let quoted = format!("\"{}\"", text.replace('"', "\"\""));
            encode(layout.encoding, &quoted).ok_or(Reason::Characters)
        }
        true => Err(Reason::Characters),
    }
}

fn padded(padding: Option<BankPadding>, mut bytes: Vec<u8>, room: usize) -> Vec<u8> {
    let fill = |with: u8| std::iter::repeat_n(with, room);
    match padding.unwrap_or(BankPadding::SpacesRight) {
        BankPadding::SpacesRight => {
            bytes.extend(fill(b' '));
            bytes
        }
        BankPadding::SpacesLeft => fill(b' ').chain(bytes).collect(),
        BankPadding::ZerosLeft => fill(b'0').chain(bytes).collect(),
    }
}

/// An amount as the layout writes it.
pub fn amount_text(unit: BankAmountUnit, amount: Money) -> String {
    match unit {
        BankAmountUnit::Yuan => amount.to_string(),
        BankAmountUnit::Fen => amount.fen().to_string(),
    }
}

pub fn date_text(date: LegalDate) -> String {
    date.format("%Y%m%d").to_string()
}

// ---- reading ----

/// The records of a file, one at a time; what is in memory is one.
pub struct Records<R> {
    source: R,
    line: u32,
    ended: bool,
}

impl<R: BufRead> Records<R> {
    pub fn new(source: R) -> Records<R> {
        Records { source, line: 0, ended: false }
    }
    /// Had the last record that was read an end of line?
    pub fn ended(&self) -> bool {
        self.ended
    }
    /// The next record without its end of line, with its number from 1; `None` at the end.
    ///
    /// # Errors
    /// When the record is longer than any template allows, or the bytes break off.
    pub fn next(&mut self) -> Result<Option<(u32, Vec<u8>)>, FormatError> {
        self.line = self.line.saturating_add(1);
        let line = self.line;
        let fault = |reason| FormatError::new(line, "Record", reason);
        let most = u64::try_from(MAX_RECORD.saturating_add(1)).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        let read = (&mut self.source).take(most).read_until(b'\n', &mut bytes);
        read.map_err(|_| fault(Reason::Malformed("the bytes broke off".to_owned())))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.len() > MAX_RECORD {
            return Err(fault(Reason::TooWide(MAX_RECORD)));
        }
        self.ended = bytes.last() == Some(&b'\n');
        if self.ended {
            bytes.pop();
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        Ok(Some((line, bytes)))
    }
}

/// The values of one record by their field, without padding; constants are compared.
pub struct Values {
    line: u32,
    unit: BankAmountUnit,
    of: BTreeMap<BankField, String>,
}

/// Splits a record into the values of its columns.
///
/// # Errors
/// When the record has not the form of the columns, with the field at which that shows.
pub fn read_record(
    layout: &BankLayout,
    columns: &[BankColumn],
    line: u32,
    bytes: &[u8],
) -> Result<Values, FormatError> {
    let whole = |reason| FormatError::new(line, "Record", reason);
    let texts = match layout.separator {
        None => fixed(layout.encoding, columns, line, bytes)?,
        Some(separator) => {
            let text = decode(layout.encoding, bytes).ok_or_else(|| whole(not_of(layout.encoding)))?;
            let separator = separator.character();
            let split = if layout.quoted { unquoted(&text, separator) } else { Ok(plain(&text, separator)) };
            split.map_err(whole)?
        }
    };
    if texts.len() != columns.len() {
        return Err(whole(Reason::Record));
    }
    let mut of = BTreeMap::new();
    for (column, text) in columns.iter().zip(texts) {
        let fault = |reason| FormatError::new(line, column.field.as_str(), reason);
        match column.field {
            BankField::Ignored => {}
            BankField::Constant if column.constant.as_deref() == Some(text.as_str()) => {}
            BankField::Constant => return Err(fault(Reason::Value)),
            field => {
                check_value(layout.encoding, column, &text).map_err(fault)?;
                of.insert(field, text);
            }
        }
    }
    Ok(Values { line, unit: layout.amounts, of })
}

const fn not_of(encoding: BankEncoding) -> Reason {
    match encoding {
        BankEncoding::Utf8 => Reason::NotUtf8,
        BankEncoding::Gb18030 => Reason::NotGb18030,
    }
}

fn check_value(encoding: BankEncoding, column: &BankColumn, text: &str) -> Result<(), Reason> {
    if text.chars().any(is_hidden) {
        return Err(Reason::ControlCharacter);
    }
    let width = usize::try_from(column.width).unwrap_or_default();
    match encode(encoding, text) {
        Some(bytes) if bytes.len() <= width => Ok(()),
        _ => Err(Reason::TooWide(width)),
    }
}

/// Columns of fixed width: each begins where a character begins, and the record ends with the last.
fn fixed(
    encoding: BankEncoding,
    columns: &[BankColumn],
    line: u32,
    mut rest: &[u8],
) -> Result<Vec<String>, FormatError> {
    let mut texts = Vec::with_capacity(columns.len());
    for column in columns {
        let fault = |reason| FormatError::new(line, column.field.as_str(), reason);
        let width = usize::try_from(column.width).unwrap_or_default();
        if rest.len() < width {
            return Err(fault(Reason::Record));
        }
        let mut end = 0_usize;
        while end < width {
            let length = first_character(encoding, rest.get(end..).unwrap_or_default());
            end = end.saturating_add(length.ok_or_else(|| fault(not_of(encoding)))?);
        }
        if end > width {
            return Err(fault(Reason::TornCharacter));
        }
        let (column_bytes, behind) = rest.split_at(width);
        rest = behind;
        let text = decode(encoding, column_bytes).ok_or_else(|| fault(not_of(encoding)))?;
        let value = match column.padding.unwrap_or(BankPadding::SpacesRight) {
            BankPadding::SpacesRight => text.trim_end_matches(' '),
            BankPadding::SpacesLeft => text.trim_start_matches(' '),
            // leading zeros mean nothing in a number
            BankPadding::ZerosLeft => text.as_str(),
        };
        texts.push(value.to_owned());
    }
    if rest.is_empty() { Ok(texts) } else { Err(FormatError::new(line, "Record", Reason::Record)) }
}

fn plain(text: &str, separator: char) -> Vec<String> {
    text.split(separator).map(str::to_owned).collect()
}

/// RFC 4180: a value may stand in double quotes, a double quote within it is written twice.
fn unquoted(text: &str, separator: char) -> Result<Vec<String>, Reason> {
    let mut values = Vec::new();
    let mut rest = text;
    loop {
        let (value, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_value(quoted)?,
            None => {
                let end = rest.find(separator).unwrap_or(rest.len());
                let (value, behind) = rest.split_at(end);
                if value.contains('"') {
                    return Err(Reason::Characters);
                }
                (value.to_owned(), behind)
            }
        };
        values.push(value);
        if behind.is_empty() {
            return Ok(values);
        }
        rest = behind.strip_prefix(separator).ok_or(Reason::Characters)?;
    }
}

/// The value behind an opening quote, and what follows the closing one.
fn quoted_value(mut rest: &str) -> Result<(String, &str), Reason> {
    let mut value = String::new();
    loop {
        let (before, behind) = rest.split_once('"').ok_or(Reason::Record)?;
        value.push_str(before);
        match behind.strip_prefix('"') {
            Some(more) => {
                value.push('"');
                rest = more;
            }
            None => return Ok((value, behind)),
        }
    }
}

impl Values {
    pub fn fault(&self, field: BankField, reason: Reason) -> FormatError {
        FormatError::new(self.line, field.as_str(), reason)
    }
    pub fn line(&self) -> u32 {
        self.line
    }
    /// The value of a column that the template has; empty counts as none.
    pub fn find(&self, field: BankField) -> Option<&str> {
        self.of.get(&field).map(String::as_str).filter(|text| !text.is_empty())
    }
    pub fn owned(&self, field: BankField) -> Option<String> {
        self.find(field).map(str::to_owned)
    }
    /// # Errors
    /// `EMPTY_VALUE`.
    pub fn get(&self, field: BankField) -> Result<&str, FormatError> {
        self.find(field).ok_or_else(|| self.fault(field, Reason::EmptyValue))
    }
    /// An amount of zero or more.
    ///
    /// # Errors
    /// `AMOUNT` for another form, `RANGE` beyond what can be booked.
    pub fn money(&self, field: BankField) -> Result<Money, FormatError> {
        let text = self.get(field)?;
        parse_amount(self.unit, text).map_err(|reason| self.fault(field, reason))
    }
    /// # Errors
    /// `COUNT`-like fields hold digits only: `VALUE`.
    pub fn count(&self, field: BankField) -> Result<u64, FormatError> {
        let text = self.get(field)?;
        let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        number.ok_or_else(|| self.fault(field, Reason::Value))
    }
    /// # Errors
    /// `DATE` for anything but `YYYYMMDD` between 1992 and 2199.
    pub fn date(&self, field: BankField) -> Result<LegalDate, FormatError> {
        let text = self.get(field)?;
        let digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
        NaiveDate::parse_from_str(text, "%Y%m%d")
            .ok()
            .filter(|date| digits && (1992..=2199).contains(&date.year()))
            .ok_or_else(|| self.fault(field, Reason::Date))
    }
}

/// Leading zeros mean nothing; everything else is as [`Money`] reads it, without a sign.
fn parse_amount(unit: BankAmountUnit, text: &str) -> Result<Money, Reason> {
    let bare = |digits: &str| {
        let bare = digits.trim_start_matches('0');
        if bare.is_empty() { "0".to_owned() } else { bare.to_owned() }
    };
    if text.starts_with('-') {
        return Err(Reason::Amount);
    }
    match unit {
        BankAmountUnit::Yuan => match text.split_once('.') {
            Some((yuan, cents)) if !yuan.is_empty() => Ok(format!("{}.{cents}", bare(yuan)).parse::<Money>()?),
            _ => Err(Reason::Amount),
        },
        BankAmountUnit::Fen => {
            if !text.bytes().all(|b| b.is_ascii_digit()) {
                return Err(Reason::Amount);
            }
            let fen = bare(text).parse().map_err(|_| Reason::from(MoneyError::Range))?;
            Ok(Money::from_fen(fen).plus(Money::ZERO)?)
        }
    }
}
