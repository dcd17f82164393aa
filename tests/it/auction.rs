//! Lots over the API: preparation, registration and deposits through the bank, bidding, closing, what follows.

use crate::{both, support::database::TestDatabase};
use duixian::{
    access::{Act, Role, policy::scope_for},
    auction::receipt::Statement,
    audit::merkle::{Hash, leaf_hash, verify_inclusion},
    kernel::{
        clock::Timestamp,
        keys::{KeyPurpose, Signature},
    },
};
use serde_json::{Value, json};

#[path = "auction_endings.rs"]
mod endings;
#[path = "auction_platform.rs"]
mod platform;
#[path = "auction_rounds.rs"]
mod rounds;
#[path = "auction_sale.rs"]
mod sale;

pub use sale::{END, ITEMS, START, Sale, citizen, just_before};

async fn publishes_only_what_is_complete(database: TestDatabase) {
    let (sale, case) = Sale::draft(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let publish = || app.refused(officer, "publishAnnouncement", sale.announcement(START, END));
    assert_eq!(publish().await, ("PANEL_DECISION_MISSING".into(), "网拍规定 第27条".into()));
    let low = app.refused(officer, "recordPanelDecision", sale.decision("489999.99")).await;
    assert_eq!(low, ("STARTING_PRICE_TOO_LOW".into(), "网拍规定 第10条".into()));
    let mut two = sale.decision("500000.00");
    two["members"] = json!(["甲", "乙", "甲"]);
    assert_eq!(app.refused(officer, "recordPanelDecision", two).await.0, "PANEL_DECISION_MISSING");
    let mut poor = sale.decision("500000.00");
    poor["deposit"] = json!("24999.99");
    assert_eq!(
        app.refused(officer, "recordPanelDecision", poor).await,
        ("DEPOSIT_OUT_OF_RANGE".into(), "网拍规定 第17条".into())
    );
    sale.decide("490000.00").await;
    sale.disclose(&ITEMS[..17]).await;
    assert_eq!(publish().await, ("DISCLOSURE_INCOMPLETE".into(), "网拍规定 第14条".into()));
    sale.disclose(&ITEMS[17..]).await;
    assert_eq!(publish().await, ("NOTICE_TOO_LATE".into(), "网拍规定 第16条".into()));
    sale.notify(&case, "2026-03-02").await;
    app.go_to("2026-03-04T23:59:59+08:00").await;
    assert_eq!(publish().await.0, "NOTICE_TOO_LATE");
    assert_eq!(sale.lot(None, "id").await, Value::Null);
    app.go_to("2026-03-05T00:00:00+08:00").await;
    let early = sale.announcement("2026-04-04T10:00:00.000+08:00", END);
    assert_eq!(
        app.refused(officer, "publishAnnouncement", early).await,
        ("LEAD_TIME_TOO_SHORT".into(), "网拍规定 第12条".into())
    );
    let short = sale.announcement(START, "2026-04-17T09:59:59.999+08:00");
    assert_eq!(
        app.refused(officer, "publishAnnouncement", short).await,
        ("BIDDING_TOO_SHORT".into(), "网拍规定 第20条".into())
    );
    let input = sale.announcement("2026-04-05T10:00:00.000+08:00", "2026-04-06T10:00:00.000+08:00");
    app.done(officer, "publishAnnouncement", input, "lot { version }").await;
    assert_eq!(
        sale.lot(None, "status version minimumNextBid").await,
        json!({ "status": "ANNOUNCED", "version": 1, "minimumNextBid": "490000.00" })
    );
    sale.court.app.finish().await;
}
both!(a_lot_is_published_only_when_everything_stands, super::publishes_only_what_is_complete);

async fn equal_bids(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let mut bidders = Vec::new();
    for serial in 1..=10 {
        bidders.push(sale.bidder(serial).await);
    }
    sale.court.app.go_to(START).await;
    let attempts = (0..200).map(|n| {
        let (sale, user) = (&sale, &bidders[n % 10]);
        async move { sale.court.app.mutate(user, "placeBid", sale.offer("500000.00"), "bid { sequence outcome }").await }
    });
    let answers = futures_util::future::join_all(attempts).await;
    let accepted = answers.iter().filter(|answer| answer["userErrors"] == json!([])).count();
    assert_eq!(accepted, 1);
    let mut sequences: Vec<_> = answers.iter().map(|answer| answer["bid"]["sequence"].as_i64().unwrap()).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=200).collect::<Vec<_>>());
    let seen = sale
        .lot(
            None,
            "currentPrice bidCount bids(first: 100) { nodes { outcome amount refusal { code } receipt { hash } } }",
        )
        .await;
    assert_eq!((&seen["currentPrice"], &seen["bidCount"]), (&json!("500000.00"), &json!(1)));
    let bids = seen["bids"]["nodes"].as_array().unwrap();
    // the public sees neither amount nor reason of a refused attempt
    assert_eq!(bids.len(), 100);
    assert!(bids.iter().all(|bid| bid["amount"].is_null() == (bid["outcome"] == "NOT_ACCEPTED")));
    assert!(bids.iter().all(|bid| bid["refusal"].is_null() && bid["receipt"].is_null()));
    sale.court.app.finish().await;
}
both!(of_two_hundred_equal_bids_at_once_exactly_one_is_accepted, super::equal_bids);

