//! What a payee reads of the payments to himself, over all courts and cases: where each stands, and its proof on paper.

use super::{
    PayablePurpose, PayableState, api,
    outcome::FailureKind,
    own, store,
    tables::{attempt, payable},
};
use crate::{
    access::Act,
    cases::{self, api::Court},
    connection,
    document::api::Document,
    graphql::{
        caller::{scope, services},
        connection::{Listed, cost, page},
        scalars::Date,
    },
    kernel::{
        clock::Timestamp,
        error::Problem,
        ids::{NodeKind, NodeRef, PayableId},
        money::Money,
    },
};
use async_graphql::{Context, Object};
use std::collections::BTreeSet;

/// A payment to the caller himself.
pub struct OwnPayout(payable::Model);
impl Listed for OwnPayout {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
impl OwnPayout {
    async fn last_attempt(&self, ctx: &Context<'_>) -> Result<Option<attempt::Model>, Problem> {
        Ok(store::attempts_of(&services(ctx)?.db.reader(), self.0.id).await?.pop())
    }
}

/// Case money that is owed or was paid to you (本人案款).
#[Object]
impl OwnPayout {
    /// Opaque id: for `payable`, and as the subject of `createDocument` (标识).
    async fn id(&self) -> PayableId {
        self.0.id
    }
    /// The court that pays (发放法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        Court::load(ctx, &self.0.court_id).await
    }
    /// Number of the case whose money it is (案号).
    async fn case_number(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let Some(case) = self.0.case_id else { return Ok(None) };
        let mut numbers = cases::store::numbers(&services(ctx)?.db.reader(), &BTreeSet::from([case])).await?;
        Ok(numbers.remove(&case))
    }
    /// What it is for (付款用途).
    async fn purpose(&self) -> PayablePurpose {
        self.0.purpose
    }
    /// Where the money stands; FAILED: the bank refused it or sent it back, and the court holds it (状态).
    async fn state(&self) -> PayableState {
        self.0.state
    }
    /// Amount (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// The last four digits of your account that it goes or went to (收款账号).
    async fn masked_account(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        api::masked_account(ctx, payable::account_place(self.0.id), &self.0.account_sealed)
    }
    /// Name of the branch (开户行).
    async fn bank_name(&self) -> &str {
        &self.0.bank_name
    }
    /// Why the last try failed; none unless the state is FAILED (失败原因).
    async fn failure(&self, ctx: &Context<'_>) -> Result<Option<FailureKind>, Problem> {
        match self.0.state {
            PayableState::Failed => Ok(self.last_attempt(ctx).await?.and_then(|attempt| attempt.failure_kind)),
            _ => Ok(None),
        }
    }
    /// The bank's day of the payment; none unless the state is PAID (付款日期).
    async fn paid_on(&self, ctx: &Context<'_>) -> Result<Option<Date>, Problem> {
        match self.0.state {
            PayableState::Paid => Ok(self.last_attempt(ctx).await?.and_then(|attempt| attempt.settled_on).map(Date)),
            _ => Ok(None),
        }
    }
    /// The newest proof of the payment on paper; none before somebody has made it by `createDocument` (案款发放凭证).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Document>, Problem> {
        Document::of_payment(ctx, self.0.court_id, self.0.id).await
    }
    /// When it came to be owed (登记时间).
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

connection! {
    /// Payments to yourself, newest first (本人案款列表).
    OwnPayoutConnection, OwnPayoutEdge of OwnPayout
}

#[derive(Default)]
pub struct OwnPayoutQuery;
#[Object]
impl OwnPayoutQuery {
    /// Case money that is owed or was paid to you by any court, newest first (本人案款列表): to accounts confirmed for the
    /// parties who bear your verified number of identity. Role: PARTY.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn own_payouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<OwnPayoutConnection, Problem> {
        let page = page(NodeKind::Payable, first, after, last, before)?;
        let account = scope(ctx, Act::ReadOwnPayouts)?.own().ok_or(Problem::Forbidden)?;
        Ok(own::list(&services(ctx)?.db.reader(), account, page).await?.map(OwnPayout).into())
    }
}
