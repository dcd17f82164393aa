//! What is written can be read back as it was, is accepted by the schemas, and cut or altered bytes never panic.

use super::{
    pain001::{Payment, PaymentFile, PaymentGroup, Profile, Version},
    pain002::{PaymentResult, StatusReason, StatusReport},
    *,
};
use crate::bank::iso20022::camt054::{Credit, CreditFile, Returned};
use crate::kernel::clock::{LegalDate, Timestamp};
use proptest::{prelude::*, strategy::ValueTree};

fn id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9-]{1,30}"
}
/// Names as people have them, and the characters that XML must escape.
fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9（）·&<>'\"\u{4e00}-\u{9fa5}\u{20000}-\u{2a6df}]{1,60}"
}
fn money() -> impl Strategy<Value = Money> {
    (1..=10_000_000_000_i64).prop_map(Money::from_fen)
}
fn day() -> impl Strategy<Value = LegalDate> {
    (0..60_000_i64).prop_map(|days| {
        Timestamp::parse("1995-01-01T00:00:00+08:00").unwrap().plus(chrono::TimeDelta::days(days)).legal_date()
    })
}
fn holder() -> impl Strategy<Value = AccountHolder> {
    (name(), "[0-9A-Za-z-]{1,32}", "[0-9]{12}").prop_map(|(name, account, bank_code)| AccountHolder {
        name,
        account,
        bank_code,
    })
}
fn instant() -> impl Strategy<Value = Timestamp> {
    (0..4_000_000_000_000_i64).prop_map(|ms| Timestamp::from_micros((ms + 800_000_000_000) * 1000))
}

