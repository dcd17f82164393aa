//! What a request carries besides its document: who asks, from where, in which language, when it was complete.

use crate::kernel::{
    clock::{Clock, Timestamp},
    error::Problem,
    message::Locale,
};
use async_graphql::{Context, Request};
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
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

/// The millisecond at which the complete request was read: decides the window of a bid and the new end (网拍规定 第20条
/// in the reading of the bidding instructions). Monotone within the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival(pub Timestamp);

/// Gives arrivals; never an earlier one after a later one, even when the machine's clock is set back.
pub struct ArrivalClock {
    clock: Clock,
    last_micros: AtomicI64,
}
impl ArrivalClock {
    pub fn new(clock: Clock) -> ArrivalClock {
        ArrivalClock { clock, last_micros: AtomicI64::new(i64::MIN) }
    }
    pub fn stamp(&self) -> Arrival {
        let now = self.clock.now().to_millisecond().micros();
        let before = self.last_micros.fetch_max(now, Ordering::SeqCst);
        Arrival(Timestamp::from_micros(before.max(now)))
    }
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
pub fn arrival(ctx: &Context<'_>) -> Result<Timestamp, Problem> {
    ctx.data_opt::<Arrival>().map(|arrival| arrival.0).ok_or_else(|| Problem::internal("no arrival in the request"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_are_whole_milliseconds_and_never_go_back() {
        let clock = Clock::manual(Timestamp::from_micros(1_772_000_000_123_999));
        let arrivals = ArrivalClock::new(clock.clone());
        assert_eq!(arrivals.stamp().0.micros(), 1_772_000_000_123_000);
        arrivals.last_micros.store(1_772_000_000_500_000, Ordering::SeqCst);
        assert_eq!(arrivals.stamp().0.micros(), 1_772_000_000_500_000);
        clock.advance_to(Timestamp::from_micros(1_772_000_001_000_001));
        assert_eq!(arrivals.stamp().0.micros(), 1_772_000_001_000_000);
    }
}
