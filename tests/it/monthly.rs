//! Enforcement and finance compare a month: what agrees, what differs, and the two ways in which a difference ends.

use crate::{
    both,
    cases::{Court, court},
    disbursement::{CARD, approved, confirm, people, receive},
    support::database::TestDatabase,
};
use duixian::{
    kernel::{db::sql, ids::ReceiptId, money::Money},
    oversight::monthly::compare::{compare, compare_in_full},
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

const ITEM: &str = "item { id state lamp ownerId dueOn line { subject difference } entry { id } approval { id } }";

/// Moves the moment at which a receipt was entered past the month's end: enforcement is late, the books are not.
async fn entered_late(court: &Court, receipt: ReceiptId) {
    let late = court.app.clock.now().micros() + 40 * 86_400_000_000;
    let moved = court.app.database.db.write_with(move |tx| {
        Box::pin(async move {
            let text = "UPDATE receipt SET recorded_at = $2 WHERE id = $1";
            Ok(tx.execute_raw(sql(tx, text, [receipt.into(), late.into()])).await?.rows_affected())
        })
    });
    assert_eq!(moved.await.unwrap(), 1);
}

async fn compares(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    let (enforcement, finance) = (&court.administrator, &court.finance);
    let first = court.open("（2026）湘0102执12号", "1000.00").await;
    let second = court.open("（2026）湘0102执13号", "1000.00").await;
    let third = court.open("（2026）湘0102执14号", "1000.00").await;
    receive(&court, &first, "R-1", "300.00").await;
    let late = receive(&court, &second, "R-2", "100.00").await;
    let unexplained = receive(&court, &third, "R-3", "7.00").await;
    let payee = confirm(&court, &second["parties"][0], "易某", CARD).await;

    let month = |first: &str| json!({ "court": court.id.to_global(), "month": first });
    let running = app.refused(enforcement, "openMonthlyReconciliation", month("2026-03-01")).await;
    assert_eq!(running, ("DATE_INVALID".into(), "执行款物规定 第3条".into()));
    entered_late(&court, late).await;
    entered_late(&court, unexplained).await;
    app.go_to("2026-04-01T09:00:00+08:00").await;
    let select = "reconciliation { id state lastDay enforcement finance
        lines(first: 50) { nodes { subject enforcement finance difference case { caseNumber } } }
        items(first: 50) { nodes { id state lamp line { difference case { caseNumber } } } } }";
    let mut input = month("2026-03-01");
    input["idempotencyKey"] = json!("month-2026-03");
    let opened = app.done(enforcement, "openMonthlyReconciliation", input.clone(), select).await;
    let opened = opened["reconciliation"].clone();
    assert_eq!(app.done(enforcement, "openMonthlyReconciliation", input, select).await["replayed"], true);
    let again = app.refused(enforcement, "openMonthlyReconciliation", month("2026-03-01")).await;
    assert_eq!(again.0, "ALREADY_EXISTS");
    assert_eq!((&opened["enforcement"], &opened["finance"]), (&json!("300.00"), &json!("407.00")));
    let lines = opened["lines"]["nodes"].as_array().unwrap();
    let agreed = json!({ "subject": "CASE", "enforcement": "300.00", "finance": "300.00", "difference": "0.00",
        "case": { "caseNumber": "（2026）湘0102执12号" } });
    assert!(lines.contains(&agreed), "{lines:#?}");
    let nobody = json!({ "subject": "UNIDENTIFIED", "enforcement": "0.00", "finance": "0.00", "difference": "0.00", "case": null });
    assert!(lines.contains(&nobody), "{lines:#?}");
    let items = opened["items"]["nodes"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{items:#?}");
    assert!(items.iter().all(|item| item["lamp"] == "RED"), "nobody owns them");
    let of = |number: &str| items.iter().find(|i| i["line"]["case"]["caseNumber"] == number).unwrap();
    let (booked, decided) = (of("（2026）湘0102执13号"), of("（2026）湘0102执14号"));

    // an owner and a reason come first
    let this = json!({ "reconciliation": opened["id"] });
    let open = app.refused(finance, "closeMonthlyReconciliation", this.clone()).await;
    assert_eq!(open, ("DIFFERENCES_OPEN".into(), "执行款物规定 第3条".into()));
    let propose = json!({ "item": decided["id"], "document": "系统迁移说明" });
    assert_eq!(app.refused(enforcement, "proposeReconciliationDecision", propose.clone()).await.0, "WRONG_STATE");
    let own = |item: &Value, owner: &str, due: &str| json!({ "item": item["id"], "owner": owner, "reason": "三月收款四月补录", "dueOn": due });
    let owner = court.officer.account.to_global();
    let past = app.refused(enforcement, "ownReconciliationItem", own(booked, &owner, "2026-03-31")).await;
    assert_eq!(past.0, "DATE_INVALID");
    for item in [booked, decided] {
        let owned = app.done(enforcement, "ownReconciliationItem", own(item, &owner, "2026-04-10"), ITEM).await;
        assert_eq!((&owned["item"]["lamp"], &owned["item"]["ownerId"]), (&json!("YELLOW"), &json!(owner)));
    }

    // one is made up by the payment of what was entered late: an entry of exactly the difference on that account
    let order = json!({ "case": second["id"], "claim": second["claims"][0]["id"], "payee": payee, "amount": "100.00" });
    let order = approved(&court, &people, order).await;
    app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), "order { status }").await;
    let entries = entries_of(&court).await;
    let settle = |item: &Value, entry: &Value| json!({ "item": item["id"], "entry": entry });
    let (paid, arrived) = (entry(&entries, "PAYABLE"), entry(&entries, "CASE_RECEIPT"));
    assert_eq!(app.refused(finance, "settleReconciliationItem", settle(booked, arrived)).await.0, "NOT_FOUND");
    assert_eq!(app.refused(finance, "settleReconciliationItem", settle(decided, paid)).await.0, "NOT_FOUND");
    let done = app.done(finance, "settleReconciliationItem", settle(booked, paid), ITEM).await["item"].take();
    assert_eq!((&done["state"], &done["entry"]["id"]), (&json!("BOOKED"), paid));
    assert_eq!(app.refused(finance, "settleReconciliationItem", settle(booked, paid)).await.0, "WRONG_STATE");

    // the other is explained, and two people decide that
    let proposed = app.done(enforcement, "proposeReconciliationDecision", propose.clone(), ITEM).await["item"].take();
    assert_eq!(app.refused(enforcement, "proposeReconciliationDecision", propose).await.0, "WRONG_STATE");
    assert_eq!(app.refused(finance, "closeMonthlyReconciliation", this.clone()).await.0, "DIFFERENCES_OPEN");
    app.approve(&proposed["approval"]["id"], &[&people.chief, finance]).await;
    let closed = app.done(finance, "closeMonthlyReconciliation", this.clone(), "reconciliation { state }").await;
    assert_eq!(closed["reconciliation"]["state"], "CLOSED");
    assert_eq!(app.refused(finance, "closeMonthlyReconciliation", this).await.0, "WRONG_STATE");
    let list = "{ monthlyReconciliations(filter: { state: CLOSED }) { nodes { month items { nodes { state } } } } }";
    let seen = app.ask(Some(finance), list, json!({})).await["monthlyReconciliations"]["nodes"][0].take();
    let mut states: Vec<_> = seen["items"]["nodes"].as_array().unwrap().iter().map(|i| i["state"].clone()).collect();
    states.sort_by_key(Value::to_string);
    assert_eq!(states, [json!("BOOKED"), json!("DECIDED")]);
    court.app.finish().await;
}
both!(a_month_is_compared_and_its_differences_end_by_a_booking_or_a_decision, super::compares);

