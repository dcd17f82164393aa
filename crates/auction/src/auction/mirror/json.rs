//! JSON from a stranger: nothing is guessed, nothing is read twice.
//!
//! serde_json takes the last of two equal keys and rounds numbers; here both are errors with their path, as two readers
//! of one signed text must never see two things. Numbers are whole and exact, or refused: amounts are texts.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::HashSet;
use std::fmt;

/// Deepest nesting of brackets.
const DEEPEST: usize = 12;
/// Whole numbers up to here are the same in every program (2^53 − 1).
const LARGEST: i64 = 9_007_199_254_740_991;
/// Errors that are told; a text with more is hopeless.
pub const MOST_ISSUES: usize = 20;

/// A tree of JSON with everything that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    Integer(i64),
    /// A whole number too large to be the same in every program. Any other number is no JSON here at all.
    Inexact,
    Text(String),
    List(Vec<Json>),
    /// In the order of writing, keys that stand twice included.
    Object(Vec<(String, Json)>),
}

/// One error of a text, with its place: `$.bids[3].amount`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    pub path: String,
    pub reason: String,
}
impl Issue {
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Issue {
        Issue { path: path.into(), reason: reason.into() }
    }
}
impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// Reads a text whole and looks for what no tree may hold.
pub fn parse(text: &str) -> Result<Json, Vec<Issue>> {
    // its own limit of 128 levels keeps the stack safe
    let json: Json = serde_json::from_str(text).map_err(|error| vec![Issue::new("$", error.to_string())])?;
    let mut issues = Vec::new();
    json.inspect("$", 0, &mut issues);
    if issues.is_empty() { Ok(json) } else { Err(issues) }
}

impl Json {
    fn inspect(&self, path: &str, depth: usize, issues: &mut Vec<Issue>) {
        if issues.len() >= MOST_ISSUES {
            return;
        }
        if depth > DEEPEST {
            issues.push(Issue::new(path, format!("nested deeper than {DEEPEST}")));
            return;
        }
        match self {
            Json::Inexact => issues.push(Issue::new(path, "the number is too large to be exact")),
            Json::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.inspect(&format!("{path}[{index}]"), depth + 1, issues);
                }
            }
            Json::Object(members) => {
                let mut seen = HashSet::new();
                for (name, member) in members {
                    let path = format!("{path}.{name}");
                    if !seen.insert(name) {
                        issues.push(Issue::new(path.clone(), "the key stands twice"));
                    }
                    member.inspect(&path, depth + 1, issues);
                }
            }
            Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Text(_) => {}
        }
    }

    /// The member of an object; `None` when there is none, or this is no object.
    pub fn member(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, member)| member),
            _ => None,
        }
    }
    pub fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }
    /// Canonical bytes (RFC 8785).
    pub fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json_canonicalizer::to_vec(&Value::from(self))
    }
}
impl From<&Json> for Value {
    fn from(json: &Json) -> Value {
        match json {
            Json::Null | Json::Inexact => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Integer(value) => Value::from(*value),
            Json::Text(text) => Value::String(text.clone()),
            Json::List(items) => Value::Array(items.iter().map(Value::from).collect()),
            Json::Object(members) => {
                Value::Object(members.iter().map(|(name, member)| (name.clone(), Value::from(member))).collect())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}
struct Tree;
impl<'de> Visitor<'de> for Tree {
    type Value = Json;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number, a list or an object")
    }
    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(if (-LARGEST..=LARGEST).contains(&value) { Json::Integer(value) } else { Json::Inexact })
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        i64::try_from(value).map_or(Ok(Json::Inexact), |value| self.visit_i64(value))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }
    fn visit_string<E: Error>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            members.push(entry);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_two_readers_could_read_differently_is_an_error_with_its_place() {
        for (text, path, reason) in [
            (r#"{"a":1,"b":{"c":1,"c":2}}"#, "$.b.c", "twice"),
            (r#"{"a":[0,1.5]}"#, "$", "floating point"),
            (r#"{"a":1e2}"#, "$", "floating point"),
            (r#"{"a":18446744073709551616}"#, "$", "floating point"),
            (r#"{"a":[0,9007199254740992]}"#, "$.a[1]", "exact"),
            (r#"{"a":-9007199254740992}"#, "$.a", "exact"),
            (r#"{"a":NaN}"#, "$", "line 1"),
            (r#"{"a":1} {"a":2}"#, "$", "trailing"),
            ("", "$", "EOF"),
        ] {
            let issues = parse(text).unwrap_err();
            assert_eq!(issues[0].path, path, "{text}");
            assert!(issues[0].reason.contains(reason), "{text}: {}", issues[0].reason);
        }
        assert_eq!(parse(r#"{"a":9007199254740991}"#).unwrap().member("a"), Some(&Json::Integer(LARGEST)));
    }

    #[test]
    fn depth_ends_at_its_limit_and_never_in_a_crash() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(DEEPEST + 1)).is_ok());
        assert!(parse(&nested(DEEPEST + 2)).unwrap_err()[0].reason.contains("deeper"));
        assert!(parse(&nested(100_000)).is_err());
    }

    #[test]
    fn a_hopeless_text_is_not_told_in_full() {
        let text = format!("[{}0]", "9007199254740992,".repeat(1000));
        assert_eq!(parse(&text).unwrap_err().len(), MOST_ISSUES);
    }

    #[test]
    fn canonical_bytes_do_not_depend_on_the_writing() {
        let one = parse("{ \"b\": [1, null], \"a\": \"\\u5143\" }").unwrap().canonical().unwrap();
        let other = parse("{\"a\":\"元\",\"b\":[1,null]}").unwrap().canonical().unwrap();
        assert_eq!(one, other);
        assert_eq!(String::from_utf8(one).unwrap(), "{\"a\":\"元\",\"b\":[1,null]}");
    }
}
