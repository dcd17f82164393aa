//! Taking a file of cases in, looking at it, importing it, and writing one.

mod confirm;
mod export;
mod upload;

pub use confirm::{ConfirmCaseImportInput, Preview, preview};
pub use export::{CaseExport, ExportCasesInput, read as read_export};
pub use upload::{CaseUpload, UploadCaseImportInput, upload, upload_input};
