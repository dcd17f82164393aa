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
pub mod cases;
pub mod funds;
pub mod payout;
pub mod distribution;
pub mod disbursement;
pub mod auction;
pub mod bank;
pub mod oversight;
pub mod config;
pub mod app;
pub mod cli;
pub mod demo;
