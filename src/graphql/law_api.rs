//! The law in the graph: what-if calculations, the working-day calendar, and the reasons of a result.
//!
//! All of it is public and writes nothing. `law` itself knows no GraphQL, so its types are dressed here.

use super::{
    caller::services, context::locale, foreign_interest::ForeignInterestCalculator, payload::LawReference,
    scalars::Date,
};
use crate::{
    auction::api::AuctionCalculator,
    distribution::simulation_api::DistributionCalculator,
    kernel::{clock::Timestamp, error::Problem, message, money::Money, refusal::Refusal},
    law::{
        DeadlineRule, PaymentOrder,
        calendar::{Calendar, Counted, DayKind, SkippedDay},
        explanation::{Computed, Explanation, NamedValue, Step},
        fee,
        interest::{DelayInterest, DelayInterestResult, Payment, Suspension},
        notice::Notice,
        term::Deadline,
    },
};
use async_graphql::{Context, Enum, InputObject, MergedObject, Object};
use std::sync::Arc;

/// Most working days that may be counted at once: more than ten years.
const COUNT_LIMIT: u32 = 3660;
/// Most days that may be listed at once: a year.
const LIST_LIMIT: i64 = 366;

fn calendar(ctx: &Context<'_>) -> Result<Arc<Calendar>, Problem> {
    Ok(services(ctx)?.calendar())
}
/// A calculation has no payload to carry a refusal: its text becomes the message of a bad input.
pub fn bad_input(ctx: &Context<'_>, refusal: &Refusal) -> Problem {
    Problem::BadInput(message::refusal(locale(ctx), refusal))
}

#[derive(Default)]
pub struct LawQuery;
#[Object]
impl LawQuery {
    /// What if: terms, fees and interest as the rules compute them. Nothing is written, no login is needed (试算).
    async fn calculate(&self) -> Calculator {
        Calculator::default()
    }
    /// Which days are worked, by the State Council's notices (工作日历).
    async fn working_days(&self, ctx: &Context<'_>) -> Result<WorkingDayCalendar, Problem> {
        calendar(ctx).map(WorkingDayCalendar)
    }
}

/// Calculations without effect (试算器). Each answer carries its reasons.
#[derive(MergedObject, Default)]
pub struct Calculator(LawCalculator, ForeignInterestCalculator, AuctionCalculator, DistributionCalculator);

#[derive(Default)]
pub struct LawCalculator;
#[Object]
impl LawCalculator {
    /// When a term ends that begins now or at another instant (期限).
    async fn deadline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Instant of the start; its day in Beijing time is not counted (起算时刻).")] from: Timestamp,
        #[graphql(desc = "Which term (期限规则).")] rule: DeadlineRule,
    ) -> Result<DeadlineResult, Problem> {
        Ok(DeadlineResult(rule.deadline(&*calendar(ctx)?, from)))
    }
    /// Execution application fee on what is enforced (申请执行费).
    async fn execution_fee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Amount enforced this time, above zero (本次执行到位金额).")] amount: Money,
        #[graphql(desc = "What the same title recovered before: recoveries cumulate (此前已执行金额).")] before: Option<
            Money,
        >,
    ) -> Result<AmountResult, Problem> {
        let fee = fee::further_execution_fee(before.unwrap_or(Money::ZERO), amount);
        fee.map(AmountResult).map_err(|refusal| bad_input(ctx, &refusal))
    }
    /// Case acceptance fee of a property case (案件受理费).
    async fn acceptance_fee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Amount in dispute, above zero (诉讼标的额).")] amount: Money,
        #[graphql(default, desc = "Half the fee: summary procedure, mediation, withdrawal (减半).")] simplified: bool,
    ) -> Result<AmountResult, Problem> {
        fee::acceptance_fee(amount, simplified).map(AmountResult).map_err(|refusal| bad_input(ctx, &refusal))
    }
    /// Preservation fee (申请保全费).
    async fn preservation_fee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Amount to be preserved, above zero (保全财产数额).")] amount: Money,
    ) -> Result<AmountResult, Problem> {
        fee::preservation_fee(amount).map(AmountResult).map_err(|refusal| bad_input(ctx, &refusal))
    }
    /// Doubled part of the interest of delay (迟延履行期间加倍部分债务利息).
    async fn delay_interest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Debt, time, payments and stays (计算要素).")] input: DelayInterestInput,
    ) -> Result<DelayInterestAnswer, Problem> {
        DelayInterest::from(input).compute().map(DelayInterestAnswer).map_err(|refusal| bad_input(ctx, &refusal))
    }
}

