//! Taking a file in: it is read outside of the transaction, and its cells are kept sealed. Nothing of it is a case yet.
//!
//! The same use case stands behind `uploadCaseImport` and `POST /case-imports`.

use crate::{
    access::{Act, Actor, Op, Services, UseCase, policy, run},
    cases::{self, rules::text},
    exchange::{
        CaseImportStatus, MOST_CASES,
        grid::{self, Grid},
        rules::draft::Reading,
        store::{self, case_import},
    },
    kernel::{
        error::{Failure, Outcome, Problem},
        ids::{CaseImportId, CourtId},
        refusal::Refusal,
    },
};
use async_graphql::InputObject;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Longest name of a file, in characters.
const NAME: usize = 200;

/// A file of cases to take in (上传案件导入文件).
#[derive(InputObject)]
pub struct UploadCaseImportInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court whose cases they are (法院).
    pub court: CourtId,
    /// Name of the file (文件名).
    pub file_name: String,
    /// The bytes in Base64, as long as the request may be (256 KiB); larger files, up to 2 MiB, go to
    /// `POST /case-imports` (文件内容).
    pub content: String,
}

/// What is taken in, whichever way it came.
pub struct CaseUpload {
    /// Without one the file is known by its bytes.
    pub key: Option<String>,
    pub court: CourtId,
    pub file_name: String,
    pub bytes: Vec<u8>,
}

/// As [`upload`], from the graph.
///
/// # Errors
/// As [`upload`].
pub async fn upload_input(
    services: &Services,
    actor: &Actor,
    input: UploadCaseImportInput,
) -> Result<Outcome<CaseImportId>, Problem> {
    // what is no Base64 is no file: it goes on as no bytes and is refused like any other
    let bytes = STANDARD.decode(input.content).unwrap_or_default();
    let (court, file_name) = (input.court, input.file_name);
    upload(services, actor, CaseUpload { key: Some(input.idempotency_key), court, file_name, bytes }).await
}

/// Takes a file in for `actor`. The same bytes for the same court are the same import.
///
/// # Errors
/// `CASE_FILE_INVALID`, `TEXT_INVALID` and `NOT_FOUND` as refusals.
pub async fn upload(services: &Services, actor: &Actor, upload: CaseUpload) -> Result<Outcome<CaseImportId>, Problem> {
    let sha256 = hex::encode(Sha256::digest(&upload.bytes));
    // whoever may not import is not worth the reading; `run` refuses and audits him
    let bytes = match policy::scope_for(actor, Act::UploadCaseImport) {
        Ok(_) => upload.bytes,
        Err(_) => Vec::new(),
    };
    let today = services.clock.now().legal_date();
    let examine = move || {
        let grids = grid::read(&bytes)?;
        match Reading::of(&grids, today).drafts.len() {
            0 => Err(grid::unreadable()),
            cases @ 1..=MOST_CASES => Ok((grids, cases)),
            _ => Err(grid::too_much("cases", MOST_CASES)),
        }
    };
    let examined = tokio::task::spawn_blocking(examine).await.map_err(Problem::internal)?;
    let CaseUpload { key, court, file_name, .. } = upload;
    run(services, actor, &UploadCaseImport { key, court, file_name, sha256, examined }).await
}

#[derive(Serialize)]
struct UploadCaseImport {
    #[serde(skip)]
    key: Option<String>,
    court: CourtId,
    file_name: String,
    sha256: String,
    /// The cells and the number of cases.
    #[serde(skip)]
    examined: Result<(Vec<Grid>, usize), Refusal>,
}
impl UseCase for UploadCaseImport {
    type Done = CaseImportId;
    const ACT: Act = Act::UploadCaseImport;
    fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseImportId, Failure> {
        let court = cases::store::court(op.tx, self.court).await?.filter(|row| op.scope().allows_court(row.id));
        let court = court.ok_or_else(|| Failure::not_found("court"))?;
        let file_name = text::checked("fileName", &self.file_name, NAME)?;
        let (grids, cases) = self.examined.as_ref().map_err(Refusal::clone)?;
        let facts = serde_json::json!({ "sha256": self.sha256 });
        if let Some(known) = store::by_digest(op.tx, court.id, &self.sha256).await? {
            op.audit(known.id, Some(court.id), None, facts).await?;
            return Ok(known.id);
        }
        let row = case_import::Model {
            id: CaseImportId::new(op.now),
            court_id: court.id,
            file_name,
            sha256: self.sha256.clone(),
            status: CaseImportStatus::Uploaded,
            mode: None,
            total_cases: i64::try_from(*cases).map_err(Failure::internal)?,
            next_case: 0,
            uploaded_by: op.account()?,
            recorded_at: op.now,
        };
        let id = row.id;
        store::insert(op.tx, &op.services.vault, row, grids).await?;
        op.audit(id, Some(court.id), None, facts).await?;
        Ok(id)
    }
}
