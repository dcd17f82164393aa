//! `duixian bench year`: a year of a county court through the public API, day by day on a simulated clock.
//!
//! Cases are opened; money comes in three parts for each, some of it for nobody, some of it deferred, some paid out late
//! and some sent back by the payee's bank; lots are sold, or go unsold and are sold in a second auction; all money
//! passes through files of the bank. At each month's end enforcement and finance agree to the fen, the books balance
//! and every term that has run out shows its lamp; at the end everything is verified. The time it took stands beside a
//! plain loop of SQL that writes the same rows.

mod bank;
mod desk;
mod funds;
mod plain;
mod sale;

use super::{market, site::Answer};
use crate::{
    config::Config,
    demo::{BEGINNING, client::StoryError},
    kernel::clock::{LegalDate, Timestamp},
    ledger::Book,
    oversight::verify::{AuditKeys, verify},
};
use bank::Bank;
use chrono::{Datelike, Days, Weekday};
use desk::Desk;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    time::{Duration, Instant},
};

const DAYS: u64 = 365;
/// In the year's last days nothing begins, so that what was begun comes to its end.
const LAST_DAYS: u64 = 90;
/// Requests under way at once.
const AT_ONCE: usize = 8;
/// People who bid at all.
const BIDDERS: usize = 60;

#[derive(clap::Args)]
pub struct Arguments {
    /// Cases opened in the year, each with three receipts.
    #[arg(long, default_value_t = 3_000)]
    cases: usize,
    /// Lots put up for sale, each of a case of its own among them.
    #[arg(long, default_value_t = 700)]
    lots: usize,
    /// Play it on this empty PostgreSQL database instead. It is filled with an invented court: drop it afterwards.
    #[arg(long)]
    database_url: Option<String>,
}

/// What somebody at the court does on a day.
#[derive(Clone, Debug)]
enum Task {
    Open { serial: usize, sells: bool },
    Funds(funds::Task),
    Sale(sale::Task),
}

/// What comes of a task: others on later days, and money that the bank tells of today.
#[derive(Default)]
struct After {
    tasks: Vec<(LegalDate, Task)>,
    credits: Vec<(Book, crate::bank::iso20022::camt054::Credit)>,
}
impl After {
    fn then(mut self, day: LegalDate, task: Task) -> After {
        self.tasks.push((day, task));
        self
    }
    fn credit(mut self, book: Book, credit: crate::bank::iso20022::camt054::Credit) -> After {
        self.credits.push((book, credit));
        self
    }
}

/// So many days later, or on the Monday after when that is a weekend.
fn later(day: LegalDate, days: u64) -> LegalDate {
    let then = day + Days::new(days);
    match then.weekday() {
        Weekday::Sat => then + Days::new(2),
        Weekday::Sun => then + Days::new(1),
        _ => then,
    }
}

struct Year {
    desk: Desk,
    bank: Bank,
    agenda: BTreeMap<LegalDate, Vec<Task>>,
    /// Month, and running terms that were overdue at its end, each with its lamp.
    months: Vec<(String, usize)>,
}

/// Plays the year and answers what it took.
///
/// # Errors
/// When the API refuses a step, a month does not close, a term shows the wrong lamp, or a promise is broken at the end.
pub async fn run(config: &Config, arguments: Arguments) -> Answer<String> {
    let desk = Desk::open(config, arguments.database_url, BIDDERS).await?;
    let mut year = Year { desk, bank: Bank::default(), agenda: BTreeMap::new(), months: Vec::new() };
    year.plan(arguments.cases, arguments.lots.min(arguments.cases));
    let before = year.desk.site.sent();
    let (began, first) = (Instant::now(), BEGINNING.legal_date());
    for number in 0..DAYS {
        year.day(first + Days::new(number)).await?;
    }
    let took = began.elapsed();
    year.verify().await?;
    let mutations = year.desk.site.sent() - before;
    let plain = plain::again(&year.desk.site.running.services.db, mutations).await?;
    let report = year.report(arguments.cases, mutations, took, &plain);
    year.desk.site.close().await;
    Ok(report)
}

impl Year {
    /// Spreads the cases over the working days, the lots evenly among the cases.
    fn plan(&mut self, cases: usize, lots: usize) {
        let first = BEGINNING.legal_date();
        let days: Vec<LegalDate> =
            (0..DAYS - LAST_DAYS).map(|n| first + Days::new(n)).filter(|day| later(*day, 0) == *day).collect();
        for serial in 0..cases {
            let sells = serial * lots / cases != (serial + 1) * lots / cases;
            if let Some(day) = days.get(serial * days.len() / cases) {
                self.agenda.entry(*day).or_default().push(Task::Open { serial, sells });
            }
        }
    }

