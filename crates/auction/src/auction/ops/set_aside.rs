//! Setting a sale aside with the full reversal of its money (网拍规定 31; 民诉法 244 执行回转).
//!
//! Before the ruling is served, and as long as the bank does not have the transfer to the case, the price stands on the
//! lot and goes back whole. Afterwards it is money of the case: payments of it that the bank does not have are cancelled,
//! what its receipt then holds goes back, what was paid out stands on a register against each payee. Nobody else's money
//! is touched.

use super::returns::{Part, Sale, facts_of, in_proportion, parts_of, pay_back};
use super::transfer::not_obtained;
use super::{decision, publish_version, require};
use crate::access::{Act, Op, Scope, UseCase};
use crate::auction::aftermath::{SaleDecisionKind, SetAsideGround};
use crate::auction::platform;
use crate::auction::store::{lot, lot_result, registration, restitution, sale_set_aside};
use crate::auction::{DepositStatus, LotEventKind, LotStatus};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::cases::store as cases;
use crate::funds::{self, ReceiptSource, store::receipt};
use crate::kernel::boxed;
use crate::kernel::clock::Date;
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, PayableId, ReceiptId, RestitutionId, SaleDecisionId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use crate::ledger::{self, AccountKey, Book, Code};
use crate::payout::rules::change::decide_idle;
use crate::payout::tables::{payable, payable_source};
use crate::payout::{self, PayableState};
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

const SET_ASIDE_ABLE: [LotStatus; 4] =
    [LotStatus::Sold, LotStatus::Paid, LotStatus::RulingServed, LotStatus::Delivered];

/// Proposes to set a sale aside on one of the six grounds, or of equity because its transfer was not approved; once others agree the money goes back to who paid it (撤销拍卖).
#[derive(InputObject, Serialize, Deserialize)]
pub struct SetAsideSaleInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The sold lot, not in default (标的物).
    pub lot: LotId,
    /// On which ground (撤销事由).
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
    type Done = SaleDecisionId;
    const ACT: Act = Act::SetAsideSale;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SaleDecisionId, Failure> {
        let row = lot::find_lot(op.tx, op.scope(), self.lot).await?.ok_or_else(|| Failure::not_found("lot"))?;
        decision::propose(op, &row, SaleDecisionKind::SetAside, serde_json::to_string(self)?).await
    }
}

fn refuse(code: RefusalCode, field: &'static str) -> Refusal {
    Refusal::new(code).law(&reference::NETAUCTION_31).field(field)
}

/// What a reversal comes to.
struct Back {
    sale: Sale,
    /// Payments that the bank does not have, taken back first.
    cancels: Vec<PayableId>,
    from: AccountKey,
    receipt: Option<ReceiptId>,
    parts: Vec<Part>,
    /// Who got money of the price that must come back: payment, name, amount.
    register: Vec<(Option<PayableId>, String, Money)>,
}
impl Back {
    fn returned(&self) -> Result<Money, Failure> {
        Ok(Money::sum(self.parts.iter().map(Part::amount))?)
    }
    fn outstanding(&self) -> Result<Money, Failure> {
        Ok(Money::sum(self.register.iter().map(|(_, _, amount)| *amount))?)
    }
}

impl SetAsideSaleInput {
    /// Everything that is asked when it is proposed, at each vote and when it is carried out.
    #[boxed]
    async fn plan(&self, op: &Op<'_>) -> Result<Back, Failure> {
        let sale = Sale::lock(op, self.lot, "lot").await?;
        require(&sale.row, &SET_ASIDE_ABLE, &reference::NETAUCTION_31)?;
        // this ground, and no other, rests on the record of the approval (股权执行规定 15)
        if self.ground == SetAsideGround::TransferNotApproved && !not_obtained(op, self.lot).await? {
            return Err(Refusal::new(RefusalCode::WrongState).law(&reference::EQUITY_15).field("ground").into());
        }
        let decided = self.decided_on.0;
        if decided > op.now.legal_date() || decided < sale.result.ended_at.legal_date() {
            return Err(refuse(RefusalCode::DateInvalid, "decidedOn").into());
        }
        text::checked("reason", &self.reason, LONG)?;
        text::checked("rulingNumber", &self.ruling_number, SHORT)?;
        let parts = parts_of(op, &sale, sale.result.deposit_applied).await?;
        let Some(transfer) = sale.result.price_payable_id else { return self.before_transfer(sale, parts, None) };
        let sent = payable::Entity::find_by_id(transfer).first(op.tx).await?;
        let sent = sent.ok_or_else(|| Failure::internal("a price without its transfer"))?;
        match sent.state {
            PayableState::Paid => self.after_transfer(op, sale, parts).await,
            _ => {
                idle(op, &sent).await?;
                self.before_transfer(sale, parts, Some(transfer))
            }
        }
    }

