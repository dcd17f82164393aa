//! The office of Duixian: documents and tables, notices, oversight and reconciliation, administration.
//!
//! The rooms below stand under their own names, so that `crate::kernel::…` means the same in every crate.

pub use duixian_bank::{
    access, auction, audit, bank, cases, disbursement, distribution, funds, kernel, law, ledger, paper, payout,
};

pub mod admin;
pub mod document;
pub mod exchange;
pub mod notice;
pub mod oversight;