/// What delay interest is computed from (迟延履行利息计算要素).
#[derive(InputObject)]
pub struct DelayInterestInput {
    /// Judgment debt without ordinary interest, above zero (生效法律文书确定的金钱债务本金).
    principal: Money,
    /// Last day of the term of performance, not before 2014-07-31; interest runs from the day after (履行期届满日).
    due_on: Date,
    /// Last day counted (计息截止日).
    until: Date,
    /// Parts paid or deducted, at most 1,000, in any order (部分清偿).
    #[graphql(default)]
    payments: Vec<DelayPaymentInput>,
    /// Stays that are not counted, at most 1,000; they may overlap (中止、暂缓期间).
    #[graphql(default)]
    suspensions: Vec<SuspensionInput>,
    /// What a payment pays first (清偿顺序).
    #[graphql(default)]
    order: PaymentOrder,
}
/// Money that reached the debt (部分清偿).
#[derive(InputObject)]
pub struct DelayPaymentInput {
    /// Day of payment or deduction, or on which the ruling on a sale took effect (清偿日).
    on: Date,
    /// Above zero (金额).
    amount: Money,
}
/// A stay that is not counted (不计息期间).
#[derive(InputObject)]
pub struct SuspensionInput {
    /// The days after this one are not counted (起).
    from: Date,
    /// Last day that is not counted (止).
    until: Date,
}
impl From<DelayInterestInput> for DelayInterest {
    fn from(input: DelayInterestInput) -> DelayInterest {
        DelayInterest {
            principal: input.principal,
            due_on: input.due_on.0,
            until: input.until.0,
            payments: input.payments.iter().map(|p| Payment { on: p.on.0, amount: p.amount }).collect(),
            suspensions: input.suspensions.iter().map(|s| Suspension { from: s.from.0, until: s.until.0 }).collect(),
            order: input.order,
        }
    }
}

/// Built by `law`, shown here; other rooms use it for their own results.
pub struct AmountResult(pub Computed);
/// An amount with its reasons (金额及依据).
#[Object]
impl AmountResult {
    /// The amount in yuan (金额).
    async fn amount(&self) -> Money {
        self.0.amount
    }
    /// Why it is that much (计算依据).
    async fn explanation(&self) -> ExplanationView<'_> {
        ExplanationView(&self.0.explanation)
    }
}

pub struct DelayInterestAnswer(pub DelayInterestResult);
/// Delay interest and what is left of the debt (迟延履行利息计算结果).
#[Object(name = "DelayInterestResult")]
impl DelayInterestAnswer {
    /// Doubled part for the whole time, rounded once (加倍部分债务利息).
    async fn amount(&self) -> Money {
        self.0.interest
    }
    /// Of the amount, what the payments have paid (已付利息).
    async fn interest_paid(&self) -> Money {
        self.0.interest_paid
    }
    /// Judgment debt that is left (未清偿本金).
    async fn principal_left(&self) -> Money {
        self.0.principal_left
    }
    /// Of the payments, what neither debt nor interest needed (溢付).
    async fn surplus(&self) -> Money {
        self.0.surplus
    }
    /// Why it is that much, segment by segment (计算依据).
    async fn explanation(&self) -> ExplanationView<'_> {
        ExplanationView(&self.0.explanation)
    }
}

