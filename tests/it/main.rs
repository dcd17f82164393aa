//! One binary of integration tests; each storage test runs on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ledger;
mod support;
mod tidy;
mod transport;
