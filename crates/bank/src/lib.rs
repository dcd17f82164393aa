//! The link to banks: files, statements, reconciliation, the simulator.
//!
//! The rooms below stand under their own names, so that `crate::kernel::…` means the same in every crate.

pub use duixian_auction::{
    access, auction, audit, cases, disbursement, distribution, funds, kernel, law, ledger, paper, payout,
};

pub mod bank;
