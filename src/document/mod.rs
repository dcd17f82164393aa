//! The graph of the room `document`, whose rules and use cases stand in `crates/office`.

pub use duixian_office::document::*;

pub mod api;
pub mod download_api;
pub mod tables_api;
