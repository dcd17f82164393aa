//! The entries of an account report: camt.053 and camt.054 hold the same `Ntry`.

use super::{
    BankLine, Counterparty, Direction, FormatError, MessageKind, Part, Reason, camt053,
    reader::{Element, Passing, total},
    totals::{Seen, Totals},
};
use crate::kernel::{clock::LegalDate, money::Money};
use std::collections::HashSet;

/// Most characters of joined remittance text.
const REMITTANCE_MAX: usize = 500;

/// Reads entries while they pass, and hands their movements on.
pub struct Entries<'t> {
    take: &'t mut dyn FnMut(Part) -> Result<(), FormatError>,
    totals: Totals,
    seen: Seen,
    /// Half a hash of each reference: a file is bounded, so these are.
    references: HashSet<u128>,
}

impl<'t> Entries<'t> {
    pub fn new(take: &'t mut dyn FnMut(Part) -> Result<(), FormatError>) -> Entries<'t> {
        Entries { take, totals: Totals::default(), seen: Seen::default(), references: HashSet::new() }
    }
    pub fn seen(&self) -> Seen {
        self.seen
    }

    fn booked(&mut self, entry: &Element, account: &str, direction: Direction) -> Result<(), FormatError> {
        let amount = entry.get("Amt")?.positive_amount()?;
        for line in read_entry(entry, account, amount, direction)? {
            if !self.references.insert(short_hash(&line.reference)) {
                return Err(entry.fault(Reason::Duplicate(line.reference)));
            }
            self.seen.lines = self.seen.lines.saturating_add(1);
            (self.take)(Part::Line(line))?;
        }
        let side = match direction {
            Direction::Credit => &mut self.totals.booked_credits,
            Direction::Debit => &mut self.totals.booked_debits,
        };
        *side = side.plus(amount).map_err(|e| entry.fault(e.into()))?;
        Ok(())
    }
}

fn short_hash(text: &str) -> u128 {
    crate::kernel::ids::derived_uuid(text).as_u128()
}

impl Passing for Entries<'_> {
    fn entry(&mut self, report: &Element, entry: &Element) -> Result<(), FormatError> {
        let account = account_of(report)?;
        let amount = entry.get("Amt")?.positive_amount()?;
        let direction = direction(entry.get("CdtDbtInd")?)?;
        let (count, sum) = match direction {
            Direction::Credit => &mut self.totals.credits,
            Direction::Debit => &mut self.totals.debits,
        };
        *count = count.saturating_add(1);
        *sum = sum.plus(amount).map_err(|e| entry.fault(e.into()))?;
        match entry.get("Sts")?.text_at(&["Cd"], 4)?.as_deref() {
            Some("BOOK") => self.booked(entry, &account, direction),
            Some("PDNG" | "INFO" | "FUTR") => {
                self.totals.pending = self.totals.pending.saturating_add(1);
                Ok(())
            }
            _ => Err(entry.get("Sts")?.fault(Reason::Value)),
        }
    }

    fn report(&mut self, kind: MessageKind, report: &Element) -> Result<(), FormatError> {
        report.get("Id")?.text(35)?;
        account_of(report)?;
        let totals = std::mem::take(&mut self.totals);
        check_summary(report, &totals)?;
        self.seen.reports = self.seen.reports.saturating_add(1);
        self.seen.pending = self.seen.pending.saturating_add(totals.pending);
        match kind {
            MessageKind::Camt053 => (self.take)(Part::Statement(camt053::read_end(report, &totals)?)),
            _ => Ok(()),
        }
    }
}

fn account_of(report: &Element) -> Result<String, FormatError> {
    let account = report.get("Acct")?;
    if let Some(currency) = account.find("Ccy")?
        && currency.text(3)? != "CNY"
    {
        return Err(currency.fault(Reason::Currency));
    }
    account.account_number()
}

fn direction(element: &Element) -> Result<Direction, FormatError> {
    match element.text(4)? {
        "CRDT" => Ok(Direction::Credit),
        "DBIT" => Ok(Direction::Debit),
        _ => Err(element.fault(Reason::Value)),
    }
}

/// `TxsSummry`, when it stands there, against what has passed.
fn check_summary(report: &Element, totals: &Totals) -> Result<(), FormatError> {
    let Some(summary) = report.find("TxsSummry")? else { return Ok(()) };
    let check = |name: &'static str, sides: &[(usize, Money)]| -> Result<(), FormatError> {
        let Some(figures) = summary.find(name)? else { return Ok(()) };
        figures.check_count("NbOfNtries", sides.iter().map(|(count, _)| count).sum())?;
        figures.check_sum("Sum", total(figures, sides.iter().map(|(_, sum)| *sum))?)
    };
    check("TtlNtries", &[totals.credits, totals.debits])?;
    check("TtlCdtNtries", &[totals.credits])?;
    check("TtlDbtNtries", &[totals.debits])
}

