//! Broken answers in the form of a template, each with the reason for which it must be refused.

use super::{
    layout::{BankAmountUnit, BankEncoding, BankSeparator},
    results,
    round_trip::sample,
};

const ANSWER: &str = "R|P01J2345678901234567890123A|20260316
1|E-1|王五|600.00|00|||20260316
2|E-2|艾力·买买提|400.00|99|E003|户名不符|20260316
2|1000.00
";

fn verdict(bytes: &[u8], encoding: BankEncoding, separator: Option<BankSeparator>) -> String {
    let layouts = sample(encoding, separator, BankAmountUnit::Yuan);
    match results::read(bytes, &layouts, 2) {
        Ok(_) => "TAKEN".to_owned(),
        Err(error) => error.reason.token().to_owned(),
    }
}

#[test]
fn a_broken_delimited_answer_is_refused_with_its_reason() {
    let said = |text: &[u8]| verdict(text, BankEncoding::Utf8, Some(BankSeparator::Pipe));
    assert_eq!(said(ANSWER.as_bytes()), "TAKEN");
    assert_eq!(said(ANSWER.trim_end().as_bytes()), "TAKEN", "the last line need not end");
    assert_eq!(said(ANSWER.replace('\n', "\r\n").as_bytes()), "TAKEN");
    let wide = format!("|{}|600.00|", "王".repeat(21));
    let long = "x".repeat(40_000);
    for (from, to, reason) in [
        ("|600.00|", "|600.0|", "AMOUNT"),
        ("|600.00|", "|600.000|", "AMOUNT"),
        ("|600.00|", "|600|", "AMOUNT"),
        ("|600.00|", "|.00|", "AMOUNT"),
        ("|600.00|", "|-600.00|", "AMOUNT"),
        ("|600.00|", "|+600.00|", "AMOUNT"),
        ("|600.00|", "|6e2|", "AMOUNT"),
        ("|600.00|", "|６００.00|", "AMOUNT"),
        ("|600.00|", "| 600.00|", "AMOUNT"),
        ("|600.00|", "|1,600.00|", "AMOUNT"),
        ("|600.00|", "||", "EMPTY_VALUE"),
        ("|600.00|", "|0.00|", "ZERO"),
        ("|600.00|", "|600.01|", "SUM"),
        ("2|1000.00", "2|1000.01", "SUM"),
        ("2|1000.00", "2|0.00", "SUM"),
        ("2|1000.00", "3|1000.00", "COUNT"),
        ("2|1000.00", "1|1000.00", "COUNT"),
        ("2|1000.00", "-2|1000.00", "VALUE"),
        ("2|1000.00", "9999999|1000.00", "TOO_LONG"),
        ("2|1000.00", "|1000.00", "MISSING"),
        ("2|1000.00", "2|", "MISSING"),
        ("2|1000.00\n", "", "RECORD"),
        ("2|1000.00\n", "2|1000.00\n\n", "RECORD"),
        ("2|1000.00\n", "2|1000.00\n2|1000.00\n", "RECORD"),
        ("|E-2|", "|E-1|", "DUPLICATE"),
        ("|E-2|", "|E_2|", "CHARACTERS"),
        ("|E-2|", "|Ｅ-2|", "CHARACTERS"),
        ("|E-2|", "||", "EMPTY_VALUE"),
        ("|99|", "||", "EMPTY_VALUE"),
        ("|99|", "|99999|", "TOO_LONG"),
        ("|99|", "|99|99|", "RECORD"),
        ("|99|", "", "RECORD"),
        ("|20260316\n2", "|20261316\n2", "DATE"),
        ("|20260316\n2", "|20260230\n2", "DATE"),
        ("|20260316\n2", "|2026-3-1\n2", "DATE"),
        ("|20260316\n2", "|19910316\n2", "DATE"),
        ("|20260316\n1", "|\n1", "EMPTY_VALUE"),
        ("|20260316\n1", "|99990316\n1", "DATE"),
        ("R|P", "X|P", "VALUE"),
        ("R|P", "|P", "VALUE"),
        ("R|P01J2345678901234567890123A|", "R||", "EMPTY_VALUE"),
        ("R|P01J2345678901234567890123A|", "R|", "RECORD"),
        ("王五", "王\u{202E}五", "CONTROL_CHARACTER"),
        ("王五", "王\u{0}五", "CONTROL_CHARACTER"),
        ("王五", "王\u{FEFF}五", "CONTROL_CHARACTER"),
        ("王五", "王\r五", "CONTROL_CHARACTER"),
        ("王五", "王\n五", "RECORD"),
        ("|王五|600.00|", wide.as_str(), "TOO_LONG"),
        ("王五", long.as_str(), "TOO_LONG"),
        ("\n2|1000.00", "\n3|E-3|李四|1.00|00|||20260316\n2|1000.00", "COUNT"),
    ] {
        assert!(ANSWER.contains(from), "{from}");
        assert_eq!(said(ANSWER.replacen(from, to, 1).as_bytes()), reason, "{from} -> {to:.40}");
    }
    let header = ANSWER.lines().next().unwrap();
    for (what, bytes, reason) in [
        ("nothing", Vec::new(), "NOTHING_INSIDE"),
        ("a header", header.as_bytes().to_vec(), "NOTHING_INSIDE"),
        ("no detail", format!("{header}\n0|0.00\n").into_bytes(), "NOTHING_INSIDE"),
        ("a byte order mark", [b"\xef\xbb\xbf".as_slice(), ANSWER.as_bytes()].concat(), "VALUE"),
        ("half a character", ANSWER.as_bytes().iter().copied().filter(|b| *b != 0x8b).collect(), "NOT_UTF8"),
        ("zeros", vec![0; 4096], "RECORD"),
    ] {
        assert_eq!(said(&bytes), reason, "{what}");
    }
}

