//! Oversight: what watches the other rooms. It reads everything and changes nothing.

pub mod verify;
