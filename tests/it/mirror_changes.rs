//! Later bundles of a mirrored sale: what they may change of people and terms, and each way in which a sale ends.

use super::*;
use duixian::ledger::{AccountKey, Book, Code};

impl Mirrored {
    /// Adopts the announcement; both deposits have arrived. The accounts of the registrations, in their order.
    async fn announced(&self) -> Value {
        let first = self.clean(&self.announcement()).await;
        self.adopt(&first).await;
        let accounts = self.registrations().await;
        self.sale.pay("D1", &[(&accounts[0], 1, "100000.00"), (&accounts[1], 2, "100000.00")]).await;
        accounts
    }
    async fn registrations(&self) -> Value {
        let select = "platform { bundles { registrations { reference depositRequired depositReceived
            depositAccountNumber } } }";
        let seen = self.sale.lot(Some(&self.sale.court.officer), select).await;
        seen["platform"]["bundles"][0]["registrations"].clone()
    }
    /// The announcement as a later bundle repeats it.
    fn again(&self, issued_at: &str) -> Value {
        let mut bundle = self.announcement();
        bundle["issuedAt"] = json!(issued_at);
        bundle
    }
    async fn refused_import(&self, bundle: &Value) -> (String, String) {
        let input = json!({ "lot": self.sale.lot, "content": self.sign(bundle) });
        self.sale.court.app.refused(&self.sale.court.officer, "importMirrorBundle", input).await
    }
    async fn on(&self, code: Code) -> String {
        self.sale.balance(AccountKey::of_court(self.sale.court.id, Book::AuctionDeposits, code)).await
    }
    /// Ends the sale without a price.
    fn ended(&self, outcome: &str, ended_at: &str, issued_at: &str) -> Value {
        let mut bundle = self.again(issued_at);
        bundle["result"] = json!({ "outcome": outcome, "endedAt": ended_at });
        bundle
    }
}

fn told(payload: &Value) -> Vec<(&str, &str)> {
    let findings = payload["bundle"]["findings"].as_array().unwrap();
    findings.iter().map(|f| (f["refusal"]["code"].as_str().unwrap(), f["path"].as_str().unwrap())).collect()
}

