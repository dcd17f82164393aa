//! Deposits frozen on the platform over the API: as good as paid ones to bid with, never money of the court before
//! their transfer has arrived, late after 24 hours.

use super::*;
use crate::{cases::court, support::app::User};
use duixian::{
    bank::{
        iso20022::{AccountHolder, camt054::Credit},
        simulator::credit_notice,
    },
    kernel::ids::ReceiptId,
    ledger::{AccountKey, Book, Code},
};
use sea_orm::ConnectionTrait;

const PROVIDER: &str = "某网络支付有限公司";
const MINE: &str =
    "myRegistration { depositAccountNumber qualified status deposit { holding status responsible received
    platform { id state dueAt lamp receivedOn deadline { rule } } } }";

/// A published house whose deposits may be given as `mode` says, with the provider's operator.
async fn offered(database: TestDatabase, mode: &str) -> (Sale, User) {
    let court = court(database).await;
    let clerk = court.app.user("clerk", "资格审核员", &[Role::QualificationClerk], Some(court.id)).await;
    let case = court.open("（2026）湘0102执12号", "203500.00").await;
    let input = json!({ "case": case["id"], "title": "某小区住宅", "category": "IMMOVABLE",
        "appraisalPrice": "700000.00", "depositMode": mode });
    let drafted = court.app.done(&court.officer, "draftLot", input, "lot { id lotNumber depositMode }").await;
    assert_eq!(drafted["lot"]["depositMode"], mode);
    let number = drafted["lot"]["lotNumber"].as_str().unwrap().to_owned();
    let sale = Sale { court, clerk, lot: drafted["lot"]["id"].clone(), number };
    sale.announce(&case).await;
    let operator = sale.court.app.user("operator", "平台运营", &[Role::ProviderOperator], Some(sale.court.id)).await;
    (sale, operator)
}

fn freeze(deposit: &Value, serial: u32, amount: &str) -> Value {
    json!({ "platformDeposit": deposit, "amount": amount, "holderName": format!("竞买人{serial}"),
        "providerReference": format!("FZ-{serial}"), "providerName": PROVIDER })
}

impl Sale {
    /// Registers `serial` on the platform; the deposit that the provider is to freeze.
    async fn registers(&self, serial: u32) -> (User, Value) {
        let user = self.sign_up(serial).await;
        let select = "registration { deposit { holding status responsible platform { id state amount } } }";
        let input = json!({ "lot": self.lot, "depositHolding": "PLATFORM" });
        let made = self.court.app.done(&user, "registerForLot", input, select).await["registration"].take();
        let deposit = &made["deposit"];
        assert_eq!(
            json!([deposit["holding"], deposit["status"], deposit["responsible"], deposit["platform"]["state"]]),
            json!(["PLATFORM", "AWAITED", "BIDDER", "AWAITED"])
        );
        (user, deposit["platform"]["id"].clone())
    }
    /// Registers `serial` with a frozen deposit.
    async fn froze(&self, operator: &User, serial: u32) -> (User, Value) {
        let (user, deposit) = self.registers(serial).await;
        let done = freeze(&deposit, serial, "100000.00");
        self.court.app.done(operator, "confirmPlatformFreeze", done, "platformDeposit { state }").await;
        (user, deposit)
    }
    async fn mine(&self, user: &User) -> Value {
        self.lot(Some(user), MINE).await["myRegistration"].take()
    }
    /// A credit of the provider on `number`.
    pub async fn transfers(&self, reference: &str, number: &str, amount: &str) {
        self.transfers_as(PROVIDER, reference, number, amount).await;
    }
    /// The same in this name.
    pub async fn transfers_as(&self, name: &str, reference: &str, number: &str, amount: &str) {
        let app = &self.court.app;
        let main = self.main_account().await;
        let credit = Credit {
            reference: reference.to_owned(),
            amount: amount.parse().unwrap(),
            credited_account: number.to_owned(),
            payer: AccountHolder {
                name: name.to_owned(),
                account: "6228480402564899999".to_owned(),
                bank_code: "103100000026".into(),
            },
            remittance: "保证金划转".into(),
            returned: None,
        };
        let notice = credit_notice(reference, &main, vec![credit], app.clock.now()).unwrap();
        app.done(&self.court.finance, "importBankFile", json!({ "content": notice }), "bankFile { id }").await;
        app.settle().await;
    }
    async fn main_account(&self) -> String {
        let reader = self.court.app.database.db.reader();
        let main = duixian::cases::store::bank_account(&reader, self.court.id, Book::AuctionDeposits).await;
        main.unwrap().account_number
    }
    async fn memo(&self, code: Code) -> String {
        self.balance(AccountKey::of_court(self.court.id, Book::AuctionDeposits, code)).await
    }
    async fn released(&self, operator: &User, deposit: &Value) {
        let input = json!({ "platformDeposit": deposit, "providerReference": "JD-1" });
        self.court.app.done(operator, "confirmPlatformRelease", input, "platformDeposit { state }").await;
    }
}

