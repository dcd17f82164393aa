//! The load generator: keeps connections busy with requests and measures the answers. It runs as a second process of the
//! same program (`duixian bench load`), so that what it costs is not what the server costs.
//!
//! It speaks HTTP/1.1 over plain sockets, one request at a time on each connection: a client library would take more of
//! the machine than the server that is measured. Every measurement of this program goes through [`measure`].

use super::{
    site::Answer,
    watch::{self, Watch},
};
use crate::kernel::money::Money;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::{
    io::{self, Read as _, Write as _},
    net::SocketAddr,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// What the second process is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Begins the idempotency keys: two jobs on one server have two names, of at least four letters.
    pub name: String,
    pub address: SocketAddr,
    /// One connection each.
    pub seats: Vec<Seat>,
    /// The amounts that requests ask for, each series rising over all connections.
    pub series: Vec<Series>,
    pub warm_up: Duration,
    pub measured: Duration,
    /// Requests a second over all connections, sent when they are due whether or not others have been answered late
    /// (open loop); none: each connection sends as soon as it has its answer.
    pub per_second: Option<u64>,
    /// Each request is sent once, for what can be done only once; a connection ends with its last one.
    pub once: bool,
    pub watch: Option<Watch>,
}

/// The requests that one connection sends in turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Seat {
    pub shots: Vec<Shot>,
}

/// One request; `{key}` in its body becomes a fresh idempotency key, `{amount}` the next amount of its series.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shot {
    pub path: String,
    pub token: Option<String>,
    pub body: String,
    pub series: usize,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Series {
    pub first: Money,
    pub step: Money,
}

/// What came of a job. Times are in microseconds; of an open loop they begin when the request was due.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Measured {
    pub answered: u64,
    /// Answers that say that it was done.
    pub done: u64,
    /// Answers in which a rule refuses: processed and recorded like the others.
    pub refused: u64,
    /// Anything else, with one example.
    pub failed: u64,
    pub failure: Option<String>,
    /// From the first to the last measured answer.
    pub elapsed: u64,
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
    /// From sending a bid until the last viewer had its version.
    pub delivery: Option<watch::Delivery>,
}
impl Measured {
    /// Answers a second.
    pub fn rate(&self) -> u64 {
        let answered = u128::from(self.answered) * 1_000_000;
        u64::try_from(answered / u128::from(self.elapsed.max(1))).unwrap_or(u64::MAX)
    }
}

