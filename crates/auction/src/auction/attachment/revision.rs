//! Attachments that a revision of the announcement shows or takes away.

use super::AttachmentState;
use super::store::lot_attachment;
use crate::access::Op;
use crate::auction::store::lot;
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::AttachmentId;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use std::collections::HashSet;

/// What a revision does to one attachment.
#[derive(Clone, Debug)]
pub enum Step {
    Show(lot_attachment::Model),
    Remove(lot_attachment::Model),
}

/// The attachments that a revision of `row` shows and takes away.
///
/// # Errors
/// LIST_INVALID when one is named twice, NOT_FOUND for one of another lot, WRONG_STATE for one that has not arrived, is
/// shown already, or was not shown.
#[boxed]
pub async fn steps(
    op: &Op<'_>,
    row: &lot::Model,
    shown: &[AttachmentId],
    removed: &[AttachmentId],
) -> Result<Vec<Step>, Failure> {
    let named: Vec<_> = shown.iter().chain(removed).copied().collect();
    let distinct: HashSet<_> = named.iter().collect();
    if distinct.len() != named.len() {
        return Err(Refusal::new(RefusalCode::ListInvalid).field("showAttachments").into());
    }
    let mut steps = Vec::new();
    for (field, ids) in [("showAttachments", shown), ("removeAttachments", removed)] {
        for &id in ids {
            let found = lot_attachment::lock(op.tx, field, id).await?;
            if found.lot_id != row.id {
                return Err(Failure::not_found(field));
            }
            let show = field == "showAttachments";
            if found.state != AttachmentState::Stored || found.is_shown() == show {
                let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_13);
                return Err(refusal.field(field).arg("status", found.state.as_str()).into());
            }
            steps.push(if show { Step::Show(found) } else { Step::Remove(found) });
        }
    }
    Ok(steps)
}

/// Does a step as part of this revision.
#[boxed]
pub async fn apply(op: &Op<'_>, step: &Step, revision: i32) -> Result<(), Failure> {
    let row = match step {
        Step::Show(row) => lot_attachment::Model { shown_revision: Some(revision), ..row.clone() },
        Step::Remove(row) => {
            lot_attachment::Model { state: AttachmentState::Removed, removed_revision: Some(revision), ..row.clone() }
        }
    };
    Ok(lot_attachment::save(op.tx, row).await?)
}
