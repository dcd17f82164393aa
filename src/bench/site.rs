//! The installation that a bench measures: a fresh database, a server of this process, and the doors that only a bench
//! has beside the graph of the product.
//!
//! The clock stands in the past while courts, lots and bidders are set up, because announcements have lead times; then
//! it is let go and follows the machine's, so that what is measured runs as in production.

use super::doors;
use crate::{
    access::{
        Role,
        account::{NewUser, add_user},
        authentication::issue_demo_token,
        ratelimit::Rate,
    },
    app::{App, Foundation, Running},
    audit::sequencer::LogIdentity,
    cli,
    config::Config,
    demo::client::{Client, Mutation, StoryError},
    graphql::{gate::TokenGate, http, schema},
    kernel::{
        clock::{Clock, Timestamp},
        db::sql,
        error::{Outcome, Problem},
        ids::{AccountId, CourtId},
    },
};
use axum::Router;
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::{
    error::Error,
    num::NonZeroU32,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio::net::TcpListener;

pub type Answer<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The graph with the bench's own doors stands below this path.
pub const DOORS: &str = "/bench/graphql";
const TOKEN_LIFE: TimeDelta = TimeDelta::days(400);

/// A serving installation of a bench's own.
pub struct Site {
    pub running: Running,
    pub client: Client,
    pub clock: Clock,
    pub log: Arc<LogIdentity>,
    keys: AtomicU32,
    _folder: Folder,
}

/// The files of an installation, removed with it.
struct Folder(PathBuf);
impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} stays behind: {error}", self.0.display());
        }
    }
}

impl Site {
    /// Builds everything and serves. `database_url` names an empty PostgreSQL database; none makes an embedded one. The
    /// files lie in a folder of their own within the data directory, on the disk that production would use.
    ///
    /// # Errors
    /// When the database holds anything, or the installation does not come up.
    pub async fn open(config: &Config, database_url: Option<String>, begin: Timestamp) -> Answer<Site> {
        let folder = config.data_dir.join(format!("bench-{}", std::process::id()));
        let mut config = Config { data_dir: folder.clone(), keys_dir: None, database_url, ..config.clone() };
        (config.nodes, config.bank.drop_folder) = (1, None);
        config.notice = Default::default();
        // a bench is one client that does the work of many
        let free = Rate { burst: NonZeroU32::MAX, per_minute: NonZeroU32::MAX };
        let rates = &mut config.access.rates;
        (rates.login, rates.login_address, rates.sign_up, rates.mutation, rates.bid) = (free, free, free, free, free);
        std::fs::create_dir_all(&folder)?;
        let folder = Folder(folder);
        if config.is_postgres() {
            cli::migrate(&config).await.map_err(|error| error.to_string())?;
        }
        let clock = Clock::manual(begin);
        let foundation = Foundation::open(&config, clock.clone()).await?;
        let (services, log) = (foundation.services.clone(), foundation.log.clone());
        let reader = services.db.reader();
        let used = reader.query_one_raw(sql(&reader, "SELECT 1 AS one FROM court LIMIT 1", [])).await?;
        if used.is_some() {
            return Err("the database is in use: a bench takes an empty one, and fills it with invented courts".into());
        }
        doors::make_tables(&services.db).await.map_err(StoryError::from_problem)?;
        let app = App::new(&config, foundation);
        let gate = Arc::new(TokenGate::new(services.clone(), false));
        let executor = schema::limited(doors::BenchMutation::default()).data(services.clone()).finish();
        let transport = http::Transport::new(executor, gate, clock.clone(), http::TransportSettings::default());
        let doors = Router::new().nest("/bench", http::router(transport));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let running = app.start_beside(listener, false, doors)?;
        let client = Client::new(running.url());
        Ok(Site { running, client, clock, log, keys: AtomicU32::new(0), _folder: folder })
    }

    /// The clock follows the machine's from here on, and the jobs run by themselves.
    ///
    /// # Errors
    /// When a job fails before.
    pub async fn go_live(&self, now: Timestamp) -> Answer<()> {
        self.clock.advance_to(now);
        self.settle().await?;
        self.clock.release();
        self.settle().await?;
        self.running.start_jobs();
        Ok(())
    }
    /// Lets the jobs run until nothing is due.
    pub async fn settle(&self) -> Answer<()> {
        Ok(self.running.ticker.run_until_idle().await.map_err(StoryError::from_problem)?)
    }
    /// Stops the server, then removes its files. A PostgreSQL database stays, for whoever gave it to drop.
    pub async fn close(self) {
        self.running.stop().await;
    }

    /// A token of a new member of staff.
    pub async fn staff(&self, login: &str, role: Role, court: Option<CourtId>) -> Answer<String> {
        let grants = vec![(role, court)];
        let new = NewUser { login_name: login.into(), name: "某人".into(), password: None, subject: None, grants };
        match add_user(&self.running.services, new).await.map_err(StoryError::from_problem)? {
            Outcome::Done { value, .. } => self.token(value).await,
            Outcome::Refused(refusal) => Err(format!("{login}: {refusal:?}").into()),
        }
    }
    pub async fn token(&self, account: AccountId) -> Answer<String> {
        let token = issue_demo_token(&self.running.services, account, TOKEN_LIFE).await;
        Ok(token.map_err(StoryError::from_problem)?.expose().clone())
    }
    /// A mutation; answers its payload, which may be a refusal.
    pub async fn attempt(&self, token: Option<&str>, name: &str, mut input: Value, select: &str) -> Answer<Value> {
        let number = self.keys.fetch_add(1, Ordering::Relaxed);
        input["idempotencyKey"] = json!(format!("seed-{number:08}"));
        Ok(self.client.mutate(token, &Mutation { name, input, select }).await?)
    }
    /// Mutations sent so far.
    pub fn sent(&self) -> u32 {
        self.keys.load(Ordering::Relaxed)
    }
    /// A mutation that must be done; answers its payload.
    pub async fn act(&self, token: Option<&str>, name: &str, input: Value, select: &str) -> Answer<Value> {
        let payload = self.attempt(token, name, input, select).await?;
        match payload["userErrors"].as_array() {
            Some(errors) if errors.is_empty() => Ok(payload),
            _ => Err(format!("{name} was refused: {:#}", payload["userErrors"]).into()),
        }
    }
    /// A court with an account per book, and its administrator's token.
    pub async fn court(&self, code: &str) -> Answer<CourtId> {
        let administrator = self.staff("administrator", Role::Administrator, None).await?;
        let account = |book: &str, number: u32| {
            json!({ "book": book, "accountName": format!("{code}法院"), "accountNumber": format!("62280000000000{number:02}"),
                "bankCode": "102100099996", "bankName": "中国工商银行总行" })
        };
        let input = json!({ "code": code, "name": format!("{code}人民法院"), "region": "长沙", "hotline": "0731-12368",
            "accounts": [account("CASE_FUNDS", 1), account("AUCTION_DEPOSITS", 2), account("LITIGATION_FEES", 3)] });
        let payload = self.act(Some(&administrator), "registerCourt", input, "court { id }").await?;
        let id = payload["court"]["id"].as_str().and_then(CourtId::from_global);
        Ok(id.ok_or("registerCourt answered no id")?)
    }
}

impl StoryError {
    pub fn from_problem(problem: Problem) -> StoryError {
        StoryError(format!("{problem:?}"))
    }
}
