//! A term in the graph, with its lamp and its reasons.

use super::Receipt;
use crate::{
    access::{Act, parameters},
    connection,
    funds::{
        TermState,
        rules::lamp::{ends_of, lamp_of},
        store::{DueFilter, due_terms, term},
    },
    graphql::{
        caller::{scope, services},
        connection::Listed,
        law_api::ExplanationView,
        loader::warning_days,
        scalars::Date,
    },
    kernel::{
        error::Problem,
        ids::{AccountId, CaseId, CourtId, NodeRef, TermId},
        paging::Page,
    },
    law::{
        DeadlineRule, Lamp,
        explanation::Explanation,
        term::{LENGTH, enforcement_days},
    },
};
use async_graphql::{Context, InputObject, Object};

/// A term that runs on a receipt.
pub struct Term {
    row: term::Model,
    rule: DeadlineRule,
    why: Explanation,
}
impl Term {
    pub fn try_new(row: term::Model) -> Result<Term, Problem> {
        let rule = DeadlineRule::parse(&row.rule).ok_or_else(|| Problem::internal("a term of an unknown rule"))?;
        let why = Explanation::from_text(&row.explanation)?;
        Ok(Term { row, rule, why })
    }
}

impl Listed for Term {
    fn listed_by(&self) -> NodeRef {
        self.row.id.node()
    }
}

/// A term that an arrival of money has started (案款期限).
#[Object]
impl Term {
    /// Opaque id (标识).
    async fn id(&self) -> TermId {
        self.row.id
    }
    /// The rule that sets it (期限规则).
    async fn rule(&self) -> DeadlineRule {
        self.rule
    }
    /// Day of its start, which is not counted (起算日).
    async fn starts_on(&self) -> Date {
        Date(self.row.starts_on)
    }
    /// Last day on which it is kept (届满日).
    async fn due_on(&self) -> Date {
        Date(self.row.due_on)
    }
    /// Last day of enforcement's part of the working days to pay, two thirds of them (10 of 15): by then the approved
    /// payment is with finance. None for other terms (执行部门办理截止日).
    async fn enforcement_due_on(&self, ctx: &Context<'_>) -> Result<Option<Date>, Problem> {
        let kept = self.why.parameters.iter().find(|parameter| parameter.name == LENGTH);
        let length = kept.and_then(|parameter| parameter.value.parse().ok());
        let Some(length) = length.filter(|_| self.rule == DeadlineRule::PayWithin15WorkingDays) else {
            return Ok(None);
        };
        let counted = services(ctx)?.calendar().add_working_days(self.row.starts_on, enforcement_days(length));
        Ok(Some(Date(counted.date)))
    }
    /// True when a coming holiday notice can still move the end (暂定).
    async fn provisional(&self) -> bool {
        self.row.provisional
    }
    /// Day on which it was met; none while it runs (完成日).
    async fn met_on(&self) -> Option<Date> {
        self.row.met_on.map(Date)
    }
    /// Where it stands (状态).
    async fn state(&self) -> TermState {
        self.row.state()
    }
    /// Since when it pauses, because paying out waits for a reason of the law (中止计算日期).
    async fn paused_on(&self) -> Option<Date> {
        self.row.paused_on.map(Date)
    }
    /// The receipt that it runs on (到账).
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Option<Receipt>, Problem> {
        Receipt::load(ctx, &self.row.receipt_id).await
    }
    /// How near its end is; none unless it runs (期限灯).
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Option<Lamp>, Problem> {
        if self.row.state() != TermState::Running {
            return Ok(None);
        }
        let services = services(ctx)?;
        let today = services.clock.now().legal_date();
        let warning = warning_days(ctx, self.row.court_id).await?;
        Ok(Some(lamp_of(&services.calendar(), today, self.row.due_on, warning)))
    }
    /// Why it ends then (计算依据).
    async fn explanation(&self) -> ExplanationView<'_> {
        ExplanationView(&self.why)
    }
}

/// Which terms to list (期限筛选).
#[derive(InputObject, Default)]
pub struct TermFilter {
    /// Only those of this court (法院).
    pub court: Option<CourtId>,
    /// Only those of this case (案件).
    pub case: Option<CaseId>,
    /// Only those of the cases that this officer is in charge of (承办人).
    pub officer: Option<AccountId>,
    /// Only those of this rule (期限规则).
    pub rule: Option<DeadlineRule>,
    /// Only those in this state; RUNNING when a lamp is given (状态).
    pub state: Option<TermState>,
    /// Only running ones that show this lamp today; needs `court` when you work for several (期限灯).
    pub lamp: Option<Lamp>,
    /// Only those that end on this day or later (届满日起).
    pub due_from: Option<Date>,
    /// Only those that end on this day or earlier (届满日止).
    pub due_until: Option<Date>,
}

/// A page of terms that the caller may see.
pub async fn terms(ctx: &Context<'_>, filter: TermFilter, page: Page) -> Result<TermConnection, Problem> {
    let (scope, services) = (scope(ctx, Act::ReadDueTerms)?, services(ctx)?);
    let today = services.clock.now().legal_date();
    let (mut from, mut until) = (filter.due_from.map(|day| day.0), filter.due_until.map(|day| day.0));
    let mut state = filter.state;
    if let Some(lamp) = filter.lamp {
        if state.is_some_and(|state| state != TermState::Running) {
            return Err(Problem::BadInput("only running terms show a lamp".into()));
        }
        state = Some(TermState::Running);
        let court = filter.court.or_else(|| scope.only_court());
        let court = court.ok_or_else(|| Problem::BadInput("a court sets its lamps: name the court".into()))?;
        let warning = parameters::warning_days(&services.db.reader(), court).await?;
        let (first, last) = ends_of(&services.calendar(), today, lamp, warning);
        from = from.max(first);
        until = until.into_iter().chain(last).min();
    }
    let (court, case, officer, rule) = (filter.court, filter.case, filter.officer, filter.rule);
    let due = DueFilter { court, case, officer, rule, state, due_from: from, due_until: until };
    let rows = due_terms(&services.db.reader(), &scope, &due, page).await?;
    let (has_previous, has_next) = (rows.has_previous, rows.has_next);
    let items = rows.items.into_iter().map(Term::try_new).collect::<Result<_, _>>()?;
    Ok(crate::kernel::paging::Paged { items, has_previous, has_next }.into())
}

connection! {
    /// Terms, the nearest end first (案款期限列表).
    TermConnection, TermEdge of Term
}
