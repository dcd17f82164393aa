//! What becomes of the papers of agents and joint bidders: the clerk opens and confirms them before bidding starts, the
//! sale names all purchasers, and a default keeps all of them out (网拍规定 14, 22, 24).

use super::bidders::claim;
use super::person::person_of;
use crate::access::{Act, Op, UseCase};
use crate::auction::rules::papers::{decide_in_time, decide_power, decide_undertaking};
use crate::auction::store::{
    barred_purchaser, bidder_papers, bidder_person, chain, joint_purchaser, lot, lot_bidder, registration,
};
use crate::auction::{BarGround, RegistrationStatus};
use crate::kernel::boxed;
use crate::kernel::clock::LegalDate;
use crate::kernel::error::Failure;
use crate::kernel::ids::{CourtId, LotId, RegistrationId};
use crate::kernel::query::Fetch;
use crate::kernel::secret::{BlindIndex, IDENTITY_INDEX};
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Opens what an agent or joint bidders handed in, names and numbers with it; each opening is on record
/// (查阅委托、共同竞买手续).
#[derive(InputObject, Serialize)]
pub struct OpenBidderPapersInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// A registration with papers (报名).
    pub registration: RegistrationId,
}

impl UseCase for OpenBidderPapersInput {
    type Done = RegistrationId;
    const ACT: Act = Act::OpenBidderPapers;
    /// None: to look twice is two openings, and both are on record.
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<RegistrationId, Failure> {
        let found = bidder_papers::of_registration(op.tx, self.registration).await?;
        let papers = found.filter(|papers| op.scope().allows_court(papers.court_id));
        let papers = papers.ok_or_else(|| Failure::not_found("registration"))?;
        let facts = serde_json::json!({ "opened": true, "confirmed": papers.confirmed_at.is_some() });
        op.audit(papers.registration_id, Some(papers.court_id), None, facts).await?;
        Ok(papers.registration_id)
    }
}

/// A power of attorney that was prolonged.
pub(super) struct ProlongedPower {
    pub until: LegalDate,
    pub document: String,
}

/// Confirms the papers of a registration that the clerk admits, whose lock the caller holds; were there any to confirm?
/// Those of an agent whose power ends before bidding does need a prolonged one.
///
/// # Errors
/// BIDDER_PAPERS_TOO_LATE; DATE_INVALID for a power that is over too early; ALREADY_EXISTS when one of them bids by
/// another registration; NOT_FOUND for a prolonged power where no agent bids.
#[boxed]
pub(super) async fn confirm(
    op: &Op<'_>,
    row: &registration::Model,
    prolonged: Option<ProlongedPower>,
) -> Result<bool, Failure> {
    let found = bidder_papers::of_registration(op.tx, row.id).await?;
    if prolonged.is_some() && found.as_ref().is_none_or(|papers| papers.until.is_none()) {
        return Err(Failure::not_found("powerUntil"));
    }
    let Some(mut papers) = found else { return Ok(false) };
    let sale = lot::Entity::find_by_id(row.lot_id).first(op.tx).await?;
    let window = sale.and_then(|lot| lot.starts_at.zip(lot.effective_end_at));
    let (starts_at, ends_at) = window.ok_or_else(|| Failure::internal("a registration for a lot without a start"))?;
    if let Some(power) = prolonged {
        papers.until = Some(power.until);
        papers.power_document = Some(power.document);
    }
    if let Some(until) = papers.until {
        decide_power(until, ends_at.legal_date())?;
    }
    let confirms = papers.confirmed_at.is_none();
    if confirms {
        decide_in_time(op.now, starts_at, "registration")?;
        for identity in named(op, row.id).await? {
            claim(op, row, &identity, "registration").await?;
        }
        papers.confirmed_at = Some(op.now);
    }
    bidder_papers::save(op.tx, papers).await?;
    Ok(confirms)
}

