//! The graph of the room `admin`, whose rules and use cases stand in `crates/office`.

pub use duixian_office::admin::*;

pub mod api;
