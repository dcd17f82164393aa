//! Taking a signed bundle in: read whole, its signature checked, its departures listed; nothing follows from it yet.

use super::check_provider;
use super::people::{check_freezes, registrations, stands_on};
use crate::access::{Act, Op, UseCase};
use crate::auction::bidding::StoredRefusal;
use crate::auction::mirror::BundleState;
use crate::auction::mirror::bundle::Bundle;
use crate::auction::mirror::changes::{changed, check_possible, only_releases};
use crate::auction::mirror::findings::{Finding, Known, examine};
use crate::auction::mirror::form::{Envelope, reread};
use crate::auction::mirror::json::Issue;
use crate::auction::mirror::store::{
    holds_on, lot_provider, mirror_bundle, mirror_bundle_content, mirror_finding, provider_key,
};
use crate::auction::ops::announcement::check_notices;
use crate::auction::ops::default::refuse_defaulter;
use crate::auction::ops::property::check_property;
use crate::auction::ops::stay::check_worth;
use crate::auction::ops::{TOPIC, require, rounds};
use crate::auction::rules::disclosure::check_complete;
use crate::auction::rules::{Parameters, price};
use crate::auction::store::{barred_person, disclosure, lot, panel_decision, registration};
use crate::auction::{AuctionRound, LotStatus, OperatingMode};
use crate::kernel::boxed;
use crate::kernel::bulk::insert_all;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, MirrorBundleId};
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::IDENTITY_INDEX;
use crate::law::reference;
use async_graphql::InputObject;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// States of a lot whose sale a bundle may still change.
pub(super) const RUNNING: [LotStatus; 3] = [LotStatus::Ready, LotStatus::Announced, LotStatus::Open];
/// Longest text that comes as an argument of the graph, in bytes: what a request may hold, with its quotes escaped.
const MOST_IN_GRAPH: usize = 160_000;
/// Most departures of one bundle: each is accepted with a reason of its own, by one request.
const MOST_FINDINGS: usize = 1_000;
/// Longest text of one error: names come from a stranger.
const LONGEST_ISSUE: usize = 200;

/// Takes in what a listed platform says about a lot, signed by the provider; the court then adopts it
/// (导入镜像数据包). `docs/mirror.md` describes the form.
#[derive(InputObject, Serialize)]
pub struct ImportMirrorBundleInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot, decided by the panel, its provider chosen (标的物).
    pub lot: LotId,
    /// The JSON as the provider signed it, at most 160,000 bytes; a longer one, up to 16 MiB, goes to
    /// `POST /mirror-bundles` (数据包全文).
    #[serde(serialize_with = "as_hash")]
    pub content: String,
}

/// The content holds names: a key stands for its hash.
fn as_hash<S: Serializer>(content: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(Sha256::digest(content.as_bytes())))
}

impl UseCase for ImportMirrorBundleInput {
    type Done = MirrorBundleId;
    const ACT: Act = Act::ImportMirrorBundle;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<MirrorBundleId, Failure> {
        let opened = if self.content.len() <= MOST_IN_GRAPH {
            Envelope::open(&self.content)
        } else {
            Err(vec![Issue::new("$", format!("longer than {MOST_IN_GRAPH} bytes: POST /mirror-bundles takes it"))])
        };
        take_in(op, self.lot, &opened).await
    }
}

/// Takes in what was read, or refuses it with every error of its form.
#[boxed]
pub(super) async fn take_in(
    op: &mut Op<'_>,
    lot: LotId,
    opened: &Result<Envelope, Vec<Issue>>,
) -> Result<MirrorBundleId, Failure> {
    let row = lot::lock_lot(op.tx, op.scope(), lot).await?;
    if row.operating_mode != OperatingMode::Mirror {
        return Err(Refusal::new(RefusalCode::WrongState).law(&reference::NETAUCTION_4).field("lot").into());
    }
    let chosen = lot_provider::of_lot(op.tx, row.id).await?;
    let missing = || Refusal::new(RefusalCode::ProviderMissing).law(&reference::NETAUCTION_5).field("lot");
    let chosen = chosen.ok_or_else(missing)?;
    let envelope = opened.as_ref().map_err(|issues| invalid(issues))?;
    check_signature(op, &chosen, envelope).await?;
    let bundle = envelope.read(op.now.legal_date()).map_err(|issues| invalid(&issues))?;
    check_subject(op, &row, &bundle)?;
    let sha256 = envelope.sha256();
    check_order(op, &row, &bundle, &sha256).await?;
    let found = if RUNNING.contains(&row.status) {
        findings(op, &row, &bundle).await?
    } else {
        check_addendum(op, &row, &bundle).await?;
        Vec::new()
    };
    if found.len() > MOST_FINDINGS {
        let reason = format!("departs from the rules in more than {MOST_FINDINGS} places");
        return Err(invalid(&[Issue::new("$.bundle", reason)]).into());
    }
    let id = store(op, &row, &bundle, envelope, &found).await?;
    op.publish(TOPIC, row.id, row.version);
    let codes: Vec<_> = found.iter().map(|finding| (&finding.path, finding.refusal.code)).collect();
    let facts = serde_json::json!({ "bundle": id, "provider": bundle.provider, "sha256": sha256,
        "keyId": envelope.key_id, "platformLot": bundle.platform_lot, "findings": codes });
    op.audit(id, Some(row.court_id), Some(row.case_id), facts).await?;
    Ok(id)
}

