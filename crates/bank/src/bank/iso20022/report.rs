//! Writes account reports with movements of both sides: statements (camt.053) and notices (camt.054) of the simulator.

use super::{
    BankLine, Direction, FormatError,
    camt053::{AccountStatement, Balance},
    writer::{Sheet, check_account, check_amount, check_id, check_sum, check_unique},
};
use crate::kernel::{clock::Timestamp, money::Money};

/// Writes camt.053.001.08 for one statement.
///
/// # Errors
/// What no bank would write: an id, account or amount that is not of the form, a reference twice.
pub fn statement(message_id: &str, created_at: Timestamp, statement: &AccountStatement) -> Result<String, FormatError> {
    let sums = check(message_id, &statement.account, &statement.lines)?;
    check_id("Id", &statement.id)?;
    let mut sheet = Sheet::new("camt.053.001.08");
    sheet.group("BkToCstmrStmt", |sheet| {
        header(sheet, message_id, created_at);
        sheet.group("Stmt", |sheet| {
            sheet.leaf("Id", &statement.id);
            sheet.leaf("CreDtTm", &created_at.to_rfc3339());
            account(sheet, &statement.account);
            balance(sheet, "OPBD", statement.opening);
            balance(sheet, "CLBD", statement.closing);
            entries(sheet, &sums, &statement.lines);
        });
    });
    Ok(sheet.finish())
}

/// Writes camt.054.001.08 for movements of one account.
///
/// # Errors
/// As [`statement`].
pub fn notice(
    message_id: &str,
    created_at: Timestamp,
    number: &str,
    lines: &[BankLine],
) -> Result<String, FormatError> {
    let sums = check(message_id, number, lines)?;
    let mut sheet = Sheet::new("camt.054.001.08");
    sheet.group("BkToCstmrDbtCdtNtfctn", |sheet| {
        header(sheet, message_id, created_at);
        sheet.group("Ntfctn", |sheet| {
            sheet.leaf("Id", message_id);
            sheet.leaf("CreDtTm", &created_at.to_rfc3339());
            account(sheet, number);
            entries(sheet, &sums, lines);
        });
    });
    Ok(sheet.finish())
}

/// Count and sum of one side, under its name in the summary.
type Side = (&'static str, usize, Money);

fn check(message_id: &str, number: &str, lines: &[BankLine]) -> Result<[Side; 2], FormatError> {
    check_id("MsgId", message_id)?;
    check_account("Acct", number)?;
    check_unique("AcctSvcrRef", lines.iter().map(|line| line.reference.as_str()))?;
    for line in lines {
        check_id("AcctSvcrRef", &line.reference)?;
        check_amount("Amt", line.amount)?;
    }
    let side = |name, direction| -> Result<Side, FormatError> {
        let of_side = || lines.iter().filter(|line| line.direction == direction).map(|line| line.amount);
        Ok((name, of_side().count(), check_sum("Sum", of_side())?))
    };
    Ok([side("TtlCdtNtries", Direction::Credit)?, side("TtlDbtNtries", Direction::Debit)?])
}

fn header(sheet: &mut Sheet, message_id: &str, created_at: Timestamp) {
    sheet.group("GrpHdr", |sheet| {
        sheet.leaf("MsgId", message_id);
        sheet.leaf("CreDtTm", &created_at.to_rfc3339());
    });
}

fn account(sheet: &mut Sheet, number: &str) {
    sheet.group("Acct", |sheet| {
        sheet.path(&["Id", "Othr", "Id"], number);
        sheet.leaf("Ccy", "CNY");
    });
}

fn balance(sheet: &mut Sheet, code: &'static str, balance: Balance) {
    let overdrawn = balance.amount.is_negative();
    sheet.group("Bal", |sheet| {
        sheet.path(&["Tp", "CdOrPrtry", "Cd"], code);
        sheet.amount("Amt", if overdrawn { balance.amount.negated() } else { balance.amount });
        sheet.leaf("CdtDbtInd", if overdrawn { "DBIT" } else { "CRDT" });
        sheet.date("Dt", balance.on);
    });
}

fn entries(sheet: &mut Sheet, sums: &[Side; 2], lines: &[BankLine]) {
    if lines.is_empty() {
        return;
    }
    sheet.group("TxsSummry", |sheet| {
        for &(name, count, sum) in sums {
            sheet.group(name, |sheet| {
                sheet.leaf("NbOfNtries", &count.to_string());
                sheet.leaf("Sum", &sum.to_string());
            });
        }
    });
    for line in lines {
        sheet.group("Ntry", |sheet| entry(sheet, line));
    }
}

const fn side(direction: Direction) -> &'static str {
    match direction {
        Direction::Credit => "CRDT",
        Direction::Debit => "DBIT",
    }
}

fn entry(sheet: &mut Sheet, line: &BankLine) {
    sheet.amount("Amt", line.amount);
    sheet.leaf("CdtDbtInd", side(line.direction));
    sheet.leaf_if("RvslInd", line.reversal.then_some("true"));
    sheet.path(&["Sts", "Cd"], "BOOK");
    sheet.date("BookgDt", line.booked_on);
    sheet.date("ValDt", line.booked_on);
    sheet.leaf("AcctSvcrRef", &line.reference);
    sheet.group("BkTxCd", |sheet| {
        sheet.group("Domn", |sheet| {
            sheet.leaf("Cd", "PMNT");
            sheet.group("Fmly", |sheet| {
                let (family, sub) = match (line.direction, &line.return_reason) {
                    (Direction::Credit, Some(_)) => ("RCDT", "RRTN"),
                    (Direction::Credit, None) => ("RCDT", "DMCT"),
                    (Direction::Debit, _) => ("ICDT", "DMCT"),
                };
                sheet.leaf("Cd", family);
                sheet.leaf("SubFmlyCd", sub);
            });
        });
    });
    sheet.group("NtryDtls", |sheet| sheet.group("TxDtls", |sheet| details(sheet, line)));
}

fn details(sheet: &mut Sheet, line: &BankLine) {
    let (party, party_account, agent) = match line.direction {
        Direction::Credit => ("Dbtr", "DbtrAcct", "DbtrAgt"),
        Direction::Debit => ("Cdtr", "CdtrAcct", "CdtrAgt"),
    };
    sheet.group("Refs", |sheet| {
        sheet.leaf("AcctSvcrRef", &line.reference);
        sheet.leaf_if("EndToEndId", line.end_to_end_id.as_deref());
    });
    sheet.amount("Amt", line.amount);
    sheet.leaf("CdtDbtInd", side(line.direction));
    let other = &line.counterparty;
    if other.name.is_some() || other.account.is_some() || line.credited_account.is_some() {
        sheet.group("RltdPties", |sheet| {
            if let Some(name) = &other.name {
                sheet.path(&[party, "Pty", "Nm"], name);
            }
            if let Some(number) = &other.account {
                sheet.account(party_account, number);
            }
            if let (Direction::Credit, Some(number)) = (line.direction, &line.credited_account) {
                sheet.account("CdtrAcct", number);
            }
        });
    }
    if let Some(code) = &other.bank_code {
        sheet.group("RltdAgts", |sheet| sheet.agent(agent, code));
    }
    if let Some(text) = &line.remittance {
        sheet.path(&["RmtInf", "Ustrd"], text);
    }
    if let Some(reason) = &line.return_reason {
        sheet.path(&["RtrInf", "Rsn", "Cd"], reason);
    }
}
