//! The commands of `duixian` that do not serve. Each opens the database of the settings, does one thing and ends.

use crate::{
    access::{
        Actor, Role,
        account::{self, NewUser, add_user},
        authentication::issue_demo_token,
    },
    app::{Foundation, StartError, open_database},
    auction::{
        attachment::shelf::Shelf,
        replay::{self, Checked, TrustedKey},
    },
    bank::{drop_folder::import_file, simulator::Simulator, template::layout::BankLayouts},
    cases,
    config::Config,
    kernel::{
        clock::{Clock, LegalDate},
        error::Outcome,
        ids::CourtId,
        message::{self, Locale},
        secret::Secret,
    },
    ledger::{
        Book,
        export::{self as journal, Range},
    },
    oversight::verify::{AuditKeys, Report, verify as check, verify_attachments},
};
use chrono::TimeDelta;
use std::{
    error::Error,
    io::{self, BufRead},
    path::Path,
};

type Answer<T> = Result<T, Box<dyn Error>>;

/// How long a token of `duixian token` serves.
const TOKEN_LIFE: TimeDelta = TimeDelta::hours(12);
/// File of the data directory that says: this installation is a demonstration.
const DEMO_MARK: &str = "demonstration";

/// Brings the database to the form that this version needs.
///
/// # Errors
/// When it cannot be opened or migrated.
pub async fn migrate(config: &Config) -> Answer<()> {
    let db = open_database(config).await?;
    db.migrate::<migration::Migrator>().await.map_err(StartError::from)?;
    Ok(db.close().await.map_err(StartError::from)?)
}

/// Checks the promises of the database.
///
/// # Errors
/// Only when it cannot be read: what is wrong in it stands in the report.
pub async fn verify(config: &Config) -> Answer<Report> {
    let Foundation { services, log } = Foundation::open(config, Clock::system()).await?;
    let keys = AuditKeys { log: &log, ring: &services.keys, vault: &services.vault };
    let mut report = check(&services.db, services.clock.now(), Some(&keys)).await.map_err(StartError::from)?;
    let shelf = Shelf::new(config.objects_dir());
    verify_attachments(&services.db, &shelf, &mut report).await.map_err(StartError::from)?;
    services.db.close().await.map_err(StartError::from)?;
    Ok(report)
}

/// Form of an exported journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum JournalForm {
    Hledger,
    Beancount,
}

/// A book of a court from one booked day to another, as a journal that outside accounting tools check.
pub struct JournalRequest {
    pub form: JournalForm,
    /// The court's part of its case numbers, e.g. 湘0102.
    pub court: String,
    pub book: Book,
    pub from: LegalDate,
    pub until: LegalDate,
}

/// The text of a journal.
///
/// # Errors
/// An unknown court, or a database that cannot be read.
pub async fn export(config: &Config, request: JournalRequest) -> Answer<String> {
    let db = open_database(config).await?;
    let text = export_from(&db.reader(), request).await;
    db.close().await.map_err(StartError::from)?;
    text
}
async fn export_from(reader: &crate::kernel::db::Reader, request: JournalRequest) -> Answer<String> {
    let court = cases::store::court_by_code(reader, &request.court).await.map_err(StartError::from)?;
    let court = court.ok_or_else(|| format!("there is no court {}", request.court))?;
    let range =
        Range { court: court.id, court_code: court.code, book: request.book, from: request.from, until: request.until };
    let journal = journal::read(reader, range).await.map_err(StartError::from)?;
    Ok(match request.form {
        JournalForm::Hledger => journal::hledger::write(&journal)?,
        JournalForm::Beancount => journal::beancount::write(&journal)?,
    })
}

/// Recomputes a replay file, offline: no database is opened and no key of this installation is used.
///
/// # Errors
/// When the file cannot be read or the key is not one: what differs in the file stands in the answer.
pub fn verify_replay(file: &Path, key: Option<&str>) -> Answer<Checked> {
    let parse = |text| TrustedKey::parse(text).ok_or("a key is the base64 text that signingKeys shows");
    let key = key.map(parse).transpose()?;
    Ok(replay::check(&std::fs::read_to_string(file)?, key))
}

/// A member of staff as the command line names him.
pub struct User {
    pub login: String,
    pub name: String,
    /// `OFFICER@<court code>`, or `INSPECTOR` for every court.
    pub roles: Vec<String>,
    /// Issuer and subject, divided by a blank.
    pub subject: Option<String>,
    /// Read the password from the first line of standard input.
    pub password_stdin: bool,
}

