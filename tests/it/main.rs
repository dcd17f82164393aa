//! One binary of integration tests; each storage test runs on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod auction;
mod audit;
mod audit_api;
mod bank;
mod bank_corpus;
mod bank_files;
mod bank_kill;
mod bank_machine;
mod bank_statements;
mod cases;
mod disbursement;
mod distribution;
mod funds;
mod ledger;
mod schema;
mod server;
mod story;
mod support;
mod tidy;
mod transport;
