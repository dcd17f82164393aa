//! Documents: numbers without gaps, words that are what was hashed, files that are what was filed.

use super::{
    check::{MAX_ROWS, SqlCheck, Subject},
    report::{Report, Violation},
};
use crate::{
    access::Scope,
    document::{rules, store},
    kernel::{
        db::{Reader, sql},
        error::Problem,
        ids::DocumentId,
        secret::Vault,
    },
};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(super) const CHECKS: &[SqlCheck] = &[
    SqlCheck {
        name: "document.numbers",
        promise: "Documents of a court, kind and year are numbered from 1 without a gap, as far as the counter says.",
        subject: Subject::Text,
        sql: "SELECT d.kind || ' ' || CAST(d.year AS TEXT) AS subject, CAST(MAX(k.value) AS TEXT) AS expected,
                  CAST(COUNT(*) AS TEXT) || ' up to ' || CAST(MAX(d.serial) AS TEXT) AS found
              FROM document d LEFT JOIN counter k
                  ON k.court_id = d.court_id AND k.name = 'document-' || d.kind AND k.year = d.year
              GROUP BY d.court_id, d.kind, d.year
              HAVING COUNT(*) <> MAX(d.serial) OR MAX(k.value) IS NULL OR MAX(k.value) <> MAX(d.serial)",
    },
    SqlCheck {
        name: "document.payee",
        promise: "A proof of payment is open to the party whom its payment went to, and no other paper to any.",
        subject: Subject::Id("document"),
        sql: "SELECT d.id AS subject,
                     CASE WHEN d.kind = 'PAYOUT_RECEIPT' THEN 'the party of its payment' ELSE 'no party' END AS expected,
                     CASE WHEN r.document_id IS NULL THEN 'no party' ELSE 'another party' END AS found
              FROM document d LEFT JOIN document_payee r ON r.document_id = d.id
              WHERE (r.document_id IS NOT NULL AND (d.kind <> 'PAYOUT_RECEIPT' OR NOT EXISTS
                        (SELECT 1 FROM payout_attempt a JOIN payee y ON y.id = a.payee_id
                         WHERE a.payable_id = d.subject_id AND y.party_id = r.party_id)))
                 OR (r.document_id IS NULL AND d.kind = 'PAYOUT_RECEIPT' AND EXISTS
                        (SELECT 1 FROM payout_attempt a WHERE a.payable_id = d.subject_id AND a.state = 'SETTLED'
                         AND a.payee_id IS NOT NULL))",
    },
];

const FILES: &str = "document.content";
const PROMISE: &str = "Each document's words are those that were hashed, and its file is the one that was filed.";
const CHUNK: i64 = 20;

/// Opens every document and its file.
pub(super) async fn contents(reader: &Reader, vault: &Vault, report: &mut Report) -> Result<(), Problem> {
    let mut found = Vec::new();
    let mut last = Uuid::nil();
    loop {
        let text = "SELECT id FROM document WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = reader.query_all_raw(sql(reader, text, [last.into(), CHUNK.into()])).await?;
        for row in &rows {
            last = row.try_get("", "id")?;
            check(reader, vault, DocumentId::from_uuid(last), &mut found).await?;
        }
        if rows.is_empty() || found.len() >= MAX_ROWS {
            break;
        }
    }
    report.add(FILES, PROMISE, found);
    Ok(())
}

async fn check(reader: &Reader, vault: &Vault, id: DocumentId, found: &mut Vec<Violation>) -> Result<(), Problem> {
    let Some(row) = store::find(reader, &Scope::Everything, id).await? else { return Ok(()) };
    let mut violate = |expected: &[u8], seen: &[u8]| {
        let (expected, seen) = (hex::encode(expected), hex::encode(seen));
        found.push(Violation { check: FILES, subject: format!("document {}", row.number), expected, found: seen });
    };
    let content = rules::content(&row.paper(vault)?)?;
    if row.content_sha256 != content {
        violate(&row.content_sha256, &content);
    }
    if let Some(file) = store::file(reader, id).await? {
        let hash = Sha256::digest(store::bytes(reader, vault, id).await?);
        if file.sha256 != hash[..] {
            violate(&file.sha256, &hash);
        }
    }
    Ok(())
}
