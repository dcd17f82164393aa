//! Deposits on the platform: as the provider, the court and their own bidder see them.

use super::Lot;
use crate::access::Act;
use crate::auction::PlatformDepositState;
use crate::auction::ops::{ConfirmPlatformFreezeInput, ConfirmPlatformReleaseInput, MatchProviderTransferInput};
use crate::auction::rules::{platform as rules, schedule::REFUND_TIME};
use crate::auction::store::{platform_deposit, registration};
use crate::connection;
use crate::graphql::caller::{run, scope, services};
use crate::graphql::connection::{Listed, cost, page};
use crate::graphql::law_api::DeadlineResult;
use crate::graphql::scalars::Date;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId, NodeKind, NodeRef, PlatformDepositId};
use crate::kernel::money::Money;
use crate::law::{Lamp, term::Deadline};
use crate::payload;
use async_graphql::{Context, InputObject, Object};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// A deposit in the provider's payment system.
pub struct PlatformDeposit(pub(super) platform_deposit::Model);
impl PlatformDeposit {
    pub async fn load(ctx: &Context<'_>, id: &PlatformDepositId) -> Result<Option<PlatformDeposit>, Problem> {
        let scope = scope(ctx, Act::ReadPlatformDeposits)?;
        Ok(platform_deposit::find(&services(ctx)?.db.reader(), &scope, *id).await?.map(PlatformDeposit))
    }
    fn term(&self, ctx: &Context<'_>) -> Result<Option<Deadline>, Problem> {
        let Some((rule, due_at)) = rules::term(self.0.state).zip(self.0.due_at) else { return Ok(None) };
        Ok(Some(rule.deadline(&services(ctx)?.calendar(), due_at.minus(REFUND_TIME))))
    }
    const fn waits_for_provider(&self) -> bool {
        matches!(self.0.state, PlatformDepositState::ReleaseDue | PlatformDepositState::DueFromProvider)
    }
}
impl Listed for PlatformDeposit {
    fn listed_by(&self) -> NodeRef {
        self.0.id.node()
    }
}

/// A bidder's deposit in the provider's payment system (平台冻结保证金): never money of the court before its transfer
/// has arrived. It bears neither name nor bidder code.
#[Object]
impl PlatformDeposit {
    /// Opaque id (标识).
    pub async fn id(&self) -> PlatformDepositId {
        self.0.id
    }
    /// The lot (标的物).
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Lot>, Problem> {
        Lot::load(ctx, &self.0.lot_id).await
    }
    /// Number of the registration's deposit account: the bidder gives it to the platform, and a transfer that names it
    /// is recognised by itself (保证金账号).
    async fn deposit_account_number(&self, ctx: &Context<'_>) -> Result<Option<String>, Problem> {
        let row = registration::Entity::find_by_id(self.0.registration_id).one(&services(ctx)?.db.reader()).await?;
        Ok(row.map(|row| row.deposit_account_number))
    }
    /// What is due, and frozen once it is confirmed (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Where it stands (状态).
    async fn state(&self) -> PlatformDepositState {
        self.0.state
    }
    /// Who has it, as his account is named (网络服务提供者账户户名).
    async fn provider_name(&self) -> Option<&str> {
        self.0.provider_name.as_deref()
    }
    /// The provider's number of the freeze (冻结流水号).
    async fn provider_reference(&self) -> Option<&str> {
        self.0.provider_reference.as_deref()
    }
    /// When the freeze was confirmed (冻结确认时间).
    async fn frozen_at(&self) -> Option<Timestamp> {
        self.0.frozen_at
    }
    /// First instant that is too late for the release or the transfer (届满时刻).
    async fn due_at(&self) -> Option<Timestamp> {
        self.0.due_at
    }
    /// The 24 hours of the release or the transfer with their reasons (期限).
    async fn deadline(&self, ctx: &Context<'_>) -> Result<Option<DeadlineResult>, Problem> {
        Ok(self.term(ctx)?.map(DeadlineResult))
    }
    /// Lamp of the term while the provider must act; red when it has run out (期限灯).
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Option<Lamp>, Problem> {
        let services = services(ctx)?;
        let running = self.term(ctx)?.filter(|_| self.waits_for_provider());
        Ok(running.map(|term| term.lamp(&services.calendar(), services.clock.now())))
    }
    /// When the provider confirmed the release (解冻确认时间).
    async fn released_at(&self) -> Option<Timestamp> {
        self.0.released_at
    }
    /// The provider's number of the release (解冻流水号).
    async fn release_reference(&self) -> Option<&str> {
        self.0.release_reference.as_deref()
    }
    /// Day on which the transfer of a won deposit was on the court's account (划转到账日).
    async fn received_on(&self) -> Option<Date> {
        self.0.received_on.map(Date)
    }
    /// By which document finance found the transfer; none when it named the registration's number (认定依据).
    async fn document_number(&self) -> Option<&str> {
        self.0.document_number.as_deref()
    }
}

