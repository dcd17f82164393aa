//! Setting a sale aside with the full reversal of its money (网拍规定 31; 民诉法 240 执行回转).
//!
//! Before the ruling is served the price stands on the lot and goes back whole. Afterwards it is money of the case:
//! what its receipt still holds goes back, what was paid out stands on a register against each payee. Nobody else's money is
//! touched.

use super::{publish_version, require};
use crate::access::{Act, Op, UseCase};
use crate::auction::aftermath::SetAsideGround;
use crate::auction::deposits::payer_of;
use crate::auction::store::{lot, lot_result, registration, restitution, sale_set_aside};
use crate::auction::{DepositStatus, LotEventKind, LotStatus};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::funds;
use crate::kernel::boxed;
use crate::kernel::clock::Date;
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, PayableId, ReceiptId, RestitutionId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use crate::ledger::{AccountKey, Book, Code};
use crate::payout::ops::{NewPayable, create_payable, queue_attempt};
use crate::payout::tables::{payable, payable_source};
use crate::payout::{PayablePurpose, PayableState};
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

const SET_ASIDE_ABLE: [LotStatus; 4] =
    [LotStatus::Sold, LotStatus::Paid, LotStatus::RulingServed, LotStatus::Delivered];

/// Sets a sale aside on one of the six grounds; the purchaser's money goes back (撤销拍卖).
#[derive(InputObject, Serialize)]
pub struct SetAsideSaleInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The sold lot, not in default (标的物).
    pub lot: LotId,
    /// Which of the six grounds (撤销事由).
    pub ground: SetAsideGround,
    /// What happened (理由).
    pub reason: String,
    /// Number of the ruling on the objection (裁定文号).
    pub ruling_number: String,
    /// Day of the ruling, not in the future (裁定日期).
    pub decided_on: Date,
    /// After the sale's own ruling was served: the receipt by which the price reached the case (价款转入案款的到账).
    pub receipt: Option<ReceiptId>,
}

impl UseCase for SetAsideSaleInput {
    type Done = LotId;
    const ACT: Act = Act::SetAsideSale;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &SET_ASIDE_ABLE, &reference::NETAUCTION_31)?;
        let result = lot_result::lock(op.tx, row.id).await?;
        let decided = self.decided_on.0;
        if decided > op.now.legal_date() || decided < result.ended_at.legal_date() {
            return Err(refuse(RefusalCode::DateInvalid, "decidedOn").into());
        }
        let mut buyer = registration::lock(op.tx, result.winner_id).await?;
        let back = match result.price_payable_id {
            None => self.before_ruling(op, &row, &result, &buyer).await?,
            Some(transfer) => self.after_ruling(op, &row, &result, &buyer, transfer).await?,
        };
        let new = sale_set_aside::Model {
            lot_id: row.id,
            court_id: row.court_id,
            ground: self.ground,
            reason: text::checked("reason", &self.reason, LONG)?,
            ruling_number: text::checked("rulingNumber", &self.ruling_number, SHORT)?,
            decided_on: decided,
            returned: back.returned,
            outstanding: Money::sum(back.register.iter().map(|line| line.amount))?,
            payable_id: back.payable,
            receipt_id: self.receipt,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "ground": self.ground, "rulingNumber": new.ruling_number,
            "reason": new.reason, "returned": new.returned, "outstanding": new.outstanding });
        sale_set_aside::Entity::insert(sale_set_aside::ActiveModel::from(new)).execute(op.tx).await?;
        for line in back.register {
            restitution::Entity::insert(restitution::ActiveModel::from(line)).execute(op.tx).await?;
        }
        if buyer.deposit_status == DepositStatus::Captured && back.payable.is_some() {
            buyer.deposit_status = DepositStatus::Refunding;
            buyer.refund_payable_id = buyer.refund_payable_id.or(back.payable);
            registration::save(op.tx, buyer).await?;
        }
        row.status = LotStatus::SetAside;
        let row = publish_version(op, row, LotEventKind::SetAside).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

fn refuse(code: RefusalCode, field: &'static str) -> Refusal {
    Refusal::new(code).law(&reference::NETAUCTION_31).field(field)
}

/// What a reversal comes to.
struct Back {
    returned: Money,
    payable: Option<PayableId>,
    register: Vec<restitution::Model>,
}

