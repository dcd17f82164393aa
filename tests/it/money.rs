//! Decided money that must not go, or must go elsewhere: cancelled and corrected payments, deductions by other courts,
//! receipts that turn out to be another debtor's, claims that are not paid twice, files that leave the unfit behind.

use crate::{
    bank::{Bank, Pay},
    both,
    cases::{BANK, Court, court},
    disbursement::{CARD, People, approved, bank_pays, confirm, people, receive, returns, says, send},
    funds::{Arrival, case_id},
    support::{app::User, database::TestDatabase},
};
use duixian::{
    access::{self, Actor},
    kernel::{
        db::sql,
        ids::{OrderId, ReceiptId},
    },
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

const CHANGE: &str = "change { id status kind approval { id steps } }";

fn account(holder: &str, number: &str) -> Value {
    json!({ "accountHolder": holder, "accountNumber": number, "bankCode": BANK, "bankName": "工商银行" })
}
/// A vote of `voter` that is refused.
async fn refused_vote(court: &Court, voter: &User, approval: &Value) -> (String, String) {
    let seen = "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }";
    let seen = court.app.ask(Some(voter), seen, json!({ "id": approval })).await;
    let vote = json!({ "approval": approval, "digest": seen["node"]["digest"] });
    court.app.refused(voter, "approve", vote).await
}
async fn payable(court: &Court, id: &Value) -> Value {
    let document =
        "query ($id: ID!) { payable(id: $id) { state changes { kind status } attempts { state maskedAccount } } }";
    court.app.ask(Some(&court.officer), document, json!({ "id": id })).await["payable"].take()
}
async fn pays_out(court: &Court, people: &People, order: &Value) -> Value {
    let select = "order { status payable { id } attempts { id } }";
    court.app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), select).await["order"].take()
}
async fn arrives(court: &Court, case: &Value, reference: &'static str, amount: &str, payer: &'static str) -> ReceiptId {
    let arrival = Arrival { case: Some(case_id(case)), payer, ..court.arrival(reference, amount) };
    court.receive(&arrival).await.unwrap()
}

