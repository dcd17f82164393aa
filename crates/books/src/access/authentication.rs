//! From the bearer token to the actor. What an actor may do is the policy's matter.
//!
//! A verified token is remembered by its hash until it expires, an actor with his roles for a few seconds. Revocations
//! and changes of roles empty the second memory at once in the process that makes them; other processes follow within
//! [`ACTOR_TTL`].

use super::{
    account::{self, AccountKind, AccountStatus},
    actor::{Actor, Grant, Identity},
    grant,
    issuer::{IssuerSettings, Issuers},
    policy::Role,
    ratelimit::{RateLimits, RateSettings},
    services::Services,
    session,
    token::{self, Audience},
};
use crate::kernel::{
    clock::Timestamp,
    error::{Outcome, Problem},
    ids::{AccountId, SessionId},
    keys::KeyRing,
    secret::Secret,
};
use chrono::TimeDelta;
use moka::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};

/// Longest time for which a revoked session still serves in another process.
const ACTOR_TTL: Duration = Duration::from_secs(5);
const TOKEN_TTL: Duration = Duration::from_secs(15 * 60);
const REMEMBERED: u64 = 50_000;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessSettings {
    /// `iss` of our own tokens.
    pub issuer: String,
    /// `aud` of our own tokens.
    pub audience: String,
    /// Issuers whose tokens are taken as well.
    pub outside_issuers: Vec<IssuerSettings>,
    pub rates: RateSettings,
}
impl Default for AccessSettings {
    fn default() -> AccessSettings {
        AccessSettings {
            issuer: "duixian".to_owned(),
            audience: "duixian-api".to_owned(),
            outside_issuers: Vec::new(),
            rates: RateSettings::default(),
        }
    }
}

/// What a process remembers of tokens, actors and rates; cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);
struct Inner {
    audience: Audience,
    issuers: Issuers,
    limits: RateLimits,
    tokens: Cache<[u8; 32], Verified>,
    actors: Cache<Holder, Arc<Loaded>>,
}
/// For whom a token speaks: a session of ours, or an account by an outside issuer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Holder {
    Session(AccountId, SessionId),
    Account(AccountId),
}
#[derive(Clone, Copy)]
struct Verified {
    holder: Holder,
    expires_at: Timestamp,
}
struct Loaded {
    actor: Actor,
    /// End of the session.
    serves_until: Option<Timestamp>,
}

/// Somebody who has proved who he is.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub actor: Actor,
    /// End of the token's life.
    pub expires_at: Timestamp,
}