async fn goes_on(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    let (officer, enforcement) = (&court.officer, &court.administrator);
    let first = court.open("（2026）湘0102执12号", "1000.00").await;
    let second = court.open("（2026）湘0102执13号", "1000.00").await;
    receive(&court, &first, "R-1", "300.00").await;
    receive(&court, &second, "R-2", "100.00").await;
    let nobodys = court.receive(&court.arrival("U-1", "50.00")).await.unwrap();
    let pay = async |case: &Value, amount: &str| {
        let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
        let order = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": amount });
        let order = approved(&court, &people, order).await;
        let this = json!({ "order": order["id"] });
        app.done(&people.cashier, "payOut", this, "order { payable { id } }").await["order"]["payable"]["id"].take()
    };
    let march = pay(&first, "200.00").await;
    app.go_to("2026-04-01T09:00:00+08:00").await;
    let select = "reconciliation { enforcement finance items(first: 5) { nodes { id } }
        lines(first: 50) { nodes { subject enforcement finance case { caseNumber } } } }";
    let month = |first: &str| json!({ "court": court.id.to_global(), "month": first });
    let opened = app.done(enforcement, "openMonthlyReconciliation", month("2026-03-01"), select).await;
    assert_eq!(opened["reconciliation"]["enforcement"], "200.00", "{opened:#}");

    // April: new money, a part of what was nobody's, a payment of March taken back, a case paid to the last fen
    receive(&court, &second, "R-3", "40.00").await;
    let claim = json!({ "receipt": nobodys.to_global(), "payerKind": "RESPONDENT", "grounds": "附言载明案号",
        "allocations": [{ "case": second["id"], "amount": "20.00" }] });
    let claimed = app.done(officer, "claimReceipt", claim, "claim { approval { id } }").await;
    app.approve(&claimed["claim"]["approval"]["id"], &[&court.administrator]).await;
    let cancel = json!({ "payable": march, "reason": "账户系他人所有", "document": "撤销付款审批表" });
    let change = app.done(officer, "cancelPayable", cancel, "change { approval { id } }").await;
    app.approve(&change["change"]["approval"]["id"], &[&people.chief, &court.finance]).await;
    pay(&second, "160.00").await;
    app.go_to("2026-05-01T09:00:00+08:00").await;

    let (id, day) = (court.id, "2026-04-30".parse().unwrap());
    let both = app.database.db.write_with(move |tx| {
        Box::pin(async move { Ok((compare(tx, id, day).await?, compare_in_full(tx, id, day).await?)) })
    });
    let (since, in_full) = both.await.unwrap();
    assert_eq!(since, in_full, "what went before and what came since is everything");
    let sums: Vec<_> = since.iter().map(|line| (line.enforcement, line.finance)).collect();
    let same = |yuan| (Money::from_yuan(yuan), Money::from_yuan(yuan));
    assert_eq!(sums, [same(300), same(30)], "the case that was paid out has no line");
    let opened = app.done(enforcement, "openMonthlyReconciliation", month("2026-04-01"), select).await;
    let opened = &opened["reconciliation"];
    assert_eq!((&opened["enforcement"], &opened["finance"]), (&json!("300.00"), &json!("300.00")));
    assert_eq!((&opened["items"]["nodes"], opened["lines"]["nodes"].as_array().unwrap().len()), (&json!([]), 2));
    court.app.finish().await;
}
both!(a_month_goes_on_from_the_last_and_finds_what_a_full_reading_finds, super::goes_on);

