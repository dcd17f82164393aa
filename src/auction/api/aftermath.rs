//! What follows bidding, as the public sees it: the chain of rounds, the default and its deposit.

use super::{Lot, court_scope};
use crate::access::Scope;
use crate::auction::LotStatus;
use crate::auction::aftermath::{ForfeitureStep, ReminderKind, Stage};
use crate::auction::platform;
use crate::auction::rules::forfeiture::{Claims, Waterfall, distribute};
use crate::auction::rules::rounds::term_after_unsold;
use crate::auction::store::chain::{self, Round};
use crate::auction::store::{balance_reminder, buyer_default, forfeiture_line, lot, lot_result, top_up_order};
use crate::graphql::caller::services;
use crate::graphql::law_api::{DeadlineResult, ExplanationView};
use crate::graphql::scalars::Date;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::LotId;
use crate::kernel::money::Money;
use crate::payout::{self, PayableState};
use async_graphql::{Context, Object, SimpleObject};

/// The rounds of a lot's chain that the caller may see, in order.
pub(super) async fn rounds(ctx: &Context<'_>, lot: LotId) -> Result<Vec<LotRound>, Problem> {
    let courts = court_scope(ctx);
    let rounds = chain::rounds_of(&services(ctx)?.db.reader(), lot).await?;
    Ok(rounds.into_iter().filter(|round| seen(&courts, &round.lot)).map(LotRound).collect())
}
fn seen(courts: &Scope, lot: &lot::Model) -> bool {
    lot.is_public() || courts.allows_court(lot.court_id)
}

/// The visible lot `step` places from this one in its chain.
pub(super) async fn neighbour(ctx: &Context<'_>, lot: LotId, step: isize) -> Result<Option<Lot>, Problem> {
    let courts = court_scope(ctx);
    let mut rounds = chain::rounds_of(&services(ctx)?.db.reader(), lot).await?;
    let own = rounds.iter().position(|round| round.lot.id == lot);
    let Some(index) = own.and_then(|own| own.checked_add_signed(step)).filter(|index| *index < rounds.len()) else {
        return Ok(None);
    };
    let found = rounds.swap_remove(index).lot;
    Ok(Some(found).filter(|lot| seen(&courts, lot)).map(Lot))
}

/// One round of a chain.
pub struct LotRound(Round);

/// One round in the chain of a property (处置轮次). The lot holds its dates, prices and outcome.
#[Object]
impl LotRound {
    /// Place in the chain, from 1 (序号).
    async fn position(&self) -> i32 {
        self.0.position
    }
    /// Rung of the ladder; a re-auction stands on the one that it repeats (处置阶段).
    async fn stage(&self) -> Stage {
        self.0.stage
    }
    /// The lot of this round (标的物).
    async fn lot(&self) -> Lot {
        Lot(self.0.lot.clone())
    }
    /// The price, when it was sold or taken in kind (成交价或抵债价).
    async fn price(&self, ctx: &Context<'_>) -> Result<Option<Money>, Problem> {
        if self.0.lot.status == LotStatus::InKind {
            return Ok(self.0.lot.starting_price);
        }
        let result = lot_result::of_lot(&services(ctx)?.db.reader(), self.0.lot.id).await?;
        Ok(result.map(|result| result.hammer_price))
    }
    /// The decision that opened it; null for the first (再次处置决定文号).
    async fn document_number(&self) -> Option<&str> {
        self.0.document_number.as_deref()
    }
    /// When the next round must come, with its reasons; null unless nobody bid in this one (下一轮期限).
    async fn next_round_due(&self, ctx: &Context<'_>) -> Result<Option<DeadlineResult>, Problem> {
        let Some(ended_at) = self.0.lot.effective_end_at.filter(|_| self.0.lot.status == LotStatus::Unsold) else {
            return Ok(None);
        };
        let calendar = &services(ctx)?.calendar();
        Ok(term_after_unsold(calendar, self.0.stage, ended_at).map(DeadlineResult))
    }
}

/// A default by ruling.
pub struct BuyerDefault(buyer_default::Model);

