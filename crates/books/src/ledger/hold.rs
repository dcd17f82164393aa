//! Holds: money on a guarded account that may not be used until the hold is resolved, once.
//!
//! `held → captured | released | forfeited`. A hold moves no money; the entry that follows does, in the same transaction.

use super::{HoldState, chart::AccountKey, store};
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::kernel::{
    clock::Timestamp,
    db::{Tx, sql},
    error::Failure,
    ids::{HoldId, NodeRef},
    money::Money,
    refusal::{Refusal, RefusalCode},
};
use sea_orm::{ActiveValue::Set, entity::prelude::*};

/// How a hold ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    Captured,
    Released,
    Forfeited,
}

/// Holds `amount` of what stands free on the account (INSUFFICIENT_BALANCE otherwise).
#[boxed]
pub async fn hold(
    tx: &Tx,
    now: Timestamp,
    key: AccountKey,
    amount: Money,
    subject: NodeRef,
) -> Result<HoldId, Failure> {
    if !key.code.is_guarded() || !amount.is_positive() {
        return Err(Failure::internal(format!("no hold of {amount} is possible on {key:?}")));
    }
    let held = tx
        .execute_raw(sql(
            tx,
            "UPDATE ledger_balance SET held = held + $2 WHERE account_id = $1 AND balance - held >= $2",
            [key.id().into(), amount.into()],
        ))
        .await?;
    if held.rows_affected() == 0 {
        return Err(Refusal::new(RefusalCode::InsufficientBalance)
            .arg("account", key.code.number())
            .arg("amount", amount)
            .into());
    }
    let id = HoldId::new(now);
    let row = store::hold::ActiveModel {
        id: Set(id),
        court_id: Set(key.court),
        account_id: Set(key.id()),
        amount: Set(amount),
        subject_kind: Set(subject.kind.as_str().to_owned()),
        subject_id: Set(subject.id),
        state: Set(HoldState::Held),
        placed_at: Set(now),
        resolved_at: Set(None),
    };
    store::hold::Entity::insert(row).execute(tx).await?;
    Ok(id)
}

/// Ends a hold and frees its amount for the entry that follows. A hold that is resolved already is WRONG_STATE.
#[boxed]
pub async fn resolve_hold(tx: &Tx, now: Timestamp, id: HoldId, resolution: Resolution) -> Result<Money, Failure> {
    let state = match resolution {
        Resolution::Captured => HoldState::Captured,
        Resolution::Released => HoldState::Released,
        Resolution::Forfeited => HoldState::Forfeited,
    };
    let changed = tx
        .query_one_raw(sql(
            tx,
            "UPDATE ledger_hold SET state = $2, resolved_at = $3 WHERE id = $1 AND state = 'HELD' RETURNING account_id, amount",
            [id.into(), state.to_value().into(), now.into()],
        ))
        .await?
        .ok_or(RefusalCode::WrongState)?;
    let account: Uuid = changed.try_get("", "account_id")?;
    let amount: Money = changed.try_get("", "amount")?;
    let freed = tx
        .execute_raw(sql(
            tx,
            "UPDATE ledger_balance SET held = held - $2 WHERE account_id = $1 AND held >= $2",
            [account.into(), amount.into()],
        ))
        .await?;
    if freed.rows_affected() == 0 {
        return Err(Failure::internal("a hold without its held amount"));
    }
    Ok(amount)
}
