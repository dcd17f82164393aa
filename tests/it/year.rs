//! A year of a court in small: two cases a month are opened, money arrives on time, in parts or for nobody, orders are paid
//! or come back, paying out is deferred over holidays. At each month's end enforcement and finance agree to the fen, the
//! books balance, and every term that has run out shows its lamp.

use crate::{
    both,
    cases::{Court, court},
    disbursement::{CARD, People, approved, bank_pays, bank_returns, confirm, people, receive},
    funds::Arrival,
    support::database::TestDatabase,
};
use serde_json::{Value, json};

/// First days of the months that follow; the year crosses the Spring Festival of 2027, whose notice is not out yet.
const MONTHS: [&str; 12] = [
    "2026-04-01",
    "2026-05-01",
    "2026-06-01",
    "2026-07-01",
    "2026-08-01",
    "2026-09-01",
    "2026-10-01",
    "2026-11-01",
    "2026-12-01",
    "2027-01-01",
    "2027-02-01",
    "2027-03-01",
];

/// Amounts that look like life's and are the same in every run.
struct Dice(u64);
impl Dice {
    fn fen(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % 900_000 + 100
    }
    fn yuan(&mut self) -> String {
        let fen = self.fen();
        format!("{}.{:02}", fen / 100, fen % 100)
    }
}

struct Year {
    court: Court,
    people: People,
    dice: Dice,
    serial: u32,
}
impl Year {
    /// One case with its money; what becomes of it depends on its turn.
    async fn case(&mut self) {
        self.serial += 1;
        let (court, serial) = (&self.court, self.serial);
        let case = court.open(&format!("（2026）湘0102执{serial}号"), "20000.00").await;
        let payee = confirm(court, &case["parties"][0], "易某", CARD).await;
        let amount = self.dice.yuan();
        receive(court, &case, &format!("Y-{serial}"), &amount).await;
        let order = json!({ "case": case["id"], "claim": case["claims"][0]["id"], "payee": payee, "amount": amount });
        match serial % 4 {
            // paid at once, and a second part arrives that nobody pays in time
            0 => {
                self.pay(order, true).await;
                receive(court, &case, &format!("Y-{serial}b"), &self.dice.yuan()).await;
            }
            1 => self.pay(order, true).await,
            // the payee's bank sends it back
            2 => self.pay(order, false).await,
            // deferred: its terms stand still
            _ => {
                let defer = json!({ "case": case["id"], "reason": "NOT_COLLECTED", "explanation": "两次通知未领取",
                    "document": "延缓发放审批表" });
                let select = "deferral { approval { id } }";
                let deferral = court.app.done(&court.officer, "deferDisbursement", defer, select).await;
                court.app.approve(&deferral["deferral"]["approval"]["id"], &[&self.people.chief]).await;
            }
        }
    }
    async fn pay(&self, order: Value, arrives: bool) {
        let (court, people) = (&self.court, &self.people);
        let order = approved(court, people, order).await;
        let select = "order { attempts { id } }";
        let paid = court.app.done(&people.cashier, "payOut", json!({ "order": order["id"] }), select).await;
        let attempt = &paid["order"]["attempts"][0];
        bank_pays(court, people, attempt).await;
        if !arrives {
            bank_returns(court, attempt).await;
        }
    }
    /// Money whose case nobody names.
    async fn stray(&mut self, reference: &'static str) {
        let amount = self.dice.yuan();
        let stray = Arrival { text: "未注明", ..self.court.arrival(reference, &amount) };
        self.court.receive(&stray).await.unwrap();
    }

    /// Both sides agree on every case, and the books balance.
    async fn close_month(&self, month: &str) {
        let (court, app) = (&self.court, &self.court.app);
        let here = court.id.to_global();
        let select = "reconciliation { id enforcement finance items { nodes { line { difference } } } }";
        let open = json!({ "court": here, "month": month });
        let opened = app.done(&court.administrator, "openMonthlyReconciliation", open, select).await;
        let opened = &opened["reconciliation"];
        assert_eq!(opened["items"]["nodes"], json!([]), "{month}");
        assert_eq!(opened["enforcement"], opened["finance"], "{month}");
        let close = json!({ "reconciliation": opened["id"] });
        app.done(&court.finance, "closeMonthlyReconciliation", close, "reconciliation { state }").await;
        let trial = "query ($court: ID!, $day: Date!) { trialBalance(court: $court, asOf: $day) { balanced } }";
        let day = app.clock.now().legal_date().to_string();
        let seen = app.ask(Some(&court.finance), trial, json!({ "court": here, "day": day })).await;
        assert_eq!(seen["trialBalance"]["balanced"], true, "{month}");
    }
    /// Every running term shows the lamp that its last day makes it show; answers how many are red.
    async fn lamps(&self) -> usize {
        let (court, today) = (&self.court, self.court.app.clock.now().legal_date().to_string());
        let mut after = Value::Null;
        let mut red = 0;
        loop {
            let list = "query ($after: String) { dueTerms(filter: { state: RUNNING }, first: 100, after: $after) {
                nodes { dueOn lamp } pageInfo { hasNextPage endCursor } } }";
            let seen = court.app.ask(Some(&court.officer), list, json!({ "after": after })).await["dueTerms"].take();
            for term in seen["nodes"].as_array().unwrap() {
                let overdue = term["dueOn"].as_str().unwrap() < today.as_str();
                assert_eq!(term["lamp"] == "RED", overdue, "{term} on {today}");
                red += usize::from(overdue);
            }
            if seen["pageInfo"]["hasNextPage"] == false {
                return red;
            }
            after = seen["pageInfo"]["endCursor"].clone();
        }
    }
}

async fn runs_a_year(database: TestDatabase) {
    let court = court(database).await;
    let people = people(&court).await;
    let mut year = Year { court, people, dice: Dice(20_260_302), serial: 0 };
    let mut month = "2026-03-01";
    let mut red = Vec::new();
    for (next, stray) in MONTHS
        .into_iter()
        .zip(["S-01", "S-02", "S-03", "S-04", "S-05", "S-06", "S-07", "S-08", "S-09", "S-10", "S-11", "S-12"])
    {
        year.case().await;
        year.case().await;
        year.stray(stray).await;
        year.court.app.go_to(&format!("{next}T09:00:00+08:00")).await;
        year.close_month(month).await;
        red.push(year.lamps().await);
        month = next;
    }
    assert!(red.windows(2).all(|pair| pair[0] <= pair[1]) && red[0] > 0, "what nobody paid stays red: {red:?}");
    year.court.app.finish().await;
}
both!(a_year_of_a_court_closes_each_month_to_the_fen, super::runs_a_year);
