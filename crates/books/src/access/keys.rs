//! Idempotency keys: a key stands for one input, and asked again it gives the first answer.
//!
//! The keys of many requests are taken, answered and freed by one statement each; one request is a list of one.

use super::{actor::Actor, operation::UseCase, policy::Act, services::Services};
use crate::kernel::{
    boxed,
    bulk::Rows,
    clock::Timestamp,
    db::{Tx, sql},
    error::{Failure, Problem},
    refusal::{Refusal, RefusalCode},
};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeSet, HashMap};

/// An idempotency key with what it stands for.
pub(super) struct Claim {
    pub actor: String,
    pub key: String,
    input_hash: Vec<u8>,
}
impl Claim {
    /// `None` for an act without a key.
    ///
    /// # Errors
    /// IDEMPOTENCY_KEY_INVALID.
    pub fn try_new<U: UseCase>(services: &Services, actor: &Actor, use_case: &U) -> Result<Option<Claim>, Failure> {
        let Some(key) = use_case.key() else { return Ok(None) };
        let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !plain || !(8..=64).contains(&key.len()) {
            return Err(Refusal::new(RefusalCode::IdempotencyKeyInvalid).field("idempotencyKey").into());
        }
        let mut input = U::ACT.field().as_bytes().to_vec();
        input.push(0);
        input.extend(serde_json_canonicalizer::to_vec(use_case)?);
        let input_hash = services.vault.hmac("idempotency", &input).to_vec();
        Ok(Some(Claim { actor: actor.name(), key: key.to_owned(), input_hash }))
    }
    /// What tells it from all others.
    pub fn name(&self) -> (&str, &str) {
        (&self.actor, &self.key)
    }
}

/// What a key turned out to be.
pub(super) enum Taken {
    /// Nobody's: ours from here on.
    Ours,
    /// Answered before, with this JSON.
    Answered(String),
    /// Used for another input.
    Reused,
    /// It was taken and given up again meanwhile: the caller asks again.
    Unclear,
}
impl Taken {
    /// The refusal of a key that stands for another input.
    pub fn reused() -> Refusal {
        Refusal::new(RefusalCode::IdempotencyKeyReused).field("idempotencyKey")
    }
}

/// Takes keys of which each is another, and says of each what it is. Waits for who is using one of them.
#[boxed]
pub(super) async fn take(tx: &Tx, act: Act, now: Timestamp, claims: &[&Claim]) -> Result<Vec<Taken>, Problem> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    // in one order, so that no two transactions wait for each other's keys
    let mut sorted = claims.to_vec();
    sorted.sort_unstable_by(|one, other| one.name().cmp(&other.name()));
    let rows = Rows::of(sorted.iter().map(|claim| {
        [
            claim.actor.clone().into(),
            claim.key.clone().into(),
            act.field().into(),
            claim.input_hash.clone().into(),
            now.into(),
        ]
    }));
    let (given, values) = rows.into_values(tx.engine());
    let text = format!(
        "INSERT INTO idempotency_key (actor, key, operation, input_hash, recorded_at)
         SELECT * FROM {given} AS given WHERE given.column1 IS NOT NULL
         ON CONFLICT (actor, key) DO NOTHING RETURNING actor, key"
    );
    let mut ours: BTreeSet<(String, String)> = BTreeSet::new();
    for row in tx.query_all_raw(sql(tx, &text, values)).await? {
        ours.insert((row.try_get("", "actor")?, row.try_get("", "key")?));
    }
    let is_ours = |claim: &Claim| ours.contains(&(claim.actor.clone(), claim.key.clone()));
    let others: Vec<&Claim> = claims.iter().copied().filter(|claim| !is_ours(claim)).collect();
    let mut stored = find(tx, &others).await?;
    let taken = claims.iter().map(|claim| match is_ours(claim) {
        true => Taken::Ours,
        false => match stored.remove(&(claim.actor.clone(), claim.key.clone())) {
            Some((hash, _)) if hash != claim.input_hash => Taken::Reused,
            Some((_, Some(result))) => Taken::Answered(result),
            Some((_, None)) | None => Taken::Unclear,
        },
    });
    Ok(taken.collect())
}

/// Hash and answer of each key that somebody has used, by actor and key.
type Stored = HashMap<(String, String), (Vec<u8>, Option<String>)>;

#[boxed]
async fn find(tx: &Tx, claims: &[&Claim]) -> Result<Stored, Problem> {
    if claims.is_empty() {
        return Ok(HashMap::new());
    }
    let (given, values) = names(claims).into_values(tx.engine());
    let text = format!(
        "SELECT used.actor AS actor, used.key AS key, used.input_hash AS input_hash, used.result AS result
         FROM {given} AS given
         JOIN idempotency_key used ON used.actor = given.column1 AND used.key = given.column2"
    );
    let mut stored = HashMap::new();
    for row in tx.query_all_raw(sql(tx, &text, values)).await? {
        let name = (row.try_get("", "actor")?, row.try_get("", "key")?);
        stored.insert(name, (row.try_get("", "input_hash")?, row.try_get("", "result")?));
    }
    Ok(stored)
}

/// Keeps the answers of keys that are ours, as JSON.
#[boxed]
pub(super) async fn answer(tx: &Tx, answers: &[(&Claim, String)]) -> Result<(), Problem> {
    if answers.is_empty() {
        return Ok(());
    }
    let rows = answers
        .iter()
        .map(|(claim, result)| [claim.actor.clone().into(), claim.key.clone().into(), result.clone().into()]);
    let (given, values) = Rows::of(rows).into_values(tx.engine());
    let text = format!(
        "UPDATE idempotency_key SET result = given.column3 FROM {given} AS given
         WHERE idempotency_key.actor = given.column1 AND idempotency_key.key = given.column2"
    );
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

/// Gives up keys that are ours: what was refused leaves its key free.
#[boxed]
pub(super) async fn free(tx: &Tx, claims: &[&Claim]) -> Result<(), Problem> {
    if claims.is_empty() {
        return Ok(());
    }
    let (given, values) = names(claims).into_values(tx.engine());
    let text = format!(
        "DELETE FROM idempotency_key
         WHERE (actor, key) IN (SELECT given.column1, given.column2 FROM {given} AS given)"
    );
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

fn names(claims: &[&Claim]) -> Rows {
    Rows::of(claims.iter().map(|claim| [claim.actor.clone().into(), claim.key.clone().into()]))
}