async fn entries_of(court: &Court) -> Vec<Value> {
    let list = "query ($court: ID) { ledgerEntries(filter: { court: $court }, first: 50) { nodes { id kind } } }";
    let mut seen = court.app.ask(Some(&court.finance), list, json!({ "court": court.id.to_global() })).await;
    seen["ledgerEntries"]["nodes"].take().as_array().unwrap().clone()
}
/// The newest entry of a kind.
fn entry<'a>(entries: &'a [Value], kind: &str) -> &'a Value {
    &entries.iter().find(|entry| entry["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in {entries:#?}"))["id"]
}

async fn shows_the_day(database: TestDatabase) {
    let court = court(database).await;
    let (app, people) = (&court.app, people(&court).await);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    let assign = json!({ "case": case["id"], "officer": court.officer.account.to_global() });
    app.done(&people.chief, "assignCase", assign, "case { officerId }").await;
    receive(&court, &case, "R-1", "300.00").await;
    let payee = confirm(&court, &case["parties"][0], "易某", CARD).await;
    let queues = "query ($court: ID!) { viewer { queues(court: $court) { kind count more overdue earliest lamp } } }";
    let here = json!({ "court": court.id.to_global() });
    let seen = app.ask(Some(&court.officer), queues, here.clone()).await["viewer"]["queues"].take();
    let mine = seen.as_array().unwrap().iter().find(|queue| queue["kind"] == "MY_TERMS").unwrap().clone();
    assert_eq!((&mine["more"], &mine["overdue"]), (&json!(false), &json!(0)));
    let terms = mine["count"].as_u64().unwrap();
    assert!(terms > 0 && !mine["earliest"].is_null() && !mine["lamp"].is_null(), "{mine}");

    let draft = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": "300.00" });
    let order = app.done(&court.officer, "draftDisbursementOrder", draft, "order { id }").await["order"].take();
    let submit = json!({ "order": order["id"] });
    let select = "order { approval { id } }";
    let submitted = app.done(&court.officer, "submitDisbursementOrder", submit.clone(), select).await;
    let approval = submitted["order"]["approval"]["id"].clone();
    let count = async |user, kind: &str| {
        let seen = app.ask(Some(user), queues, here.clone()).await["viewer"]["queues"].take();
        let found = seen.as_array().unwrap().iter().find(|queue| queue["kind"] == kind).cloned();
        found.map(|queue| queue["count"].as_u64().unwrap())
    };
    // the vote wanders from desk to desk, then the cashier has it
    assert_eq!(count(&court.administrator, "APPROVALS").await, Some(1));
    assert_eq!(count(&people.chief, "APPROVALS").await, Some(0));
    app.approve(&approval, &[&court.administrator]).await;
    assert_eq!(count(&court.administrator, "APPROVALS").await, Some(0));
    assert_eq!(count(&people.chief, "APPROVALS").await, Some(1));
    app.approve(&approval, &[&people.chief, &court.finance]).await;
    assert_eq!(count(&people.cashier, "RELEASES").await, Some(1));
    assert_eq!(count(&court.officer, "RELEASES").await, None, "not on his desk");
    app.done(&people.cashier, "payOut", submit, "order { status }").await;
    assert_eq!(count(&people.cashier, "RELEASES").await, Some(0));

    // weeks later the terms that still run are red
    receive(&court, &case, "R-2", "5.00").await;
    app.go_to("2026-04-30T09:00:00+08:00").await;
    let seen = app.ask(Some(&court.officer), queues, here.clone()).await["viewer"]["queues"].take();
    let mine = seen.as_array().unwrap().iter().find(|queue| queue["kind"] == "MY_TERMS").unwrap().clone();
    assert_eq!((&mine["lamp"], &mine["overdue"]), (&json!("RED"), &mine["count"]));
    let elsewhere = app.court("湘0103").await;
    let other = app.ask(Some(&court.officer), queues, json!({ "court": elsewhere.to_global() })).await;
    assert_eq!(other["viewer"]["queues"], json!([]), "a court in which he holds no post");
    court.app.finish().await;
}
both!(the_queues_of_the_day_show_what_waits_on_each_desk, super::shows_the_day);

