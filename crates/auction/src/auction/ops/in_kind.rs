//! Unsold property: a creditor takes it at the reserve price, or the seizure is lifted (拍变规定 16, 24, 25; 民诉解释 490).

use super::stay::check_stay;
use super::{publish_version, require};
use crate::access::{Act, Op, UseCase};
use crate::auction::rules::in_kind::{self, check_release, check_taker, place};
use crate::auction::rules::rounds::stage_of;
use crate::auction::store::{in_kind_offer, in_kind_ruling, lot, lot_chain, lot_release};
use crate::auction::{LotEventKind, LotStatus};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::cases::store as cases;
use crate::cases::{self as cases_room, FeeOrder, PartyRole};
use crate::distribution::OrdinaryRule;
use crate::distribution::rules::{ClaimInput, CostInput, FeeInput, PlanInput, Target, waterfall};
use crate::distribution::store::title_history;
use crate::funds;
use crate::kernel::boxed;
use crate::kernel::clock::{Date, LegalDate};
use crate::kernel::error::Failure;
use crate::kernel::ids::{ClaimId, InKindOfferId, LotId, PartyId, ReceiptId};
use crate::kernel::money::Money;
use crate::kernel::query::Execute;
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Records that a creditor is ready to take an unsold property at its reserve price (申请以物抵债).
#[derive(InputObject, Serialize)]
pub struct AcceptInKindInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The unsold lot, the newest of its chain (流拍标的物).
    pub lot: LotId,
    /// The creditor: owed something in the case (债权人).
    pub party: PartyId,
    /// His application (抵债申请书).
    pub document_number: String,
    /// He is not barred by local purchase limits; needed for restricted housing (购房资格承诺).
    #[graphql(default)]
    pub undertaking: bool,
}

impl UseCase for AcceptInKindInput {
    type Done = LotId;
    const ACT: Act = Act::AcceptInKind;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require_end(op, &row, &reference::SALE_16).await?;
        if row.purchase_restricted && !self.undertaking {
            let missing = Refusal::new(RefusalCode::UndertakingMissing).law(&reference::HOUSE_BIDDER_5);
            return Err(missing.field("undertaking").into());
        }
        let claims = cases::claims_of(op.tx, row.case_id).await?;
        let own = claims.iter().filter(|claim| claim.creditor_id == self.party);
        let owed = own.filter(|claim| claim.amounts().outstanding().is_ok_and(|owed| owed.is_positive()));
        let best = owed.map(|claim| place(claim.rank, claim.rank_order)).min();
        let best = best.ok_or_else(|| Failure::not_found("party"))?;
        if in_kind_offer::of_lot(op.tx, row.id).await?.iter().any(|offer| offer.party_id == self.party) {
            return Err(Refusal::new(RefusalCode::AlreadyExists).law(&reference::SALE_16).field("party").into());
        }
        let new = in_kind_offer::Model {
            id: InKindOfferId::new(op.now),
            court_id: row.court_id,
            lot_id: row.id,
            party_id: self.party,
            rank_class: best.class,
            rank_order: best.order,
            document_number: text::checked("documentNumber", &self.document_number, SHORT)?,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "offer": new.id, "rankClass": best.class, "rankOrder": best.order,
            "documentNumber": new.document_number });
        in_kind_offer::Entity::insert(in_kind_offer::ActiveModel::from(new)).execute(op.tx).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// The lot is unsold and nothing has followed it.
#[boxed]
async fn require_end(op: &Op<'_>, row: &lot::Model, article: &'static Article) -> Result<(), Failure> {
    require(row, &[LotStatus::Unsold], article)?;
    if lot_chain::after(op.tx, row.id).await?.is_some() {
        return Err(Refusal::new(RefusalCode::WrongState).law(article).field("lot").into());
    }
    Ok(())
}

/// Gives the property to the creditor who comes first, at the reserve price (以物抵债裁定). He pays the difference between
/// that price and what a sale at it would have given him; the rest satisfies his claims.
#[derive(InputObject, Serialize)]
pub struct RuleInKindInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The unsold lot (流拍标的物).
    pub lot: LotId,
    /// The offer that takes it: of the earliest rank (抵债申请).
    pub offer: InKindOfferId,
    /// The debtor, where the case has several (被执行人).
    pub debtor: Option<PartyId>,
    /// How ordinary claims would share (普通债权清偿规则).
    pub ordinary_rule: OrdinaryRule,
    /// When the execution fee would be taken (执行费收取顺序).
    pub execution_fee_order: FeeOrder,
    /// Costs of the disposal, paid before all claims; zero or above (处置费用).
    pub costs: Money,
    /// Where the plan needs a panel: its record (评议笔录编号).
    pub panel_document: Option<String>,
    /// Record of the draw among creditors of one rank (抽签笔录).
    pub draw_document: Option<String>,
    /// The receipt of the case by which he paid the difference; needed when there is one (差价到账).
    pub difference_receipt: Option<ReceiptId>,
    /// Number of the ruling (抵债裁定文号).
    pub ruling_number: String,
    /// Day of its service on him: ownership passes; not in the future (送达日期).
    pub served_on: Date,
}

