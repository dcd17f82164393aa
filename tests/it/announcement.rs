//! The announcement of a lot over the API: what must be known before it, corrections as a public diff, acknowledged before
//! the next bid.

use crate::{
    auction::{END, START, Sale},
    both,
    support::database::TestDatabase,
};
use serde_json::{Value, json};

const SURVEY: [&str; 13] = [
    "OWNERSHIP",
    "USE",
    "EXTENT",
    "POSSESSION",
    "LEASE",
    "SECURITY",
    "SEIZURE",
    "ARREARS",
    "TAX_ARREARS",
    "KEYS",
    "ALTERATION",
    "DEFECT",
    "VIEWING",
];

const DIFF: &str = "startsAt plannedEndAt version announcement { revision revisions { revision reason documentNumber
    clerical material lotVersion changes { field item before after } } }";

impl Sale {
    /// Reference price and survey of `lot`, so that nothing is missing of them.
    pub async fn know(&self, lot: &Value, price: &str) {
        let (app, officer) = (&self.court.app, &self.court.officer);
        let reference = json!({ "lot": lot, "method": "APPRAISAL", "amount": price, "source": "某评估公司",
            "reason": "议价不成，无法询价", "fixedOn": "2026-02-20", "documentNumber": "评估报告1号" });
        app.done(officer, "recordReferencePrice", reference, "lot { appraisalPrice }").await;
        let answers = SURVEY.map(|item| {
            json!({ "item": item, "finding": "FOUND", "content": "见公告", "source": "现场勘查",
            "surveyedOn": "2026-02-20" })
        });
        let survey = json!({ "lot": lot, "answers": answers, "occupancy": "VACANT", "keysHeld": true });
        app.done(officer, "recordSurvey", survey, "lot { id }").await;
    }
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
    assert_eq!(
        second["changes"][1],
        json!({ "field": "STARTS_AT", "item": null, "before": START, "after": "2026-04-17T10:00:00.000+08:00" })
    );
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

async fn must_be_known(database: TestDatabase) {
    let (sale, case) = Sale::draft(database).await;
    sale.decide("500000.00").await;
    sale.disclose(&crate::auction::ITEMS).await;
    sale.notify(&case, "2026-03-02").await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let price = |method: &str, amount: Value, fixed: &str, until: Value| {
        json!({ "lot": sale.lot, "method": method, "amount": amount, "source": "某机构", "reason": "前序方式不成",
            "fixedOn": fixed, "validUntil": until, "documentNumber": "参考价1号" })
    };
    let refused = async |input: Value| app.refused(officer, "recordReferencePrice", input).await;
    let set = async |input: Value| app.done(officer, "recordReferencePrice", input, "lot { appraisalPrice }").await;
    // a year from the day on which it was fixed and not a day more; nothing of the future; a later way needs its reason
    let long = price("APPRAISAL", json!("700000.00"), "2025-03-02", json!("2026-03-03"));
    assert_eq!(refused(long).await, ("DATE_INVALID".into(), "参考价规定 第27条".into()));
    let future = price("APPRAISAL", json!("700000.00"), "2026-03-03", Value::Null);
    assert_eq!(refused(future).await, ("DATE_INVALID".into(), "参考价规定 第27条".into()));
    let mut bare = price("DIRECTED_INQUIRY", json!("700000.00"), "2026-03-02", Value::Null);
    bare["reason"] = Value::Null;
    assert_eq!(refused(bare).await, ("TEXT_INVALID".into(), "参考价规定 第2条".into()));
    // the mean of the platforms becomes the appraisal price
    let mut quotes = price("NETWORK_INQUIRY", Value::Null, "2025-03-05", Value::Null);
    quotes["quotes"] =
        json!([{ "platform": "甲", "amount": "699999.99" }, { "platform": "乙", "amount": "700000.00" }]);
    assert_eq!(set(quotes.clone()).await["lot"]["appraisalPrice"], "700000.00");
    let card = "announcement { referencePrice { amount validUntil quotes { platform } }
        survey { item finding } costs { occupancy keysHeld loanPossible knownForBuyer unknownForBuyer totalAtPresentPrice } }";
    let node = format!("query ($id: ID!) {{ node(id: $id) {{ ... on Lot {{ {card} }} }} }}");
    let seen = app.ask(Some(officer), &node, json!({ "id": sale.lot })).await["node"]["announcement"].take();
    assert_eq!(seen["referencePrice"]["validUntil"], "2026-03-05");
    assert_eq!(seen["survey"].as_array().unwrap().len(), SURVEY.len());
    // announced on its last day it carries the offer, a day later it does not
    app.go_to("2026-03-06T00:00:00+08:00").await;
    let announce = || sale.announcement(START, END);
    let late = app.refused(officer, "publishAnnouncement", announce()).await;
    assert_eq!(late, ("REFERENCE_PRICE_EXPIRED".into(), "参考价规定 第27条".into()));
    let fresh = price("NEGOTIATED", json!("600000.00"), "2026-03-06", Value::Null);
    set(fresh).await;
    // the survey: a gap, a tax moved to the purchaser, an answer without source
    let survey = |items: &[&str], costs: Value| {
        let answers: Vec<_> = items
            .iter()
            .map(|item| json!({ "item": item, "finding": "NOT_INVESTIGATED", "content": "未调查" }))
            .collect();
        json!({ "lot": sale.lot, "answers": answers, "occupancy": "NOT_INVESTIGATED", "costs": costs })
    };
    let moved = json!([{ "kind": "VALUE_ADDED_TAX", "bearer": "BUYER" }]);
    let unlawful = app.refused(officer, "recordSurvey", survey(&SURVEY, moved)).await;
    assert_eq!(unlawful, ("COST_BEARER_UNLAWFUL".into(), "网拍规定 第30条".into()));
    let mut bare = survey(&SURVEY, json!([]));
    bare["answers"][0]["finding"] = json!("FOUND");
    assert_eq!(app.refused(officer, "recordSurvey", bare).await.0, "TEXT_INVALID");
    app.done(officer, "recordSurvey", survey(&SURVEY[1..], json!([])), "lot { id }").await;
    let gap = app.refused(officer, "publishAnnouncement", announce()).await;
    assert_eq!(gap, ("DISCLOSURE_INCOMPLETE".into(), "网拍规定 第13条".into()));
    let costs = json!([{ "kind": "DEED_TAX", "bearer": "BUYER", "amount": "15000.00" },
        { "kind": "VALUE_ADDED_TAX", "bearer": "DEBTOR", "amount": "99999.00" },
        { "kind": "MANAGEMENT_ARREARS", "bearer": "BUYER" }]);
    app.done(officer, "recordSurvey", survey(&SURVEY, costs), "lot { id }").await;
    app.done(officer, "publishAnnouncement", sale.announcement("2026-04-16T10:00:00.000+08:00", END), "lot { id }")
        .await;
    assert_eq!(
        sale.lot(None, card).await["announcement"]["costs"],
        json!({ "occupancy": "NOT_INVESTIGATED", "keysHeld": null, "loanPossible": null, "knownForBuyer": "15000.00",
            "unknownForBuyer": 1, "totalAtPresentPrice": "515000.00" })
    );
    assert_eq!(app.refused(officer, "recordSurvey", survey(&SURVEY, json!([]))).await.0, "WRONG_STATE");
    assert_eq!(refused(quotes).await.0, "WRONG_STATE");
    sale.court.app.finish().await;
}
both!(a_lot_is_announced_at_a_price_in_force_with_its_survey_and_costs, super::must_be_known);
