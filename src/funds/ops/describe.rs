//! What is known of a receipt beyond the bank's line: how the money came, for whom, by which document; and the public
//! notice of money that nobody has claimed.

use super::{QUEUE, TOPIC};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        self, MeasureStatus, PartyRole,
        rules::text::{self, SHORT},
        store::measure,
    },
    funds::{
        PayerKind, ReceiptSource, ReceiptStatus,
        store::{self, receipt},
    },
    kernel::{
        error::Failure,
        ids::{MeasureId, PartyId, ReceiptId},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
    ledger::Book,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Says how money on a case came, for whom and by which document (登记到账来源), e.g. that it was deducted by the network.
#[derive(InputObject, Serialize)]
pub struct DescribeReceiptInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The receipt; it must stand on a case (到账).
    pub receipt: ReceiptId,
    /// How the money came; not CASH, which two officers record (到账方式).
    pub source: ReceiptSource,
    /// Who paid (交款人类型).
    pub payer_kind: PayerKind,
    /// The respondent whose money it was or for whom it was paid (被执行人).
    pub on_behalf_of: Option<PartyId>,
    /// The deducted measure that brought it, with DEDUCTION; its amount must be the receipt's (扣划措施).
    pub measure: Option<MeasureId>,
    /// Number or title of the document: deduction notice, letter of the other court (依据文书).
    pub document: String,
}
impl UseCase for DescribeReceiptInput {
    type Done = ReceiptId;
    const ACT: Act = Act::DescribeReceipt;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ReceiptId, Failure> {
        let seen = store::find_receipt(op.tx, op.scope(), self.receipt).await?;
        let seen = seen.ok_or_else(|| Failure::not_found("receipt"))?;
        let wrong = |status: &str| {
            let refusal = Refusal::new(RefusalCode::WrongState).field("receipt").law(&reference::FUNDS_6);
            refusal.arg("status", status.to_owned())
        };
        let Some(case) = seen.case_id else { return Err(wrong(seen.status.as_str()).into()) };
        let case = cases::store::lock_case(op.tx, op.scope(), case).await?;
        let receipt = store::lock_receipt(op.tx, op.scope(), self.receipt).await?;
        if receipt.source == ReceiptSource::Cash || self.source == ReceiptSource::Cash {
            return Err(wrong("CASH").into());
        }
        if let Some(party) = self.on_behalf_of {
            let party = cases::store::party(op.tx, party).await?;
            let fits = party.is_some_and(|p| p.case_id == case.id && p.role == PartyRole::Respondent);
            fits.then_some(()).ok_or_else(|| Failure::not_found("onBehalfOf"))?;
        }
        if let Some(id) = self.measure {
            self.decide_measure(op, &receipt, id).await?;
        }
        let document = text::checked("document", &self.document, SHORT)?;
        let change = receipt::ActiveModel {
            id: Set(receipt.id),
            source: Set(self.source),
            payer_kind: Set(self.payer_kind),
            on_behalf_of: Set(self.on_behalf_of),
            document: Set(Some(document.clone())),
            version: Set(receipt.version.saturating_add(1)),
            ..Default::default()
        };
        receipt::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "source": self.source, "payerKind": self.payer_kind,
            "measure": self.measure.map(MeasureId::to_global), "document": document });
        op.audit(receipt.id, Some(receipt.court_id), receipt.case_id, facts).await?;
        op.publish(TOPIC, receipt.id, receipt.version.saturating_add(1));
        Ok(receipt.id)
    }
}
impl DescribeReceiptInput {
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
}

/// Publishes money that nobody has claimed: its day, masked payer and amount band, nothing else (不明款公示).
#[derive(InputObject, Serialize)]
pub struct PublishUnidentifiedInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The unidentified receipt of case funds (不明款).
    pub receipt: ReceiptId,
}
impl UseCase for PublishUnidentifiedInput {
    type Done = ReceiptId;
    const ACT: Act = Act::PublishUnidentified;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ReceiptId, Failure> {
        let receipt = store::lock_receipt(op.tx, op.scope(), self.receipt).await?;
        if receipt.status != ReceiptStatus::Unidentified || receipt.book != Book::CaseFunds {
            return Err(Refusal::new(RefusalCode::ReceiptNotUnidentified).field("receipt").into());
        }
        if receipt.published_at.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("receipt").into());
        }
        let change = receipt::ActiveModel {
            id: Set(receipt.id),
            published_at: Set(Some(op.now)),
            version: Set(receipt.version.saturating_add(1)),
            ..Default::default()
        };
        receipt::Entity::update(change).execute(op.tx).await?;
        op.audit(receipt.id, Some(receipt.court_id), None, serde_json::json!({ "published": true })).await?;
        op.publish(QUEUE, receipt.id, receipt.version.saturating_add(1));
        Ok(receipt.id)
    }
}