async fn both_kinds(database: TestDatabase) {
    let (sale, operator) = offered(database, "BIDDERS_CHOICE").await;
    let app = &sale.court.app;
    let (anna, frozen) = sale.registers(1).await;
    let little = app.refused(&operator, "confirmPlatformFreeze", freeze(&frozen, 1, "99999.99")).await;
    assert_eq!(little, ("AMOUNT_INVALID".into(), "网拍规定 第17条".into()));
    let mut keyed = freeze(&frozen, 1, "100000.00");
    keyed["idempotencyKey"] = json!("freeze-the-first");
    let document =
        "mutation ($input: ConfirmPlatformFreezeInput!) { confirmPlatformFreeze(input: $input) { replayed } }";
    let by_finance = app.error_code(Some(&sale.court.finance), document, json!({ "input": keyed })).await;
    assert_eq!(by_finance, "FORBIDDEN");
    for replayed in [false, true] {
        let done = app.done(&operator, "confirmPlatformFreeze", keyed.clone(), "platformDeposit { state }").await;
        assert_eq!((&done["replayed"], &done["platformDeposit"]["state"]), (&json!(replayed), &json!("FROZEN")));
    }
    let twice = app.refused(&operator, "confirmPlatformFreeze", freeze(&frozen, 1, "100000.00")).await;
    assert_eq!(twice, ("WRONG_STATE".into(), "网拍规定 第17条".into()));
    let (bert, second) = sale.registers(2).await;
    let mut known = freeze(&second, 2, "100000.00");
    known["providerReference"] = json!("FZ-1");
    let known = app.refused(&operator, "confirmPlatformFreeze", known).await;
    assert_eq!(known, ("ALREADY_EXISTS".into(), "网拍规定 第17条".into()));
    let done = freeze(&second, 2, "100000.00");
    app.done(&operator, "confirmPlatformFreeze", done, "platformDeposit { state }").await;
    let carl = sale.bidder(3).await;
    let own = sale.mine(&anna).await;
    assert_eq!((&own["qualified"], &own["deposit"]["responsible"]), (&json!(true), &Value::Null));
    assert_eq!((&own["deposit"]["status"], &own["deposit"]["received"]), (&json!("HELD"), &json!("100000.00")));
    assert_eq!(sale.mine(&carl).await["deposit"]["platform"], Value::Null);
    assert_eq!(sale.memo(Code::FrozenDeposit).await, "200000.00");
    let early = json!({ "platformDeposit": second, "providerReference": "JD-2" });
    let early = app.refused(&operator, "confirmPlatformRelease", early).await;
    assert_eq!(early, ("WRONG_STATE".into(), "网拍规定 第23条".into()));

    app.go_to(START).await;
    sale.bid(&bert, "500000.00").await;
    sale.bid(&carl, "510000.00").await;
    sale.bid(&anna, "520000.00").await;
    app.go_to(END).await;
    let select = "status result { depositApplied dueFromProvider balance deadlines { rule } }";
    assert_eq!(
        sale.lot(None, select).await,
        json!({ "status": "SOLD", "result": { "depositApplied": "0.00", "dueFromProvider": "100000.00",
            "balance": "420000.00", "deadlines": [{ "rule": "DEPOSIT_RETURN_24H" },
            { "rule": "DEPOSIT_TRANSFER_24H" }] } })
    );
    let due = "2026-04-18T10:00:00.000+08:00";
    let own = sale.mine(&anna).await;
    assert_eq!((&own["deposit"]["status"], &own["deposit"]["responsible"]), (&json!("CAPTURED"), &json!("PROVIDER")));
    assert_eq!(
        own["deposit"]["platform"],
        json!({ "id": frozen, "state": "DUE_FROM_PROVIDER", "dueAt": due, "lamp": "GREEN", "receivedOn": null,
            "deadline": { "rule": "DEPOSIT_TRANSFER_24H" } })
    );
    let lost = sale.mine(&bert).await["deposit"].take();
    assert_eq!((&lost["status"], &lost["responsible"]), (&json!("REFUNDING"), &json!("PROVIDER")));
    assert_eq!((&lost["platform"]["state"], &lost["platform"]["dueAt"]), (&json!("RELEASE_DUE"), &json!(due)));
    assert_eq!(sale.mine(&carl).await["deposit"]["responsible"], "COURT");
    let memos = (sale.memo(Code::FrozenDeposit).await, sale.memo(Code::DueFromProvider).await);
    assert_eq!((memos, sale.balance(sale.price_account()).await), (("0.00".into(), "100000.00".into()), "0.00".into()));

    sale.released(&operator, &second).await;
    let free = sale.mine(&bert).await["deposit"].take();
    assert_eq!((&free["platform"]["state"], &free["responsible"]), (&json!("RELEASED"), &Value::Null));
    // the purchaser has paid his part: the price waits for the provider alone
    sale.pay("B1", &[(&own, 1, "420000.00")]).await;
    assert_eq!(sale.lot(None, "status result { balance }").await["result"]["balance"], "0.00");
    assert_eq!(sale.lot(None, "status").await["status"], "SOLD");
    sale.transfers("T1", own["depositAccountNumber"].as_str().unwrap(), "100000.00").await;
    let paid = sale.lot(None, "status result { depositApplied dueFromProvider }").await;
    assert_eq!(
        paid,
        json!({ "status": "PAID", "result": { "depositApplied": "100000.00", "dueFromProvider": "0.00" } })
    );
    assert_eq!(sale.mine(&anna).await["deposit"]["platform"]["receivedOn"], "2026-04-17");
    assert_eq!(sale.balance(sale.price_account()).await, "520000.00");
    assert_eq!(sale.memo(Code::DueFromProvider).await, "0.00");
    sale.court.app.finish().await;
}
both!(netauction_17_and_25_paid_and_frozen_deposits_stand_side_by_side, super::both_kinds);

