//! The graph of the room `oversight`, whose rules and use cases stand in `crates/office`.

pub use duixian_office::oversight::*;

pub mod monthly;
pub mod queue_api;
