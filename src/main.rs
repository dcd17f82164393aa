//! The program: serves by default; its commands prepare, inspect and show what the server runs on.

use clap::{Args, Parser, Subcommand};
use duixian::{
    app::{App, Foundation, StartError},
    bench::{self, Bench},
    cli,
    config::Config,
    demo,
    graphql::{observe, schema},
    kernel::clock::{Clock, LegalDate},
    ledger::Book,
};
use std::{
    error::Error,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};
use tokio::net::TcpListener;

#[derive(Parser)]
#[command(version, about, disable_help_subcommand = true)]
struct Arguments {
    /// Settings file; without it `duixian.toml` of the working directory, if there is one.
    #[arg(long, global = true, env = "DUIXIAN_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (the default).
    Serve,
    /// Play three cases through the API on a simulated clock, then serve them on real time with a token for each role.
    Demo {
        /// End after the story.
        #[arg(long)]
        once: bool,
    },
    /// Bring the database to the form that this version needs. An embedded database is brought there by `serve` itself.
    Migrate,
    /// Print the schema.
    Schema,
    /// Members of staff.
    #[command(subcommand)]
    User(UserCommand),
    /// Print an access token for somebody of a demonstration; refused elsewhere.
    Token {
        /// Name to sign in with.
        login: String,
    },
    /// Check books, sales and audit trail of the database; exit code 1 and the exact rows when a promise is broken.
    Verify {
        #[command(subcommand)]
        what: Option<VerifyCommand>,
    },
    /// Print a book of a court as a journal that hledger or beancount checks.
    Export(ExportArguments),
    /// Files of the bank.
    #[command(subcommand)]
    Bank(BankCommand),
    /// Measure: prints ratios within one run, with the bars that they have to reach.
    #[command(subcommand)]
    Bench(Bench),
    /// Answer a payment file as a bank would, on standard output: a pain.001 with a pain.002, one in the form of a bank
    /// template with a result file of that template.
    BankSim {
        /// The payment file.
        file: PathBuf,
        /// Accounts that the bank knows, one `account,name[,refusal code]` a line; without it every account is known.
        #[arg(long)]
        directory: Option<PathBuf>,
        /// The layouts of the template in force, as `BankTemplate.layouts` of the graph gives them, in JSON.
        #[arg(long)]
        template: Option<PathBuf>,
    },
}

#[derive(Args)]
struct ExportArguments {
    /// Form of the journal.
    form: cli::JournalForm,
    /// The court's part of its case numbers, e.g. 湘0102.
    #[arg(long)]
    court: String,
    /// First booked day.
    #[arg(long)]
    from: LegalDate,
    /// Last booked day.
    #[arg(long)]
    to: LegalDate,
    /// The book.
    #[arg(long, value_parser = book, default_value = "CASE_FUNDS")]
    book: Book,
}
fn book(text: &str) -> Result<Book, String> {
    serde_json::from_value(text.into()).map_err(|_| "CASE_FUNDS, AUCTION_DEPOSITS or LITIGATION_FEES".to_owned())
}

#[derive(Subcommand)]
enum VerifyCommand {
    /// Recompute a replay file of a sale offline; exit code 1 and each difference when it does not hold.
    Replay {
        /// The file, as `Lot.replay { content }` gives it.
        file: PathBuf,
        /// Public receipt key of the installation, base64, as `signingKeys` shows it. Without it the key that the file
        /// names is believed.
        #[arg(long)]
        key: Option<String>,
    },
}

