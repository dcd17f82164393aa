//! Tokens of outside issuers (统一身份认证): EdDSA, ES256 and RS256 by the issuer's JSON Web Key Set, from a file or a
//! URL. A subject of an issuer means an account only when the account names it.

use super::token::{MAX_LENGTH, instant, validation};
use crate::kernel::{clock::Timestamp, error::Problem};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{
    Algorithm, DecodingKey, dangerous, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm},
};
use serde::Deserialize;
use std::{path::PathBuf, time::Duration};
use tokio::sync::RwLock;

/// An unknown key id makes the set be read again, but no oftener than this: a flood of forged ids must not reach the
/// issuer.
const REREAD_AFTER: TimeDelta = TimeDelta::seconds(60);
/// How far an issuer's clock may be ahead of ours.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
const MAX_SET_BYTES: usize = 256 * 1024;

/// An outside issuer as configured.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// `iss` of its tokens.
    pub issuer: String,
    /// `aud` of the tokens that are meant for us.
    pub audience: String,
    pub jwks: JwksSource,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum JwksSource {
    File(PathBuf),
    /// https, or http to this machine.
    Url(String),
}

/// A token of an outside issuer whose signature and instants held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideToken {
    pub issuer: String,
    pub subject: String,
    pub expires_at: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    exp: i64,
    nbf: Option<i64>,
}

/// The outside issuers of an installation; usually none or one.
pub struct Issuers {
    list: Vec<Issuer>,
    http: reqwest::Client,
}
struct Issuer {
    settings: IssuerSettings,
    keys: RwLock<Keys>,
}
#[derive(Default)]
struct Keys {
    set: Vec<Jwk>,
    read_at: Option<Timestamp>,
}

impl Issuers {
    pub fn try_new(settings: Vec<IssuerSettings>) -> Result<Issuers, Problem> {
        for one in &settings {
            if matches!(&one.jwks, JwksSource::Url(url) if !is_trustworthy(url)) {
                return Err(Problem::internal(format!("the key set of {} must come over https", one.issuer)));
            }
        }
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(Problem::internal)?;
        let list = settings.into_iter().map(|settings| Issuer { settings, keys: RwLock::default() }).collect();
        Ok(Issuers { list, http })
    }

    /// `None` for anything that is not a valid token of a known issuer.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Option<OutsideToken> {
        if self.list.is_empty() || token.len() > MAX_LENGTH {
            return None;
        }
        // read before it is verified, only to choose whose keys verify it
        let claimed: Claims = dangerous::insecure_decode_claims(token).ok()?;
        let issuer = self.list.iter().find(|issuer| issuer.settings.issuer == claimed.iss)?;
        let header = decode_header(token).ok()?;
        let jwk = issuer.key(&self.http, header.kid.as_deref()?, now).await?;
        let key = usable(&jwk, header.alg)?;
        let validation = validation(header.alg, &issuer.settings.issuer, &issuer.settings.audience);
        let claims = decode::<Claims>(token, &key, &validation).ok()?.claims;
        let begun = claims.nbf.is_none_or(|nbf| instant(nbf) <= now.plus(LEEWAY));
        let expires_at = instant(claims.exp);
        (begun && now < expires_at).then_some(OutsideToken { issuer: claims.iss, subject: claims.sub, expires_at })
    }
}

impl Issuer {
    async fn key(&self, http: &reqwest::Client, kid: &str, now: Timestamp) -> Option<Jwk> {
        let find = |keys: &Keys| keys.set.iter().find(|jwk| jwk.common.key_id.as_deref() == Some(kid)).cloned();
        if let Some(jwk) = find(&*self.keys.read().await) {
            return Some(jwk);
        }
        let mut keys = self.keys.write().await;
        if keys.read_at.is_none_or(|at| now >= at.plus(REREAD_AFTER)) {
            keys.read_at = Some(now);
            match read(http, &self.settings.jwks).await {
                Ok(set) => keys.set = set,
                Err(error) => tracing::warn!(issuer = self.settings.issuer, %error, "key set cannot be read"),
            }
        }
        find(&keys)
    }
}

/// https, or http to this very machine.
fn is_trustworthy(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && local)
}

async fn read(http: &reqwest::Client, source: &JwksSource) -> Result<Vec<Jwk>, String> {
    let bytes = match source {
        JwksSource::File(path) => tokio::fs::read(path).await.map_err(|e| e.to_string())?,
        JwksSource::Url(url) => {
            let mut answer =
                http.get(url).send().await.and_then(|a| a.error_for_status()).map_err(|e| e.to_string())?;
            let mut bytes = Vec::new();
            while let Some(chunk) = answer.chunk().await.map_err(|e| e.to_string())? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > MAX_SET_BYTES {
                    return Err("the key set is too large".to_owned());
                }
            }
            bytes
        }
    };
    serde_json::from_slice::<JwkSet>(&bytes).map(|set| set.keys).map_err(|e| e.to_string())
}

/// The key for this algorithm, when the set says so and the key is strong enough.
fn usable(jwk: &Jwk, algorithm: Algorithm) -> Option<DecodingKey> {
    let stated = match algorithm {
        Algorithm::EdDSA => KeyAlgorithm::EdDSA,
        Algorithm::ES256 => KeyAlgorithm::ES256,
        Algorithm::RS256 => KeyAlgorithm::RS256,
        _ => return None,
    };
    if jwk.common.key_algorithm.is_some_and(|own| own != stated) {
        return None;
    }
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_or(0, |b| b.len());
    let fits = match (&jwk.algorithm, algorithm) {
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => {
            key.curve == EllipticCurve::Ed25519 && bytes(&key.x) == 32
        }
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => {
            key.curve == EllipticCurve::P256 && bytes(&key.x) == 32 && bytes(&key.y) == 32
        }
        // 2048 bits at least
        (AlgorithmParameters::RSA(key), Algorithm::RS256) => bytes(&key.n) >= 256 && bytes(&key.e) > 0,
        _ => false,
    };
    fits.then(|| DecodingKey::from_jwk(jwk).ok()).flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