connection! {
    /// Deposits on the platform, newest first (平台冻结保证金列表).
    PlatformDepositConnection, PlatformDepositEdge of PlatformDeposit
}

payload! {
    /// What `confirmPlatformFreeze` did (确认冻结结果).
    ConfirmPlatformFreezePayload of PlatformDepositId {
        /// The deposit (平台冻结保证金).
        platform_deposit: PlatformDeposit = PlatformDeposit::load,
    }
    /// What `confirmPlatformRelease` did (确认解冻结果).
    ConfirmPlatformReleasePayload of PlatformDepositId {
        /// The deposit (平台冻结保证金).
        platform_deposit: PlatformDeposit = PlatformDeposit::load,
    }
    /// What `matchProviderTransfer` did (认定划转款结果).
    MatchProviderTransferPayload of PlatformDepositId {
        /// The deposit, on the court's account now (平台冻结保证金).
        platform_deposit: PlatformDeposit = PlatformDeposit::load,
    }
}

/// Which deposits to list (筛选).
#[derive(InputObject, Default)]
pub struct PlatformDepositFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those of this lot (标的物).
    pub lot: Option<LotId>,
    /// Only those in this state, e.g. AWAITED for what is to be frozen (状态).
    pub state: Option<PlatformDepositState>,
}

#[derive(Default)]
pub struct PlatformDepositQuery;
#[Object]
impl PlatformDepositQuery {
    /// Deposits on the platform of your courts' lots, newest first (平台冻结保证金列表). Roles: PROVIDER_OPERATOR,
    /// DEPOSIT_CLERK, FINANCE_REVIEWER, FUND_SUPERVISOR, INSPECTOR.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn platform_deposits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list (筛选).")] filter: Option<PlatformDepositFilter>,
        #[graphql(desc = "Page size from the start, 1 to 100 (前若干条).")] first: Option<i32>,
        #[graphql(desc = "Cursor to go on after (起始游标).")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100 (后若干条).")] last: Option<i32>,
        #[graphql(desc = "Cursor to stop before (结束游标).")] before: Option<String>,
    ) -> Result<PlatformDepositConnection, Problem> {
        use platform_deposit::Column as C;
        let page = page(NodeKind::PlatformDeposit, first, after, last, before)?;
        let (filter, scope) = (filter.unwrap_or_default(), scope(ctx, Act::ReadPlatformDeposits)?);
        let select = platform_deposit::Entity::find().filter(scope.on_court(C::CourtId)).filter(
            Condition::all()
                .add_option(filter.court.map(|court| C::CourtId.eq(court)))
                .add_option(filter.lot.map(|lot| C::LotId.eq(lot)))
                .add_option(filter.state.map(|state| C::State.eq(state))),
        );
        let rows = page.fetch(&services(ctx)?.db.reader(), select, C::Id).await?;
        Ok(rows.map(PlatformDeposit).into())
    }
}

#[derive(Default)]
pub struct PlatformDepositMutation;
#[Object]
impl PlatformDepositMutation {
    /// Confirms that the provider has frozen a bidder's deposit, who may bid then; 网拍规定 第17条 (确认冻结保证金). What
    /// is refused the provider unfreezes by himself. Role: PROVIDER_OPERATOR.
    async fn confirm_platform_freeze(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Deposit and freeze (保证金及冻结信息).")] input: ConfirmPlatformFreezeInput,
    ) -> Result<ConfirmPlatformFreezePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Confirms that a deposit which did not win is free again, within 24 hours; 网拍规定 第23条 (确认解冻保证金).
    /// Role: PROVIDER_OPERATOR.
    async fn confirm_platform_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Deposit and release (保证金及解冻信息).")] input: ConfirmPlatformReleaseInput,
    ) -> Result<ConfirmPlatformReleasePayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
    /// Finds the provider's transfer of a won deposit in unidentified money of the auction account; 网拍规定 第25条
    /// (认定平台划转款). Role: FINANCE_REVIEWER.
    async fn match_provider_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Deposit and receipt (保证金及到账).")] input: MatchProviderTransferInput,
    ) -> Result<MatchProviderTransferPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
