//! Payments that no file takes, in the graph.

use super::ops::{PaymentForm, select::Queue};
use crate::{
    access::Act,
    graphql::caller::{actor, scope, services},
    kernel::{error::Problem, ids::CourtId},
    ledger::Book,
    payout::{api::PayoutAttempt, tables::attempt},
};
use async_graphql::{Context, Object};

/// Longest list.
const MOST: usize = 200;

pub struct UnfitPayment {
    attempt: attempt::Model,
    reason: &'static str,
}
impl UnfitPayment {
    pub(super) async fn all(ctx: &Context<'_>, court: CourtId, book: Book) -> Result<Vec<UnfitPayment>, Problem> {
        if !scope(ctx, Act::ReadUnfitPayments)?.allows_court(court) {
            return Err(Problem::NotFound);
        }
        let services = services(ctx)?;
        let reader = services.db.reader();
        let form = PaymentForm::of(&reader, court, book).await?;
        let writer = actor(ctx)?.name();
        let queue = Queue { court, book, writer: &writer, vault: &services.vault, form: &form };
        let rows = queue.unfit(&reader, MOST).await?;
        Ok(rows.into_iter().map(|(attempt, reason)| UnfitPayment { attempt, reason }).collect())
    }
}

/// A queued payment that no file takes now (暂不能发送的付款).
#[Object]
impl UnfitPayment {
    /// The payment (付款).
    async fn attempt(&self) -> PayoutAttempt {
        PayoutAttempt(self.attempt.clone())
    }
    /// Why: a refusal code such as DEBTOR_BANKRUPT, MAKER_MAY_NOT_APPROVE when you yourself decided on it, or what the
    /// bank's file cannot hold, e.g. a name that is too long (原因).
    async fn reason(&self) -> &str {
        self.reason
    }
}
