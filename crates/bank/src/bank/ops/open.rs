//! Opening a sealed file: for the bank's terminal or for an inquiry. Every opening is in the audit log.

use crate::{
    access::{Act, Op, UseCase},
    bank::{raw, store},
    kernel::{
        error::Failure,
        ids::BankFileId,
        refusal::{Refusal, RefusalCode},
        secret::Secret,
    },
    law::reference,
};
use serde::{Deserialize, Serialize};

/// Largest file that is shown as one text, in bytes.
const SHOWN: i64 = 8 * 1024 * 1024;

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
        if file.byte_count > SHOWN {
            let refusal = Refusal::new(RefusalCode::BankFileInvalid).law(&reference::BANK_FILE_FORM);
            return Err(refusal.arg("reason", "TOO_LARGE").arg("maximum", SHOWN).into());
        }
        let content = raw::whole(op.tx, &op.services.vault, file.id).await?;
        let content = Secret::new(String::from_utf8(content).map_err(Failure::internal)?);
        let facts = serde_json::json!({ "sha256": hex::encode(&file.sha256) });
        op.audit(file.id, Some(file.court_id), None, facts).await?;
        Ok(Content(content))
    }
}
