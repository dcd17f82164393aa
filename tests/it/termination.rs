//! A sale that the court ends after bidding has begun: stopped by a ruling, ended by another, all deposits back.

use crate::{
    auction::{START, Sale},
    both,
    support::database::TestDatabase,
};
use serde_json::json;

async fn ends(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let terminate = json!({ "lot": sale.lot, "reason": "案外人异议成立", "documentNumber": "（2026）湘0102执异3号" });
    let wrong_state = ("WRONG_STATE".to_owned(), "网拍规定 第28条".to_owned());
    assert_eq!(app.refused(officer, "terminateLot", terminate.clone()).await, wrong_state, "it is not stopped");
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    sale.bid(&bert, "510000.00").await;
    let unread = json!({ "lot": sale.lot, "reason": "案外人异议", "documentNumber": "号".repeat(129) });
    assert_eq!(app.refused(officer, "suspendLot", unread).await.0, "TEXT_INVALID");
    let suspend = json!({ "lot": sale.lot, "reason": "案外人异议", "documentNumber": "（2026）湘0102执12号之三" });
    app.done(officer, "suspendLot", suspend, "lot { status }").await;
    let why = "status suspensionReason suspensionDocument";
    let stopped = json!({ "status": "SUSPENDED", "suspensionReason": "案外人异议",
        "suspensionDocument": "（2026）湘0102执12号之三" });
    assert_eq!(sale.lot(None, why).await, stopped);

    let withdraw = json!({ "lot": sale.lot, "reason": "撤回", "documentNumber": "撤回决定1号" });
    let begun = app.refused(officer, "withdrawLot", withdraw).await;
    assert_eq!(begun, ("WRONG_STATE".into(), "拍变规定 第17条".into()));
    let document = "mutation ($input: TerminateLotInput!) { terminateLot(input: $input) { replayed } }";
    let mut keyed = terminate.clone();
    keyed["idempotencyKey"] = json!("terminated-1");
    let barred = app.error_code(Some(&sale.clerk), document, json!({ "input": keyed.clone() })).await;
    assert_eq!(barred, "FORBIDDEN");
    app.done(officer, "terminateLot", keyed.clone(), "lot { status }").await;
    assert_eq!(app.done(officer, "terminateLot", keyed, "lot { status }").await["replayed"], true);
    let ended = json!({ "status": "WITHDRAWN", "suspensionReason": "案外人异议成立",
        "suspensionDocument": "（2026）湘0102执异3号" });
    assert_eq!(sale.lot(None, why).await, ended);
    assert_eq!(app.refused(officer, "terminateLot", terminate).await, wrong_state);
    let resume = json!({ "lot": sale.lot, "documentNumber": "恢复决定1号", "causeEndedOn": "2026-04-16",
        "resumesAt": "2026-04-16T12:00:00.000+08:00" });
    assert_eq!(app.refused(officer, "resumeLot", resume).await, wrong_state);

    // nobody buys: also the deposit of the one who led goes back
    assert_eq!(app.refused(&anna, "placeBid", sale.offer("520000.00")).await.0, "BIDDING_ENDED");
    app.settle().await;
    for bidder in [&anna, &bert] {
        let mine = sale.lot(Some(bidder), "myRegistration { deposit { status } } result { purchaserName }").await;
        let back = json!({ "myRegistration": { "deposit": { "status": "REFUNDING" } }, "result": null });
        assert_eq!(mine, back);
    }
    let file = sale.lot(None, "replay { content }").await["replay"]["content"].take();
    let checked = duixian::auction::replay::check(file.as_str().unwrap(), None);
    assert!(checked.holds() && checked.bids == 2 && checked.winner.is_none(), "{checked}");
    assert!(file.as_str().unwrap().contains("\"kind\":\"WITHDRAWN\""));
    sale.court.app.finish().await;
}
both!(netauction_28_a_sale_that_was_stopped_after_its_start_is_ended_by_a_ruling, super::ends);
