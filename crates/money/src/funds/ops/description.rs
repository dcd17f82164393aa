//! What is said of a receipt, decided and written; and money that was recorded as one debtor's becoming another's, which
//! one proposes and the bureau chief agrees to.

use super::TOPIC;
use crate::{
    access::{
        Op, Role, Scope,
        approval::{self, Approvable},
    },
    cases::{self, MeasureStatus, PartyRole, ProposalStatus, store::measure},
    funds::{
        PayerKind, ReceiptSource,
        store::{self, receipt, receipt_description},
    },
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

/// WRONG_STATE of a receipt.
pub(super) fn wrong(status: &str) -> Refusal {
    Refusal::new(RefusalCode::WrongState).field("receipt").law(&reference::FUNDS_6).arg("status", status)
}

/// What is said of a receipt.
pub(super) struct Description {
    pub source: ReceiptSource,
    pub payer_kind: PayerKind,
    pub on_behalf_of: Option<PartyId>,
    pub measure: Option<MeasureId>,
    pub document: String,
}
impl Description {
    /// Asked when it is said, and again when the second person agrees.
    #[boxed]
    pub(super) async fn decide(
        &self,
        op: &Op<'_>,
        case: &cases::store::case::Model,
        receipt: &receipt::Model,
    ) -> Result<(), Failure> {
        if receipt.source == ReceiptSource::Cash || self.source == ReceiptSource::Cash {
            return Err(wrong("CASH").into());
        }
        // that money is the price of a sale is proved by the court's own account alone, from which it came
        if self.source == ReceiptSource::SaleProceeds && receipt.source != ReceiptSource::SaleProceeds {
            return Err(wrong("SALE_PROCEEDS").into());
        }
        if let Some(party) = self.on_behalf_of {
            let party = cases::store::party(op.tx, party).await?;
            let fits = party.is_some_and(|p| p.case_id == case.id && p.role == PartyRole::Respondent);
            fits.then_some(()).ok_or_else(|| Failure::not_found("onBehalfOf"))?;
        }
        match self.measure {
            Some(id) => self.decide_measure(op, receipt, id).await,
            None => Ok(()),
        }
    }

    /// The deduction is this case's, of this party, and brought exactly this money.
    #[boxed]
    async fn decide_measure(&self, op: &Op<'_>, receipt: &receipt::Model, id: MeasureId) -> Result<(), Failure> {
        let found = measure::Entity::find_by_id(id).first(op.tx).await?;
        let found = found.filter(|measure| Some(measure.case_id) == receipt.case_id);
        let found = found.ok_or_else(|| Failure::not_found("measure"))?;
        let deducted = found.status == MeasureStatus::Deducted && self.source == ReceiptSource::Deduction;
        if !deducted || found.deducted != receipt.amount || found.party_id != self.on_behalf_of {
            let refusal = Refusal::new(RefusalCode::AmountInvalid).field("measure").law(&reference::FUNDS_6);
            return Err(refusal.arg("deducted", found.deducted).into());
        }
        Ok(())
    }

    #[boxed]
    pub(super) async fn write(&self, op: &mut Op<'_>, receipt: &receipt::Model) -> Result<(), Failure> {
        let change = receipt::ActiveModel {
            id: Set(receipt.id),
            source: Set(self.source),
            payer_kind: Set(self.payer_kind),
            on_behalf_of: Set(self.on_behalf_of),
            document: Set(Some(self.document.clone())),
            version: Set(receipt.version.saturating_add(1)),
            ..Default::default()
        };
        receipt::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "source": self.source, "payerKind": self.payer_kind,
            "measure": self.measure.map(MeasureId::to_global), "document": self.document });
        op.audit(receipt.id, Some(receipt.court_id), receipt.case_id, facts).await?;
        op.publish(TOPIC, receipt.id, receipt.version.saturating_add(1));
        Ok(())
    }
}

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
