//! An execution fee that was taken leaves for the treasury by the number of its payment book, once.

use crate::{
    both,
    cases::{BANK, Court, court},
    disbursement::{CARD, bank_pays, confirm, people, receive},
    support::{app::User, database::TestDatabase},
};
use serde_json::{Value, json};

const PAYMENT: &str = "payment { id kind status amount reference approval { id digest } }";
const FEE: &str = "executionFee { taken remitted standing owed }";

/// A plan that takes the fee first, carried out on 18 March 2026: 1.5 percent of what is above 10,000.00, and 50.00.
async fn charged(court: &Court, chief: &User) -> Value {
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "59748.04").await;
    receive(court, &case, "R-1", "59748.04").await;
    confirm(court, &case["parties"][0], "易某", CARD).await;
    let draft = json!({ "case": case["id"], "debtor": case["parties"][2]["id"], "ordinaryRule": "PRO_RATA",
        "executionFeeOrder": "FIRST_MONEY" });
    let plan = app.done(officer, "draftDistributionPlan", draft, "plan { id }").await["plan"].take();
    let services: Vec<Value> = (0..3)
        .map(|n| json!({ "party": case["parties"][n]["id"], "servedOn": "2026-03-02", "document": "送达回证" }))
        .collect();
    app.done(officer, "servePlan", json!({ "plan": plan["id"], "services": services }), "plan { id }").await;
    app.go_to("2026-03-18T09:00:00+08:00").await;
    app.done(chief, "finalisePlan", json!({ "plan": plan["id"] }), "plan { id }").await;
    case
}

