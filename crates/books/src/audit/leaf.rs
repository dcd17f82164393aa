//! What of an event goes into the tree: canonical JSON (RFC 8785) of its public facts and the payload's salted hash.
//!
//! Personal data stays in the sealed payload: erasing it leaves every proof valid. The text is versioned; a verifier
//! outside rebuilds it from the columns, so a change of this file needs a new `v`.

use super::{
    event,
    merkle::{Hash, leaf_hash},
};
use crate::kernel::error::Problem;
use serde::Serialize;

const VERSION: u8 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Leaf<'e> {
    v: u8,
    id: String,
    court: Option<String>,
    case: Option<String>,
    /// Microseconds since 1970 in UTC; below 2^53 until the year 2255, so it is exact in every JSON reader.
    occurred_at: i64,
    actor: &'e str,
    action: &'e str,
    outcome: &'static str,
    code: Option<&'e str>,
    subject_kind: Option<&'e str>,
    subject_id: Option<String>,
    request_key: Option<&'e str>,
    payload_hash: String,
}

/// The bytes that are hashed into the tree for this event.
pub fn leaf_data(event: &event::Model) -> Result<Vec<u8>, Problem> {
    let leaf = Leaf {
        v: VERSION,
        id: event.id.uuid().to_string(),
        court: event.court_id.map(|id| id.uuid().to_string()),
        case: event.case_id.map(|id| id.uuid().to_string()),
        occurred_at: event.occurred_at.micros(),
        actor: &event.actor,
        action: &event.action,
        outcome: outcome_text(event.outcome),
        code: event.code.as_deref(),
        subject_kind: event.subject_kind.as_deref(),
        subject_id: event.subject_id.map(|id| id.to_string()),
        request_key: event.request_key.as_deref(),
        payload_hash: hex::encode(&event.payload_hash),
    };
    Ok(serde_json_canonicalizer::to_vec(&leaf)?)
}
/// The leaf hash of this event.
pub fn hash_of(event: &event::Model) -> Result<Hash, Problem> {
    Ok(leaf_hash(&leaf_data(event)?))
}
const fn outcome_text(outcome: event::AuditOutcome) -> &'static str {
    match outcome {
        event::AuditOutcome::Done => "DONE",
        event::AuditOutcome::Refused => "REFUSED",
        event::AuditOutcome::Forbidden => "FORBIDDEN",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::{
        clock::Timestamp,
        ids::{AuditEventId, CourtId},
        secret::Sealed,
    };
    use uuid::Uuid;

    fn event() -> event::Model {
        event::Model {
            id: AuditEventId::from_uuid(Uuid::from_u128(1)),
            court_id: Some(CourtId::from_uuid(Uuid::from_u128(2))),
            case_id: None,
            occurred_at: Timestamp::from_micros(1_772_413_200_000_000),
            actor: "operator".into(),
            action: "Mutation.openCase".into(),
            outcome: event::AuditOutcome::Refused,
            code: Some("ALREADY_EXISTS".into()),
            subject_kind: Some("Case".into()),
            subject_id: Some(Uuid::from_u128(3)),
            request_key: None,
            payload: Sealed::from("sealed".to_owned()),
            payload_salt: vec![0; 32],
            payload_hash: vec![0xab; 32],
        }
    }

    /// The text is part of what outside verifiers rely on: it may change only with a new version.
    #[test]
    fn rfc8785_the_leaf_of_version_1_is_fixed() {
        let text = String::from_utf8(leaf_data(&event()).unwrap()).unwrap();
        let expected = concat!(
            r#"{"action":"Mutation.openCase","actor":"operator","case":null,"code":"ALREADY_EXISTS","#,
            r#""court":"00000000-0000-0000-0000-000000000002","id":"00000000-0000-0000-0000-000000000001","#,
            r#""occurredAt":1772413200000000,"outcome":"REFUSED","payloadHash":"#,
            r#""abababababababababababababababababababababababababababababababab","requestKey":null,"#,
            r#""subjectId":"00000000-0000-0000-0000-000000000003","subjectKind":"Case","v":1}"#,
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn every_public_fact_moves_the_leaf_and_the_payload_does_not() {
        let original = hash_of(&event()).unwrap();
        let changes: [fn(&mut event::Model); 11] = [
            |e| e.id = AuditEventId::from_uuid(Uuid::from_u128(9)),
            |e| e.court_id = None,
            |e| e.case_id = Some(crate::kernel::ids::CaseId::from_uuid(Uuid::from_u128(9))),
            |e| e.occurred_at = Timestamp::from_micros(1),
            |e| e.actor.push('x'),
            |e| e.action.push('x'),
            |e| e.outcome = event::AuditOutcome::Forbidden,
            |e| e.code = None,
            |e| e.subject_id = Some(Uuid::from_u128(9)),
            |e| e.request_key = Some("key-0001".into()),
            |e| e.payload_hash[0] ^= 1,
        ];
        for change in changes {
            let mut changed = event();
            change(&mut changed);
            assert_ne!(hash_of(&changed).unwrap(), original);
        }
        let mut erased = event();
        (erased.payload, erased.payload_salt) = (Sealed::from(String::new()), vec![]);
        assert_eq!(hash_of(&erased).unwrap(), original);
    }
}
