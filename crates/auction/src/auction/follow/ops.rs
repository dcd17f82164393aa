//! Following a lot, and the event from which its followers are reminded.

use super::{FollowReminder, MOST_FOLLOWED, store};
use crate::access::{Act, Op, UseCase};
use crate::auction::LotStatus;
use crate::auction::store::lot;
use crate::kernel::error::Failure;
use crate::kernel::ids::LotId;
use crate::kernel::query::Fetch;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Follows a published lot (关注标的物).
#[derive(InputObject, Serialize)]
pub struct FollowLotInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
}

impl UseCase for FollowLotInput {
    type Done = LotId;
    const ACT: Act = Act::FollowLot;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let account = op.account()?;
        let row = lot::public().filter(lot::Column::Id.eq(self.lot)).first(op.tx).await?;
        let row = row.ok_or_else(|| Failure::not_found("lot"))?;
        let own = store::lot_follow::count(op.tx, account).await?;
        let new = store::follow(op.tx, account, &row, op.now).await?;
        if new && own >= MOST_FOLLOWED as u64 {
            let full = Refusal::new(RefusalCode::ListInvalid).law(&reference::TEXT_FORM).field("lot");
            return Err(full.arg("maximum", MOST_FOLLOWED).into());
        }
        // the lot stays out of the audit trail: who reads that must not learn who has an eye on what
        op.audit(account, None, None, serde_json::json!({ "followed": new })).await?;
        Ok(row.id)
    }
}

/// Follows a lot no longer (取消关注).
#[derive(InputObject, Serialize)]
pub struct UnfollowLotInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// A lot that you follow (标的物).
    pub lot: LotId,
}

impl UseCase for UnfollowLotInput {
    type Done = LotId;
    const ACT: Act = Act::UnfollowLot;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let account = op.account()?;
        if !store::unfollow(op.tx, account, self.lot).await? {
            return Err(Failure::not_found("lot"));
        }
        op.audit(account, None, None, serde_json::json!({ "followed": false })).await?;
        Ok(self.lot)
    }
}

/// Writes down that the followers of a lot are reminded (关注提醒); the notices are composed from this event. False when
/// the lot has gone on meanwhile.
#[derive(Serialize)]
pub struct RemindFollowers {
    pub lot: LotId,
    pub kind: FollowReminder,
}

impl UseCase for RemindFollowers {
    type Done = bool;
    const ACT: Act = Act::RemindFollowers;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        let row = lot::Entity::find_by_id(self.lot).first(op.tx).await?;
        let row = row.ok_or_else(|| Failure::internal("a lot that is due is not there"))?;
        let (status, at) = match self.kind {
            FollowReminder::Start => (LotStatus::Announced, row.starts_at),
            FollowReminder::End => (LotStatus::Open, row.effective_end_at),
        };
        let ahead = row.status == status && at.is_some_and(|at| at > op.now);
        let sent = ahead && store::note(op.tx, &row, self.kind, op.now).await?;
        let facts = serde_json::json!({ "reminder": self.kind, "sent": sent, "at": at });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        Ok(sent)
    }
}
