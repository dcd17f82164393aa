//! The rule book in the graph: every article with the terms and parameters that follow from it, and the values that hold
//! in a court. Public: under which rules a court works is no secret.

use super::{caller::services, payload::LawReference};
use crate::{
    access::parameters,
    cases,
    kernel::{error::Problem, ids::CourtId},
    law::{
        DeadlineRule,
        parameter::{self, Parameter, ParameterSet, ParameterValue},
        reference,
    },
};
use async_graphql::{Context, Object};
use std::sync::Arc;

#[derive(Default)]
pub struct RuleBookQuery;
#[Object]
impl RuleBookQuery {
    /// Every article that a rule of the system rests on, with the terms and parameters that follow from it (规则手册).
    async fn rule_book(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this law, by its short name, e.g. 网拍规定 (法律名称).")] law: Option<String>,
        #[graphql(desc = "Show the values that hold in this court now; without it the defaults (法院).")] court: Option<
            CourtId,
        >,
    ) -> Result<Vec<Rule>, Problem> {
        let values = Arc::new(values_of(ctx, court).await?);
        let chosen = |name: &str| law.as_deref().is_none_or(|wanted| wanted == name);
        let articles = reference::ALL.iter().filter(|article| chosen(article.law));
        Ok(articles.map(|article| Rule { law: LawReference(article), values: Arc::clone(&values) }).collect())
    }
}

async fn values_of(ctx: &Context<'_>, court: Option<CourtId>) -> Result<ParameterSet, Problem> {
    let Some(court) = court else { return Ok(ParameterSet::default()) };
    let reader = services(ctx)?.db.reader();
    if cases::store::court(&reader, court).await?.is_none() {
        return Err(Problem::NotFound);
    }
    parameters::of_court(&reader, court).await
}

pub struct Rule {
    law: LawReference,
    values: Arc<ParameterSet>,
}
/// An article with what the system makes of it (规则).
#[Object]
impl Rule {
    /// The article (法律条文).
    async fn law(&self) -> LawReference {
        self.law
    }
    /// Terms that it sets (期限规则).
    async fn deadlines(&self) -> Vec<DeadlineRule> {
        DeadlineRule::ALL.iter().copied().filter(|rule| rule.article() == self.law.0).collect()
    }
    /// Parameters for what it leaves open, with the values of the court that was asked for, else the defaults (规则参数).
    async fn parameters(&self) -> Vec<RuleParameter> {
        let of_article = parameter::ALL.iter().filter(|parameter| parameter.law == self.law.0);
        of_article.map(|parameter| RuleParameter { parameter, value: self.values.value(parameter) }).collect()
    }
}

/// A parameter with the value that holds where it is shown; lots and courts show theirs by it.
pub struct RuleParameter {
    pub parameter: &'static Parameter,
    pub value: ParameterValue,
}
/// A choice that the law leaves open, and how it stands (规则参数).
#[Object]
impl RuleParameter {
    /// Name in settings and mutations (参数名).
    async fn name(&self) -> &str {
        self.parameter.name
    }
    /// Name in Chinese (中文名).
    async fn chinese_name(&self) -> &str {
        self.parameter.chinese
    }
    /// What it decides (说明).
    async fn note(&self) -> &str {
        self.parameter.note
    }
    /// CHOICE, INTEGER, MONEY or BOOLEAN (类型).
    async fn kind(&self) -> &str {
        self.parameter.kind.as_str()
    }
    /// What may be entered, e.g. `STRICT | LENIENT` or `2 … 1000` (取值范围).
    async fn allowed(&self) -> String {
        self.parameter.kind.allowed()
    }
    /// The value without a setting (默认值).
    async fn default_value(&self) -> String {
        self.parameter.default_value().to_string()
    }
    /// The value that holds here (现值).
    async fn value(&self) -> String {
        self.value.to_string()
    }
    /// The article that leaves it open (法律依据).
    async fn law(&self) -> LawReference {
        LawReference(self.parameter.law)
    }
}