async fn goes_to_the_treasury(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = charged(&court, &people.chief).await;
    let fee = court.read(&case, FEE).await["executionFee"].take();
    // law.md R7.01: 50.00 + 1.5 % of 49,748.04 = 796.22
    assert_eq!(fee, json!({ "taken": "796.22", "remitted": "0.00", "standing": "796.22", "owed": "0.00" }));
    let remit = |amount: &str, number: &str| {
        json!({ "case": case["id"], "amount": amount, "treasuryNumber": number, "document": "执行费结算单",
            "account": { "accountHolder": "国家金库长沙市中心支库", "accountNumber": "1234567890123", "bankCode": BANK,
                "bankName": "国库" } })
    };
    for (amount, law) in [("796.23", "诉讼费用交纳办法 第52条"), ("0.00", "本系统格式规则 金额")] {
        let refused = app.refused(officer, "remitExecutionFee", remit(amount, "4300260001")).await;
        assert_eq!(refused, ("AMOUNT_INVALID".into(), law.into()), "{amount}");
    }
    let mut input = remit("700.00", "4300260001");
    input["idempotencyKey"] = json!("remit-fee-1");
    let first = app.done(officer, "remitExecutionFee", input.clone(), PAYMENT).await["payment"].take();
    assert_eq!(app.done(officer, "remitExecutionFee", input.clone(), PAYMENT).await["replayed"], true);
    assert_eq!((&first["kind"], &first["reference"]), (&json!("FEE_REMITTANCE"), &json!("4300260001")));
    // a payment book is used once, and what is proposed already is not proposed again
    let twice = app.refused(officer, "remitExecutionFee", remit("1.00", "4300260001")).await;
    assert_eq!(twice, ("ALREADY_EXISTS".into(), "诉讼费用交纳办法 第52条".into()));
    assert_eq!(app.refused(officer, "remitExecutionFee", remit("96.23", "4300260002")).await.0, "AMOUNT_INVALID");
    input["idempotencyKey"] = json!("remit-fee-2");
    let document = "mutation ($input: RemitExecutionFeeInput!) { remitExecutionFee(input: $input) { replayed } }";
    assert_eq!(app.error_code(Some(&people.cashier), document, json!({ "input": input })).await, "FORBIDDEN");
    let vote = json!({ "approval": first["approval"]["id"], "digest": first["approval"]["digest"] });
    assert_eq!(app.refused(officer, "approve", vote).await.0, "MAKER_MAY_NOT_APPROVE");
    assert_eq!(court.read(&case, FEE).await["executionFee"]["standing"], "796.22", "a proposal moves nothing");

    app.approve(&first["approval"]["id"], &[&people.chief, &court.finance]).await;
    let fee = court.read(&case, FEE).await["executionFee"].take();
    assert_eq!(fee, json!({ "taken": "796.22", "remitted": "700.00", "standing": "96.22", "owed": "0.00" }));
    let list = "query ($filter: SpecialPaymentFilter) { specialPayments(filter: $filter) { nodes {
        payable { purpose attempts { id state } } } } }";
    let seen = app.ask(Some(officer), list, json!({ "filter": { "kind": "FEE_REMITTANCE" } })).await;
    let payable = &seen["specialPayments"]["nodes"][0]["payable"];
    assert_eq!(payable["purpose"], "TREASURY");
    bank_pays(&court, &people, &payable["attempts"][0]).await;

    // what is left is listed with what other cases owe, and a rejected proposal frees its number
    let other = court.open("（2026）湘0102执13号", "1000.00").await;
    let note = json!({ "case": other["id"], "feeOrder": "AFTER_APPLICANT", "amount": "50.00", "executed": "1000.00",
        "document": "执行费计算表" });
    app.done(officer, "recordFeeArrears", note, "feeArrears { id }").await;
    let query = "query ($court: ID!, $after: ID) { executionFees(court: $court, after: $after) {
        case { caseNumber } standing owed } }";
    let seen = app.ask(Some(&court.finance), query, json!({ "court": court.id.to_global() })).await;
    let listed = json!([
        { "case": { "caseNumber": "（2026）湘0102执12号" }, "standing": "96.22", "owed": "0.00" },
        { "case": { "caseNumber": "（2026）湘0102执13号" }, "standing": "0.00", "owed": "50.00" },
    ]);
    assert_eq!(seen["executionFees"], listed);
    let behind = json!({ "court": court.id.to_global(), "after": case["id"] });
    let seen = app.ask(Some(&court.finance), query, behind).await;
    assert_eq!(seen["executionFees"].as_array().unwrap().len(), 1);
    let last = app.done(officer, "remitExecutionFee", remit("96.22", "4300260003"), PAYMENT).await["payment"].take();
    let no = json!({ "approval": last["approval"]["id"], "digest": last["approval"]["digest"], "reason": "编号有误" });
    app.done(&people.chief, "reject", no, "approval { status }").await;
    let last = app.done(officer, "remitExecutionFee", remit("96.22", "4300260003"), PAYMENT).await["payment"].take();
    app.approve(&last["approval"]["id"], &[&people.chief, &court.finance]).await;
    assert_eq!(court.read(&case, FEE).await["executionFee"]["standing"], "0.00");
    let page = "query ($court: ID!, $after: ID) { executionFees(court: $court, after: $after, first: 1) {
        case { caseNumber } } }";
    let numbers = async |after: &Value| {
        let here = json!({ "court": court.id.to_global(), "after": after });
        let seen = app.ask(Some(&court.finance), page, here).await["executionFees"].take();
        seen.as_array().unwrap().iter().map(|fee| fee["case"]["caseNumber"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&Value::Null).await, ["（2026）湘0102执13号"], "a fee that has left is not listed");

    // taken back before the bank has it, it stands here again
    let list = json!({ "filter": { "kind": "FEE_REMITTANCE", "status": "APPROVED" } });
    let query = "query ($filter: SpecialPaymentFilter) { specialPayments(filter: $filter) { nodes {
        reference payable { id } } } }";
    let seen = app.ask(Some(officer), query, list).await["specialPayments"]["nodes"].take();
    let last = seen.as_array().unwrap().iter().find(|payment| payment["reference"] == "4300260003").unwrap().clone();
    let cancel = json!({ "payable": last["payable"]["id"], "reason": "缴款书作废", "document": "作废说明" });
    let change = app.done(officer, "cancelPayable", cancel, "change { approval { id } }").await["change"].take();
    app.approve(&change["approval"]["id"], &[&people.chief, &court.finance]).await;
    assert_eq!(court.read(&case, FEE).await["executionFee"]["standing"], "96.22");
    assert_eq!(numbers(&Value::Null).await, ["（2026）湘0102执12号"]);
    assert_eq!(numbers(&case["id"]).await, ["（2026）湘0102执13号"], "a page goes on behind its last case");

    // what the fee account pays is not the case's money any more: both sides of the month agree on every case
    app.go_to("2026-04-01T09:00:00+08:00").await;
    let month = json!({ "court": court.id.to_global(), "month": "2026-03-01" });
    let select = "reconciliation { lines(first: 50) { nodes { subject enforcement finance difference } } }";
    let opened = app.done(&court.administrator, "openMonthlyReconciliation", month, select).await;
    let lines = opened["reconciliation"]["lines"]["nodes"].as_array().unwrap();
    // a line that is zero on both sides is not shown: the case has nothing left
    assert!(!lines.is_empty() && lines.iter().all(|line| line["difference"] == "0.00"), "{lines:#?}");
    court.app.finish().await;
}
both!(an_execution_fee_leaves_for_the_treasury_once, super::goes_to_the_treasury);
