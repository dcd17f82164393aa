//! The graph of the room `ledger`, whose rules and use cases stand in `crates/books`.

pub use duixian_books::ledger::*;

pub mod api;
pub mod statement_api;
