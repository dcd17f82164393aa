//! Broken files, each with the reason for which it must be refused; and sound ones in the forms that banks write.

use super::*;

const NOTICE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>N1</MsgId><CreDtTm>2026-03-10T10:00:00+08:00</CreDtTm></GrpHdr>
<Ntfctn><Id>N1</Id><Acct><Id><Othr><Id>4300000000000000001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>25010.50</Sum></TtlNtries><TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>25010.50</Sum></TtlCdtNtries></TxsSummry>
<Ntry><Amt Ccy="CNY">25000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-03-10</Dt></BookgDt><ValDt><Dt>2026-03-09</Dt></ValDt>
<NtryDtls><Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="CNY">25000.00</TtlAmt></Btch>
<TxDtls><Refs><AcctSvcrRef>B1</AcctSvcrRef></Refs><Amt Ccy="CNY">24000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Pty><Nm>王五</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>6222001</Id></Othr></Id></DbtrAcct>
<CdtrAcct><Id><Othr><Id>430000000000000000100012345</Id></Othr></Id></CdtrAcct></RltdPties>
<RmtInf><Ustrd>（2026）湘0102执1号 &lt;王五&gt;</Ustrd><Ustrd>履行款</Ustrd></RmtInf></TxDtls>
<TxDtls><Refs><AcctSvcrRef>B2</AcctSvcrRef></Refs><Amt Ccy="CNY">1000.00</Amt></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="CNY">10.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>2026-03-10T17:30:00Z</DtTm></BookgDt>
<AcctSvcrRef>B3</AcctSvcrRef></Ntry>
</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"#;

const STATEMENT: &str = r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-03-10T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><Othr><Id>4300000000000000001</Id></Othr></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-10</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">130.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-10</Dt></Dt></Bal>
<Ntry><Amt Ccy="CNY">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-10</Dt></BookgDt><AcctSvcrRef>C1</AcctSvcrRef></Ntry>
<Ntry><Amt Ccy="CNY">20.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-10</Dt></BookgDt><AcctSvcrRef>D1</AcctSvcrRef></Ntry>
<Ntry><Amt Ccy="CNY">9.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>
</Stmt></BkToCstmrStmt></Document>"#;

const ORDERS: &str = r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>P1</MsgId><CreDtTm>2026-03-16T09:00:00+08:00</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>12.00</CtrlSum><InitgPty><Nm>法院</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>P1-1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>1</NbOfTxs><CtrlSum>12.00</CtrlSum><ReqdExctnDt><Dt>2026-03-16</Dt></ReqdExctnDt>
<Dbtr><Nm>专户</Nm></Dbtr><DbtrAcct><Id><Othr><Id>43001</Id></Othr></Id></DbtrAcct><DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>102100099996</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt>
<CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId><Amt><InstdAmt Ccy="CNY">12.00</InstdAmt></Amt><CdtrAgt><FinInstnId><ClrSysMmbId><MmbId>105100000017</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt><Cdtr><Nm>张三</Nm></Cdtr><CdtrAcct><Id><Othr><Id>6217001</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>
</PmtInf></CstmrCdtTrfInitn></Document>"#;

const RESULTS: &str = r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.11"><CstmrPmtStsRpt>
<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-03-16T16:00:00+08:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>P1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><OrgnlNbOfTxs>2</OrgnlNbOfTxs>
<NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>RJCT</DtldSts></NbOfTxsPerSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>P1-1</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>ACSC</TxSts><AccptncDtTm>2026-03-16T15:59:00+08:00</AccptncDtTm></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>E2</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Prtry>3031</Prtry></Rsn><AddtlInf>户名不符</AddtlInf></StsRsnInf></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"#;

/// A sound file with every occurrence of one text put in place of another.
fn edit(file: &str, from: &str, to: &str) -> String {
    assert!(file.contains(from), "{from} is not in the file");
    file.replace(from, to)
}

