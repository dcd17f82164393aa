//! A bank to practise with: it reads the payment files that this program writes and answers with files of its own.
//!
//! It has no door into the program: what it produces is imported like any bank's file. Its answers depend only on
//! what it is given, so a demonstration plays the same way each time.

use super::iso20022::{
    AccountHolder, BankMessage, FormatError, Reason,
    camt054::{self, Credit, CreditFile, Returned},
    pain001::{Payment, PaymentFile},
    pain002::{self, PaymentResult, StatusReason, StatusReport},
    read_named,
};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    identity::name::comparison_key,
};
use std::collections::BTreeMap;

/// What the simulated bank knows about an account.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    name: String,
    /// Reason code with which every payment to it is refused.
    refuse: Option<String>,
}

/// A simulated bank: its accounts, and how it treats those it does not know.
#[derive(Clone, Debug, Default)]
pub struct Simulator {
    accounts: BTreeMap<String, Known>,
    refuse_unknown: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {0} of the directory is not `account,name` or `account,name,code`")]
pub struct DirectoryError(usize);

impl Simulator {
    pub fn new() -> Simulator {
        Simulator::default()
    }
    /// A directory of lines `account,name[,code]`; with a code every payment to the account is refused with it.
    /// Empty lines and lines that begin with `#` are skipped. Accounts outside of it are refused as AC01.
    pub fn from_directory(text: &str) -> Result<Simulator, DirectoryError> {
        let mut simulator = Simulator { accounts: BTreeMap::new(), refuse_unknown: true };
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let parts: Vec<&str> = line.split(',').map(str::trim).collect();
            simulator = match parts.as_slice() {
                [account, name] if !account.is_empty() && !name.is_empty() => simulator.account(account, name),
                [account, name, code] if !account.is_empty() && !code.is_empty() => {
                    simulator.account(account, name).refusing(account, code)
                }
                _ => return Err(DirectoryError(index.saturating_add(1))),
            };
        }
        Ok(simulator)
    }
    /// Adds an account; a payment to it in another name is refused as BE01.
    pub fn account(mut self, number: &str, name: &str) -> Simulator {
        self.accounts.insert(number.to_owned(), Known { name: name.to_owned(), refuse: None });
        self
    }
    /// Every payment to this account is refused with `code` (ISO, or four digits of the Chinese systems).
    pub fn refusing(mut self, number: &str, code: &str) -> Simulator {
        let known = self.accounts.entry(number.to_owned());
        known.or_insert_with(|| Known { name: String::new(), refuse: None }).refuse = Some(code.to_owned());
        self
    }

    /// Answers a pain.001 with a pain.002 of `now`: ACSC, or RJCT with code and text, for each payment.
    pub fn answer(&self, payment_file: &[u8], now: Timestamp) -> Result<String, FormatError> {
        let (file, message_name) = read_payments(payment_file)?;
        let results = payments(&file).map(|payment| self.result(payment, now.legal_date())).collect();
        pain002::write(&StatusReport {
            message_id: short_id("R", &file.message_id),
            created_at: now,
            original_message_id: file.message_id.clone(),
            original_message_name: message_name,
            group: None,
            results,
        })
    }

    pub(super) fn result(&self, payment: &Payment, today: LegalDate) -> PaymentResult {
        let refused = self.refusal(payment);
        PaymentResult {
            line: 0,
            end_to_end_id: payment.end_to_end_id.clone(),
            status: if refused.is_some() { "RJCT" } else { "ACSC" }.to_owned(),
            reason: refused.map_or_else(StatusReason::default, |code| StatusReason {
                text: Some(text_of(&code).to_owned()),
                code: Some(code),
            }),
            amount: Some(payment.amount),
            booked_on: today,
        }
    }

