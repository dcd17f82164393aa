//! One operation from its parameters to its answer: the part that HTTP, WebSocket and SSE share.

use super::{
    context::{Admission, RequestMeta},
    error::Answer,
    guard,
};
use crate::kernel::{arrival::Arrival, error::Problem};
use async_graphql::{Executor, Request, Variables, parser::types::OperationType};
use futures_util::{FutureExt, Stream, StreamExt, stream};
use serde_json::{Map, Value as Json};
use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

/// Longest time of a query or mutation. A single statement may take longer by the database's own limit: whoever gave up
/// asks again with the same key.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The members of a GraphQL request, each of the type that the specification asks for.
#[derive(Debug)]
pub struct Parameters {
    query: String,
    operation_name: Option<String>,
    variables: Json,
}
impl Parameters {
    /// # Errors
    /// The text of a BAD_REQUEST.
    pub fn from_json(request: Json) -> Result<Parameters, String> {
        let Json::Object(mut members) = request else { return Err("A GraphQL request is a JSON object.".into()) };
        let query = match members.remove("query") {
            Some(Json::String(query)) => query,
            Some(_) => return Err("`query` must be a string.".into()),
            None => return Err("`query` is missing.".into()),
        };
        let operation_name = match members.remove("operationName") {
            None | Some(Json::Null) => None,
            Some(Json::String(name)) => Some(name),
            Some(_) => return Err("`operationName` must be a string.".into()),
        };
        let variables = object(&mut members, "variables")?;
        object(&mut members, "extensions")?;
        Ok(Parameters { query, operation_name, variables })
    }
}
fn object(members: &mut Map<String, Json>, name: &str) -> Result<Json, String> {
    match members.remove(name) {
        None | Some(Json::Null) => Ok(Json::Object(Map::new())),
        Some(object @ Json::Object(_)) => Ok(object),
        Some(_) => Err(format!("`{name}` must be an object.")),
    }
}

/// An operation that passed the guard and can be executed.
pub struct Operation {
    request: Request,
    kind: OperationType,
    once_only: u64,
    bids: bool,
}
impl Operation {
    pub fn prepare(parameters: Parameters) -> Result<Operation, Answer> {
        let Parameters { query, operation_name, variables } = parameters;
        let inspected = guard::inspect_known(&query).map_err(Answer::from_guard)?;
        let Some(kind) = guard::operation(&inspected.document, operation_name.as_deref()).map(|o| o.ty) else {
            let message = "The document has no operation of this name, or several and `operationName` is missing.";
            return Err(Answer::refused("GRAPHQL_VALIDATION_FAILED", message));
        };
        let mut request = Request::new(query).variables(Variables::from_json(variables));
        request.operation_name = operation_name;
        request.set_parsed_query(inspected.document.clone());
        Ok(Operation { request, kind, once_only: inspected.once_only, bids: inspected.bids })
    }
    pub fn kind(&self) -> OperationType {
        self.kind
    }
    /// How often it signs in, bids, votes or pays.
    pub fn once_only(&self) -> u64 {
        self.once_only
    }
    /// Whether it places a bid: a closing waits for its answer.
    pub fn bids(&self) -> bool {
        self.bids
    }
    fn attach(self, admission: &Admission, meta: &RequestMeta, arrival: Arrival) -> Request {
        (admission.attach)(self.request.data(meta.clone()).data(arrival))
    }

    /// Runs a query or mutation to its end, within [`TIME_LIMIT`].
    pub async fn execute<E: Executor>(
        self,
        executor: &E,
        admission: &Admission,
        meta: &RequestMeta,
        arrival: Arrival,
    ) -> Answer {
        let (kind, begin) = (self.kind, Instant::now());
        let work = executor.execute(self.attach(admission, meta, arrival));
        let answer = match tokio::time::timeout(TIME_LIMIT, AssertUnwindSafe(work).catch_unwind()).await {
            Ok(Ok(response)) => Answer::from_response(response, meta),
            Ok(Err(_)) => Answer::broken_off(Problem::internal("a resolver panicked"), meta),
            Err(_) => Answer::broken_off(Problem::Timeout, meta),
        };
        record(kind, begin);
        answer
    }

    /// Runs any operation as a stream of answers; a query or mutation gives one. Ends after a panic.
    pub fn stream<E: Executor>(
        self,
        executor: &E,
        admission: &Admission,
        meta: &RequestMeta,
        arrival: Arrival,
    ) -> impl Stream<Item = Answer> + Send + use<E> {
        let (kind, meta, begin) = (self.kind, meta.clone(), Instant::now());
        let answers = executor.execute_stream(self.attach(admission, &meta, arrival), None);
        stream::unfold(Some((answers, meta)), move |state| async move {
            let (mut answers, meta) = state?;
            let next = AssertUnwindSafe(answers.next()).catch_unwind();
            let next = match kind {
                OperationType::Subscription => Ok(next.await),
                _ => tokio::time::timeout(TIME_LIMIT, next).await,
            };
            match next {
                Ok(Ok(Some(response))) => {
                    record(kind, begin);
                    Some((Answer::from_response(response, &meta), Some((answers, meta))))
                }
                Ok(Ok(None)) => None,
                Ok(Err(_)) => Some((Answer::broken_off(Problem::internal("a resolver panicked"), &meta), None)),
                Err(_) => Some((Answer::broken_off(Problem::Timeout, &meta), None)),
            }
        })
    }
}

/// Time until the answer by kind of operation. Events of a subscription have no duration and are only counted.
fn record(kind: OperationType, begin: Instant) {
    let label = match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    };
    if kind == OperationType::Subscription {
        metrics::counter!("duixian_subscription_events_total").increment(1);
    } else {
        metrics::histogram!("duixian_graphql_operation_seconds", "kind" => label).record(begin.elapsed());
    }
}
