//! `duixian bench bids`: what bidding costs beside the server's own ceiling, a hand-written transaction and itself under
//! other loads. Authentication, idempotency, audit event, signed receipt and outbox are all on; only the rates are free.

use super::{
    catalogue,
    doors::pgbench_script,
    load::{Job, Seat, Series, Shot, measure},
    market::{self, Market, START, STEP},
    pgbench,
    report::{Bar, Figure, Section, Thousandths},
    site::{Answer, DOORS, Site},
    watch::Watch,
};
use crate::{
    config::Config,
    kernel::{clock::Clock, money::Money},
};
use serde_json::json;
use std::time::Duration;

const GRAPH: &str = "/graphql";
const BID: &str = "mutation($input:PlaceBidInput!){placeBid(input:$input){bid{sequence lotVersion} receipt{signature} \
                   replayed userErrors{code}}}";
/// Connections that bid while viewers watch.
const WATCHED: usize = 8;
const WATCHED_RATE: u64 = 50;

#[derive(clap::Args)]
pub struct Arguments {
    /// Measure on this empty PostgreSQL database too. It is filled with invented courts: drop it afterwards.
    #[arg(long)]
    database_url: Option<String>,
    /// Seconds of each load.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Small counts and short loads: shows that everything is measured, and nothing about speed.
    #[arg(long)]
    quick: bool,
    /// Only the loads of bids, beside the baselines: neither viewers nor catalogue.
    #[arg(long)]
    only_bids: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// How large everything is.
struct Size {
    connections: usize,
    many_connections: usize,
    lots: usize,
    people: usize,
    viewers: usize,
    /// Lots of the catalogue, first and then.
    catalogue: [usize; 2],
    warm_up: Duration,
    measured: Duration,
}
impl Size {
    fn of(arguments: &Arguments) -> Size {
        let measured = Duration::from_secs(arguments.seconds.max(1));
        match arguments.quick {
            true => Size {
                connections: 4,
                many_connections: 8,
                lots: 8,
                people: 8,
                viewers: 10,
                catalogue: [100, 300],
                warm_up: Duration::from_millis(100),
                measured: Duration::from_millis(700),
            },
            false => Size {
                connections: 64,
                many_connections: 256,
                lots: 1_000,
                people: 128,
                viewers: 2_000,
                catalogue: [10_000, 1_000_000],
                warm_up: Duration::from_secs(2),
                measured,
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
        sections.push(engine(config, Some(url), &size, arguments.only_bids).await?);
    }
    sections.push(engine(config, None, &size, arguments.only_bids).await?);
    let text = match arguments.json {
        true => serde_json::to_string_pretty(&sections)?,
        false => sections.iter().map(ToString::to_string).collect(),
    };
    super::print(&format!("{text}\n"))
}

/// Everything on one engine, or the loads of bids alone.
async fn engine(config: &Config, url: Option<&str>, size: &Size, only_bids: bool) -> Answer<Section> {
    let now = Clock::system().now();
    let site = Site::open(config, url.map(str::to_owned), now.minus(market::LEAD)).await?;
    let market = market::open(&site, size.lots.saturating_add(1), size.people, now).await?;
    let title = if url.is_some() { "PostgreSQL" } else { "SQLite" };
    let mut bench = Bench { site, market, size, section: Section { title: title.to_owned(), ..Section::default() } };
    bench.bids(url).await?;
    if !only_bids {
        bench.viewers().await?;
        catalogue::measure(&bench.site, &bench.market, size.catalogue, size.measured, &mut bench.section).await?;
    }
    let seeded = "Courts, case, lots, bidders, registrations and deposits came in through the API and the bank's files; \
                  the lots of the catalogue alone are copies of rows. Rates are free. Server, load and database share \
                  the machine.";
    bench.section.notes.push(seeded.to_owned());
    bench.site.close().await;
    Ok(bench.section)
}

struct Bench<'s> {
    site: Site,
    market: Market,
    size: &'s Size,
    section: Section,
}

impl Bench<'_> {
    async fn bids(&mut self, url: Option<&str>) -> Answer<()> {
        let (few, many) = (self.size.connections, self.size.many_connections);
        let nothing = self.load("no-op mutation", self.doors("noop", "noOp", few)).await?;
        let hot = self.hot("one-hot-lot", few, None).await?;
        let hot = self.load("placeBid, one hot lot", hot).await?;
        let crowd = self.hot("crowd", many, None).await?;
        let crowd = self.load("placeBid, one hot lot", crowd).await?;
        let spread = self.load("placeBid, many lots", self.spread()).await?;
        let lock = self.load("row-lock transaction, one hot row", self.doors("lock", "rowLockBid", few)).await?;
        let half = self.hot("half-rate", few, Some((hot / 2).max(1))).await?;
        self.load("placeBid at half the top rate (open loop)", half).await?;
        let slowest =
            self.section.figures.last().and_then(|figure| figure.measured.as_ref()).map_or(0, |load| load.p99);

        let (least, aim) = if url.is_some() { (400, 550) } else { (500, 700) };
        let at_least = |bar| Bar::AtLeast(Thousandths(bar));
        let section = &mut self.section;
        section.ratio("one hot lot / no-op", Thousandths::of(hot, nothing), "", at_least(least), Some(aim));
        section.ratio("one hot lot / many lots", Thousandths::of(hot, spread), "", at_least(1_000), None);
        section.ratio("many connections / few, one hot lot", Thousandths::of(crowd, hot), "", at_least(1_000), None);
        section.ratio("p99 at half the top rate", Thousandths(slowest), "ms", Bar::AtMost(Thousandths(10_000)), None);
        if let Some(url) = url {
            let name = "one hot lot / row-lock transaction";
            section.ratio(name, Thousandths::of(hot, lock), "", at_least(10_000), Some(25_000));
            self.pgbench(url, lock).await?;
        }
        Ok(())
    }

