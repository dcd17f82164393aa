//! Lines that are held for a claim on which nothing may be paid any more are let go.

use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::Op,
    distribution::{LineState, tables::line},
    kernel::{
        error::Failure,
        ids::{ClaimId, PlanLineId},
    },
    ledger::{self, Resolution},
};
use sea_orm::{ActiveValue::Set, QueryOrder, entity::prelude::*};

/// Lets go of what carried-out plans hold for a claim: the money stands free on its case again. The caller holds the
/// case's lock and says in its audit event why.
#[boxed]
pub async fn drop_held_lines(op: &Op<'_>, claim: ClaimId) -> Result<Vec<PlanLineId>, Failure> {
    let held = line::Entity::find()
        .filter(line::Column::ClaimId.eq(claim))
        .filter(line::Column::State.is_in([LineState::Held, LineState::AwaitingPayee]))
        .order_by_asc(line::Column::Id);
    let mut dropped = Vec::new();
    for line in held.list(op.tx).await? {
        if let Some(hold) = line.hold_id {
            ledger::resolve_hold(op.tx, op.now, hold, Resolution::Released).await?;
        }
        let change = line::ActiveModel {
            id: Set(line.id),
            state: Set(LineState::Cancelled),
            hold_id: Set(None),
            ..Default::default()
        };
        line::Entity::update(change).execute(op.tx).await?;
        dropped.push(line.id);
    }
    Ok(dropped)
}
