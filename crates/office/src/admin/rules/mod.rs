//! Pure decisions of administration: which value may be proposed, and which holiday notice is one.

pub mod notice;
pub mod setting;
