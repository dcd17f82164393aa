//! Pure decisions about cases: who may be a party, what is still owed, when a case may close and how it resumes.

pub mod agent;
pub mod bankruptcy;
pub mod claim;
pub mod closing;
pub mod measure;
pub mod order;
pub mod party;
pub mod relief;
pub mod restriction;
pub mod settlement;
pub mod text;
pub mod transfer;
