//! Taking a file of the bank in: its bytes are kept in pieces first, then read and checked whole against what is known,
//! and only then accepted. Its lines are staged and booked afterwards by [`crate::bank::dispatch`].
//!
//! The same use case stands behind `importBankFile`, `POST /bank-files`, `duixian bank import` and the watched folder.

use super::refusal;
use crate::kernel::boxed;
use crate::{
    access::{Act, Actor, Op, Scope, Services, UseCase, policy, run},
    bank::{
        FileDirection, FileKind, FileState,
        iso20022::{FormatError, Reason, camt053::StatementEnd},
        raw::{self, Raw, Upload},
        reading::Reading,
        rules::{
            self, Intake,
            statement::{Kept, Standing, place},
        },
        statement,
        store::{self, bank_file},
    },
    cases,
    kernel::{
        clock::Timestamp,
        error::{Failure, Outcome, Problem},
        ids::{BankFileId, BankTemplateId, CourtId},
        money::Money,
    },
    ledger::Book,
};
use async_graphql::InputObject;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use std::collections::BTreeMap;

/// A file of the bank to take in (导入银行文件).
#[derive(InputObject)]
pub struct ImportBankFileInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The whole text of a camt.054, camt.053 or pain.002 file, or of an answer in the form of a bank template in UTF-8, as
    /// long as the request may be (256 KiB); larger files, up to 64 MiB, go to `POST /bank-files` (文件全文).
    pub content: String,
}

/// What is said about a file besides its bytes.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// Without one the file is known by its content: the same bytes are the same request.
    pub key: Option<String>,
    /// The court whose file it must be.
    pub court: Option<CourtId>,
    /// The name that it bears outside: 1 to 200 characters.
    pub name: Option<String>,
}

/// Takes a file in for `actor` that a mutation carried.
///
/// # Errors
/// `BANK_FILE_INVALID` with line, element and reason as a refusal: nothing of the file is kept or booked.
pub async fn import_bank_file(
    services: &Services,
    actor: &Actor,
    input: ImportBankFileInput,
) -> Result<Outcome<BankFileId>, Problem> {
    // whoever may not import is not worth the reading; `run` refuses and audits him
    if policy::scope_for(actor, Act::ImportBankFile).is_err() {
        return refuse_actor(services, actor).await;
    }
    let label = Label { key: Some(input.idempotency_key), ..Label::default() };
    let kept = async {
        let mut upload = Upload::begin(services).await?;
        upload.push(input.content.as_bytes()).await?;
        upload.finish().await
    };
    match kept.await {
        Ok(raw) => import_raw(services, actor, raw, label).await,
        Err(failure) => refused_early(failure),
    }
}

/// The answer to a file that was refused before it was read.
pub fn refused_early(failure: Failure) -> Result<Outcome<BankFileId>, Problem> {
    match failure {
        Failure::Refused(refusal) => Ok(Outcome::Refused(*refusal)),
        Failure::Problem(problem) => Err(problem),
    }
}

/// Lets the policy refuse, and the audit log remember, somebody who may not import.
pub async fn refuse_actor(services: &Services, actor: &Actor) -> Result<Outcome<BankFileId>, Problem> {
    let raw = Raw { id: BankFileId::new(services.clock.now()), sha256: Vec::new(), bytes: 0 };
    let examined = Err(FormatError::whole(Reason::Empty));
    let nobody = ImportBankFile { key: String::new(), sha256: String::new(), raw, label: Label::default(), examined };
    run(services, actor, &nobody).await
}

/// Takes a file in whose bytes are here. When it is not accepted its bytes are forgotten.
///
/// # Errors
/// As [`import_bank_file`].
pub async fn import_raw(
    services: &Services,
    actor: &Actor,
    raw: Raw,
    label: Label,
) -> Result<Outcome<BankFileId>, Problem> {
    let id = raw.id;
    let outcome = examine_and_accept(services, actor, raw, label).await;
    if !matches!(outcome, Ok(Outcome::Done { value, .. }) if value == id) {
        raw::discard(&services.db, id).await?;
    }
    outcome
}

async fn examine_and_accept(
    services: &Services,
    actor: &Actor,
    raw: Raw,
    label: Label,
) -> Result<Outcome<BankFileId>, Problem> {
    let sha256 = hex::encode(&raw.sha256);
    let scope = match policy::scope_for(actor, Act::ImportBankFile) {
        Ok(scope) => scope,
        Err(_) => return refuse_actor(services, actor).await,
    };
    let examined = examine(services, &scope, &raw, label.court).await?;
    let key = label.key.clone().unwrap_or_else(|| sha256.clone());
    run(services, actor, &ImportBankFile { key, sha256, raw, label, examined }).await
}

