//! Placing a bid: what stands before the queue. The decision itself is the bidding engine's.

use super::mirror::check_not_mirrored;
use crate::access::policy::scope_for;
use crate::access::{Act, Actor, Op, Services, UseCase, run};
use crate::auction::bidding::{Asked, BidAnswer, BidCommand, Bidding, Who};
use crate::auction::mirror::store::mirror_bundle;
use crate::auction::store::lot;
use crate::kernel::arrival::Arrival;
use crate::kernel::error::{Failure, Problem};
use crate::kernel::ids::LotId;
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use crate::kernel::refusal::{Refusal, RefusalCode};
use async_graphql::InputObject;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Serialize;
use std::sync::Arc;

/// Longest text of a confirmation, in bytes; the longest amount in capitals is far shorter.
const LONGEST_CONFIRMATION: usize = 300;

/// Offers a price for a lot. It binds the bidder until a higher one stands (出价).
#[derive(InputObject, Serialize)]
pub struct PlaceBidInput {
    /// Repeat with the same key after a lost answer: the same attempt is answered again, refused ones too (幂等键).
    pub idempotency_key: String,
    /// The lot (标的物).
    pub lot: LotId,
    /// The price offered (出价金额).
    pub amount: Money,
    /// The same amount in Chinese capitals, needed far above the present price (大写金额).
    pub confirmation: Option<String>,
}

impl PlaceBidInput {
    /// The operation and its input, as the hash behind the key covers them. The members stand in the order of their
    /// names and hold no number, so that what serde writes is the canonical form (RFC 8785) already.
    fn canonical(&self) -> Result<Vec<u8>, serde_json::Error> {
        #[derive(Serialize)]
        struct Members<'a> {
            amount: Money,
            confirmation: Option<&'a str>,
            idempotency_key: &'a str,
            lot: LotId,
        }
        let PlaceBidInput { idempotency_key, lot, amount, confirmation } = self;
        let members = Members { amount: *amount, confirmation: confirmation.as_deref(), idempotency_key, lot: *lot };
        let mut canonical = Act::PlaceBid.field().as_bytes().to_vec();
        canonical.push(0);
        serde_json::to_writer(&mut canonical, &members)?;
        Ok(canonical)
    }
}

/// Takes one attempt from the request to its durable answer: everybody who may bid at all gets a signed receipt, also
/// for an attempt on a lot that he is not registered for. `arrival` is the instant at which the complete request was
/// read.
///
/// # Errors
/// UNAUTHENTICATED, FORBIDDEN; RATE_LIMITED, which records nothing and leaves the key free; CONFLICT when the outcome
/// is not known and the same key must be asked again.
pub async fn place_bid(
    services: &Services,
    actor: &Actor,
    bidding: &Bidding,
    arrival: &Arrival,
    input: &PlaceBidInput,
) -> Result<BidAnswer, Problem> {
    let (Ok(_), Some(account)) = (scope_for(actor, Act::PlaceBid), actor.account()) else {
        return refuse_actor(services, actor).await;
    };
    let key = &input.idempotency_key;
    let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !plain || !(8..=64).contains(&key.len()) {
        return Ok(BidAnswer::nothing(Refusal::new(RefusalCode::IdempotencyKeyInvalid).field("idempotencyKey")));
    }
    if input.confirmation.as_ref().is_some_and(|text| text.len() > LONGEST_CONFIRMATION) {
        return Ok(BidAnswer::nothing(Refusal::new(RefusalCode::TextInvalid).field("confirmation")));
    }
    let limits = services.auth.limits();
    let who = bidding.who(services, input.lot, account).await?;
    match &who {
        Who::Registered(own) => limits.check_bid(*own)?,
        Who::Stranger(_) => {
            limits.check_mutation(actor)?;
            // nobody is registered here for a sale that a platform runs, so that only strangers are asked
            if let Some(refusal) = not_bid_on_here(services, input.lot).await? {
                return Ok(BidAnswer::nothing(refusal));
            }
        }
    }
    let asked = Asked {
        actor: bidding.actor_index(services, input.lot, account),
        key: key.clone(),
        input_hash: services.vault.hmac("idempotency", &input.canonical()?).to_vec(),
    };
    let command = BidCommand {
        asked: Arc::new(asked),
        lot: input.lot,
        who,
        amount: input.amount,
        confirmation: input.confirmation.clone(),
        arrival: arrival.clone(),
    };
    bidding.place(command).await
}

/// Where to bid instead, when the sale runs on a listed platform.
async fn not_bid_on_here(services: &Services, id: LotId) -> Result<Option<Refusal>, Problem> {
    let reader = services.db.reader();
    let row = lot::public().filter(lot::Column::Id.eq(id)).first(&reader).await?;
    let Some(Err(refusal)) = row.map(|row| check_not_mirrored(&row)) else { return Ok(None) };
    let address = mirror_bundle::address(&reader, id).await?;
    Ok(Some(address.map_or(refusal.clone(), |address| refusal.arg("platform", address))))
}

/// Lets the policy refuse, and the audit log remember, somebody who may not bid.
async fn refuse_actor(services: &Services, actor: &Actor) -> Result<BidAnswer, Problem> {
    // each of these leaves a row for good
    services.auth.limits().check_mutation(actor)?;
    run(services, actor, &NotForHim {}).await?;
    Err(Problem::Forbidden)
}

/// A bid by somebody whom the policy does not let bid: it is never performed.
#[derive(Serialize)]
struct NotForHim {}
impl UseCase for NotForHim {
    type Done = bool;
    const ACT: Act = Act::PlaceBid;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, _: &mut Op<'_>) -> Result<bool, Failure> {
        Err(Problem::Forbidden.into())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;

    #[test]
    fn what_a_key_stands_for_is_canonical_whatever_the_strings_hold() {
        let lot = LotId::new(Timestamp::from_micros(1_772_000_000_000_000));
        let hostile = "\u{0}\t\"\\/\u{7f}壹拾万元\u{2028}😀";
        for confirmation in [None, Some(hostile.to_owned())] {
            let amount = Money::from_yuan(510_000);
            let input = PlaceBidInput { idempotency_key: hostile.to_owned(), lot, amount, confirmation };
            let written = input.canonical().unwrap();
            let (operation, members) = written.split_at(Act::PlaceBid.field().len());
            assert_eq!((operation, members.first()), (Act::PlaceBid.field().as_bytes(), Some(&0)));
            assert_eq!(members.get(1..).unwrap(), serde_json_canonicalizer::to_vec(&input).unwrap());
        }
    }
}
