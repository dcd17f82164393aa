//! The purchaser pays the balance by a bank loan (按揭贷款支付余款). A status: the term of the balance runs on, and the money
//! arrives like any other.

use super::require;
use crate::access::{Act, Op, UseCase};
use crate::auction::LotStatus;
use crate::auction::store::sale::balance_loan;
use crate::auction::store::{lot, lot_result};
use crate::cases::rules::text::{self, SHORT};
use crate::kernel::error::Failure;
use crate::kernel::ids::LotId;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use serde::Serialize;

/// Records that a bank has agreed to lend the purchaser the balance (登记余款贷款).
#[derive(InputObject, Serialize)]
pub struct RecordBalanceLoanInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot, SOLD with a balance to pay (标的物).
    pub lot: LotId,
    /// Name of the bank, 1 to 128 characters (贷款银行).
    pub bank: String,
    /// Its promise to the court: number or title, 1 to 128 characters (贷款承诺函).
    pub document: String,
}

impl UseCase for RecordBalanceLoanInput {
    type Done = LotId;
    const ACT: Act = Act::RecordBalanceLoan;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require(&row, &[LotStatus::Sold], &reference::NETAUCTION_13)?;
        let refuse = |code| Refusal::new(code).law(&reference::NETAUCTION_13).field("lot");
        if !lot_result::lock(op.tx, row.id).await?.balance().is_positive() {
            return Err(refuse(RefusalCode::WrongState).into());
        }
        if balance_loan::of_lot(op.tx, row.id).await?.is_some() {
            return Err(refuse(RefusalCode::AlreadyExists).into());
        }
        let loan = balance_loan::Model {
            lot_id: row.id,
            court_id: row.court_id,
            bank: text::checked("bank", &self.bank, SHORT)?,
            document: text::checked("document", &self.document, SHORT)?,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "bank": loan.bank, "document": loan.document });
        balance_loan::insert(op.tx, loan).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}
