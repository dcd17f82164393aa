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
mod entry;
pub mod export;
pub mod hold;
pub mod numbering;
pub mod posting;
pub mod rules;
pub mod statement;
pub mod store;

pub use balance::{balance, balance_as_of, trial_balance};
pub use chart::{AccountKey, Book, Code};
pub use daily::Basis;
pub use entry::{EntryKind, NewEntry, NewPosting, credit, debit};
pub use hold::{Resolution, hold, resolve_hold};
pub use posting::{post, post_many};

use sea_orm::entity::prelude::*;

/// Where a hold stands (冻结状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HoldState {
    /// Held (冻结中).
    Held,
    /// Used for its purpose: the winner's deposit counts towards the price (已充抵).
    Captured,
    /// Free again (已解冻).
    Released,
    /// Forfeited (已没收).
    Forfeited,
}
