//! The graph of the room `notice`, whose rules and use cases stand in `crates/office`.

pub use duixian_office::notice::*;

pub mod api;
