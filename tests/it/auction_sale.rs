//! A sale to test with: a court, its people and a lot, as far along as the test wants it.

use crate::{
    cases::{Court, court},
    support::{app::User, database::TestDatabase},
};
use chrono::TimeDelta;
use duixian::{
    access::Role,
    bank::{
        iso20022::{AccountHolder, camt054::Credit},
        simulator::credit_notice,
    },
    kernel::{clock::Timestamp, ids::AccountId},
    ledger::{AccountKey, Book, Code},
};
use serde_json::{Value, json};

pub const START: &str = "2026-04-16T10:00:00.000+08:00";
pub const END: &str = "2026-04-17T10:00:00.000+08:00";
pub const ITEMS: [&str; 18] = [
    "ANNOUNCEMENT",
    "TITLE",
    "APPRAISAL",
    "BIDDING_RULES",
    "CONDITION",
    "PRIORITY_PURCHASERS",
    "NOTICE_RECORD",
    "PAYMENT_METHOD",
    "TAXES",
    "COURT_CONTACT",
    "OTHER",
    "BIDDER_QUALIFICATION",
    "PROXY_CONFIRMATION",
    "KNOWN_DEFECTS",
    "AS_IS",
    "FULL_ACCEPTANCE",
    "IDENTITY_PUBLISHED",
    "DEPOSIT_FORFEITURE",
];

