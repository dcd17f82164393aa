//! Which input may become a plan at all: the ordinary rule must follow from debtor and titles, priority and reserves
//! need their documents. The program never ranks creditors by itself.

use super::{ClaimInput, PlanInput};
use crate::cases::{ClaimRank, PartyKind};
use crate::distribution::OrdinaryRule;
use crate::kernel::money::Money;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;

/// Above this no court goes in favour of who seized first.
pub const FIRST_SEIZURE_PERCENT: std::ops::RangeInclusive<u32> = 1..=20;

/// Five to eight years of rent, in months (异议复议规定 20).
pub const RENT_MONTHS: std::ops::RangeInclusive<u32> = 60..=96;

/// # Errors
/// `POOL_EMPTY`, `LIST_INVALID` without claims, `AMOUNT_INVALID`, `TEXT_INVALID` for a missing document,
/// `PARAMETER_INVALID` and `PANEL_DECISION_MISSING` for a rule that does not fit.
pub fn admissible(input: &PlanInput) -> Result<(), Refusal> {
    if !input.pool.is_positive() {
        return Err(Refusal::new(RefusalCode::PoolEmpty).law(&reference::CIVIL_PROCEDURE_RULES_508));
    }
    if input.claims.is_empty() {
        return Err(Refusal::new(RefusalCode::ListInvalid).field("claims"));
    }
    amounts(input)?;
    documents(input)?;
    rent(input)?;
    priority(input)?;
    ordinary(input)?;
    first_seizure(input)
}

fn amounts(input: &PlanInput) -> Result<(), Refusal> {
    let positive = input.costs.iter().map(|c| c.amount).chain(input.tax_reserves.iter().map(|t| t.amount));
    let zero_or_more = input.claims.iter().flat_map(|c| [c.amount, c.delay, c.priority_up_to.unwrap_or(Money::ZERO)]);
    if positive.clone().any(|a| !a.is_positive()) || zero_or_more.clone().any(|a| a.is_negative()) {
        return Err(Refusal::new(RefusalCode::AmountInvalid).law(&reference::MONEY_FORM));
    }
    Money::sum(positive.chain(zero_or_more))?;
    Ok(())
}

fn documents(input: &PlanInput) -> Result<(), Refusal> {
    let costs = input.costs.iter().map(|c| c.document.as_str());
    let taxes = input.tax_reserves.iter().map(|t| t.document.as_str());
    let rent = input.rent_reserve.iter().map(|r| r.document.as_str());
    if costs.chain(taxes).chain(rent).any(|text| text.trim().is_empty()) {
        return Err(Refusal::new(RefusalCode::TextInvalid).field("document").law(&reference::TEXT_FORM));
    }
    Ok(())
}

fn rent(input: &PlanInput) -> Result<(), Refusal> {
    let Some(rent) = &input.rent_reserve else { return Ok(()) };
    let fits = RENT_MONTHS.contains(&rent.months) && rent.monthly.is_positive();
    if !fits || input.debtor_kind != PartyKind::Person {
        return Err(Refusal::new(RefusalCode::ParameterInvalid)
            .field("rentReserve")
            .law(&reference::OBJECTION_20)
            .arg("months", rent.months));
    }
    Ok(())
}

/// The places of priority claims are set by a panel.
fn priority(input: &PlanInput) -> Result<(), Refusal> {
    let ranked =
        |c: &ClaimInput| matches!(c.rank, ClaimRank::Priority | ClaimRank::MedicalCosts | ClaimRank::Restitution);
    if input.claims.iter().any(ranked) && !has_panel_document(input) {
        return Err(Refusal::new(RefusalCode::PanelDecisionMissing)
            .field("panelDocument")
            .law(&reference::CIVIL_PROCEDURE_RULES_508));
    }
    Ok(())
}

fn ordinary(input: &PlanInput) -> Result<(), Refusal> {
    let misfit = |article| Err(Refusal::new(RefusalCode::ParameterInvalid).field("ordinaryRule").law(article));
    let mut claims = input.claims.iter().filter(|c| c.rank == ClaimRank::Ordinary);
    match input.ordinary_rule {
        OrdinaryRule::ProRata if input.debtor_kind == PartyKind::Enterprise && !has_panel_document(input) => {
            Err(Refusal::new(RefusalCode::PanelDecisionMissing)
                .field("panelDocument")
                .law(&reference::CIVIL_PROCEDURE_RULES_514))
        }
        OrdinaryRule::SeizureOrder if claims.any(|c| c.seizure_rank.is_none()) => {
            misfit(&reference::CIVIL_PROCEDURE_RULES_514)
        }
        OrdinaryRule::RatioOneTitle if several_titles(claims) => misfit(&reference::ENFORCEMENT_55),
        OrdinaryRule::ProRata | OrdinaryRule::SeizureOrder | OrdinaryRule::RatioOneTitle => Ok(()),
    }
}

