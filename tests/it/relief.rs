//! Orders on record and relief from fees: what they bind, who agrees to them, how they end.

use crate::{
    both,
    cases::{Court, court},
    disbursement::people,
    support::{app::User, database::TestDatabase},
};
use duixian::access::Role;
use serde_json::{Value, json};

const ORDER: &str = "order { id kind state amount security until endedOn endDocument }";

async fn orders_bind(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let advance = |ground: &str, amount: &str| {
        json!({ "claim": case["claims"][0]["id"], "ground": ground, "amount": amount, "security": "100.00",
            "reasons": "医疗费急需", "document": "（2026）湘0102民初9号裁定书", "orderedOn": "2026-03-02" })
    };
    let wages = app.refused(officer, "recordAdvanceExecution", advance("WAGES", "500.00")).await;
    assert_eq!(wages, ("WRONG_STATE".into(), "民诉法 第109条".into()), "the case is one of personal injury");
    let too_much = app.refused(officer, "recordAdvanceExecution", advance("SUPPORT_OR_MEDICAL", "1000.01")).await;
    assert_eq!(too_much, ("AMOUNT_INVALID".into(), "民诉法 第110条".into()));
    let mut input = advance("SUPPORT_OR_MEDICAL", "500.00");
    input["idempotencyKey"] = json!("advance-01");
    let order = app.done(officer, "recordAdvanceExecution", input.clone(), ORDER).await["order"].take();
    assert_eq!(app.done(officer, "recordAdvanceExecution", input, ORDER).await["replayed"], true);
    let twice = app.refused(officer, "recordAdvanceExecution", advance("URGENT", "1.00")).await;
    assert_eq!(twice.0, "ALREADY_EXISTS");

    // working capital stays on the company's frozen deposit, on nobody else's
    let freeze = |party: usize| {
        json!({ "case": case["id"], "target": "DEBTOR_DEPOSIT", "party": case["parties"][party]["id"],
            "institution": "某银行", "amount": "500.00", "document": "冻结裁定", "frozenOn": "2026-03-02",
            "until": "2026-08-31" })
    };
    let mut measures = Vec::new();
    for party in [1, 2] {
        let payload = app.done(officer, "freezeFunds", freeze(party), "measure { id }").await;
        measures.push(payload["measure"]["id"].clone());
    }
    let capital = |measure: &Value, until: &str| {
        json!({ "measure": measure, "amount": "200.00", "until": until, "reasons": "发放工资",
            "document": "预留流动资金决定书", "orderedOn": "2026-03-02" })
    };
    let person = app.refused(officer, "recordWorkingCapital", capital(&measures[1], "2026-08-31")).await;
    assert_eq!(person.0, "WRONG_STATE");
    let late = app.refused(officer, "recordWorkingCapital", capital(&measures[0], "2026-09-01")).await;
    assert_eq!(late.0, "DATE_INVALID");
    let kept = app.done(officer, "recordWorkingCapital", capital(&measures[0], "2026-08-31"), ORDER).await;
    let kept = kept["order"].clone();
    let deduct = |amount: &str| json!({ "measure": measures[0], "amount": amount, "document": "扣划裁定" });
    let refused = app.refused(officer, "deductFrozenFunds", deduct("300.01")).await;
    assert_eq!(refused, ("AMOUNT_INVALID".into(), "咸丰法院营商环境方案 第16项".into()));
    app.done(officer, "deductFrozenFunds", deduct("300.00"), "measure { deducted }").await;

    let end = |order: &Value, outcome: &str| json!({ "caseOrder": order["id"], "outcome": outcome, "endedOn": "2026-03-02", "document": "（2026）判决书" });
    assert_eq!(app.refused(officer, "endCaseOrder", end(&kept, "REVOKED")).await.0, "WRONG_STATE");
    app.done(officer, "endCaseOrder", end(&kept, "ENDED"), ORDER).await;
    let revoked = app.done(officer, "endCaseOrder", end(&order, "REVOKED"), ORDER).await["order"].take();
    assert_eq!((&revoked["state"], &revoked["endDocument"]), (&json!("REVOKED"), &json!("（2026）判决书")));
    assert_eq!(app.refused(officer, "endCaseOrder", end(&order, "CONFIRMED")).await.0, "WRONG_STATE");
    let seen = court.read(&case, "ordersOnRecord { kind state }").await;
    let both =
        json!([{ "kind": "ADVANCE_EXECUTION", "state": "REVOKED" }, { "kind": "WORKING_CAPITAL", "state": "ENDED" }]);
    assert_eq!(seen["ordersOnRecord"], both);
    court.app.finish().await;
}
both!(an_advance_and_a_reserve_bind_until_they_end, super::orders_bind);

