//! The monthly reconciliation in the graph.

pub use duixian_office::oversight::monthly::*;

pub mod api;
