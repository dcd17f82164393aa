//! A sale with its confirmation, its money and its terms.

use super::court_scope;
use super::loan::BalanceLoan;
use super::papers::{JointPurchaser, purchasers};
use crate::auction::rules::disclosure::confirmation_shown;
use crate::auction::store::{lot, lot_result};
use crate::graphql::caller::services;
use crate::graphql::law_api::DeadlineResult;
use crate::graphql::loader;
use crate::graphql::scalars::Date;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::money::Money;
use crate::law::{DeadlineRule, parameter::CONFIRMATION_PAGE_DAYS};
use async_graphql::{Context, Object};

/// What followed from the hammer.
pub struct LotResult(lot_result::Model);
impl LotResult {
    /// None before a sale, and for the public once the page has stood as long as the court shows it.
    pub(super) async fn of_lot(ctx: &Context<'_>, lot: &lot::Model) -> Result<Option<LotResult>, Problem> {
        let reader = services(ctx)?.db.reader();
        let Some(row) = lot_result::of_lot(&reader, lot.id).await? else { return Ok(None) };
        let set = loader::court_parameters(ctx, lot.court_id).await?;
        let today = services(ctx)?.clock.now().legal_date();
        let shown = confirmation_shown(row.ended_at.legal_date(), set.integer(&CONFIRMATION_PAGE_DAYS), today);
        Ok((shown || court_scope(ctx).allows_court(lot.court_id)).then_some(LotResult(row)))
    }
}

/// A sale with its confirmation and what follows from it (成交结果). Public.
#[Object]
impl LotResult {
    /// Number of the confirmation of sale (成交确认书编号).
    async fn confirmation_number(&self) -> &str {
        &self.0.confirmation_number
    }
    /// The purchaser in his real name, of a joint purchase all names (买受人).
    async fn purchaser_name(&self) -> &str {
        &self.0.purchaser_name
    }
    /// Those who bought together, with their shares; each answers for the whole price. Empty when one bought (共同买受人).
    async fn joint_purchasers(&self, ctx: &Context<'_>) -> Result<Vec<JointPurchaser>, Problem> {
        purchasers(ctx, self.0.lot_id).await
    }
    /// The code he bid under (竞买代码).
    async fn bidder_code(&self) -> &str {
        &self.0.bidder_code
    }
    /// The price (成交价).
    async fn hammer_price(&self) -> Money {
        self.0.hammer_price
    }
    /// When bidding ended (竞价结束时间).
    async fn ended_at(&self) -> Timestamp {
        self.0.ended_at
    }
    /// Deposit that counts towards the price and is on the court's account (保证金抵作价款).
    async fn deposit_applied(&self) -> Money {
        self.0.deposit_applied
    }
    /// Frozen deposit that the provider still owes; the price is not complete before (待平台划转保证金).
    async fn due_from_provider(&self) -> Money {
        self.0.deposit_due
    }
    /// What the purchaser himself still owes of the price (未付余款).
    async fn balance(&self) -> Money {
        self.0.balance()
    }
    /// The loan by which he pays it, if a bank has agreed to one (余款贷款).
    async fn balance_loan(&self, ctx: &Context<'_>) -> Result<Option<BalanceLoan>, Problem> {
        BalanceLoan::of(ctx, self.0.lot_id).await
    }
    /// Last day for the balance (余款支付期限).
    async fn balance_due_on(&self) -> Date {
        Date(self.0.balance_due_on)
    }
    /// Day on which the price was complete (价款付清日).
    async fn paid_on(&self) -> Option<Date> {
        self.0.paid_on.map(Date)
    }
    /// Number of the ruling (成交裁定文号).
    async fn ruling_number(&self) -> Option<&str> {
        self.0.ruling_number.as_deref()
    }
    /// Day of its service: ownership passed then (裁定送达日).
    async fn ruling_served_on(&self) -> Option<Date> {
        self.0.ruling_served_on.map(Date)
    }
    /// Day of delivery (移交日).
    async fn delivered_on(&self) -> Option<Date> {
        self.0.delivered_on.map(Date)
    }
    /// The terms that run from this sale, each with its reasons (期限).
    async fn deadlines(&self, ctx: &Context<'_>) -> Result<Vec<DeadlineResult>, Problem> {
        let calendar = &services(ctx)?.calendar();
        let mut deadlines = vec![DeadlineRule::DepositReturn24H.deadline(calendar, self.0.ended_at)];
        if self.0.deposit_due.is_positive() {
            deadlines.push(DeadlineRule::DepositTransfer24H.deadline(calendar, self.0.ended_at));
        }
        let from_day = |rule: DeadlineRule, day: Option<_>| day.map(|day| rule.deadline_from_day(calendar, day));
        deadlines.extend(from_day(DeadlineRule::Ruling10Days, self.0.paid_on));
        deadlines.extend(from_day(DeadlineRule::Delivery15Days, self.0.ruling_served_on));
        Ok(deadlines.into_iter().map(DeadlineResult).collect())
    }
}
