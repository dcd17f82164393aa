//! The GraphiQL page. With the browser files embedded (see `build.rs`) it makes no outside request; without them it loads
//! them from a CDN and says so on the page.

use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};

/// Name and content of the embedded browser files; empty when they were not installed at build time.
static ASSETS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/graphiql_assets.rs"));

const CDN: &str = "https://unpkg.com";
const CDN_PATHS: [(&str, &str); 4] = [
    ("react.js", "react@18.3.1/umd/react.production.min.js"),
    ("react-dom.js", "react-dom@18.3.1/umd/react-dom.production.min.js"),
    ("graphiql.js", "graphiql@4.1.2/graphiql.min.js"),
    ("graphiql.css", "graphiql@4.1.2/graphiql.min.css"),
];

/// Starts the page. A file of its own, so that the policy can forbid scripts inside of the page.
const BOOT: &str = r##"const url = new URL("/graphql", location.href);
const sockets = new URL(url);
sockets.protocol = url.protocol === "https:" ? "wss:" : "ws:";
const fetcher = GraphiQL.createFetcher({ url: url.href, subscriptionUrl: sockets.href });
const defaultQuery = `# Duixian 兑现. Sign in by putting a token under Headers:
# {"authorization": "Bearer <token>"}
{
  serverTime
}
`;
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery, defaultEditorToolsVisibility: "headers" }),
);
"##;

pub fn router() -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/graphiql") }))
        .route("/graphiql", get(page))
        .route("/graphiql/{file}", get(file))
}

/// Scripts come from here alone (or from the CDN, when nothing is embedded); GraphiQL sets styles of its own.
fn policy(embedded: bool) -> String {
    let scripts = if embedded { "'self'".to_owned() } else { format!("'self' {CDN}") };
    format!(
        "default-src 'none'; script-src {scripts}; style-src {scripts} 'unsafe-inline'; font-src 'self' data:; \
         img-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

fn html(embedded: bool) -> String {
    let source = |name: &str| match CDN_PATHS.iter().find(|(own, _)| *own == name) {
        Some((_, path)) if !embedded => format!("{CDN}/{path}"),
        _ => format!("/graphiql/{name}"),
    };
    let notice = match embedded {
        true => "",
        false => concat!(
            "<p style=\"margin:0;padding:6px 12px;background:#fff3cd;font:14px sans-serif\">",
            "This build holds no GraphiQL files, so the page loads them from unpkg.com. ",
            "Run <code>npm ci --prefix web</code> and build again to serve them from here.</p>"
        ),
    };
    let scripts: String = ["react.js", "react-dom.js", "graphiql.js", "boot.js"]
        .iter()
        .map(|name| format!("<script src=\"{}\"></script>\n", source(name)))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Duixian GraphiQL</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{}\">\n</head>\n\
         <body style=\"margin:0;display:flex;flex-direction:column;height:100vh\">\n{notice}\n\
         <div id=\"graphiql\" style=\"flex:1;min-height:0\"></div>\n{scripts}</body>\n</html>\n",
        source("graphiql.css")
    )
}

async fn page() -> Response {
    let embedded = !ASSETS.is_empty();
    let headers = [(header::CONTENT_SECURITY_POLICY, policy(embedded)), (header::CACHE_CONTROL, "no-store".to_owned())];
    (headers, Html(html(embedded))).into_response()
}

async fn file(Path(name): Path<String>) -> Response {
    let content = match name.as_str() {
        "boot.js" => BOOT.as_bytes(),
        _ => match ASSETS.iter().find(|(own, _)| *own == name) {
            Some((_, content)) => *content,
            None => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    let media = if name.ends_with(".css") { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    let headers = [
        (header::CONTENT_TYPE, media),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedded_page_names_no_other_host() {
        assert!(!html(true).contains("//") && !policy(true).contains("https:"));
    }

    #[test]
    fn a_page_without_embedded_files_says_so() {
        let page = html(false);
        assert!(page.contains("npm ci --prefix web") && page.contains("https://unpkg.com/graphiql@4.1.2/"));
        assert!(policy(false).contains(CDN));
    }
}
