//! What a verification found, row by row.

use std::fmt;

/// A row that breaks a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Name of the check, e.g. `ledger.entry-balanced`.
    pub check: &'static str,
    /// What breaks it: a noun and its key.
    pub subject: String,
    pub expected: String,
    pub found: String,
}

/// A check that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub name: &'static str,
    /// What must hold, in one sentence.
    pub promise: &'static str,
    /// Rows that break it; at most [`super::check::MAX_ROWS`] are listed.
    pub violations: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub checks: Vec<Checked>,
    pub violations: Vec<Violation>,
}
impl Report {
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }
    pub(super) fn add(&mut self, name: &'static str, promise: &'static str, found: Vec<Violation>) {
        self.checks.push(Checked { name, promise, violations: found.len() });
        self.violations.extend(found);
    }
}
/// One line per check, then one per violation.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            match check.violations {
                0 => writeln!(f, "ok    {:32} {}", check.name, check.promise)?,
                n => writeln!(f, "FAIL  {:32} {} ({n} rows)", check.name, check.promise)?,
            }
        }
        for row in &self.violations {
            writeln!(f, "{}: {}: expected {}, found {}", row.check, row.subject, row.expected, row.found)?;
        }
        match self.violations.len() {
            0 => writeln!(f, "{} checks, all promises hold", self.checks.len()),
            n => writeln!(f, "{} checks, {n} violations", self.checks.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_each_row() {
        let mut report = Report::default();
        report.add("a.good", "All is well.", vec![]);
        assert!(report.is_clean());
        let row =
            Violation { check: "a.bad", subject: "entry 1".into(), expected: "sum 0".into(), found: "sum 1".into() };
        report.add("a.bad", "Nothing is lost.", vec![row]);
        let text = report.to_string();
        assert!(!report.is_clean());
        assert!(text.contains("ok    a.good") && text.contains("FAIL  a.bad"), "{text}");
        assert!(text.contains("a.bad: entry 1: expected sum 0, found sum 1"), "{text}");
    }
}
