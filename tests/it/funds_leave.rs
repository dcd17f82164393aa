//! A case leaves with its money, a debtor goes bankrupt, a winner gets the fee back, freezes are renewed in time.

use crate::{
    both,
    cases::{BANK, Court, court},
    disbursement::{CARD, People, approved, confirm, people, send},
    funds::{Arrival, case_id},
    support::database::TestDatabase,
};
use duixian::ledger::Book;
use serde_json::{Value, json};

fn account(holder: &str) -> Value {
    json!({ "accountHolder": holder, "accountNumber": "1234567890123", "bankCode": BANK, "bankName": "工商银行" })
}
async fn arrives(court: &Court, case: &Value, reference: &'static str, amount: &str, payer: &'static str) -> String {
    let arrival = Arrival { case: Some(case_id(case)), payer, ..court.arrival(reference, amount) };
    court.receive(&arrival).await.unwrap().to_global()
}
async fn leaders_agree(court: &Court, people: &People, payment: &Value) {
    let voters = [&people.chief, &people.vice_president, &court.finance];
    court.app.approve(&payment["approval"]["id"], &voters).await;
}
const PAYMENT: &str =
    "payment { id kind status amount dueOn reference approval { id steps } payable { state purpose } }";

async fn a_case_goes_to_another_court(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    arrives(&court, &case, "R-1", "300.00", "吴某").await;
    let transfer = json!({ "case": case["id"], "toCourt": "长沙市天心区人民法院（2026）湘0103执9号",
        "account": account("长沙市天心区人民法院"), "document": "交叉执行决定书", "idempotencyKey": "transfer-01" });
    let first = app.done(officer, "transferCase", transfer.clone(), PAYMENT).await["payment"].take();
    assert_eq!((&first["kind"], &first["amount"]), (&json!("COURT_TRANSFER"), &json!("300.00")));
    assert_eq!(app.done(officer, "transferCase", transfer.clone(), PAYMENT).await["replayed"], true);
    // money that comes after the proposal changes what leaves: the last approval is refused, nothing moves
    arrives(&court, &case, "R-2", "5.00", "吴某").await;
    app.approve(&first["approval"]["id"], &[&people.chief, &people.vice_president]).await;
    let digest = "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }";
    let seen = app.ask(Some(&court.finance), digest, json!({ "id": first["approval"]["id"] })).await;
    let vote = json!({ "approval": first["approval"]["id"], "digest": seen["node"]["digest"] });
    assert_eq!(app.refused(&court.finance, "approve", vote.clone()).await.0, "STALE_VERSION");
    let mut no = vote;
    no["reason"] = json!("金额有变");
    app.done(&court.finance, "reject", no, "approval { status }").await;
    let mut again = transfer.clone();
    again["idempotencyKey"] = json!("transfer-02");
    let second = app.done(officer, "transferCase", again, PAYMENT).await["payment"].take();
    leaders_agree(&court, &people, &second).await;
    let seen = court.read(&case, "status closingDocument account { balance }").await;
    assert_eq!(
        seen,
        json!({ "status": "TRANSFERRED", "closingDocument": "交叉执行决定书", "account": { "balance": "0.00" } })
    );
    let list = "query ($filter: SpecialPaymentFilter) { specialPayments(filter: $filter) { nodes { amount payable { state purpose } } } }";
    let seen = app.ask(Some(officer), list, json!({ "filter": { "status": "APPROVED" } })).await;
    let gone = json!([{ "amount": "305.00", "payable": { "state": "IN_TRANSIT", "purpose": "COURT_TRANSFER" } }]);
    assert_eq!(seen["specialPayments"]["nodes"], gone);
    let mut closed = transfer.clone();
    closed["idempotencyKey"] = json!("transfer-03");
    assert_eq!(app.refused(officer, "transferCase", closed).await.0, "CASE_NOT_OPEN");

    // an empty case leaves without a payment; one whose money is bound stays
    let empty = court.open("（2026）湘0102执13号", "1000.00").await;
    let of = |case: &Value, key: &str| {
        let mut input = transfer.clone();
        (input["case"], input["idempotencyKey"]) = (case["id"].clone(), json!(key));
        input
    };
    let payment = app.done(officer, "transferCase", of(&empty, "transfer-04"), PAYMENT).await["payment"].take();
    leaders_agree(&court, &people, &payment).await;
    assert_eq!(court.read(&empty, "status").await["status"], "TRANSFERRED");
    let bound = court.open("（2026）湘0102执14号", "1000.00").await;
    arrives(&court, &bound, "R-3", "9.00", "吴某").await;
    let freeze = json!({ "case": bound["id"], "target": "CASE_MONEY", "institution": "外地法院", "amount": "1.00",
        "document": "另案冻结", "frozenOn": "2026-03-02", "until": "2026-09-02" });
    app.done(officer, "freezeFunds", freeze, "measure { id }").await;
    assert_eq!(
        app.refused(officer, "transferCase", of(&bound, "transfer-05")).await,
        ("CASE_HAS_OPEN_MONEY".into(), "执行款物规定 第4条".into())
    );
    court.app.finish().await;
}
both!(a_case_leaves_with_all_of_its_money_or_not_at_all, super::a_case_goes_to_another_court);