async fn keeps_filters(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer) = (&court.app, &court.officer);
    let save = |name: &str, list: &str, filter: &str| json!({ "name": name, "list": list, "filter": filter });
    for (name, list, filter) in
        [("", "dueTerms", "{}"), ("红灯", "noSuchList", "{}"), ("红灯", "dueTerms", "[]"), ("红灯", "openCase", "{}")]
    {
        assert_eq!(
            app.refused(officer, "saveFilter", save(name, list, filter)).await.0,
            "TEXT_INVALID",
            "{name} {list}"
        );
    }
    let red = save("红灯", "dueTerms", r#"{"lamp":"RED"}"#);
    app.done(officer, "saveFilter", red, "filters { name }").await;
    let select = "filters { name list filter }";
    let seen = app.done(officer, "saveFilter", save("红灯", "dueTerms", r#"{"lamp":"YELLOW"}"#), select).await;
    let one = json!([{ "name": "红灯", "list": "dueTerms", "filter": r#"{"lamp":"YELLOW"}"# }]);
    assert_eq!(seen["filters"], one, "the same name replaces it");
    let own = "{ viewer { savedFilters { name } } }";
    let others = app.ask(Some(&court.finance), own, json!({})).await;
    assert_eq!(others["viewer"]["savedFilters"], json!([]));
    assert_eq!(app.refused(&court.finance, "removeFilter", json!({ "name": "红灯" })).await.0, "NOT_FOUND");
    let gone = app.done(officer, "removeFilter", json!({ "name": "红灯" }), select).await;
    assert_eq!(gone["filters"], json!([]));
    court.app.finish().await;
}
both!(a_filter_is_kept_for_its_owner_alone, super::keeps_filters);
