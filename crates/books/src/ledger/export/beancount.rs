//! A journal for beancount: `bean-check file` must find nothing, with a tolerance of zero.
//!
//! Beancount knows no assertion on a posting; each account closes with its balance on the day after the last.

use super::{Journal, hledger::name};
use crate::{
    kernel::{clock::LegalDate, money::Money},
    ledger::chart::AccountKey,
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
    let title = format!("{} {} {}..{}", range.court_code, range.book.to_value(), range.from, range.until);
    writeln!(out, "option \"title\" \"{title}\"\noption \"operating_currency\" \"{CURRENCY}\"")?;
    // without these an imbalance of half a fen passes
    writeln!(out, "option \"inferred_tolerance_multiplier\" \"0\"")?;
    writeln!(out, "option \"inferred_tolerance_default\" \"{CURRENCY}:0\"\n")?;
    for key in journal.closing.keys() {
        writeln!(out, "{} open {} {CURRENCY}", range.from, account(key))?;
    }
    if !journal.opening.is_empty() {
        writeln!(out, "\n{} * \"opening balances\"", range.from)?;
        for (key, amount) in &journal.opening {
            posting(&mut out, key, *amount)?;
        }
    }
    for entry in &journal.entries {
        writeln!(out, "\n{} * \"{}\"", entry.booked_on, entry.kind.to_value())?;
        writeln!(out, "  entry: \"{}\"", entry.id.uuid())?;
        if let Some(number) = entry.number {
            writeln!(out, "  number: \"{number}\"")?;
        }
        if let Some(case) = entry.case {
            writeln!(out, "  case: \"{}\"", case.uuid())?;
        }
        for line in &entry.postings {
            posting(&mut out, &line.key, line.amount)?;
        }
    }
    // a balance is asserted at the beginning of its day
    let day_after = range.until.succ_opt().unwrap_or(LegalDate::MAX);
    writeln!(out)?;
    for (key, balance) in &journal.closing {
        writeln!(out, "{day_after} balance {}  {balance} ~ 0.00 {CURRENCY}", account(key))?;
    }
    Ok(out)
}

fn posting(out: &mut String, key: &AccountKey, amount: Money) -> fmt::Result {
    writeln!(out, "  {}  {amount} {CURRENCY}", account(key))
}

/// `Liabilities:Case-fund:0198…`: each part begins with a capital or a digit.
fn account(key: &AccountKey) -> String {
    let side = if key.code.is_asset() { "Assets" } else { "Liabilities" };
    let name = name(key.code);
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let owner = key.owner.map(|owner| format!(":{}", owner.to_string().to_ascii_uppercase())).unwrap_or_default();
    format!("{side}:{first}{}{owner}", letters.as_str())
}
