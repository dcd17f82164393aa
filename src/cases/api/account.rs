//! The case account in the graph: what stands on it, what of it is free.

use crate::{
    cases::store::{self, case},
    graphql::{caller::services, scalars::Date},
    kernel::{error::Problem, ids::LedgerAccountId, money::Money},
    ledger::{self, AccountKey, Basis, Book, Code},
};
use async_graphql::{Context, Object};

/// The account of a case.
pub struct CaseAccount(pub case::Model);
impl CaseAccount {
    fn key(&self) -> AccountKey {
        AccountKey::owned(self.0.court_id, Book::CaseFunds, Code::CaseFund, self.0.id.uuid())
    }
}

/// The account number that belongs to one case alone, and what stands on it (一案一账号).
#[Object]
impl CaseAccount {
    /// Opaque id (标识).
    async fn id(&self) -> LedgerAccountId {
        self.key().id()
    }
    /// The number to pay to; never given to another case (账号).
    async fn account_number(&self) -> &str {
        &self.0.account_number
    }
    /// What stands on the account, or stood at the end of a day (余额).
    async fn balance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "End of which day; now when left out (截止日期).")] as_of: Option<Date>,
        #[graphql(desc = "Which date of an entry counts (口径).", default_with = "Basis::Booked")] basis: Basis,
    ) -> Result<Money, Problem> {
        let reader = services(ctx)?.db.reader();
        match as_of {
            Some(day) => ledger::balance_as_of(&reader, self.key(), day.0, basis).await,
            None => ledger::balance(&reader, self.key()).await,
        }
    }
    /// What may be used: balance less held and frozen (可用余额).
    async fn available(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        let reader = services(ctx)?.db.reader();
        let free = ledger::balance::available(&reader, self.key()).await?;
        Ok(free.saturating_minus(store::frozen_case_money(&reader, self.0.id).await?))
    }
    /// Held for a named purpose, e.g. a disputed share (预留金额).
    async fn held(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        ledger::balance::held(&services(ctx)?.db.reader(), self.key()).await
    }
    /// Frozen by another case or organ (另案冻结金额).
    async fn frozen(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        store::frozen_case_money(&services(ctx)?.db.reader(), self.0.id).await
    }
}
