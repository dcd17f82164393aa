//! What decides a plan, as an officer enters it, and the facts of the case that it is computed from. The same reading
//! serves the draft and the simulation before it, so that the two cannot differ.

use crate::{
    access::parameters,
    cases::{
        self, FeeOrder, PartyRole,
        rules::text::{self, LONG},
    },
    distribution::{
        OrdinaryRule,
        rules::{ClaimInput, CostInput, FeeInput, FirstSeizure, PlanInput, RentReserveInput, Target, TaxReserveInput},
        store,
    },
    kernel::{
        error::Failure,
        ids::{CaseId, ClaimId, LotId, PartyId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::{
        parameter::{EXECUTION_FEE_ORDER, FIRST_SEIZURE_PERCENT, ParameterSet, RENT_RESERVE_MONTHS},
        reference,
    },
};
use async_graphql::InputObject;
use sea_orm::ConnectionTrait;
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
    /// 60 to 96; left out, as the court's `rent_reserve_months` says (月数).
    pub months: Option<u32>,
    /// Consent or decision, and the source of the rent figure, 1 to 500 characters (依据).
    pub document: String,
}

/// What a plan over everything that the case has free is computed from (分配要素).
#[derive(InputObject, Serialize)]
pub struct DistributionElementsInput {
    /// The case whose money is distributed (案件).
    pub case: CaseId,
    /// Whose property was realised; may be left out when there is one respondent (被执行人).
    pub debtor: Option<PartyId>,
    /// How ordinary claims share (普通债权清偿规则).
    pub ordinary_rule: OrdinaryRule,
    /// When the execution fee is taken; left out, as the court's `execution_fee_order` says (执行费收取顺序).
    pub execution_fee_order: Option<FeeOrder>,
    /// The panel's decision on priority ranks, on more for who seized first, or on pro rata against an enterprise (合议庭决定).
    pub panel_document: Option<String>,
    /// The ordinary claim whose creditor seized first and gets more, by the court's `first_seizure_percent` (首封债权).
    pub first_seizure: Option<ClaimId>,
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

/// What the plan is computed from, with the rows behind it.
pub struct Facts {
    pub input: PlanInput,
    pub claims: Vec<cases::store::claim::Model>,
    pub debtor: cases::store::party::Model,
    parties: Vec<cases::store::party::Model>,
}
impl Facts {
    pub fn name(&self, party: PartyId) -> String {
        self.parties.iter().find(|p| p.id == party).map(|p| p.name.clone()).unwrap_or_default()
    }
}

impl DistributionElementsInput {
    /// Reads what the case has free, its claims and what the title recovered before.
    ///
    /// # Errors
    /// `NOT_FOUND` for a debtor, claim or party that is not of the case, `LIST_INVALID`, `TEXT_INVALID`,
    /// `PARAMETER_INVALID` for more to the first seizure where the court has none.
    pub async fn read_facts(
        &self,
        conn: &impl ConnectionTrait,
        case: &cases::store::case::Model,
    ) -> Result<Facts, Failure> {
        let parties = cases::store::parties_of(conn, case.id).await?;
        let debtor = self.debtor(&parties)?;
        let mut claims = cases::store::claims_of(conn, case.id).await?;
        for wanted in &self.claims {
            let named = self.claims.iter().filter(|c| c.claim == wanted.claim).count();
            if named != 1 || claims.iter().all(|c| c.id != wanted.claim) {
                return Err(Refusal::new(RefusalCode::ListInvalid).field("claims").into());
            }
        }
        // what an earlier plan or an order is paying already is not asked for again
        let mut open = BTreeMap::new();
        for claim in &claims {
            open.insert(claim.id, store::open_amount(conn, claim).await?);
        }
        claims.retain(|c| open.get(&c.id).is_some_and(|open| open.is_positive()));
        let history = store::title_history(conn, case).await?;
        let set = parameters::of_court(conn, case.court_id).await?;
        let input = PlanInput {
            pool: cases::store::free_case_money(conn, case).await?,
            costs: self.costs(&parties)?,
            fee: FeeInput {
                order: self.fee_order(&set)?,
                executed_before: history.executed,
                charged_before: history.charged,
            },
            tax_reserves: self.tax_reserves()?,
            rent_reserve: self.rent_reserve(&set)?,
            claims: self.claims(case, &parties, &claims, &open)?,
            ordinary_rule: self.ordinary_rule,
            first_seizure: self.first_seizure(&set, &claims)?,
            debtor_kind: debtor.kind,
            panel_document: text::checked_option("panelDocument", self.panel_document.as_deref(), LONG)?,
        };
        Ok(Facts { input, claims, debtor, parties })
    }

    /// As the officer says, else as the court has set it.
    fn fee_order(&self, set: &ParameterSet) -> Result<FeeOrder, Failure> {
        if let Some(order) = self.execution_fee_order {
            return Ok(order);
        }
        let chosen = set.choice(&EXECUTION_FEE_ORDER);
        let order = FeeOrder::ALL.iter().copied().find(|order| order.as_str() == chosen);
        order.ok_or_else(|| Failure::internal(format!("no fee order {chosen}")))
    }

    fn first_seizure(
        &self,
        set: &ParameterSet,
        claims: &[cases::store::claim::Model],
    ) -> Result<Option<FirstSeizure>, Failure> {
        let Some(wanted) = self.first_seizure else { return Ok(None) };
        let claim = claims.iter().position(|c| c.id == wanted).ok_or_else(|| Failure::not_found("firstSeizure"))?;
        let percent = u32::try_from(set.integer(&FIRST_SEIZURE_PERCENT)).map_err(Failure::internal)?;
        if percent == 0 {
            let refusal = Refusal::new(RefusalCode::ParameterInvalid).field("firstSeizure");
            return Err(refusal.law(&reference::ENFORCEMENT_56).arg("parameter", FIRST_SEIZURE_PERCENT.name).into());
        }
        Ok(Some(FirstSeizure { claim, percent }))
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

    fn rent_reserve(&self, set: &ParameterSet) -> Result<Option<RentReserveInput>, Failure> {
        let reserve = |rent: &PlanRentInput| {
            let document = text::checked("rentReserve", &rent.document, LONG)?;
            let of_court = u32::try_from(set.integer(&RENT_RESERVE_MONTHS)).map_err(Failure::internal)?;
            Ok(RentReserveInput { monthly: rent.monthly, months: rent.months.unwrap_or(of_court), document })
        };
        self.rent_reserve.as_ref().map(reserve).transpose()
    }

    /// Claim, payee and lot of a computed line.
    pub fn owner(&self, target: Target, facts: &Facts) -> (Option<ClaimId>, Option<PartyId>, Option<LotId>) {
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
