//! From a message to lines to stage, and where each line goes. Pure: what the database knows comes in as arguments.

pub mod resolution;
pub mod statement;

use super::{
    LineKind,
    iso20022::{
        BankLine, Direction, FormatError, Reason,
        pain002::{PaymentResult, StatusReport},
    },
};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    money::Money,
};
use crate::payout::PayablePurpose;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

/// Results of payments, in the form in which they are taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intake {
    pub message_id: String,
    pub made_at: Timestamp,
    /// Id of the payment file of ours that is answered.
    pub original: String,
    /// Status of that file as a whole, with its reason.
    pub group: Option<(String, Option<String>)>,
    pub lines: Vec<NewLine>,
}

/// One line to stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLine {
    pub kind: LineKind,
    /// Line of the file on which it stands; 0 for one that the file implies.
    pub at: u32,
    /// Place of its statement in the file, from 0; means nothing in other files.
    pub statement: usize,
    pub reference: String,
    pub amount: Option<Money>,
    pub booked_on: LegalDate,
    pub account_number: Option<String>,
    pub end_to_end_id: Option<String>,
    pub reversal: bool,
    pub status_code: Option<String>,
    pub reason_code: Option<String>,
    pub particulars: Particulars,
}

/// What is personal about a line: kept sealed, as one JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Particulars {
    /// The other side: who paid or was paid.
    pub name: Option<String>,
    pub account: Option<String>,
    pub bank_code: Option<String>,
    /// Remittance text, or the bank's text of a result.
    pub text: Option<String>,
}

/// No movement is booked before its day has come.
///
/// # Errors
/// `FUTURE` at the first line of a day to come.
pub fn check_dates(lines: &[NewLine], today: LegalDate) -> Result<(), FormatError> {
    match lines.iter().find(|line| line.booked_on > today) {
        Some(line) => Err(FormatError::new(line.at, "ValDt", Reason::Future)),
        None => Ok(()),
    }
}

/// A reference that is known must be the same movement again.
///
/// # Errors
/// `CHANGED` at the first that is another.
pub fn check_known(lines: &[NewLine], known: &BTreeMap<String, (LineKind, Option<Money>)>) -> Result<(), FormatError> {
    let changed = |line: &&NewLine| known.get(&line.reference).is_some_and(|was| *was != (line.kind, line.amount));
    match lines.iter().find(changed) {
        Some(line) => Err(FormatError::new(line.at, "AcctSvcrRef", Reason::Changed(line.reference.clone()))),
        None => Ok(()),
    }
}

/// Sum of the amounts that lines state, added to `so_far`.
///
/// # Errors
/// `RANGE` when nobody could book it.
pub fn total(so_far: Money, lines: &[NewLine]) -> Result<Money, FormatError> {
    let stated = std::iter::once(so_far).chain(lines.iter().filter_map(|line| line.amount));
    Money::sum(stated).map_err(|error| FormatError::whole(error.into()))
}

impl Intake {
    /// Results must be about payments that `ordered` holds (end-to-end id and amount), in their amounts. When the bank
    /// refuses the file as a whole, every payment that it does not list is refused with it.
    pub fn check_results(&mut self, ordered: &BTreeMap<String, Money>) -> Result<(), FormatError> {
        for line in &self.lines {
            let fault = |reason| Err(FormatError::new(line.at, "OrgnlEndToEndId", reason));
            match (ordered.get(&line.reference), line.amount) {
                (None, _) => return fault(Reason::UnknownPayment(line.reference.clone())),
                (Some(amount), Some(said)) if *amount != said => {
                    return fault(Reason::OtherAmount(line.reference.clone()));
                }
                _ => {}
            }
        }
        if let Some((status, reason)) = &self.group
            && status == "RJCT"
        {
            let listed: HashSet<&str> = self.lines.iter().map(|line| line.reference.as_str()).collect();
            let day = self.made_at.legal_date();
            let implied: Vec<NewLine> = ordered
                .iter()
                .filter(|(id, _)| !listed.contains(id.as_str()))
                .map(|(id, amount)| implied_refusal(id, *amount, day, reason.clone()))
                .collect();
            self.lines.extend(implied);
        }
        Ok(())
    }
}

