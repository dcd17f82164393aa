//! The graph and the routes of the room `exchange`, whose rules and use cases stand in `crates/office`.

pub use duixian_office::exchange::*;

pub mod api;
pub mod transfer_api;
