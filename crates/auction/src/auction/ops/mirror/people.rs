//! The persons of a mirrored sale: whom the court knows under the platform's references, and what a bundle that it
//! stands on changes of them (网拍规定 17, 18).
//!
//! Money is asked of a person and goes back to him: what has been paid in under one name or amount stays under it.

use super::check_payment_name;
use crate::access::Op;
use crate::auction::mirror::bundle::{Bundle, Freeze, Notice, Registration};
use crate::auction::mirror::changes::{Person, Stands};
use crate::auction::mirror::store::{mirror_bundle, mirror_registration};
use crate::auction::ops::qualify;
use crate::auction::ops::registration::NewRegistration;
use crate::auction::platform;
use crate::auction::store::{lot, platform_deposit, registration};
use crate::auction::{DepositHolding, PlatformDepositState, RegistrationStatus};
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, RegistrationId};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::{BlindIndex, Place, Vault};
use crate::law::reference;
use std::collections::{HashMap, HashSet};

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
    let deposits = platform_deposit::of_lot(op.tx, row.id).await?.into_iter();
    let mut freezes: HashMap<_, _> = deposits.map(|row| (row.registration_id, row.provider_reference)).collect();
    let mut people = HashMap::new();
    for (reference, own) in ours {
        let place = Place::new("registration", own.id.uuid(), "name_sealed");
        let person = Person {
            name: op.services.vault.open(place, &own.name_sealed)?.expose().clone(),
            priority_claim: own.priority_claim.clone(),
            deposit: own.deposit_required,
            holding: own.deposit_holding,
            freeze: freezes.remove(&own.id).flatten(),
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
            if let Some(freeze) = &theirs.freeze {
                take_freeze(op, own.id, freeze).await?;
            }
            continue;
        }
        let new = NewRegistration {
            sale: row,
            account: None,
            name: &theirs.name,
            index: platform_index(&op.services.vault, row.id, &theirs.reference),
            review: None,
            priority_claim: theirs.priority_claim.clone(),
            undertaking: false,
            holding: theirs.holding,
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
        if let Some(freeze) = &theirs.freeze {
            take_freeze(op, own.id, freeze).await?;
        }
        ours.insert(theirs.reference.clone(), own);
    }
    Ok(ours)
}

/// Takes over what the court has accepted of a change: a claim that no panel has ranked yet, an amount of which
/// nothing has been paid in. What a bidder was admitted under stays.
#[boxed]
async fn take_change(op: &Op<'_>, own: RegistrationId, theirs: &Registration) -> Result<(), Failure> {
    let mut own = registration::lock(op.tx, own).await?;
    if own.priority_rank.is_none() {
        own.priority_claim.clone_from(&theirs.priority_claim);
    }
    let untouched = own.status == RegistrationStatus::AwaitingDeposit && own.deposit_received.is_zero();
    if untouched && own.deposit_required.is_positive() && theirs.deposit.is_positive() {
        own.deposit_required = theirs.deposit;
        if own.deposit_holding == DepositHolding::Platform {
            let deposit = platform_deposit::lock_of(op.tx, own.id).await?;
            platform_deposit::save(op.tx, platform_deposit::Model { amount: theirs.deposit, ..deposit }).await?;
        }
    }
    Ok(registration::save(op.tx, own).await?)
}

