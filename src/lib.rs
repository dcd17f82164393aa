//! Duixian 兑现: judicial auctions, case funds and payouts of a court, over one GraphQL API.
//!
//! The rooms in reading order. Imports run one way: `graphql → slices → kernel`, and between slices
//! `oversight → bank → auction | disbursement → distribution → payout → funds → cases`, `admin → distribution`; `tests/it/tidy.rs` checks it.

pub use duixian_office::{kernel, law, paper};

pub mod access;
pub mod admin;
pub mod app;
pub mod auction;
pub mod audit;
pub mod bank;
pub mod bench;
pub mod cases;
pub mod cli;
pub mod config;
pub mod demo;
pub mod disbursement;
pub mod distribution;
pub mod document;
pub mod exchange;
pub mod funds;
pub mod graphql;
pub mod ledger;
pub mod notice;
pub mod oversight;
pub mod payout;