/// Built by `law::term`; other rooms show their terms by it.
pub struct DeadlineResult(pub Deadline);
/// A term with its end and its reasons (期限计算结果).
#[Object]
impl DeadlineResult {
    /// Which term (期限规则).
    async fn rule(&self) -> DeadlineRule {
        self.0.rule
    }
    /// Day of the start, not counted (起算日).
    async fn starts_on(&self) -> Date {
        Date(self.0.starts_on)
    }
    /// Last day on which the term is kept (届满日).
    async fn due_on(&self) -> Date {
        Date(self.0.due_on)
    }
    /// First instant that is too late (届满时刻).
    async fn due_at(&self) -> Timestamp {
        self.0.due_at
    }
    /// True when a coming holiday notice can still move the end (暂定).
    async fn provisional(&self) -> bool {
        self.0.provisional
    }
    /// Days that the count passed over, or over which its end moved on (不计或顺延的日期).
    async fn skipped_days(&self) -> Vec<SkippedDayView<'_>> {
        self.0.skipped.iter().map(SkippedDayView).collect()
    }
    /// Why it ends then (计算依据).
    async fn explanation(&self) -> ExplanationView<'_> {
        ExplanationView(&self.0.explanation)
    }
}

pub struct SkippedDayView<'a>(&'a SkippedDay);
/// A day that a count passed over (不计或顺延的日期).
#[Object(name = "SkippedDay")]
impl SkippedDayView<'_> {
    /// The day (日期).
    async fn date(&self) -> Date {
        Date(self.0.date)
    }
    /// Weekend or which holiday (原因).
    async fn reason(&self) -> &str {
        &self.0.reason
    }
}

pub struct ExplanationView<'a>(pub &'a Explanation);
/// Why a number, a date or a refusal is what it is (计算依据).
#[Object(name = "Explanation")]
impl ExplanationView<'_> {
    /// The result as text (结果).
    async fn result(&self) -> &str {
        &self.0.result
    }
    /// Name of the rule that was applied (规则).
    async fn rule(&self) -> &str {
        &self.0.rule
    }
    /// What the rule rests on (法律依据).
    async fn law(&self) -> Vec<LawReference> {
        self.0.law.iter().map(|article| LawReference(article)).collect()
    }
    /// Choices that the law leaves open, as they stand here (规则参数).
    async fn parameters(&self) -> Vec<NamedValueView<'_>> {
        self.0.parameters.iter().map(NamedValueView).collect()
    }
    /// What the result was computed from (输入).
    async fn inputs(&self) -> Vec<NamedValueView<'_>> {
        self.0.inputs.iter().map(NamedValueView).collect()
    }
    /// The way from the inputs to the result, in order (步骤).
    async fn steps(&self) -> Vec<StepView<'_>> {
        self.0.steps.iter().map(StepView).collect()
    }
}
pub struct NamedValueView<'a>(&'a NamedValue);
/// A name with its value (名称与值).
#[Object(name = "NamedValue")]
impl NamedValueView<'_> {
    /// The name (名称).
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The value as text (值).
    async fn value(&self) -> &str {
        &self.0.value
    }
}
pub struct StepView<'a>(&'a Step);
/// One step of a calculation (计算步骤).
#[Object(name = "ExplanationStep")]
impl StepView<'_> {
    /// What was done (说明).
    async fn text(&self) -> &str {
        &self.0.text
    }
    /// What came out (结果).
    async fn value(&self) -> &str {
        &self.0.value
    }
}

pub struct WorkingDayCalendar(Arc<Calendar>);
/// The working-day calendar of the State Council's notices (工作日历).
#[Object]
impl WorkingDayCalendar {
    /// First day that a notice covers (起始日).
    async fn first_day(&self) -> Date {
        Date(self.0.first_day())
    }
    /// Last day that no coming notice can change; results beyond it are provisional (确定截止日).
    async fn final_through(&self) -> Date {
        Date(self.0.final_through())
    }
    /// Document number of the latest notice (最新通知文号).
    async fn version(&self) -> &str {
        self.0.version()
    }
    /// The notices in the order of publication (放假通知).
    async fn notices(
        &self,
        #[graphql(desc = "Only those for this year (年份).")] year: Option<i32>,
    ) -> Vec<NoticeView<'_>> {
        let chosen = |notice: &&Notice| year.is_none_or(|year| notice.year == year);
        self.0.notices().iter().filter(chosen).map(NoticeView).collect()
    }
    /// Each day of a period of at most 366 days (逐日).
    async fn days(
        &self,
        #[graphql(desc = "First day (起).")] from: Date,
        #[graphql(desc = "Last day (止).")] to: Date,
    ) -> Result<Vec<DayView<'_>>, Problem> {
        let (from, to) = (from.0, to.0);
        if !(0..LIST_LIMIT).contains(&(to - from).num_days()) {
            return Err(Problem::BadInput(format!("a period of 1 to {LIST_LIMIT} days")));
        }
        let days = from.iter_days().take_while(|day| *day <= to);
        Ok(days.map(|date| DayView { calendar: &self.0, date: Date(date) }).collect())
    }
    /// The last of so many working days after a day; the day itself is not counted (推算工作日).
    async fn add(
        &self,
        #[graphql(desc = "Day of the start (起算日).")] from: Date,
        #[graphql(desc = "Number of working days, 0 to 3660 (工作日数).")] working_days: u32,
    ) -> Result<CountedView, Problem> {
        if working_days > COUNT_LIMIT {
            return Err(Problem::BadInput(format!("0 to {COUNT_LIMIT} working days")));
        }
        Ok(CountedView(self.0.add_working_days(from.0, working_days)))
    }
}

