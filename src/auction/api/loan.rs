//! The loan by which a purchaser pays the balance, in the graph.

use super::Lot;
use crate::auction::ops::RecordBalanceLoanInput;
use crate::auction::store::sale::balance_loan;
use crate::graphql::caller::{run, services};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::LotId;
use crate::payload;
use async_graphql::{Context, Object, SimpleObject};

/// A bank lends the purchaser the balance (余款贷款). Public, as the result is.
#[derive(SimpleObject)]
pub struct BalanceLoan {
    /// Name of the bank (贷款银行).
    bank: String,
    /// When it was recorded (登记时间).
    recorded_at: Timestamp,
}
impl BalanceLoan {
    /// The loan of a lot that the caller is known to see.
    pub(super) async fn of(ctx: &Context<'_>, lot: LotId) -> Result<Option<BalanceLoan>, Problem> {
        let row = balance_loan::of_lot(&services(ctx)?.db.reader(), lot).await?;
        Ok(row.map(|row| BalanceLoan { bank: row.bank, recorded_at: row.recorded_at }))
    }
}

payload! {
    /// The lot whose balance a bank lends (登记余款贷款结果).
    RecordBalanceLoanPayload of LotId {
        /// The lot (标的物).
        lot: Lot = Lot::load,
    }
}

#[derive(Default)]
pub struct LoanMutation;
#[Object]
impl LoanMutation {
    /// Records that a bank has agreed to lend the purchaser the balance; its term runs on (登记余款贷款). Role: OFFICER.
    async fn record_balance_loan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lot and the bank (标的物及贷款银行).")] input: RecordBalanceLoanInput,
    ) -> Result<RecordBalanceLoanPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
