//! Money that goes to a notary: proposed with its evidence, approved, paid, certified, reminded of, ended by somebody.

use crate::{
    both,
    cases::{BANK, Court, court},
    disbursement::{bank_pays, people, receive},
    documents::fetch,
    support::database::TestDatabase,
    tables::{csv_rows, xlsx_rows},
};
use duixian::{
    access::{Role, Scope},
    document::store,
    kernel::ids::DocumentId,
};
use serde_json::{Value, json};

fn proposal(case: &Value, receipt: &str, amount: &str) -> Value {
    json!({ "claim": case["claims"][0]["id"], "ground": "WHEREABOUTS_UNKNOWN", "evidence": "两次电话、一次邮寄均未送达",
        "account": { "accountHolder": "湖南省长沙市某某公证处", "accountNumber": "1234567890123", "bankCode": BANK,
            "bankName": "工商银行" },
        "sources": [{ "receipt": receipt, "amount": amount }], "document": "提存审批表2026-1" })
}
const DEPOSIT: &str = "deposit { id state amount certificate depositedOn remindOn lastDay remindedAt lamp endedOn
    payment { kind status approval { id } payable { purpose state attempts { id } } } returned { amount } }";

/// A deposit that the bank has paid to the notary and that he has certified on 3 March 2026.
async fn deposited(court: &Court, case: &Value, amount: &str) -> Value {
    let (app, officer, people) = (&court.app, &court.officer, people(court).await);
    let receipt = receive(court, case, "R-1", "300.00").await.to_global();
    for (change, value, code) in [
        ("sources", json!([]), "LIST_INVALID"),
        ("sources", json!([{ "receipt": receipt, "amount": "300.01" }]), "RECEIPT_EXCEEDED"),
        ("evidence", json!("  "), "TEXT_INVALID"),
    ] {
        let mut wrong = proposal(case, &receipt, amount);
        wrong[change] = value;
        assert_eq!(app.refused(officer, "proposeNotaryDeposit", wrong).await.0, code, "{change}");
    }
    let mut input = proposal(case, &receipt, amount);
    input["idempotencyKey"] = json!("notary-propose");
    let deposit = app.done(officer, "proposeNotaryDeposit", input.clone(), DEPOSIT).await["deposit"].take();
    assert_eq!(app.done(officer, "proposeNotaryDeposit", input, DEPOSIT).await["replayed"], true);
    assert_eq!((&deposit["state"], &deposit["payment"]["kind"]), (&json!("OPEN"), &json!("NOTARY_DEPOSIT")));
    let second = app.refused(officer, "proposeNotaryDeposit", proposal(case, &receipt, "1.00")).await;
    assert_eq!(second.0, "ALREADY_EXISTS", "one proposal at a time draws on a receipt");

    let certificate =
        |day: &str| json!({ "deposit": deposit["id"], "certificate": "（2026）湘长某证字第1号", "depositedOn": day });
    let early = app.refused(officer, "recordNotaryCertificate", certificate("2026-03-02")).await;
    assert_eq!(early, ("WRONG_STATE".into(), "执行款物规定 第16条".into()));
    app.approve(&deposit["payment"]["approval"]["id"], &[&people.chief, &court.finance]).await;
    let node = "query ($id: ID!) { node(id: $id) { ... on NotaryDeposit { payment { payable { purpose attempts { id } } } } } }";
    let paid = app.ask(Some(officer), node, json!({ "id": deposit["id"] })).await["node"].take();
    assert_eq!(paid["payment"]["payable"]["purpose"], "NOTARY_DEPOSIT");
    bank_pays(court, &people, &paid["payment"]["payable"]["attempts"][0]).await;
    assert_eq!(court.read(case, "claims { outstanding }").await["claims"][0]["outstanding"], "1000.00");

    app.go_to("2026-03-03T09:00:00+08:00").await;
    for day in ["2026-03-01", "2026-03-04"] {
        let wrong = app.refused(officer, "recordNotaryCertificate", certificate(day)).await;
        assert_eq!(wrong, ("DATE_INVALID".into(), "民法典 第574条".into()), "{day}");
    }
    let done = app.done(officer, "recordNotaryCertificate", certificate("2026-03-03"), DEPOSIT).await["deposit"].take();
    assert_eq!((&done["state"], &done["lamp"]), (&json!("DEPOSITED"), &json!("GREEN")));
    assert_eq!((&done["remindOn"], &done["lastDay"]), (&json!("2030-09-03"), &json!("2031-03-03")));
    assert_eq!(app.refused(officer, "recordNotaryCertificate", certificate("2026-03-03")).await.0, "WRONG_STATE");
    done
}

