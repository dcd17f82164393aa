//! What every room stands on. Knows no slice.

pub mod arrival;
pub mod batch;
pub mod bulk;
pub mod clock;
pub mod counter;
pub mod db;
pub mod erased;
pub mod error;
pub mod events;
pub mod identity;
pub mod ids;
pub mod jobs;
pub mod keys;
mod known;
pub mod message;
pub mod money;
pub mod paging;
pub mod query;
pub mod refusal;
pub mod row;
pub mod scalars;
pub mod secret;
mod stored;
pub mod timekeeping;
pub use crate::stored_enum;

/// Makes an async function answer a boxed future. Every function that takes part in an operation is marked with it: a
/// caller's future then holds a pointer in place of the whole tree below it, and the compiler proves once per function,
/// not once per caller, that it may move between threads (the proof grew exponentially with the depth of the calls).
pub use async_recursion::async_recursion as boxed;
