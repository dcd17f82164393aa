//! What the public reads of unified payouts.

use super::preview::PayoutSum;
use crate::{
    cases::LivelihoodKind,
    connection,
    disbursement::{
        outcome::days_to_payment, rules::result::PublicResult, store::programme as store, tables::programme,
    },
    graphql::{
        caller::services,
        connection::{Listed, cost, page},
    },
    kernel::{
        clock::{Date, Timestamp},
        error::Problem,
        ids::{CourtId, NodeKind, NodeRef},
        paging::Paged,
    },
};
use async_graphql::{Context, Object, SimpleObject};

/// Longest period that the days to payment are told for.
const MOST_DAYS: i64 = 366;

/// A published result.
pub struct PayoutResult(programme::Model, PublicResult);
impl Listed for PayoutResult {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// What one court paid in a unified payout (法院兑现结果).
#[derive(SimpleObject)]
pub struct ResultOfCourt {
    /// Name of the court (法院).
    court: String,
    /// Payments and sum; none when fewer than five were made, or the number would follow from the others (笔数与金额).
    paid: Option<PayoutSum>,
}
/// What was paid of one kind in a unified payout (类别兑现结果).
#[derive(SimpleObject)]
pub struct ResultOfKind {
    /// The kind; none for everything that is no matter of livelihood (涉民生类别).
    kind: Option<LivelihoodKind>,
    /// Payments and sum; none when fewer than five were made, or the number would follow from the others (笔数与金额).
    paid: Option<PayoutSum>,
}

/// The public result of a unified payout: sums without personal data, as they stood when it was published (集中兑现结果).
#[Object]
impl PayoutResult {
    /// Number of the unified payout (活动编号).
    async fn programme_number(&self) -> &str {
        &self.0.programme_number
    }
    /// When it was published (公布时间).
    async fn published_at(&self) -> Option<Timestamp> {
        self.0.published_at
    }
    /// What the banks confirmed; none when fewer than five payments were made (已兑现合计).
    async fn paid(&self) -> Option<PayoutSum> {
        self.1.paid.map(PayoutSum::from)
    }
    /// By court (按法院).
    async fn courts(&self) -> Vec<ResultOfCourt> {
        let cells = self.1.courts.iter();
        cells.map(|cell| ResultOfCourt { court: cell.key.clone(), paid: cell.shown.map(PayoutSum::from) }).collect()
    }
    /// By kind of livelihood (按涉民生类别).
    async fn kinds(&self) -> Vec<ResultOfKind> {
        let cells = self.1.kinds.iter();
        cells.map(|cell| ResultOfKind { kind: cell.key, paid: cell.shown.map(PayoutSum::from) }).collect()
    }
}

connection! {
    /// A page of published results, newest first (集中兑现结果列表).
    PayoutResultConnection, PayoutResultEdge of PayoutResult
}

/// How fast a court pays: days from the arrival of the money to the bank's payment (案款发放天数).
#[derive(SimpleObject)]
pub struct PayoutSpeed {
    /// Payments that it is told from; none below five (笔数).
    payments: Option<u64>,
    /// Half of them were made within so many days; none below five payments (中位天数).
    median_days: Option<i64>,
    /// 95 of 100 were made within so many days; none below five payments (95分位天数).
    p95_days: Option<i64>,
}

#[derive(Default)]
pub struct PayoutResultQuery;
#[Object]
impl PayoutResultQuery {
    /// Published results of unified payouts, newest first (集中兑现结果). Public.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn payout_results(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<PayoutResultConnection, Problem> {
        let page = page(NodeKind::PayoutProgramme, first, after, last, before)?;
        let rows = store::published(&services(ctx)?.db.reader(), page).await?;
        let (has_previous, has_next, mut items) = (rows.has_previous, rows.has_next, Vec::new());
        for row in rows.items {
            let result = row.read_result()?.ok_or_else(|| Problem::internal("published without a result"))?;
            items.push(PayoutResult(row, result));
        }
        Ok(Paged { items, has_previous, has_next }.into())
    }
    /// Days from arrival to payment of what a court paid to creditors between two days (案款发放天数). Public.
    async fn payout_speed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
        #[graphql(desc = "First day of payment (起始日).")] from: Date,
        #[graphql(desc = "Last day of payment, at most 366 days later (截止日).")] to: Date,
    ) -> Result<PayoutSpeed, Problem> {
        let span = to.0.signed_duration_since(from.0).num_days();
        if !(0..=MOST_DAYS).contains(&span) {
            return Err(Problem::BadInput(format!("`to` lies 0 to {MOST_DAYS} days after `from`")));
        }
        let days = days_to_payment(&services(ctx)?.db.reader(), court, from.0, to.0).await?;
        let median_days = days.percentile(50);
        Ok(PayoutSpeed { payments: median_days.map(|_| days.count()), median_days, p95_days: days.percentile(95) })
    }
}
