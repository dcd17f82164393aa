//! Photos and papers of lots in the graph; their bytes go over `attachment_api`.

use crate::access::{Act, Scope, link};
use crate::auction::attachment::ops::{RemoveAttachmentInput, RequestAttachmentUploadInput};
use crate::auction::attachment::store::lot_attachment;
use crate::auction::attachment::{AttachmentState, MediaType};
use crate::auction::attachment_api::{path_of, upload_path};
use crate::auction::store::lot;
use crate::graphql::caller::{run, scope, services};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::AttachmentId;
use crate::payload;
use async_graphql::{Context, Object, SimpleObject};

/// A photo or paper of a lot, with what its reader may see of it.
pub struct Attachment {
    row: lot_attachment::Model,
    /// Everybody may fetch it.
    open: bool,
}
impl Attachment {
    fn of(sale: &lot::Model, row: lot_attachment::Model) -> Attachment {
        Attachment { open: sale.is_public() && row.is_shown(), row }
    }
    /// One that everybody sees, or of one of the caller's courts.
    pub async fn load(ctx: &Context<'_>, id: &AttachmentId) -> Result<Option<Attachment>, Problem> {
        let Some(row) = lot_attachment::find(&services(ctx)?.db.reader(), *id).await? else { return Ok(None) };
        let reader = services(ctx)?.db.reader();
        let Some(sale) = lot::find_lot(&reader, &Scope::Everything, row.lot_id).await? else { return Ok(None) };
        let found = Attachment::of(&sale, row);
        Ok((found.open || its_staff(ctx).allows_court(found.row.court_id)).then_some(found))
    }
    /// Those of a lot that the caller may see.
    pub async fn of_lot(ctx: &Context<'_>, sale: &lot::Model) -> Result<Vec<Attachment>, Problem> {
        let own = its_staff(ctx).allows_court(sale.court_id);
        let rows = lot_attachment::of_lot(&services(ctx)?.db.reader(), sale.id, own).await?;
        Ok(rows.into_iter().map(|row| Attachment::of(sale, row)).collect())
    }
}

/// The courts whose attachments the caller prepares, an agency that assists the court among them; none for the public.
fn its_staff(ctx: &Context<'_>) -> Scope {
    scope(ctx, Act::RequestAttachment).unwrap_or(Scope::Some { courts: Vec::new(), own: None })
}

/// A photo or paper of a lot (标的物附件). The court sees those that are not public yet as well.
#[Object(name = "LotAttachment")]
impl Attachment {
    /// Opaque id (标识).
    pub async fn id(&self) -> AttachmentId {
        self.row.id
    }
    /// Name of the file (文件名).
    async fn file_name(&self) -> &str {
        &self.row.file_name
    }
    /// What it shows (说明).
    async fn caption(&self) -> Option<&str> {
        self.row.caption.as_deref()
    }
    /// What the file is (文件类型).
    async fn media_type(&self) -> MediaType {
        self.row.media_type
    }
    /// Size in bytes (文件大小).
    async fn size(&self) -> i64 {
        self.row.size
    }
    /// SHA-256 in hexadecimal: the file's bytes have it, checked when they arrived (文件摘要).
    async fn sha256(&self) -> String {
        hex::encode(&self.row.sha256)
    }
    /// Where it stands (附件状态).
    async fn state(&self) -> AttachmentState {
        self.row.state
    }
    /// Everybody sees it; false while only the court does (是否公示).
    async fn published(&self) -> bool {
        self.open
    }
    /// The revision of the announcement that shows it, 0 for the announcement itself (公示于第几次更正).
    async fn shown_revision(&self) -> Option<i32> {
        self.row.shown_revision
    }
    /// When its bytes had arrived (存储时间).
    async fn stored_at(&self) -> Option<Timestamp> {
        self.row.stored_at
    }
    /// Path on this server to fetch it from by GET; for five minutes when it is not public. Null before its bytes have
    /// arrived (下载地址).
    async fn path(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let path = path_of(self.row.id);
        Ok(match self.row.state {
            AttachmentState::Stored if self.open => Some(path),
            AttachmentState::Stored => Some(link::signed(services(ctx)?, &path).0),
            _ => None,
        })
    }
}

/// Where to send the bytes of a declared file (上传地址).
#[derive(SimpleObject)]
pub struct UploadTarget {
    /// Path and query on this server: PUT the bytes there as the body, without a token (地址).
    path: String,
    /// Until then the upload must have begun; repeat the mutation with its key for a fresh address (失效时间).
    expires_at: Timestamp,
}
async fn target(ctx: &Context<'_>, id: &AttachmentId) -> Result<Option<UploadTarget>, Problem> {
    let pending = Attachment::load(ctx, id).await?.filter(|found| found.row.state == AttachmentState::Pending);
    let Some(pending) = pending else { return Ok(None) };
    let (path, expires_at) = link::signed(services(ctx)?, &upload_path(pending.row.id));
    Ok(Some(UploadTarget { path, expires_at }))
}

payload! {
    /// The declared file and where to send it (申请上传结果).
    RequestAttachmentUploadPayload of AttachmentId {
        /// The attachment, which waits for its bytes (附件).
        attachment: Attachment = Attachment::load,
        /// Where to send the bytes; null once they have arrived (上传地址).
        upload: UploadTarget = target,
    }
    /// The attachment that was taken away (移除附件结果).
    RemoveAttachmentPayload of AttachmentId {
        /// The attachment (附件).
        attachment: Attachment = Attachment::load,
    }
}

#[derive(Default)]
pub struct AttachmentMutation;
#[Object]
impl AttachmentMutation {
    /// Declares a photo or paper of a lot and answers where to send its bytes (申请上传附件). Files of a lot in preparation
    /// are public with its announcement, later ones by `reviseAnnouncement`. Roles: OFFICER, AUXILIARY_AGENCY.
    async fn request_attachment_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file (附件).")] input: RequestAttachmentUploadInput,
    ) -> Result<RequestAttachmentUploadPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Takes away a photo or paper that the public has not seen (移除附件). Roles: OFFICER, AUXILIARY_AGENCY.
    async fn remove_attachment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The attachment (附件).")] input: RemoveAttachmentInput,
    ) -> Result<RemoveAttachmentPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
