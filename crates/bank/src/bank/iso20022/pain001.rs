//! pain.001, credit transfer initiation (支付指令): written for the bank, read by the simulator.

use super::{
    AccountHolder, FormatError, Reason,
    reader::{Document, Element, total},
    writer::{Sheet, check_amount, check_bank_code, check_holder, check_id, check_sum, check_text, check_unique},
};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    money::Money,
};
use std::collections::HashSet;

/// Payment orders of one court account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFile {
    /// 1 to 30 ASCII letters, digits, hyphens; unique for ever (`MsgId`).
    pub message_id: String,
    pub created_at: Timestamp,
    /// Who gives the orders: the court's name.
    pub initiator: String,
    pub groups: Vec<PaymentGroup>,
}

/// Orders that share paying account and day (`PmtInf`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentGroup {
    pub id: String,
    /// One debit for the whole group instead of one per payment.
    pub batch_booking: bool,
    pub execute_on: LegalDate,
    pub debtor: AccountHolder,
    pub payments: Vec<Payment>,
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// 1 to 30 ASCII letters, digits, hyphens; unique for ever: the idempotency key at the bank.
    pub end_to_end_id: String,
    pub amount: Money,
    pub creditor: AccountHolder,
    /// Remark for the payee, at most 135 characters (附言).
    pub remittance: String,
}

/// Version of the message that a bank takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    #[default]
    V09,
    V10,
}

impl Version {
    pub const fn name(self) -> &'static str {
        match self {
            Version::V09 => "pain.001.001.09",
            Version::V10 => "pain.001.001.10",
        }
    }
}

/// What one bank wants of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    pub version: Version,
    /// Characters of a name (CNAPS2: 60).
    pub name_characters: usize,
    /// Some direct links count a Chinese character as two bytes: bytes of a name in GBK.
    pub name_gbk_bytes: Option<usize>,
    /// Characters of a remark (CNAPS2: 135).
    pub remittance_characters: usize,
}

impl Default for Profile {
    fn default() -> Profile {
        Profile { version: Version::V09, name_characters: 60, name_gbk_bytes: None, remittance_characters: 135 }
    }
}

/// Writes the file; every sum in it is computed here.
pub fn write(file: &PaymentFile, profile: &Profile) -> Result<String, FormatError> {
    check(file, profile)?;
    let count = file.groups.iter().map(|group| group.payments.len()).sum::<usize>();
    let sum = check_sum("CtrlSum", file.groups.iter().flat_map(|g| g.payments.iter().map(|p| p.amount)))?;
    let sums = file
        .groups
        .iter()
        .map(|group| check_sum("CtrlSum", group.payments.iter().map(|p| p.amount)))
        .collect::<Result<Vec<_>, _>>()?;
    let mut sheet = Sheet::new(profile.version.name());
    sheet.group("CstmrCdtTrfInitn", |sheet| {
        sheet.group("GrpHdr", |sheet| {
            sheet.leaf("MsgId", &file.message_id);
            sheet.leaf("CreDtTm", &file.created_at.to_rfc3339());
            sheet.leaf("NbOfTxs", &count.to_string());
            sheet.leaf("CtrlSum", &sum.to_string());
            sheet.path(&["InitgPty", "Nm"], &file.initiator);
        });
        for (group, sum) in file.groups.iter().zip(sums) {
            sheet.group("PmtInf", |sheet| write_group(sheet, group, sum));
        }
    });
    Ok(sheet.finish())
}

fn check(file: &PaymentFile, profile: &Profile) -> Result<(), FormatError> {
    check_id("MsgId", &file.message_id)?;
    check_text("InitgPty", &file.initiator, profile.name_characters)?;
    if file.groups.is_empty() || file.groups.iter().any(|group| group.payments.is_empty()) {
        return Err(FormatError::whole(Reason::NothingInside));
    }
    for group in &file.groups {
        check_id("PmtInfId", &group.id)?;
        check_holder("Dbtr", &group.debtor, profile.name_characters)?;
        check_bank_code("DbtrAgt", &group.debtor)?;
        group.payments.iter().try_for_each(|payment| check_payment(payment, profile))?;
    }
    check_unique("PmtInfId", file.groups.iter().map(|group| group.id.as_str()))?;
    check_unique(
        "EndToEndId",
        file.groups.iter().flat_map(|group| group.payments.iter().map(|payment| payment.end_to_end_id.as_str())),
    )
}

/// Whether a payment may stand in a file of this profile: one that may not must not hold up the others.
pub fn check_payment(payment: &Payment, profile: &Profile) -> Result<(), FormatError> {
    check_id("EndToEndId", &payment.end_to_end_id)?;
    check_amount("InstdAmt", payment.amount)?;
    check_holder("Cdtr", &payment.creditor, profile.name_characters)?;
    check_gbk("Cdtr", &payment.creditor.name, profile.name_gbk_bytes)?;
    check_text("Ustrd", &payment.remittance, profile.remittance_characters)
}

