//! What operators see: liveness, readiness, Prometheus metrics, JSON logs. No log line holds a token, a body or a variable.

use super::http::REQUEST_ID;
use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{
    future::Future,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

const READY_LIMIT: Duration = Duration::from_secs(2);
/// Histograms keep their samples until they are folded in.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
const DEFAULT_FILTER: &str = "info,sqlx=warn,sea_orm_migration=warn,async_graphql=warn";

/// Writes logs to standard error, as JSON unless `plain`. `RUST_LOG` sets another filter. Once per process.
pub fn start_logs(plain: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // a second start in one process (tests) keeps the first
    let _ = if plain { builder.compact().try_init() } else { builder.json().flatten_event(true).try_init() };
}

/// The process's metrics. Applications built one after another in one process share them.
pub fn metrics_handle() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let build = || {
        let builder = PrometheusBuilder::new();
        let recorder = match builder.set_buckets_for_metric(
            Matcher::Suffix("_seconds".to_owned()),
            &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0],
        ) {
            Ok(builder) => builder.build_recorder(),
            Err(_) => PrometheusBuilder::new().build_recorder(),
        };
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics will be empty");
        }
        handle
    };
    HANDLE.get_or_init(build).clone()
}

/// Folds histograms in until the server stops.
pub async fn keep_up(handle: PrometheusHandle, stop: CancellationToken) {
    let mut tick = tokio::time::interval(UPKEEP_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => handle.run_upkeep(),
        }
    }
}

/// `/healthz`: the process answers. `/readyz`: it can work, or what is wrong. `/metrics`: Prometheus text.
pub fn router<F, P>(handle: PrometheusHandle, check: F) -> Router
where
    F: Fn() -> P + Send + Sync + 'static,
    P: Future<Output = Result<(), &'static str>> + Send + 'static,
{
    let check = Arc::new(check);
    let ready = move || {
        let check = check.clone();
        async move {
            match tokio::time::timeout(READY_LIMIT, check()).await {
                Ok(Ok(())) => (StatusCode::OK, "ready\n".to_owned()),
                Ok(Err(wrong)) => (StatusCode::SERVICE_UNAVAILABLE, format!("{wrong}\n")),
                Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".to_owned()),
            }
        }
    };
    let render =
        move || async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()) };
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(render))
}

/// Gives each request an id, a span and a measurement by its route, never by its raw path.
pub async fn track(mut request: Request<Body>, next: Next) -> Response {
    let begin = Instant::now();
    let request_id = request_id(&request);
    let path = request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |p| p.as_str().to_owned());
    let method = request.method().as_str().to_owned();
    let span = tracing::info_span!("request", request_id = %request_id, method, path);
    let Ok(value) = HeaderValue::from_str(&request_id) else { return StatusCode::BAD_REQUEST.into_response() };
    request.headers_mut().insert(REQUEST_ID.clone(), value.clone());
    let mut response = next.run(request).instrument(span.clone()).await;
    response.headers_mut().insert(REQUEST_ID.clone(), value);
    let status = response.status().as_u16();
    let labels = [("method", method), ("path", path), ("status", status.to_string())];
    metrics::counter!("duixian_http_requests_total", &labels).increment(1);
    metrics::histogram!("duixian_http_request_seconds", &labels[..2]).record(begin.elapsed());
    let elapsed_ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::debug!(status, elapsed_ms, "answered"));
    response
}

/// The caller's own id if it is harmless, so that a trace can be followed through a proxy; else a random one.
fn request_id(request: &Request<Body>) -> String {
    let harmless = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    match request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok()).filter(harmless) {
        Some(id) => id.to_owned(),
        None => {
            let mut bytes = [0; 16];
            match getrandom::fill(&mut bytes) {
                Ok(()) => hex::encode(bytes),
                Err(_) => "00000000".to_owned(),
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_a_harmless_request_id_is_taken_over() {
        let id = |text: &str| request_id(&Request::builder().header("x-request-id", text).body(Body::empty()).unwrap());
        assert_eq!(id("trace-12345678"), "trace-12345678");
        for hostile in ["short", "a b c d e f", "x{\"level\":\"error\"}", &"a".repeat(65)] {
            assert_ne!(id(hostile), hostile);
            assert_eq!(id(hostile).len(), 32);
        }
    }
}