async fn cancels(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let receipt = receive(&court, &case, "R-1", "300.00").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let draft = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "300.00" });
    let order = approved(&court, &people, draft.clone()).await;
    let paid = pays_out(&court, &people, &order).await;
    let cancel = |key: &str| {
        json!({ "payable": paid["payable"]["id"], "reason": "账户系他人所有", "document": "撤销付款审批表",
            "idempotencyKey": key })
    };
    let proposed = app.done(officer, "cancelPayable", cancel("cancel-01"), CHANGE).await;
    assert_eq!(app.done(officer, "cancelPayable", cancel("cancel-01"), CHANGE).await["replayed"], true);
    assert_eq!(app.refused(officer, "cancelPayable", cancel("cancel-02")).await.0, "PROPOSAL_OPEN");
    let change = &proposed["change"];
    assert_eq!(change["approval"]["steps"], json!(["BUREAU_CHIEF", "FINANCE_REVIEWER"]));
    assert_eq!(refused_vote(&court, officer, &change["approval"]["id"]).await.0, "MAKER_MAY_NOT_APPROVE");
    // the file went between the two votes: the last one is refused, the money stays with the bank
    app.approve(&change["approval"]["id"], &[&people.chief]).await;
    send(&court, &people).await;
    let late = refused_vote(&court, &court.finance, &change["approval"]["id"]).await;
    assert_eq!(late, ("PAYOUT_RESULT_UNKNOWN".into(), "执行款物规定 第12条".into()));
    let attempt = &paid["attempts"][0];
    assert_eq!(says(&court, attempt, "RJCT", Some("AC04")).await, "REJECTED");
    app.approve(&change["approval"]["id"], &[&court.finance]).await;
    let seen = payable(&court, &paid["payable"]["id"]).await;
    assert_eq!(
        (&seen["state"], &seen["changes"]),
        (&json!("CANCELLED"), &json!([{ "kind": "CANCEL", "status": "APPROVED" }]))
    );
    assert_eq!(app.refused(officer, "cancelPayable", cancel("cancel-03")).await.0, "WRONG_STATE");
    let retry = json!({ "payable": paid["payable"]["id"] });
    assert_eq!(app.refused(&people.cashier, "retryPayout", retry).await.0, "PAYEE_NOT_CONFIRMED");
    let node = "query ($id: ID!) { node(id: $id) { ... on DisbursementOrder { status } } }";
    assert_eq!(app.ask(Some(officer), node, json!({ "id": order["id"] })).await["node"]["status"], "CANCELLED");
    assert_eq!(court.receipt(receipt, "status remaining").await, json!({ "status": "ON_CASE", "remaining": "300.00" }));
    assert_eq!(court.read(&case, "account { available }").await["account"]["available"], "300.00");

    // the claim may be ordered again; this one is withdrawn from the queue before any file carries it
    let again = approved(&court, &people, draft.clone()).await;
    let queued = pays_out(&court, &people, &again).await;
    let input = json!({ "payable": queued["payable"]["id"], "reason": "被执行人破产", "document": "撤销付款审批表" });
    let proposed = app.done(&court.administrator, "cancelPayable", input.clone(), CHANGE).await;
    let no = "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }";
    let seen = app.ask(Some(&people.chief), no, json!({ "id": proposed["change"]["approval"]["id"] })).await;
    let no = json!({ "approval": proposed["change"]["approval"]["id"], "digest": seen["node"]["digest"], "reason": "不同意" });
    app.done(&people.chief, "reject", no, "approval { status }").await;
    let proposed = app.done(&court.administrator, "cancelPayable", input, CHANGE).await;
    app.approve(&proposed["change"]["approval"]["id"], &[&people.chief, &court.finance]).await;
    let seen = payable(&court, &queued["payable"]["id"]).await;
    assert_eq!((&seen["state"], &seen["attempts"][0]["state"]), (&json!("CANCELLED"), &json!("WITHDRAWN")));

    // paid, sent back, cancelled: the claim is owed again
    let third = approved(&court, &people, draft).await;
    let third = pays_out(&court, &people, &third).await;
    bank_pays(&court, &people, &third["attempts"][0]).await;
    let input = json!({ "payable": third["payable"]["id"], "reason": "退汇", "document": "退汇通知" });
    assert_eq!(app.refused(officer, "cancelPayable", input.clone()).await.0, "WRONG_STATE");
    assert_eq!(returns(&court, &third["attempts"][0]).await, "RETURNED");
    let proposed = app.done(officer, "cancelPayable", input, CHANGE).await;
    app.approve(&proposed["change"]["approval"]["id"], &[&people.chief, &court.finance]).await;
    let seen =
        court.read(&case, "account { available } claims { outstanding satisfactions { amount takenBack } }").await;
    assert_eq!(seen["account"]["available"], "300.00");
    let claim = json!({ "outstanding": "1000.00", "satisfactions": [{ "amount": "300.00", "takenBack": true }] });
    assert_eq!(seen["claims"][0], claim);
    court.app.finish().await;
}
both!(a_payment_is_cancelled_by_two_people_and_its_money_returns_to_its_receipt, super::cancels);

