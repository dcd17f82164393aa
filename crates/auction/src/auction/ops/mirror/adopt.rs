//! Standing on a bundle: each departure accepted with a reason, the lot becomes what the platform says, and the court's
//! money side starts where it starts after a sale of our own (网拍规定 22–25).

use super::intake::{RUNNING, check_addendum, findings, invalid, key_of, unsigned};
use super::people::{registrations, take_codes, take_registrations, take_releases};
use crate::access::{Act, Op, UseCase};
use crate::auction::bidding::StoredRefusal;
use crate::auction::catalogue::store as catalogue;
use crate::auction::collection::store as collection;
use crate::auction::mirror::bundle::{Bundle, SaleFacts, SaleResult};
use crate::auction::mirror::findings::replay;
use crate::auction::mirror::form::reread;
use crate::auction::mirror::store::{
    mirror_bid, mirror_bundle, mirror_bundle_content, mirror_finding, mirror_registration,
};
use crate::auction::mirror::{BundleState, MirrorOutcome};
use crate::auction::ops::stay::{check_enforcement, check_stay};
use crate::auction::ops::{closing, publish_version, refund};
use crate::auction::rules::Parameters;
use crate::auction::rules::bid::Standing;
use crate::auction::rules::schedule::refund_due_at;
use crate::auction::store::sale::renewed_undertaking;
use crate::auction::store::{lot, registration};
use crate::auction::{AuctionRound, DepositHolding, LotEventKind, LotStatus};
use crate::cases::rules::text::{self, LONG};
use crate::kernel::boxed;
use crate::kernel::bulk::insert_all;
use crate::kernel::error::Failure;
use crate::kernel::ids::{LotId, MirrorBundleId};
use crate::kernel::money::Money;
use crate::kernel::query::Fetch;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::kernel::secret::IDENTITY_INDEX;
use crate::law::reference;
use async_graphql::InputObject;
use sea_orm::{QuerySelect, entity::prelude::*};
use serde::Serialize;
use std::collections::HashMap;

/// Bids of one statement: it has six parameters for each, and an engine takes about thirty thousand.
const BIDS_AT_ONCE: usize = 2_048;

/// Why the court accepts one departure (偏差采认理由).
#[derive(InputObject, Serialize)]
pub struct FindingAcceptanceInput {
    /// `MirrorFinding.number` (偏差序号).
    pub number: i32,
    /// The reason, 1 to 500 characters (理由).
    pub reason: String,
}

/// Stands on an imported bundle: the lot is announced, sold, unsold or withdrawn as the platform says, and its money
/// begins to move (采认镜像数据包).
#[derive(InputObject, Serialize)]
pub struct AdoptMirrorBundleInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The newest bundle of its lot, imported (镜像数据包).
    pub bundle: MirrorBundleId,
    /// A reason for each finding of the bundle, each once; empty when there is none (逐项采认理由).
    #[graphql(default)]
    pub acceptances: Vec<FindingAcceptanceInput>,
}