/// After its end a sale has no news but deposits that were unfrozen since.
///
/// # Errors
/// `WRONG_STATE` for anything else (网拍规定 第5条).
#[boxed]
pub(super) async fn check_addendum(op: &Op<'_>, row: &lot::Model, bundle: &Bundle) -> Result<(), Failure> {
    if let Some(adopted) = mirror_bundle::adopted(op.tx, row.id).await? {
        let content = mirror_bundle_content::open(op.tx, &op.services.vault, adopted.id).await?;
        let stands = reread(&content, op.now.legal_date()).map_err(|issues| invalid(&issues))?;
        if only_releases(bundle, &stands) {
            return Ok(());
        }
    }
    Ok(require(row, &RUNNING, &reference::NETAUCTION_5)?)
}

/// Every error in one refusal.
pub(super) fn invalid(issues: &[Issue]) -> Refusal {
    let told: Vec<String> =
        issues.iter().map(|issue| issue.to_string().chars().take(LONGEST_ISSUE).collect()).collect();
    Refusal::new(RefusalCode::BundleInvalid)
        .law(&reference::TEXT_FORM)
        .field("content")
        .arg("errors", issues.len())
        .arg("issues", told.join("; "))
}

/// The chosen provider signed it, with a key that counts today.
#[boxed]
async fn check_signature(op: &Op<'_>, chosen: &lot_provider::Model, envelope: &Envelope) -> Result<(), Failure> {
    let key = key_of(op, &chosen.provider_code, &envelope.key_id).await?;
    let key = key.filter(|_| envelope.provider == chosen.provider_code);
    let public = key.and_then(|key| <[u8; 32]>::try_from(key.public_key).ok());
    if public.is_some_and(|public| envelope.is_signed_by(&public)) {
        return Ok(());
    }
    Err(unsigned(&envelope.key_id, "content").into())
}

/// The provider's key, if it counts today.
#[boxed]
pub(super) async fn key_of(op: &Op<'_>, provider: &str, key_id: &str) -> Result<Option<provider_key::Model>, Failure> {
    let today = op.now.legal_date();
    let known = provider_key::in_force(op.tx, key_id).await?;
    Ok(known.filter(|key| key.provider_code == provider && holds_on(key.valid_from, key.valid_until, today)))
}

pub(super) fn unsigned(key_id: &str, field: &'static str) -> Refusal {
    let refusal = Refusal::new(RefusalCode::BundleSignatureInvalid).law(&reference::NETAUCTION_4).field(field);
    let key_id: String = key_id.chars().filter(char::is_ascii_alphanumeric).collect();
    refusal.arg("keyId", key_id)
}

