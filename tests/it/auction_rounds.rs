//! After the sale over the API: the rounds of a chain, default with its deposit.

use super::*;
use crate::support::app::User;
use duixian::{
    access::Scope,
    kernel::ids::{DocumentId, LotId},
    ledger::{AccountKey, Book, Code},
};

/// The first auction of a house, published under the court's `settings`, with its case.
pub(super) async fn first(database: TestDatabase, settings: Value) -> (Sale, Value) {
    let (sale, case) = Sale::draft(database).await;
    sale.decide("500000.00").await;
    sale.disclose(&ITEMS).await;
    sale.notify(&case, "2026-03-02").await;
    sale.court.app.go_to("2026-03-05T09:00:00+08:00").await;
    let (app, court) = (&sale.court.app, Some(sale.court.id));
    for (name, value) in settings.as_object().unwrap() {
        let administrator = app.user(&format!("a-{name}"), "管理员", &[Role::Administrator], court).await;
        let leader = app.user(&format!("v-{name}"), "主管院领导", &[Role::VicePresident], court).await;
        crate::admin::set(&sale.court, &administrator, &leader, name, value.as_str().unwrap()).await;
    }
    app.done(&sale.court.officer, "publishAnnouncement", sale.announcement(START, END), "lot { version }").await;
    (sale, case)
}

impl Sale {
    fn further(&self) -> Value {
        json!({ "lot": self.lot, "documentNumber": "再次处置决定1号" })
    }
    /// Opens the next round and turns to it; its status and round.
    pub(super) async fn next(&mut self) -> Value {
        let select = "lot { id lotNumber status round disclosures { item } }";
        let opened = self.court.app.done(&self.court.officer, "openNextRound", self.further(), select).await;
        self.lot = opened["lot"]["id"].clone();
        self.number = opened["lot"]["lotNumber"].as_str().unwrap().to_owned();
        json!([opened["lot"]["status"], opened["lot"]["round"], opened["lot"]["disclosures"].as_array().unwrap().len()])
    }
    fn terms(&self, start: &str, deposit: &str) -> Value {
        json!({ "lot": self.lot, "members": ["甲", "乙", "丙"], "documentNumber": "评议笔录9号", "decidedOn": "2026-03-02",
            "startingPrice": start, "deposit": deposit, "bidIncrement": "10000.00" })
    }
    /// Registers somebody who has an account already, and pays in.
    async fn again(&self, user: &User, serial: u32, amount: &str) {
        let app = &self.court.app;
        let select = "registration { id depositAccountNumber deposit { required } }";
        let registration =
            app.done(user, "registerForLot", json!({ "lot": self.lot }), select).await["registration"].take();
        self.pay(&format!("R{serial}"), &[(&registration, serial, amount)]).await;
    }
    pub(super) async fn chief(&self) -> User {
        self.court.app.user("chief", "执行局局长", &[Role::BureauChief], Some(self.court.id)).await
    }
    /// Proposes a decision on the sale's money; the chief and finance agree.
    pub(super) async fn agree(&self, chief: &User, name: &str, input: Value) -> Value {
        let app = &self.court.app;
        let select = "decision { id kind status approval { id steps } }";
        let made = app.done(&self.court.officer, name, input, select).await["decision"].take();
        assert_eq!(made["status"], "PENDING");
        assert_eq!(made["approval"]["steps"], json!(["BUREAU_CHIEF", "FINANCE_REVIEWER"]));
        app.approve(&made["approval"]["id"], &[chief, &self.court.finance]).await;
        made
    }
    pub(super) async fn on(&self, book: Book, code: Code) -> String {
        let lot = LotId::from_global(self.lot.as_str().unwrap()).unwrap();
        self.balance(AccountKey::owned(self.court.id, book, code, lot.uuid())).await
    }
    /// A round of the chain, as the public sees it.
    async fn by_id(&self, lot: &Value, select: &str) -> Value {
        let document = format!("query ($id: ID!) {{ node(id: $id) {{ ... on Lot {{ {select} }} }} }}");
        self.court.app.ask(None, &document, json!({ "id": lot })).await["node"].take()
    }
    async fn forfeited(&self) -> String {
        self.on(Book::AuctionDeposits, Code::Forfeited).await
    }
}