impl UseCase for AdoptMirrorBundleInput {
    type Done = LotId;
    const ACT: Act = Act::AdoptMirrorBundle;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let seen = mirror_bundle::find(op.tx, op.scope(), self.bundle).await?;
        let seen = seen.ok_or_else(|| Failure::not_found("bundle"))?;
        let row = lot::lock_lot(op.tx, op.scope(), seen.lot_id).await?;
        // read again behind the lot's lock: a later bundle may have taken its place meanwhile
        let kept = mirror_bundle::Entity::find_by_id(self.bundle).lock_exclusive().first(op.tx).await?;
        let kept = kept.filter(|kept| kept.state == BundleState::Imported);
        let kept =
            kept.ok_or_else(|| Refusal::new(RefusalCode::StaleVersion).field("bundle").law(&reference::NETAUCTION_29))?;
        if !RUNNING.contains(&row.status) {
            return self.add(op, row, kept).await;
        }
        check_stay(op, row.id).await?;
        check_enforcement(op, row.case_id).await?;
        let accepted = self.accept(op).await?;
        let content = mirror_bundle_content::open(op.tx, &op.services.vault, kept.id).await?;
        let bundle = reread(&content, op.now.legal_date()).map_err(|issues| invalid(&issues))?;
        check_unchanged(op, &row, &kept, &bundle).await?;
        let facts = serde_json::json!({ "bundle": kept.id, "sha256": kept.sha256, "outcome": kept.outcome,
            "price": kept.price, "acceptedFindings": accepted });
        let told_at = kept.recorded_at;
        supersede(op, kept).await?;
        let (lot, court, case) = (row.id, row.court_id, row.case_id);
        let row = take_terms(op, row, &bundle).await?;
        let ours = take_registrations(op, &row, &bundle).await?;
        if let Some(result) = &bundle.result {
            end(op, row, &bundle, result, &ours).await?;
            take_releases(op, &bundle, &ours, told_at).await?;
        }
        op.audit(lot, Some(court), Some(case), facts).await?;
        Ok(lot)
    }
}

impl AdoptMirrorBundleInput {
    /// The ended sale stays what it is; what was unfrozen since is booked, whatever stays the sale.
    #[boxed]
    async fn add(&self, op: &mut Op<'_>, row: lot::Model, kept: mirror_bundle::Model) -> Result<LotId, Failure> {
        self.accept(op).await?;
        if key_of(op, &kept.provider_code, &kept.key_id).await?.is_none() {
            return Err(unsigned(&kept.key_id, "bundle").into());
        }
        let content = mirror_bundle_content::open(op.tx, &op.services.vault, kept.id).await?;
        let bundle = reread(&content, op.now.legal_date()).map_err(|issues| invalid(&issues))?;
        check_addendum(op, &row, &bundle).await?;
        let facts = serde_json::json!({ "bundle": kept.id, "sha256": kept.sha256, "outcome": kept.outcome });
        let told_at = kept.recorded_at;
        supersede(op, kept).await?;
        let ours = registrations(op, row.id).await?;
        take_releases(op, &bundle, &ours, told_at).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }

    /// Keeps the reasons; FINDINGS_OPEN unless every finding has one.
    #[boxed]
    async fn accept(&self, op: &Op<'_>) -> Result<usize, Failure> {
        let mut reasons: HashMap<i32, String> = HashMap::new();
        for acceptance in &self.acceptances {
            let reason = text::checked("reason", &acceptance.reason, LONG)?;
            if reasons.insert(acceptance.number, reason).is_some() {
                return Err(Refusal::new(RefusalCode::ListInvalid).field("acceptances").into());
            }
        }
        let findings = mirror_finding::of_bundle(op.tx, self.bundle).await?;
        let open: Vec<String> =
            findings.iter().filter(|f| !reasons.contains_key(&f.number)).map(|f| f.number.to_string()).collect();
        if !open.is_empty() {
            let refusal = Refusal::new(RefusalCode::FindingsOpen).law(&reference::NETAUCTION_22).field("acceptances");
            return Err(refusal.arg("open", open.join(", ")).into());
        }
        if reasons.len() != findings.len() {
            // a reason for a finding that is not there: the officer read another list
            return Err(Refusal::new(RefusalCode::ListInvalid).field("acceptances").into());
        }
        if mirror_finding::accept(op.tx, self.bundle, reasons.into_iter().collect()).await? != findings.len() as u64 {
            return Err(Failure::internal("a finding without its reason"));
        }
        Ok(findings.len())
    }
}

