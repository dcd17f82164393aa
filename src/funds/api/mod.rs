//! Money that arrived, in the graph.

mod cash;
mod cheque;
mod claim;
mod description;
mod loader;
mod notice;
mod receipt;
mod root;
mod term;

pub use cash::{CashMutation, CashQuery, CashReceipt};
pub use cheque::{Cheque, ChequeMutation, ChequeQuery};
pub use claim::ReceiptClaim;
pub use description::ReceiptDescription;
pub use notice::UnidentifiedQuery;
pub use receipt::{ClaimCandidate, FundFlow, Receipt, ReceiptConnection, ReceiptFilter, receipts};
pub use root::{FundsMutation, FundsQuery, TermQuery};
pub use term::{Term, TermConnection, TermFilter, terms};