async fn replays(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    sale.court.app.go_to(START).await;
    let app = &sale.court.app;
    let mut offer = sale.offer("500000.00");
    offer["idempotencyKey"] = json!("one-and-the-same");
    let select = "bid { id } receipt { signature statement }";
    let answers =
        futures_util::future::join_all((0..15).map(|_| app.mutate(&anna, "placeBid", offer.clone(), select))).await;
    assert_eq!(answers.iter().filter(|answer| answer["replayed"] == json!(false)).count(), 1);
    assert!(
        answers.iter().all(|answer| answer["bid"] == answers[0]["bid"] && answer["receipt"] == answers[0]["receipt"])
    );
    // the key belongs to its actor, and to one input
    assert_eq!(app.refused(&bert, "placeBid", offer.clone()).await.0, "BID_TOO_LOW");
    let refused_again = app.mutate(&bert, "placeBid", offer.clone(), "").await;
    assert_eq!(
        (&refused_again["replayed"], &refused_again["userErrors"][0]["code"]),
        (&json!(true), &json!("BID_TOO_LOW"))
    );
    offer["amount"] = json!("510000.00");
    assert_eq!(app.refused(&anna, "placeBid", offer).await.0, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(sale.lot(None, "bids { nodes { sequence } }").await["bids"]["nodes"].as_array().unwrap().len(), 2);
    sale.court.app.finish().await;
}
both!(a_key_is_one_attempt_however_often_it_is_sent, super::replays);

async fn window(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let app = &sale.court.app;
    app.clock.advance_to(just_before(START));
    assert_eq!(app.refused(&anna, "placeBid", sale.offer("500000.00")).await.0, "BIDDING_NOT_STARTED");
    app.go_to("2026-04-17T09:57:00.000+08:00").await;
    let placed = sale.bid(&anna, "500000.00").await;
    assert_eq!(placed["bid"]["extendedTo"], "2026-04-17T10:02:00.000+08:00");
    app.clock.advance_to(just_before("2026-04-17T10:02:00.000+08:00"));
    let placed = sale.bid(&bert, "510000.00").await;
    assert_eq!(placed["lot"]["effectiveEndAt"], "2026-04-17T10:06:59.999+08:00");
    app.clock.advance_to(Timestamp::parse("2026-04-17T10:06:59.999+08:00").unwrap());
    let late = app.refused(&anna, "placeBid", sale.offer("520000.00")).await;
    assert_eq!(late, ("BIDDING_ENDED".into(), "网拍规定 第20条".into()));
    // the closing comes three days late and closes at the right end
    app.go_to("2026-04-20T10:00:00.000+08:00").await;
    let seen =
        sale.lot(None, "status extensionCount result { endedAt purchaserName hammerPrice balance balanceDueOn }").await;
    assert_eq!(
        seen,
        json!({ "status": "SOLD", "extensionCount": 2, "result": { "endedAt": "2026-04-17T10:06:59.999+08:00",
        "purchaserName": "竞买人2", "hammerPrice": "510000.00", "balance": "410000.00", "balanceDueOn": "2026-05-02" } })
    );
    sale.court.app.finish().await;
}
both!(the_window_is_half_open_and_a_late_closing_keeps_the_end, super::window);

async fn priority(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let anna = sale.bidder(1).await;
    let (owner, registration) = sale.register(2, Some("按份共有人")).await;
    sale.pay("D2", &[(&registration, 2, "100000.00")]).await;
    let app = &sale.court.app;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    assert_eq!(app.refused(&owner, "placeBid", sale.offer("500000.00")).await.0, "BID_TOO_LOW");
    let confirm = json!({ "registration": registration["id"], "rank": 1, "documentNumber": "评议笔录2号" });
    let select = "registration { priorityRank }";
    app.done(&sale.court.officer, "confirmPriorityPurchaser", confirm, select).await;
    sale.bid(&owner, "500000.00").await;
    assert_eq!(app.refused(&anna, "placeBid", sale.offer("500000.00")).await.0, "BID_TOO_LOW");
    app.go_to(END).await;
    assert_eq!(sale.lot(None, "result { purchaserName }").await["result"]["purchaserName"], "竞买人2");
    sale.court.app.finish().await;
}
both!(a_confirmed_priority_purchaser_wins_at_an_equal_price, super::priority);

async fn settles(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, registration) = sale.register(1, None).await;
    assert_eq!(registration["bidderCode"], Value::Null);
    let app = &sale.court.app;
    sale.pay("D1a", &[(&registration, 1, "99999.99")]).await;
    let mine = "myRegistration { qualified deposit { status required received } }";
    assert_eq!(sale.lot(Some(&anna), mine).await["myRegistration"]["qualified"], false);
    sale.pay("D1b", &[(&registration, 1, "0.01")]).await;
    let own = sale.lot(Some(&anna), mine).await["myRegistration"].take();
    assert_eq!(
        own,
        json!({ "qualified": true, "deposit": { "status": "HELD", "required": "100000.00", "received": "100000.00" } })
    );
    let bert = sale.bidder(2).await;
    assert_eq!(sale.lot(None, mine).await["myRegistration"], Value::Null);
    app.go_to(START).await;
    sale.bid(&bert, "500000.00").await;
    sale.bid(&anna, "510000.00").await;
    app.go_to(END).await;
    let lost = "myRegistration { deposit { status releaseDueAt refundState } }";
    assert_eq!(
        sale.lot(Some(&bert), lost).await["myRegistration"]["deposit"],
        json!({ "status": "REFUNDING", "releaseDueAt": "2026-04-18T10:00:00.000+08:00", "refundState": "IN_TRANSIT" })
    );
    assert_eq!(sale.balance(sale.price_account()).await, "100000.00");

    app.go_to("2026-04-20T10:00:00+08:00").await;
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之一", "servedOn": "2026-04-20" });
    assert_eq!(
        app.refused(&sale.court.officer, "serveRuling", ruling.clone()).await,
        ("WRONG_STATE".into(), "拍变规定 第20条".into())
    );
    // a part, then more than is owed: the rest goes back
    sale.pay("B1", &[(&registration, 1, "10000.00")]).await;
    assert_eq!(
        sale.lot(None, "status result { balance }").await,
        json!({ "status": "SOLD", "result": { "balance": "400000.00" } })
    );
    sale.pay("B2", &[(&registration, 1, "400000.01")]).await;
    let paid = sale.lot(None, "status result { paidOn deadlines { rule dueOn explanation { rule } } }").await;
    assert_eq!((&paid["status"], &paid["result"]["paidOn"]), (&json!("PAID"), &json!("2026-04-20")));
    assert_eq!(paid["result"]["deadlines"][1]["dueOn"], "2026-04-30");
    assert_eq!(sale.balance(sale.price_account()).await, "510000.00");
    app.done(&sale.court.officer, "serveRuling", ruling, "lot { status }").await;
    assert_eq!(sale.balance(sale.price_account()).await, "0.00");
    let delivery = json!({ "lot": sale.lot, "deliveredOn": "2026-04-20", "documentNumber": "移交笔录1号" });
    app.done(&sale.court.officer, "recordDelivery", delivery, "lot { status }").await;
    assert_eq!(sale.lot(None, "status").await["status"], "DELIVERED");
    sale.court.app.finish().await;
}
both!(a_sale_is_settled_to_the_fen_and_losers_are_refunded, super::settles);