/// The purchaser's default (悔拍): his deposit is kept, every later round of the chain is closed to him.
#[Object]
impl BuyerDefault {
    /// Number of the ruling (裁定文号).
    async fn ruling_number(&self) -> &str {
        &self.0.ruling_number
    }
    /// The ground (理由).
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// Day of the declaration (认定悔拍日期).
    async fn declared_on(&self) -> Date {
        Date(self.0.declared_on)
    }
    /// The price that was not paid (原成交价).
    async fn original_price(&self) -> Money {
        self.0.original_price
    }
    /// Deposit that is not given back (不予退还的保证金).
    async fn forfeited(&self) -> Money {
        self.0.forfeited
    }
    /// What of it is still held; nothing while the provider has not transferred it (尚未使用的保证金).
    async fn held(&self, ctx: &Context<'_>) -> Result<Money, Problem> {
        let reader = services(ctx)?.db.reader();
        let lines = forfeiture_line::standing(&reader, self.0.lot_id).await?;
        let used = Money::sum(lines.iter().map(|line| line.amount)).map_err(Problem::internal)?;
        let due = platform::due_of(&reader, self.0.lot_id).await?;
        self.0.forfeited.minus(used).and_then(|held| held.minus(due)).map_err(Problem::internal)
    }
    /// Where parts of it went (保证金使用明细).
    async fn uses(&self, ctx: &Context<'_>) -> Result<Vec<ForfeitureUse>, Problem> {
        let lines = forfeiture_line::of_lot(&services(ctx)?.db.reader(), self.0.lot_id).await?;
        Ok(lines.into_iter().map(ForfeitureUse).collect())
    }
    /// The order to make up what the deposit does not cover (责令补交差价).
    async fn top_up_order(&self, ctx: &Context<'_>) -> Result<Option<TopUpOrder>, Problem> {
        let order = top_up_order::of_lot(&services(ctx)?.db.reader(), self.0.lot_id).await?;
        Ok(order.map(TopUpOrder::from))
    }
}

pub struct ForfeitureUse(forfeiture_line::Model);

/// A part of a forfeited deposit and where it went (保证金使用明细).
#[Object]
impl ForfeitureUse {
    /// Step in the order of the law (用途).
    async fn step(&self) -> ForfeitureStep {
        self.0.step
    }
    /// How much (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// What it rests on (依据文号).
    async fn document_number(&self) -> &str {
        &self.0.document_number
    }
    /// Where the payment stands with the bank (付款状态).
    async fn payment_state(&self, ctx: &Context<'_>) -> Result<Option<PayableState>, Problem> {
        let reader = services(ctx)?.db.reader();
        let payable = payout::store::find_payable(&reader, &Scope::Everything, self.0.payable_id).await?;
        Ok(payable.map(|payable| payable.state))
    }
}

/// An order to make up what a deposit does not cover (责令补交差价); nothing is collected by it.
#[derive(SimpleObject)]
pub struct TopUpOrder {
    /// How much (差价金额).
    amount: Money,
    /// Last day for paying (补交期限).
    due_on: Date,
    /// Number of the notice (通知书文号).
    document_number: String,
}
impl From<top_up_order::Model> for TopUpOrder {
    fn from(row: top_up_order::Model) -> TopUpOrder {
        TopUpOrder { amount: row.amount, due_on: Date(row.due_on), document_number: row.document_number }
    }
}

/// A reminder of the balance that was sent (余款催缴).
#[derive(SimpleObject)]
pub struct BalanceReminder {
    /// Which of the three (催缴类型).
    kind: ReminderKind,
    /// Last day for the balance as it stood (余款支付期限).
    due_on: Date,
    /// When it was sent (催缴时间).
    sent_at: Timestamp,
}
impl From<balance_reminder::Model> for BalanceReminder {
    fn from(row: balance_reminder::Model) -> BalanceReminder {
        BalanceReminder { kind: row.kind, due_on: Date(row.due_on), sent_at: row.recorded_at }
    }
}

