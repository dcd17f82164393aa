//! The payment file in the form of a template: written for the bank, read by the simulator.

use super::{
    layout::{BankField, BankLayout, BankLayouts},
    record::{Records, Values, amount_text, date_text, read_record, write_record},
};
use crate::{
    bank::iso20022::{
        AccountHolder, FormatError, Reason,
        pain001::{self, Payment, PaymentFile, PaymentGroup, Profile},
    },
    kernel::money::Money,
};
use std::collections::HashSet;

/// What every payment must fulfil in whatever form it goes; names and remarks are measured by the template.
const GENERAL: Profile =
    Profile { version: pain001::Version::V09, name_characters: 512, name_gbk_bytes: None, remittance_characters: 512 };

/// Writes the file; count and total are computed here.
///
/// # Errors
/// With the field that a column cannot hold.
pub fn write(file: &PaymentFile, layouts: &BankLayouts) -> Result<Vec<u8>, FormatError> {
    let layout = &layouts.payments;
    let [group] = file.groups.as_slice() else { return Err(FormatError::whole(Reason::SeveralAccounts)) };
    if group.payments.is_empty() {
        return Err(FormatError::whole(Reason::NothingInside));
    }
    let total = Money::sum(group.payments.iter().map(|payment| payment.amount))
        .map_err(|error| FormatError::whole(error.into()))?;
    let edge = |field| edge_value(layout, file, group, total, field);
    let mut out = Vec::new();
    if !layout.header.is_empty() {
        write_record(layout, &layout.header, edge, &mut out)?;
    }
    let mut seen = HashSet::new();
    for (number, payment) in (1_usize..).zip(&group.payments) {
        if !seen.insert(payment.end_to_end_id.as_str()) {
            let twice = Reason::Duplicate(payment.end_to_end_id.clone());
            return Err(FormatError::new(0, BankField::EndToEndId.as_str(), twice));
        }
        pain001::check_payment(payment, &GENERAL)?;
        let value = |field| match field {
            BankField::Sequence => number.to_string(),
            field => detail_value(layout, payment, field).unwrap_or_else(|| edge(field)),
        };
        write_record(layout, &layout.detail, value, &mut out)?;
    }
    if !layout.trailer.is_empty() {
        write_record(layout, &layout.trailer, edge, &mut out)?;
    }
    Ok(out)
}

fn edge_value(layout: &BankLayout, file: &PaymentFile, group: &PaymentGroup, total: Money, field: BankField) -> String {
    match field {
        BankField::Batch => file.message_id.clone(),
        BankField::CreatedOn => date_text(file.created_at.legal_date()),
        BankField::Count => group.payments.len().to_string(),
        BankField::Total => amount_text(layout.amounts, total),
        BankField::PayerName => group.debtor.name.clone(),
        BankField::PayerAccount => group.debtor.account.clone(),
        BankField::PayerBankCode => group.debtor.bank_code.clone(),
        _ => String::new(),
    }
}

/// What a payment says of itself; `None` for what the file says of all.
fn detail_value(layout: &BankLayout, payment: &Payment, field: BankField) -> Option<String> {
    Some(match field {
        BankField::EndToEndId => payment.end_to_end_id.clone(),
        BankField::PayeeName => payment.creditor.name.clone(),
        BankField::PayeeAccount => payment.creditor.account.clone(),
        BankField::PayeeBankCode => payment.creditor.bank_code.clone(),
        BankField::Amount => amount_text(layout.amounts, payment.amount),
        BankField::Remittance => payment.remittance.clone(),
        _ => return None,
    })
}

/// Whether a payment may stand in a file of this template: one that may not must not hold up the others.
///
/// # Errors
/// With the field that its column cannot hold, e.g. a name of more bytes than the bank takes: it is never cut.
pub fn check_payment(payment: &Payment, layouts: &BankLayouts) -> Result<(), FormatError> {
    pain001::check_payment(payment, &GENERAL)?;
    let layout = &layouts.payments;
    let value = |field| detail_value(layout, payment, field).unwrap_or_default();
    write_record(layout, &layout.detail, value, &mut Vec::new())
}

/// A payment file as the bank reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orders {
    pub batch: String,
    pub payments: Vec<Payment>,
}

