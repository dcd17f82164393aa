//! A plan from its draft to the last fen: computed, served, objected to, carried out, paid.

use crate::{
    both,
    cases::{Court, WORKER, court},
    disbursement::{CARD, approved, bank_pays, confirm, people, receive},
    support::database::TestDatabase,
};
use serde_json::{Value, json};

/// A natural person owes a bank with a mortgage, two ordinary creditors and one more who joined.
async fn indebted(court: &Court) -> Value {
    let claim = |creditor: u32, rank: &str, order: u32, principal: &str| {
        json!({ "creditor": creditor, "claim": { "rank": rank, "rankOrder": order, "cause": "借款",
            "security": if rank == "SECURED" { json!("房屋抵押") } else { Value::Null }, "principal": principal } })
    };
    let party = |role: &str, kind: &str, name: &str| json!({ "role": role, "kind": kind, "name": name });
    let input = json!({
        "caseNumber": "（2026）湘0102执20号", "basisNumber": "（2025）湘0102民初20号", "filedOn": "2026-02-27",
        "parties": [
            { "role": "APPLICANT", "kind": "PERSON", "name": "甲某", "identityNumber": WORKER },
            party("APPLICANT", "ENTERPRISE", "乙银行"), party("JOINING_CREDITOR", "PERSON", "丙某"),
            party("JOINING_CREDITOR", "PERSON", "丁某"), party("RESPONDENT", "PERSON", "戊某"),
        ],
        "claims": [claim(0, "ORDINARY", 1, "123456.78"), claim(1, "SECURED", 1, "300000.00")],
    });
    let select = "case { id parties { id name } claims { id } }";
    let case = court.app.done(&court.officer, "openCase", input, select).await["case"].take();
    for (party, principal) in [(2, "234567.89"), (3, "98765.43")] {
        let claim = json!({ "cause": "借款", "principal": principal });
        let input = json!({ "creditor": case["parties"][party]["id"], "claim": claim });
        court.app.done(&court.officer, "addClaim", input, "claim { id }").await;
    }
    case
}

const PLAN: &str = "plan { id version status pool feeArrears unserved { name }
    services { lastDay lamp } objections { id status }
    lines { id basis amount claimed state party { name } payable { id }
        explanation { result law { article } steps { text value } } } }";

fn amounts(plan: &Value) -> Vec<(&str, &str, &str)> {
    let lines = plan["lines"].as_array().unwrap().iter();
    lines.map(|l| (l["basis"].as_str().unwrap(), l["amount"].as_str().unwrap(), l["state"].as_str().unwrap())).collect()
}