fn refused(bytes: &[u8], token: &str, what: &str) -> FormatError {
    match read(bytes) {
        Err(error) => {
            assert_eq!(error.reason.token(), token, "{what}: {error}");
            error
        }
        Ok(_) => panic!("{what}: taken"),
    }
}

#[test]
fn sound_files_are_taken() {
    let BankMessage::Notice(notice) = read(NOTICE.as_bytes()).unwrap() else { panic!("kind") };
    let lines: Vec<_> =
        notice.lines.iter().map(|l| (l.reference.as_str(), l.amount.to_string(), l.booked_on.to_string())).collect();
    assert_eq!(
        lines,
        [
            ("B1", "24000.00".to_owned(), "2026-03-09".to_owned()),
            ("B2", "1000.00".to_owned(), "2026-03-09".to_owned()),
            ("B3", "10.50".to_owned(), "2026-03-11".to_owned()),
        ]
    );
    let first = notice.lines.first().unwrap();
    assert_eq!(first.remittance.as_deref(), Some("（2026）湘0102执1号 <王五> 履行款"));
    assert_eq!(first.target_account(), "430000000000000000100012345");
    assert_eq!(first.line, 9);

    let BankMessage::Statement(file) = read(STATEMENT.as_bytes()).unwrap() else { panic!("kind") };
    let statement = file.statements.first().unwrap();
    assert_eq!((statement.lines.len(), statement.pending), (2, 1));
    assert_eq!(statement.closing.amount.to_string(), "130.00");

    let BankMessage::Payments(file) = read(ORDERS.as_bytes()).unwrap() else { panic!("kind") };
    assert_eq!(file.groups.first().unwrap().payments.len(), 1);

    let BankMessage::Results(report) = read(RESULTS.as_bytes()).unwrap() else { panic!("kind") };
    assert_eq!(report.results.get(1).unwrap().reason.code.as_deref(), Some("3031"));
}

#[test]
fn forms_that_banks_write_are_taken() {
    let (prefixed, closing) = ("<x:Document xmlns:x=", "</x:Document>");
    let namespaced = STATEMENT.replace("<Document xmlns=", prefixed).replace("</Document>", closing);
    let namespaced = regex_free_prefix(&namespaced);
    for (what, file) in [
        ("byte order mark", format!("\u{FEFF}{NOTICE}")),
        ("a later version", edit(NOTICE, "camt.054.001.08", "camt.054.001.12")),
        ("a prefix", namespaced),
        ("a comment", edit(NOTICE, "<GrpHdr>", "<!-- bank --><GrpHdr>")),
        ("Windows line ends", NOTICE.replace('\n', "\r\n")),
        ("character data", edit(NOTICE, "<Nm>王五</Nm>", "<Nm><![CDATA[王五]]></Nm>")),
        ("a character reference", edit(NOTICE, "<Nm>王五</Nm>", "<Nm>&#x738B;五</Nm>")),
        ("an unknown element", edit(NOTICE, "<Id>N1</Id>", "<Id>N1</Id><NewElmt><A>1</A></NewElmt>")),
        (
            "supplementary data of the bank",
            edit(NOTICE, "</Ntfctn>", "<SplmtryData><b:A xmlns:b=\"urn:bank\">1</b:A></SplmtryData></Ntfctn>"),
        ),
        ("the older party form", edit(NOTICE, "<Dbtr><Pty><Nm>王五</Nm></Pty></Dbtr>", "<Dbtr><Nm>王五</Nm></Dbtr>")),
        ("a date with our offset", edit(NOTICE, "<Dt>2026-03-09</Dt>", "<Dt>2026-03-09+08:00</Dt>")),
    ] {
        assert!(read(file.as_bytes()).is_ok(), "{what}: {:?}", read(file.as_bytes()));
    }
}

/// Puts the prefix `x:` before every element name that has none.
fn regex_free_prefix(file: &str) -> String {
    let mut out = String::new();
    let mut rest = file;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let (open, name) = if let Some(name) = tag.strip_prefix("</") { ("</", name) } else { ("<", &tag[1..]) };
        out.push_str(open);
        if !name.starts_with("x:") {
            out.push_str("x:");
        }
        rest = name;
    }
    out + rest
}

