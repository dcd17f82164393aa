//! Drafting a plan: the pool is what the case has free now, the lines follow from the rules alone.

use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, UseCase, parameters},
    cases::{
        self, CaseStatus, FeeOrder, PartyRole,
        rules::text::{self, LONG},
    },
    distribution::{
        LineState, OrdinaryRule, PlanStatus,
        rules::{
            ClaimInput, CostInput, FeeInput, PlanInput, RentReserveInput, Target, TaxReserveInput, Waterfall, fee,
            waterfall,
        },
        store,
        tables::{line, plan},
    },
    kernel::{
        error::Failure,
        ids::{CaseId, ClaimId, CourtId, LotId, PartyId, PlanId, PlanLineId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::{parameter::EXECUTION_FEE_ORDER, reference},
    ledger::{self, AccountKey, Book, Code},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a panel or the title says about one claim beyond its record (债权补充信息).
#[derive(InputObject, Serialize)]
pub struct PlanClaimInput {
    /// The claim (债权).
    pub claim: ClaimId,
    /// Priority reaches up to this sum, e.g. the price of the security; without it the whole claim (优先受偿限额).
    pub priority_up_to: Option<Money>,
    /// Doubled part of the interest for delay on the plan's day, as `calculate.delayInterest` gives it (加倍部分利息).
    pub delay_interest: Option<Money>,
}

/// Costs of the sale that are repaid first (处置费用).
#[derive(InputObject, Serialize)]
pub struct PlanCostInput {
    /// An appraisal fee that this party advanced; else any other cost (是否评估费).
    pub appraisal: bool,
    /// Who advanced it (垫付人).
    pub party: PartyId,
    /// Above zero (金额).
    pub amount: Money,
    /// Invoice or decision, 1 to 500 characters (凭据).
    pub document: String,
}

/// Taxes of a sold lot that the law lays on the debtor (税费预留).
#[derive(InputObject, Serialize)]
pub struct PlanTaxInput {
    /// The sold lot (标的物).
    pub lot: LotId,
    /// Above zero (金额).
    pub amount: Money,
    /// Tax assessment or estimate, 1 to 500 characters (核定依据).
    pub document: String,
}

/// Rent left to a debtor whose sole home was sold (租金预留), 异议复议规定 20.
#[derive(InputObject, Serialize)]
pub struct PlanRentInput {
    /// Average monthly rent at the place, above zero (月租金).
    pub monthly: Money,
    /// 60 to 96 months (月数).
    pub months: u32,
    /// Consent or decision, and the source of the rent figure, 1 to 500 characters (依据).
    pub document: String,
}

/// Drafts a plan over everything that the case has free (拟定分配方案). A draft or served plan of the case is withdrawn.
#[derive(InputObject, Serialize)]
pub struct DraftDistributionPlanInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case whose money is distributed (案件).
    pub case: CaseId,
    /// Whose property was realised; may be left out when there is one respondent (被执行人).
    pub debtor: Option<PartyId>,
    /// How ordinary claims share (普通债权清偿规则).
    pub ordinary_rule: OrdinaryRule,
    /// When the execution fee is taken; left out, as the court's `execution_fee_order` says (执行费收取顺序).
    pub execution_fee_order: Option<FeeOrder>,
    /// The panel's decision on priority ranks or on pro rata against an enterprise (合议庭决定).
    pub panel_document: Option<String>,
    /// More about single claims, each at most once (债权补充信息).
    #[graphql(default)]
    pub claims: Vec<PlanClaimInput>,
    /// Costs repaid first, at most 50 (处置费用).
    #[graphql(default)]
    pub costs: Vec<PlanCostInput>,
    /// Tax reserves, at most 50 (税费预留).
    #[graphql(default)]
    pub tax_reserves: Vec<PlanTaxInput>,
    /// Rent reserve, if any (租金预留).
    pub rent_reserve: Option<PlanRentInput>,
}

/// Most entries of one list of the input.
const MOST: usize = 50;

impl UseCase for DraftDistributionPlanInput {
    type Done = PlanId;
    const ACT: Act = Act::DraftPlan;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PlanId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        if case.status != CaseStatus::Open {
            let refusal = Refusal::new(RefusalCode::CaseNotOpen).field("case").arg("status", case.status.as_str());
            return Err(refusal.law(&reference::CIVIL_PROCEDURE_RULES_507).into());
        }
        let facts = self.read_facts(op, &case).await?;
        let computed = waterfall::compute(&facts.input)?;
        if let Some(before) = store::live_plan(op.tx, case.id).await? {
            let change = plan::ActiveModel {
                id: Set(before.id),
                status: Set(PlanStatus::Withdrawn),
                version: Set(before.version + 1),
                ..Default::default()
            };
            plan::Entity::update(change).execute(op.tx).await?;
        }
        let id = self.insert_plan(op, &case, &facts, &computed).await?;
        self.insert_lines(op, id, &case, &facts, computed).await?;
        let said = serde_json::json!({ "pool": facts.input.pool, "ordinaryRule": self.ordinary_rule,
            "executionFeeOrder": facts.input.fee.order });
        op.audit(id, Some(case.court_id), Some(case.id), said).await?;
        op.publish("work-queue", id, 1);
        Ok(id)
    }
}