/// It speaks of this lot, of nothing that is still to come, and of no price that no court may take.
fn check_subject(op: &Op<'_>, row: &lot::Model, bundle: &Bundle) -> Result<(), Refusal> {
    let mut issues = Vec::new();
    if bundle.lot_number != row.lot_number {
        issues.push(Issue::new("$.bundle.lotNumber", "another lot"));
    }
    let ended = bundle.result.as_ref().map(|result| result.ended_at);
    if bundle.issued_at > op.now || ended.is_some_and(|end| end > bundle.issued_at) {
        issues.push(Issue::new("$.bundle.issuedAt", "not after now, and not before the end that it tells of"));
    }
    if bundle.notice.published_at > bundle.issued_at {
        issues.push(Issue::new("$.bundle.notice.publishedAt", "not after issuedAt"));
    }
    let early = ended.is_some_and(|end| end < bundle.notice.ends_at);
    let withdrawn =
        bundle.result.as_ref().is_some_and(|result| result.outcome == crate::auction::mirror::MirrorOutcome::Withdrawn);
    // only the first bid of a sell-off brings the end nearer (法明传〔2017〕455号)
    if early && !withdrawn && row.round != AuctionRound::SellOff {
        issues.push(Issue::new("$.bundle.result.endedAt", "before the announced end"));
    }
    if !issues.is_empty() {
        return Err(invalid(&issues));
    }
    // the starting price is the reserve price: a sale below it is none, whatever anybody accepts
    match bundle.sale() {
        Some(sale) if sale.price < bundle.notice.starting_price => Err(Refusal::new(RefusalCode::BidBelowStart)
            .law(&reference::NETAUCTION_10)
            .field("content")
            .arg("minimum", bundle.notice.starting_price)),
        _ => Ok(()),
    }
}

/// The same bundle counts once, and an older one does not come after a newer one.
#[boxed]
async fn check_order(op: &Op<'_>, row: &lot::Model, bundle: &Bundle, sha256: &str) -> Result<(), Failure> {
    if mirror_bundle::by_hash(op.tx, row.court_id, sha256).await?.is_some() {
        return Err(Refusal::new(RefusalCode::AlreadyExists).law(&reference::NETAUCTION_29).field("content").into());
    }
    let newest = mirror_bundle::newest_issue(op.tx, row.id).await?;
    if newest.is_some_and(|newest| newest >= bundle.issued_at) {
        return Err(Refusal::new(RefusalCode::StaleVersion).law(&reference::NETAUCTION_29).field("content").into());
    }
    Ok(())
}

/// What departs from the rules, from the panel's decision, and from what the bank has booked.
#[boxed]
pub(super) async fn findings(op: &Op<'_>, row: &lot::Model, bundle: &Bundle) -> Result<Vec<Finding>, Failure> {
    let ours = registrations(op, row.id).await?;
    let stands = stands_on(op, row, &ours).await?;
    if let Some(stands) = &stands {
        check_possible(bundle, stands)?;
    }
    check_freezes(op, row, bundle, &ours).await?;
    let parameters = Parameters { sell_off: row.round == AuctionRound::SellOff, ..row.rule_parameters()? };
    let decision = panel_decision::latest(op.tx, row.id).await?;
    let known = Known {
        round: row.round,
        category: row.category,
        mode: row.deposit_mode,
        parameters: &parameters,
        panel: decision.map(|decision| [decision.starting_price, decision.deposit, decision.bid_increment]),
        ranks: ours.iter().filter_map(|(reference, row)| Some((reference.as_str(), row.priority_rank?))).collect(),
    };
    let mut found = Vec::new();
    let mut note = |path: String, checked: Result<(), Failure>| match checked {
        Ok(()) => Ok(()),
        Err(Failure::Refused(refusal)) => {
            found.push(Finding::new(path, *refusal));
            Ok(())
        }
        Err(problem) => Err(problem),
    };
    let floor = rounds::check_price(op, row, bundle.notice.starting_price).await;
    note("$.bundle.notice.startingPrice".to_owned(), floor)?;
    if row.status == LotStatus::Ready {
        for (path, checked) in publication(op, row, bundle).await? {
            note(path.to_owned(), checked)?;
        }
    }
    if let Some(sale) = bundle.sale() {
        let barred = check_buyer(op, row, &sale.identity_number).await;
        note("$.bundle.result.buyer.identityNumber".to_owned(), barred)?;
    }
    found.extend(unpaid(bundle, &ours));
    found.extend(stands.iter().flat_map(|stands| changed(bundle, stands)));
    found.extend(examine(bundle, &known));
    Ok(found)
}

/// Who bid before his deposit stood: not booked by the bank, nor frozen by then (网拍规定 18).
fn unpaid(bundle: &Bundle, ours: &HashMap<String, registration::Model>) -> Vec<Finding> {
    let mut first: HashMap<&str, Timestamp> = HashMap::new();
    for bid in &bundle.bids {
        let earliest = first.entry(bid.bidder_code.as_str()).or_insert(bid.at);
        *earliest = bid.at.min(*earliest);
    }
    let mut found = Vec::new();
    for (index, theirs) in bundle.registrations.iter().enumerate() {
        let Some(first) = theirs.bidder_code.as_deref().and_then(|code| first.get(code)) else { continue };
        let stood = match &theirs.freeze {
            Some(freeze) => freeze.at <= *first,
            None => ours.get(&theirs.reference).is_some_and(|own| own.deposit_received >= theirs.deposit),
        };
        if !stood && theirs.deposit.is_positive() {
            let refusal = Refusal::new(RefusalCode::NotQualified).law(&reference::NETAUCTION_18);
            found.push(Finding::new(format!("$.bundle.registrations[{index}].deposit"), refusal));
        }
    }
    found
}