#[test]
fn files_that_are_not_sound_xml_are_refused() {
    let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    let entity = "<!DOCTYPE a [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;&l;&l;&l;&l;&l;&l;\">]>";
    let declared = |encoding: &str| edit(NOTICE, "encoding=\"UTF-8\"", &format!("encoding=\"{encoding}\""));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "EMPTY"),
        ("only blanks", b" \n\t ".to_vec(), "EMPTY"),
        ("no XML", b"date;amount\n2026-03-10;25000.00".to_vec(), "STRAY_TEXT"),
        ("binary", vec![0x1f, 0x8b, 0x08, 0x00, 0xff], "NOT_UTF8"),
        ("GBK bytes", [b"<a>".as_slice(), &[0xcd, 0xf5], b"</a>"].concat(), "NOT_UTF8"),
        ("UTF-16", "<a/>".encode_utf16().flat_map(u16::to_be_bytes).chain([0xfe, 0xff]).collect(), "NOT_UTF8"),
        ("declared GBK", declared("GBK").into_bytes(), "NOT_UTF8"),
        ("XML 1.1", edit(NOTICE, "version=\"1.0\"", "version=\"1.1\"").into_bytes(), "MALFORMED"),
        ("truncated", NOTICE.as_bytes()[..NOTICE.len() - 40].to_vec(), "MALFORMED"),
        ("truncated in a tag", NOTICE.as_bytes()[..NOTICE.len() - 3].to_vec(), "MALFORMED"),
        ("two roots", format!("{STATEMENT}{STATEMENT}").into_bytes(), "MALFORMED"),
        ("text after the root", format!("{STATEMENT} and more").into_bytes(), "STRAY_TEXT"),
        ("crossed tags", edit(NOTICE, "</Acct>", "</Accs>").into_bytes(), "MALFORMED"),
        ("an end alone", b"</Document>".to_vec(), "MALFORMED"),
        ("an attribute twice", edit(NOTICE, "Ccy=\"CNY\"", "Ccy=\"CNY\" Ccy=\"CNY\"").into_bytes(), "MALFORMED"),
        ("a document type", format!("<!DOCTYPE Document>{STATEMENT}").into_bytes(), "DTD"),
        (
            "an external document type",
            format!("<!DOCTYPE a SYSTEM \"file:///etc/passwd\">{STATEMENT}").into_bytes(),
            "DTD",
        ),
        ("a billion laughs", format!("{entity}<a>&m;</a>").into_bytes(), "DTD"),
        ("an undeclared entity", edit(NOTICE, "王五", "&payer;").into_bytes(), "ENTITY"),
        ("a reference to nothing", edit(NOTICE, "王五", "&#xFFFFFFFF;").into_bytes(), "ENTITY"),
        (
            "a processing instruction",
            edit(NOTICE, "<GrpHdr>", "<?php x?><GrpHdr>").into_bytes(),
            "PROCESSING_INSTRUCTION",
        ),
        ("too deep", deep.into_bytes(), "TOO_DEEP"),
        ("too many elements", format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS)).into_bytes(), "TOO_MANY_ELEMENTS"),
        ("too large", vec![b' '; MAX_BYTES + 1], "TOO_LARGE"),
        ("a null", edit(NOTICE, "王五", "王\u{0}五").into_bytes(), "CONTROL_CHARACTER"),
        ("an escaped line break", edit(NOTICE, "王五", "王&#10;五").into_bytes(), "CONTROL_CHARACTER"),
        ("a line break in a name", edit(NOTICE, "王五</Nm>", "王\n五</Nm>").into_bytes(), "CONTROL_CHARACTER"),
        ("text turned round", edit(NOTICE, "王五", "\u{202E}五王").into_bytes(), "CONTROL_CHARACTER"),
        ("a zero-width blank", edit(NOTICE, "B1", "B\u{200B}1").into_bytes(), "CONTROL_CHARACTER"),
        ("text between elements", edit(NOTICE, "<GrpHdr>", "25000.00<GrpHdr>").into_bytes(), "STRAY_TEXT"),
        ("an element in a value", edit(NOTICE, "<Sum>25010.50", "<Sum><a/>").into_bytes(), "STRAY_TEXT"),
        (
            "another namespace inside",
            edit(NOTICE, "<Ntry>", "<Ntry xmlns=\"urn:other\">").into_bytes(),
            "FOREIGN_ELEMENT",
        ),
        ("an unknown prefix", edit(NOTICE, "<GrpHdr>", "<y:GrpHdr/><GrpHdr>").into_bytes(), "FOREIGN_ELEMENT"),
    ];
    for (what, bytes, token) in cases {
        refused(&bytes, token, what);
    }
}

