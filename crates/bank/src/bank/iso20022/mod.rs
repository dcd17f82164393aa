//! ISO 20022 files: what a court exchanges with its bank.
//!
//! Read: credit notices (camt.054), statements (camt.053), payment results (pain.002) and, for the simulator, payment
//! orders (pain.001). Written: pain.001, and for the simulator pain.002 and camt.054.
//!
//! The schemas allow five decimals and check no sum, so everything that protects money is checked here: CNY with
//! exactly two decimals, counts and control sums, references used once per file. The reader takes no DTD, no entity of
//! its own and no foreign namespace, and is bounded in size, depth and number of elements. It reads the elements
//! that the court needs and ignores the others; a file is taken whole or refused whole.

pub mod camt053;
pub mod camt054;
mod entry;
mod line;
pub mod pain001;
pub mod pain002;
mod reader;
pub mod report;
mod source;
mod totals;
mod writer;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod corpus;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod round_trip;

pub use line::{BankLine, Counterparty, Direction};
pub use reader::{MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS};

use crate::{
    kernel::{
        clock::Timestamp,
        money::{Money, MoneyError},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use reader::Document;
use std::io::Read;

/// A file of one of the four kinds, read and found consistent in itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankMessage {
    /// camt.054: money that came or went (到账通知).
    Notice(camt054::Notice),
    /// camt.053: a day's statement (对账单).
    Statement(camt053::Statements),
    /// pain.001: payment orders (支付指令).
    Payments(pain001::PaymentFile),
    /// pain.002: results of payment orders (支付结果).
    Results(pain002::StatusReport),
}

/// Reads a file of any of the four kinds; the kind follows from the namespace of its root.
pub fn read(bytes: &[u8]) -> Result<BankMessage, FormatError> {
    read_named(bytes).map(|(_, message)| message)
}

/// Like [`read`], with the full name of the message, e.g. `camt.054.001.08`. The whole message is kept: for files whose
/// size is known to be small. Others go through [`read_stream`].
pub fn read_named(bytes: &[u8]) -> Result<(String, BankMessage), FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::whole(Reason::TooLarge));
    }
    let (mut lines, mut statements) = (Vec::new(), Vec::new());
    let (name, rest) = read_stream(bytes, &mut |part| {
        match part {
            Part::Line(line) => lines.push(line),
            Part::Statement(end) => statements.push(end.with(std::mem::take(&mut lines))),
        }
        Ok(())
    })?;
    let message = match rest {
        Rest::Notice { message_id, created_at, pending } => {
            BankMessage::Notice(camt054::Notice { message_id, created_at, lines, pending })
        }
        Rest::Statement { message_id, created_at } => {
            BankMessage::Statement(camt053::Statements { message_id, created_at, statements })
        }
        Rest::Payments(file) => BankMessage::Payments(file),
        Rest::Results(report) => BankMessage::Results(report),
    };
    Ok((name, message))
}

/// What passes while an account report is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A booked movement, in the order of the file.
    Line(BankLine),
    /// The end of a statement: the lines since the last one were its own.
    Statement(camt053::StatementEnd),
}

/// What is known of a file at its end, besides what has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rest {
    Notice { message_id: String, created_at: Timestamp, pending: usize },
    Statement { message_id: String, created_at: Timestamp },
    Payments(pain001::PaymentFile),
    Results(pain002::StatusReport),
}

/// Reads a file from a stream, in memory that does not grow with it: movements go to `take` one by one. Only at the end
/// is it known whether the file is sound: what was taken counts for nothing when an error follows.
pub fn read_stream(
    source: impl Read,
    take: &mut dyn FnMut(Part) -> Result<(), FormatError>,
) -> Result<(String, Rest), FormatError> {
    let mut entries = entry::Entries::new(take);
    let document = Document::parse(source, &mut entries)?;
    let seen = entries.seen();
    let rest = match document.kind {
        MessageKind::Camt054 => camt054::read(&document, seen)?,
        MessageKind::Camt053 => camt053::read(&document, seen)?,
        MessageKind::Pain001 => Rest::Payments(pain001::read(&document)?),
        MessageKind::Pain002 => Rest::Results(pain002::read(&document)?),
    };
    Ok((document.name, rest))
}

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:";

/// Which message a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    Camt053,
    Camt054,
    Pain001,
    Pain002,
}

