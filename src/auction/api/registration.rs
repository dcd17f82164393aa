//! A registration as its own bidder sees it.

use super::papers::BidderPapers;
use super::proxy::ProxyBid;
use super::{Lot, PlatformDeposit, own_registration};
use crate::auction::rules::{platform::duty, schedule::REFUND_TIME};
use crate::auction::store::{platform_deposit, registration};
use crate::auction::{DepositDuty, DepositHolding, DepositStatus, RegistrationStatus};
use crate::graphql::caller::services;
use crate::graphql::law_api::DeadlineResult;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::RegistrationId;
use crate::kernel::money::Money;
use crate::law::DeadlineRule;
use crate::payout::{self, PayableState};
use async_graphql::{Context, Object};
use sea_orm::EntityTrait;

/// The caller's registration for a lot.
pub struct Registration(pub registration::Model);
impl Registration {
    /// The registration, when it is the caller's own.
    pub async fn load(ctx: &Context<'_>, id: &RegistrationId) -> Result<Option<Registration>, Problem> {
        let row = registration::Entity::find_by_id(*id).one(&services(ctx)?.db.reader()).await?;
        let Some(row) = row else { return Ok(None) };
        let own = own_registration(ctx, row.lot_id).await?;
        Ok(own.filter(|own| own.id == row.id).map(Registration))
    }
}

/// A registration for a lot (竞买报名), seen by its bidder alone.
#[Object]
impl Registration {
    /// Opaque id (标识).
    pub async fn id(&self) -> RegistrationId {
        self.0.id
    }
    /// The lot (标的物).
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>, Problem> {
        Lot::load(ctx, &self.0.lot_id).await
    }
    /// Where it stands (报名状态).
    async fn status(&self) -> RegistrationStatus {
        self.0.status
    }
    /// May bid (已取得竞买资格).
    async fn qualified(&self) -> bool {
        self.0.status == RegistrationStatus::Qualified
    }
    /// The code to bid under, once qualified (竞买代码).
    async fn bidder_code(&self) -> Option<&str> {
        self.0.bidder_code.as_deref()
    }
    /// Rank as a priority purchaser that the court has confirmed (优先购买权顺位).
    async fn priority_rank(&self) -> Option<i32> {
        self.0.priority_rank
    }
    /// Why a clerk looks at it, or what he decided (审查意见).
    async fn review_reason(&self) -> Option<&str> {
        self.0.review_reason.as_deref()
    }
    /// The number to pay the deposit and, after a won sale, the balance to; for this registration alone (保证金账号).
    async fn deposit_account_number(&self) -> &str {
        &self.0.deposit_account_number
    }
    /// The deposit (保证金).
    async fn deposit(&self) -> DepositState<'_> {
        DepositState(&self.0)
    }
    /// The latest correction of the announcement that you have acknowledged; compare `lot.announcement.revision`
    /// (已确认的更正).
    async fn acknowledged_revision(&self) -> i32 {
        self.0.acknowledged_revision
    }
    /// By what you bid for others or with others; null when you bid for yourself alone (委托、共同竞买手续).
    async fn papers(&self, ctx: &Context<'_>) -> Result<Option<BidderPapers>, Problem> {
        BidderPapers::of(ctx, self.0.id).await
    }
    /// What the platform may bid for you; null when nothing is set (代理出价).
    async fn proxy_bid(&self, ctx: &Context<'_>) -> Result<Option<ProxyBid>, Problem> {
        ProxyBid::of(ctx, &self.0).await
    }
    /// When the registration was made (报名时间).
    async fn registered_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

async fn refund_state(ctx: &Context<'_>, row: &registration::Model) -> Result<Option<PayableState>, Problem> {
    let Some(id) = row.refund_payable_id else { return Ok(None) };
    let scope = crate::access::Scope::Everything;
    let payable = payout::store::find_payable(&services(ctx)?.db.reader(), &scope, id).await?;
    Ok(payable.map(|payable| payable.state))
}
async fn platform_of(ctx: &Context<'_>, row: &registration::Model) -> Result<Option<PlatformDeposit>, Problem> {
    if row.deposit_holding != DepositHolding::Platform {
        return Ok(None);
    }
    let found = platform_deposit::of_registration(&services(ctx)?.db.reader(), row.id).await?;
    Ok(found.map(PlatformDeposit))
}

pub struct DepositState<'a>(&'a registration::Model);

/// The deposit of a registration (保证金).
#[Object(name = "Deposit")]
impl DepositState<'_> {
    /// What is due; less for an applicant for enforcement (应缴金额).
    async fn required(&self) -> Money {
        self.0.deposit_required
    }
    /// Where it lies (存放方式).
    async fn holding(&self) -> DepositHolding {
        self.0.deposit_holding
    }
    /// What stands on the registration's account or is frozen on the platform, the price apart (在账或冻结金额).
    async fn received(&self) -> Money {
        self.0.deposit_received
    }
    /// Where it stands (保证金状态).
    async fn status(&self) -> DepositStatus {
        self.0.deposit_status
    }
    /// Last instant by which it must be back (应退时间).
    async fn release_due_at(&self) -> Option<Timestamp> {
        self.0.refund_due_at
    }
    /// Where the refund stands with the bank; none for what the platform has (退款付款状态).
    async fn refund_state(&self, ctx: &Context<'_>) -> Result<Option<PayableState>, Problem> {
        refund_state(ctx, self.0).await
    }
    /// The freeze, for a deposit on the platform: its state, its number, whom to ask (平台冻结情况).
    async fn platform(&self, ctx: &Context<'_>) -> Result<Option<PlatformDeposit>, Problem> {
        platform_of(ctx, self.0).await
    }
    /// Who must act next; none when nobody need (责任方).
    async fn responsible(&self, ctx: &Context<'_>) -> Result<Option<DepositDuty>, Problem> {
        let platform = platform_of(ctx, self.0).await?;
        let duty = duty(self.0.deposit_status, platform.map(|deposit| deposit.0.state));
        let back = duty == Some(DepositDuty::Court) && refund_state(ctx, self.0).await? == Some(PayableState::Paid);
        Ok(duty.filter(|_| !back))
    }
    /// The 24 hours in which it must be back, with their reasons; 网拍规定 第23条 (退还期限).
    async fn release_deadline(&self, ctx: &Context<'_>) -> Result<Option<DeadlineResult>, Problem> {
        let Some(due_at) = self.0.refund_due_at else { return Ok(None) };
        let calendar = &services(ctx)?.calendar();
        let term = DeadlineRule::DepositReturn24H.deadline(calendar, due_at.minus(REFUND_TIME));
        Ok(Some(DeadlineResult(term)))
    }
}