#[test]
fn other_messages_are_refused() {
    for (what, file) in [
        ("no namespace", NOTICE.replace(" xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\"", "")),
        ("another message", edit(NOTICE, "camt.054.001.08", "camt.052.001.08")),
        ("an older version", edit(NOTICE, "camt.054.001.08", "camt.054.001.02")),
        ("a version to come", edit(NOTICE, "camt.054.001.08", "camt.054.001.13")),
        ("a version with a sign", edit(NOTICE, "camt.054.001.08", "camt.054.001.+8")),
        ("another root", NOTICE.replace("Document", "Envelope")),
        ("namespace and message differ", edit(NOTICE, "camt.054.001.08", "camt.053.001.08")),
        ("two messages", edit(NOTICE, "</Document>", "<BkToCstmrDbtCdtNtfctn/></Document>")),
    ] {
        refused(file.as_bytes(), "UNKNOWN_MESSAGE", what);
    }
    let namespace = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08";
    refused(format!("<Document xmlns=\"{namespace}\"/>").as_bytes(), "MISSING", "an empty document");
}

#[test]
fn notices_that_are_not_consistent_are_refused() {
    for (what, from, to, token, line) in [
        ("three decimals", ">25000.00</Amt>", ">25000.000</Amt>", "AMOUNT", 6),
        ("no decimals", ">25000.00</Amt>", ">25000</Amt>", "AMOUNT", 6),
        ("an exponent", ">25000.00</Amt>", ">2.5e4</Amt>", "AMOUNT", 6),
        ("a plus", ">25000.00</Amt>", ">+25000.00</Amt>", "AMOUNT", 6),
        ("negative", ">25000.00</Amt>", ">-25000.00</Amt>", "AMOUNT", 6),
        ("full-width digits", ">25000.00</Amt>", ">２５０００.00</Amt>", "AMOUNT", 6),
        ("a thousands separator", ">25000.00</Amt>", ">25,000.00</Amt>", "AMOUNT", 6),
        ("zero", ">10.50</Amt>", ">0.00</Amt>", "ZERO", 14),
        ("too large to book", ">25000.00</Amt>", ">99999999999999.99</Amt>", "RANGE", 6),
        ("dollars", "<Amt Ccy=\"CNY\">25000.00", "<Amt Ccy=\"USD\">25000.00", "CURRENCY", 6),
        ("the old code of the currency", "<Amt Ccy=\"CNY\">25000.00", "<Amt Ccy=\"RMB\">25000.00", "CURRENCY", 6),
        ("no currency", "<Amt Ccy=\"CNY\">25000.00", "<Amt>25000.00", "CURRENCY", 6),
        ("an account in dollars", "<Ccy>CNY</Ccy>", "<Ccy>USD</Ccy>", "CURRENCY", 4),
        ("a wrong sum", "<Sum>25010.50</Sum>", "<Sum>25010.51</Sum>", "SUM", 5),
        ("a wrong count", "<NbOfNtries>2</NbOfNtries>", "<NbOfNtries>3</NbOfNtries>", "COUNT", 5),
        ("a count that is none", "<NbOfNtries>2</NbOfNtries>", "<NbOfNtries>two</NbOfNtries>", "VALUE", 5),
        ("details that do not add up", ">24000.00</Amt>", ">24000.01</Amt>", "SUM", 6),
        ("a batch count", "<NbOfTxs>2</NbOfTxs>", "<NbOfTxs>1</NbOfTxs>", "COUNT", 8),
        ("a batch sum", ">25000.00</TtlAmt>", ">24000.00</TtlAmt>", "SUM", 8),
        ("a detail without amount", "<Amt Ccy=\"CNY\">1000.00</Amt>", "", "MISSING", 13),
        ("a detail the other way", "24000.00</Amt><CdtDbtInd>CRDT", "24000.00</Amt><CdtDbtInd>DBIT", "VALUE", 9),
        ("a reference twice", "<AcctSvcrRef>B3", "<AcctSvcrRef>B1", "DUPLICATE", 14),
        ("a reference twice in an entry", "<AcctSvcrRef>B2", "<AcctSvcrRef>B1", "DUPLICATE", 6),
        ("no reference", "<AcctSvcrRef>B3</AcctSvcrRef>", "", "MISSING", 14),
        ("an empty reference", "<AcctSvcrRef>B3</AcctSvcrRef>", "<AcctSvcrRef> </AcctSvcrRef>", "EMPTY_VALUE", 15),
        ("a long reference", "<AcctSvcrRef>B3", "<AcctSvcrRef>B345678901234567890123456789012345678", "TOO_LONG", 15),
        ("a day that is none", "<Dt>2026-03-09</Dt>", "<Dt>2026-02-30</Dt>", "DATE", 7),
        ("a short date", "<Dt>2026-03-09</Dt>", "<Dt>2026-3-9</Dt>", "DATE", 7),
        ("another order of the date", "<Dt>2026-03-09</Dt>", "<Dt>09.03.2026</Dt>", "DATE", 7),
        ("a year far away", "<Dt>2026-03-09</Dt>", "<Dt>9999-03-09</Dt>", "DATE", 7),
        ("an hour that is none", "T17:30:00Z", "T25:30:00Z", "DATE", 14),
        ("no date", "<ValDt><Dt>2026-03-09</Dt></ValDt>", "<ValDt/>", "MISSING", 7),
        ("an unknown direction", "25000.00</Amt><CdtDbtInd>CRDT", "25000.00</Amt><CdtDbtInd>BOTH", "VALUE", 6),
        ("an unknown state", "<Cd>BOOK</Cd></Sts><BookgDt><DtTm", "<Cd>DONE</Cd></Sts><BookgDt><DtTm", "VALUE", 14),
        ("two amounts", ">10.50</Amt>", ">10.50</Amt><Amt Ccy=\"CNY\">10.50</Amt>", "REPEATED", 14),
        ("two accounts", "<TxsSummry>", "<Acct/><TxsSummry>", "REPEATED", 5),
        ("no header", "<GrpHdr><MsgId>N1</MsgId>", "<GrpHdr>", "MISSING", 3),
        (
            "no account",
            "<Acct><Id><Othr><Id>4300000000000000001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>",
            "",
            "MISSING",
            4,
        ),
    ] {
        let error = refused(edit(NOTICE, from, to).as_bytes(), token, what);
        assert_eq!(error.line, line, "{what}: {error}");
    }
    let start = NOTICE.find("<TxsSummry>").unwrap();
    let end = NOTICE.find("</Ntfctn>").unwrap();
    let hollow = NOTICE.replace(&NOTICE[start..end], "");
    refused(hollow.as_bytes(), "NOTHING_INSIDE", "no entry");
}

