//! GraphQL over HTTP, by the specification of that name (all 61 audits of npm `graphql-http`).
//!
//! Written by hand because the engine's own handler runs mutations over GET, reads any content type as JSON and knows no
//! limit of body or batch.

use super::{
    context::{Admission, Gate, RequestMeta},
    error::Answer,
    guard::LIMITS,
    negotiate::{self, Media},
    operation::{Operation, Parameters},
    sse, websocket,
};
use crate::kernel::{
    arrival::{Arrival, Arrivals},
    clock::Clock,
    error::Problem,
    message::{self, Locale},
};
use async_graphql::{Executor, parser::types::OperationType};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use futures_util::StreamExt;
use serde_json::{Map, Value as Json};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::cors::{AllowOrigin, CorsLayer};

pub const BODY_LIMIT: usize = 256 * 1024;
pub const BATCH_LIMIT: usize = 5;
/// A body that takes longer to arrive is given up: a client may not hold a request open by dripping bytes.
const BODY_TIME_LIMIT: Duration = Duration::from_secs(10);

pub static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything that the three transports share. Cheap to clone.
pub struct Transport<E> {
    pub executor: E,
    pub gate: Arc<dyn Gate>,
    pub clock: Clock,
    pub arrivals: Arc<Arrivals>,
    pub sockets: Arc<websocket::Sockets>,
    pub settings: Arc<TransportSettings>,
    /// Cancelled when the server stops: sockets and streams are closed then.
    pub stop: CancellationToken,
    /// Open sockets, which axum's graceful shutdown does not wait for.
    pub tasks: TaskTracker,
}
impl<E: Clone> Clone for Transport<E> {
    fn clone(&self) -> Transport<E> {
        Transport {
            executor: self.executor.clone(),
            gate: self.gate.clone(),
            clock: self.clock.clone(),
            arrivals: self.arrivals.clone(),
            sockets: self.sockets.clone(),
            settings: self.settings.clone(),
            stop: self.stop.clone(),
            tasks: self.tasks.clone(),
        }
    }
}
impl<E> Transport<E> {
    pub fn new(executor: E, gate: Arc<dyn Gate>, clock: Clock, settings: TransportSettings) -> Transport<E> {
        Transport {
            executor,
            gate,
            arrivals: Arc::new(Arrivals::new(clock.clone())),
            clock,
            sockets: Arc::default(),
            settings: Arc::new(settings),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct TransportSettings {
    /// Browser origins that may call besides the server's own, e.g. `https://paimai.example.cn`.
    pub allowed_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// The route `/graphql` for all transports.
pub fn router<E: Executor>(transport: Transport<E>) -> Router {
    let cors = cors(&transport.settings);
    Router::new().route("/graphql", any(graphql::<E>)).layer(cors).with_state(transport)
}

/// What browsers of other origins may do.
pub fn cors(settings: &TransportSettings) -> CorsLayer {
    let origins: Vec<HeaderValue> = settings.allowed_origins.iter().filter_map(|o| o.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION, header::ACCEPT_LANGUAGE, REQUEST_ID.clone()])
        .expose_headers([REQUEST_ID.clone(), header::RETRY_AFTER])
}

/// A request that is answered without having been executed, by status and code.
struct Rejection {
    status: StatusCode,
    answer: Answer,
}
impl Rejection {
    fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Rejection {
        Rejection { status, answer: Answer::refused(code, message) }
    }
    fn bad_request(message: impl Into<String>) -> Rejection {
        Rejection::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }
}

async fn graphql<E: Executor>(
    State(transport): State<Transport<E>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    let meta = request_meta(&transport.settings, &request);
    if let Ok(upgrade) = upgrade {
        return websocket::accept(transport, upgrade, request.headers(), meta);
    }
    let Some(media) = negotiate::response_media(request.headers()) else {
        let message = "Accept application/graphql-response+json, application/json or text/event-stream.";
        return reject(Media::Json, Rejection::new(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", message));
    };
    match handle(&transport, media, meta, request).await {
        Ok(response) => response,
        Err(rejection) => reject(media, rejection),
    }
}

async fn handle<E: Executor>(
    transport: &Transport<E>,
    media: Media,
    meta: RequestMeta,
    request: Request,
) -> Result<Response, Rejection> {
    let get = match *request.method() {
        Method::GET => true,
        Method::POST => false,
        _ => return Err(Rejection::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "Use GET or POST.")),
    };
    if !get && !negotiate::is_json_body(request.headers()) {
        let message = "Send the request as application/json in UTF-8.";
        return Err(Rejection::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message));
    }
    let admission = admit(transport, request.headers(), &meta).await?;
    let body = if get { query_string(request.uri().query().unwrap_or_default())? } else { json_body(request).await? };
    let exchange = Exchange { transport, media, admission, arrival: transport.arrivals.stamp(), meta, get };
    match body {
        Json::Array(_) if media == Media::EventStream => Err(Rejection::bad_request("A stream takes one operation.")),
        Json::Array(batch) => exchange.batch(batch).await,
        single => exchange.single(single).await,
    }
}

/// What is known about the client before its document is read.
pub fn request_meta(settings: &TransportSettings, request: &Request) -> RequestMeta {
    let headers = request.headers();
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    let connected = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded = || text(HeaderName::from_static("x-forwarded-for"))?.rsplit(',').next()?.trim().parse().ok();
    let peer = match connected {
        Some(proxy) if settings.trusted_proxies.contains(&proxy) => forwarded().or(connected),
        _ => connected,
    };
    let request_id = text(REQUEST_ID.clone()).unwrap_or("-").into();
    RequestMeta { request_id, peer, locale: Locale::negotiate(text(header::ACCEPT_LANGUAGE)) }
}

async fn admit<E>(t: &Transport<E>, headers: &HeaderMap, meta: &RequestMeta) -> Result<Admission, Rejection> {
    let admitted = match bearer(headers) {
        Ok(token) => t.gate.admit(token, meta).await,
        Err(problem) => Err(problem),
    };
    admitted.map_err(|problem| Rejection { status: status_of(&problem), answer: Answer::from_problem(problem, meta) })
}
/// The status of a request that a problem ended as a whole.
pub fn status_of(problem: &Problem) -> StatusCode {
    match problem {
        Problem::Unauthenticated => StatusCode::UNAUTHORIZED,
        Problem::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
        Problem::Forbidden => StatusCode::FORBIDDEN,
        Problem::BadInput(_) => StatusCode::BAD_REQUEST,
        Problem::Conflict => StatusCode::CONFLICT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
/// No header: anonymous. A header of another scheme is not quietly taken for none.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| Problem::Unauthenticated)?;
            let (scheme, token) = text.split_once(' ').ok_or(Problem::Unauthenticated)?;
            let token = Some(token.trim()).filter(|t| !t.is_empty() && scheme.eq_ignore_ascii_case("bearer"));
            token.map(Some).ok_or(Problem::Unauthenticated)
        }
        _ => Err(Problem::Unauthenticated),
    }
}

/// The parameters of a GET as the JSON object that a POST would have sent.
fn query_string(query: &str) -> Result<Json, Rejection> {
    let uri = axum::http::Uri::builder().path_and_query(format!("/?{query}")).build();
    let pairs = uri.ok().and_then(|uri| axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    let Some(pairs) = pairs else { return Err(Rejection::bad_request("The query string is malformed.")) };
    let mut members = Map::new();
    for (name, value) in pairs.0 {
        let value = match name.as_str() {
            "variables" | "extensions" => {
                serde_json::from_str(&value).map_err(|_| Rejection::bad_request(format!("`{name}` is not JSON.")))?
            }
            _ => Json::String(value),
        };
        if members.insert(name, value).is_some() {
            return Err(Rejection::bad_request("A parameter stands twice in the query string."));
        }
    }
    Ok(Json::Object(members))
}

async fn json_body(request: Request) -> Result<Json, Rejection> {
    let bytes = match tokio::time::timeout(BODY_TIME_LIMIT, read(request.into_body())).await {
        Ok(bytes) => bytes?,
        Err(_) => return Err(Rejection::new(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", "The body came too slowly.")),
    };
    serde_json::from_slice(&bytes).map_err(|_| Rejection::bad_request("The body is not JSON."))
}
async fn read(body: Body) -> Result<Vec<u8>, Rejection> {
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Rejection::bad_request("The body broke off."))?;
        if bytes.len() + chunk.len() > BODY_LIMIT {
            let message = format!("The body is longer than {BODY_LIMIT} bytes.");
            return Err(Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST", message));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// One admitted HTTP request.
struct Exchange<'t, E> {
    transport: &'t Transport<E>,
    media: Media,
    admission: Admission,
    arrival: Arrival,
    meta: RequestMeta,
    get: bool,
}
impl<E: Executor> Exchange<'_, E> {
    async fn single(mut self, request: Json) -> Result<Response, Rejection> {
        let parameters = Parameters::from_json(request).map_err(Rejection::bad_request)?;
        let prepared = Operation::prepare(parameters);
        if !prepared.as_ref().is_ok_and(Operation::bids) {
            self.arrival.land();
        }
        if self.media == Media::EventStream {
            let operation = self.readable(prepared)?;
            // a client that does not read would keep the bid on its way, and with it every closing waiting
            if operation.as_ref().is_ok_and(Operation::bids) {
                return Err(Rejection::bad_request("placeBid is answered without a stream."));
            }
            return Ok(sse::respond(self.transport, operation, &self.admission, &self.meta, self.arrival.clone()));
        }
        let answer = match self.readable(prepared)? {
            Ok(operation) => self.run(operation).await,
            Err(answer) => answer,
        };
        Ok(write(self.media, answer))
    }

    /// Refuses to change anything over GET: links and images must not be able to.
    fn readable(&self, prepared: Result<Operation, Answer>) -> Result<Result<Operation, Answer>, Rejection> {
        match prepared {
            Ok(operation) if self.get && operation.kind() == OperationType::Mutation => {
                let message = "A mutation is sent by POST.";
                Err(Rejection::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", message))
            }
            other => Ok(other),
        }
    }

    async fn run(&self, operation: Operation) -> Answer {
        if operation.kind() == OperationType::Subscription {
            let message = "Subscribe over WebSocket (graphql-transport-ws) or with Accept: text/event-stream.";
            return Answer::refused("BAD_REQUEST", message);
        }
        operation.execute(&self.transport.executor, &self.admission, &self.meta, self.arrival.clone()).await
    }

    /// Operations one after another, each with its own answer. They share one arrival, which a bid must not share with
    /// what runs before it.
    async fn batch(mut self, requests: Vec<Json>) -> Result<Response, Rejection> {
        if requests.is_empty() || requests.len() > BATCH_LIMIT {
            return Err(Rejection::bad_request(format!("A batch holds 1 to {BATCH_LIMIT} operations.")));
        }
        let mut prepared = Vec::with_capacity(requests.len());
        for request in requests {
            prepared.push(Operation::prepare(Parameters::from_json(request).map_err(Rejection::bad_request)?));
        }
        let once_only: u64 = prepared.iter().flatten().map(Operation::once_only).sum();
        if once_only > LIMITS.once_only {
            return Err(Rejection::bad_request("A batch may sign in, bid, vote or pay once only."));
        }
        let bids = prepared.iter().flatten().any(Operation::bids);
        if bids && prepared.len() > 1 {
            return Err(Rejection::bad_request("placeBid stands alone: send it in a request of its own."));
        }
        if !bids {
            self.arrival.land();
        }
        let (mut bodies, mut retry_after) = (Vec::with_capacity(prepared.len()), None);
        for operation in prepared {
            let answer = match operation {
                Ok(operation) => self.run(operation).await,
                Err(answer) => answer,
            };
            retry_after = retry_after.max(answer.retry_after);
            bodies.push(answer.body);
        }
        Ok(write(self.media, Answer { body: Json::Array(bodies), executed: true, retry_after }))
    }
}

/// The status tells whether the request ran: always under `application/graphql-response+json`; under plain JSON a
/// well-formed request is answered with 200. A rate limit is told to every client.
fn write(media: Media, answer: Answer) -> Response {
    let status = match (answer.retry_after, answer.executed, media) {
        (Some(_), ..) => StatusCode::TOO_MANY_REQUESTS,
        (None, false, Media::GraphqlResponse) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    respond(media, status, answer)
}
fn reject(media: Media, rejection: Rejection) -> Response {
    // a refusal before the stream began is plain JSON: there is no stream
    let media = if media == Media::EventStream { Media::Json } else { media };
    respond(media, rejection.status, rejection.answer)
}
fn respond(media: Media, status: StatusCode, answer: Answer) -> Response {
    let mut response = (status, answer.body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language, authorization"));
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
        }
        StatusCode::UNAUTHORIZED => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The answer to a panic outside of a resolver, for tower-http's `CatchPanic`.
pub fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    let code = "INTERNAL_SERVER_ERROR";
    let message = message::problem(Locale::default(), code).unwrap_or_default();
    respond(Media::Json, StatusCode::INTERNAL_SERVER_ERROR, Answer::refused(code, message))
}
