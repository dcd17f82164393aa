//! `duixian bench payouts`: a unified payout of many lines, step by step, each step beside a plain loop of SQL that
//! inserts the rows which the step wrote (one INSERT a row, a hundred to a transaction, into tables without index).

use super::{
    payouts_desk::{Answer, Desk, bank, done},
    payouts_seed::{BANK, BANK_NAME},
    plain,
    report::{Bar, Section, Thousandths},
};
use crate::{
    access::Actor,
    app::Foundation,
    audit::sequencer::Sequencer,
    bank::dispatch::BankLines,
    cases::ops::{CourtAccountInput, RegisterCourtInput},
    config::Config,
    disbursement::{
        ops::{PayoutRunReleases, PayoutSelections},
        preview::Walk,
    },
    kernel::{
        clock::{Clock, Timestamp},
        db::sql,
        error::Problem,
        jobs::{JobHandler, Ticker},
    },
    ledger::Book,
};
use sea_orm::{ConnectionTrait, Iterable, Value};
use std::{fmt::Write as _, io::ErrorKind, sync::Arc, time::Instant};

/// 2026-03-02 09:00 in Beijing.
const BEGINNING: Timestamp = Timestamp::from_micros(1_772_413_200_000_000);
/// Rows of one transaction of the plain loop.
const PLAIN_AT_ONCE: usize = 100;
/// Keys that the plain loop holds at once.
const KEYS_AT_ONCE: usize = 10_000;
/// Rows of a table that the plain loop inserts; its time for more is carried over from these.
const SAMPLE: usize = 100_000;
/// The smaller payout, against which the cost of a line is compared, has this part of the lines, but not less.
const SMALLER: usize = 100;
const FEWEST: usize = 100;
/// Most memory, in MiB.
const MEMORY: u64 = 300;
const MAIN: &str = "4301020000000000101";

/// One step of the payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub step: &'static str,
    pub lines: usize,
    pub micros: u128,
    /// The plain loop over the same rows.
    pub plain_micros: u128,
    pub rows: usize,
    /// Most memory that the process has held so far, in KiB; none where the system does not tell.
    pub peak_kib: Option<u64>,
}
impl Figure {
    /// How many hundredths of the plain loop's time it took.
    pub fn ratio_percent(&self) -> u128 {
        self.micros.saturating_mul(100).checked_div(self.plain_micros).unwrap_or_default()
    }
    pub fn nanos_per_line(&self) -> u128 {
        let lines = u128::try_from(self.lines).unwrap_or(u128::MAX);
        self.micros.saturating_mul(1000).checked_div(lines).unwrap_or_default()
    }
}

/// The figures as a table.
pub fn table(figures: &[Figure]) -> String {
    let mut out = String::from("step       lines     rows  µs/line  plain  of plain   peak MiB\n");
    for f in figures {
        let plain = f.plain_micros.checked_div(u128::try_from(f.lines).unwrap_or(1)).unwrap_or_default();
        let peak = f.peak_kib.map_or_else(|| "?".to_owned(), |kib| (kib / 1024).to_string());
        let micros = f.nanos_per_line() / 1000;
        let percent = f.ratio_percent();
        let _ = writeln!(out, "{:<9}{:>7}{:>9}{micros:>9}{plain:>7}{percent:>9}%{peak:>11}", f.step, f.lines, f.rows);
    }
    out
}

/// Measures a unified payout of so many lines and one of a hundredth of them, each on a fresh embedded database below
/// the data directory.
///
/// # Errors
/// When the database cannot be made, or a step is refused.
pub async fn run(config: &Config, lines: usize) -> super::site::Answer<String> {
    let mut config = config.clone();
    config.data_dir = config.data_dir.join("bench-payouts");
    (config.database_url, config.keys_dir) = (None, None);
    let mut measured = Vec::new();
    for lines in [(lines / SMALLER).max(FEWEST).min(lines), lines] {
        clear(&config)?;
        measured.push(measure(&config, lines).await?);
    }
    clear(&config)?;
    let [small, large] = measured.as_slice() else { return Err("two payouts are measured".into()) };
    Ok(format!("{}{}", table(&measured.concat()), section(small, large)))
}

