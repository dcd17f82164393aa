//! The reasons of a term as they are kept: a calendar that changes later must not change why a term was set as it was.

use crate::law::{
    explanation::{Explanation, NamedValue, Step},
    reference,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Kept {
    result: String,
    rule: String,
    /// As people quote them; looked up among the articles when read.
    law: Vec<String>,
    parameters: Vec<(String, String)>,
    inputs: Vec<(String, String)>,
    steps: Vec<(String, String)>,
}

/// # Errors
/// None in practice: every part is text.
pub fn to_text(why: &Explanation) -> Result<String, serde_json::Error> {
    let pairs = |values: &[NamedValue]| values.iter().map(|v| (v.name.clone(), v.value.clone())).collect();
    serde_json::to_string(&Kept {
        result: why.result.clone(),
        rule: why.rule.clone(),
        law: why.law.iter().map(|article| article.citation()).collect(),
        parameters: pairs(&why.parameters),
        inputs: pairs(&why.inputs),
        steps: why.steps.iter().map(|step| (step.text.clone(), step.value.clone())).collect(),
    })
}

/// An article that was renamed since is left out; the rest still stands.
///
/// # Errors
/// For a text that [`to_text`] did not write.
pub fn from_text(text: &str) -> Result<Explanation, serde_json::Error> {
    let kept: Kept = serde_json::from_str(text)?;
    let values =
        |pairs: Vec<(String, String)>| pairs.into_iter().map(|(name, value)| NamedValue { name, value }).collect();
    let article = |citation: &String| reference::ALL.iter().copied().find(|article| article.citation() == *citation);
    Ok(Explanation {
        result: kept.result,
        rule: kept.rule,
        law: kept.law.iter().filter_map(article).collect(),
        parameters: values(kept.parameters),
        inputs: values(kept.inputs),
        steps: kept.steps.into_iter().map(|(text, value)| Step { text, value }).collect(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::law::{DeadlineRule, calendar::Calendar};

    #[test]
    fn reasons_come_back_as_they_were() {
        let calendar = Calendar::built_in().unwrap();
        for rule in [DeadlineRule::InformOfficer, DeadlineRule::PayWithin30Days, DeadlineRule::PayWithin15WorkingDays] {
            let why = rule.deadline_from_day(&calendar, "2026-02-06".parse().unwrap()).explanation;
            assert!(!why.law.is_empty() && !why.steps.is_empty());
            assert_eq!(from_text(&to_text(&why).unwrap()).unwrap(), why);
        }
        assert!(from_text("{}").is_err());
    }
}
