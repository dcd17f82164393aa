//! Making, filling and showing a collection.

use super::store::{lot_collection, lot_collection_member as member, recount};
use super::{CollectionState, MOST_LOTS};
use crate::access::{Act, Op, UseCase};
use crate::auction::store::lot;
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::cases::store::courts_under;
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::{CollectionId, CourtId, LotId};
use crate::kernel::money::Money;
use crate::kernel::query::Execute;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use sea_orm::{PaginatorTrait, entity::prelude::*};
use serde::Serialize;
use std::collections::HashSet;

/// Prepares a collection of lots (创建专场).
#[derive(InputObject, Serialize)]
pub struct CreateLotCollectionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// Your court (法院).
    pub court: CourtId,
    /// Its heading, up to 128 characters (专场名称).
    pub title: String,
    /// What it is about, up to 500 characters (专场说明).
    pub description: String,
    /// Published lots of the court or of courts below it, at most 500 (标的物).
    #[graphql(default)]
    pub lots: Vec<LotId>,
}

impl UseCase for CreateLotCollectionInput {
    type Done = CollectionId;
    const ACT: Act = Act::CreateLotCollection;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CollectionId, Failure> {
        if !op.scope().allows_court(self.court) || courts_under(op.tx, self.court).await?.is_empty() {
            return Err(Failure::not_found("court"));
        }
        let mut row = lot_collection::Model {
            id: CollectionId::new(op.now),
            court_id: self.court,
            title: text::checked("title", &self.title, SHORT)?,
            description: text::checked("description", &self.description, LONG)?,
            state: CollectionState::Draft,
            online_at: None,
            offline_at: None,
            lots: 0,
            appraisal_price: Money::ZERO,
            starting_price: Money::ZERO,
            recorded_at: op.now,
        };
        check_lots(op, &row, "lots", &self.lots).await?;
        lot_collection::Entity::insert(lot_collection::ActiveModel::from(row.clone())).execute(op.tx).await?;
        member::add(op.tx, &row, self.lots.clone()).await?;
        recount(op.tx, &mut row).await?;
        finish(op, row, serde_json::json!({ "lots": self.lots })).await
    }
}

/// Puts lots into a collection or takes them out, or gives it other words (调整专场).
#[derive(InputObject, Serialize)]
pub struct ChangeLotCollectionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The collection (专场).
    pub collection: CollectionId,
    /// Another heading, up to 128 characters (专场名称).
    pub title: Option<String>,
    /// Another description, up to 500 characters (专场说明).
    pub description: Option<String>,
    /// Published lots of the court or of courts below it that come in; one that is in stays in (加入的标的物).
    #[graphql(default)]
    pub add_lots: Vec<LotId>,
    /// Lots that go out (移出的标的物).
    #[graphql(default)]
    pub remove_lots: Vec<LotId>,
}

impl UseCase for ChangeLotCollectionInput {
    type Done = CollectionId;
    const ACT: Act = Act::ChangeLotCollection;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CollectionId, Failure> {
        let mut row = lot_collection::lock(op.tx, op.scope(), self.collection).await?;
        if let Some(title) = &self.title {
            row.title = text::checked("title", title, SHORT)?;
        }
        if let Some(description) = &self.description {
            row.description = text::checked("description", description, LONG)?;
        }
        check_list("removeLots", &self.remove_lots)?;
        if self.add_lots.iter().any(|lot| self.remove_lots.contains(lot)) {
            return Err(invalid("removeLots").into());
        }
        check_lots(op, &row, "addLots", &self.add_lots).await?;
        let standing = member::of(op.tx, row.id).await?;
        if !self.remove_lots.iter().all(|lot| standing.contains(lot)) {
            return Err(Failure::not_found("removeLots"));
        }
        let new: Vec<_> = self.add_lots.iter().copied().filter(|lot| !standing.contains(lot)).collect();
        let stay = standing.len().saturating_sub(self.remove_lots.len());
        if stay.saturating_add(new.len()) > MOST_LOTS {
            return Err(invalid("addLots").into());
        }
        member::remove(op.tx, row.id, &self.remove_lots).await?;
        member::add(op.tx, &row, new).await?;
        recount(op.tx, &mut row).await?;
        if row.lots == 0 && row.state == CollectionState::Online {
            return Err(invalid("removeLots").into());
        }
        finish(op, row, serde_json::json!({ "added": self.add_lots, "removed": self.remove_lots })).await
    }
}

