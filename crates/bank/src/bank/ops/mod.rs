//! Use cases: take a file of the bank in, write a payment file, open a file.

mod form;
mod import;
mod open;
pub mod select;
mod write;

pub use form::{PaymentForm, template_name};
pub use import::{ImportBankFileInput, Label, import_bank_file, import_raw, refuse_actor, refused_early};
pub use open::OpenBankFile;
pub use write::{PAYMENTS_PER_FILE, WritePaymentFileInput};

pub(super) use import::complete;

use super::iso20022::FormatError;
use crate::kernel::refusal::Refusal;

/// The refusal of a file, with the hash by which the refused bytes are recognised again.
fn refusal(error: FormatError, sha256: &str) -> Refusal {
    Refusal::from(error).arg("sha256", sha256)
}
