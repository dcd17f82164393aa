//! Pure decisions about money that arrived: how a receipt is split, used up, and whose it may be.

pub mod allocation;
pub mod candidate;
pub mod cash;
pub mod lamp;
pub mod notice;
pub mod refund;