/// What the plan is computed from, with the rows behind it.
struct Facts {
    input: PlanInput,
    claims: Vec<cases::store::claim::Model>,
    debtor: cases::store::party::Model,
    parties: Vec<cases::store::party::Model>,
}
impl Facts {
    fn name(&self, party: PartyId) -> String {
        self.parties.iter().find(|p| p.id == party).map(|p| p.name.clone()).unwrap_or_default()
    }
}

impl DraftDistributionPlanInput {
    #[boxed]
    async fn read_facts(&self, op: &Op<'_>, case: &cases::store::case::Model) -> Result<Facts, Failure> {
        let parties = cases::store::parties_of(op.tx, case.id).await?;
        let debtor = self.debtor(&parties)?;
        let mut claims = cases::store::claims_of(op.tx, case.id).await?;
        for wanted in &self.claims {
            let named = self.claims.iter().filter(|c| c.claim == wanted.claim).count();
            if named != 1 || claims.iter().all(|c| c.id != wanted.claim) {
                return Err(Refusal::new(RefusalCode::ListInvalid).field("claims").into());
            }
        }
        // what an earlier plan or an order is paying already is not asked for again
        let mut open = BTreeMap::new();
        for claim in &claims {
            open.insert(claim.id, store::open_amount(op.tx, claim).await?);
        }
        claims.retain(|c| open.get(&c.id).is_some_and(|open| open.is_positive()));
        let account = AccountKey::owned(case.court_id, Book::CaseFunds, Code::CaseFund, case.id.uuid());
        let free = ledger::balance::available(op.tx, account).await?;
        let frozen = cases::store::frozen_case_money(op.tx, case.id).await?;
        let history = store::title_history(op.tx, case).await?;
        let input = PlanInput {
            pool: free.saturating_minus(frozen),
            costs: self.costs(&parties)?,
            fee: FeeInput {
                order: self.fee_order(op, case.court_id).await?,
                executed_before: history.executed,
                charged_before: history.charged,
            },
            tax_reserves: self.tax_reserves()?,
            rent_reserve: self.rent_reserve()?,
            claims: self.claims(case, &parties, &claims, &open)?,
            ordinary_rule: self.ordinary_rule,
            debtor_kind: debtor.kind,
            panel_document: self
                .panel_document
                .as_deref()
                .map(|d| text::checked("panelDocument", d, LONG))
                .transpose()?,
        };
        Ok(Facts { input, claims, debtor, parties })
    }

    /// As the officer says, else as the court has set it.
    #[boxed]
    async fn fee_order(&self, op: &Op<'_>, court: CourtId) -> Result<FeeOrder, Failure> {
        if let Some(order) = self.execution_fee_order {
            return Ok(order);
        }
        let chosen = parameters::of_court(op.tx, court).await?.choice(&EXECUTION_FEE_ORDER);
        let order = FeeOrder::ALL.iter().copied().find(|order| order.as_str() == chosen);
        order.ok_or_else(|| Failure::internal(format!("no fee order {chosen}")))
    }

    fn debtor(&self, parties: &[cases::store::party::Model]) -> Result<cases::store::party::Model, Failure> {
        let mut respondents = parties.iter().filter(|p| p.role == PartyRole::Respondent);
        let chosen = match self.debtor {
            Some(id) => respondents.find(|p| p.id == id),
            None => respondents.next().filter(|_| respondents.next().is_none()),
        };
        chosen.cloned().ok_or_else(|| Failure::not_found("debtor"))
    }

    fn claims(
        &self,
        case: &cases::store::case::Model,
        parties: &[cases::store::party::Model],
        claims: &[cases::store::claim::Model],
        open: &BTreeMap<ClaimId, Money>,
    ) -> Result<Vec<ClaimInput>, Failure> {
        let row = |(claim, number): (&cases::store::claim::Model, u32)| {
            let more = self.claims.iter().find(|c| c.claim == claim.id);
            let order = u32::try_from(claim.rank_order).map_err(Failure::internal)?;
            let applicant = parties.iter().any(|p| p.id == claim.creditor_id && p.role == PartyRole::Applicant);
            Ok(ClaimInput {
                number,
                rank: claim.rank,
                amount: open.get(&claim.id).copied().unwrap_or_default(),
                delay: more.and_then(|c| c.delay_interest).unwrap_or_default(),
                order,
                priority_up_to: more.and_then(|c| c.priority_up_to),
                seizure_rank: Some(order),
                // whoever joins brings a title of his own
                title: if applicant { case.basis_number.clone() } else { claim.creditor_id.uuid().to_string() },
            })
        };
        claims.iter().zip(1..).map(row).collect()
    }

