//! Proxy bidding through the API, and the undertaking that is asked again before the ruling.

use crate::{
    admin::set,
    auction::{END, ITEMS, START, Sale},
    both,
    support::{app::User, database::TestDatabase},
};
use duixian::{access::Role, audit::event, kernel::query::Fetch};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

const PROXY: &str = "registration { proxyBid { maximum answering setAt commitment nonce } }";

/// A sale with proxy bidding: set by the court before the publication, and said in the rules of bidding.
async fn announced(database: TestDatabase) -> Sale {
    let (sale, case) = Sale::draft(database).await;
    sale.decide("500000.00").await;
    sale.disclose(&ITEMS).await;
    sale.notify(&case, "2026-03-02").await;
    let app = &sale.court.app;
    let administrator = app.user("court-admin", "系统管理员", &[Role::Administrator], Some(sale.court.id)).await;
    let leader = app.user("leader", "副院长", &[Role::VicePresident], Some(sale.court.id)).await;
    set(&sale.court, &administrator, &leader, "proxy_bidding", "true").await;
    app.go_to("2026-03-05T09:00:00+08:00").await;
    let officer = &sale.court.officer;
    let publish = sale.announcement(START, END);
    let silent = app.refused(officer, "publishAnnouncement", publish.clone()).await;
    assert_eq!(silent, ("DISCLOSURE_INCOMPLETE".into(), "网拍规定 第13条".into()));
    let told = json!({ "lot": sale.lot, "items": [{ "item": "BIDDING_RULES", "content": "可以设置代理出价。" }] });
    app.done(officer, "setDisclosure", told, "lot { id }").await;
    app.done(officer, "publishAnnouncement", publish, "lot { version }").await;
    sale
}

fn maximum(sale: &Sale, amount: &str) -> Value {
    json!({ "lot": sale.lot, "maximum": amount })
}
async fn set_maximum(sale: &Sale, user: &User, amount: &str) -> Value {
    let done = sale.court.app.done(user, "setProxyBid", maximum(sale, amount), PROXY).await;
    done["registration"]["proxyBid"].clone()
}
/// Number, amount and what it answers, of all accepted bids.
async fn bids(sale: &Sale) -> Vec<(i64, String, Option<i64>)> {
    let select = "bids(first: 50) { nodes { sequence amount provokedBy outcome } }";
    let seen = sale.lot(None, select).await["bids"]["nodes"].take();
    let mut bids: Vec<_> = seen
        .as_array()
        .unwrap()
        .iter()
        .filter(|bid| bid["outcome"] == "ACCEPTED")
        .map(|bid| {
            let amount = bid["amount"].as_str().unwrap().to_owned();
            (bid["sequence"].as_i64().unwrap(), amount, bid["provokedBy"].as_i64())
        })
        .collect();
    bids.sort();
    bids
}
/// Everything that the audit log keeps, opened, as one text.
async fn kept(sale: &Sale) -> String {
    let app = &sale.court.app;
    let events = event::Entity::find().list(&app.database.db.reader()).await.unwrap();
    let vault = &app.running.services.vault;
    let open = |row: event::Model| vault.open_bytes(event::payload_place(row.id), &row.payload).unwrap();
    events.into_iter().map(|row| String::from_utf8(open(row).to_vec()).unwrap()).collect()
}

async fn refusals(sale: &Sale, user: &User) {
    let app = &sale.court.app;
    let refused = async |amount| app.refused(user, "setProxyBid", maximum(sale, amount)).await.0;
    assert_eq!(refused("490000.00").await, "BID_TOO_LOW");
    assert_eq!(refused("515000.00").await, "BID_NOT_ON_STEP");
    assert_eq!(refused("7770000.00").await, "CONFIRMATION_NEEDED");
    assert!(!kept(sale).await.contains("7770000.00"), "a refusal does not keep the maximum");
    let stranger = sale.sign_up(8).await;
    let unregistered = app.refused(&stranger, "setProxyBid", maximum(sale, "600000.00")).await;
    assert_eq!(unregistered, ("NOT_QUALIFIED".into(), "网拍规定 第18条".into()));
    let (unpaid, _) = sale.register(7, None).await;
    assert_eq!(app.refused(&unpaid, "setProxyBid", maximum(sale, "600000.00")).await.0, "NOT_QUALIFIED");
    let document = "mutation ($input: SetProxyBidInput!) { setProxyBid(input: $input) { replayed } }";
    let mut input = maximum(sale, "600000.00");
    input["idempotencyKey"] = json!("officer-key");
    let officer = Some(&sale.court.officer);
    assert_eq!(app.error_code(officer, document, json!({ "input": input })).await, "FORBIDDEN");
}

