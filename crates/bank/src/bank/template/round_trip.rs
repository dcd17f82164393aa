//! What is written by a template is read back the same, whatever the names are; what cannot be written is refused alone.

use super::{
    encoding::encode,
    layout::{
        BankAmountUnit, BankColumn, BankEncoding, BankField, BankLayout, BankLayouts, BankOutcome, BankPadding,
        BankReasonCode, BankSeparator, BankStatusCode,
    },
    payments, results,
    rules::{self, is_number},
};
use crate::{
    bank::{
        iso20022::{
            AccountHolder, Reason,
            pain001::{Payment, PaymentFile, PaymentGroup},
            pain002::{PaymentResult, StatusReason},
        },
        rules::message_id,
        simulator::Simulator,
    },
    kernel::{clock::Timestamp, money::Money},
};
use proptest::prelude::*;

fn column(field: BankField, width: i32) -> BankColumn {
    let padding = is_number(field).then_some(BankPadding::ZerosLeft);
    BankColumn { field, width, padding, constant: None }
}
fn mark(text: &str) -> BankColumn {
    BankColumn { constant: Some(text.to_owned()), ..column(BankField::Constant, 4) }
}

/// A template with every kind of column.
pub fn sample(encoding: BankEncoding, separator: Option<BankSeparator>, amounts: BankAmountUnit) -> BankLayouts {
    use BankField::{
        Amount, Batch, BookedOn, Count, CreatedOn, EndToEndId, Ignored, PayeeAccount, PayeeBankCode, PayeeName,
        PayerAccount, ReasonCode, ReasonText, Remittance, Sequence, Status, Total,
    };
    let layout = |header, detail, trailer| BankLayout {
        encoding,
        separator,
        quoted: separator == Some(BankSeparator::Comma),
        crlf: separator.is_none(),
        amounts,
        header,
        detail,
        trailer,
    };
    let totals = || vec![column(Count, 6), column(Total, 16)];
    let payments = layout(
        vec![mark("H"), column(Batch, 30), column(CreatedOn, 8), column(PayerAccount, 32)],
        vec![
            column(Sequence, 6),
            column(EndToEndId, 30),
            column(PayeeName, 60),
            column(PayeeAccount, 32),
            column(Amount, 16),
            column(Remittance, 120),
            BankColumn { padding: Some(BankPadding::SpacesLeft), ..column(PayeeBankCode, 14) },
            column(Ignored, 3),
        ],
        totals(),
    );
    let results = layout(
        vec![mark("R"), column(Batch, 30), column(CreatedOn, 8)],
        vec![
            column(Sequence, 6),
            column(EndToEndId, 30),
            column(PayeeName, 60),
            column(Amount, 16),
            column(Status, 4),
            column(ReasonCode, 8),
            column(ReasonText, 60),
            column(BookedOn, 8),
        ],
        totals(),
    );
    let status = |code: &str, outcome| BankStatusCode { code: code.to_owned(), outcome };
    BankLayouts {
        payments,
        results,
        statuses: vec![
            status("00", BankOutcome::Paid),
            status("99", BankOutcome::Refused),
            status("10", BankOutcome::InProgress),
        ],
        reasons: vec![BankReasonCode { code: "E003".to_owned(), iso: "AC01".to_owned() }],
    }
}

fn noon() -> Timestamp {
    Timestamp::parse("2026-03-16T12:00:00+08:00").unwrap()
}
fn batch() -> String {
    message_id(0x0191_2345_6789_7abc_8def_0123_4567_89ab)
}
fn payment(number: usize, name: &str, fen: i64, remittance: &str) -> Payment {
    Payment {
        end_to_end_id: format!("01J{number:023}-1"),
        amount: Money::from_fen(fen),
        creditor: AccountHolder {
            name: name.to_owned(),
            account: format!("6217{number:015}"),
            bank_code: if number.is_multiple_of(2) { "105100000017".to_owned() } else { String::new() },
        },
        remittance: remittance.to_owned(),
    }
}
fn file(payments: Vec<Payment>) -> PaymentFile {
    let group = PaymentGroup {
        id: batch(),
        batch_booking: false,
        execute_on: noon().legal_date(),
        debtor: AccountHolder {
            name: "演示法院案款专户".to_owned(),
            account: "4300000000000000001".to_owned(),
            bank_code: "102100099996".to_owned(),
        },
        payments,
    };
    PaymentFile { message_id: batch(), created_at: noon(), initiator: "演示法院".to_owned(), groups: vec![group] }
}

