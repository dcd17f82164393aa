//! Online judicial auctions: from the announcement to the handover, and the replay.
//!
//! The rooms below stand under their own names, so that `crate::kernel::…` means the same in every crate.

pub use duixian_money::{access, audit, cases, disbursement, distribution, funds, kernel, law, ledger, paper, payout};

pub mod auction;
