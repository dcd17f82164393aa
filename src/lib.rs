//! Duixian 兑现: judicial auctions, case funds and payouts of a court, over one GraphQL API.
//!
//! The rooms in reading order. Imports run one way: `graphql → slices → kernel`, and between slices
//! `oversight → bank → auction | disbursement → distribution → payout → funds → cases`; `tests/it/tidy.rs` checks it.

pub mod kernel;
pub mod law;
pub mod audit;
pub mod ledger;
pub mod access;
pub mod graphql;