async fn a_debtor_goes_bankrupt(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let other_case = court.open("（2026）湘0102执13号", "1000.00").await;
    arrives(&court, &case, "R-1", "300.00", "长沙某某建筑有限公司").await;
    let own = arrives(&court, &case, "R-2", "200.00", "吴某").await;
    arrives(&court, &other_case, "R-3", "50.00", "不知名").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let order = |amount: &str, receipt: Option<&String>| {
        let mut input =
            json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": amount });
        if let Some(receipt) = receipt {
            input["sources"] = json!([{ "receipt": receipt, "amount": amount }]);
        }
        input
    };
    // one order waits for the bank's file, one for the cashier, when the news comes
    let paid = approved(&court, &people, order("100.00", None)).await;
    app.done(&people.cashier, "payOut", json!({ "order": paid["id"] }), "order { status }").await;
    let record = json!({ "party": case["parties"][1]["id"], "acceptingCourt": "长沙市中级人民法院", "acceptedOn": "2026-03-01",
        "document": "（2026）湘01破1号裁定书", "idempotencyKey": "bankrupt-01" });
    let mut wrong = record.clone();
    (wrong["party"], wrong["idempotencyKey"]) = (case["parties"][0]["id"].clone(), json!("bankrupt-02"));
    assert_eq!(app.refused(officer, "recordBankruptcyAcceptance", wrong).await.0, "PARTY_MISSING");
    let mut early = record.clone();
    (early["acceptedOn"], early["idempotencyKey"]) = (json!("2026-03-03"), json!("bankrupt-03"));
    assert_eq!(app.refused(officer, "recordBankruptcyAcceptance", early).await.0, "DATE_INVALID");
    let select = "bankruptcy { id status inTransit { amount state } cases { caseNumber } }";
    let found = app.done(officer, "recordBankruptcyAcceptance", record.clone(), select).await["bankruptcy"].take();
    assert_eq!(app.done(officer, "recordBankruptcyAcceptance", record, select).await["replayed"], true);
    assert_eq!(found["inTransit"], json!([{ "amount": "100.00", "state": "QUEUED" }]));
    assert_eq!(found["cases"].as_array().unwrap().len(), 2, "the same company in its other case");

    // what waits for the file is not written, new orders of this money are refused, in every case of the debtor
    app.settle().await;
    let file = json!({ "court": court.id.to_global(), "book": "CASE_FUNDS" });
    assert_eq!(app.refused(&people.cashier, "writePaymentFile", file).await.0, "SELECTION_EMPTY");
    let second_payee = confirm(&court, &other_case["parties"][0], "易某", CARD).await;
    let elsewhere = json!({ "case": other_case["id"], "claim": other_case["claims"][0]["id"], "payee": second_payee, "amount": "50.00" });
    let blocked = ("DEBTOR_BANKRUPT".to_owned(), "企业破产法 第16条".to_owned());
    assert_eq!(app.refused(officer, "draftDisbursementOrder", elsewhere).await, blocked);
    // another debtor's money is not the estate's; while the first payment is open its claim waits
    assert_eq!(app.refused(officer, "draftDisbursementOrder", order("200.00", Some(&own))).await.0, "ALREADY_EXISTS");

    let leave = json!({ "bankruptcy": found["id"], "case": case["id"], "account": account("某某公司管理人"), "document": "管理人函" });
    let payment = app.done(officer, "payToAdministrator", leave, PAYMENT).await["payment"].take();
    assert_eq!((&payment["amount"], &payment["kind"]), (&json!("200.00"), &json!("ADMINISTRATOR")));
    leaders_agree(&court, &people, &payment).await;
    assert_eq!(court.read(&case, "account { balance }").await["account"]["balance"], "200.00");
    send(&court, &people).await;
    let end = json!({ "bankruptcy": found["id"], "document": "驳回破产申请裁定书" });
    app.done(officer, "endBankruptcy", end.clone(), "bankruptcy { status }").await;
    assert_eq!(app.refused(officer, "endBankruptcy", end).await.0, "WRONG_STATE");
    let seen = court.read(&case, "bankruptcies { status endDocument }").await;
    assert_eq!(seen["bankruptcies"], json!([{ "status": "ENDED", "endDocument": "驳回破产申请裁定书" }]));
    // the payment that waited goes with the next file
    send(&court, &people).await;
    court.app.finish().await;
}
both!(nobody_is_paid_from_a_bankrupt_debtors_money, super::a_debtor_goes_bankrupt);

