//! How fast a court gives deposits back, for everybody.

use crate::auction::store::refund_speed;
use crate::cases;
use crate::graphql::caller::services;
use crate::graphql::scalars::Date;
use crate::kernel::error::Problem;
use crate::kernel::ids::CourtId;
use async_graphql::{Context, Object, SimpleObject};

/// Longest span of one question, in days.
const MOST_DAYS: i64 = 366;

/// Hours from the actual end of bidding until a deposit is back: the bank confirms its payment, or the provider its
/// release (保证金退还时长).
#[derive(SimpleObject)]
pub struct DepositRefundSpeed {
    /// Refunds that it is told from; none below five (笔数).
    refunds: Option<u64>,
    /// Half of them were back within so many hours, a begun hour counted whole; none below five (中位小时数).
    median_hours: Option<i64>,
    /// 95 of 100 were back within so many hours; none below five (95分位小时数).
    p95_hours: Option<i64>,
    /// Confirmed after the 24 hours of 网拍规定 第23条 (逾期退还笔数).
    late: u64,
    /// Still not confirmed, and the 24 hours are over, e.g. because the account rejects; the court's list of them is
    /// `lateDeposits` (逾期未退笔数).
    overdue: u64,
}

#[derive(Default)]
pub struct RefundSpeedQuery;
#[Object]
impl RefundSpeedQuery {
    /// How fast deposits went back after auctions that ended between two days, in a court (保证金退还时长). Public.
    async fn deposit_refund_speed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
        #[graphql(desc = "First day of an end of bidding (起始日).")] from: Date,
        #[graphql(desc = "Last day of an end of bidding, at most 366 days later (截止日).")] to: Date,
    ) -> Result<DepositRefundSpeed, Problem> {
        let span = to.0.signed_duration_since(from.0).num_days();
        if !(0..=MOST_DAYS).contains(&span) {
            return Err(Problem::BadInput(format!("`to` lies 0 to {MOST_DAYS} days after `from`")));
        }
        let services = services(ctx)?;
        let reader = services.db.reader();
        if cases::store::court(&reader, court).await?.is_none() {
            return Err(Problem::NotFound);
        }
        let speed = refund_speed::of_court(&reader, court, (from.0, to.0), services.clock.now()).await?;
        Ok(DepositRefundSpeed {
            refunds: speed.hours.count(),
            median_hours: speed.hours.percentile(50),
            p95_hours: speed.hours.percentile(95),
            late: speed.late,
            overdue: speed.overdue,
        })
    }
}
