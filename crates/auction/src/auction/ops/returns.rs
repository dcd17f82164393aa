//! A price that goes back: each part to the account that paid it, the deposit to its payer, a lender's part to the lender.

use super::decision;
use super::require;
use crate::access::{Act, Op, Scope, UseCase};
use crate::auction::LotStatus;
use crate::auction::aftermath::SaleDecisionKind;
use crate::auction::payer::{Payer, payer_of, payer_of_credit};
use crate::auction::store::{buyer_default, deposit_credit, lot, lot_result, purchaser_return, registration};
use crate::cases::rules::text::{self, SHORT};
use crate::cases::store as cases;
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, NodeRef, PayableId, ReceiptId, SaleDecisionId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::ACCOUNT_INDEX;
use crate::law::reference;
use crate::ledger::{AccountKey, Book, Code};
use crate::payout::PayablePurpose;
use crate::payout::ops::{NewPayable, create_payable, queue_attempt};
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A sale with its result and purchaser, locked behind its case.
pub(super) struct Sale {
    pub row: lot::Model,
    pub result: lot_result::Model,
    pub buyer: registration::Model,
}
impl Sale {
    /// Case, lot, result and registration, in this order.
    #[boxed]
    pub(super) async fn lock(op: &Op<'_>, id: LotId, field: &'static str) -> Result<Sale, Failure> {
        let row = lock_behind_case(op, id).await?;
        if lot_result::of_lot(op.tx, row.id).await?.is_none() {
            return Err(Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_31).field(field).into());
        }
        let result = lot_result::lock(op.tx, row.id).await?;
        let buyer = registration::lock(op.tx, result.winner_id).await?;
        Ok(Sale { row, result, buyer })
    }
}

/// Locks the case of a lot, then the lot. Who may act on it was asked before.
#[boxed]
pub(super) async fn lock_behind_case(op: &Op<'_>, id: LotId) -> Result<lot::Model, Failure> {
    let seen = lot::Entity::find_by_id(id).first(op.tx).await?.ok_or_else(|| Failure::not_found("lot"))?;
    cases::lock_case(op.tx, &Scope::Everything, seen.case_id).await?;
    lot::lock_lot(op.tx, &Scope::Everything, id).await
}

/// What one account paid towards a price.
pub(super) struct Part {
    /// The lot for the deposit, else the bank's credit: each is owed once.
    subject: NodeRef,
    payer: Payer,
    amount: Money,
}

impl Part {
    pub(super) const fn amount(&self) -> Money {
        self.amount
    }
    /// The same part, owed for a reason of its own.
    pub(super) fn owed_for(self, subject: NodeRef) -> Part {
        Part { subject, ..self }
    }
}

/// Who paid the price: `deposit` of it as the deposit, the rest by credits of the bank.
#[boxed]
pub(super) async fn parts_of(op: &Op<'_>, sale: &Sale, deposit: Money) -> Result<Vec<Part>, Failure> {
    let vault = &op.services.vault;
    let mut parts = Vec::new();
    if deposit.is_positive() {
        parts.push(Part { subject: sale.row.id.node(), payer: payer_of(vault, &sale.buyer)?, amount: deposit });
    }
    for credit in deposit_credit::of_price(op.tx, sale.buyer.id).await? {
        let payer = payer_of_credit(vault, &credit)?;
        parts.push(Part { subject: credit.id.node(), payer, amount: credit.to_price });
    }
    Ok(parts)
}

/// The same parts of a smaller sum: what is missing is missing to each in proportion.
pub(super) fn in_proportion(parts: Vec<Part>, total: Money) -> Result<Vec<Part>, Failure> {
    let weights: Vec<Money> = parts.iter().map(|part| part.amount).collect();
    let shares = total.split_by_weights(&weights)?;
    let shared = parts.into_iter().zip(shares).map(|(part, amount)| Part { amount, ..part });
    Ok(shared.filter(|part| part.amount.is_positive()).collect())
}

