//! Photos and papers of lots (附件): declared with size, type and SHA-256, sent to a short-lived address, kept by their
//! hash.
//!
//! Until the publication they come and go freely; afterwards only by a revision of the announcement, so that the public
//! sees each change.

pub mod jobs;
pub mod ops;
pub mod revision;
pub mod rules;
pub mod shelf;
pub mod store;

use crate::kernel::stored_enum;

stored_enum! {
    /// What a file is; other types are not taken (文件类型).
    MediaType {
        /// Photo in JPEG form (JPEG 照片).
        Jpeg = "JPEG",
        /// Picture in PNG form (PNG 图片).
        Png = "PNG",
        /// Paper in PDF form (PDF 文件).
        Pdf = "PDF",
    }
}
impl MediaType {
    /// The name of RFC 6838.
    pub const fn mime(self) -> &'static str {
        match self {
            MediaType::Jpeg => "image/jpeg",
            MediaType::Png => "image/png",
            MediaType::Pdf => "application/pdf",
        }
    }
}

stored_enum! {
    /// Where an attachment stands (附件状态).
    AttachmentState {
        /// Declared; its bytes have not arrived (待上传).
        Pending = "PENDING",
        /// Its bytes arrived as declared (已存储).
        Stored = "STORED",
        /// Its bytes did not arrive within a day (已过期).
        Expired = "EXPIRED",
        /// Taken away (已移除).
        Removed = "REMOVED",
    }
}