fn implied_refusal(id: &str, amount: Money, day: LegalDate, reason: Option<String>) -> NewLine {
    NewLine {
        kind: LineKind::Result,
        at: 0,
        statement: 0,
        reference: id.to_owned(),
        amount: Some(amount),
        booked_on: day,
        account_number: None,
        end_to_end_id: Some(id.to_owned()),
        reversal: false,
        status_code: Some("RJCT".to_owned()),
        reason_code: reason,
        particulars: Particulars::default(),
    }
}

/// A movement as it is staged.
pub fn movement(line: BankLine, statement: usize) -> NewLine {
    let account_number = line.target_account().to_owned();
    NewLine {
        kind: match line.direction {
            Direction::Credit => LineKind::Credit,
            Direction::Debit => LineKind::Debit,
        },
        at: line.line,
        statement,
        reference: line.reference,
        amount: Some(line.amount),
        booked_on: line.booked_on,
        account_number: Some(account_number),
        end_to_end_id: line.end_to_end_id,
        reversal: line.reversal,
        status_code: None,
        reason_code: line.return_reason,
        particulars: Particulars {
            name: line.counterparty.name,
            account: line.counterparty.account,
            bank_code: line.counterparty.bank_code,
            text: line.remittance,
        },
    }
}

/// Results as they are taken in.
pub fn results(report: StatusReport) -> Intake {
    let group = report.group.map(|(status, reason)| (status, reason.code));
    Intake {
        message_id: report.message_id,
        made_at: report.created_at,
        original: report.original_message_id,
        group,
        lines: report.results.into_iter().map(result).collect(),
    }
}

fn result(result: PaymentResult) -> NewLine {
    NewLine {
        kind: LineKind::Result,
        at: result.line,
        statement: 0,
        reference: result.end_to_end_id.clone(),
        amount: result.amount,
        booked_on: result.booked_on,
        account_number: None,
        end_to_end_id: Some(result.end_to_end_id),
        reversal: false,
        status_code: Some(result.status),
        reason_code: result.reason.code,
        particulars: Particulars { text: result.reason.text, ..Particulars::default() },
    }
}

/// What is known of a line when it is dispatched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineFacts {
    pub kind: LineKind,
    pub reversal: bool,
    /// The bank says that a payment comes back.
    pub is_return: bool,
    pub amount: Option<Money>,
    /// Amount of the payment of ours that the line's end-to-end id names, if there is one.
    pub ordered: Option<Money>,
}

/// Where a line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Money that came: to the owner of the account number, else unidentified.
    Money,
    /// A payment of ours that came back.
    Return,
    /// A payment of ours that left the account.
    Settlement,
    /// The bank's word on a payment of ours.
    Result,
    /// To a person, with the reason.
    Person(OpenReason),
}

/// Why a line waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenReason {
    /// The bank takes an earlier movement back (冲正).
    Reversal,
    /// Money went without an order of ours: a charge, a deduction (无指令付出).
    DebitWithoutOrder,
    /// Money went for an order of ours, in another amount (付出金额不符).
    DebitOfOtherAmount,
    /// Money went for an order of ours that the bank had refused or paid before (付出与先前反馈矛盾).
    DebitAgainstResult,
    /// The owner of the account cannot take it, and the book has no place for unidentified money (无法入账).
    OwnerRefused,
    /// It failed again and again (处理失败).
    Fault,
}

impl OpenReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            OpenReason::Reversal => "REVERSAL",
            OpenReason::DebitWithoutOrder => "DEBIT_WITHOUT_ORDER",
            OpenReason::DebitOfOtherAmount => "DEBIT_OF_OTHER_AMOUNT",
            OpenReason::DebitAgainstResult => "DEBIT_AGAINST_RESULT",
            OpenReason::OwnerRefused => "OWNER_REFUSED",
            OpenReason::Fault => "FAULT",
        }
    }
}

