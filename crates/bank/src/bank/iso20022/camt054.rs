//! camt.054, debit and credit notification (到账通知): read for receipts, written by the simulator.

use super::{
    AccountHolder, BankLine, FormatError, Reason, Rest,
    reader::Document,
    totals::Seen,
    writer::{Sheet, check_account, check_amount, check_holder, check_id, check_sum, check_text, check_unique},
};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    money::Money,
};

/// A notification file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub message_id: String,
    pub created_at: Timestamp,
    /// Booked movements of all notifications, in the order of the file.
    pub lines: Vec<BankLine>,
    /// Announced but not booked: not taken, they come again.
    pub pending: usize,
}

pub(super) fn read(document: &Document, seen: Seen) -> Result<Rest, FormatError> {
    let message = &document.message;
    let header = message.get("GrpHdr")?;
    let (message_id, created_at) = (header.text_of("MsgId", 35)?, header.get("CreDtTm")?.instant()?);
    match seen {
        Seen { reports: 0, .. } => Err(message.fault(Reason::Missing("Ntfctn"))),
        Seen { lines: 0, pending: 0, .. } => Err(message.fault(Reason::NothingInside)),
        Seen { pending, .. } => Ok(Rest::Notice { message_id, created_at, pending }),
    }
}

/// One incoming payment as the simulator reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The bank's reference: 1 to 30 ASCII letters, digits, hyphens.
    pub reference: String,
    pub amount: Money,
    /// The number the payer wrote: a case account, a deposit account, the main account.
    pub credited_account: String,
    pub payer: AccountHolder,
    pub remittance: String,
    /// When a payment of the court comes back: its end-to-end id and the reason.
    pub returned: Option<Returned>,
}

/// Origin of a returned payment (退汇).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    pub end_to_end_id: String,
    /// `ExternalReturnReason1Code`, e.g. `AC04`.
    pub reason: String,
}

/// What a notification file says as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditFile {
    /// 1 to 30 ASCII letters, digits, hyphens.
    pub message_id: String,
    pub created_at: Timestamp,
    pub booked_on: LegalDate,
    /// The main account that was credited.
    pub account: String,
    pub credits: Vec<Credit>,
}

/// Writes camt.054.001.08.
pub fn write(file: &CreditFile) -> Result<String, FormatError> {
    let sum = check(file)?;
    let mut sheet = Sheet::new("camt.054.001.08");
    sheet.group("BkToCstmrDbtCdtNtfctn", |sheet| {
        sheet.group("GrpHdr", |sheet| {
            sheet.leaf("MsgId", &file.message_id);
            sheet.leaf("CreDtTm", &file.created_at.to_rfc3339());
        });
        sheet.group("Ntfctn", |sheet| {
            sheet.leaf("Id", &file.message_id);
            sheet.leaf("CreDtTm", &file.created_at.to_rfc3339());
            sheet.group("Acct", |sheet| {
                sheet.path(&["Id", "Othr", "Id"], &file.account);
                sheet.leaf("Ccy", "CNY");
            });
            sheet.group("TxsSummry", |sheet| {
                sheet.group("TtlCdtNtries", |sheet| {
                    sheet.leaf("NbOfNtries", &file.credits.len().to_string());
                    sheet.leaf("Sum", &sum.to_string());
                });
            });
            for credit in &file.credits {
                sheet.group("Ntry", |sheet| write_entry(sheet, credit, file.booked_on));
            }
        });
    });
    Ok(sheet.finish())
}

fn check(file: &CreditFile) -> Result<Money, FormatError> {
    check_id("MsgId", &file.message_id)?;
    check_account("Acct", &file.account)?;
    if file.credits.is_empty() {
        return Err(FormatError::whole(Reason::NothingInside));
    }
    for credit in &file.credits {
        check_id("AcctSvcrRef", &credit.reference)?;
        check_amount("Amt", credit.amount)?;
        check_account("CdtrAcct", &credit.credited_account)?;
        check_holder("Dbtr", &credit.payer, 140)?;
        check_text("Ustrd", &credit.remittance, 140)?;
        if let Some(returned) = &credit.returned {
            check_id("EndToEndId", &returned.end_to_end_id)?;
            check_text("Rsn", &returned.reason, 4)?;
        }
    }
    check_unique("AcctSvcrRef", file.credits.iter().map(|credit| credit.reference.as_str()))?;
    check_sum("Sum", file.credits.iter().map(|credit| credit.amount))
}

fn write_entry(sheet: &mut Sheet, credit: &Credit, booked_on: LegalDate) {
    sheet.amount("Amt", credit.amount);
    sheet.leaf("CdtDbtInd", "CRDT");
    sheet.path(&["Sts", "Cd"], "BOOK");
    sheet.date("BookgDt", booked_on);
    sheet.date("ValDt", booked_on);
    sheet.leaf("AcctSvcrRef", &credit.reference);
    sheet.group("BkTxCd", |sheet| {
        sheet.group("Domn", |sheet| {
            sheet.leaf("Cd", "PMNT");
            sheet.group("Fmly", |sheet| {
                sheet.leaf("Cd", "RCDT");
                sheet.leaf("SubFmlyCd", if credit.returned.is_some() { "RRTN" } else { "DMCT" });
            });
        });
    });
    sheet.group("NtryDtls", |sheet| sheet.group("TxDtls", |sheet| write_details(sheet, credit)));
}

fn write_details(sheet: &mut Sheet, credit: &Credit) {
    sheet.group("Refs", |sheet| {
        sheet.leaf("AcctSvcrRef", &credit.reference);
        sheet.leaf_if("EndToEndId", credit.returned.as_ref().map(|returned| returned.end_to_end_id.as_str()));
    });
    sheet.amount("Amt", credit.amount);
    sheet.leaf("CdtDbtInd", "CRDT");
    sheet.group("RltdPties", |sheet| {
        sheet.path(&["Dbtr", "Pty", "Nm"], &credit.payer.name);
        sheet.account("DbtrAcct", &credit.payer.account);
        sheet.account("CdtrAcct", &credit.credited_account);
    });
    if !credit.payer.bank_code.is_empty() {
        sheet.group("RltdAgts", |sheet| sheet.agent("DbtrAgt", &credit.payer.bank_code));
    }
    sheet.path(&["RmtInf", "Ustrd"], &credit.remittance);
    if let Some(returned) = &credit.returned {
        sheet.path(&["RtrInf", "Rsn", "Cd"], &returned.reason);
    }
}
