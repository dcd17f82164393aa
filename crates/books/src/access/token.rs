//! Access tokens: JWT signed with the ring's TOKEN key (EdDSA), 15 minutes long.
//!
//! The token library checks form, algorithm, signature, issuer and audience. The instants are checked here against the
//! injected clock, the library's own clock checks are off.

use crate::kernel::{
    clock::Timestamp,
    error::Problem,
    ids::{AccountId, SessionId},
    keys::{KeyPurpose, KeyRing},
    secret::{Secret, random_bytes},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long an access token serves; the refresh token brings the next one.
pub const ACCESS_TTL: TimeDelta = TimeDelta::minutes(15);
/// Longer texts are not looked at.
pub const MAX_LENGTH: usize = 8 * 1024;

/// Who issues and for whom, as `iss` and `aud` say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    pub issuer: String,
    pub audience: String,
}

/// What a token of ours says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// Account.
    sub: Uuid,
    /// Session.
    sid: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
}

/// A token whose signature and instants held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnToken {
    pub account: AccountId,
    pub session: SessionId,
    pub expires_at: Timestamp,
}

/// Signs a token. Whole seconds: the expiry is rounded down.
pub fn mint(
    keys: &KeyRing,
    audience: &Audience,
    (account, session): (AccountId, SessionId),
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<Secret<String>, Problem> {
    let claims = Claims {
        iss: audience.issuer.clone(),
        aud: audience.audience.clone(),
        sub: account.uuid(),
        sid: session.uuid(),
        iat: seconds(now),
        nbf: seconds(now),
        exp: seconds(expires_at),
        jti: hex::encode(random_bytes::<16>()?),
    };
    let key = keys.public_keys().iter().find(|key| key.purpose == KeyPurpose::Token && key.active);
    let kid = &key.ok_or_else(|| Problem::internal("no token key"))?.kid;
    let header = serde_json::json!({ "alg": "EdDSA", "typ": "JWT", "kid": kid });
    let [header, claims] =
        [serde_json::to_vec(&header)?, serde_json::to_vec(&claims)?].map(|p| URL_SAFE_NO_PAD.encode(p));
    let message = format!("{header}.{claims}");
    let signature = keys.sign(KeyPurpose::Token, message.as_bytes());
    Ok(Secret::new(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.bytes))))
}

/// Reads a token of ours; `None` for anything that is not one, for whatever reason.
pub fn verify(keys: &KeyRing, audience: &Audience, token: &str, now: Timestamp) -> Option<OwnToken> {
    if token.len() > MAX_LENGTH {
        return None;
    }
    let kid = decode_header(token).ok()?.kid?;
    let key = keys.public_key(KeyPurpose::Token, &kid)?;
    let key = DecodingKey::from_ed_components(&URL_SAFE_NO_PAD.encode(key.bytes)).ok()?;
    let claims = decode::<Claims>(token, &key, &validation(Algorithm::EdDSA, &audience.issuer, &audience.audience));
    let claims = claims.ok()?.claims;
    let expires_at = instant(claims.exp);
    (instant(claims.nbf) <= now && now < expires_at).then_some(OwnToken {
        account: AccountId::from_uuid(claims.sub),
        session: SessionId::from_uuid(claims.sid),
        expires_at,
    })
}