fn any_template() -> impl Strategy<Value = BankLayouts> {
    let separators = [
        None,
        Some(BankSeparator::Comma),
        Some(BankSeparator::Pipe),
        Some(BankSeparator::Semicolon),
        Some(BankSeparator::Tab),
    ];
    (
        prop::sample::select(BankEncoding::ALL.to_vec()),
        prop::sample::select(separators.to_vec()),
        prop::sample::select(BankAmountUnit::ALL.to_vec()),
    )
        .prop_map(|(encoding, separator, unit)| sample(encoding, separator, unit))
}
fn any_payments() -> impl Strategy<Value = Vec<(String, i64, String)>> {
    let name = "[王艾㐀𠮷·（） a,|;\"-]{1,40}";
    prop::collection::vec((name, 1_i64..99_999_999_999, "[执行案款 号0-9（）]{1,30}"), 1..12)
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(layouts in any_template(), drawn in any_payments()) {
        rules::check(&layouts).unwrap();
        let drawn: Vec<_> =
            (1..).zip(&drawn).map(|(n, (name, fen, text))| payment(n, name, *fen, text)).collect();
        let fitting: Vec<_> =
            drawn.into_iter().filter(|payment| payments::check_payment(payment, &layouts).is_ok()).collect();
        prop_assume!(!fitting.is_empty());
        let bytes = payments::write(&file(fitting.clone()), &layouts).unwrap();
        let read = payments::read(&bytes, &layouts).unwrap();
        prop_assert_eq!(&read.batch, &batch());
        prop_assert_eq!(&read.payments, &fitting);

        let bank = Simulator::new().refusing(&fitting.first().unwrap().creditor.account, "AC01");
        let answer = bank.answer_by_template(&bytes, &layouts, noon()).unwrap();
        let intake = results::read(answer.as_slice(), &layouts, fitting.len()).unwrap();
        prop_assert_eq!(&intake.original, &batch());
        let found: Vec<_> = intake.lines.iter().map(|line| (line.reference.clone(), line.amount)).collect();
        let ordered: Vec<_> =
            fitting.iter().map(|payment| (payment.end_to_end_id.clone(), Some(payment.amount))).collect();
        prop_assert_eq!(found, ordered);
        for (place, line) in intake.lines.iter().enumerate() {
            let expected = if place == 0 { (Some("RJCT"), Some("AC01")) } else { (Some("ACSC"), None) };
            prop_assert_eq!((line.status_code.as_deref(), line.reason_code.as_deref()), expected);
            prop_assert_eq!(line.booked_on, noon().legal_date());
        }
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(
        layouts in any_template(),
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        prop_assert!(results::read(bytes.as_slice(), &layouts, 5).is_err());
    }
}

#[test]
fn a_name_of_sixty_bytes_goes_and_of_one_more_waits() {
    for (encoding, fits, too_long) in [
        (BankEncoding::Gb18030, "某".repeat(30), format!("{}a", "某".repeat(30))),
        (BankEncoding::Gb18030, "㐀".repeat(15), "㐀".repeat(16)),
        (BankEncoding::Utf8, "某".repeat(20), "某".repeat(21)),
    ] {
        let layouts = sample(encoding, None, BankAmountUnit::Yuan);
        assert_eq!(encode(encoding, &fits).unwrap().len(), 60);
        payments::check_payment(&payment(1, &fits, 100, "执行案款"), &layouts).unwrap();
        let fault = payments::check_payment(&payment(1, &too_long, 100, "执行案款"), &layouts).unwrap_err();
        assert_eq!((fault.element.as_str(), fault.reason), ("PAYEE_NAME", Reason::TooWide(60)), "never cut");
    }
}

#[test]
fn a_file_of_fixed_width_looks_as_the_bank_describes_it() {
    let layouts = sample(BankEncoding::Gb18030, None, BankAmountUnit::Fen);
    let bytes = payments::write(&file(vec![payment(2, "王五", 60_000, "执行案款")]), &layouts).unwrap();
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    assert_eq!(lines.iter().map(|line| line.len()).collect::<Vec<_>>(), [75, 282, 23, 0], "with the CR of each");
    let detail = lines.get(1).unwrap();
    assert_eq!(&detail[..6], b"000001");
    assert_eq!(&detail[36..42], b"\xcd\xf5\xce\xe5  ");
    assert_eq!(&detail[128..144], b"0000000000060000");
    assert_eq!(&detail[264..278], b"  105100000017");
    assert_eq!(lines.get(2).unwrap(), b"0000010000000000060000\r");
}

#[test]
fn an_answer_keeps_the_words_of_the_bank_and_does_not_guess() {
    let layouts = sample(BankEncoding::Utf8, Some(BankSeparator::Pipe), BankAmountUnit::Yuan);
    let text = format!(
        "R|{}|20260316\n1|E-1|王五|600.00|00||成功|20260315\n2|E-2|李四|1.00|77|X9|不明|20260316\n2|601.00\n",
        batch()
    );
    let intake = results::read(text.as_bytes(), &layouts, 2).unwrap();
    let [first, second] = intake.lines.as_slice() else { panic!("two lines") };
    assert_eq!(first.status_code.as_deref(), Some("ACSC"));
    assert_eq!(first.booked_on.to_string(), "2026-03-15");
    assert_eq!(first.particulars.text.as_deref(), Some("00 成功"));
    assert_eq!(crate::payout::outcome::BankStatus::from_iso(second.status_code.as_deref().unwrap()), {
        crate::payout::outcome::BankStatus::Unknown
    });
    assert_eq!(second.reason_code.as_deref(), Some("NARR"), "a code that is not listed is only told");
    assert_eq!(second.particulars.text.as_deref(), Some("77 X9 不明"));
}

#[test]
fn an_outcome_without_a_code_of_the_bank_is_not_written() {
    let mut layouts = sample(BankEncoding::Utf8, Some(BankSeparator::Pipe), BankAmountUnit::Yuan);
    layouts.statuses.retain(|status| status.outcome == BankOutcome::Paid);
    let order = payment(1, "王五", 100, "执行案款");
    let result = PaymentResult {
        line: 0,
        end_to_end_id: order.end_to_end_id.clone(),
        status: "RJCT".to_owned(),
        reason: StatusReason::default(),
        amount: Some(order.amount),
        booked_on: noon().legal_date(),
    };
    let fault = results::write(&batch(), noon().legal_date(), &[(&order, result)], &layouts).unwrap_err();
    assert_eq!(fault.element, "STATUS");
}