/// A stopped sale goes on: an agent whose power ends before the new end bids no more until the clerk has seen a longer
/// one. What he bid within it stands. Answers the registrations that wait.
#[boxed]
pub(super) async fn lapse(op: &Op<'_>, sale: &lot::Model) -> Result<Vec<RegistrationId>, Failure> {
    let Some(end) = sale.effective_end_at else { return Ok(Vec::new()) };
    let mut lapsed = Vec::new();
    for papers in bidder_papers::of_lot(op.tx, sale.id).await? {
        let stands = papers.until.is_none_or(|until| decide_power(until, end.legal_date()).is_ok());
        if stands {
            continue;
        }
        let mut row = registration::lock(op.tx, papers.registration_id).await?;
        if matches!(row.status, RegistrationStatus::AwaitingDeposit | RegistrationStatus::Qualified) {
            row.status = RegistrationStatus::UnderReview;
            row.review_reason = Some("委托期限在恢复后的竞价结束前届满，待提交延长授权的委托书".to_owned());
            lapsed.push(row.id);
            registration::save(op.tx, row).await?;
        }
    }
    Ok(lapsed)
}

/// A registration that is barred shuts nobody out of bidding by another.
#[boxed]
pub(super) async fn release(op: &Op<'_>, row: &registration::Model) -> Result<(), Failure> {
    Ok(lot_bidder::release(op.tx, row.id).await?)
}

/// The identities of those for whom a registration bids by papers, in their order.
#[boxed]
async fn named(op: &Op<'_>, id: RegistrationId) -> Result<Vec<BlindIndex>, Failure> {
    let vault = &op.services.vault;
    let mut identities = Vec::new();
    for row in bidder_person::of_registration(op.tx, id).await? {
        identities.push(vault.blind_index(IDENTITY_INDEX, &row.opened(vault)?.number));
    }
    Ok(identities)
}

/// Keeps all purchasers of a lot out of its later rounds: answers the first, whom the record of the ground names, and
/// notes the others.
#[boxed]
pub(super) async fn bar_all(
    op: &Op<'_>,
    sale: &lot::Model,
    buyer: &registration::Model,
    ground: BarGround,
) -> Result<Option<BlindIndex>, Failure> {
    let mut persons = named(op, buyer.id).await?.into_iter();
    let Some(first) = persons.next() else { return person_of(op, buyer).await };
    let chain = chain::chain_id(op.tx, sale.id).await?;
    for (ordinal, person_index) in (2..).zip(persons) {
        let row = barred_purchaser::Model {
            lot_id: sale.id,
            ground,
            ordinal,
            court_id: sale.court_id,
            chain_id: chain,
            person_index,
        };
        barred_purchaser::insert(op.tx, row).await?;
    }
    Ok(Some(first))
}

/// Names those who bought together, with their shares; they are published with the confirmation (网拍规定 22).
#[boxed]
pub(super) async fn name_purchasers(
    op: &Op<'_>,
    lot_id: LotId,
    court_id: CourtId,
    winner: RegistrationId,
) -> Result<(), Failure> {
    let persons = bidder_person::of_registration(op.tx, winner).await?;
    if persons.len() < 2 {
        return Ok(());
    }
    for row in persons {
        let name = row.opened(&op.services.vault)?.name;
        let purchaser =
            joint_purchaser::Model { lot_id, ordinal: row.ordinal, court_id, name, share_parts: row.share_parts };
        joint_purchaser::insert(op.tx, purchaser).await?;
    }
    Ok(())
}

/// May this registration speak for its purchasers on their purchase limits? An agent needs it in his power; he who bids
/// for joint bidders, himself one of them, speaks for all.
#[boxed]
pub(super) async fn check_may_undertake(op: &Op<'_>, id: RegistrationId) -> Result<(), Failure> {
    let papers = bidder_papers::of_registration(op.tx, id).await?;
    match papers.and_then(|papers| papers.until.map(|until| (papers.may_undertake, until))) {
        Some((named, until)) => Ok(decide_undertaking(named, until, op.now.legal_date())?),
        None => Ok(()),
    }
}