    fn costs(&self, parties: &[cases::store::party::Model]) -> Result<Vec<CostInput>, Failure> {
        too_many(self.costs.len(), "costs")?;
        let cost = |cost: &PlanCostInput| {
            let party = parties.iter().find(|p| p.id == cost.party).ok_or_else(|| Failure::not_found("costs"))?;
            Ok(CostInput {
                appraisal: cost.appraisal,
                label: party.name.clone(),
                amount: cost.amount,
                document: text::checked("costs", &cost.document, LONG)?,
            })
        };
        self.costs.iter().map(cost).collect()
    }

    fn tax_reserves(&self) -> Result<Vec<TaxReserveInput>, Failure> {
        too_many(self.tax_reserves.len(), "taxReserves")?;
        let reserve = |tax: &PlanTaxInput| {
            Ok(TaxReserveInput {
                label: String::new(),
                amount: tax.amount,
                document: text::checked("taxReserves", &tax.document, LONG)?,
            })
        };
        self.tax_reserves.iter().map(reserve).collect()
    }

    fn rent_reserve(&self) -> Result<Option<RentReserveInput>, Failure> {
        let reserve = |rent: &PlanRentInput| {
            let document = text::checked("rentReserve", &rent.document, LONG)?;
            Ok(RentReserveInput { monthly: rent.monthly, months: rent.months, document })
        };
        self.rent_reserve.as_ref().map(reserve).transpose()
    }

    #[boxed]
    async fn insert_plan(
        &self,
        op: &Op<'_>,
        case: &cases::store::case::Model,
        facts: &Facts,
        computed: &Waterfall,
    ) -> Result<PlanId, Failure> {
        let id = PlanId::new(op.now);
        let number = store::count_plans(op.tx, case.id).await?.saturating_add(1);
        let claims = Money::sum(facts.input.claims.iter().flat_map(|c| [c.amount, c.delay]))?;
        let row = plan::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            number: Set(i32::try_from(number).map_err(Failure::internal)?),
            status: Set(PlanStatus::Draft),
            pool: Set(facts.input.pool),
            fee_order: Set(facts.input.fee.order),
            fee_arrears: Set(computed.fee_arrears),
            executed_now: Set(fee::executed_now(facts.input.pool, claims)),
            ordinary_rule: Set(self.ordinary_rule),
            panel_document: Set(facts.input.panel_document.clone()),
            maker: Set(op.actor.name()),
            version: Set(1),
            recorded_at: Set(op.now),
            finalised_at: Set(None),
        };
        plan::Entity::insert(row).execute(op.tx).await?;
        Ok(id)
    }

    #[boxed]
    async fn insert_lines(
        &self,
        op: &Op<'_>,
        plan: PlanId,
        case: &cases::store::case::Model,
        facts: &Facts,
        computed: Waterfall,
    ) -> Result<(), Failure> {
        for (computed, number) in computed.lines.into_iter().zip(1..) {
            let (claim, party, lot) = self.owner(computed.target, facts);
            let row = line::ActiveModel {
                id: Set(PlanLineId::new(op.now)),
                court_id: Set(case.court_id),
                plan_id: Set(plan),
                line: Set(number),
                basis: Set(computed.basis),
                claim_id: Set(claim),
                party_id: Set(party),
                lot_id: Set(lot),
                label: Set(party.map(|party| facts.name(party)).unwrap_or_default()),
                claimed: Set(computed.claimed),
                amount: Set(computed.amount),
                explanation: Set(computed.explanation.to_text()?),
                state: Set(LineState::Planned),
                payable_id: Set(None),
                hold_id: Set(None),
            };
            line::Entity::insert(row).execute(op.tx).await?;
        }
        Ok(())
    }

    /// Claim, payee and lot of a computed line.
    fn owner(&self, target: Target, facts: &Facts) -> (Option<ClaimId>, Option<PartyId>, Option<LotId>) {
        match target {
            Target::Claim(index) => {
                let claim = facts.claims.get(index);
                (claim.map(|c| c.id), claim.map(|c| c.creditor_id), None)
            }
            Target::Cost(index) => (None, self.costs.get(index).map(|c| c.party), None),
            Target::Tax(index) => (None, None, self.tax_reserves.get(index).map(|t| t.lot)),
            Target::Rent | Target::Debtor => (None, Some(facts.debtor.id), None),
            Target::Fee => (None, None, None),
        }
    }
}

fn too_many(count: usize, field: &'static str) -> Result<(), Failure> {
    if count > MOST {
        return Err(Refusal::new(RefusalCode::ListInvalid).field(field).arg("maximum", MOST).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_an_upper_edge() {
        assert!(too_many(MOST, "costs").is_ok());
        assert!(too_many(MOST + 1, "costs").is_err());
    }
}