/// What must stand before an announcement of ours (网拍规定 4, 13, 14, 16, 20, 26; 拍变规定 6), on the day on which the
/// platform published its own.
#[boxed]
async fn publication(
    op: &Op<'_>,
    row: &lot::Model,
    bundle: &Bundle,
) -> Result<Vec<(&'static str, Result<(), Failure>)>, Failure> {
    let notice = &bundle.notice;
    let (published_on, starts_on) = (notice.published_at.legal_date(), notice.starts_at.legal_date());
    let filled = disclosure::of_lot(op.tx, row.id).await?.into_iter().map(|line| line.item).collect();
    let increment = price::check_increment(notice.starting_price, notice.bid_increment);
    Ok(vec![
        ("$.bundle.provider", check_provider(op, row, published_on).await.map(|_| ())),
        ("$.bundle.notice.startingPrice", check_worth(op, row, notice.starting_price).await),
        ("$.bundle.notice.bidIncrement", increment.map_err(Failure::from)),
        ("$.bundle.notice", check_property(op, row, starts_on).await),
        ("$.bundle.notice", check_complete(&filled).map_err(Failure::from)),
        ("$.bundle.notice.publishedAt", check_notices(op, row, published_on, starts_on).await),
        ("$.bundle.notice.startsAt", rounds::check_term(op, row, notice.starts_at, false).await),
    ])
}

/// May this person buy at all (网拍规定 24, 34)?
#[boxed]
async fn check_buyer(op: &Op<'_>, row: &lot::Model, identity_number: &str) -> Result<(), Failure> {
    let person = op.services.vault.blind_index(IDENTITY_INDEX, identity_number);
    if barred_person::reason(op.tx, row.court_id, row.id, &person).await?.is_some() {
        return Err(Refusal::new(RefusalCode::BidderBarred).law(&reference::NETAUCTION_34).into());
    }
    refuse_defaulter(op, row.id, &person).await
}

/// Keeps the bundle and its findings in the place of what was imported and not adopted.
#[boxed]
async fn store(
    op: &Op<'_>,
    row: &lot::Model,
    bundle: &Bundle,
    envelope: &Envelope,
    found: &[Finding],
) -> Result<MirrorBundleId, Failure> {
    mirror_bundle::supersede(op.tx, row.id, BundleState::Imported).await?;
    let id = MirrorBundleId::new(op.now);
    let content = String::from_utf8(envelope.canonical.clone()).map_err(Failure::internal)?;
    let (result, sale) = (bundle.result.as_ref(), bundle.sale());
    let new = mirror_bundle::Model {
        id,
        court_id: row.court_id,
        lot_id: row.id,
        provider_code: bundle.provider.clone(),
        platform_lot: bundle.platform_lot.clone(),
        platform_url: bundle.url.clone(),
        issued_at: bundle.issued_at,
        sha256: envelope.sha256(),
        key_id: envelope.key_id.clone(),
        signature: envelope.signature.to_vec(),
        state: BundleState::Imported,
        outcome: result.map(|result| result.outcome),
        price: sale.map(|sale| sale.price),
        ended_at: result.map(|result| result.ended_at),
        confirmation_number: sale.map(|sale| sale.confirmation_number.clone()),
        confirmation_sha256: sale.map(|sale| sale.confirmation_sha256.clone()),
        imported_by: op.actor.name(),
        recorded_at: op.now,
        adopted_by: None,
        adopted_at: None,
    };
    mirror_bundle::insert(op.tx, new.clone()).await?;
    mirror_bundle_content::insert(op.tx, &op.services.vault, &new, &content).await?;
    let mut rows = Vec::new();
    for (finding, number) in found.iter().zip(1..) {
        rows.push(mirror_finding::Model {
            bundle_id: id,
            number,
            court_id: row.court_id,
            path: finding.path.clone(),
            refusal: serde_json::to_string(&StoredRefusal::from(&finding.refusal))?,
            reason: None,
        });
    }
    insert_all::<mirror_finding::Entity>(op.tx, &rows).await?;
    Ok(id)
}
