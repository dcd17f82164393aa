//! An advance that the judgment did not grant: nothing more of it is paid, and what was paid is to be given back.

use crate::{
    both,
    cases::{Court, court},
    disbursement::{CARD, People, approved, bank_pays, confirm, people, receive, says, send},
    support::database::TestDatabase,
};
use serde_json::{Value, json};

const ENDED: &str = "order { id state executionReturns { id amount due returned paymentState party { name } } }";

/// A case with money, a payee and an advance of this amount.
async fn advanced(court: &Court, number: &str, advance: &str) -> (Value, Value, Value) {
    let case = court.open(number, "1000.00").await;
    receive(court, &case, &format!("R-{number}"), "600.00").await;
    let payee = confirm(court, &case["parties"][0], "易某", CARD).await;
    let input = json!({ "claim": case["claims"][0]["id"], "ground": "SUPPORT_OR_MEDICAL", "amount": advance,
        "reasons": "医疗费急需", "document": "先予执行裁定书", "orderedOn": "2026-03-02" });
    let order = court.app.done(&court.officer, "recordAdvanceExecution", input, "order { id }").await;
    (case, payee, order["order"]["id"].clone())
}
fn draft(case: &Value, payee: &Value, amount: &str) -> Value {
    json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": amount })
}
fn revoke(order: &Value) -> Value {
    json!({ "caseOrder": order, "outcome": "REVOKED", "endedOn": "2026-03-02", "document": "（2026）判决书" })
}
async fn pay(court: &Court, people: &People, input: Value) -> Value {
    let order = approved(court, people, input).await;
    let select = "order { id attempts { id } payable { id } }";
    court.app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), select).await["order"].take()
}
async fn status(court: &Court, order: &Value) -> Value {
    let document = "query ($id: ID!) { node(id: $id) { ... on DisbursementOrder { status payable { state } } } }";
    court.app.ask(Some(&court.officer), document, json!({ "id": order["id"] })).await["node"].take()
}

async fn what_is_open_stops(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let (case, payee, advance) = advanced(&court, "（2026）湘0102执12号", "250.00").await;
    let first = pay(&court, &people, draft(&case, &payee, "200.00")).await;
    bank_pays(&court, &people, &first["attempts"][0]).await;
    let second = pay(&court, &people, draft(&case, &payee, "100.00")).await;
    let mut input = revoke(&advance);
    input["idempotencyKey"] = json!("advance-end-1");
    let ended = app.done(officer, "endCaseOrder", input.clone(), ENDED).await["order"].take();
    assert_eq!(app.done(officer, "endCaseOrder", input, ENDED).await["replayed"], true);
    let back = &ended["executionReturns"];
    assert_eq!(back.as_array().unwrap().len(), 1, "only what the bank has paid");
    assert_eq!((&back[0]["amount"], &back[0]["due"]), (&json!("200.00"), &json!("200.00")));
    assert_eq!(back[0]["party"]["name"], "易某");
    assert_eq!(status(&court, &second).await["payable"]["state"], "CANCELLED");
    let seen = court.read(&case, "account { balance available }").await;
    assert_eq!(seen["account"], json!({ "balance": "400.00", "available": "400.00" }), "its money is here again");

    // nothing more is paid on the claim, by no road
    let revoked = ("ADVANCE_REVOKED".to_owned(), "民诉法 第110条".to_owned());
    assert_eq!(app.refused(officer, "draftDisbursementOrder", draft(&case, &payee, "1.00")).await, revoked);
    let again = json!({ "claim": case["claims"][0]["id"], "ground": "URGENT", "amount": "1.00", "reasons": "急需",
        "document": "裁定书", "orderedOn": "2026-03-02" });
    assert_eq!(app.refused(officer, "recordAdvanceExecution", again).await, revoked);
    let run = json!({ "court": court.id.to_global(), "selection": "ALL_PAYABLE" });
    assert_eq!(app.refused(&court.administrator, "draftPayoutRun", run).await.0, "SELECTION_EMPTY");

    // it comes back in parts, never more than is due
    let returns = |amount: &str, day: &str| json!({ "executionReturn": back[0]["id"], "amount": amount, "returnedOn": day, "document": "返还收据" });
    for (amount, day, code) in [
        ("200.01", "2026-03-02", "AMOUNT_INVALID"),
        ("0.00", "2026-03-02", "AMOUNT_INVALID"),
        ("1.00", "2026-03-03", "DATE_INVALID"),
    ] {
        let refused = app.refused(officer, "recordExecutionReturn", returns(amount, day)).await;
        assert_eq!(refused, (code.into(), "民诉解释 第173条".into()), "{amount} on {day}");
    }
    let select = "executionReturn { returned due }";
    for (amount, left) in [("150.00", "50.00"), ("50.00", "0.00")] {
        let done = app.done(officer, "recordExecutionReturn", returns(amount, "2026-03-02"), select).await;
        assert_eq!(done["executionReturn"]["due"], left);
    }
    assert_eq!(app.refused(officer, "recordExecutionReturn", returns("0.01", "2026-03-02")).await.0, "AMOUNT_INVALID");
    let document =
        "mutation ($input: RecordExecutionReturnInput!) { recordExecutionReturn(input: $input) { replayed } }";
    let mut input = returns("0.01", "2026-03-02");
    input["idempotencyKey"] = json!("return-cashier");
    assert_eq!(app.error_code(Some(&people.cashier), document, json!({ "input": input })).await, "FORBIDDEN");
    court.app.finish().await;
}
both!(a_revoked_advance_stops_what_is_open_and_claims_back_what_was_paid, super::what_is_open_stops);

