//! The graph of the room `auction`, whose rules and use cases stand in `crates/auction`.

pub use duixian_auction::auction::*;

pub mod api;
pub mod attachment_api;
mod attachment_places;
pub mod bundle_api;
pub mod catalogue;
