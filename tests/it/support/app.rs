//! The whole application on one test's database: served over HTTP on a port of its own, on a clock that the test moves.

use super::database::TestDatabase;
use chrono::TimeDelta;
use duixian::{
    access::{
        Role,
        account::{NewUser, add_user},
        authentication::issue_demo_token,
    },
    app::{App, Running},
    audit::sequencer::LogIdentity,
    config::Config,
    kernel::{
        clock::{Clock, Timestamp},
        db::Db,
        error::Outcome,
        ids::{AccountId, CourtId},
        keys::KeyRing,
    },
    oversight::verify::{AuditKeys, verify, verify_attachments},
};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// 2026-03-02 09:00 in Beijing, a Monday.
pub const MORNING: &str = "2026-03-02T09:00:00.000+08:00";

pub struct TestApp {
    pub running: Running,
    pub clock: Clock,
    /// Of the test itself, to look behind the API.
    pub database: TestDatabase,
    http: reqwest::Client,
    keys: AtomicU32,
    administrator: User,
}

/// Somebody who can sign in.
#[derive(Clone, Debug)]
pub struct User {
    pub account: AccountId,
    pub token: String,
}

impl TestApp {
    pub async fn start(database: TestDatabase) -> TestApp {
        TestApp::start_with(database, Config::default()).await
    }
    pub async fn start_with(database: TestDatabase, config: Config) -> TestApp {
        let clock = Clock::manual(Timestamp::parse(MORNING).unwrap());
        TestApp::start_as(database, config, clock, KeyRing::ephemeral().unwrap()).await
    }
    /// On a clock and keys that another process shares.
    pub async fn start_as(database: TestDatabase, config: Config, clock: Clock, keys: KeyRing) -> TestApp {
        // RUST_LOG=duixian=debug shows the detail behind an INTERNAL_SERVER_ERROR
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let _ = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
        let db = Db::connect(&database.url).await.unwrap();
        let app = App::assemble(&config, clock.clone(), db, keys).unwrap_or_else(|e| panic!("{e}"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let running = app.start(listener, false).unwrap();
        let administrator = User { account: AccountId::new(clock.now()), token: String::new() };
        let http = reqwest::Client::new();
        let mut app = TestApp { running, clock, database, http, keys: AtomicU32::new(0), administrator };
        app.administrator = app.user("administrator", "管理员甲", &[Role::Administrator], None).await;
        app
    }

    /// Another process of the same installation: the same database, keys and clock.
    pub async fn join(&self, node: &str) -> Running {
        let config = Config { node: node.to_owned(), ..Config::default() };
        let db = Db::connect(&self.database.url).await.unwrap();
        let keys = self.running.services.keys.clone();
        let app = App::assemble(&config, self.clock.clone(), db, keys).unwrap_or_else(|e| panic!("{e}"));
        app.start(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap(), false).unwrap()
    }
    /// A bid through the server at `url`: the payload, whatever became of it.
    pub async fn bid_at(&self, url: &str, user: &User, input: Value) -> Value {
        let document = "mutation ($input: PlaceBidInput!) { placeBid(input: $input) {
            bid { sequence outcome arrivedAt } receipt { signedText } userErrors { code } } }";
        let body = json!({ "query": document, "variables": { "input": input } });
        let answer = self.http.post(url).json(&body).bearer_auth(&user.token).send().await.unwrap();
        let mut answer: Value = answer.json().await.unwrap();
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"]["placeBid"].take()
    }

    // ---- people and courts ----

    /// A member of staff with roles in `court`, or in all courts.
    pub async fn user(&self, login: &str, name: &str, roles: &[Role], court: Option<CourtId>) -> User {
        let grants = roles.iter().map(|role| (*role, court)).collect();
        let new = NewUser { login_name: login.into(), name: name.into(), password: None, subject: None, grants };
        match add_user(&self.running.services, new).await.unwrap() {
            Outcome::Done { value, .. } => self.sign_in(value).await,
            Outcome::Refused(refusal) => panic!("{login}: {refusal:?}"),
        }
    }
    /// A token that lasts as long as a test's story.
    pub async fn sign_in(&self, account: AccountId) -> User {
        let token = issue_demo_token(&self.running.services, account, TimeDelta::days(400)).await.unwrap();
        User { account, token: token.expose().clone() }
    }
    /// A court of this code with an account per book.
    pub async fn court(&self, code: &str) -> CourtId {
        let serial: u32 = code.chars().map(|c| c as u32).sum();
        let account = |book: &str, kind: u32| {
            json!({ "book": book, "accountName": format!("{code}法院"), "accountNumber": format!("6228{serial:08}{kind:02}"),
                "bankCode": "102100099996", "bankName": "中国工商银行总行" })
        };
        let input = json!({ "code": code, "name": format!("{code}人民法院"), "region": "长沙", "hotline": "0731-12368",
            "accounts": [account("CASE_FUNDS", 1), account("AUCTION_DEPOSITS", 2), account("LITIGATION_FEES", 3)] });
        let payload = self.done(&self.administrator.clone(), "registerCourt", input, "court { id }").await;
        CourtId::from_global(payload["court"]["id"].as_str().unwrap()).unwrap()
    }