async fn agree(court: &Court, voters: &[&User], relief: &Value) {
    court.app.approve(&relief["approval"]["id"], voters).await;
}

async fn relieves(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let note = json!({ "case": case["id"], "feeOrder": "AFTER_APPLICANT", "amount": "50.00", "executed": "1000.00",
        "document": "执行费计算表" });
    app.done(officer, "recordFeeArrears", note, "feeArrears { id }").await;
    let ask = |party: usize, kind: &str, ground: &str| {
        let mut input = json!({ "party": case["parties"][party]["id"], "fee": "EXECUTION", "kind": kind, "ground": ground,
            "amount": "50.00", "reasons": "生活困难", "document": "减免申请书" });
        match kind {
            "REDUCE" => input["percent"] = json!(40),
            "DEFER" => input["until"] = json!("2026-06-01"),
            _ => {}
        }
        input
    };
    // exemption is for natural persons, and each ground carries its own relief
    let company = app.refused(officer, "proposeFeeRelief", ask(1, "EXEMPT", "OTHER")).await;
    assert_eq!(company, ("FEE_RELIEF_NOT_ALLOWED".into(), "诉讼费用交纳办法 第44条".into()));
    let injured = app.refused(officer, "proposeFeeRelief", ask(2, "EXEMPT", "INJURY")).await;
    assert_eq!(injured, ("FEE_RELIEF_NOT_ALLOWED".into(), "诉讼费用交纳办法 第45条".into()));
    let mut little = ask(1, "REDUCE", "DISASTER");
    little["percent"] = json!(29);
    assert_eq!(app.refused(officer, "proposeFeeRelief", little).await.0, "PARAMETER_INVALID");

    let select = "relief { id status relieved approval { id } }";
    let first = app.done(officer, "proposeFeeRelief", ask(1, "REDUCE", "DISASTER"), select).await["relief"].take();
    assert_eq!(first["relieved"], "20.00");
    assert_eq!(app.refused(officer, "proposeFeeRelief", ask(1, "DEFER", "OTHER")).await.0, "ALREADY_EXISTS");
    let seen = court.read(&case, "feeArrears { amount status }").await;
    assert_eq!(seen["feeArrears"], json!([{ "amount": "50.00", "status": "OPEN" }]), "a proposal changes nothing");
    agree(&court, &[&people.chief, &people.vice_president], &first).await;
    let seen = court.read(&case, "feeArrears { amount status } feeReliefs { status relieved }").await;
    let notes = json!([{ "amount": "50.00", "status": "SETTLED" }, { "amount": "30.00", "status": "OPEN" }]);
    assert_eq!(seen["feeArrears"], notes);
    assert_eq!(seen["feeReliefs"], json!([{ "status": "APPROVED", "relieved": "20.00" }]));

    // a natural person is exempted, and a later plan takes nothing of what was waived
    let second = app.done(officer, "proposeFeeRelief", ask(2, "EXEMPT", "MINIMUM_ALLOWANCE"), select).await;
    agree(&court, &[&people.chief, &people.vice_president], &second["relief"]).await;
    crate::disbursement::receive(&court, &case, "R-1", "500.00").await;
    let simulate = "query ($input: DistributionElementsInput!) { simulateDistribution(input: $input) {
        lines { basis amount } } }";
    let elements = json!({ "case": case["id"], "debtor": case["parties"][2]["id"], "ordinaryRule": "PRO_RATA",
        "executionFeeOrder": "FIRST_MONEY" });
    let seen = app.ask(Some(officer), simulate, json!({ "input": elements })).await;
    let fee = json!({ "basis": "EXECUTION_FEE", "amount": "0.00" });
    assert_eq!(seen["simulateDistribution"]["lines"][0], fee);
    court.app.finish().await;
}
both!(a_fee_is_relieved_within_its_limits_by_two_leaders, super::relieves);

