//! A holiday notice moves every day that was counted by the calendar, whichever room keeps it, and shows each before.

use crate::{
    admin::{notice, year_2027},
    auction::{START, Sale},
    both,
    disbursement::people,
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use duixian::{
    access::Role,
    kernel::{clock::LegalDate, db::sql},
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// The only row's day in a column.
async fn stored(app: &TestApp, table: &str, column: &str) -> String {
    let reader = app.database.db.reader();
    let text = format!("SELECT MIN({column}) AS day FROM {table}");
    let row = reader.query_one_raw(sql(&reader, &text, [])).await.unwrap().unwrap();
    row.try_get::<LegalDate>("", "day").unwrap().to_string()
}
/// Proposes the notice, has it approved and answers how it said that it would move terms.
async fn notify(app: &TestApp, one: &User, two: &User, last: &str) -> Value {
    let select = "notice { id affectedTerms affectedByKind { kind terms } approval { id } }";
    let proposed = app.done(one, "proposeCalendarNotice", notice(&year_2027(last)), select).await["notice"].take();
    let pages = "query ($id: ID!) { node(id: $id) { ... on CalendarNotice {
        ruling: movedTerms(kind: RULING) { nodes { rule startsOn before after provisional } }
        first: movedTerms(kind: LOT_OBJECTION, first: 1) { nodes { before after } pageInfo { hasNextPage endCursor } }
        none: movedTerms(kind: FEE_REFUND) { nodes { before } } } } }";
    let shown = app.ask(Some(two), pages, json!({ "id": proposed["id"] })).await["node"].take();
    let rest = "query ($id: ID!, $after: String) { node(id: $id) { ... on CalendarNotice {
        movedTerms(kind: LOT_OBJECTION, after: $after) { nodes { before after } pageInfo { hasNextPage } } } } }";
    let after = json!({ "id": proposed["id"], "after": shown["first"]["pageInfo"]["endCursor"] });
    let rest = app.ask(Some(two), rest, after).await["node"]["movedTerms"].take();
    app.approve(&proposed["approval"]["id"], &[two]).await;
    app.settle().await;
    let decided = app.ask(Some(two), pages, json!({ "id": proposed["id"] })).await["node"].take();
    assert_eq!(decided["ruling"], Value::Null, "nothing is previewed of what is decided");
    json!({ "kinds": proposed["affectedByKind"], "all": proposed["affectedTerms"], "shown": shown, "rest": rest })
}

async fn moves_every_day(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let court = &sale.court;
    let (app, officer, people) = (&court.app, &court.officer, people(court).await);
    let one = app.user("calendar-one", "日历管理员", &[Role::Administrator], None).await;
    let two = app.user("calendar-two", "日历复核员", &[Role::Administrator], None).await;
    let other = court.open("（2026）湘0102执13号", "1000.00").await;
    let (anna, registration) = sale.register(1, None).await;
    sale.pay("D1", &[(&registration, 1, "100000.00")]).await;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;

    // ten days from 22 December and fifteen from 20 December end on Monday 4 January, as far as one knows yet
    app.go_to("2026-12-22T09:00:00+08:00").await;
    sale.pay("B1", &[(&registration, 1, "400000.00")]).await;
    let reason = json!({ "case": other["id"], "reason": "NOT_COLLECTED", "explanation": "经通知未领取", "document": "延缓审批表" });
    let deferral =
        app.done(officer, "deferDisbursement", reason, "deferral { id approval { id } }").await["deferral"].take();
    app.approve(&deferral["approval"]["id"], &[&people.chief]).await;
    let end = json!({ "deferral": deferral["id"], "document": "已联系上" });
    app.done(officer, "endDeferral", end, "deferral { dueOn }").await;
    for kind in ["VALUATION", "ACT_OF_ENFORCEMENT"] {
        let file = json!({ "lot": sale.lot, "kind": kind, "objector": "案外人丁", "grounds": "评估过低", "filedOn": "2026-12-20" });
        app.done(officer, "fileLotObjection", file, "lot { status }").await;
    }
    let days = async || {
        [
            stored(app, "lot_result", "ruling_due_on").await,
            stored(app, "deferral", "due_on").await,
            stored(app, "lot_objection", "due_on").await,
        ]
    };
    assert_eq!(days().await, ["2027-01-04"; 3]);

    let said = notify(app, &one, &two, "2027-01-04").await;
    let kinds = json!([{ "kind": "DEFERRAL", "terms": 1 }, { "kind": "RULING", "terms": 1 },
        { "kind": "LOT_OBJECTION", "terms": 2 }]);
    assert_eq!((&said["kinds"], &said["all"]), (&kinds, &json!(4)));
    let moved = json!({ "before": "2027-01-04", "after": "2027-01-05" });
    let ruling = json!([{ "rule": "RULING_10_DAYS", "startsOn": "2026-12-22", "before": "2027-01-04",
        "after": "2027-01-05", "provisional": false }]);
    assert_eq!(said["shown"]["ruling"]["nodes"], ruling);
    assert_eq!(said["shown"]["none"]["nodes"], json!([]));
    assert_eq!(said["shown"]["first"]["nodes"], json!([moved]));
    assert_eq!(said["shown"]["first"]["pageInfo"]["hasNextPage"], true);
    assert_eq!(said["rest"], json!({ "nodes": [moved], "pageInfo": { "hasNextPage": false } }));
    assert_eq!(days().await, ["2027-01-05"; 3]);

    // once the ruling is served its term stays, that of the delivery runs; a court's own days move back too
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之一", "servedOn": "2026-12-22" });
    app.done(officer, "serveRuling", ruling, "lot { status }").await;
    assert_eq!(stored(app, "lot_result", "delivery_due_on").await, "2027-01-06");
    let said = notify(app, &one, &two, "2027-01-06").await;
    let kinds = json!([{ "kind": "DEFERRAL", "terms": 1 }, { "kind": "DELIVERY", "terms": 1 },
        { "kind": "LOT_OBJECTION", "terms": 2 }]);
    assert_eq!(said["kinds"], kinds);
    assert_eq!(stored(app, "lot_result", "delivery_due_on").await, "2027-01-07");
    assert_eq!(days().await, ["2027-01-05", "2027-01-04", "2027-01-04"]);
    sale.court.app.finish().await;
}
both!(minsufa_85_a_notice_moves_every_stored_term_and_shows_each_before, super::moves_every_day);
