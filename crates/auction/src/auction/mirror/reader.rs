//! Reading the parts of a form from JSON: what is missing, unknown or of another kind is an error with its path.

use super::json::{Issue, Json, MOST_ISSUES};
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;

/// An object that is being read, with its path.
pub(super) struct Fields<'j> {
    path: String,
    json: &'j Json,
}
impl Fields<'_> {
    pub(super) fn at(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }
}

/// Gathers errors and goes on, so that a writer learns all of them at once.
#[derive(Default)]
pub(super) struct Reader {
    issues: Vec<Issue>,
}
impl Reader {
    pub(super) fn finish<T>(self, read: Option<T>) -> Result<T, Vec<Issue>> {
        match read {
            Some(read) if self.issues.is_empty() => Ok(read),
            _ => Err(self.issues),
        }
    }
    pub(super) fn issue<T>(&mut self, path: impl Into<String>, reason: impl Into<String>) -> Option<T> {
        if self.issues.len() < MOST_ISSUES {
            self.issues.push(Issue::new(path, reason));
        }
        None
    }

    /// An object with these members and no others.
    pub(super) fn object<'j>(&mut self, path: String, json: &'j Json, known: &[&str]) -> Option<Fields<'j>> {
        let Json::Object(members) = json else { return self.issue(path, "an object is needed") };
        let fields = Fields { path, json };
        for (name, _) in members.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            self.issue::<()>(fields.at(name), "not known in this form");
        }
        Some(fields)
    }
    pub(super) fn member<'j>(&mut self, of: &Fields<'j>, name: &str) -> Option<&'j Json> {
        match of.json.member(name) {
            Some(member) => Some(member),
            None => self.issue(of.at(name), "missing"),
        }
    }
    /// A member that may be null or left out.
    pub(super) fn optional<'j>(of: &Fields<'j>, name: &str) -> Option<&'j Json> {
        of.json.member(name).filter(|member| **member != Json::Null)
    }
    pub(super) fn text(&mut self, of: &Fields<'_>, name: &str, most: usize) -> Option<String> {
        let json = self.member(of, name)?;
        self.checked_text(of.at(name), json, most)
    }
    pub(super) fn optional_text(&mut self, of: &Fields<'_>, name: &str, most: usize) -> Option<String> {
        Reader::optional(of, name).and_then(|json| self.checked_text(of.at(name), json, most))
    }
    fn checked_text(&mut self, path: String, json: &Json, most: usize) -> Option<String> {
        let Some(text) = json.text() else { return self.issue(path, "a text is needed") };
        let plain = text.trim() == text && !text.chars().any(char::is_control);
        if !plain || !(1..=most).contains(&text.chars().count()) {
            return self.issue(path, format!("1 to {most} characters, no blanks around them, no control characters"));
        }
        Some(text.to_owned())
    }
    pub(super) fn money(&mut self, of: &Fields<'_>, name: &str, zero: bool) -> Option<Money> {
        let amount = self.member(of, name)?.text().and_then(|text| text.parse::<Money>().ok());
        match amount.filter(|amount| amount.is_positive() || (zero && amount.is_zero())) {
            Some(amount) => Some(amount),
            None => self.issue(of.at(name), "an amount is a text of yuan with two decimals, e.g. \"59748.04\""),
        }
    }
    pub(super) fn instant(&mut self, of: &Fields<'_>, name: &str) -> Option<Timestamp> {
        match self.member(of, name)?.text().and_then(Timestamp::parse) {
            Some(instant) => Some(instant.to_millisecond()),
            None => self.issue(of.at(name), "an instant is a text by RFC 3339 with its offset"),
        }
    }
    pub(super) fn list<'j>(&mut self, of: &Fields<'j>, name: &str, most: usize) -> Option<&'j [Json]> {
        match self.member(of, name)? {
            Json::List(items) if items.len() <= most => Some(items),
            Json::List(_) => self.issue(of.at(name), format!("more than {most}")),
            _ => self.issue(of.at(name), "a list is needed"),
        }
    }
}
