//! The real router on a real port with a small schema: HTTP, WebSocket and SSE as clients meet them.

use async_graphql::{Context, Object, Schema, Subscription};
use axum::Router;
use duixian::{
    graphql::{
        context::{Admission, Gate, RequestMeta, arrival},
        http::{self, Transport, TransportSettings},
        observe,
    },
    kernel::{
        arrival::{Arrival, Arrivals},
        clock::{Clock, Timestamp},
        error::Problem,
        money::Money,
    },
};
use futures_util::{SinkExt, Stream, StreamExt};
use serde_json::{Value, json};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio_tungstenite::tungstenite::{self, Message, client::IntoClientRequest};
use uuid::Uuid;

const START: i64 = 1_772_000_000_000_000;

struct Query {
    things: &'static str,
}
#[Object]
impl Query {
    async fn echo(&self, amount: Money) -> Money {
        amount
    }
    async fn arrived(&self, ctx: &Context<'_>) -> Result<Timestamp, Problem> {
        arrival(ctx).map(Arrival::at)
    }
    async fn broken(&self) -> Result<Option<i32>, Problem> {
        Err(Problem::internal("SELECT * FROM secret"))
    }
    async fn busy(&self) -> Result<Option<i32>, Problem> {
        Err(Problem::RateLimited { retry_after_seconds: 9 })
    }
    async fn panics(&self) -> i32 {
        assert!(self.things.is_empty(), "at line 42");
        0
    }
}
struct Mutation;
#[Object]
impl Mutation {
    async fn place_bid(&self, amount: Money) -> Money {
        amount
    }
}
struct Ticks;
#[Subscription]
impl Ticks {
    /// Counts up to `n`, then ends; without `n` it never ends.
    async fn ticks(&self, n: Option<i32>) -> impl Stream<Item = i32> + use<> {
        futures_util::stream::unfold(0, move |i| async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            n.is_none_or(|n| i < n).then_some((i, i + 1))
        })
    }
}

/// Lets anybody in but the token `forged`; `short` ends one minute after the start, `busy` must wait.
struct Doorman;
#[async_trait::async_trait]
impl Gate for Doorman {
    async fn admit(&self, bearer: Option<&str>, _: &RequestMeta) -> Result<Admission, Problem> {
        let expires_at = match bearer {
            Some("forged") => return Err(Problem::Unauthenticated),
            Some("busy") => return Err(Problem::RateLimited { retry_after_seconds: 3 }),
            Some("short") => Some(Timestamp::from_micros(START + 60_000_000)),
            _ => None,
        };
        Ok(Admission { attach: Arc::new(|request| request), expires_at, principal: bearer.map(|_| Uuid::from_u128(7)) })
    }
}

struct Server {
    address: SocketAddr,
    clock: Clock,
    arrivals: Arc<Arrivals>,
    stop: tokio_util::sync::CancellationToken,
    http: reqwest::Client,
}
impl Server {
    async fn start() -> Server {
        let clock = Clock::manual(Timestamp::from_micros(START));
        let schema = Schema::new(Query { things: "x" }, Mutation, Ticks);
        let settings =
            TransportSettings { allowed_origins: vec!["https://paimai.example.cn".into()], ..Default::default() };
        let transport = Transport::new(schema, Arc::new(Doorman), clock.clone(), settings);
        let (stop, arrivals) = (transport.stop.clone(), transport.arrivals.clone());
        let router: Router = http::router(transport)
            .merge(observe::router(observe::metrics_handle(), || async { Ok(()) }))
            .layer(axum::middleware::from_fn(observe::track));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Server { address, clock, arrivals, stop, http: reqwest::Client::new() }
    }
    fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }
    fn post(&self, body: impl ToString) -> reqwest::RequestBuilder {
        self.http.post(self.url()).header("content-type", "application/json").body(body.to_string())
    }
    fn query(&self, query: &str) -> reqwest::RequestBuilder {
        self.post(json!({ "query": query })).header("accept", "application/graphql-response+json")
    }
    async fn answer(&self, query: &str) -> (u16, Value) {
        let response = self.query(query).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}
fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
}

