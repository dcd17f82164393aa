//! Subscriptions over WebSocket: the protocol `graphql-transport-ws` of npm `graphql-ws`, with its close codes.
//!
//! One task owns a socket. Operations are tasks of their own that answer through one bounded queue, so that a client that
//! reads slowly slows its own operations and is closed when it stops reading.

use super::{
    context::{Admission, RequestMeta},
    error::Answer,
    http::Transport,
    operation::{Operation, Parameters},
    sse::expired,
};
use crate::kernel::error::Problem;
use async_graphql::Executor;
use axum::{
    extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::mpsc,
    task::AbortHandle,
    time::{Instant, interval, sleep, timeout},
};
use tracing::Instrument;
use uuid::Uuid;

const PROTOCOL: &str = "graphql-transport-ws";
const MESSAGE_LIMIT: usize = 128 * 1024;
const MAX_OPERATIONS: usize = 20;
const MAX_SOCKETS_PER_ACCOUNT: u32 = 5;
const INIT_LIMIT: Duration = Duration::from_secs(3);
/// The server pings, asks the gate again whether the token still holds, and gives a silent client up after three.
const PING_EVERY: Duration = Duration::from_secs(20);
const SILENCE_LIMIT: Duration = Duration::from_secs(65);
/// Answers waiting for the client; a full queue makes the operations wait.
const QUEUE: usize = 64;
/// A client that takes no byte for so long is closed.
const SEND_LIMIT: Duration = Duration::from_secs(5);

/// Why a socket is closed, with the code that the protocol gives it.
#[derive(Debug)]
enum Closing {
    Code(u16, &'static str),
    /// The client has gone, or takes no more bytes.
    Gone,
}
const BAD_MESSAGE: Closing = Closing::Code(4400, "Invalid message received");
const UNAUTHORIZED: Closing = Closing::Code(4401, "Unauthorized");
const FORBIDDEN: Closing = Closing::Code(4403, "Forbidden");
const BAD_PROTOCOL: Closing = Closing::Code(4406, "Subprotocol not acceptable");
const INIT_TIMEOUT: Closing = Closing::Code(4408, "Connection initialisation timeout");
const SUBSCRIBER_EXISTS: Closing = Closing::Code(4409, "Subscriber already exists");
const TOO_MANY_INITS: Closing = Closing::Code(4429, "Too many initialisation requests");
const TOO_MANY: Closing = Closing::Code(4429, "Too many requests");
const STOPPING: Closing = Closing::Code(close_code::AWAY, "The server is stopping");
const FAULT: Closing = Closing::Code(close_code::ERROR, "Internal server error");

/// Open sockets by account.
#[derive(Default)]
pub struct Sockets(Mutex<HashMap<Uuid, u32>>);
impl Sockets {
    fn open(self: &Arc<Self>, account: Option<Uuid>) -> Option<OpenSocket> {
        if let Some(account) = account {
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(account).or_default();
            if *count >= MAX_SOCKETS_PER_ACCOUNT {
                return None;
            }
            *count += 1;
        }
        Some(OpenSocket { sockets: self.clone(), account })
    }
}
/// Counts one socket of an account as long as it lives.
struct OpenSocket {
    sockets: Arc<Sockets>,
    account: Option<Uuid>,
}
impl Drop for OpenSocket {
    fn drop(&mut self) {
        let Some(account) = self.account else { return };
        let mut counts = self.sockets.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&account) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&account);
            }
        }
    }
}

/// Takes a socket over. A browser may open one from this server's own pages or from an allowed origin.
pub fn accept<E: Executor>(
    t: Transport<E>,
    upgrade: WebSocketUpgrade,
    headers: &HeaderMap,
    meta: RequestMeta,
) -> Response {
    if !origin_allowed(headers, &t.settings.allowed_origins) {
        return (StatusCode::FORBIDDEN, "origin not allowed").into_response();
    }
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|v| v.to_str().ok());
    let spoken = offered.flat_map(|v| v.split(',')).any(|p| p.trim() == PROTOCOL);
    let span = tracing::info_span!("socket", request_id = %meta.request_id);
    upgrade.protocols([PROTOCOL]).max_message_size(MESSAGE_LIMIT).max_frame_size(MESSAGE_LIMIT).on_upgrade(
        move |socket| {
            let tasks = t.tasks.clone();
            tasks.track_future(
                async move {
                    let (sink, messages) = socket.split();
                    let mut connection = Connection::new(t, sink, meta);
                    let closing = if spoken { connection.serve(messages).await } else { BAD_PROTOCOL };
                    connection.close(closing).await;
                }
                .instrument(span),
            )
        },
    )
}
fn origin_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return true }; // not a browser
    let own = origin.split_once("://").is_some_and(|(_, host)| Some(host) == text(header::HOST));
    own || allowed.iter().any(|a| a == origin)
}