/// Decides the way of one line. Money that came is never left to a person: at least it is unidentified. Only a return
/// of exactly the amount ordered is taken as one; a smaller one (charges kept back) is unidentified money.
pub fn decide_route(line: LineFacts) -> Route {
    match line.kind {
        _ if line.reversal => Route::Person(OpenReason::Reversal),
        LineKind::Credit if line.is_return && line.ordered.is_some() && line.ordered == line.amount => Route::Return,
        LineKind::Credit => Route::Money,
        LineKind::Debit => match line.ordered {
            Some(ordered) if Some(ordered) == line.amount => Route::Settlement,
            Some(_) => Route::Person(OpenReason::DebitOfOtherAmount),
            None => Route::Person(OpenReason::DebitWithoutOrder),
        },
        LineKind::Result | LineKind::Payment => Route::Result,
    }
}

/// What the payee reads on his statement (附言): the case and what the money is.
pub fn remittance(purpose: PayablePurpose, case_number: Option<&str>) -> String {
    let what = match purpose {
        PayablePurpose::Creditor => "执行案款",
        PayablePurpose::Surplus => "余款退还",
        PayablePurpose::RefundPayer => "退款",
        PayablePurpose::DepositRefund => "退还竞买保证金",
        PayablePurpose::OwnTransfer => "拍卖价款转入案款",
        PayablePurpose::SaleCost => "处置费用",
        PayablePurpose::Treasury => "上缴款",
        PayablePurpose::CourtTransfer => "移送案款",
        PayablePurpose::Administrator => "移交破产管理人",
        PayablePurpose::FeeRefund => "退还诉讼费",
        PayablePurpose::NotaryDeposit => "提存款",
        PayablePurpose::Deduction => "另案扣划案款",
    };
    match case_number {
        Some(number) => format!("{number} {what}"),
        None => what.to_owned(),
    }
}

