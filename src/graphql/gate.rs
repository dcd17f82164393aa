//! Who is let in: the bearer token becomes the actor that every resolver asks for.

use super::{
    context::{Admission, Gate, RequestMeta},
    loader::loaders,
};
use crate::{
    access::{Actor, Services, authentication::authenticate},
    kernel::error::Problem,
};
use std::sync::Arc;

/// The gate of the running server.
pub struct TokenGate {
    services: Services,
    /// Whether somebody who is not signed in may ask for the schema; the published file is there for everybody.
    public_introspection: bool,
}
impl TokenGate {
    pub fn new(services: Services, public_introspection: bool) -> TokenGate {
        TokenGate { services, public_introspection }
    }
}

#[async_trait::async_trait]
impl Gate for TokenGate {
    async fn admit(&self, bearer: Option<&str>, _: &RequestMeta) -> Result<Admission, Problem> {
        let (actor, expires_at) = match bearer {
            None => (Actor::anonymous(), None),
            Some(token) => {
                let signed_in = authenticate(&self.services, token).await?;
                (signed_in.actor, Some(signed_in.expires_at))
            }
        };
        let principal = actor.account().map(|account| account.uuid());
        let services = self.services.clone();
        let introspection = self.public_introspection || principal.is_some();
        let attach = Arc::new(move |request: async_graphql::Request| {
            let request = request.data(loaders(services.clone(), actor.clone())).data(actor.clone());
            if introspection { request } else { request.disable_introspection() }
        });
        Ok(Admission { attach, expires_at, principal })
    }
}
