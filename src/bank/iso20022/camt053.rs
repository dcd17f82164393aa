//! camt.053, account statement (对账单): read for reconciliation.

use super::{
    BankLine, FormatError, Reason,
    entry::read_entries,
    reader::{Document, Element},
};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    money::Money,
};
use std::collections::HashSet;

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

pub(super) fn read(document: &Document) -> Result<Statements, FormatError> {
    let message = &document.message;
    let header = message.get("GrpHdr")?;
    let mut seen = HashSet::new();
    let statements =
        message.all("Stmt").map(|report| read_statement(report, &mut seen)).collect::<Result<Vec<_>, _>>()?;
    if statements.is_empty() {
        return Err(message.fault(Reason::Missing("Stmt")));
    }
    Ok(Statements {
        message_id: header.text_of("MsgId", 35)?,
        created_at: header.get("CreDtTm")?.instant()?,
        statements,
    })
}

fn read_statement(report: &Element, seen: &mut HashSet<String>) -> Result<AccountStatement, FormatError> {
    let entries = read_entries(report, seen)?;
    let opening = match balance(report, "OPBD")? {
        Some((opening, _)) => opening,
        None => balance(report, "PRCD")?.ok_or_else(|| report.fault(Reason::Missing("OPBD")))?.0,
    };
    let (closing, at) = balance(report, "CLBD")?.ok_or_else(|| report.fault(Reason::Missing("CLBD")))?;
    let found = opening
        .amount
        .plus(entries.credits)
        .and_then(|sum| sum.minus(entries.debits))
        .map_err(|e| at.fault(e.into()))?;
    if found != closing.amount {
        return Err(at.fault(Reason::Sum { stated: closing.amount, found }));
    }
    Ok(AccountStatement {
        id: report.text_of("Id", 35)?,
        account: report.get("Acct")?.account_number()?,
        opening,
        closing,
        lines: entries.lines,
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
