//! Watching a lot: what viewers are told, when they come late, and on which server they look.

use crate::{
    auction::{END, START, Sale},
    both,
    support::database::{TestDatabase, postgres},
};
use serde_json::{Value, json};
use std::time::Duration;

const FIELDS: &str = "version kind status currentPrice bidCount leadingBidderCode serverTime";

/// An open stream of events.
struct Viewer {
    response: reqwest::Response,
    text: String,
}
impl Viewer {
    async fn of(url: String, lot: &Value, after: Option<i64>) -> Viewer {
        let query =
            format!("subscription ($lot: ID!, $after: Int) {{ lotEvents(lotId: $lot, after: $after) {{ {FIELDS} }} }}");
        let body = json!({ "query": query, "variables": { "lot": lot, "after": after } });
        let request = reqwest::Client::new().post(url).json(&body).header("accept", "text/event-stream");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Viewer { response, text: String::new() }
    }
    /// The next answer of the stream; it must come soon.
    async fn answer(&mut self) -> Value {
        tokio::time::timeout(Duration::from_secs(15), async {
            loop {
                if let Some((event, rest)) = self.text.split_once("\n\n") {
                    let data = event.lines().find_map(|line| line.strip_prefix("data: ").map(str::to_owned));
                    self.text = rest.to_owned();
                    match data {
                        Some(data) => return serde_json::from_str(&data).unwrap(),
                        None => continue,
                    }
                }
                let chunk = self.response.chunk().await.unwrap().expect("the stream goes on");
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        })
        .await
        .expect("an event within seconds")
    }
    async fn event(&mut self) -> Value {
        let mut answer = self.answer().await;
        assert!(answer["errors"].is_null(), "{answer:#}");
        answer["data"]["lotEvents"].take()
    }
    /// Events up to the one of this kind.
    async fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let event = self.event().await;
            let last = event["kind"] == kind;
            events.push(event);
            if last {
                return events;
            }
        }
    }
}
fn versions(events: &[Value]) -> Vec<i64> {
    events.iter().map(|event| event["version"].as_i64().unwrap()).collect()
}
async fn version(sale: &Sale) -> i64 {
    sale.lot(None, "version").await["version"].as_i64().unwrap()
}

async fn told(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let app = &sale.court.app;
    app.go_to(START).await;
    let opened = version(&sale).await;
    let url = app.running.url();
    let mut early = Viewer::of(url.clone(), &sale.lot, None).await;
    let first = early.event().await;
    assert_eq!(
        (&first["kind"], &first["version"], &first["status"]),
        (&json!("OPENED"), &json!(opened), &json!("OPEN"))
    );
    assert_eq!(first["serverTime"], START, "{first:#}");
    for (bidder, amount) in
        [(&anna, "500000.00"), (&bert, "510000.00"), (&anna, "520000.00"), (&bert, "530000.00"), (&anna, "540000.00")]
    {
        sale.bid(bidder, amount).await;
    }
    let last = version(&sale).await;
    assert_eq!(last, opened + 5);
    let mut seen = vec![first];
    while versions(&seen).last() != Some(&last) {
        seen.push(early.event().await);
    }
    assert!(versions(&seen).is_sorted_by(|one, next| one < next), "{seen:#?}");
    let newest = seen.last().unwrap();
    assert_eq!(
        (&newest["kind"], &newest["currentPrice"], &newest["bidCount"]),
        (&json!("BID"), &json!("540000.00"), &json!(5))
    );
    // who comes late is told what happened, and of the bids the one that stands
    let mut late = Viewer::of(url.clone(), &sale.lot, Some(0)).await;
    let history = late.until("BID").await;
    let kinds: Vec<_> = history.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(
        (kinds.first(), kinds.iter().filter(|kind| **kind == "BID").count()),
        (Some(&"PUBLISHED"), 1),
        "{kinds:?}"
    );
    assert!(kinds.contains(&"OPENED"), "{kinds:?}");
    assert_eq!(versions(&history).last(), Some(&last));
    // one who resumes behind the present version hears of nothing until something happens
    let mut resumed = Viewer::of(url, &sale.lot, Some(last)).await;
    app.go_to(END).await;
    for viewer in [&mut early, &mut late, &mut resumed] {
        let end = viewer.until("SOLD").await;
        assert!(versions(&end).first() > Some(&last), "{end:#?}");
        assert_eq!(end.last().unwrap()["currentPrice"], "540000.00");
    }
    sale.court.app.finish().await;
}
both!(viewers_are_told_of_the_latest_bid_and_of_every_other_change, super::told);

async fn hidden(database: TestDatabase) {
    let (sale, _) = Sale::draft(database).await;
    let mut viewer = Viewer::of(sale.court.app.running.url(), &sale.lot, None).await;
    let answer = viewer.answer().await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer:#}");
    sale.court.app.finish().await;
}
both!(nobody_watches_a_lot_that_is_not_published, super::hidden);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_on_one_server_hears_of_a_bid_on_another() {
    let sale = Sale::announced(postgres().await).await;
    let anna = sale.bidder(1).await;
    let app = &sale.court.app;
    let other = app.join("node-2").await;
    app.go_to(START).await;
    let mut viewer = Viewer::of(app.running.url(), &sale.lot, None).await;
    assert_eq!(viewer.event().await["kind"], "OPENED");
    let input = json!({ "lot": sale.lot, "amount": "500000.00", "idempotencyKey": "elsewhere" });
    app.bid_at(&other.url(), &anna, input).await;
    let heard = viewer.event().await;
    assert_eq!((&heard["kind"], &heard["currentPrice"]), (&json!("BID"), &json!("500000.00")));
    assert!(other.stop().await);
    sale.court.app.finish().await;
}
