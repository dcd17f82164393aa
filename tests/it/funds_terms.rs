//! Terms as a clerk's list: sorted by their end, filtered by lamp and officer, paused by deferral and suspension.

use crate::{
    admin::set,
    both,
    cases::{Court, court, statements},
    disbursement::people,
    funds::{Arrival, case_id},
    support::{app::User, database::TestDatabase},
};
use duixian::{access::Role, kernel::ids::ReceiptId};
use serde_json::{Value, json};

async fn arrives(court: &Court, case: &Value, reference: &'static str, booked_on: &'static str) -> ReceiptId {
    let arrival = Arrival { case: Some(case_id(case)), booked_on, ..court.arrival(reference, "100.00") };
    court.receive(&arrival).await.unwrap()
}
async fn due(court: &Court, reader: &User, filter: Value) -> Vec<Value> {
    let ask = "query ($filter: TermFilter) { dueTerms(filter: $filter, first: 100) {
        nodes { rule dueOn state lamp pausedOn receipt { id } explanation { result } } } }";
    let mut seen = court.app.ask(Some(reader), ask, json!({ "filter": filter })).await;
    seen["dueTerms"]["nodes"].take().as_array().unwrap().clone()
}
fn column(terms: &[Value], name: &str) -> Vec<Value> {
    terms.iter().map(|term| term[name].clone()).collect()
}