async fn corrects(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let receipt = court.receive(&court.arrival("R-1", "88.00")).await.unwrap();
    let refund = json!({ "receipt": receipt.to_global(), "amount": "88.00", "document": "退款决定" });
    let select = "payment { id approval { id } }";
    let payment = app.done(officer, "refundReceipt", refund.clone(), select).await["payment"].take();
    app.approve(&payment["approval"]["id"], &[&people.chief, &court.finance]).await;
    let node = "query ($id: ID!) { node(id: $id) { ... on SpecialPayment { status payable { id attempts { id } } } } }";
    let made = app.ask(Some(officer), node, json!({ "id": payment["id"] })).await["node"].take();
    let id = &made["payable"]["id"];
    let correct = |holder: &str| {
        json!({ "payable": id, "account": account(holder, "1234567890123"), "reason": "账户已销户",
            "document": "收款账户确认书" })
    };
    // with the bank or in its queue it stays as it is
    assert_eq!(app.refused(officer, "correctPayable", correct("某银行待清算户")).await.0, "WRONG_STATE");
    send(&court, &people).await;
    assert_eq!(app.refused(officer, "correctPayable", correct("某银行待清算户")).await.0, "PAYOUT_RESULT_UNKNOWN");
    assert_eq!(says(&court, &made["payable"]["attempts"][0], "RJCT", Some("AC04")).await, "REJECTED");
    let again = json!({ "payable": id });
    assert_eq!(app.refused(&people.cashier, "retryPayout", again.clone()).await.0, "PAYEE_NOT_CONFIRMED");
    assert_eq!(app.refused(officer, "correctPayable", correct("王某")).await.0, "PAYEE_NAME_MISMATCH");
    let proposed = app.done(officer, "correctPayable", correct("某银行待清算户"), CHANGE).await;
    app.approve(&proposed["change"]["approval"]["id"], &[&court.administrator]).await;
    app.done(&people.cashier, "retryPayout", again, "attempt { number state }").await;
    let seen = payable(&court, id).await;
    assert_eq!(seen["state"], "IN_TRANSIT");
    assert_ne!(seen["attempts"][0]["maskedAccount"], seen["attempts"][1]["maskedAccount"]);
    // taken back, it is nobody's money again and may be refunded anew
    let input = json!({ "payable": id, "reason": "已找到案件", "document": "撤销审批表" });
    let proposed = app.done(officer, "cancelPayable", input, CHANGE).await;
    app.approve(&proposed["change"]["approval"]["id"], &[&people.chief, &court.finance]).await;
    assert_eq!(app.ask(Some(officer), node, json!({ "id": payment["id"] })).await["node"]["status"], "CANCELLED");
    let seen = court.receipt(receipt, "status remaining").await;
    assert_eq!(seen, json!({ "status": "UNIDENTIFIED", "remaining": "88.00" }));
    app.done(officer, "refundReceipt", refund, select).await;
    court.app.finish().await;
}
both!(a_refund_goes_to_the_holders_corrected_account_once_two_have_agreed, super::corrects);

