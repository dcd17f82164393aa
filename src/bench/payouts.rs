//! `duixian bench payouts`: a unified payout of many lines, step by step, each step beside a plain loop of SQL that
//! inserts the rows which the step wrote (one INSERT a row, a hundred to a transaction, into tables without index).

use super::payouts_seed::{BANK, BANK_NAME, Seed, account};
use crate::{
    access::{
        Actor, Role, Services, UseCase,
        actor::{Grant, Identity},
        approval::{self, ApproveInput},
        run,
    },
    app::{Foundation, StartError},
    audit::sequencer::Sequencer,
    bank::{
        dispatch::BankLines,
        ops::{ImportBankFileInput, WritePaymentFileInput, import_bank_file},
        raw,
        simulator::Simulator,
    },
    cases::ops::{CourtAccountInput, RegisterCourtInput},
    config::Config,
    disbursement::{
        Combination,
        ops::{
            PayoutRunReleases, PayoutSelections, ReleasePayoutRunInput, SavePayoutRuleInput, StartPayoutRunInput,
            SubmitPayoutRunInput,
        },
        preview::Walk,
        store::programme::{find_rule, runs_of},
    },
    kernel::{
        clock::{Clock, Timestamp},
        db::sql,
        error::{Outcome, Problem},
        ids::{AccountId, BankFileId, CourtId, NodeRef, PayoutRunId},
        jobs::{JobHandler, Ticker},
    },
    ledger::Book,
};
use sea_orm::{ConnectionTrait, Iterable, Value};
use std::{fmt::Write as _, io::ErrorKind, sync::Arc, time::Instant};

/// 2026-03-02 09:00 in Beijing.
const BEGINNING: Timestamp = Timestamp::from_micros(1_772_413_200_000_000);
const SEEDED_AT_ONCE: usize = 100;
/// One line in so many is refused by the bank.
const REFUSED: usize = 100;
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

type Answer<T> = Result<T, StartError>;

/// Measures unified payouts of so many lines, each on a fresh embedded database below the data directory.
///
/// # Errors
/// When the database cannot be made, or a step is refused.
pub async fn run_each(config: &Config, lines: &[usize]) -> super::site::Answer<String> {
    let mut config = config.clone();
    config.data_dir = config.data_dir.join("bench-payouts");
    (config.database_url, config.keys_dir) = (None, None);
    let mut figures = Vec::new();
    for lines in lines {
        match std::fs::remove_dir_all(&config.data_dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => figures.extend(measure(&config, *lines).await?),
        }
    }
    Ok(table(&figures))
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
    bench.services.db.close().await?;
    answered.map(|()| figures)
}

