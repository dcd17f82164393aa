//! pain.002, payment status report (支付结果): read for the results of our orders, written by the simulator.

use super::{
    FormatError, Reason,
    reader::{Document, Element},
    writer::{Sheet, check_amount, check_id, check_text, check_unique},
};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    money::Money,
};
use std::collections::{BTreeMap, HashSet};

/// What a bank says about one payment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReport {
    pub message_id: String,
    pub created_at: Timestamp,
    /// `MsgId` of our file.
    pub original_message_id: String,
    /// Name of the message answered, e.g. `pain.001.001.09`.
    pub original_message_name: String,
    /// Status of the file as a whole (`RJCT`: no order in it was taken), with its reason.
    pub group: Option<(String, StatusReason)>,
    pub results: Vec<PaymentResult>,
}

/// What a bank says about one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentResult {
    /// Line of the file on which it stands; 0 in a report that is to be written.
    pub line: u32,
    pub end_to_end_id: String,
    /// `ExternalPaymentTransactionStatus1Code`, e.g. `ACSC`.
    pub status: String,
    pub reason: StatusReason,
    /// The amount of the order when the bank repeats it.
    pub amount: Option<Money>,
    /// The bank's day: acceptance, else creation of the report.
    pub booked_on: LegalDate,
}

/// Code and text of a reason; both may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusReason {
    /// ISO code or a bank's own code.
    pub code: Option<String>,
    pub text: Option<String>,
}

pub(super) fn read(document: &Document) -> Result<StatusReport, FormatError> {
    let message = &document.message;
    let header = message.get("GrpHdr")?;
    let created_at = header.get("CreDtTm")?.instant()?;
    let original = message.get("OrgnlGrpInfAndSts")?;
    let name = original.get("OrgnlMsgNmId")?;
    if !name.text(35)?.starts_with("pain.001") {
        return Err(name.fault(Reason::Value));
    }
    let group = group_status(message, original)?;
    let mut seen = HashSet::new();
    let mut results = Vec::new();
    for transaction in message.all("OrgnlPmtInfAndSts").flat_map(|part| part.all("TxInfAndSts")) {
        let result = read_result(transaction, created_at)?;
        if !seen.insert(result.end_to_end_id.clone()) {
            return Err(transaction.fault(Reason::Duplicate(result.end_to_end_id)));
        }
        results.push(result);
    }
    if results.is_empty() && group.is_none() {
        return Err(message.fault(Reason::NothingInside));
    }
    check_totals(original, &results)?;
    Ok(StatusReport {
        message_id: header.text_of("MsgId", 35)?,
        created_at,
        original_message_id: original.text_of("OrgnlMsgId", 35)?,
        original_message_name: name.text(35)?.to_owned(),
        group,
        results,
    })
}

