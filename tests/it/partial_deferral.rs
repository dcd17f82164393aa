//! A deferral of the disputed part alone: the rest is paid at once, and the books keep the part.

use crate::{
    both,
    cases::court,
    disbursement::{CARD, approved, bank_pays, confirm, people, receive},
    support::database::TestDatabase,
};
use serde_json::{Value, json};

async fn pays_the_rest(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    receive(&court, &case, "R-1", "100.00").await;
    let defer = |amount: &str| {
        json!({ "case": case["id"], "reason": "OTHER", "explanation": "案外人对部分款项提出异议", "document": "延缓审批表",
            "amount": amount })
    };
    let more = app.refused(officer, "deferDisbursement", defer("100.01")).await;
    assert_eq!(more, ("PAYOUT_EXCEEDS_BALANCE".into(), "执行款物规定 第10条".into()));
    let nothing = app.refused(officer, "deferDisbursement", defer("0.00")).await;
    assert_eq!(nothing, ("AMOUNT_INVALID".into(), "本系统格式规则 金额".into()));
    let mut input = defer("20.00");
    input["idempotencyKey"] = json!("defer-part-1");
    let select = "deferral { id amount status approval { id } }";
    let deferral = app.done(officer, "deferDisbursement", input.clone(), select).await["deferral"].take();
    assert_eq!(app.done(officer, "deferDisbursement", input, select).await["replayed"], true);
    assert_eq!(deferral["amount"], "20.00");
    let account = async || court.read(&case, "account { available held }").await["account"].take();
    assert_eq!(account().await, json!({ "available": "100.00", "held": "0.00" }), "a proposal holds nothing");
    app.approve(&deferral["approval"]["id"], &[&people.chief]).await;
    assert_eq!(account().await, json!({ "available": "80.00", "held": "20.00" }));

    // one fen above what is undisputed waits, that itself is paid while the deferral is in force
    let order = |amount: &str| {
        let claim = &case["claims"][0]["id"];
        json!({ "case": case["id"], "claim": claim, "payee": payee, "amount": amount })
    };
    let disputed = app.refused(officer, "draftDisbursementOrder", order("80.01")).await;
    assert_eq!(disputed, ("PAYOUT_EXCEEDS_BALANCE".into(), "执行款物规定 第10条".into()));
    let states = async || {
        let ask = "query ($f: TermFilter) { dueTerms(filter: $f, first: 100) { nodes { rule state } } }";
        let mut counts = Vec::new();
        for state in ["RUNNING", "PAUSED"] {
            let filter = json!({ "f": { "case": case["id"], "state": state } });
            let seen = app.ask(Some(officer), ask, filter).await["dueTerms"]["nodes"].take();
            counts.push(seen.as_array().unwrap().len());
        }
        counts
    };
    assert_eq!(states().await, [2, 0], "the undisputed part is not to be late");
    let draft = approved(&court, &people, order("80.00")).await;
    let paid = app.done(&people.cashier, "payOut", json!({ "order": draft["id"] }), "order { attempts { id } }").await;
    bank_pays(&court, &people, &paid["order"]["attempts"][0]).await;
    assert_eq!(account().await, json!({ "available": "0.00", "held": "20.00" }));
    assert_eq!(states().await, [0, 2], "what is left waits for the end of the dispute");
    // other money of the case has its own terms
    receive(&court, &case, "R-2", "5.00").await;
    assert_eq!(states().await, [2, 2]);

    let end = json!({ "deferral": deferral["id"], "document": "异议裁定书" });
    let ended = app.done(officer, "endDeferral", end.clone(), "deferral { status dueOn }").await["deferral"].take();
    assert_eq!(ended["status"], "ENDED");
    assert_eq!(account().await, json!({ "available": "25.00", "held": "0.00" }));
    assert_eq!(states().await, [3, 0], "ten days for the part that was disputed");
    assert_eq!(app.refused(officer, "endDeferral", end).await.0, "WRONG_STATE");
    let rest: Value = order("25.00");
    approved(&court, &people, rest).await;
    court.app.finish().await;
}
both!(a_disputed_part_waits_and_the_rest_is_paid_at_once, super::pays_the_rest);

async fn waits_for_the_rest(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, people) = (&court.app, &court.officer, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    receive(&court, &case, "R-1", "100.00").await;
    let freeze = json!({ "case": case["id"], "target": "CASE_MONEY", "institution": "外地法院", "amount": "30.00",
        "document": "另案冻结", "frozenOn": "2026-03-02", "until": "2026-09-02" });
    app.done(officer, "freezeFunds", freeze, "measure { id }").await;
    let defer = json!({ "case": case["id"], "reason": "OTHER", "explanation": "案外人对部分款项提出异议",
        "document": "延缓审批表", "amount": "20.00" });
    let made = app.done(officer, "deferDisbursement", defer, "deferral { approval { id } }").await["deferral"].take();
    app.approve(&made["approval"]["id"], &[&people.chief]).await;
    let states = async || {
        let ask = "query ($f: TermFilter) { dueTerms(filter: $f, first: 100) { nodes { rule state } } }";
        let mut counts = Vec::new();
        for state in ["RUNNING", "PAUSED"] {
            let filter = json!({ "f": { "case": case["id"], "state": state } });
            let seen = app.ask(Some(officer), ask, filter).await["dueTerms"]["nodes"].take();
            counts.push(seen.as_array().unwrap().len());
        }
        counts
    };
    let claim = &case["claims"][0]["id"];
    let order = |amount: &str| json!({ "case": case["id"], "claim": claim, "payee": payee, "amount": amount });
    let pay = async |amount: &str| {
        let order = approved(&court, &people, order(amount)).await;
        let select = "order { payable { id } attempts { id } }";
        app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), select).await["order"].take()
    };
    let first = pay("49.99").await;
    bank_pays(&court, &people, &first["attempts"][0]).await;
    assert_eq!(states().await, [2, 0], "one fen is neither disputed nor frozen");
    let last = pay("0.01").await;
    assert_eq!(states().await, [0, 2]);
    // the payment is cancelled: its fen is to be paid again, in time
    let cancel = json!({ "payable": last["payable"]["id"], "reason": "账户系他人所有", "document": "撤销付款审批表" });
    let change = app.done(officer, "cancelPayable", cancel, "change { approval { id } }").await["change"].take();
    app.approve(&change["approval"]["id"], &[&people.chief, &court.finance]).await;
    assert_eq!(states().await, [2, 0]);
    pay("0.01").await;
    assert_eq!(states().await, [0, 2], "and the books hold together so");
    court.app.finish().await;
}
both!(terms_pause_once_only_disputed_and_frozen_money_is_left, super::waits_for_the_rest);