#[test]
fn statements_orders_and_results_that_are_not_consistent_are_refused() {
    let order = {
        let start = ORDERS.find("<CdtTrfTxInf>").unwrap();
        let end = ORDERS.find("</PmtInf>").unwrap();
        &ORDERS[start..end]
    };
    for (what, file, from, to, token) in [
        ("closing balance", STATEMENT, ">130.00<", ">130.01<", "SUM"),
        ("no opening balance", STATEMENT, "OPBD", "ITBD", "MISSING"),
        ("two opening balances", STATEMENT, "CLBD", "OPBD", "REPEATED"),
        ("a balance without side", STATEMENT, "<CdtDbtInd>CRDT</CdtDbtInd><Dt>", "<Dt>", "MISSING"),
        ("a control sum", ORDERS, "<CtrlSum>12.00", "<CtrlSum>12.01", "SUM"),
        ("a number of payments", ORDERS, "<NbOfTxs>1<", "<NbOfTxs>2<", "COUNT"),
        ("no control sum", ORDERS, "<CtrlSum>12.00</CtrlSum>", "", "MISSING"),
        ("an end-to-end id twice", ORDERS, order, &order.repeat(2), "DUPLICATE"),
        ("a cheque", ORDERS, "<PmtMtd>TRF", "<PmtMtd>CHK", "VALUE"),
        ("no payee", ORDERS, "<Cdtr><Nm>张三</Nm></Cdtr>", "", "MISSING"),
        ("no bank code", ORDERS, "<MmbId>105100000017</MmbId>", "", "MISSING"),
        ("a result twice", RESULTS, ">E2<", ">E1<", "DUPLICATE"),
        ("a result without status", RESULTS, "<TxSts>ACSC</TxSts>", "", "MISSING"),
        ("a result without id", RESULTS, "<OrgnlEndToEndId>E1</OrgnlEndToEndId>", "", "MISSING"),
        ("a status in small letters", RESULTS, ">ACSC<", ">acsc<", "VALUE"),
        ("results of another message", RESULTS, "pain.001.001.09", "pain.008.001.09", "VALUE"),
        ("more results than orders", RESULTS, "<OrgnlNbOfTxs>2", "<OrgnlNbOfTxs>1", "COUNT"),
        ("a count per status", RESULTS, "<DtldNbOfTxs>1", "<DtldNbOfTxs>2", "COUNT"),
    ] {
        refused(edit(file, from, to).as_bytes(), token, what);
    }
}

