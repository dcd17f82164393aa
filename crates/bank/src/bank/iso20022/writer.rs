//! Writing a file: a sheet of nested elements, and the checks of what may stand in it.
//!
//! The limits are those of the inter-bank system (CNAPS2) where it is narrower than ISO 20022: ids in ASCII, names of
//! 60 and remarks of 135 characters, accounts of 32.

use super::{AccountHolder, FormatError, Reason, is_hidden};
use crate::kernel::{clock::LegalDate, money::Money};
use std::collections::HashSet;

/// A document being written. Elements close in the order in which they were opened.
pub struct Sheet {
    text: String,
    open: Vec<&'static str>,
}

impl Sheet {
    /// Starts `<Document>` of the message's namespace, e.g. `pain.001.001.09`.
    pub fn new(message: &str) -> Sheet {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{message}\">\n"
        );
        Sheet { text, open: Vec::new() }
    }
    /// Writes an element around what `inside` writes.
    pub fn group(&mut self, name: &'static str, inside: impl FnOnce(&mut Sheet)) {
        self.indent();
        self.text.push_str(&format!("<{name}>\n"));
        self.open.push(name);
        inside(self);
        self.open.pop();
        self.indent();
        self.text.push_str(&format!("</{name}>\n"));
    }
    /// Like [`Sheet::group`] for a path of elements that each hold only the next.
    pub fn path(&mut self, names: &[&'static str], text: &str) {
        match names {
            [] => {}
            [leaf] => self.leaf(leaf, text),
            [name, rest @ ..] => self.group(name, |sheet| sheet.path(rest, text)),
        }
    }
    pub fn leaf(&mut self, name: &'static str, text: &str) {
        self.indent();
        self.text.push_str(&format!("<{name}>{}</{name}>\n", quick_xml::escape::escape(text)));
    }
    pub fn leaf_if(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.leaf(name, text);
        }
    }
    pub fn amount(&mut self, name: &'static str, amount: Money) {
        self.indent();
        self.text.push_str(&format!("<{name} Ccy=\"CNY\">{amount}</{name}>\n"));
    }
    pub fn date(&mut self, name: &'static str, date: LegalDate) {
        self.path(&[name, "Dt"], &date.to_string());
    }
    pub fn account(&mut self, name: &'static str, number: &str) {
        self.path(&[name, "Id", "Othr", "Id"], number);
    }
    /// An agent by its CNAPS code (`CNAPS` is the official code of "Bank Branch code used in China"); nothing for none.
    pub fn agent(&mut self, name: &'static str, bank_code: &str) {
        if bank_code.is_empty() {
            return;
        }
        self.group(name, |sheet| {
            sheet.group("FinInstnId", |sheet| {
                sheet.group("ClrSysMmbId", |sheet| {
                    sheet.path(&["ClrSysId", "Cd"], "CNAPS");
                    sheet.leaf("MmbId", bank_code);
                });
            });
        });
    }
    pub fn finish(mut self) -> String {
        self.text.push_str("</Document>\n");
        self.text
    }
    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n(' ', self.open.len() + 1));
    }
}

fn fault(element: &str, reason: Reason) -> FormatError {
    FormatError::new(0, element, reason)
}

/// An id of our own: 1 to 30 ASCII letters, digits and hyphens.
pub fn check_id(element: &str, id: &str) -> Result<(), FormatError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if id.is_empty() {
        return Err(fault(element, Reason::EmptyValue));
    }
    if id.len() > 30 {
        return Err(fault(element, Reason::TooLong(30)));
    }
    if id.bytes().all(allowed) { Ok(()) } else { Err(fault(element, Reason::Characters)) }
}

/// A text for people: 1 to `max` characters, none hidden, no blank at either end.
pub fn check_text(element: &str, text: &str, max: usize) -> Result<(), FormatError> {
    if text.trim().is_empty() {
        return Err(fault(element, Reason::EmptyValue));
    }
    if text.chars().any(is_hidden) {
        return Err(fault(element, Reason::ControlCharacter));
    }
    if text.trim_matches(' ') != text {
        return Err(fault(element, Reason::Characters));
    }
    if text.chars().count() > max { Err(fault(element, Reason::TooLong(max))) } else { Ok(()) }
}

pub fn check_account(element: &str, number: &str) -> Result<(), FormatError> {
    check_text(element, number, 32)?;
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if number.bytes().all(allowed) { Ok(()) } else { Err(fault(element, Reason::Characters)) }
}

/// Name and number; the bank code has twelve digits or is left out.
pub fn check_holder(element: &str, holder: &AccountHolder, name_limit: usize) -> Result<(), FormatError> {
    check_text(element, &holder.name, name_limit)?;
    check_account(element, &holder.account)?;
    let code = &holder.bank_code;
    let plain = code.is_empty() || (code.len() == 12 && code.bytes().all(|b| b.is_ascii_digit()));
    if plain { Ok(()) } else { Err(fault("MmbId", Reason::Characters)) }
}

/// The paying account names its bank: the schema asks for it.
pub fn check_bank_code(element: &str, holder: &AccountHolder) -> Result<(), FormatError> {
    if holder.bank_code.is_empty() { Err(fault(element, Reason::Missing("MmbId"))) } else { Ok(()) }
}

pub fn check_amount(element: &str, amount: Money) -> Result<(), FormatError> {
    if amount.is_positive() { Ok(()) } else { Err(fault(element, Reason::Zero)) }
}

pub fn check_unique<'a>(element: &str, ids: impl IntoIterator<Item = &'a str>) -> Result<(), FormatError> {
    let mut seen = HashSet::new();
    match ids.into_iter().find(|id| !seen.insert(*id)) {
        Some(id) => Err(fault(element, Reason::Duplicate(id.to_owned()))),
        None => Ok(()),
    }
}

pub fn check_sum(element: &str, amounts: impl IntoIterator<Item = Money>) -> Result<Money, FormatError> {
    Money::sum(amounts).map_err(|e| fault(element, e.into()))
}