/// Reads a payment file: for the simulator, which holds it whole.
///
/// # Errors
/// When the file has not the form of the template, or counts and totals do not hold.
pub fn read(bytes: &[u8], layouts: &BankLayouts) -> Result<Orders, FormatError> {
    let layout = &layouts.payments;
    let (mut batch, mut payments, mut total) = (String::new(), Vec::new(), Money::ZERO);
    let mut check = Totals::default();
    walk(Records::new(bytes), layout, &mut |record| {
        match record {
            Record::Edge(values) => {
                batch = values.owned(BankField::Batch).unwrap_or_else(|| std::mem::take(&mut batch));
                check.take(&values)?;
            }
            Record::Detail(values) => {
                let payment = read_payment(&values)?;
                total = total.plus(payment.amount).map_err(|error| values.fault(BankField::Amount, error.into()))?;
                payments.push(payment);
            }
        }
        Ok(())
    })?;
    check.compare(payments.len(), total)?;
    Ok(Orders { batch, payments })
}

fn read_payment(values: &Values) -> Result<Payment, FormatError> {
    Ok(Payment {
        end_to_end_id: values.get(BankField::EndToEndId)?.to_owned(),
        amount: values.money(BankField::Amount)?,
        creditor: AccountHolder {
            name: values.get(BankField::PayeeName)?.to_owned(),
            account: values.get(BankField::PayeeAccount)?.to_owned(),
            bank_code: values.owned(BankField::PayeeBankCode).unwrap_or_default(),
        },
        remittance: values.owned(BankField::Remittance).unwrap_or_default(),
    })
}

// ---- what both files share ----

/// A record of a file as it passes.
pub enum Record {
    /// The first or the last.
    Edge(Values),
    Detail(Values),
}

/// Hands the records of a file over in order. The last record is known by nothing following it.
pub fn walk<R: std::io::BufRead>(
    mut records: Records<R>,
    layout: &BankLayout,
    take: &mut dyn FnMut(Record) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let nothing = || FormatError::whole(Reason::NothingInside);
    if !layout.header.is_empty() {
        let (line, bytes) = records.next()?.ok_or_else(nothing)?;
        take(Record::Edge(read_record(layout, &layout.header, line, &bytes)?))?;
    }
    let mut current = records.next()?.ok_or_else(nothing)?;
    while let Some(following) = records.next()? {
        take(Record::Detail(read_record(layout, &layout.detail, current.0, &current.1)?))?;
        current = following;
    }
    let (line, bytes) = current;
    // without a trailer nothing but its end of line shows that the last record is whole
    if layout.trailer.is_empty() && !records.ended() {
        return Err(FormatError::new(
            line,
            "Record",
            Reason::Malformed("the last record has no end of line".to_owned()),
        ));
    }
    let last = match layout.trailer.is_empty() {
        true => Record::Detail(read_record(layout, &layout.detail, line, &bytes)?),
        false => Record::Edge(read_record(layout, &layout.trailer, line, &bytes)?),
    };
    take(last)
}

/// Count and total as header and trailer state them.
#[derive(Default)]
pub struct Totals {
    stated: Vec<(u32, Option<u64>, Option<Money>)>,
}

impl Totals {
    /// # Errors
    /// When what is stated is no number.
    pub fn take(&mut self, values: &Values) -> Result<(), FormatError> {
        let count = values.find(BankField::Count).is_some().then(|| values.count(BankField::Count)).transpose()?;
        let total = values.find(BankField::Total).is_some().then(|| values.money(BankField::Total)).transpose()?;
        self.stated.push((values.line(), count, total));
        Ok(())
    }
    /// # Errors
    /// `COUNT` or `SUM` at the record that states another; `MISSING` when none states them.
    pub fn compare(&self, count: usize, total: Money) -> Result<(), FormatError> {
        let found = u64::try_from(count).unwrap_or(u64::MAX);
        let (mut counted, mut summed) = (false, false);
        for (line, stated_count, stated_total) in &self.stated {
            let fault = |field: BankField, reason| Err(FormatError::new(*line, field.as_str(), reason));
            if let Some(stated) = *stated_count {
                counted = true;
                if stated != found {
                    return fault(BankField::Count, Reason::Count { stated, found });
                }
            }
            if let Some(stated) = *stated_total {
                summed = true;
                if stated != total {
                    return fault(BankField::Total, Reason::Sum { stated, found: total });
                }
            }
        }
        match (counted, summed) {
            (false, _) => Err(FormatError::whole(Reason::Missing("COUNT"))),
            (_, false) => Err(FormatError::whole(Reason::Missing("TOTAL"))),
            _ => Ok(()),
        }
    }
}