async fn lates(database: TestDatabase) {
    let (sale, operator) = offered(database, "FROZEN_ON_PLATFORM").await;
    let app = &sale.court.app;
    let deposits = app.user("deposits", "保证金管理员", &[Role::DepositClerk], Some(sale.court.id)).await;
    let (anna, won) = sale.froze(&operator, 1).await;
    let (bert, lost) = sale.froze(&operator, 2).await;
    app.go_to(START).await;
    sale.bid(&bert, "500000.00").await;
    sale.bid(&anna, "510000.00").await;
    app.go_to("2026-04-18T10:00:00.000+08:00").await;
    let list = "query ($n: Int) { lateDeposits(first: $n) { nodes { reason responsible bidderName amount providerName
        dueAt hoursLate refundState } pageInfo { hasNextPage } } }";
    let seen = app.ask(Some(&deposits), list, json!({})).await["lateDeposits"].take();
    assert_eq!(seen["nodes"], json!([]), "at the last instant nothing is late");
    let count = "query ($court: ID!) { lateDepositCount(court: $court) { refunds releases transfers } }";
    let here = json!({ "court": sale.court.id.to_global() });
    let desk = "query ($court: ID!) { viewer { queues(court: $court) { kind count } } }";
    let on_desk = app.ask(Some(&deposits), desk, here.clone()).await["viewer"]["queues"].take();
    assert_eq!(on_desk, json!([{ "kind": "DEPOSITS", "count": 2 }]));
    app.go_to("2026-04-18T10:00:00.001+08:00").await;
    let line = |reason: &str, name: &str| {
        json!({ "reason": reason, "responsible": "PROVIDER", "bidderName": name, "amount": "100000.00",
            "providerName": PROVIDER, "dueAt": "2026-04-18T10:00:00.000+08:00", "hoursLate": 1, "refundState": null })
    };
    let seen = app.ask(Some(&deposits), list, json!({})).await["lateDeposits"].take();
    assert_eq!(seen["nodes"], json!([line("NOT_UNFROZEN", "竞买人2"), line("NOT_TRANSFERRED", "竞买人1")]));
    let page = app.ask(Some(&deposits), list, json!({ "n": 1 })).await["lateDeposits"].take();
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    assert_eq!(app.error_code(Some(&operator), list, json!({})).await, "FORBIDDEN");
    let told = app.ask(None, count, here.clone()).await["lateDepositCount"].take();
    assert_eq!(told, json!({ "refunds": 0, "releases": 1, "transfers": 1 }));
    let speed = "query ($court: ID!) { depositRefundSpeed(court: $court, from: \"2026-04-17\", to: \"2026-04-17\") {
        late overdue } }";
    let shown = app.ask(None, speed, here.clone()).await["depositRefundSpeed"].take();
    assert_eq!(shown, json!({ "late": 0, "overdue": 1 }));
    sale.released(&operator, &lost).await;
    let shown = app.ask(None, speed, here.clone()).await["depositRefundSpeed"].take();
    assert_eq!(shown, json!({ "late": 1, "overdue": 0 }));

    // one transfer for several sales, to the main account: finance finds this deposit in it
    sale.transfers("T1", &sale.main_account().await, "150000.00").await;
    let reader = app.database.db.reader();
    let text = "SELECT id FROM receipt WHERE status = 'UNIDENTIFIED'";
    let row = reader.query_one_raw(duixian::kernel::db::sql(&reader, text, [])).await.unwrap().unwrap();
    let receipt: ReceiptId = row.try_get("", "id").unwrap();
    let receipt = receipt.to_global();
    let found =
        |deposit: &Value| json!({ "platformDeposit": deposit, "receipt": receipt, "documentNumber": "划转1号" });
    // enough money, but another's
    let main = json!({ "depositAccountNumber": sale.main_account().await });
    sale.pay("X1", &[(&main, 7, "120000.00")]).await;
    let text = "SELECT id FROM receipt WHERE status = 'UNIDENTIFIED' AND amount = 12000000";
    let row = reader.query_one_raw(duixian::kernel::db::sql(&reader, text, [])).await.unwrap().unwrap();
    let foreign: ReceiptId = row.try_get("", "id").unwrap();
    let mut taken = found(&won);
    taken["receipt"] = json!(foreign.to_global());
    let another = app.refused(&sale.court.finance, "matchProviderTransfer", taken).await;
    assert_eq!(another, ("PAYEE_NAME_MISMATCH".into(), "网拍规定 第25条".into()));
    let finance = &sale.court.finance;
    let free = app.refused(finance, "matchProviderTransfer", found(&lost)).await;
    assert_eq!(free, ("WRONG_STATE".into(), "网拍规定 第25条".into()));
    let mut keyed = found(&won);
    keyed["idempotencyKey"] = json!("found-the-transfer");
    let document =
        "mutation ($input: MatchProviderTransferInput!) { matchProviderTransfer(input: $input) { replayed } }";
    assert_eq!(app.error_code(Some(&operator), document, json!({ "input": keyed })).await, "FORBIDDEN");
    for replayed in [false, true] {
        let select = "platformDeposit { state receivedOn documentNumber }";
        let done = app.done(finance, "matchProviderTransfer", keyed.clone(), select).await;
        assert_eq!(done["replayed"], replayed);
        let expected = json!({ "state": "RECEIVED", "receivedOn": "2026-04-18", "documentNumber": "划转1号" });
        assert_eq!(done["platformDeposit"], expected);
    }
    assert_eq!(app.refused(finance, "matchProviderTransfer", found(&won)).await.0, "WRONG_STATE");
    assert_eq!(sale.balance(sale.price_account()).await, "100000.00");
    assert_eq!(sale.memo(Code::Unidentified).await, "170000.00");
    let told = app.ask(None, count, here).await["lateDepositCount"].take();
    assert_eq!(told, json!({ "refunds": 0, "releases": 0, "transfers": 0 }));
    // as the paid deposit of a defaulter it is kept
    app.go_to("2026-05-06T09:00:00+08:00").await;
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之二", "reason": "逾期未付余款" });
    app.done(&sale.court.officer, "declareDefault", ruling, "lot { status }").await;
    assert_eq!(sale.on(Book::AuctionDeposits, Code::Forfeited).await, "100000.00");
    sale.court.app.finish().await;
}
both!(netauction_23_and_25_late_deposits_are_named_and_counted, super::lates);

