//! What is known of a receipt beyond the bank's line: how the money came, for whom, by which document; and the public
//! notice of money that nobody has claimed.

use super::{QUEUE, TOPIC, description};
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
/// To make it another debtor's than was said before, a second person must agree.
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
        let Some(case) = seen.case_id else { return Err(wrong(seen.status.as_str()).into()) };
        let case = cases::store::lock_case(op.tx, op.scope(), case).await?;
        let receipt = store::lock_receipt(op.tx, op.scope(), self.receipt).await?;
        let new = Description {
            source: self.source,
            payer_kind: self.payer_kind,
            on_behalf_of: self.on_behalf_of,
            measure: self.measure,
            document: text::checked("document", &self.document, SHORT)?,
        };
        new.decide(op, &case, &receipt).await?;
        if description::pending(op, receipt.id).await? {
            return Err(Refusal::new(RefusalCode::ProposalOpen).field("receipt").law(&reference::TWO_PEOPLE).into());
        }
        // whose money it is decides who may be paid from it: once known, it becomes another's by two people only
        if receipt.on_behalf_of.is_some() && receipt.on_behalf_of != new.on_behalf_of {
            description::propose(op, &receipt, new).await?;
        } else {
            new.write(op, &receipt).await?;
        }
        Ok(receipt.id)
    }
}

fn wrong(status: &str) -> Refusal {
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