async fn answers(database: TestDatabase) {
    let sale = announced(database).await;
    let (anna, bert, carl) = (sale.bidder(1).await, sale.bidder(2).await, sale.bidder(3).await);
    let (dora, registration) = sale.register(4, Some("按份共有人，占二分之一")).await;
    sale.pay("D4", &[(&registration, 4, "100000.00")]).await;
    let app = &sale.court.app;
    refusals(&sale, &anna).await;

    // before bidding begins; the same key sets it once
    let mut input = maximum(&sale, "560000.00");
    input["idempotencyKey"] = json!("maximum-of-bert");
    let first = app.done(&bert, "setProxyBid", input.clone(), PROXY).await;
    let again = app.done(&bert, "setProxyBid", input, PROXY).await;
    assert_eq!((&again["replayed"], &again["registration"]), (&json!(true), &first["registration"]));
    let own = set_maximum(&sale, &carl, "650000.00").await;
    assert_eq!((&own["maximum"], &own["answering"]), (&json!("650000.00"), &json!(true)));
    let opened = "myRegistration { proxyBid { maximum } }";
    assert_eq!(sale.lot(Some(&anna), opened).await["myRegistration"]["proxyBid"], Value::Null);
    let kept_text = kept(&sale).await;
    assert!(kept_text.contains(own["commitment"].as_str().unwrap()));
    assert!(!kept_text.contains("560000.00") && !kept_text.contains("650000.00"));

    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    let row = |sequence, amount: &str, provoked| (sequence, amount.to_owned(), provoked);
    let mut expected = vec![row(1, "500000.00", None), row(2, "560000.00", Some(1)), row(3, "570000.00", Some(1))];
    assert_eq!(bids(&sale).await, expected);
    let seen = sale.lot(None, "currentPrice bidCount bids(last: 3) { nodes { arrivedAt } }").await;
    assert_eq!((&seen["currentPrice"], &seen["bidCount"]), (&json!("570000.00"), &json!(3)));
    let arrivals = seen["bids"]["nodes"].as_array().unwrap();
    assert!(arrivals.iter().all(|bid| bid["arrivedAt"] == arrivals[0]["arrivedAt"]), "{arrivals:?}");
    // his own answers with their receipts, signed like any other
    let mine = sale.lot(Some(&carl), "myBids(first: 5) { nodes { receipt { provokedBy statement } } }").await;
    let receipt = &mine["myBids"]["nodes"][0]["receipt"];
    assert_eq!(receipt["provokedBy"], 1);
    assert!(receipt["statement"].as_str().unwrap().contains("\"provokedBy\":1"));

    // withdrawn, it answers no more
    app.done(&carl, "withdrawProxyBid", json!({ "lot": sale.lot }), PROXY).await;
    assert_eq!(app.refused(&carl, "withdrawProxyBid", json!({ "lot": sale.lot })).await.0, "NOT_FOUND");
    sale.bid(&anna, "580000.00").await;
    expected.push(row(4, "580000.00", None));
    assert_eq!(bids(&sale).await, expected);

    // in the last minutes: the answer comes with the bid that it answers, and the end moves once
    set_maximum(&sale, &bert, "880000.00").await;
    app.go_to("2026-04-17T09:57:00.000+08:00").await;
    let late = sale.bid(&carl, "590000.00").await;
    assert_eq!(late["lot"]["effectiveEndAt"], "2026-04-17T10:02:00.000+08:00");
    expected.extend([row(5, "590000.00", None), row(6, "600000.00", Some(5))]);
    assert_eq!(bids(&sale).await, expected);

    // a priority purchaser leads at the equal price himself and sets no maximum
    let confirm = json!({ "registration": registration["id"], "rank": 1, "documentNumber": "评议笔录2号" });
    app.done(&sale.court.officer, "confirmPriorityPurchaser", confirm, "registration { priorityRank }").await;
    let priority = app.refused(&dora, "setProxyBid", maximum(&sale, "900000.00")).await;
    assert_eq!(priority, ("PROXY_NOT_FOR_PRIORITY".into(), "网拍规定 第21条".into()));
    sale.bid(&dora, "600000.00").await;
    expected.extend([row(7, "600000.00", None), row(8, "610000.00", Some(7))]);
    assert_eq!(bids(&sale).await, expected);

    app.go_to("2026-04-17T10:02:00.000+08:00").await;
    ended(&sale, &bert).await;
    sale.court.app.finish().await;
}
both!(netauction_20_sealed_maxima_answer_in_the_same_step, super::answers);

