//! Money that was recorded as one debtor's becomes another's: proposed by one, agreed by the bureau chief.

use super::describe::Description;
use crate::{
    access::{
        Op, Role, Scope,
        approval::{self, Approvable},
    },
    cases::{self, ProposalStatus},
    funds::store::{self, receipt, receipt_description},
    kernel::{
        boxed,
        error::Failure,
        ids::{MeasureId, NodeRef, PartyId, ReceiptDescriptionId, ReceiptId},
        query::{Execute, Fetch},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};

const STEPS: &[Role] = &[Role::BureauChief];

/// Does a change of the receipt wait? The caller holds the receipt's lock.
#[boxed]
pub(super) async fn pending(op: &Op<'_>, receipt: ReceiptId) -> Result<bool, Failure> {
    Ok(store::pending_description(op.tx, receipt).await?.is_some())
}

#[boxed]
pub(super) async fn propose(op: &mut Op<'_>, receipt: &receipt::Model, new: Description) -> Result<(), Failure> {
    let id = ReceiptDescriptionId::new(op.now);
    let row = receipt_description::ActiveModel {
        id: Set(id),
        court_id: Set(receipt.court_id),
        receipt_id: Set(receipt.id),
        status: Set(ProposalStatus::Pending),
        source: Set(new.source),
        payer_kind: Set(new.payer_kind),
        on_behalf_of: Set(new.on_behalf_of),
        measure_id: Set(new.measure),
        document: Set(new.document.clone()),
        recorded_at: Set(op.now),
    };
    receipt_description::Entity::insert(row).execute(op.tx).await?;
    approval::request(op, receipt.court_id, id.node(), STEPS).await?;
    let facts = serde_json::json!({ "receipt": receipt.id.to_global(), "proposed": true, "document": new.document,
        "from": receipt.on_behalf_of.map(PartyId::to_global), "to": new.on_behalf_of.map(PartyId::to_global) });
    op.audit(id, Some(receipt.court_id), receipt.case_id, facts).await
}

/// The approval of receipts that become another debtor's; registered in `app`.
pub struct ReceiptDescriptions;

#[async_trait::async_trait]
impl Approvable for ReceiptDescriptions {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = lock(op, subject).await?;
        let receipt = store::lock_receipt(op.tx, &Scope::Everything, row.receipt_id).await?;
        Ok(serde_json::json!({ "receipt": row.receipt_id.to_global(), "amount": receipt.amount,
            "from": receipt.on_behalf_of.map(PartyId::to_global), "to": row.on_behalf_of.map(PartyId::to_global),
            "source": row.source, "payerKind": row.payer_kind, "document": row.document,
            "measure": row.measure_id.map(MeasureId::to_global) }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        let seen = store::find_receipt(op.tx, &Scope::Everything, row.receipt_id).await?;
        let case = seen.and_then(|receipt| receipt.case_id);
        let case = case.ok_or_else(|| Refusal::new(RefusalCode::WrongState).law(&reference::FUNDS_6))?;
        let case = cases::store::lock_case(op.tx, &Scope::Everything, case).await?;
        let receipt = store::lock_receipt(op.tx, &Scope::Everything, row.receipt_id).await?;
        let new = Description {
            source: row.source,
            payer_kind: row.payer_kind,
            on_behalf_of: row.on_behalf_of,
            measure: row.measure_id,
            document: row.document.clone(),
        };
        new.decide(op, &case, &receipt).await?;
        new.write(op, &receipt).await?;
        settle(op, &row, ProposalStatus::Approved).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        settle(op, &row, ProposalStatus::Rejected).await
    }
}

#[boxed]
async fn lock(op: &Op<'_>, subject: NodeRef) -> Result<receipt_description::Model, Failure> {
    let id = ReceiptDescriptionId::from_uuid(subject.id);
    let row = receipt_description::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no description"))
}

#[boxed]
async fn settle(op: &Op<'_>, row: &receipt_description::Model, status: ProposalStatus) -> Result<(), Failure> {
    let change = receipt_description::ActiveModel { id: Set(row.id), status: Set(status), ..Default::default() };
    receipt_description::Entity::update(change).execute(op.tx).await?;
    Ok(())
}