impl UseCase for RuleInKindInput {
    type Done = LotId;
    const ACT: Act = Act::RuleInKind;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        require_end(op, &row, &reference::SALE_16).await?;
        check_stay(op, row.id).await?;
        check_case(op, &row).await?;
        check_day(op, self.served_on.0, row.effective_end_at.map(|end| end.legal_date()))?;
        let offers = in_kind_offer::of_lot(op.tx, row.id).await?;
        let offer = offers.iter().find(|offer| offer.id == self.offer).ok_or_else(|| Failure::not_found("offer"))?;
        let draw_document = text::checked_option("drawDocument", self.draw_document.as_deref(), SHORT)?;
        let places: Vec<_> = offers.iter().map(in_kind_offer::Model::place).collect();
        check_taker(&places, offer.place(), draw_document.is_some())?;
        let reserve_price = row.starting_price.ok_or_else(|| Failure::internal("an unsold lot without a price"))?;
        let shares = self.shares(op, &row, offer.party_id, reserve_price).await?;
        let share = Money::sum(shares.iter().map(|(_, amount)| *amount))?;
        let difference = in_kind::difference(reserve_price, share);
        let receipt_id = self.paid(op, &row, difference).await?;
        let ruling = in_kind_ruling::Model {
            lot_id: row.id,
            court_id: row.court_id,
            offer_id: offer.id,
            reserve_price,
            share,
            difference,
            receipt_id,
            draw_document,
            ruling_number: text::checked("rulingNumber", &self.ruling_number, SHORT)?,
            served_on: self.served_on.0,
            recorded_at: op.now,
        };
        for (claim, amount) in shares.into_iter().filter(|(_, amount)| amount.is_positive()) {
            let (on, document) = (self.served_on.0, &ruling.ruling_number);
            cases_room::ops::satisfy_in_kind(op, claim, amount, on, document, row.id.node()).await?;
        }
        let facts = serde_json::json!({ "offer": offer.id, "reservePrice": reserve_price, "share": share,
            "difference": difference, "rulingNumber": ruling.ruling_number, "servedOn": ruling.served_on });
        in_kind_ruling::Entity::insert(in_kind_ruling::ActiveModel::from(ruling)).execute(op.tx).await?;
        row.status = LotStatus::InKind;
        let row = publish_version(op, row, LotEventKind::InKind).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// The case is open and none of its debtors is bankrupt: his property is for all of his creditors then (破产法 第16条).
#[boxed]
async fn check_case(op: &Op<'_>, row: &lot::Model) -> Result<(), Failure> {
    let case = cases_room::store::lock_case(op.tx, op.scope(), row.case_id).await?;
    cases_room::rules::closing::require_open(case.status)?;
    if !cases_room::store::bankrupt_parties(op.tx, case.id).await?.is_empty() {
        return Err(Refusal::new(RefusalCode::DebtorBankrupt).law(&reference::BANKRUPTCY_16).field("lot").into());
    }
    Ok(())
}

impl RuleInKindInput {
    /// What each claim of the taker would get from a plan over the reserve price.
    #[boxed]
    async fn shares(
        &self,
        op: &Op<'_>,
        row: &lot::Model,
        taker: PartyId,
        pool: Money,
    ) -> Result<Vec<(ClaimId, Money)>, Failure> {
        let case = cases::find_case(op.tx, op.scope(), row.case_id).await?;
        let case = case.ok_or_else(|| Failure::internal("a lot without its case"))?;
        let parties = cases::parties_of(op.tx, case.id).await?;
        let mut respondents = parties.iter().filter(|party| party.role == PartyRole::Respondent);
        let debtor = match self.debtor {
            Some(id) => respondents.find(|party| party.id == id),
            None => respondents.next().filter(|_| respondents.next().is_none()),
        };
        let debtor = debtor.ok_or_else(|| Failure::not_found("debtor"))?;
        let mut claims = cases::claims_of(op.tx, case.id).await?;
        claims.retain(|claim| claim.amounts().outstanding().is_ok_and(|owed| owed.is_positive()));
        let inputs = claims.iter().zip(1..).map(|(claim, number)| {
            let order = u32::try_from(claim.rank_order).map_err(Failure::internal)?;
            let applicant = parties.iter().any(|p| p.id == claim.creditor_id && p.role == PartyRole::Applicant);
            Ok(ClaimInput {
                number,
                rank: claim.rank,
                amount: claim.amounts().outstanding()?,
                delay: Money::ZERO,
                order,
                priority_up_to: None,
                seizure_rank: Some(order),
                title: if applicant { case.basis_number.clone() } else { claim.creditor_id.uuid().to_string() },
            })
        });
        let history = title_history(op.tx, &case).await?;
        let document = text::checked_option("panelDocument", self.panel_document.as_deref(), LONG)?;
        let cost = CostInput {
            appraisal: false,
            label: row.lot_number.clone(),
            amount: self.costs,
            document: self.ruling_number.clone(),
        };
        let plan = PlanInput {
            pool,
            costs: if self.costs.is_zero() { Vec::new() } else { vec![cost] },
            fee: FeeInput {
                order: self.execution_fee_order,
                executed_before: history.executed,
                charged_before: history.charged,
            },
            tax_reserves: Vec::new(),
            rent_reserve: None,
            claims: inputs.collect::<Result<Vec<_>, Failure>>()?,
            ordinary_rule: self.ordinary_rule,
            first_seizure: None,
            debtor_kind: debtor.kind,
            panel_document: document,
        };
        let computed = waterfall::compute(&plan)?;
        let mut shares = Vec::new();
        for (index, claim) in claims.iter().enumerate().filter(|(_, claim)| claim.creditor_id == taker) {
            let own = computed.lines.iter().filter(|line| line.target == Target::Claim(index));
            shares.push((claim.id, Money::sum(own.map(|line| line.amount))?));
        }
        Ok(shares)
    }