async fn an_order_that_nobody_paid(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let (case, payee, advance) = advanced(&court, "（2026）湘0102执12号", "500.00").await;
    let order = approved(&court, &people, draft(&case, &payee, "500.00")).await;
    let ended = app.done(officer, "endCaseOrder", revoke(&advance), ENDED).await["order"].take();
    assert_eq!(ended["executionReturns"], json!([]));
    assert_eq!(status(&court, &order).await["status"], "RECALLED");
    assert_eq!(app.refused(&people.cashier, "payOut", json!({ "order": order["id"] })).await.0, "WRONG_STATE");

    // confirmed by the judgment, an advance stops nothing
    let (case, payee, advance) = advanced(&court, "（2026）湘0102执13号", "500.00").await;
    let order = approved(&court, &people, draft(&case, &payee, "500.00")).await;
    let mut confirmed = revoke(&advance);
    confirmed["outcome"] = json!("CONFIRMED");
    app.done(officer, "endCaseOrder", confirmed, ENDED).await;
    app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), "order { status }").await;
    court.app.finish().await;
}
both!(a_revoked_advance_recalls_its_orders, super::an_order_that_nobody_paid);

async fn the_bank_has_it(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let (case, payee, advance) = advanced(&court, "（2026）湘0102执12号", "300.00").await;
    let paid = pay(&court, &people, draft(&case, &payee, "400.00")).await;
    send(&court, &people).await;
    let ended = app.done(officer, "endCaseOrder", revoke(&advance), ENDED).await["order"].take();
    let back = &ended["executionReturns"][0];
    assert_eq!((&back["amount"], &back["due"]), (&json!("300.00"), &json!("0.00")), "at most the advance");
    assert_eq!(back["paymentState"], "IN_TRANSIT");
    let early =
        json!({ "executionReturn": back["id"], "amount": "1.00", "returnedOn": "2026-03-02", "document": "收据" });
    assert_eq!(app.refused(officer, "recordExecutionReturn", early).await.0, "WRONG_STATE");
    assert_eq!(says(&court, &paid["attempts"][0], "ACSC", None).await, "SETTLED");
    let node = "query ($id: ID!) { node(id: $id) { ... on ExecutionReturn { due paymentState } } }";
    let seen = app.ask(Some(officer), node, json!({ "id": back["id"] })).await["node"].take();
    assert_eq!(seen, json!({ "due": "300.00", "paymentState": "PAID" }));

    // the bank rejects another: it is not paid again
    let (case, payee, advance) = advanced(&court, "（2026）湘0102执13号", "300.00").await;
    let paid = pay(&court, &people, draft(&case, &payee, "300.00")).await;
    send(&court, &people).await;
    app.done(officer, "endCaseOrder", revoke(&advance), ENDED).await;
    assert_eq!(says(&court, &paid["attempts"][0], "RJCT", Some("AC04")).await, "REJECTED");
    let account = json!({ "accountHolder": "易某", "accountNumber": "1234567890123", "bankCode": crate::cases::BANK,
        "bankName": "工商银行" });
    let correction = json!({ "payee": payee, "account": account, "document": "确认书2号", "reason": "账号有误" });
    let proposed = app.done(officer, "correctPayee", correction, "correction { approval { id } }").await;
    app.approve(&proposed["correction"]["approval"]["id"], &[&court.administrator]).await;
    let retry = json!({ "payable": paid["payable"]["id"] });
    let refused = app.refused(&people.cashier, "retryPayout", retry).await;
    assert_eq!(refused, ("ADVANCE_REVOKED".into(), "民诉法 第110条".into()));
    court.app.finish().await;
}
both!(what_the_bank_has_of_a_revoked_advance_is_due_once_it_has_paid, super::the_bank_has_it);