async fn deducts(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    receive(&court, &case, "R-1", "100.00").await;
    let freeze = |amount: &str, rank: u32, institution: &str| {
        json!({ "case": case["id"], "target": "CASE_MONEY", "institution": institution, "amount": amount,
            "seizureRank": rank, "document": "冻结裁定", "frozenOn": "2026-03-02", "until": "2026-09-02" })
    };
    let first = app.done(officer, "freezeFunds", freeze("60.00", 1, "外地甲法院"), "measure { id }").await;
    let second = app.done(officer, "freezeFunds", freeze("60.00", 2, "外地乙法院"), "measure { id }").await;
    let deduct = |measure: &Value, amount: &str, holder: &str| {
        json!({ "measure": measure["measure"]["id"], "amount": amount, "account": account(holder, "1234567890123"),
            "document": "（2026）湘0103执5号扣划裁定" })
    };
    assert_eq!(
        app.refused(officer, "deductCaseMoney", deduct(&first, "60.01", "外地甲法院")).await.0,
        "AMOUNT_INVALID"
    );
    assert_eq!(
        app.refused(officer, "deductCaseMoney", deduct(&first, "60.00", "某公司")).await.0,
        "PAYEE_NAME_MISMATCH"
    );
    // who froze first is first: 40.00 are left for the second
    let late = app.refused(officer, "deductCaseMoney", deduct(&second, "40.01", "外地乙法院")).await;
    assert_eq!(late, ("PAYOUT_EXCEEDS_BALANCE".into(), "执行款物规定 第4条".into()));
    let select = "payment { id kind approval { id steps } }";
    let mut input = deduct(&first, "60.00", "外地甲法院");
    input["idempotencyKey"] = json!("deduct-0001");
    let payment = app.done(officer, "deductCaseMoney", input.clone(), select).await["payment"].take();
    assert_eq!(app.done(officer, "deductCaseMoney", input, select).await["replayed"], true);
    assert_eq!(payment["approval"]["steps"], json!(["BUREAU_CHIEF", "VICE_PRESIDENT", "FINANCE_REVIEWER"]));
    app.approve(&payment["approval"]["id"], &[&people.chief, &people.vice_president, &court.finance]).await;
    let node =
        "query ($id: ID!) { node(id: $id) { ... on SpecialPayment { payable { id state purpose payeeName } } } }";
    let made = app.ask(Some(officer), node, json!({ "id": payment["id"] })).await["node"]["payable"].take();
    assert_eq!((&made["purpose"], &made["payeeName"]), (&json!("DEDUCTION"), &json!("外地甲法院")));
    let measure = "query ($id: ID!) { node(id: $id) { ... on PreservationMeasure { status deducted } } }";
    let seen = app.ask(Some(officer), measure, json!({ "id": first["measure"]["id"] })).await["node"].take();
    assert_eq!(seen, json!({ "status": "DEDUCTED", "deducted": "60.00" }));
    assert_eq!(app.refused(officer, "deductCaseMoney", deduct(&first, "1.00", "外地甲法院")).await.0, "WRONG_STATE");
    // cancelled: the money is frozen as before
    let input = json!({ "payable": made["id"], "reason": "扣划裁定撤销", "document": "撤销裁定" });
    let proposed = app.done(officer, "cancelPayable", input, CHANGE).await;
    app.approve(&proposed["change"]["approval"]["id"], &[&people.chief, &court.finance]).await;
    let seen = app.ask(Some(officer), measure, json!({ "id": first["measure"]["id"] })).await["node"].take();
    assert_eq!(seen, json!({ "status": "ACTIVE", "deducted": "0.00" }));
    assert_eq!(court.read(&case, "account { balance }").await["account"]["balance"], "100.00");
    court.app.finish().await;
}
both!(money_that_another_court_froze_is_deducted_by_a_payment_to_it, super::deducts);

async fn belongs(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let unknown = arrives(&court, &case, "R-1", "300.00", "不知名").await;
    let record = json!({ "party": case["parties"][1]["id"], "acceptingCourt": "长沙市中级人民法院",
        "acceptedOn": "2026-03-01", "document": "受理裁定书" });
    let found = app.done(officer, "recordBankruptcyAcceptance", record, "bankruptcy { id }").await["bankruptcy"].take();
    let leave = json!({ "bankruptcy": found["id"], "case": case["id"], "account": account("管理人", "1234567890123"),
        "document": "管理人函" });
    // nobody knows whose it is: neither the creditors' nor the administrator's
    let empty = app.refused(officer, "payToAdministrator", leave.clone()).await;
    assert_eq!(empty, ("POOL_EMPTY".into(), "企业破产法 第19条".into()));
    let describe = |party: usize| {
        json!({ "receipt": unknown.to_global(), "source": "TRANSFER", "payerKind": "ON_BEHALF",
            "onBehalfOf": case["parties"][party]["id"], "document": "情况说明" })
    };
    let select = "receipt { onBehalfOf { id } pendingDescription { approval { id } } }";
    let seen = app.done(officer, "describeReceipt", describe(1), select).await["receipt"].take();
    assert_eq!((&seen["onBehalfOf"]["id"], &seen["pendingDescription"]), (&case["parties"][1]["id"], &Value::Null));
    let payment = app.done(officer, "payToAdministrator", leave.clone(), "payment { approval { id } }").await;
    let approval = &payment["payment"]["approval"]["id"];
    app.approve(approval, &[&people.chief, &people.vice_president]).await;
    // once said whose it is, one person alone does not make it another's
    let seen = app.done(officer, "describeReceipt", describe(2), select).await["receipt"].take();
    assert_eq!(seen["onBehalfOf"]["id"], case["parties"][1]["id"], "it waits for the second person");
    assert_eq!(app.refused(officer, "describeReceipt", describe(2)).await.0, "PROPOSAL_OPEN");
    app.approve(&seen["pendingDescription"]["approval"]["id"], &[&people.chief]).await;
    let stands = court.receipt(unknown, "onBehalfOf { id } pendingDescription { id }").await;
    assert_eq!(stands, json!({ "onBehalfOf": { "id": case["parties"][2]["id"] }, "pendingDescription": null }));
    // and if that other one goes bankrupt too, it is his administrator's and not this one's
    let second = json!({ "party": case["parties"][2]["id"], "acceptingCourt": "株洲市中级人民法院",
        "acceptedOn": "2026-03-01", "document": "受理裁定书" });
    app.done(officer, "recordBankruptcyAcceptance", second, "bankruptcy { id }").await;
    assert_eq!(refused_vote(&court, &court.finance, approval).await.0, "DIGEST_MISMATCH");
    court.app.finish().await;
}
both!(bankruptcy_19_the_administrator_gets_recorded_money_only, super::belongs);

