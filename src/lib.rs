//! Duixian 兑现: judicial auctions, case funds and payouts of a court, over one GraphQL API.
//!
//! The program: the GraphQL side of every room, the edge it is served at, the demo and the benches. The rooms themselves
//! stand in `crates/*`, each under its own name here as well; `docs/tour.md` shows the way.

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
