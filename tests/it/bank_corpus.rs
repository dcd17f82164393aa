//! Broken and hostile bank files: each is refused with its reason, and nothing of any of them is kept or booked.
//!
//! The files are made from three sound ones (a notice, a statement, results of payments) by a table of damages. That the
//! sound ones are taken afterwards shows that it was the damage that was refused.

use crate::{
    bank::{Bank, Pay, credit},
    bank_files::count,
    bank_statements::{case_number, movement, statement},
    both,
    support::database::TestDatabase,
};
use duixian::{
    access::{self, Actor},
    bank::{
        iso20022::{BankLine, Direction},
        ops::{ImportBankFileInput, import_bank_file},
        simulator::Simulator,
    },
    kernel::{
        error::Outcome,
        ids::{CaseId, OrderId, ReceiptId},
        money::Money,
    },
};
use serde_json::json;

/// What is done to a file; `None` when it does not apply to it.
type Damage = Box<dyn Fn(&str) -> Option<String>>;

/// One text in place of another, everywhere.
fn swap(from: &'static str, to: impl Into<String>) -> Damage {
    let to = to.into();
    Box::new(move |file| file.contains(from).then(|| file.replace(from, &to)))
}
/// One text in place of another, at its first occurrence.
fn swap_once(from: &'static str, to: impl Into<String>) -> Damage {
    let to = to.into();
    Box::new(move |file| file.contains(from).then(|| file.replacen(from, &to, 1)))
}
fn whole(change: impl Fn(&str) -> String + 'static) -> Damage {
    Box::new(move |file| Some(change(file)))
}
/// The content of the first leaf `name` replaced.
fn value(name: &'static str, to: impl Into<String>) -> Damage {
    let to = to.into();
    Box::new(move |file| {
        let start = file.find(&format!("<{name}>"))? + name.len() + 2;
        let end = start + file[start..].find("</")?;
        Some(format!("{}{to}{}", &file[..start], &file[end..]))
    })
}
/// The first element `name` taken out.
fn without(name: &'static str) -> Damage {
    Box::new(move |file| {
        let start = file.find(&format!("<{name}>"))?;
        let end = start + file[start..].find(&format!("</{name}>"))? + name.len() + 3;
        Some(format!("{}{}", &file[..start], &file[end..]))
    })
}
/// The first element `name` twice.
fn twice(name: &'static str) -> Damage {
    Box::new(move |file| {
        let start = file.find(&format!("<{name}>"))?;
        let end = start + file[start..].find(&format!("</{name}>"))? + name.len() + 3;
        Some(format!("{}{}{}", &file[..end], &file[start..end], &file[end..]))
    })
}

fn half(file: &str) -> &str {
    let middle = (0..=file.len() / 2).rev().find(|at| file.is_char_boundary(*at)).unwrap();
    &file[..middle]
}

