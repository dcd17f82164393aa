//! Server-sent events, the distinct connections mode of npm `graphql-sse`: each result is an event `next`, the end an event
//! `complete`. For clients behind proxies that know no WebSocket.

use super::{
    context::{Admission, RequestMeta},
    error::Answer,
    http::Transport,
    negotiate::Media,
    operation::Operation,
};
use crate::kernel::arrival::Arrival;
use crate::kernel::clock::{Clock, Timestamp};
use async_graphql::Executor;
use axum::{
    http::{HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{StreamExt, future, stream};
use std::{convert::Infallible, time::Duration};

/// Proxies close a silent connection, commonly after 60 s.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Answers with a stream. What validation refuses comes as `next` too, as the protocol asks.
pub fn respond<E: Executor>(
    transport: &Transport<E>,
    operation: Result<Operation, Answer>,
    admission: &Admission,
    meta: &RequestMeta,
    arrival: Arrival,
) -> Response {
    let answers = match operation {
        Ok(operation) => operation.stream(&transport.executor, admission, meta, arrival).boxed(),
        Err(answer) => stream::once(future::ready(answer)).boxed(),
    };
    let ended = {
        let (stop, clock, expires_at) = (transport.stop.clone(), transport.clock.clone(), admission.expires_at);
        async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = expired(&clock, expires_at) => {}
            }
        }
    };
    let next = answers.map(|answer| Event::default().event("next").data(answer.body.to_string()));
    // the empty data makes a browser's EventSource see the event
    let complete = stream::once(future::ready(Event::default().event("complete").data("")));
    let events = next.take_until(ended).chain(complete).map(Ok::<Event, Infallible>);
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, Media::EventStream.content_type());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Waits until the token's life is over; for ever when it has no end. Looks at the clock each second: it may be a test's.
pub async fn expired(clock: &Clock, expires_at: Option<Timestamp>) {
    let Some(expires_at) = expires_at else { return future::pending().await };
    while clock.now() < expires_at {
        let left = expires_at.since(clock.now()).to_std().unwrap_or_default();
        tokio::time::sleep(left.clamp(Duration::from_millis(10), Duration::from_secs(1))).await;
    }
}
