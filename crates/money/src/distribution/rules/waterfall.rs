//! The waterfall (分配顺位): costs, execution fee, reserves, priority, ordinary claims, doubled interest, what is left.
//!
//! Every fen of the pool stands on exactly one line, every line names its article and shows how its amount came about.
//! A claim that gets nothing is a line too: its creditor must be able to see that and object.

use super::share::{Sharer, share};
use super::{ClaimInput, Line, PlanInput, Target, Waterfall, check, fee};
use crate::cases::{ClaimRank, FeeOrder};
use crate::distribution::{DistributionBasis as Basis, OrdinaryRule};
use crate::kernel::money::Money;
use crate::kernel::refusal::{Article, Refusal, RefusalCode};
use crate::law::explanation::Explanation;
use crate::law::reference;
use std::collections::BTreeMap;

/// Computes the lines of a plan.
///
/// # Errors
/// Those of [`check::admissible`]; `AMOUNT_INVALID` for sums out of range; `PLAN_UNBALANCED` should the lines ever not
/// add up to the pool, which no input is known to cause.
pub fn compute(input: &PlanInput) -> Result<Waterfall, Refusal> {
    check::admissible(input)?;
    let mut flow =
        Flow { input, left: input.pool, unpaid: input.claims.iter().map(|c| c.amount).collect(), lines: vec![] };
    flow.costs()?;
    let mut arrears = Money::ZERO;
    if input.fee.order == FeeOrder::FirstMoney {
        arrears = flow.fee()?;
    }
    flow.tax_reserves()?;
    flow.rent_reserve()?;
    flow.class(ClaimRank::MedicalCosts, Basis::MedicalCosts, &reference::CRIMINAL_13)?;
    flow.priority()?;
    flow.class(ClaimRank::Restitution, Basis::Restitution, &reference::CRIMINAL_13)?;
    flow.ordinary()?;
    flow.delay_interest()?;
    if input.fee.order != FeeOrder::FirstMoney {
        arrears = flow.fee()?;
    }
    flow.class(ClaimRank::Fine, Basis::Fine, &reference::CRIMINAL_13)?;
    flow.class(ClaimRank::Confiscation, Basis::Confiscation, &reference::CRIMINAL_13)?;
    flow.surplus()?;
    let sum = Money::sum(flow.lines.iter().map(|l| l.amount))?;
    if sum != input.pool {
        return Err(Refusal::new(RefusalCode::PlanUnbalanced).arg("pool", input.pool).arg("lines", sum));
    }
    let fee_arrears = if input.fee.order == FeeOrder::AtClose { Money::ZERO } else { arrears };
    Ok(Waterfall { lines: flow.lines, fee_arrears })
}

/// One who takes part in a step: what he is paid for and the most he may get there.
struct Taker {
    target: Target,
    basis: Basis,
    claimed: Money,
}

struct Flow<'a> {
    input: &'a PlanInput,
    left: Money,
    /// Judgment debt of each claim that no line has covered yet.
    unpaid: Vec<Money>,
    lines: Vec<Line>,
}

