//! The announcement of a lot over the API: corrections as a public diff, acknowledged before the next bid.

use crate::{
    auction::{END, START, Sale},
    both,
    support::database::TestDatabase,
};
use serde_json::{Value, json};

const DIFF: &str = "startsAt plannedEndAt version announcement { revision revisions { revision reason documentNumber
    clerical material lotVersion changes { field item before after } } }";

impl Sale {
    fn correction(&self, item: &str, content: &str) -> Value {
        json!({ "lot": self.lot, "items": [{ "item": item, "content": content }], "reason": "登记信息有误",
            "documentNumber": "更正公告1号" })
    }
    async fn correct(&self, input: Value) -> Value {
        let select = format!("lot {{ {DIFF} }}");
        self.court.app.done(&self.court.officer, "reviseAnnouncement", input, &select).await["lot"].take()
    }
}

async fn corrects(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let refused = async |input: Value| app.refused(officer, "reviseAnnouncement", input).await;
    // nothing new, an empty text, a warning left out
    assert_eq!(refused(sale.correction("CONDITION", "见公告")).await.0, "LIST_INVALID");
    assert_eq!(refused(sale.correction("CONDITION", " ")).await.0, "DISCLOSURE_INCOMPLETE");
    // a matter without weight leaves the times as they are
    let mut contact = sale.correction("COURT_CONTACT", "电话0731-1");
    contact["idempotencyKey"] = json!("correct-contact-1");
    let first = sale.correct(contact.clone()).await;
    assert_eq!((&first["version"], &first["announcement"]["revision"]), (&json!(2), &json!(1)));
    assert_eq!(
        first["announcement"]["revisions"],
        json!([{ "revision": 1, "reason": "登记信息有误", "documentNumber": "更正公告1号", "clerical": false,
            "material": false, "lotVersion": 2,
            "changes": [{ "field": "DISCLOSURE", "item": "COURT_CONTACT", "before": "见公告", "after": "电话0731-1" }] }])
    );
    // the same request again is the same correction
    assert_eq!(sale.correct(contact).await["announcement"]["revision"], 1);
    // published 5 March; on 17 March thirty full days end with 16 April, the announced start is one day too early
    app.go_to("2026-03-17T09:00:00+08:00").await;
    let weight = sale.correction("CONDITION", "漏水，面积以登记为准");
    assert_eq!(refused(weight.clone()).await, ("LEAD_TIME_TOO_SHORT".into(), "网拍规定 第12条".into()));
    let mut earlier = weight.clone();
    earlier["startsAt"] = json!("2026-04-16T09:59:59.999+08:00");
    assert_eq!(refused(earlier).await, ("DATE_INVALID".into(), "网拍规定 第12条".into()));
    let mut short = weight.clone();
    short["startsAt"] = json!("2026-04-17T10:00:00.000+08:00");
    assert_eq!(refused(short.clone()).await.0, "BIDDING_TOO_SHORT");
    short["endsAt"] = json!("2026-04-18T10:00:00.000+08:00");
    short["title"] = json!("某小区住宅（含车位）");
    let moved = sale.correct(short).await;
    assert_eq!(moved["startsAt"], "2026-04-17T10:00:00.000+08:00");
    let second = &moved["announcement"]["revisions"][1];
    assert_eq!((&second["material"], second["changes"].as_array().unwrap().len()), (&json!(true), 4));
    assert_eq!(second["changes"][1], json!({ "field": "STARTS_AT", "item": null, "before": START, "after": "2026-04-17T10:00:00.000+08:00" }));
    // what is found by words follows
    assert_eq!(sale.titles(json!({ "text": "车位" }), "NEWEST").await.len(), 1);
    assert_eq!(sale.titles(json!({ "text": "漏水" }), "NEWEST").await.len(), 1);
    // a slip of the pen does not wait, and the public reads it without signing in
    app.go_to("2026-04-17T09:59:59+08:00").await;
    let mut slip = sale.correction("TAXES", "依法各自承担");
    slip["clerical"] = json!(true);
    sale.correct(slip).await;
    assert_eq!(sale.lot(None, "announcement { revision }").await["announcement"]["revision"], 3);
    // once bidding has begun
    app.go_to("2026-04-17T10:00:00+08:00").await;
    let late = sale.correction("KNOWN_DEFECTS", "查封");
    assert_eq!(refused(late).await, ("REVISION_TOO_LATE".into(), "网拍规定 第12条".into()));
    let foreign = app.court("湘0103").await;
    let stranger = app.user("stranger", "外院承办人", &[duixian::access::Role::Officer], Some(foreign)).await;
    let theirs = sale.correction("OTHER", "某");
    assert_eq!(app.refused(&stranger, "reviseAnnouncement", theirs).await.0, "NOT_FOUND");
    app.go_to("2026-04-18T10:00:00+08:00").await;
    assert_eq!(refused(sale.correction("OTHER", "某")).await.0, "WRONG_STATE");
    sale.court.app.finish().await;
}
both!(a_correction_is_a_public_diff_and_one_of_weight_starts_the_days_anew, super::corrects);

