//! Case money: cases, receipts, payouts, distribution plans, disbursement orders.
//!
//! The rooms below stand under their own names, so that `crate::kernel::…` means the same in every crate.

pub use duixian_books::{access, audit, kernel, law, ledger, paper};

pub mod cases;
pub mod disbursement;
pub mod distribution;
pub mod funds;
pub mod payout;
