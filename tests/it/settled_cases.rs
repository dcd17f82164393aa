//! Cases that stand still: what a unified payout leaves out of them and takes, and how they end with their settlements.

use crate::{
    both,
    cases::{BANK, Court, court},
    disbursement::{CARD, People, approved, confirm, people, receive},
    settlement::{settling, with},
    support::database::TestDatabase,
};
use serde_json::{Value, json};

const RUN: &str = "run { id count total skipped { reason case { caseNumber } } approval { id } }";

async fn draft(court: &Court) -> Value {
    let input = json!({ "court": court.id.to_global(), "selection": "ALL_PAYABLE" });
    court.app.done(&court.administrator, "draftPayoutRun", input, RUN).await["run"].take()
}
async fn approve(court: &Court, people: &People, run: &Value) {
    let this = json!({ "run": run["id"] });
    let submitted = court.app.done(&court.administrator, "submitPayoutRun", this, RUN).await["run"].take();
    court.app.approve(&submitted["approval"]["id"], &[&people.chief, &court.finance]).await;
}
/// State and skip code of the only line.
async fn release(court: &Court, people: &People, run: &Value) -> Value {
    court.app.done(&people.cashier, "releasePayoutRun", json!({ "run": run["id"] }), "run { id }").await;
    court.app.settle().await;
    let ask = "query ($id: ID!) { node(id: $id) { ... on PayoutRun { lines { nodes { state skipCode } } } } }";
    let mut seen = court.app.ask(Some(&people.cashier), ask, json!({ "id": run["id"] })).await;
    seen["node"]["lines"]["nodes"][0].take()
}
async fn settle(court: &Court, case: &Value, on: &str) -> Value {
    let input = with(&settling(case), "/signedOn", json!(on));
    court.app.done(&court.officer, "recordSettlement", input, "settlement { id }").await["settlement"].take()
}
async fn suspend(court: &Court, case: &Value) {
    let input = json!({ "case": case["id"], "ground": "RETRIAL", "document": "中止执行裁定书" });
    court.app.done(&court.officer, "suspendCase", input, "suspension { id }").await;
}

async fn runs(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    let mut cases = Vec::new();
    for (serial, amount) in [(1, "300.00"), (2, "200.00"), (3, "100.00")] {
        let case = court.open(&format!("（2026）湘0102执{serial}号"), "1000.00").await;
        confirm(&court, &case["parties"][0], "易某", CARD).await;
        receive(&court, &case, &format!("R-{serial}"), amount).await;
        cases.push(case);
    }
    app.go_to("2026-03-03T09:00:00+08:00").await;
    settle(&court, &cases[0], "2026-03-03").await;
    suspend(&court, &cases[1]).await;
    let left_out = |reason: &str, serial: u32| {
        let number = format!("（2026）湘0102执{serial}号");
        json!({ "reason": reason, "case": { "caseNumber": number } })
    };
    let first = draft(&court).await;
    assert_eq!((&first["count"], &first["total"]), (&json!(1), &json!("100.00")));
    assert_eq!(first["skipped"], json!([left_out("SETTLED", 1), left_out("CASE_SUSPENDED", 2)]));

    // what the settlement brings in is paid, what stood there before it waits
    receive(&court, &cases[0], "R-4", "400.00").await;
    let second = draft(&court).await;
    assert_eq!((&second["count"], &second["total"]), (&json!(1), &json!("400.00")));
    assert_eq!(second["skipped"], json!([left_out("CASE_SUSPENDED", 2), left_out("ALREADY_ORDERED", 3)]));
    approve(&court, &people, &second).await;
    assert_eq!(release(&court, &people, &second).await, json!({ "state": "RELEASED", "skipCode": null }));

    // selected and approved before the settlement, released after it: its money is from before
    approve(&court, &people, &first).await;
    app.go_to("2026-03-04T09:00:00+08:00").await;
    settle(&court, &cases[2], "2026-03-04").await;
    assert_eq!(release(&court, &people, &first).await, json!({ "state": "SKIPPED", "skipCode": "CASE_NOT_OPEN" }));
    court.app.finish().await;
}
both!(settlement_2_a_payout_run_leaves_out_what_waits_and_says_why, super::runs);

