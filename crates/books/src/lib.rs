//! The books of Duixian: double-entry ledger, audit log, who may do what.
//!
//! The rooms below stand under their own names, so that `crate::kernel::…` means the same in every crate.

pub use duixian_kernel::{kernel, law, paper};

pub mod access;
pub mod audit;
pub mod ledger;
