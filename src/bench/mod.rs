//! `duixian bench`: where the figures of this project come from. Each bench sets up an installation of its own through
//! the API, lets a second process of the program put load on it over HTTP, and prints ratios with their bars.
//!
//! `site` is the installation, `load` the generator, `report` the table: what another bench is made of. It brings its
//! own scene (`market`, `ledger_desk`) and its own loads (`bids`, `ledger`).

mod bids;
mod catalogue;
mod doors;
mod ledger;
mod ledger_desk;
mod ledger_reads;
mod load;
mod market;
pub mod payouts;
mod payouts_beside;
mod payouts_desk;
mod payouts_seed;
mod pgbench;
mod plain;
mod posting;
mod report;
mod site;
mod watch;
mod year;

use crate::config::Config;
use site::Answer;
use std::io::{self, Write as _};

/// What is measured.
#[derive(clap::Subcommand)]
pub enum Bench {
    /// Bids over HTTP: one hot lot, many lots, many connections, many viewers, beside a no-op and a row-lock transaction.
    Bids(bids::Arguments),
    /// Money mutations over HTTP beside a plain double-entry transaction, the posting engine beside a loop of SQL, and
    /// what is read of the books at two sizes.
    Ledger(ledger::Arguments),
    /// A unified payout, step by step, beside a plain loop of SQL over the same rows and one of a hundredth of its lines,
    /// on fresh embedded databases; then bids over HTTP while another one goes through.
    Payouts {
        /// Lines of the payout, up to 1,000,000.
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        lines: u32,
        /// A short load of bids: shows that everything is measured, and nothing about speed.
        #[arg(long)]
        quick: bool,
    },
    /// A year of a county court through the API, day by day on a simulated clock, beside a plain loop of SQL over the
    /// same rows.
    Year(year::Arguments),
    /// The second process: a job on standard input, what came of it on standard output.
    #[command(hide = true)]
    Load,
}

/// Measures and prints.
///
/// # Errors
/// When something cannot be set up or measured.
pub async fn run(config: &Config, bench: Bench) -> Answer<()> {
    match bench {
        Bench::Bids(arguments) => bids::run(config, arguments).await,
        Bench::Ledger(arguments) => ledger::run(config, arguments).await,
        Bench::Year(arguments) => print(&year::run(config, arguments).await?),
        Bench::Payouts { lines, quick } => {
            let lines = usize::try_from(lines)?;
            print(&payouts::run(config, lines).await?)?;
            print(&format!("{}\n", payouts_beside::measure(config, lines, quick).await?))
        }
        Bench::Load => load::serve().await,
    }
}

fn print(text: &str) -> Answer<()> {
    Ok(io::stdout().write_all(text.as_bytes())?)
}
