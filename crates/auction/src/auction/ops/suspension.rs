//! Stopping a lot, going on with it, taking it back, ending it (网拍规定 28; 拍变规定 17, 19).

use super::closing::mark_replay_due;
use super::stay::{check_enforcement, check_stay};
use super::{papers, publish_version, refund, require};
use crate::access::{Act, Op, UseCase};
use crate::auction::rules::schedule::refund_due_at;
use crate::auction::rules::suspension::{self, FAULT_REASON, Outage, check_suspendable, stopped_since};
use crate::auction::store::{intake, lot};
use crate::auction::{LotEventKind, LotStatus};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::kernel::boxed;
use crate::kernel::clock::{Date, Timestamp};
use crate::kernel::error::Failure;
use crate::kernel::ids::LotId;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use serde::Serialize;

/// Stops an announced or open lot at once (暂缓、中止拍卖).
#[derive(InputObject, Serialize)]
pub struct SuspendLotInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// The reason, published with the lot (暂缓、中止理由).
    pub reason: String,
    /// The decision or ruling that it rests on, published too; left out when it is stopped for a fault or a danger
    /// first (暂缓执行决定书、中止执行裁定书文号).
    pub document_number: Option<String>,
}

impl UseCase for SuspendLotInput {
    type Done = LotId;
    const ACT: Act = Act::SuspendLot;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        check_suspendable(row.status)?;
        if row.effective_end_at.is_some_and(|end| op.now >= end) {
            let ended = Refusal::new(RefusalCode::BiddingEnded).law(&reference::NETAUCTION_28).field("lot");
            return Err(ended.into());
        }
        let reason = text::checked("reason", &self.reason, LONG)?;
        let document = text::checked_option("documentNumber", self.document_number.as_deref(), SHORT)?;
        row.suspended_from = Some(row.status);
        row.suspended_at = Some(op.now);
        row.suspension_reason = Some(reason.clone());
        row.suspension_document = document.clone();
        row.status = LotStatus::Suspended;
        let row = publish_version(op, row, LotEventKind::Suspended).await?;
        let facts = serde_json::json!({ "reason": reason, "documentNumber": document });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Stops a lot whose last minutes an outage touches, and reports it; only the court resumes it (自动暂停).
#[derive(Serialize)]
pub struct SuspendForFault {
    pub lot: LotId,
}

impl UseCase for SuspendForFault {
    type Done = bool;
    const ACT: Act = Act::SuspendForFault;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        let state = row.state().filter(|state| check_suspendable(state.status).is_ok());
        let found = match state {
            Some(state) => intake::fault(op.tx, state.starts_at, state.effective_end_at, op.now).await?,
            None => None,
        };
        let Some(outage) = found else {
            let facts = serde_json::json!({ "suspended": false });
            op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
            return Ok(false);
        };
        suspend_by_rule(op, row, &outage).await?;
        Ok(true)
    }
}

/// 自动暂停: what was left of the time is kept, the reason is published.
#[boxed]
pub(super) async fn suspend_by_rule(op: &mut Op<'_>, mut row: lot::Model, outage: &Outage) -> Result<(), Failure> {
    let state = row.state().ok_or_else(|| Failure::internal("a lot without its terms is to be stopped"))?;
    row.suspended_from = Some(row.status);
    row.suspended_at = Some(stopped_since(outage, state.starts_at, state.effective_end_at, op.now));
    row.suspension_reason = Some(FAULT_REASON.to_owned());
    row.status = LotStatus::Suspended;
    let row = publish_version(op, row, LotEventKind::Suspended).await?;
    metrics::counter!("duixian_lots_suspended_by_rule_total").increment(1);
    tracing::error!(lot = row.lot_number, from = %outage.from, until = %outage.until, "a lot was stopped by rule");
    let facts = serde_json::json!({ "suspended": true, "reason": FAULT_REASON, "outageFrom": outage.from,
        "outageUntil": outage.until, "allServers": outage.total });
    op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await
}

/// Goes on with a stopped lot; nobody loses time that was left, and five minutes are left at least (恢复拍卖).
#[derive(InputObject, Serialize)]
pub struct ResumeLotInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// The court's decision to go on (恢复决定文号).
    pub document_number: String,
    /// Day on which the cause ended, not in the future (暂缓期满或中止原因消失日).
    pub cause_ended_on: Date,
    /// When bidding goes on: in an hour at the earliest, so that it is announced, and within 5 days of that day
    /// (恢复时间).
    pub resumes_at: Timestamp,
}