impl SetAsideSaleInput {
    /// Everything paid so far stands on the lot.
    #[boxed]
    async fn before_ruling(
        &self,
        op: &mut Op<'_>,
        row: &lot::Model,
        result: &lot_result::Model,
        buyer: &registration::Model,
    ) -> Result<Back, Failure> {
        if self.receipt.is_some() {
            return Err(refuse(RefusalCode::WrongState, "receipt").into());
        }
        let returned = result.deposit_applied.plus(result.balance_paid)?;
        let from = AccountKey::owned(row.court_id, Book::AuctionDeposits, Code::Price, row.id.uuid());
        let payable = pay_back(op, row, buyer, from, returned, Vec::new()).await?;
        Ok(Back { returned, payable, register: Vec::new() })
    }

    /// The price is money of the case: what its receipt still holds goes back, the rest is registered.
    #[boxed]
    async fn after_ruling(
        &self,
        op: &mut Op<'_>,
        row: &lot::Model,
        result: &lot_result::Model,
        buyer: &registration::Model,
        transfer: PayableId,
    ) -> Result<Back, Failure> {
        let sent = payable::Entity::find_by_id(transfer).first(op.tx).await?;
        let sent = sent.ok_or_else(|| Failure::internal("a price without its transfer"))?;
        let (Some(receipt), PayableState::Paid) = (self.receipt, sent.state) else {
            return Err(refuse(RefusalCode::WrongState, "receipt").arg("status", sent.state.as_str()).into());
        };
        let receipt = funds::store::lock_receipt(op.tx, op.scope(), receipt).await?;
        let after = result.ruling_served_on.is_some_and(|served| receipt.booked_on >= served);
        if receipt.case_id != Some(row.case_id) || receipt.amount != result.hammer_price || !after {
            return Err(refuse(RefusalCode::BalanceMismatch, "receipt").into());
        }
        let returned = receipt.remaining;
        let from = AccountKey::owned(row.court_id, Book::CaseFunds, Code::CaseFund, row.case_id.uuid());
        let payable = pay_back(op, row, buyer, from, returned, vec![(receipt.id, returned)]).await?;
        let register = register(op, row, receipt.id, receipt.amount.minus(returned)?, payable).await?;
        Ok(Back { returned, payable, register })
    }
}

/// Owes and instructs what goes back at once; nothing is owed for nothing.
#[boxed]
async fn pay_back(
    op: &mut Op<'_>,
    row: &lot::Model,
    buyer: &registration::Model,
    from: AccountKey,
    amount: Money,
    sources: Vec<(ReceiptId, Money)>,
) -> Result<Option<PayableId>, Failure> {
    if amount.is_zero() {
        return Ok(None);
    }
    let new = NewPayable {
        court: row.court_id,
        book: from.book,
        case: Some(row.case_id),
        from,
        purpose: PayablePurpose::RefundPayer,
        payee: payer_of(&op.services.vault, buyer)?.into(),
        amount,
        sources,
        subject: row.id.node(),
    };
    let payable = create_payable(op, new).await?;
    queue_attempt(op, payable).await?;
    Ok(Some(payable))
}

/// One line per payee that got money of the receipt, and one for what left it as fee, tax or reserve.
#[boxed]
async fn register(
    op: &Op<'_>,
    row: &lot::Model,
    receipt: ReceiptId,
    missing: Money,
    own: Option<PayableId>,
) -> Result<Vec<restitution::Model>, Failure> {
    let line = |payable_id, payee_name, amount| restitution::Model {
        id: RestitutionId::new(op.now),
        court_id: row.court_id,
        lot_id: row.id,
        payable_id,
        payee_name,
        amount,
        recorded_at: op.now,
    };
    let used = payable_source::Entity::find().filter(payable_source::Column::ReceiptId.eq(receipt)).list(op.tx).await?;
    let (mut lines, mut left) = (Vec::new(), missing);
    for source in used.into_iter().filter(|source| Some(source.payable_id) != own) {
        let paid = payable::Entity::find_by_id(source.payable_id).first(op.tx).await?;
        let paid = paid.ok_or_else(|| Failure::internal("a source without its payable"))?;
        match paid.state {
            PayableState::Cancelled => continue,
            PayableState::Paid => {}
            // neither here nor with the payee: it must be one of both before the books can say who owes it
            state => return Err(refuse(RefusalCode::WrongState, "receipt").arg("status", state.as_str()).into()),
        }
        left = left.minus(source.amount)?;
        lines.push(line(Some(paid.id), paid.payee_name, source.amount));
    }
    if left.is_positive() {
        lines.push(line(None, "国库及税费预留".to_owned(), left));
    }
    Ok(lines)
}
