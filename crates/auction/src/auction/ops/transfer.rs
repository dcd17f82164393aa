//! Equity of which the transfer needs an authority's approval (股权执行规定 15): announced with what a bidder must have;
//! after the sale the purchaser obtains it and the court rules, or he does not and the equity is sold again without him.
//!
//! Not obtained, the sale ends by one of two acts that stand already: `declareDefault` when he knew that he lacked what
//! was demanded, `setAsideSale` otherwise.

use super::papers::bar_all;
use super::require;
use crate::access::{Act, Op, UseCase};
use crate::auction::aftermath::TransferOutcome;
use crate::auction::store::transfer::transfer_approval;
use crate::auction::store::{chain, lot, lot_result, registration};
use crate::auction::{BarGround, LotCategory, LotStatus};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::kernel::boxed;
use crate::kernel::clock::Date;
use crate::kernel::error::Failure;
use crate::kernel::ids::LotId;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use serde::Serialize;

/// Records that the transfer of the equity needs an approval, before it is announced (登记股权变更审批要求).
#[derive(InputObject, Serialize)]
pub struct RequireTransferApprovalInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot in preparation, of category OTHER_RIGHT (标的物).
    pub lot: LotId,
    /// Who approves, e.g. the regulator of banks (审批机关).
    pub authority: String,
    /// What the law demands of a bidder; public with the announcement (竞买人资格或者条件).
    pub requirement: String,
}

impl UseCase for RequireTransferApprovalInput {
    type Done = LotId;
    const ACT: Act = Act::RequireTransferApproval;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &[LotStatus::Draft, LotStatus::Ready], &reference::EQUITY_15)?;
        if row.category != LotCategory::OtherRight {
            return Err(refuse(RefusalCode::WrongState, "lot").into());
        }
        if transfer_approval::of_lot(op.tx, row.id).await?.is_some() {
            return Err(refuse(RefusalCode::AlreadyExists, "lot").into());
        }
        let new = transfer_approval::Model {
            lot_id: row.id,
            court_id: row.court_id,
            chain_id: chain::chain_id(op.tx, row.id).await?,
            authority: text::checked("authority", &self.authority, SHORT)?,
            requirement: text::checked("requirement", &self.requirement, LONG)?,
            outcome: None,
            document_number: None,
            decided_on: None,
            person_index: None,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "authority": new.authority, "requirement": new.requirement });
        transfer_approval::insert(op.tx, new).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// Records whether the purchaser obtained the approval (登记股权变更审批结果).
#[derive(InputObject, Serialize)]
pub struct RecordTransferApprovalInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The sold lot, before its ruling (标的物).
    pub lot: LotId,
    /// What came of it (审批结果).
    pub outcome: TransferOutcome,
    /// The authority's document, or the court's record that a reasonable time has passed (批准文件或者笔录编号).
    pub document_number: String,
    /// Its day: not before the sale, not in the future (日期).
    pub decided_on: Date,
}

impl UseCase for RecordTransferApprovalInput {
    type Done = LotId;
    const ACT: Act = Act::RecordTransferApproval;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &[LotStatus::Sold, LotStatus::Paid], &reference::EQUITY_15)?;
        let approval = transfer_approval::lock(op.tx, row.id).await?.filter(|approval| approval.outcome.is_none());
        let mut approval = approval.ok_or_else(|| refuse(RefusalCode::WrongState, "lot"))?;
        let result = lot_result::lock(op.tx, row.id).await?;
        let day = self.decided_on.0;
        if day > op.now.legal_date() || day < result.ended_at.legal_date() {
            return Err(refuse(RefusalCode::DateInvalid, "decidedOn").into());
        }
        if self.outcome == TransferOutcome::NotObtained {
            let buyer = registration::lock(op.tx, result.winner_id).await?;
            approval.person_index = bar_all(op, &row, &buyer, BarGround::Approval).await?;
        }
        let document = text::checked("documentNumber", &self.document_number, SHORT)?;
        approval.outcome = Some(self.outcome);
        approval.document_number = Some(document.clone());
        approval.decided_on = Some(day);
        transfer_approval::save(op.tx, approval).await?;
        let facts = serde_json::json!({ "outcome": self.outcome, "documentNumber": document, "decidedOn": day });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

fn refuse(code: RefusalCode, field: &'static str) -> Refusal {
    Refusal::new(code).law(&reference::EQUITY_15).field(field)
}

/// No ruling before the approval that the transfer needs.
#[boxed]
pub(super) async fn check_approved(op: &Op<'_>, row: &lot::Model) -> Result<(), Failure> {
    match transfer_approval::of_lot(op.tx, row.id).await? {
        Some(approval) if approval.outcome != Some(TransferOutcome::Granted) => {
            Err(refuse(RefusalCode::TransferApprovalMissing, "lot").into())
        }
        _ => Ok(()),
    }
}

/// Is it on record that the purchaser did not obtain the approval?
#[boxed]
pub(super) async fn not_obtained(op: &Op<'_>, lot: LotId) -> Result<bool, Failure> {
    let approval = transfer_approval::of_lot(op.tx, lot).await?;
    Ok(approval.is_some_and(|approval| approval.outcome == Some(TransferOutcome::NotObtained)))
}

/// The next round of the same equity needs the same approval.
#[boxed]
pub(super) async fn copy_requirement(op: &Op<'_>, from: LotId, to: LotId) -> Result<(), Failure> {
    let Some(before) = transfer_approval::of_lot(op.tx, from).await? else { return Ok(()) };
    let again = transfer_approval::Model {
        lot_id: to,
        outcome: None,
        document_number: None,
        decided_on: None,
        person_index: None,
        recorded_at: op.now,
        ..before
    };
    Ok(transfer_approval::insert(op.tx, again).await?)
}