    /// The difference has arrived on the case, on a receipt that paid no other difference.
    #[boxed]
    async fn paid(&self, op: &Op<'_>, row: &lot::Model, difference: Money) -> Result<Option<ReceiptId>, Failure> {
        let mismatch = |due: Money| {
            let refusal = Refusal::new(RefusalCode::BalanceMismatch).law(&reference::SALE_16);
            Failure::from(refusal.field("differenceReceipt").arg("difference", due))
        };
        match self.difference_receipt {
            None if difference.is_zero() => Ok(None),
            None => Err(mismatch(difference)),
            Some(_) if difference.is_zero() => Err(mismatch(difference)),
            Some(id) => {
                let receipt = funds::store::lock_receipt(op.tx, op.scope(), id).await?;
                let used = in_kind_ruling::by_receipt(op.tx, id).await?.is_some();
                if used
                    || receipt.case_id != Some(row.case_id)
                    || (receipt.amount, receipt.remaining) != (difference, difference)
                {
                    return Err(mismatch(difference));
                }
                Ok(Some(id))
            }
        }
    }
}

/// Lifts the seizure of property that nobody bought and nobody took (解除查封退还). The end of the chain.
#[derive(InputObject, Serialize)]
pub struct ReleaseLotInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot: an unsold sell-off, for movables an unsold second auction (流拍标的物).
    pub lot: LotId,
    /// Number of the ruling (解除查封裁定文号).
    pub ruling_number: String,
    /// The ground (理由).
    pub reason: String,
    /// Day of the release, not in the future (解除日期).
    pub released_on: Date,
}

impl UseCase for ReleaseLotInput {
    type Done = LotId;
    const ACT: Act = Act::ReleaseLot;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        let link = lot_chain::of_lot(op.tx, row.id).await?;
        let stage = link.map_or(stage_of(row.round), |link| link.stage);
        check_release(row.status, stage, row.category)?;
        require_end(op, &row, &reference::SALE_25).await?;
        // whoever is ready to take it comes first
        if !in_kind_offer::of_lot(op.tx, row.id).await?.is_empty() {
            return Err(Refusal::new(RefusalCode::WrongState).law(&reference::SALE_25).field("lot").into());
        }
        check_day(op, self.released_on.0, row.effective_end_at.map(|end| end.legal_date()))?;
        let new = lot_release::Model {
            lot_id: row.id,
            court_id: row.court_id,
            ruling_number: text::checked("rulingNumber", &self.ruling_number, SHORT)?,
            reason: text::checked("reason", &self.reason, LONG)?,
            released_on: self.released_on.0,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "rulingNumber": new.ruling_number, "reason": new.reason,
            "releasedOn": new.released_on });
        lot_release::Entity::insert(lot_release::ActiveModel::from(new)).execute(op.tx).await?;
        row.status = LotStatus::Released;
        let row = publish_version(op, row, LotEventKind::Released).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// A day between the end of bidding and today.
fn check_day(op: &Op<'_>, day: LegalDate, earliest: Option<LegalDate>) -> Result<(), Refusal> {
    if day <= op.now.legal_date() && earliest.is_some_and(|earliest| day >= earliest) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::DateInvalid).law(&reference::SALE_16).field("servedOn"))
}
