//! Bidding on several servers over one database: closing, leases, chains of receipts.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_sell_one_lot_while_it_closes() {
    let sale = Sale::announced(postgres().await).await;
    let users = [sale.bidder(1).await, sale.bidder(2).await, sale.bidder(3).await];
    let app = &sale.court.app;
    let other = app.join("node-2").await;
    app.go_to(START).await;
    let mut first = app.bid_at(&other.url(), &users[0], keyed(&sale, "500000.00", "the-first-bid")).await;
    first["amount"] = json!("500000.00");
    app.clock.advance_to(at(END).minus(TimeDelta::seconds(1)));
    for server in [&app.running, &other] {
        server.bidding.beat().await.unwrap();
    }
    let urls = [app.running.url(), other.url()];
    let closing = async {
        for step in 0..8 {
            tokio::time::sleep(std::time::Duration::from_millis(15)).await;
            app.clock.advance_to(at(END).plus(TimeDelta::seconds(step * 2)));
            let (one, two) = tokio::join!(app.running.bidding.beat(), other.bidding.beat());
            one.and(two).unwrap();
            let (one, two) = tokio::join!(app.running.ticker.run_until_idle(), other.ticker.run_until_idle());
            one.and(two).unwrap();
        }
    };
    let (mut answers, ()) = tokio::join!(storm(&sale, &urls, &users, 1), closing);
    answers.extend(storm(&sale, &urls, &users, 41).await);
    answers.push(first);
    // both go on saying that they take bids until long after the end
    let end = at(sale.lot(None, "effectiveEndAt").await["effectiveEndAt"].as_str().unwrap());
    while app.clock.now() < end.plus(TimeDelta::seconds(2)) {
        app.clock.advance_to(app.clock.now().plus(TimeDelta::seconds(2)));
        let (one, two) = tokio::join!(app.running.bidding.beat(), other.bidding.beat());
        one.and(two).unwrap();
    }
    app.settle().await;
    assert_eq!(status(&sale).await, "SOLD");
    check_storm(&sale, &answers).await;
    // each server has a chain of receipts of its own
    let nodes: std::collections::BTreeSet<&str> = answers
        .iter()
        .map(|answer| answer["receipt"]["signedText"].as_str().unwrap().lines().nth(1).unwrap())
        .collect();
    assert_eq!(nodes.into_iter().collect::<Vec<_>>(), ["node-1", "node-2"]);
    assert!(other.stop().await);
    sale.court.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closing_waits_for_what_is_on_its_way_through_another_server() {
    let sale = Sale::announced(postgres().await).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let app = &sale.court.app;
    let other = app.join("node-2").await;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    app.clock.advance_to(just_before(END));
    let beat = async || {
        app.running.bidding.beat().await.unwrap();
        other.bidding.beat().await.unwrap();
    };
    beat().await;
    // the other server has read bert's bid in time and is slow to commit it
    let held = other.bidding.exclusive().await.unwrap();
    let url = other.url();
    let input = keyed(&sale, "510000.00", "just-in-time");
    let bid = app.bid_at(&url, &bert, input);
    let watch = async {
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        app.clock.advance_to(at(END).plus(TimeDelta::seconds(1)));
        app.running.bidding.beat().await.unwrap();
        app.settle().await;
        assert_eq!(status(&sale).await, "OPEN", "bert's bid is still on its way");
        drop(held);
    };
    let (answer, ()) = tokio::join!(bid, watch);
    assert_eq!(answer["userErrors"], json!([]), "{answer:#}");
    let end = sale.lot(None, "effectiveEndAt currentPrice").await;
    assert_eq!(end, json!({ "effectiveEndAt": "2026-04-17T10:04:59.999+08:00", "currentPrice": "510000.00" }));
    for second in 2..302 {
        app.clock.advance_to(at(END).plus(TimeDelta::seconds(second)));
        if second % 2 == 0 {
            beat().await;
        }
    }
    app.settle().await;
    assert_eq!(status(&sale).await, "SOLD");
    assert!(other.stop().await);
    sale.court.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_stopped_past_its_lease_refuses_what_it_held_and_the_lot_waits_for_the_court() {
    let sale = Sale::announced(postgres().await).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let app = &sale.court.app;
    let other = app.join("node-2").await;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    app.clock.advance_to(at(END).minus(TimeDelta::seconds(8)));
    app.running.bidding.beat().await.unwrap();
    other.bidding.beat().await.unwrap();
    let held = other.bidding.exclusive().await.unwrap();
    let url = other.url();
    let bid = app.bid_at(&url, &bert, keyed(&sale, "510000.00", "held-too-long"));
    let watch = async {
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        for second in 1..=12 {
            app.clock.advance_to(at(END).plus(TimeDelta::seconds(second - 8)));
            app.running.bidding.beat().await.unwrap();
            if second < 3 {
                app.settle().await;
                assert_eq!(status(&sale).await, "OPEN");
            }
        }
        app.settle().await;
        assert_eq!(status(&sale).await, "SUSPENDED");
        drop(held);
    };
    let (answer, ()) = tokio::join!(bid, watch);
    assert_eq!(answer["userErrors"][0]["code"], "PLATFORM_FAULT", "{answer:#}");
    assert!(answer["receipt"]["signedText"].is_string(), "the bidder can prove that he was there in time");
    assert_eq!(sale.lot(None, "currentPrice").await["currentPrice"], "500000.00");
    assert!(other.stop().await);
    sale.court.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_went_away_before_the_last_minutes_holds_nothing_up() {
    let sale = Sale::announced(postgres().await).await;
    let anna = sale.bidder(1).await;
    let app = &sale.court.app;
    let other = app.join("node-2").await;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    app.clock.advance_to(at("2026-04-17T09:53:00+08:00"));
    app.running.bidding.beat().await.unwrap();
    other.bidding.beat().await.unwrap();
    let mut now = app.clock.now();
    while now < at(END).plus(TimeDelta::seconds(2)) {
        now = now.plus(TimeDelta::seconds(2));
        app.clock.advance_to(now);
        app.running.bidding.beat().await.unwrap();
    }
    app.settle().await;
    assert_eq!(status(&sale).await, "SOLD");
    // a later process takes the name: the earlier one is fenced off
    let again = app.join("node-2").await;
    again.bidding.beat().await.unwrap();
    assert!(other.bidding.beat().await.is_err());
    again.bidding.beat().await.unwrap();
    assert!(again.stop().await && other.stop().await);
    sale.court.app.finish().await;
}

/// Each process remembers where the chain stands; what another has written into it meanwhile is found out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_stay_one_chain_when_a_later_process_takes_the_name() {
    let sale = Sale::announced(postgres().await).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let app = &sale.court.app;
    app.go_to(START).await;
    app.running.bidding.beat().await.unwrap();
    sale.bid(&anna, "500000.00").await;
    sale.bid(&bert, "510000.00").await;
    let later = app.join("node-1").await;
    later.bidding.beat().await.unwrap();
    let bid = async |url: String, user: &User, amount: &str, key: &str| {
        app.bid_at(&url, user, keyed(&sale, amount, key)).await["userErrors"].take()
    };
    assert_eq!(bid(later.url(), &anna, "520000.00", "by-the-later-one").await, json!([]));
    let refused = bid(app.running.url(), &bert, "530000.00", "by-the-one-before").await;
    assert_eq!(refused, json!([{ "code": "PLATFORM_FAULT" }]), "its name is another's");
    assert_eq!(bid(later.url(), &bert, "530000.00", "by-the-later-again").await, json!([]), "the refusal is counted");
    let reader = app.database.db.reader();
    let mut chain = duixian::auction::store::receipt_batch::Entity::find().list(&reader).await.unwrap();
    chain.sort_by_key(|batch| batch.sequence);
    assert_eq!(chain.len(), 5);
    let mut before = Vec::new();
    for (n, batch) in (1..).zip(chain) {
        assert_eq!((batch.node.as_str(), batch.sequence), ("node-1", n));
        assert_eq!(batch.previous_root, before);
        before = batch.root;
    }
    assert!(later.stop().await);
    sale.court.app.finish().await;
}