async fn keeps_what_comes_late(database: TestDatabase) {
    let (sale, operator) = offered(database, "FROZEN_ON_PLATFORM").await;
    let (app, officer) = (&sale.court.app, &sale.court.officer);
    let (anna, _) = sale.froze(&operator, 1).await;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    app.go_to("2026-05-06T09:00:00+08:00").await;
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之二", "reason": "逾期未付余款" });
    let select = "lot { status buyerDefault { forfeited held } }";
    let declared = app.done(officer, "declareDefault", ruling, select).await["lot"].take();
    assert_eq!(
        declared,
        json!({ "status": "DEFAULTED", "buyerDefault": { "forfeited": "100000.00", "held": "0.00" } })
    );
    let distribution = json!({ "lot": sale.lot, "panelDocument": "评议笔录10号", "caseDebt": "0.00" });
    let absent = app.refused(officer, "distributeForfeiture", distribution).await;
    assert_eq!(absent, ("WRONG_STATE".into(), "网拍规定 第25条".into()));
    let mine = sale.mine(&anna).await;
    sale.transfers("T1", mine["depositAccountNumber"].as_str().unwrap(), "100000.00").await;
    assert_eq!(sale.on(Book::AuctionDeposits, Code::Forfeited).await, "100000.00");
    assert_eq!(sale.balance(sale.price_account()).await, "0.00");
    assert_eq!(sale.lot(None, "buyerDefault { held }").await["buyerDefault"]["held"], "100000.00");
    sale.court.app.finish().await;
}
both!(netauction_24_a_defaulters_frozen_deposit_is_kept_when_it_arrives, super::keeps_what_comes_late);