const SEEN: &str = "status settlements { status paid endedOn ground } suspensions { endedOn endDocument }";

/// How a case stands that ended on 2 March by `document` with 100.00 paid.
fn ended(status: &str, document: &str) -> Value {
    json!({ "status": status,
        "settlements": [{ "status": "CASE_CLOSED", "paid": "100.00", "endedOn": "2026-03-02", "ground": null }],
        "suspensions": [{ "endedOn": "2026-03-02", "endDocument": document }] })
}

fn conclude(case: &Value, manner: &str, document: &str) -> Value {
    json!({ "case": case["id"], "manner": manner, "document": document })
}

async fn ends(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let pays = async |case: &Value, amount: &str| {
        let direct = json!({ "claim": case["claims"][0]["id"], "manner": "DIRECT", "amount": amount,
            "satisfiedOn": "2026-03-02", "document": "收条" });
        app.done(officer, "recordSatisfaction", direct, "satisfaction { id }").await;
    };
    // ended before it is performed: the settlement goes on between the parties
    let case = court.open("（2026）湘0102执1号", "1000.00").await;
    let made = settle(&court, &case, "2026-03-02").await;
    pays(&case, "100.00").await;
    let for_now = json!({ "case": case["id"], "document": "终本裁定书" });
    let refused = app.refused(officer, "terminateCaseForNow", for_now).await;
    assert_eq!(refused, ("CASE_NOT_OPEN".into(), "终本规定 第1条".into()));
    let mut keyed = conclude(&case, "ENDED", "终结执行裁定书");
    keyed["idempotencyKey"] = json!("withdrawn-1");
    app.done(officer, "concludeCase", keyed.clone(), "case { status }").await;
    assert_eq!(app.done(officer, "concludeCase", keyed, "case { status }").await["replayed"], true);
    assert_eq!(court.read(&case, SEEN).await, ended("CONCLUDED", "终结执行裁定书"));
    let end = json!({ "settlement": made["id"], "party": case["parties"][0]["id"], "ground": "REPUDIATED",
        "document": "恢复执行申请书" });
    let refused = app.refused(officer, "endSettlement", end).await;
    assert_eq!(refused, ("WRONG_STATE".into(), "执行和解规定 第11条".into()));

    // as performed only once the settlement is
    let paid = court.open("（2026）湘0102执2号", "1000.00").await;
    let made = settle(&court, &paid, "2026-03-02").await;
    pays(&paid, "1000.00").await;
    let performed = conclude(&paid, "PERFORMED", "结案通知书");
    let refused = app.refused(officer, "concludeCase", performed.clone()).await;
    assert_eq!(refused, ("WRONG_STATE".into(), "执行和解规定 第8条".into()));
    let record = json!({ "settlement": made["id"], "document": "履行完毕笔录" });
    app.done(officer, "recordSettlementPerformed", record, "settlement { id }").await;
    let closed = app.done(officer, "concludeCase", performed, "case { status }").await;
    assert_eq!(closed["case"]["status"], "CONCLUDED");

    // to another court
    let leaves = court.open("（2026）湘0102执3号", "1000.00").await;
    settle(&court, &leaves, "2026-03-02").await;
    pays(&leaves, "100.00").await;
    let account = json!({ "accountHolder": "长沙市天心区人民法院", "accountNumber": "1234567890123", "bankCode": BANK,
        "bankName": "工商银行" });
    let transfer = json!({ "case": leaves["id"], "toCourt": "长沙市天心区人民法院", "account": account,
        "document": "交叉执行决定书" });
    let payment = app.done(officer, "transferCase", transfer, "payment { approval { id } }").await["payment"].take();
    let voters = [&people.chief, &people.vice_president, &court.finance];
    app.approve(&payment["approval"]["id"], &voters).await;
    assert_eq!(court.read(&leaves, SEEN).await, ended("TRANSFERRED", "交叉执行决定书"));

    // a suspension without a settlement ends with its case too
    let retried = court.open("（2026）湘0102执4号", "1000.00").await;
    suspend(&court, &retried).await;
    app.done(officer, "concludeCase", conclude(&retried, "ENDED", "终结执行裁定书"), "case { status }").await;
    let seen = court.read(&retried, SEEN).await;
    assert_eq!(seen["suspensions"], json!([{ "endedOn": "2026-03-02", "endDocument": "终结执行裁定书" }]));
    court.app.finish().await;
}
both!(civil_procedure_rules_464_a_settlement_ends_with_its_case_and_is_not_lost, super::ends);

