//! Money that arrived, in the graph.

mod claim;
mod loader;
mod receipt;
mod root;
mod term;

pub use claim::ReceiptClaim;
pub use receipt::{ClaimCandidate, FundFlow, Receipt, ReceiptConnection, ReceiptFilter, receipts};
pub use root::{FundsMutation, FundsQuery};
pub use term::Term;
