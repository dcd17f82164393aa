//! Opening the next round of a chain, and what a later round must keep to (网拍规定 24, 26; 法明传〔2017〕455号).

use super::mirror::copy_provider;
use super::next_number;
use super::property::copy_property;
use super::transfer::copy_requirement;
use crate::access::{Act, Op, UseCase};
use crate::auction::rules::Parameters;
use crate::auction::rules::price;
use crate::auction::rules::rounds::{self, Last, Next, stage_of};
use crate::auction::store::{chain, disclosure, lot, lot_chain};
use crate::auction::{AuctionRound, DayCounting, LotStatus};
use crate::cases::rules::text::{self, SHORT};
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Failure;
use crate::kernel::ids::LotId;
use crate::kernel::money::Money;
use crate::kernel::query::Execute;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Begins the round that follows the newest lot of a chain: second auction, sell-off or re-auction (启动下一轮拍卖). What
/// is sold and what is disclosed is copied; prices need a panel decision of their own, persons are notified anew.
#[derive(InputObject, Serialize)]
pub struct OpenNextRoundInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The newest lot of the chain: unsold, in default, set aside, or a later round that was taken back (上一轮标的物).
    pub lot: LotId,
    /// The court's decision to sell again (再次处置决定文号).
    pub document_number: String,
    /// A new reference price, only after a sale was set aside (重新确定的参考价).
    pub appraisal_price: Option<Money>,
}

impl UseCase for OpenNextRoundInput {
    type Done = LotId;
    const ACT: Act = Act::OpenNextRound;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let previous = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        if lot_chain::after(op.tx, previous.id).await?.is_some() {
            let twice = Refusal::new(RefusalCode::AlreadyExists).law(&reference::NETAUCTION_26).field("lot");
            return Err(twice.into());
        }
        let document = text::checked("documentNumber", &self.document_number, SHORT)?;
        let appraisal_price = self.appraisal(&previous)?;
        let link = lot_chain::of_lot(op.tx, previous.id).await?;
        let next = rounds::decide_next(&Last {
            round: previous.round,
            stage: link.as_ref().map_or(stage_of(previous.round), |link| link.stage),
            status: previous.status,
            starting_price: previous.starting_price.or(link.as_ref().map(|link| link.floor_price)),
            floor_price: link.as_ref().map(|link| link.floor_price),
            appraisal_price,
        })?;
        let (serial, lot_number) = next_number(op, previous.court_id).await?;
        let row = follow(
            &previous,
            next,
            Begun { id: LotId::new(op.now), serial, lot_number, appraisal_price, now: op.now },
        )?;
        lot::Entity::insert(lot::ActiveModel::from(row.clone())).execute(op.tx).await?;
        let new = lot_chain::Model {
            lot_id: row.id,
            court_id: row.court_id,
            chain_id: link.as_ref().map_or(previous.id, |link| link.chain_id),
            previous_id: previous.id,
            position: link.as_ref().map_or(2, |link| link.position.saturating_add(1)),
            stage: next.stage,
            floor_price: next.floor_price,
            document_number: document.clone(),
            recorded_at: op.now,
        };
        lot_chain::Entity::insert(lot_chain::ActiveModel::from(new)).execute(op.tx).await?;
        copy_disclosures(op, previous.id, row.id).await?;
        copy_property(op, previous.id, &row).await?;
        copy_requirement(op, previous.id, row.id).await?;
        copy_provider(op, previous.id, row.id).await?;
        let facts = serde_json::json!({ "lotNumber": row.lot_number, "previous": previous.lot_number,
            "round": row.round, "stage": next.stage, "floorPrice": next.floor_price, "documentNumber": document });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

impl OpenNextRoundInput {
    fn appraisal(&self, previous: &lot::Model) -> Result<Money, Refusal> {
        match self.appraisal_price {
            None => Ok(previous.appraisal_price),
            Some(price) if !price.is_positive() => {
                Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM).field("appraisalPrice"))
            }
            Some(price) if previous.status == LotStatus::SetAside => Ok(price),
            Some(_) => Err(Refusal {
                field: Some("appraisalPrice"),
                ..rounds::wrong_state(previous.status, &reference::NETAUCTION_26)
            }),
        }
    }
}

