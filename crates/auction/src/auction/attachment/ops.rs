//! Declaring, keeping and taking away an attachment (网拍规定 13: text, pictures and papers of the property).

use super::rules::{self, Bytes};
use super::store::{self, lot_attachment};
use super::{AttachmentState, MediaType};
use crate::access::{Act, Op, UseCase, parameters};
use crate::auction::LotStatus;
use crate::auction::store::lot;
use crate::cases::rules::text::{self, SHORT};
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::{AttachmentId, LotId};
use crate::kernel::query::Execute;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::{parameter::ATTACHMENT_MEGABYTES, reference};
use async_graphql::InputObject;
use sea_orm::EntityTrait;
use serde::Serialize;

/// Declares a photo or paper of a lot and asks where to send it (申请上传附件).
#[derive(InputObject, Serialize)]
pub struct RequestAttachmentUploadInput {
    /// Repeat with the same key after a lost answer, or for a fresh address (幂等键).
    pub idempotency_key: String,
    /// The lot, in preparation or up to its end; after the publication the file is shown by a revision alone (标的物).
    pub lot: LotId,
    /// Name of the file, up to 120 characters, without folders (文件名).
    pub file_name: String,
    /// What the file is (文件类型).
    pub media_type: MediaType,
    /// Size in bytes, at most the court's `attachment_megabytes` (文件大小).
    pub size: i32,
    /// SHA-256 of the file in 64 hexadecimal digits (文件摘要).
    pub sha256: String,
    /// What it shows, up to 128 characters (说明).
    pub caption: Option<String>,
}

impl UseCase for RequestAttachmentUploadInput {
    type Done = AttachmentId;
    const ACT: Act = Act::RequestAttachment;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AttachmentId, Failure> {
        let row = reach(op, self.lot).await?;
        if !may_change(row.status) {
            return Err(wrong_state());
        }
        let file_name = text::checked("fileName", &self.file_name, rules::LONGEST_NAME)?;
        rules::check_name(&file_name)?;
        let caption = text::checked_option("caption", self.caption.as_deref(), SHORT)?;
        let size = i64::from(self.size);
        let set = parameters::of_court(op.tx, row.court_id).await?;
        rules::check_size(size, set.integer(&ATTACHMENT_MEGABYTES))?;
        let sha256 = rules::parse_sha256(&self.sha256)?;
        if lot_attachment::count(op.tx, row.id).await? >= rules::MOST {
            return Err(Refusal::new(RefusalCode::ListInvalid).law(&reference::NETAUCTION_13).field("lot").into());
        }
        store::need(op.tx, &sha256, op.now).await?;
        let new = lot_attachment::Model {
            id: AttachmentId::new(op.now),
            court_id: row.court_id,
            lot_id: row.id,
            file_name,
            caption,
            media_type: self.media_type,
            size,
            sha256: sha256.to_vec(),
            state: AttachmentState::Pending,
            stored_at: None,
            shown_revision: None,
            removed_revision: None,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "lot": row.lot_number, "fileName": new.file_name, "size": size,
            "mediaType": new.media_type, "sha256": hex::encode(sha256) });
        let id = new.id;
        lot_attachment::Entity::insert(lot_attachment::ActiveModel::from(new)).execute(op.tx).await?;
        op.audit(id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(id)
    }
}

/// Takes an attachment away that the public has not seen (移除附件); what it has seen goes by a revision.
#[derive(InputObject, Serialize)]
pub struct RemoveAttachmentInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The attachment (附件).
    pub attachment: AttachmentId,
}

