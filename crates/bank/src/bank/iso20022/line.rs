//! One booked movement of one account, as a bank's file tells it.

use crate::kernel::{clock::LegalDate, money::Money};

/// Which way the money went, seen from our account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Money came (贷记，到账).
    Credit,
    /// Money went (借记，付出).
    Debit,
}

/// The other side: who paid, or who was paid. A bank may know any part of it, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counterparty {
    pub name: Option<String>,
    pub account: Option<String>,
    pub bank_code: Option<String>,
}

/// One booked movement of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankLine {
    /// Line of the file on which it stands, from 1.
    pub line: u32,
    /// The bank's own reference (`AcctSvcrRef`), unique within the file.
    pub reference: String,
    /// Above zero.
    pub amount: Money,
    pub direction: Direction,
    /// The bank takes an earlier movement back (`RvslInd`).
    pub reversal: bool,
    /// The bank's value date, else its booking date.
    pub booked_on: LegalDate,
    /// The account that the report is about.
    pub account: String,
    /// For a credit: the number the payer wrote, when it differs from the main account (一案一账号 sub-account).
    pub credited_account: Option<String>,
    pub counterparty: Counterparty,
    /// The payer's, or for a debit our own, end-to-end id.
    pub end_to_end_id: Option<String>,
    /// Remittance text, unstructured lines joined by a blank (附言).
    pub remittance: Option<String>,
    /// Reason code when a payment of ours comes back (退汇).
    pub return_reason: Option<String>,
}

impl BankLine {
    /// The number that decides whose money it is.
    pub fn target_account(&self) -> &str {
        self.credited_account.as_deref().unwrap_or(&self.account)
    }
}
