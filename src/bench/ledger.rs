//! `duixian bench ledger`: what moving money costs beside a hand-written double-entry transaction, what the posting
//! engine costs beside a loop of SQL, and whether what is read of the books grows with them.
//!
//! A claim of unidentified money is proposed once and approved once, so these loads run through a fixed number of
//! claims instead of a fixed time; their rate is answers over the time from the first to the last.

use super::{
    doors::{PAYERS, transfer_script},
    ledger_desk::{self, Desk, deal},
    ledger_reads,
    load::{Job, Seat, Shot, measure},
    pgbench, posting,
    report::{Bar, Figure, Section, Thousandths},
    site::{Answer, DOORS, Site},
};
use crate::{config::Config, kernel::clock::Clock};
use serde_json::json;
use std::time::Duration;

const PLAIN: &str = "mutation($input:PlainTransferInput!){plainTransfer(input:$input){replayed userErrors{code}}}";
/// Pairs of accounts that each connection of the spread baseline takes turns with.
const PAIRS: usize = 8;
/// No load of a fixed number of requests lasts longer.
const LONGEST: Duration = Duration::from_secs(600);

#[derive(clap::Args)]
pub struct Arguments {
    /// Measure on this empty PostgreSQL database too. It is filled with an invented court: drop it afterwards.
    #[arg(long)]
    database_url: Option<String>,
    /// Seconds of each load that lasts a fixed time.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Finished orders in the books when they are read the second time; the first time there are a hundredth of them.
    #[arg(long, default_value_t = 1_000_000)]
    orders: usize,
    /// Small counts and short loads: shows that everything is measured, and nothing about speed.
    #[arg(long)]
    quick: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// How large everything is.
struct Size {
    connections: usize,
    cases: usize,
    /// Claims of one load; there are two.
    claims: usize,
    flushes: usize,
    orders: [usize; 2],
    warm_up: Duration,
    measured: Duration,
}
impl Size {
    fn of(arguments: &Arguments) -> Size {
        match arguments.quick {
            true => Size {
                connections: 4,
                cases: 3,
                claims: 12,
                flushes: 2,
                orders: [20, 150],
                warm_up: Duration::from_millis(100),
                measured: Duration::from_millis(400),
            },
            false => Size {
                connections: 64,
                cases: 256,
                claims: 6_000,
                flushes: 200,
                orders: [(arguments.orders / 100).max(1), arguments.orders],
                warm_up: Duration::from_secs(2),
                measured: Duration::from_secs(arguments.seconds.max(1)),
            },
        }
    }
}

/// Measures and prints.
///
/// # Errors
/// When a server does not come up, refuses what it is set up with, or does not answer.
pub async fn run(config: &Config, arguments: Arguments) -> Answer<()> {
    let size = Size::of(&arguments);
    let mut sections = Vec::new();
    // the database that was given comes first: one that is in use is refused at once
    if let Some(url) = &arguments.database_url {
        sections.push(engine(config, Some(url), &size).await?);
    }
    sections.push(engine(config, None, &size).await?);
    let text = match arguments.json {
        true => serde_json::to_string_pretty(&sections)?,
        false => sections.iter().map(ToString::to_string).collect(),
    };
    super::print(&format!("{text}\n"))
}

/// Everything on one engine.
async fn engine(config: &Config, url: Option<&str>, size: &Size) -> Answer<Section> {
    let now = Clock::system().now();
    let site = Site::open(config, url.map(str::to_owned), now).await?;
    let desk = ledger_desk::open(&site, size.cases, size.claims.saturating_mul(2), now).await?;
    let title = if url.is_some() { "PostgreSQL" } else { "SQLite" };
    let mut bench = Bench { site, desk, size, section: Section { title: title.to_owned(), ..Section::default() } };
    bench.mutations(url).await?;
    posting::measure(&bench.site, bench.desk.court, size.flushes, &mut bench.section).await?;
    ledger_reads::measure(&bench.site, &bench.desk, size.orders, size.measured, &mut bench.section).await?;
    let seeded = "Court, cases and unidentified money came in through the API and the bank's files; the orders that are \
                  read over are rows, spread over 400 days. A deposit is held when the bank's line is dispatched, which \
                  is no mutation of its own; an order is approved by the mutation that approves a claim.";
    bench.section.notes.push(seeded.to_owned());
    bench.site.close().await;
    Ok(bench.section)
}

struct Bench<'s> {
    site: Site,
    desk: Desk,
    size: &'s Size,
    section: Section,
}