impl Auth {
    pub fn try_new(settings: AccessSettings) -> Result<Auth, Problem> {
        Ok(Auth(Arc::new(Inner {
            audience: Audience { issuer: settings.issuer, audience: settings.audience },
            issuers: Issuers::try_new(settings.outside_issuers)?,
            limits: RateLimits::new(settings.rates),
            tokens: Cache::builder().max_capacity(REMEMBERED).time_to_live(TOKEN_TTL).build(),
            actors: Cache::builder().max_capacity(REMEMBERED).time_to_live(ACTOR_TTL).build(),
        })))
    }
    pub fn limits(&self) -> &RateLimits {
        &self.0.limits
    }
    /// Reads roles and sessions anew from here on: after a revocation or a change of roles. Rare, so it spares nothing.
    pub fn forget_actors(&self) {
        self.0.actors.invalidate_all();
    }
    pub(super) fn mint(
        &self,
        keys: &KeyRing,
        account: AccountId,
        session: SessionId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Secret<String>, Problem> {
        token::mint(keys, &self.0.audience, (account, session), now, expires_at)
    }

    async fn verify(&self, services: &Services, bearer: &str, now: Timestamp) -> Result<Verified, Problem> {
        if bearer.len() > token::MAX_LENGTH {
            return Err(Problem::Unauthenticated);
        }
        let hash: [u8; 32] = Sha256::digest(bearer.as_bytes()).into();
        if let Some(known) = self.0.tokens.get(&hash) {
            return Ok(known);
        }
        let verified = match token::verify(&services.keys, &self.0.audience, bearer, now) {
            Some(own) => Verified { holder: Holder::Session(own.account, own.session), expires_at: own.expires_at },
            None => self.verify_outside(services, bearer, now).await?,
        };
        self.0.tokens.insert(hash, verified);
        Ok(verified)
    }
    async fn verify_outside(&self, services: &Services, bearer: &str, now: Timestamp) -> Result<Verified, Problem> {
        let token = self.0.issuers.verify(bearer, now).await.ok_or(Problem::Unauthenticated)?;
        let account = account::load_by_subject(&services.db.reader(), &token.issuer, &token.subject).await?;
        let account = account.ok_or(Problem::Unauthenticated)?;
        Ok(Verified { holder: Holder::Account(account), expires_at: token.expires_at })
    }

    async fn actor(&self, services: &Services, holder: Holder, now: Timestamp) -> Result<Arc<Loaded>, Problem> {
        if let Some(known) = self.0.actors.get(&holder) {
            return Ok(known);
        }
        let loaded = Arc::new(load_actor(services, holder, now).await?);
        self.0.actors.insert(holder, loaded.clone());
        Ok(loaded)
    }
}

/// The actor that a bearer token speaks for.
///
/// # Errors
/// `Unauthenticated` for a token that is not valid, expired, revoked, or of a closed account.
pub async fn authenticate(services: &Services, bearer: &str) -> Result<SignedIn, Problem> {
    let now = services.clock.now();
    let verified = services.auth.verify(services, bearer, now).await?;
    if now >= verified.expires_at {
        return Err(Problem::Unauthenticated);
    }
    let loaded = services.auth.actor(services, verified.holder, now).await?;
    if loaded.serves_until.is_some_and(|end| now >= end) {
        return Err(Problem::Unauthenticated);
    }
    Ok(SignedIn { actor: loaded.actor.clone(), expires_at: verified.expires_at })
}

async fn load_actor(services: &Services, holder: Holder, now: Timestamp) -> Result<Loaded, Problem> {
    let reader = services.db.reader();
    let (account, session) = match holder {
        Holder::Account(account) => (account, None),
        Holder::Session(account, id) => {
            let session = session::load(&reader, id).await?.filter(|s| s.account_id == account && s.is_open(now));
            (account, Some(session.ok_or(Problem::Unauthenticated)?))
        }
    };
    let account = account::load(&reader, account).await?.ok_or(Problem::Unauthenticated)?;
    let verified = match account.status {
        AccountStatus::Closed => return Err(Problem::Unauthenticated),
        AccountStatus::Pending => false,
        AccountStatus::Active => true,
    };
    let grants = match account.kind {
        AccountKind::Staff => grant::load_active(&reader, account.id).await?,
        // may look for lots and fill in forms; what needs a verified person refuses by its own rule
        AccountKind::Bidder => vec![Grant { role: Role::Bidder, court: None }],
        // anybody may type a party's citizen id: its cases are seen by a verified account only
        AccountKind::Party if verified => vec![Grant { role: Role::Party, court: None }],
        AccountKind::Party => Vec::new(),
    };
    let identity = Identity::Account { id: account.id, verified };
    let actor = Actor { identity, grants, session: session.as_ref().map(|s| s.id) };
    Ok(Loaded { actor, serves_until: session.map(|s| s.expires_at) })
}

/// `duixian token`, and the tokens that the demo prints: a session of its own and an access token as long as `ttl`.
/// The command refuses outside of the demo.
pub async fn issue_demo_token(
    services: &Services,
    account: AccountId,
    ttl: TimeDelta,
) -> Result<Secret<String>, Problem> {
    let reader = services.db.reader();
    let found = account::load(&reader, account).await?.ok_or(Problem::NotFound)?;
    let started = session::start(services, &Actor::operator(), account, found.password_hash, ttl).await?;
    match started {
        Outcome::Done { value, .. } => {
            let now = services.clock.now();
            let session = value.session;
            services.auth.mint(&services.keys, account, session, now, now.plus(ttl))
        }
        Outcome::Refused(refusal) => Err(Problem::internal(format!("no demo token: {refusal:?}"))),
    }
}
