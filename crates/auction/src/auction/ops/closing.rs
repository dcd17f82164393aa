//! Opening and closing a lot at its time. The caller holds [`crate::auction::bidding::Bidding::exclusive`].

use super::papers::name_purchasers;
use super::suspension::suspend_by_rule;
use super::{publish_version, refund};
use crate::access::{Act, Op, UseCase};
use crate::auction::platform;
use crate::auction::price::complete_price;
use crate::auction::rules::bid::Standing;
use crate::auction::rules::closing::{self, Closing, NotClosing, confirmation_number, decide_closing};
use crate::auction::rules::schedule;
use crate::auction::store::{attempt, intake, lot, lot_result, registration, replay};
use crate::auction::{DepositHolding, DepositStatus, LotEventKind, LotStatus, OperatingMode};
use crate::cases::store as cases;
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::query::Execute;
use crate::kernel::secret::Place;
use crate::ledger::{self, AccountKey, Book, Code, EntryKind, NewEntry, Resolution, credit, debit};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Begins bidding on a lot whose time has come (开始竞价).
#[derive(Serialize)]
pub struct OpenLot {
    pub lot: LotId,
}

impl UseCase for OpenLot {
    type Done = bool;
    const ACT: Act = Act::CloseLots;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        let due = row.status == LotStatus::Announced && row.starts_at.is_some_and(|start| start <= op.now);
        let (court, case) = (row.court_id, row.case_id);
        if due {
            row.status = LotStatus::Open;
            publish_version(op, row, LotEventKind::Opened).await?;
        }
        op.audit(self.lot, Some(court), Some(case), serde_json::json!({ "opened": due })).await?;
        Ok(due)
    }
}

/// Closes a lot whose end has passed, at that end, however late (结束竞价), or stops it when an outage touched its last
/// minutes. False when it is not due, or a bid in time may still be on its way through another server.
#[derive(Serialize)]
pub struct CloseLot {
    pub lot: LotId,
}

impl UseCase for CloseLot {
    type Done = bool;
    const ACT: Act = Act::CloseLots;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        let state = row.state().ok_or_else(|| Failure::internal("a lot without its terms is to be closed"))?;
        let accepted = attempt::best(op.tx, row.id, row.current_price).await?;
        let decided = decide_closing(&state, &accepted, op.now);
        if decided.is_ok() {
            let (start, end) = (state.starts_at, state.effective_end_at);
            if let Some(outage) = intake::fault(op.tx, start, end, op.now).await? {
                suspend_by_rule(op, row, &outage).await?;
                return Ok(true);
            }
            if intake::outstanding(op.tx, end, op.now).await? {
                let facts = serde_json::json!({ "closed": false, "waits": "intake" });
                op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
                return Ok(false);
            }
        }
        match decided {
            Ok(Closing::Sold { winner, ended_at }) => sell(op, row, &winner, ended_at).await?,
            Ok(Closing::Unsold { ended_at }) => unsold(op, row, ended_at).await?,
            Err(NotClosing::StillOpen | NotClosing::WrongState) => {
                let facts = serde_json::json!({ "closed": false });
                op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
                return Ok(false);
            }
            Err(NotClosing::LeaderDiffers) => {
                return Err(Failure::internal(format!("{}: the bids do not lead to the leader", row.lot_number)));
            }
        }
        Ok(true)
    }
}

/// The files of a sale that ran here are to be written; what a platform tells of its own has no receipts of ours.
#[boxed]
pub(super) async fn mark_replay_due(op: &Op<'_>, row: &lot::Model) -> Result<(), Failure> {
    if row.operating_mode != OperatingMode::Mirror {
        replay::mark_due(op.tx, row.id, op.now).await?;
    }
    Ok(())
}

/// 流拍: everybody's deposit goes back.
#[boxed]
pub(super) async fn unsold(op: &mut Op<'_>, mut row: lot::Model, ended_at: Timestamp) -> Result<(), Failure> {
    refund::mark_all_due(op, row.id, None, schedule::refund_due_at(ended_at)).await?;
    row.status = LotStatus::Unsold;
    let row = publish_version(op, row, LotEventKind::Unsold).await?;
    mark_replay_due(op, &row).await?;
    let facts = serde_json::json!({ "endedAt": ended_at, "sold": false, "attempts": row.attempt_count });
    op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await
}