/// What was looked at when the bundle came in may have changed since: a key is withdrawn, the provider struck off, a
/// buyer barred. What is new to the findings has no reason yet; what has been mended meanwhile stops nobody.
#[boxed]
async fn check_unchanged(
    op: &Op<'_>,
    row: &lot::Model,
    kept: &mirror_bundle::Model,
    bundle: &Bundle,
) -> Result<(), Failure> {
    if key_of(op, &kept.provider_code, &kept.key_id).await?.is_none() {
        return Err(unsigned(&kept.key_id, "bundle").into());
    }
    let known = mirror_finding::of_bundle(op.tx, kept.id).await?;
    for finding in findings(op, row, bundle).await? {
        let refusal = serde_json::to_string(&StoredRefusal::from(&finding.refusal))?;
        if !known.iter().any(|known| known.path == finding.path && known.refusal == refusal) {
            let stale = Refusal::new(RefusalCode::StaleVersion).law(&reference::NETAUCTION_22);
            return Err(stale.field("bundle").into());
        }
    }
    Ok(())
}

/// The bundle counts from now on, in the place of the one before.
#[boxed]
async fn supersede(op: &Op<'_>, kept: mirror_bundle::Model) -> Result<(), Failure> {
    mirror_bundle::supersede(op.tx, kept.lot_id, BundleState::Adopted).await?;
    let adopted = mirror_bundle::Model {
        state: BundleState::Adopted,
        adopted_by: Some(op.actor.name()),
        adopted_at: Some(op.now),
        ..kept
    };
    Ok(mirror_bundle::save(op.tx, adopted).await?)
}

/// The announcement as the platform has it; with the first bundle the lot becomes public.
#[boxed]
async fn take_terms(op: &mut Op<'_>, mut row: lot::Model, bundle: &Bundle) -> Result<lot::Model, Failure> {
    let notice = &bundle.notice;
    let before = row.clone();
    row.starting_price = Some(notice.starting_price);
    row.deposit = Some(notice.deposit);
    row.bid_increment = Some(notice.bid_increment);
    row.balance_days = Some(notice.balance_days);
    row.published_at = Some(notice.published_at);
    row.starts_at = Some(notice.starts_at);
    row.planned_end_at = Some(notice.ends_at);
    row.effective_end_at = Some(notice.ends_at);
    if before.status != LotStatus::Ready {
        // the result alone is news: an announcement that stands as it was is not announced again
        return if row == before { Ok(row) } else { revise(op, row, before.starting_price).await };
    }
    let parameters = Parameters { sell_off: row.round == AuctionRound::SellOff, ..row.rule_parameters()? };
    row.parameters = serde_json::to_string(&parameters)?;
    row.status = LotStatus::Announced;
    let row = publish_version(op, row, LotEventKind::Published).await?;
    catalogue::index(op.tx, &row).await?;
    Ok(row)
}

/// The platform changed its announcement: what counts or finds the lot by it follows, and a lot whose bidding was put
/// off waits again.
#[boxed]
async fn revise(op: &mut Op<'_>, mut row: lot::Model, price_before: Option<Money>) -> Result<lot::Model, Failure> {
    if row.status == LotStatus::Open && row.starts_at.is_some_and(|start| op.now < start) {
        row.status = LotStatus::Announced;
    }
    let row = publish_version(op, row, LotEventKind::Revised).await?;
    catalogue::index(op.tx, &row).await?;
    if row.starting_price != price_before {
        collection::recount_with(op.tx, row.id).await?;
    }
    Ok(row)
}

/// The end on the platform is the end here.
#[boxed]
async fn end(
    op: &mut Op<'_>,
    mut row: lot::Model,
    bundle: &Bundle,
    result: &SaleResult,
    ours: &HashMap<String, registration::Model>,
) -> Result<(), Failure> {
    take_codes(op, bundle, ours).await?;
    match (result.outcome, &result.sale) {
        (MirrorOutcome::Sold, Some(sale)) => sold(op, row, bundle, result, sale, ours).await,
        (MirrorOutcome::Withdrawn, _) => {
            refund::mark_all_due(op, row.id, None, refund_due_at(result.ended_at)).await?;
            row.status = LotStatus::Withdrawn;
            publish_version(op, row, LotEventKind::Withdrawn).await.map(|_| ())
        }
        _ => {
            row.effective_end_at = Some(result.ended_at);
            closing::unsold(op, row, result.ended_at).await
        }
    }
}