async fn waits_for_the_provider(database: TestDatabase) {
    let (sale, operator) = offered(database, "FROZEN_ON_PLATFORM").await;
    let (app, officer, chief) = (&sale.court.app, &sale.court.officer, sale.chief().await);
    let (anna, deposit) = sale.froze(&operator, 1).await;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    app.go_to("2026-04-20T10:00:00+08:00").await;
    sale.pay("B1", &[(&sale.mine(&anna).await, 1, "400000.00")]).await;
    // who has paid his part is neither reminded nor in default
    app.go_to("2026-05-06T10:00:00+08:00").await;
    let seen = sale.lot(None, "status balanceReminders { kind }").await;
    assert_eq!(seen, json!({ "status": "SOLD", "balanceReminders": [] }));
    let ruling = json!({ "lot": sale.lot, "rulingNumber": "（2026）湘0102执12号之二", "reason": "逾期" });
    let late = app.refused(officer, "declareDefault", ruling).await;
    assert_eq!(late, ("WRONG_STATE".into(), "网拍规定 第25条".into()));
    // set aside before the transfer: his money goes back, the provider unfreezes
    let mut void = sale.void();
    void["decidedOn"] = json!("2026-05-06");
    sale.agree(&chief, "setAsideSale", void).await;
    let seen = sale.lot(None, "status setAside { returned outstanding } result { dueFromProvider }").await;
    assert_eq!(
        seen,
        json!({ "status": "SET_ASIDE", "setAside": { "returned": "400000.00", "outstanding": "0.00" },
            "result": { "dueFromProvider": "0.00" } })
    );
    let own = sale.mine(&anna).await["deposit"].take();
    assert_eq!((&own["status"], &own["platform"]["state"]), (&json!("REFUNDING"), &json!("RELEASE_DUE")));
    assert_eq!(own["platform"]["dueAt"], "2026-05-07T10:00:00.000+08:00");
    assert_eq!(sale.memo(Code::DueFromProvider).await, "0.00");
    sale.released(&operator, &deposit).await;
    sale.court.app.finish().await;
}
both!(netauction_25_and_31_a_late_provider_harms_no_purchaser, super::waits_for_the_provider);