impl UseCase for RemoveAttachmentInput {
    type Done = AttachmentId;
    const ACT: Act = Act::RemoveAttachment;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AttachmentId, Failure> {
        let unknown = || Failure::not_found("attachment");
        let found = lot_attachment::find(op.tx, self.attachment).await?.ok_or_else(unknown)?;
        if !op.scope().allows_court(found.court_id) {
            return Err(unknown());
        }
        let sale = reach(op, found.lot_id).await?;
        let mut row = lot_attachment::lock(op.tx, "attachment", self.attachment).await?;
        let there = matches!(row.state, AttachmentState::Pending | AttachmentState::Stored);
        if !there || (sale.is_public() && row.is_shown()) {
            let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_13);
            return Err(refusal.field("attachment").arg("status", row.state.as_str()).into());
        }
        row.state = AttachmentState::Removed;
        row.shown_revision = None;
        store::release(op.tx, &row.sha256, op.now).await?;
        let facts = serde_json::json!({ "lot": sale.lot_number, "fileName": row.file_name });
        op.audit(row.id, Some(row.court_id), Some(sale.case_id), facts).await?;
        lot_attachment::save(op.tx, row).await?;
        Ok(self.attachment)
    }
}

/// Records that the bytes of an attachment have arrived and are kept. The store holds them already: a crash between the
/// two leaves an attachment that waits for its bytes, and nothing that is shown without them.
#[derive(Serialize)]
pub struct StoreAttachment {
    pub attachment: AttachmentId,
}

impl UseCase for StoreAttachment {
    type Done = AttachmentId;
    const ACT: Act = Act::StoreAttachment;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<AttachmentId, Failure> {
        let found = lot_attachment::find(op.tx, self.attachment).await?;
        let found = found.ok_or_else(|| Failure::not_found("attachment"))?;
        let sale = reach(op, found.lot_id).await?;
        let mut row = lot_attachment::lock(op.tx, "attachment", self.attachment).await?;
        if row.state != AttachmentState::Pending {
            let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_13);
            return Err(refusal.field("attachment").arg("status", row.state.as_str()).into());
        }
        row.state = AttachmentState::Stored;
        row.stored_at = Some(op.now);
        // what comes later is shown by the revision that names it
        row.shown_revision = (!sale.is_public()).then_some(0);
        let facts = serde_json::json!({ "lot": sale.lot_number, "sha256": hex::encode(&row.sha256) });
        op.audit(row.id, Some(row.court_id), Some(sale.case_id), facts).await?;
        lot_attachment::save(op.tx, row).await?;
        Ok(self.attachment)
    }
}

/// Gives up waiting for the bytes of an attachment. Answers false when they have come in the meantime.
#[derive(Serialize)]
pub struct ExpireAttachment {
    pub attachment: AttachmentId,
}

impl UseCase for ExpireAttachment {
    type Done = bool;
    const ACT: Act = Act::ExpireAttachment;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        let mut row = lot_attachment::lock(op.tx, "attachment", self.attachment).await?;
        let expired = row.state == AttachmentState::Pending;
        let facts = serde_json::json!({ "fileName": row.file_name, "expired": expired });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        if expired {
            row.state = AttachmentState::Expired;
            store::release(op.tx, &row.sha256, op.now).await?;
            lot_attachment::save(op.tx, row).await?;
        }
        Ok(expired)
    }
}

/// What was declared.
///
/// # Errors
/// As [`lot_attachment::Model::hash`].
pub fn declared(row: &lot_attachment::Model) -> Result<Bytes, Failure> {
    Ok(Bytes { size: row.size, sha256: row.hash()? })
}

/// The lot of a court that the scope reaches. Locked while it is in preparation, so that it is not published meanwhile; a
/// published lot may be taking bids and is not held up for a photo.
#[boxed]
async fn reach(op: &Op<'_>, id: LotId) -> Result<lot::Model, Failure> {
    let found = lot::find_lot(op.tx, op.scope(), id).await?.ok_or_else(|| Failure::not_found("lot"))?;
    if found.is_public() { Ok(found) } else { lot::lock_lot(op.tx, op.scope(), id).await }
}

const fn may_change(status: LotStatus) -> bool {
    use LotStatus::{Announced, Draft, Open, Ready, Suspended};
    matches!(status, Draft | Ready | Announced | Open | Suspended)
}
fn wrong_state() -> Failure {
    Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_13).field("lot").into()
}
