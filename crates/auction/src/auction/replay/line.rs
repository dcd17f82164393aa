//! The lines of a replay file. Amounts are strings in yuan with two decimals, instants RFC 3339 to the microsecond.

use super::Form;
use crate::auction::rules::Parameters;
use crate::auction::{BidOutcome, LotEventKind, OperatingMode};
use crate::kernel::clock::{Timestamp, shanghai};
use crate::kernel::keys::KeyPurpose;
use crate::kernel::money::Money;
use crate::kernel::refusal::RefusalCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One line. `prev` is the SHA-256 of the bytes of the line before, without its line feed; zeros on the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// From 0, without gaps.
    pub n: u64,
    pub prev: String,
    #[serde(flatten)]
    pub body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Body {
    Header(Box<Header>),
    Event(EventLine),
    Attempt(Box<Attempt>),
    End(End),
    Anchor(Anchor),
    Signature(Signature),
}

/// The terms of the sale as they were published, and the keys of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    pub format: String,
    pub form: Form,
    pub lot_number: String,
    /// PRACTICE: an exercise, nothing was sold.
    pub operating_mode: OperatingMode,
    pub title: String,
    pub starting_price: Money,
    pub bid_increment: Money,
    pub starts_at: String,
    pub ends_at: String,
    /// Of the publication: every later visible change has the next number.
    pub version: i64,
    pub parameters: Parameters,
    pub keys: Vec<NamedKey>,
}

/// A public key, as `signingKeys` publishes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedKey {
    pub key_id: String,
    pub purpose: KeyPurpose,
    /// Ed25519, base64.
    pub public_key: String,
}

/// Bidding began, was stopped or went on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventLine {
    pub kind: LotEventKind,
    pub version: i64,
    pub at: String,
    /// No bid before this instant, as it stands from here on.
    pub starts_at: String,
    pub ends_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<String>,
}

/// One attempt to bid. Of a refused one the public form holds number, arrival and outcome alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    pub sequence: i64,
    pub arrived_at: String,
    pub outcome: BidOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bidder_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority_rank: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Bid by the platform for somebody who had set a maximum, in answer to the attempt of this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provoked_by: Option<i64>,
    /// When it was decided: the one fact of a receipt that nothing else in the file leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// Hash of the receipt's statement, hexadecimal: the bidder finds his attempt by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalCode>,
}

/// The result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct End {
    /// `SOLD`, `UNSOLD`, or `WITHDRAWN` when the court has ended the sale while it stood still.
    pub kind: LotEventKind,
    pub version: i64,
    pub ended_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    pub bids: i64,
    pub attempts: i64,
    pub extensions: i32,
}

/// A signed checkpoint of the audit log from before the file: the file cannot be older.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Anchor {
    pub checkpoint: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    pub key_id: String,
    /// Ed25519 over [`super::signed_text`], base64.
    pub signature: String,
}

/// What the next line names as `prev`.
pub fn line_hash(line: &str) -> String {
    hex::encode(Sha256::digest(line.as_bytes()))
}

pub fn instant(at: Timestamp) -> String {
    at.to_datetime().with_timezone(&shanghai()).to_rfc3339_opts(chrono::SecondsFormat::Micros, false)
}
pub fn parse_instant(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text)
}
