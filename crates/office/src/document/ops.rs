//! Making a document, typesetting it, opening its file.
//!
//! The number and the words are committed first; the file is typeset from the words outside of any transaction and kept
//! in one of its own. A crash between the two leaves a document whose file a job makes.

use super::{
    DocumentKind, forms, rules,
    store::{self, document, document_file},
};
use crate::kernel::boxed;
use crate::{
    access::{Act, Op, Services, UseCase, operation::run_as_system, policy::scope_for},
    cases,
    kernel::{
        counter,
        error::{Failure, Problem},
        ids::{DocumentId, NodeRef, PartyId},
        jobs::{Fence, JobHandler},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    paper::{FontError, Paper},
};
use async_graphql::{ID, InputObject};
use chrono::Datelike;
use sea_orm::prelude::Uuid;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};

/// Makes a numbered document and files it to the case (制作文书).
#[derive(InputObject, Serialize)]
pub struct CreateDocumentInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// What kind of paper (文书种类).
    pub kind: DocumentKind,
    /// Id of what it is made from: receipt, order, deferral, notary deposit, plan, case, payable, run or lot, as the kind
    /// says (制作依据).
    pub subject: ID,
}

impl UseCase for CreateDocumentInput {
    type Done = DocumentId;
    const ACT: Act = Act::CreateDocument;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<DocumentId, Failure> {
        let subject = NodeRef::from_global(&self.subject).filter(|node| node.kind == self.kind.subject());
        let subject = subject.ok_or_else(|| Failure::not_found("subject"))?;
        let draft = forms::compose(op, self.kind, subject).await?;
        // what a form reads may be the actor's own as a party; only the proof of a payment to himself is made for him
        let payee = forms::payee(op, self.kind, subject).await?;
        if !(op.scope().allows_court(draft.court.id) || is_for(op, payee).await?) {
            return Err(Failure::not_found("subject"));
        }
        // two clerks at once make one document
        if let Some(case) = draft.case {
            cases::store::lock_case(op.tx, op.scope(), case).await?;
        }
        let content = rules::content(&draft.paper)?;
        let known = store::same(op.tx, draft.court.id, self.kind, subject, &content).await?;
        let (row, new) = match known {
            Some(row) => (row, false),
            None => (self.number(op, draft, subject, &content, payee).await?, true),
        };
        let facts = serde_json::json!({ "kind": row.kind, "number": row.number, "subject": subject.to_global(),
            "content": hex::encode(&row.content_sha256), "new": new });
        op.audit(row.id, Some(row.court_id), row.case_id, facts).await?;
        Ok(row.id)
    }
}

impl CreateDocumentInput {
    #[boxed]
    async fn number(
        &self,
        op: &Op<'_>,
        draft: forms::Draft,
        subject: NodeRef,
        content: &[u8],
        payee: Option<PartyId>,
    ) -> Result<document::Model, Failure> {
        let forms::Draft { court, case, mut paper } = draft;
        let year = paper.date.year();
        let serial = counter::next(op.tx, court.id, &format!("document-{}", self.kind.as_str()), year).await?;
        paper.number = rules::number(&court.code, self.kind, year, serial);
        op.services.paper.check(&paper).map_err(refused)?;
        let id = DocumentId::new(op.now);
        let words = serde_json::to_string(&paper)?;
        let row = document::Model {
            id,
            court_id: court.id,
            case_id: case,
            kind: self.kind,
            year,
            serial,
            number: paper.number,
            subject_kind: subject.kind.as_str().to_owned(),
            subject_id: subject.id,
            dated: paper.date,
            paper_sealed: op.services.vault.seal(document::paper_place(id), &words)?,
            content_sha256: content.to_vec(),
            author: op.actor.name(),
            recorded_at: op.now,
        };
        store::insert(op.tx, row.clone(), payee).await?;
        Ok(row)
    }
}

/// Was a document made for the actor himself?
#[boxed]
async fn is_for(op: &Op<'_>, payee: Option<PartyId>) -> Result<bool, Failure> {
    match payee {
        Some(party) => Ok(cases::store::is_viewer(op.tx, op.scope(), party).await?),
        None => Ok(false),
    }
}

/// What a user hears when nothing can be printed.
fn refused(error: FontError) -> Failure {
    match error {
        FontError::Missing | FontError::Unusable => {
            Refusal::new(RefusalCode::FontMissing).law(&reference::PAPER_FORM).into()
        }
        FontError::Character(c) => {
            Refusal::new(RefusalCode::FontLacksCharacter).law(&reference::PAPER_FORM).arg("character", c).into()
        }
        FontError::Pdf(detail) => Failure::internal(detail),
    }
}

/// Looks for the typeface, once in a process: it reads some megabytes, for which no transaction should wait. That there
/// is none is said by the act that needs it.
///
/// # Errors
/// When the runtime is being taken down.
pub async fn find_typeface(services: &Services) -> Result<(), Problem> {
    let typesetter = services.paper.clone();
    let found = tokio::task::spawn_blocking(move || typesetter.typeface().map(|_| ())).await;
    if let Err(error) = found.map_err(Problem::internal)? {
        tracing::warn!(%error, "documents cannot be printed");
    }
    Ok(())
}