#[derive(Subcommand)]
enum BankCommand {
    /// Take a file of the bank in: camt.054, camt.053 or pain.002, up to 64 MiB. The same bytes again are the same file.
    Import {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a member of staff with first roles. It is audited; later roles take a maker and a checker.
    Add(NewUser),
}

#[derive(Args)]
struct NewUser {
    /// Name to sign in with.
    login: String,
    /// Full name.
    #[arg(long)]
    name: String,
    /// A role in a court, `OFFICER@<court code>`, or in all courts, `INSPECTOR`; may be given several times.
    #[arg(long = "role", required = true)]
    roles: Vec<String>,
    /// Take the password from the first line of standard input.
    #[arg(long)]
    password_stdin: bool,
    /// Issuer of outside tokens and its subject for the person, divided by a blank.
    #[arg(long)]
    subject: Option<String>,
}

type Outcome = Result<ExitCode, Box<dyn Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("duixian: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Outcome {
    let config = || Config::load(arguments.config.as_deref());
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => return serve(&config()?).await,
        Command::Demo { once } => return play_demo(config()?, once).await,
        Command::Migrate => cli::migrate(&config()?).await?,
        Command::Schema => print(&schema::sdl())?,
        Command::User(UserCommand::Add(new)) => {
            let NewUser { login, name, roles, password_stdin, subject } = new;
            let id = cli::add_staff(&config()?, cli::User { login, name, roles, subject, password_stdin }).await?;
            print(&format!("{id}\n"))?;
        }
        Command::Token { login } => print(&format!("{}\n", cli::token(&config()?, &login).await?))?,
        Command::Verify { what: Some(VerifyCommand::Replay { file, key }) } => {
            let checked = cli::verify_replay(&file, key.as_deref())?;
            print(&checked.to_string())?;
            return Ok(if checked.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Verify { what: None } => {
            let report = cli::verify(&config()?).await?;
            print(&report.to_string())?;
            return Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Export(ExportArguments { form, court, from, to, book }) => {
            let request = cli::JournalRequest { form, court, book, from, until: to };
            print(&cli::export(&config()?, request).await?)?;
        }
        Command::Bank(BankCommand::Import { file }) => {
            print(&format!("{}\n", cli::bank_import(&config()?, &file).await?))?;
        }
        Command::Bench(bench) => {
            bench::run(&config()?, bench).await.map_err(|error| error as Box<dyn Error>)?;
        }
        Command::BankSim { file, directory, template } => {
            io::stdout().write_all(&cli::bank_sim(&file, directory.as_deref(), template.as_deref())?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
/// A closed pipe (`| head`) is an error like any other, not a panic.
fn print(text: &str) -> io::Result<()> {
    io::stdout().write_all(text.as_bytes())
}

async fn serve(config: &Config) -> Outcome {
    observe::start_logs(config.plain_logs);
    let app = App::new(config, Foundation::open(config, Clock::system()).await?);
    let listener = TcpListener::bind(config.listen).await.map_err(|e| StartError::Listen(config.listen, e))?;
    let running = app.start(listener, true)?;
    tracing::info!(address = %running.address, graphiql = config.graphiql(), "serving");
    until_told_to_stop().await?;
    tracing::info!("stopping");
    Ok(if running.stop().await { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The demonstration in a directory of its own, anew each time.
async fn play_demo(mut config: Config, once: bool) -> Outcome {
    config.data_dir = config.data_dir.join("demo");
    config.database_url = None;
    // invented people and money never reach a gateway or a bank
    config.notice = Default::default();
    config.bank.drop_folder = None;
    cli::clear_demo(&config)?;
    cli::mark_demo(&config)?;
    let clock = Clock::manual(demo::BEGINNING);
    let (app, log) = demo::open(&config, clock.clone()).await?;
    let address = if once { "127.0.0.1:0".parse()? } else { config.listen };
    let listener = TcpListener::bind(address).await.map_err(|e| StartError::Listen(address, e))?;
    let running = app.start(listener, false)?;
    let printer = Box::new(|line: &str| drop(print(&format!("{line}\n"))));
    let played = demo::play(&running, &log, printer, demo::UNIFIED_CASES).await?;
    if !once {
        clock.release();
        running.start_jobs();
        print(&format!(
            "\nserving on {} (GraphiQL beside it at /graphiql); tokens, valid for twelve hours:\n",
            running.url()
        ))?;
        for (who, token) in played.tokens().await? {
            print(&format!("\n{who}\n{token}\n"))?;
        }
        until_told_to_stop().await?;
    }
    Ok(if running.stop().await { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Ctrl-C or the service manager's SIGTERM.
async fn until_told_to_stop() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
