//! The door of the qualification clerk: he sees the name behind a registration, never its code (网拍规定 8, 18). Each
//! opening is on record and published with its reason after the close.

use crate::access::{Act, Op, UseCase};
use crate::auction::SealedPart;
use crate::auction::store::opening::{self, Opened};
use crate::auction::store::registration;
use crate::cases::rules::text::{self, SHORT};
use crate::kernel::error::Failure;
use crate::kernel::ids::RegistrationId;
use crate::kernel::query::Fetch;
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Opens the name behind a registration for the review of its qualification (查阅报名人身份).
#[derive(InputObject, Serialize)]
pub struct OpenRegistrationInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The registration (报名).
    pub registration: RegistrationId,
    /// Why it is opened, 1 to 128 characters without names: published after the close (查阅理由).
    pub reason: String,
}

impl UseCase for OpenRegistrationInput {
    type Done = RegistrationId;
    const ACT: Act = Act::OpenRegistration;
    /// Another key is another opening, and both are on record.
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<RegistrationId, Failure> {
        let row = registration::Entity::find_by_id(self.registration).first(op.tx).await?;
        let row = row.filter(|row| op.scope().allows_court(row.court_id));
        let row = row.ok_or_else(|| Failure::not_found("registration"))?;
        let reason = text::checked("reason", &self.reason, SHORT)?;
        let of = Opened { court: row.court_id, lot: row.lot_id, registration: row.id };
        opening::record(op.tx, op.now, of, SealedPart::Name, &reason).await?;
        let facts = serde_json::json!({ "opened": SealedPart::Name, "reason": reason });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        Ok(row.id)
    }
}
