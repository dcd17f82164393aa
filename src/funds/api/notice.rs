//! Unidentified money as a list: for the public without facts, for clerks by age.

use crate::{
    access::Act,
    cases::api::Court,
    connection,
    funds::{
        AmountBand, ReceiptStatus,
        rules::notice::{AGES, Age, band_of, masked},
        store::{self, receipt},
    },
    graphql::{
        caller::{scope, services},
        connection::{Listed, cost, page},
        scalars::Date,
    },
    kernel::{
        error::Problem,
        ids::{CourtId, NodeKind, NodeRef},
        money::Money,
    },
    ledger::Book,
};
use async_graphql::{Context, Object, SimpleObject};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

pub struct UnidentifiedNotice(receipt::Model);
impl Listed for UnidentifiedNotice {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}
/// Money that nobody has claimed, as the public sees it: whoever paid it turns to the court (不明款公示).
#[Object]
impl UnidentifiedNotice {
    /// The court on whose account it arrived (法院).
    async fn court(&self, ctx: &Context<'_>) -> Result<Option<Court>, Problem> {
        Court::load(ctx, &self.0.court_id).await
    }
    /// Day of arrival at the bank (到账日期).
    async fn arrived_on(&self) -> Date {
        Date(self.0.booked_on)
    }
    /// First character of the payer's name (交款人).
    async fn masked_payer(&self) -> String {
        masked(&self.0.payer_name)
    }
    /// Range in which the amount lies (金额区间).
    async fn amount_band(&self) -> AmountBand {
        band_of(self.0.remaining)
    }
}
connection! {
    /// Published unidentified money, newest first (不明款公示列表).
    UnidentifiedNoticeConnection, UnidentifiedNoticeEdge of UnidentifiedNotice
}

/// Unidentified money of one age (不明款账龄).
#[derive(SimpleObject)]
pub struct UnidentifiedAge {
    /// Least days since arrival (最少天数).
    pub from_days: i64,
    /// Most days since arrival; none for the oldest (最多天数).
    pub until_days: Option<i64>,
    /// Number of receipts (笔数).
    pub count: i64,
    /// What of them is unclaimed (金额).
    pub amount: Money,
}

#[derive(Default)]
pub struct UnidentifiedQuery;
#[Object]
impl UnidentifiedQuery {
    /// Money that nobody has claimed and that a court has published, newest first (不明款公示列表). Public.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn unidentified_notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this court (法院).")] court: Option<CourtId>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<UnidentifiedNoticeConnection, Problem> {
        use receipt::Column as C;
        let page = page(NodeKind::Receipt, first, after, last, before)?;
        let published = Condition::all()
            .add(C::PublishedAt.is_not_null())
            .add(C::Status.eq(ReceiptStatus::Unidentified))
            .add(C::Book.eq(Book::CaseFunds))
            .add_option(court.map(|court| C::CourtId.eq(court)));
        let select = receipt::Entity::find().filter(published);
        let rows = page.fetch(&services(ctx)?.db.reader(), select, C::Id).await?;
        Ok(rows.map(UnidentifiedNotice).into())
    }

    /// How long a court's unidentified money has waited (不明款账龄). Roles: those who read case money.
    async fn unidentified_ageing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
    ) -> Result<Vec<UnidentifiedAge>, Problem> {
        if !scope(ctx, Act::ReadUnidentifiedAgeing)?.allows_court(court) {
            return Err(Problem::NotFound);
        }
        let services = services(ctx)?;
        let today = services.clock.now().legal_date();
        let days = store::unidentified_by_day(&services.db.reader(), court).await?;
        let step = |age: &Age| {
            let of_age = || days.iter().filter(|day| age.holds(today.signed_duration_since(day.booked_on).num_days()));
            let amount = Money::sum(of_age().map(|day| day.amount)).map_err(Problem::internal)?;
            let count = of_age().map(|day| day.count).sum();
            Ok(UnidentifiedAge { from_days: age.from_days, until_days: age.until_days, count, amount })
        };
        AGES.iter().map(step).collect()
    }
}