#[test]
fn quotes_close_where_a_value_ends() {
    let said = |text: String| verdict(text.as_bytes(), BankEncoding::Utf8, Some(BankSeparator::Comma));
    let answer = ANSWER.replace('|', ",");
    assert_eq!(said(answer.clone()), "TAKEN");
    assert_eq!(said(answer.replace("王五", "\"王,\"\"五\"")), "TAKEN");
    for (name, reason) in [
        ("\"王五", "RECORD"),
        ("王\"五", "CHARACTERS"),
        ("\"王\"五", "CHARACTERS"),
        ("\"王五\"\"", "RECORD"),
        ("王,五", "RECORD"),
    ] {
        assert_eq!(said(answer.replace("王五", name)), reason, "{name}");
    }
}

#[test]
fn a_column_that_begins_within_a_character_is_refused() {
    let said = |bytes: &[u8]| verdict(bytes, BankEncoding::Gb18030, None);
    let name = |text: &[u8]| {
        let mut column = text.to_vec();
        column.resize(60.max(text.len()), b' ');
        column
    };
    let file = |name: Vec<u8>, end: &[u8]| {
        let mut out = b"R   P01J2345678901234567890123A   20260316\r\n000001".to_vec();
        out.extend(format!("{:30}", "E-1").into_bytes());
        out.extend(name);
        out.extend(b"0000000000600.0000  ");
        out.extend([b' '; 68]);
        out.extend(b"20260316");
        out.extend(end);
        out.extend(b"\r\n0000010000000000600.00\r\n");
        out
    };
    assert_eq!(said(&file(name(b"\xcd\xf5\xce\xe5"), b"")), "TAKEN");
    let torn = [b"a".as_slice(), &b"\xcd\xf5".repeat(30)].concat();
    assert_eq!(said(&file(name(&torn), b"")), "TORN_CHARACTER");
    assert_eq!(said(&file(name(&b"\xcd\xf5".repeat(30)), b"")), "TAKEN", "just full");
    assert_eq!(said(&file(name(b"\xff\xff"), b"")), "NOT_GB18030");
    assert_eq!(said(&file(name(b"\xcd"), b"")), "NOT_GB18030");
    assert_eq!(said(&file(name(b"\xcd\xf5"), b" ")), "RECORD", "one byte too long");
    let mut short = file(name(b"\xcd\xf5"), b"");
    let place = short.windows(8).rposition(|window| window == b"20260316").unwrap();
    short.remove(place);
    assert_eq!(said(&short), "RECORD", "one byte too short");
}
