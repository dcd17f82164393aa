//! One binary of integration tests; each storage test runs on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod admin;
mod auction;
mod audit;
mod audit_api;
mod bank;
mod cases;
mod disbursement;
mod distribution;
mod funds;
mod funds_books;
mod funds_leave;
mod funds_receipts;
mod funds_terms;
mod ledger;
mod refusals;
mod rule_table;
mod schema;
mod server;
mod story;
mod support;
mod tidy;
mod transport;