    /// Everything paid so far stands on the lot, or is on its way to the case and not with the bank yet.
    fn before_transfer(&self, sale: Sale, parts: Vec<Part>, transfer: Option<PayableId>) -> Result<Back, Failure> {
        if self.receipt.is_some() {
            return Err(refuse(RefusalCode::WrongState, "receipt").into());
        }
        let from = AccountKey::owned(sale.row.court_id, Book::AuctionDeposits, Code::Price, sale.row.id.uuid());
        let cancels = transfer.into_iter().collect();
        Ok(Back { sale, cancels, from, receipt: None, parts, register: Vec::new() })
    }

    /// The price is money of the case: what its receipt holds, or will hold again, goes back; the rest is registered.
    #[boxed]
    async fn after_transfer(&self, op: &Op<'_>, sale: Sale, parts: Vec<Part>) -> Result<Back, Failure> {
        let receipt = self.receipt.ok_or_else(|| refuse(RefusalCode::WrongState, "receipt"))?;
        let receipt = funds::store::lock_receipt(op.tx, &Scope::Everything, receipt).await?;
        let after = sale.result.ruling_served_on.is_some_and(|served| receipt.booked_on >= served);
        let price = receipt.source == ReceiptSource::SaleProceeds && receipt.amount == sale.result.hammer_price;
        if receipt.case_id != Some(sale.row.case_id) || !price || !after {
            return Err(refuse(RefusalCode::BalanceMismatch, "receipt").into());
        }
        let drawn = Drawn::on(op, &receipt).await?;
        let returned = receipt.remaining.plus(drawn.given_back)?;
        let from = AccountKey::owned(sale.row.court_id, Book::CaseFunds, Code::CaseFund, sale.row.case_id.uuid());
        // what another court has frozen on the case does not leave it, whatever it came by
        let frozen = cases::frozen_case_money(op.tx, sale.row.case_id).await?;
        let free = ledger::balance::available(op.tx, from).await?.plus(drawn.freed)?.saturating_minus(frozen);
        if returned > free {
            return Err(refuse(RefusalCode::PayoutExceedsBalance, "receipt").arg("available", free).into());
        }
        let mut register = drawn.register;
        let paid = Money::sum(register.iter().map(|(_, _, amount)| *amount))?;
        let taken = receipt.amount.minus(returned)?.minus(paid)?;
        if taken.is_positive() {
            register.push((None, "国库及税费预留".to_owned(), taken));
        }
        let parts = in_proportion(parts, returned)?;
        Ok(Back { sale, cancels: drawn.cancels, from, receipt: Some(receipt.id), parts, register })
    }

    #[boxed]
    pub(super) async fn facts(&self, op: &mut Op<'_>) -> Result<serde_json::Value, Failure> {
        let back = self.plan(op).await?;
        let cancels: Vec<_> = back.cancels.iter().map(|payable| payable.to_global()).collect();
        Ok(serde_json::json!({ "returned": facts_of(op, &back.parts), "outstanding": back.outstanding()?,
            "cancels": cancels }))
    }

