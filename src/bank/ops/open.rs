//! Opening a sealed file: for the bank's terminal or for an inquiry. Every opening is in the audit log.

use crate::{
    access::{Act, Op, UseCase},
    bank::store::{self, bank_file},
    kernel::{error::Failure, ids::BankFileId, secret::Secret},
};
use serde::{Deserialize, Serialize};

/// Reads the text of a file.
#[derive(Serialize)]
pub struct OpenBankFile {
    pub file: BankFileId,
}

/// The text of a file; it is never the stored answer of an idempotency key, for the act has none.
pub struct Content(pub Secret<String>);

impl Serialize for Content {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Content, D::Error> {
        Err(serde::de::Error::custom("a file's content is not stored as an answer"))
    }
}

impl UseCase for OpenBankFile {
    type Done = Content;
    const ACT: Act = Act::OpenBankFile;
    fn key(&self) -> Option<&str> {
        None
    }

    async fn perform(&self, op: &mut Op<'_>) -> Result<Content, Failure> {
        let file = store::find_file(op.tx, op.scope(), self.file).await?;
        let file = file.ok_or_else(|| Failure::not_found("file"))?;
        let place = bank_file::content_place(file.id);
        let content = op.services.vault.open(place, &file.content_sealed).map_err(Failure::internal)?;
        let facts = serde_json::json!({ "sha256": hex::encode(&file.sha256) });
        op.audit(file.id, Some(file.court_id), None, facts).await?;
        Ok(Content(content))
    }
}