impl MessageKind {
    /// Prefix of the namespace, first and last version taken, element that holds the message.
    const fn profile(self) -> (&'static str, u8, u8, &'static str) {
        match self {
            MessageKind::Camt053 => ("camt.053.001.", 8, 12, "BkToCstmrStmt"),
            MessageKind::Camt054 => ("camt.054.001.", 8, 12, "BkToCstmrDbtCdtNtfctn"),
            MessageKind::Pain001 => ("pain.001.001.", 9, 12, "CstmrCdtTrfInitn"),
            MessageKind::Pain002 => ("pain.002.001.", 10, 14, "CstmrPmtStsRpt"),
        }
    }

    /// The element that repeats in an account report.
    fn report(self) -> Option<&'static str> {
        match self {
            MessageKind::Camt053 => Some("Stmt"),
            MessageKind::Camt054 => Some("Ntfctn"),
            MessageKind::Pain001 | MessageKind::Pain002 => None,
        }
    }

    /// From the namespace `urn:iso:std:iso:20022:tech:xsd:camt.054.001.08`; `None` for any other message or version.
    fn from_namespace(namespace: &str) -> Option<MessageKind> {
        let name = namespace.strip_prefix(NAMESPACE)?;
        [MessageKind::Camt053, MessageKind::Camt054, MessageKind::Pain001, MessageKind::Pain002].into_iter().find(
            |kind| {
                let (prefix, first, last, _) = kind.profile();
                name.strip_prefix(prefix)
                    .filter(|version| version.len() == 2 && version.bytes().all(|b| b.is_ascii_digit()))
                    .and_then(|version| version.parse::<u8>().ok())
                    .is_some_and(|version| (first..=last).contains(&version))
            },
        )
    }
}

/// Why a file is refused, and where. `line` counts from 1; 0 when the fault is not at one place of a file read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {element}: {reason}")]
pub struct FormatError {
    pub line: u32,
    /// Name of the element, e.g. `CtrlSum`; `Document` when the file as a whole is meant.
    pub element: String,
    pub reason: Reason,
}

impl FormatError {
    pub(in crate::bank) fn new(line: u32, element: &str, reason: Reason) -> FormatError {
        FormatError { line, element: element.to_owned(), reason }
    }
    pub(in crate::bank) fn whole(reason: Reason) -> FormatError {
        FormatError::new(0, "Document", reason)
    }
}

impl From<FormatError> for Refusal {
    /// `BANK_FILE_INVALID` with `line`, `element`, `reason` (the stable token) and `detail` (English text).
    fn from(error: FormatError) -> Refusal {
        Refusal::new(RefusalCode::BankFileInvalid)
            .law(&reference::BANK_FILE_FORM)
            .field("content")
            .arg("line", error.line)
            .arg("element", &error.element)
            .arg("reason", error.reason.token())
            .arg("detail", &error.reason)
    }
}

/// What is wrong with a file. Texts quote nothing longer than a reference and never a name or an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("the file is empty")]
    Empty,
    #[error("the file is larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("elements are nested deeper than {MAX_DEPTH}")]
    TooDeep,
    #[error("the file holds more than {MAX_ELEMENTS} elements")]
    TooManyElements,
    #[error("an element has too many attributes")]
    TooManyAttributes,
    #[error("the file is not UTF-8")]
    NotUtf8,
    #[error("the file is not GB 18030")]
    NotGb18030,
    #[error("a column begins in the middle of a character")]
    TornCharacter,
    #[error("the record has not the length or the columns of its template")]
    Record,
    #[error("not well-formed XML: {0}")]
    Malformed(String),
    #[error("a document type declaration is not allowed")]
    Dtd,
    #[error("only the five entities of XML itself and character references are allowed")]
    Entity,
    #[error("a processing instruction is not allowed")]
    ProcessingInstruction,
    #[error("not a message or version that is taken here")]
    UnknownMessage,
    #[error("an element of another namespace")]
    ForeignElement,
    #[error("text stands where only elements may")]
    StrayText,
    #[error("a control or invisible formatting character")]
    ControlCharacter,
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} may stand only once")]
    Repeated(&'static str),
    #[error("the value is empty")]
    EmptyValue,
    #[error("longer than {0} characters")]
    TooLong(usize),
    #[error("longer than {0} bytes")]
    TooWide(usize),
    #[error("characters that are not allowed here")]
    Characters,
    #[error("the value is not one of those allowed")]
    Value,
    #[error("only CNY is taken")]
    Currency,
    #[error("an amount has digits, a point and exactly two decimals, without a sign")]
    Amount,
    #[error("the amount must be above zero")]
    Zero,
    #[error("the amount is outside of the range that can be booked")]
    Range,
    #[error("the sum is {found}, the file says {stated}")]
    Sum { stated: Money, found: Money },
    #[error("{found} are in the file, it says {stated}")]
    Count { stated: u64, found: u64 },
    #[error("the reference {0} stands twice")]
    Duplicate(String),
    #[error("not a date between 1992-01-01 and 2199-12-31")]
    Date,
    #[error("the file holds no entry")]
    NothingInside,
    #[error("the opening balance is {stated}, the statement before closed with {found}")]
    Gap { stated: Money, found: Money },
    #[error("the account is not one of the court's accounts")]
    UnknownAccount,
    #[error("a file speaks of one account only")]
    SeveralAccounts,
    #[error("no payment file of ours has this id")]
    UnknownOriginal,
    #[error("no payment {0} stands in the file that is answered")]
    UnknownPayment(String),
    #[error("the payment {0} was ordered with another amount")]
    OtherAmount(String),
    #[error("the reference {0} is known with another amount or side")]
    Changed(String),
    #[error("the date lies in the future")]
    Future,
    #[error("payment orders are written here, not imported")]
    NotForImport,
}

