//! Bank templates (银行模板): payment files and their answers in the form of one bank, column by column, for the many
//! banks that take no ISO 20022.
//!
//! A template is a closed description, no program: records of columns with fields of a fixed list, delimited or of fixed
//! width, in UTF-8 or GB 18030, with counts and totals. The payment file carries our message id as its batch number; the
//! answer repeats it, and so is read by the template under which its payment file was written, whatever is in force by
//! then. From there on it goes the way of every result: the same checks, the same staging, the same outcomes.

mod detect;
mod encoding;
pub mod layout;
mod ops;
mod payments;
mod record;
pub mod results;
pub mod rules;
mod simulator;
pub mod store;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod corpus;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod round_trip;

pub use detect::{Form, OfTemplate, form_of};
pub use encoding::decode;
pub use ops::{BankTemplates, SaveBankTemplateInput};
pub use payments::{check_payment, write};
