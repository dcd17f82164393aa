//! Mirrored sales whose deposits the platform keeps: memos until the provider's transfer has arrived, released by the
//! bundle or by the provider's operator.

use super::*;
use duixian::{
    kernel::ids::LotId,
    ledger::{AccountKey, Book, Code},
};

/// As the list names the provider.
const PROVIDER_ITSELF: &str = "某网络司法拍卖平台";

impl Mirrored {
    pub(super) async fn on_platform(database: TestDatabase) -> Mirrored {
        Mirrored::prepared(database, true, "FROZEN_ON_PLATFORM").await
    }
    async fn operator(&self) -> User {
        let court = self.sale.court.id;
        self.sale.court.app.user("operator", "平台运营", &[Role::ProviderOperator], Some(court)).await
    }
    async fn memo(&self, code: Code) -> String {
        self.sale.balance(AccountKey::of_court(self.sale.court.id, Book::AuctionDeposits, code)).await
    }
    async fn forfeited(&self) -> String {
        let lot = LotId::from_global(self.sale.lot.as_str().unwrap()).unwrap();
        let key = AccountKey::owned(self.sale.court.id, Book::AuctionDeposits, Code::Forfeited, lot.uuid());
        self.sale.balance(key).await
    }
    /// The deposit of the registration with this account number.
    async fn deposit(&self, user: &User, account: &Value) -> Value {
        let list = "query ($lot: ID!) { platformDeposits(filter: { lot: $lot }, first: 10) { nodes {
            id state depositAccountNumber providerReference releaseReference releasedAt } } }";
        let seen = self.sale.court.app.ask(Some(user), list, json!({ "lot": self.sale.lot })).await;
        let nodes = seen["platformDeposits"]["nodes"].as_array().unwrap();
        nodes.iter().find(|node| node["depositAccountNumber"] == *account).unwrap().clone()
    }
    /// Account numbers of the registrations, in their order.
    async fn accounts(&self) -> Value {
        let select = "platform { bundles { registrations { depositAccountNumber depositReceived depositHolding } } }";
        let seen = self.sale.lot(Some(&self.sale.court.officer), select).await;
        seen["platform"]["bundles"][0]["registrations"].clone()
    }
    /// Two administrators take the provider's payment names off the list.
    async fn without_payment_names(&self) {
        let app = &self.sale.court.app;
        let maker = app.user("names-maker", "管理员戊", &[Role::Administrator], None).await;
        let checker = app.user("names-checker", "管理员己", &[Role::Administrator], None).await;
        let entry = json!({ "code": "PAIMAI", "name": PROVIDER_ITSELF, "listedFrom": "2026-01-01",
            "documentNumber": "最高人民法院公告2号", "paymentNames": [] });
        let proposed = app.done(&maker, "proposeProvider", entry, "provider { approval { id } }").await;
        app.approve(&proposed["provider"]["approval"]["id"], &[&checker]).await;
    }
    async fn import_is_refused(&self, bundle: &Value) -> (String, String) {
        let input = json!({ "lot": self.sale.lot, "content": self.sign(bundle) });
        self.sale.court.app.refused(&self.sale.court.officer, "importMirrorBundle", input).await
    }
}

/// The deposits of `bundle` lie on the platform, frozen or not.
pub(super) fn on_platform(mut bundle: Value, frozen: bool) -> Value {
    for (index, registration) in bundle["registrations"].as_array_mut().unwrap().iter_mut().enumerate() {
        registration["deposit"]["holding"] = json!("PLATFORM");
        if frozen {
            registration["deposit"]["freeze"] = json!({ "reference": format!("FZ-{}", index + 1),
                "at": "2026-03-05T09:20:00.000+08:00", "accountName": PAYER });
        }
    }
    bundle
}

