//! importBankFile: a file is read and checked whole before the transaction, checked against what is known inside of it,
//! and only then kept. Its lines are booked afterwards by [`crate::bank::dispatch`].

use super::refusal;
use crate::kernel::boxed;
use crate::{
    access::{Act, Actor, Op, Scope, Services, UseCase, policy, run},
    bank::{
        FileDirection, FileKind, FileState,
        iso20022::{FormatError, Reason, read_named},
        rules::{About, Intake, intake},
        store::{self, bank_file},
    },
    cases,
    kernel::{
        db::Tx,
        error::{Failure, Outcome, Problem},
        ids::{BankFileId, CourtId},
        money::Money,
        secret::{Sealed, Vault},
    },
    ledger::Book,
};
use async_graphql::InputObject;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A file of the bank to take in (导入银行文件).
#[derive(InputObject)]
pub struct ImportBankFileInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The whole text of a camt.054, camt.053 or pain.002 file, at most 8 MiB (文件全文).
    pub content: String,
}

/// The use case: what the input became before the transaction.
#[derive(Serialize)]
struct ImportBankFile {
    #[serde(skip)]
    key: String,
    sha256: String,
    #[serde(skip)]
    prepared: Result<Prepared, FormatError>,
}

/// A sound file, ready to be kept.
struct Prepared {
    id: BankFileId,
    message_name: String,
    intake: Intake,
    content_sealed: Sealed,
}

/// Takes a file in for `actor`. Reading, hashing and sealing happen before the transaction begins.
///
/// # Errors
/// `BANK_FILE_INVALID` with line, element and reason as a refusal: nothing of the file is kept or booked.
pub async fn import_bank_file(
    services: &Services,
    actor: &Actor,
    input: ImportBankFileInput,
) -> Result<Outcome<BankFileId>, Problem> {
    // whoever may not import is not worth the reading; `run` refuses and audits him
    let allowed = policy::scope_for(actor, Act::ImportBankFile).is_ok();
    let (vault, now) = (services.vault.clone(), services.clock.now());
    let prepare = move || {
        let sha256 = hex::encode(Sha256::digest(input.content.as_bytes()));
        let id = BankFileId::new(now);
        let prepared =
            if allowed { prepare(&vault, id, &input.content) } else { Ok(Err(FormatError::whole(Reason::Empty))) };
        prepared.map(|prepared| ImportBankFile { key: input.idempotency_key, sha256, prepared })
    };
    let use_case = tokio::task::spawn_blocking(prepare).await.map_err(Problem::internal)??;
    run(services, actor, &use_case).await
}

fn prepare(vault: &Vault, id: BankFileId, content: &str) -> Result<Result<Prepared, FormatError>, Problem> {
    let read = read_named(content.as_bytes()).and_then(|(name, message)| Ok((name, intake(message)?)));
    let (message_name, intake) = match read {
        Ok(read) => read,
        Err(error) => return Ok(Err(error)),
    };
    let sealed = vault.seal_bytes(bank_file::content_place(id), content.as_bytes()).map_err(Problem::internal)?;
    Ok(Ok(Prepared { id, message_name, intake, content_sealed: sealed }))
}

impl UseCase for ImportBankFile {
    type Done = BankFileId;
    const ACT: Act = Act::ImportBankFile;
    fn key(&self) -> Option<&str> {
        Some(&self.key)
    }

