//! Pure rules of a distribution: what goes in ([`PlanInput`]), what comes out ([`Waterfall`]) and which plan may be
//! drafted, served, objected to and carried out. No I/O: the same input gives the same lines, to the fen.

pub mod check;
pub mod fee;
pub mod objection;
pub mod share;
pub mod waterfall;

use super::{DistributionBasis, OrdinaryRule};
use crate::cases::{ClaimRank, FeeOrder, PartyKind};
use crate::kernel::money::Money;
use crate::law::explanation::Explanation;

/// A cost of the sale that is repaid before everything else (处置费用).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostInput {
    /// An appraisal fee that a party advanced comes first (参考价规定 33); other costs follow.
    pub appraisal: bool,
    /// Whom it goes to, as shown in the plan.
    pub label: String,
    pub amount: Money,
    /// Invoice or decision that proves it.
    pub document: String,
}

/// Taxes of one sold lot that the law lays on the debtor (税费预留).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxReserveInput {
    pub label: String,
    pub amount: Money,
    pub document: String,
}

/// Rent left to a debtor whose sole home was sold (租金预留): by consent or by decision only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RentReserveInput {
    /// Average monthly rent at the place.
    pub monthly: Money,
    /// 60 to 96 months.
    pub months: u32,
    /// Consent or decision, and where the rent figure is from.
    pub document: String,
}

/// A claim as the waterfall sees it. Amounts are what is still owed on the plan's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimInput {
    /// Number of the claim in the plan, shown in explanations.
    pub number: u32,
    pub rank: ClaimRank,
    /// Costs, ordinary interest and principal (判决确定的债务).
    pub amount: Money,
    /// Doubled part of the interest for delay (加倍部分).
    pub delay: Money,
    /// Place among secured and other priority claims, as the panel set it; smaller is earlier.
    pub order: u32,
    /// Priority reaches up to this sum: value of the property, registered maximum. `None`: without limit.
    pub priority_up_to: Option<Money>,
    /// Place in the order of seizure; needed by `SEIZURE_ORDER`.
    pub seizure_rank: Option<u32>,
    /// Number of the title; `RATIO_ONE_TITLE` needs one for all.
    pub title: String,
}

/// More for the ordinary creditor who seized first (首封多分), as a panel decides within the court's parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstSeizure {
    /// Place in [`PlanInput::claims`]; an ordinary claim.
    pub claim: usize,
    /// 1 to 20 percent of his own proportional share.
    pub percent: u32,
}

/// How the execution fee is taken (执行申请费).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeInput {
    pub order: FeeOrder,
    /// Executed for this title before, in earlier plans and orders.
    pub executed_before: Money,
    /// Fee taken for this title before.
    pub charged_before: Money,
}

/// Everything that decides a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanInput {
    pub pool: Money,
    pub costs: Vec<CostInput>,
    pub fee: FeeInput,
    pub tax_reserves: Vec<TaxReserveInput>,
    pub rent_reserve: Option<RentReserveInput>,
    pub claims: Vec<ClaimInput>,
    pub ordinary_rule: OrdinaryRule,
    pub first_seizure: Option<FirstSeizure>,
    pub debtor_kind: PartyKind,
    /// Document of the panel that ordered pro rata on an enterprise, or set priority ranks.
    pub panel_document: Option<String>,
}

/// What a line pays for: a place in the lists of [`PlanInput`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Cost(usize),
    Fee,
    Tax(usize),
    Rent,
    Claim(usize),
    Debtor,
}

/// One line: who gets what, on which ground, and why exactly that.
#[derive(Clone, Debug)]
pub struct Line {
    pub basis: DistributionBasis,
    pub target: Target,
    /// What the line could at most get at this place.
    pub claimed: Money,
    pub amount: Money,
    pub explanation: Explanation,
}

/// The computed plan. Σ of the lines' amounts is the pool, to the fen.
#[derive(Clone, Debug)]
pub struct Waterfall {
    pub lines: Vec<Line>,
    /// Fee that is owed by now and not taken: becomes a fee-arrears note, never a posting. Zero under `AT_CLOSE`.
    pub fee_arrears: Money,
}