async fn a_notary_gets_nothing_more(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let receipt = receive(&court, &case, "R-1", "300.00").await.to_global();
    let input = json!({ "claim": case["claims"][0]["id"], "ground": "SUPPORT_OR_MEDICAL", "amount": "300.00",
        "reasons": "医疗费急需", "document": "先予执行裁定书", "orderedOn": "2026-03-02" });
    let advance = app.done(officer, "recordAdvanceExecution", input, "order { id }").await["order"]["id"].take();
    let input = json!({ "claim": case["claims"][0]["id"], "ground": "WHEREABOUTS_UNKNOWN",
        "evidence": "两次电话、一次邮寄均未送达", "sources": [{ "receipt": receipt, "amount": "300.00" }],
        "account": { "accountHolder": "湖南省长沙市某某公证处", "accountNumber": "1234567890123",
            "bankCode": crate::cases::BANK, "bankName": "工商银行" }, "document": "提存审批表2026-1" });
    let select = "deposit { id payment { approval { id } } }";
    let deposit = app.done(officer, "proposeNotaryDeposit", input, select).await["deposit"].take();
    app.approve(&deposit["payment"]["approval"]["id"], &[&people.chief, &court.finance]).await;
    let node = "query ($id: ID!) { node(id: $id) { ... on NotaryDeposit {
        payment { payable { id attempts { id } } } } } }";
    let paid = app.ask(Some(officer), node, json!({ "id": deposit["id"] })).await["node"]["payment"]["payable"].take();
    send(&court, &people).await;
    app.done(officer, "endCaseOrder", revoke(&advance), ENDED).await;
    // the bank was too late with it: nothing keeps the payment back but the judgment
    assert_eq!(says(&court, &paid["attempts"][0], "RJCT", Some("TM01")).await, "REJECTED");
    let refused = app.refused(&people.cashier, "retryPayout", json!({ "payable": paid["id"] })).await;
    assert_eq!(refused, ("ADVANCE_REVOKED".into(), "民诉法 第110条".into()));
    court.app.finish().await;
}
both!(to_a_notary_goes_nothing_more_of_a_revoked_advance, super::a_notary_gets_nothing_more);

