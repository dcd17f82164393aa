//! The graph of the room `access`, whose rules and use cases stand in `crates/books`.

pub use duixian_books::access::*;

pub mod api;
pub mod approval_api;
pub mod saved_filter_api;