async fn sealed(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let anna = sale.bidder(1).await;
    let app = &sale.court.app;
    let operator = app.user("operator", "平台运营", &[Role::ProviderOperator], Some(sale.court.id)).await;
    let deposits = app.user("deposits", "保证金管理员", &[Role::DepositClerk], Some(sale.court.id)).await;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    let mine = sale.lot(Some(&anna), "myRegistration { id bidderCode }").await["myRegistration"].take();
    let code = mine["bidderCode"].as_str().unwrap().to_owned();
    assert_eq!(sale.lot(None, "leadingBidderCode").await["leadingBidderCode"], json!(code));
    let read = "query ($id: ID!) { node(id: $id) { id ... on Registration { bidderCode } } }";
    for reader in [&sale.court.officer, &sale.clerk, &operator, &deposits, &sale.court.finance] {
        assert_eq!(app.ask(Some(reader), read, json!({ "id": mine["id"] })).await["node"], Value::Null);
        let seen = sale.lot(Some(reader), "result { purchaserName } myBids { nodes { id } } applications { id }").await;
        assert!(seen["result"].is_null() && seen["myBids"]["nodes"] == json!([]), "{seen:#}");
    }
    app.go_to(END).await;
    let result = sale.lot(None, "result { purchaserName bidderCode }").await["result"].take();
    assert_eq!(result, json!({ "purchaserName": "竞买人1", "bidderCode": code }));
    sale.court.app.finish().await;
}
both!(nobody_joins_code_and_person_before_the_end, super::sealed);