async fn distributes(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = indebted(&court).await;
    let draft = json!({ "case": case["id"], "ordinaryRule": "PRO_RATA", "executionFeeOrder": "FIRST_MONEY",
        "costs": [{ "appraisal": true, "party": case["parties"][0]["id"], "amount": "5000.00", "document": "发票" }] });
    assert_eq!(app.refused(officer, "draftDistributionPlan", draft.clone()).await.0, "POOL_EMPTY");
    // costs 5,000.00, fee 7,525.13 and mortgage 300,000.00 leave 199,987.37 for the three ordinary claims
    receive(&court, &case, "R-1", "500000.00").await;
    receive(&court, &case, "R-2", "12512.50").await;
    confirm(&court, &case["parties"][0], "甲某", CARD).await;
    confirm(&court, &case["parties"][1], "乙银行", "1234567890123").await;
    confirm(&court, &case["parties"][2], "丙某", "1234567890124").await;

    // before a draft the same elements say what it would give, and leave nothing behind
    let simulate = "query ($input: DistributionElementsInput!) { simulateDistribution(input: $input) {
        pool executed lines { basis amount claimNumber party { name } } } }";
    let seen = app.ask(Some(officer), simulate, json!({ "input": draft })).await["simulateDistribution"].take();
    assert_eq!(seen["pool"], "512512.50");
    let third = json!({ "basis": "ORDINARY", "amount": "54050.64", "claimNumber": 1, "party": { "name": "甲某" } });
    assert_eq!(seen["lines"][3], third);
    let plans = app.ask(Some(officer), "{ distributionPlans { nodes { id } } }", json!({})).await;
    assert_eq!(plans["distributionPlans"]["nodes"], json!([]));
    let mut first = draft.clone();
    first["firstSeizure"] = case["claims"][0]["id"].clone();
    let code = app.error_code(Some(officer), simulate, json!({ "input": first })).await;
    assert_eq!(code, "BAD_USER_INPUT", "the court gives nothing to who seized first");

    let plan = app.done(officer, "draftDistributionPlan", draft.clone(), PLAN).await["plan"].take();
    assert_eq!(plan["pool"], "512512.50");
    assert_eq!(
        amounts(&plan),
        [
            ("APPRAISAL_COST", "5000.00", "PLANNED"),
            ("EXECUTION_FEE", "7525.13", "PLANNED"),
            ("SECURED", "300000.00", "PLANNED"),
            ("ORDINARY", "54050.64", "PLANNED"),
            ("ORDINARY", "102696.22", "PLANNED"),
            ("ORDINARY", "43240.51", "PLANNED"),
        ]
    );
    let why = &plan["lines"][3]["explanation"];
    assert_eq!((&why["result"], &why["law"][0]["article"]), (&json!("54050.64"), &json!("第508条")));
    assert!(!why["steps"].as_array().unwrap().is_empty());

    let this = json!({ "plan": plan["id"] });
    assert_eq!(app.refused(&people.chief, "finalisePlan", this.clone()).await.0, "WRONG_STATE");
    let serve = |parties: &[usize], day: &str| {
        let services: Vec<Value> = parties
            .iter()
            .map(|n| json!({ "party": case["parties"][n]["id"], "servedOn": day, "document": "送达回证" }))
            .collect();
        json!({ "plan": plan["id"], "services": services })
    };
    assert_eq!(app.refused(officer, "servePlan", serve(&[0], "2026-03-03")).await.0, "DATE_INVALID");
    let served = app.done(officer, "servePlan", serve(&[0, 1, 2, 3], "2026-03-02"), PLAN).await["plan"].take();
    assert_eq!(served["unserved"], json!([{ "name": "戊某" }]));
    assert_eq!(served["services"][0], json!({ "lastDay": "2026-03-17", "lamp": "GREEN" }));
    assert_eq!(app.refused(officer, "servePlan", serve(&[0], "2026-03-02")).await.0, "ALREADY_EXISTS");
    app.go_to("2026-03-05T09:00:00+08:00").await;
    app.done(officer, "servePlan", serve(&[4], "2026-03-05"), "plan { id }").await;

    // 丁某 disputes the share of 丙某 on the last day of his own term; a day later he would be late
    let object = |lines: Value| json!({ "plan": plan["id"], "party": case["parties"][3]["id"], "lines": lines, "grounds": "债权不实" });
    app.go_to("2026-03-17T17:00:00+08:00").await;
    assert_eq!(app.refused(officer, "objectToPlan", object(json!([]))).await.0, "LIST_INVALID");
    let select = "objection { id status }";
    let disputed = object(json!([plan["lines"][4]["id"]]));
    let objection = app.done(officer, "objectToPlan", disputed.clone(), select).await["objection"].take();
    app.go_to("2026-03-18T09:00:00+08:00").await;
    assert_eq!(
        app.refused(officer, "objectToPlan", disputed).await,
        ("OBJECTION_TOO_LATE".into(), "民诉解释 第509条".into())
    );
    app.go_to("2026-03-20T09:00:00+08:00").await;
    assert_eq!(app.refused(&people.chief, "finalisePlan", this.clone()).await.0, "OBJECTION_TERM_RUNNING");
    app.go_to("2026-03-21T09:00:00+08:00").await;
    assert_eq!(app.refused(&people.chief, "finalisePlan", this.clone()).await.1, "民诉解释 第510条");
    let resolve = |to: &str| json!({ "objection": objection["id"], "resolution": to, "document": "起诉材料" });
    assert_eq!(app.refused(officer, "resolveObjection", resolve("OPEN")).await.0, "WRONG_STATE");
    app.done(officer, "resolveObjection", resolve("SUED"), "objection { status }").await;
    assert_eq!(app.refused(officer, "resolveObjection", resolve("LAPSED")).await.0, "WRONG_STATE");

    let done = app.done(&people.chief, "finalisePlan", this.clone(), PLAN).await["plan"].take();
    let states: Vec<_> = amounts(&done).into_iter().map(|(_, _, state)| state).collect();
    assert_eq!(states, ["PAYABLE", "BOOKED", "PAYABLE", "PAYABLE", "HELD", "AWAITING_PAYEE"]);
    assert_eq!(app.refused(&people.chief, "finalisePlan", this).await.0, "WRONG_STATE");
    let seen = court.read(&case, "account { balance available held }").await;
    assert_eq!(seen["account"], json!({ "balance": "145936.73", "available": "0.00", "held": "145936.73" }));

    // the mortgage is paid by an order of its own; a line is paid once and in full
    let order = |line: usize, payee: &Value| {
        json!({ "case": case["id"], "planLine": done["lines"][line]["id"], "payee": payee,
        "amount": done["lines"][line]["amount"] })
    };
    let payees = court.read(&case, "parties { payee { id } }").await;
    let bank = &payees["parties"][1]["payee"]["id"];
    let mut wrong = order(2, bank);
    wrong["amount"] = json!("299999.99");
    assert_eq!(app.refused(officer, "draftDisbursementOrder", wrong).await.0, "AMOUNT_INVALID");
    assert_eq!(app.refused(officer, "draftDisbursementOrder", order(4, bank)).await.0, "WRONG_STATE");
    assert_eq!(
        app.refused(officer, "draftDisbursementOrder", order(2, &payees["parties"][0]["payee"]["id"])).await.0,
        "PAYEE_NAME_MISMATCH"
    );
    let paid = approved(&court, &people, order(2, bank)).await;
    let select = "order { attempts { id } }";
    let paid = app.done(&people.cashier, "payOut", json!({ "order": paid["id"] }), select).await["order"].take();
    bank_pays(&court, &people, &paid["attempts"][0]).await;

    // 丁某 confirms his account later: the money that waited for him is paid
    let late = confirm(&court, &case["parties"][3], "丁某", "1234567890125").await;
    let waited = approved(&court, &people, order(5, &late)).await;
    let waited = app.done(&people.cashier, "payOut", json!({ "order": waited["id"] }), select).await["order"].take();
    bank_pays(&court, &people, &waited["attempts"][0]).await;
    let seen = court.read(&case, "account { balance held } claims { outstanding }").await;
    assert_eq!(seen["account"], json!({ "balance": "102696.22", "held": "102696.22" }));
    assert_eq!(seen["claims"][1]["outstanding"], "0.00");
    assert_eq!(seen["claims"][3]["outstanding"], "55524.92");
    court.app.finish().await;
}
both!(a_plan_is_served_disputed_in_part_and_carried_out_by_another_person, super::distributes);