    fn refusal(&self, payment: &Payment) -> Option<String> {
        match self.accounts.get(&payment.creditor.account) {
            Some(Known { refuse: Some(code), .. }) => Some(code.clone()),
            Some(known) if comparison_key(&known.name) != comparison_key(&payment.creditor.name) => {
                Some("BE01".to_owned())
            }
            Some(_) => None,
            None if self.refuse_unknown => Some("AC01".to_owned()),
            None => None,
        }
    }

    /// The credit notice of those payments of a file that were settled into accounts below `main_account` (a court's
    /// transfer from its deposit account to a case account); `None` when there is none.
    pub fn transfers_into(
        &self,
        payment_file: &[u8],
        main_account: &str,
        now: Timestamp,
    ) -> Result<Option<String>, FormatError> {
        let (file, _) = read_payments(payment_file)?;
        let credits: Vec<Credit> = file
            .groups
            .iter()
            .flat_map(|group| group.payments.iter().map(move |payment| (&group.debtor, payment)))
            .filter(|(_, payment)| payment.creditor.account.starts_with(main_account))
            .filter(|(_, payment)| self.refusal(payment).is_none())
            .map(|(debtor, payment)| transfer(debtor, payment))
            .collect();
        if credits.is_empty() {
            return Ok(None);
        }
        let message_id = short_id("T", &file.message_id);
        credit_notice(&message_id, main_account, credits, now).map(Some)
    }
}

fn transfer(debtor: &AccountHolder, payment: &Payment) -> Credit {
    Credit {
        reference: short_id("B", &payment.end_to_end_id),
        amount: payment.amount,
        credited_account: payment.creditor.account.clone(),
        payer: debtor.clone(),
        remittance: if payment.remittance.is_empty() { "划转".to_owned() } else { payment.remittance.clone() },
        returned: None,
    }
}

/// A camt.054 of `now` for incoming payments on one main account. `message_id` and the credits' references must be
/// new: 1 to 30 ASCII letters, digits, hyphens.
pub fn credit_notice(
    message_id: &str,
    main_account: &str,
    credits: Vec<Credit>,
    now: Timestamp,
) -> Result<String, FormatError> {
    camt054::write(&CreditFile {
        message_id: message_id.to_owned(),
        created_at: now,
        booked_on: now.legal_date(),
        account: main_account.to_owned(),
        credits,
    })
}

/// The credit by which a payment settled earlier comes back to the paying account (退汇).
pub fn returned_payment(payment: &Payment, paying_account: &str, reason: &str) -> Credit {
    Credit {
        reference: short_id("X", &payment.end_to_end_id),
        amount: payment.amount,
        credited_account: paying_account.to_owned(),
        payer: payment.creditor.clone(),
        remittance: "退汇".to_owned(),
        returned: Some(Returned { end_to_end_id: payment.end_to_end_id.clone(), reason: reason.to_owned() }),
    }
}

fn read_payments(bytes: &[u8]) -> Result<(PaymentFile, String), FormatError> {
    match read_named(bytes)? {
        (name, BankMessage::Payments(file)) => Ok((file, name)),
        _ => Err(FormatError::whole(Reason::UnknownMessage)),
    }
}

fn payments(file: &PaymentFile) -> impl Iterator<Item = &Payment> {
    file.groups.iter().flat_map(|group| &group.payments)
}

/// An id of at most 30 characters that keeps the end of `of`, where ids of one maker differ.
fn short_id(prefix: &str, of: &str) -> String {
    let keep = 30_usize.saturating_sub(prefix.len());
    let skip = of.chars().count().saturating_sub(keep);
    prefix.chars().chain(of.chars().skip(skip)).collect()
}