async fn goes_down_the_ladder(database: TestDatabase) {
    let (mut sale, case) = first(database, json!({})).await;
    let officer = sale.court.officer.clone();
    let early = sale.court.app.refused(&officer, "openNextRound", sale.further()).await;
    assert_eq!(early, ("WRONG_STATE".into(), "网拍规定 第26条".into()));
    sale.court.app.go_to(END).await;
    let number = sale.number.clone();
    let mut keyed = sale.further();
    keyed["idempotencyKey"] = json!("one-second-auction");
    let document = "mutation ($input: OpenNextRoundInput!) { openNextRound(input: $input) { replayed } }";
    let forbidden = sale.court.app.error_code(Some(&sale.court.finance), document, json!({ "input": keyed })).await;
    assert_eq!(forbidden, "FORBIDDEN");
    let opened = sale.court.app.done(&officer, "openNextRound", keyed.clone(), "lot { id lotNumber }").await;
    let again = sale.court.app.done(&officer, "openNextRound", keyed, "lot { id lotNumber }").await;
    assert_eq!((&opened["lot"], &again["replayed"]), (&again["lot"], &json!(true)));
    let twice = sale.court.app.refused(&officer, "openNextRound", sale.further()).await;
    assert_eq!(twice, ("ALREADY_EXISTS".into(), "网拍规定 第26条".into()));
    // unpublished: the public sees one round
    assert_eq!(
        sale.lot(None, "next { id } chain { position }").await,
        json!({ "next": null, "chain": [{ "position": 1 }] })
    );
    sale.lot = opened["lot"]["id"].clone();
    sale.number = opened["lot"]["lotNumber"].as_str().unwrap().to_owned();

    let app = &sale.court.app;
    let low = app.refused(&officer, "recordPanelDecision", sale.terms("399999.99", "80000.00")).await;
    assert_eq!(low, ("STARTING_PRICE_TOO_LOW".into(), "网拍规定 第26条".into()));
    app.done(&officer, "recordPanelDecision", sale.terms("400000.00", "80000.00"), "lot { status }").await;
    sale.notify(&case, "2026-04-17").await;
    app.go_to("2026-04-20T09:00:00+08:00").await;
    let publish = |starts, ends| app.refused(&officer, "publishAnnouncement", sale.announcement(starts, ends));
    let short = publish("2026-05-05T10:00:00.000+08:00", "2026-05-06T10:00:00.000+08:00").await;
    assert_eq!(short, ("LEAD_TIME_TOO_SHORT".into(), "网拍规定 第26条".into()));
    // 30 days from 17 April end on Sunday 17 May, so on Monday
    let late = publish("2026-05-19T10:00:00.000+08:00", "2026-05-20T10:00:00.000+08:00").await;
    assert_eq!(late, ("ROUND_TOO_LATE".into(), "网拍规定 第26条".into()));
    let in_time = sale.announcement("2026-05-18T10:00:00.000+08:00", "2026-05-19T10:00:00.000+08:00");
    app.done(&officer, "publishAnnouncement", in_time, "lot { version }").await;
    app.go_to("2026-05-19T10:00:00+08:00").await;

    assert_eq!(sale.next().await, json!(["DRAFT", "SELL_OFF", 18]));
    let app = &sale.court.app;
    let other = app.refused(&officer, "recordPanelDecision", sale.terms("400000.01", "80000.00")).await;
    assert_eq!(other, ("SELL_OFF_PRICE_DIFFERS".into(), "网络司法变卖通知 变卖程序".into()));
    app.done(&officer, "recordPanelDecision", sale.terms("400000.00", "80000.00"), "lot { status }").await;
    sale.notify(&case, "2026-05-19").await;
    app.go_to("2026-05-25T09:00:00+08:00").await;
    let window = sale.announcement("2026-06-10T10:00:00.000+08:00", "2026-08-08T10:00:00.000+08:00");
    assert_eq!(app.refused(&officer, "publishAnnouncement", window).await.0, "DATE_INVALID");
    let sixty = sale.announcement("2026-06-10T10:00:00.000+08:00", "2026-08-09T10:00:00.000+08:00");
    app.done(&officer, "publishAnnouncement", sixty, "lot { version }").await;

    let (anna, registration) = sale.register(1, None).await;
    let own = sale.lot(Some(&anna), "myRegistration { deposit { required } }").await;
    assert_eq!(own["myRegistration"]["deposit"]["required"], "400000.00");
    sale.pay("P1", &[(&registration, 1, "399999.99")]).await;
    app.go_to("2026-06-20T10:00:00+08:00").await;
    assert_eq!(app.refused(&anna, "placeBid", sale.offer("400000.00")).await.0, "NOT_QUALIFIED");
    sale.pay("P2", &[(&registration, 1, "0.01")]).await;
    let (bert, registration) = sale.register(2, None).await;
    sale.pay("P3", &[(&registration, 2, "400000.00")]).await;
    // on day ten the first bid starts the last 24 hours
    let placed = sale.bid(&anna, "400000.00").await;
    assert_eq!(placed["bid"]["extendedTo"], "2026-06-21T10:00:00.000+08:00");
    app.go_to("2026-06-21T09:58:00+08:00").await;
    let placed = sale.bid(&bert, "410000.00").await;
    assert_eq!(placed["bid"]["extendedTo"], "2026-06-21T10:03:00.000+08:00");
    app.go_to("2026-06-21T10:03:00+08:00").await;
    let sold = sale
        .lot(
            None,
            "status extensionCount result { balance } previous { round } next { id }
        chain { position stage price lot { lotNumber round status } nextRoundDue { rule dueOn } }",
        )
        .await;
    assert_eq!((&sold["status"], &sold["extensionCount"]), (&json!("SOLD"), &json!(1)));
    assert_eq!((&sold["result"]["balance"], &sold["previous"]["round"]), (&json!("10000.00"), &json!("SECOND")));
    assert_eq!(
        sold["chain"][0],
        json!({ "position": 1, "stage": "FIRST", "price": null,
        "lot": { "lotNumber": number, "round": "FIRST", "status": "UNSOLD" },
        "nextRoundDue": { "rule": "RE_AUCTION_30_DAYS", "dueOn": "2026-05-18" } })
    );
    assert_eq!(
        sold["chain"][1]["nextRoundDue"],
        json!({ "rule": "SELL_OFF_ANNOUNCEMENT_15_DAYS", "dueOn": "2026-06-03" })
    );
    assert_eq!((&sold["chain"][2]["price"], &sold["chain"][2]["stage"]), (&json!("410000.00"), &json!("SELL_OFF")));
    sale.court.app.finish().await;
}
both!(netauction_26_unsold_property_goes_down_the_ladder_within_its_terms, super::goes_down_the_ladder);