/// The citizen id with this serial, its check digit by ISO 7064 MOD 11-2.
pub fn citizen(serial: u32) -> String {
    let body = format!("11010119900307{serial:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).map(|(c, w)| c.to_digit(10).unwrap() * w).sum();
    format!("{body}{}", "10X98765432".chars().nth((sum % 11) as usize).unwrap())
}

/// A court with a published house: start 500,000.00, deposit 100,000.00, step 10,000.00.
pub struct Sale {
    pub court: Court,
    pub clerk: User,
    pub lot: Value,
    pub number: String,
}

impl Sale {
    pub async fn draft(database: TestDatabase) -> (Sale, Value) {
        Sale::draft_in(court(database).await).await
    }
    pub async fn draft_in(court: Court) -> (Sale, Value) {
        Sale::draft_with(court, "PAID_TO_COURT").await
    }
    /// A draft whose deposits lie where `mode` says.
    pub async fn draft_with(court: Court, mode: &str) -> (Sale, Value) {
        let clerk = court.app.user("clerk", "资格审核员", &[Role::QualificationClerk], Some(court.id)).await;
        let case = court.open("（2026）湘0102执12号", "203500.00").await;
        let input = json!({ "case": case["id"], "title": "某小区住宅", "category": "IMMOVABLE",
            "appraisalPrice": "700000.00", "depositMode": mode });
        let drafted = court.app.done(&court.officer, "draftLot", input, "lot { id lotNumber status }").await;
        assert_eq!(drafted["lot"]["status"], "DRAFT");
        let number = drafted["lot"]["lotNumber"].as_str().unwrap().to_owned();
        (Sale { court, clerk, lot: drafted["lot"]["id"].clone(), number }, case)
    }
    pub async fn announced(database: TestDatabase) -> Sale {
        let (sale, case) = Sale::draft(database).await;
        sale.announce(&case).await;
        sale
    }
    pub async fn announce(&self, case: &Value) {
        self.decide("500000.00").await;
        self.disclose(&ITEMS).await;
        self.notify(case, "2026-03-02").await;
        let app = &self.court.app;
        app.go_to("2026-03-05T09:00:00+08:00").await;
        app.done(&self.court.officer, "publishAnnouncement", self.announcement(START, END), "lot { version }").await;
    }
    /// What the panel decided, with `start` as the starting price.
    pub fn decision(&self, start: &str) -> Value {
        json!({ "lot": self.lot, "members": ["甲", "乙", "丙"], "documentNumber": "评议笔录1号", "decidedOn": "2026-03-02",
            "startingPrice": start, "deposit": if start == "490000.00" { "98000.00" } else { "100000.00" }, "bidIncrement": "10000.00" })
    }
    pub async fn decide(&self, start: &str) {
        self.know(&self.lot, "700000.00").await;
        self.court.app.done(&self.court.officer, "recordPanelDecision", self.decision(start), "lot { status }").await;
    }
    pub async fn disclose(&self, items: &[&str]) {
        let items: Vec<_> = items.iter().map(|item| json!({ "item": item, "content": "见公告" })).collect();
        let input = json!({ "lot": self.lot, "items": items });
        self.court.app.done(&self.court.officer, "setDisclosure", input, "lot { id }").await;
    }
    pub async fn notify(&self, case: &Value, on: &str) {
        let notices: Vec<_> = case["parties"]
            .as_array()
            .unwrap()
            .iter()
            .map(|party| json!({ "party": party["id"], "interest": "DEBTOR", "method": "POST", "notifiedOn": on }))
            .collect();
        let input = json!({ "lot": self.lot, "notices": notices });
        self.court.app.done(&self.court.officer, "notifyInterestedParties", input, "lot { id }").await;
    }
    pub fn announcement(&self, starts: &str, ends: &str) -> Value {
        json!({ "lot": self.lot, "startsAt": starts, "endsAt": ends, "balanceDays": 15 })
    }
    pub async fn lot(&self, user: Option<&User>, select: &str) -> Value {
        let document = format!("query ($n: String!) {{ lot(lotNumber: $n) {{ {select} }} }}");
        self.court.app.ask(user, &document, json!({ "n": self.number })).await["lot"].take()
    }
    /// Signs a bidder up and verifies him.
    pub async fn sign_up(&self, serial: u32) -> User {
        let app = &self.court.app;
        let input = json!({ "idempotencyKey": format!("sign-up-{serial}"), "kind": "BIDDER", "loginName": format!("bidder-{serial}"),
            "password": "Kj8#mQ2!xPz-long", "name": format!("竞买人{serial}"), "identityKind": "CITIZEN",
            "identityNumber": citizen(serial), "mobile": "13812341234" });
        let document =
            "mutation ($input: SignUpInput!) { signUp(input: $input) { account { id } userErrors { code } } }";
        let made = app.ask(None, document, json!({ "input": input })).await["signUp"].take();
        let account = made["account"]["id"].as_str().unwrap_or_else(|| panic!("{made:#}"));
        let verify = json!({ "account": account, "accepted": true, "note": "核对原件" });
        app.done(&self.clerk, "verifyAccount", verify, "account { id }").await;
        app.sign_in(AccountId::from_global(account).unwrap()).await
    }
    /// Signs a bidder up and registers him; his deposit account number with it.
    pub async fn register(&self, serial: u32, priority: Option<&str>) -> (User, Value) {
        let user = self.sign_up(serial).await;
        let input = json!({ "lot": self.lot, "priorityClaim": priority });
        let select = "registration { id status depositAccountNumber bidderCode }";
        let registration = self.court.app.done(&user, "registerForLot", input, select).await["registration"].take();
        (user, registration)
    }
    /// A credit notice of the bank on deposit accounts.
    pub async fn pay(&self, message: &str, lines: &[(&Value, u32, &str)]) {
        let app = &self.court.app;
        let reader = app.database.db.reader();
        let main = duixian::cases::store::bank_account(&reader, self.court.id, Book::AuctionDeposits).await.unwrap();
        let credits = lines.iter().enumerate().map(|(index, (registration, serial, amount))| Credit {
            reference: format!("{message}-{index}"),
            amount: amount.parse().unwrap(),
            credited_account: registration["depositAccountNumber"].as_str().unwrap().to_owned(),
            payer: AccountHolder {
                name: format!("竞买人{serial}"),
                account: format!("62284804025648{serial:05}"),
                bank_code: "103100000026".into(),
            },
            remittance: "竞买保证金".into(),
            returned: None,
        });
        let notice = credit_notice(message, &main.account_number, credits.collect(), app.clock.now()).unwrap();
        app.done(&self.court.finance, "importBankFile", json!({ "content": notice }), "bankFile { id }").await;
        app.settle().await;
    }
    /// Registers `serial` with a deposit that has arrived.
    pub async fn bidder(&self, serial: u32) -> User {
        let (user, registration) = self.register(serial, None).await;
        self.pay(&format!("D{serial}"), &[(&registration, serial, "100000.00")]).await;
        user
    }
    pub fn offer(&self, amount: &str) -> Value {
        json!({ "lot": self.lot, "amount": amount })
    }
    pub async fn bid(&self, user: &User, amount: &str) -> Value {
        self.court
            .app
            .done(user, "placeBid", self.offer(amount), "bid { sequence extendedTo } lot { effectiveEndAt version }")
            .await
    }
    pub async fn balance(&self, key: AccountKey) -> String {
        let reader = self.court.app.database.db.reader();
        duixian::ledger::balance(&reader, key).await.unwrap().to_string()
    }
    pub fn price_account(&self) -> AccountKey {
        let lot = duixian::kernel::ids::LotId::from_global(self.lot.as_str().unwrap()).unwrap();
        AccountKey::owned(self.court.id, Book::AuctionDeposits, Code::Price, lot.uuid())
    }
}

/// The last millisecond before `instant`.
pub fn just_before(instant: &str) -> Timestamp {
    Timestamp::parse(instant).unwrap().minus(TimeDelta::milliseconds(1))
}
