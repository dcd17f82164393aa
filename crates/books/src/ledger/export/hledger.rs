//! A journal for hledger: `hledger -f file check --strict ordereddates` must find nothing.
//!
//! Two blanks stand between an account and its amount: with one, hledger takes the amount for a part of the name.

use super::{Journal, JournalPosting};
use crate::{
    kernel::money::Money,
    ledger::chart::{AccountKey, Code},
};
use sea_orm::ActiveEnum;
use std::fmt::{self, Write};

const CURRENCY: &str = "CNY";

/// The journal as text.
///
/// # Errors
/// None in practice: a string takes what is written to it.
pub fn write(journal: &Journal) -> Result<String, fmt::Error> {
    let range = &journal.range;
    let mut out = String::new();
    writeln!(out, "; {} {} {}..{}", range.court_code, range.book.to_value(), range.from, range.until)?;
    writeln!(out, "decimal-mark .\ncommodity 1000.00 {CURRENCY}\n")?;
    for key in journal.closing.keys() {
        let kind = if key.code.is_asset() { 'A' } else { 'L' };
        writeln!(out, "account {}  ; type: {kind}, chart: {}", account(key), key.code.number())?;
    }
    if !journal.opening.is_empty() {
        writeln!(out, "\n{} * opening balances", range.from)?;
        for (key, amount) in &journal.opening {
            posting(&mut out, &JournalPosting { key: *key, amount: *amount, balance: *amount })?;
        }
    }
    for entry in &journal.entries {
        let number = entry.number.map(|n| format!("({n}) ")).unwrap_or_default();
        write!(out, "\n{} * {number}{}  ; entry: {}", entry.booked_on, entry.kind.to_value(), entry.id.uuid())?;
        match entry.case {
            Some(case) => writeln!(out, ", case: {}", case.uuid())?,
            None => writeln!(out)?,
        }
        for line in &entry.postings {
            posting(&mut out, line)?;
        }
    }
    Ok(out)
}

fn posting(out: &mut String, line: &JournalPosting) -> fmt::Result {
    let amount = |money: Money| format!("{money} {CURRENCY}");
    writeln!(out, "    {}  {} = {}", account(&line.key), amount(line.amount), amount(line.balance))
}

/// `liabilities:case-fund:<owner>`: the same account has the same name in every journal.
fn account(key: &AccountKey) -> String {
    let side = if key.code.is_asset() { "assets" } else { "liabilities" };
    let owner = key.owner.map(|owner| format!(":{owner}")).unwrap_or_default();
    format!("{side}:{}{owner}", name(key.code))
}

/// `case-fund`.
pub(super) fn name(code: Code) -> String {
    code.to_value().to_ascii_lowercase().replace('_', "-")
}