async fn acknowledges(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let app = &sale.court.app;
    sale.correct(sale.correction("OTHER", "看样改为周五")).await;
    // who registers now has read it
    let carl = sale.bidder(3).await;
    app.go_to(START).await;
    let read = |revision: i32| json!({ "lot": sale.lot, "revision": revision });
    assert_eq!(
        app.refused(&anna, "placeBid", sale.offer("500000.00")).await,
        ("REVISION_NOT_ACKNOWLEDGED".into(), "网拍规定 第13条".into())
    );
    assert_eq!(app.refused(&anna, "placeBid", sale.offer("499999.99")).await.0, "BID_BELOW_START");
    assert_eq!(sale.lot(None, "currentPrice bidCount").await, json!({ "currentPrice": null, "bidCount": 0 }));
    sale.bid(&carl, "500000.00").await;
    for wrong in [0, 2] {
        assert_eq!(app.refused(&anna, "acknowledgeRevision", read(wrong)).await.0, "STALE_VERSION");
    }
    let said = app.done(&anna, "acknowledgeRevision", read(1), "registration { acknowledgedRevision }").await;
    assert_eq!(said["registration"]["acknowledgedRevision"], 1);
    sale.bid(&anna, "510000.00").await;
    // a correction in the middle of the bidding stops everybody once more, and nobody else
    let mut slip = sale.correction("CONDITION", "建筑面积89.50平方米");
    slip["clerical"] = json!(true);
    sale.correct(slip).await;
    assert_eq!(app.refused(&carl, "placeBid", sale.offer("520000.00")).await.0, "REVISION_NOT_ACKNOWLEDGED");
    assert_eq!(app.refused(&bert, "acknowledgeRevision", read(1)).await.0, "STALE_VERSION");
    app.done(&carl, "acknowledgeRevision", read(2), "").await;
    app.done(&carl, "acknowledgeRevision", read(2), "").await;
    sale.bid(&carl, "520000.00").await;
    let (dora, _) = sale.register(4, None).await;
    app.done(&dora, "acknowledgeRevision", read(2), "").await;
    let stranger = app.error_code(
        Some(&sale.clerk),
        "mutation ($i: AcknowledgeRevisionInput!) { acknowledgeRevision(input: $i) { replayed } }",
        json!({ "i": { "idempotencyKey": "clerk-reads-it", "lot": sale.lot, "revision": 2 } }),
    );
    assert_eq!(stranger.await, "FORBIDDEN");
    // the replay recomputes a sale with refusals of this kind
    app.go_to(END).await;
    assert_eq!(sale.lot(None, "result { hammerPrice }").await["result"]["hammerPrice"], "520000.00");
    sale.court.app.finish().await;
}
both!(a_bidder_acknowledges_the_latest_correction_before_his_next_bid, super::acknowledges);