/// The movements of one entry: its transactions, or itself when the bank gives no details.
fn read_entry(
    entry: &Element,
    account: &str,
    amount: Money,
    direction: Direction,
) -> Result<Vec<BankLine>, FormatError> {
    let details: Vec<&Element> = entry.all("NtryDtls").collect();
    let transactions: Vec<&Element> = details.iter().flat_map(|d| d.all("TxDtls")).collect();
    let booked_on = match entry.find("ValDt")? {
        Some(date) => date.legal_date()?,
        None => entry.get("BookgDt")?.legal_date()?,
    };
    let frame = Frame {
        account,
        direction,
        booked_on,
        reversal: entry.find("RvslInd")?.map_or(Ok(false), Element::flag)?,
        reference: entry.text_at(&["AcctSvcrRef"], 35)?,
        single: transactions.len() < 2,
    };
    // with several groups of details the totals of one group cannot be told from those of the entry
    if let ([only], false) = (details.as_slice(), transactions.is_empty())
        && let Some(batch) = only.find("Btch")?
    {
        batch.check_count("NbOfTxs", transactions.len())?;
        batch.find("TtlAmt")?.map(Element::amount).transpose()?;
        batch.check_sum("TtlAmt", amount)?;
    }
    if transactions.is_empty() {
        return Ok(vec![frame.line(entry, None, amount)?]);
    }
    let lines = transactions
        .into_iter()
        .map(|transaction| {
            let own = match transaction.find("Amt")? {
                Some(amount) => Some(amount),
                None => transaction.find_path(&["AmtDtls", "TxAmt", "Amt"])?,
            };
            let own = match own {
                Some(own) => own.positive_amount()?,
                None if frame.single => amount,
                None => return Err(transaction.fault(Reason::Missing("Amt"))),
            };
            if let Some(side) = transaction.find("CdtDbtInd")?
                && self::direction(side)? != direction
            {
                return Err(side.fault(Reason::Value));
            }
            frame.line(transaction, Some(transaction), own)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let found = total(entry, lines.iter().map(|line| line.amount))?;
    if found != amount {
        return Err(entry.fault(Reason::Sum { stated: amount, found }));
    }
    Ok(lines)
}

/// What all transactions of one entry share.
struct Frame<'a> {
    account: &'a str,
    direction: Direction,
    booked_on: LegalDate,
    reversal: bool,
    /// The entry's reference stands for its only transaction.
    reference: Option<String>,
    single: bool,
}

impl Frame<'_> {
    fn line(&self, at: &Element, details: Option<&Element>, amount: Money) -> Result<BankLine, FormatError> {
        let text = |path: &[&'static str], max: usize| match details {
            Some(details) => details.text_at(path, max),
            None => Ok(None),
        };
        let own = text(&["Refs", "AcctSvcrRef"], 35)?;
        let reference = own
            .or_else(|| self.reference.clone().filter(|_| self.single))
            .ok_or_else(|| at.fault(Reason::Missing("AcctSvcrRef")))?;
        let find = |name: &'static str| match details {
            Some(details) => details.find_path(&["RltdPties", name]),
            None => Ok(None),
        };
        let agent = |name: &'static str| match details {
            Some(details) => details.find_path(&["RltdAgts", name]),
            None => Ok(None),
        };
        let (party, party_account, party_agent) = match self.direction {
            Direction::Credit => ("Dbtr", "DbtrAcct", "DbtrAgt"),
            Direction::Debit => ("Cdtr", "CdtrAcct", "CdtrAgt"),
        };
        let credited_account = match self.direction {
            Direction::Credit => find("CdtrAcct")?.map(Element::account_number).transpose()?,
            Direction::Debit => None,
        };
        Ok(BankLine {
            line: at.line,
            reference,
            amount,
            direction: self.direction,
            reversal: self.reversal,
            booked_on: self.booked_on,
            account: self.account.to_owned(),
            credited_account: credited_account.filter(|number| number != self.account),
            counterparty: Counterparty {
                name: find(party)?.map(party_name).transpose()?.flatten(),
                account: find(party_account)?.map(Element::account_number).transpose()?,
                bank_code: agent(party_agent)?.map(Element::bank_code).transpose()?.flatten(),
            },
            end_to_end_id: text(&["Refs", "EndToEndId"], 35)?.filter(|id| id != "NOTPROVIDED"),
            remittance: details.map(remittance).transpose()?.flatten(),
            return_reason: match text(&["RtrInf", "Rsn", "Cd"], 4)? {
                Some(code) => Some(code),
                None => text(&["RtrInf", "Rsn", "Prtry"], 35)?,
            },
        })
    }
}

/// `Pty/Nm` since 2019, `Nm` before.
fn party_name(party: &Element) -> Result<Option<String>, FormatError> {
    match party.text_at(&["Pty", "Nm"], 140)? {
        Some(name) => Ok(Some(name)),
        None => party.text_at(&["Nm"], 140),
    }
}

fn remittance(details: &Element) -> Result<Option<String>, FormatError> {
    let Some(information) = details.find("RmtInf")? else { return Ok(None) };
    let parts = information.all("Ustrd").map(|line| line.text(140)).collect::<Result<Vec<_>, _>>()?;
    let joined = parts.join(" ");
    if joined.chars().count() > REMITTANCE_MAX {
        return Err(information.fault(Reason::TooLong(REMITTANCE_MAX)));
    }
    Ok(Some(joined).filter(|text| !text.is_empty()))
}
