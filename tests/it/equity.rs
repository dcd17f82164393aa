//! Equity of which the transfer needs an approval: sold, then approval pending, then the ruling or a new auction.

use crate::{
    auction::{END, ITEMS, START, Sale},
    both, joint,
    support::{app::User, database::TestDatabase},
};
use duixian::access::Role;
use serde_json::{Value, json};

fn requirement(lot: &Value) -> Value {
    json!({ "lot": lot, "authority": "国家金融监督管理总局湖南监管局", "requirement": "符合银行股东资格" })
}
fn outcome(sale: &Sale, outcome: &str, on: &str) -> Value {
    json!({ "lot": sale.lot, "outcome": outcome, "documentNumber": "金监复〔2026〕1号", "decidedOn": on })
}
fn missing() -> (String, String) {
    ("TRANSFER_APPROVAL_MISSING".into(), "股权执行规定 第15条".into())
}

/// Equity in a bank on sale; the flat of the same case has nothing to be approved.
async fn announced(database: TestDatabase) -> (Sale, Value) {
    let (sale, case) = Sale::draft(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let flat = app.refused(officer, "requireTransferApproval", requirement(&sale.lot)).await;
    assert_eq!(flat, ("WRONG_STATE".into(), "股权执行规定 第15条".into()));
    let input =
        json!({ "case": case["id"], "title": "某银行股权", "category": "OTHER_RIGHT", "appraisalPrice": "700000.00" });
    let drafted = app.done(officer, "draftLot", input, "lot { id lotNumber }").await["lot"].take();
    let number = drafted["lotNumber"].as_str().unwrap().to_owned();
    let mut input = requirement(&drafted["id"]);
    input["idempotencyKey"] = json!("needs-approval");
    app.done(officer, "requireTransferApproval", input.clone(), "lot { id }").await;
    assert_eq!(app.done(officer, "requireTransferApproval", input, "lot { id }").await["replayed"], true);
    let twice = app.refused(officer, "requireTransferApproval", requirement(&drafted["id"])).await;
    assert_eq!(twice.0, "ALREADY_EXISTS");
    let sale = Sale { lot: drafted["id"].clone(), number, ..sale };
    sale.decide("500000.00").await;
    sale.disclose(&ITEMS).await;
    sale.notify(&case, "2026-03-02").await;
    sale.court.app.go_to("2026-03-05T09:00:00+08:00").await;
    let publish = sale.announcement(START, END);
    sale.court.app.done(&sale.court.officer, "publishAnnouncement", publish, "lot { version }").await;
    (sale, case)
}

/// Sold to a bidder without the approval, and paid.
async fn paid(sale: &Sale) -> User {
    let (user, registration) = sale.register(1, None).await;
    sale.pay("D1", &[(&registration, 1, "100000.00")]).await;
    let app = &sale.court.app;
    app.go_to(START).await;
    sale.bid(&user, "500000.00").await;
    let early =
        app.refused(&sale.court.officer, "recordTransferApproval", outcome(sale, "GRANTED", "2026-04-16")).await;
    assert_eq!(early, ("WRONG_STATE".into(), "股权执行规定 第15条".into()));
    app.go_to(END).await;
    app.go_to("2026-04-20T10:00:00+08:00").await;
    sale.pay("B1", &[(&registration, 1, "400000.00")]).await;
    user
}
fn ruling(sale: &Sale) -> Value {
    json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之一", "servedOn": "2026-04-20" })
}

async fn granted(database: TestDatabase) {
    let (sale, _) = announced(database).await;
    paid(&sale).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let select = "announcement { transferApproval { authority requirement outcome documentNumber } }";
    let pending = sale.lot(None, select).await["announcement"]["transferApproval"].take();
    assert_eq!((&pending["requirement"], &pending["outcome"]), (&json!("符合银行股东资格"), &Value::Null));
    assert_eq!(app.refused(officer, "serveRuling", ruling(&sale)).await, missing());
    for day in ["2026-04-16", "2026-04-21"] {
        let impossible = app.refused(officer, "recordTransferApproval", outcome(&sale, "GRANTED", day)).await;
        assert_eq!(impossible, ("DATE_INVALID".into(), "股权执行规定 第15条".into()), "{day}");
    }
    app.done(officer, "recordTransferApproval", outcome(&sale, "GRANTED", "2026-04-20"), "lot { id }").await;
    let again = app.refused(officer, "recordTransferApproval", outcome(&sale, "NOT_OBTAINED", "2026-04-20")).await;
    assert_eq!(again.0, "WRONG_STATE", "said once");
    let early = app.refused(officer, "declareDefault", default(&sale)).await;
    assert_eq!(early.0, "WRONG_STATE", "approved and paid is no default");
    app.done(officer, "serveRuling", ruling(&sale), "lot { status }").await;
    assert_eq!(sale.lot(None, "status").await["status"], "RULING_SERVED");
    sale.court.app.finish().await;
}
both!(equity_15_the_ruling_waits_for_the_approval, super::granted);

fn default(sale: &Sale) -> Value {
    json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之二", "reason": "明知不符合条件仍参加竞买" })
}

/// The approval is not obtained: the sale ends and its price goes back; the next round is published.
async fn sold_again(sale: &mut Sale, case: &Value) {
    let chief = sale.court.app.user("chief", "执行局局长", &[Role::BureauChief], Some(sale.court.id)).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let void = json!({ "lot": sale.lot, "ground": "TRANSFER_NOT_APPROVED", "reason": "监管部门未批准",
        "rulingNumber": "（2026）湘0102执12号之二", "decidedOn": "2026-04-20" });
    let unsaid = app.refused(officer, "setAsideSale", void.clone()).await;
    assert_eq!(unsaid, ("WRONG_STATE".into(), "股权执行规定 第15条".into()));
    app.done(officer, "recordTransferApproval", outcome(sale, "NOT_OBTAINED", "2026-04-20"), "lot { id }").await;
    assert_eq!(app.refused(officer, "serveRuling", ruling(sale)).await, missing());
    let made = app.done(officer, "setAsideSale", void, "decision { approval { id } }").await["decision"].take();
    app.approve(&made["approval"]["id"], &[&chief, &sale.court.finance]).await;
    let ended = sale.lot(None, "status setAside { ground returned }").await;
    assert_eq!(ended["setAside"], json!({ "ground": "TRANSFER_NOT_APPROVED", "returned": "500000.00" }));

    let follow = json!({ "lot": sale.lot, "documentNumber": "重新拍卖决定1号" });
    let opened = app.done(officer, "openNextRound", follow, "lot { id lotNumber }").await["lot"].take();
    sale.lot = opened["id"].clone();
    sale.number = opened["lotNumber"].as_str().unwrap().to_owned();
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    sale.decide("500000.00").await;
    sale.notify(case, "2026-04-17").await;
    let publish = sale.announcement("2026-05-25T10:00:00.000+08:00", "2026-05-26T10:00:00.000+08:00");
    app.done(officer, "publishAnnouncement", publish, "lot { version }").await;
}
fn barred() -> (String, String) {
    ("BIDDER_BARRED".into(), "股权执行规定 第15条".into())
}

async fn in_good_faith(database: TestDatabase) {
    let (mut sale, case) = announced(database).await;
    let anna = paid(&sale).await;
    // sold again, under the same requirement and without him
    sold_again(&mut sale, &case).await;
    let app = &sale.court.app;
    let again = sale.lot(None, "announcement { transferApproval { requirement outcome } }").await;
    assert_eq!(
        again["announcement"]["transferApproval"],
        json!({ "requirement": "符合银行股东资格", "outcome": null })
    );
    assert_eq!(app.refused(&anna, "registerForLot", json!({ "lot": sale.lot })).await, barred());
    sale.bidder(2).await;
    sale.court.app.finish().await;
}
both!(equity_15_without_the_approval_the_sale_ends_and_its_purchaser_stays_out, super::in_good_faith);

async fn bought_together(database: TestDatabase) {
    let (mut sale, case) = announced(database).await;
    let (anna, bert) = (sale.sign_up(1).await, sale.sign_up(2).await);
    let own = joint::register(&sale, &anna, joint::together(&sale, 1, 2)).await;
    assert_eq!(joint::decide(&sale, &own, true).await["status"], "AWAITING_DEPOSIT");
    sale.pay("D1", &[(&own, 2, "100000.00")]).await;
    sale.court.app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    sale.court.app.go_to(END).await;
    sale.court.app.go_to("2026-04-20T10:00:00+08:00").await;
    sale.pay("B1", &[(&own, 2, "400000.00")]).await;
    sold_again(&mut sale, &case).await;
    for each in [&anna, &bert] {
        let refused = sale.court.app.refused(each, "registerForLot", json!({ "lot": sale.lot })).await;
        assert_eq!(refused, barred());
    }
    sale.court.app.finish().await;
}
both!(equity_15_each_of_joint_purchasers_without_the_approval_stays_out, super::bought_together);

async fn knowingly(database: TestDatabase) {
    let (sale, _) = announced(database).await;
    paid(&sale).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    app.done(officer, "recordTransferApproval", outcome(&sale, "NOT_OBTAINED", "2026-04-20"), "lot { id }").await;
    app.done(officer, "declareDefault", default(&sale), "lot { status }").await;
    let ended = sale.lot(None, "status buyerDefault { forfeited }").await;
    assert_eq!(ended, json!({ "status": "DEFAULTED", "buyerDefault": { "forfeited": "100000.00" } }));
    sale.court.app.finish().await;
}
both!(equity_15_who_knew_that_he_lacked_it_loses_the_deposit, super::knowingly);
