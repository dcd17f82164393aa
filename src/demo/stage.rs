//! The stage of the story: the people with their tokens, the simulated clock, the bank, and the printed programme.

use super::client::{Client, Mutation, Result, StoryError};
use crate::{
    access::{
        Role, Services,
        account::{NewUser, add_user},
        authentication::issue_demo_token,
    },
    bank::simulator::Simulator,
    kernel::{
        clock::{LegalDate, Timestamp},
        error::Outcome,
        ids::{AccountId, CourtId},
        jobs::Ticker,
    },
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Where the story's lines go: the terminal, or a test that only wants it to end well.
pub type Printer = Box<dyn Fn(&str) + Send + Sync>;

pub struct Stage {
    pub services: Services,
    pub client: Client,
    pub bank: Simulator,
    ticker: Arc<Ticker>,
    people: BTreeMap<&'static str, AccountId>,
    keys: u32,
    printer: Printer,
}

/// Somebody who acts in the story, by the name that [`Stage::enrol`] gave him.
pub type Who = &'static str;

impl Stage {
    pub fn new(services: Services, ticker: Arc<Ticker>, url: String, bank: Simulator, printer: Printer) -> Stage {
        Stage { services, client: Client::new(url), bank, ticker, people: BTreeMap::new(), keys: 0, printer }
    }

    // ---- time ----

    pub fn today(&self) -> LegalDate {
        self.services.clock.now().legal_date()
    }
    /// Moves the clock to `hour:minute` of a day and lets the system do what has become due.
    pub async fn go_to(&self, day: &str, hour: u32, minute: u32) -> Result<()> {
        let day: LegalDate = day.parse().map_err(|e| StoryError(format!("{day}: {e}")))?;
        self.go_to_instant(Timestamp::at(day, hour, minute)).await
    }
    pub async fn go_to_instant(&self, instant: Timestamp) -> Result<()> {
        self.services.clock.advance_to(instant);
        self.settle().await
    }
    pub async fn wait(&self, delta: TimeDelta) -> Result<()> {
        self.go_to_instant(self.services.clock.now().plus(delta)).await
    }
    /// Lets the jobs run until nothing is due.
    pub async fn settle(&self) -> Result<()> {
        self.ticker.run_until_idle().await.map_err(|e| StoryError(format!("a job failed: {e:?}")))
    }

    // ---- people ----

    /// Gives somebody an account with roles, as `duixian user add` does.
    pub async fn enrol(&mut self, who: Who, name: &str, roles: &[Role], court: Option<CourtId>) -> Result<()> {
        let grants = roles.iter().map(|role| (*role, court)).collect();
        let user = NewUser { login_name: who.into(), name: name.into(), password: None, subject: None, grants };
        match add_user(&self.services, user).await {
            Ok(Outcome::Done { value, .. }) => {
                self.people.insert(who, value);
                Ok(())
            }
            otherwise => Err(StoryError(format!("{who} cannot be enrolled: {otherwise:?}"))),
        }
    }
    pub fn introduce(&mut self, who: Who, account: AccountId) {
        self.people.insert(who, account);
    }
    pub fn cast(&self) -> &BTreeMap<&'static str, AccountId> {
        &self.people
    }
    /// A token of twelve hours for everybody in the story.
    pub async fn tokens(&self) -> Result<Vec<(Who, String)>> {
        let mut tokens = Vec::new();
        for who in self.people.keys() {
            tokens.push((*who, self.token(who).await?));
        }
        Ok(tokens)
    }
    async fn token(&self, who: Who) -> Result<String> {
        let account = self.people.get(who).copied().ok_or_else(|| StoryError(format!("nobody is called {who}")))?;
        let token = issue_demo_token(&self.services, account, TimeDelta::hours(12)).await;
        token.map(|t| t.expose().clone()).map_err(|e| StoryError(format!("no token for {who}: {e:?}")))
    }

    // ---- acts ----

    /// Acts and expects it to be done.
    pub async fn act(&mut self, who: Who, name: &str, input: Value, select: &str) -> Result<Value> {
        let payload = self.attempt(who, name, input, select).await?;
        match payload["userErrors"].as_array() {
            Some(errors) if errors.is_empty() => Ok(payload),
            _ => Err(StoryError(format!("{who}: {name} was refused: {:#}", payload["userErrors"]))),
        }
    }
    /// Acts and expects a refusal with this code; answers its text.
    pub async fn refused(&mut self, who: Who, name: &str, input: Value, code: &str) -> Result<String> {
        let payload = self.attempt(who, name, input, "").await?;
        let error = &payload["userErrors"][0];
        if error["code"] != code {
            return Err(StoryError(format!("{who}: {name} was to be refused with {code}: {payload:#}")));
        }
        let law = match error["law"]["law"].as_str() {
            Some(law) => format!(" [{law} {}]", error["law"]["article"].as_str().unwrap_or_default()),
            None => String::new(),
        };
        Ok(format!("{}{law}", error["message"].as_str().unwrap_or_default()))
    }
    async fn attempt(&mut self, who: Who, name: &str, mut input: Value, select: &str) -> Result<Value> {
        self.keys += 1;
        if input.get("idempotencyKey").is_none() {
            input["idempotencyKey"] = json!(format!("story-{:06}", self.keys));
        }
        let token = self.token(who).await?;
        self.client.mutate(Some(&token), &Mutation { name, input, select }).await
    }
    /// Asks as somebody.
    pub async fn ask(&self, who: Who, document: &str, variables: Value) -> Result<Value> {
        let token = self.token(who).await?;
        self.client.send(Some(&token), document, variables).await
    }
    /// Asks as the public does, without signing in.
    pub async fn ask_publicly(&self, document: &str, variables: Value) -> Result<Value> {
        self.client.send(None, document, variables).await
    }

    /// Lets each of `voters` agree to the approval `id`, in order.
    pub async fn approve(&mut self, id: &Value, voters: &[Who]) -> Result<()> {
        for voter in voters {
            let digest = self.ask(
                voter,
                "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }",
                json!({ "id": id }),
            );
            let digest = digest.await?["node"]["digest"].take();
            self.act(voter, "approve", json!({ "approval": id, "digest": digest }), "approval { status }").await?;
        }
        Ok(())
    }

    // ---- the programme ----

    pub fn headline(&self, text: &str) {
        (self.printer)(&format!(
            "\n{text}\n{}",
            "─".repeat(text.chars().count() + text.chars().filter(|c| !c.is_ascii()).count())
        ));
    }
    /// One step: the simulated time, what happened, the article it rests on.
    pub fn say(&self, text: &str, law: &str) {
        let now = self.services.clock.now().to_rfc3339();
        let (day, time) = (now.get(..10).unwrap_or_default(), now.get(11..16).unwrap_or_default());
        let law = if law.is_empty() { String::new() } else { format!("  〔{law}〕") };
        (self.printer)(&format!("{day} {time}  {text}{law}"));
    }
}