/// The result, what nobody learns of the maxima, and the file that is recomputed without them.
async fn ended(sale: &Sale, bert: &User) {
    let app = &sale.court.app;
    let result = sale.lot(None, "status currentPrice result { purchaserName } replay { content }").await;
    assert_eq!((&result["status"], &result["currentPrice"]), (&json!("SOLD"), &json!("610000.00")));
    assert_eq!(result["result"]["purchaserName"], "竞买人2");
    let officer = &sale.court.officer;
    let full = sale.lot(Some(officer), "fullReplay { content }").await["fullReplay"]["content"].take();
    for file in [result["replay"]["content"].as_str().unwrap(), full.as_str().unwrap()] {
        let checked = duixian::auction::replay::check(file, None);
        assert!(checked.holds() && checked.bids == 8, "{checked}");
        assert_eq!(file.matches("provokedBy").count(), 4);
        assert!(!file.contains("880000.00") && !file.contains("650000.00"), "{file}");
    }
    assert!(!kept(sale).await.contains("880000.00"));
    assert_eq!(app.refused(bert, "setProxyBid", maximum(sale, "900000.00")).await.0, "BIDDING_ENDED");
    let over = app.refused(bert, "withdrawProxyBid", json!({ "lot": sale.lot })).await;
    assert_eq!(over, ("WRONG_STATE".into(), "网拍规定 第20条".into()));
}

async fn off(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let anna = sale.bidder(1).await;
    let app = &sale.court.app;
    let refused = app.refused(&anna, "setProxyBid", maximum(&sale, "600000.00")).await;
    assert_eq!(refused, ("PROXY_BIDDING_OFF".into(), "网拍规定 第20条".into()));
    assert_eq!(sale.lot(None, "ruleParameters { proxyBidding }").await["ruleParameters"]["proxyBidding"], false);
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    app.go_to(END).await;
    // nothing to say again: the property stands under no limit
    let again = json!({ "lot": sale.lot, "undertaking": true });
    let free = app.refused(&anna, "renewUndertaking", again).await;
    assert_eq!(free, ("WRONG_STATE".into(), "房产竞买人规定 第1条".into()));
    sale.court.app.finish().await;
}
both!(netauction_20_a_sale_is_without_proxy_bidding_unless_the_court_sets_it, super::off);

/// A house under local purchase limits, sold to the first of two bidders and paid.
async fn restricted(database: TestDatabase) -> (Sale, User, User) {
    let (sale, case) = Sale::draft(database).await;
    let input = json!({ "case": case["id"], "title": "限购区域住宅", "category": "IMMOVABLE",
        "appraisalPrice": "700000.00", "purchaseRestricted": true });
    let drafted = sale.court.app.done(&sale.court.officer, "draftLot", input, "lot { id lotNumber }").await;
    let number = drafted["lot"]["lotNumber"].as_str().unwrap().to_owned();
    let sale = Sale { lot: drafted["lot"]["id"].clone(), number, ..sale };
    sale.decide("500000.00").await;
    sale.disclose(&ITEMS).await;
    sale.notify(&case, "2026-03-02").await;
    let app = &sale.court.app;
    app.go_to("2026-03-05T09:00:00+08:00").await;
    let publish = sale.announcement(START, END);
    app.done(&sale.court.officer, "publishAnnouncement", publish, "lot { version }").await;
    let mut bidders = Vec::new();
    for serial in [1, 2] {
        let user = sale.sign_up(serial).await;
        let input = json!({ "lot": sale.lot, "undertaking": true });
        let select = "registration { id depositAccountNumber }";
        let registration = app.done(&user, "registerForLot", input, select).await["registration"].take();
        sale.pay(&format!("D{serial}"), &[(&registration, serial, "100000.00")]).await;
        bidders.push((user, registration));
    }
    app.go_to(START).await;
    sale.bid(&bidders[0].0, "500000.00").await;
    app.go_to(END).await;
    app.go_to("2026-04-20T10:00:00+08:00").await;
    sale.pay("B1", &[(&bidders[0].1, 1, "400000.00")]).await;
    let (loser, winner) = (bidders.remove(1).0, bidders.remove(0).0);
    (sale, winner, loser)
}

async fn undertaking(database: TestDatabase) {
    let (sale, winner, loser) = restricted(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之一", "servedOn": "2026-04-20" });
    let missing = ("UNDERTAKING_MISSING".to_owned(), "房产竞买人规定 第3条".to_owned());
    assert_eq!(app.refused(officer, "serveRuling", ruling.clone()).await, missing);
    let says = |undertaking: bool| json!({ "lot": sale.lot, "undertaking": undertaking });
    assert_eq!(app.refused(&winner, "renewUndertaking", says(false)).await, missing);
    assert_eq!(app.refused(&loser, "renewUndertaking", says(true)).await.0, "NOT_FOUND");
    let mut input = says(true);
    input["idempotencyKey"] = json!("still-qualified");
    app.done(&winner, "renewUndertaking", input.clone(), "lot { status }").await;
    assert_eq!(app.done(&winner, "renewUndertaking", input, "lot { status }").await["replayed"], true);
    assert_eq!(app.refused(&winner, "renewUndertaking", says(true)).await.0, "ALREADY_EXISTS");
    app.done(officer, "serveRuling", ruling, "lot { status }").await;
    assert_eq!(app.refused(&winner, "renewUndertaking", says(true)).await.0, "WRONG_STATE");
    sale.court.app.finish().await;
}
both!(house_bidder_3_the_undertaking_is_given_again_before_the_ruling, super::undertaking);
