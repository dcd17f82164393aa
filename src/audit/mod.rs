//! The graph of the room `audit`, whose rules and use cases stand in `crates/books`.

pub use duixian_books::audit::*;

pub mod api;