    async fn load(&mut self, name: &str, job: Job) -> Answer<u64> {
        let connections = job.seats.len();
        Ok(self.section.figure(name, connections, measure(job).await?))
    }

    fn job(&self, name: &str, seats: Vec<Seat>, series: Vec<Series>) -> Job {
        let (warm_up, measured) = (self.size.warm_up, self.size.measured);
        let address = self.site.running.address;
        Job {
            name: name.to_owned(),
            address,
            seats,
            series,
            warm_up,
            measured,
            per_second: None,
            once: false,
            watch: None,
        }
    }
    fn token(&self, person: usize) -> Option<String> {
        let people = self.market.tokens.len().max(1);
        self.market.tokens.get(person % people).cloned()
    }

    /// A mutation of the bench's own schema, with rising amounts.
    fn doors(&self, name: &str, field: &str, connections: usize) -> Job {
        let query = format!("mutation($input:BaselineInput!){{{field}(input:$input){{replayed userErrors{{code}}}}}}");
        let input = json!({ "idempotencyKey": "{key}", "amount": "{amount}" });
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let shot = |person| Shot { path: DOORS.to_owned(), token: self.token(person), body: body.clone(), series: 0 };
        let seats = (0..connections).map(|person| Seat { shots: vec![shot(person)] }).collect();
        self.job(name, seats, vec![Series { first: Money::from_fen(1), step: Money::from_fen(1) }])
    }

    fn bid(&self, lot: usize, person: usize, series: usize) -> Shot {
        bid_on(self.market.lots.get(lot), self.token(person), series)
    }

    /// Everybody on the first lot, from one step above its present price.
    async fn hot(&self, name: &str, connections: usize, per_second: Option<u64>) -> Answer<Job> {
        let first = next_price(&self.site, &self.market).await?;
        let seats = (0..connections).map(|person| Seat { shots: vec![self.bid(0, person, 0)] }).collect();
        Ok(Job { per_second, ..self.job(name, seats, vec![Series { first, step: STEP }]) })
    }

