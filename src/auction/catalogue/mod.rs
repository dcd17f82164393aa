//! The public catalogue in the graph.

pub use duixian_auction::auction::catalogue::*;

pub mod api;
pub mod event_api;