async fn lapses_only_by_a_decision(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let deposit = deposited(&court, &case, "300.00").await;
    let seen = court.read(&case, "account { balance } claims { outstanding satisfactions { manner amount } }").await;
    assert_eq!(seen["account"]["balance"], "0.00");
    let performed =
        json!({ "outstanding": "700.00", "satisfactions": [{ "manner": "NOTARY_DEPOSIT", "amount": "300.00" }] });
    assert_eq!(seen["claims"][0], performed);

    let list = "query ($filter: NotaryDepositFilter) { notaryDeposits(filter: $filter) { nodes { id lamp remindedAt state } } }";
    let due = json!({ "filter": { "state": "DEPOSITED", "remindUntil": "2030-09-03" } });
    app.go_to("2030-09-02T09:00:00+08:00").await;
    let officer = &app.sign_in(officer.account).await;
    let before = app.ask(Some(officer), list, due.clone()).await["notaryDeposits"]["nodes"][0].take();
    assert_eq!((&before["lamp"], &before["remindedAt"]), (&json!("GREEN"), &Value::Null));
    app.go_to("2030-09-03T09:00:00+08:00").await;
    let after = app.ask(Some(officer), list, due.clone()).await["notaryDeposits"]["nodes"][0].take();
    assert_eq!((&after["lamp"], &after["remindedAt"]), (&json!("YELLOW"), &json!("2030-09-03T09:00:00.000+08:00")));
    app.settle().await;

    // the last day has passed and nothing happens by itself; the officer may not decide, the chief not too early
    app.go_to("2031-03-04T09:00:00+08:00").await;
    let officer = &app.sign_in(officer.account).await;
    let red = app.ask(Some(officer), list, due).await["notaryDeposits"]["nodes"][0].take();
    assert_eq!((&red["lamp"], &red["state"]), (&json!("RED"), &json!("DEPOSITED")));
    let chief = app.user("chief-2", "局长乙", &[Role::BureauChief], Some(court.id)).await;
    let lapse = |day: &str| json!({ "deposit": deposit["id"], "endedOn": day, "document": "提存款上缴国库决定书" });
    let document = "mutation ($input: DecideNotaryLapseInput!) { decideNotaryLapse(input: $input) { replayed } }";
    let mut input = lapse("2031-03-04");
    input["idempotencyKey"] = json!("lapse-officer");
    assert_eq!(app.error_code(Some(officer), document, json!({ "input": input })).await, "FORBIDDEN");
    let early = app.refused(&chief, "decideNotaryLapse", lapse("2031-03-03")).await;
    assert_eq!(early, ("DATE_INVALID".into(), "民法典 第574条".into()));
    let done = app.done(&chief, "decideNotaryLapse", lapse("2031-03-04"), DEPOSIT).await["deposit"].take();
    assert_eq!((&done["state"], &done["lamp"]), (&json!("LAPSED"), &Value::Null));
    let late = json!({ "deposit": deposit["id"], "endedOn": "2031-03-04", "document": "公证处函" });
    assert_eq!(app.refused(officer, "recordNotaryCollection", late).await.0, "WRONG_STATE");
    court.app.finish().await;
}
both!(a_deposit_is_reminded_of_and_lapses_only_by_a_decision, super::lapses_only_by_a_decision);

