//! Signed statements about attempts to bid (出价回执): everybody can check one without an account here.
//!
//! A receipt is the canonical JSON (RFC 8785) of exactly the strings that are shown. All receipts of one commit are
//! the leaves of one RFC 6962 Merkle tree; its root is signed once, together with the root of the commit before, so
//! that the receipts of one server form a chain. The receipt then carries its path, root, signature and key id.

use super::BidOutcome;
use super::rules::bid::LotState;
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;
use crate::kernel::refusal::RefusalCode;
use serde::{Deserialize, Serialize};

/// Stands on every receipt: it is evidence of processing, not a document of the court.
pub const NOTICE: &str = "本回执仅证明平台收到及处理结果，不是司法文书；异议依网拍规定第36条。";

/// The statement, in the strings that are hashed. The fields stand in the order of their names, the canonical one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    pub amount: String,
    pub arrived_at: String,
    /// Number of the attempt within the lot, without gaps, refused ones counted.
    pub attempt: i64,
    /// Absent when the person had no code for this lot.
    pub bidder_code: Option<String>,
    pub decided_at: String,
    pub decided_on: DecidedOn,
    /// New end when the bid moved it.
    pub extended_to: Option<String>,
    pub lot_number: String,
    pub notice: String,
    pub outcome: String,
    /// Made by the platform within the bidder's sealed maximum, in answer to the attempt of this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provoked_by: Option<i64>,
    pub refusal: Option<String>,
}

/// The lot as the attempt met it; its fields in canonical order too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecidedOn {
    pub current_price: Option<String>,
    pub effective_end_at: Option<String>,
    pub leading_bidder_code: Option<String>,
    pub version: i64,
}
impl DecidedOn {
    pub fn of(lot: &LotState, leading_bidder_code: Option<&str>) -> DecidedOn {
        DecidedOn {
            version: lot.version,
            current_price: lot.leader.as_ref().map(|leader| leader.amount.to_string()),
            leading_bidder_code: leading_bidder_code.map(str::to_owned),
            effective_end_at: Some(lot.effective_end_at.to_rfc3339()),
        }
    }
}

/// What a receipt says besides the state it was decided on.
pub struct Decided<'a> {
    pub lot_number: &'a str,
    pub attempt: i64,
    pub arrived_at: Timestamp,
    pub decided_at: Timestamp,
    pub bidder_code: Option<&'a str>,
    pub amount: Money,
    pub refusal: Option<RefusalCode>,
    pub extended_to: Option<Timestamp>,
    pub provoked_by: Option<i64>,
}
impl Decided<'_> {
    pub fn outcome(&self) -> BidOutcome {
        if self.refusal.is_some() { BidOutcome::NotAccepted } else { BidOutcome::Accepted }
    }
    pub fn statement(&self, decided_on: DecidedOn) -> Statement {
        Statement {
            lot_number: self.lot_number.to_owned(),
            attempt: self.attempt,
            arrived_at: self.arrived_at.to_rfc3339(),
            decided_at: self.decided_at.to_rfc3339(),
            bidder_code: self.bidder_code.map(str::to_owned),
            amount: self.amount.to_string(),
            outcome: self.outcome().as_str().to_owned(),
            refusal: self.refusal.map(|code| code.as_str().to_owned()),
            decided_on,
            extended_to: self.extended_to.map(Timestamp::to_rfc3339),
            provoked_by: self.provoked_by,
            notice: NOTICE.to_owned(),
        }
    }
}

impl Statement {
    /// The bytes that are the Merkle leaf. With whole numbers alone and its fields in order, what serde writes is the
    /// canonical form already; sorting each statement of a batch again would cost more than hashing it.
    pub fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

/// The text that is signed for one commit; `previous` is the root of the commit before, empty for the first.
pub fn signed_text(node: &str, sequence: i64, root: &[u8], previous: &[u8]) -> String {
    format!("duixian-bid-receipts/v1\n{node}\n{sequence}\n{}\n{}\n", hex::encode(root), hex::encode(previous))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_is_fixed_and_holds_the_shown_strings() {
        let decided = Decided {
            lot_number: "湘01-2026-000001",
            attempt: 7,
            arrived_at: Timestamp::parse("2026-02-06T09:57:00.123+08:00").unwrap(),
            decided_at: Timestamp::parse("2026-02-06T09:57:00.125+08:00").unwrap(),
            bidder_code: Some("K7M2"),
            amount: "510000.00".parse().unwrap(),
            refusal: Some(RefusalCode::BidTooLow),
            extended_to: None,
            provoked_by: None,
        };
        let on = DecidedOn {
            version: 3,
            current_price: Some("510000.00".into()),
            leading_bidder_code: Some("Q4TP".into()),
            effective_end_at: None,
        };
        let text = String::from_utf8(decided.statement(on).canonical().unwrap()).unwrap();
        let expected = concat!(
            r#"{"amount":"510000.00","arrivedAt":"2026-02-06T09:57:00.123+08:00","attempt":7,"bidderCode":"K7M2","#,
            r#""decidedAt":"2026-02-06T09:57:00.125+08:00","decidedOn":{"currentPrice":"510000.00","#,
            r#""effectiveEndAt":null,"leadingBidderCode":"Q4TP","version":3},"extendedTo":null,"#,
            r#""lotNumber":"湘01-2026-000001","#,
            r#""notice":"本回执仅证明平台收到及处理结果，不是司法文书；异议依网拍规定第36条。","#,
            r#""outcome":"NOT_ACCEPTED","refusal":"BID_TOO_LOW"}"#
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_written_is_canonical_whatever_the_strings_hold() {
        let hostile = "\u{0}\u{8}\t\n\u{c}\r\u{1f}\"\\/\u{7f}\u{80}é竞买\u{2028}\u{e000}😀";
        for (provoked_by, text) in [(None, hostile), (Some(9_007_199_254_740_991), "")] {
            let own = || Some(text.to_owned());
            let statement = Statement {
                amount: text.into(),
                arrived_at: text.into(),
                attempt: 9_007_199_254_740_991,
                bidder_code: own(),
                decided_at: text.into(),
                decided_on: DecidedOn {
                    current_price: own(),
                    effective_end_at: None,
                    leading_bidder_code: own(),
                    version: 1,
                },
                extended_to: own(),
                lot_number: text.into(),
                notice: text.into(),
                outcome: text.into(),
                provoked_by,
                refusal: None,
            };
            assert_eq!(statement.canonical().unwrap(), serde_json_canonicalizer::to_vec(&statement).unwrap());
        }
    }

    #[test]
    fn the_signed_text_names_its_place_in_the_chain() {
        assert_eq!(signed_text("node-1", 2, &[0xab], &[]), "duixian-bid-receipts/v1\nnode-1\n2\nab\n\n");
    }
}
