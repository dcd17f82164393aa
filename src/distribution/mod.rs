//! The graph of the room `distribution`, whose rules and use cases stand in `crates/money`.

pub use duixian_money::distribution::*;

pub mod api;
pub mod simulation_api;
