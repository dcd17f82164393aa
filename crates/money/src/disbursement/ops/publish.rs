//! Publishing what came of a unified payout: sums alone, kept as they were when the chief published them.

use crate::{
    access::{Act, Op, UseCase},
    disbursement::{outcome, store::programme::lock_programme, tables::programme},
    kernel::{
        error::Failure,
        ids::PayoutProgrammeId,
        query::Execute,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Publishes the result of a unified payout, once every run has ended and the bank has answered (公布集中兑现结果).
#[derive(InputObject, Serialize)]
pub struct PublishPayoutResultInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The unified payout (集中兑现活动).
    pub programme: PayoutProgrammeId,
}
impl UseCase for PublishPayoutResultInput {
    type Done = PayoutProgrammeId;
    const ACT: Act = Act::PublishPayoutResult;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayoutProgrammeId, Failure> {
        let programme = lock_programme(op.tx, op.scope(), self.programme).await?;
        if programme.published_at.is_some() || !outcome::is_over(op.tx, programme.id).await? {
            let refusal = Refusal::new(RefusalCode::WrongState).field("programme").law(&reference::PRIVACY_28);
            return Err(refusal.into());
        }
        let result = outcome::public_result(op.tx, programme.id).await?;
        let change = programme::ActiveModel {
            id: Set(programme.id),
            result: Set(Some(serde_json::to_string(&result)?)),
            published_at: Set(Some(op.now)),
            ..Default::default()
        };
        programme::Entity::update(change).execute(op.tx).await?;
        op.audit(programme.id, Some(programme.court_id), None, serde_json::json!({ "result": result })).await?;
        Ok(programme.id)
    }
}
