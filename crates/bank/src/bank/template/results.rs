//! The bank's answer in the form of a template: read into the results that a pain.002 would bring, written by the
//! simulator.

use super::{
    layout::{BankField, BankLayout, BankLayouts, BankOutcome},
    payments::{Record, Totals, walk},
    record::{Records, Values, amount_text, date_text, write_record},
};
use crate::{
    bank::{
        LineKind,
        iso20022::{FormatError, Reason, pain001::Payment, pain002::PaymentResult},
        rules::{Intake, NewLine, Particulars},
    },
    kernel::{
        clock::{LegalDate, Timestamp},
        money::Money,
    },
};
use std::{
    collections::HashSet,
    io::{BufReader, Read},
};

/// Status that stands for a code which the template does not list: the money may have gone.
const NOT_KNOWN: &str = "UNKN";
/// ISO 20022: the reason stands in words.
const NARRATIVE: &str = "NARR";

const fn iso_status(outcome: BankOutcome) -> &'static str {
    match outcome {
        BankOutcome::Paid => "ACSC",
        BankOutcome::Refused => "RJCT",
        BankOutcome::InProgress => "PDNG",
    }
}

/// Reads an answer from a stream. `most`: payments of the file that is answered; an answer of more is refused at once, so
/// that memory is bounded by what we wrote.
///
/// # Errors
/// With line, field and reason; then nothing of the file counts.
pub fn read(source: impl Read, layouts: &BankLayouts, most: usize) -> Result<Intake, FormatError> {
    let layout = &layouts.results;
    let mut reading = Reading {
        layouts,
        most,
        header: None,
        totals: Totals::default(),
        total: Money::ZERO,
        seen: HashSet::new(),
        lines: Vec::new(),
    };
    walk(Records::new(BufReader::new(source)), layout, &mut |record| reading.take(record))?;
    if reading.lines.is_empty() {
        return Err(FormatError::whole(Reason::NothingInside));
    }
    reading.totals.compare(reading.lines.len(), reading.total)?;
    let (batch, day) = reading.header.ok_or_else(|| FormatError::whole(Reason::Missing("BATCH")))?;
    Ok(Intake {
        message_id: batch.clone(),
        made_at: Timestamp::start_of(day),
        original: batch,
        group: None,
        lines: reading.lines,
    })
}

/// An answer while it is read.
struct Reading<'a> {
    layouts: &'a BankLayouts,
    most: usize,
    header: Option<(String, LegalDate)>,
    totals: Totals,
    total: Money,
    seen: HashSet<String>,
    lines: Vec<NewLine>,
}

impl Reading<'_> {
    fn take(&mut self, record: Record) -> Result<(), FormatError> {
        match record {
            Record::Edge(values) => {
                if self.header.is_none() {
                    let batch = values.get(BankField::Batch)?.to_owned();
                    self.header = Some((batch, values.date(BankField::CreatedOn)?));
                }
                self.check_batch(&values)?;
                self.totals.take(&values)
            }
            Record::Detail(values) => self.detail(&values),
        }
    }

    /// A file answers one payment file.
    fn check_batch(&self, values: &Values) -> Result<(), FormatError> {
        match (values.find(BankField::Batch), &self.header) {
            (Some(said), Some((batch, _))) if said != batch => Err(values.fault(BankField::Batch, Reason::Value)),
            _ => Ok(()),
        }
    }

    fn detail(&mut self, values: &Values) -> Result<(), FormatError> {
        self.check_batch(values)?;
        let found = self.lines.len().saturating_add(1);
        if found > self.most {
            let count = |n| u64::try_from(n).unwrap_or(u64::MAX);
            let reason = Reason::Count { stated: count(self.most), found: count(found) };
            return Err(values.fault(BankField::EndToEndId, reason));
        }
        let line = self.line(values)?;
        if !self.seen.insert(line.reference.clone()) {
            return Err(values.fault(BankField::EndToEndId, Reason::Duplicate(line.reference)));
        }
        let amount = line.amount.unwrap_or(Money::ZERO);
        self.total = self.total.plus(amount).map_err(|error| values.fault(BankField::Amount, error.into()))?;
        self.lines.push(line);
        Ok(())
    }

    fn line(&self, values: &Values) -> Result<NewLine, FormatError> {
        let id = values.get(BankField::EndToEndId)?.to_owned();
        let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain || id.len() > 35 {
            return Err(values.fault(BankField::EndToEndId, Reason::Characters));
        }
        let amount = values.money(BankField::Amount)?;
        if !amount.is_positive() {
            return Err(values.fault(BankField::Amount, Reason::Zero));
        }
        let booked_on = match (values.find(BankField::BookedOn), &self.header) {
            (Some(_), _) => values.date(BankField::BookedOn)?,
            (None, Some((_, day))) => *day,
            (None, None) => return Err(values.fault(BankField::BookedOn, Reason::EmptyValue)),
        };
        let said = values.get(BankField::Status)?;
        let status = self.layouts.statuses.iter().find(|status| status.code == said);
        let reason = values.find(BankField::ReasonCode);
        let known = reason.and_then(|code| self.layouts.reasons.iter().find(|reason| reason.code == code));
        Ok(NewLine {
            kind: LineKind::Result,
            at: values.line(),
            statement: 0,
            reference: id.clone(),
            amount: Some(amount),
            booked_on,
            account_number: None,
            end_to_end_id: Some(id),
            reversal: false,
            status_code: Some(status.map_or(NOT_KNOWN, |status| iso_status(status.outcome)).to_owned()),
            // a code that is not listed is kept among the words: read as another's code it would mean something else
            reason_code: known.map(|known| known.iso.clone()).or_else(|| reason.map(|_| NARRATIVE.to_owned())),
            particulars: Particulars {
                name: values.owned(BankField::PayeeName),
                account: values.owned(BankField::PayeeAccount),
                bank_code: None,
                text: Some(words(said, reason, values.find(BankField::ReasonText))),
            },
        })
    }
}