/// 成交: confirmation in the real name, the winner's deposit to the price, everybody else's on the way back.
#[boxed]
pub(super) async fn sell(
    op: &mut Op<'_>,
    mut row: lot::Model,
    winner: &Standing,
    ended_at: Timestamp,
) -> Result<(), Failure> {
    let winner_id = RegistrationId::from_uuid(winner.registration);
    let mut buyer = registration::lock(op.tx, winner_id).await?;
    let days = u64::try_from(row.balance_days.unwrap_or(0)).map_err(Failure::internal)?;
    let deposit = buyer.deposit_received.min(winner.amount);
    let settlement = closing::settlement(winner.amount, deposit, ended_at, days);
    refund::mark_all_due(op, row.id, Some(winner_id), settlement.refunds_due_at).await?;
    row.status = LotStatus::Sold;
    let row = publish_version(op, row, LotEventKind::Sold).await?;
    mark_replay_due(op, &row).await?;
    let due = match buyer.deposit_holding {
        DepositHolding::CourtAccount => {
            capture(op, &row, &mut buyer, deposit, ended_at).await?;
            Money::ZERO
        }
        DepositHolding::Platform => platform::capture(op, &mut buyer, ended_at).await?,
    };

    let court = cases::court(op.tx, row.court_id).await?.ok_or_else(|| Failure::internal("a lot without its court"))?;
    let place = Place::new("registration", buyer.id.uuid(), "name_sealed");
    let mut result = lot_result::Model {
        lot_id: row.id,
        court_id: row.court_id,
        winner_id,
        confirmation_number: confirmation_number(&court.code, ended_at, row.serial),
        purchaser_name: op.services.vault.open(place, &buyer.name_sealed)?.expose().clone(),
        bidder_code: buyer.bidder_code.clone().ok_or_else(|| Failure::internal("a winner without a code"))?,
        hammer_price: winner.amount,
        deposit_applied: deposit.minus(due)?,
        deposit_due: due,
        balance_paid: Money::ZERO,
        ended_at,
        refunds_due_at: settlement.refunds_due_at,
        balance_due_on: settlement.due_on,
        paid_on: None,
        ruling_due_on: None,
        ruling_number: None,
        ruling_served_on: None,
        price_payable_id: None,
        delivery_due_on: None,
        calendar: None,
        delivered_on: None,
        recorded_at: op.now,
    };
    registration::save(op.tx, buyer).await?;
    let facts = serde_json::json!({ "endedAt": ended_at, "sold": true, "confirmation": result.confirmation_number,
        "hammerPrice": winner.amount, "bidderCode": result.bidder_code, "balance": settlement.balance,
        "dueFromProvider": due,
        "balanceDueOn": settlement.due_on, "attempts": row.attempt_count });
    op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
    if result.is_complete() {
        complete_price(op, row, &mut result, ended_at.legal_date()).await?;
    }
    name_purchasers(op, result.lot_id, result.court_id, winner_id).await?;
    lot_result::Entity::insert(lot_result::ActiveModel::from(result)).execute(op.tx).await?;
    Ok(())
}

/// The winner's deposit counts towards the price (充抵价款). What is above the price stays his and goes back.
#[boxed]
async fn capture(
    op: &Op<'_>,
    row: &lot::Model,
    buyer: &mut registration::Model,
    deposit: Money,
    ended_at: Timestamp,
) -> Result<(), Failure> {
    if let Some(hold) = buyer.hold_id.take() {
        ledger::resolve_hold(op.tx, op.now, hold, Resolution::Captured).await?;
    }
    if deposit.is_zero() {
        return Ok(());
    }
    let own = AccountKey::owned(row.court_id, Book::AuctionDeposits, Code::BidderDeposit, buyer.id.uuid());
    let price = AccountKey::owned(row.court_id, Book::AuctionDeposits, Code::Price, row.id.uuid());
    let entry = NewEntry {
        court: row.court_id,
        book: Book::AuctionDeposits,
        kind: EntryKind::DepositToPrice,
        booked_on: ended_at.legal_date(),
        case: Some(row.case_id),
        cause: row.id.node(),
        reverses: None,
        postings: vec![debit(own, deposit), credit(price, deposit)],
    };
    ledger::post(op.tx, op.now, entry).await?;
    buyer.deposit_received = buyer.deposit_received.minus(deposit)?;
    if buyer.deposit_received.is_positive() {
        buyer.refund_due_at = Some(schedule::refund_due_at(ended_at));
    }
    buyer.deposit_status = DepositStatus::Captured;
    Ok(())
}