async fn comes_back(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let deposit = deposited(&court, &case, "300.00").await;
    let other = court.open("（2026）湘0102执13号", "1000.00").await;
    let elsewhere = receive(&court, &other, "R-2", "290.00").await.to_global();
    let too_much = receive(&court, &case, "R-3", "300.01").await.to_global();
    let back = |receipt: &str| json!({ "deposit": deposit["id"], "receipt": receipt, "document": "公证处退款函" });
    assert_eq!(app.refused(officer, "recordNotaryReturn", back(&elsewhere)).await.0, "NOT_FOUND");
    let wrong = app.refused(officer, "recordNotaryReturn", back(&too_much)).await;
    assert_eq!(wrong, ("AMOUNT_INVALID".into(), "民法典 第573条".into()));
    // the notary kept his cost of 10.00
    let receipt = receive(&court, &case, "R-4", "290.00").await.to_global();
    let done = app.done(officer, "recordNotaryReturn", back(&receipt), DEPOSIT).await["deposit"].take();
    assert_eq!((&done["state"], &done["returned"]["amount"]), (&json!("RETURNED"), &json!("290.00")));
    let seen = court.read(&case, "claims { outstanding satisfactions { manner amount } }").await;
    let record = json!({ "outstanding": "990.00", "satisfactions": [{ "manner": "NOTARY_DEPOSIT", "amount": "300.00" },
        { "manner": "NOTARY_RETURN", "amount": "290.00" }] });
    assert_eq!(seen["claims"][0], record);
    let collect = json!({ "deposit": deposit["id"], "endedOn": "2026-03-03", "document": "公证处函" });
    assert_eq!(app.refused(officer, "recordNotaryCollection", collect).await.0, "WRONG_STATE");
    court.app.finish().await;
}
both!(money_that_the_notary_gives_back_is_owed_again, super::comes_back);

async fn is_collected(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let deposit = deposited(&court, &case, "120.00").await;
    let collect = |day: &str| json!({ "deposit": deposit["id"], "endedOn": day, "document": "公证处函" });
    assert_eq!(app.refused(officer, "recordNotaryCollection", collect("2026-03-02")).await.0, "DATE_INVALID");
    let done = app.done(officer, "recordNotaryCollection", collect("2026-03-03"), DEPOSIT).await["deposit"].take();
    assert_eq!((&done["state"], &done["endedOn"]), (&json!("COLLECTED"), &json!("2026-03-03")));
    // the bank alone writes these records of performance
    for manner in ["NOTARY_DEPOSIT", "NOTARY_RETURN"] {
        let by_hand = json!({ "claim": case["claims"][0]["id"], "manner": manner, "amount": "1.00",
            "satisfiedOn": "2026-03-03", "document": "某某" });
        assert_eq!(app.refused(officer, "recordSatisfaction", by_hand).await.0, "WRONG_STATE");
    }
    court.app.finish().await;
}
both!(the_creditor_collects_from_the_notary, super::is_collected);

async fn paid_otherwise(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let receipt = receive(&court, &case, "R-1", "300.00").await.to_global();
    let select = "deposit { payment { approval { id digest } } }";
    let made = app.done(officer, "proposeNotaryDeposit", proposal(&case, &receipt, "300.00"), select).await;
    let approval = made["deposit"]["payment"]["approval"].clone();
    let vote = json!({ "approval": approval["id"], "digest": approval["digest"] });
    app.done(&people.chief, "approve", vote.clone(), "approval { status }").await;
    // between the votes the debtor pays the creditor by himself: less is owed than would be deposited
    let direct = json!({ "claim": case["claims"][0]["id"], "manner": "DIRECT", "amount": "800.00",
        "satisfiedOn": "2026-03-02", "document": "收条" });
    app.done(officer, "recordSatisfaction", direct, "satisfaction { id }").await;
    let late = app.refused(&court.finance, "approve", vote.clone()).await;
    assert_eq!(late.0, "SATISFACTION_EXCEEDS_CLAIM");
    // what can no longer be agreed to can be closed
    let mut no = vote;
    no["reason"] = json!("申请人已受偿");
    app.done(&court.finance, "reject", no, "approval { status }").await;
    assert_eq!(court.read(&case, "account { balance }").await["account"]["balance"], "300.00");
    court.app.finish().await;
}
both!(a_claim_paid_between_two_votes_is_not_deposited_again, super::paid_otherwise);