async fn a_plan_lets_go(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    receive(&court, &case, "R-1", "600.00").await;
    let input = json!({ "claim": case["claims"][0]["id"], "ground": "SUPPORT_OR_MEDICAL", "amount": "600.00",
        "reasons": "医疗费急需", "document": "先予执行裁定书", "orderedOn": "2026-03-02" });
    let advance = app.done(officer, "recordAdvanceExecution", input, "order { id }").await["order"]["id"].take();
    // no account is confirmed: what the plan gives him is held
    let draft = json!({ "case": case["id"], "debtor": case["parties"][2]["id"], "ordinaryRule": "PRO_RATA",
        "executionFeeOrder": "AT_CLOSE" });
    let plan = app.done(officer, "draftDistributionPlan", draft, "plan { id }").await["plan"].take();
    let services: Vec<Value> = (0..3)
        .map(|n| json!({ "party": case["parties"][n]["id"], "servedOn": "2026-03-02", "document": "送达回证" }))
        .collect();
    app.done(officer, "servePlan", json!({ "plan": plan["id"], "services": services }), "plan { id }").await;
    app.go_to("2026-03-18T09:00:00+08:00").await;
    let select = "plan { lines { basis amount state } }";
    let done = app.done(&people.chief, "finalisePlan", json!({ "plan": plan["id"] }), select).await["plan"].take();
    let held = |state: &str| json!({ "basis": "ORDINARY", "amount": "600.00", "state": state });
    assert!(done["lines"].as_array().unwrap().contains(&held("AWAITING_PAYEE")), "{done}");
    assert_eq!(court.read(&case, "account { available }").await["account"]["available"], "0.00");
    let ended = json!({ "caseOrder": advance, "outcome": "REVOKED", "endedOn": "2026-03-18", "document": "判决书" });
    app.done(officer, "endCaseOrder", ended, ENDED).await;
    assert_eq!(court.read(&case, "account { available }").await["account"]["available"], "600.00");
    let seen = court.read(&case, "distributionPlans { nodes { lines { basis amount state } } }").await;
    let lines = seen["distributionPlans"]["nodes"][0]["lines"].as_array().unwrap().clone();
    assert!(lines.contains(&held("CANCELLED")), "{lines:?}");
    court.app.finish().await;
}
both!(a_plan_lets_go_what_it_held_for_a_revoked_advance, super::a_plan_lets_go);

async fn a_run_leaves_it_out(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let (_, _, advance) = advanced(&court, "（2026）湘0102执12号", "500.00").await;
    advanced(&court, "（2026）湘0102执13号", "500.00").await;
    let select = "run { id count approval { id } }";
    let draft = json!({ "court": court.id.to_global(), "selection": "SMALL_LIVELIHOOD" });
    let run = app.done(&court.administrator, "draftPayoutRun", draft, select).await["run"].take();
    assert_eq!(run["count"], 2);
    let this = json!({ "run": run["id"] });
    let run = app.done(&court.administrator, "submitPayoutRun", this.clone(), select).await["run"].take();
    app.approve(&run["approval"]["id"], &[&people.chief, &court.finance]).await;
    app.done(officer, "endCaseOrder", revoke(&advance), ENDED).await;
    app.done(&people.cashier, "releasePayoutRun", this, select).await;
    app.settle().await;
    let query = "{ payoutRuns { nodes { status lines { nodes { state skipCode } } } } }";
    let seen = app.ask(Some(&people.cashier), query, json!({})).await["payoutRuns"]["nodes"][0].take();
    assert_eq!(seen["status"], "RELEASED", "the others go on");
    let lines = seen["lines"]["nodes"].as_array().unwrap();
    assert!(lines.contains(&json!({ "state": "SKIPPED", "skipCode": "ADVANCE_REVOKED" })), "{lines:?}");
    assert!(lines.contains(&json!({ "state": "RELEASED", "skipCode": null })), "{lines:?}");
    court.app.finish().await;
}
both!(a_run_leaves_out_what_was_revoked_since_its_approval, super::a_run_leaves_it_out);
