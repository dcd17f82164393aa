//! Money that payees bring back after a sale was set aside (民诉法 244 执行回转): it goes on to the accounts that paid
//! the price, in proportion, and the line of the register shrinks by it. A payee who pays nothing is a matter of
//! enforcement, not of this register.

use super::returns::{Part, Sale, facts_of, in_proportion, parts_of, pay_back};
use super::{decision, require};
use crate::access::{Act, Op, Scope, UseCase};
use crate::auction::LotStatus;
use crate::auction::aftermath::SaleDecisionKind;
use crate::auction::rules::restitution::decide_return;
use crate::auction::store::{lot, restitution, restitution_return, sale_set_aside};
use crate::cases::rules::text::{self, SHORT};
use crate::cases::store as cases;
use crate::funds::{self, store::receipt};
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::{ReceiptId, RestitutionId, RestitutionReturnId, SaleDecisionId};
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use crate::ledger::{self, AccountKey, Book, Code};
use async_graphql::InputObject;
use serde::{Deserialize, Serialize};

/// Proposes that money which a payee brought back goes on to who paid the price of a sale that was set aside
/// (执行回转款退还).
#[derive(InputObject, Serialize, Deserialize)]
pub struct ReturnRestitutionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The line of the register, with something still owed (执行回转登记).
    pub restitution: RestitutionId,
    /// Money of the same case by which it came back, not before the sale was set aside (回转款到账).
    pub receipt: ReceiptId,
    /// How much: at most what the payee still owes, and what the receipt still holds (金额).
    pub amount: Money,
    /// What it rests on: the ruling on restitution or the payee's own statement (依据文书).
    pub document: String,
}

impl UseCase for ReturnRestitutionInput {
    type Done = SaleDecisionId;
    const ACT: Act = Act::ReturnRestitution;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SaleDecisionId, Failure> {
        let line = restitution::find(op.tx, op.scope(), self.restitution).await?;
        let line = line.ok_or_else(|| Failure::not_found("restitution"))?;
        let seen = funds::store::find_receipt(op.tx, op.scope(), self.receipt).await?;
        if seen.is_none() {
            return Err(Failure::not_found("receipt"));
        }
        let row = lot::find_lot(op.tx, op.scope(), line.lot_id).await?;
        let row = row.ok_or_else(|| Failure::not_found("restitution"))?;
        decision::propose(op, &row, SaleDecisionKind::Restitution, serde_json::to_string(self)?).await
    }
}

fn refuse(code: RefusalCode, field: &'static str) -> Refusal {
    Refusal::new(code).law(&reference::CIVIL_PROCEDURE_244).field(field)
}

/// What goes on to whom.
struct Onward {
    sale: Sale,
    payee: String,
    money: receipt::Model,
    from: AccountKey,
    parts: Vec<Part>,
}

impl ReturnRestitutionInput {
    /// Everything that is asked when it is proposed, at each vote and when it is carried out.
    #[boxed]
    async fn plan(&self, op: &Op<'_>) -> Result<Onward, Failure> {
        let line = restitution::find(op.tx, &Scope::Everything, self.restitution).await?;
        let line = line.ok_or_else(|| Failure::not_found("restitution"))?;
        let sale = Sale::lock(op, line.lot_id, "restitution").await?;
        require(&sale.row, &[LotStatus::SetAside], &reference::CIVIL_PROCEDURE_244)?;
        let returned = restitution_return::returned(op.tx, line.id).await?;
        decide_return(line.amount.minus(returned)?, self.amount)?;
        text::checked("document", &self.document, SHORT)?;
        let set_aside = sale_set_aside::of_lot(op.tx, line.lot_id).await?;
        let set_aside = set_aside.ok_or_else(|| Failure::internal("a register without its ruling"))?;
        let money = funds::store::lock_receipt(op.tx, &Scope::Everything, self.receipt).await?;
        if money.case_id != Some(sale.row.case_id) || money.booked_on < set_aside.decided_on {
            return Err(refuse(RefusalCode::BalanceMismatch, "receipt").into());
        }
        if self.amount > money.remaining {
            return Err(refuse(RefusalCode::ReceiptExceeded, "amount").arg("remaining", money.remaining).into());
        }
        let from = AccountKey::owned(sale.row.court_id, Book::CaseFunds, Code::CaseFund, sale.row.case_id.uuid());
        // what another court has frozen on the case does not leave it, whatever it came by
        let frozen = cases::frozen_case_money(op.tx, sale.row.case_id).await?;
        let free = ledger::balance::available(op.tx, from).await?.saturating_minus(frozen);
        if self.amount > free {
            return Err(refuse(RefusalCode::PayoutExceedsBalance, "amount").arg("available", free).into());
        }
        let parts = parts_of(op, &sale, sale.result.deposit_applied).await?;
        let parts = in_proportion(parts, self.amount)?;
        Ok(Onward { sale, payee: line.payee_name, money, from, parts })
    }
    #[boxed]
    pub(super) async fn facts(&self, op: &mut Op<'_>) -> Result<serde_json::Value, Failure> {
        let onward = self.plan(op).await?;
        Ok(serde_json::json!({ "payee": onward.payee, "payer": onward.money.payer_name,
            "returned": facts_of(op, &onward.parts) }))
    }
    #[boxed]
    pub(super) async fn carry_out(&self, op: &mut Op<'_>) -> Result<(), Failure> {
        let Onward { sale, money, from, parts, .. } = self.plan(op).await?;
        let (mut lines, mut owed) = (Vec::with_capacity(parts.len()), Vec::with_capacity(parts.len()));
        for part in parts {
            let id = RestitutionReturnId::new(op.now);
            lines.push(restitution_return::Model {
                id,
                court_id: sale.row.court_id,
                restitution_id: self.restitution,
                receipt_id: money.id,
                amount: part.amount(),
                document: text::checked("document", &self.document, SHORT)?,
                recorded_at: op.now,
            });
            owed.push(part.owed_for(id.node()));
        }
        restitution_return::insert(op.tx, lines).await?;
        pay_back(op, &sale.row, from, owed, Some(money.id)).await?;
        let facts = serde_json::json!({ "restitution": self.restitution, "receipt": money.id, "amount": self.amount,
            "document": self.document });
        op.audit(sale.row.id, Some(sale.row.court_id), Some(sale.row.case_id), facts).await
    }
}