impl Flow<'_> {
    /// Pays `takers` out of what is left: in full, or in proportion to what they claim.
    fn pay(&mut self, takers: Vec<Taker>, article: &'static Article) -> Result<(), Refusal> {
        let sharers: Vec<Sharer> = takers.iter().map(|t| Sharer { weight: t.claimed, cap: t.claimed }).collect();
        let total = Money::sum(takers.iter().map(|t| t.claimed))?;
        let before = self.left;
        for (taker, amount) in takers.into_iter().zip(share(before, &sharers)?) {
            self.left = self.left.minus(amount)?;
            let mut because = Explanation::new(taker.basis.as_str(), amount)
                .law(article)
                .input("available", before)
                .input("claimed", taker.claimed)
                .input("claimedByAllAtThisPlace", total);
            if let Some(claim) = self.claim(taker.target) {
                because = because.input("claimNumber", claim.number);
            }
            let because = share_steps(because, before, taker.claimed, total, amount)?;
            self.push(Line {
                basis: taker.basis,
                target: taker.target,
                claimed: taker.claimed,
                amount,
                explanation: because,
            })?;
        }
        Ok(())
    }

    fn push(&mut self, line: Line) -> Result<(), Refusal> {
        if let Target::Claim(index) = line.target
            && line.basis != Basis::DelayInterest
            && let Some(unpaid) = self.unpaid.get_mut(index)
        {
            *unpaid = unpaid.minus(line.amount)?;
        }
        self.lines.push(line);
        Ok(())
    }

    fn claim(&self, target: Target) -> Option<&ClaimInput> {
        match target {
            Target::Claim(index) => self.input.claims.get(index),
            _ => None,
        }
    }

    fn claims_of(&self, rank: ClaimRank, basis: Basis) -> Vec<Taker> {
        let unpaid = self.unpaid.iter().copied();
        let of_rank = self.input.claims.iter().zip(unpaid).enumerate().filter(|(_, (claim, _))| claim.rank == rank);
        of_rank.map(|(index, (_, claimed))| Taker { target: Target::Claim(index), basis, claimed }).collect()
    }

    fn class(&mut self, rank: ClaimRank, basis: Basis, article: &'static Article) -> Result<(), Refusal> {
        let takers = self.claims_of(rank, basis);
        self.pay(takers, article)
    }

    /// Appraisal fees that were advanced, then all other costs of the sale.
    fn costs(&mut self) -> Result<(), Refusal> {
        let cost = |appraisal: bool, basis| {
            let of_kind = self.input.costs.iter().enumerate().filter(move |(_, c)| c.appraisal == appraisal);
            of_kind.map(move |(index, c)| Taker { target: Target::Cost(index), basis, claimed: c.amount })
        };
        let appraisals: Vec<Taker> = cost(true, Basis::AppraisalCost).collect();
        let mut others: Vec<Taker> = cost(false, Basis::SaleCost).collect();
        others.extend(self.claims_of(ClaimRank::SaleCosts, Basis::SaleCost));
        self.pay(appraisals, &reference::PRICE_33)?;
        self.pay(others, &reference::CIVIL_PROCEDURE_RULES_508)
    }

    /// The execution fee owed by now; answers what of it could not be taken.
    fn fee(&mut self) -> Result<Money, Refusal> {
        let claims = Money::sum(self.input.claims.iter().flat_map(|c| [c.amount, c.delay]))?;
        let executed = fee::executed_now(self.input.pool, claims);
        let owed = fee::owed(&self.input.fee, executed)?;
        let amount = owed.min(self.left);
        let because = Explanation::new(Basis::ExecutionFee.as_str(), amount)
            .law(&reference::FEES_14_1)
            .law(&reference::FEES_38)
            .input("executedBefore", self.input.fee.executed_before)
            .input("executedNow", executed)
            .input("chargedBefore", self.input.fee.charged_before)
            .input("available", self.left)
            .parameter("executionFeeOrder", self.input.fee.order.as_str())
            .step("scale on everything executed for the title, less what was charged before", owed)
            .step("taken, as far as the money reaches", amount);
        self.left = self.left.minus(amount)?;
        self.push(Line {
            basis: Basis::ExecutionFee,
            target: Target::Fee,
            claimed: owed,
            amount,
            explanation: because,
        })?;
        Ok(owed.minus(amount)?)
    }

    fn tax_reserves(&mut self) -> Result<(), Refusal> {
        let reserves = self.input.tax_reserves.iter().enumerate();
        let takers = reserves.map(|(index, t)| Taker {
            target: Target::Tax(index),
            basis: Basis::TaxReserve,
            claimed: t.amount,
        });
        let takers = takers.collect();
        self.pay(takers, &reference::NETAUCTION_30)
    }

    fn rent_reserve(&mut self) -> Result<(), Refusal> {
        let Some(rent) = &self.input.rent_reserve else { return Ok(()) };
        let claimed = rent.monthly.times(i64::from(rent.months))?;
        let amount = claimed.min(self.left);
        let because = Explanation::new(Basis::RentReserve.as_str(), amount)
            .law(&reference::OBJECTION_20)
            .input("monthlyRent", rent.monthly)
            .input("document", &rent.document)
            .parameter("months", rent.months)
            .step("monthly rent × months", claimed)
            .step("kept, as far as the money reaches", amount);
        self.left = self.left.minus(amount)?;
        self.push(Line { basis: Basis::RentReserve, target: Target::Rent, claimed, amount, explanation: because })
    }

    /// Secured and other priority claims by their places; equal places share. What lies above the value of the
    /// security waits for the ordinary claims.
    fn priority(&mut self) -> Result<(), Refusal> {
        let mut places: BTreeMap<u32, Vec<Taker>> = BTreeMap::new();
        for (index, claim) in self.input.claims.iter().enumerate() {
            let basis = match claim.rank {
                ClaimRank::Secured => Basis::Secured,
                ClaimRank::Priority => Basis::Priority,
                _ => continue,
            };
            let claimed = claim.priority_up_to.map_or(claim.amount, |cap| cap.min(claim.amount));
            places.entry(claim.order).or_default().push(Taker { target: Target::Claim(index), basis, claimed });
        }
        for takers in places.into_values() {
            self.pay(takers, &reference::CIVIL_PROCEDURE_RULES_508)?;
        }
        Ok(())
    }

    fn ordinary(&mut self) -> Result<(), Refusal> {
        let mut takers = self.claims_of(ClaimRank::Ordinary, Basis::Ordinary);
        takers.extend(self.above_security());
        match self.input.ordinary_rule {
            OrdinaryRule::ProRata => {
                let takers = self.first_seizer(takers)?;
                self.pay(takers, &reference::CIVIL_PROCEDURE_RULES_508)
            }
            OrdinaryRule::RatioOneTitle => self.pay(takers, &reference::ENFORCEMENT_55),
            OrdinaryRule::SeizureOrder => {
                let mut places: BTreeMap<u32, Vec<Taker>> = BTreeMap::new();
                for taker in takers {
                    let place = self.claim(taker.target).and_then(|c| c.seizure_rank).unwrap_or(u32::MAX);
                    places.entry(place).or_default().push(taker);
                }
                for takers in places.into_values() {
                    self.pay(takers, &reference::CIVIL_PROCEDURE_RULES_514)?;
                }
                Ok(())
            }
        }
    }

    /// Pays the creditor who seized first his share and the panel's percent of it on top; answers who is left.
    fn first_seizer(&mut self, mut takers: Vec<Taker>) -> Result<Vec<Taker>, Refusal> {
        let Some(first) = self.input.first_seizure else { return Ok(takers) };
        let place = takers.iter().position(|t| t.target == Target::Claim(first.claim));
        let Some(place) = place else { return Ok(takers) };
        let sharers: Vec<Sharer> = takers.iter().map(|t| Sharer { weight: t.claimed, cap: t.claimed }).collect();
        let before = self.left;
        let share = share(before, &sharers)?.get(place).copied().unwrap_or_default();
        let more = share.ratio_floor(i64::from(first.percent), 100)?;
        let taker = takers.remove(place);
        let amount = share.plus(more)?.min(taker.claimed).min(before);
        let because = Explanation::new(taker.basis.as_str(), amount)
            .law(&reference::CIVIL_PROCEDURE_RULES_508)
            .law(&reference::ENFORCEMENT_56)
            .input("available", before)
            .input("claimed", taker.claimed)
            .parameter("firstSeizurePercent", first.percent)
            .step("available × claimed ÷ claimed by all at this place, by the largest remainder", share)
            .step("with the percent for who seized first, not above the claim", amount);
        self.left = before.minus(amount)?;
        self.push(Line {
            basis: taker.basis,
            target: taker.target,
            claimed: taker.claimed,
            amount,
            explanation: because,
        })?;
        Ok(takers)
    }

    /// Parts of secured and priority claims above their caps: ordinary claims (优先受偿不足部分).
    fn above_security(&self) -> Vec<Taker> {
        let capped = self.input.claims.iter().zip(&self.unpaid).enumerate().filter(|(_, (claim, _))| {
            matches!(claim.rank, ClaimRank::Secured | ClaimRank::Priority)
                && claim.priority_up_to.is_some_and(|cap| cap < claim.amount)
        });
        capped
            .map(|(index, (_, unpaid))| Taker {
                target: Target::Claim(index),
                basis: Basis::Ordinary,
                claimed: *unpaid,
            })
            .collect()
    }

    /// The doubled part of all claims, after every judgment debt (迟延履行利息解释 4).
    fn delay_interest(&mut self) -> Result<(), Refusal> {
        let owing = self.input.claims.iter().enumerate().filter(|(_, c)| c.delay.is_positive());
        let takers = owing
            .map(|(index, c)| Taker { target: Target::Claim(index), basis: Basis::DelayInterest, claimed: c.delay })
            .collect();
        self.pay(takers, &reference::DELAY_4)
    }

    fn surplus(&mut self) -> Result<(), Refusal> {
        let amount = self.left;
        if amount.is_zero() {
            return Ok(());
        }
        self.left = Money::ZERO;
        let because = Explanation::new(Basis::Surplus.as_str(), amount)
            .law(&reference::ENFORCEMENT_34)
            .input("pool", self.input.pool)
            .step("left after all lines above", amount);
        self.push(Line { basis: Basis::Surplus, target: Target::Debtor, claimed: amount, amount, explanation: because })
    }
}

/// How a share came about: in full, or by proportion with the fen cut and handed out again.
fn share_steps(
    because: Explanation,
    available: Money,
    claimed: Money,
    total: Money,
    amount: Money,
) -> Result<Explanation, Refusal> {
    if total <= available {
        return Ok(because.step("the money covers all who claim at this place: paid in full", amount));
    }
    let cut = available.ratio_floor(claimed.fen(), total.fen())?;
    let because = because.step("available × claimed ÷ claimed by all at this place, cut to the fen", cut);
    let left_over = amount.minus(cut)?;
    Ok(if left_over.is_positive() {
        because.step("one fen of what was left over, by the largest remainder", left_over)
    } else {
        because
    })
}

#[cfg(test)]
#[path = "waterfall_tests.rs"]
pub(super) mod tests;
