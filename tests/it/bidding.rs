//! Bidding under trouble: rates, strangers, clocks, leases, closing against bidding, outages.

use crate::{
    auction::{END, START, Sale, just_before},
    both,
    support::{
        app::{TestApp, User},
        database::{TestDatabase, postgres},
    },
};
use chrono::TimeDelta;
use duixian::kernel::{clock::Timestamp, money::Money, query::Fetch, timekeeping::Reading};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

#[path = "bidding_servers.rs"]
mod servers;

fn at(instant: &str) -> Timestamp {
    Timestamp::parse(instant).unwrap()
}
fn keyed(sale: &Sale, amount: &str, key: &str) -> Value {
    json!({ "lot": sale.lot, "amount": amount, "idempotencyKey": key })
}
async fn status(sale: &Sale) -> Value {
    sale.lot(None, "status").await["status"].take()
}

async fn limited(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let app = &sale.court.app;
    app.go_to(START).await;
    let document = "mutation ($input: PlaceBidInput!) { placeBid(input: $input) { replayed } }";
    let client = reqwest::Client::new();
    let bids = (0..40).map(|n| {
        let body =
            json!({ "query": document, "variables": { "input": keyed(&sale, "1.00", &format!("rate-{n:04}")) } });
        client.post(app.running.url()).json(&body).bearer_auth(&anna.token).send()
    });
    let mut denied = 0;
    for answer in futures_util::future::join_all(bids).await {
        let answer = answer.unwrap();
        let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let answer: Value = answer.json().await.unwrap();
        if answer["errors"].is_array() {
            assert_eq!(answer["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{answer:#}");
            let seconds: u32 = retry_after.expect("a Retry-After header").parse().unwrap();
            assert!((1..=60).contains(&seconds), "{seconds}");
            denied += 1;
        }
    }
    // twenty at once, and one more for each second that it may have taken
    assert!((1..=20).contains(&denied), "{denied}");
    // what was limited was not recorded, and the other bidder is not held up
    let mine = sale.lot(Some(&anna), "myBids(first: 100) { nodes { id } }").await;
    assert_eq!(mine["myBids"]["nodes"].as_array().unwrap().len(), 40 - denied);
    sale.bid(&bert, "500000.00").await;
    sale.court.app.finish().await;
}
both!(bids_are_limited_per_registration, super::limited);

async fn strangers(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, stranger) = (sale.bidder(1).await, sale.sign_up(9).await);
    let app = &sale.court.app;
    app.go_to(START).await;
    let select = "bid { sequence outcome bidderCode refusal { code } } receipt { refusal statement }";
    let tried = app.mutate(&stranger, "placeBid", keyed(&sale, "500000.00", "not-registered"), select).await;
    assert_eq!(tried["userErrors"][0]["code"], "NOT_QUALIFIED", "{tried:#}");
    assert_eq!(tried["receipt"]["refusal"], "NOT_QUALIFIED");
    let bid =
        json!({ "sequence": 1, "outcome": "NOT_ACCEPTED", "bidderCode": null, "refusal": { "code": "NOT_QUALIFIED" } });
    assert_eq!(tried["bid"], bid);
    // the same key is the same attempt, and the lot's numbers go on without a gap
    let again = app.mutate(&stranger, "placeBid", keyed(&sale, "500000.00", "not-registered"), select).await;
    assert_eq!((&again["replayed"], &again["receipt"]), (&json!(true), &tried["receipt"]));
    let reused = app.mutate(&stranger, "placeBid", keyed(&sale, "510000.00", "not-registered"), "").await;
    assert_eq!(reused["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
    let accepted = app.mutate(&anna, "placeBid", keyed(&sale, "500000.00", "registered"), "bid { sequence }").await;
    assert_eq!(accepted["bid"]["sequence"], 2, "{accepted:#}");
    // his own to see, also once he is registered; nobody else's
    let mine = "myBids(first: 5) { nodes { sequence amount receipt { refusal } } }";
    let own = json!({ "nodes": [{ "sequence": 1, "amount": "500000.00", "receipt": { "refusal": "NOT_QUALIFIED" } }] });
    assert_eq!(sale.lot(Some(&stranger), mine).await["myBids"], own);
    app.done(&stranger, "registerForLot", json!({ "lot": sale.lot }), "registration { status }").await;
    assert_eq!(sale.lot(Some(&stranger), mine).await["myBids"], own);
    for other in [None, Some(&anna)] {
        let seen = sale.lot(other, "bids(last: 1) { nodes { sequence amount refusal { code } } }").await;
        assert_eq!(seen["bids"]["nodes"], json!([{ "sequence": 1, "amount": null, "refusal": null }]));
    }
    // there is nothing to number an attempt on a lot that nobody may see
    let unknown = json!({ "lot": duixian::kernel::ids::LotId::new(app.clock.now()).to_global(), "amount": "1.00" });
    assert_eq!(app.refused(&stranger, "placeBid", unknown).await.0, "NOT_FOUND");
    app.go_to(END).await;
    let file = sale.lot(None, "replay { content }").await["replay"]["content"].take();
    let checked = duixian::auction::replay::check(file.as_str().unwrap(), None);
    assert!(checked.holds() && (checked.attempts, checked.bids) == (2, 1), "{checked}");
    sale.court.app.finish().await;
}
both!(an_attempt_of_somebody_who_is_not_registered_has_its_receipt_too, super::strangers);

async fn wrong_clock(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let app = &sale.court.app;
    let bidding = &app.running.bidding;
    let off_by = |millis| {
        let now = app.clock.now();
        Reading { before: now, other: now.minus(TimeDelta::milliseconds(millis)), after: now }
    };
    let readyz = async || {
        let answer = reqwest::get(format!("http://{}/readyz", app.running.address)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    app.go_to(START).await;
    bidding.sign_of_life(&app.running.services).await.unwrap();
    bidding.take_time(off_by(50));
    sale.bid(&anna, "500000.00").await;
    assert_eq!(readyz().await.0, 200);
    bidding.take_time(off_by(51));
    let refused = app.mutate(&bert, "placeBid", sale.offer("510000.00"), "receipt { refusal }").await;
    assert_eq!(refused["userErrors"][0]["code"], "SERVER_CLOCK_OFF", "{refused:#}");
    assert_eq!(refused["receipt"]["refusal"], "SERVER_CLOCK_OFF", "he was there, and can show it");
    let seen = readyz().await;
    assert!(seen.0 == 503 && seen.1.contains("clock"), "{seen:?}");
    // it says that it takes no bids, and takes them again when its clock is right
    bidding.sign_of_life(&app.running.services).await.unwrap();
    let own = async || {
        let reader = app.database.db.reader();
        duixian::auction::store::intake::Entity::find().first(&reader).await.unwrap().unwrap()
    };
    assert!(own().await.retired);
    bidding.take_time(off_by(-50));
    bidding.sign_of_life(&app.running.services).await.unwrap();
    assert!(!own().await.retired);
    sale.bid(&bert, "510000.00").await;
    // the replay knows the fault as the platform's
    beats(app, "2026-04-17T09:54:00+08:00", at(END).plus(TimeDelta::seconds(2))).await;
    app.settle().await;
    let content = sale.lot(None, "replay { content }").await["replay"]["content"].take();
    let checked = duixian::auction::replay::check(content.as_str().unwrap(), None);
    assert!(checked.holds() && checked.attempts == 3, "{checked}");
    sale.court.app.finish().await;
}
both!(a_server_whose_clock_is_off_takes_no_bids, super::wrong_clock);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_is_compared_with_the_databases() {
    let app = TestApp::start(postgres().await).await;
    let compare = async || {
        let services = &app.running.services;
        duixian::kernel::timekeeping::compare(&services.clock, &services.db).await.unwrap()
    };
    assert_eq!(compare().await, None, "a clock that a person moves is not compared");
    app.clock.release();
    let reading = compare().await.unwrap();
    assert!(reading.before <= reading.after);
    assert!(!matches!(reading.finding(), duixian::kernel::timekeeping::Finding::Off(_)), "one machine: {reading:?}");
    app.running.stop().await;
}

async fn first_lease(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let stranger = sale.sign_up(9).await;
    let app = &sale.court.app;
    let leases = async || {
        let reader = app.database.db.reader();
        let rows = duixian::auction::store::intake::Entity::find().list(&reader).await.unwrap();
        rows.into_iter().map(|row| (row.node, row.token, row.retired)).collect::<Vec<_>>()
    };
    assert!(leases().await.is_empty());
    // nobody gives signs of life, and the clock is the machine's: the first bid finds the process without a lease
    app.clock.release();
    let stranger = app.sign_in(stranger.account).await;
    let tried = app.mutate(&stranger, "placeBid", keyed(&sale, "500000.00", "the-first-bid"), "bid { sequence }").await;
    assert_eq!(tried["bid"]["sequence"], 1, "{tried:#}");
    assert_eq!(leases().await, [("node-1".to_owned(), 1, false)], "written before the bid was decided");
    sale.court.app.running.stop().await;
}
both!(no_bid_is_decided_before_the_first_lease_is_written, super::first_lease);

/// Bids of `users` in turn, each a step above the last asked for, sent to the servers in turn.
async fn storm(sale: &Sale, urls: &[String], users: &[User], from: i64) -> Vec<Value> {
    let bids = (0..40).map(|n| {
        let (url, user) = (&urls[n % urls.len()], &users[n % users.len()]);
        let amount = format!("{}.00", 500_000 + (from + i64::try_from(n).unwrap()) * 10_000);
        let input = keyed(sale, &amount, &format!("storm-{from}-{n:04}"));
        async move { (amount, sale.court.app.bid_at(url, user, input).await) }
    });
    let answers = futures_util::future::join_all(bids).await;
    answers
        .into_iter()
        .map(|(amount, mut answer)| {
            answer["amount"] = json!(amount);
            answer
        })
        .collect()
}

/// Exactly the accepted bids count, all of them arrived in time, and the best one has won.
async fn check_storm(sale: &Sale, answers: &[Value]) {
    let accepted: Vec<&Value> = answers.iter().filter(|answer| answer["userErrors"] == json!([])).collect();
    let seen = sale.lot(None, "status bidCount currentPrice effectiveEndAt result { hammerPrice }").await;
    assert_eq!(seen["bidCount"], json!(accepted.len()), "{seen:#}");
    let end = at(seen["effectiveEndAt"].as_str().unwrap());
    for bid in &accepted {
        assert!(at(bid["bid"]["arrivedAt"].as_str().unwrap()) < end);
    }
    let best = accepted
        .iter()
        .map(|bid| bid["amount"].as_str().unwrap())
        .max_by_key(|amount| amount.parse::<Money>().unwrap());
    assert_eq!(seen["currentPrice"].as_str(), best);
    if seen["status"] == "SOLD" {
        assert_eq!(seen["result"]["hammerPrice"].as_str(), best);
    }
    let late = answers.iter().filter(|answer| answer["userErrors"] != json!([]));
    for refused in late {
        assert_eq!(refused["bid"]["outcome"], "NOT_ACCEPTED", "a refused bid is recorded too: {refused:#}");
        assert!(refused["receipt"]["signedText"].is_string());
    }
}

async fn closes_against_bids(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let users = [sale.bidder(1).await, sale.bidder(2).await, sale.bidder(3).await];
    let app = &sale.court.app;
    app.go_to(START).await;
    app.clock.advance_to(just_before(END));
    let urls = [app.running.url()];
    let closing = async {
        for minutes in 0..7 {
            tokio::time::sleep(std::time::Duration::from_millis(15)).await;
            app.clock.advance_to(at(END).plus(TimeDelta::minutes(minutes)));
            app.settle().await;
        }
    };
    let (answers, ()) = tokio::join!(storm(&sale, &urls, &users, 0), closing);
    app.clock.advance_to(at("2026-04-18T10:00:00+08:00"));
    app.settle().await;
    check_storm(&sale, &answers).await;
    assert_ne!(status(&sale).await, "OPEN");
    sale.court.app.finish().await;
}
both!(closing_races_with_bidding_and_neither_loses_a_bid, super::closes_against_bids);

async fn beats(app: &TestApp, from: &str, to: Timestamp) {
    let mut now = at(from);
    while now <= to {
        app.clock.advance_to(now);
        app.running.bidding.beat().await.unwrap();
        now = now.plus(TimeDelta::seconds(2));
    }
}

async fn outage(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    app.go_to(START).await;
    // an outage before the last minutes is no ground
    beats(app, "2026-04-17T09:40:00+08:00", at("2026-04-17T09:40:10+08:00")).await;
    beats(app, "2026-04-17T09:54:00+08:00", at("2026-04-17T09:57:00+08:00")).await;
    sale.bid(&anna, "500000.00").await;
    app.settle().await;
    assert_eq!(
        sale.lot(None, "status effectiveEndAt").await,
        json!({ "status": "OPEN", "effectiveEndAt": "2026-04-17T10:02:00.000+08:00" })
    );
    // within them it stops the lot as soon as it is noticed
    app.clock.advance_to(at("2026-04-17T09:58:30+08:00"));
    app.running.bidding.beat().await.unwrap();
    app.settle().await;
    let seen = sale.lot(None, "status suspensionReason effectiveEndAt").await;
    assert_eq!(seen["status"], "SUSPENDED");
    assert!(seen["suspensionReason"].as_str().unwrap().contains("网拍规定第28条"), "{seen:#}");
    assert_eq!(app.refused(&bert, "placeBid", sale.offer("510000.00")).await.0, "LOT_SUSPENDED");
    // time alone resumes nothing; the court does, announced
    app.go_to("2026-04-18T09:00:00+08:00").await;
    assert_eq!(status(&sale).await, "SUSPENDED");
    let resume = |when: &str| json!({ "lot": sale.lot, "documentNumber": "恢复决定1号", "causeEndedOn": "2026-04-17", "resumesAt": when });
    let early = app.refused(officer, "resumeLot", resume("2026-04-18T09:59:59.999+08:00")).await;
    assert_eq!(early, ("DATE_INVALID".into(), "网拍规定 第28条".into()));
    app.done(officer, "resumeLot", resume("2026-04-18T10:00:00.000+08:00"), "lot { status }").await;
    // three and a half minutes were left: five are given
    assert_eq!(sale.lot(None, "effectiveEndAt").await["effectiveEndAt"], "2026-04-18T10:05:00.000+08:00");
    beats(app, "2026-04-18T09:59:00+08:00", at("2026-04-18T10:00:00+08:00")).await;
    sale.bid(&bert, "510000.00").await;
    beats(app, "2026-04-18T10:00:02+08:00", at("2026-04-18T10:05:02+08:00")).await;
    app.settle().await;
    assert_eq!(
        sale.lot(None, "status result { endedAt purchaserName }").await,
        json!({ "status": "SOLD",
        "result": { "endedAt": "2026-04-18T10:05:00.000+08:00", "purchaserName": "竞买人2" } })
    );
    sale.court.app.finish().await;
}
both!(an_outage_in_the_last_minutes_stops_a_lot_until_the_court_resumes_it, super::outage);

async fn restarted_after_the_end(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let anna = sale.bidder(1).await;
    let app = &sale.court.app;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    beats(app, "2026-04-17T09:56:00+08:00", at("2026-04-17T09:58:00+08:00")).await;
    // the server is away over the end, and comes back: neither sold nor lost
    app.clock.advance_to(at("2026-04-17T10:20:00+08:00"));
    app.running.bidding.beat().await.unwrap();
    app.settle().await;
    assert_eq!(
        sale.lot(None, "status result { endedAt } currentPrice").await,
        json!({ "status": "SUSPENDED", "result": null, "currentPrice": "500000.00" })
    );
    sale.court.app.finish().await;
}
both!(a_server_that_was_away_over_the_end_does_not_close_the_lot, super::restarted_after_the_end);
