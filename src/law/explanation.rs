//! Why a number or a date is what it is: the answer, its rule, its articles and the steps in between.
//!
//! An explanation is made with the result, by the code that computed it, so the two cannot part. It holds nothing about
//! persons: amounts, dates and the names of rules only.

use crate::kernel::refusal::Article;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedValue {
    pub name: String,
    pub value: String,
}

/// One step: what was done, and what came out.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// For loops that add a step each.
    pub fn push_step(&mut self, text: impl Into<String>, value: impl ToString) {
        self.steps.push(Step { text: text.into(), value: value.to_string() });
    }
}

/// A computed amount together with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    pub amount: crate::kernel::money::Money,
    pub explanation: Explanation,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::reference;

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