    // ---- requests ----

    /// The whole answer to a document.
    pub async fn send(&self, user: Option<&User>, document: &str, variables: Value) -> Value {
        let mut request =
            self.http.post(self.running.url()).json(&json!({ "query": document, "variables": variables }));
        if let Some(user) = user {
            request = request.bearer_auth(&user.token);
        }
        request.send().await.unwrap().json().await.unwrap()
    }
    /// The data of a query that must succeed.
    pub async fn ask(&self, user: Option<&User>, document: &str, variables: Value) -> Value {
        let mut answer = self.send(user, document, variables).await;
        assert!(answer.get("errors").is_none(), "{document}: {answer:#}");
        answer["data"].take()
    }
    /// The payload of a mutation; `input` gets a fresh key when it has none.
    pub async fn mutate(&self, user: &User, name: &str, mut input: Value, select: &str) -> Value {
        if input.get("idempotencyKey").is_none() {
            input["idempotencyKey"] = json!(format!("test-{:08}", self.keys.fetch_add(1, Ordering::SeqCst)));
        }
        let mut letters = name.chars();
        let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        let document = format!(
            "mutation ($input: {title}Input!) {{ {name}(input: $input) {{ {select} replayed userErrors {{ code message field law {{ law article }} }} }} }}"
        );
        self.ask(Some(user), &document, json!({ "input": input })).await[name].take()
    }
    /// The payload of a mutation that must be done.
    pub async fn done(&self, user: &User, name: &str, input: Value, select: &str) -> Value {
        let payload = self.mutate(user, name, input, select).await;
        assert_eq!(payload["userErrors"], json!([]), "{name}: {payload:#}");
        payload
    }
    /// The code with which a mutation is refused, and the article it cites (empty when none).
    pub async fn refused(&self, user: &User, name: &str, input: Value) -> (String, String) {
        let payload = self.mutate(user, name, input, "").await;
        let error = &payload["userErrors"][0];
        let code = error["code"].as_str().unwrap_or_else(|| panic!("{name} was not refused: {payload:#}")).to_owned();
        let law = error["law"]["article"]
            .as_str()
            .map(|article| format!("{} {article}", error["law"]["law"].as_str().unwrap()));
        (code, law.unwrap_or_default())
    }
    /// `extensions.code` of the first top-level error.
    pub async fn error_code(&self, user: Option<&User>, document: &str, variables: Value) -> String {
        let answer = self.send(user, document, variables).await;
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error: {answer:#}")).to_owned()
    }
    /// Lets each of `voters` agree to an approval, in order.
    pub async fn approve(&self, approval: &Value, voters: &[&User]) {
        for voter in voters {
            let seen = "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }";
            let seen = self.ask(Some(voter), seen, json!({ "id": approval })).await;
            let input = json!({ "approval": approval, "digest": seen["node"]["digest"] });
            self.done(voter, "approve", input, "approval { status }").await;
        }
    }

    // ---- time and end ----

    /// Lets the jobs run until nothing is due.
    pub async fn settle(&self) {
        self.running.ticker.run_until_idle().await.unwrap();
    }
    /// Moves the clock and lets the system do what has become due.
    pub async fn go_to(&self, instant: &str) {
        self.clock.advance_to(Timestamp::parse(instant).unwrap_or_else(|| panic!("{instant}")));
        self.settle().await;
    }
    /// Stops serving and leaves the database for another process.
    pub async fn leave(self) -> TestDatabase {
        self.settle().await;
        assert!(self.running.stop().await);
        self.database
    }
    /// Ends the test: the jobs come to rest and every invariant of the database holds.
    pub async fn finish(self) {
        self.settle().await;
        let services = &self.running.services;
        let log = LogIdentity::try_new(&Config::default().name, &services.keys).unwrap();
        let keys = AuditKeys { log: &log, ring: &services.keys, vault: &services.vault };
        let mut report = verify(&services.db, services.clock.now(), Some(&keys)).await.unwrap();
        verify_attachments(&services.db, &self.running.shelf, &mut report).await.unwrap();
        assert!(report.is_clean(), "{report}");
        self.running.stop().await;
    }
}
