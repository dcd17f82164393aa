//! The books: double entry, append-only, one book per kind of account (执行款专户, 拍卖保证金, 诉讼费).
//!
//! The court owns nothing here: everything on the bank accounts is owed to somebody, so assets equal liabilities at
//! every moment, per court and book. *Guarded* accounts (what is owed to a named person or case) keep a balance row
//! that never goes below zero; *summed* accounts keep none: what stands on them, and on any account on an earlier day,
//! is answered from daily sums.
#![warn(clippy::arithmetic_side_effects)]

pub mod balance;
pub mod chart;
mod daily;
pub mod export;
pub mod hold;
pub mod numbering;
pub mod posting;
pub mod rules;
pub mod statement;
pub mod store;

pub use balance::{Basis, balance, balance_as_of, trial_balance};
pub use chart::{AccountKey, Book, Code};
pub use hold::{HoldState, Resolution, hold, resolve_hold};
pub use posting::{EntryKind, NewEntry, NewPosting, credit, debit, post, post_many};
