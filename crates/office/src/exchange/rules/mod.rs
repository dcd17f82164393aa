//! What the columns of a file of cases mean: from cells to the inputs of the single mutations, with all their errors.

pub mod columns;
pub mod draft;
mod row;

use super::CaseSheet;
use crate::kernel::refusal::Refusal;

/// What is wrong with a cell, a row or a heading of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub sheet: CaseSheet,
    /// As a spreadsheet counts them, from 1.
    pub row: u32,
    /// Title of the column; none where the row as a whole is meant.
    pub column: Option<&'static str>,
    pub refusal: Refusal,
}
