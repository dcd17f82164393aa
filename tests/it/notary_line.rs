//! What a plan holds for a creditor whom nobody can find goes to a notary: the hold becomes the deposit.

use crate::{
    both,
    cases::{BANK, Court, court},
    disbursement::{CARD, bank_pays, confirm, people, receive},
    support::{app::User, database::TestDatabase},
};
use serde_json::{Value, json};

const DEPOSIT: &str = "deposit { id state amount planLineId remindOn payment { status amount approval { id } } }";

/// A plan that gives 600.00 to a creditor without an account, carried out on 18 March 2026. Answers the case and the
/// line.
async fn planned(court: &Court, chief: &User) -> (Value, Value) {
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    receive(court, &case, "R-1", "600.00").await;
    let draft = json!({ "case": case["id"], "debtor": case["parties"][2]["id"], "ordinaryRule": "PRO_RATA",
        "executionFeeOrder": "AT_CLOSE" });
    let plan = app.done(officer, "draftDistributionPlan", draft, "plan { id lines { id basis } }").await["plan"].take();
    let services: Vec<Value> = (0..3)
        .map(|n| json!({ "party": case["parties"][n]["id"], "servedOn": "2026-03-02", "document": "送达回证" }))
        .collect();
    app.done(officer, "servePlan", json!({ "plan": plan["id"], "services": services }), "plan { id }").await;
    let lines = plan["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["basis"] == "ORDINARY").unwrap()["id"].clone();
    let early = app.refused(officer, "depositPlanLine", deposit(&line)).await;
    assert_eq!(early, ("WRONG_STATE".into(), "执行款物规定 第16条".into()), "the plan is not carried out");
    app.go_to("2026-03-18T09:00:00+08:00").await;
    app.done(chief, "finalisePlan", json!({ "plan": plan["id"] }), "plan { id }").await;
    (case, line)
}
fn deposit(line: &Value) -> Value {
    json!({ "planLine": line, "ground": "WHEREABOUTS_UNKNOWN", "evidence": "两次电话、一次邮寄均未送达",
        "account": { "accountHolder": "湖南省长沙市某某公证处", "accountNumber": "1234567890123", "bankCode": BANK,
            "bankName": "工商银行" }, "document": "提存审批表2026-1" })
}
async fn line_of(court: &Court, case: &Value) -> Value {
    let select = "account { balance available } distributionPlans { nodes { lines { basis state } } }";
    let seen = court.read(case, select).await;
    let lines = seen["distributionPlans"]["nodes"][0]["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["basis"] == "ORDINARY").unwrap();
    json!([line["state"], seen["account"]["balance"], seen["account"]["available"]])
}

async fn a_hold_becomes_a_deposit(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let (case, line) = planned(&court, &people.chief).await;
    assert_eq!(line_of(&court, &case).await, json!(["AWAITING_PAYEE", "600.00", "0.00"]));
    let mut wordless = deposit(&line);
    wordless["evidence"] = json!(" ");
    assert_eq!(app.refused(officer, "depositPlanLine", wordless).await.0, "TEXT_INVALID");
    let mut input = deposit(&line);
    input["idempotencyKey"] = json!("deposit-line-1");
    let made = app.done(officer, "depositPlanLine", input.clone(), DEPOSIT).await["deposit"].take();
    assert_eq!(app.done(officer, "depositPlanLine", input.clone(), DEPOSIT).await["replayed"], true);
    assert_eq!((&made["amount"], &made["planLineId"], &made["state"]), (&json!("600.00"), &line, &json!("OPEN")));
    assert_eq!(app.refused(officer, "depositPlanLine", deposit(&line)).await.0, "ALREADY_EXISTS");
    input["idempotencyKey"] = json!("deposit-line-2");
    let document = "mutation ($input: DepositPlanLineInput!) { depositPlanLine(input: $input) { replayed } }";
    assert_eq!(app.error_code(Some(&people.cashier), document, json!({ "input": input })).await, "FORBIDDEN");
    assert_eq!(line_of(&court, &case).await[0], "AWAITING_PAYEE", "a proposal moves nothing");

    app.approve(&made["payment"]["approval"]["id"], &[&people.chief, &court.finance]).await;
    assert_eq!(line_of(&court, &case).await, json!(["PAYABLE", "0.00", "0.00"]));
    assert_eq!(app.refused(officer, "depositPlanLine", deposit(&line)).await.0, "WRONG_STATE");
    // the creditor turns up too late: he goes to the notary, the payment is not turned round to him
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let order = json!({ "case": case["id"], "planLine": line, "payee": payee, "amount": "600.00" });
    let late = app.refused(officer, "draftDisbursementOrder", order).await;
    assert_eq!(late, ("WRONG_STATE".into(), "执行款物规定 第16条".into()));

    let node = "query ($id: ID!) { node(id: $id) { ... on NotaryDeposit {
        payment { payable { attempts { id } } } } } }";
    let paid = app.ask(Some(officer), node, json!({ "id": made["id"] })).await["node"].take();
    bank_pays(&court, &people, &paid["payment"]["payable"]["attempts"][0]).await;
    let certificate =
        json!({ "deposit": made["id"], "certificate": "（2026）湘长某证字第1号", "depositedOn": "2026-03-18" });
    let done = app.done(officer, "recordNotaryCertificate", certificate, DEPOSIT).await["deposit"].take();
    assert_eq!((&done["state"], &done["remindOn"]), (&json!("DEPOSITED"), &json!("2030-09-18")));
    let seen = court.read(&case, "claims { outstanding satisfactions { manner amount } }").await;
    let performed =
        json!({ "outstanding": "400.00", "satisfactions": [{ "manner": "NOTARY_DEPOSIT", "amount": "600.00" }] });
    assert_eq!(seen["claims"][0], performed);
    court.app.finish().await;
}
both!(what_a_plan_holds_for_a_lost_creditor_goes_to_a_notary, super::a_hold_becomes_a_deposit);

async fn the_creditor_is_found(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let (case, line) = planned(&court, &people.chief).await;
    let made = app.done(officer, "depositPlanLine", deposit(&line), DEPOSIT).await["deposit"].take();
    app.approve(&made["payment"]["approval"]["id"], &[&people.chief]).await;
    // before the last vote he is found and paid: the deposit cannot be approved any more
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let order = json!({ "case": case["id"], "planLine": line, "payee": payee, "amount": "600.00" });
    let order = crate::disbursement::approved(&court, &people, order).await;
    app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), "order { status }").await;
    let digest = "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }";
    let approval = &made["payment"]["approval"]["id"];
    let seen = app.ask(Some(&court.finance), digest, json!({ "id": approval })).await;
    let mut vote = json!({ "approval": approval, "digest": seen["node"]["digest"] });
    let refused = app.refused(&court.finance, "approve", vote.clone()).await;
    assert!(["WRONG_STATE", "SATISFACTION_EXCEEDS_CLAIM"].contains(&refused.0.as_str()), "{refused:?}");
    vote["reason"] = json!("债权人已找到");
    app.done(&court.finance, "reject", vote, "approval { status }").await;
    assert_eq!(line_of(&court, &case).await, json!(["PAYABLE", "0.00", "0.00"]));
    court.app.finish().await;
}
both!(a_creditor_who_is_found_in_time_is_paid_instead, super::the_creditor_is_found);
