//! A credit on one of the court's accounts, as the bank's statement says it.

use crate::{
    funds::ReceiptSource,
    kernel::{clock::LegalDate, money::Money, secret::Secret},
    ledger::Book,
};

/// Who paid, as the bank's line says it. Banks leave much of it out.
#[derive(Clone, Debug, Default)]
pub struct Payer {
    pub name: String,
    pub account_number: Option<Secret<String>>,
    pub bank_code: Option<String>,
    pub bank_name: Option<String>,
}

/// A credit on one of the court's accounts.
#[derive(Clone, Debug)]
pub struct BankCredit {
    pub book: Book,
    /// The court's account as the statement names it, and the bank's own reference: the same pair is the same money.
    pub bank_account: String,
    pub bank_reference: String,
    pub amount: Money,
    /// The bank's value date: terms run from it.
    pub booked_on: LegalDate,
    pub source: ReceiptSource,
    pub payer: Payer,
    /// Remittance text (附言).
    pub remittance: Option<String>,
}
