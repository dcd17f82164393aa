//! The graph of the room `disbursement`, whose rules and use cases stand in `crates/money`.

pub use duixian_money::disbursement::*;

pub mod api;
