//! The bank's interest: it stands undistributed, is blocked until a document of the treasury says where it goes, and then
//! leaves for that account alone, by three people.

use crate::{
    both,
    cases::{BANK, Court, court},
    disbursement::{bank_pays, people, receive},
    support::{app::User, database::TestDatabase},
};
use duixian::access::Role;
use serde_json::{Value, json};

/// The bank credits interest to the court's account for case money: nobody's at first, until two people have seen it.
async fn accrues(court: &Court, cashier: &User, amount: &str) {
    let (app, finance) = (&court.app, &court.finance);
    let receipt = court.receive(&court.arrival("I-1", amount)).await.unwrap();
    let mut input = json!({ "receipt": receipt.to_global(), "document": "2026年第一季度结息单" });
    assert_eq!(barred(court, finance, "recordBankInterest", input.clone()).await, "FORBIDDEN");
    input["idempotencyKey"] = json!("interest-credit-1");
    let select = "credit { id status amount approval { id steps } receipt { status } }";
    let found = app.done(cashier, "recordBankInterest", input.clone(), select).await["credit"].take();
    let again = app.done(cashier, "recordBankInterest", input.clone(), select).await;
    assert_eq!((&again["replayed"], &again["credit"]["id"]), (&json!(true), &found["id"]));
    assert_eq!((&found["approval"]["steps"], &found["amount"]), (&json!(["FINANCE_REVIEWER"]), &json!(amount)));
    assert_eq!(found["receipt"]["status"], "UNIDENTIFIED");
    input["idempotencyKey"] = json!("interest-credit-2");
    assert_eq!(app.refused(cashier, "recordBankInterest", input.clone()).await.0, "ALREADY_EXISTS");
    assert_eq!(seen(court).await["undistributed"], "0.00", "one alone finds nothing");
    app.approve(&found["approval"]["id"], &[finance]).await;
    assert_eq!(court.receipt(receipt, "status remaining").await, json!({ "status": "INTEREST", "remaining": "0.00" }));
    assert_eq!(app.refused(cashier, "recordBankInterest", input).await.0, "RECEIPT_NOT_UNIDENTIFIED");
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let owned = receive(court, &case, "R-1", "5.00").await;
    let wrong = json!({ "receipt": owned.to_global(), "document": "结息单" });
    assert_eq!(app.refused(cashier, "recordBankInterest", wrong).await.0, "RECEIPT_NOT_UNIDENTIFIED");
}
async fn seen(court: &Court) -> Value {
    let document = "query ($court: ID!) { bankInterest(court: $court, book: CASE_FUNDS) { undistributed
        destination { document payeeName } proposal { document } } }";
    let variables = json!({ "court": court.id.to_global() });
    court.app.ask(Some(&court.finance), document, variables).await["bankInterest"].take()
}
fn destination(court: &Court, document: &str) -> Value {
    json!({ "court": court.id.to_global(), "book": "CASE_FUNDS", "document": document,
        "account": { "accountHolder": "长沙市芙蓉区财政局国库", "accountNumber": "1234567890123", "bankCode": BANK,
            "bankName": "工商银行" } })
}
fn remittance(court: &Court, amount: Value) -> Value {
    json!({ "court": court.id.to_global(), "book": "CASE_FUNDS", "amount": amount, "document": "非税缴款书1号" })
}
async fn barred(court: &Court, user: &User, name: &str, mut input: Value) -> String {
    input["idempotencyKey"] = json!("barred-0001");
    let title = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let document = format!("mutation ($input: {title}Input!) {{ {name}(input: $input) {{ replayed }} }}");
    court.app.error_code(Some(user), &document, json!({ "input": input })).await
}
const DESTINATION: &str = "destination { id status effectiveAt maskedAccount approval { id digest steps } }";
const PAYMENT: &str = "payment { id kind status amount reference payeeName approval { id digest steps }
    payable { purpose state attempts { id } } }";