/// Sold to 竞买人2 for `price`, who pays a part and defaults; the lot in default, re-auctioned to 竞买人1 for 500,000.00.
async fn defaulted(database: TestDatabase, price: &str, more: Value) -> (Sale, Value, Value) {
    let (mut sale, case) = first(database, more).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let officer = sale.court.officer.clone();
    sale.court.app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    sale.bid(&bert, price).await;
    sale.court.app.go_to(END).await;
    let mine = sale.lot(Some(&bert), "myRegistration { depositAccountNumber }").await["myRegistration"].take();
    sale.pay("B1", &[(&mine, 2, "10000.00")]).await;
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之二", "reason": "逾期未付余款" });
    for (day, sent) in [("04-28", 0), ("04-29", 1), ("05-02", 2), ("05-05", 3), ("05-06", 3)] {
        sale.court.app.go_to(&format!("2026-{day}T09:00:00+08:00")).await;
        if day == "05-02" {
            let early = sale.court.app.refused(&officer, "declareDefault", ruling.clone()).await;
            assert_eq!(early, ("DATE_INVALID".into(), "网拍规定 第24条".into()));
        }
        let reminders = sale.lot(None, "balanceReminders { kind }").await["balanceReminders"].take();
        assert_eq!(reminders.as_array().unwrap().len(), sent, "{day}: {reminders}");
    }
    let app = &sale.court.app;
    app.done(&officer, "declareDefault", ruling.clone(), "lot { status }").await;
    assert_eq!(app.refused(&officer, "declareDefault", ruling).await.0, "WRONG_STATE");
    // the deposit is held; the part of the balance waits for two people, then it is on its way back
    let standing = async || (sale.forfeited().await, sale.balance(sale.price_account()).await);
    assert_eq!(standing().await, ("100000.00".into(), "10000.00".into()));
    let query = "query ($filter: SaleDecisionFilter) { saleDecisions(filter: $filter) { nodes { kind status approval { id digest } } } }";
    let filter = json!({ "filter": { "lot": sale.lot } });
    let seen = app.ask(Some(&officer), query, filter.clone()).await["saleDecisions"]["nodes"].take();
    assert_eq!((seen.as_array().unwrap().len(), &seen[0]["kind"]), (1, &json!("DEFAULT_RETURN")));
    let chief = app.user("chief-default", "执行局副局长", &[Role::BureauChief], Some(sale.court.id)).await;
    let again = json!({ "lot": sale.lot, "document": "退款审批表" });
    assert_eq!(app.refused(&officer, "refundDefaulter", again.clone()).await.0, "PROPOSAL_OPEN");
    let no =
        json!({ "approval": seen[0]["approval"]["id"], "digest": seen[0]["approval"]["digest"], "reason": "补充材料" });
    app.done(&chief, "reject", no, "approval { status }").await;
    sale.agree(&chief, "refundDefaulter", again.clone()).await;
    assert_eq!(app.refused(&officer, "refundDefaulter", again).await, ("WRONG_STATE".into(), "网拍规定 第24条".into()));
    assert_eq!(standing().await, ("100000.00".into(), "0.00".into()));
    let failed = sale.lot.clone();

    assert_eq!(sale.next().await, json!(["DRAFT", "RE_AUCTION", 18]));
    let app = &sale.court.app;
    let cut = app.refused(&officer, "recordPanelDecision", sale.terms("499999.99", "100000.00")).await;
    assert_eq!(cut, ("STARTING_PRICE_TOO_LOW".into(), "网拍规定 第24条".into()));
    let (starts, ends) = ("2026-06-10T10:00:00.000+08:00", "2026-06-11T10:00:00.000+08:00");
    app.done(&officer, "recordPanelDecision", sale.terms("500000.00", "100000.00"), "lot { status }").await;
    sale.notify(&case, "2026-05-06").await;
    app.go_to("2026-05-11T09:00:00+08:00").await;
    let lead = app.refused(&officer, "publishAnnouncement", sale.announcement(starts, ends)).await;
    assert_eq!(lead, ("LEAD_TIME_TOO_SHORT".into(), "网拍规定 第12条".into()));
    let (starts, ends) = ("2026-06-11T10:00:00.000+08:00", "2026-06-12T10:00:00.000+08:00");
    app.done(&officer, "publishAnnouncement", sale.announcement(starts, ends), "lot { version }").await;
    let barred = app.refused(&bert, "registerForLot", json!({ "lot": sale.lot })).await;
    assert_eq!(barred, ("BIDDER_BARRED".into(), "网拍规定 第24条".into()));
    sale.again(&anna, 1, "100000.00").await;
    app.go_to(starts).await;
    sale.bid(&anna, "500000.00").await;
    app.go_to(ends).await;
    (sale, case, failed)
}