async fn lists_what_is_due(database: TestDatabase) {
    let court = court(database).await;
    let (app, chief) = (&court.app, people(&court).await.chief);
    let first = court.open("（2026）湘0102执12号", "1000.00").await;
    let second = court.open("（2026）湘0102执13号", "1000.00").await;
    arrives(&court, &first, "R-1", "2026-02-27").await;
    arrives(&court, &second, "R-2", "2026-02-03").await;
    court.receive(&Arrival { booked_on: "2026-02-27", ..court.arrival("R-3", "5.00") }).await.unwrap();

    let running = due(&court, &court.officer, json!({ "state": "RUNNING" })).await;
    let ends = column(&running, "dueOn");
    // 2026-02-03 and 15 working days over the Spring Festival: 2026-03-02
    let expected = ["2026-03-02", "2026-03-03", "2026-03-19", "2026-03-19", "2026-03-30", "2026-04-01", "2026-04-01"];
    assert_eq!(ends, expected);
    assert!(running.iter().all(|term| term["explanation"]["result"] == term["dueOn"]));
    for (lamp, count) in [("RED", 0), ("YELLOW", 2), ("GREEN", 5)] {
        let shown = due(&court, &court.officer, json!({ "lamp": lamp })).await;
        assert_eq!((shown.len(), column(&shown, "lamp")), (count, vec![json!(lamp); count]), "{lamp}");
    }
    app.go_to("2026-03-03T09:00:00.000+08:00").await;
    let red = due(&court, &court.officer, json!({ "lamp": "RED" })).await;
    assert_eq!((red.len(), &red[0]["rule"]), (1, &json!("PAY_WITHIN_15_WORKING_DAYS")));

    // pages follow each other in the order of the ends, equal ends included, in both directions
    let ask = "query ($first: Int, $after: String, $last: Int, $before: String) {
        dueTerms(filter: { state: RUNNING }, first: $first, after: $after, last: $last, before: $before) {
            nodes { dueOn } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
    let (mut walked, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = app.ask(Some(&court.officer), ask, json!({ "first": 2, "after": after })).await["dueTerms"].take();
        walked.extend(column(page["nodes"].as_array().unwrap(), "dueOn"));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(walked, expected);
    let last = app.ask(Some(&court.officer), ask, json!({ "last": 3, "before": after })).await["dueTerms"].take();
    assert_eq!(column(last["nodes"].as_array().unwrap(), "dueOn"), expected[3..6]);
    assert_eq!(last["pageInfo"]["hasPreviousPage"], true);

    // an officer's list follows the case when another takes it over
    let colleague = app.user("colleague", "承办人乙", &[Role::Officer], Some(court.id)).await;
    let of = |user: &User| json!({ "officer": user.account.to_global(), "state": "RUNNING" });
    assert_eq!(due(&court, &chief, of(&court.officer)).await.len(), 4);
    assert_eq!(due(&court, &chief, of(&colleague)).await.len(), 0);
    let assign =
        json!({ "case": second["id"], "officer": colleague.account.to_global(), "idempotencyKey": "assign-0001" });
    for replayed in [false, true] {
        let done = app.done(&chief, "assignCase", assign.clone(), "case { officerId }").await;
        assert_eq!((&done["replayed"], &done["case"]["officerId"]), (&json!(replayed), &assign["officer"]));
    }
    assert_eq!(
        (due(&court, &chief, of(&court.officer)).await.len(), due(&court, &chief, of(&colleague)).await.len()),
        (2, 2)
    );
    let nobody = json!({ "case": second["id"], "officer": chief.account.to_global() });
    assert_eq!(app.refused(&chief, "assignCase", nobody.clone()).await.0, "NOT_FOUND");
    let document = "mutation ($input: AssignCaseInput!) { assignCase(input: $input) { replayed } }";
    let mut input = nobody;
    input["idempotencyKey"] = json!("assign-0002");
    assert_eq!(app.error_code(Some(&court.officer), document, json!({ "input": input })).await, "FORBIDDEN");

    let foreign = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[Role::Officer], Some(foreign)).await;
    assert_eq!(due(&court, &stranger, json!({})).await.len(), 0);
    let wrong = json!({ "filter": { "state": "MET", "lamp": "RED" } });
    let ask = "query ($filter: TermFilter) { dueTerms(filter: $filter) { nodes { dueOn } } }";
    assert_eq!(app.error_code(Some(&court.officer), ask, wrong).await, "BAD_USER_INPUT");
    court.app.finish().await;
}
both!(terms_are_listed_by_their_end_with_lamp_and_officer, super::lists_what_is_due);

async fn a_page_of_lamps(database: TestDatabase) {
    let court = court(database).await;
    for reference in ["R-1", "R-2", "R-3", "R-4", "R-5", "R-6", "R-7", "R-8"] {
        court.receive(&court.arrival(reference, "100.00")).await.unwrap();
    }
    let ask = "query ($first: Int!) { dueTerms(filter: { state: RUNNING }, first: $first) { nodes { lamp } } }";
    let mut cost = Vec::new();
    for first in [1, 24] {
        let before = statements(&court).await;
        let seen = court.app.ask(Some(&court.officer), ask, json!({ "first": first })).await;
        let terms = seen["dueTerms"]["nodes"].as_array().unwrap();
        assert!(terms.len() == first && terms.iter().all(|term| term["lamp"].is_string()), "{seen:#}");
        cost.push(statements(&court).await - before);
    }
    // one for each of 23 more lamps would be 23; a gathering that ends early on a busy machine asks again
    assert!(cost[1] <= cost[0] + 10, "{cost:?}");
    court.app.finish().await;
}
both!(a_page_of_lamps_asks_for_the_settings_of_its_court_once, super::a_page_of_lamps);

async fn pauses_and_goes_on(database: TestDatabase) {
    let court = court(database).await;
    let (app, officer, chief) = (&court.app, &court.officer, people(&court).await.chief);
    let case = court.open("（2026）湘0102执12号", "1000.00").await;
    arrives(&court, &case, "R-1", "2026-03-02").await;
    let states = |filter: Value| due(&court, officer, filter);
    let running = json!({ "case": case["id"], "state": "RUNNING" });
    assert_eq!(states(running.clone()).await.len(), 2);

    let defer = json!({ "case": case["id"], "reason": "NOT_COLLECTED", "explanation": "经通知未领取", "document": "延缓审批表" });
    let deferral =
        app.done(officer, "deferDisbursement", defer, "deferral { id approval { id } }").await["deferral"].take();
    assert_eq!(states(running.clone()).await.len(), 2, "a proposal pauses nothing");
    app.approve(&deferral["approval"]["id"], &[&chief]).await;
    let paused = states(json!({ "case": case["id"], "state": "PAUSED" })).await;
    assert_eq!(column(&paused, "lamp"), [Value::Null, Value::Null]);
    assert_eq!(column(&paused, "pausedOn"), ["2026-03-02", "2026-03-02"]);
    // money that arrives meanwhile waits too
    arrives(&court, &case, "R-2", "2026-03-02").await;
    assert_eq!(states(json!({ "case": case["id"], "state": "PAUSED" })).await.len(), 4);

    // a suspension that outlasts the deferral keeps the terms paused
    let suspend = json!({ "case": case["id"], "ground": "OUTSIDER_OBJECTION", "document": "中止裁定书", "idempotencyKey": "suspend-0001" });
    let select = "suspension { id suspendedOn case { status } }";
    for replayed in [false, true] {
        let done = app.done(officer, "suspendCase", suspend.clone(), select).await;
        assert_eq!((&done["replayed"], &done["suspension"]["case"]["status"]), (&json!(replayed), &json!("SUSPENDED")));
    }
    let again = json!({ "case": case["id"], "ground": "OTHER", "document": "中止裁定书" });
    assert_eq!(app.refused(officer, "suspendCase", again).await, ("CASE_NOT_OPEN".into(), "民诉法 第267条".into()));
    app.go_to("2026-03-10T09:00:00.000+08:00").await;
    let end = |gone: Value| json!({ "deferral": deferral["id"], "document": "已联系上", "reasonGoneOn": gone });
    for bad in ["2026-03-01", "2026-03-11"] {
        assert_eq!(
            app.refused(officer, "endDeferral", end(json!(bad))).await,
            ("DATE_INVALID".into(), "执行款物规定 第10条".into())
        );
    }
    let ended = app.done(officer, "endDeferral", end(json!("2026-03-06")), "deferral { endedOn dueOn }").await;
    assert_eq!(ended["deferral"], json!({ "endedOn": "2026-03-06", "dueOn": "2026-03-16" }));
    assert_eq!(states(json!({ "case": case["id"], "state": "PAUSED" })).await.len(), 4);

    let resume = |gone: Value| json!({ "case": case["id"], "document": "恢复执行通知书", "reasonGoneOn": gone });
    assert_eq!(app.refused(officer, "resumeSuspendedCase", resume(json!("2026-03-11"))).await.0, "DATE_INVALID");
    let done = app
        .done(
            officer,
            "resumeSuspendedCase",
            resume(json!("2026-03-09")),
            "suspension { endedOn case { status suspensions { ground } } }",
        )
        .await;
    assert_eq!(
        done["suspension"]["case"],
        json!({ "status": "OPEN", "suspensions": [{ "ground": "OUTSIDER_OBJECTION" }] })
    );
    assert_eq!(app.refused(officer, "resumeSuspendedCase", resume(Value::Null)).await.0, "WRONG_STATE");
    let now = states(running).await;
    assert_eq!(column(&now, "rule"), ["PAY_AFTER_DEFERRAL_10_DAYS", "PAY_AFTER_DEFERRAL_10_DAYS"]);
    assert_eq!(column(&now, "dueOn"), ["2026-03-19", "2026-03-19"], "ten days from the day on which the ground went");
    assert_eq!(states(json!({ "case": case["id"], "state": "SUPERSEDED" })).await.len(), 4);
    assert_eq!(states(json!({ "case": case["id"], "state": "PAUSED" })).await.len(), 0);
    court.app.finish().await;
}
both!(deferral_and_suspension_pause_the_terms_and_ten_days_follow, super::pauses_and_goes_on);

async fn small_sums_go_first(database: TestDatabase) {
    let court = court(database).await;
    let leaders = people(&court).await;
    let administrator = court.app.user("court-admin", "系统管理员", &[Role::Administrator], Some(court.id)).await;
    for (name, value) in [("fast_payout_limit", "1000.00"), ("fast_payout_working_days", "5")] {
        set(&court, &administrator, &leaders.vice_president, name, value).await;
    }
    let case = court.open("（2026）湘0102执12号", "9000.00").await;
    for (reference, amount, share, last) in [
        ("R-1", "1000.00", "2026-03-06", "2026-03-09"), // five working days, four of them enforcement's
        ("R-2", "1000.01", "2026-03-16", "2026-03-23"), // ten and five
    ] {
        let arrival = Arrival { case: Some(case_id(&case)), ..court.arrival(reference, amount) };
        let receipt = court.receive(&arrival).await.unwrap();
        let seen = court.receipt(receipt, "terms { rule dueOn enforcementDueOn }").await["terms"].take();
        let paid = json!({ "rule": "PAY_WITHIN_15_WORKING_DAYS", "dueOn": last, "enforcementDueOn": share });
        assert!(seen.as_array().unwrap().contains(&paid), "{amount}: {seen:#}");
        let others = seen.as_array().unwrap().iter().filter(|term| **term != paid);
        assert!(others.into_iter().all(|term| term["enforcementDueOn"].is_null()));
    }
    court.app.finish().await;
}
both!(a_court_promises_small_sums_sooner_and_shows_enforcements_part, super::small_sums_go_first);