/// The default of a lot, if there was one.
pub(super) async fn default_of(ctx: &Context<'_>, lot: LotId) -> Result<Option<BuyerDefault>, Problem> {
    Ok(buyer_default::of_lot(&services(ctx)?.db.reader(), lot).await?.map(BuyerDefault))
}
pub(super) async fn reminders_of(ctx: &Context<'_>, lot: LotId) -> Result<Vec<BalanceReminder>, Problem> {
    let rows = balance_reminder::of_lot(&services(ctx)?.db.reader(), lot).await?;
    Ok(rows.into_iter().map(BalanceReminder::from).collect())
}

/// What a deposit would pay.
pub struct ForfeitureSimulation(Waterfall);
impl ForfeitureSimulation {
    pub(super) fn run(deposit: Money, claims: &Claims) -> Result<ForfeitureSimulation, Problem> {
        let amounts = [deposit, claims.costs, claims.original_price, claims.case_debt, claims.related_debt];
        if amounts.into_iter().chain(claims.resale_price).any(Money::is_negative) {
            return Err(Problem::BadInput("an amount may not be below zero".to_owned()));
        }
        let waterfall = distribute(deposit, claims).map_err(|error| Problem::BadInput(error.to_string()))?;
        Ok(ForfeitureSimulation(waterfall))
    }
    /// For a lot that was sold: the deposit kept, or the one that would be.
    pub(super) async fn of_lot(
        ctx: &Context<'_>,
        lot: &lot::Model,
        claims: Claims,
    ) -> Result<Option<ForfeitureSimulation>, Problem> {
        let Some(result) = lot_result::of_lot(&services(ctx)?.db.reader(), lot.id).await? else { return Ok(None) };
        let given = result.deposit_applied.plus(result.deposit_due).map_err(Problem::internal)?;
        let deposit = given.min(lot.deposit.unwrap_or(given));
        let claims = Claims { original_price: result.hammer_price, ..claims };
        ForfeitureSimulation::run(deposit, &claims).map(Some)
    }
}

/// What a forfeited deposit pays at a re-sale price, step by step (悔拍保证金试算). Nothing is written.
#[Object]
impl ForfeitureSimulation {
    /// The four steps in the order of the law, each with what it gets (分配步骤).
    async fn parts(&self) -> Vec<ForfeiturePart> {
        self.0.parts.iter().map(|&(step, amount)| ForfeiturePart { step, amount }).collect()
    }
    /// Stays held until a panel decides; nothing returns to the purchaser (余额).
    async fn rest(&self) -> Money {
        self.0.rest
    }
    /// Costs and gap that the deposit does not cover (未覆盖差额).
    async fn uncovered(&self) -> Money {
        self.0.uncovered
    }
    /// Each step with its article (计算依据).
    async fn explanation(&self) -> ExplanationView<'_> {
        ExplanationView(&self.0.explanation)
    }
}

/// What one step gets (分配步骤).
#[derive(SimpleObject)]
pub struct ForfeiturePart {
    /// The step (用途).
    step: ForfeitureStep,
    /// How much (金额).
    amount: Money,
}

#[derive(Default)]
pub struct AuctionCalculator;
#[Object]
impl AuctionCalculator {
    /// What a defaulter's deposit would pay at a re-sale price, 网拍规定 第24条 (悔拍保证金试算).
    async fn forfeiture(
        &self,
        #[graphql(desc = "The deposit (保证金).")] deposit: Money,
        #[graphql(desc = "The price that was not paid (原成交价).")] original_price: Money,
        #[graphql(desc = "Price of the new sale; absent: the property stays with the debtor (重新拍卖成交价).")]
        resale_price: Option<Money>,
        #[graphql(desc = "Costs of the failed auction and the new one (拍卖费用损失).")] costs: Option<Money>,
        #[graphql(desc = "What is still owed in the case (本案债务).")] case_debt: Option<Money>,
        #[graphql(desc = "Debts in other cases that are tied to the property (相关债务).")] related_debt: Option<Money>,
    ) -> Result<ForfeitureSimulation, Problem> {
        let claims = Claims {
            costs: costs.unwrap_or_default(),
            original_price,
            resale_price,
            case_debt: case_debt.unwrap_or_default(),
            related_debt: related_debt.unwrap_or_default(),
        };
        ForfeitureSimulation::run(deposit, &claims)
    }
}