impl Reason {
    /// Stable token for message files and programs.
    pub const fn token(&self) -> &'static str {
        match self {
            Reason::Empty => "EMPTY",
            Reason::TooLarge => "TOO_LARGE",
            Reason::TooDeep => "TOO_DEEP",
            Reason::TooManyElements => "TOO_MANY_ELEMENTS",
            Reason::TooManyAttributes => "TOO_MANY_ATTRIBUTES",
            Reason::NotUtf8 => "NOT_UTF8",
            Reason::NotGb18030 => "NOT_GB18030",
            Reason::TornCharacter => "TORN_CHARACTER",
            Reason::Record => "RECORD",
            Reason::Malformed(_) => "MALFORMED",
            Reason::Dtd => "DTD",
            Reason::Entity => "ENTITY",
            Reason::ProcessingInstruction => "PROCESSING_INSTRUCTION",
            Reason::UnknownMessage => "UNKNOWN_MESSAGE",
            Reason::ForeignElement => "FOREIGN_ELEMENT",
            Reason::StrayText => "STRAY_TEXT",
            Reason::ControlCharacter => "CONTROL_CHARACTER",
            Reason::Missing(_) => "MISSING",
            Reason::Repeated(_) => "REPEATED",
            Reason::EmptyValue => "EMPTY_VALUE",
            Reason::TooLong(_) | Reason::TooWide(_) => "TOO_LONG",
            Reason::Characters => "CHARACTERS",
            Reason::Value => "VALUE",
            Reason::Currency => "CURRENCY",
            Reason::Amount => "AMOUNT",
            Reason::Zero => "ZERO",
            Reason::Range => "RANGE",
            Reason::Sum { .. } => "SUM",
            Reason::Count { .. } => "COUNT",
            Reason::Duplicate(_) => "DUPLICATE",
            Reason::Date => "DATE",
            Reason::NothingInside => "NOTHING_INSIDE",
            Reason::Gap { .. } => "GAP",
            Reason::UnknownAccount => "UNKNOWN_ACCOUNT",
            Reason::SeveralAccounts => "SEVERAL_ACCOUNTS",
            Reason::UnknownOriginal => "UNKNOWN_ORIGINAL",
            Reason::UnknownPayment(_) => "UNKNOWN_PAYMENT",
            Reason::OtherAmount(_) => "OTHER_AMOUNT",
            Reason::Changed(_) => "CHANGED",
            Reason::Future => "FUTURE",
            Reason::NotForImport => "NOT_FOR_IMPORT",
        }
    }
}

impl From<MoneyError> for Reason {
    fn from(error: MoneyError) -> Reason {
        match error {
            MoneyError::Syntax | MoneyError::Sign => Reason::Amount,
            MoneyError::Range => Reason::Range,
        }
    }
}

/// The account of somebody at a bank, as payment files name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountHolder {
    /// Name of the account (户名).
    pub name: String,
    /// Account number (账号): letters, digits and hyphens, at most 32.
    pub account: String,
    /// CNAPS bank code (联行号): 12 digits; empty for a payee whose branch the paying bank finds by the number.
    pub bank_code: String,
}

/// Control and invisible formatting characters: C0, C1, zero-width, bidirectional overrides, byte order mark.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(c, '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}')
}