prop_compose! {
    fn payments()(
        rows in prop::collection::btree_map(id(), (money(), holder(), name()), 1..20)
    ) -> Vec<Payment> {
        rows.into_iter()
            .map(|(end_to_end_id, (amount, creditor, remittance))| Payment { end_to_end_id, amount, creditor, remittance })
            .collect()
    }
}
prop_compose! {
    fn orders()(
        message_id in id(), created_at in instant(), initiator in name(), debtor in holder(), execute_on in day(),
        batch_booking in any::<bool>(), payments in payments(), bank_code in "[0-9]{12}"
    ) -> PaymentFile {
        let debtor = AccountHolder { bank_code, ..debtor };
        let group = PaymentGroup { id: "G-1".to_owned(), batch_booking, execute_on, debtor, payments };
        PaymentFile { message_id, created_at, initiator, groups: vec![group] }
    }
}
prop_compose! {
    fn credits()(
        message_id in id(), created_at in instant(), booked_on in day(), account in "[0-9]{10,19}",
        rows in prop::collection::btree_map(
            id(), (money(), "[0-9]{20,32}", holder(), name(), prop::option::of((id(), "[A-Z]{2}[0-9]{2}"))), 1..20
        )
    ) -> CreditFile {
        let credits = rows
            .into_iter()
            .map(|(reference, (amount, credited_account, payer, remittance, returned))| Credit {
                reference, amount, credited_account, payer, remittance,
                returned: returned.map(|(end_to_end_id, reason)| Returned { end_to_end_id, reason }),
            })
            .collect();
        CreditFile { message_id, created_at, booked_on, account, credits }
    }
}
prop_compose! {
    fn results()(
        message_id in id(), created_at in instant(), original_message_id in id(),
        rows in prop::collection::btree_map(
            id(), (any::<bool>(), prop::option::of(money()), day(), "[A-Z]{2}[0-9]{2}|[0-9]{4}", name()), 1..20
        )
    ) -> StatusReport {
        let results = rows
            .into_iter()
            .map(|(end_to_end_id, (settled, amount, booked_on, code, text))| PaymentResult {
                line: 0, end_to_end_id, amount, booked_on,
                status: if settled { "ACSC" } else { "RJCT" }.to_owned(),
                reason: if settled { StatusReason::default() } else { StatusReason { code: Some(code), text: Some(text) } },
            })
            .collect();
        let original_message_name = "pain.001.001.09".to_owned();
        StatusReport { message_id, created_at, original_message_id, original_message_name, group: None, results }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn payment_orders_come_back_as_written(file in orders(), newer in any::<bool>()) {
        let version = if newer { Version::V10 } else { Version::V09 };
        let text = pain001::write(&file, &Profile { version, ..Profile::default() }).unwrap();
        let (name, message) = read_named(text.as_bytes()).unwrap();
        prop_assert_eq!(name, version.name());
        prop_assert_eq!(message, BankMessage::Payments(file));
    }

    #[test]
    fn credit_notices_come_back_as_written(file in credits()) {
        let text = camt054::write(&file).unwrap();
        let BankMessage::Notice(notice) = read(text.as_bytes()).unwrap() else { panic!("kind") };
        prop_assert_eq!(notice.lines.len(), file.credits.len());
        for (line, credit) in notice.lines.iter().zip(&file.credits) {
            prop_assert_eq!(&line.reference, &credit.reference);
            prop_assert_eq!(line.amount, credit.amount);
            prop_assert_eq!(line.booked_on, file.booked_on);
            prop_assert_eq!(line.target_account(), &credit.credited_account);
            prop_assert_eq!(line.counterparty.name.as_deref(), Some(credit.payer.name.as_str()));
            prop_assert_eq!(line.counterparty.account.as_deref(), Some(credit.payer.account.as_str()));
            prop_assert_eq!(line.counterparty.bank_code.as_deref().unwrap_or_default(), &credit.payer.bank_code);
            prop_assert_eq!(line.remittance.as_deref(), Some(credit.remittance.as_str()));
            prop_assert_eq!(&line.return_reason, &credit.returned.as_ref().map(|r| r.reason.clone()));
            prop_assert_eq!(&line.end_to_end_id, &credit.returned.as_ref().map(|r| r.end_to_end_id.clone()));
        }
    }

    #[test]
    fn results_come_back_as_written(report in results()) {
        let text = pain002::write(&report).unwrap();
        let BankMessage::Results(mut read) = read(text.as_bytes()).unwrap() else { panic!("kind") };
        for result in &mut read.results {
            prop_assert!(result.line > 0);
            result.line = 0;
        }
        prop_assert_eq!(read, report);
    }

    /// Whatever a line loses or gains, the reader answers; nothing is taken with another total.
    #[test]
    fn damaged_files_never_panic(file in credits(), at in any::<prop::sample::Index>(), junk in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = camt054::write(&file).unwrap().into_bytes();
        let position = at.index(bytes.len());
        if cut { bytes.truncate(position) } else { bytes[position] = junk }
        if let Ok(BankMessage::Notice(notice)) = read(&bytes) {
            let before = Money::sum(file.credits.iter().map(|c| c.amount)).unwrap();
            prop_assert_eq!(Money::sum(notice.lines.iter().map(|l| l.amount)).unwrap(), before);
        }
    }

    #[test]
    fn any_bytes_at_all_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&bytes).is_err());
    }
}

