//! `duixian verify`: the promises of the books, the sale and the audit trail, checked on a live database.
//!
//! Each check is one SQL statement that answers with the rows that break it, so that it sees one consistent state while
//! others write; the audit tree, the signed bid receipts and the digests of payout runs are recomputed in Rust. Nothing
//! is locked and nothing is changed. Constraints and triggers of the database promise much of this already: here it is
//! shown that they held.

mod admin;
mod aftermath;
mod attachment;
mod auction;
mod audit;
mod bank;
mod bidders;
mod catalogue;
mod check;
mod document;
mod funds;
mod jobs;
mod keys;
mod ledger;
mod mirror;
mod payout;
mod replay;
mod report;
mod run;

pub use attachment::verify_attachments;
pub use check::AuditKeys;
pub use report::{Checked, Report, Violation};
pub use run::verify;