async fn walks(database: TestDatabase) {
    let mirrored = Mirrored::on_platform(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    let operator = mirrored.operator().await;
    let first = mirrored.clean(&on_platform(mirrored.announcement(), false)).await;
    mirrored.adopt(&first).await;
    let accounts = mirrored.accounts().await;
    let number = |index: usize| &accounts[index]["depositAccountNumber"];
    assert_eq!((&accounts[0]["depositHolding"], &accounts[0]["depositReceived"]), (&json!("PLATFORM"), &json!("0.00")));
    assert_eq!(mirrored.memo(Code::FrozenDeposit).await, "0.00");

    // the first one is confirmed by hand, in a name to which two administrators agreed
    let own = mirrored.deposit(&operator, number(0)).await;
    let freeze = |name: &str| {
        json!({ "platformDeposit": own["id"], "amount": "100000.00", "holderName": "竞买人1",
            "providerReference": "FZ-1", "providerName": name })
    };
    let foreign = app.refused(&operator, "confirmPlatformFreeze", freeze("不相干有限公司")).await;
    assert_eq!(foreign, ("PAYEE_NAME_MISMATCH".into(), "网拍规定 第25条".into()));
    app.done(&operator, "confirmPlatformFreeze", freeze(PAYER), "platformDeposit { state }").await;

    // the second one by a later bundle
    app.go_to("2026-04-10T10:00:00+08:00").await;
    let mut second = on_platform(mirrored.announcement(), true);
    second["issuedAt"] = json!("2026-04-10T09:00:00.000+08:00");
    let mut wrong = second.clone();
    wrong["registrations"][1]["deposit"]["freeze"]["accountName"] = json!("不相干有限公司");
    assert_eq!(mirrored.import_is_refused(&wrong).await, ("PAYEE_NAME_MISMATCH".into(), "网拍规定 第25条".into()));
    let mut taken = second.clone();
    taken["registrations"][0]["deposit"].as_object_mut().unwrap().remove("freeze");
    taken["registrations"][1]["deposit"]["freeze"]["reference"] = json!("FZ-1");
    assert_eq!(mirrored.import_is_refused(&taken).await, ("ALREADY_EXISTS".into(), "网拍规定 第17条".into()));
    let mut moved = second.clone();
    moved["registrations"][0]["deposit"] = json!({ "holding": "COURT_ACCOUNT", "amount": "100000.00" });
    assert_eq!(mirrored.import_is_refused(&moved).await, ("REGISTRATION_CHANGED".into(), "网拍规定 第18条".into()));
    let bundle = mirrored.clean(&second).await;
    assert_eq!(mirrored.memo(Code::FrozenDeposit).await, "100000.00", "nothing follows from an import");
    let mut adoption = json!({ "bundle": bundle, "acceptances": [] });
    adoption["idempotencyKey"] = json!("adopt-the-freezes");
    for replayed in [false, true] {
        let done = app.done(&sale.court.officer, "adoptMirrorBundle", adoption.clone(), "lot { id }").await;
        assert_eq!(done["replayed"], replayed);
    }
    assert_eq!(mirrored.memo(Code::FrozenDeposit).await, "200000.00");

    // the loser's was released before the bundle was issued, the purchaser's is due from the provider
    app.go_to("2026-04-17T10:30:00+08:00").await;
    let mut sold = on_platform(mirrored.sold(), true);
    sold["registrations"][0]["deposit"]["release"] =
        json!({ "reference": "JD-1", "at": "2026-04-17T10:05:00.000+08:00" });
    let bundle = mirrored.clean(&sold).await;
    mirrored.adopt(&bundle).await;
    app.settle().await;
    let select = "status result { depositApplied dueFromProvider balance }";
    assert_eq!(
        sale.lot(None, select).await,
        json!({ "status": "SOLD", "result": { "depositApplied": "0.00", "dueFromProvider": "100000.00",
            "balance": "410000.00" } })
    );
    let lost = mirrored.deposit(&operator, number(0)).await;
    assert_eq!((&lost["state"], &lost["releaseReference"]), (&json!("RELEASED"), &json!("JD-1")));
    assert_eq!(lost["releasedAt"], "2026-04-17T10:30:00.000+08:00", "when the court was told");
    assert_eq!(mirrored.deposit(&operator, number(1)).await["state"], "DUE_FROM_PROVIDER");
    let memos = (mirrored.memo(Code::FrozenDeposit).await, mirrored.memo(Code::DueFromProvider).await);
    assert_eq!(memos, ("0.00".into(), "100000.00".into()));

    app.go_to("2026-04-20T10:00:00+08:00").await;
    sale.pay("B1", &[(&accounts[1], 2, "410000.00")]).await;
    assert_eq!(sale.lot(None, "status").await["status"], "SOLD", "the price waits for the provider");
    sale.transfers("T1", number(1).as_str().unwrap(), "100000.00").await;
    assert_eq!(sale.lot(None, "status").await["status"], "PAID");
    assert_eq!(sale.balance(sale.price_account()).await, "510000.00");
    assert_eq!(mirrored.memo(Code::DueFromProvider).await, "0.00");
    mirrored.sale.court.app.finish().await;
}
both!(netauction_17_23_and_25_a_mirrored_sale_with_frozen_deposits_goes_to_the_paid_price, super::walks);

async fn at_once(database: TestDatabase) {
    let mirrored = Mirrored::on_platform(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    let (officer, operator) = (&sale.court.officer, mirrored.operator().await);
    app.go_to("2026-04-17T10:30:00+08:00").await;
    // who bid before his deposit was frozen, and who pays to the court though the court did not offer it
    let mut late = on_platform(mirrored.sold(), true);
    late["registrations"][0]["deposit"]["freeze"]["at"] = json!("2026-04-16T11:00:00.001+08:00");
    late["registrations"][1]["deposit"] = json!({ "holding": "COURT_ACCOUNT", "amount": "100000.00" });
    let payload = mirrored.import(officer, &mirrored.sign(&late)).await;
    let told: Vec<(&str, &str)> = payload["bundle"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["refusal"]["code"].as_str().unwrap(), f["path"].as_str().unwrap()))
        .collect();
    let expected = [
        ("NOT_QUALIFIED", "$.bundle.registrations[0].deposit"),
        ("NOT_QUALIFIED", "$.bundle.registrations[1].deposit"),
        ("TERMS_DIFFER", "$.bundle.registrations[1].deposit.holding"),
    ];
    assert_eq!(told, expected, "{payload:#}");

    // the first bundle that the court sees tells of everything
    let mut sold = on_platform(mirrored.sold(), true);
    sold["issuedAt"] = json!("2026-04-17T10:20:00.000+08:00");
    let bundle = mirrored.clean(&sold).await;
    mirrored.adopt(&bundle).await;
    app.settle().await;
    let accounts = mirrored.accounts().await;
    let number = |index: usize| &accounts[index]["depositAccountNumber"];
    let memos = (mirrored.memo(Code::FrozenDeposit).await, mirrored.memo(Code::DueFromProvider).await);
    assert_eq!(memos, ("0.00".into(), "100000.00".into()));
    let lost = mirrored.deposit(&operator, number(0)).await;
    assert_eq!(lost["state"], "RELEASE_DUE");
    // a later bundle tells of the release, and of nothing else
    let mut later = sold.clone();
    later["issuedAt"] = json!("2026-04-17T10:29:00.000+08:00");
    later["registrations"][0]["deposit"]["release"] =
        json!({ "reference": "JD-1", "at": "2026-04-17T10:25:00.000+08:00" });
    let mut more = later.clone();
    more["url"] = json!("https://paimai.example.cn/another");
    assert_eq!(mirrored.import_is_refused(&more).await, ("WRONG_STATE".into(), "网拍规定 第5条".into()));
    let bundle = mirrored.clean(&later).await;
    mirrored.adopt(&bundle).await;
    let released = mirrored.deposit(&operator, number(0)).await;
    assert_eq!((&released["state"], &released["releaseReference"]), (&json!("RELEASED"), &json!("JD-1")));
    assert_eq!(sale.lot(None, "status").await["status"], "SOLD");
    let twice = json!({ "platformDeposit": lost["id"], "providerReference": "JD-2" });
    let twice = app.refused(&operator, "confirmPlatformRelease", twice).await;
    assert_eq!(twice, ("WRONG_STATE".into(), "网拍规定 第23条".into()));

    // the purchaser never pays: his deposit is kept when it arrives
    app.go_to("2026-05-06T09:00:00+08:00").await;
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之二", "reason": "逾期未付余款" });
    let select = "lot { status buyerDefault { forfeited held } }";
    let declared = app.done(officer, "declareDefault", ruling, select).await["lot"].take();
    assert_eq!(
        declared,
        json!({ "status": "DEFAULTED", "buyerDefault": { "forfeited": "100000.00", "held": "0.00" } })
    );
    sale.transfers("T1", number(1).as_str().unwrap(), "100000.00").await;
    let after = (mirrored.forfeited().await, sale.balance(sale.price_account()).await);
    assert_eq!(after, ("100000.00".into(), "0.00".into()));
    mirrored.sale.court.app.finish().await;
}
both!(netauction_24_and_25_a_mirrored_purchaser_s_frozen_deposit_is_kept_when_it_arrives, super::at_once);

async fn in_another_name(database: TestDatabase) {
    let mirrored = Mirrored::on_platform(database).await;
    let (sale, app) = (&mirrored.sale, &mirrored.sale.court.app);
    let first = mirrored.clean(&on_platform(mirrored.announcement(), true)).await;
    mirrored.adopt(&first).await;
    let accounts = mirrored.accounts().await;
    mirrored.without_payment_names().await;
    app.go_to("2026-04-17T10:30:00+08:00").await;
    let sold = on_platform(mirrored.sold(), true);
    // nothing new is frozen under a name that no longer counts, and what was booked under it stops no result
    let mut more = sold.clone();
    let mut third = sold["registrations"][0].clone();
    third.as_object_mut().unwrap().remove("bidderCode");
    (third["reference"], third["name"]) = (json!("R-3"), json!("竞买人3"));
    third["deposit"]["freeze"]["reference"] = json!("FZ-3");
    more["registrations"].as_array_mut().unwrap().push(third);
    assert_eq!(mirrored.import_is_refused(&more).await, ("PAYEE_NAME_MISMATCH".into(), "网拍规定 第25条".into()));
    let bundle = mirrored.clean(&sold).await;
    mirrored.adopt(&bundle).await;
    app.settle().await;
    app.go_to("2026-04-20T10:00:00+08:00").await;
    // frozen under one of his names, transferred in another: it is the deposit, never the purchaser's own money
    let number = accounts[1]["depositAccountNumber"].as_str().unwrap();
    sale.transfers_as(PROVIDER_ITSELF, "T1", number, "100000.00").await;
    let select = "status result { depositApplied dueFromProvider balance }";
    assert_eq!(
        sale.lot(None, select).await,
        json!({ "status": "SOLD", "result": { "depositApplied": "100000.00", "dueFromProvider": "0.00",
            "balance": "410000.00" } })
    );
    sale.pay("B1", &[(&accounts[1], 2, "410000.00")]).await;
    assert_eq!(sale.lot(None, "status").await["status"], "PAID");
    assert_eq!(mirrored.memo(Code::DueFromProvider).await, "0.00");
    mirrored.sale.court.app.finish().await;
}
both!(netauction_25_a_transfer_in_any_name_of_the_provider_is_the_deposit, super::in_another_name);

async fn asked_later(database: TestDatabase) {
    let mirrored = Mirrored::on_platform(database).await;
    let (officer, app) = (&mirrored.sale.court.officer, &mirrored.sale.court.app);
    let accept = async |bundle: &Value| {
        let payload = mirrored.import(officer, &mirrored.sign(bundle)).await;
        let findings = payload["bundle"]["findings"].as_array().unwrap();
        let codes: Vec<_> = findings.iter().map(|f| f["refusal"]["code"].as_str().unwrap().to_owned()).collect();
        let reasons: Vec<_> =
            findings.iter().map(|f| json!({ "number": f["number"], "reason": "合议庭采认" })).collect();
        let adoption = json!({ "bundle": payload["bundle"]["id"], "acceptances": reasons });
        app.done(officer, "adoptMirrorBundle", adoption, "lot { status }").await;
        codes
    };
    // at first the platform asks nothing of one bidder, and then it has frozen his deposit
    let mut first = on_platform(mirrored.announcement(), false);
    first["registrations"][0]["deposit"]["amount"] = json!("0.00");
    assert_eq!(accept(&first).await, ["TERMS_DIFFER"]);
    assert_eq!(mirrored.memo(Code::FrozenDeposit).await, "0.00");
    app.go_to("2026-04-10T10:00:00+08:00").await;
    let mut second = on_platform(mirrored.announcement(), true);
    second["issuedAt"] = json!("2026-04-10T09:00:00.000+08:00");
    assert_eq!(accept(&second).await, ["REGISTRATION_CHANGED"]);
    assert_eq!(mirrored.memo(Code::FrozenDeposit).await, "200000.00", "what was told is booked");
    let accounts = mirrored.accounts().await;
    assert_eq!(
        (&accounts[0]["depositReceived"], &accounts[1]["depositReceived"]),
        (&json!("100000.00"), &json!("100000.00"))
    );
    let operator = mirrored.operator().await;
    assert_eq!(mirrored.deposit(&operator, &accounts[0]["depositAccountNumber"]).await["state"], "FROZEN");
    mirrored.sale.court.app.finish().await;
}
both!(netauction_17_a_deposit_that_is_asked_for_later_is_booked, super::asked_later);