#[tokio::test]
async fn the_status_says_whether_the_request_ran() {
    let server = Server::start().await;
    for (query, status, expected, data) in [
        (r#"{echo(amount:"1.00")}"#, 200, "none", true),
        ("{ echo(", 400, "GRAPHQL_PARSE_FAILED", false),
        ("{ nothing }", 400, "GRAPHQL_VALIDATION_FAILED", false),
        (r#"{echo(amount:"1.001")}"#, 400, "BAD_USER_INPUT", false),
        ("{echo(amount:1)}", 400, "BAD_USER_INPUT", false),
        ("subscription{ticks}", 400, "BAD_REQUEST", false),
        ("{broken}", 200, "INTERNAL_SERVER_ERROR", true),
        ("{busy}", 429, "RATE_LIMITED", true),
        ("{panics}", 200, "INTERNAL_SERVER_ERROR", true),
    ] {
        let (got, answer) = server.answer(query).await;
        assert_eq!((got, code(&answer)), (status, expected), "{query}: {answer}");
        assert_eq!(answer.get("data").is_some(), data, "{query}: {answer}");
        for leak in ["SELECT", "line 42"] {
            assert!(!answer.to_string().contains(leak), "{answer}");
        }
    }
    let plain = server.post(json!({ "query": "{ nothing }" })).send().await.unwrap();
    assert_eq!(plain.status(), 200, "plain JSON keeps 200 for well-formed requests");
    assert_eq!(plain.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(plain.headers()["cache-control"], "no-store");
    assert_eq!(plain.headers()["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn a_malformed_amount_stops_the_whole_document() {
    let server = Server::start().await;
    let (status, answer) = server.answer(r#"mutation{a:placeBid(amount:"1.999")}"#).await;
    assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"));
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("exactly two decimals"));
    let body = json!({ "query": "mutation($a:Money!){placeBid(amount:$a)}", "variables": { "a": 1.5 } });
    let answer: Value = server.post(body).send().await.unwrap().json().await.unwrap();
    assert_eq!(code(&answer), "BAD_USER_INPUT");
}

#[tokio::test]
async fn the_fragment_fan_out_is_refused_over_every_transport() {
    let server = Server::start().await;
    let mut bomb = String::from("{...F0}");
    (0..26).for_each(|i| bomb += &format!(" fragment F{i} on Query{{...F{} ...F{}}}", i + 1, i + 1));
    bomb += " fragment F26 on Query{__typename}";
    let begin = std::time::Instant::now();
    let (status, answer) = server.answer(&bomb).await;
    assert_eq!((status, code(&answer)), (400, "GRAPHQL_VALIDATION_FAILED"));
    let events = server.post(json!({ "query": bomb })).header("accept", "text/event-stream").send().await.unwrap();
    assert!(events.text().await.unwrap().contains("GRAPHQL_VALIDATION_FAILED"));
    let mut socket = Socket::ready(&server).await;
    socket.send(json!({ "id": "1", "type": "subscribe", "payload": { "query": bomb } })).await;
    let message = socket.receive().await;
    assert_eq!(
        (&message["type"], &message["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("GRAPHQL_VALIDATION_FAILED"))
    );
    assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn only_json_by_post_and_only_queries_by_get() {
    let server = Server::start().await;
    let body = r#"{"query":"{__typename}"}"#;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let sent = server.http.post(server.url()).header("content-type", content_type).body(body).send().await.unwrap();
        assert_eq!(sent.status(), 415, "{content_type}");
    }
    assert_eq!(server.http.post(server.url()).body(body).send().await.unwrap().status(), 415);
    assert_eq!(server.post(body).header("accept", "text/html").send().await.unwrap().status(), 406);
    let get = |query: &str| server.http.get(server.url()).query(&[("query", query)]);
    assert_eq!(get("{__typename}").send().await.unwrap().status(), 200);
    let mutation = get(r#"mutation{placeBid(amount:"1.00")}"#).send().await.unwrap();
    assert_eq!((mutation.status().as_u16(), mutation.headers()["allow"].to_str().unwrap()), (405, "GET, POST"));
    let put = server.http.put(server.url()).send().await.unwrap();
    assert_eq!((put.status().as_u16(), put.headers()["allow"].to_str().unwrap()), (405, "GET, POST"));
    let named = server
        .http
        .get(server.url())
        .query(&[("query", "query A{a:__typename} query B{b:__typename}"), ("operationName", "B")]);
    assert_eq!(named.send().await.unwrap().json::<Value>().await.unwrap(), json!({ "data": { "b": "Query" } }));
}

#[tokio::test]
async fn bodies_and_batches_have_limits() {
    let server = Server::start().await;
    let long = json!({ "query": "{__typename}", "extensions": { "x": "y".repeat(256 * 1024) } });
    assert_eq!(server.post(long).send().await.unwrap().status(), 413);
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    assert_eq!(server.post(deep).send().await.unwrap().status(), 400);
    assert_eq!(server.post("{").send().await.unwrap().status(), 400);
    let batch = |n: usize, query: &str| json!(vec![json!({ "query": query }); n]);
    for (size, status) in [(0, 400), (1, 200), (5, 200), (6, 400)] {
        assert_eq!(server.post(batch(size, "{__typename}")).send().await.unwrap().status(), status, "{size}");
    }
    let bids = batch(2, r#"mutation{placeBid(amount:"1.00")}"#);
    assert_eq!(server.post(bids).send().await.unwrap().status(), 400, "a batch cannot multiply bids");
    // what runs before it must not make a bid wait under an early arrival
    let bid = json!({ "query": r#"mutation{placeBid(amount:"1.00")}"# });
    for beside in ["{__typename}", "mutation{other}"] {
        let answer = server.post(json!([{ "query": beside }, bid])).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        assert!(answer.text().await.unwrap().contains("placeBid stands alone"), "{beside}");
    }
    assert_eq!(server.post(json!([bid])).send().await.unwrap().status(), 200);
    let (_, answer) = server.answer(r#"mutation{placeBid(amount:"1.00") __typename}"#).await;
    assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(server.arrivals.drained_to(), server.clock.now().to_millisecond(), "nothing is left on its way");
}

#[tokio::test]
async fn a_bad_token_is_401_and_a_busy_one_429() {
    let server = Server::start().await;
    for header in ["Bearer forged", "Basic eDp5", "Bearer", "Bearer "] {
        let refused = server.query("{__typename}").header("authorization", header).send().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), refused.headers()["www-authenticate"].to_str().unwrap()),
            (401, "Bearer"),
            "{header}"
        );
        assert_eq!(code(&refused.json::<Value>().await.unwrap()), "UNAUTHENTICATED");
    }
    let busy = server.query("{__typename}").bearer_auth("busy").send().await.unwrap();
    assert_eq!((busy.status().as_u16(), busy.headers()["retry-after"].to_str().unwrap()), (429, "3"));
    let field = server.query("{busy}").send().await.unwrap();
    assert_eq!((field.status().as_u16(), field.headers()["retry-after"].to_str().unwrap()), (429, "9"));
    assert_eq!(server.query("{__typename}").bearer_auth("good").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_fault_quotes_the_request_id_in_the_readers_language() {
    let server = Server::start().await;
    let request = server.query("{broken}").header("x-request-id", "trace-12345678");
    let response = request.header("accept-language", "en").send().await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "trace-12345678");
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["requestId"], "trace-12345678");
    assert!(answer["errors"][0]["message"].as_str().unwrap().starts_with("A fault of ours"), "{answer}");
    let (_, chinese) = server.answer("{broken}").await;
    assert!(chinese["errors"][0]["message"].as_str().unwrap().starts_with("系统内部错误"), "{chinese}");
}

#[tokio::test]
async fn each_request_is_stamped_with_its_arrival() {
    let server = Server::start().await;
    server.clock.advance_to(Timestamp::from_micros(START + 1_234_567));
    let (_, answer) = server.answer("{arrived}").await;
    assert_eq!(answer["data"]["arrived"], Timestamp::from_micros(START + 1_234_000).to_rfc3339());
}

#[tokio::test]
async fn only_named_origins_may_call_from_a_browser() {
    let server = Server::start().await;
    for (origin, allowed) in [("https://paimai.example.cn", true), ("https://evil.example.cn", false)] {
        let sent = server.query("{__typename}").header("origin", origin).send().await.unwrap();
        assert_eq!(sent.headers().contains_key("access-control-allow-origin"), allowed, "{origin}");
        let mut request = format!("ws://{}/graphql", server.address).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        request.headers_mut().insert("origin", origin.parse().unwrap());
        assert_eq!(tokio_tungstenite::connect_async(request).await.is_ok(), allowed, "{origin}");
    }
}

#[tokio::test]
async fn events_come_as_next_and_end_with_complete() {
    let server = Server::start().await;
    let stream = |query: &str| server.post(json!({ "query": query })).header("accept", "text/event-stream");
    let response = stream("subscription{ticks(n:2)}").send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"text/event-stream; charset=utf-8".parse().unwrap())
    );
    let text = response.text().await.unwrap();
    let events: Vec<&str> = text.split("\n\n").filter(|e| !e.is_empty()).collect();
    assert_eq!(events[0], "event: next\ndata: {\"data\":{\"ticks\":0}}");
    assert_eq!(events[1], "event: next\ndata: {\"data\":{\"ticks\":1}}");
    assert!(events[2].starts_with("event: complete") && events.len() == 3, "{events:?}");
    let query = stream("{__typename}").send().await.unwrap().text().await.unwrap();
    assert!(query.starts_with("event: next\ndata: {\"data\":{\"__typename\":\"Query\"}}"), "{query}");
    let bid = stream(r#"mutation{placeBid(amount:"1.00")}"#).send().await.unwrap();
    assert_eq!(bid.status(), 400);
    assert!(bid.text().await.unwrap().contains("without a stream"));
}

#[tokio::test]
async fn health_and_metrics_are_served() {
    let server = Server::start().await;
    server.answer("{__typename}").await;
    let get = async |path: &str| server.http.get(format!("http://{}{path}", server.address)).send().await.unwrap();
    assert_eq!(get("/healthz").await.status(), 200);
    assert_eq!(get("/readyz").await.status(), 200);
    let metrics = get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("duixian_http_request_seconds_bucket{method=\"POST\",path=\"/graphql\""), "{metrics}");
    assert!(metrics.contains("duixian_graphql_operation_seconds_bucket{kind=\"query\""), "{metrics}");
}

type Wire = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;
struct Socket(Wire);
impl Socket {
    async fn open_with(server: &Server, protocol: Option<&str>) -> Socket {
        let mut request = format!("ws://{}/graphql", server.address).into_client_request().unwrap();
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        Socket(tokio_tungstenite::connect_async(request).await.unwrap().0)
    }
    async fn open(server: &Server) -> Socket {
        Socket::open_with(server, Some("graphql-transport-ws")).await
    }
    async fn ready(server: &Server) -> Socket {
        Socket::ready_as(server, json!({})).await
    }
    async fn ready_as(server: &Server, payload: Value) -> Socket {
        let mut socket = Socket::open(server).await;
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.receive().await["type"], "connection_ack");
        socket
    }
    async fn send(&mut self, message: Value) {
        self.text(message.to_string()).await;
    }
    async fn text(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.unwrap();
    }
    async fn next(&mut self) -> Option<Result<Message, tungstenite::Error>> {
        tokio::time::timeout(Duration::from_secs(8), self.0.next()).await.expect("the server says something")
    }
    async fn receive(&mut self) -> Value {
        match self.next().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }
    /// Code of the close frame, whatever came before it.
    async fn closed(&mut self) -> u16 {
        loop {
            match self.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(Message::Text(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}
fn subscribe(id: &str, query: &str) -> Value {
    json!({ "id": id, "type": "subscribe", "payload": { "query": query } })
}

#[tokio::test]
async fn a_subscription_runs_over_a_socket() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.receive().await, json!({ "type": "pong" }));
    socket.send(subscribe("a", "subscription{ticks(n:1)}")).await;
    assert_eq!(socket.receive().await, json!({ "id": "a", "type": "next", "payload": { "data": { "ticks": 0 } } }));
    assert_eq!(socket.receive().await, json!({ "id": "a", "type": "complete" }));
    socket.send(subscribe("a", "{nothing}")).await;
    let refused = socket.receive().await;
    assert_eq!(
        (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("GRAPHQL_VALIDATION_FAILED"))
    );
    socket.send(subscribe("a", r#"{echo(amount:"2.50")}"#)).await;
    assert_eq!(socket.receive().await["payload"]["data"]["echo"], "2.50");
}

#[tokio::test]
async fn a_completed_subscription_is_silent_and_its_id_is_free() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.send(subscribe("a", "subscription{ticks}")).await;
    assert_eq!(socket.receive().await["type"], "next");
    socket.send(json!({ "id": "a", "type": "complete" })).await;
    socket.send(subscribe("a", "{__typename}")).await;
    let typename = loop {
        let message = socket.receive().await;
        if message["payload"]["data"].get("ticks").is_none() {
            break message;
        }
    };
    assert_eq!(typename["payload"]["data"]["__typename"], "Query");
    assert_eq!(socket.receive().await, json!({ "id": "a", "type": "complete" }));
}

#[tokio::test]
async fn close_codes_follow_the_protocol() {
    let server = Server::start().await;
    let init = json!({ "type": "connection_init" });
    let forged = json!({ "type": "connection_init", "payload": { "authorization": "Bearer forged" } });
    let busy = json!({ "type": "connection_init", "payload": { "authorization": "Bearer busy" } });
    let endless = |id: &str| subscribe(id, "subscription{ticks}");
    let many: Vec<Value> = std::iter::once(init.clone()).chain((0..21).map(|i| endless(&i.to_string()))).collect();
    for (name, messages, expected) in [
        ("not a type", vec![json!({ "type": "hello" })], 4400),
        ("not an object", vec![json!([])], 4400),
        ("no query", vec![init.clone(), json!({ "id": "1", "type": "subscribe", "payload": {} })], 4400),
        ("no id", vec![init.clone(), json!({ "type": "subscribe", "payload": { "query": "{a}" } })], 4400),
        ("subscribe before init", vec![endless("1")], 4401),
        ("a forged token", vec![forged], 4403),
        ("a limited token", vec![busy], 4429),
        ("no init at all", vec![], 4408),
        ("the same id twice", vec![init.clone(), endless("1"), endless("1")], 4409),
        ("two inits", vec![init.clone(), init.clone()], 4429),
        ("too many operations", many, 4429),
    ] {
        let mut socket = Socket::open(&server).await;
        for message in messages {
            socket.send(message).await;
        }
        assert_eq!(socket.closed().await, expected, "{name}");
    }
    let mut socket = Socket::open(&server).await;
    socket.text("{").await;
    assert_eq!(socket.closed().await, 4400, "not JSON");
    let mut socket = Socket::ready(&server).await;
    socket.0.send(Message::binary(vec![1])).await.unwrap();
    assert_eq!(socket.closed().await, 4400, "binary");
    assert_eq!(Socket::open_with(&server, None).await.closed().await, 4406, "another protocol");
}

#[tokio::test]
async fn an_expired_token_closes_sockets_and_streams() {
    let server = Server::start().await;
    let mut socket = Socket::ready_as(&server, json!({ "authorization": "Bearer short" })).await;
    let stream = server
        .post(json!({ "query": "subscription{ticks}" }))
        .header("accept", "text/event-stream")
        .bearer_auth("short");
    let stream = stream.send().await.unwrap();
    server.clock.advance_to(Timestamp::from_micros(START + 60_000_000));
    assert_eq!(socket.closed().await, 4403);
    let text = tokio::time::timeout(Duration::from_secs(5), stream.text()).await.unwrap().unwrap();
    assert!(text.contains("event: complete"));
}

#[tokio::test]
async fn an_account_has_at_most_five_sockets() {
    let server = Server::start().await;
    let payload = json!({ "authorization": "Bearer one" });
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(Socket::ready_as(&server, payload.clone()).await);
    }
    let mut sixth = Socket::open(&server).await;
    sixth.send(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(sixth.closed().await, 4429);
}

#[tokio::test]
async fn a_stop_closes_sockets_with_1001_and_ends_streams() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.send(subscribe("a", "subscription{ticks}")).await;
    assert_eq!(socket.receive().await["type"], "next");
    let stream = server.post(json!({ "query": "subscription{ticks}" })).header("accept", "text/event-stream");
    let stream = stream.send().await.unwrap();
    server.stop.cancel();
    assert_eq!(socket.closed().await, 1001);
    let text = tokio::time::timeout(Duration::from_secs(5), stream.text()).await.unwrap().unwrap();
    assert!(text.contains("event: complete"));
}

#[tokio::test]
async fn a_long_message_closes_the_socket() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    let _ = socket.0.send(Message::text("x".repeat(128 * 1024 + 1))).await;
    assert_eq!(socket.closed().await, 4400);
}
