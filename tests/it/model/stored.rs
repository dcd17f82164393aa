//! The engine with its database against the reference: lots of one court at the same hours, bids through a process that
//! crashes now and then in the middle of one, everything else through the API.

use super::{Deposit, Lot, MOST, Random, Told, commands};
use crate::{
    admin::set,
    auction::{END, ITEMS, START, Sale, citizen},
    both,
    support::{app::User, database::TestDatabase},
};
use chrono::TimeDelta;
use duixian::{
    access::{
        Actor, Identity, Role, Services,
        actor::Grant,
        authentication::AccessSettings,
        ratelimit::{Rate, RateSettings},
    },
    app::Foundation,
    auction::{
        bidding::{BidAnswer, Bidding},
        ops::{PlaceBidInput, place_bid},
        rules::capitals::money_in_capitals,
    },
    config::Config,
    kernel::{
        arrival::Arrivals,
        clock::{Clock, Timestamp},
        db::Db,
        error::Problem,
        ids::LotId,
        keys::KeyRing,
        money::Money,
    },
};
use serde_json::{Value, json};
use std::{num::NonZeroU32, sync::Arc, time::Duration};
use tokio::{runtime::Runtime, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const BIDDERS: usize = 4;
const LOTS: usize = 4;
/// Bids for himself and another (共同竞买), on the first lot alone: papers come before the start.
const JOINT: usize = 3;

fn millis(instant: &str) -> i64 {
    Timestamp::parse(instant).unwrap().millis()
}
fn at(millis: i64) -> Timestamp {
    Timestamp::from_micros(millis * 1000)
}

/// A bidding process on a runtime of its own, so that it can be stopped between any two instructions.
struct Process {
    runtime: Runtime,
    services: Services,
    arrivals: Arc<Arrivals>,
    bidding: Bidding,
}
impl Process {
    async fn start(url: &str, clock: Clock, keys: KeyRing) -> Process {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let plenty = NonZeroU32::new(60_000).unwrap();
        let rates = RateSettings { bid: Rate { burst: plenty, per_minute: plenty }, ..RateSettings::default() };
        let config = Config { access: AccessSettings { rates, ..AccessSettings::default() }, ..Config::default() };
        let url = url.to_owned();
        let started = runtime.spawn(async move {
            let db = Db::connect(&url).await.unwrap();
            let Foundation { services, .. } = Foundation::on(&config, clock, db, keys).unwrap();
            let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
            let arrivals = Arc::new(Arrivals::new(services.clock.clone()));
            let bidding = Bidding::start(services.clone(), "model".to_owned(), arrivals.clone(), &tasks, stop);
            (services, arrivals, bidding)
        });
        let (services, arrivals, bidding) = started.await.unwrap();
        Process { runtime, services, arrivals, bidding }
    }
    fn bid(&self, user: &User, input: PlaceBidInput) -> JoinHandle<Result<BidAnswer, Problem>> {
        let (services, bidding) = (self.services.clone(), self.bidding.clone());
        let actor = Actor {
            identity: Identity::Account { id: user.account, verified: true },
            grants: vec![Grant { role: Role::Bidder, court: None }],
            session: None,
        };
        let arrival = self.arrivals.stamp();
        self.runtime.spawn(async move { place_bid(&services, &actor, &bidding, &arrival, &input).await })
    }
    /// Whatever runs is dropped where it stands.
    fn crash(self) {
        self.runtime.shutdown_background();
    }
}

/// A lot in the program and in the reference.
struct Pair {
    id: Value,
    number: String,
    model: Lot,
    registrations: Vec<Option<Value>>,
}

struct World {
    sale: Sale,
    users: Vec<User>,
    pairs: Vec<Pair>,
    process: Process,
    random: Random,
    keys: usize,
    files: usize,
}

impl World {
    async fn new(database: TestDatabase, seed: u64) -> World {
        let (mut sale, case) = Sale::draft(database).await;
        allow_maxima(&sale).await;
        let mut pairs = Vec::new();
        for n in 0..LOTS {
            if n > 0 {
                let input = json!({ "case": case["id"], "title": format!("住宅{n}"), "category": "IMMOVABLE", "appraisalPrice": "700000.00" });
                let court = &sale.court;
                let drafted = court.app.done(&court.officer, "draftLot", input, "lot { id lotNumber }").await;
                sale.lot = drafted["lot"]["id"].clone();
                sale.number = drafted["lot"]["lotNumber"].as_str().unwrap().to_owned();
            }
            sale.decide("500000.00").await;
            sale.disclose(&ITEMS).await;
            let told =
                json!({ "lot": sale.lot, "items": [{ "item": "BIDDING_RULES", "content": "可以设置代理出价。" }] });
            sale.court.app.done(&sale.court.officer, "setDisclosure", told, "lot { id }").await;
            sale.notify(&case, "2026-03-02").await;
            let end = millis(END) + 420_000 * i64::try_from(n).unwrap();
            pairs.push(Pair {
                id: sale.lot.clone(),
                number: sale.number.clone(),
                model: Lot::new(millis(START), end, 50_000_000, 1_000_000, BIDDERS),
                registrations: vec![None; BIDDERS],
            });
        }
        sale.court.app.go_to("2026-03-05T09:00:00+08:00").await;
        for pair in &pairs {
            sale.lot = pair.id.clone();
            let terms = sale.announcement(START, &at(pair.model.end).to_rfc3339());
            sale.court.app.done(&sale.court.officer, "publishAnnouncement", terms, "lot { version }").await;
        }
        sale.lot = pairs[0].id.clone();
        let mut users = Vec::new();
        for n in 0..BIDDERS {
            let serial = u32::try_from(n).unwrap() + 1;
            let (user, registration) = match n {
                JOINT => register_jointly(&sale, serial).await,
                _ => sale.register(serial, Some("共有人")).await,
            };
            users.push(user);
            pairs[0].model.bidders[n].registered = true;
            pairs[0].registrations[n] = Some(registration);
        }
        let app = &sale.court.app;
        app.go_to(START).await;
        let keys = app.running.services.keys.clone();
        let process = Process::start(&app.database.url, app.clock.clone(), keys).await;
        World { sale, users, pairs, process, random: Random::new(seed), keys: 0, files: 0 }
    }

    fn now(&self) -> i64 {
        self.sale.court.app.clock.now().millis()
    }
    fn step(&self, to: i64) {
        self.sale.court.app.clock.advance_to(at(to));
    }
    async fn settle(&mut self) {
        self.sale.court.app.settle().await;
        let now = self.now();
        self.pairs.iter_mut().for_each(|pair| pair.model.pass(now));
    }

    async fn one(&mut self) {
        let (lot, who) = (self.random.below(LOTS), self.random.below(BIDDERS));
        let open = {
            let model = &self.pairs[lot].model;
            !model.over && model.stopped.is_none() && self.now() < model.end
        };
        match self.random.below(100) {
            0..=2 if open => self.register(lot, who).await,
            3..=6 if open => self.pay(lot, who).await,
            7 if open => self.rank(lot, who).await,
            8 => self.stop(lot).await,
            9..=10 => self.resume(lot).await,
            11 => self.crash(lot, who).await,
            14..=17 => {
                let pause = self.random.between(0, 60_000);
                self.step(self.now() + pause);
            }
            18 => {
                let soon = self.pairs[lot].model.end - self.random.between(0, 290_000);
                // only towards what is near: a leap over everything would end the test
                if soon - self.now() < 3_600_000 {
                    self.step(soon);
                }
            }
            19 => {
                let pause = self.random.between(0, 3_600_000);
                self.step(self.now() + pause);
            }
            20 => self.settle().await,
            21..=25 => self.leave(lot, who).await,
            26 => self.withdraw(lot, who).await,
            _ => self.bid(lot, who).await,
        }
    }

    async fn register(&mut self, lot: usize, who: usize) {
        let pair = &mut self.pairs[lot];
        if pair.registrations[who].is_some() {
            return;
        }
        let input = json!({ "lot": pair.id, "priorityClaim": "共有人" });
        let select = "registration { id depositAccountNumber }";
        let app = &self.sale.court.app;
        let registration = app.done(&self.users[who], "registerForLot", input, select).await["registration"].take();
        pair.registrations[who] = Some(registration);
        pair.model.bidders[who].registered = true;
    }
    async fn pay(&mut self, lot: usize, who: usize) {
        let Some(registration) = self.pairs[lot].registrations[who].clone() else { return };
        if std::mem::replace(&mut self.pairs[lot].model.bidders[who].paid, true) {
            return;
        }
        self.files += 1;
        // lots that are due close on the way
        let serial = u32::try_from(who).unwrap() + 1;
        self.sale.pay(&format!("M{}", self.files), &[(&registration, serial, "100000.00")]).await;
        self.settle().await;
    }
    async fn rank(&mut self, lot: usize, who: usize) {
        let Some(registration) = &self.pairs[lot].registrations[who] else { return };
        if self.pairs[lot].model.bidders[who].rank.is_some() || who > 1 {
            return;
        }
        let rank = u32::try_from(who).unwrap() + 1;
        let input = json!({ "registration": registration["id"], "rank": rank, "documentNumber": "评议笔录2号" });
        let court = &self.sale.court;
        court.app.done(&court.officer, "confirmPriorityPurchaser", input, "registration { id }").await;
        self.pairs[lot].model.bidders[who].rank = Some(rank);
    }
    async fn stop(&mut self, lot: usize) {
        let now = self.now();
        let court = &self.sale.court;
        let input = json!({ "lot": self.pairs[lot].id, "reason": "案外人异议" });
        let done = court.app.mutate(&court.officer, "suspendLot", input, "").await["userErrors"] == json!([]);
        assert_eq!(done, self.pairs[lot].model.stop(now));
    }
    async fn resume(&mut self, lot: usize) {
        if self.pairs[lot].model.stopped.is_none() {
            return;
        }
        let now = self.now();
        let then = now + self.random.between(3_000_000, 7_200_000);
        let court = &self.sale.court;
        let input = json!({ "lot": self.pairs[lot].id, "documentNumber": "恢复决定1号",
            "causeEndedOn": at(now).legal_date().to_string(), "resumesAt": at(then).to_rfc3339() });
        let done = court.app.mutate(&court.officer, "resumeLot", input, "").await["userErrors"] == json!([]);
        assert!(done || then - now < 3_600_000, "an announced resumption was refused");
        if done {
            self.pairs[lot].model.resume(then);
        }
    }

    /// Leaves a maximum, most often with room above the price.
    async fn leave(&mut self, lot: usize, who: usize) {
        let now = self.now();
        let pair = &mut self.pairs[lot];
        let room = self.random.between(0, 6) * pair.model.step;
        let fen = (self.random.offer(&pair.model) + room).min(MOST);
        let (most, confirmed) = (Money::from_fen(fen), self.random.one_in(3));
        let confirmation = confirmed.then(|| money_in_capitals(most));
        let input = json!({ "lot": pair.id, "maximum": most.to_string(), "confirmation": confirmation });
        let app = &self.sale.court.app;
        let answered = app.mutate(&self.users[who], "setProxyBid", input, "").await["userErrors"].take();
        let before = pair.model.clone();
        let taken = pair.model.leave(who, fen, confirmed, now);
        assert_eq!(answered == json!([]), taken, "{who} leaves {fen} at {now}: {answered} on {before:?}");
    }
    async fn withdraw(&mut self, lot: usize, who: usize) {
        let pair = &mut self.pairs[lot];
        let app = &self.sale.court.app;
        let input = json!({ "lot": pair.id });
        let answered = app.mutate(&self.users[who], "withdrawProxyBid", input, "").await["userErrors"].take();
        let stands = !pair.model.over && pair.model.maxima.iter().any(|(owner, _)| *owner == who);
        assert_eq!(answered == json!([]), stands, "{who} withdraws: {answered} on {:?}", pair.model);
        if stands {
            pair.model.withdraw(who);
        }
    }

    fn offer(&mut self, lot: usize) -> (PlaceBidInput, i64, bool) {
        let fen = self.random.offer(&self.pairs[lot].model);
        let (amount, confirmed) = (Money::from_fen(fen), self.random.one_in(3));
        self.keys += 1;
        let input = PlaceBidInput {
            idempotency_key: format!("model-{:06}", self.keys),
            lot: LotId::from_global(self.pairs[lot].id.as_str().unwrap()).unwrap(),
            amount,
            confirmation: confirmed.then(|| money_in_capitals(amount)),
        };
        (input, fen, confirmed)
    }
    async fn bid(&mut self, lot: usize, who: usize) {
        let (input, amount, confirmed) = self.offer(lot);
        let answer = self.process.bid(&self.users[who], input).await.unwrap().unwrap();
        self.agree(lot, who, (amount, confirmed), &answer);
    }
    /// The process dies somewhere in the middle of a bid; the bidder asks the next one again with his key.
    async fn crash(&mut self, lot: usize, who: usize) {
        let (input, amount, confirmed) = self.offer(lot);
        let again = PlaceBidInput {
            idempotency_key: input.idempotency_key.clone(),
            confirmation: input.confirmation.clone(),
            ..input
        };
        let lost = self.process.bid(&self.users[who], input);
        tokio::time::sleep(Duration::from_micros(u64::try_from(self.random.between(0, 6_000)).unwrap())).await;
        let app = &self.sale.court.app;
        let keys = app.running.services.keys.clone();
        let next = Process::start(&app.database.url, app.clock.clone(), keys).await;
        std::mem::replace(&mut self.process, next).crash();
        drop(lost);
        let answer = self.process.bid(&self.users[who], again).await.unwrap().unwrap();
        self.agree(lot, who, (amount, confirmed), &answer);
    }
    fn agree(&mut self, lot: usize, who: usize, (amount, confirmed): (i64, bool), answer: &BidAnswer) {
        let now = self.now();
        let before = self.pairs[lot].model.clone();
        let taken = self.pairs[lot].model.bid(who, amount, confirmed, now);
        assert_eq!(
            answer.refusal.is_none(),
            taken,
            "{who} offers {amount} at {now}: {:?} on {before:?}",
            answer.refusal
        );
        let extended = answer.attempt.as_ref().and_then(|attempt| attempt.extended_to);
        let moved = self.pairs[lot].model.end;
        assert_eq!(extended, (taken && moved != before.end).then(|| at(moved)));
    }

    /// Lets every lot come to its end and compares what became of it.
    async fn end(mut self) {
        for lot in 0..LOTS {
            while self.pairs[lot].model.stopped.is_some() {
                self.resume(lot).await;
            }
        }
        let last = self.pairs.iter().map(|pair| pair.model.end).max().unwrap().max(self.now());
        self.step(last + TimeDelta::hours(1).num_milliseconds());
        self.settle().await;
        for pair in &self.pairs {
            assert!(pair.model.over);
            self.sale.number.clone_from(&pair.number);
            let seen =
                self.sale.lot(None, "status effectiveEndAt currentPrice result { hammerPrice bidderCode }").await;
            let price = pair.model.best.map(|best| Money::from_fen(best.0).to_string());
            assert_eq!(seen["status"], if price.is_some() { "SOLD" } else { "UNSOLD" });
            assert_eq!(seen["effectiveEndAt"], json!(at(pair.model.end).to_rfc3339()));
            assert_eq!((&seen["currentPrice"], &seen["result"]["hammerPrice"]), (&json!(price), &json!(price)));
            for (who, user) in self.users.iter().enumerate() {
                let mine = self.sale.lot(Some(user), SEEN).await;
                let mine = &mine["myRegistration"];
                let most = pair.model.maxima.iter().find(|(owner, _)| *owner == who);
                let most = json!(most.map(|(_, fen)| Money::from_fen(*fen).to_string()));
                assert_eq!(mine["proxyBid"]["maximum"], most, "{who} of {}", pair.number);
                let expected = match pair.model.deposit(who) {
                    Deposit::None if pair.registrations[who].is_none() => Value::Null,
                    Deposit::None => json!("AWAITED"),
                    Deposit::GoesBack => json!("REFUNDING"),
                    Deposit::BecomesPrice => json!("CAPTURED"),
                };
                assert_eq!(mine["deposit"]["status"], expected, "{who} of {}", pair.number);
                let won = pair.model.deposit(who) == Deposit::BecomesPrice;
                assert_eq!(won, !mine["bidderCode"].is_null() && mine["bidderCode"] == seen["result"]["bidderCode"]);
            }
        }
        self.process.crash();
        // every promise holds, and each sale can be recomputed from its replay file
        self.sale.court.app.finish().await;
    }
}

const SEEN: &str = "myRegistration { bidderCode deposit { status } proxyBid { maximum } }";

/// The court lets bidders leave sealed maxima, off by default.
async fn allow_maxima(sale: &Sale) {
    let court = &sale.court;
    let administrator = court.app.user("court-admin", "系统管理员", &[Role::Administrator], Some(court.id)).await;
    let leader = court.app.user("leader", "副院长", &[Role::VicePresident], Some(court.id)).await;
    set(court, &administrator, &leader, "proxy_bidding", "true").await;
}

/// Registers a bidder who pays the deposit, together with another, confirmed by the clerk.
async fn register_jointly(sale: &Sale, serial: u32) -> (User, Value) {
    let (app, user) = (&sale.court.app, sale.sign_up(serial).await);
    let person = |serial: u32, pays: bool| {
        let name = format!("竞买人{serial}");
        json!({ "name": name, "identityNumber": citizen(serial), "paysDeposit": pays })
    };
    let papers = json!({ "bidders": [person(serial, true), person(serial + 10, false)], "agreement": "共同竞买协议" });
    let input = json!({ "lot": sale.lot, "papers": papers });
    let select = "registration { id depositAccountNumber }";
    let registration = app.done(&user, "registerForLot", input, select).await["registration"].take();
    let admit = json!({ "registration": registration["id"], "admit": true, "reason": "核对原件" });
    app.done(&sale.clerk, "decideQualification", admit, "registration { status }").await;
    (user, registration)
}

async fn agrees(database: TestDatabase) {
    let seed = Random::seed();
    let _told = Told(seed);
    let mut world = World::new(database, seed).await;
    for _ in 0..commands(2_000) {
        world.one().await;
    }
    world.end().await;
}
both!(the_engine_agrees_with_the_reference_over_two_thousand_commands, super::agrees);
