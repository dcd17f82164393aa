//! Bids over HTTP while a unified payout is posted, written and booked in the same process on the same database, beside
//! the same load without it.

use super::{
    bids::{bid_on, next_price},
    load::{Job, Measured, Seat, Series, measure as load},
    market::{self, Market, STEP},
    payouts_desk::{Desk, bank},
    report::{Bar, Section, Thousandths},
    site::{Answer, Site},
};
use crate::{
    config::Config,
    disbursement::PayoutRunStatus,
    kernel::{clock::Clock, db::sql, ids::PayoutProgrammeId},
    ledger::Book,
};
use sea_orm::ConnectionTrait;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

/// The payout that bids are measured beside has no more lines.
const MOST_LINES: usize = 20_000;
const CONNECTIONS: usize = 8;
/// Bids a second over all connections, sent when they are due.
const PER_SECOND: u64 = 50;
/// How often one looks whether the server's own jobs are done.
const LOOK: Duration = Duration::from_millis(100);
/// How often the cashier looks for payments that a file may take: each look is a transaction.
const CASHIER: Duration = Duration::from_secs(1);
/// Loads with nothing beside, so that one slow moment of the machine does not stand for them all.
const ALONE: usize = 3;
/// Until what the setting up has set off is done: some minutes of numbers and notices for the most lines.
const REST: Duration = Duration::from_secs(900);

/// Measures both loads on a fresh embedded installation.
///
/// # Errors
/// When the server does not come up or refuses what it is set up with.
pub async fn measure(config: &Config, lines: usize, quick: bool) -> Answer<Section> {
    let (lines, span) = match quick {
        true => (lines.min(200), Duration::from_millis(500)),
        false => (lines.min(MOST_LINES), Duration::from_secs(5)),
    };
    let now = Clock::system().now();
    let site = Site::open(config, None, now.minus(market::LEAD)).await?;
    let market = market::open(&site, 1, CONNECTIONS, now).await?;
    let measured = Beside { site: &site, market: &market, lines, span }.measure().await;
    site.close().await;
    measured
}

struct Beside<'s> {
    site: &'s Site,
    market: &'s Market,
    lines: usize,
    span: Duration,
}

impl Beside<'_> {
    async fn measure(&self) -> Answer<Section> {
        let desk = self.desk().await?;
        desk.seed(self.lines).await?;
        let programme = desk.start(desk.rule().await?.id).await?;
        self.wait(&desk, programme, PayoutRunStatus::Draft).await?;
        let run = desk.run_of(programme).await?.id;
        desk.approve(run).await?;
        // entries are numbered, events sequenced and payees told of the approval: that is nobody's payout
        self.rest().await?;
        let mut alone = Vec::new();
        for number in 0..ALONE {
            alone.push(self.bids(&format!("bids-alone-{number}")).await?);
        }
        let over = AtomicBool::new(false);
        let began = Instant::now();
        let paying = async {
            let paid = async {
                desk.release(run).await?;
                self.pay(&desk, programme).await
            };
            let paid = paid.await;
            over.store(true, Ordering::Relaxed);
            paid.map(|()| began.elapsed())
        };
        let bidding = async {
            let mut loads = Vec::new();
            while loads.is_empty() || !over.load(Ordering::Relaxed) {
                let next = self.bids(&format!("bids-beside-{}", loads.len())).await?;
                loads.push(next);
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(loads)
        };
        let (took, loads) = tokio::join!(paying, bidding);
        Ok(self.section(alone, loads?, took?))
    }

    fn section(&self, alone: Vec<Measured>, beside: Vec<Measured>, took: Duration) -> Section {
        let mut section = Section { title: "Bids beside a unified payout, SQLite".to_owned(), ..Section::default() };
        let worst = |loads: &[Measured]| loads.iter().map(|load| load.p99).max().unwrap_or(u64::MAX);
        let (by_itself, with_payout) = (worst(&alone), worst(&beside));
        for measured in alone {
            section.figure("placeBid, one lot, nothing beside (open loop)", CONNECTIONS, measured);
        }
        for measured in beside {
            section.figure("placeBid, one lot, payout beside (open loop)", CONNECTIONS, measured);
        }
        let bar = Bar::AtMost(Thousandths(50_000));
        section.ratio("worst p99 of bids while the payout runs", Thousandths(with_payout), "ms", bar, None);
        section.ratio("worst p99 of bids with nothing beside", Thousandths(by_itself), "ms", bar, None);
        section.notes.push(format!(
            "A payout of {} lines was posted, written and booked by the server's own jobs in {} ms. The jobs were at rest \
             before the first bid; with nothing beside {ALONE} loads were measured.",
            self.lines,
            took.as_millis()
        ));
        section
    }

    /// Until the jobs have nothing left to do of what was set up.
    async fn rest(&self) -> Answer<()> {
        let rest = tokio::time::timeout(REST, self.site.running.ticker.at_rest());
        rest.await.map_err(|_| "the jobs do not come to rest".into())
    }

    /// The court that holds the sale pays as well.
    async fn desk(&self) -> Answer<Desk> {
        let services = self.site.running.services.clone();
        let reader = services.db.reader();
        let court = crate::cases::store::court_by_code(&reader, market::COURT).await.map_err(told)?;
        let court = court.ok_or("the market has no court")?.id;
        let main = crate::cases::store::bank_account(&reader, court, Book::CaseFunds).await.map_err(told)?;
        Ok(Desk { services, court, main_account: main.account_number })
    }

    /// Until the run has come to this.
    async fn wait(&self, desk: &Desk, programme: PayoutProgrammeId, status: PayoutRunStatus) -> Answer<()> {
        while desk.run_of(programme).await?.status != status {
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Writes what the jobs have posted, lets the bank answer, until everything is booked.
    async fn pay(&self, desk: &Desk, programme: PayoutProgrammeId) -> Answer<()> {
        let bank = bank(self.lines);
        loop {
            let released = desk.run_of(programme).await?.status == PayoutRunStatus::Released;
            for file in desk.write().await? {
                let answer = desk.answer(&bank, file).await?;
                desk.import(answer).await?;
            }
            let open = "SELECT 1 AS one FROM payout_attempt WHERE state IN ('QUEUED', 'SENT', 'ACCEPTED') LIMIT 1";
            let reader = desk.services.db.reader();
            if released && reader.query_one_raw(sql(&reader, open, [])).await?.is_none() {
                return Ok(());
            }
            tokio::time::sleep(CASHIER).await;
        }
    }

    async fn bids(&self, name: &str) -> Answer<Measured> {
        let first = next_price(self.site, self.market).await?;
        let lot = self.market.lots.first();
        let seat = |token: &String| Seat { shots: vec![bid_on(lot, Some(token.clone()), 0)] };
        load(Job {
            name: name.to_owned(),
            address: self.site.running.address,
            seats: self.market.tokens.iter().take(CONNECTIONS).map(seat).collect(),
            series: vec![Series { first, step: STEP }],
            warm_up: Duration::from_millis(200),
            measured: self.span,
            per_second: Some(PER_SECOND),
            once: false,
            watch: None,
        })
        .await
    }
}

fn told(problem: crate::kernel::error::Problem) -> String {
    format!("{problem:?}")
}