/// Shows a collection to everybody (专场上线).
#[derive(InputObject, Serialize)]
pub struct PutLotCollectionOnlineInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// A collection that is not online and holds a lot (专场).
    pub collection: CollectionId,
}

impl UseCase for PutLotCollectionOnlineInput {
    type Done = CollectionId;
    const ACT: Act = Act::PutLotCollectionOnline;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CollectionId, Failure> {
        let mut row = lot_collection::lock(op.tx, op.scope(), self.collection).await?;
        if row.state == CollectionState::Online {
            return Err(wrong_state(&row).into());
        }
        if row.lots == 0 {
            return Err(invalid("collection").into());
        }
        row.state = CollectionState::Online;
        (row.online_at, row.offline_at) = (Some(op.now), None);
        finish(op, row, serde_json::json!({})).await
    }
}

/// Takes a collection down; its lots stay where they are (专场下线).
#[derive(InputObject, Serialize)]
pub struct TakeLotCollectionOfflineInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// A collection that is online (专场).
    pub collection: CollectionId,
}

impl UseCase for TakeLotCollectionOfflineInput {
    type Done = CollectionId;
    const ACT: Act = Act::TakeLotCollectionOffline;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CollectionId, Failure> {
        let mut row = lot_collection::lock(op.tx, op.scope(), self.collection).await?;
        if row.state != CollectionState::Online {
            return Err(wrong_state(&row).into());
        }
        row.state = CollectionState::Offline;
        row.offline_at = Some(op.now);
        finish(op, row, serde_json::json!({})).await
    }
}

/// Saves the row and audits the step with what it came to.
#[boxed]
async fn finish(op: &mut Op<'_>, row: lot_collection::Model, step: serde_json::Value) -> Result<CollectionId, Failure> {
    let (id, court) = (row.id, row.court_id);
    let facts = serde_json::json!({ "step": step, "title": row.title, "state": row.state, "lots": row.lots,
        "appraisalPrice": row.appraisal_price, "startingPrice": row.starting_price });
    lot_collection::save(op.tx, row).await?;
    op.audit(id, Some(court), None, facts).await?;
    Ok(id)
}

fn invalid(field: &'static str) -> Refusal {
    Refusal::new(RefusalCode::ListInvalid).law(&reference::TEXT_FORM).field(field).arg("maximum", MOST_LOTS)
}

/// LIST_INVALID for a list that is too long or names a lot twice.
fn check_list(field: &'static str, lots: &[LotId]) -> Result<(), Refusal> {
    let distinct: HashSet<_> = lots.iter().collect();
    if distinct.len() == lots.len() && lots.len() <= MOST_LOTS { Ok(()) } else { Err(invalid(field)) }
}

/// Each is a published lot of the collection's court or of a court below it, named once.
#[boxed]
async fn check_lots(
    op: &Op<'_>,
    row: &lot_collection::Model,
    field: &'static str,
    lots: &[LotId],
) -> Result<(), Failure> {
    check_list(field, lots)?;
    if lots.is_empty() {
        return Ok(());
    }
    let courts = courts_under(op.tx, row.court_id).await?;
    let known = lot::public().filter(lot::Column::CourtId.is_in(courts));
    let known = known.filter(lot::Column::Id.is_in(lots.iter().copied())).count(op.tx).await?;
    if known == lots.len() as u64 { Ok(()) } else { Err(Failure::not_found(field)) }
}

fn wrong_state(row: &lot_collection::Model) -> Refusal {
    let refusal = Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_3);
    refusal.field("collection").arg("status", row.state.as_str())
}