async fn is_on_paper(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let deposit = deposited(&court, &case, "300.00").await;

    // the form, with the facts of the deposit and who agreed; the same facts are no second form
    let form = |subject: &Value| json!({ "kind": "NOTARY_APPROVAL", "subject": subject });
    let select = "document { id number title case { caseNumber } download { path } }";
    let made = app.done(officer, "createDocument", form(&deposit["id"]), select).await["document"].take();
    assert_eq!((&made["number"], &made["title"]), (&json!("（2026）湘0102提审第1号"), &json!("执行款提存审批表")));
    assert_eq!(made["case"]["caseNumber"], "（2026）湘0102执12号");
    let again = app.done(officer, "createDocument", form(&deposit["id"]), select).await;
    assert_eq!(again["document"]["id"], made["id"]);
    let file = fetch(&app.running, made["download"]["path"].as_str().unwrap()).await;
    assert!(file.bytes().await.unwrap().starts_with(b"%PDF"));
    let id = DocumentId::from_global(made["id"].as_str().unwrap()).unwrap();
    let row = store::find(&app.database.db.reader(), &Scope::Everything, id).await.unwrap().unwrap();
    let words = serde_json::to_string(&row.paper(&app.running.services.vault).unwrap()).unwrap();
    for word in ["易某", "下落不明", "两次电话、一次邮寄均未送达", "湖南省长沙市某某公证处", "300.00元", "执行局局长"]
    {
        assert!(words.contains(word), "{word}");
    }
    let foreign = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(foreign)).await;
    assert_eq!(app.refused(&stranger, "createDocument", form(&deposit["id"])).await.0, "NOT_FOUND");
    assert_eq!(app.refused(officer, "createDocument", form(&case["id"])).await.0, "NOT_FOUND");

    // the standard table, by the day of the certificate
    let export = async |format: &str, to: &str| {
        let input = json!({ "court": court.id.to_global(), "table": "NOTARY_DEPOSITS", "from": "2026-03-01", "to": to,
            "format": format });
        let export =
            app.done(officer, "exportTable", input, "export { title download { path } }").await["export"].take();
        assert_eq!(export["title"], "提存到账明细表");
        let answer = fetch(&app.running, export["download"]["path"].as_str().unwrap()).await;
        answer.bytes().await.unwrap().to_vec()
    };
    let row = [
        "（2026）湘0102执12号",
        "易某",
        "下落不明",
        "湖南省长沙市某某公证处",
        "300.00",
        "（2026）湘长某证字第1号",
        "2026-03-03",
        "2030-09-03",
        "2031-03-03",
        "已提存",
        "",
        "",
    ];
    let csv = csv_rows(&export("CSV", "2026-03-31").await);
    assert_eq!(csv[0][5..7], ["公证书编号", "提存日期"]);
    assert_eq!(csv[1..], [row]);
    assert_eq!(xlsx_rows(&export("XLSX", "2026-03-31").await)[1][..4], row[..4]);
    assert_eq!(csv_rows(&export("CSV", "2026-03-02").await).len(), 1, "not certified yet");
    court.app.finish().await;
}
both!(kuanwu_16_a_notary_deposit_has_its_form_and_its_table, super::is_on_paper);