/// 成交: the bids are kept, the purchaser leads, and the closing of our own sales does the rest.
#[boxed]
async fn sold(
    op: &mut Op<'_>,
    mut row: lot::Model,
    bundle: &Bundle,
    result: &SaleResult,
    sale: &SaleFacts,
    ours: &HashMap<String, registration::Model>,
) -> Result<(), Failure> {
    let buyer = ours.get(&sale.buyer).ok_or_else(|| Failure::internal("a purchaser without a registration"))?;
    let buyer = registration::lock(op.tx, buyer.id).await?;
    if buyer.deposit_holding == DepositHolding::Platform && buyer.deposit_received > sale.price {
        // the provider transfers all of what it has frozen, and a price holds no more than itself
        let above = Refusal::new(RefusalCode::AmountInvalid).law(&reference::NETAUCTION_25).field("bundle");
        return Err(above.into());
    }
    let mut bids = Vec::new();
    for (bid, sequence) in bundle.bids.iter().zip(1_i64..) {
        bids.push(mirror_bid::Model {
            lot_id: row.id,
            sequence,
            court_id: row.court_id,
            bidder_code: bid.bidder_code.clone(),
            amount: bid.amount,
            bid_at: bid.at,
        });
    }
    for some in bids.chunks(BIDS_AT_ONCE) {
        insert_all::<mirror_bid::Entity>(op.tx, some).await?;
    }
    let last = bids.iter().rev().find(|bid| Some(&bid.bidder_code) == buyer.bidder_code.as_ref());
    let last = last.ok_or_else(|| Failure::internal("a purchaser without a bid"))?;
    let winner = Standing {
        registration: buyer.id.uuid(),
        amount: sale.price,
        priority_rank: buyer.priority_rank,
        arrived_at: last.bid_at,
        sequence: last.sequence,
    };
    let ranks: HashMap<&str, i32> =
        ours.iter().filter_map(|(reference, own)| Some((reference.as_str(), own.priority_rank?))).collect();
    row.extension_count = replay(bundle, &row.rule_parameters()?, &ranks).0.extension_count;
    row.status = LotStatus::Open;
    row.effective_end_at = Some(result.ended_at);
    row.current_price = Some(sale.price);
    row.leader_id = Some(buyer.id);
    row.leader_code = buyer.bidder_code.clone();
    row.leader_rank = buyer.priority_rank;
    row.leader_arrived_at = Some(last.bid_at);
    row.leader_sequence = Some(last.sequence);
    row.bid_count = i64::try_from(bids.len()).map_err(Failure::internal)?;
    row.attempt_count = row.bid_count;
    identify(op, &row, &buyer, sale).await?;
    closing::sell(op, row, &winner, result.ended_at).await
}

/// Who the purchaser is, and what he said after the sale.
#[boxed]
async fn identify(op: &Op<'_>, row: &lot::Model, buyer: &registration::Model, sale: &SaleFacts) -> Result<(), Failure> {
    let link = mirror_registration::find(op.tx, buyer.id).await?;
    let mut link = link.ok_or_else(|| Failure::internal("a purchaser of no platform"))?;
    link.person_index = Some(op.services.vault.blind_index(IDENTITY_INDEX, &sale.identity_number));
    mirror_registration::save(op.tx, link).await?;
    if row.purchase_restricted && sale.undertaking {
        let said = renewed_undertaking::Model {
            lot_id: row.id,
            court_id: row.court_id,
            registration_id: buyer.id,
            recorded_at: op.now,
        };
        renewed_undertaking::insert(op.tx, said).await?;
    }
    Ok(())
}
