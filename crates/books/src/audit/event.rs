//! The audit event: who did what to which thing, with what outcome.
//!
//! The leaf of the tree is made of public facts and the salted hash of the payload; the payload itself is encrypted, so
//! it can be erased without breaking the tree. Events are append-only (triggers on both engines).

use crate::kernel::boxed;
use crate::kernel::{
    bulk::{insert_all, insertion},
    clock::Timestamp,
    db::Tx,
    error::Problem,
    ids::{AuditEventId, CaseId, CourtId, NodeRef},
    refusal::RefusalCode,
    secret::{Place, Sealed, Vault},
};
use sea_orm::{Statement, entity::prelude::*};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// How the audited act came out (审计结果).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, async_graphql::Enum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "AuditOutcome")]
pub enum AuditOutcome {
    /// The change was made (已执行).
    Done,
    /// A rule refused it; nothing changed (被规则拒绝).
    Refused,
    /// The actor may not do this (无权).
    Forbidden,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEventId,
    pub court_id: Option<CourtId>,
    pub case_id: Option<CaseId>,
    pub occurred_at: Timestamp,
    /// `account:<uuid>`, `system:<job>`, `operator` or `anonymous`.
    pub actor: String,
    /// GraphQL field or job that acted, e.g. `Mutation.openCase`.
    pub action: String,
    pub outcome: AuditOutcome,
    /// Refusal code, when refused.
    pub code: Option<String>,
    pub subject_kind: Option<String>,
    pub subject_id: Option<Uuid>,
    /// Idempotency key of the act, when it has one.
    pub request_key: Option<String>,
    /// Canonical JSON of the facts, sealed with this row's id.
    pub payload: Sealed,
    pub payload_salt: Vec<u8>,
    /// SHA-256(salt ‖ canonical JSON).
    pub payload_hash: Vec<u8>,
}
impl ActiveModelBehavior for ActiveModel {}

/// An event to be written. The payload holds no secret and no personal data beyond what the act itself must keep.
#[derive(Clone, Debug)]
pub struct NewEvent<Facts = serde_json::Value> {
    pub court: Option<CourtId>,
    pub case: Option<CaseId>,
    pub actor: String,
    pub action: &'static str,
    pub outcome: AuditOutcome,
    pub code: Option<RefusalCode>,
    pub subject: Option<NodeRef>,
    pub request_key: Option<String>,
    pub payload: Facts,
}

/// What an event's payload is sealed with, so that a ciphertext cannot be moved to another row.
pub const fn payload_place(id: AuditEventId) -> Place {
    Place::new("audit_event", id.uuid(), "payload")
}

pub fn hash_payload(salt: &[u8], canonical: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(canonical).finalize().into()
}

#[boxed]
pub async fn insert(tx: &Tx, vault: &Vault, now: Timestamp, event: NewEvent) -> Result<AuditEventId, Problem> {
    let row = seal(vault, now, event)?;
    insert_all::<Entity>(tx, std::slice::from_ref(&row)).await?;
    Ok(row.id)
}

/// The statement of [`insert`], to be run together with others of the same change (`kernel::bulk::run_all`). The facts
/// are written as they come, so that serde must write them canonical: members in the order of their names, of numbers
/// only whole ones below 2^53.
pub fn statement<Facts: Serialize>(
    tx: &Tx,
    vault: &Vault,
    now: Timestamp,
    event: NewEvent<Facts>,
) -> Result<Option<Statement>, Problem> {
    let canonical = serde_json::to_vec(&event.payload)?;
    let row = sealed(vault, now, event, &canonical)?;
    Ok(insertion::<Entity>(tx, std::slice::from_ref(&row)))
}

/// Writes the events of many changes that one transaction makes, in their order.
#[boxed]
pub async fn insert_sealed(tx: &Tx, rows: &[Model]) -> Result<(), Problem> {
    for piece in rows.chunks(ROWS_AT_ONCE) {
        insert_all::<Entity>(tx, piece).await?;
    }
    Ok(())
}

/// Bounds the parameters of one statement.
const ROWS_AT_ONCE: usize = 100;

/// The event as it will be written.
///
/// # Errors
/// Only when the machine has no randomness or the payload cannot be written as JSON.
pub fn seal(vault: &Vault, now: Timestamp, event: NewEvent) -> Result<Model, Problem> {
    let canonical = canonical(&event.payload)?;
    sealed(vault, now, event, &canonical)
}

fn sealed<Facts>(vault: &Vault, now: Timestamp, event: NewEvent<Facts>, canonical: &[u8]) -> Result<Model, Problem> {
    let id = AuditEventId::new(now);
    let mut salt = [0u8; 32];
    getrandom::fill(&mut salt).map_err(Problem::internal)?;
    Ok(Model {
        id,
        court_id: event.court,
        case_id: event.case,
        occurred_at: now,
        actor: event.actor,
        action: event.action.to_owned(),
        outcome: event.outcome,
        code: event.code.map(|code| code.as_str().to_owned()),
        subject_kind: event.subject.map(|subject| subject.kind.as_str().to_owned()),
        subject_id: event.subject.map(|subject| subject.id),
        request_key: event.request_key,
        payload: vault.seal_bytes(payload_place(id), canonical).map_err(Problem::internal)?,
        payload_salt: salt.to_vec(),
        payload_hash: hash_payload(&salt, canonical).to_vec(),
    })
}

/// The facts as canonical JSON (RFC 8785). Nearly all are written canonical by serde already, as it keeps the members of
/// an object sorted: sorting those of each bid of a commit again would cost more than sealing them.
fn canonical(facts: &serde_json::Value) -> Result<Vec<u8>, serde_json::Error> {
    if is_canonical(facts) { serde_json::to_vec(facts) } else { serde_json_canonicalizer::to_vec(facts) }
}
/// Whether serde writes it as RFC 8785 does: whole numbers that a double holds exactly, names in order.
fn is_canonical(facts: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match facts {
        Json::Null | Json::Bool(_) | Json::String(_) => true,
        Json::Number(number) => number.as_i64().is_some_and(|number| number.unsigned_abs() < 1 << 53),
        Json::Array(items) => items.iter().all(is_canonical),
        // the standard compares UTF-16 units, which for ASCII is the order of the bytes
        Json::Object(members) => {
            members.keys().is_sorted() && members.iter().all(|(name, value)| name.is_ascii() && is_canonical(value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn facts_are_written_canonical_whatever_they_hold() {
        for (facts, plain) in [
            (
                json!({ "b": 1, "a": [null, true, "\u{0}\u{1f}\"\\/\u{7f}竞买\u{2028}😀"], "aa": {}, "B": -7, "": 0 }),
                true,
            ),
            (json!({ "n": 9_007_199_254_740_991_i64 }), true),
            (json!({ "n": 9_007_199_254_740_993_i64 }), false),
            (json!({ "n": 1.0 }), false),
            (json!([{ "n": 1e21 }]), false),
            (json!({ "\u{ff01}": 1, "😀": 2 }), false),
        ] {
            assert_eq!(is_canonical(&facts), plain, "{facts}");
            // what cannot be written canonical is refused alike
            assert_eq!(canonical(&facts).ok(), serde_json_canonicalizer::to_vec(&facts).ok(), "{facts}");
        }
    }
}
