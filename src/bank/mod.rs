//! The graph of the room `bank`, whose rules and use cases stand in `crates/bank`.

pub use duixian_bank::bank::*;

pub mod api;
pub mod reconciliation_api;
pub mod template_api;
pub mod unfit_api;
pub mod upload_api;
