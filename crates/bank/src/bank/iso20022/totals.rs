//! What entries come to while they pass: of one report, and of a whole file.

use crate::kernel::money::Money;

/// What the entries of one report come to, for its control figures and balances.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// All entries of a side: count and sum, as the bank's summary counts them.
    pub credits: (usize, Money),
    pub debits: (usize, Money),
    /// Of those that are booked.
    pub booked_credits: Money,
    pub booked_debits: Money,
    /// Entries that are announced but not booked yet; they come again when they are.
    pub pending: usize,
}

/// How much has passed of a whole file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub reports: usize,
    pub lines: usize,
    pub pending: usize,
}
