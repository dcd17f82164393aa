//! The persons of a mirrored sale: whom the court knows under the platform's references, and what a bundle that it stands
//! on changes of them (网拍规定 17, 18).
//!
//! Money is asked of a person and goes back to him: what has been paid in under one name or amount stays under it.

use crate::access::Op;
use crate::auction::mirror::bundle::{Bundle, Notice, Registration};
use crate::auction::mirror::changes::{Person, Stands};
use crate::auction::mirror::store::{mirror_bundle, mirror_registration};
use crate::auction::ops::registration::NewRegistration;
use crate::auction::store::{lot, registration};
use crate::auction::{DepositHolding, RegistrationStatus};
use crate::kernel::boxed;
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, RegistrationId};
use crate::kernel::secret::{BlindIndex, Place, Vault};
use std::collections::HashMap;

/// Our registrations by the platform's reference.
#[boxed]
pub(super) async fn registrations(op: &Op<'_>, lot: LotId) -> Result<HashMap<String, registration::Model>, Failure> {
    let links = mirror_registration::of_lot(op.tx, lot).await?;
    let mut references: HashMap<_, _> = links.into_iter().map(|link| (link.registration_id, link.reference)).collect();
    let rows = registration::of_lot(op.tx, lot).await?.into_iter();
    Ok(rows.filter_map(|row| Some((references.remove(&row.id)?, row))).collect())
}

/// What the court stands on by an earlier bundle of the lot; nothing before the first one is adopted.
#[boxed]
pub(super) async fn stands_on(
    op: &Op<'_>,
    row: &lot::Model,
    ours: &HashMap<String, registration::Model>,
) -> Result<Option<Stands>, Failure> {
    let Some(adopted) = mirror_bundle::adopted(op.tx, row.id).await? else { return Ok(None) };
    let notice = announced(row).ok_or_else(|| Failure::internal("an adopted announcement without its terms"))?;
    let mut people = HashMap::new();
    for (reference, own) in ours {
        let place = Place::new("registration", own.id.uuid(), "name_sealed");
        let person = Person {
            name: op.services.vault.open(place, &own.name_sealed)?.expose().clone(),
            priority_claim: own.priority_claim.clone(),
            deposit: own.deposit_required,
        };
        people.insert(reference.clone(), person);
    }
    Ok(Some(Stands { platform_lot: adopted.platform_lot, notice, people }))
}

/// The announcement as the lot bears it.
fn announced(row: &lot::Model) -> Option<Notice> {
    Some(Notice {
        published_at: row.published_at?,
        starts_at: row.starts_at?,
        ends_at: row.planned_end_at?,
        starting_price: row.starting_price?,
        deposit: row.deposit?,
        bid_increment: row.bid_increment?,
        balance_days: row.balance_days?,
    })
}

/// What finds a mirrored registration: nobody has an account behind it here.
fn platform_index(vault: &Vault, lot: LotId, reference: &str) -> BlindIndex {
    vault.blind_index("registration.account_index", &format!("mirror|{}|{reference}", lot.uuid()))
}

/// Enters the platform's registrations that are new, each with a deposit account number of its own. One that a later
/// bundle leaves out stays: its money goes back with the others'.
#[boxed]
pub(super) async fn take_registrations(
    op: &mut Op<'_>,
    row: &lot::Model,
    bundle: &Bundle,
) -> Result<HashMap<String, registration::Model>, Failure> {
    let mut ours = registrations(op, row.id).await?;
    for theirs in bundle.registrations.iter() {
        if let Some(own) = ours.get(&theirs.reference) {
            if own.priority_claim != theirs.priority_claim || own.deposit_required != theirs.deposit {
                take_change(op, own.id, theirs).await?;
            }
            continue;
        }
        let new = NewRegistration {
            sale: row,
            account: None,
            name: &theirs.name,
            index: platform_index(&op.services.vault, row.id, &theirs.reference),
            barred: None,
            priority_claim: theirs.priority_claim.clone(),
            undertaking: false,
            holding: DepositHolding::CourtAccount,
            deposit: theirs.deposit,
        };
        let own = new.insert(op).await?;
        let link = mirror_registration::Model {
            registration_id: own.id,
            court_id: row.court_id,
            lot_id: row.id,
            reference: theirs.reference.clone(),
            person_index: None,
        };
        mirror_registration::insert(op.tx, link).await?;
        ours.insert(theirs.reference.clone(), own);
    }
    Ok(ours)
}

/// Takes over what the court has accepted of a change: a claim that no panel has ranked yet, an amount of which nothing has
/// been paid in. What a bidder was admitted under stays.
#[boxed]
async fn take_change(op: &Op<'_>, own: RegistrationId, theirs: &Registration) -> Result<(), Failure> {
    let mut own = registration::lock(op.tx, own).await?;
    if own.priority_rank.is_none() {
        own.priority_claim.clone_from(&theirs.priority_claim);
    }
    let untouched = own.status == RegistrationStatus::AwaitingDeposit && own.deposit_received.is_zero();
    if untouched && theirs.deposit.is_positive() {
        own.deposit_required = theirs.deposit;
    }
    Ok(registration::save(op.tx, own).await?)
}

/// The platform's codes take the place of those that deposits were given here. In two steps, as one bidder's new code
/// may be another one's old one.
#[boxed]
pub(super) async fn take_codes(
    op: &Op<'_>,
    bundle: &Bundle,
    ours: &HashMap<String, registration::Model>,
) -> Result<(), Failure> {
    // of those too that the bundle leaves out: their codes are ours, and the platform may have given the same
    for own in ours.values() {
        let mut own = registration::lock(op.tx, own.id).await?;
        if own.bidder_code.is_some() {
            own.bidder_code = Some(own.id.uuid().to_string());
            registration::save(op.tx, own).await?;
        }
    }
    let coded = |row: &Registration| Some((ours.get(&row.reference)?.id, row.bidder_code.clone()?));
    let codes: Vec<_> = bundle.registrations.iter().filter_map(coded).collect();
    for (id, code) in codes {
        let mut own = registration::lock(op.tx, id).await?;
        own.bidder_code = Some(code);
        registration::save(op.tx, own).await?;
    }
    Ok(())
}