async fn receipts(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, bert, stranger) = (sale.bidder(1).await, sale.bidder(2).await, sale.sign_up(3).await);
    let app = &sale.court.app;
    app.go_to(START).await;
    let select = "receipt { statement outcome hash leafIndex leafCount proof root previousRoot signedText signature keyId notice }";
    let mut previous = String::new();
    for (user, amount, outcome) in [
        (&anna, "500000.00", "ACCEPTED"),
        (&bert, "500000.00", "NOT_ACCEPTED"),
        (&stranger, "510000.00", "NOT_ACCEPTED"),
    ] {
        let receipt = app.mutate(user, "placeBid", sale.offer(amount), select).await["receipt"].take();
        let text = |field: &str| receipt[field].as_str().unwrap().to_owned();
        let hash = |text: &str| -> Hash { hex::decode(text).unwrap().try_into().unwrap() };
        let leaf = leaf_hash(text("statement").as_bytes());
        assert_eq!((hex::encode(leaf), text("outcome")), (text("hash"), outcome.to_owned()));
        let statement: Statement = serde_json::from_str(&text("statement")).unwrap();
        assert_eq!((statement.amount.as_str(), statement.outcome.as_str()), (amount, outcome));
        let proof: Vec<Hash> = receipt["proof"].as_array().unwrap().iter().map(|h| hash(h.as_str().unwrap())).collect();
        let (index, count) = (receipt["leafIndex"].as_u64().unwrap(), receipt["leafCount"].as_u64().unwrap());
        verify_inclusion(&leaf, index, count, &proof, &hash(&text("root"))).unwrap();
        assert!(text("signedText").contains(&text("root")) && text("previousRoot") == previous);
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text("signature")).unwrap();
        let signature = Signature { kid: text("keyId"), bytes: bytes.try_into().unwrap() };
        let ring = &app.running.services.keys;
        assert!(ring.verify(KeyPurpose::Receipt, text("signedText").as_bytes(), &signature));
        previous = text("root");
    }
    sale.court.app.finish().await;
}
both!(a_receipt_proves_itself_and_its_place_in_the_chain, super::receipts);