/// ASCII is one byte in GBK; whatever else GBK holds is two.
fn check_gbk(element: &str, text: &str, limit: Option<usize>) -> Result<(), FormatError> {
    let bytes: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    match limit {
        Some(limit) if bytes > limit => Err(FormatError::new(0, element, Reason::TooLong(limit))),
        _ => Ok(()),
    }
}

fn write_group(sheet: &mut Sheet, group: &PaymentGroup, sum: Money) {
    sheet.leaf("PmtInfId", &group.id);
    sheet.leaf("PmtMtd", "TRF");
    sheet.leaf("BtchBookg", if group.batch_booking { "true" } else { "false" });
    sheet.leaf("NbOfTxs", &group.payments.len().to_string());
    sheet.leaf("CtrlSum", &sum.to_string());
    sheet.date("ReqdExctnDt", group.execute_on);
    sheet.path(&["Dbtr", "Nm"], &group.debtor.name);
    sheet.group("DbtrAcct", |sheet| {
        sheet.path(&["Id", "Othr", "Id"], &group.debtor.account);
        sheet.leaf("Ccy", "CNY");
    });
    sheet.agent("DbtrAgt", &group.debtor.bank_code);
    for payment in &group.payments {
        sheet.group("CdtTrfTxInf", |sheet| {
            sheet.group("PmtId", |sheet| {
                sheet.leaf("InstrId", &payment.end_to_end_id);
                sheet.leaf("EndToEndId", &payment.end_to_end_id);
            });
            sheet.group("Amt", |sheet| sheet.amount("InstdAmt", payment.amount));
            sheet.agent("CdtrAgt", &payment.creditor.bank_code);
            sheet.path(&["Cdtr", "Nm"], &payment.creditor.name);
            sheet.account("CdtrAcct", &payment.creditor.account);
            sheet.path(&["RmtInf", "Ustrd"], &payment.remittance);
        });
    }
}

pub(super) fn read(document: &Document) -> Result<PaymentFile, FormatError> {
    let message = &document.message;
    let header = message.get("GrpHdr")?;
    header.get("NbOfTxs")?;
    header.get("CtrlSum")?;
    let mut seen = HashSet::new();
    let groups = message.all("PmtInf").map(|group| read_group(group, &mut seen)).collect::<Result<Vec<_>, _>>()?;
    if groups.is_empty() {
        return Err(message.fault(Reason::Missing("PmtInf")));
    }
    let payments = || groups.iter().flat_map(|group| &group.payments);
    header.check_count("NbOfTxs", payments().count())?;
    header.check_sum("CtrlSum", total(header, payments().map(|payment| payment.amount))?)?;
    let mut ids = HashSet::new();
    if let Some(twice) = groups.iter().find(|group| !ids.insert(group.id.as_str())) {
        return Err(message.fault(Reason::Duplicate(twice.id.clone())));
    }
    Ok(PaymentFile {
        message_id: header.text_of("MsgId", 35)?,
        created_at: header.get("CreDtTm")?.instant()?,
        initiator: header.get("InitgPty")?.text_of("Nm", 140)?,
        groups,
    })
}

fn read_group(group: &Element, seen: &mut HashSet<String>) -> Result<PaymentGroup, FormatError> {
    let method = group.get("PmtMtd")?;
    if method.text(3)? != "TRF" {
        return Err(method.fault(Reason::Value));
    }
    let payments = group
        .all("CdtTrfTxInf")
        .map(|payment| {
            let read = read_payment(payment)?;
            if seen.insert(read.end_to_end_id.clone()) {
                Ok(read)
            } else {
                Err(payment.fault(Reason::Duplicate(read.end_to_end_id)))
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    if payments.is_empty() {
        return Err(group.fault(Reason::Missing("CdtTrfTxInf")));
    }
    group.check_count("NbOfTxs", payments.len())?;
    group.check_sum("CtrlSum", total(group, payments.iter().map(|payment| payment.amount))?)?;
    Ok(PaymentGroup {
        id: group.text_of("PmtInfId", 35)?,
        batch_booking: group.find("BtchBookg")?.map_or(Ok(false), Element::flag)?,
        execute_on: group.get("ReqdExctnDt")?.legal_date()?,
        debtor: {
            group.get("DbtrAgt")?;
            group.holder("Dbtr", "DbtrAcct", "DbtrAgt")?
        },
        payments,
    })
}

fn read_payment(payment: &Element) -> Result<Payment, FormatError> {
    Ok(Payment {
        end_to_end_id: payment.get("PmtId")?.text_of("EndToEndId", 35)?,
        amount: payment.get("Amt")?.get("InstdAmt")?.positive_amount()?,
        creditor: payment.holder("Cdtr", "CdtrAcct", "CdtrAgt")?,
        remittance: payment.text_at(&["RmtInf", "Ustrd"], 140)?.unwrap_or_default(),
    })
}