/// Adds a member of staff with the first roles; audited as the operator's act. Answers the account's id.
///
/// # Errors
/// An unknown role or court, or whatever the rules refuse.
pub async fn add_staff(config: &Config, user: User) -> Answer<String> {
    let Foundation { services, .. } = Foundation::open(config, Clock::system()).await?;
    let mut grants = Vec::new();
    for text in &user.roles {
        grants.push(grant(&services.db.reader(), text).await?);
    }
    let password = if user.password_stdin { Some(Secret::new(first_line(io::stdin().lock())?)) } else { None };
    let subject = match user.subject.as_deref().map(|text| text.split_once(' ')) {
        None => None,
        Some(Some((issuer, subject))) => Some((issuer.to_owned(), subject.trim().to_owned())),
        Some(None) => return Err("a subject is the issuer and its name for the person, divided by a blank".into()),
    };
    if password.is_none() && subject.is_none() {
        return Err("give --password-stdin or --subject, or nobody can sign in".into());
    }
    let new = NewUser { login_name: user.login, name: user.name, password, subject, grants };
    let outcome = add_user(&services, new).await.map_err(StartError::from)?;
    services.db.close().await.map_err(StartError::from)?;
    match outcome {
        Outcome::Done { value, .. } => Ok(value.to_global()),
        Outcome::Refused(refusal) => Err(message::refusal(Locale::En, &refusal).into()),
    }
}
async fn grant(reader: &crate::kernel::db::Reader, text: &str) -> Answer<(Role, Option<CourtId>)> {
    let (role, court) = text.split_once('@').map_or((text, None), |(role, court)| (role, Some(court)));
    let known = serde_json::from_value(serde_json::Value::String(role.to_owned()));
    let role: Role = known.map_err(|_| format!("`{role}` is no role"))?;
    let Some(code) = court else { return Ok((role, None)) };
    let court = cases::store::court_by_code(reader, code).await.map_err(StartError::from)?;
    Ok((role, Some(court.ok_or_else(|| format!("there is no court {code}"))?.id)))
}
fn first_line(mut input: impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Empties the directory of an earlier demonstration; one that does not exist is as good.
///
/// # Errors
/// When the directory holds something else: it stays as it is.
pub fn clear_demo(config: &Config) -> Answer<()> {
    let folder = &config.data_dir;
    if !folder.is_dir() {
        return Ok(());
    }
    if !folder.join(DEMO_MARK).is_file() && folder.read_dir()?.next().is_some() {
        return Err(format!("{} is no demonstration: it is left as it is", folder.display()).into());
    }
    Ok(std::fs::remove_dir_all(folder)?)
}

/// Says of the data directory that it holds a demonstration, so that [`token`] works on it.
///
/// # Errors
/// When the directory cannot be written, or the server would listen to others.
pub fn mark_demo(config: &Config) -> Answer<()> {
    config.check_demo()?;
    std::fs::create_dir_all(&config.data_dir)?;
    Ok(std::fs::write(config.data_dir.join(DEMO_MARK), "Made by `duixian demo`: invented people and money.\n")?)
}

/// An access token for somebody of a demonstration.
///
/// # Errors
/// When the installation is no demonstration, or the account is not known.
pub async fn token(config: &Config, login: &str) -> Answer<String> {
    config.check_demo()?;
    if !config.data_dir.join(DEMO_MARK).is_file() {
        return Err("tokens are made for a demonstration only: run `duixian demo` on this data directory first".into());
    }
    let Foundation { services, .. } = Foundation::open(config, Clock::system()).await?;
    let account = account::load_by_login(&services.db.reader(), login).await.map_err(StartError::from)?;
    let account = account.ok_or_else(|| format!("nobody signs in as {login}"))?;
    let token = issue_demo_token(&services, account.id, TOKEN_LIFE).await.map_err(StartError::from)?;
    services.db.close().await.map_err(StartError::from)?;
    Ok(token.expose().clone())
}

/// Takes a file of the bank in, as the operator's act. Answers its id; the lines are booked by the running server.
///
/// # Errors
/// When the file or the database cannot be read, or whatever the rules refuse.
pub async fn bank_import(config: &Config, file: &Path) -> Answer<String> {
    let Foundation { services, .. } = Foundation::open(config, Clock::system()).await?;
    let outcome = import_file(&services, &Actor::operator(), file).await.map_err(StartError::from)?;
    services.db.close().await.map_err(StartError::from)?;
    match outcome {
        Outcome::Done { value, .. } => Ok(value.to_global()),
        Outcome::Refused(refusal) => Err(message::refusal(Locale::En, &refusal).into()),
    }
}

/// Answers a payment file as a bank would: a pain.001 with a status report (pain.002), one in the form of a bank template
/// (its layouts as JSON) with a result file of that template.
///
/// # Errors
/// When a file cannot be read or is not of its form.
pub fn bank_sim(file: &Path, directory: Option<&Path>, template: Option<&Path>) -> Answer<Vec<u8>> {
    let simulator = match directory {
        Some(path) => Simulator::from_directory(&std::fs::read_to_string(path)?)?,
        None => Simulator::new(),
    };
    let (orders, now) = (std::fs::read(file)?, Clock::system().now());
    let Some(template) = template else { return Ok(simulator.answer(&orders, now)?.into_bytes()) };
    let layouts: BankLayouts = serde_json::from_slice(&std::fs::read(template)?)?;
    Ok(simulator.answer_by_template(&orders, &layouts, now)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_member_of_staff_is_added_once_and_gets_no_token_outside_of_a_demonstration() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { data_dir: dir.path().to_owned(), ..Config::default() };
        let user = |roles: &[&str]| User {
            login: "inspector".to_owned(),
            name: "巡某".to_owned(),
            roles: roles.iter().map(|r| (*r).to_owned()).collect(),
            subject: Some("https://id.example.cn 42".to_owned()),
            password_stdin: false,
        };
        assert!(add_staff(&config, user(&["KING"])).await.is_err());
        assert!(add_staff(&config, user(&["OFFICER@nowhere"])).await.is_err());
        add_staff(&config, user(&["INSPECTOR"])).await.unwrap();
        assert!(add_staff(&config, user(&["INSPECTOR"])).await.is_err(), "the login name is taken");
        assert!(token(&config, "inspector").await.is_err(), "no demonstration");
        assert!(clear_demo(&config).is_err(), "a database that is no demonstration stays");
        mark_demo(&config).unwrap();
        assert_eq!(token(&config, "inspector").await.unwrap().split('.').count(), 3);
        assert!(token(&config, "nobody").await.is_err());
        assert!(verify(&config).await.unwrap().is_clean());
    }

    #[test]
    fn a_password_is_the_first_line() {
        assert_eq!(first_line("secret words\r\nmore".as_bytes()).unwrap(), "secret words");
        assert_eq!(first_line("".as_bytes()).unwrap(), "");
    }
}
