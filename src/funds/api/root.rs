//! Root fields that read and claim money that arrived.

use super::{ReceiptClaim, ReceiptConnection, ReceiptFilter, TermConnection, TermFilter, receipts, terms};
use crate::{
    funds::ops::ClaimReceiptInput,
    graphql::{
        caller::run_together,
        connection::{cost, page},
    },
    kernel::{
        error::Problem,
        ids::{NodeKind, ReceiptClaimId},
    },
    payload,
};
use async_graphql::{Context, Object};

payload! {
    /// What `claimReceipt` did (操作结果).
    ClaimReceiptPayload of ReceiptClaimId {
        /// The claim with its approval (认领).
        claim: ReceiptClaim = ReceiptClaim::load,
    }
}

#[derive(Default)]
pub struct FundsQuery;
#[Object]
impl FundsQuery {
    /// Money that arrived in your courts or on your cases, newest first (到账列表).
    /// Roles: those who read case money, PARTY.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn receipts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<ReceiptFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<ReceiptConnection, Problem> {
        let page = page(NodeKind::Receipt, first, after, last, before)?;
        receipts(ctx, &filter.unwrap_or_default(), page).await
    }
}

#[derive(Default)]
pub struct TermQuery;
#[Object]
impl TermQuery {
    /// Terms that run on money of your courts or your cases, the nearest end first: what is due (案款期限列表).
    /// Roles: those who read case money, PARTY.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn due_terms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<TermFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<TermConnection, Problem> {
        terms(ctx, filter.unwrap_or_default(), page(NodeKind::Term, first, after, last, before)?).await
    }
}

#[derive(Default)]
pub struct FundsMutation;
#[Object]
impl FundsMutation {
    /// Proposes whose unidentified money is; a FUND_ADMINISTRATOR approves (不明款认领). Role: OFFICER.
    async fn claim_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The claim (认领).")] input: ClaimReceiptInput,
    ) -> Result<ClaimReceiptPayload, Problem> {
        Ok(run_together(ctx, input).await?.into())
    }
}
