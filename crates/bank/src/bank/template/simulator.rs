//! The simulated bank answers payment files of a template as it answers a pain.001.

use super::{layout::BankLayouts, payments, results};
use crate::{
    bank::{
        iso20022::{FormatError, Reason},
        simulator::Simulator,
    },
    kernel::clock::Timestamp,
};
use std::collections::HashSet;

impl Simulator {
    /// Answers a payment file written by a template with a result file of the same template, dated `now`.
    ///
    /// # Errors
    /// When the file is not of the template's form, does not add up, or orders a payment twice.
    pub fn answer_by_template(
        &self,
        payment_file: &[u8],
        layouts: &BankLayouts,
        now: Timestamp,
    ) -> Result<Vec<u8>, FormatError> {
        let orders = payments::read(payment_file, layouts)?;
        let mut seen = HashSet::new();
        if let Some(twice) = orders.payments.iter().find(|payment| !seen.insert(&payment.end_to_end_id)) {
            return Err(FormatError::whole(Reason::Duplicate(twice.end_to_end_id.clone())));
        }
        let today = now.legal_date();
        let rows: Vec<_> = orders.payments.iter().map(|payment| (payment, self.result(payment, today))).collect();
        results::write(&orders.batch, today, &rows, layouts)
    }
}
