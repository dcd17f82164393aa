//! Following a lot: who follows hears of it ahead of time and of what happens, and nobody else learns that he does.

use crate::{
    auction::{END, START, Sale},
    both,
    support::{app::User, database::TestDatabase},
};
use duixian::{
    audit::event,
    kernel::{db::sql, ids::LotId, query::Fetch},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

impl Sale {
    async fn follow(&self, user: &User) -> Value {
        let select = "lot { followerCount followed }";
        self.court.app.done(user, "followLot", json!({ "lot": self.lot }), select).await["lot"].take()
    }
    /// Kinds of the notices that somebody sees, oldest first.
    async fn told(&self, user: &User) -> Vec<String> {
        let nodes = self.notices(user).await;
        nodes.iter().rev().map(|node| node["kind"].as_str().unwrap().to_owned()).collect()
    }
    async fn notices(&self, user: &User) -> Vec<Value> {
        let list = "{ notices(first: 50) { nodes { kind text } } }";
        let mut seen = self.court.app.ask(Some(user), list, json!({})).await;
        seen["notices"]["nodes"].take().as_array().unwrap().clone()
    }
    async fn followed(&self, user: &User) -> Value {
        let list = "{ myFollowedLots(first: 5) { nodes { id } } }";
        self.court.app.ask(Some(user), list, json!({})).await["myFollowedLots"]["nodes"].take()
    }
}

async fn follows(database: TestDatabase) {
    let (sale, case) = Sale::draft(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let (anna, bert) = (sale.sign_up(1).await, sale.sign_up(2).await);
    let lot = json!({ "lot": sale.lot });
    assert_eq!(app.refused(&anna, "followLot", lot.clone()).await.0, "NOT_FOUND", "it is not published");
    sale.announce(&case).await;
    let once = json!({ "lot": sale.lot, "idempotencyKey": "follows-the-lot" });
    app.done(&anna, "followLot", once.clone(), "lot { id }").await;
    assert_eq!(app.done(&anna, "followLot", once, "lot { id }").await["replayed"], true);
    assert_eq!(sale.follow(&anna).await, json!({ "followerCount": 1, "followed": true }), "again changes nothing");
    assert_eq!(sale.follow(&bert).await, json!({ "followerCount": 2, "followed": true }));
    assert_eq!(sale.followed(&bert).await, json!([{ "id": sale.lot }]));
    let counted = async |user: Option<&User>| sale.lot(user, "followerCount followed").await;
    assert_eq!(counted(None).await, json!({ "followerCount": 2, "followed": false }));
    assert_eq!(counted(Some(officer)).await, json!({ "followerCount": 2, "followed": false }));
    app.done(&bert, "unfollowLot", lot.clone(), "lot { followerCount }").await;
    assert_eq!(app.refused(&bert, "unfollowLot", lot.clone()).await.0, "NOT_FOUND");
    assert_eq!(sale.followed(&bert).await, json!([]));
    assert_eq!(counted(Some(&anna)).await, json!({ "followerCount": 1, "followed": true }));
    // other posts do not follow, and the list is a bidder's
    let mutation = "mutation ($i: FollowLotInput!) { followLot(input: $i) { replayed } }";
    let input = json!({ "i": { "idempotencyKey": "officer-follows", "lot": sale.lot } });
    assert_eq!(app.error_code(Some(officer), mutation, input.clone()).await, "FORBIDDEN");
    assert_eq!(app.error_code(None, mutation, input).await, "UNAUTHENTICATED");
    let list = "{ myFollowedLots(first: 5) { nodes { id } } }";
    assert_eq!(app.error_code(Some(officer), list, json!({})).await, "FORBIDDEN");
    // the audit trail says that somebody follows something, not what
    let text = "SELECT COUNT(*) AS n FROM audit_event
                WHERE action IN ('Mutation.followLot', 'Mutation.unfollowLot') AND outcome = 'DONE'
                  AND (subject_kind <> 'Account' OR court_id IS NOT NULL OR case_id IS NOT NULL)";
    let reader = app.database.db.reader();
    let row = reader.query_one_raw(sql(&reader, text, [])).await.unwrap().unwrap();
    assert_eq!(row.try_get::<i64>("", "n").unwrap(), 0);
    let ours = event::Column::Action.is_in(["Mutation.followLot", "Mutation.unfollowLot"]);
    let events = event::Entity::find().filter(ours).list(&reader).await.unwrap();
    assert!(events.len() >= 4, "{}", events.len());
    let global = sale.lot.as_str().unwrap();
    let uuid = LotId::from_global(global).unwrap().uuid().to_string();
    let vault = &app.running.services.vault;
    for row in events {
        let payload = vault.open_bytes(event::payload_place(row.id), &row.payload).unwrap();
        let payload = String::from_utf8(payload.to_vec()).unwrap();
        assert!(!payload.contains(global) && !payload.contains(&uuid), "{payload}");
    }
    sale.court.app.finish().await;
}
both!(a_bidder_follows_a_lot_and_its_followers_are_counted_not_named, super::follows);

async fn reminds(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let (anna, bert) = (sale.sign_up(1).await, sale.sign_up(2).await);
    sale.follow(&anna).await;
    let correction = json!({ "lot": sale.lot, "items": [{ "item": "COURT_CONTACT", "content": "电话0731-1" }],
        "reason": "登记信息有误", "documentNumber": "更正公告1号" });
    app.done(officer, "reviseAnnouncement", correction, "lot { id }").await;
    app.settle().await;
    assert_eq!(sale.told(&anna).await, ["LOT_REVISED"]);
    // 24 hours before the start, and not before
    app.go_to("2026-04-15T09:59:59.999+08:00").await;
    assert_eq!(sale.told(&anna).await, ["LOT_REVISED"]);
    app.go_to("2026-04-15T10:00:00.000+08:00").await;
    assert_eq!(sale.told(&anna).await, ["LOT_REVISED", "LOT_STARTS"]);
    let text = sale.notices(&anna).await[0]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("某小区住宅") && text.contains("2026-04-16 10:00"), "{text}");
    app.go_to(START).await;
    // an hour before the end, and not before
    app.go_to("2026-04-17T08:59:59.999+08:00").await;
    assert_eq!(sale.told(&anna).await.len(), 2);
    app.go_to("2026-04-17T09:00:00.000+08:00").await;
    assert_eq!(sale.told(&anna).await[2..], ["LOT_ENDS"]);
    app.go_to("2026-04-17T09:30:00.000+08:00").await;
    app.done(officer, "suspendLot", json!({ "lot": sale.lot, "reason": "案外人异议" }), "lot { status }").await;
    app.go_to("2026-04-18T09:00:00+08:00").await;
    let resume = json!({ "lot": sale.lot, "documentNumber": "恢复决定1号", "causeEndedOn": "2026-04-18",
        "resumesAt": "2026-04-20T10:00:00.000+08:00" });
    app.done(officer, "resumeLot", resume, "lot { status }").await;
    app.settle().await;
    assert_eq!(sale.told(&anna).await[3..], ["LOT_PAUSED", "LOT_RESUMED"]);
    let text = sale.notices(&anna).await[0]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("2026-04-20 10:00"), "{text}");
    // the half hour that was left; of an end nobody is reminded twice
    app.go_to("2026-04-20T10:30:00+08:00").await;
    assert_eq!(sale.told(&anna).await[5..], ["LOT_UNSOLD"]);
    app.settle().await;
    assert_eq!(sale.told(&anna).await.len(), 6, "each once");
    // nobody else sees them: neither one who does not follow nor the court
    assert_eq!(sale.told(&bert).await, [""; 0]);
    assert_eq!(sale.told(officer).await, [""; 0]);
    sale.court.app.finish().await;
}
both!(followers_are_reminded_at_the_courts_hours_and_hear_of_each_turn_once, super::reminds);

async fn sold(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let anna = sale.bidder(1).await;
    let bert = sale.sign_up(2).await;
    sale.follow(&bert).await;
    // whoever follows later hears nothing of what was before
    sale.court.app.go_to(START).await;
    let carl = sale.sign_up(3).await;
    sale.follow(&carl).await;
    sale.bid(&anna, "500000.00").await;
    sale.court.app.go_to(END).await;
    assert_eq!(sale.told(&carl).await, ["LOT_SOLD"]);
    assert_eq!(sale.told(&bert).await.last().map(String::as_str), Some("LOT_SOLD"));
    assert!(sale.notices(&bert).await[0]["text"].as_str().unwrap().contains("500000.00"));
    sale.court.app.finish().await;
}
both!(followers_hear_the_price_of_a_sale, super::sold);