async fn bankruptcy_ends_first(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    arrives(&court, &case, "R-1", "300.00", "长沙某某建筑有限公司").await;
    let record = json!({ "party": case["parties"][1]["id"], "acceptingCourt": "长沙市中级人民法院",
        "acceptedOn": "2026-03-01", "document": "受理裁定书" });
    let found = app.done(officer, "recordBankruptcyAcceptance", record, "bankruptcy { id }").await["bankruptcy"].take();
    let leave = json!({ "bankruptcy": found["id"], "case": case["id"], "account": account("管理人", "1234567890123"),
        "document": "管理人函" });
    let payment = app.done(officer, "payToAdministrator", leave, "payment { approval { id } }").await;
    let approval = &payment["payment"]["approval"]["id"];
    app.approve(approval, &[&people.chief, &people.vice_president]).await;
    let end = json!({ "bankruptcy": found["id"], "document": "驳回破产申请裁定书" });
    app.done(officer, "endBankruptcy", end, "bankruptcy { status }").await;
    let refused = refused_vote(&court, &court.finance, approval).await;
    assert_eq!(refused, ("WRONG_STATE".into(), "企业破产法 第16条".into()));
    assert_eq!(court.read(&case, "account { balance }").await["account"]["balance"], "300.00");
    court.app.finish().await;
}
both!(bankruptcy_16_the_last_approval_is_refused_when_the_bankruptcy_has_ended, super::bankruptcy_ends_first);

async fn plans_twice(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let plan = async |served_on: &str| {
        let draft = json!({ "case": case["id"], "debtor": case["parties"][2]["id"], "ordinaryRule": "PRO_RATA",
            "executionFeeOrder": "AT_CLOSE" });
        let select = "plan { id unserved { id } lines { basis claimed amount } }";
        let plan = app.done(officer, "draftDistributionPlan", draft, select).await["plan"].take();
        let served = plan["unserved"].as_array().unwrap().iter();
        let served: Vec<_> =
            served.map(|p| json!({ "party": p["id"], "servedOn": served_on, "document": "送达回证" })).collect();
        app.done(officer, "servePlan", json!({ "plan": plan["id"], "services": served }), "plan { id }").await;
        plan
    };
    let ordinary = |plan: &Value| {
        let line = plan["lines"].as_array().unwrap().iter().find(|line| line["basis"] == "ORDINARY").cloned();
        line.map(|line| (line["claimed"].clone(), line["amount"].clone()))
    };
    // plan, then plan: the second counts what the first has not yet paid
    receive(&court, &case, "R-1", "600.00").await;
    let first = plan("2026-03-02").await;
    assert_eq!(ordinary(&first), Some((json!("1000.00"), json!("600.00"))));
    app.go_to("2026-03-18T09:00:00+08:00").await;
    app.done(&people.chief, "finalisePlan", json!({ "plan": first["id"] }), "plan { status }").await;
    receive(&court, &case, "R-2", "700.00").await;
    let second = plan("2026-03-18").await;
    assert_eq!(ordinary(&second), Some((json!("400.00"), json!("400.00"))), "not 700.00 of 1000.00");
    // plan, then order: no order goes beyond what is open
    let order = |amount: &str| json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": amount });
    assert_eq!(
        app.refused(officer, "draftDisbursementOrder", order("400.01")).await,
        ("SATISFACTION_EXCEEDS_CLAIM".into(), "执行规定 第34条".into())
    );
    // the claim is satisfied elsewhere before the second plan is carried out: it gives nothing twice
    let direct = json!({ "claim": case["claims"][0]["id"], "manner": "DIRECT", "amount": "0.01",
        "satisfiedOn": "2026-03-18", "document": "收条" });
    app.done(officer, "recordSatisfaction", direct, "satisfaction { id }").await;
    app.go_to("2026-04-03T09:00:00+08:00").await;
    let over = app.refused(&people.chief, "finalisePlan", json!({ "plan": second["id"] })).await;
    assert_eq!(over.0, "SATISFACTION_EXCEEDS_CLAIM");
    court.app.finish().await;
}
both!(a_second_plan_counts_what_the_first_is_paying, super::plans_twice);