impl Bench<'_> {
    async fn mutations(&mut self, url: Option<&str>) -> Answer<()> {
        let spread = self.load("plain transfer, many accounts", "plain-spread", self.transfers(false)).await?;
        let hot = self.load("plain transfer, one hot account", "plain-hot", self.transfers(true)).await?;
        let all = self.desk.cases.clone();
        // not the first case, whose statement is read afterwards: one shows no more than a thousand lines
        let one = vec![all.last().ok_or("no case was opened")?.clone()];
        let [claimed, approved] = self.claims("many cases", &all).await?;
        let [_, crowded] = self.claims("one hot case", &one).await?;
        let section = &mut self.section;
        for (name, rate, plain, bar) in [
            ("claimReceipt, many cases / plain transfer", claimed, spread, 3_000),
            ("approve a claim, many cases / plain transfer", approved, spread, 3_000),
            ("approve a claim, one hot case / plain, hot", crowded, hot, 8_000),
        ] {
            section.ratio(name, Thousandths::of(rate, plain), "", Bar::AtLeast(Thousandths(bar)), None);
        }
        let Some(url) = url else { return Ok(()) };
        for (which, rate, hot) in [("many accounts", spread, false), ("one hot account", hot, true)] {
            let seconds = self.size.measured.as_secs().max(1);
            let Some(found) = pgbench::rate(url, transfer_script(hot), seconds).await? else {
                self.section.notes.push("pgbench was not found: the baseline stands without its check.".to_owned());
                return Ok(());
            };
            let name = format!("pgbench, plain transfer, {which}");
            let connections = pgbench::CLIENTS;
            self.section.figures.push(Figure { name, connections, rate: found, measured: None });
            let bar = Bar::AtLeast(Thousandths(800));
            self.section.ratio(
                &format!("plain transfer / pgbench, {which}"),
                Thousandths::of(rate, found),
                "",
                bar,
                None,
            );
        }
        Ok(())
    }

    /// Proposes a load of claims, then approves all of them; answers both rates.
    async fn claims(&mut self, which: &str, cases: &[String]) -> Answer<[u64; 2]> {
        let mut receipts = self.desk.unidentified(&self.site).await?;
        receipts.truncate(self.size.claims);
        let proposals = self.desk.claims(&receipts, cases);
        let job = format!("claim-{}", cases.len());
        let claimed = self.once(&format!("claimReceipt, {which}"), &job, &proposals).await?;
        let votes = self.desk.votes(&self.site).await?;
        let job = format!("approve-{}", cases.len());
        let approved = self.once(&format!("approve a claim, {which}"), &job, &votes).await?;
        Ok([claimed, approved])
    }

    /// A load for a fixed time.
    async fn load(&mut self, name: &str, job: &str, seats: Vec<Seat>) -> Answer<u64> {
        let (warm_up, measured) = (self.size.warm_up, self.size.measured);
        self.measure(name, Job { warm_up, measured, ..self.job(job, seats) }).await
    }
    /// A load of these requests, each sent once.
    async fn once(&mut self, name: &str, job: &str, shots: &[Shot]) -> Answer<u64> {
        let seats = deal(shots, self.size.connections);
        self.measure(name, Job { once: true, ..self.job(job, seats) }).await
    }
    async fn measure(&mut self, name: &str, job: Job) -> Answer<u64> {
        let connections = job.seats.len();
        Ok(self.section.figure(name, connections, measure(job).await?))
    }
    fn job(&self, name: &str, seats: Vec<Seat>) -> Job {
        Job {
            name: name.to_owned(),
            address: self.site.running.address,
            seats,
            series: Vec::new(),
            warm_up: Duration::ZERO,
            measured: LONGEST,
            per_second: None,
            once: false,
            watch: None,
        }
    }

    /// Transfers between accounts that no other connection uses, or all from the first account.
    fn transfers(&self, hot: bool) -> Vec<Seat> {
        let shot = |number: usize| {
            let place = i64::try_from(number).unwrap_or_default() % PAYERS;
            let payer = if hot { 1 } else { place.saturating_add(1) };
            let payee = PAYERS.saturating_add(place).saturating_add(1);
            let input = json!({ "idempotencyKey": "{key}", "payer": payer, "payee": payee, "amount": "0.01" });
            let body = json!({ "query": PLAIN, "variables": { "input": input } }).to_string();
            Shot { path: DOORS.to_owned(), token: Some(self.desk.officer.clone()), body, series: 0 }
        };
        let seat =
            |seat: usize| Seat { shots: (0..PAIRS).map(|pair| shot(seat.saturating_mul(PAIRS) + pair)).collect() };
        (0..self.size.connections).map(seat).collect()
    }
}
