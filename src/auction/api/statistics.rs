//! Statistics of courts in the graph.

use crate::auction::rules::statistics::{LONGEST_PERIOD, is_period};
use crate::auction::statistics::{Statistics, of_court};
use crate::cases::api::Court;
use crate::graphql::caller::services;
use crate::graphql::scalars::{Date, Rate};
use crate::kernel::error::Problem;
use crate::kernel::ids::CourtId;
use crate::kernel::money::Money;
use async_graphql::{Context, Object};

/// What a court did in a period.
pub struct CourtStatistics {
    court: CourtId,
    from: Date,
    until: Date,
    found: Statistics,
}

/// Online judicial auctions of a court in a period (法院网络司法拍卖统计). A sale counts on the day of its hammer; what
/// became of it later is not taken out.
#[Object]
impl CourtStatistics {
    /// The court (法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        Court::load(ctx, &self.court).await
    }
    /// First day of the period (起始日期).
    async fn from(&self) -> Date {
        self.from
    }
    /// Last day of the period (截止日期).
    async fn until(&self) -> Date {
        self.until
    }
    /// Lots announced (发布件数).
    async fn published(&self) -> i64 {
        self.found.published
    }
    /// Lots whose bidding began (开拍件数).
    async fn opened(&self) -> i64 {
        self.found.opened
    }
    /// Lots sold (成交件数).
    async fn sold(&self) -> i64 {
        self.found.sales.count
    }
    /// Sum of the hammer prices (成交金额).
    async fn sold_amount(&self) -> Money {
        self.found.sales.hammer
    }
    /// Registrations to bid (报名人数).
    async fn registrations(&self) -> i64 {
        self.found.registrations
    }
    /// How often the court's lots were looked at, a viewer once a day and lot (围观次数).
    async fn views(&self) -> i64 {
        self.found.views
    }
    /// By how much of the starting prices all hammer prices together lie above them, e.g. 0.25 for a quarter; null without
    /// a sale (平均溢价率).
    async fn average_premium(&self) -> Option<Rate> {
        self.found.sales.premium().map(Rate)
    }
    /// What an auction house could have taken of the same sales at most under 拍变规定 29 (佣金节约).
    async fn commission_saved(&self) -> Money {
        self.found.sales.commission
    }
}

#[derive(Default)]
pub struct StatisticsQuery;
#[Object]
impl StatisticsQuery {
    /// What a court announced, sold and saved in a period of up to 366 days (法院统计). Public.
    #[graphql(complexity = "500 + child_complexity")]
    async fn court_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
        #[graphql(desc = "First day (起始日期).")] from: Date,
        #[graphql(desc = "Last day, included (截止日期).")] until: Date,
    ) -> Result<CourtStatistics, Problem> {
        if !is_period(from.0, until.0) {
            return Err(Problem::BadInput(format!("a period has 1 to {LONGEST_PERIOD} days")));
        }
        let found = of_court(&services(ctx)?.db.reader(), court, from.0, until.0).await?;
        Ok(CourtStatistics { court, from, until, found })
    }
}