async fn goes_stale(database: TestDatabase) {
    let (sale, _) = first(database, json!({})).await;
    let (anna, bert) = (sale.bidder(1).await, sale.bidder(2).await);
    let officer = sale.court.officer.clone();
    sale.court.app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    sale.bid(&bert, "510000.00").await;
    sale.court.app.go_to(END).await;
    let mine = sale.lot(Some(&bert), "myRegistration { depositAccountNumber }").await["myRegistration"].take();
    sale.pay("B1", &[(&mine, 2, "10000.00")]).await;
    sale.court.app.go_to("2026-04-20T09:00:00+08:00").await;
    let (app, chief) = (&sale.court.app, sale.chief().await);
    let select = "decision { approval { id digest } }";
    let proposed = app.done(&officer, "setAsideSale", sale.void(), select).await["decision"]["approval"].take();
    // more of the price comes in: what was proposed is no longer what would be paid back
    sale.pay("B2", &[(&mine, 2, "500.00")]).await;
    let vote = json!({ "approval": proposed["id"], "digest": proposed["digest"] });
    assert_eq!(app.refused(&chief, "approve", vote.clone()).await.0, "DIGEST_MISMATCH");
    let mut no = vote;
    no["reason"] = json!("金额已变");
    app.done(&chief, "reject", no, "approval { status }").await;
    let query = "query ($filter: SaleDecisionFilter) { saleDecisions(filter: $filter) { nodes { status } } }";
    let closed = app.ask(Some(&officer), query, json!({ "filter": { "lot": sale.lot } })).await;
    assert_eq!(closed["saleDecisions"]["nodes"], json!([{ "status": "REJECTED" }]));
    sale.court.app.finish().await;
}
both!(a_decision_that_went_stale_can_be_rejected_and_not_agreed_to, super::goes_stale);

/// Makes a document of a lot; every word that stands on it.
async fn printed(sale: &Sale, kind: &str, lot: &Value) -> String {
    let input = json!({ "kind": kind, "subject": lot });
    let made = sale.court.app.done(&sale.court.officer, "createDocument", input, "document { id }").await;
    let id = DocumentId::from_global(made["document"]["id"].as_str().unwrap()).unwrap();
    let services = &sale.court.app.running.services;
    let row = duixian::document::store::find(&services.db.reader(), &Scope::Everything, id).await.unwrap().unwrap();
    serde_json::to_string(&row.paper(&services.vault).unwrap()).unwrap()
}

