//! Other ends of a sale over the API: taken in kind, released, set aside, stopped by an objection, without surplus.

use super::rounds::first;
use super::*;
use crate::disbursement::{approved, confirm, people, receive, receive_price};
use crate::support::app::User;
use duixian::bank::simulator::Simulator;
use sea_orm::ConnectionTrait;

impl Sale {
    /// Ends the first auction without a bid, prepares the next round and runs it without a bid too.
    async fn unsold_again(&mut self, case: &Value, told: &str, published: &str, window: (&str, &str)) {
        self.next().await;
        let (app, officer) = (&self.court.app, &self.court.officer);
        let terms = json!({ "lot": self.lot, "members": ["甲", "乙", "丙"], "documentNumber": "评议笔录9号",
            "decidedOn": "2026-03-02", "startingPrice": "400000.00", "deposit": "80000.00", "bidIncrement": "10000.00" });
        app.done(officer, "recordPanelDecision", terms, "lot { status }").await;
        self.notify(case, told).await;
        app.go_to(&format!("{published}T09:00:00+08:00")).await;
        app.done(officer, "publishAnnouncement", self.announcement(window.0, window.1), "lot { version }").await;
        app.go_to(window.1).await;
        assert_eq!(self.lot(None, "status").await["status"], "UNSOLD");
    }
    /// Sold to 竞买人1 for 500,000.00 and paid in full on 20 April.
    async fn paid(&self) -> User {
        let anna = self.bidder(1).await;
        self.court.app.go_to(START).await;
        self.bid(&anna, "500000.00").await;
        self.court.app.go_to("2026-04-20T10:00:00+08:00").await;
        let mine = self.lot(Some(&anna), "myRegistration { depositAccountNumber }").await["myRegistration"].take();
        self.pay("B1", &[(&mine, 1, "400000.00")]).await;
        assert_eq!(self.lot(None, "status").await["status"], "PAID");
        anna
    }
    pub(super) fn void(&self) -> Value {
        json!({ "lot": self.lot, "ground": "FALSE_DESCRIPTION", "reason": "面积严重失实", "decidedOn": "2026-04-20",
            "rulingNumber": "（2026）湘0102执异3号" })
    }
}

async fn takes_in_kind(database: TestDatabase) {
    let (sale, case) = first(database, json!({})).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let (applicant, debtor) = (&case["parties"][0]["id"], &case["parties"][2]["id"]);
    let offer = |party: &Value| json!({ "lot": sale.lot, "party": party, "documentNumber": "抵债申请1号" });
    let early = app.refused(officer, "acceptInKind", offer(applicant)).await;
    assert_eq!(early, ("WRONG_STATE".into(), "拍变规定 第16条".into()));
    app.go_to(END).await;
    assert_eq!(app.refused(officer, "acceptInKind", offer(debtor)).await.0, "NOT_FOUND");
    let accepted = app.done(officer, "acceptInKind", offer(applicant), "lot { inKindOffers { id rankClass } }").await;
    assert_eq!(app.refused(officer, "acceptInKind", offer(applicant)).await.0, "ALREADY_EXISTS");
    assert_eq!(sale.lot(None, "inKindOffers { id }").await["inKindOffers"], Value::Null);
    let release =
        json!({ "lot": sale.lot, "rulingNumber": "解封1号", "reason": "无人接受", "releasedOn": "2026-04-17" });
    let released = app.refused(officer, "releaseLot", release).await;
    assert_eq!(released, ("WRONG_STATE".into(), "拍变规定 第25条".into()));

    // the whole claim of 203,500.00 would be paid from 500,000.00: the rest is due in money
    let mut ruling = json!({ "lot": sale.lot, "offer": accepted["lot"]["inKindOffers"][0]["id"], "debtor": debtor,
        "ordinaryRule": "PRO_RATA", "executionFeeOrder": "FIRST_MONEY", "costs": "1000.00",
        "rulingNumber": "（2026）湘0102执12号之三", "servedOn": "2026-04-17" });
    let unpaid = app.refused(officer, "ruleInKind", ruling.clone()).await;
    assert_eq!(unpaid, ("BALANCE_MISMATCH".into(), "拍变规定 第16条".into()));
    let short = receive(&sale.court, &case, "K-1", "296499.99").await;
    ruling["differenceReceipt"] = json!(short.to_global());
    assert_eq!(app.refused(officer, "ruleInKind", ruling.clone()).await.0, "BALANCE_MISMATCH");
    let whole = receive(&sale.court, &case, "K-2", "296500.00").await;
    ruling["differenceReceipt"] = json!(whole.to_global());
    let select = "lot { status inKindRuling { reservePrice share difference } chain { price } }";
    let taken = app.done(officer, "ruleInKind", ruling.clone(), select).await["lot"].take();
    let expected = json!({ "reservePrice": "500000.00", "share": "203500.00", "difference": "296500.00" });
    assert_eq!((&taken["status"], &taken["inKindRuling"]), (&json!("IN_KIND"), &expected));
    assert_eq!(taken["chain"][0]["price"], "500000.00");
    assert_eq!(sale.court.read(&case, "outstanding").await["outstanding"], "0.00");
    assert_eq!(app.refused(officer, "ruleInKind", ruling).await.0, "WRONG_STATE");
    let next = json!({ "lot": sale.lot, "documentNumber": "再次处置决定1号" });
    assert_eq!(app.refused(officer, "openNextRound", next).await, ("WRONG_STATE".into(), "拍变规定 第25条".into()));
    sale.court.app.finish().await;
}
both!(sale_16_a_creditor_takes_unsold_property_and_pays_the_difference, super::takes_in_kind);