async fn an_officer_leaves(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let here = Some(court.id);
    let maker = app.user("admin-1", "管理员乙", &[Role::Administrator], here).await;
    let successor = app.user("officer-2", "接任承办人", &[Role::Officer], here).await;
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let assign = json!({ "case": case["id"], "officer": officer.account.to_global() });
    app.done(&people.chief, "assignCase", assign, "case { officerId }").await;
    crate::disbursement::receive(&court, &case, "R-1", "300.00").await;
    let grants = "{ roleGrants(first: 100) { nodes { id role account { id } } } }";
    let grants = app.ask(Some(&maker), grants, json!({})).await["roleGrants"]["nodes"].take();
    let own = grants.as_array().unwrap().iter().find(|g| g["account"]["id"] == officer.account.to_global()).unwrap();
    let revoke = json!({ "grant": own["id"], "reason": "调离" });
    let early = app.refused(&maker, "revokeRole", revoke.clone()).await;
    assert_eq!(early, ("CASES_NOT_HANDED_OVER".into(), "执行款物规定 第2条".into()));

    let hand_over = |to: &User| {
        json!({ "court": court.id.to_global(), "officer": officer.account.to_global(),
            "successor": to.account.to_global(), "document": "移交清单" })
    };
    assert_eq!(app.refused(&people.chief, "handOverCases", hand_over(&people.cashier)).await.0, "NOT_FOUND");
    let select = "handover { cases money more }";
    let mut input = hand_over(&successor);
    input["idempotencyKey"] = json!("handover-01");
    let done = app.done(&people.chief, "handOverCases", input.clone(), select).await["handover"].take();
    assert_eq!(done, json!({ "cases": 1, "money": "300.00", "more": false }));
    let again = app.done(&people.chief, "handOverCases", input, select).await;
    assert_eq!((&again["replayed"], &again["handover"]["cases"]), (&json!(true), &json!(1)));
    assert_eq!(court.read(&case, "officerId").await["officerId"], successor.account.to_global());
    let revoked = app.done(&maker, "revokeRole", revoke, "grant { status }").await;
    assert_eq!(revoked["grant"]["status"], "REVOCATION_PROPOSED");
    court.app.finish().await;
}
both!(an_officer_leaves_only_after_his_cases_and_money_changed_hands, super::an_officer_leaves);

async fn waived_after_the_draft(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    crate::disbursement::receive(&court, &case, "R-1", "500.00").await;
    let draft = json!({ "case": case["id"], "debtor": case["parties"][2]["id"], "ordinaryRule": "PRO_RATA",
        "executionFeeOrder": "FIRST_MONEY" });
    let plan = app.done(officer, "draftDistributionPlan", draft, "plan { id lines { basis amount } }").await;
    assert_eq!(plan["plan"]["lines"][0], json!({ "basis": "EXECUTION_FEE", "amount": "50.00" }));
    let plan = plan["plan"]["id"].clone();
    let services: Vec<Value> = case["parties"]
        .as_array()
        .unwrap()
        .iter()
        .map(|party| json!({ "party": party["id"], "servedOn": "2026-03-02", "document": "送达回证" }))
        .collect();
    app.done(officer, "servePlan", json!({ "plan": plan, "services": services }), "plan { id }").await;
    app.go_to("2026-03-18T09:00:00+08:00").await;
    let exempt = json!({ "party": case["parties"][2]["id"], "fee": "EXECUTION", "kind": "EXEMPT",
        "ground": "MINIMUM_ALLOWANCE", "amount": "50.00", "reasons": "生活困难", "document": "减免申请书" });
    let relief = app.done(officer, "proposeFeeRelief", exempt, "relief { approval { id } }").await;
    agree(&court, &[&people.chief, &people.vice_president], &relief["relief"]).await;
    let stale = app.refused(&people.chief, "finalisePlan", json!({ "plan": plan })).await;
    assert_eq!(stale, ("STALE_VERSION".into(), "诉讼费用交纳办法 第45条".into()));
    assert_eq!(court.read(&case, "account { balance }").await["account"]["balance"], "500.00");
    court.app.finish().await;
}
both!(feesmeasures_45_a_fee_waived_since_the_draft_is_not_taken, super::waived_after_the_draft);
