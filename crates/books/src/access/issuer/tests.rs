//! The key pairs beside this file were made for these tests and open nothing.

use super::*;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::path::Path;

const ED_SEED: &str = "MC4CAQAwBQYDK2VwBCIEIM9rslGbovna2at0XaYTWsUtAJ3ICOhLOt9GIG86CeWx";

fn key(algorithm: Algorithm) -> EncodingKey {
    match algorithm {
        Algorithm::ES256 => EncodingKey::from_ec_pem(include_bytes!("ec.pem")).unwrap(),
        Algorithm::RS256 => EncodingKey::from_rsa_pem(include_bytes!("rsa.pem")).unwrap(),
        _ => {
            use base64::engine::general_purpose::STANDARD;
            EncodingKey::from_ed_der(&STANDARD.decode(ED_SEED).unwrap())
        }
    }
}
fn jwk(kid: &str, algorithm: Algorithm) -> Value {
    let mut jwk = Jwk::from_encoding_key(&key(algorithm), algorithm).unwrap();
    jwk.common.key_id = Some(kid.to_owned());
    serde_json::to_value(jwk).unwrap()
}
fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00+08:00").unwrap()
}
fn claims() -> Value {
    let at = now().micros() / 1_000_000;
    json!({ "iss": "https://sso.example.cn", "aud": ["duixian", "other"], "sub": "u-1", "exp": at + 600, "nbf": at })
}
fn token(kid: &str, algorithm: Algorithm, claims: &Value) -> String {
    encode(&Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) }, claims, &key(algorithm)).unwrap()
}
fn issuers(file: &Path) -> Issuers {
    let jwks = JwksSource::File(file.to_owned());
    let settings = IssuerSettings { issuer: "https://sso.example.cn".into(), audience: "duixian".into(), jwks };
    Issuers::try_new(vec![settings]).unwrap()
}
fn write(file: &Path, keys: &[Value]) {
    std::fs::write(file, json!({ "keys": keys }).to_string()).unwrap();
}

#[tokio::test]
async fn the_three_algorithms_are_verified_by_the_key_set() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("jwks.json");
    let unknown = json!({ "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA", "kid": "other" });
    write(&file, &[jwk("ed", Algorithm::EdDSA), jwk("ec", Algorithm::ES256), jwk("rsa", Algorithm::RS256), unknown]);
    let issuers = issuers(&file);
    for (kid, algorithm) in [("ed", Algorithm::EdDSA), ("ec", Algorithm::ES256), ("rsa", Algorithm::RS256)] {
        let read = issuers.verify(&token(kid, algorithm, &claims()), now()).await.unwrap();
        assert_eq!((read.subject.as_str(), read.expires_at), ("u-1", now().plus(TimeDelta::minutes(10))));
        // a key of one algorithm verifies no other
        for other in ["ed", "ec", "rsa"].iter().filter(|other| **other != kid) {
            assert!(issuers.verify(&token(other, algorithm, &claims()), now()).await.is_none(), "{kid} as {other}");
        }
    }
}

#[tokio::test]
async fn claims_hold_at_both_edges() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("jwks.json");
    write(&file, &[jwk("ed", Algorithm::EdDSA)]);
    let issuers = issuers(&file);
    let at = now().micros() / 1_000_000;
    for (name, field, value, good) in [
        ("issuer", "iss", json!("https://evil.example.cn"), false),
        ("audience", "aud", json!("other"), false),
        ("one audience", "aud", json!("duixian"), true),
        ("no audience", "aud", Value::Null, false),
        ("no subject", "sub", Value::Null, false),
        ("expired", "exp", json!(at), false),
        ("nearly expired", "exp", json!(at + 1), true),
        ("a clock a little ahead", "nbf", json!(at + 30), true),
        ("a clock too far ahead", "nbf", json!(at + 31), false),
        ("no beginning", "nbf", Value::Null, true),
    ] {
        let mut claims = claims();
        claims[field] = value;
        assert_eq!(issuers.verify(&token("ed", Algorithm::EdDSA, &claims), now()).await.is_some(), good, "{name}");
    }
}

#[tokio::test]
async fn an_unknown_key_makes_the_set_be_read_again_once_a_minute() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("jwks.json");
    write(&file, &[]);
    let issuers = issuers(&file);
    let mut claims = claims();
    claims["exp"] = json!(now().micros() / 1_000_000 + 6000);
    let token = token("new", Algorithm::EdDSA, &claims);
    assert!(issuers.verify(&token, now()).await.is_none());
    write(&file, &[jwk("new", Algorithm::EdDSA)]);
    assert!(issuers.verify(&token, now().plus(REREAD_AFTER).minus(TimeDelta::microseconds(1))).await.is_none());
    assert!(issuers.verify(&token, now().plus(REREAD_AFTER)).await.is_some());
}

#[tokio::test]
async fn weak_or_misshapen_keys_are_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("jwks.json");
    let mut short = jwk("ed", Algorithm::EdDSA);
    short["x"] = json!("AAAA");
    let mut weak = jwk("rsa", Algorithm::RS256);
    weak["n"] = json!(URL_SAFE_NO_PAD.encode([255u8; 128]));
    let mut other_use = jwk("ec", Algorithm::ES256);
    other_use["alg"] = json!("ES384");
    write(&file, &[short, weak, other_use]);
    let issuers = issuers(&file);
    for (kid, algorithm) in [("ed", Algorithm::EdDSA), ("ec", Algorithm::ES256), ("rsa", Algorithm::RS256)] {
        assert!(issuers.verify(&token(kid, algorithm, &claims()), now()).await.is_none(), "{kid}");
    }
}

#[test]
fn a_key_set_comes_over_https_or_from_this_machine() {
    for (url, good) in [
        ("https://sso.example.cn/jwks", true),
        ("http://127.0.0.1:8081/jwks", true),
        ("http://[::1]/jwks", true),
        ("http://sso.example.cn/jwks", false),
        ("http://127.0.0.1.example.cn/jwks", false),
        ("http://localhost@example.cn/jwks", false),
        ("file:///etc/passwd", false),
    ] {
        let jwks = JwksSource::Url(url.into());
        let settings = IssuerSettings { issuer: "i".into(), audience: "a".into(), jwks };
        assert_eq!(Issuers::try_new(vec![settings]).is_ok(), good, "{url}");
    }
}