/// The use case: what a file was found to be before the transaction.
#[derive(Serialize)]
struct ImportBankFile {
    #[serde(skip)]
    key: String,
    sha256: String,
    #[serde(skip)]
    raw: Raw,
    #[serde(skip)]
    label: Label,
    #[serde(skip)]
    examined: Result<Sound, FormatError>,
}

/// A file that is sound in itself and fits what is known.
struct Sound {
    court: CourtId,
    book: Book,
    kind: FileKind,
    message_name: String,
    message_id: String,
    made_at: Timestamp,
    line_count: usize,
    total: Money,
    /// Movements that an earlier file brought.
    known: usize,
    statements: Vec<StatementEnd>,
    template: Option<BankTemplateId>,
}

/// Reads the whole file once. Everything that can refuse it is found here, before anything is written.
async fn examine(
    services: &Services,
    scope: &Scope,
    raw: &Raw,
    court: Option<CourtId>,
) -> Result<Result<Sound, FormatError>, Problem> {
    let reader = services.db.reader();
    let today = services.clock.now().legal_date();
    let mut reading = Reading::open(services, raw.id).await?;
    let mut owner = None;
    let (mut line_count, mut total, mut known) = (0_usize, Money::ZERO, 0_usize);
    while let Some(batch) = reading.next().await {
        let found = match owner {
            Some(found) => Ok(found),
            None => owner_of_account(&reader, scope, court, &batch.account).await?,
        };
        let checked = found.and_then(|found| {
            owner = Some(found);
            rules::check_dates(&batch.lines, today)?;
            total = rules::total(total, &batch.lines)?;
            Ok(found)
        });
        let (court, book) = match checked {
            Ok(found) => found,
            Err(fault) => return Ok(Err(fault)),
        };
        let references: Vec<&str> = batch.lines.iter().map(|line| line.reference.as_str()).collect();
        let before = store::known_movements(&reader, court, book, &references).await?;
        if let Err(fault) = rules::check_known(&batch.lines, &before) {
            return Ok(Err(fault));
        }
        line_count = line_count.saturating_add(batch.lines.len());
        known = known.saturating_add(before.len());
    }
    let end = match reading.end().await? {
        Ok(end) => end,
        Err(fault) => return Ok(Err(fault)),
    };
    let owned = match (&end.results, owner) {
        (Some(intake), _) => {
            let mut intake = intake.clone();
            let checked = check_results(&reader, scope, court, &mut intake).await?;
            checked.and_then(|owner| {
                rules::check_dates(&intake.lines, today)?;
                (line_count, total) = (intake.lines.len(), rules::total(Money::ZERO, &intake.lines)?);
                Ok(owner)
            })
        }
        (None, Some(owner)) => Ok(owner),
        (None, None) => owner_of_account(&reader, scope, court, end.account.as_deref().unwrap_or_default()).await?,
    };
    Ok(owned.map(|(court, book)| Sound {
        court,
        book,
        kind: end.kind,
        message_name: end.message_name,
        message_id: end.message_id,
        made_at: end.made_at,
        line_count,
        total,
        known,
        statements: end.statements,
        template: end.template,
    }))
}

impl UseCase for ImportBankFile {
    type Done = BankFileId;
    const ACT: Act = Act::ImportBankFile;
    fn key(&self) -> Option<&str> {
        Some(&self.key)
    }

    async fn perform(&self, op: &mut Op<'_>) -> Result<BankFileId, Failure> {
        let refuse = |error: FormatError| Failure::from(refusal(error, &self.sha256));
        let sound = self.examined.as_ref().map_err(|error| refuse(error.clone()))?;
        if !op.scope().allows_court(sound.court) {
            return Err(refuse(FormatError::new(0, "Acct", Reason::UnknownAccount)));
        }
        if let Some(before) = store::file_by_hash(op.tx, sound.court, &self.raw.sha256).await? {
            let facts = serde_json::json!({ "sha256": self.sha256, "again": true });
            op.audit(before.id, Some(sound.court), None, facts).await?;
            return Ok(before.id);
        }
        let standings = self.place_statements(op, sound).await?.map_err(refuse)?;
        raw::accept(op.tx, self.raw.id).await?;
        let row = self.row(op, sound)?;
        store::insert_file(op.tx, row).await.map_err(|problem| match problem.is_unique_violation() {
            // the same bytes came in on another connection meanwhile: asked again, the answer is that file
            true => Problem::Conflict,
            false => problem,
        })?;
        for (position, (end, standing)) in (0..).zip(sound.statements.iter().zip(standings)) {
            if let Standing::Next(sequence) = standing {
                statement::insert(op, (sound.court, sound.book), self.raw.id, position, sequence, end).await?;
            }
        }
        let facts = serde_json::json!({
            "sha256": self.sha256, "kind": sound.kind, "messageId": sound.message_id, "bytes": self.raw.bytes,
            "lines": sound.line_count, "total": sound.total, "known": sound.known,
            "statements": sound.statements.len(),
        });
        op.audit(self.raw.id, Some(sound.court), None, facts).await?;
        op.publish("work-queue", self.raw.id, 0);
        Ok(self.raw.id)
    }
}