/// What the voters agree to: amounts and accounts, these by their index.
pub(super) fn facts_of(op: &Op<'_>, parts: &[Part]) -> serde_json::Value {
    let line = |part: &Part| {
        let account = op.services.vault.blind_index(ACCOUNT_INDEX, &part.payer.account_number);
        serde_json::json!({ "amount": part.amount, "name": part.payer.name, "account": hex::encode(account.as_bytes()) })
    };
    parts.iter().map(line).collect()
}

/// Owes and instructs each part; `receipt` when the money is a case's. Answers the payment of the deposit, if one is due.
#[boxed]
pub(super) async fn pay_back(
    op: &mut Op<'_>,
    row: &lot::Model,
    from: AccountKey,
    parts: Vec<Part>,
    receipt: Option<ReceiptId>,
) -> Result<Option<PayableId>, Failure> {
    let mut of_deposit = None;
    for part in parts {
        let new = NewPayable {
            court: row.court_id,
            book: from.book,
            case: Some(row.case_id),
            from,
            purpose: PayablePurpose::RefundPayer,
            payee: part.payer.into(),
            amount: part.amount,
            sources: receipt.map(|receipt| (receipt, part.amount)).into_iter().collect(),
            subject: part.subject,
        };
        let payable = create_payable(op, new).await?;
        queue_attempt(op, payable).await?;
        let line = purchaser_return::Model {
            payable_id: payable,
            court_id: row.court_id,
            lot_id: row.id,
            amount: part.amount,
            recorded_at: op.now,
        };
        purchaser_return::Entity::insert(purchaser_return::ActiveModel::from(line)).execute(op.tx).await?;
        if part.subject == row.id.node() {
            of_deposit = Some(payable);
        }
    }
    Ok(of_deposit)
}

/// Proposes that what a defaulter and others had paid beyond the forfeited deposit goes back (退还悔拍人余款). The default
/// itself proposes it once; this is for after a rejection.
#[derive(InputObject, Serialize, Deserialize)]
pub struct RefundDefaulterInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot in default (标的物).
    pub lot: LotId,
    /// What it rests on: number or title of the document (依据文书).
    pub document: String,
}
impl UseCase for RefundDefaulterInput {
    type Done = SaleDecisionId;
    const ACT: Act = Act::RefundDefaulter;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SaleDecisionId, Failure> {
        let row = lot::find_lot(op.tx, op.scope(), self.lot).await?.ok_or_else(|| Failure::not_found("lot"))?;
        text::checked("document", &self.document, SHORT)?;
        decision::propose(op, &row, SaleDecisionKind::DefaultReturn, serde_json::to_string(self)?).await
    }
}
impl RefundDefaulterInput {
    /// The sale, and what goes back to whom.
    #[boxed]
    async fn plan(&self, op: &Op<'_>) -> Result<(Sale, Vec<Part>), Failure> {
        let sale = Sale::lock(op, self.lot, "lot").await?;
        require(&sale.row, &[LotStatus::Defaulted], &reference::NETAUCTION_24)?;
        let default = buyer_default::of_lot(op.tx, sale.row.id).await?;
        let default = default.ok_or_else(|| Failure::internal("a lot in default without its record"))?;
        let deposit = sale.result.deposit_applied.plus(sale.result.deposit_due)?;
        let beyond = deposit.minus(default.forfeited)?;
        let parts = parts_of(op, &sale, beyond).await?;
        if parts.is_empty() || !purchaser_return::of_lot(op.tx, sale.row.id).await?.is_empty() {
            return Err(Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_24).field("lot").into());
        }
        Ok((sale, parts))
    }
    #[boxed]
    pub(super) async fn facts(&self, op: &mut Op<'_>) -> Result<serde_json::Value, Failure> {
        let (_, parts) = self.plan(op).await?;
        Ok(facts_of(op, &parts))
    }
    #[boxed]
    pub(super) async fn carry_out(&self, op: &mut Op<'_>) -> Result<(), Failure> {
        let (sale, parts) = self.plan(op).await?;
        let price = AccountKey::owned(sale.row.court_id, Book::AuctionDeposits, Code::Price, sale.row.id.uuid());
        pay_back(op, &sale.row, price, parts, None).await?;
        let facts = serde_json::json!({ "returned": true, "document": self.document });
        op.audit(sale.row.id, Some(sale.row.court_id), Some(sale.row.case_id), facts).await
    }
}