async fn releases(database: TestDatabase) {
    let (mut sale, case) = first(database, json!({})).await;
    sale.court.app.go_to(END).await;
    let second = ("2026-05-18T10:00:00.000+08:00", "2026-05-19T10:00:00.000+08:00");
    sale.unsold_again(&case, "2026-04-17", "2026-04-20", second).await;
    let release = |lot: &Value| json!({ "lot": lot, "rulingNumber": "解封1号", "reason": "无人接受抵债", "releasedOn": "2026-08-09" });
    let early = sale.court.app.refused(&sale.court.officer, "releaseLot", release(&sale.lot)).await;
    assert_eq!(early, ("WRONG_STATE".into(), "拍变规定 第25条".into()));
    let sell_off = ("2026-06-10T10:00:00.000+08:00", "2026-08-09T10:00:00.000+08:00");
    sale.unsold_again(&case, "2026-05-19", "2026-05-25", sell_off).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let next = json!({ "lot": sale.lot, "documentNumber": "再次处置决定1号" });
    assert_eq!(app.refused(officer, "openNextRound", next).await, ("WRONG_STATE".into(), "拍变规定 第25条".into()));
    let released = app.done(officer, "releaseLot", release(&sale.lot), "lot { status release { releasedOn } }").await;
    assert_eq!(released["lot"], json!({ "status": "RELEASED", "release": { "releasedOn": "2026-08-09" } }));
    assert_eq!(app.refused(officer, "releaseLot", release(&sale.lot)).await.0, "WRONG_STATE");
    sale.court.app.finish().await;
}
both!(sale_25_property_that_nobody_takes_is_released_after_the_sell_off, super::releases);

