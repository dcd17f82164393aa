//! A registration as its own bidder sees it.

use super::proxy::ProxyBid;
use super::{Lot, own_registration};
use crate::auction::store::registration;
use crate::auction::{DepositStatus, RegistrationStatus};
use crate::graphql::caller::services;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::RegistrationId;
use crate::kernel::money::Money;
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
    /// What the platform may bid for you; null when nothing is set (代理出价).
    async fn proxy_bid(&self, ctx: &Context<'_>) -> Result<Option<ProxyBid>, Problem> {
        ProxyBid::of(ctx, &self.0).await
    }
    /// When the registration was made (报名时间).
    async fn registered_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

pub struct DepositState<'a>(&'a registration::Model);

/// The deposit of a registration (保证金).
#[Object(name = "Deposit")]
impl DepositState<'_> {
    /// What is due; less for an applicant for enforcement (应缴金额).
    async fn required(&self) -> Money {
        self.0.deposit_required
    }
    /// What stands on the registration's account, the price apart (在账金额).
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
    /// Where the refund stands with the bank (退款付款状态).
    async fn refund_state(&self, ctx: &Context<'_>) -> Result<Option<PayableState>, Problem> {
        let Some(id) = self.0.refund_payable_id else { return Ok(None) };
        let scope = crate::access::Scope::Everything;
        let payable = payout::store::find_payable(&services(ctx)?.db.reader(), &scope, id).await?;
        Ok(payable.map(|payable| payable.state))
    }
}
