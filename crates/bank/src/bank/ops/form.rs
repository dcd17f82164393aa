//! In which form the payment files of an account are written: ISO 20022, or the court's template for its bank.

use crate::{
    bank::{
        iso20022::{
            FormatError,
            pain001::{self, Payment, PaymentFile, Profile},
        },
        template::{self, layout::BankLayouts},
    },
    kernel::{
        error::Problem,
        ids::{BankTemplateId, CourtId},
    },
    ledger::Book,
};
use sea_orm::ConnectionTrait;

/// The form of a payment file.
pub enum PaymentForm {
    Iso(Profile),
    Template { id: BankTemplateId, version: i64, layouts: Box<BankLayouts> },
}

impl PaymentForm {
    /// The form that is in force for an account.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn of(conn: &impl ConnectionTrait, court: CourtId, book: Book) -> Result<PaymentForm, Problem> {
        let Some(row) = template::store::in_force(conn, court, book).await? else {
            return Ok(PaymentForm::Iso(Profile::default()));
        };
        Ok(match row.read_layouts()? {
            Some(layouts) => PaymentForm::Template { id: row.id, version: row.version, layouts: Box::new(layouts) },
            None => PaymentForm::Iso(Profile::default()),
        })
    }

    /// What a file of this form is called.
    pub fn message_name(&self) -> String {
        match self {
            PaymentForm::Iso(profile) => profile.version.name().to_owned(),
            PaymentForm::Template { version, .. } => template_name(*version),
        }
    }
    pub fn template(&self) -> Option<BankTemplateId> {
        match self {
            PaymentForm::Iso(_) => None,
            PaymentForm::Template { id, .. } => Some(*id),
        }
    }

    /// # Errors
    /// Why a payment may not stand in a file of this form.
    pub fn check_payment(&self, payment: &Payment) -> Result<(), FormatError> {
        match self {
            PaymentForm::Iso(profile) => pain001::check_payment(payment, profile),
            PaymentForm::Template { layouts, .. } => template::check_payment(payment, layouts),
        }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// When the form cannot hold it.
    pub fn write(&self, file: &PaymentFile) -> Result<Vec<u8>, FormatError> {
        match self {
            PaymentForm::Iso(profile) => pain001::write(file, profile).map(String::into_bytes),
            PaymentForm::Template { layouts, .. } => template::write(file, layouts),
        }
    }
}

/// Name of a file of a template, where ISO 20022 has the name of its message.
pub fn template_name(version: i64) -> String {
    format!("bank-template.{version}")
}