async fn sets_aside_before_payout(database: TestDatabase) {
    let (mut sale, _) = first(database, json!({})).await;
    let chief = sale.chief().await;
    let unsold = sale.court.app.refused(&sale.court.officer, "setAsideSale", sale.void()).await;
    assert_eq!(unsold, ("WRONG_STATE".into(), "网拍规定 第31条".into()));
    let anna = sale.paid().await;
    let app = &sale.court.app;
    let mut void = sale.void();
    void["idempotencyKey"] = json!("set-it-aside");
    let document = "mutation ($input: SetAsideSaleInput!) { setAsideSale(input: $input) { replayed } }";
    assert_eq!(app.error_code(Some(&chief), document, json!({ "input": void })).await, "FORBIDDEN");
    let select = "decision { approval { id } }";
    let made = app.done(&sale.court.officer, "setAsideSale", void.clone(), select).await["decision"].take();
    assert_eq!(app.done(&sale.court.officer, "setAsideSale", void, select).await["replayed"], true);
    assert_eq!(app.refused(&sale.court.officer, "setAsideSale", sale.void()).await.0, "PROPOSAL_OPEN");
    assert_eq!(sale.lot(None, "status").await["status"], "PAID", "one alone sets nothing aside");
    app.approve(&made["approval"]["id"], &[&chief, &sale.court.finance]).await;
    let done = sale.lot(None, "status setAside { ground returned outstanding refunds { amount state } }").await;
    assert_eq!(
        done,
        json!({ "status": "SET_ASIDE", "setAside": { "ground": "FALSE_DESCRIPTION",
        "returned": "500000.00", "outstanding": "0.00", "refunds": [
            { "amount": "100000.00", "state": "IN_TRANSIT" }, { "amount": "400000.00", "state": "IN_TRANSIT" }] } })
    );
    assert_eq!(sale.balance(sale.price_account()).await, "0.00");
    let own = sale.lot(Some(&anna), "myRegistration { deposit { status refundState } }").await;
    assert_eq!(own["myRegistration"]["deposit"], json!({ "status": "REFUNDING", "refundState": "IN_TRANSIT" }));
    // sold again from the top, on a new reference price
    let next = json!({ "lot": sale.lot, "documentNumber": "再次处置决定1号", "appraisalPrice": "600000.00" });
    let select = "lot { id lotNumber round appraisalPrice }";
    let next = app.done(&sale.court.officer, "openNextRound", next, select).await["lot"].take();
    assert_eq!((&next["round"], &next["appraisalPrice"]), (&json!("RE_AUCTION"), &json!("600000.00")));
    sale.lot = next["id"].clone();
    let mut low = sale.decision("419999.99");
    low["deposit"] = json!("80000.00");
    assert_eq!(
        sale.court.app.refused(&sale.court.officer, "recordPanelDecision", low).await.0,
        "STARTING_PRICE_TOO_LOW"
    );
    sale.court.app.finish().await;
}
both!(netauction_31_a_sale_set_aside_before_its_ruling_pays_everything_back, super::sets_aside_before_payout);

async fn returns_to_the_lender(database: TestDatabase) {
    let (sale, _) = first(database, json!({})).await;
    let chief = sale.chief().await;
    let anna = sale.bidder(1).await;
    sale.court.app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    sale.court.app.go_to("2026-04-20T10:00:00+08:00").await;
    let mine = sale.lot(Some(&anna), "myRegistration { depositAccountNumber }").await["myRegistration"].take();
    // the purchaser's own part, a lender's, and of a third person's payment what the price still needs
    sale.pay("B1", &[(&mine, 1, "50000.00"), (&mine, 77, "300000.00"), (&mine, 78, "60000.00")]).await;
    // served, and the transfer to the case still waits for the bank's file: the price stands on the lot again
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之一", "servedOn": "2026-04-20" });
    sale.court.app.done(&sale.court.officer, "serveRuling", ruling, "lot { status }").await;
    sale.agree(&chief, "setAsideSale", sale.void()).await;
    let reader = sale.court.app.database.db.reader();
    let text = "SELECT payee_name AS name, amount, purpose, state FROM payable ORDER BY amount, payee_name";
    let rows = reader.query_all_raw(duixian::kernel::db::sql(&reader, text, [])).await.unwrap();
    let rows: Vec<(String, i64, String, String)> = rows
        .iter()
        .map(|row| {
            let text = |name: &str| row.try_get::<String>("", name).unwrap();
            (text("name"), row.try_get("", "amount").unwrap(), text("purpose"), text("state"))
        })
        .collect();
    let line = |name: &str, yuan: i64, purpose: &str, state: &str| -> (String, i64, String, String) {
        (name.into(), yuan * 100, purpose.into(), state.into())
    };
    assert_eq!(
        rows,
        [
            line("竞买人78", 10_000, "DEPOSIT_REFUND", "IN_TRANSIT"),
            line("竞买人1", 50_000, "REFUND_PAYER", "IN_TRANSIT"),
            line("竞买人78", 50_000, "REFUND_PAYER", "IN_TRANSIT"),
            line("竞买人1", 100_000, "REFUND_PAYER", "IN_TRANSIT"),
            line("竞买人77", 300_000, "REFUND_PAYER", "IN_TRANSIT"),
            line("湘0102法院", 500_000, "OWN_TRANSFER", "CANCELLED"),
        ]
    );
    assert_eq!(sale.balance(sale.price_account()).await, "0.00");
    sale.court.app.finish().await;
}
both!(netauction_31_each_part_of_a_price_goes_back_to_who_paid_it, super::returns_to_the_lender);

