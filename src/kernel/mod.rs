//! What every room stands on. Knows no slice.

pub mod batch;
pub mod clock;
pub mod counter;
pub mod db;
pub mod error;
pub mod events;
pub mod identity;
pub mod ids;
pub mod jobs;
pub mod keys;
pub mod message;
pub mod money;
pub mod paging;
pub mod refusal;
pub mod secret;