async fn approval_meets_bankruptcy(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    arrives(&court, &case, "R-1", "300.00", "不知名").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let input = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "100.00" });
    let order = app.done(officer, "draftDisbursementOrder", input, "order { id }").await["order"]["id"].take();
    let submitted = app
        .done(officer, "submitDisbursementOrder", json!({ "order": order }), "order { approval { id digest } }")
        .await;
    let approval = submitted["order"]["approval"].clone();
    app.approve(&approval["id"], &[&court.administrator, &people.chief]).await;
    let record = json!({ "party": case["parties"][2]["id"], "acceptingCourt": "长沙市中级人民法院", "acceptedOn": "2026-03-02", "document": "受理裁定书" });
    app.done(officer, "recordBankruptcyAcceptance", record, "bankruptcy { id }").await;
    let vote = json!({ "approval": approval["id"], "digest": approval["digest"] });
    assert_eq!(app.refused(&court.finance, "approve", vote).await.0, "DEBTOR_BANKRUPT");
    court.app.finish().await;
}
both!(the_last_approval_asks_for_bankruptcy_again, super::approval_meets_bankruptcy);

async fn fees_return_to_the_winner(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let pays = |reference, amount: &str, payer| Arrival {
        book: Book::LitigationFees,
        payer,
        ..court.arrival(reference, amount)
    };
    let first = court.receive(&pays("F-1", "2300.00", "易某")).await.unwrap().to_global();
    let second = court.receive(&pays("F-2", "1020.00", "易 某")).await.unwrap().to_global();
    let other = court.receive(&pays("F-3", "50.00", "吴某")).await.unwrap().to_global();
    let case_money = court.receive(&court.arrival("R-1", "9.00")).await.unwrap().to_global();
    let refund = |receipts: Vec<&String>, effective: &str| {
        json!({ "court": court.id.to_global(), "judgedCase": "（2025）湘0102民初345号", "effectiveOn": effective,
            "receipts": receipts, "document": "退费通知书" })
    };
    for (input, code) in [
        (refund(vec![], "2026-03-01"), "LIST_INVALID"),
        (refund(vec![&first, &first], "2026-03-01"), "LIST_INVALID"),
        (refund(vec![&first, &other], "2026-03-01"), "LIST_INVALID"),
        (refund(vec![&case_money], "2026-03-01"), "NOT_FOUND"),
        (refund(vec![&first], "2026-03-03"), "DATE_INVALID"),
    ] {
        assert_eq!(app.refused(officer, "refundFee", input).await.0, code);
    }
    let part = json!({ "receipt": first, "amount": "1.00", "document": "退费" });
    assert_eq!(
        app.refused(officer, "refundReceipt", part).await.0,
        "WRONG_STATE",
        "a fee goes back whole or not at all"
    );
    let payment =
        app.done(officer, "refundFee", refund(vec![&first, &second], "2026-03-01"), PAYMENT).await["payment"].take();
    assert_eq!((&payment["amount"], &payment["dueOn"]), (&json!("3320.00"), &json!("2026-03-03")));
    let again = app.refused(officer, "refundFee", refund(vec![&other], "2026-03-01")).await;
    assert_eq!(again, ("ALREADY_EXISTS".into(), "咸丰法院营商环境方案 第34项".into()));
    let terms = "{ dueTerms(filter: { state: RUNNING, rule: FEE_REFUND_1_WORKING_DAY }) { nodes { dueOn } } }";
    assert_eq!(
        app.ask(Some(officer), terms, json!({})).await["dueTerms"]["nodes"],
        json!([{ "dueOn": "2026-03-03" }, { "dueOn": "2026-03-03" }])
    );
    app.approve(&payment["approval"]["id"], &[&court.finance]).await;
    assert_eq!(app.ask(Some(officer), terms, json!({})).await["dueTerms"]["nodes"], json!([]));
    let trial = "query ($court: ID!) { trialBalance(court: $court, asOf: \"2026-03-02\") { balanced lines { book code balance } } }";
    let seen =
        app.ask(Some(&court.finance), trial, json!({ "court": court.id.to_global() })).await["trialBalance"].take();
    assert_eq!(seen["balanced"], true);
    let transit = json!({ "book": "LITIGATION_FEES", "code": "IN_TRANSIT", "balance": "3320.00" });
    assert!(seen["lines"].as_array().unwrap().contains(&transit), "{seen:#}");
    court.app.finish().await;
}
both!(a_fee_is_refunded_once_whole_and_from_the_fee_account, super::fees_return_to_the_winner);

