//! What a resolver asks of its request: who calls, with which services, what may be touched.

use crate::{
    access::{self, Act, Actor, Queue, Scope, Services, Together, UseCase, policy},
    kernel::error::{Outcome, Problem},
};
use async_graphql::Context;

pub fn services<'a>(ctx: &Context<'a>) -> Result<&'a Services, Problem> {
    ctx.data_opt::<Services>().ok_or_else(|| Problem::internal("no services in the request"))
}
pub fn actor<'a>(ctx: &Context<'a>) -> Result<&'a Actor, Problem> {
    ctx.data_opt::<Actor>().ok_or_else(|| Problem::internal("no actor in the request"))
}
/// What the caller may touch by `act`: the finder's scope.
pub fn scope(ctx: &Context<'_>, act: Act) -> Result<Scope, Problem> {
    policy::scope_for(actor(ctx)?, act)
}
/// Runs a mutation's input for the caller, as often as his rate allows.
pub async fn run<U: UseCase>(ctx: &Context<'_>, use_case: &U) -> Result<Outcome<U::Done>, Problem> {
    let (services, actor) = (services(ctx)?, actor(ctx)?);
    services.auth.limits().check_mutation(actor)?;
    access::run(services, actor, use_case).await
}
/// [`run`] for a use case that is decided together with others of its kind, when it meets some.
pub async fn run_together<U: Together>(ctx: &Context<'_>, use_case: U) -> Result<Outcome<U::Done>, Problem> {
    let (services, actor) = (services(ctx)?, actor(ctx)?);
    services.auth.limits().check_mutation(actor)?;
    let queue = ctx.data_opt::<Queue<U>>().ok_or_else(|| Problem::internal("no queue in the request"))?;
    queue.run(services, actor, use_case).await
}
