//! Publishing what came of a unified payout: sums alone, kept as they were when the chief published them.
//!
//! A payout may have a million lines. What was booked of them is summed before the transaction, which nothing else could
//! write beside on SQLite; the transaction makes sure that no run has moved since and takes off what is not paid.

use crate::{
    access::{Act, Actor, Op, Services, UseCase, policy, run},
    disbursement::{
        outcome::{self, Released},
        store::programme::{find_programme, lock_programme},
        tables::programme,
    },
    kernel::{
        error::{Failure, Outcome, Problem},
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
#[derive(InputObject)]
pub struct PublishPayoutResultInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The unified payout (集中兑现活动).
    pub programme: PayoutProgrammeId,
}

/// Publishes the result of a unified payout for `actor`.
///
/// # Errors
/// `WRONG_STATE` as a refusal while a run goes on or a payment waits for the bank, and once it is published;
/// [`Problem::Conflict`] when a run moved meanwhile: asked again, it is decided anew.
pub async fn publish_payout_result(
    services: &Services,
    actor: &Actor,
    input: PublishPayoutResultInput,
) -> Result<Outcome<PayoutProgrammeId>, Problem> {
    let PublishPayoutResultInput { idempotency_key, programme } = input;
    let released = read_ahead(services, actor, programme).await?;
    run(services, actor, &PublishPayoutResult { idempotency_key, programme, released }).await
}

/// Nothing for who may not publish or comes too early or too late: the use case refuses him, and it is not worth the
/// reading.
async fn read_ahead(
    services: &Services,
    actor: &Actor,
    programme: PayoutProgrammeId,
) -> Result<Option<Released>, Problem> {
    let Ok(scope) = policy::scope_for(actor, Act::PublishPayoutResult) else { return Ok(None) };
    let reader = services.db.reader();
    let row = find_programme(&reader, &scope, programme).await?;
    if row.is_none_or(|row| row.published_at.is_some()) || !outcome::is_over(&reader, programme).await? {
        return Ok(None);
    }
    outcome::released(&reader, programme).await.map(Some)
}

#[derive(Serialize)]
struct PublishPayoutResult {
    idempotency_key: String,
    programme: PayoutProgrammeId,
    #[serde(skip)]
    released: Option<Released>,
}
impl UseCase for PublishPayoutResult {
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
        // the last of it ended after it was looked at: the next request finds it over
        let Some(released) = &self.released else { return Err(Problem::Conflict.into()) };
        let result = outcome::public_result(op.tx, programme.id, released).await?;
        let Some(result) = result else { return Err(Problem::Conflict.into()) };
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