async fn old_money(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执1号", "1000.00").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    receive(&court, &case, "R-1", "300.00").await;
    app.go_to("2026-03-03T09:00:00+08:00").await;
    settle(&court, &case, "2026-03-03").await;
    let paid = async || court.read(&case, "settlements { paid }").await["settlements"][0]["paid"].take();
    assert_eq!(paid().await, "0.00");
    // a plan would give the debtor what the settlement leaves over, though the settlement may still end
    let plan = json!({ "case": case["id"], "ordinaryRule": "PRO_RATA", "executionFeeOrder": "FIRST_MONEY" });
    assert_eq!(app.refused(officer, "draftDistributionPlan", plan).await.0, "CASE_NOT_OPEN");
    let order = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "300.00" });
    let order = approved(&court, &people, order).await;
    app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), "order { id }").await;
    assert_eq!(paid().await, "300.00", "paid after the agreement, though it arrived before");
    court.app.finish().await;
}
both!(settlement_8_old_money_that_is_paid_after_the_agreement_performs_it, super::old_money);

async fn forgiven(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执1号", "1000.00").await;
    let joins = json!({ "role": "JOINING_CREDITOR", "kind": "PERSON", "name": "丙某" });
    let other = app.done(officer, "addParty", json!({ "case": case["id"], "party": joins }), "party { id }").await;
    let claim = json!({ "creditor": other["party"]["id"], "claim": { "cause": "借款", "principal": "500.00" } });
    app.done(officer, "addClaim", claim, "claim { id }").await;
    let mut input = settling(&case);
    input["claims"] = json!([case["claims"][0]["id"]]);
    let made = app.done(officer, "recordSettlement", input, "settlement { id }").await["settlement"].take();
    let direct = json!({ "claim": case["claims"][0]["id"], "manner": "DIRECT", "amount": "700.00",
        "satisfiedOn": "2026-03-02", "document": "收条" });
    app.done(officer, "recordSatisfaction", direct, "satisfaction { id }").await;
    let record = json!({ "settlement": made["id"], "document": "履行完毕笔录" });
    app.done(officer, "recordSettlementPerformed", record, "settlement { id }").await;
    let for_now = json!({ "case": case["id"], "document": "终本裁定书" });
    app.done(officer, "terminateCaseForNow", for_now, "case { status }").await;
    let resume = |number: &str| json!({ "case": case["id"], "caseNumber": number, "filedOn": "2026-03-02", "document": "恢复执行申请书" });
    let select = "case { id targetAmount claims { principal creditor { name } } }";
    let new = app.done(officer, "resumeCase", resume("（2026）湘0102执恢1号"), select).await["case"].take();
    let left = json!([{ "principal": "500.00", "creditor": { "name": "丙某" } }]);
    assert_eq!((&new["claims"], &new["targetAmount"]), (&left, &json!("500.00")), "300.00 were forgiven");
    // a resumed case that stands still goes on: there is no second one beside it
    suspend(&court, &new).await;
    assert_eq!(app.refused(officer, "resumeCase", resume("（2026）湘0102执恢2号")).await.0, "ALREADY_EXISTS");
    court.app.finish().await;
}
both!(settlement_8_what_a_performed_settlement_forgave_is_not_resumed, super::forgiven);