async fn sets_aside_after_payout(database: TestDatabase) {
    let (sale, case) = first(database, json!({})).await;
    let behind = people(&sale.court).await;
    sale.paid().await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之一", "servedOn": "2026-04-20" });
    app.done(officer, "serveRuling", ruling, "lot { status }").await;
    app.settle().await;
    let writes = async |book: &str| {
        let file = json!({ "court": sale.court.id.to_global(), "book": book });
        let file = app.done(&behind.cashier, "writePaymentFile", file, "paymentFile { content }").await;
        file["paymentFile"]["content"].as_str().unwrap().to_owned()
    };
    let answers = async |content: &str| {
        let answer = Simulator::new().answer(content.as_bytes(), app.clock.now()).unwrap();
        app.done(&sale.court.finance, "importBankFile", json!({ "content": answer }), "bankFile { id }").await;
        app.settle().await;
    };
    // the price is with the bank
    let sent = writes("AUCTION_DEPOSITS").await;
    assert_eq!(app.refused(officer, "setAsideSale", sale.void()).await.0, "WRONG_STATE");
    answers(&sent).await;
    assert_eq!(app.refused(officer, "setAsideSale", sale.void()).await.0, "WRONG_STATE", "by which receipt?");
    let price = receive_price(&sale.court, &case, "OWN-1", "500000.00").await;
    let other = receive(&sale.court, &case, "R-8", "500000.00").await;
    receive(&sale.court, &case, "R-9", "7000.00").await;
    let mut void = sale.void();
    void["receipt"] = json!(other.to_global());
    let foreign = app.refused(officer, "setAsideSale", void.clone()).await;
    assert_eq!(foreign, ("BALANCE_MISMATCH".into(), "网拍规定 第31条".into()), "the sum alone proves nothing");
    let proceeds =
        json!({ "receipt": other.to_global(), "source": "SALE_PROCEEDS", "payerKind": "COURT", "document": "说明" });
    assert_eq!(app.refused(officer, "describeReceipt", proceeds).await.0, "WRONG_STATE");
    void["receipt"] = json!(price.to_global());

    // 3,500.00 of it have been paid to the creditor, 1,000.00 wait for the next file
    let payee = confirm(&sale.court, &case["parties"][0], "易某", crate::disbursement::CARD).await;
    let pays = async |amount: &str| {
        let order = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": amount,
            "sources": [{ "receipt": price.to_global(), "amount": amount }] });
        let order = approved(&sale.court, &behind, order).await;
        app.done(&behind.cashier, "payOut", json!({ "order": order["id"] }), "order { id }").await["order"].take()
    };
    pays("3500.00").await;
    app.settle().await;
    let sent = writes("CASE_FUNDS").await;
    // while the bank has the money, nobody can say who owes it
    let under_way = app.refused(officer, "setAsideSale", void.clone()).await;
    assert_eq!(under_way, ("WRONG_STATE".into(), "网拍规定 第31条".into()));
    answers(&sent).await;
    let waiting = pays("1000.00").await;
    // what another court froze stays on the case
    let freeze = json!({ "case": case["id"], "target": "CASE_MONEY", "institution": "外地法院", "amount": "507000.01",
        "document": "另案冻结", "frozenOn": "2026-04-20", "until": "2026-09-02" });
    let freeze = app.done(officer, "freezeFunds", freeze, "measure { id }").await["measure"].take();
    let frozen = app.refused(officer, "setAsideSale", void.clone()).await;
    assert_eq!(frozen, ("PAYOUT_EXCEEDS_BALANCE".into(), "网拍规定 第31条".into()));
    app.done(officer, "liftFreeze", json!({ "measure": freeze["id"], "document": "解除冻结" }), "measure { id }").await;
    sale.agree(&behind.chief, "setAsideSale", void).await;
    let select = "status setAside { returned outstanding restitutions { payeeName amount } }";
    let seen = sale.lot(Some(officer), select).await;
    assert_eq!(
        seen,
        json!({ "status": "SET_ASIDE", "setAside": { "returned": "496500.00", "outstanding": "3500.00",
        "restitutions": [{ "payeeName": "易某", "amount": "3500.00" }] } })
    );
    assert_eq!(sale.lot(None, select).await["setAside"]["restitutions"], Value::Null);
    let order = "query ($id: ID!) { node(id: $id) { ... on DisbursementOrder { status } } }";
    assert_eq!(app.ask(Some(officer), order, json!({ "id": waiting["id"] })).await["node"]["status"], "CANCELLED");
    // other money of the case is not touched
    assert_eq!(sale.court.read(&case, "account { balance }").await["account"]["balance"], "507000.00");
    gives_back(&sale, &behind.chief, &case, &other.to_global()).await;
    sale.court.app.finish().await;
}
both!(netauction_31_after_the_payout_the_rest_goes_back_and_payees_are_registered, super::sets_aside_after_payout);