fn text_of(code: &str) -> &'static str {
    match code {
        "BE01" | "3031" | "3065" => "户名与账号不符",
        "AC01" | "3009" => "无此账户",
        "AC04" | "3018" | "3039" => "账户已销户",
        "AC06" | "3017" => "账户已冻结",
        "AB05" | "3059" => "超时",
        _ => "其他原因",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::bank::iso20022::{
        pain001::{self, PaymentGroup, Profile},
        read,
    };

    const MAIN: &str = "4300000000000000001";

    fn holder(name: &str, account: &str) -> AccountHolder {
        AccountHolder { name: name.to_owned(), account: account.to_owned(), bank_code: "105100000017".to_owned() }
    }
    fn payment(id: &str, amount: &str, creditor: AccountHolder) -> Payment {
        Payment {
            end_to_end_id: id.to_owned(),
            amount: amount.parse().unwrap(),
            creditor,
            remittance: "（2026）湘0102执恢12号 执行款".to_owned(),
        }
    }
    fn noon() -> Timestamp {
        Timestamp::parse("2026-03-16T12:00:00+08:00").unwrap()
    }
    fn file(payments: Vec<Payment>) -> Vec<u8> {
        let group = PaymentGroup {
            id: "P1-1".to_owned(),
            batch_booking: false,
            execute_on: noon().legal_date(),
            debtor: holder("法院保证金专户", "4300000000000000009"),
            payments,
        };
        let file = PaymentFile {
            message_id: "P1".to_owned(),
            created_at: noon(),
            initiator: "演示法院".to_owned(),
            groups: vec![group],
        };
        pain001::write(&file, &Profile::default()).unwrap().into_bytes()
    }
    fn results(text: &str) -> Vec<(String, String, Option<String>)> {
        match read(text.as_bytes()).unwrap() {
            BankMessage::Results(report) => {
                report.results.into_iter().map(|r| (r.end_to_end_id, r.status, r.reason.code)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pays_in_the_right_name_and_refuses_in_another() {
        let bank = Simulator::from_directory("# demo\n6217001,张三\n6217002,艾力·买买提\n6217003,王五,3018\n").unwrap();
        let orders = file(vec![
            payment("E1", "12000.00", holder("张三", "6217001")),
            payment("E2", "345.68", holder("艾力•买买提", "6217002")),
            payment("E3", "1.00", holder("张叁", "6217001")),
            payment("E4", "2.00", holder("王五", "6217003")),
            payment("E5", "3.00", holder("赵六", "6217999")),
        ]);
        let answer = bank.answer(&orders, noon()).unwrap();
        let expected = [("E1", None), ("E2", None), ("E3", Some("BE01")), ("E4", Some("3018")), ("E5", Some("AC01"))];
        for ((id, status, code), (wanted, reason)) in results(&answer).into_iter().zip(expected) {
            assert_eq!((id.as_str(), code.as_deref()), (wanted, reason));
            assert_eq!(status, if reason.is_some() { "RJCT" } else { "ACSC" });
        }
        assert_eq!(answer, bank.answer(&orders, noon()).unwrap(), "the same question has the same answer");
    }

    #[test]
    fn an_own_transfer_arrives_as_a_credit_notice() {
        let to_case = holder("法院案款专户", &format!("{MAIN}00012345"));
        let orders =
            file(vec![payment("E1", "430000000.00", to_case), payment("E2", "50000000.00", holder("李四", "6217001"))]);
        let notice = Simulator::new().transfers_into(&orders, MAIN, noon()).unwrap().unwrap();
        let BankMessage::Notice(notice) = read(notice.as_bytes()).unwrap() else { panic!("not a notice") };
        assert_eq!(notice.lines.len(), 1);
        let line = notice.lines.first().unwrap();
        assert_eq!(line.target_account(), format!("{MAIN}00012345"));
        assert_eq!((line.amount.to_string().as_str(), line.reference.as_str()), ("430000000.00", "BE1"));
        assert_eq!(Simulator::new().transfers_into(&orders, "9999", noon()).unwrap(), None);
    }

    #[test]
    fn a_directory_names_its_faulty_line() {
        assert_eq!(Simulator::from_directory("1,a\n\nbroken").unwrap_err(), DirectoryError(3));
    }
}
