//! Gateways (通知网关): the door through which a notice leaves, and the one over HTTP.
//!
//! Each request is a POST of JSON with an id that stays the same however often it is tried, so that a receiver can tell
//! a repetition; it is signed over its time and body, so that he can tell a forgery and an old recording.

use super::{NoticeChannel, rules::Try};
use crate::kernel::{clock::Clock, message::Locale};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{path::PathBuf, time::Duration};

/// How long a gateway may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Shortest key that signs.
const SHORTEST_SECRET: usize = 32;
/// Longest reason that is kept of a failure.
const LONGEST_REASON: usize = 200;

/// What leaves: no secret, no full account number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outgoing {
    /// The same for every try.
    pub id: String,
    pub kind: &'static str,
    pub court: String,
    pub case_number: Option<String>,
    pub language: &'static str,
    pub text: String,
    /// Mobile number; only where the channel needs one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
}

/// A way out for notices.
#[async_trait::async_trait]
pub trait NoticeGateway: Send + Sync {
    fn channel(&self) -> NoticeChannel;
    fn locale(&self) -> Locale;
    /// Hands the notice over. Never fails: what went wrong is an outcome.
    async fn send(&self, notice: &Outgoing) -> Try;
}

/// Settings of one gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySettings {
    /// `https://…`; plain `http://` only on this machine.
    pub url: String,
    /// File of the shared secret, at least 32 bytes. It is read anew for each notice, so a new secret needs no restart.
    pub secret_file: PathBuf,
    /// Send English texts.
    #[serde(default)]
    pub english: bool,
}
impl GatewaySettings {
    /// Whether notices would leave this machine in the clear.
    pub fn is_private(&self) -> bool {
        let Ok(url) = reqwest::Url::parse(&self.url) else { return false };
        let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        url.scheme() == "https" || (url.scheme() == "http" && local)
    }
}

/// Settings of notices (通知设置). Without a gateway notices stay in the inbox.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoticeSettings {
    pub sms: Option<GatewaySettings>,
    pub webhook: Option<GatewaySettings>,
}

/// A gateway over HTTP.
pub struct HttpGateway {
    channel: NoticeChannel,
    settings: GatewaySettings,
    clock: Clock,
    http: reqwest::Client,
}
impl HttpGateway {
    pub fn new(channel: NoticeChannel, settings: GatewaySettings, clock: Clock) -> HttpGateway {
        let http = reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).build();
        HttpGateway { channel, settings, clock, http: http.unwrap_or_default() }
    }

    async fn post(&self, notice: &Outgoing) -> Result<Try, String> {
        let body = serde_json::to_vec(notice).map_err(|error| error.to_string())?;
        let secret = tokio::fs::read(&self.settings.secret_file).await;
        let secret = secret.map_err(|_| "the secret cannot be read".to_owned())?;
        let secret = secret.trim_ascii();
        if secret.len() < SHORTEST_SECRET {
            return Err(format!("the secret is shorter than {SHORTEST_SECRET} bytes"));
        }
        let timestamp = self.clock.now().micros().div_euclid(1_000_000);
        let request = self
            .http
            .post(&self.settings.url)
            .header("content-type", "application/json")
            .header("idempotency-key", &notice.id)
            .header("x-duixian-timestamp", timestamp.to_string())
            .header("x-duixian-signature", format!("v1={}", sign(secret, timestamp, &body)?))
            .timeout(TIMEOUT)
            .body(body);
        let answer = request.send().await.map_err(|error| describe(&error).to_owned())?;
        let status = answer.status();
        Ok(match status.as_u16() {
            200..=299 => Try::Delivered,
            // asked too early or too often
            408 | 425 | 429 => Try::Later(status.to_string()),
            400..=499 => Try::Never(status.to_string()),
            _ => Try::Later(status.to_string()),
        })
    }
}

/// Of a fault only its kind: the address may hold what is not for everybody.
fn describe(error: &reqwest::Error) -> &'static str {
    match error {
        e if e.is_timeout() => "no answer in time",
        e if e.is_connect() => "no connection",
        _ => "the exchange broke off",
    }
}

/// HMAC-SHA256 over `timestamp.body`, in hexadecimal.
///
/// # Errors
/// Never for a key of any length; the text says what the library refused.
pub fn sign(secret: &[u8], timestamp: i64, body: &[u8]) -> Result<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|error| error.to_string())?;
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(hex::encode(mac.finalize().into_bytes()))
}

#[async_trait::async_trait]
impl NoticeGateway for HttpGateway {
    fn channel(&self) -> NoticeChannel {
        self.channel
    }
    fn locale(&self) -> Locale {
        if self.settings.english { Locale::En } else { Locale::ZhCn }
    }
    async fn send(&self, notice: &Outgoing) -> Try {
        let outcome = self.post(notice).await;
        outcome.unwrap_or_else(|reason| Try::Later(reason.chars().take(LONGEST_REASON).collect()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_covers_time_and_body() {
        let known = sign(b"key", 1_772_000_000, b"{}").unwrap();
        assert_eq!(known.len(), 64);
        assert_ne!(known, sign(b"key", 1_772_000_001, b"{}").unwrap());
        assert_ne!(known, sign(b"key", 1_772_000_000, b"{ }").unwrap());
        assert_ne!(known, sign(b"kez", 1_772_000_000, b"{}").unwrap());
    }

    #[test]
    fn nothing_leaves_the_machine_in_the_clear() {
        let settings = |url: &str| GatewaySettings { url: url.to_owned(), secret_file: PathBuf::new(), english: false };
        for (url, private) in [
            ("https://sms.court.cn/send", true),
            ("http://127.0.0.1:9/x", true),
            ("http://localhost/x", true),
            ("http://sms.court.cn/send", false),
            ("http://localhost.evil.cn/x", false),
            ("http://localhost:x@evil.cn/", false),
            ("http://127.0.0.1@evil.cn/", false),
            ("ftp://127.0.0.1/x", false),
        ] {
            assert_eq!(settings(url).is_private(), private, "{url}");
        }
    }
}
