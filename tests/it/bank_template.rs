//! Payment files in the form of one bank: described by the cashier, agreed by the finance reviewer, written, answered and
//! booked like any other, each answer read by the version under which its payments went out.

use crate::{
    bank::{Bank, Pay, credit},
    bank_files::count,
    both,
    support::database::TestDatabase,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use duixian::{
    access::{self, Actor},
    bank::{simulator::Simulator, template::layout::BankLayouts},
    kernel::{
        error::Outcome,
        ids::{CaseId, NodeRef, ReceiptId},
    },
    ledger::Code,
};
use serde_json::{Value, json};

fn columns(of: &[(&str, i32)]) -> Value {
    let column = |&(field, width): &(&str, i32)| {
        let constant = (field == "CONSTANT").then_some("BATCH");
        let padding = ["COUNT", "TOTAL", "AMOUNT", "SEQUENCE"].contains(&field).then_some("ZEROS_LEFT");
        json!({ "field": field, "width": width, "constant": constant, "padding": padding })
    };
    of.iter().map(column).collect()
}

/// As `BankTemplate.layouts` and `bank-sim --template` have it.
pub fn layouts(encoding: &str, separator: Option<&str>) -> Value {
    let layout = |header, detail, trailer| {
        json!({ "encoding": encoding, "separator": separator, "quoted": false, "crlf": true, "amounts": "YUAN",
            "header": columns(header), "detail": columns(detail), "trailer": columns(trailer) })
    };
    let totals = &[("COUNT", 6), ("TOTAL", 16)];
    json!({
        "payments": layout(
            &[("CONSTANT", 5), ("BATCH", 27), ("CREATED_ON", 8), ("PAYER_ACCOUNT", 32)],
            &[("SEQUENCE", 6), ("END_TO_END_ID", 30), ("PAYEE_NAME", 60), ("PAYEE_ACCOUNT", 32), ("AMOUNT", 16),
                ("REMITTANCE", 120)],
            totals,
        ),
        "results": layout(
            &[("CONSTANT", 5), ("BATCH", 27), ("CREATED_ON", 8)],
            &[("END_TO_END_ID", 30), ("AMOUNT", 16), ("STATUS", 4), ("REASON_CODE", 8), ("REASON_TEXT", 60)],
            totals,
        ),
        "statuses": [{ "code": "0000", "outcome": "PAID" }, { "code": "9999", "outcome": "REFUSED" }],
        "reasons": [{ "code": "E003", "iso": "AC01" }],
    })
}
fn template(bank: &Bank, layouts: Value) -> Value {
    json!({ "court": bank.court.id.to_global(), "book": "CASE_FUNDS", "name": "批量代发", "layouts": layouts,
        "document": "接口说明书" })
}
const SELECT: &str = "template { id version status inForce approval { id } }";

/// Saves a template and lets the finance reviewer agree.
pub async fn in_force(bank: &Bank, layouts: Value) {
    let app = &bank.court.app;
    let saved = app.done(&bank.cashier, "saveBankTemplate", template(bank, layouts), SELECT).await["template"].take();
    app.approve(&saved["approval"]["id"], &[&bank.court.finance]).await;
    let seen =
        "query ($id: ID!) { node(id: $id) { ... on BankTemplate { status inForce layouts { reasons { iso } } } } }";
    let seen = app.ask(Some(&bank.cashier), seen, json!({ "id": saved["id"] })).await["node"].take();
    assert_eq!((&seen["status"], &seen["inForce"]), (&json!("APPROVED"), &json!(true)));
}

async fn pay(bank: &Bank, case: CaseId, receipt: ReceiptId, subject: NodeRef, name: &'static str, amount: &str) {
    let account = if amount == "400.00" { "6217000000000000002" } else { "6217000000000000001" };
    let order = Pay { court: bank.court.id, case, receipt, subject, name, account, amount: amount.parse().unwrap() };
    let done = access::run(&bank.court.app.running.services, &Actor::system("test"), &order).await.unwrap();
    assert!(matches!(done, Outcome::Done { .. }));
}

/// Money of a new receipt.
async fn received(bank: &Bank, message: &str, amount: &str, account: &str) -> ReceiptId {
    let file = bank.import(&bank.notice(message, vec![credit(message, amount, account)])).await;
    let lines = bank.file(&file["id"]).await;
    ReceiptId::from_global(lines["lines"]["nodes"][0]["targetId"].as_str().unwrap()).unwrap()
}

async fn upload(bank: &Bank, body: Vec<u8>) -> (u16, Value) {
    let app = &bank.court.app;
    let url = format!("http://{}/bank-files?court={}", app.running.address, bank.court.id.to_global());
    let request = reqwest::Client::new().post(url).bearer_auth(&bank.court.finance.token).body(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn proposals(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let app = &bank.court.app;
    let sound = template(&bank, layouts("UTF_8", Some("PIPE")));
    let mut narrow = sound.clone();
    narrow["layouts"]["payments"]["detail"][2]["width"] = json!(59);
    let refused = app.refused(&bank.cashier, "saveBankTemplate", narrow).await;
    assert_eq!((refused.0.as_str(), refused.1.is_empty()), ("BANK_TEMPLATE_INVALID", false));
    let mut nameless = sound.clone();
    nameless["name"] = json!(" ");
    assert_eq!(app.refused(&bank.cashier, "saveBankTemplate", nameless).await.0, "TEXT_INVALID");
    let elsewhere = app.court("湘0103").await;
    let mut foreign = sound.clone();
    foreign["court"] = json!(elsewhere.to_global());
    assert_eq!(app.refused(&bank.cashier, "saveBankTemplate", foreign).await.0, "NOT_FOUND");
    let document = "mutation ($i: SaveBankTemplateInput!) { saveBankTemplate(input: $i) { replayed } }";
    let mut input = sound.clone();
    input["idempotencyKey"] = json!("template-0001");
    let denied = app.error_code(Some(&bank.court.finance), document, json!({ "i": input.clone() })).await;
    assert_eq!(denied, "FORBIDDEN");

    let first = app.done(&bank.cashier, "saveBankTemplate", input.clone(), SELECT).await;
    let again = app.done(&bank.cashier, "saveBankTemplate", input, SELECT).await;
    assert_eq!((&again["replayed"], &again["template"]["id"]), (&json!(true), &first["template"]["id"]));
    let facts = (&first["template"]["version"], &first["template"]["inForce"]);
    assert_eq!(facts, (&json!(1), &json!(false)), "nothing is in force by one person's word");
    assert_eq!(app.refused(&bank.cashier, "saveBankTemplate", sound.clone()).await.0, "WRONG_STATE", "one at a time");
    let digest = "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }";
    let approval = &first["template"]["approval"]["id"];
    let seen = app.ask(Some(&bank.court.finance), digest, json!({ "id": approval })).await;
    let no = json!({ "approval": approval, "digest": seen["node"]["digest"], "reason": "与银行说明不符" });
    app.done(&bank.court.finance, "reject", no, "approval { status }").await;
    let second = app.done(&bank.cashier, "saveBankTemplate", sound, SELECT).await;
    assert_eq!(second["template"]["version"], 2);
    let list =
        "{ bankTemplates(first: 5) { nodes { version status name layouts { payments { detail { field } } } } } }";
    let seen = app.ask(Some(&bank.court.finance), list, json!({})).await["bankTemplates"]["nodes"].take();
    assert_eq!((&seen[0]["status"], &seen[1]["status"]), (&json!("PROPOSED"), &json!("REJECTED")));
    assert_eq!(seen[0]["layouts"]["payments"]["detail"][2]["field"], "PAYEE_NAME");
    bank.court.app.finish().await;
}
both!(a_bank_template_takes_a_maker_and_a_checker, super::proposals);

async fn written_and_answered(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let app = &bank.court.app;
    let case = bank.court.open("（2026）湘0102执12号", "203500.00").await;
    let number = case["account"]["accountNumber"].as_str().unwrap().to_owned();
    let case_id = CaseId::from_global(case["id"].as_str().unwrap()).unwrap();
    let receipt = received(&bank, "N1", "1000.00", &number).await;
    let pipe = layouts("UTF_8", Some("PIPE"));
    in_force(&bank, pipe.clone()).await;
    pay(&bank, case_id, receipt, case_id.node(), "易某", "600.00").await;
    pay(&bank, case_id, receipt, receipt.node(), "吴某", "400.00").await;
    app.settle().await;
    let file = bank.write().await;
    assert_eq!((&file["messageName"], &file["total"]), (&json!("bank-template.1"), &json!("1000.00")));
    let orders = file["content"].as_str().unwrap();
    assert!(orders.starts_with(&format!("BATCH|{}|20260302|{}\r\n", file["messageId"].as_str().unwrap(), bank.main)));

    // what is in force changes before the bank answers: the answer is read as it was agreed when the payments left
    in_force(&bank, layouts("GB18030", None)).await;
    let known: BankLayouts = serde_json::from_value(pipe).unwrap();
    let simulator = Simulator::new().refusing("6217000000000000002", "AC01");
    let answer = simulator.answer_by_template(orders.as_bytes(), &known, app.clock.now()).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let stand = (count(&bank, "bank_line").await, count(&bank, "ledger_entry").await);
    for (what, broken, reason) in [
        ("a total", answer.replace("|1000.00", "|1000.01"), "SUM"),
        ("an amount", answer.replace("|600.00|", "|601.00|").replace("|1000.00", "|1001.00"), "OTHER_AMOUNT"),
        ("a count", answer.replace("\r\n2|", "\r\n3|"), "COUNT"),
        ("cut off", answer[..answer.len() - 12].to_owned(), "RECORD"),
        ("tomorrow", answer.replace("|20260302", "|20260303"), "FUTURE"),
        ("of nobody", answer.replace(file["messageId"].as_str().unwrap(), &format!("P{}", "0".repeat(26))), {
            "UNKNOWN_ORIGINAL"
        }),
        ("the orders themselves", orders.to_owned(), "RECORD"),
    ] {
        let (status, said) = upload(&bank, broken.into_bytes()).await;
        let error = &said["userErrors"][0];
        assert_eq!((status, &error["code"]), (422, &json!("BANK_FILE_INVALID")), "{what}: {said}");
        assert_eq!(error["arguments"]["reason"], reason, "{what}");
    }
    app.settle().await;
    assert_eq!((count(&bank, "bank_line").await, count(&bank, "ledger_entry").await), stand, "nothing is booked");
    for _ in 0..2 {
        let results = bank.import(&answer).await;
        assert_eq!(results["kind"], "RESULTS");
        let seen = bank.file(&results["id"]).await;
        assert_eq!((&seen["state"], &seen["openCount"]), (&json!("DISPATCHED"), &json!(0)));
        assert_eq!(
            (bank.balance(Code::Bank).await, bank.balance(Code::InTransit).await),
            ("400.00".into(), "0.00".into())
        );
    }

    // fixed width in GB 18030: a name of 60 bytes goes, one of 62 waits with its reason
    let more = received(&bank, "N2", "500.00", &number).await;
    let long = "某某某某某某某某某某某某某某某某某某某某某某某某某某某某某某某";
    pay(&bank, case_id, more, more.node(), "某某某某某某某某某某某某某某某某某某某某某某某某某某某某某某", "450.00")
        .await;
    pay(&bank, case_id, more, app.court("湘0103").await.node(), long, "50.00").await;
    app.settle().await;
    let input = json!({ "court": bank.court.id.to_global(), "book": "CASE_FUNDS" });
    let select = "paymentFile { messageName lineCount content contentBase64 sha256 }";
    let file = app.done(&bank.cashier, "writePaymentFile", input.clone(), select).await["paymentFile"].take();
    assert_eq!((&file["messageName"], &file["lineCount"]), (&json!("bank-template.2"), &json!(1)));
    let unfit = "query ($c: ID!) { unfitPayments(court: $c, book: CASE_FUNDS) { reason attempt { amount } } }";
    let unfit =
        app.ask(Some(&bank.cashier), unfit, json!({ "c": bank.court.id.to_global() })).await["unfitPayments"].take();
    assert_eq!(unfit, json!([{ "reason": "TOO_LONG", "attempt": { "amount": "50.00" } }]));
    let bytes = STANDARD.decode(file["contentBase64"].as_str().unwrap()).unwrap();
    assert!(bytes.windows(4).any(|window| window == b"\xc4\xb3\xc4\xb3"), "in GB 18030");
    assert!(file["content"].as_str().unwrap().contains("某某"), "shown as text");
    let fixed: BankLayouts = serde_json::from_value(layouts("GB18030", None)).unwrap();
    let answer = Simulator::new().answer_by_template(&bytes, &fixed, app.clock.now()).unwrap();
    let (status, taken) = upload(&bank, answer).await;
    assert_eq!(status, 201, "{taken}");
    app.settle().await;
    // the payment that waits is still on its way out
    let standing = (bank.balance(Code::Bank).await, bank.balance(Code::InTransit).await);
    assert_eq!(standing, ("450.00".into(), "50.00".into()));

    // back to ISO 20022, which takes the longer name
    let back = template(&bank, Value::Null);
    let saved = app.done(&bank.cashier, "saveBankTemplate", back, SELECT).await["template"].take();
    app.approve(&saved["approval"]["id"], &[&bank.court.finance]).await;
    let file = app.done(&bank.cashier, "writePaymentFile", input, select).await["paymentFile"].take();
    assert_eq!((&file["messageName"], &file["lineCount"]), (&json!("pain.001.001.09"), &json!(1)));
    bank.court.app.finish().await;
}
both!(a_file_of_a_bank_template_is_answered_and_booked_once, super::written_and_answered);