/// The payee of the register brings 3,500.00 back in two parts, which go on to who paid the price.
async fn gives_back(sale: &Sale, chief: &User, case: &Value, before: &str) {
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let lines = "setAside { restitutions { id returned remaining state } refunds { amount } }";
    let register = async || sale.lot(Some(officer), lines).await["setAside"].take();
    let line = register().await["restitutions"][0]["id"].clone();
    let came = receive(&sale.court, case, "BACK-1", "3500.00").await;
    let part = |receipt: &str, amount: &str| json!({ "restitution": line, "receipt": receipt, "amount": amount, "document": "执行回转裁定1号" });
    let article = "民诉法 第244条".to_owned();
    let came = came.to_global();
    let over = app.refused(officer, "returnRestitution", part(&came, "3500.01")).await;
    assert_eq!(over.0, "AMOUNT_INVALID", "refused at the proposal: {over:?}");
    let document = "mutation ($input: ReturnRestitutionInput!) { returnRestitution(input: $input) { replayed } }";
    let mut keyed = part(&came, "1000.00");
    keyed["idempotencyKey"] = json!("give-it-back");
    assert_eq!(app.error_code(Some(chief), document, json!({ "input": keyed })).await, "FORBIDDEN");
    sale.agree(chief, "returnRestitution", keyed.clone()).await;
    assert_eq!(app.done(officer, "returnRestitution", keyed, "decision { id }").await["replayed"], true);
    let seen = register().await["restitutions"][0].take();
    assert_eq!(
        (&seen["returned"], &seen["remaining"], &seen["state"]),
        (&json!("1000.00"), &json!("2500.00"), &json!("PARTLY_RETURNED"))
    );
    sale.agree(chief, "returnRestitution", part(&came, "2500.00")).await;
    let seen = register().await;
    assert_eq!(seen["restitutions"][0]["state"], "RETURNED");
    // 496,500.00 at once, then 1,000.00 and 2,500.00, each to both paying accounts
    assert_eq!(seen["refunds"].as_array().unwrap().len(), 6, "{seen}");
    let done = app.refused(officer, "returnRestitution", part(before, "1.00")).await;
    assert_eq!(done, ("WRONG_STATE".to_owned(), article));
    assert_eq!(sale.court.read(case, "account { balance }").await["account"]["balance"], "507000.00");
}