    #[boxed]
    pub(super) async fn carry_out(&self, op: &mut Op<'_>) -> Result<(), Failure> {
        let mut back = self.plan(op).await?;
        let (returned, outstanding) = (back.returned()?, back.outstanding()?);
        for payable in &back.cancels {
            payout::cancel::cancel(op, *payable).await?;
        }
        let parts = std::mem::take(&mut back.parts);
        let of_deposit = pay_back(op, &back.sale.row, back.from, parts, back.receipt).await?;
        let Sale { mut row, mut buyer, mut result } = back.sale;
        if result.deposit_due.is_positive() {
            platform::lapse(op, &mut buyer, &mut result).await?;
            registration::save(op.tx, buyer.clone()).await?;
            lot_result::save(op.tx, result).await?;
        }
        let new = sale_set_aside::Model {
            lot_id: row.id,
            court_id: row.court_id,
            ground: self.ground,
            reason: self.reason.clone(),
            ruling_number: self.ruling_number.clone(),
            decided_on: self.decided_on.0,
            returned,
            outstanding,
            receipt_id: back.receipt,
            recorded_at: op.now,
        };
        sale_set_aside::Entity::insert(sale_set_aside::ActiveModel::from(new)).execute(op.tx).await?;
        for (payable_id, payee_name, amount) in back.register {
            let id = RestitutionId::new(op.now);
            let (court_id, lot_id) = (row.court_id, row.id);
            let line = restitution::Model { id, court_id, lot_id, payable_id, payee_name, amount, recorded_at: op.now };
            restitution::Entity::insert(restitution::ActiveModel::from(line)).execute(op.tx).await?;
        }
        if buyer.deposit_status == DepositStatus::Captured && of_deposit.is_some() {
            buyer.deposit_status = DepositStatus::Refunding;
            buyer.refund_payable_id = buyer.refund_payable_id.or(of_deposit);
            registration::save(op.tx, buyer).await?;
        }
        row.status = LotStatus::SetAside;
        let row = publish_version(op, row, LotEventKind::SetAside).await?;
        let facts = serde_json::json!({ "ground": self.ground, "rulingNumber": self.ruling_number,
            "reason": self.reason, "returned": returned, "outstanding": outstanding });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await
    }
}

/// Money of a payment is neither here nor with the payee while the bank has it: it must be one of both before the books
/// can say who owes it.
#[boxed]
async fn idle(op: &Op<'_>, payment: &payable::Model) -> Result<(), Failure> {
    let last = payout::store::attempts_of(op.tx, payment.id).await?.pop();
    match decide_idle(payment.state, last.map(|attempt| attempt.state)) {
        Ok(_) => Ok(()),
        Err(_) => Err(refuse(RefusalCode::WrongState, "receipt").arg("status", payment.state.as_str()).into()),
    }
}

/// What payments have drawn on the price's receipt.
#[derive(Default)]
struct Drawn {
    cancels: Vec<PayableId>,
    /// Comes back to this receipt by the cancellations.
    given_back: Money,
    /// Comes back to the case by them, other receipts included.
    freed: Money,
    register: Vec<(Option<PayableId>, String, Money)>,
}
impl Drawn {
    #[boxed]
    async fn on(op: &Op<'_>, receipt: &receipt::Model) -> Result<Drawn, Failure> {
        let used = payable_source::Entity::find().filter(payable_source::Column::ReceiptId.eq(receipt.id));
        let mut drawn = Drawn::default();
        for source in used.list(op.tx).await? {
            let payment = payable::Entity::find_by_id(source.payable_id).first(op.tx).await?;
            let payment = payment.ok_or_else(|| Failure::internal("a source without its payable"))?;
            match payment.state {
                PayableState::Cancelled => {}
                PayableState::Paid => drawn.register.push((Some(payment.id), payment.payee_name, source.amount)),
                PayableState::Open | PayableState::InTransit | PayableState::Failed => {
                    idle(op, &payment).await?;
                    drawn.given_back = drawn.given_back.plus(source.amount)?;
                    drawn.freed = drawn.freed.plus(payment.amount)?;
                    drawn.cancels.push(payment.id);
                }
            }
        }
        Ok(drawn)
    }
}
