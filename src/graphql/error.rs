//! Errors as clients see them: every one carries a code of the closed list, a text in the reader's language, and nothing
//! of the machine's inside.

use super::{context::RequestMeta, guard};
use crate::kernel::{error::Problem, message};
use async_graphql::{Error, Response, ServerError, Value};
use serde_json::{Value as Json, json};

/// An answer ready to be written.
#[derive(Debug)]
pub struct Answer {
    pub body: Json,
    /// False for a request error: nothing ran, and the body has no `data`.
    pub executed: bool,
    /// Seconds to wait, when any error is RATE_LIMITED.
    pub retry_after: Option<u64>,
}
impl Answer {
    /// A request error: one message, no data.
    pub fn refused(code: &str, message: impl Into<String>) -> Answer {
        let body = json!({ "errors": [{ "message": message.into(), "extensions": { "code": code } }] });
        Answer { body, executed: false, retry_after: None }
    }
    pub fn from_guard(refused: guard::Refused) -> Answer {
        match refused {
            guard::Refused::Limit(message) => Answer::refused("GRAPHQL_VALIDATION_FAILED", message),
            guard::Refused::Syntax { message, positions } => {
                let mut answer = Answer::refused("GRAPHQL_PARSE_FAILED", message);
                if !positions.is_empty() {
                    answer.body["errors"][0]["locations"] = json!(positions);
                }
                answer
            }
        }
    }
    /// A problem that stops the whole request.
    pub fn from_problem(problem: Problem, meta: &RequestMeta) -> Answer {
        let error = Error::from(problem).into_server_error(async_graphql::Pos::default());
        let mut error = ServerError { locations: Vec::new(), ..error };
        dress(&mut error, meta);
        Answer { retry_after: retry_after(&error), body: json!({ "errors": [error] }), executed: false }
    }
    /// It took longer than allowed, or the resolver panicked: what it did is not known.
    pub fn broken_off(problem: Problem, meta: &RequestMeta) -> Answer {
        let mut answer = Answer::from_problem(problem, meta);
        answer.body["data"] = Json::Null;
        Answer { executed: true, ..answer }
    }
    /// What the engine answered.
    pub fn from_response(mut response: Response, meta: &RequestMeta) -> Answer {
        let executed = response.is_ok()
            || response.data != Value::Null
            || response.errors.iter().any(|error| !error.path.is_empty());
        response.errors.iter_mut().for_each(|error| dress(error, meta));
        let retry_after = response.errors.iter().filter_map(retry_after).max();
        let mut body = json!({});
        if !response.errors.is_empty() {
            body["errors"] = json!(response.errors);
        }
        if executed {
            body["data"] = json!(response.data);
        }
        if !response.extensions.is_empty() {
            body["extensions"] = json!(response.extensions);
        }
        Answer { body, executed, retry_after }
    }
    /// The list of errors, for the `error` message of a WebSocket.
    pub fn errors(&self) -> &Json {
        self.body.get("errors").unwrap_or(&Json::Null)
    }
}

fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}
fn retry_after(error: &ServerError) -> Option<u64> {
    if code(error)? != "RATE_LIMITED" {
        return None;
    }
    match error.extensions.as_ref()?.get("retryAfter") {
        Some(Value::Number(seconds)) => seconds.as_u64(),
        _ => Some(1),
    }
}

/// Gives an error its code, its text and, for a fault of ours, the request id to quote.
fn dress(error: &mut ServerError, meta: &RequestMeta) {
    let code = match code(error) {
        Some(code) => code.to_owned(),
        None => engine_code(error).to_owned(),
    };
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code.as_str());
    if code == "INTERNAL_SERVER_ERROR" {
        extensions.set("requestId", &*meta.request_id);
        error.message.clear();
    }
    if error.message.is_empty() {
        error.message = message::problem(meta.locale, &code).unwrap_or(code);
    }
    for (scalar, form) in FORMS {
        if error.message.contains(scalar) {
            error.message = format!("{} ({form})", error.message.trim_end_matches('.'));
        }
    }
}

/// What a malformed value should have looked like: the engine names only the type.
const FORMS: [(&str, &str); 4] = [
    ("expected type \"Money", "digits, a point and exactly two decimals in a string without sign, e.g. \"59748.04\""),
    (
        "expected type \"DateTime",
        "RFC 3339 with three fraction digits and an offset, e.g. \"2026-03-02T09:00:00.000+08:00\"",
    ),
    ("expected type \"Date\"", "year, month and day, e.g. \"2026-03-02\""),
    ("expected type \"Rate", "a decimal number in a string, e.g. \"0.000175\""),
];

/// The engine gives its own errors no code: with a path a value did not fit its field, without one nothing ran.
fn engine_code(error: &ServerError) -> &'static str {
    let value_does_not_fit = error.message.starts_with("Invalid value for argument");
    match (error.path.is_empty(), value_does_not_fit) {
        (true, false) => "GRAPHQL_VALIDATION_FAILED",
        _ => "BAD_USER_INPUT",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::message::Locale;
    use async_graphql::PathSegment;

    fn meta(locale: Locale) -> RequestMeta {
        RequestMeta { request_id: "abc".into(), peer: None, locale }
    }
    fn answer(problem: Problem, locale: Locale) -> Answer {
        let mut error = Error::from(problem).into_server_error(async_graphql::Pos::default());
        error.path = vec![PathSegment::Field("lot".into())];
        Answer::from_response(Response::from_errors(vec![error]), &meta(locale))
    }

    #[test]
    fn a_fault_shows_its_request_id_and_nothing_else() {
        for problem in [
            Problem::internal("SELECT secret FROM account at /srv/x.rs"),
            Problem::Database { code: Some("23505".into()), detail: "duplicate key account_pkey".into() },
        ] {
            let shown = answer(problem, Locale::En).body.to_string();
            assert!(shown.contains(r#""requestId":"abc""#) && shown.contains("INTERNAL_SERVER_ERROR"), "{shown}");
            for leak in ["SELECT", "/srv", "23505", "pkey"] {
                assert!(!shown.contains(leak), "{shown}");
            }
        }
    }

    #[test]
    fn a_rate_limit_says_how_long() {
        let answer = answer(Problem::RateLimited { retry_after_seconds: 7 }, Locale::ZhCn);
        assert_eq!(answer.retry_after, Some(7));
        assert_eq!(answer.body["errors"][0]["extensions"]["retryAfter"], 7);
        assert_eq!(answer.body["errors"][0]["message"], "请求过于频繁，请稍后再试");
    }

    #[test]
    fn errors_of_the_engine_get_a_code() {
        let plain = |message: &str| ServerError::new(message, None);
        let with_path = ServerError { path: vec![PathSegment::Index(0)], ..plain("not the id of a Lot") };
        for (error, code, executed) in [
            (plain("Unknown field"), "GRAPHQL_VALIDATION_FAILED", false),
            (plain("Invalid value for argument \"amount\", expected type \"Money\""), "BAD_USER_INPUT", false),
            (with_path, "BAD_USER_INPUT", true),
        ] {
            let answer = Answer::from_response(Response::from_errors(vec![error]), &meta(Locale::En));
            assert_eq!(answer.body["errors"][0]["extensions"]["code"], code);
            assert_eq!((answer.executed, answer.body.get("data").is_some()), (executed, executed));
        }
    }

    #[test]
    fn a_malformed_amount_is_told_its_form() {
        let error = ServerError::new("Invalid value for argument \"input.amount\", expected type \"Money\"", None);
        let answer = Answer::from_response(Response::from_errors(vec![error]), &meta(Locale::En));
        assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("exactly two decimals"));
    }
}