/// Makes the file of a document, unless it has one.
///
/// # Errors
/// When the words cannot be opened, typeset or kept.
pub async fn typeset(services: &Services, id: DocumentId) -> Result<(), Problem> {
    let reader = services.db.reader();
    if store::file(&reader, id).await?.is_some() {
        return Ok(());
    }
    let scope = crate::access::Scope::Everything;
    let row = store::find(&reader, &scope, id).await?.ok_or(Problem::NotFound)?;
    let bytes = print(services, row.paper(&services.vault)?).await?;
    match run_as_system(services, "typeset", &KeepFile { id, bytes }).await {
        // another node was faster: the same words, the same file
        Err(Problem::Conflict) => Ok(()),
        other => other.map(|_| ()),
    }
}

/// The words as PDF, on a thread that may be busy.
///
/// # Errors
/// When there is no typeface any more.
pub async fn print(services: &Services, paper: Paper) -> Result<Vec<u8>, Problem> {
    let typesetter = services.paper.clone();
    let printed = tokio::task::spawn_blocking(move || typesetter.typeset(&paper)).await;
    printed.map_err(Problem::internal)?.map_err(Problem::internal)
}

/// Keeps a file that was typeset.
#[derive(Serialize)]
struct KeepFile {
    id: DocumentId,
    #[serde(skip)]
    bytes: Vec<u8>,
}
impl UseCase for KeepFile {
    type Done = DocumentId;
    const ACT: Act = Act::TypesetDocument;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<DocumentId, Failure> {
        let row = store::find(op.tx, op.scope(), self.id).await?.ok_or_else(|| Failure::not_found("document"))?;
        if store::file(op.tx, self.id).await?.is_some() {
            return Err(Problem::Conflict.into());
        }
        let sha256 = Sha256::digest(&self.bytes).to_vec();
        let byte_count = i64::try_from(self.bytes.len()).map_err(Failure::internal)?;
        let facts = serde_json::json!({ "number": row.number, "sha256": hex::encode(&sha256), "bytes": byte_count });
        let file = document_file::Model {
            document_id: row.id,
            court_id: row.court_id,
            sha256,
            byte_count,
            recorded_at: op.now,
        };
        store::keep_file(op.tx, &op.services.vault, file, &self.bytes).await?;
        op.audit(row.id, Some(row.court_id), row.case_id, facts).await?;
        Ok(row.id)
    }
}

/// Makes the files that a crash left out. It goes round: documents that cannot be printed hold up no other.
pub struct Typesetting {
    services: Services,
    /// The last document that was tried in this round.
    at: Mutex<DocumentId>,
}
impl Typesetting {
    pub fn new(services: Services) -> Typesetting {
        Typesetting { services, at: Mutex::new(START) }
    }
    /// The next documents of this round. A piece that is not full ends it.
    async fn next(&self) -> Result<Vec<DocumentId>, Problem> {
        let at = *self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let open = store::without_file(&self.services.db.reader(), at, AT_ONCE.into()).await?;
        let next = open.last().copied().filter(|_| open.len() == usize::from(AT_ONCE));
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = next.unwrap_or(START);
        Ok(open)
    }
}
const AT_ONCE: u16 = 20;
const START: DocumentId = DocumentId::from_uuid(Uuid::nil());
#[async_trait::async_trait]
impl JobHandler for Typesetting {
    fn name(&self) -> &'static str {
        "typesetting"
    }
    async fn tick(&self, _: &Fence) -> Result<u64, Problem> {
        let mut done = 0;
        for id in self.next().await? {
            match typeset(&self.services, id).await {
                Ok(()) => done += 1,
                Err(problem @ Problem::Database { .. }) => return Err(problem),
                // it is tried again in the next round
                Err(problem) => tracing::error!(document = %id.to_global(), ?problem, "a document is not typeset"),
            }
        }
        Ok(done)
    }
}

/// Asks for the address of a document's file; every asking is in the audit log.
#[derive(Serialize)]
pub struct OpenDocument {
    pub document: DocumentId,
}
impl UseCase for OpenDocument {
    type Done = DocumentId;
    const ACT: Act = Act::OpenDocument;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<DocumentId, Failure> {
        let row = store::find(op.tx, op.scope(), self.document).await?;
        let row = row.ok_or_else(|| Failure::not_found("document"))?;
        if let Some(act) = row.kind.guarded_by()
            && !scope_for(op.actor, act)?.allows_court(row.court_id)
            && !is_for(op, store::payee(op.tx, row.id).await?).await?
        {
            return Err(Problem::Forbidden.into());
        }
        let facts = serde_json::json!({ "number": row.number });
        op.audit(row.id, Some(row.court_id), row.case_id, facts).await?;
        Ok(row.id)
    }
}
