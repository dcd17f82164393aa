//! Opening a sealed file: for the bank's terminal or for an inquiry. Every opening is in the audit log.

use crate::kernel::boxed;
use crate::{
    access::{Act, Op, UseCase},
    bank::{
        FileDirection, raw,
        store::{self, bank_file},
        template::{self, layout::BankEncoding},
    },
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

/// A file as it is and as text; it is never the stored answer of an idempotency key, for the act has none.
pub struct Content {
    pub bytes: Secret<Vec<u8>>,
    pub text: Secret<String>,
}

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
        let encoding = encoding_of(op, &file).await?;
        let text =
            template::decode(encoding, &content).ok_or_else(|| Failure::internal("a file of another encoding"))?;
        let facts = serde_json::json!({ "sha256": hex::encode(&file.sha256) });
        op.audit(file.id, Some(file.court_id), None, facts).await?;
        Ok(Content { bytes: Secret::new(content), text: Secret::new(text) })
    }
}

/// ISO 20022 is UTF-8; a template says what its files are.
#[boxed]
async fn encoding_of(op: &Op<'_>, file: &bank_file::Model) -> Result<BankEncoding, Failure> {
    let Some(id) = file.template_id else { return Ok(BankEncoding::Utf8) };
    let layouts = template::store::by_id(op.tx, id).await?.map(|row| row.read_layouts()).transpose()?.flatten();
    let layouts = layouts.ok_or_else(|| Failure::internal("a file without its template"))?;
    Ok(match file.direction {
        FileDirection::Incoming => layouts.results.encoding,
        FileDirection::Outgoing => layouts.payments.encoding,
    })
}
