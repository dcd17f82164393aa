//! The keys of bids: kept with the attempts, one for each account on a lot over all servers.

use crate::{
    auction::{END, ITEMS, START, Sale},
    both,
    support::database::{TestDatabase, postgres},
};
use duixian::{auction::store::attempt, kernel::query::Fetch};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use std::time::Duration;

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
    let again = app.done(&anna, "placeBid", on(&sale.lot, "500000.00", "key-of-anna"), SELECT).await;
    assert_eq!((&again["replayed"], &again["bid"], &again["receipt"]), (&json!(true), &done["bid"], &done["receipt"]));
    // the key is the account's, whatever the account has become on the lot since
    let refused = app.mutate(&late, "placeBid", on(&sale.lot, "510000.00", "key-of-anna"), SELECT).await;
    assert_eq!((&refused["bid"]["sequence"], &refused["userErrors"][0]["code"]), (&json!(2), &json!("NOT_QUALIFIED")));
    app.done(&late, "registerForLot", json!({ "lot": sale.lot }), "registration { status }").await;
    let again = app.mutate(&late, "placeBid", on(&sale.lot, "510000.00", "key-of-anna"), SELECT).await;
    assert_eq!((&again["replayed"], &again["receipt"]), (&json!(true), &refused["receipt"]));
    // on the second lot the same key stands for an attempt of its own
    let other = app.mutate(&anna, "placeBid", on(&second, "500000.00", "key-of-anna"), SELECT).await;
    assert_eq!((&other["bid"]["sequence"], &other["replayed"]), (&json!(1), &json!(false)));

    let reader = app.database.db.reader();
    let rows = attempt::Entity::find().order_by_asc(attempt::Column::Id).list(&reader).await.unwrap();
    let keys: Vec<_> = rows.iter().map(|row| row.idempotency_key.as_deref()).collect();
    assert_eq!(keys, [Some("key-of-anna"); 3]);
    let [first, of_late, last] = rows.as_slice() else { panic!("{rows:?}") };
    // the code that a sale publishes leads to no attempt of the same account on a lot that still runs
    assert_ne!(first.actor_index, last.actor_index);
    assert_ne!(first.actor_index, of_late.actor_index);
    let index = first.actor_index.as_ref().unwrap();
    assert_ne!(index.as_bytes(), anna.account.uuid().as_bytes());
    sale.court.app.finish().await;
}
both!(netauction_18_a_key_of_a_bid_is_its_accounts_on_one_lot, super::one_account);

/// The lock of the lot makes the batches of two servers one sequence: the second finds the attempt of the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_through_two_servers_is_one_attempt() {
    let (sale, second) = two_lots(postgres().await).await;
    let stranger = sale.sign_up(9).await;
    let app = &sale.court.app;
    let other = app.join("node-2").await;
    app.go_to(START).await;
    let (here, there) = (app.running.url(), other.url());
    for n in 0..12 {
        let key = format!("one-key-{n:02}");
        let lot = if n % 2 == 0 { &sale.lot } else { &second };
        let (one, two) = tokio::join!(
            app.bid_at(&here, &stranger, on(lot, "500000.00", &key)),
            app.bid_at(&there, &stranger, on(lot, "500000.00", &key)),
        );
        for answer in [&one, &two] {
            assert_eq!(answer["userErrors"][0]["code"], "NOT_QUALIFIED", "{answer}");
        }
        assert_eq!((&one["bid"], &one["receipt"]), (&two["bid"], &two["receipt"]));
        let changed = app.bid_at(&there, &stranger, on(lot, "510000.00", &key)).await;
        assert_eq!(changed["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
    }
    assert!(other.stop().await);
    sale.court.app.finish().await;
}

async fn after<T>(milliseconds: u64, then: impl Future<Output = T>) -> T {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    then.await
}

/// A wrong use of a key that is queued before the retry does not take the retry's answer.
async fn wrong_use_first(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let anna = sale.bidder(1).await;
    let app = &sale.court.app;
    app.go_to(START).await;
    let good = on(&sale.lot, "500000.00", "key-of-anna");
    let first = app.done(&anna, "placeBid", good.clone(), SELECT).await;
    // the first batch waits, and both come into the next one
    let exclusive = app.running.bidding.exclusive().await.unwrap();
    let before = app.mutate(&anna, "placeBid", on(&sale.lot, "520000.00", "another-key"), SELECT);
    let wrong = after(100, app.mutate(&anna, "placeBid", on(&sale.lot, "510000.00", "key-of-anna"), SELECT));
    let retry = after(200, app.mutate(&anna, "placeBid", good, SELECT));
    let release = after(400, async { drop(exclusive) });
    let (_, wrong, retry, ()) = tokio::join!(before, wrong, retry, release);
    assert_eq!(wrong["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
    assert_eq!((&retry["replayed"], &retry["receipt"]), (&json!(true), &first["receipt"]));
    sale.court.app.finish().await;
}
both!(a_retry_is_answered_behind_a_wrong_use_of_its_key, super::wrong_use_first);