/// `MsgId` of a payment file: `P` and the file's id in 26 letters and digits, unique for ever.
pub fn message_id(file: u128) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digit = |place: u32| {
        let value = usize::try_from((file >> (5 * place)) & 31).unwrap_or_default();
        char::from(DIGITS.get(value).copied().unwrap_or(b'0'))
    };
    std::iter::once('P').chain((0..26).rev().map(digit)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::bank::iso20022::{Counterparty, pain002::StatusReason};

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn yuan(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn line(reference: &str, account: &str) -> BankLine {
        BankLine {
            line: 7,
            reference: reference.to_owned(),
            amount: yuan("12.00"),
            direction: Direction::Credit,
            reversal: false,
            booked_on: day("2026-03-10"),
            account: account.to_owned(),
            credited_account: Some("4300100012345".to_owned()),
            counterparty: Counterparty::default(),
            end_to_end_id: None,
            remittance: None,
            return_reason: None,
        }
    }
    fn report(group: Option<&str>, said: &[(&str, &str, Option<&str>)]) -> Intake {
        let created_at = Timestamp::parse("2026-03-16T16:00:00+08:00").unwrap();
        let listed = said.iter().map(|(id, status, amount)| PaymentResult {
            line: 9,
            end_to_end_id: (*id).to_owned(),
            status: (*status).to_owned(),
            reason: StatusReason::default(),
            amount: amount.map(yuan),
            booked_on: created_at.legal_date(),
        });
        results(StatusReport {
            message_id: "R1".to_owned(),
            created_at,
            original_message_id: "P1".to_owned(),
            original_message_name: "pain.001.001.09".to_owned(),
            group: group.map(|status| (status.to_owned(), StatusReason::default())),
            results: listed.collect(),
        })
    }

    #[test]
    fn a_file_speaks_of_days_gone() {
        let taken = [movement(line("B1", "43001"), 0), movement(line("B2", "43001"), 0)];
        assert_eq!(total(yuan("0.01"), &taken).unwrap(), yuan("24.01"));
        assert!(check_dates(&taken, day("2026-03-10")).is_ok());
        assert_eq!(check_dates(&taken, day("2026-03-09")).unwrap_err().reason, Reason::Future);
    }

    #[test]
    fn a_known_reference_is_the_same_movement_or_a_fault() {
        let taken = [movement(line("B1", "43001"), 0)];
        let known = |kind, amount| BTreeMap::from([("B1".to_owned(), (kind, Some(yuan(amount))))]);
        assert!(check_known(&taken, &BTreeMap::new()).is_ok());
        assert!(check_known(&taken, &known(LineKind::Credit, "12.00")).is_ok());
        for other in [known(LineKind::Credit, "12.01"), known(LineKind::Debit, "12.00")] {
            assert_eq!(check_known(&taken, &other).unwrap_err().reason, Reason::Changed("B1".to_owned()));
        }
    }

    #[test]
    fn results_are_about_our_payments_in_their_amounts() {
        let ordered = BTreeMap::from([("E1".to_owned(), yuan("1.00")), ("E2".to_owned(), yuan("2.00"))]);
        let check = |results: &[(&str, &str, Option<&str>)]| report(None, results).check_results(&ordered);
        assert!(check(&[("E1", "ACSC", Some("1.00")), ("E2", "RJCT", None)]).is_ok());
        let unknown = check(&[("E3", "ACSC", None)]).unwrap_err();
        assert_eq!(unknown.reason, Reason::UnknownPayment("E3".to_owned()));
        let other = check(&[("E1", "ACSC", Some("1.01"))]).unwrap_err();
        assert_eq!(other.reason, Reason::OtherAmount("E1".to_owned()));
    }

    #[test]
    fn a_file_refused_as_a_whole_refuses_every_payment_not_listed() {
        let ordered = BTreeMap::from([("E1".to_owned(), yuan("1.00")), ("E2".to_owned(), yuan("2.00"))]);
        let mut refused = report(Some("RJCT"), &[("E2", "ACSC", None)]);
        refused.check_results(&ordered).unwrap();
        let said: Vec<_> = refused.lines.iter().map(|l| (l.reference.as_str(), l.status_code.as_deref())).collect();
        assert_eq!(said, [("E2", Some("ACSC")), ("E1", Some("RJCT"))]);
        let mut partly = report(Some("PART"), &[("E2", "ACSC", None)]);
        partly.check_results(&ordered).unwrap();
        assert_eq!(partly.lines.len(), 1);
    }

    #[test]
    fn every_line_has_a_way() {
        let facts = |kind, reversal, is_return, ordered: Option<&str>| LineFacts {
            kind,
            reversal,
            is_return,
            amount: Some(yuan("5.00")),
            ordered: ordered.map(yuan),
        };
        for (facts, route) in [
            (facts(LineKind::Credit, false, false, None), Route::Money),
            (facts(LineKind::Credit, false, false, Some("5.00")), Route::Money),
            (facts(LineKind::Credit, false, true, Some("5.00")), Route::Return),
            (facts(LineKind::Credit, false, true, Some("5.01")), Route::Money),
            (facts(LineKind::Credit, false, true, None), Route::Money),
            (facts(LineKind::Credit, true, false, None), Route::Person(OpenReason::Reversal)),
            (facts(LineKind::Debit, false, false, Some("5.00")), Route::Settlement),
            (facts(LineKind::Debit, false, false, Some("4.99")), Route::Person(OpenReason::DebitOfOtherAmount)),
            (facts(LineKind::Debit, false, false, None), Route::Person(OpenReason::DebitWithoutOrder)),
            (facts(LineKind::Result, false, false, Some("5.00")), Route::Result),
        ] {
            assert_eq!(decide_route(facts), route, "{facts:?}");
        }
    }

    #[test]
    fn message_ids_differ_where_files_differ() {
        assert_eq!(message_id(0), format!("P{}", "0".repeat(26)));
        assert_eq!(message_id(33), format!("P{}11", "0".repeat(24)));
        assert_eq!(message_id(u128::MAX).len(), 27);
        assert_ne!(message_id(u128::MAX), message_id(u128::MAX >> 1));
    }
}