/// What is the new lot's own from its first moment.
struct Begun {
    id: LotId,
    serial: i64,
    lot_number: String,
    appraisal_price: Money,
    now: Timestamp,
}

/// The new lot: the property as before, the sale from its beginning.
fn follow(previous: &lot::Model, next: Next, begun: Begun) -> Result<lot::Model, Failure> {
    let before: Parameters = serde_json::from_str(&previous.parameters)?;
    let parameters = Parameters {
        sell_off: next.round == AuctionRound::SellOff,
        // a lenient count rests on a document for one announcement
        lead_counting: DayCounting::Strict,
        ..before
    };
    Ok(lot::Model {
        id: begun.id,
        serial: begun.serial,
        lot_number: begun.lot_number,
        appraisal_price: begun.appraisal_price,
        round: next.round,
        status: LotStatus::Draft,
        parameters: serde_json::to_string(&parameters)?,
        starting_price: None,
        deposit: None,
        bid_increment: None,
        balance_days: None,
        published_at: None,
        starts_at: None,
        planned_end_at: None,
        effective_end_at: None,
        extension_count: 0,
        suspended_from: None,
        suspended_at: None,
        suspension_reason: None,
        suspension_document: None,
        resumes_at: None,
        current_price: None,
        leader_id: None,
        leader_code: None,
        leader_rank: None,
        leader_arrived_at: None,
        leader_sequence: None,
        revision: 0,
        bid_count: 0,
        attempt_count: 0,
        version: 0,
        recorded_at: begun.now,
        ..previous.clone()
    })
}

#[boxed]
async fn copy_disclosures(op: &Op<'_>, from: LotId, to: LotId) -> Result<(), Failure> {
    for row in disclosure::of_lot(op.tx, from).await? {
        let copy = disclosure::ActiveModel {
            court_id: Set(row.court_id),
            lot_id: Set(to),
            item: Set(row.item),
            content: Set(row.content),
            not_applicable: Set(row.not_applicable),
            recorded_at: Set(op.now),
        };
        disclosure::put(op.tx, copy).await?;
    }
    Ok(())
}

/// Is the starting price one that this lot's round allows?
#[boxed]
pub(super) async fn check_price(op: &Op<'_>, row: &lot::Model, start: Money) -> Result<(), Failure> {
    match lot_chain::of_lot(op.tx, row.id).await? {
        Some(link) => rounds::check_price(row.round, link.floor_price, start)?,
        None => price::check_starting_price(row.round, row.appraisal_price, start)?,
    }
    Ok(())
}

/// A round after an unsold one comes in its term (网拍规定 26). Attempts that were taken back in between do not count.
#[boxed]
pub(super) async fn check_term(
    op: &Op<'_>,
    row: &lot::Model,
    starts_at: Timestamp,
    late_document: bool,
) -> Result<(), Failure> {
    let earlier = chain::rounds_of(op.tx, row.id).await?;
    let own = earlier.iter().position(|round| round.lot.id == row.id).unwrap_or(0);
    let before = earlier.iter().take(own).rev().find(|round| round.lot.status != LotStatus::Withdrawn);
    let Some(before) = before.filter(|round| round.lot.status == LotStatus::Unsold) else { return Ok(()) };
    let ended_at = before.lot.effective_end_at.ok_or_else(|| Failure::internal("an unsold lot without an end"))?;
    let reading = before.lot.rule_parameters()?.second_auction_term;
    if let Some(term) = rounds::term_after_unsold(&op.services.calendar(), before.stage, ended_at) {
        rounds::check_term(&term, reading, op.now.legal_date(), starts_at.legal_date(), late_document)?;
    }
    Ok(())
}
