//! What is known of a receipt beyond the bank's line: how the money came, for whom, by which document; and the public
//! notice of money that nobody has claimed.

use super::{
    QUEUE,
    description::{self, Description, wrong},
};
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        self,
        rules::text::{self, SHORT},
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
