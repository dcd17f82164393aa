//! Live changes of a filter of the catalogue: lots enter, change and leave, and a viewer goes on where he was cut off.

use crate::{
    auction::{END, START, Sale},
    both,
    support::database::TestDatabase,
};
use serde_json::{Value, json};
use std::time::Duration;

/// A viewer of a filter, over server-sent events.
struct Viewer {
    response: reqwest::Response,
    buffer: Vec<u8>,
}

async fn open(sale: &Sale, filter: Value, after: Option<&Value>) -> reqwest::Response {
    let document = "subscription ($f: CatalogueFilter, $a: String) { catalogueEvents(filter: $f, after: $a) {
        turn version serverTime lot { id status currentPrice } } }";
    let body = json!({ "query": document, "variables": { "f": filter, "a": after } });
    let request = reqwest::Client::new().post(sale.court.app.running.url()).json(&body);
    request.header("accept", "text/event-stream").send().await.unwrap()
}

impl Viewer {
    async fn watch(sale: &Sale, filter: Value, after: Option<&Value>) -> Viewer {
        Viewer { response: open(sale, filter, after).await, buffer: Vec::new() }
    }
    /// The next event; within ten seconds.
    async fn next(&mut self) -> Value {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let message: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let message = String::from_utf8(message).unwrap();
                // what keeps the connection alive is no event
                let Some(data) = message.lines().find_map(|line| line.strip_prefix("data: ")) else { continue };
                let mut data: Value = serde_json::from_str(data).unwrap();
                assert!(data.get("errors").is_none(), "{data}");
                return data["data"]["catalogueEvents"].take();
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.response.chunk()).await;
            self.buffer.extend(chunk.expect("an event").unwrap().expect("an open stream"));
        }
    }
    /// Turn, state and price of the next event.
    async fn turn(&mut self) -> Value {
        let event = self.next().await;
        json!([event["turn"], event["lot"]["status"], event["lot"]["currentPrice"]])
    }
}

/// The contact of the court is corrected twice: only in between the lot has the word that is looked for.
async fn corrected(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let mut viewer = Viewer::watch(&sale, json!({ "text": "电话" }), None).await;
    assert_eq!(viewer.next().await["turn"], Value::Null);
    for (contact, turn) in [("电话0731-1", "ENTERED"), ("电话0731-2", "CHANGED"), ("执行局二楼", "LEFT")] {
        let input = json!({ "lot": sale.lot, "items": [{ "item": "COURT_CONTACT", "content": contact }],
            "reason": "登记信息有误", "documentNumber": "更正公告1号" });
        sale.court.app.done(&sale.court.officer, "reviseAnnouncement", input, "lot { id }").await;
        assert_eq!(viewer.turn().await, json!([turn, "ANNOUNCED", null]), "{contact}");
    }
    drop(viewer);
    sale.court.app.finish().await;
}

async fn tells(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let open_house = json!({ "status": ["OPEN"], "text": "住宅" });
    let mut viewer = Viewer::watch(&sale, open_house.clone(), None).await;
    let first = viewer.next().await;
    assert_eq!((&first["turn"], &first["lot"]), (&Value::Null, &Value::Null), "load your page");
    let mut cars = Viewer::watch(&sale, json!({ "text": "轿车" }), None).await;
    assert_eq!(cars.next().await["turn"], Value::Null);
    sale.court.app.go_to(START).await;
    let opened = viewer.next().await;
    assert_eq!((&opened["turn"], &opened["lot"]["id"]), (&json!("ENTERED"), &sale.lot));
    assert_eq!(opened["serverTime"], START);
    let mut cheap = Viewer::watch(&sale, json!({ "priceTo": "500000.00" }), None).await;
    assert_eq!(cheap.next().await["turn"], Value::Null);
    sale.bid(&anna, "500000.00").await;
    let bid = viewer.next().await;
    assert_eq!((&bid["turn"], &bid["lot"]["currentPrice"]), (&json!("CHANGED"), &json!("500000.00")));
    assert_eq!(cheap.turn().await, json!(["CHANGED", "OPEN", "500000.00"]));
    // cut off after that bid: the next one is told on coming back, and none twice
    drop(viewer);
    sale.bid(&bert, "510000.00").await;
    assert_eq!(cheap.turn().await, json!(["LEFT", "OPEN", "510000.00"]));
    let mut viewer = Viewer::watch(&sale, open_house.clone(), Some(&bid["version"])).await;
    assert_eq!(viewer.turn().await, json!(["CHANGED", "OPEN", "510000.00"]));
    // a version of another server
    let mut strange = Viewer::watch(&sale, open_house, Some(&json!("0123456789abcdef.1"))).await;
    assert_eq!(strange.next().await["turn"], Value::Null);
    sale.court.app.go_to(END).await;
    for viewer in [&mut viewer, &mut strange] {
        assert_eq!(viewer.turn().await, json!(["LEFT", "SOLD", "510000.00"]));
    }
    // no car has come by
    assert!(tokio::time::timeout(Duration::from_millis(300), cars.next()).await.is_err());
    for (filter, after) in [(json!({ "text": "！" }), None), (json!({}), Some(json!("x".repeat(65))))] {
        let refused = open(&sale, filter, after.as_ref()).await.text().await.unwrap();
        assert!(refused.contains("BAD_USER_INPUT"), "{refused}");
    }
    drop((viewer, strange, cheap, cars));
    sale.court.app.finish().await;
}
both!(netauction_13_a_correction_is_told_to_who_looks_for_the_old_words_and_for_the_new, super::corrected);
both!(who_watches_a_filter_hears_of_lots_that_enter_change_and_leave, super::tells);
