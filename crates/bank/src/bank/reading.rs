//! Reading a file on a thread of its own, its lines handed over in batches: what is in memory is a batch or two.

use super::{
    FileKind,
    iso20022::{FormatError, Part, Reason, Rest, camt053::StatementEnd, read_stream},
    ops::template_name,
    raw,
    rules::{self, Intake, NewLine},
    template::{self, Form},
};
use crate::{
    access::Services,
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{BankFileId, BankTemplateId},
    },
};
use std::io::Read;
use tokio::{sync::mpsc, task::JoinHandle};

/// Lines handed over together, and staged in one transaction.
pub const BATCH: usize = 200;

/// Some movements of one account of the court.
pub struct Batch {
    pub account: String,
    pub lines: Vec<NewLine>,
}

/// What is known once a file was read to its end and found sound in itself.
pub struct End {
    pub message_name: String,
    pub kind: FileKind,
    pub message_id: String,
    pub made_at: Timestamp,
    /// The account that a notice or statement is about.
    pub account: Option<String>,
    pub statements: Vec<StatementEnd>,
    /// The template by which it was read; none: ISO 20022.
    pub template: Option<BankTemplateId>,
    /// Results of payments: they pass in no batch, a payment file of ours holds few.
    pub results: Option<Intake>,
}

pub struct Reading {
    batches: mpsc::Receiver<Batch>,
    end: JoinHandle<Result<End, FormatError>>,
}

impl Reading {
    /// Begins to read a kept file in its form; dropped early, the reading stops by itself.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn open(services: &Services, file: BankFileId) -> Result<Reading, Problem> {
        let form = template::form_of(services, file).await?;
        let source = raw::pieces(services, file);
        let (sender, batches) = mpsc::channel(2);
        let read = move || match form {
            Form::Iso => read(source, sender),
            Form::Template(of) => read_results(source, &of),
            Form::Unknown => Err(FormatError::new(0, "BATCH", Reason::UnknownOriginal)),
        };
        Ok(Reading { batches, end: tokio::task::spawn_blocking(read) })
    }
    /// The next movements; `None` at the end or at the first fault: [`Reading::end`] tells which.
    pub async fn next(&mut self) -> Option<Batch> {
        self.batches.recv().await
    }
    /// The verdict on the file, after its last batch.
    pub async fn end(self) -> Result<Result<End, FormatError>, Problem> {
        drop(self.batches);
        self.end.await.map_err(Problem::internal)
    }
}

/// Lines on their way to a batch.
struct Gathering {
    account: Option<String>,
    lines: Vec<NewLine>,
    statements: Vec<StatementEnd>,
    sender: mpsc::Sender<Batch>,
}

impl Gathering {
    fn take(&mut self, part: Part) -> Result<(), FormatError> {
        match part {
            Part::Line(line) => {
                self.check_account(&line.account)?;
                self.lines.push(rules::movement(line, self.statements.len()));
                if self.lines.len() >= BATCH { self.send() } else { Ok(()) }
            }
            Part::Statement(end) => {
                self.check_account(&end.account)?;
                self.statements.push(end);
                Ok(())
            }
        }
    }
    /// A file speaks of one account.
    fn check_account(&mut self, account: &str) -> Result<(), FormatError> {
        match &self.account {
            Some(first) if first != account => Err(FormatError::whole(Reason::SeveralAccounts)),
            Some(_) => Ok(()),
            None => {
                self.account = Some(account.to_owned());
                Ok(())
            }
        }
    }
    fn send(&mut self) -> Result<(), FormatError> {
        let lines = std::mem::take(&mut self.lines);
        let account = self.account.clone().unwrap_or_default();
        let given_up = |_| FormatError::whole(Reason::Malformed("the reading was given up".to_owned()));
        self.sender.blocking_send(Batch { account, lines }).map_err(given_up)
    }
}

fn read(source: impl Read, sender: mpsc::Sender<Batch>) -> Result<End, FormatError> {
    let mut gathering = Gathering { account: None, lines: Vec::new(), statements: Vec::new(), sender };
    let (message_name, rest) = read_stream(source, &mut |part| gathering.take(part))?;
    let (kind, message_id, made_at, results) = match rest {
        Rest::Notice { message_id, created_at, .. } => (FileKind::Notice, message_id, created_at, None),
        Rest::Statement { message_id, created_at } => (FileKind::Statement, message_id, created_at, None),
        Rest::Payments(_) => return Err(FormatError::whole(Reason::NotForImport)),
        Rest::Results(report) => {
            let intake = rules::results(report);
            (FileKind::Results, intake.message_id.clone(), intake.made_at, Some(intake))
        }
    };
    if !gathering.lines.is_empty() {
        gathering.send()?;
    }
    let Gathering { account, statements, .. } = gathering;
    if results.is_none() && account.is_none() {
        return Err(FormatError::whole(Reason::NothingInside));
    }
    Ok(End { message_name, kind, message_id, made_at, account, statements, template: None, results })
}

/// An answer in the form of a template.
fn read_results(source: impl Read, of: &template::OfTemplate) -> Result<End, FormatError> {
    let intake = template::results::read(source, &of.layouts, of.payments)?;
    Ok(End {
        message_name: template_name(of.version),
        kind: FileKind::Results,
        message_id: intake.message_id.clone(),
        made_at: intake.made_at,
        account: None,
        statements: Vec::new(),
        template: Some(of.id),
        results: Some(intake),
    })
}