fn clear(config: &Config) -> std::io::Result<()> {
    match std::fs::remove_dir_all(&config.data_dir) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The figures of two payouts against their bars: each step beside the plain loop, the growth of a line's cost, memory.
pub fn section(small: &[Figure], large: &[Figure]) -> Section {
    let mut section = Section { title: "Unified payout, SQLite".to_owned(), ..Section::default() };
    let at_most = |bar| Bar::AtMost(Thousandths(bar));
    let thousandths = |count: u128| Thousandths(u64::try_from(count).unwrap_or(u64::MAX));
    for figure in large {
        let name = format!("{} of {} lines / plain loop", figure.step, figure.lines);
        let ratio = thousandths(figure.ratio_percent().saturating_mul(10));
        section.ratio(&name, ratio, "", at_most(3_000), Some(1_500));
    }
    for (before, after) in small.iter().zip(large) {
        let name = format!("{}: a line of {} / of {}", after.step, after.lines, before.lines);
        let grown = after.nanos_per_line().saturating_mul(1_000).checked_div(before.nanos_per_line());
        section.ratio(&name, thousandths(grown.unwrap_or(u128::MAX)), "", at_most(1_200), None);
    }
    if let Some(peak) = large.iter().filter_map(|figure| figure.peak_kib).max() {
        let mebibytes = Thousandths::of(peak, 1024);
        section.ratio("most memory held", mebibytes, "MiB", at_most(MEMORY.saturating_mul(1000)), None);
    }
    if large.iter().any(|figure| figure.rows > SAMPLE) {
        section.notes.push(format!(
            "Of a table with more rows than {SAMPLE} the plain loop inserts so many, and its time is carried over."
        ));
    }
    section
}

/// Plays a payout of `lines` lines on a fresh database and answers what each step took.
///
/// # Errors
/// When the database cannot be opened, or a step is refused.
pub async fn measure(config: &Config, lines: usize) -> Answer<Vec<Figure>> {
    let clock = Clock::manual(BEGINNING);
    let foundation = Foundation::open(config, clock.clone()).await?;
    let bench = Bench::open(foundation, clock).await?;
    let mut figures = Vec::new();
    let answered = bench.play(lines, &mut figures).await;
    bench.desk.services.db.close().await?;
    answered.map(|()| figures)
}

struct Bench {
    desk: Desk,
    sequencer: Ticker,
    selections: Ticker,
    releases: Ticker,
    dispatch: Ticker,
}

/// Rows that a step wrote: table, key, and which of them.
type Rows = [(&'static str, &'static str, &'static str)];
const SELECTED: &Rows = &[("payout_run_line", "id", "1 = 1"), ("payout_run_source", "line_id", "1 = 1")];
const POSTED: &Rows = &[
    ("payable", "id", "1 = 1"),
    ("payable_source", "payable_id", "1 = 1"),
    ("payout_attempt", "id", "1 = 1"),
    ("ledger_entry", "id", "kind IN ('PAYABLE', 'PAYOUT_SENT')"),
    (
        "ledger_posting",
        "id",
        "EXISTS (SELECT 1 FROM ledger_entry e WHERE e.id = entry_id AND e.kind IN ('PAYABLE', 'PAYOUT_SENT'))",
    ),
    ("audit_event", "id", "action = 'job.releasePayoutLine'"),
];
const WRITTEN: &Rows = &[("bank_line", "id", "kind = 'PAYMENT'")];
const BOOKED: &Rows = &[
    ("bank_line", "id", "kind = 'RESULT'"),
    ("payout_message", "attempt_id", "1 = 1"),
    ("satisfaction", "id", "1 = 1"),
    ("ledger_entry", "id", "kind IN ('PAYOUT_SETTLED', 'PAYOUT_REJECTED')"),
    (
        "ledger_posting",
        "id",
        "EXISTS (SELECT 1 FROM ledger_entry e WHERE e.id = entry_id AND e.kind IN ('PAYOUT_SETTLED', 'PAYOUT_REJECTED'))",
    ),
    ("audit_event", "id", "action = 'job.dispatchBankLines' AND subject_kind = 'PayoutAttempt'"),
];

impl Bench {
    async fn open(foundation: Foundation, clock: Clock) -> Answer<Bench> {
        let Foundation { services, log } = foundation;
        let ticker = |handler: Arc<dyn JobHandler>| {
            Ticker::new(services.db.clone(), services.clock.clone(), "bench".to_owned(), vec![handler])
        };
        let accounts = Book::iter().zip([MAIN, "4301020000000000202", "4301020000000000303"]);
        let account = |(book, number): (Book, &str)| CourtAccountInput {
            book,
            account_name: "长沙市芙蓉区人民法院".to_owned(),
            account_number: number.to_owned(),
            bank_code: BANK.to_owned(),
            bank_name: BANK_NAME.to_owned(),
        };
        let input = RegisterCourtInput {
            idempotency_key: "bench-court".to_owned(),
            code: "湘0102".to_owned(),
            name: "长沙市芙蓉区人民法院".to_owned(),
            region: "长沙".to_owned(),
            hotline: "0731-12368".to_owned(),
            accounts: accounts.map(account).collect(),
        };
        let court = done(&services, &Actor::operator(), &input).await?;
        Ok(Bench {
            sequencer: ticker(Arc::new(Sequencer::new(services.db.clone(), clock, log))),
            selections: ticker(Arc::new(PayoutSelections { services: services.clone() })),
            releases: ticker(Arc::new(PayoutRunReleases { services: services.clone() })),
            dispatch: ticker(Arc::new(BankLines { services: services.clone() })),
            desk: Desk { services, court, main_account: MAIN.to_owned() },
        })
    }

    async fn play(&self, lines: usize, figures: &mut Vec<Figure>) -> Answer<()> {
        let desk = &self.desk;
        desk.seed(lines).await?;
        let rule = desk.rule().await?;
        let began = Instant::now();
        let today = desk.services.clock.now().legal_date();
        let reader = desk.services.db.reader();
        let totals = Walk::new(&reader, &rule.read_terms()?, today, vec![desk.court], None).totals().await?;
        let previewed = began.elapsed().as_micros();
        if usize::try_from(totals.all.count) != Ok(lines) {
            return Err(Problem::internal("the preview counts other lines").into());
        }
        let began = Instant::now();
        let programme = desk.start(rule.id).await?;
        self.selections.run_until_idle().await?;
        let selected = began.elapsed().as_micros();
        let plain = self.plain(SELECTED).await?;
        figures.push(figure("preview", lines, previewed, plain));
        figures.push(figure("select", lines, selected, plain));
        let run = desk.run_of(programme).await?.id;
        let began = Instant::now();
        desk.approve(run).await?;
        figures.push(figure("approve", lines, began.elapsed().as_micros(), plain));
        desk.release(run).await?;
        let began = Instant::now();
        self.releases.run_until_idle().await?;
        figures.push(figure("post", lines, began.elapsed().as_micros(), self.plain(POSTED).await?));
        self.sequencer.run_until_idle().await?;
        let began = Instant::now();
        let files = desk.write().await?;
        figures.push(figure("write", lines, began.elapsed().as_micros(), self.plain(WRITTEN).await?));
        let (bank, mut booked) = (bank(lines), 0_u128);
        for file in files {
            let answer = desk.answer(&bank, file).await?;
            let began = Instant::now();
            desk.import(answer).await?;
            self.dispatch.run_until_idle().await?;
            booked = booked.saturating_add(began.elapsed().as_micros());
        }
        figures.push(figure("book", lines, booked, self.plain(BOOKED).await?));
        Ok(())
    }

    /// Inserts the rows of a step once more by the plain loop. Answers how many the step wrote, and how long the loop
    /// takes for them: each costs the same, so that of very many some are inserted and the time is carried over.
    async fn plain(&self, rows: &Rows) -> Answer<(usize, u128)> {
        let (mut count, mut micros, db) = (0_usize, 0_u128, &self.desk.services.db);
        for (table, key, which) in rows {
            plain::empty_copy(db, table).await?;
            let again = plain::Rows { table, source: table, condition: &format!("{key} = $1") };
            let (mut sample, mut took, mut last) = (0_usize, 0_u128, uuid::Uuid::nil());
            while sample < SAMPLE {
                let keys = self.keys(table, key, which, last).await?;
                let Some(end) = keys.last() else { break };
                last = *end;
                let keys: Vec<Value> = keys.iter().map(|key| Value::from(*key)).collect();
                took = took.saturating_add(plain::insert(db, &again, &keys, PLAIN_AT_ONCE).await?.as_micros());
                sample = sample.saturating_add(keys.len());
            }
            let all = if sample < SAMPLE { sample } else { self.count(table, key, which).await? };
            let part = u128::try_from(sample.max(1)).unwrap_or(u128::MAX);
            let took = took.saturating_mul(u128::try_from(all).unwrap_or(u128::MAX)).checked_div(part);
            micros = micros.saturating_add(took.unwrap_or_default());
            count = count.saturating_add(all);
            plain::statement(db, format!("DROP TABLE plain_{table}")).await?;
        }
        Ok((count, micros))
    }

    /// How many keys these rows have.
    async fn count(&self, table: &str, key: &str, which: &str) -> Answer<usize> {
        let text = format!("SELECT COUNT(DISTINCT {key}) AS n FROM {table} WHERE {which}");
        let reader = self.desk.services.db.reader();
        let row = reader.query_one_raw(sql(&reader, &text, [])).await.map_err(Problem::from)?;
        let count = row.map_or(Ok(0), |row| row.try_get::<i64>("", "n")).map_err(Problem::from)?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// The next keys of these rows behind `after`.
    async fn keys(&self, table: &str, key: &str, which: &str, after: uuid::Uuid) -> Answer<Vec<uuid::Uuid>> {
        let text = format!(
            "SELECT DISTINCT {key} AS k FROM {table} WHERE {key} > $1 AND {which} ORDER BY {key} LIMIT {KEYS_AT_ONCE}"
        );
        let reader = self.desk.services.db.reader();
        let found = reader.query_all_raw(sql(&reader, &text, [after.into()])).await.map_err(Problem::from)?;
        let keys = found.iter().map(|row| row.try_get("", "k")).collect::<Result<Vec<uuid::Uuid>, _>>();
        Ok(keys.map_err(Problem::from)?)
    }
}

fn figure(step: &'static str, lines: usize, micros: u128, (rows, plain_micros): (usize, u128)) -> Figure {
    Figure { step, lines, micros, plain_micros, rows, peak_kib: peak_kib() }
}

/// `VmHWM` of this process.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