impl UseCase for ResumeLotInput {
    type Done = LotId;
    const ACT: Act = Act::ResumeLot;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        let document = text::checked("documentNumber", &self.document_number, SHORT)?;
        check_stay(op, row.id).await?;
        check_enforcement(op, row.case_id).await?;
        let wrong_state = || Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_28).field("lot");
        let state = row.state().ok_or_else(wrong_state)?;
        let (Some(from), Some(at)) = (row.suspended_from, row.suspended_at) else {
            return Err(wrong_state().into());
        };
        let resumed = suspension::decide_resumption(
            &state,
            from,
            at,
            self.resumes_at.to_millisecond(),
            self.cause_ended_on.0,
            op.now,
        )?;
        row.status = resumed.status;
        if row.starts_at.is_some_and(|start| start <= at) {
            row.resumes_at = Some(resumed.starts_at);
        } else {
            row.starts_at = Some(resumed.starts_at);
        }
        row.effective_end_at = Some(resumed.effective_end_at);
        row.suspended_from = None;
        row.suspended_at = None;
        row.suspension_reason = None;
        row.suspension_document = None;
        let row = publish_version(op, row, LotEventKind::Resumed).await?;
        let lapsed = papers::lapse(op, &row).await?;
        let facts = serde_json::json!({ "documentNumber": document, "resumesAt": resumed.starts_at,
            "effectiveEndAt": resumed.effective_end_at, "lapsedPowers": lapsed });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Takes a lot back before bidding has begun; deposits go back (撤回拍卖).
#[derive(InputObject, Serialize)]
pub struct WithdrawLotInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// The ground (撤回理由).
    pub reason: String,
    /// The court's decision (撤回决定文号).
    pub document_number: String,
}

impl UseCase for WithdrawLotInput {
    type Done = LotId;
    const ACT: Act = Act::WithdrawLot;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        let before_bidding = [LotStatus::Draft, LotStatus::Ready, LotStatus::Announced, LotStatus::Suspended];
        require(&row, &before_bidding, &reference::SALE_17)?;
        if row.bid_count > 0 || row.starts_at.is_some_and(|start| op.now >= start && row.status != LotStatus::Suspended)
        {
            return Err(Refusal::new(RefusalCode::WrongState).law(&reference::SALE_17).field("lot").into());
        }
        let reason = text::checked("reason", &self.reason, LONG)?;
        let document = text::checked("documentNumber", &self.document_number, SHORT)?;
        row.status = LotStatus::Withdrawn;
        row.suspended_from = None;
        row.suspended_at = None;
        row.suspension_reason = Some(reason.clone());
        row.suspension_document = Some(document.clone());
        refund::mark_all_due(op, row.id, None, refund_due_at(op.now)).await?;
        let row = if row.is_public() {
            publish_version(op, row, LotEventKind::Withdrawn).await?
        } else {
            lot::save(op.tx, row.clone()).await?;
            row
        };
        let facts = serde_json::json!({ "reason": reason, "documentNumber": document });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Ends a stopped lot for good after its bidding has begun, as when a third party's objection is upheld or the debtor
/// has paid: nobody buys, all deposits go back (终结拍卖).
#[derive(InputObject, Serialize)]
pub struct TerminateLotInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot, SUSPENDED since its bidding had begun; before that it is withdrawn (标的物).
    pub lot: LotId,
    /// The ground, published with the lot (终结理由).
    pub reason: String,
    /// The court's ruling (终结拍卖裁定文号).
    pub document_number: String,
}

impl UseCase for TerminateLotInput {
    type Done = LotId;
    const ACT: Act = Act::TerminateLot;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        suspension::check_terminable(row.status, row.starts_at, row.suspended_at)?;
        let reason = text::checked("reason", &self.reason, LONG)?;
        let document = text::checked("documentNumber", &self.document_number, SHORT)?;
        row.status = LotStatus::Withdrawn;
        row.suspended_from = None;
        row.suspended_at = None;
        row.suspension_reason = Some(reason.clone());
        row.suspension_document = Some(document.clone());
        refund::mark_all_due(op, row.id, None, refund_due_at(op.now)).await?;
        let row = publish_version(op, row, LotEventKind::Withdrawn).await?;
        mark_replay_due(op, &row).await?;
        let facts = serde_json::json!({ "reason": reason, "documentNumber": document, "bids": row.bid_count });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}
