//! What happens to money that arrives: it is received, claimed when nobody knows whose it is, and used up.

mod claim;
mod receive;
mod recount;
mod terms;
mod usage;

pub use claim::{AllocationInput, ClaimReceiptInput, ReceiptClaims};
pub use receive::{BankCredit, NewReceipt, Payer, receive};
pub use recount::{RecountTerms, count_moved, outdated};
pub use usage::{consume, give_back};

/// Topic of the outbox under which changes of a receipt are told.
const TOPIC: &str = "receipt";
/// Topic under which clerks hear that their queues have changed.
const QUEUE: &str = "work-queue";
