//! What becomes of the papers of agents and joint bidders: the clerk opens and confirms them before bidding starts, the
//! sale names all purchasers, and a default keeps all of them out (网拍规定 14, 22, 24).

use super::bidders::claim;
use super::default::refuse_defaulter;
use super::person::person_of;
use super::registration::applicants_claim;
use crate::access::{Act, Op, UseCase};
use crate::auction::platform;
use crate::auction::rules::papers::{
    Power, decide_in_time, decide_new_power, decide_power, decide_prolonged, decide_undertaking,
};
use crate::auction::rules::price::required_deposit;
use crate::auction::store::opening::{self, Opened};
use crate::auction::store::{
    barred_purchaser, bidder_papers, bidder_person, chain, former_power, joint_purchaser, lot, lot_bidder, registration,
};
use crate::auction::{BarGround, DepositHolding, RegistrationStatus, SealedPart};
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
    /// Another key is another opening, and both are on record.
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<RegistrationId, Failure> {
        let found = bidder_papers::of_registration(op.tx, self.registration).await?;
        let papers = found.filter(|papers| op.scope().allows_court(papers.court_id));
        let papers = papers.ok_or_else(|| Failure::not_found("registration"))?;
        let of = Opened { court: papers.court_id, lot: papers.lot_id, registration: papers.registration_id };
        opening::record(op.tx, op.now, of, SealedPart::Papers, "审查委托、共同竞买手续").await?;
        let facts = serde_json::json!({ "opened": SealedPart::Papers, "confirmed": papers.confirmed_at.is_some() });
        op.audit(papers.registration_id, Some(papers.court_id), None, facts).await?;
        Ok(papers.registration_id)
    }
}

/// A power of attorney that was prolonged, or a new one instead of one that was revoked.
pub(super) struct ProlongedPower {
    pub until: LegalDate,
    pub document: String,
    /// Whether it names the undertaking; none when it names the acts of the one before.
    pub may_undertake: Option<bool>,
}

/// What an admission made of the papers.
#[derive(Default)]
pub(super) struct Confirmed {
    /// There were papers to confirm.
    pub papers: bool,
    /// Last days of the power before and of the one in its place.
    pub power: Option<[LegalDate; 2]>,
}

/// Confirms the papers of a registration that the clerk admits, whose lock the caller holds; he saves the row. Those of
/// an agent whose power ends before bidding does need a prolonged one, those of whom it was revoked a new one.
///
/// # Errors
/// BIDDER_PAPERS_TOO_LATE; AGENT_NOT_AUTHORISED without the new power; DATE_INVALID for a power that is over too early;
/// BIDDER_BARRED for one who may not take part again; ALREADY_EXISTS when one of them, or their agent, bids by another
/// registration; NOT_FOUND for a prolonged power where no agent bids.
#[boxed]
pub(super) async fn confirm(
    op: &Op<'_>,
    row: &mut registration::Model,
    prolonged: Option<ProlongedPower>,
) -> Result<Confirmed, Failure> {
    let found = bidder_papers::of_registration(op.tx, row.id).await?;
    if prolonged.is_some() && found.as_ref().is_none_or(|papers| papers.until.is_none()) {
        return Err(Failure::not_found("powerUntil"));
    }
    let Some(mut papers) = found else { return Ok(Confirmed::default()) };
    let sale = lot::Entity::find_by_id(row.lot_id).first(op.tx).await?;
    let sale = sale.ok_or_else(|| Failure::internal("a registration without its lot"))?;
    let window = sale.starts_at.zip(sale.effective_end_at);
    let (starts_at, ends_at) = window.ok_or_else(|| Failure::internal("a registration for a lot without a start"))?;
    let revoked = row.power_revoked_at.take().is_some();
    if revoked {
        decide_new_power(prolonged.as_ref().map(|power| power.until), ends_at.legal_date())?;
    }
    let power = match prolonged {
        Some(power) => Some(replace(op, &mut papers, power, revoked).await?),
        None => None,
    };
    if let Some(until) = papers.until {
        decide_power(until, ends_at.legal_date())?;
    }
    let confirms = revoked || papers.confirmed_at.is_none();
    if confirms {
        decide_in_time(sale.suspended_at.unwrap_or(op.now), starts_at, "registration")?;
        admit(op, &sale, row, &papers).await?;
        papers.confirmed_at = Some(op.now);
    }
    bidder_papers::save(op.tx, papers).await?;
    Ok(Confirmed { papers: confirms, power })
}

/// A longer power, or a new one instead of one that was revoked, takes the place of the one that stood, which is kept;
/// answers their last days.
#[boxed]
async fn replace(
    op: &Op<'_>,
    papers: &mut bidder_papers::Model,
    power: ProlongedPower,
    revoked: bool,
) -> Result<[LegalDate; 2], Failure> {
    let (vault, id) = (&op.services.vault, papers.registration_id);
    let stood = papers.until.zip(papers.power_document_sealed.take());
    let (until, document) = stood.ok_or_else(|| Failure::not_found("powerUntil"))?;
    if revoked {
        papers.valid_from = Some(op.now.legal_date());
    } else {
        decide_prolonged(power.until, until)?;
    }
    let document = vault.open(bidder_papers::power_place(id), &document)?.expose().clone();
    let revocation = papers.revocation(vault)?;
    papers.revocation_sealed = None;
    let former = serde_json::to_vec(&former_power::Power { until, document, revocation })?;
    let former = former_power::Model {
        registration_id: id,
        until,
        court_id: papers.court_id,
        power_sealed: vault.seal_bytes(former_power::place(id), &former)?,
        recorded_at: op.now,
    };
    former_power::insert(op.tx, former).await?;
    papers.until = Some(power.until);
    papers.may_undertake = power.may_undertake.unwrap_or(papers.may_undertake);
    papers.power_document_sealed = Some(vault.seal(bidder_papers::power_place(id), &power.document)?);
    Ok([until, power.until])
}

/// Those whom the papers name bid by this registration from now on, and by no other; nor does their agent, who would
/// act for two sides (民法典 168).
#[boxed]
async fn admit(
    op: &Op<'_>,
    sale: &lot::Model,
    row: &mut registration::Model,
    papers: &bidder_papers::Model,
) -> Result<(), Failure> {
    let persons = named(op, row.id).await?;
    let agent = if papers.by_agent() { person_of(op, row).await? } else { None };
    for identity in persons.iter().chain(&agent) {
        match refuse_defaulter(op, sale.id, identity).await {
            Err(Failure::Refused(refusal)) => return Err(refusal.field("registration").into()),
            checked => checked?,
        }
        claim(op, row, identity, "registration").await?;
    }
    if papers.confirmed_at.is_some() {
        // a new power instead of a revoked one changes nothing of the deposit
        return Ok(());
    }
    // of joint bidders nobody's claim is the deposit of all
    let [only] = persons.as_slice() else { return Ok(()) };
    let Some(owed) = applicants_claim(op, sale, Some(only)).await? else { return Ok(()) };
    let before = row.deposit_required;
    row.deposit_required = required_deposit(before, Some(owed));
    if row.deposit_holding == DepositHolding::Platform && before.is_positive() {
        platform::ask_less(op, row).await?;
    }
    Ok(())
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
    let power = |papers: bidder_papers::Model| {
        let status = if papers.revocation_sealed.is_some() { Power::Revoked } else { Power::of(papers.may_undertake) };
        papers.until.map(|until| (status, until))
    };
    match papers.and_then(power) {
        Some((power, until)) => Ok(decide_undertaking(power, until, op.now.legal_date())?),
        None => Ok(()),
    }
}