/// `GrpSts`, else the status of the only payment group: our files hold one.
fn group_status(message: &Element, original: &Element) -> Result<Option<(String, StatusReason)>, FormatError> {
    if let Some(status) = original.find("GrpSts")? {
        return Ok(Some((status_code(status)?, reason(original)?)));
    }
    let mut parts = message.all("OrgnlPmtInfAndSts");
    match (parts.next(), parts.next()) {
        (Some(part), None) => match part.find("PmtInfSts")? {
            Some(status) => Ok(Some((status_code(status)?, reason(part)?))),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

fn read_result(transaction: &Element, created_at: Timestamp) -> Result<PaymentResult, FormatError> {
    let booked_on = match transaction.find("AccptncDtTm")? {
        Some(accepted) => accepted.instant()?.legal_date(),
        None => created_at.legal_date(),
    };
    Ok(PaymentResult {
        line: transaction.line,
        end_to_end_id: transaction.text_of("OrgnlEndToEndId", 35)?,
        status: status_code(transaction.get("TxSts")?)?,
        reason: reason(transaction)?,
        amount: transaction.find_path(&["OrgnlTxRef", "Amt", "InstdAmt"])?.map(Element::positive_amount).transpose()?,
        booked_on,
    })
}

/// One to four capital letters or digits.
fn status_code(element: &Element) -> Result<String, FormatError> {
    let code = element.text(4)?;
    if code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        Ok(code.to_owned())
    } else {
        Err(element.fault(Reason::Value))
    }
}

/// The first reason given, with all its texts joined.
fn reason(element: &Element) -> Result<StatusReason, FormatError> {
    let Some(information) = element.all("StsRsnInf").next() else { return Ok(StatusReason::default()) };
    let code = match information.text_at(&["Rsn", "Cd"], 4)? {
        Some(code) => Some(code),
        None => information.text_at(&["Rsn", "Prtry"], 35)?,
    };
    let texts = information.all("AddtlInf").map(|text| text.text(105)).collect::<Result<Vec<_>, _>>()?;
    let text = Some(texts.join(" ")).filter(|text| !text.is_empty());
    Ok(StatusReason { code, text })
}

/// `NbOfTxsPerSts` and `OrgnlNbOfTxs` against the results, for what the bank lists one by one: some list refusals only.
fn check_totals(original: &Element, results: &[PaymentResult]) -> Result<(), FormatError> {
    let mut listed: BTreeMap<&str, (usize, Option<Money>)> = BTreeMap::new();
    for result in results {
        let (count, sum) = listed.entry(&result.status).or_insert((0, Some(Money::ZERO)));
        *count = count.saturating_add(1);
        *sum = match (*sum, result.amount) {
            (Some(sum), Some(amount)) => Some(sum.plus(amount).map_err(|e| original.fault(e.into()))?),
            _ => None,
        };
    }
    for figures in original.all("NbOfTxsPerSts") {
        let status = status_code(figures.get("DtldSts")?)?;
        let Some((count, sum)) = listed.get(status.as_str()) else { continue };
        figures.check_count("DtldNbOfTxs", *count)?;
        if let Some(sum) = sum {
            figures.check_sum("DtldCtrlSum", *sum)?;
        }
    }
    if let Some(stated) = original.find("OrgnlNbOfTxs")? {
        let (most, found) = (stated.count()?, u64::try_from(results.len()).unwrap_or(u64::MAX));
        if found > most {
            return Err(stated.fault(Reason::Count { stated: most, found }));
        }
    }
    Ok(())
}

/// Writes pain.002.001.11.
pub fn write(report: &StatusReport) -> Result<String, FormatError> {
    check(report)?;
    let mut sheet = Sheet::new("pain.002.001.11");
    sheet.group("CstmrPmtStsRpt", |sheet| {
        sheet.group("GrpHdr", |sheet| {
            sheet.leaf("MsgId", &report.message_id);
            sheet.leaf("CreDtTm", &report.created_at.to_rfc3339());
        });
        sheet.group("OrgnlGrpInfAndSts", |sheet| {
            sheet.leaf("OrgnlMsgId", &report.original_message_id);
            sheet.leaf("OrgnlMsgNmId", &report.original_message_name);
            if let Some((status, reason)) = &report.group {
                sheet.leaf("GrpSts", status);
                write_reason(sheet, reason);
            }
        });
        if !report.results.is_empty() {
            sheet.group("OrgnlPmtInfAndSts", |sheet| {
                sheet.leaf("OrgnlPmtInfId", &report.original_message_id);
                for result in &report.results {
                    sheet.group("TxInfAndSts", |sheet| write_result(sheet, result));
                }
            });
        }
    });
    Ok(sheet.finish())
}

fn check(report: &StatusReport) -> Result<(), FormatError> {
    check_id("MsgId", &report.message_id)?;
    check_id("OrgnlMsgId", &report.original_message_id)?;
    check_text("OrgnlMsgNmId", &report.original_message_name, 35)?;
    if report.results.is_empty() && report.group.is_none() {
        return Err(FormatError::whole(Reason::NothingInside));
    }
    for result in &report.results {
        check_id("OrgnlEndToEndId", &result.end_to_end_id)?;
        check_text("TxSts", &result.status, 4)?;
        if let Some(amount) = result.amount {
            check_amount("InstdAmt", amount)?;
        }
        check_reason(&result.reason)?;
    }
    if let Some((status, reason)) = &report.group {
        check_text("GrpSts", status, 4)?;
        check_reason(reason)?;
    }
    check_unique("OrgnlEndToEndId", report.results.iter().map(|result| result.end_to_end_id.as_str()))
}

fn check_reason(reason: &StatusReason) -> Result<(), FormatError> {
    reason.code.as_deref().map_or(Ok(()), |code| check_text("Rsn", code, 35))?;
    reason.text.as_deref().map_or(Ok(()), |text| check_text("AddtlInf", text, 105))
}

fn write_result(sheet: &mut Sheet, result: &PaymentResult) {
    sheet.leaf("OrgnlEndToEndId", &result.end_to_end_id);
    sheet.leaf("TxSts", &result.status);
    write_reason(sheet, &result.reason);
    sheet.leaf("AccptncDtTm", &Timestamp::at(result.booked_on, 16, 0).to_rfc3339());
    if let Some(amount) = result.amount {
        sheet.group("OrgnlTxRef", |sheet| sheet.group("Amt", |sheet| sheet.amount("InstdAmt", amount)));
    }
}

/// ISO codes have four characters and begin with a letter; a bank's own code goes into `Prtry`.
fn write_reason(sheet: &mut Sheet, reason: &StatusReason) {
    if reason.code.is_none() && reason.text.is_none() {
        return;
    }
    sheet.group("StsRsnInf", |sheet| {
        if let Some(code) = &reason.code {
            let iso = code.len() == 4 && code.starts_with(|c: char| c.is_ascii_uppercase());
            sheet.path(&["Rsn", if iso { "Cd" } else { "Prtry" }], code);
        }
        sheet.leaf_if("AddtlInf", reason.text.as_deref());
    });
}