#[test]
fn what_may_not_stand_in_a_payment_file_is_refused() {
    let holder = |name: &str, account: &str, code: &str| AccountHolder {
        name: name.to_owned(),
        account: account.to_owned(),
        bank_code: code.to_owned(),
    };
    let file = |id: &str, fen: i64, creditor: AccountHolder, remittance: &str| PaymentFile {
        message_id: "P1".to_owned(),
        created_at: Timestamp::from_micros(1_700_000_000_000_000),
        initiator: "法院".to_owned(),
        groups: vec![PaymentGroup {
            id: "P1-1".to_owned(),
            batch_booking: false,
            execute_on: Timestamp::from_micros(1_700_000_000_000_000).legal_date(),
            debtor: holder("专户", "43001", "102100099996"),
            payments: vec![Payment {
                end_to_end_id: id.to_owned(),
                amount: Money::from_fen(fen),
                creditor,
                remittance: remittance.to_owned(),
            }],
        }],
    };
    let sound = || holder("张三", "6217001", "105100000017");
    let profile = Profile { name_gbk_bytes: Some(60), ..Profile::default() };
    assert!(pain001::write(&file("E1", 1, sound(), "执行款"), &profile).is_ok());
    for (what, file, token) in [
        ("no amount", file("E1", 0, sound(), "执行款"), "ZERO"),
        ("a negative amount", file("E1", -1, sound(), "执行款"), "ZERO"),
        ("a Chinese id", file("款1", 1, sound(), "执行款"), "CHARACTERS"),
        ("a long id", file(&"E".repeat(31), 1, sound(), "执行款"), "TOO_LONG"),
        ("an empty id", file("", 1, sound(), "执行款"), "EMPTY_VALUE"),
        ("no name", file("E1", 1, holder(" ", "6217001", "105100000017"), "执行款"), "EMPTY_VALUE"),
        (
            "a hidden character",
            file("E1", 1, holder("张\u{202E}三", "6217001", "105100000017"), "款"),
            "CONTROL_CHARACTER",
        ),
        ("31 Chinese characters", file("E1", 1, holder(&"张".repeat(31), "6217001", "105100000017"), "款"), "TOO_LONG"),
        ("61 letters", file("E1", 1, holder(&"A".repeat(61), "6217001", "105100000017"), "款"), "TOO_LONG"),
        ("a blank in the account", file("E1", 1, holder("张三", "6217 001", "105100000017"), "款"), "CHARACTERS"),
        ("a short bank code", file("E1", 1, holder("张三", "6217001", "10510000001"), "款"), "CHARACTERS"),
        ("a long remark", file("E1", 1, sound(), &"款".repeat(136)), "TOO_LONG"),
    ] {
        assert_eq!(pain001::write(&file, &profile).map_err(|e| e.reason.token()), Err(token), "{what}");
    }
}

/// Samples of other makers, valid against the schemas, are read in all their versions.
#[test]
fn valid_samples_are_taken() {
    let Ok(folder) = std::env::var("ISO20022_DIR") else { return };
    let mut taken = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "xml") {
            let read = read(&std::fs::read(&path).unwrap());
            assert!(read.is_ok(), "{}: {read:?}", path.display());
            taken += 1;
        }
    }
    assert!(taken >= 7, "only {taken} samples");
}

/// The schemas of ISO 20022 accept what is written. They are not part of this repository: `.ci/run` names their
/// folder in `ISO20022_DIR`; without it there is nothing to compare with.
#[test]
fn the_schemas_accept_what_is_written() {
    let Ok(schemas) = std::env::var("ISO20022_DIR") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for round in 0..8 {
        let orders = orders().new_tree(&mut runner).unwrap().current();
        let newer = Profile { version: Version::V10, ..Profile::default() };
        let credits = credits().new_tree(&mut runner).unwrap().current();
        let results = results().new_tree(&mut runner).unwrap().current();
        for (schema, text) in [
            ("php-sepa-xml/pain.001.001.09.xsd", pain001::write(&orders, &Profile::default()).unwrap()),
            ("moov/pain.001.001.10.xsd", pain001::write(&orders, &newer).unwrap()),
            ("moov/camt.054.001.08.xsd", camt054::write(&credits).unwrap()),
            ("moov/pain.002.001.11.xsd", pain002::write(&results).unwrap()),
        ] {
            let path = folder.path().join(format!("{round}.xml"));
            std::fs::write(&path, &text).unwrap();
            let schema = std::path::Path::new(&schemas).join(schema);
            let output = std::process::Command::new("xmllint")
                .args(["--noout", "--nonet", "--schema"])
                .args([&schema, &path])
                .output()
                .expect("xmllint of the package libxml2-utils");
            assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
