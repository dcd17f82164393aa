//! Benchmarks (`duixian bench`): each against a plain loop of SQL on the same engine within the same run, so that only
//! ratios are told.

pub mod payouts;
mod payouts_seed;
