//! A case that goes to another court: its freezes stay in force, in the hands of that court.

use crate::{
    both,
    cases::{BANK, Court, court, opening},
    disbursement::people,
    support::{app::User, database::TestDatabase},
};
use duixian::access::Role;
use serde_json::{Value, json};

async fn freeze(court: &Court, case: &Value, party: usize, rank: u32, until: &str) -> Value {
    let input = json!({ "case": case["id"], "target": "DEBTOR_DEPOSIT", "party": case["parties"][party]["id"],
        "institution": "某银行", "accountNumber": "1234567890123", "amount": "400.00", "seizureRank": rank,
        "document": "冻结裁定", "frozenOn": "2026-03-02", "until": until });
    court.app.done(&court.officer, "freezeFunds", input, "measure { id }").await["measure"]["id"].take()
}
/// What an officer sees of the freezes of his court.
async fn measures(court: &Court, officer: &User, of: &str) -> Value {
    let list = "query ($court: ID!) { measures(filter: { court: $court, status: ACTIVE }) {
        nodes { id seizureRank until lamp maskedAccount party { name } case { caseNumber } } } }";
    court.app.ask(Some(officer), list, json!({ "court": of })).await["measures"]["nodes"].take()
}

async fn freezes_follow_the_case(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let first = freeze(&court, &case, 1, 1, "2026-03-20").await;
    let waiting = freeze(&court, &case, 2, 3, "2026-12-31").await;
    let ended = freeze(&court, &case, 2, 2, "2026-12-31").await;
    app.done(officer, "liftFreeze", json!({ "measure": ended, "document": "解除裁定" }), "measure { id }").await;
    let capital = json!({ "measure": first, "amount": "100.00", "until": "2026-03-20", "reasons": "发放工资",
        "document": "预留流动资金决定书", "orderedOn": "2026-03-02" });
    app.done(officer, "recordWorkingCapital", capital, "order { id }").await;

    let there = app.court("湘0103").await;
    let taker = app.user("taker", "受移送法院承办人", &[Role::Officer], Some(there)).await;
    let open = |number: &str| opening(number, "1000.00");
    let select = "case { id version }";
    let new = app.done(&taker, "openCase", open("（2026）湘0103执9号"), select).await["case"].take();
    let take =
        |case: &Value, from: &str| json!({ "case": case["id"], "fromCaseNumber": from, "document": "交叉执行决定书" });
    let number = "（2026）湘0102执12号";
    assert_eq!(app.refused(&taker, "takeOverCase", take(&new, number)).await.0, "NOT_FOUND", "it has not left yet");

    let transfer = |court: &str| {
        json!({ "case": case["id"], "toCourt": "湘0103人民法院（2026）湘0103执9号", "takingCourt": court,
            "account": { "accountHolder": "湘0103人民法院", "accountNumber": "1234567890123", "bankCode": BANK,
                "bankName": "工商银行" }, "document": "交叉执行决定书" })
    };
    let own = app.refused(officer, "transferCase", transfer(&court.id.to_global())).await;
    assert_eq!(own, ("WRONG_STATE".into(), "民诉法 第237条".into()));
    let payment = app.done(officer, "transferCase", transfer(&there.to_global()), "payment { approval { id } }").await;
    let voters = [&people.chief, &people.vice_president, &court.finance];
    app.approve(&payment["payment"]["approval"]["id"], &voters).await;
    assert_eq!(court.read(&case, "status").await["status"], "TRANSFERRED");
    assert_eq!(measures(&court, officer, &court.id.to_global()).await.as_array().unwrap().len(), 2, "until taken over");

    // only the court that was named takes it over, with a case of the same debtors, once
    let third = app.court("湘0104").await;
    let stranger = app.user("stranger", "无关法院承办人", &[Role::Officer], Some(third)).await;
    let foreign = app.done(&stranger, "openCase", open("（2026）湘0104执1号"), select).await["case"].take();
    assert_eq!(app.refused(&stranger, "takeOverCase", take(&foreign, number)).await.0, "NOT_FOUND");
    assert_eq!(app.refused(&stranger, "takeOverCase", take(&new, number)).await.0, "NOT_FOUND");
    let mut other = open("（2026）湘0103执10号");
    other["parties"].as_array_mut().unwrap().truncate(2);
    let other = app.done(&taker, "openCase", other, select).await["case"].take();
    let missing = app.refused(&taker, "takeOverCase", take(&other, number)).await;
    assert_eq!(missing, ("PARTY_MISSING".into(), "民诉法 第237条".into()));
    let mut input = take(&new, number);
    input["idempotencyKey"] = json!("take-over-1");
    let select = "case { takenOver ordersOnRecord { kind state amount } }";
    let taken = app.done(&taker, "takeOverCase", input.clone(), select).await["case"].take();
    assert_eq!(taken["takenOver"], json!([number]));
    let reserve = json!([{ "kind": "WORKING_CAPITAL", "state": "IN_FORCE", "amount": "100.00" }]);
    assert_eq!(taken["ordersOnRecord"], reserve);
    assert_eq!(app.done(&taker, "takeOverCase", input, select).await["replayed"], true);
    let again = app.refused(&taker, "takeOverCase", take(&new, number)).await;
    assert_eq!(again, ("ALREADY_EXISTS".into(), "民诉法 第237条".into()));
    assert_eq!(court.read(&case, "takenOverBy").await["takenOverBy"], "（2026）湘0103执9号");

    // ranks, last days and reminders are the new court's, and nothing of it is the old one's
    assert_eq!(measures(&court, officer, &court.id.to_global()).await, json!([]));
    let mut seen = measures(&court, &taker, &there.to_global()).await;
    let rows = seen.as_array_mut().unwrap();
    rows.sort_by_key(|row| row["seizureRank"].as_i64());
    let of = |id: &Value, rank: i32, until: &str, lamp: &str, name: &str| {
        json!({ "id": id, "seizureRank": rank, "until": until, "lamp": lamp, "maskedAccount": "****0123",
            "party": { "name": name }, "case": { "caseNumber": "（2026）湘0103执9号" } })
    };
    let company = "长沙某某建筑有限公司";
    assert_eq!(rows[0], of(&first, 1, "2026-03-20", "YELLOW", company));
    assert_eq!(rows[1], of(&waiting, 3, "2026-12-31", "GREEN", "吴某"));
    let renew = json!({ "measure": first, "until": "2026-09-20", "document": "续行冻结裁定" });
    assert_eq!(app.refused(officer, "renewFreeze", renew.clone()).await.0, "NOT_FOUND");
    app.done(&taker, "renewFreeze", renew, "measure { until }").await;
    let deduct = |amount: &str| json!({ "measure": first, "amount": amount, "document": "扣划裁定" });
    assert_eq!(
        app.refused(&taker, "deductFrozenFunds", deduct("300.01")).await.0,
        "AMOUNT_INVALID",
        "the reserve holds"
    );
    app.done(&taker, "deductFrozenFunds", deduct("300.00"), "measure { deducted }").await;
    court.app.finish().await;
}
both!(freezes_of_a_case_follow_it_to_the_court_that_takes_it_over, super::freezes_follow_the_case);