    /// Each connection has lots of its own, on which its two bidders take turns.
    fn spread(&self) -> Job {
        let connections = self.size.connections.max(1);
        let lots = self.market.lots.len();
        let seat = |first: usize| {
            let own: Vec<usize> = (first..lots).step_by(connections).collect();
            let turn = |person: usize| {
                let bidder = move |lot: usize| self.market.pair(lot).get(person).copied().unwrap_or_default();
                own.iter().map(move |lot| self.bid(*lot, bidder(*lot), *lot)).collect::<Vec<_>>()
            };
            Seat { shots: [turn(0), turn(1)].concat() }
        };
        // the first lot is the hot one
        let seats = (1..=connections).map(seat).filter(|seat| !seat.shots.is_empty()).collect();
        self.job("spread", seats, vec![Series { first: START, step: STEP }; lots])
    }

    /// Many viewers of one lot, and how long the last of them waits for each bid.
    async fn viewers(&mut self) -> Answer<()> {
        let body = json!({ "query": "subscription($lot:ID!){lotEvents(lotId:$lot){version}}",
            "variables": { "lot": self.market.lots.first() } });
        let shot = Shot { path: GRAPH.to_owned(), token: None, body: body.to_string(), series: 0 };
        let connections = WATCHED.min(self.size.people);
        let job = self.hot("watched", connections, Some(WATCHED_RATE)).await?;
        let job = Job { watch: Some(Watch { viewers: self.size.viewers, shot }), ..job };
        let measured = measure(job).await?;
        let delivery = measured.delivery.clone().ok_or("nobody watched")?;
        let name = format!("placeBid under {} viewers (open loop)", delivery.viewers);
        self.section.figure(&name, connections, measured);
        let at_most = Bar::AtMost(Thousandths(150_000));
        self.section.ratio("p99 until the last viewer has the bid", Thousandths(delivery.p99), "ms", at_most, None);
        self.section.notes.push(format!(
            "Viewers: {} bids, of which {} did not reach every viewer; p50 {} ms, longest {} ms, from sending the bid.",
            delivery.bids,
            delivery.missed,
            Thousandths(delivery.p50),
            Thousandths(delivery.max)
        ));
        Ok(())
    }

    /// The baseline against pgbench with its own statements: that it is no straw man.
    async fn pgbench(&mut self, url: &str, lock: u64) -> Answer<()> {
        let Some(rate) = pgbench::rate(url, pgbench_script(), self.size.measured.as_secs().max(1)).await? else {
            self.section.notes.push("pgbench was not found: the baseline stands without its check.".to_owned());
            return Ok(());
        };
        let name = "pgbench with the row-lock transaction".to_owned();
        self.section.figures.push(Figure { name, connections: pgbench::CLIENTS, rate, measured: None });
        let value = Thousandths::of(lock, rate);
        self.section.ratio("row-lock transaction / pgbench", value, "", Bar::AtLeast(Thousandths(800)), None);
        Ok(())
    }
}

/// A bid; its amount comes from the series.
pub(super) fn bid_on(lot: Option<&String>, token: Option<String>, series: usize) -> Shot {
    let input = json!({ "idempotencyKey": "{key}", "lot": lot, "amount": "{amount}" });
    let body = json!({ "query": BID, "variables": { "input": input } }).to_string();
    Shot { path: GRAPH.to_owned(), token, body, series }
}

/// One step above the present price of the first lot.
pub(super) async fn next_price(site: &Site, market: &Market) -> Answer<Money> {
    let document = "query($id:ID!){node(id:$id){... on Lot{currentPrice}}}";
    let seen = site.client.send(None, document, json!({ "id": market.lots.first() })).await?;
    let price = seen["node"]["currentPrice"].as_str().map(str::parse::<Money>).transpose();
    let price = price.map_err(|_| "the price is no amount")?;
    Ok(price.map_or(Ok(START), |price| price.plus(STEP)).map_err(|_| "the price left the range of money")?)
}
