//! Cases in and out by file (案件导入、导出): what a court keeps in its case system comes in as a workbook or CSV, with every
//! error by row and column before anything is written, and goes out in the same columns.
//!
//! A row is opened by the very use cases of the single mutations (`openCase`, `confirmPayee`): there is no second set
//! of rules. Status, payments and measures of a case are not part of the file.

mod grid;
pub mod ops;
mod rules;
pub mod sheets;
pub mod store;

pub use rules::Finding;

use crate::kernel::stored_enum;

/// Largest file, in bytes.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;
/// Most cases of one file, in or out.
pub const MOST_CASES: usize = 2_000;

stored_enum! {
    /// A sheet of the file (工作表).
    CaseSheet {
        /// One row per case (案件).
        Cases = "CASES",
        /// One row per party of a case (当事人).
        Parties = "PARTIES",
        /// One row per claim (债权).
        Claims = "CLAIMS",
        /// One row per payee account confirmed in writing (收款账户).
        Payees = "PAYEES",
    }
}

stored_enum! {
    /// Where an import stands (导入状态).
    CaseImportStatus {
        /// Read; nothing is imported yet (已上传).
        Uploaded = "UPLOADED",
        /// Part of its cases were looked at: confirm again to go on (导入中).
        Running = "RUNNING",
        /// Every case of the file was imported or left out (已完成).
        Done = "DONE",
    }
}

stored_enum! {
    /// What becomes of a file with errors (导入方式).
    CaseImportMode {
        /// A single error leaves everything out; up to 500 cases, in one transaction (全部或者全不).
        AllOrNothing = "ALL_OR_NOTHING",
        /// Cases without an error come in, the others are left out whole; 100 cases each time it is confirmed
        /// (仅导入无误案件).
        GoodCases = "GOOD_CASES",
    }
}
