//! The graph of the room `payout`, whose rules and use cases stand in `crates/money`.

pub use duixian_money::payout::*;

pub mod api;
pub mod change_api;
pub mod charge_api;
pub mod fee_api;
pub mod interest_api;
pub mod notary_api;
pub mod own_api;
pub mod special_api;