async fn stops_for_the_estate(database: TestDatabase) {
    let (sale, case) = first(database, json!({})).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    sale.paid().await;
    let record = json!({ "party": case["parties"][1]["id"], "acceptingCourt": "长沙市中级人民法院",
        "acceptedOn": "2026-04-20", "document": "受理裁定书" });
    let found = app.done(officer, "recordBankruptcyAcceptance", record, "bankruptcy { id }").await["bankruptcy"].take();
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之一", "servedOn": "2026-04-20" });
    let estate = app.refused(officer, "serveRuling", ruling.clone()).await;
    assert_eq!(estate, ("DEBTOR_BANKRUPT".into(), "企业破产法 第19条".into()));
    app.done(
        officer,
        "endBankruptcy",
        json!({ "bankruptcy": found["id"], "document": "驳回裁定" }),
        "bankruptcy { id }",
    )
    .await;
    let suspend = json!({ "case": case["id"], "ground": "PARTY_DIED", "document": "中止裁定" });
    app.done(officer, "suspendCase", suspend, "suspension { id }").await;
    let suspended = app.refused(officer, "serveRuling", ruling.clone()).await;
    assert_eq!(suspended, ("CASE_NOT_OPEN".into(), "民诉法 第267条".into()));
    let resume = json!({ "case": case["id"], "document": "恢复执行通知书" });
    app.done(officer, "resumeSuspendedCase", resume, "suspension { id }").await;
    app.done(officer, "serveRuling", ruling, "lot { status }").await;
    sale.court.app.finish().await;
}
both!(bankruptcy_19_no_ruling_is_served_on_an_estates_property, super::stops_for_the_estate);

async fn stands_still(database: TestDatabase) {
    let (sale, _) = first(database, json!({})).await;
    let panel = sale.court.app.user("panel", "合议庭成员", &[Role::PanelMember], Some(sale.court.id)).await;
    let anna = sale.bidder(1).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let file = |kind: &str, on: &str| json!({ "lot": sale.lot, "kind": kind, "objector": "案外人丁", "grounds": "房屋为其所有", "filedOn": on });
    // others may stop the sale, and do not by themselves
    let filed = app.done(officer, "fileLotObjection", file("VALUATION", "2026-03-05"), "lot { status }").await;
    assert_eq!(filed["lot"]["status"], "ANNOUNCED");
    app.go_to("2026-04-17T09:00:00+08:00").await;
    let select = "lot { status objections { id kind stays outcome deadlines { rule dueOn } } }";
    let filed = app.done(officer, "fileLotObjection", file("THIRD_PARTY", "2026-04-17"), select).await["lot"].take();
    assert_eq!(filed["status"], "SUSPENDED");
    let objection = filed["objections"][1].clone();
    assert_eq!(
        (&objection["stays"], &objection["deadlines"][0]["rule"]),
        (&json!(true), &json!("THIRD_PARTY_DECISION_15_DAYS"))
    );
    assert_eq!(app.refused(&anna, "placeBid", sale.offer("500000.00")).await.0, "LOT_SUSPENDED");
    assert_eq!(sale.lot(None, "objections { id }").await["objections"], Value::Null);
    let resume = |on: &str| {
        json!({ "lot": sale.lot, "documentNumber": "恢复决定1号", "causeEndedOn": on,
            "resumesAt": format!("{on}T10:00:00.000+08:00") })
    };
    let held = app.refused(officer, "resumeLot", resume("2026-04-17")).await;
    assert_eq!(held, ("OBJECTION_OPEN".into(), "民诉法 第238条".into()));

    app.go_to("2026-04-20T09:00:00+08:00").await;
    let mut decide = json!({ "objection": objection["id"], "outcome": "DISMISSED", "rulingNumber": "（2026）湘0102执异4号",
        "members": ["丁", "戊"], "decidedOn": "2026-04-20", "servedOn": "2026-04-20" });
    assert_eq!(app.refused(&panel, "decideLotObjection", decide.clone()).await.0, "PANEL_DECISION_MISSING");
    decide["members"] = json!(["丁", "戊", "己"]);
    app.done(&panel, "decideLotObjection", decide.clone(), "lot { status }").await;
    assert_eq!(app.refused(&panel, "decideLotObjection", decide).await.0, "WRONG_STATE");
    // 15 days of service run to 5 May, a holiday, so to 6 May
    app.go_to("2026-05-06T09:00:00+08:00").await;
    let suit = app.refused(officer, "resumeLot", resume("2026-05-06")).await;
    assert_eq!(suit, ("OBJECTION_OPEN".into(), "民诉解释 第463条".into()));
    app.go_to("2026-05-07T09:00:00+08:00").await;
    app.done(officer, "resumeLot", resume("2026-05-07"), "lot { status }").await;
    app.go_to("2026-05-07T10:00:00+08:00").await;
    sale.bid(&anna, "500000.00").await;
    app.go_to("2026-05-07T11:00:00+08:00").await;

    // sold: the money stands still as well
    let mine = sale.lot(Some(&anna), "status myRegistration { depositAccountNumber }").await;
    assert_eq!(mine["status"], "SOLD");
    sale.pay("B1", &[(&mine["myRegistration"], 1, "400000.00")]).await;
    app.done(officer, "fileLotObjection", file("THIRD_PARTY", "2026-05-07"), "lot { status }").await;
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之一", "servedOn": "2026-05-07" });
    assert_eq!(app.refused(officer, "serveRuling", ruling).await, ("OBJECTION_OPEN".into(), "民诉法 第238条".into()));
    sale.court.app.finish().await;
}
both!(civil_procedure_238_a_third_partys_objection_stops_lot_and_money, super::stands_still);