impl ImportBankFile {
    /// Where each statement of the file stands among those of the account; within the file they follow one another too.
    #[boxed]
    async fn place_statements(
        &self,
        op: &Op<'_>,
        sound: &Sound,
    ) -> Result<Result<Vec<Standing>, FormatError>, Problem> {
        let mut last = statement::last(op.tx, sound.court, sound.book).await?;
        let mut standings = Vec::new();
        for end in &sound.statements {
            let same = statement::same(op.tx, sound.court, sound.book, &end.id, end.closing.on).await?;
            let standing = match place(end, last.as_ref(), same.as_ref()) {
                Ok(standing) => standing,
                Err(fault) => return Ok(Err(fault)),
            };
            if let Standing::Next(sequence) = standing {
                last = Some(Kept {
                    sequence,
                    id: end.id.clone(),
                    closed_on: end.closing.on,
                    opening: end.opening.amount,
                    closing: end.closing.amount,
                });
            }
            standings.push(standing);
        }
        Ok(Ok(standings))
    }

    /// A file without lines is done; the lines of the others are still to be staged.
    fn row(&self, op: &Op<'_>, sound: &Sound) -> Result<bank_file::Model, Failure> {
        Ok(bank_file::Model {
            id: self.raw.id,
            court_id: sound.court,
            book: sound.book,
            direction: FileDirection::Incoming,
            kind: sound.kind,
            state: FileState::Accepted,
            message_name: sound.message_name.clone(),
            message_id: sound.message_id.clone(),
            sha256: self.raw.sha256.clone(),
            byte_count: i64::try_from(self.raw.bytes).map_err(Failure::internal)?,
            file_name: self.label.name.clone(),
            line_count: i32::try_from(sound.line_count).map_err(Failure::internal)?,
            total: sound.total,
            taken: 0,
            known: 0,
            actor: op.actor.name(),
            made_at: sound.made_at,
            recorded_at: op.now,
            finished_at: None,
            delivered_at: None,
            delivered_token: None,
            template_id: sound.template,
        })
    }
}

/// The court and book of an account, within `scope`: a foreign account is an unknown one.
async fn owner_of_account(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    court: Option<CourtId>,
    number: &str,
) -> Result<Result<(CourtId, Book), FormatError>, Problem> {
    let account = cases::store::bank_account_by_number(conn, number).await?;
    let ours = account.filter(|account| fits(scope, court, account.court_id));
    Ok(match ours {
        Some(account) => Ok((account.court_id, account.book)),
        None => Err(FormatError::new(0, "Acct", Reason::UnknownAccount)),
    })
}

fn fits(scope: &Scope, wanted: Option<CourtId>, court: CourtId) -> bool {
    scope.allows_court(court) && wanted.is_none_or(|wanted| wanted == court)
}

/// Results against the payment file of ours that they answer.
async fn check_results(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    court: Option<CourtId>,
    intake: &mut Intake,
) -> Result<Result<(CourtId, Book), FormatError>, Problem> {
    let original = store::written_file(conn, &intake.original).await?;
    let Some(file) = original.filter(|file| fits(scope, court, file.court_id)) else {
        return Ok(Err(FormatError::new(0, "OrgnlMsgId", Reason::UnknownOriginal)));
    };
    let ordered: BTreeMap<_, _> = store::payments_of(conn, file.id).await?;
    Ok(intake.check_results(&ordered).map(|()| (file.court_id, file.book)))
}

/// The results of a kept file, as they were when it was accepted.
pub async fn complete(conn: &impl ConnectionTrait, mut intake: Intake) -> Result<Intake, Problem> {
    check_results(conn, &Scope::Everything, None, &mut intake).await?.map_err(Problem::internal)?;
    Ok(intake)
}
