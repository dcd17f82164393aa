//! `duixian demo`: three cases from seizure to payout and a unified payout of hundreds, played through the public API on a simulated clock.
//!
//! The story holds no door into the program but those that an installation has: staff is added as by `duixian user add`,
//! the clock is the demo's own, the bank answers with real files. Everything else is GraphQL over HTTP.

mod bank_scenes;
mod case_a;
mod case_b;
mod case_c;
mod case_d;
pub mod client;
mod people;
pub mod stage;

use crate::{
    app::{App, Foundation, Running},
    audit::sequencer::LogIdentity,
    bank::simulator::Simulator,
    config::Config,
    kernel::{
        clock::{Clock, Timestamp},
        keys::KeyRing,
    },
    oversight::verify::{AuditKeys, verify},
};
use client::{Result, StoryError};
use people::{Court, install};
use serde_json::json;
use stage::{Printer, Stage};
use std::time::Instant;

/// 2026-03-02 09:00 in Beijing.
pub const BEGINNING: Timestamp = Timestamp::from_micros(1_772_413_200_000_000);

/// Cases of the unified payout that `duixian demo` plays.
pub const UNIFIED_CASES: usize = 500;

/// Plays everything on a serving application whose clock is manual and whose jobs do not run by themselves. `unified`:
/// cases of the unified payout, at least seven.
pub async fn play(running: &Running, log: &LogIdentity, printer: Printer, unified: usize) -> Result<Stage> {
    let began = Instant::now();
    let bank = case_c::accounts().fold(Simulator::new(), |bank, (number, name)| bank.account(number, name));
    let bank = case_d::refused_accounts().fold(bank, |bank, (number, code)| bank.refusing(&number, code));
    let mut stage = Stage::new(running.services.clone(), running.ticker.clone(), running.url(), bank, printer);
    let (furong, changsha) = install(&mut stage).await?;
    case_a::play(&mut stage, &furong).await?;
    let house = case_b::publish(&mut stage, &changsha).await?;
    case_c::play(&mut stage, &furong).await?;
    case_b::sell_and_distribute(&mut stage, &changsha, &house).await?;
    case_d::play(&mut stage, &changsha, &furong, unified).await?;
    stage.headline("The books and the proofs (账目与证明)");
    for court in [furong, changsha] {
        balance(&stage, &court).await?;
    }
    prove(&stage, running, log).await?;
    let seconds = began.elapsed().as_secs();
    stage.say(&format!("the whole story took {seconds} s of real time"), "");
    Ok(stage)
}

async fn balance(stage: &Stage, court: &Court) -> Result<()> {
    let document = "query ($court: ID!, $day: Date!) { trialBalance(court: $court, asOf: $day) { balanced \
                    lines { book number code balance } } }";
    let variables = json!({ "court": court.id.to_global(), "day": stage.today() });
    let answer = stage.ask(court.staff.finance, document, variables).await?["trialBalance"].clone();
    if answer["balanced"] != json!(true) {
        return Err(StoryError(format!("the books do not balance: {answer:#}")));
    }
    stage.say("trial balance: debits equal credits in every book", "执行款物规定 第3条");
    for line in answer["lines"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let [book, number, code, balance] = ["book", "number", "code", "balance"].map(|key| case_a::text(&line[key]));
        if balance != "0.00" {
            stage.say(&format!("    {book:<18} {number} {code:<16} {balance:>16}"), "");
        }
    }
    Ok(())
}

async fn prove(stage: &Stage, running: &Running, log: &LogIdentity) -> Result<()> {
    stage.settle().await?;
    let services = &running.services;
    let keys = AuditKeys { log, ring: &services.keys, vault: &services.vault };
    let report = verify(&services.db, services.clock.now(), Some(&keys)).await;
    let report = report.map_err(|e| StoryError(format!("verify could not run: {e:?}")))?;
    if !report.is_clean() {
        return Err(StoryError(format!("verify found: {report}")));
    }
    let checkpoint =
        stage.ask_publicly("query { auditCheckpoint { size root } }", json!({})).await?["auditCheckpoint"].clone();
    stage.say(
        &format!(
            "verify: every check passed; {} audit events under the signed root {}",
            checkpoint["size"],
            case_a::text(&checkpoint["root"])
        ),
        "",
    );
    Ok(())
}

/// A demonstration's own application: a fresh embedded database in `config.data_dir`, the simulated clock, no job running.
pub async fn open(
    config: &Config,
    clock: Clock,
) -> std::result::Result<(App, std::sync::Arc<LogIdentity>), crate::app::StartError> {
    let foundation = Foundation::open(config, clock).await?;
    let log = foundation.log.clone();
    Ok((App::new(config, foundation), log))
}

/// [`open`] on a migrated database of a test.
pub async fn open_on(
    config: &Config,
    clock: Clock,
    db: crate::kernel::db::Db,
    keys: KeyRing,
) -> std::result::Result<(App, std::sync::Arc<LogIdentity>), crate::app::StartError> {
    let foundation = Foundation::on(config, clock, db, keys)?;
    let log = foundation.log.clone();
    Ok((App::new(config, foundation), log))
}