/// What an operation's task hands to the socket's.
enum Output {
    Next(Json),
    /// The operation was refused before it ran.
    Error(Json),
    Complete,
}
struct Running {
    /// Tells the outputs of an operation from those of an earlier one with the same id.
    number: u64,
    task: AbortHandle,
}
struct Connection<E> {
    transport: Transport<E>,
    sink: SplitSink<WebSocket, Message>,
    meta: RequestMeta,
    /// Token and admission, once `connection_init` was accepted.
    admitted: Option<(Option<String>, Admission)>,
    counted: Option<OpenSocket>,
    operations: HashMap<String, Running>,
    numbers: u64,
    outputs: (mpsc::Sender<Numbered>, mpsc::Receiver<Numbered>),
}
/// An answer of the operation with this id and number.
type Numbered = (String, u64, Output);
impl<E: Executor> Connection<E> {
    fn new(transport: Transport<E>, sink: SplitSink<WebSocket, Message>, meta: RequestMeta) -> Connection<E> {
        let outputs = mpsc::channel(QUEUE);
        let operations = HashMap::new();
        Connection { transport, sink, meta, admitted: None, counted: None, operations, numbers: 0, outputs }
    }

    /// Runs until there is a reason to close.
    async fn serve(&mut self, mut messages: futures_util::stream::SplitStream<WebSocket>) -> Closing {
        let init_limit = sleep(INIT_LIMIT);
        tokio::pin!(init_limit);
        let mut ping = interval(PING_EVERY);
        ping.tick().await; // the first comes at once
        let mut heard = Instant::now();
        loop {
            let (clock, expires_at) =
                (self.transport.clock.clone(), self.admitted.as_ref().and_then(|(_, a)| a.expires_at));
            let step = tokio::select! {
                () = self.transport.stop.cancelled() => Err(STOPPING),
                () = &mut init_limit, if self.admitted.is_none() => Err(INIT_TIMEOUT),
                () = expired(&clock, expires_at) => Err(FORBIDDEN),
                _ = ping.tick() => {
                    if heard.elapsed() > SILENCE_LIMIT { Err(Closing::Gone) } else { self.still_admitted().await }
                }
                Some((id, number, output)) = self.outputs.1.recv() => self.forward(id, number, output).await,
                message = messages.next() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => self.receive(&text).await,
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                        Some(Ok(Message::Close(_))) | None => Err(Closing::Gone),
                        Some(Ok(Message::Binary(_)) | Err(_)) => Err(BAD_MESSAGE),
                    }
                }
            };
            if let Err(closing) = step {
                return closing;
            }
        }
    }

    async fn receive(&mut self, text: &str) -> Result<(), Closing> {
        let Ok(Json::Object(mut message)) = serde_json::from_str(text) else { return Err(BAD_MESSAGE) };
        let id = message.get("id").and_then(Json::as_str).map(str::to_owned);
        let payload = message.remove("payload").unwrap_or(Json::Null);
        match (message.get("type").and_then(Json::as_str), id) {
            (Some("connection_init"), _) => self.init(&payload).await,
            (Some("ping"), _) => self.send(json!({ "type": "pong" })).await,
            (Some("pong"), _) => Ok(()),
            (Some("subscribe"), Some(id)) if !id.is_empty() => self.subscribe(id, payload),
            (Some("complete"), Some(id)) => {
                if let Some(running) = self.operations.remove(&id) {
                    running.task.abort();
                }
                Ok(())
            }
            _ => Err(BAD_MESSAGE),
        }
    }

    /// The token comes in the payload: `{ "authorization": "Bearer …" }`.
    async fn init(&mut self, payload: &Json) -> Result<(), Closing> {
        if self.admitted.is_some() {
            return Err(TOO_MANY_INITS);
        }
        let header = ["authorization", "Authorization"].iter().find_map(|name| payload.get(name));
        let token = match header {
            None | Some(Json::Null) => None,
            Some(Json::String(text)) => {
                let (scheme, token) = text.split_once(' ').ok_or(FORBIDDEN)?;
                Some(Some(token.trim().to_owned()).filter(|_| scheme.eq_ignore_ascii_case("bearer")).ok_or(FORBIDDEN)?)
            }
            Some(_) => return Err(FORBIDDEN),
        };
        let admission = self.admit(token.as_deref()).await?;
        self.counted = Some(self.transport.sockets.open(admission.principal).ok_or(TOO_MANY)?);
        self.admitted = Some((token, admission));
        self.send(json!({ "type": "connection_ack" })).await
    }
    async fn admit(&self, token: Option<&str>) -> Result<Admission, Closing> {
        self.transport.gate.admit(token, &self.meta).await.map_err(|problem| match problem {
            Problem::RateLimited { .. } => TOO_MANY,
            Problem::Unauthenticated | Problem::Forbidden => FORBIDDEN,
            fault => {
                tracing::error!(?fault, "a socket could not be admitted");
                FAULT
            }
        })
    }
    /// A revoked session or a lost role ends the socket at the next ping.
    async fn still_admitted(&mut self) -> Result<(), Closing> {
        if let Some((token, _)) = &self.admitted {
            let token = token.clone();
            let admission = self.admit(token.as_deref()).await?;
            self.admitted = Some((token, admission));
        }
        self.send(json!({ "type": "ping" })).await
    }

    fn subscribe(&mut self, id: String, payload: Json) -> Result<(), Closing> {
        let Some((_, admission)) = &self.admitted else { return Err(UNAUTHORIZED) };
        if self.operations.contains_key(&id) {
            return Err(SUBSCRIBER_EXISTS);
        }
        if self.operations.len() >= MAX_OPERATIONS {
            return Err(TOO_MANY);
        }
        let parameters = Parameters::from_json(payload).map_err(|_| BAD_MESSAGE)?;
        self.numbers += 1;
        let (number, key, queue) = (self.numbers, id.clone(), self.outputs.0.clone());
        let (executor, admission, meta) = (self.transport.executor.clone(), admission.clone(), self.meta.clone());
        let mut arrival = self.transport.arrivals.stamp();
        let work = async move {
            let output = |output| queue.send((key.clone(), number, output));
            let prepared = Operation::prepare(parameters);
            if !prepared.as_ref().is_ok_and(Operation::bids) {
                arrival.land();
            }
            let mut answers = match prepared {
                Ok(operation) => Box::pin(operation.stream(&executor, &admission, &meta, arrival)),
                Err(refused) => {
                    let _ = output(Output::Error(refused.errors().clone())).await;
                    return;
                }
            };
            while let Some(answer) = answers.next().await {
                let refused = !answer.executed;
                if output(next(answer)).await.is_err() || refused {
                    return;
                }
            }
            let _ = output(Output::Complete).await;
        };
        let task = tokio::spawn(work.in_current_span()).abort_handle();
        self.operations.insert(id, Running { number, task });
        Ok(())
    }

    async fn forward(&mut self, id: String, number: u64, output: Output) -> Result<(), Closing> {
        // the client may have completed the operation while its answer was waiting
        if self.operations.get(&id).is_none_or(|running| running.number != number) {
            return Ok(());
        }
        let message = match output {
            Output::Next(payload) => json!({ "id": id, "type": "next", "payload": payload }),
            Output::Error(payload) => {
                self.operations.remove(&id);
                json!({ "id": id, "type": "error", "payload": payload })
            }
            Output::Complete => {
                self.operations.remove(&id);
                json!({ "id": id, "type": "complete" })
            }
        };
        self.send(message).await
    }

    async fn send(&mut self, message: Json) -> Result<(), Closing> {
        match timeout(SEND_LIMIT, self.sink.send(Message::text(message.to_string()))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Closing::Gone),
        }
    }

    async fn close(mut self, closing: Closing) {
        for (_, running) in self.operations.drain() {
            running.task.abort();
        }
        if let Closing::Code(code, reason) = closing {
            metrics::counter!("duixian_websocket_closed_total", "code" => code.to_string()).increment(1);
            let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            let _ = timeout(Duration::from_secs(1), self.sink.send(frame)).await;
        }
        let _ = timeout(Duration::from_secs(1), self.sink.close()).await;
    }
}
fn next(answer: Answer) -> Output {
    match answer.executed {
        true => Output::Next(answer.body),
        false => Output::Error(answer.errors().clone()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_five_sockets_and_gets_one_back() {
        let (sockets, account) = (Arc::<Sockets>::default(), Some(Uuid::from_u128(1)));
        let mut open: Vec<_> = (0..MAX_SOCKETS_PER_ACCOUNT).map(|_| sockets.open(account).unwrap()).collect();
        assert!(sockets.open(account).is_none());
        assert!(sockets.open(Some(Uuid::from_u128(2))).is_some() && sockets.open(None).is_some());
        open.pop();
        assert!(sockets.open(account).is_some());
        drop(open);
        assert!(sockets.0.lock().unwrap().is_empty());
    }

    #[test]
    fn foreign_pages_may_not_open_sockets() {
        let headers = |origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "localhost:8080".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            headers
        };
        let allowed = ["https://paimai.example.cn".to_owned()];
        for (origin, expected) in [
            (None, true),
            (Some("http://localhost:8080"), true),
            (Some("https://paimai.example.cn"), true),
            (Some("https://paimai.example.cn.evil.cn"), false),
            (Some("http://localhost:8081"), false),
            (Some("null"), false),
        ] {
            assert_eq!(origin_allowed(&headers(origin), &allowed), expected, "{origin:?}");
        }
    }
}