/// Runs a job in a second process of this program.
///
/// # Errors
/// When the process cannot run, or answers with an error of its own.
pub async fn measure(job: Job) -> Answer<Measured> {
    let text = serde_json::to_vec(&job)?;
    let output = tokio::task::spawn_blocking(move || -> io::Result<_> {
        let mut program = Command::new(std::env::current_exe()?);
        let piped = program.args(["bench", "load"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = piped.spawn()?;
        if let Some(mut input) = process.stdin.take() {
            input.write_all(&text)?;
        }
        process.wait_with_output()
    });
    let output = output.await??;
    if !output.status.success() {
        return Err(format!("the load generator failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let measured: Measured = serde_json::from_slice(&output.stdout)?;
    match &measured.failure {
        Some(text) if measured.done == 0 => {
            Err(format!("{}: nothing was answered as it should: {text}", job.name).into())
        }
        _ => Ok(measured),
    }
}

/// The second process: a job on standard input, what came of it on standard output.
///
/// # Errors
/// When the job cannot be read or the server cannot be reached.
pub async fn serve() -> Answer<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let measured = run(serde_json::from_str(&text)?).await?;
    Ok(serde_json::to_writer(io::stdout(), &measured)?)
}

/// When everything happens; the same for all connections.
#[derive(Clone, Copy)]
struct Schedule {
    begin: Instant,
    measure_from: Instant,
    end: Instant,
}

async fn run(job: Job) -> Answer<Measured> {
    let viewers = match &job.watch {
        Some(watch) => Some(watch::open(job.address, watch).await?),
        None => None,
    };
    let mut wires = Vec::with_capacity(job.seats.len());
    for _ in &job.seats {
        wires.push(Wire::open(job.address).await?);
    }
    let begin = Instant::now();
    let measure_from = begin + job.warm_up;
    let schedule = Schedule { begin, measure_from, end: measure_from + job.measured };
    let amounts: Arc<Vec<AtomicI64>> = Arc::new(job.series.iter().map(|_| AtomicI64::new(0)).collect());
    let job = Arc::new(job);
    let seats: Vec<_> = wires
        .into_iter()
        .enumerate()
        .map(|(index, wire)| tokio::spawn(occupy(job.clone(), index, wire, schedule, amounts.clone())))
        .collect();
    let mut all = Tally::new()?;
    for seat in seats {
        all.add(&seat.await??)?;
    }
    let mut measured = all.measured();
    if let Some(viewers) = viewers {
        measured.delivery = Some(viewers.delivery(&all.versions).await?);
    }
    Ok(measured)
}

/// One connection, from the beginning to the end.
async fn occupy(
    job: Arc<Job>,
    index: usize,
    mut wire: Wire,
    schedule: Schedule,
    amounts: Arc<Vec<AtomicI64>>,
) -> Answer<Tally> {
    let mut tally = Tally::new()?;
    let seats = u64::try_from(job.seats.len()).unwrap_or(1);
    let place = u64::try_from(index).unwrap_or(0);
    let Some(seat) = job.seats.get(index) else { return Ok(tally) };
    let shots = if job.once { seat.shots.len() } else { usize::MAX };
    for (number, shot) in (0_u64..).zip(seat.shots.iter().cycle().take(shots)) {
        let due = match job.per_second {
            None => Instant::now(),
            Some(rate) => {
                // the connections take turns, each at its own place of the second
                let turn = number.saturating_mul(seats).saturating_add(place);
                let due = schedule.begin + Duration::from_nanos(turn.saturating_mul(1_000_000_000 / rate.max(1)));
                tokio::time::sleep_until(due.into()).await;
                due
            }
        };
        if due >= schedule.end {
            break;
        }
        let key = format!("{}-{index:04}-{number:08}", job.name);
        let body = shot.body.replace("{key}", &key).replace("{amount}", &next_amount(&job, shot.series, &amounts)?);
        let sent = Instant::now();
        let (status, answer) = wire.post(shot, &body).await?;
        if due >= schedule.measure_from {
            tally.record(due.elapsed(), status, &answer, sent);
        }
    }
    Ok(tally)
}

fn next_amount(job: &Job, series: usize, amounts: &[AtomicI64]) -> Answer<String> {
    let (Some(series), Some(count)) = (job.series.get(series), amounts.get(series)) else {
        return Ok(String::new());
    };
    let steps = count.fetch_add(1, Ordering::Relaxed);
    let above = series.step.times(steps).map_err(|_| "the series left the range of money")?;
    Ok(series.first.plus(above).map_err(|_| "the series left the range of money")?.to_string())
}

/// What one connection, or all of them, have seen.
struct Tally {
    times: Histogram<u64>,
    measured: Measured,
    span: Option<(Instant, Instant)>,
    /// Versions that bids made, with when each bid was sent.
    versions: Vec<(i64, Instant)>,
}
impl Tally {
    fn new() -> Result<Tally, hdrhistogram::CreationError> {
        // one microsecond to one minute, three digits
        let times = Histogram::new_with_bounds(1, 60_000_000, 3)?;
        Ok(Tally { times, measured: Measured::default(), span: None, versions: Vec::new() })
    }
    fn record(&mut self, took: Duration, status: u16, answer: &str, sent: Instant) {
        self.times.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        let now = Instant::now();
        self.span = Some((self.span.map_or(now, |(first, _)| first), now));
        self.measured.answered += 1;
        match (status, answer.contains(r#""errors":"#), answer.contains(r#""userErrors":[{"#)) {
            (200, false, false) => self.measured.done += 1,
            (200, false, true) => self.measured.refused += 1,
            _ => {
                self.measured.failed += 1;
                self.measured.failure.get_or_insert_with(|| format!("{status} {}", shortened(answer)));
            }
        }
        if let Some(version) = watch::number_after(answer, r#""lotVersion":"#) {
            self.versions.push((version, sent));
        }
    }
    fn add(&mut self, other: &Tally) -> Result<(), hdrhistogram::AdditionError> {
        self.times.add(&other.times)?;
        let (sum, part) = (&mut self.measured, &other.measured);
        sum.answered += part.answered;
        sum.done += part.done;
        sum.refused += part.refused;
        sum.failed += part.failed;
        sum.failure = sum.failure.take().or_else(|| part.failure.clone());
        self.span = match (self.span, other.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.versions.extend(&other.versions);
        Ok(())
    }
    fn measured(&self) -> Measured {
        let elapsed = self.span.map_or(0, |(first, last)| (last - first).as_micros());
        Measured {
            elapsed: u64::try_from(elapsed).unwrap_or(u64::MAX),
            p50: self.times.value_at_quantile(0.5),
            p99: self.times.value_at_quantile(0.99),
            max: self.times.max(),
            ..self.measured.clone()
        }
    }
}
fn shortened(text: &str) -> String {
    text.chars().take(300).collect()
}

/// A connection that is kept alive.
pub struct Wire {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}
impl Wire {
    /// # Errors
    /// When the server cannot be reached.
    pub async fn open(address: SocketAddr) -> io::Result<Wire> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Wire { stream: BufReader::new(stream), address })
    }

    /// Sends a request; `accept` names the form of the answer.
    pub async fn send(&mut self, shot: &Shot, body: &str, accept: &str) -> io::Result<()> {
        let token = shot.token.as_ref().map(|token| format!("authorization: Bearer {token}\r\n"));
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\naccept: {accept}\r\ncontent-type: application/json\r\n{}\
             content-length: {}\r\n\r\n{body}",
            shot.path,
            self.address,
            token.unwrap_or_default(),
            body.len(),
        );
        self.stream.get_mut().write_all(request.as_bytes()).await
    }
    /// Reads the status and the head of an answer; answers the length of its body, none when it is streamed.
    pub async fn head(&mut self) -> io::Result<(u16, Option<usize>)> {
        let mut line = String::new();
        self.line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("no answer of HTTP: {line}")))?;
        let mut length = None;
        loop {
            self.line(&mut line).await?;
            match line.trim_end().split_once(':') {
                None => return Ok((status, length)),
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().ok()
                }
                Some(_) => {}
            }
        }
    }
    /// The next line, without regard to the chunks of a stream.
    pub async fn line(&mut self, line: &mut String) -> io::Result<()> {
        line.clear();
        match self.stream.read_line(line).await? {
            0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            _ => Ok(()),
        }
    }
    async fn post(&mut self, shot: &Shot, body: &str) -> io::Result<(u16, String)> {
        self.send(shot, body, "application/graphql-response+json").await?;
        let (status, length) = self.head().await?;
        let mut answer = vec![0; length.ok_or_else(|| io::Error::other("an answer without its length"))?];
        self.stream.read_exact(&mut answer).await?;
        Ok((status, String::from_utf8_lossy(&answer).into_owned()))
    }
}