async fn refuses_worthless(database: TestDatabase) {
    let (sale, case) = Sale::draft(database).await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let bank = json!({ "case": case["id"], "party": { "role": "JOINING_CREDITOR", "kind": "PERSON", "name": "抵押权人",
        "identityNumber": citizen(99) } });
    let added = app.done(officer, "addParty", bank, "party { id }").await;
    let told = json!([{ "party": added["party"]["id"], "interest": "SECURED_CREDITOR", "method": "POST",
        "notifiedOn": "2026-03-02" }]);
    app.done(officer, "notifyInterestedParties", json!({ "lot": sale.lot, "notices": told }), "lot { id }").await;
    let claim = json!({ "creditor": added["party"]["id"],
        "claim": { "cause": "抵押借款", "principal": "490000.00", "rank": "SECURED", "security": "房屋抵押" } });
    app.done(officer, "addClaim", claim, "claim { id }").await;
    sale.decide("500000.00").await;
    sale.disclose(&ITEMS).await;
    sale.notify(&case, "2026-03-02").await;
    let assess = |more: Value| {
        let mut input = json!({ "lot": sale.lot, "costs": "10000.00", "documentNumber": "审查笔录1号" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let publish = || app.refused(officer, "publishAnnouncement", sale.announcement(START, END));
    let worthless = ("NO_SURPLUS".to_owned(), "拍变规定 第6条".to_owned());
    app.done(officer, "assessSurplus", assess(json!({ "informedOn": "2026-03-02" })), "lot { id }").await;
    app.go_to("2026-03-10T09:00:00+08:00").await;
    assert_eq!(publish().await, worthless);
    // above senior claims and costs, but the applicant has not asked to go on
    sale.decide("510000.00").await;
    assert_eq!(publish().await, worthless);
    let late = assess(json!({ "informedOn": "2026-03-02", "insistedOn": "2026-03-10" }));
    assert_eq!(app.refused(officer, "assessSurplus", late).await, ("DATE_INVALID".into(), "拍变规定 第6条".into()));
    let in_time = assess(json!({ "informedOn": "2026-03-02", "insistedOn": "2026-03-09" }));
    let seen = app.done(officer, "assessSurplus", in_time, "lot { surplusAssessment { seniorClaims costs } }").await;
    let expected = json!({ "seniorClaims": "490000.00", "costs": "10000.00" });
    assert_eq!(seen["lot"]["surplusAssessment"], expected);
    let starts = sale.announcement("2026-04-16T10:00:00.000+08:00", END);
    app.done(officer, "publishAnnouncement", starts, "lot { status }").await;
    sale.court.app.finish().await;
}
both!(sale_6_a_sale_without_surplus_is_not_announced, super::refuses_worthless);
