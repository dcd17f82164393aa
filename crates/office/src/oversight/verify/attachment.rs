//! Attachments: what is kept has its object, and each object its bytes.

use super::{
    check::{MAX_ROWS, SqlCheck, Subject},
    report::{Report, Violation},
};
use crate::{
    auction::attachment::{shelf::Shelf, store::lot_attachment},
    kernel::{db::Db, error::Problem, ids::AttachmentId},
};
use uuid::Uuid;

pub(super) const CHECKS: &[SqlCheck] = &[SqlCheck {
    name: "attachment.object",
    promise: "Each attachment that is kept, awaited or was public has its object on record.",
    subject: Subject::Id("attachment"),
    sql: "SELECT a.id AS subject, 'an object' AS expected, 'no object' AS found
          FROM lot_attachment a LEFT JOIN stored_object o ON o.sha256 = a.sha256
          WHERE (a.state IN ('PENDING', 'STORED') OR a.removed_revision IS NOT NULL)
            AND o.sha256 IS NULL",
}];

const FILES: &str = "attachment.content";
const PROMISE: &str = "The bytes of each stored attachment are there and have the SHA-256 that was declared.";
const CHUNK: u64 = 100;

/// Reads every stored attachment.
///
/// # Errors
/// Only when database or store cannot be read: what is wrong in them goes to the report.
pub async fn verify_attachments(db: &Db, shelf: &Shelf, report: &mut Report) -> Result<(), Problem> {
    let reader = db.reader();
    let mut found = Vec::new();
    let mut last = AttachmentId::from_uuid(Uuid::nil());
    loop {
        let rows = lot_attachment::stored_after(&reader, last, CHUNK).await?;
        for row in &rows {
            last = row.id;
            let kept = shelf.hash(&row.hash()?).await?;
            if kept.as_ref().map(<[u8; 32]>::as_slice) != Some(row.sha256.as_slice()) {
                let found_text = kept.map_or_else(|| "nothing".to_owned(), hex::encode);
                let (subject, expected) = (format!("attachment {}", row.id.uuid()), hex::encode(&row.sha256));
                found.push(Violation { check: FILES, subject, expected, found: found_text });
            }
        }
        if rows.is_empty() || found.len() >= MAX_ROWS {
            break;
        }
    }
    report.add(FILES, PROMISE, found);
    Ok(())
}