/// Books the memo of a freeze that the bundle tells of, once; the bidder is then as good as one who paid. Of who owes
/// nothing there is nothing to freeze.
#[boxed]
async fn take_freeze(op: &mut Op<'_>, own: RegistrationId, freeze: &Freeze) -> Result<(), Failure> {
    let mut own = registration::lock(op.tx, own).await?;
    let asked = platform_deposit::of_registration(op.tx, own.id).await?;
    if asked.is_none_or(|asked| asked.state != PlatformDepositState::Awaited) {
        return Ok(());
    }
    let mut deposit = platform_deposit::lock_of(op.tx, own.id).await?;
    deposit.provider_reference = Some(freeze.reference.clone());
    deposit.provider_name = Some(freeze.account_name.clone());
    platform::freeze(op, &mut own, &mut deposit).await?;
    deposit.frozen_at = Some(freeze.at);
    if own.status == RegistrationStatus::AwaitingDeposit {
        qualify(op, &mut own).await?;
    }
    let facts = serde_json::json!({ "registration": own.id, "amount": deposit.amount, "frozenAt": freeze.at,
        "providerReference": freeze.reference, "providerName": freeze.account_name, "status": own.status });
    op.audit(deposit.id, Some(deposit.court_id), None, facts).await?;
    registration::save(op.tx, own).await?;
    Ok(platform_deposit::save(op.tx, deposit).await?)
}

/// What the provider tells of deposits that it has unfrozen after the end. As where it confirms a release here, the
/// instant at which the court was told decides whether the 24 hours were kept.
#[boxed]
pub(super) async fn take_releases(
    op: &mut Op<'_>,
    bundle: &Bundle,
    ours: &HashMap<String, registration::Model>,
    told_at: Timestamp,
) -> Result<(), Failure> {
    for theirs in &bundle.registrations {
        let Some((release, own)) = theirs.release.as_ref().zip(ours.get(&theirs.reference)) else { continue };
        let mut own = registration::lock(op.tx, own.id).await?;
        let id = own.id;
        let frozen = own.deposit_holding == DepositHolding::Platform && own.deposit_received.is_positive();
        if frozen && own.refund_due_at.is_some() {
            platform::release(op, &mut own).await?;
            registration::save(op.tx, own).await?;
        }
        let due = platform_deposit::of_registration(op.tx, id).await?;
        if due.is_none_or(|due| due.state != PlatformDepositState::ReleaseDue) {
            // released before, by an earlier bundle or the operator's word
            continue;
        }
        let mut deposit = platform_deposit::lock_of(op.tx, id).await?;
        deposit.state = PlatformDepositState::Released;
        deposit.released_at = Some(told_at);
        deposit.release_reference = Some(release.reference.clone());
        let late = deposit.due_at.is_some_and(|due| due <= told_at);
        let facts = serde_json::json!({ "registration": deposit.registration_id, "amount": deposit.amount,
            "providerReference": release.reference, "releasedAt": release.at, "dueAt": deposit.due_at, "late": late });
        op.audit(deposit.id, Some(deposit.court_id), None, facts).await?;
        platform_deposit::save(op.tx, deposit).await?;
    }
    Ok(())
}

/// Refuses freezes that cannot count: transferred from an account of somebody else, or known as another bidder's.
///
/// # Errors
/// `PAYEE_NAME_MISMATCH` (网拍规定 第25条), `ALREADY_EXISTS` (第17条), both on `content`.
#[boxed]
pub(super) async fn check_freezes(
    op: &Op<'_>,
    row: &lot::Model,
    bundle: &Bundle,
    ours: &HashMap<String, registration::Model>,
) -> Result<(), Failure> {
    let told = bundle.registrations.iter().filter_map(|theirs| Some((theirs, theirs.freeze.as_ref()?)));
    let (mut names, mut owners) = (HashSet::new(), HashMap::new());
    for (theirs, freeze) in told {
        names.insert(freeze.account_name.as_str());
        owners.insert(freeze.reference.as_str(), ours.get(&theirs.reference).map(|own| own.id));
    }
    for name in names {
        check_payment_name(op, row.id, name, "content").await?;
    }
    let references = owners.keys().map(|number| (*number).to_owned()).collect();
    for known in platform_deposit::with_references(op.tx, row.court_id, references).await? {
        let owner = known.provider_reference.as_deref().and_then(|number| owners.get(number).copied().flatten());
        if owner != Some(known.registration_id) {
            return Err(Refusal::new(RefusalCode::AlreadyExists)
                .law(&reference::NETAUCTION_17)
                .field("content")
                .into());
        }
    }
    Ok(())
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
