//! Content negotiation of GraphQL over HTTP: which media type the answer takes, and what the body may come as.

use axum::http::{HeaderMap, HeaderValue, header};

/// What an answer can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphqlResponse,
    /// `application/json`: 200 for every well-formed request, as older clients expect.
    Json,
    /// `text/event-stream`: graphql-sse, distinct connections mode.
    EventStream,
}
impl Media {
    pub const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Media::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Media::Json => "application/json; charset=utf-8",
            Media::EventStream => "text/event-stream; charset=utf-8",
        })
    }
}

/// The best type that the client accepts; no header or `*/*` means JSON. `None`: nothing that we can write (406).
pub fn response_media(headers: &HeaderMap) -> Option<Media> {
    let mut accepted = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).peekable();
    if accepted.peek().is_none() {
        return Some(Media::Json);
    }
    let mut best: Option<((u16, u8), Media)> = None;
    for range in accepted.flat_map(|v| v.split(',')) {
        let mut parameters = range.split(';').map(str::trim);
        let (specificity, media) = match parameters.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => (3, Media::GraphqlResponse),
            "text/event-stream" => (3, Media::EventStream),
            "application/json" => (2, Media::Json),
            "application/*" | "*/*" => (1, Media::Json),
            _ => continue,
        };
        let quality = parameters.find_map(|p| p.strip_prefix("q=")).map_or(1000, quality);
        if quality > 0 && best.is_none_or(|(rank, _)| (quality, specificity) > rank) {
            best = Some(((quality, specificity), media));
        }
    }
    best.map(|(_, media)| media)
}

/// `0.8` as 800 thousandths; what is no quality counts as 1.
fn quality(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    match (whole, fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit())) {
        ("0", true) => format!("{fraction:0<3}").parse().unwrap_or(1000),
        _ => 1000,
    }
}

/// Only `application/json` in UTF-8 is read. A browser cannot send it across origins without a preflight, which is what
/// keeps forged requests of other sites out.
pub fn is_json_body(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next().and_then(|v| v.to_str().ok()), values.next()) else { return false };
    let value = value.to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    parts.next() == Some("application/json")
        && parts.all(|p| p.strip_prefix("charset=").is_none_or(|charset| charset.trim_matches('"') == "utf-8"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, values: &[&str]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for value in values {
            map.append(&name, value.parse().unwrap());
        }
        map
    }

    #[test]
    fn the_best_accepted_type_wins() {
        let cases: [(&[&str], Option<Media>); 14] = [
            (&[], Some(Media::Json)),
            (&["*/*"], Some(Media::Json)),
            (&["application/*"], Some(Media::Json)),
            (&["application/json"], Some(Media::Json)),
            (&["application/json; charset=utf-8"], Some(Media::Json)),
            (&["application/graphql-response+json"], Some(Media::GraphqlResponse)),
            (&["APPLICATION/GraphQL-Response+JSON"], Some(Media::GraphqlResponse)),
            (&["application/json, application/graphql-response+json"], Some(Media::GraphqlResponse)),
            (&["application/graphql-response+json;q=0.8, application/json;q=0.9"], Some(Media::Json)),
            (&["application/json", "application/graphql-response+json"], Some(Media::GraphqlResponse)),
            (&["text/event-stream"], Some(Media::EventStream)),
            (&["text/html"], None),
            (&["application/json;q=0"], None),
            (&["text/html, */*;q=0.1"], Some(Media::Json)),
        ];
        for (accept, expected) in cases {
            assert_eq!(response_media(&headers(header::ACCEPT, accept)), expected, "{accept:?}");
        }
    }

    #[test]
    fn only_json_in_utf8_is_read() {
        for (content_type, expected) in [
            (&["application/json"][..], true),
            (&["application/json; charset=utf-8"], true),
            (&["Application/JSON; Charset=\"UTF-8\""], true),
            (&["application/json; charset=gbk"], false),
            (&["text/plain"], false),
            (&["application/x-www-form-urlencoded"], false),
            (&["multipart/form-data; boundary=x"], false),
            (&["application/jsonx"], false),
            (&["text/plain", "application/json"], false),
            (&[], false),
        ] {
            assert_eq!(is_json_body(&headers(header::CONTENT_TYPE, content_type)), expected, "{content_type:?}");
        }
    }
}
