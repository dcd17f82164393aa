//! A principal takes the power of the agent who bids for him back (撤销委托; 民法典 173). He writes to the court, and
//! from the recording on the agent bids no more; what he bid before stands. Before bidding starts a new power may be
//! put in its place, by `decideQualification`; afterwards nobody bids by this registration again (网拍规定 14).

use super::papers::release;
use crate::access::{Act, Op, UseCase};
use crate::auction::rules::papers::{decide_revocable, revoked_from};
use crate::auction::store::{attempt, bidder_papers, lot, proxy_bid, registration};
use crate::auction::{LotStatus, RegistrationStatus};
use crate::cases::rules::text::{self, SHORT};
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::RegistrationId;
use crate::kernel::query::Fetch;
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Records that a principal took the power of the agent who bids for him back: bids of the agent that arrive from now
/// on are refused, earlier ones stand, his sealed maximum ends (登记撤销委托).
#[derive(InputObject, Serialize)]
pub struct RecordPowerRevocationInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The registration of an agent, while bids are or will be taken (报名).
    pub registration: RegistrationId,
    /// The principal's letter to the court: number or title of the document (撤销委托书).
    pub document: String,
}

impl UseCase for RecordPowerRevocationInput {
    type Done = RegistrationId;
    const ACT: Act = Act::RecordPowerRevocation;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<RegistrationId, Failure> {
        let (sale, mut row, mut papers) = lock(op, self.registration).await?;
        let end = sale.effective_end_at.filter(|_| sale.status != LotStatus::Suspended);
        decide_revocable(sale.status, end, op.now, row.status, row.power_revoked_at)?;
        let document = text::checked("document", &self.document, SHORT)?;
        let last = attempt::last_accepted(op.tx, sale.id, row.id).await?;
        let revoked_at = revoked_from(op.now, last);
        row.power_revoked_at = Some(revoked_at);
        // a sale that was stopped before its start has not begun, however long it stands still
        let reached = sale.suspended_at.unwrap_or(op.now);
        if sale.starts_at.is_some_and(|starts| reached < starts) {
            wait_for_a_new_power(&mut row);
        }
        if last.is_none() {
            // he for whom nothing was bid may bid by himself, or by another agent
            release(op, &row).await?;
        }
        let maximum_ended = proxy_bid::end(op.tx, row.id, op.now).await?;
        let place = bidder_papers::revocation_place(row.id);
        papers.revocation_sealed = Some(op.services.vault.seal(place, &document)?);
        let facts = serde_json::json!({ "document": document, "revokedAt": revoked_at, "hasBid": last.is_some(),
            "maximumEnded": maximum_ended });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        bidder_papers::save(op.tx, papers).await?;
        registration::save(op.tx, row).await?;
        Ok(self.registration)
    }
}

/// The clerk decides on it again.
fn wait_for_a_new_power(row: &mut registration::Model) {
    let reason = "委托人撤销委托，待提交新的授权委托书";
    let before = row.review_reason.take().filter(|_| row.status == RegistrationStatus::UnderReview);
    row.review_reason = Some(before.map_or_else(|| reason.to_owned(), |before| format!("{before}；{reason}")));
    row.status = RegistrationStatus::UnderReview;
}

/// The lot, locked against bids, then the registration, with the power by which it bids.
///
/// # Errors
/// NOT_FOUND when no agent bids by it.
#[boxed]
async fn lock(
    op: &Op<'_>,
    id: RegistrationId,
) -> Result<(lot::Model, registration::Model, bidder_papers::Model), Failure> {
    let gone = || Failure::not_found("registration");
    let seen = bidder_papers::of_registration(op.tx, id).await?;
    let seen = seen.filter(|papers| papers.by_agent() && op.scope().allows_court(papers.court_id));
    let sale = lot::lock_lot(op.tx, op.scope(), seen.ok_or_else(gone)?.lot_id).await?;
    let row = registration::lock(op.tx, id).await?;
    // as the lock found it
    let papers = bidder_papers::Entity::find_by_id(id).first(op.tx).await?.ok_or_else(gone)?;
    Ok((sale, row, papers))
}