/// Damages to the form, which no file survives.
fn to_the_form() -> Vec<(&'static str, Damage, &'static str)> {
    let entity = "<!DOCTYPE a [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;&l;&l;&l;&l;&l;&l;\">]><Document";
    let attributes = (0..10_000).map(|n| format!(" a{n}=\"x\"")).collect::<String>();
    let deep = format!("<GrpHdr>{}{}", "<x>".repeat(10_000), "</x>".repeat(10_000));
    let long = format!("<MsgId>{}</MsgId><Old>", "A".repeat(2_000_000));
    vec![
        ("blanks only", whole(|_| " \n\t ".to_owned()), "EMPTY"),
        ("no XML", whole(|_| "date;amount\n2026-03-02;1.00".to_owned()), "STRAY_TEXT"),
        ("JSON", whole(|_| "{\"amount\": 1.00}".to_owned()), "STRAY_TEXT"),
        ("a document type", swap("<Document", "<!DOCTYPE Document><Document"), "DTD"),
        ("an external document type", swap("<Document", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><Document"), "DTD"),
        ("a billion laughs", swap("<Document", entity), "DTD"),
        ("an entity", swap_once("<GrpHdr>", "<GrpHdr>&who;"), "ENTITY"),
        ("a reference to nothing", swap_once("<GrpHdr>", "<GrpHdr>&#xFFFFFFFF;"), "ENTITY"),
        ("a null reference", swap_once("<GrpHdr>", "<GrpHdr>&#0;"), "ENTITY"),
        ("a processing instruction", swap("<GrpHdr>", "<?php x?><GrpHdr>"), "PROCESSING_INSTRUCTION"),
        ("a style sheet", swap("<Document", "<?xml-stylesheet href=\"a\"?><Document"), "ANY"),
        ("XML 1.1", swap("version=\"1.0\"", "version=\"1.1\""), "MALFORMED"),
        ("GBK declared", swap("encoding=\"UTF-8\"", "encoding=\"GBK\""), "NOT_UTF8"),
        ("UTF-16 declared", swap("encoding=\"UTF-8\"", "encoding=\"UTF-16\""), "NOT_UTF8"),
        ("cut in the middle", whole(|file| half(file).to_owned()), "MALFORMED"),
        ("cut before the end", whole(|file| file[..file.len() - 14].to_owned()), "MALFORMED"),
        ("the first half of a tag", whole(|file| file[..file.len() - 4].to_owned()), "MALFORMED"),
        ("two documents", whole(|file| format!("{file}{}", &file[file.find("<Document").unwrap()..])), "MALFORMED"),
        ("text after the end", whole(|file| format!("{file} and more")), "STRAY_TEXT"),
        ("a null after the end", whole(|file| format!("{file}\u{0}")), "STRAY_TEXT"),
        ("crossed tags", swap_once("</GrpHdr>", "</GrpHdx>"), "MALFORMED"),
        ("an end too many", swap_once("<GrpHdr>", "</GrpHdr><GrpHdr>"), "MALFORMED"),
        ("an attribute twice", swap_once("<GrpHdr>", "<GrpHdr a=\"1\" a=\"2\">"), "MALFORMED"),
        ("an attribute without quotes", swap_once("<GrpHdr>", "<GrpHdr a=1>"), "MALFORMED"),
        ("10,000 attributes", swap_once("<GrpHdr>", format!("<GrpHdr{attributes}>")), "TOO_MANY_ATTRIBUTES"),
        ("10,000 deep", swap_once("<GrpHdr>", deep), "TOO_DEEP"),
        ("two megabytes in one value", swap_once("<MsgId>", long), "TOO_LONG"),
        ("another namespace inside", swap_once("<GrpHdr>", "<GrpHdr xmlns=\"urn:other\">"), "FOREIGN_ELEMENT"),
        ("an unknown prefix", swap_once("<GrpHdr>", "<y:Z/><GrpHdr>"), "FOREIGN_ELEMENT"),
        ("no namespace", swap("urn:iso:std:iso:20022:tech:xsd:", ""), "UNKNOWN_MESSAGE"),
        ("a namespace of nobody", swap("urn:iso:std", "urn:iso:sdt"), "UNKNOWN_MESSAGE"),
        ("a version to come", swap(".001.08\"", ".001.99\""), "UNKNOWN_MESSAGE"),
        ("a version long gone", swap(".001.08\"", ".001.01\""), "UNKNOWN_MESSAGE"),
        ("results of a version to come", swap("pain.002.001.11\"", "pain.002.001.99\""), "UNKNOWN_MESSAGE"),
        ("another root", swap("Document", "Envelope"), "UNKNOWN_MESSAGE"),
        ("no header", without("GrpHdr"), "MISSING"),
        ("two headers", twice("GrpHdr"), "REPEATED"),
        ("no message id", without("MsgId"), "MISSING"),
        ("two message ids", twice("MsgId"), "REPEATED"),
        ("an empty message id", value("MsgId", ""), "EMPTY_VALUE"),
        ("a message id of blanks", value("MsgId", "   "), "EMPTY_VALUE"),
        ("a long message id", value("MsgId", "M".repeat(36)), "TOO_LONG"),
        ("a null in the message id", value("MsgId", "A\u{0}B"), "CONTROL_CHARACTER"),
        ("a backspace in the message id", value("MsgId", "A\u{8}B"), "CONTROL_CHARACTER"),
        ("a zero-width blank in the message id", value("MsgId", "A\u{200B}B"), "CONTROL_CHARACTER"),
        ("a byte order mark in the message id", value("MsgId", "A\u{FEFF}B"), "CONTROL_CHARACTER"),
        ("text turned round", value("MsgId", "A\u{202E}B"), "CONTROL_CHARACTER"),
        ("a line break in the message id", value("MsgId", "A\nB"), "CONTROL_CHARACTER"),
        ("an escaped line break", value("MsgId", "A&#10;B"), "CONTROL_CHARACTER"),
        ("an element in the message id", value("MsgId", "<b/>"), "STRAY_TEXT"),
        ("no instant", without("CreDtTm"), "MISSING"),
        ("an instant that is none", value("CreDtTm", "yesterday"), "DATE"),
        ("a 13th month", value("CreDtTm", "2026-13-01T00:00:00Z"), "DATE"),
        ("a 25th hour", value("CreDtTm", "2026-03-01T25:00:00Z"), "DATE"),
        ("a year far away", value("CreDtTm", "9999-01-01T00:00:00Z"), "DATE"),
        ("text between elements", swap_once("<GrpHdr>", "1.00<GrpHdr>"), "STRAY_TEXT"),
    ]
}

/// Damages to movements: of notices and statements.
fn to_movements() -> Vec<(&'static str, Damage, &'static str)> {
    let amount = |to: &'static str| swap_once(">100.00</Amt>", format!(">{to}</Amt>"));
    vec![
        ("three decimals", amount("100.000"), "AMOUNT"),
        ("one decimal", amount("100.0"), "AMOUNT"),
        ("no decimals", amount("100"), "AMOUNT"),
        ("a comma", amount("100,00"), "AMOUNT"),
        ("a separator", amount("1,00.00"), "AMOUNT"),
        ("a blank in the amount", amount("1 00.00"), "AMOUNT"),
        ("an exponent", amount("1e2"), "AMOUNT"),
        ("a plus", amount("+100.00"), "AMOUNT"),
        ("a minus", amount("-100.00"), "AMOUNT"),
        ("full-width digits", amount("１００.00"), "AMOUNT"),
        ("hexadecimal", amount("0x64.00"), "AMOUNT"),
        ("not a number", amount("NaN"), "AMOUNT"),
        ("a leading zero", amount("0100.00"), "AMOUNT"),
        ("an empty amount", amount(""), "EMPTY_VALUE"),
        ("a very long amount", amount("100.0000000000000000000000"), "TOO_LONG"),
        ("zero", amount("0.00"), "ZERO"),
        ("too large to book", amount("99999999999999.99"), "RANGE"),
        ("dollars", swap_once("Ccy=\"CNY\">100.00", "Ccy=\"USD\">100.00"), "CURRENCY"),
        ("the old code of the currency", swap_once("Ccy=\"CNY\">100.00", "Ccy=\"RMB\">100.00"), "CURRENCY"),
        ("small letters", swap_once("Ccy=\"CNY\">100.00", "Ccy=\"cny\">100.00"), "CURRENCY"),
        ("no currency", swap_once("<Amt Ccy=\"CNY\">100.00", "<Amt>100.00"), "CURRENCY"),
        ("an account in dollars", swap("<Ccy>CNY</Ccy>", "<Ccy>USD</Ccy>"), "CURRENCY"),
        ("another amount in the details", amount("100.01"), "SUM"),
        ("a wrong sum of credits", value("Sum", "1.00"), "SUM"),
        ("a sum with three decimals", value("Sum", "1.000"), "AMOUNT"),
        ("a wrong count", value("NbOfNtries", "7"), "COUNT"),
        ("a negative count", value("NbOfNtries", "-1"), "VALUE"),
        ("a count in words", value("NbOfNtries", "two"), "VALUE"),
        ("a count beyond counting", value("NbOfNtries", "9".repeat(16)), "TOO_LONG"),
        ("an empty count", value("NbOfNtries", ""), "EMPTY_VALUE"),
        ("no account", without("Acct"), "MISSING"),
        ("two accounts", twice("Acct"), "REPEATED"),
        ("no direction", without("CdtDbtInd"), "MISSING"),
        ("no state", without("Sts"), "MISSING"),
        ("an unknown state", swap_once("<Cd>BOOK</Cd>", "<Cd>DONE</Cd>"), "VALUE"),
        ("two states", twice("Sts"), "REPEATED"),
        ("a day that is none", swap("2026-03-02</Dt>", "2026-02-30</Dt>"), "DATE"),
        ("no reference at all", swap("AcctSvcrRef", "AcctSvcrRex"), "MISSING"),
        ("an empty reference", swap("<AcctSvcrRef>B1</AcctSvcrRef>", "<AcctSvcrRef></AcctSvcrRef>"), "EMPTY_VALUE"),
        ("a reference twice", swap("<AcctSvcrRef>B2<", "<AcctSvcrRef>B1<"), "DUPLICATE"),
        ("a long reference", swap("<AcctSvcrRef>B1<", format!("<AcctSvcrRef>{}<", "B".repeat(36))), "TOO_LONG"),
        ("a null in a reference", swap("<AcctSvcrRef>B1<", "<AcctSvcrRef>B\u{0}1<"), "CONTROL_CHARACTER"),
        ("an entry twice", twice("Ntry"), "DUPLICATE"),
        ("an unknown side", swap_once("<CdtDbtInd>CRDT<", "<CdtDbtInd>BOTH<"), "VALUE"),
        ("a side in small letters", swap_once("<CdtDbtInd>CRDT<", "<CdtDbtInd>crdt<"), "VALUE"),
        ("tomorrow's money", swap("2026-03-02</Dt>", "2026-03-03</Dt>"), "FUTURE"),
        ("yesteryear's form of the date", swap("2026-03-02</Dt>", "02.03.2026</Dt>"), "DATE"),
        ("a short date", swap("2026-03-02</Dt>", "2026-3-2</Dt>"), "DATE"),
        ("a month too many", swap("2026-03-02</Dt>", "2026-13-02</Dt>"), "DATE"),
        ("a long name", swap("吴某", "吴".repeat(141)), "TOO_LONG"),
        ("a name turned round", swap("吴某", "\u{202E}某吴"), "CONTROL_CHARACTER"),
        ("a line break in a name", swap("吴某", "吴\n某"), "CONTROL_CHARACTER"),
        ("a bell in a name", swap("吴某", "吴\u{7}某"), "CONTROL_CHARACTER"),
        ("an entity in a name", swap("吴某", "&payer;"), "ENTITY"),
        ("an element in a name", swap("吴某", "吴<b>某</b>"), "STRAY_TEXT"),
    ]
}

/// Damages to balances: of statements.
fn to_balances() -> Vec<(&'static str, Damage, &'static str)> {
    vec![
        ("no opening balance", swap("OPBD", "ITBD"), "MISSING"),
        ("no closing balance", swap("CLBD", "ITBD"), "MISSING"),
        ("two closing balances", swap("OPBD", "CLBD"), "ANY"),
        ("two opening balances", swap("CLBD", "OPBD"), "ANY"),
        ("another closing balance", swap(">150.00</Amt>", ">150.01</Amt>"), "SUM"),
        ("an opening balance in euros", swap_once("Ccy=\"CNY\">0.00", "Ccy=\"EUR\">0.00"), "CURRENCY"),
        ("three decimals in a balance", swap_once(">0.00</Amt>", ">0.000</Amt>"), "AMOUNT"),
        ("no statement id", swap_once("<Id>S1</Id>", ""), "MISSING"),
        ("a statement without balances", swap("<Bal>", "<Bax>"), "MALFORMED"),
        ("a debit left out", without("Ntry"), "ANY"),
    ]
}

/// Damages to results of payments.
fn to_results() -> Vec<(&'static str, Damage, &'static str)> {
    vec![
        ("results of a file of nobody", value("OrgnlMsgId", "P00000000000000000000000000"), "UNKNOWN_ORIGINAL"),
        ("no original", without("OrgnlGrpInfAndSts"), "MISSING"),
        ("no id of the original", without("OrgnlMsgId"), "MISSING"),
        ("results of direct debits", value("OrgnlMsgNmId", "pain.008.001.08"), "VALUE"),
        ("no name of the original", without("OrgnlMsgNmId"), "MISSING"),
        ("a payment of nobody", value("OrgnlEndToEndId", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ-1"), "UNKNOWN_PAYMENT"),
        ("a result without id", without("OrgnlEndToEndId"), "MISSING"),
        ("an empty id", value("OrgnlEndToEndId", ""), "EMPTY_VALUE"),
        ("a long id", value("OrgnlEndToEndId", "E".repeat(36)), "TOO_LONG"),
        ("a result twice", twice("TxInfAndSts"), "ANY"),
        ("a result without status", without("TxSts"), "MISSING"),
        ("a status in small letters", value("TxSts", "acsc"), "VALUE"),
        ("a status too long", value("TxSts", "ACSCX"), "TOO_LONG"),
        ("an empty status", value("TxSts", ""), "EMPTY_VALUE"),
        ("two statuses", twice("TxSts"), "REPEATED"),
        ("another amount", swap(">150.00</InstdAmt>", ">150.01</InstdAmt>"), "OTHER_AMOUNT"),
        ("three decimals in a result", swap(">150.00</InstdAmt>", ">150.000</InstdAmt>"), "AMOUNT"),
        ("a result in dollars", swap("<InstdAmt Ccy=\"CNY\"", "<InstdAmt Ccy=\"USD\""), "CURRENCY"),
        ("nothing inside", without("OrgnlPmtInfAndSts"), "ANY"),
    ]
}

/// Makes the three sound files: the notice and the statement of money not yet booked, the results of a sent payment.
async fn sound_files(bank: &Bank) -> Vec<(&'static str, String)> {
    let app = &bank.court.app;
    let (case, number) = case_number(bank).await;
    bank.import(&bank.notice("N0", vec![credit("B0", "150.00", &number)])).await;
    let lines = "{ bankFiles(first: 1) { nodes { lines(first: 1) { nodes { targetId } } } } }";
    let seen = app.ask(Some(&bank.cashier), lines, json!({})).await;
    let receipt = seen["bankFiles"]["nodes"][0]["lines"]["nodes"][0]["targetId"].as_str().unwrap().to_owned();
    let pay = Pay {
        court: bank.court.id,
        case: CaseId::from_global(case["id"].as_str().unwrap()).unwrap(),
        receipt: ReceiptId::from_global(&receipt).unwrap(),
        subject: OrderId::new(app.clock.now()).node(),
        name: "易某",
        account: "6217000000000000001",
        amount: "150.00".parse().unwrap(),
    };
    access::run(&app.running.services, &Actor::system("test"), &pay).await.unwrap();
    app.settle().await;
    let orders = bank.write().await["content"].as_str().unwrap().to_owned();
    let results = Simulator::new().answer(orders.as_bytes(), app.clock.now()).unwrap();
    let notice = bank.notice("N1", vec![credit("B1", "100.00", &number), credit("B2", "50.00", &number)]);
    let of_wu = |line: BankLine| {
        let mut line = BankLine { credited_account: Some(number.clone()), ..line };
        line.counterparty.name = Some("吴某".to_owned());
        line
    };
    let lines = vec![
        of_wu(movement(bank, "B1", Direction::Credit, "100.00")),
        of_wu(movement(bank, "B2", Direction::Credit, "50.00")),
    ];
    let day = statement(bank, "S1", Money::ZERO, lines);
    vec![("notice", notice), ("statement", day), ("results", results)]
}

/// Reason token of a refused file; `TAKEN` when it was taken.
async fn verdict(bank: &Bank, content: String) -> String {
    let input = ImportBankFileInput { idempotency_key: "corpus-00000000".to_owned(), content };
    match import_bank_file(&bank.court.app.running.services, &Actor::operator(), input).await.unwrap() {
        Outcome::Refused(refusal) => {
            assert_eq!(refusal.code.as_str(), "BANK_FILE_INVALID");
            refusal.args.iter().find(|(name, _)| *name == "reason").unwrap().1.clone()
        }
        Outcome::Done { .. } => "TAKEN".to_owned(),
    }
}

async fn refuses_all(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let files = sound_files(&bank).await;
    let tables = [
        "bank_file",
        "bank_file_chunk",
        "bank_upload",
        "bank_line",
        "bank_statement",
        "ledger_entry",
        "payout_message",
    ];
    let mut before = Vec::new();
    for table in tables {
        before.push(count(&bank, table).await);
    }
    let mut tried = 0;
    for (kind, file) in &files {
        let mut damages = to_the_form();
        match *kind {
            "notice" => damages.extend(to_movements()),
            "statement" => damages.extend(to_movements().into_iter().chain(to_balances())),
            _ => damages.extend(to_results()),
        }
        for (what, damage, reason) in damages {
            let Some(damaged) = damage(file).filter(|damaged| damaged != file) else { continue };
            let said = verdict(&bank, damaged).await;
            assert!(said == reason || (reason == "ANY" && said != "TAKEN"), "{kind}, {what}: {said}, not {reason}");
            tried += 1;
        }
    }
    assert!(tried >= 200, "{tried} files");
    bank.court.app.settle().await;
    for (table, was) in tables.iter().zip(before) {
        assert_eq!(count(&bank, table).await, was, "{table}");
    }
    for (kind, file) in files {
        bank.import(&file).await;
        assert!(count(&bank, "bank_file").await > 2, "{kind}");
    }
    bank.court.app.finish().await;
}
both!(two_hundred_broken_files_book_nothing, super::refuses_all);
