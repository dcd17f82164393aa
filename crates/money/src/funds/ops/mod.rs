//! What happens to money that arrives: it is received, claimed when nobody knows whose it is, and used up.

mod cash;
mod cheque;
mod claim;
mod claim_booking;
mod credit;
mod describe;
mod description;
mod receive;
mod recount;
mod terms;
mod usage;
mod voucher;

pub use cash::{ConfirmCashInput, PayInCashInput, RecordCashInput};
pub use cheque::{BounceChequeInput, ClearChequeInput, RecordChequeInput};
pub use claim::{AllocationInput, ClaimReceiptInput};
pub use claim_booking::ReceiptClaims;
pub use credit::{BankCredit, Payer};
pub use describe::{DescribeReceiptInput, PublishUnidentifiedInput};
pub use description::ReceiptDescriptions;
pub use receive::{NewReceipt, receive};
pub use recount::{MovedTerm, RECEIPT_TERMS, RecountTerms, TermRule, TermStart, TermTable};
pub use terms::{drop_fee_terms, pause_disputed, pause_terms, resume_terms, start_one};
pub use usage::{Uses, assign_unidentified, consume, give_back, reimburse, release_unidentified, take_interest};

/// Topic of the outbox under which changes of a receipt are told.
const TOPIC: &str = "receipt";
/// Topic under which clerks hear that their queues have changed.
const QUEUE: &str = "work-queue";
