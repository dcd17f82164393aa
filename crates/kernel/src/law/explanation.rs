//! Why a number or a date is what it is: the answer, its rule, its articles and the steps in between.
//!
//! An explanation is made with the result, by the code that computed it, so the two cannot part. It holds nothing about
//! persons: amounts, dates and the names of rules only.

use super::reference;
use crate::kernel::refusal::Article;
use serde::{Deserialize, Serialize};

/// The reasons of one result (计算依据).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The result as text: an amount, a date, a yes or no.
    pub result: String,
    /// Name of the rule that was applied.
    pub rule: String,
    /// What the rule rests on; empty only for a pure convention of the system.
    pub law: Vec<&'static Article>,
    /// Choices that the law leaves open, and how they stand here.
    pub parameters: Vec<NamedValue>,
    /// What the result was computed from.
    pub inputs: Vec<NamedValue>,
    /// The way from the inputs to the result, in order.
    pub steps: Vec<Step>,
}

/// A parameter or an input with its value as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedValue {
    pub name: String,
    pub value: String,
}

/// One step: what was done, and what came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub text: String,
    pub value: String,
}

impl Explanation {
    pub fn new(rule: impl Into<String>, result: impl ToString) -> Explanation {
        Explanation {
            result: result.to_string(),
            rule: rule.into(),
            law: Vec::new(),
            parameters: Vec::new(),
            inputs: Vec::new(),
            steps: Vec::new(),
        }
    }
    pub fn law(mut self, article: &'static Article) -> Explanation {
        self.law.push(article);
        self
    }
    pub fn parameter(mut self, name: impl Into<String>, value: impl ToString) -> Explanation {
        self.parameters.push(NamedValue { name: name.into(), value: value.to_string() });
        self
    }
    pub fn input(mut self, name: impl Into<String>, value: impl ToString) -> Explanation {
        self.inputs.push(NamedValue { name: name.into(), value: value.to_string() });
        self
    }
    pub fn step(mut self, text: impl Into<String>, value: impl ToString) -> Explanation {
        self.push_step(text, value);
        self
    }
    /// As it is stored beside its result; articles by their citation.
    ///
    /// # Errors
    /// Those of the encoder, for which no input is known.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&StoredExplanation {
            result: self.result.clone(),
            rule: self.rule.clone(),
            law: self.law.iter().map(|article| article.citation()).collect(),
            parameters: self.parameters.clone(),
            inputs: self.inputs.clone(),
            steps: self.steps.clone(),
        })
    }
    /// Reads [`Explanation::to_text`]. An article that is no longer cited anywhere is left out.
    ///
    /// # Errors
    /// Text of another form.
    pub fn from_text(text: &str) -> Result<Explanation, serde_json::Error> {
        let stored: StoredExplanation = serde_json::from_str(text)?;
        let cited = |citation: &String| reference::ALL.iter().copied().find(|a| a.citation() == *citation);
        Ok(Explanation {
            result: stored.result,
            rule: stored.rule,
            law: stored.law.iter().filter_map(cited).collect(),
            parameters: stored.parameters,
            inputs: stored.inputs,
            steps: stored.steps,
        })
    }
    /// For loops that add a step each.
    pub fn push_step(&mut self, text: impl Into<String>, value: impl ToString) {
        self.steps.push(Step { text: text.into(), value: value.to_string() });
    }
}

/// An explanation as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredExplanation {
    result: String,
    rule: String,
    law: Vec<String>,
    parameters: Vec<NamedValue>,
    inputs: Vec<NamedValue>,
    steps: Vec<Step>,
}

/// A computed amount together with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    pub amount: crate::kernel::money::Money,
    pub explanation: Explanation,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_explanation_comes_back_whole() {
        let why =
            Explanation::new("rule", "2.00").law(&reference::FEES_14_1).parameter("p", 1).input("i", 2).step("s", 3);
        assert_eq!(Explanation::from_text(&why.to_text().unwrap()).unwrap(), why);
        assert!(Explanation::from_text("{}").is_err());
    }

    #[test]
    fn an_explanation_keeps_the_order_of_its_steps() {
        let why = Explanation::new("rule", "2.00")
            .law(&reference::FEES_14_1)
            .parameter("rounding", "HALF_UP")
            .input("amount", "1.00")
            .step("first", 1)
            .step("second", 2);
        assert_eq!(why.result, "2.00");
        assert_eq!(why.law, [&reference::FEES_14_1]);
        assert_eq!(why.steps.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(), ["first", "second"]);
    }
}