/// The bank's own codes and words, kept beside what they were taken for.
fn words(status: &str, reason: Option<&str>, text: Option<&str>) -> String {
    [Some(status), reason, text].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Writes an answer, each payment with its result: for the simulator.
///
/// # Errors
/// When a column cannot hold a value, or the template has no code for an outcome.
pub fn write(
    batch: &str,
    day: LegalDate,
    rows: &[(&Payment, PaymentResult)],
    layouts: &BankLayouts,
) -> Result<Vec<u8>, FormatError> {
    let layout = &layouts.results;
    let total =
        Money::sum(rows.iter().map(|(payment, _)| payment.amount)).map_err(|error| FormatError::whole(error.into()))?;
    let edge = |field| match field {
        BankField::Batch => batch.to_owned(),
        BankField::CreatedOn => date_text(day),
        BankField::Count => rows.len().to_string(),
        BankField::Total => amount_text(layout.amounts, total),
        _ => String::new(),
    };
    let mut out = Vec::new();
    write_record(layout, &layout.header, edge, &mut out)?;
    for (number, (payment, result)) in (1_usize..).zip(rows) {
        let status = layouts.statuses.iter().find(|status| iso_status(status.outcome) == result.status);
        let unlisted = || FormatError::new(0, BankField::Status.as_str(), Reason::Value);
        let status = status.ok_or_else(unlisted)?.code.as_str();
        let value = |field| match field {
            BankField::Sequence => number.to_string(),
            BankField::Status => status.to_owned(),
            BankField::Batch => edge(field),
            field => detail_value(layouts, layout, payment, result, field),
        };
        write_record(layout, &layout.detail, value, &mut out)?;
    }
    if !layout.trailer.is_empty() {
        write_record(layout, &layout.trailer, edge, &mut out)?;
    }
    Ok(out)
}

fn detail_value(
    layouts: &BankLayouts,
    layout: &BankLayout,
    payment: &Payment,
    result: &PaymentResult,
    field: BankField,
) -> String {
    match field {
        BankField::EndToEndId => payment.end_to_end_id.clone(),
        BankField::PayeeName => payment.creditor.name.clone(),
        BankField::PayeeAccount => payment.creditor.account.clone(),
        BankField::Amount => amount_text(layout.amounts, payment.amount),
        BankField::BookedOn => date_text(result.booked_on),
        BankField::ReasonText => result.reason.text.clone().unwrap_or_default(),
        BankField::ReasonCode => {
            let iso = result.reason.code.as_deref();
            let own = layouts.reasons.iter().find(|reason| Some(reason.iso.as_str()) == iso);
            own.map_or_else(|| iso.unwrap_or_default().to_owned(), |own| own.code.clone())
        }
        _ => String::new(),
    }
}
