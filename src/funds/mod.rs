//! The graph of the room `funds`, whose rules and use cases stand in `crates/money`.

pub use duixian_money::funds::*;

pub mod api;