async fn reviews_and_withdraws(database: TestDatabase) {
    let (sale, operator) = offered(database, "FROZEN_ON_PLATFORM").await;
    let app = &sale.court.app;
    let other = json!({ "lot": sale.lot, "depositHolding": "COURT_ACCOUNT" });
    let stranger = sale.sign_up(9).await;
    let not_offered = app.refused(&stranger, "registerForLot", other).await;
    assert_eq!(not_offered, ("WRONG_STATE".into(), "网拍规定 第17条".into()));
    let (anna, deposit) = sale.registers(1).await;
    let mut foreign = freeze(&deposit, 1, "100000.00");
    foreign["holderName"] = json!("另一人");
    app.done(&operator, "confirmPlatformFreeze", foreign, "platformDeposit { state }").await;
    let own = sale.mine(&anna).await;
    assert_eq!((&own["status"], &own["qualified"]), (&json!("UNDER_REVIEW"), &json!(false)));
    let mine = sale.lot(Some(&anna), "myRegistration { id depositAccountNumber }").await["myRegistration"].take();
    let admit = json!({ "registration": mine["id"], "admit": true, "reason": "配偶账户，已核实" });
    app.done(&sale.clerk, "decideQualification", admit, "registration { status }").await;
    assert_eq!(sale.mine(&anna).await["qualified"], true);
    // money on the number of a frozen deposit is not owed here: it goes back
    sale.pay("D1", &[(&mine, 1, "5000.00")]).await;
    assert_eq!(sale.mine(&anna).await["deposit"]["received"], "100000.00");
    let (_, awaited) = sale.registers(2).await;
    let withdraw = json!({ "lot": sale.lot, "reason": "申请执行人撤回", "documentNumber": "撤回决定1号" });
    app.done(&sale.court.officer, "withdrawLot", withdraw, "lot { status }").await;
    app.settle().await;
    assert_eq!(sale.mine(&anna).await["deposit"]["platform"]["state"], "RELEASE_DUE");
    let late = app.refused(&operator, "confirmPlatformFreeze", freeze(&awaited, 2, "100000.00")).await;
    assert_eq!(late, ("REGISTRATION_CLOSED".into(), "网拍规定 第18条".into()));
    let list = "query ($s: PlatformDepositState) { platformDeposits(filter: { state: $s }) { nodes { id amount
        depositAccountNumber } } }";
    let seen = app.ask(Some(&operator), list, json!({ "s": "RELEASE_DUE" })).await["platformDeposits"].take();
    assert_eq!(
        seen["nodes"],
        json!([{ "id": deposit, "amount": "100000.00", "depositAccountNumber": mine["depositAccountNumber"] }])
    );
    assert_eq!(app.error_code(Some(&anna), list, json!({})).await, "FORBIDDEN");
    sale.released(&operator, &deposit).await;
    sale.court.app.finish().await;
}
both!(netauction_17_a_freeze_in_another_name_is_reviewed_and_ends_with_a_withdrawal, super::reviews_and_withdraws);

async fn pays_no_price_but_what_is_due(database: TestDatabase) {
    let (sale, operator) = offered(database, "FROZEN_ON_PLATFORM").await;
    let app = &sale.court.app;
    let (anna, _) = sale.froze(&operator, 1).await;
    app.go_to(START).await;
    sale.bid(&anna, "500000.00").await;
    app.go_to(END).await;
    let number = sale.mine(&anna).await["depositAccountNumber"].as_str().unwrap().to_owned();
    let sent_back = "SELECT COUNT(*) AS n FROM payable WHERE purpose = 'DEPOSIT_REFUND'";
    let reader = app.database.db.reader();
    // short by somebody's fee, then what is due, then the same again
    for (reference, amount, arrived, returned) in [
        ("T1", "99990.00", "0.00", 1_i64),
        ("T2", "100000.00", "100000.00", 1),
        ("T3", "100000.00", "100000.00", 2),
        ("T4", "0.01", "100000.00", 3),
    ] {
        sale.transfers(reference, &number, amount).await;
        let due = if arrived == "0.00" { "100000.00" } else { "0.00" };
        let seen = sale.lot(None, "status result { depositApplied dueFromProvider balance }").await;
        let expected = json!({ "depositApplied": arrived, "dueFromProvider": due, "balance": "400000.00" });
        assert_eq!(seen, json!({ "status": "SOLD", "result": expected }), "{reference}");
        assert_eq!(sale.balance(sale.price_account()).await, arrived, "{reference}");
        let row = reader.query_one_raw(duixian::kernel::db::sql(&reader, sent_back, [])).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "n").unwrap(), returned, "{reference}");
    }
    // the purchaser's own money is price, and nothing is left over for him of the provider's
    sale.pay("B1", &[(&sale.mine(&anna).await, 1, "400000.00")]).await;
    assert_eq!(sale.lot(None, "status").await["status"], "PAID");
    assert_eq!(sale.balance(sale.price_account()).await, "500000.00");
    sale.court.app.finish().await;
}
both!(netauction_25_of_the_providers_money_what_is_due_alone_becomes_price, super::pays_no_price_but_what_is_due);
