//! Sales that run on a listed platform: from the provider's signed bundle to the paid price, and what is refused on the way.

use crate::{
    auction::{END, ITEMS, START, Sale},
    both,
    cases::court,
    support::{app::User, database::TestDatabase},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use duixian::{
    access::Role,
    auction::{
        OperatingMode,
        mirror::{mode, signed_bytes},
    },
    kernel::keys::{KeyPurpose, KeyRing},
    oversight::verify::verify,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[path = "mirror_changes.rs"]
mod changes;
#[path = "mirror_platform.rs"]
mod platform;
#[path = "mirror_upload.rs"]
mod upload;

const PUBLISHED: &str = "2026-03-05T09:00:00.000+08:00";
/// In this name the platform transfers deposits.
const PAYER: &str = "某网络支付有限公司";
const BUYER: &str = "11010519491231002X";

/// A house of the court, decided by the panel, that a provider of the list sells on its platform.
struct Mirrored {
    sale: Sale,
    /// The provider's keys: bundles are signed with one of them.
    provider: KeyRing,
    provider_id: Value,
}

async fn adopt_mode(sale_database: &TestDatabase, now: duixian::kernel::clock::Timestamp, wanted: OperatingMode) {
    assert_eq!(mode::adopt(&sale_database.db, now, wanted).await.unwrap(), None);
}

/// A provider with one key on the list, agreed to by a second administrator.
async fn list(sale: &Sale, provider: &KeyRing, until: Option<&str>) -> Value {
    let app = &sale.court.app;
    let maker = app.user("list-maker", "管理员丙", &[Role::Administrator], None).await;
    let checker = app.user("list-checker", "管理员丁", &[Role::Administrator], None).await;
    let entry = json!({ "code": "PAIMAI", "name": "某网络司法拍卖平台", "listedFrom": "2026-01-01", "listedUntil": until,
        "documentNumber": "最高人民法院公告1号", "paymentNames": [PAYER] });
    let mut twice = entry.clone();
    twice["paymentNames"] = json!([PAYER, format!(" {PAYER}")]);
    assert_eq!(app.refused(&maker, "proposeProvider", twice).await.0, "LIST_INVALID");
    let proposed = app.done(&maker, "proposeProvider", entry.clone(), "provider { id approval { id } }").await;
    assert_eq!(app.refused(&maker, "proposeProvider", entry).await.0, "PROPOSAL_OPEN");
    let (id, approval) = (&proposed["provider"]["id"], &proposed["provider"]["approval"]["id"]);
    let public = provider.public_keys().iter().find(|key| key.purpose == KeyPurpose::Receipt).unwrap();
    let key = json!({ "provider": id, "publicKey": STANDARD.encode(public.bytes), "validFrom": "2026-01-01",
        "documentNumber": "平台公函1号" });
    // nobody's key is listed before the provider is
    assert_eq!(app.refused(&maker, "proposeProviderKey", key.clone()).await.0, "NOT_FOUND");
    app.approve(approval, &[&checker]).await;
    let proposed_key = app.done(&maker, "proposeProviderKey", key, "key { keyId approval { id } }").await;
    assert_eq!(proposed_key["key"]["keyId"], json!(public.kid));
    app.approve(&proposed_key["key"]["approval"]["id"], &[&checker]).await;
    id.clone()
}

impl Mirrored {
    async fn begin(database: TestDatabase) -> Mirrored {
        Mirrored::prepared(database, true, "PAID_TO_COURT").await
    }
    /// `told`: what the announcement must contain is written down, and everybody has his notice. `mode`: where
    /// deposits lie.
    async fn prepared(database: TestDatabase, told: bool, mode: &str) -> Mirrored {
        let court = court(database).await;
        adopt_mode(&court.app.database, court.app.clock.now(), OperatingMode::Mirror).await;
        let (sale, case) = Sale::draft_with(court, mode).await;
        sale.decide("500000.00").await;
        if told {
            sale.disclose(&ITEMS).await;
            sale.notify(&case, "2026-03-02").await;
        }
        let provider = KeyRing::ephemeral().unwrap();
        let provider_id = list(&sale, &provider, None).await;
        let chosen = Mirrored { sale, provider, provider_id };
        let (app, officer) = (&chosen.sale.court.app, &chosen.sale.court.officer);
        let early = chosen.import(officer, &chosen.sign(&chosen.announcement())).await;
        assert_eq!(early["userErrors"][0]["code"], "PROVIDER_MISSING");
        app.done(officer, "chooseProvider", chosen.choice(), "lot { platform { provider { code chosenBy } } }").await;
        app.go_to("2026-03-05T10:00:00+08:00").await;
        chosen
    }
    fn choice(&self) -> Value {
        json!({ "lot": self.sale.lot, "provider": self.provider_id, "chosenBy": "APPLICANT",
            "documentNumber": "平台选择书1号" })
    }
    /// The announcement with two registrations, as the platform issues it.
    fn announcement(&self) -> Value {
        let registration = |serial: u32| {
            json!({ "reference": format!("R-{serial}"), "name": format!("竞买人{serial}"),
                "deposit": { "holding": "COURT_ACCOUNT", "amount": "100000.00" } })
        };
        json!({ "provider": "PAIMAI", "lotNumber": self.sale.number, "platformLot": "sf-2026-000123",
            "url": "https://paimai.example.cn/sf-2026-000123", "issuedAt": "2026-03-05T09:30:00.000+08:00",
            "notice": { "publishedAt": PUBLISHED, "startsAt": START, "endsAt": END, "startingPrice": "500000.00",
                "deposit": "100000.00", "bidIncrement": "10000.00", "balanceDays": 15 },
            "registrations": [registration(1), registration(2)], "bids": [], "result": null })
    }
    /// The same with its result: the second bidder buys for 510,000.00 after an extension.
    fn sold(&self) -> Value {
        let mut bundle = self.announcement();
        bundle["issuedAt"] = json!("2026-04-17T10:10:00.000+08:00");
        bundle["registrations"][0]["bidderCode"] = json!("A101");
        bundle["registrations"][1]["bidderCode"] = json!("B202");
        bundle["bids"] = json!([
            { "bidderCode": "A101", "amount": "500000.00", "at": "2026-04-16T11:00:00.000+08:00" },
            { "bidderCode": "B202", "amount": "510000.00", "at": "2026-04-17T09:57:00.000+08:00" },
        ]);
        let paper = b"confirmation of sale";
        bundle["result"] = json!({ "outcome": "SOLD", "endedAt": "2026-04-17T10:02:00.000+08:00", "price": "510000.00",
            "buyer": { "reference": "R-2", "identityNumber": BUYER },
            "confirmation": { "number": "成交确认书1号", "sha256": hex::encode(Sha256::digest(paper)),
                "content": STANDARD.encode(paper) } });
        bundle
    }
    fn sign(&self, bundle: &Value) -> String {
        signed_by(&self.provider, bundle)
    }
    async fn import(&self, user: &User, content: &str) -> Value {
        let input = json!({ "lot": self.sale.lot, "content": content });
        let select = "bundle { id state findings { number path refusal { code } } }";
        self.sale.court.app.mutate(user, "importMirrorBundle", input, select).await
    }
    /// Imports what must be taken in without a finding.
    async fn clean(&self, bundle: &Value) -> Value {
        let mut payload = self.import(&self.sale.court.officer, &self.sign(bundle)).await;
        assert_eq!((&payload["userErrors"], &payload["bundle"]["findings"]), (&json!([]), &json!([])), "{payload:#}");
        payload["bundle"]["id"].take()
    }
    async fn adopt(&self, bundle: &Value) {
        let input = json!({ "bundle": bundle, "acceptances": [] });
        self.sale.court.app.done(&self.sale.court.officer, "adoptMirrorBundle", input, "lot { status }").await;
    }
}

fn signed_by(ring: &KeyRing, bundle: &Value) -> String {
    let canonical = serde_json_canonicalizer::to_vec(bundle).unwrap();
    let signature = ring.sign(KeyPurpose::Receipt, &signed_bytes(&canonical));
    json!({ "format": "duixian-mirror/1", "bundle": bundle,
        "signature": { "keyId": signature.kid, "value": STANDARD.encode(signature.bytes) } })
    .to_string()
}

async fn walks(database: TestDatabase) {
    let mirrored = Mirrored::begin(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    let officer = &sale.court.officer;
    let here = || ("MIRRORED_SALE".to_owned(), "网拍规定 第5条".to_owned());
    assert_eq!(app.refused(officer, "publishAnnouncement", sale.announcement(START, END)).await, here());
    let first = mirrored.clean(&mirrored.announcement()).await;
    assert_eq!(sale.lot(None, "id").await, Value::Null, "an imported bundle publishes nothing");
    mirrored.adopt(&first).await;
    let seen = sale.lot(None, "status operatingMode platform { mirrored { url outcome } bundles { id } }").await;
    assert_eq!(
        seen,
        json!({ "status": "ANNOUNCED", "operatingMode": "MIRROR", "platform": { "bundles": null, "mirrored":
            { "url": "https://paimai.example.cn/sf-2026-000123", "outcome": null } } })
    );

    // nobody registers or bids here
    let anna = sale.sign_up(1).await;
    assert_eq!(app.refused(&anna, "registerForLot", json!({ "lot": sale.lot })).await, here());
    assert_eq!(app.refused(&anna, "placeBid", sale.offer("500000.00")).await, here());
    app.done(&anna, "followLot", json!({ "lot": sale.lot }), "lot { followed }").await;

    // the deposits arrive on the court's own numbers, which the platform shows
    let select = "platform { bundles { registrations { reference depositAccountNumber } } }";
    let accounts = sale.lot(Some(officer), select).await["platform"]["bundles"][0]["registrations"].take();
    assert_eq!((&accounts[0]["reference"], &accounts[1]["reference"]), (&json!("R-1"), &json!("R-2")));
    sale.pay("D1", &[(&accounts[0], 1, "100000.00"), (&accounts[1], 2, "100000.00")]).await;

    app.go_to("2026-04-17T10:30:00+08:00").await;
    assert_eq!(sale.lot(None, "status").await["status"], "OPEN", "the platform says how it ended, no job here does");
    let report = verify(&app.database.db, app.clock.now(), None).await.unwrap();
    assert!(report.violations.iter().all(|row| row.check != "job.lots"), "{report}");
    let second = mirrored.clean(&mirrored.sold()).await;
    mirrored.adopt(&second).await;
    app.settle().await;
    let select = "status currentPrice bidCount extensionCount replay { sha256 }
        result { purchaserName bidderCode hammerPrice depositApplied balance endedAt }
        platform { mirrored { outcome confirmationNumber bids { sequence bidderCode amount } } }";
    let seen = sale.lot(None, select).await;
    assert_eq!(
        seen["result"],
        json!({ "purchaserName": "竞买人2", "bidderCode": "B202", "hammerPrice": "510000.00",
            "depositApplied": "100000.00", "balance": "410000.00", "endedAt": "2026-04-17T10:02:00.000+08:00" })
    );
    assert_eq!((&seen["status"], &seen["bidCount"], &seen["replay"]), (&json!("SOLD"), &json!(2), &Value::Null));
    assert_eq!(seen["extensionCount"], 1);
    assert_eq!(seen["platform"]["mirrored"]["bids"][1]["bidderCode"], "B202");
    let list = "{ notices(first: 50) { nodes { kind text } } }";
    let told = app.ask(Some(&anna), list, json!({})).await["notices"]["nodes"].take();
    assert_eq!((told.as_array().unwrap().len(), &told[0]["kind"]), (1, &json!("LOT_SOLD")), "{told:#}");
    assert!(told[0]["text"].as_str().unwrap().contains("510000.00"), "{told:#}");

    // from here on it is a sale like any other
    app.go_to("2026-04-20T10:00:00+08:00").await;
    sale.pay("B1", &[(&accounts[1], 2, "410000.00")]).await;
    assert_eq!(sale.lot(None, "status").await["status"], "PAID");
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之一", "servedOn": "2026-04-20" });
    app.done(officer, "serveRuling", ruling, "lot { status }").await;
    let delivery = json!({ "lot": sale.lot, "deliveredOn": "2026-04-20", "documentNumber": "移交笔录1号" });
    app.done(officer, "recordDelivery", delivery, "lot { status }").await;
    let select = "platform { bundles { registrations { reference depositReceived } } }";
    let rows = sale.lot(Some(officer), select).await["platform"]["bundles"][0]["registrations"].take();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    mirrored.sale.court.app.finish().await;
}
both!(netauction_22_to_25_a_mirrored_sale_goes_from_its_bundle_to_the_paid_price, super::walks);

async fn hostile(database: TestDatabase) {
    let mirrored = Mirrored::begin(database).await;
    let (sale, officer) = (&mirrored.sale, &mirrored.sale.court.officer);
    let good = mirrored.announcement();
    let with = |path: &str, value: Value| {
        let mut bundle = good.clone();
        *bundle.pointer_mut(path).unwrap() = value;
        mirrored.sign(&bundle)
    };
    let text = mirrored.sign(&good);
    let mut early = good.clone();
    early["registrations"][0]["bidderCode"] = json!("A101");
    let mut more = good.clone();
    more["surprise"] = json!(1);
    let huge = format!("{text}{}", " ".repeat(160_000));
    for (content, path) in [
        (with("/notice/deposit", json!("100000.005")), "$.bundle.notice.deposit"),
        (with("/notice/deposit", json!("NaN")), "$.bundle.notice.deposit"),
        (with("/notice/deposit", json!("-1.00")), "$.bundle.notice.deposit"),
        (with("/notice/deposit", json!(100000)), "$.bundle.notice.deposit"),
        (with("/notice/balanceDays", json!(0)), "$.bundle.notice.balanceDays"),
        (with("/registrations/1/reference", json!("R-1")), "$.bundle.registrations[1].reference"),
        (with("/registrations/1/deposit/holding", json!("BANK")), "$.bundle.registrations[1].deposit.holding"),
        (with("/lotNumber", json!("湘01-2026-999999")), "$.bundle.lotNumber"),
        (with("/url", json!("http://paimai.example.cn/1")), "$.bundle.url"),
        (with("/issuedAt", json!("2026-03-05T10:00:00.001+08:00")), "$.bundle.issuedAt"),
        (mirrored.sign(&early), "$.bundle.registrations[0].bidderCode"),
        (mirrored.sign(&more), "$.bundle.surprise"),
        (text.replacen("\"amount\":\"100000.00\"", "\"amount\":NaN", 1), "$: "),
        (text.replacen("\"amount\":\"100000.00\"", "\"amount\":1e999", 1), "$"),
        (text.replacen("\"bids\":[]", "\"bids\":[0.1]", 1), "floating point"),
        (text.replacen("\"bids\":[]", "\"bids\":[],\"bids\":[]", 1), "$.bundle.bids"),
        (text.replacen("\"bids\":[]", &format!("\"bids\":{}{}", "[".repeat(60), "]".repeat(60)), 1), "deeper"),
        (huge, "$: "),
        (String::new(), "$: "),
    ] {
        let payload = mirrored.import(officer, &content).await;
        let error = &payload["userErrors"][0];
        assert_eq!(error["code"], "BUNDLE_INVALID", "{path}: {payload:#}");
        assert!(error["message"].as_str().unwrap().contains(path), "{path}: {error}");
    }
    for unsigned in [
        text.replacen("竞买人1", "竞买人3", 1),
        signed_by(&KeyRing::ephemeral().unwrap(), &good),
        with("/provider", json!("OTHER")),
    ] {
        let payload = mirrored.import(officer, &unsigned).await;
        assert_eq!(payload["userErrors"][0]["code"], "BUNDLE_SIGNATURE_INVALID", "{payload:#}");
    }
    // another court's officer does not know of the lot
    let other = sale.court.app.court("湘0103").await;
    let stranger = sale.court.app.user("stranger", "外院承办人", &[Role::Officer], Some(other)).await;
    assert_eq!(mirrored.import(&stranger, &text).await["userErrors"][0]["code"], "NOT_FOUND");
    // written with other blanks it is the same bundle
    let operator = sale.court.app.user("operator", "平台运营", &[Role::ProviderOperator], Some(sale.court.id)).await;
    let taken = mirrored.import(&operator, &text).await;
    assert_eq!(taken["bundle"]["state"], "IMPORTED", "{taken:#}");
    let again = mirrored.import(officer, &text.replacen(":{", ": {", 1)).await;
    assert_eq!(again["userErrors"][0]["code"], "ALREADY_EXISTS");
    let older = mirrored.import(officer, &with("/issuedAt", json!("2026-03-05T09:29:59.999+08:00"))).await;
    assert_eq!(older["userErrors"][0]["code"], "STALE_VERSION");
    // nothing is stood on whose key was withdrawn since the import
    let app = &sale.court.app;
    let maker = app.user("key-maker", "管理员戊", &[Role::Administrator], None).await;
    let checker = app.user("key-checker", "管理员己", &[Role::Administrator], None).await;
    let public = mirrored.provider.public_keys().iter().find(|key| key.purpose == KeyPurpose::Receipt).unwrap().bytes;
    let withdrawn = json!({ "provider": mirrored.provider_id, "publicKey": STANDARD.encode(public),
        "validFrom": "2026-01-01", "validUntil": "2026-03-04", "documentNumber": "平台公函2号" });
    let proposed = app.done(&maker, "proposeProviderKey", withdrawn, "key { approval { id } }").await;
    app.approve(&proposed["key"]["approval"]["id"], &[&checker]).await;
    let adoption = json!({ "bundle": taken["bundle"]["id"], "acceptances": [] });
    let gone = app.refused(officer, "adoptMirrorBundle", adoption).await;
    assert_eq!(gone, ("BUNDLE_SIGNATURE_INVALID".into(), "网拍规定 第4条".into()));
    assert_eq!(sale.lot(None, "id").await, Value::Null);
    mirrored.sale.court.app.finish().await;
}
both!(netauction_4_a_hostile_bundle_leaves_nothing_behind, super::hostile);

async fn departs(database: TestDatabase) {
    let mirrored = Mirrored::begin(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    let officer = &sale.court.officer;
    app.go_to("2026-04-17T10:30:00+08:00").await;
    let mut cheap = mirrored.sold();
    cheap["bids"] = json!([{ "bidderCode": "B202", "amount": "499999.99", "at": "2026-04-17T09:00:00.000+08:00" }]);
    cheap["result"]["price"] = json!("499999.99");
    cheap["result"]["endedAt"] = json!(END);
    let input = json!({ "lot": sale.lot, "content": mirrored.sign(&cheap) });
    let below = app.refused(officer, "importMirrorBundle", input).await;
    assert_eq!(below, ("BID_BELOW_START".into(), "网拍规定 第10条".into()));

    // announced a day too late, off the step, no extension, no deposit booked, another deposit than the panel's
    let mut bundle = mirrored.sold();
    bundle["notice"]["publishedAt"] = json!("2026-03-17T09:00:00.000+08:00");
    bundle["notice"]["deposit"] = json!("50000.00");
    bundle["registrations"][1]["deposit"]["amount"] = json!("50000.00");
    // and of one bidder nothing was asked
    bundle["registrations"][0]["deposit"]["amount"] = json!("0.00");
    bundle["bids"][1]["amount"] = json!("505000.00");
    bundle["result"]["price"] = json!("505000.00");
    let payload = mirrored.import(officer, &mirrored.sign(&bundle)).await;
    let findings = payload["bundle"]["findings"].as_array().unwrap();
    let told: Vec<(&str, &str)> =
        findings.iter().map(|f| (f["refusal"]["code"].as_str().unwrap(), f["path"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("NOT_QUALIFIED", "$.bundle.registrations[1].deposit"),
            ("LEAD_TIME_TOO_SHORT", "$.bundle.notice.startsAt"),
            ("TERMS_DIFFER", "$.bundle.notice.deposit"),
            ("TERMS_DIFFER", "$.bundle.registrations[0].deposit.amount"),
            ("BID_TOO_LOW", "$.bundle.bids[1]"),
            ("END_DIFFERS", "$.bundle.result.endedAt"),
            ("RESULT_DIFFERS", "$.bundle.result"),
        ],
        "{payload:#}"
    );
    let id = &payload["bundle"]["id"];
    let reasons = |count: i32| -> Vec<Value> {
        (1..=count).map(|number| json!({ "number": number, "reason": "合议庭审查后采认" })).collect()
    };
    let with = |count: i32| json!({ "bundle": id, "acceptances": reasons(count) });
    let open = app.refused(officer, "adoptMirrorBundle", with(6)).await;
    assert_eq!(open, ("FINDINGS_OPEN".into(), "网拍规定 第22条".into()));
    assert_eq!(app.refused(officer, "adoptMirrorBundle", with(8)).await.0, "LIST_INVALID");
    assert_eq!(sale.lot(None, "id").await, Value::Null, "no money side before every reason stands");
    let mut key = with(7);
    key["idempotencyKey"] = json!("adopt-once-and-for-all");
    let first = app.done(officer, "adoptMirrorBundle", key.clone(), "lot { status result { hammerPrice } }").await;
    assert_eq!(first["lot"], json!({ "status": "SOLD", "result": { "hammerPrice": "505000.00" } }));
    assert_eq!(app.done(officer, "adoptMirrorBundle", key, "lot { id }").await["replayed"], json!(true));
    assert_eq!(app.refused(officer, "adoptMirrorBundle", with(7)).await.0, "STALE_VERSION");

    // nothing comes after the sale
    let mut later = mirrored.sold();
    later["issuedAt"] = json!("2026-04-17T10:20:00.000+08:00");
    let input = json!({ "lot": sale.lot, "content": mirrored.sign(&later) });
    let late = app.refused(officer, "importMirrorBundle", input).await;
    assert_eq!(late, ("WRONG_STATE".into(), "网拍规定 第5条".into()));
    mirrored.sale.court.app.finish().await;
}
both!(netauction_20_each_departure_needs_a_reason_before_the_money_starts, super::departs);

async fn unprepared(database: TestDatabase) {
    let mirrored = Mirrored::prepared(database, false, "PAID_TO_COURT").await;
    let payload = mirrored.import(&mirrored.sale.court.officer, &mirrored.sign(&mirrored.announcement())).await;
    let findings = payload["bundle"]["findings"].as_array().unwrap();
    let told: Vec<(&str, &str)> =
        findings.iter().map(|f| (f["refusal"]["code"].as_str().unwrap(), f["path"].as_str().unwrap())).collect();
    let expected = [("DISCLOSURE_INCOMPLETE", "$.bundle.notice"), ("NOTICE_TOO_LATE", "$.bundle.notice.publishedAt")];
    assert_eq!(told, expected, "{payload:#}");
    mirrored.sale.court.app.finish().await;
}
both!(netauction_13_and_16_what_was_not_told_before_the_announcement_is_found, super::unprepared);

async fn listed(database: TestDatabase) {
    let court = court(database).await;
    adopt_mode(&court.app.database, court.app.clock.now(), OperatingMode::ListedProvider).await;
    let (sale, _) = Sale::draft_in(court).await;
    sale.decide("500000.00").await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let publish = || app.refused(officer, "publishAnnouncement", sale.announcement(START, END));
    assert_eq!(publish().await, ("PROVIDER_MISSING".into(), "网拍规定 第5条".into()));
    let provider = list(&sale, &KeyRing::ephemeral().unwrap(), Some("2026-03-04")).await;
    let choice = json!({ "lot": sale.lot, "provider": provider, "chosenBy": "COURT", "documentNumber": "指定决定1号" });
    app.done(officer, "chooseProvider", choice.clone(), "lot { id }").await;
    assert_eq!(
        publish().await.0,
        "DISCLOSURE_INCOMPLETE",
        "the provider stands on the list, so that the rest is asked for"
    );
    app.go_to("2026-03-05T09:00:00+08:00").await;
    let gone = ("PROVIDER_NOT_LISTED".to_owned(), "网拍规定 第4条".to_owned());
    assert_eq!(publish().await, gone);
    assert_eq!(app.refused(officer, "chooseProvider", choice).await, gone);
    // exercises do not come into the books of real sales, mirrored sales may
    let (db, now) = (&app.database.db, app.clock.now());
    let held = mode::adopt(db, now, OperatingMode::Practice).await.unwrap();
    assert_eq!(held, Some(OperatingMode::ListedProvider));
    assert_eq!(mode::in_force(&db.reader()).await.unwrap(), OperatingMode::ListedProvider);
    assert_eq!(mode::adopt(db, now, OperatingMode::Mirror).await.unwrap(), None);
    let providers =
        app.ask(None, "{ auctionProviders { code listed paymentNames keys { keyId validUntil } } }", json!({})).await;
    assert_eq!(
        (&providers["auctionProviders"][0]["code"], &providers["auctionProviders"][0]["listed"]),
        (&json!("PAIMAI"), &json!(false))
    );
    assert_eq!(providers["auctionProviders"][0]["paymentNames"], json!([PAYER]));
    sale.court.app.finish().await;
}
both!(netauction_4_and_5_a_real_sale_needs_a_provider_of_the_list, super::listed);
