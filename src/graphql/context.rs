//! What a request carries besides its document: who asks, from where, in which language, when it was complete.

use crate::kernel::{arrival::Arrival, clock::Timestamp, error::Problem, message::Locale};
use async_graphql::{Context, Request};
use std::{net::IpAddr, sync::Arc};
use uuid::Uuid;

/// Facts of the connection that hold for every operation on it.
#[derive(Clone, Debug)]
pub struct RequestMeta {
    /// Returned in `x-request-id`, written in each log line and in `extensions.requestId` of an internal error.
    pub request_id: Arc<str>,
    /// The client's address: for rate limits, never for a decision of law.
    pub peer: Option<IpAddr>,
    pub locale: Locale,
}

/// A request let in, with what its resolvers need.
#[derive(Clone)]
pub struct Admission {
    /// Puts the actor, the services and fresh loaders into one operation's request.
    pub attach: Arc<dyn Fn(Request) -> Request + Send + Sync>,
    /// End of the token's life: a socket or stream is closed then. None for the anonymous.
    pub expires_at: Option<Timestamp>,
    /// The account, for the number of its open sockets. None for the anonymous.
    pub principal: Option<Uuid>,
}

/// Decides who may speak to the graph at all. What he may do there is the policy's matter.
#[async_trait::async_trait]
pub trait Gate: Send + Sync + 'static {
    /// `bearer`: the token without its scheme; none for the anonymous, who may read what is public.
    ///
    /// # Errors
    /// `Unauthenticated` for a token that is not valid, `RateLimited`, or a fault of ours.
    async fn admit(&self, bearer: Option<&str>, meta: &RequestMeta) -> Result<Admission, Problem>;
}

/// The reader's language; Chinese when the schema is executed without a transport.
pub fn locale(ctx: &Context<'_>) -> Locale {
    ctx.data_opt::<RequestMeta>().map_or_else(Locale::default, |meta| meta.locale)
}

/// When the request that is being answered was complete.
///
/// # Errors
/// Internal when the schema is executed without a transport.
pub fn arrival<'a>(ctx: &Context<'a>) -> Result<&'a Arrival, Problem> {
    ctx.data_opt::<Arrival>().ok_or_else(|| Problem::internal("no arrival in the request"))
}
