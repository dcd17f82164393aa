//! A term in the graph, with its lamp and its reasons.

use crate::{
    access::parameters,
    funds::{rules::reasons, store::term},
    graphql::{caller::services, law_api::ExplanationView, scalars::Date},
    kernel::{error::Problem, ids::TermId},
    law::{DeadlineRule, Lamp, explanation::Explanation},
};
use async_graphql::{Context, Object};

/// A term that runs on a receipt.
pub struct Term {
    row: term::Model,
    rule: DeadlineRule,
    why: Explanation,
}
impl Term {
    pub fn try_new(row: term::Model) -> Result<Term, Problem> {
        let rule = DeadlineRule::parse(&row.rule).ok_or_else(|| Problem::internal("a term of an unknown rule"))?;
        let why = reasons::from_text(&row.explanation)?;
        Ok(Term { row, rule, why })
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
    /// True when a coming holiday notice can still move the end (暂定).
    async fn provisional(&self) -> bool {
        self.row.provisional
    }
    /// Day on which it was met; none while it runs (完成日).
    async fn met_on(&self) -> Option<Date> {
        self.row.met_on.map(Date)
    }
    /// How near its end is; none once it is met (期限灯).
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Option<Lamp>, Problem> {
        let services = services(ctx)?;
        let today = services.clock.now().legal_date();
        if self.row.met_on.is_some() {
            return Ok(None);
        }
        if today > self.row.due_on {
            return Ok(Some(Lamp::Red));
        }
        let warning = parameters::warning_days(&services.db.reader(), self.row.court_id).await?;
        let near = services.calendar().count_working_days(today, self.row.due_on) <= warning;
        Ok(Some(if near { Lamp::Yellow } else { Lamp::Green }))
    }
    /// Why it ends then (计算依据).
    async fn explanation(&self) -> ExplanationView<'_> {
        ExplanationView(&self.why)
    }
}
