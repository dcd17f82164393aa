//! One binary of integration tests; each storage test runs on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod auction;
mod audit;
mod audit_api;
mod bank;
mod bidding;
mod cases;
mod disbursement;
mod distribution;
mod funds;
mod ledger;
mod model;
mod replay;
mod schema;
mod server;
mod story;
mod support;
mod tidy;
mod transport;