async fn leaves_the_unfit(database: TestDatabase) {
    let bank = Bank::start(database).await;
    let (app, court) = (&bank.court.app, &bank.court);
    let case = court.open("（2026）湘0102执12号", "203500.00").await;
    let receipt = receive(court, &case, "R-1", "1000.00").await;
    let pay = async |name: &'static str| {
        let pay = Pay {
            court: court.id,
            case: case_id(&case),
            receipt,
            subject: OrderId::new(app.clock.now()).node(),
            name,
            account: "6217000000000000001",
            amount: "1.00".parse().unwrap(),
        };
        access::run(&app.running.services, &Actor::system("test"), &pay).await.unwrap();
    };
    // more than two pages of payments whose payee's name no file can hold, and a sound one behind them
    let long: &'static str = Box::leak("长".repeat(200).into_boxed_str());
    for _ in 0..401 {
        pay(long).await;
    }
    pay("易某").await;
    app.settle().await;
    let query = "query ($court: ID!) { unfitPayments(court: $court, book: CASE_FUNDS) { reason attempt { amount } } }";
    let seen = app.ask(Some(&bank.cashier), query, json!({ "court": court.id.to_global() })).await;
    let unfit = seen["unfitPayments"].as_array().unwrap();
    assert_eq!((unfit.len(), &unfit[0]["attempt"]["amount"]), (200, &json!("1.00")));
    assert!(unfit.iter().all(|line| line["reason"] == unfit[0]["reason"] && line["reason"] != ""));
    let file = bank.write().await;
    assert_eq!((&file["lineCount"], &file["total"]), (&json!(1), &json!("1.00")));
    bank.court.app.finish().await;
}
both!(any_number_of_unfit_payments_holds_up_no_other, super::leaves_the_unfit);

async fn keeps_posts_apart(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    receive(&court, &case, "R-1", "300.00").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let draft = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "300.00" });
    let order = approved(&court, &people, draft).await;
    pays_out(&court, &people, &order).await;
    app.settle().await;
    // the chief who approved it has become the cashier since
    let chief = people.chief.account;
    let moved = app.database.db.write_with(move |tx| {
        Box::pin(async move {
            let change = "UPDATE role_grant SET role = 'CASHIER' WHERE account_id = $1";
            Ok(tx.execute_raw(sql(tx, change, [chief.into()])).await?.rows_affected())
        })
    });
    assert_eq!(moved.await.unwrap(), 1);
    let file = json!({ "court": court.id.to_global(), "book": "CASE_FUNDS" });
    let chief = app.sign_in(chief).await;
    let own = app.refused(&chief, "writePaymentFile", file.clone()).await;
    assert_eq!(own, ("MAKER_MAY_NOT_APPROVE".into(), "执行款物规定 第2条".into()));
    app.done(&people.cashier, "writePaymentFile", file, "paymentFile { lineCount }").await;
    court.app.finish().await;
}
both!(fafa6_2_who_approved_a_payment_does_not_write_its_file, super::keeps_posts_apart);