/// A local practice: it needs the court's parameter, a panel, and ordinary claims that share in proportion.
fn first_seizure(input: &PlanInput) -> Result<(), Refusal> {
    let Some(first) = input.first_seizure else { return Ok(()) };
    let refusal = |code, field| Err(Refusal::new(code).field(field).law(&reference::ENFORCEMENT_56));
    let ordinary = input.claims.get(first.claim).is_some_and(|c| c.rank == ClaimRank::Ordinary);
    if !ordinary || input.ordinary_rule != OrdinaryRule::ProRata || !FIRST_SEIZURE_PERCENT.contains(&first.percent) {
        return refusal(RefusalCode::ParameterInvalid, "firstSeizure");
    }
    if !has_panel_document(input) {
        return refusal(RefusalCode::PanelDecisionMissing, "panelDocument");
    }
    Ok(())
}

fn several_titles<'a>(mut claims: impl Iterator<Item = &'a ClaimInput>) -> bool {
    claims.next().is_some_and(|first| claims.any(|c| c.title != first.title))
}

fn has_panel_document(input: &PlanInput) -> bool {
    input.panel_document.as_ref().is_some_and(|d| !d.trim().is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::waterfall::tests::{claim, money, plan};
    use super::super::{CostInput, FirstSeizure, RentReserveInput};
    use super::*;

    fn refused(input: &PlanInput) -> RefusalCode {
        admissible(input).unwrap_err().code
    }

    #[test]
    fn minsushi_508_an_empty_pool_or_no_claim_is_no_distribution() {
        assert_eq!(refused(&plan("0.00", vec![claim(1, ClaimRank::Ordinary, "1.00")])), RefusalCode::PoolEmpty);
        assert_eq!(refused(&plan("1.00", vec![])), RefusalCode::ListInvalid);
    }

    #[test]
    fn minsushi_514_pro_rata_on_an_enterprise_needs_a_panel() {
        let mut input = plan("1.00", vec![claim(1, ClaimRank::Ordinary, "1.00")]);
        input.debtor_kind = PartyKind::Enterprise;
        assert_eq!(refused(&input), RefusalCode::PanelDecisionMissing);
        input.panel_document = Some("  ".into());
        assert_eq!(refused(&input), RefusalCode::PanelDecisionMissing);
        input.panel_document = Some("合议庭笔录".into());
        assert!(admissible(&input).is_ok());
        input.ordinary_rule = OrdinaryRule::SeizureOrder;
        assert_eq!(refused(&input), RefusalCode::ParameterInvalid);
        input.claims[0].seizure_rank = Some(1);
        assert!(admissible(&input).is_ok());
    }

    #[test]
    fn zhixing_55_ratio_is_for_one_title_only() {
        let mut input =
            plan("1.00", vec![claim(1, ClaimRank::Ordinary, "1.00"), claim(2, ClaimRank::Ordinary, "1.00")]);
        input.ordinary_rule = OrdinaryRule::RatioOneTitle;
        assert!(admissible(&input).is_ok());
        input.claims[1].title = "another".into();
        assert_eq!(refused(&input), RefusalCode::ParameterInvalid);
    }

    #[test]
    fn yiyifuyi_20_rent_is_reserved_for_five_to_eight_years() {
        for (months, ok) in [(59, false), (60, true), (96, true), (97, false)] {
            let mut input = plan("1.00", vec![claim(1, ClaimRank::Ordinary, "1.00")]);
            let document = "被执行人同意书".to_owned();
            input.rent_reserve = Some(RentReserveInput { monthly: money("1000.00"), months, document });
            assert_eq!(admissible(&input).is_ok(), ok, "{months}");
            input.debtor_kind = PartyKind::Organisation;
            assert_eq!(refused(&input), RefusalCode::ParameterInvalid);
        }
    }

    #[test]
    fn zhixing_56_more_for_the_first_seizure_needs_a_panel_and_a_percent_up_to_20() {
        for (percent, ok) in [(0, false), (1, true), (20, true), (21, false)] {
            let mut input = plan("1.00", vec![claim(1, ClaimRank::Ordinary, "1.00")]);
            input.first_seizure = Some(FirstSeizure { claim: 0, percent });
            let without_panel = if ok { RefusalCode::PanelDecisionMissing } else { RefusalCode::ParameterInvalid };
            assert_eq!(refused(&input), without_panel, "{percent}");
            input.panel_document = Some("合议庭笔录".into());
            assert_eq!(admissible(&input).is_ok(), ok, "{percent}");
            input.claims[0].rank = ClaimRank::Secured;
            assert_eq!(refused(&input), RefusalCode::ParameterInvalid);
        }
    }

    #[test]
    fn priority_places_and_costs_need_their_documents() {
        let mut input = plan("1.00", vec![claim(1, ClaimRank::Priority, "1.00")]);
        assert_eq!(refused(&input), RefusalCode::PanelDecisionMissing);
        input.panel_document = Some("合议庭笔录".into());
        assert!(admissible(&input).is_ok());
        let label = "评估机构".to_owned();
        input.costs = vec![CostInput { appraisal: true, label, amount: money("1.00"), document: String::new() }];
        assert_eq!(refused(&input), RefusalCode::TextInvalid);
        input.costs[0].document = "发票".into();
        input.costs[0].amount = Money::ZERO;
        assert_eq!(refused(&input), RefusalCode::AmountInvalid);
    }
}