struct Bench {
    services: Services,
    court: CourtId,
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
    ("ledger_posting", "id", "entry_id IN (SELECT id FROM ledger_entry WHERE kind IN ('PAYABLE', 'PAYOUT_SENT'))"),
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
        "entry_id IN (SELECT id FROM ledger_entry WHERE kind IN ('PAYOUT_SETTLED', 'PAYOUT_REJECTED'))",
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
            services,
            court,
        })
    }

    async fn play(&self, lines: usize, figures: &mut Vec<Figure>) -> Answer<()> {
        for from in (0..lines).step_by(SEEDED_AT_ONCE) {
            let to = from.saturating_add(SEEDED_AT_ONCE).min(lines);
            let seed = Seed { court: self.court, main_account: MAIN.to_owned(), from, to };
            done(&self.services, &Actor::system("bench"), &seed).await?;
        }
        let administrator = self.person(Role::FundAdministrator);
        let rule = done(&self.services, &administrator, &self.rule()).await?;
        let began = Instant::now();
        let reader = self.services.db.reader();
        let scope = crate::access::Scope::Everything;
        let row = find_rule(&reader, &scope, rule).await?.ok_or_else(|| Problem::internal("no rule"))?;
        let today = self.services.clock.now().legal_date();
        let totals = Walk::new(&reader, &row.read_terms()?, today, vec![self.court], None).totals().await?;
        let previewed = began.elapsed().as_micros();
        if usize::try_from(totals.all.count) != Ok(lines) {
            return Err(Problem::internal("the preview counts other lines").into());
        }
        let start = StartPayoutRunInput { idempotency_key: "bench-start".to_owned(), payout_rule: rule };
        let began = Instant::now();
        let programme = done(&self.services, &administrator, &start).await?;
        self.selections.run_until_idle().await?;
        let selected = began.elapsed().as_micros();
        let plain = self.plain(SELECTED).await?;
        figures.push(figure("preview", lines, previewed, plain));
        figures.push(figure("select", lines, selected, plain));
        let run = runs_of(&reader, programme).await?.first().map(|run| run.id);
        let run = run.ok_or_else(|| Problem::internal("no run"))?;
        let began = Instant::now();
        self.approve(run, &administrator).await?;
        figures.push(figure("approve", lines, began.elapsed().as_micros(), plain));
        let release = ReleasePayoutRunInput { idempotency_key: "bench-release".to_owned(), run };
        done(&self.services, &self.person(Role::Cashier), &release).await?;
        let began = Instant::now();
        self.releases.run_until_idle().await?;
        figures.push(figure("post", lines, began.elapsed().as_micros(), self.plain(POSTED).await?));
        self.sequencer.run_until_idle().await?;
        let began = Instant::now();
        let files = self.write().await?;
        figures.push(figure("write", lines, began.elapsed().as_micros(), self.plain(WRITTEN).await?));
        let answers = self.answers(&files, lines).await?;
        let began = Instant::now();
        for (number, content) in answers.into_iter().enumerate() {
            let input = ImportBankFileInput { idempotency_key: format!("bench-answer-{number}"), content };
            refused(import_bank_file(&self.services, &self.person(Role::FinanceReviewer), input).await?)?;
            self.dispatch.run_until_idle().await?;
        }
        figures.push(figure("book", lines, began.elapsed().as_micros(), self.plain(BOOKED).await?));
        Ok(())
    }

    fn person(&self, role: Role) -> Actor {
        let identity = Identity::Account { id: AccountId::new(self.services.clock.now()), verified: true };
        Actor { identity, grants: vec![Grant { role, court: Some(self.court) }], session: None }
    }

    fn rule(&self) -> SavePayoutRuleInput {
        SavePayoutRuleInput {
            idempotency_key: "bench-rule".to_owned(),
            court: self.court,
            name: "集中兑现".to_owned(),
            livelihood_kinds: Vec::new(),
            small_only: true,
            maximum: None,
            combination: Combination::All,
            minimum_days: 0,
            ranks: Vec::new(),
            courts: Vec::new(),
            document: "会议纪要".to_owned(),
        }
    }

    async fn approve(&self, run: PayoutRunId, administrator: &Actor) -> Answer<()> {
        let submit = SubmitPayoutRunInput { idempotency_key: "bench-submit".to_owned(), run };
        done(&self.services, administrator, &submit).await?;
        let subject: NodeRef = run.into();
        let reader = self.services.db.reader();
        while let Some(open) = approval::of_subject(&reader, subject).await? {
            let Some(role) = open.next_role()? else { break };
            let input = ApproveInput {
                idempotency_key: format!("bench-vote-{}", open.step),
                approval: open.id,
                digest: hex::encode(&open.digest),
            };
            done(&self.services, &self.person(role), &input).await?;
        }
        Ok(())
    }

    /// Writes files until nothing waits.
    async fn write(&self) -> Answer<Vec<BankFileId>> {
        let (mut files, cashier) = (Vec::new(), self.person(Role::Cashier));
        loop {
            let idempotency_key = format!("bench-file-{}", files.len());
            let input = WritePaymentFileInput { idempotency_key, court: self.court, book: Book::CaseFunds };
            match run(&self.services, &cashier, &input).await? {
                Outcome::Done { value, .. } => files.push(value),
                Outcome::Refused(_) => return Ok(files),
            }
        }
    }

    /// What the bank says to each file; one line in a hundred is refused.
    async fn answers(&self, files: &[BankFileId], lines: usize) -> Answer<Vec<String>> {
        let refused = (0..lines).step_by(REFUSED);
        let bank = refused.fold(Simulator::new(), |bank, serial| bank.refusing(&account(serial), "AC01"));
        let mut answers = Vec::new();
        for file in files {
            let content = raw::whole(&self.services.db.reader(), &self.services.vault, *file).await?;
            answers.push(bank.answer(&content, self.services.clock.now()).map_err(Problem::internal)?);
        }
        Ok(answers)
    }

    /// Inserts the rows of a step once more, one by one, into tables of the same columns. Answers how many, and how long
    /// it took.
    async fn plain(&self, rows: &Rows) -> Answer<(usize, u128)> {
        let (mut count, mut micros) = (0_usize, 0_u128);
        for (table, key, which) in rows {
            let reader = self.services.db.reader();
            let found =
                reader.query_all_raw(sql(&reader, &format!("SELECT {key} AS k FROM {table} WHERE {which}"), []));
            let keys: Vec<uuid::Uuid> = found
                .await
                .map_err(Problem::from)?
                .iter()
                .map(|row| row.try_get("", "k"))
                .collect::<Result<_, _>>()
                .map_err(Problem::from)?;
            let make = [
                format!("DROP TABLE IF EXISTS plain_{table}"),
                format!("CREATE TABLE plain_{table} AS SELECT * FROM {table} WHERE 1 = 0"),
            ];
            for text in make {
                self.execute(text, Vec::new()).await?;
            }
            let began = Instant::now();
            for piece in keys.chunks(SEEDED_AT_ONCE) {
                self.execute(
                    format!("INSERT INTO plain_{table} SELECT * FROM {table} WHERE {key} = $1"),
                    piece.to_vec(),
                )
                .await?;
            }
            micros = micros.saturating_add(began.elapsed().as_micros());
            count = count.saturating_add(keys.len());
            self.execute(format!("DROP TABLE plain_{table}"), Vec::new()).await?;
        }
        Ok((count, micros))
    }

    /// One transaction: the statement once for each key, or once without any.
    async fn execute(&self, text: String, keys: Vec<uuid::Uuid>) -> Answer<()> {
        let work = self.services.db.write_with(move |tx| {
            let (text, keys) = (text.clone(), keys.clone());
            Box::pin(async move {
                if keys.is_empty() {
                    tx.execute_unprepared(&text).await?;
                }
                for key in keys {
                    tx.execute_raw(sql(tx, &text, [Value::from(key)])).await?;
                }
                Ok(())
            })
        });
        Ok(work.await.map_err(Problem::from)?)
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

async fn done<U: UseCase>(services: &Services, actor: &Actor, input: &U) -> Answer<U::Done> {
    refused(run(services, actor, input).await?)
}
fn refused<T>(outcome: Outcome<T>) -> Answer<T> {
    match outcome {
        Outcome::Done { value, .. } => Ok(value),
        Outcome::Refused(refusal) => Err(Problem::internal(format!("{refusal:?}")).into()),
    }
}
