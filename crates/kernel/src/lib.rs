//! The ground of Duixian: money, clock, database, refusals; the law as rules; the layout of paper.

pub mod kernel;
pub mod law;
pub mod paper;
