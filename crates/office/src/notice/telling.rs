//! What the composer reads and what it writes: an event of the audit log, and what whom it concerns is told.

use super::NoticeKind;
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    ids::{AccountId, AuditEventId, CaseId, CourtId, PartyId},
    money::Money,
};
use uuid::Uuid;

/// An event of the log that may concern somebody.
pub(super) struct Event {
    pub(super) id: AuditEventId,
    pub(super) court: CourtId,
    pub(super) case: Option<CaseId>,
    pub(super) at: Timestamp,
    pub(super) kind: String,
    pub(super) action: String,
    pub(super) subject: Uuid,
    pub(super) facts: serde_json::Value,
}

/// How much of an event was told.
pub(super) enum Told {
    Whole,
    /// All of it, and it was much: this transaction ends with it.
    Much,
    InPart,
}

/// A person to tell.
#[derive(Clone, Copy)]
pub(super) enum Recipient {
    Party(PartyId),
    Account(AccountId),
}
/// What to tell whom.
pub(super) struct Telling {
    pub(super) kind: NoticeKind,
    pub(super) to: Recipient,
    pub(super) amount: Option<Money>,
    pub(super) day: LegalDate,
    pub(super) account_tail: Option<String>,
}