async fn freezes_are_renewed_and_not_excessive(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let freeze = |amount: &str, rank: i32| {
        json!({ "case": case["id"], "target": "DEBTOR_DEPOSIT", "party": case["parties"][2]["id"], "institution": "某银行",
            "amount": amount, "seizureRank": rank, "document": "冻结裁定", "frozenOn": "2026-03-02", "until": "2026-03-31" })
    };
    assert_eq!(app.refused(officer, "freezeFunds", freeze("1200.01", 1)).await.0, "OVER_PRESERVATION");
    let measure = app.done(officer, "freezeFunds", freeze("1200.00", 1), "measure { id lamp }").await["measure"].take();
    assert_eq!(measure["lamp"], "YELLOW");
    assert_eq!(
        app.refused(officer, "freezeFunds", freeze("0.01", 1)).await,
        ("OVER_PRESERVATION".into(), "咸丰法院营商环境方案 第10项".into())
    );
    app.done(officer, "freezeFunds", freeze("5000.00", 2), "measure { id }").await;
    let renew = |until: &str| json!({ "measure": measure["id"], "until": until, "document": "续冻裁定" });
    assert_eq!(
        app.refused(officer, "renewFreeze", renew("2027-04-01")).await,
        ("DATE_INVALID".into(), "民诉解释 第485条".into())
    );
    let renewed =
        app.done(officer, "renewFreeze", renew("2027-03-31"), "measure { until lamp document }").await["measure"]
            .take();
    assert_eq!(renewed, json!({ "until": "2027-03-31", "lamp": "GREEN", "document": "续冻裁定" }));
    let list = "query ($filter: MeasureFilter) { measures(filter: $filter) { nodes { amount } } }";
    let soon = json!({ "filter": { "status": "ACTIVE", "until": "2026-04-01" } });
    assert_eq!(app.ask(Some(officer), list, soon).await["measures"]["nodes"], json!([{ "amount": "5000.00" }]));
    app.go_to("2027-04-01T09:00:00.000+08:00").await;
    assert_eq!(app.refused(officer, "renewFreeze", renew("2027-05-01")).await.0, "WRONG_STATE", "it has lapsed");
    court.app.finish().await;
}
both!(freezes_are_renewed_before_they_lapse_and_stay_within_a_fifth, super::freezes_are_renewed_and_not_excessive);

async fn an_uncovered_fee_is_noted(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    confirm(&court, &case["parties"][0], "易某", CARD).await;
    arrives(&court, &case, "R-1", "300.00", "吴某").await;
    let draft = json!({ "case": case["id"], "debtor": case["parties"][2]["id"], "ordinaryRule": "PRO_RATA",
        "executionFeeOrder": "AFTER_APPLICANT" });
    let select = "plan { id feeArrears unserved { id } }";
    let plan = app.done(officer, "draftDistributionPlan", draft, select).await["plan"].take();
    assert_eq!(plan["feeArrears"], "50.00");
    let served = plan["unserved"].as_array().unwrap().iter();
    let served: Vec<_> =
        served.map(|p| json!({ "party": p["id"], "servedOn": "2026-03-02", "document": "送达回证" })).collect();
    app.done(officer, "servePlan", json!({ "plan": plan["id"], "services": served }), "plan { id }").await;
    app.go_to("2026-03-18T09:00:00+08:00").await;
    assert_eq!(court.read(&case, "feeArrears { id }").await["feeArrears"], json!([]), "a draft notes nothing");
    app.done(&people.chief, "finalisePlan", json!({ "plan": plan["id"] }), "plan { status }").await;
    let seen = court.read(&case, "feeArrears { amount executed status feeOrder document }").await;
    let note = json!([{ "amount": "50.00", "executed": "300.00", "status": "OPEN", "feeOrder": "AFTER_APPLICANT",
        "document": "分配方案第1号" }]);
    assert_eq!(seen["feeArrears"], note);
    court.app.finish().await;
}
both!(a_finalised_plan_notes_the_fee_that_it_did_not_cover, super::an_uncovered_fee_is_noted);
