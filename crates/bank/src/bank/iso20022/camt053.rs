//! camt.053, account statement (对账单): read for reconciliation.

use super::{
    BankLine, FormatError, Reason, Rest,
    reader::{Document, Element},
    totals::{Seen, Totals},
};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    money::Money,
};

/// A statement file: one statement per account and period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statements {
    pub message_id: String,
    pub created_at: Timestamp,
    pub statements: Vec<AccountStatement>,
}

/// The statement of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountStatement {
    pub id: String,
    pub account: String,
    /// Booked balance before the first entry (`OPBD`, else the previous closing `PRCD`), negative when overdrawn.
    pub opening: Balance,
    /// Booked balance after the last entry (`CLBD`).
    pub closing: Balance,
    pub lines: Vec<BankLine>,
    pub pending: usize,
}

/// A balance on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    pub amount: Money,
    pub on: LegalDate,
}

/// A statement without its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementEnd {
    /// Line of the file on which the statement begins.
    pub line: u32,
    pub id: String,
    pub account: String,
    pub opening: Balance,
    pub closing: Balance,
    pub pending: usize,
}
impl StatementEnd {
    pub fn with(self, lines: Vec<BankLine>) -> AccountStatement {
        let StatementEnd { id, account, opening, closing, pending, .. } = self;
        AccountStatement { id, account, opening, closing, lines, pending }
    }
}

pub(super) fn read(document: &Document, seen: Seen) -> Result<Rest, FormatError> {
    let message = &document.message;
    let header = message.get("GrpHdr")?;
    let (message_id, created_at) = (header.text_of("MsgId", 35)?, header.get("CreDtTm")?.instant()?);
    match seen.reports {
        0 => Err(message.fault(Reason::Missing("Stmt"))),
        _ => Ok(Rest::Statement { message_id, created_at }),
    }
}

/// The frame of a statement whose entries have passed: opening balance and entries make the closing balance.
pub(super) fn read_end(report: &Element, entries: &Totals) -> Result<StatementEnd, FormatError> {
    let opening = match balance(report, "OPBD")? {
        Some((opening, _)) => opening,
        None => balance(report, "PRCD")?.ok_or_else(|| report.fault(Reason::Missing("OPBD")))?.0,
    };
    let (closing, at) = balance(report, "CLBD")?.ok_or_else(|| report.fault(Reason::Missing("CLBD")))?;
    let found = opening
        .amount
        .plus(entries.booked_credits)
        .and_then(|sum| sum.minus(entries.booked_debits))
        .map_err(|e| at.fault(e.into()))?;
    if found != closing.amount {
        return Err(at.fault(Reason::Sum { stated: closing.amount, found }));
    }
    Ok(StatementEnd {
        line: report.line,
        id: report.text_of("Id", 35)?,
        account: report.get("Acct")?.account_number()?,
        opening,
        closing,
        pending: entries.pending,
    })
}

/// The balance of one type; two of the same type are a fault.
fn balance<'a>(report: &'a Element, code: &'static str) -> Result<Option<(Balance, &'a Element)>, FormatError> {
    let mut found = None;
    for element in report.all("Bal") {
        if element.text_at(&["Tp", "CdOrPrtry", "Cd"], 4)?.as_deref() != Some(code) {
            continue;
        }
        let amount = element.get("Amt")?.amount()?;
        let side = element.get("CdtDbtInd")?;
        let amount = match side.text(4)? {
            "CRDT" => amount,
            "DBIT" => amount.negated(),
            _ => return Err(side.fault(Reason::Value)),
        };
        let on = element.get("Dt")?.legal_date()?;
        if found.replace((Balance { amount, on }, element)).is_some() {
            return Err(element.fault(Reason::Repeated("Bal")));
        }
    }
    Ok(found)
}