fn use_of(lot: &Value, case_debt: &str) -> Value {
    json!({ "lot": lot, "panelDocument": "评议笔录10号", "caseDebt": case_debt })
}
impl Sale {
    /// 竞买人1 pays the balance of the re-auction.
    async fn complete(&self) {
        let reader = self.court.app.database.db.reader();
        let lot = LotId::from_global(self.lot.as_str().unwrap()).unwrap();
        let registrations = duixian::auction::store::registration::of_lot(&reader, lot).await.unwrap();
        let account = json!({ "depositAccountNumber": registrations[0].deposit_account_number });
        self.pay("B2", &[(&account, 1, "400000.00")]).await;
        assert_eq!(self.lot(None, "status").await["status"], "PAID");
    }
}

async fn makes_up_the_gap(database: TestDatabase) {
    let (sale, case, failed) = defaulted(database, "700000.00", json!({ "default_topup_policy": "ORDER_TOPUP" })).await;
    let (app, officer, chief) = (&sale.court.app, &sale.court.officer, sale.chief().await);
    let mut distribution = use_of(&failed, "0.00");
    // the re-sale is not paid: nothing is used yet
    let held = app.refused(officer, "distributeForfeiture", distribution.clone()).await;
    assert_eq!(held, ("WRONG_STATE".into(), "网拍规定 第24条".into()));
    let order = json!({ "lot": failed, "costs": "1000.00", "dueOn": "2026-07-01", "documentNumber": "补交通知1号" });
    assert_eq!(app.refused(officer, "orderTopUp", order.clone()).await.0, "WRONG_STATE");
    sale.complete().await;
    let ordered =
        app.done(officer, "orderTopUp", order.clone(), "lot { buyerDefault { topUpOrder { amount dueOn } } }").await;
    let expected = json!({ "amount": "101000.00", "dueOn": "2026-07-01" });
    assert_eq!(ordered["lot"]["buyerDefault"]["topUpOrder"], expected);
    assert_eq!(app.refused(officer, "orderTopUp", order).await.0, "ALREADY_EXISTS");
    // 责令补交差价通知书: the figures of the default and of the order
    let words = printed(&sale, "TOP_UP_NOTICE", &failed).await;
    let figures = ["700,000.00元", "100,000.00元", "101,000.00元", "壹拾万壹仟元整", "2026年7月1日"];
    for word in figures.into_iter().chain(["竞买人2", "补交通知1号", "（2026）湘0102执12号之二"]) {
        assert!(words.contains(word), "{word} in {words}");
    }

    let party = case["parties"][0]["id"].clone();
    distribution["costs"] = json!([{ "party": party, "amount": "1000.00", "documentNumber": "评估费发票" }]);
    assert_eq!(app.refused(officer, "distributeForfeiture", distribution.clone()).await.0, "PAYEE_NOT_CONFIRMED");
    let account = json!({ "accountHolder": "易某", "accountNumber": crate::disbursement::CARD,
        "bankCode": crate::cases::BANK, "bankName": "工商银行" });
    let payee = json!({ "party": party, "account": account, "document": "收款账户确认书" });
    app.done(officer, "confirmPayee", payee, "payee { id }").await;
    distribution["idempotencyKey"] = json!("use-the-deposit");
    sale.agree(&chief, "distributeForfeiture", distribution.clone()).await;
    let used = sale.by_id(&failed, "buyerDefault { forfeited held uses { step amount paymentState } }").await;
    assert_eq!(
        used["buyerDefault"],
        json!({ "forfeited": "100000.00", "held": "0.00", "uses": [
        { "step": "AUCTION_COST", "amount": "1000.00", "paymentState": "IN_TRANSIT" },
        { "step": "PRICE_GAP", "amount": "99000.00", "paymentState": "IN_TRANSIT" }] })
    );
    let again = app.done(officer, "distributeForfeiture", distribution.clone(), "decision { status }").await;
    assert_eq!((&again["replayed"], &again["decision"]["status"]), (&json!(true), &json!("APPROVED")));
    distribution["idempotencyKey"] = json!("use-it-once-more");
    assert_eq!(app.refused(officer, "distributeForfeiture", distribution.clone()).await.0, "WRONG_STATE");
    let document = "mutation ($input: DistributeForfeitureInput!) { distributeForfeiture(input: $input) { replayed } }";
    assert_eq!(app.error_code(Some(&chief), document, json!({ "input": distribution })).await, "FORBIDDEN");
    sale.court.app.finish().await;
}
both!(netauction_24_a_default_pays_costs_and_gap_and_is_ordered_to_make_up_the_rest, super::makes_up_the_gap);