async fn goes_where_the_treasury_says(database: TestDatabase) {
    let court = court(database).await;
    let (app, finance, people) = (&court.app, &court.finance, people(&court).await);
    let cashier = app.user("cashier-2", "出纳乙", &[Role::Cashier], Some(court.id)).await;
    let foreign = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院财务", &[Role::FinanceReviewer], Some(foreign)).await;
    accrues(&court, &cashier, "12.34").await;
    assert_eq!(seen(&court).await, json!({ "undistributed": "12.34", "destination": null, "proposal": null }));

    // blocked while nobody has said where it goes
    let unset = app.refused(&cashier, "remitBankInterest", remittance(&court, Value::Null)).await;
    assert_eq!(unset, ("INTEREST_DESTINATION_UNSET".into(), "执行款物规定 第4条".into()));
    let set = destination(&court, "湘财库〔2026〕1号");
    assert_eq!(barred(&court, &cashier, "setInterestDestination", set.clone()).await, "FORBIDDEN");
    assert_eq!(barred(&court, finance, "remitBankInterest", remittance(&court, Value::Null)).await, "FORBIDDEN");
    assert_eq!(app.refused(&stranger, "setInterestDestination", set.clone()).await.0, "NOT_FOUND");
    assert_eq!(app.refused(finance, "setInterestDestination", destination(&court, " ")).await.0, "TEXT_INVALID");
    let mut keyed = set.clone();
    keyed["idempotencyKey"] = json!("interest-destination-1");
    let proposed = app.done(finance, "setInterestDestination", keyed.clone(), DESTINATION).await;
    let again = app.done(finance, "setInterestDestination", keyed, DESTINATION).await;
    assert_eq!((&again["replayed"], &again["destination"]["id"]), (&json!(true), &proposed["destination"]["id"]));
    let proposed = &proposed["destination"];
    assert_eq!((&proposed["status"], &proposed["effectiveAt"]), (&json!("PENDING"), &Value::Null));
    assert_eq!(proposed["approval"]["steps"], json!(["VICE_PRESIDENT"]));
    assert_eq!(app.refused(finance, "setInterestDestination", set).await.0, "PROPOSAL_OPEN");
    let unset = app.refused(&cashier, "remitBankInterest", remittance(&court, Value::Null)).await;
    assert_eq!(unset.0, "INTEREST_DESTINATION_UNSET", "a proposal opens nothing");
    app.approve(&proposed["approval"]["id"], &[&people.vice_president]).await;
    let named = json!({ "document": "湘财库〔2026〕1号", "payeeName": "长沙市芙蓉区财政局国库" });
    assert_eq!(seen(&court).await["destination"], named);

    // proposed by the cashier, agreed by two, paid by another cashier
    for (amount, code) in [("0.00", "AMOUNT_INVALID"), ("12.35", "PAYOUT_EXCEEDS_BALANCE")] {
        let refused = app.refused(&cashier, "remitBankInterest", remittance(&court, json!(amount))).await;
        assert_eq!(refused.0, code, "{amount}");
    }
    let mut keyed = remittance(&court, json!("2.34"));
    keyed["idempotencyKey"] = json!("interest-remittance-1");
    let payment = app.done(&cashier, "remitBankInterest", keyed.clone(), PAYMENT).await["payment"].take();
    assert_eq!(app.done(&cashier, "remitBankInterest", keyed, PAYMENT).await["replayed"], true);
    assert_eq!((&payment["kind"], &payment["amount"]), (&json!("BANK_INTEREST"), &json!("2.34")));
    assert_eq!(payment["approval"]["steps"], json!(["FINANCE_REVIEWER", "VICE_PRESIDENT"]));
    let second = app.refused(&cashier, "remitBankInterest", remittance(&court, json!("1.00"))).await;
    assert_eq!(second.0, "PROPOSAL_OPEN");
    assert_eq!(seen(&court).await["undistributed"], "12.34", "nothing moves before the last vote");
    app.approve(&payment["approval"]["id"], &[finance, &people.vice_president]).await;
    assert_eq!(seen(&court).await["undistributed"], "10.00");
    let node = "query ($id: ID!) { node(id: $id) { ... on SpecialPayment { status reference
        payable { purpose state attempts { id } } } } }";
    let paid = app.ask(Some(finance), node, json!({ "id": payment["id"] })).await["node"].take();
    assert_eq!((&paid["status"], &paid["reference"]), (&json!("APPROVED"), &json!("湘财库〔2026〕1号")));
    assert_eq!((&paid["payable"]["purpose"], &paid["payable"]["state"]), (&json!("TREASURY"), &json!("IN_TRANSIT")));
    bank_pays(&court, &people, &paid["payable"]["attempts"][0]).await;

    // another destination since the proposal: it is proposed anew
    let rest =
        app.done(&cashier, "remitBankInterest", remittance(&court, Value::Null), PAYMENT).await["payment"].take();
    assert_eq!(rest["amount"], "10.00");
    app.approve(&rest["approval"]["id"], &[finance]).await;
    app.go_to("2026-03-03T09:00:00+08:00").await;
    let other =
        app.done(finance, "setInterestDestination", destination(&court, "湘财库〔2026〕2号"), DESTINATION).await;
    app.approve(&other["destination"]["approval"]["id"], &[&people.vice_president]).await;
    let vote = json!({ "approval": rest["approval"]["id"], "digest": rest["approval"]["digest"] });
    assert_eq!(app.refused(&people.vice_president, "approve", vote.clone()).await.0, "WRONG_STATE");
    let mut no = vote;
    no["reason"] = json!("去向已变更");
    app.done(&people.vice_president, "reject", no, "approval { status }").await;
    let rest =
        app.done(&cashier, "remitBankInterest", remittance(&court, Value::Null), PAYMENT).await["payment"].take();
    assert_eq!((&rest["amount"], &rest["reference"]), (&json!("10.00"), &json!("湘财库〔2026〕2号")));
    app.approve(&rest["approval"]["id"], &[finance, &people.vice_president]).await;
    assert_eq!(seen(&court).await["undistributed"], "0.00");
    let nothing = app.refused(&cashier, "remitBankInterest", remittance(&court, Value::Null)).await;
    assert_eq!(nothing.0, "AMOUNT_INVALID");
    // enforcement and finance agree on the month: what was nobody's is interest on both sides
    app.go_to("2026-04-01T09:00:00+08:00").await;
    let month = json!({ "court": court.id.to_global(), "month": "2026-03-01" });
    let select =
        "reconciliation { items(first: 5) { nodes { id } } lines(first: 5) { nodes { subject enforcement finance } } }";
    let opened = app.done(&court.administrator, "openMonthlyReconciliation", month, select).await;
    assert_eq!(opened["reconciliation"]["items"]["nodes"], json!([]), "{opened:#}");
    court.app.finish().await;
}
both!(interest_of_the_bank_leaves_only_where_a_document_says, super::goes_where_the_treasury_says);