async fn changes(database: TestDatabase) {
    let mirrored = Mirrored::begin(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    let officer = &sale.court.officer;
    let first = mirrored.clean(&mirrored.announcement()).await;
    mirrored.adopt(&first).await;
    let accounts = mirrored.registrations().await;
    sale.pay("D1", &[(&accounts[0], 1, "100000.00")]).await;
    let heading = json!({ "court": sale.court.id.to_global(), "title": "大宗资产推介", "description": "六月推介专场",
        "lots": [sale.lot] });
    let made = app.done(officer, "createLotCollection", heading, "collection { id }").await;
    let totals = "query ($id: ID!) { node(id: $id) { ... on LotCollection { totals { startingPrice } } } }";

    app.go_to("2026-04-16T11:00:00+08:00").await;
    assert_eq!(sale.lot(None, "status").await["status"], "OPEN");
    // his deposit would be price in the name of another
    let mut other = mirrored.again("2026-04-10T09:00:00.000+08:00");
    other["registrations"][0]["name"] = json!("竞买人9");
    assert_eq!(mirrored.refused_import(&other).await, ("REGISTRATION_CHANGED".into(), "网拍规定 第18条".into()));
    let mut restart = mirrored.again("2026-04-16T10:30:00.000+08:00");
    restart["notice"]["startsAt"] = json!("2026-04-20T10:00:00.000+08:00");
    restart["notice"]["endsAt"] = json!("2026-04-21T10:00:00.000+08:00");
    assert_eq!(mirrored.refused_import(&restart).await, ("REVISION_TOO_LATE".into(), "网拍规定 第12条".into()));

    // put off and made dearer in time; the court learns of it after the first begin
    let mut revised = restart;
    revised["issuedAt"] = json!("2026-04-10T09:00:00.000+08:00");
    revised["notice"]["startingPrice"] = json!("510000.00");
    revised["registrations"][0]["deposit"]["amount"] = json!("90000.00");
    revised["registrations"][1]["deposit"]["amount"] = json!("90000.00");
    revised["registrations"][1]["priorityClaim"] = json!("按份共有人");
    let payload = mirrored.import(officer, &mirrored.sign(&revised)).await;
    let expected = [
        ("TERMS_CHANGED", "$.bundle.notice.startsAt"),
        ("TERMS_CHANGED", "$.bundle.notice.endsAt"),
        ("TERMS_CHANGED", "$.bundle.notice.startingPrice"),
        ("REGISTRATION_CHANGED", "$.bundle.registrations[0].deposit.amount"),
        ("REGISTRATION_CHANGED", "$.bundle.registrations[1].priorityClaim"),
        ("REGISTRATION_CHANGED", "$.bundle.registrations[1].deposit.amount"),
        ("TERMS_DIFFER", "$.bundle.notice.startingPrice"),
        ("TERMS_DIFFER", "$.bundle.registrations[0].deposit.amount"),
        ("TERMS_DIFFER", "$.bundle.registrations[1].deposit.amount"),
    ];
    assert_eq!(told(&payload), expected, "{payload:#}");
    let reasons: Vec<Value> = (1..=9).map(|number| json!({ "number": number, "reason": "合议庭同意变更" })).collect();
    let adoption = json!({ "bundle": payload["bundle"]["id"], "acceptances": reasons });
    let select = "lot { status startsAt startingPrice }";
    let adopted = app.done(officer, "adoptMirrorBundle", adoption, select).await["lot"].take();
    assert_eq!(
        adopted,
        json!({ "status": "ANNOUNCED", "startsAt": "2026-04-20T10:00:00.000+08:00", "startingPrice": "510000.00" })
    );
    let seen = app.ask(Some(officer), totals, json!({ "id": made["collection"]["id"] })).await;
    assert_eq!(seen["node"]["totals"]["startingPrice"], "510000.00");
    // what was paid stays what it was asked for
    let rows = mirrored.registrations().await;
    assert_eq!((&rows[0]["depositRequired"], &rows[1]["depositRequired"]), (&json!("100000.00"), &json!("90000.00")));

    // whom a later bundle leaves out is named, and keeps his account
    let mut fewer = revised.clone();
    fewer["issuedAt"] = json!("2026-04-11T09:00:00.000+08:00");
    fewer["registrations"] = json!([revised["registrations"][1]]);
    let payload = mirrored.import(officer, &mirrored.sign(&fewer)).await;
    assert!(told(&payload).contains(&("REGISTRATION_CHANGED", "$.bundle.registrations")), "{payload:#}");
    app.go_to("2026-04-20T10:00:00+08:00").await;
    assert_eq!(sale.lot(None, "status").await["status"], "OPEN");
    mirrored.sale.court.app.finish().await;
}
both!(netauction_12_and_18_a_later_bundle_changes_nothing_unnoticed, super::changes);

async fn stale(database: TestDatabase) {
    let mirrored = Mirrored::begin(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    let officer = &sale.court.officer;
    mirrored.announced().await;
    app.go_to("2026-04-17T10:30:00+08:00").await;
    // a newer bundle takes the place of one that nobody stood on
    let early = mirrored.clean(&mirrored.again("2026-04-10T09:00:00.000+08:00")).await;
    let newest = mirrored.clean(&mirrored.sold()).await;
    let adopt = |bundle: &Value| json!({ "bundle": bundle, "acceptances": [] });
    let gone = app.refused(officer, "adoptMirrorBundle", adopt(&early)).await;
    assert_eq!(gone, ("STALE_VERSION".into(), "网拍规定 第29条".into()));
    // and what was found when it came in is looked at again: the purchaser was barred since
    let bar = json!({ "lot": sale.lot, "identityNumber": BUYER, "reason": "合议庭成员的近亲属" });
    app.done(officer, "barPerson", bar, "lot { id }").await;
    let barred = app.refused(officer, "adoptMirrorBundle", adopt(&newest)).await;
    assert_eq!(barred, ("STALE_VERSION".into(), "网拍规定 第22条".into()));
    assert_eq!(sale.lot(None, "status result { hammerPrice }").await, json!({ "status": "OPEN", "result": null }));
    assert_eq!(mirrored.on(Code::InTransit).await, "0.00");
    mirrored.sale.court.app.finish().await;
}
both!(netauction_22_what_changed_since_the_import_is_not_adopted, super::stale);

async fn nobody_buys(database: TestDatabase) {
    let mirrored = Mirrored::begin(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    mirrored.announced().await;
    app.go_to("2026-04-17T10:30:00+08:00").await;
    let early = mirrored.ended("UNSOLD", "2026-04-17T09:59:59.999+08:00", "2026-04-17T10:10:00.000+08:00");
    assert_eq!(mirrored.refused_import(&early).await.0, "BUNDLE_INVALID");
    let bundle = mirrored.clean(&mirrored.ended("UNSOLD", END, "2026-04-17T10:10:00.000+08:00")).await;
    mirrored.adopt(&bundle).await;
    app.settle().await;
    let seen =
        sale.lot(None, "status result { hammerPrice } platform { mirrored { outcome bids { sequence } } }").await;
    assert_eq!(
        seen,
        json!({ "status": "UNSOLD", "result": null, "platform": { "mirrored": { "outcome": "UNSOLD", "bids": [] } } })
    );
    assert_eq!(mirrored.on(Code::InTransit).await, "200000.00", "both deposits are on their way back");
    mirrored.sale.court.app.finish().await;
}
both!(netauction_23_an_unsold_mirrored_lot_gives_every_deposit_back, super::nobody_buys);

async fn taken_back(database: TestDatabase) {
    let mirrored = Mirrored::begin(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    mirrored.announced().await;
    app.go_to("2026-04-10T10:00:00+08:00").await;
    let at = "2026-04-10T09:00:00.000+08:00";
    let bundle = mirrored.clean(&mirrored.ended("WITHDRAWN", at, at)).await;
    mirrored.adopt(&bundle).await;
    app.settle().await;
    let seen = sale.lot(None, "status platform { mirrored { outcome } }").await;
    assert_eq!(seen, json!({ "status": "WITHDRAWN", "platform": { "mirrored": { "outcome": "WITHDRAWN" } } }));
    assert_eq!(mirrored.on(Code::InTransit).await, "200000.00", "both deposits are on their way back");
    let late = mirrored.refused_import(&mirrored.again("2026-04-10T09:30:00.000+08:00")).await;
    assert_eq!(late, ("WRONG_STATE".into(), "网拍规定 第5条".into()));
    mirrored.sale.court.app.finish().await;
}
both!(netauction_23_a_withdrawn_mirrored_lot_gives_every_deposit_back, super::taken_back);

async fn defaults(database: TestDatabase) {
    let mirrored = Mirrored::begin(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    let officer = &sale.court.officer;
    mirrored.announced().await;
    app.go_to("2026-04-17T10:30:00+08:00").await;
    let second = mirrored.clean(&mirrored.sold()).await;
    mirrored.adopt(&second).await;
    app.settle().await;
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之二", "reason": "逾期未付余款" });
    let early = app.refused(officer, "declareDefault", ruling.clone()).await;
    assert_eq!(early, ("DATE_INVALID".into(), "网拍规定 第24条".into()));
    app.go_to("2026-05-06T09:00:00+08:00").await;
    let select = "lot { status buyerDefault { forfeited held } }";
    let declared = app.done(officer, "declareDefault", ruling, select).await["lot"].take();
    assert_eq!(
        declared,
        json!({ "status": "DEFAULTED", "buyerDefault": { "forfeited": "100000.00", "held": "100000.00" } })
    );
    assert_eq!(sale.balance(sale.price_account()).await, "0.00");
    mirrored.sale.court.app.finish().await;
}
both!(netauction_24_a_mirrored_purchaser_who_does_not_pay_loses_his_deposit, super::defaults);
