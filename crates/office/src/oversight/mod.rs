//! Oversight: what watches the other rooms. It reads everything; the checks write nothing, the monthly comparison only its
//! own record.

pub mod monthly;
pub mod queues;
pub mod verify;