/// One algorithm, this issuer, this audience, all claims present; no clock of the library's own.
pub(super) fn validation(algorithm: Algorithm, issuer: &str, audience: &str) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.leeway = 0;
    validation
}
pub(super) fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(1_000_000))
}
fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn audience() -> Audience {
        Audience { issuer: "duixian".into(), audience: "duixian-api".into() }
    }
    fn now() -> Timestamp {
        Timestamp::parse("2026-03-02T09:00:00+08:00").unwrap()
    }
    fn ids() -> (AccountId, SessionId) {
        (AccountId::new(now()), SessionId::new(now()))
    }
    /// A token of the ring's own key with changed header and claims.
    fn forge(keys: &KeyRing, purpose: KeyPurpose, header: Value, change: impl FnOnce(&mut Value)) -> String {
        let (account, session) = ids();
        let at = seconds(now());
        let mut claims = json!({ "iss": "duixian", "aud": "duixian-api", "sub": account.uuid(), "sid": session.uuid(),
            "iat": at, "nbf": at, "exp": at + 900, "jti": "x" });
        change(&mut claims);
        let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(serde_json::to_vec(&part).unwrap())).join(".");
        let signature = keys.sign(purpose, message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.bytes))
    }
    fn header(keys: &KeyRing) -> Value {
        json!({ "alg": "EdDSA", "typ": "JWT", "kid": keys.sign(KeyPurpose::Token, b"").kid })
    }

    #[test]
    fn a_token_serves_from_now_until_its_end() {
        let keys = KeyRing::ephemeral().unwrap();
        let (account, session) = ids();
        let end = now().plus(ACCESS_TTL);
        let token = mint(&keys, &audience(), (account, session), now(), end).unwrap();
        let read = |at| verify(&keys, &audience(), token.expose(), at);
        assert_eq!(read(now()), Some(OwnToken { account, session, expires_at: end }));
        assert!(read(now().minus(TimeDelta::microseconds(1))).is_none());
        assert!(read(end.minus(TimeDelta::microseconds(1))).is_some());
        assert!(read(end).is_none());
    }

    #[test]
    fn forged_tokens_are_no_tokens() {
        let keys = KeyRing::ephemeral().unwrap();
        let read = |token: &str| verify(&keys, &audience(), token, now());
        let good = forge(&keys, KeyPurpose::Token, header(&keys), |_| {});
        assert!(read(&good).is_some());
        for (name, token) in [
            ("issuer", forge(&keys, KeyPurpose::Token, header(&keys), |c| c["iss"] = "other".into())),
            ("audience", forge(&keys, KeyPurpose::Token, header(&keys), |c| c["aud"] = "other".into())),
            ("expired", forge(&keys, KeyPurpose::Token, header(&keys), |c| c["exp"] = seconds(now()).into())),
            ("future", forge(&keys, KeyPurpose::Token, header(&keys), |c| c["nbf"] = (seconds(now()) + 1).into())),
            ("no end", forge(&keys, KeyPurpose::Token, header(&keys), |c| c["exp"] = Value::Null)),
            ("key of another purpose", forge(&keys, KeyPurpose::Receipt, header(&keys), |_| {})),
            (
                "unknown kid",
                forge(&keys, KeyPurpose::Token, json!({ "alg": "EdDSA", "kid": "0123456789abcdef" }), |_| {}),
            ),
            ("no kid", forge(&keys, KeyPurpose::Token, json!({ "alg": "EdDSA" }), |_| {})),
            ("none", forge(&keys, KeyPurpose::Token, json!({ "alg": "none", "kid": header(&keys)["kid"] }), |_| {})),
            ("HS256", forge(&keys, KeyPurpose::Token, json!({ "alg": "HS256", "kid": header(&keys)["kid"] }), |_| {})),
            ("RS256", forge(&keys, KeyPurpose::Token, json!({ "alg": "RS256", "kid": header(&keys)["kid"] }), |_| {})),
            ("long", format!("{}{}", "A".repeat(20_000), good)),
            ("cut", good[..good.len() - 2].to_owned()),
            ("two parts", good.rsplit_once('.').unwrap().0.to_owned()),
            ("empty", String::new()),
        ] {
            assert!(read(&token).is_none(), "{name}");
        }
    }

    #[test]
    fn tampered_claims_are_found() {
        let keys = KeyRing::ephemeral().unwrap();
        let good = forge(&keys, KeyPurpose::Token, header(&keys), |_| {});
        let other = forge(&keys, KeyPurpose::Token, header(&keys), |c| c["exp"] = (seconds(now()) + 9000).into());
        let parts: Vec<_> = good.split('.').collect();
        let claims = other.split('.').nth(1).unwrap();
        assert!(verify(&keys, &audience(), &[parts[0], claims, parts[2]].join("."), now()).is_none());
    }
}