async fn suspends(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let anna = sale.bidder(1).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    app.go_to("2026-04-17T09:59:41.000+08:00").await;
    app.done(officer, "suspendLot", json!({ "lot": sale.lot, "reason": "案外人异议" }), "lot { status }").await;
    assert_eq!(
        app.refused(&anna, "placeBid", sale.offer("500000.00")).await,
        ("LOT_SUSPENDED".into(), "网拍规定 第28条".into())
    );
    app.go_to("2026-04-18T09:00:00+08:00").await;
    assert_eq!(
        sale.lot(None, "status suspensionReason").await,
        json!({ "status": "SUSPENDED", "suspensionReason": "案外人异议" })
    );
    let resume = json!({ "lot": sale.lot, "documentNumber": "恢复决定1号", "causeEndedOn": "2026-04-18", "resumesAt": "2026-04-20T10:00:00.000+08:00" });
    app.done(officer, "resumeLot", resume, "lot { status }").await;
    assert_eq!(app.refused(&anna, "placeBid", sale.offer("500000.00")).await.0, "BIDDING_NOT_STARTED");
    assert_eq!(sale.lot(None, "effectiveEndAt").await["effectiveEndAt"], "2026-04-20T10:05:00.000+08:00");
    app.go_to("2026-04-20T10:05:00+08:00").await;
    assert_eq!(sale.lot(None, "status").await["status"], "UNSOLD");
    sale.court.app.finish().await;
}
both!(a_suspended_lot_goes_on_with_at_least_a_full_extension_window, super::suspends);

async fn refuses_bidders(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let app = &sale.court.app;
    let bar = json!({ "lot": sale.lot, "identityNumber": citizen(7), "reason": "合议庭成员的近亲属" });
    app.done(&sale.court.officer, "barPerson", bar, "lot { id }").await;
    let (barred, registration) = sale.register(7, None).await;
    assert_eq!(registration["status"], "UNDER_REVIEW");
    let (unpaid, _) = sale.register(8, None).await;
    let stranger = app.user("stranger", "无关人", &[], None).await;
    app.go_to(START).await;
    assert_eq!(
        app.refused(&unpaid, "placeBid", sale.offer("500000.00")).await,
        ("NOT_QUALIFIED".into(), "网拍规定 第18条".into())
    );
    let decide = json!({ "registration": registration["id"], "admit": false, "reason": "属实" });
    app.done(&sale.clerk, "decideQualification", decide, "registration { status }").await;
    assert_eq!(
        app.refused(&barred, "placeBid", sale.offer("500000.00")).await,
        ("BIDDER_BARRED".into(), "网拍规定 第34条".into())
    );
    let document = "mutation ($input: PlaceBidInput!) { placeBid(input: $input) { replayed } }";
    let mut input = sale.offer("500000.00");
    input["idempotencyKey"] = json!("by-a-stranger");
    assert_eq!(app.error_code(Some(&stranger), document, json!({ "input": input })).await, "FORBIDDEN");
    assert_eq!(app.error_code(None, document, json!({ "input": input })).await, "UNAUTHENTICATED");
    assert!(scope_for(&duixian::access::Actor::anonymous(), Act::PlaceBid).is_err());
    app.go_to(END).await;
    assert_eq!(sale.lot(None, "status bidCount").await, json!({ "status": "UNSOLD", "bidCount": 0 }));
    sale.court.app.finish().await;
}
both!(barred_and_unpaid_persons_do_not_bid, super::refuses_bidders);