pub struct DayView<'a> {
    calendar: &'a Calendar,
    date: Date,
}
/// A day of the calendar (日历日).
#[Object(name = "WorkingDayEntry")]
impl DayView<'_> {
    /// The day (日期).
    async fn date(&self) -> Date {
        self.date
    }
    /// True when it is worked (是否工作日).
    async fn working(&self) -> bool {
        self.calendar.is_working_day(self.date.0)
    }
    /// What kind of day it is (类别).
    async fn kind(&self) -> WorkingDayKind {
        self.calendar.kind(self.date.0).into()
    }
    /// Name of the holiday (节日名称).
    async fn holiday(&self) -> Option<&str> {
        match self.calendar.kind(self.date.0) {
            DayKind::Holiday(name) => Some(name),
            DayKind::FixedHoliday(name) => Some(name),
            _ => None,
        }
    }
    /// True when a coming notice can still change it (暂定).
    async fn provisional(&self) -> bool {
        self.calendar.is_provisional(self.date.0)
    }
}
/// What a day is (日期类别).
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum WorkingDayKind {
    /// Monday to Friday and no holiday (工作日).
    Weekday,
    /// Saturday or Sunday (公休日).
    Weekend,
    /// A day off by a notice (放假).
    Holiday,
    /// A Saturday or Sunday worked by a notice (调休上班).
    MakeUp,
    /// A statutory holiday of fixed date in a year without a notice (法定节日, 尚无通知).
    FixedHoliday,
}
impl From<DayKind<'_>> for WorkingDayKind {
    fn from(kind: DayKind<'_>) -> WorkingDayKind {
        match kind {
            DayKind::Weekday => WorkingDayKind::Weekday,
            DayKind::Weekend => WorkingDayKind::Weekend,
            DayKind::Holiday(_) => WorkingDayKind::Holiday,
            DayKind::MakeUp => WorkingDayKind::MakeUp,
            DayKind::FixedHoliday(_) => WorkingDayKind::FixedHoliday,
        }
    }
}

pub struct CountedView(Counted);
/// Where a count of working days came to (推算结果).
#[Object(name = "WorkingDayCount")]
impl CountedView {
    /// The last working day counted (日期).
    async fn date(&self) -> Date {
        Date(self.0.date)
    }
    /// Days passed over (不计的日期).
    async fn skipped_days(&self) -> Vec<SkippedDayView<'_>> {
        self.0.skipped.iter().map(SkippedDayView).collect()
    }
    /// True when a coming notice can still change it (暂定).
    async fn provisional(&self) -> bool {
        self.0.provisional
    }
}

pub struct NoticeView<'a>(&'a Notice);
/// A notice of the State Council on a year's holidays (部分节假日安排的通知).
#[Object(name = "WorkingDayNotice")]
impl NoticeView<'_> {
    /// The year that it arranges (年份).
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// Document number (文号).
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// Day of the notice (成文日期).
    async fn published_on(&self) -> Date {
        Date(self.0.published)
    }
    /// Address of its text (来源).
    async fn source(&self) -> &str {
        &self.0.source
    }
    /// Days off (放假日).
    async fn days_off(&self) -> Vec<Date> {
        self.0.off.keys().copied().map(Date).collect()
    }
    /// Saturdays and Sundays worked instead (调休上班日).
    async fn days_worked(&self) -> Vec<Date> {
        self.0.work.iter().copied().map(Date).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
