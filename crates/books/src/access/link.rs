//! Short-lived addresses of downloads: what somebody was allowed to fetch a moment ago, without his token.
//!
//! A browser cannot send a bearer token with a link. The permission is asked for through the graph, where it is checked
//! and audited; the address that it answers names one thing, ends after [`LIFE`] and is authenticated by a key of the
//! installation, so that nodes need no common memory.

use super::services::Services;
use crate::kernel::clock::Timestamp;
use chrono::TimeDelta;
use subtle::ConstantTimeEq;

/// How long an address is good for.
pub const LIFE: TimeDelta = TimeDelta::minutes(5);

/// The proof in an address, as its query string carries it.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Proof {
    /// Microseconds of the instant at which the address ends.
    pub until: i64,
    pub mac: String,
}

/// The address of `path` (which may have a query string) and the instant at which it ends.
pub fn signed(services: &Services, path: &str) -> (String, Timestamp) {
    let until = services.clock.now().plus(LIFE);
    let joint = if path.contains('?') { '&' } else { '?' };
    (format!("{path}{joint}until={}&mac={}", until.micros(), mac(services, path, until.micros())), until)
}

/// Is the proof that of `path`, and still good?
pub fn holds(services: &Services, path: &str, proof: &Proof) -> bool {
    let expected = mac(services, path, proof.until);
    let same: bool = expected.as_bytes().ct_eq(proof.mac.as_bytes()).into();
    same && services.clock.now().micros() <= proof.until
}

fn mac(services: &Services, path: &str, until: i64) -> String {
    hex::encode(services.vault.hmac("download", format!("{until}\n{path}").as_bytes()))
}
