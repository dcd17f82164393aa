//! The keys of bids: kept with the attempts, one for each account over all lots and servers.

use crate::{
    auction::{END, ITEMS, START, Sale},
    both,
    support::database::{TestDatabase, postgres},
};
use duixian::{auction::store::attempt, kernel::query::Fetch};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

const SELECT: &str = "bid { id sequence } receipt { signature statement }";

/// Two houses of one case, announced for the same time: the sale turns to the first; answers the second.
async fn two_lots(database: TestDatabase) -> (Sale, Value) {
    let (mut sale, case) = Sale::draft(database).await;
    let (first, number) = (sale.lot.clone(), sale.number.clone());
    let input =
        json!({ "case": case["id"], "title": "住宅二", "category": "IMMOVABLE", "appraisalPrice": "700000.00" });
    let drafted = sale.court.app.done(&sale.court.officer, "draftLot", input, "lot { id }").await;
    let second = drafted["lot"]["id"].clone();
    for lot in [&first, &second] {
        sale.lot = lot.clone();
        sale.decide("500000.00").await;
        sale.disclose(&ITEMS).await;
        sale.notify(&case, "2026-03-02").await;
    }
    sale.court.app.go_to("2026-03-05T09:00:00+08:00").await;
    for lot in [&second, &first] {
        sale.lot = lot.clone();
        let terms = sale.announcement(START, END);
        sale.court.app.done(&sale.court.officer, "publishAnnouncement", terms, "lot { version }").await;
    }
    sale.number = number;
    (sale, second)
}
fn on(lot: &Value, amount: &str, key: &str) -> Value {
    json!({ "lot": lot, "amount": amount, "idempotencyKey": key })
}

async fn one_account(database: TestDatabase) {
    let (sale, second) = two_lots(database).await;
    let (anna, late) = (sale.bidder(1).await, sale.sign_up(9).await);
    let app = &sale.court.app;
    app.go_to(START).await;
    let done = app.done(&anna, "placeBid", on(&sale.lot, "500000.00", "key-of-anna"), SELECT).await;
    // on another lot the key stands for something else: nothing is recorded there
    let elsewhere = app.mutate(&anna, "placeBid", on(&second, "500000.00", "key-of-anna"), SELECT).await;
    assert_eq!(
        (&elsewhere["userErrors"][0]["code"], &elsewhere["bid"]),
        (&json!("IDEMPOTENCY_KEY_REUSED"), &Value::Null)
    );
    let again = app.done(&anna, "placeBid", on(&sale.lot, "500000.00", "key-of-anna"), SELECT).await;
    assert_eq!((&again["replayed"], &again["bid"], &again["receipt"]), (&json!(true), &done["bid"], &done["receipt"]));
    // the key is the account's, whatever the account has become on the lot since
    let refused = app.mutate(&late, "placeBid", on(&sale.lot, "510000.00", "key-of-anna"), SELECT).await;
    assert_eq!((&refused["bid"]["sequence"], &refused["userErrors"][0]["code"]), (&json!(2), &json!("NOT_QUALIFIED")));
    app.done(&late, "registerForLot", json!({ "lot": sale.lot }), "registration { status }").await;
    let again = app.mutate(&late, "placeBid", on(&sale.lot, "510000.00", "key-of-anna"), SELECT).await;
    assert_eq!((&again["replayed"], &again["receipt"]), (&json!(true), &refused["receipt"]));
    // an attempt on the second lot, under a key of its own
    let other = app.mutate(&anna, "placeBid", on(&second, "500000.00", "second-key"), SELECT).await;
    assert_eq!((&other["bid"]["sequence"], &other["replayed"]), (&json!(1), &json!(false)));

    let reader = app.database.db.reader();
    let rows = attempt::Entity::find().order_by_asc(attempt::Column::Id).list(&reader).await.unwrap();
    let keys: Vec<_> = rows.iter().map(|row| row.idempotency_key.as_deref()).collect();
    assert_eq!(keys, [Some("key-of-anna"), Some("key-of-anna"), Some("second-key")]);
    let [first, of_late, last] = rows.as_slice() else { panic!("{rows:?}") };
    // the same account, and no account that could be read
    assert_eq!(first.actor_index, last.actor_index);
    assert_ne!(first.actor_index, of_late.actor_index);
    let index = first.actor_index.as_ref().unwrap();
    assert_ne!(index.as_bytes(), anna.account.uuid().as_bytes());
    sale.court.app.finish().await;
}
both!(a_key_of_a_bid_is_its_accounts_over_all_lots, super::one_account);

/// Batches of two servers that hold different lots do not wait for each other's locks: the key itself stands between
/// them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_on_two_lots_through_two_servers_is_one_attempt() {
    let (sale, second) = two_lots(postgres().await).await;
    let stranger = sale.sign_up(9).await;
    let app = &sale.court.app;
    let other = app.join("node-2").await;
    app.go_to(START).await;
    let (here, there) = (app.running.url(), other.url());
    for n in 0..12 {
        let key = format!("one-key-{n:02}");
        let (one, two) = tokio::join!(
            app.bid_at(&here, &stranger, on(&sale.lot, "500000.00", &key)),
            app.bid_at(&there, &stranger, on(&second, "500000.00", &key)),
        );
        let mut codes = [one, two].map(|answer| answer["userErrors"][0]["code"].as_str().unwrap().to_owned());
        codes.sort();
        assert_eq!(codes, ["IDEMPOTENCY_KEY_REUSED", "NOT_QUALIFIED"]);
    }
    assert!(other.stop().await);
    sale.court.app.finish().await;
}
