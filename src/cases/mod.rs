//! The graph of the room `cases`, whose rules and use cases stand in `crates/money`.

pub use duixian_money::cases::*;

pub mod api;