async fn holds_the_rest(database: TestDatabase) {
    let (mut sale, case, failed) = defaulted(database, "510000.00", json!({})).await;
    let chief = sale.chief().await;
    sale.complete().await;
    let app = &sale.court.app;
    let order = json!({ "lot": failed, "costs": "0.00", "dueOn": "2026-07-01", "documentNumber": "补交通知1号" });
    assert_eq!(
        app.refused(&sale.court.officer, "orderTopUp", order).await,
        ("WRONG_STATE".into(), "网拍规定 第24条".into())
    );
    let over = app.refused(&sale.court.officer, "distributeForfeiture", use_of(&failed, "203500.01")).await;
    assert_eq!(over, ("AMOUNT_INVALID".into(), "网拍规定 第24条".into()));
    sale.agree(&chief, "distributeForfeiture", use_of(&failed, "20000.00")).await;
    sale.lot = failed.clone();
    let app = &sale.court.app;
    let officer = &sale.court.officer;
    let used = sale.by_id(&failed, "buyerDefault { held uses { step amount } }").await;
    assert_eq!(
        used["buyerDefault"],
        json!({ "held": "70000.00", "uses": [
        { "step": "PRICE_GAP", "amount": "10000.00" }, { "step": "CASE_DEBT", "amount": "20000.00" }] })
    );
    // what is left waits for a panel: another case against the same debtors
    let other = sale.court.open("（2026）湘0102执13号", "60000.00").await;
    let mut rest = use_of(&failed, "0.00");
    rest["relatedDebts"] =
        json!([{ "case": other["id"], "amount": "60000.01", "documentNumber": "（2026）湘0102执13号之一" }]);
    // above what is owed there
    assert_eq!(app.refused(officer, "distributeForfeiture", rest.clone()).await.0, "AMOUNT_INVALID");
    rest["relatedDebts"][0]["case"] = case["id"].clone();
    assert_eq!(app.refused(officer, "distributeForfeiture", rest.clone()).await.0, "NOT_FOUND");
    rest["relatedDebts"][0]["case"] = other["id"].clone();
    rest["relatedDebts"][0]["amount"] = json!("60000.00");
    sale.agree(&chief, "distributeForfeiture", rest.clone()).await;
    assert_eq!(sale.by_id(&failed, "buyerDefault { held }").await["buyerDefault"]["held"], "10000.00");
    rest["caseDebt"] = json!("1.00");
    assert_eq!(app.refused(officer, "distributeForfeiture", rest).await.0, "WRONG_STATE");
    assert_eq!(sale.forfeited().await, "10000.00");
    sale.court.app.finish().await;
}
both!(netauction_24_what_no_step_takes_of_a_deposit_stays_held, super::holds_the_rest);

async fn simulates(database: TestDatabase) {
    let sale = Sale::announced(database).await;
    let document = r#"{ calculate { forfeiture(deposit: "82000.00", originalPrice: "900000.00", resalePrice: "950000.00",
        costs: "1500.00", caseDebt: "60000.00", relatedDebt: "100000.00") {
        parts { step amount } rest uncovered explanation { law { article } steps { value } } } } }"#;
    let answer = sale.court.app.ask(None, document, json!({})).await["calculate"]["forfeiture"].take();
    let amounts: Vec<_> =
        answer["parts"].as_array().unwrap().iter().map(|part| part["amount"].as_str().unwrap()).collect();
    assert_eq!(amounts, ["1500.00", "0.00", "60000.00", "20500.00"]);
    assert_eq!((&answer["rest"], &answer["explanation"]["law"][0]["article"]), (&json!("0.00"), &json!("第24条")));
    let anna = sale.bidder(1).await;
    sale.court.app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    let simulation = r#"forfeitureSimulation(resalePrice: "350000.00") { uncovered parts { amount } }"#;
    assert_eq!(sale.lot(None, simulation).await["forfeitureSimulation"], Value::Null);
    sale.court.app.go_to(END).await;
    assert_eq!(sale.lot(None, simulation).await["forfeitureSimulation"]["uncovered"], "50000.00");
    sale.court.app.finish().await;
}
both!(netauction_24_anybody_can_try_a_re_sale_price, super::simulates);