    async fn perform(&self, op: &mut Op<'_>) -> Result<BankFileId, Failure> {
        let prepared = self.prepared.as_ref().map_err(|error| refusal(error.clone(), &self.sha256))?;
        let refuse = |error: FormatError| Failure::from(refusal(error, &self.sha256));
        let mut intake = prepared.intake.clone();
        let owner = owner_of(op.tx, op.scope(), &intake.about).await?.map_err(refuse)?;
        let sha256 = hex::decode(&self.sha256).map_err(Failure::internal)?;
        if let Some(before) = store::file_by_hash(op.tx, owner.court, &sha256).await? {
            let facts = serde_json::json!({ "sha256": self.sha256, "again": true });
            op.audit(before.id, Some(owner.court), None, facts).await?;
            return Ok(before.id);
        }
        intake.check_dates(op.now.legal_date()).map_err(refuse)?;
        intake.check_results(&owner.ordered).map_err(refuse)?;
        let references: Vec<&str> = intake.lines.iter().map(|line| line.reference.as_str()).collect();
        let known = match intake.kind {
            FileKind::Notice | FileKind::Statement => {
                store::known_movements(op.tx, owner.court, owner.book, &references).await?
            }
            FileKind::Results | FileKind::Payments => BTreeMap::new(),
        };
        intake.check_known(&known).map_err(refuse)?;
        let total = intake.total().map_err(refuse)?;
        let row = self.row(op, prepared, &intake, &owner, total, known.len())?;
        store::insert_file(op.tx, row).await.map_err(|problem| match problem.is_unique_violation() {
            // the same bytes came in on another connection meanwhile: asked again, the answer is that file
            true => Problem::Conflict,
            false => problem,
        })?;
        let facts = serde_json::json!({
            "sha256": self.sha256, "kind": intake.kind, "messageId": intake.message_id,
            "lines": intake.lines.len(), "total": total, "known": known.len(),
        });
        op.audit(prepared.id, Some(owner.court), None, facts).await?;
        op.publish("work-queue", prepared.id, 0);
        Ok(prepared.id)
    }
}

impl ImportBankFile {
    /// A statement is compared and done; the lines of the others are still to be staged.
    fn row(
        &self,
        op: &Op<'_>,
        prepared: &Prepared,
        intake: &Intake,
        owner: &Owner,
        total: Money,
        known: usize,
    ) -> Result<bank_file::Model, Failure> {
        let count = |n: usize| i32::try_from(n).map_err(Failure::internal);
        let line_count = count(intake.lines.len())?;
        let done = intake.kind == FileKind::Statement || line_count == 0;
        Ok(bank_file::Model {
            id: prepared.id,
            court_id: owner.court,
            book: owner.book,
            direction: FileDirection::Incoming,
            kind: intake.kind,
            state: if done { FileState::Dispatched } else { FileState::Accepted },
            message_name: prepared.message_name.clone(),
            message_id: intake.message_id.clone(),
            sha256: hex::decode(&self.sha256).map_err(Failure::internal)?,
            content_sealed: prepared.content_sealed.clone(),
            line_count,
            total,
            taken: if done { line_count } else { 0 },
            known: if done { count(known)? } else { 0 },
            actor: op.actor.name(),
            made_at: intake.made_at,
            recorded_at: op.now,
            finished_at: done.then_some(op.now),
        })
    }
}

/// Whose file it is.
struct Owner {
    court: CourtId,
    book: Book,
    /// Payments of the file that is answered; empty for movements.
    ordered: BTreeMap<String, Money>,
}

/// The court and book of a file, within `scope`: a foreign account is an unknown one.
#[boxed]
async fn owner_of(tx: &Tx, scope: &Scope, about: &About) -> Result<Result<Owner, FormatError>, Failure> {
    let unknown = |element, reason| Ok(Err(FormatError::new(0, element, reason)));
    match about {
        About::Account(number) => match cases::store::bank_account_by_number(tx, number).await? {
            Some(account) if scope.allows_court(account.court_id) => {
                Ok(Ok(Owner { court: account.court_id, book: account.book, ordered: BTreeMap::new() }))
            }
            _ => unknown("Acct", Reason::UnknownAccount),
        },
        About::Original { message_id, .. } => match store::written_file(tx, message_id).await? {
            Some(file) if scope.allows_court(file.court_id) => {
                let ordered = store::payments_of(tx, file.id).await?;
                Ok(Ok(Owner { court: file.court_id, book: file.book, ordered }))
            }
            _ => unknown("OrgnlMsgId", Reason::UnknownOriginal),
        },
    }
}

/// The lines of a kept file, as they were when it was accepted.
pub async fn reread(conn: &impl ConnectionTrait, vault: &Vault, file: &bank_file::Model) -> Result<Intake, Problem> {
    let content =
        vault.open_bytes(bank_file::content_place(file.id), &file.content_sealed).map_err(Problem::internal)?;
    let (_, message) = read_named(&content).map_err(Problem::internal)?;
    let mut intake = intake(message).map_err(Problem::internal)?;
    if let About::Original { message_id, .. } = &intake.about {
        let original = store::written_file(conn, message_id).await?;
        let original = original.ok_or_else(|| Problem::internal("results without the file that they answer"))?;
        let ordered = store::payments_of(conn, original.id).await?;
        intake.check_results(&ordered).map_err(Problem::internal)?;
    }
    Ok(intake)
}
