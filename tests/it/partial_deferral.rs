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