    async fn day(&mut self, day: LegalDate) -> Answer<()> {
        let site = &self.desk.site;
        if day.day() == 1 {
            site.clock.advance_to(Timestamp::at(day, 9, 0));
            site.settle().await?;
            self.close_month(day).await?;
        }
        let site = &self.desk.site;
        site.clock.advance_to(Timestamp::at(day, 11, 0));
        site.settle().await?;
        let tasks = self.agenda.remove(&day).unwrap_or_default();
        let done = stream::iter(tasks).map(|task| perform(&self.desk, task)).buffered(AT_ONCE);
        for after in done.try_collect::<Vec<After>>().await? {
            for (day, task) in after.tasks {
                self.agenda.entry(day).or_default().push(task);
            }
            self.bank.owed(after.credits);
        }
        self.desk.site.clock.advance_to(Timestamp::at(day, 14, 0));
        self.bank.tell(&self.desk).await?;
        self.bank.pay(&self.desk).await
    }

    /// Enforcement and finance agree on the month before `first`, the books balance, the lamps are right.
    async fn close_month(&mut self, first: LegalDate) -> Answer<()> {
        let (desk, here) = (&self.desk, self.desk.court.to_global());
        let last = first - Days::new(1);
        let month = last.with_day(1).unwrap_or(last);
        let select = "reconciliation { id enforcement finance items { nodes { line { difference } } } }";
        let input = json!({ "court": here, "month": month });
        let opened = desk.act(&desk.administrator, "openMonthlyReconciliation", input, select).await?;
        let opened = &opened["reconciliation"];
        if opened["items"]["nodes"] != json!([]) || opened["enforcement"] != opened["finance"] {
            return Err(format!("{month} does not close: {opened:#}").into());
        }
        let close = json!({ "reconciliation": opened["id"] });
        desk.act(&desk.finance, "closeMonthlyReconciliation", close, "reconciliation { state }").await?;
        let document = "query ($court: ID!, $day: Date!) { trialBalance(court: $court, asOf: $day) { balanced } }";
        let seen = desk.ask(&desk.finance, document, json!({ "court": here, "day": first })).await?;
        if seen["trialBalance"]["balanced"] != json!(true) {
            return Err(format!("the books of {month} do not balance").into());
        }
        let red = self.lamps(first).await?;
        self.months.push((month.format("%Y-%m").to_string(), red));
        Ok(())
    }

    /// Every running term shows red when its last day is over, and only then; answers how many are red.
    async fn lamps(&self, today: LegalDate) -> Answer<usize> {
        let (mut after, mut red) = (Value::Null, 0_usize);
        let document = "query ($after: String) { dueTerms(filter: { state: RUNNING }, first: 100, after: $after) {
            nodes { dueOn lamp } pageInfo { hasNextPage endCursor } } }";
        loop {
            let seen = self.desk.ask(&self.desk.officer, document, json!({ "after": after })).await?;
            let page = &seen["dueTerms"];
            for term in page["nodes"].as_array().map(Vec::as_slice).unwrap_or_default() {
                let due: LegalDate = term["dueOn"].as_str().unwrap_or_default().parse()?;
                if (term["lamp"] == "RED") != (due < today) {
                    return Err(format!("a wrong lamp on {today}: {term}").into());
                }
                red += usize::from(due < today);
            }
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                return Ok(red);
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    async fn verify(&self) -> Answer<()> {
        let (services, log) = (&self.desk.site.running.services, &self.desk.site.log);
        let keys = AuditKeys { log, ring: &services.keys, vault: &services.vault };
        let report = verify(&services.db, services.clock.now(), Some(&keys)).await;
        let report = report.map_err(StoryError::from_problem)?;
        if report.is_clean() { Ok(()) } else { Err(format!("verify found: {report}").into()) }
    }

    fn report(&self, cases: usize, mutations: u32, took: Duration, plain: &plain::Loop) -> String {
        let mut out = String::new();
        let per_case = |time: Duration| time.as_micros() / u128::try_from(cases.max(1)).unwrap_or(1);
        let (ours, theirs) = (per_case(took), per_case(plain.took));
        let percent = (ours * 100).checked_div(theirs).unwrap_or_default();
        let _ = writeln!(out, "a year of a court: {cases} cases, {}", self.bank);
        let _ = writeln!(out, "mutations {mutations}, {} s, {ours} µs a case", took.as_secs());
        let _ = writeln!(
            out,
            "plain loop over its {} rows in as many transactions: {} s, {theirs} µs a case; the year takes {percent} % of it",
            plain.rows,
            plain.took.as_secs()
        );
        let _ = writeln!(out, "each month closed without a difference; overdue terms, all with a red lamp:");
        for (month, red) in &self.months {
            let _ = write!(out, "  {month} {red}");
        }
        out.push_str("\nverify: clean\n");
        out
    }
}

async fn perform(desk: &Desk, task: Task) -> Answer<After> {
    match task {
        Task::Open { serial, sells } => funds::open(desk, serial, sells).await,
        Task::Funds(task) => funds::perform(desk, task).await,
        Task::Sale(task) => sale::perform(desk, task).await,
    }
}
