//! Deposits that are late: named for the court, counted for everybody.

use super::Lot;
use crate::access::{Act, Scope};
use crate::auction::store::{late, platform_deposit, registration};
use crate::auction::{DepositDuty, LateReason};
use crate::cases;
use crate::connection;
use crate::graphql::caller::{scope, services};
use crate::graphql::connection::{Listed, cost, page};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, NodeKind, NodeRef, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::paging::Paged;
use crate::kernel::secret::Place;
use crate::payout::{self, PayableState};
use async_graphql::{Context, Object, SimpleObject};
use sea_orm::{ColumnTrait, QueryFilter};

/// A deposit that should be back, or with the court, and is not.
pub struct LateDeposit {
    row: registration::Model,
    platform: Option<platform_deposit::Model>,
    payment: Option<PayableState>,
    amount: Money,
}
impl LateDeposit {
    async fn of(ctx: &Context<'_>, row: registration::Model) -> Result<LateDeposit, Problem> {
        let reader = services(ctx)?.db.reader();
        let platform = platform_deposit::of_registration(&reader, row.id).await?;
        let payable = match row.refund_payable_id {
            Some(id) => payout::store::find_payable(&reader, &Scope::Everything, id).await?,
            None => None,
        };
        let amount = match (&payable, &platform) {
            (Some(payable), _) => payable.amount,
            (None, Some(deposit)) => deposit.amount,
            (None, None) => row.deposit_received,
        };
        Ok(LateDeposit { row, platform, payment: payable.map(|payable| payable.state), amount })
    }
    fn why(&self) -> LateReason {
        late::reason(self.payment, self.platform.as_ref().map(|deposit| deposit.state))
    }
    fn due(&self) -> Option<Timestamp> {
        self.row.refund_due_at.or_else(|| self.platform.as_ref().and_then(|deposit| deposit.due_at))
    }
}
impl Listed for LateDeposit {
    fn listed_by(&self) -> NodeRef {
        self.row.id.node()
    }
}

/// A deposit that should be back, or with the court, and is not (逾期未退或未划转的保证金). For the court alone, after
/// the end of bidding.
#[Object(name = "LateDeposit")]
impl LateDeposit {
    /// The registration that it was given for (报名标识).
    async fn registration(&self) -> RegistrationId {
        self.row.id
    }
    /// The lot (标的物).
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>, Problem> {
        Lot::load(ctx, &self.row.lot_id).await
    }
    /// Whose deposit it is (竞买人姓名).
    async fn bidder_name(&self, ctx: &Context<'_>) -> Result<String, Problem> {
        let place = Place::new("registration", self.row.id.uuid(), "name_sealed");
        Ok(services(ctx)?.vault.open(place, &self.row.name_sealed)?.expose().clone())
    }
    /// How much (金额).
    async fn amount(&self) -> Money {
        self.amount
    }
    /// The instant at which it became late (届满时刻).
    async fn due_at(&self) -> Option<Timestamp> {
        self.due()
    }
    /// Begun hours since then (已逾期小时数).
    async fn hours_late(&self, ctx: &Context<'_>) -> Result<Option<i64>, Problem> {
        let now = services(ctx)?.clock.now();
        Ok(self.due().map(|due| now.since(due).num_minutes().max(0).div_euclid(60).saturating_add(1)))
    }
    /// Why it is late (逾期原因).
    async fn reason(&self) -> LateReason {
        self.why()
    }
    /// Who must act (责任方).
    async fn responsible(&self) -> DepositDuty {
        self.why().responsible()
    }
    /// The provider who has the deposit, as his account is named; none when it is the court's to pay (网络服务提供者).
    async fn provider_name(&self) -> Option<&str> {
        let provider = self.why().responsible() == DepositDuty::Provider;
        self.platform.as_ref().filter(|_| provider).and_then(|deposit| deposit.provider_name.as_deref())
    }
    /// Where the refund stands with the bank; none before it is sent and for what the provider has (退款付款状态).
    async fn refund_state(&self) -> Option<PayableState> {
        self.payment
    }
}

connection! {
    /// Late deposits, the newest registration first (逾期保证金列表).
    LateDepositConnection, LateDepositEdge of LateDeposit
}

/// Late deposits of a court, as they stand now (逾期保证金笔数). No lot and no person.
#[derive(SimpleObject)]
pub struct LateDepositCount {
    /// Refunds that the bank has not confirmed after 24 hours (逾期未退笔数).
    refunds: u64,
    /// Freezes that the provider has not ended after 24 hours (逾期未解冻笔数).
    releases: u64,
    /// Won deposits that the provider has not transferred after 24 hours (逾期未划转笔数).
    transfers: u64,
}

#[derive(Default)]
pub struct LateDepositQuery;
#[Object]
impl LateDepositQuery {
    /// Deposits of your courts that are late now, each with its reason and who must act; 网拍规定 第23、25条
    /// (逾期保证金列表). Roles: OFFICER, DEPOSIT_CLERK, FINANCE_REVIEWER, CASHIER, FUND_SUPERVISOR, INSPECTOR.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn late_deposits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this court (法院).")] court: Option<CourtId>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<LateDepositConnection, Problem> {
        use registration::Column as C;
        let page = page(NodeKind::Registration, first, after, last, before)?;
        let services = services(ctx)?;
        let mut select = late::late(&scope(ctx, Act::ReadLateDeposits)?, services.clock.now());
        if let Some(court) = court {
            select = select.filter(C::CourtId.eq(court));
        }
        let rows = page.fetch(&services.db.reader(), select, C::Id).await?;
        let mut items = Vec::with_capacity(rows.items.len());
        for row in rows.items {
            items.push(LateDeposit::of(ctx, row).await?);
        }
        Ok(Paged { items, has_previous: rows.has_previous, has_next: rows.has_next }.into())
    }

    /// How many deposits of a court are late now; 网拍规定 第23、25条 (逾期保证金笔数). Public.
    async fn late_deposit_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The court (法院).")] court: CourtId,
    ) -> Result<LateDepositCount, Problem> {
        let services = services(ctx)?;
        let reader = services.db.reader();
        if cases::store::court(&reader, court).await?.is_none() {
            return Err(Problem::NotFound);
        }
        let late::LateCount { refunds, releases, transfers } =
            late::count(&reader, court, services.clock.now()).await?;
        Ok(LateDepositCount { refunds, releases, transfers })
    }
}
