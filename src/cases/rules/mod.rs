//! Pure decisions about cases: who may be a party, what is still owed, when a case may close and how it resumes.

pub mod claim;
pub mod closing;
pub mod measure;
pub mod party;
pub mod text;