#[test]
fn a_refusal_says_line_element_and_reason() {
    let error = read(edit(NOTICE, "<Sum>25010.50</Sum>", "<Sum>25010.51</Sum>").as_bytes()).unwrap_err();
    let refusal = Refusal::from(error);
    assert_eq!(refusal.code, RefusalCode::BankFileInvalid);
    assert_eq!(refusal.field, Some("content"));
    let args: Vec<_> = refusal.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(
        args,
        [
            ("line", "5"),
            ("element", "Sum"),
            ("reason", "SUM"),
            ("detail", "the sum is 25010.50, the file says 25010.51"),
        ]
    );
}

/// A statement's worth of entries from nowhere: the file is made while it is read.
struct Endless {
    entries: usize,
    made: usize,
    buffer: Vec<u8>,
}
impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.buffer.is_empty() && self.made <= self.entries {
            let text = match self.made {
                0 => NOTICE[..NOTICE.find("<TxsSummry>").unwrap()].to_owned(),
                last if last == self.entries => "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>".to_owned(),
                n => format!(
                    "<Ntry><Amt Ccy=\"CNY\">0.01</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
                     <ValDt><Dt>2026-03-09</Dt></ValDt><AcctSvcrRef>B{n}</AcctSvcrRef></Ntry>\n"
                ),
            };
            self.made += 1;
            self.buffer = text.into_bytes();
        }
        let length = into.len().min(self.buffer.len());
        into[..length].copy_from_slice(&self.buffer[..length]);
        self.buffer.drain(..length);
        Ok(length)
    }
}

#[test]
fn what_has_passed_is_not_kept() {
    // more elements in all than may be kept at one time
    let entries = MAX_ELEMENTS / 8 + 2;
    let mut lines = 0;
    let read = read_stream(Endless { entries, made: 0, buffer: Vec::new() }, &mut |_| {
        lines += 1;
        Ok(())
    });
    assert!(read.is_ok(), "{read:?}");
    assert_eq!(lines, entries - 1);
}