async fn replaces_a_draft(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = indebted(&court).await;
    receive(&court, &case, "R-1", "1000.00").await;
    let draft =
        |rule: &str| json!({ "case": case["id"], "ordinaryRule": rule, "executionFeeOrder": "AFTER_APPLICANT" });
    let first = app.done(officer, "draftDistributionPlan", draft("PRO_RATA"), PLAN).await["plan"].take();
    // 50.00 of fee stays owed: the mortgage takes all there is
    assert_eq!((&first["feeArrears"], &first["version"]), (&json!("50.00"), &json!(1)));
    assert_eq!(app.refused(officer, "draftDistributionPlan", draft("RATIO_ONE_TITLE")).await.0, "PARAMETER_INVALID");
    let second = app.done(officer, "draftDistributionPlan", draft("SEIZURE_ORDER"), PLAN).await["plan"].take();
    assert_eq!(second["version"], 2);
    let query = "{ distributionPlans { nodes { version status } } }";
    let seen = app.ask(Some(officer), query, json!({})).await["distributionPlans"]["nodes"].take();
    assert_eq!(seen, json!([{ "version": 2, "status": "DRAFT" }, { "version": 1, "status": "WITHDRAWN" }]));
    let other = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[duixian::access::Role::Officer], Some(other)).await;
    assert_eq!(app.ask(Some(&stranger), query, json!({})).await["distributionPlans"]["nodes"], json!([]));
    assert_eq!(app.refused(&stranger, "draftDistributionPlan", draft("PRO_RATA")).await.0, "NOT_FOUND");
    court.app.finish().await;
}
both!(a_new_draft_withdraws_the_one_before_it, super::replaces_a_draft);
