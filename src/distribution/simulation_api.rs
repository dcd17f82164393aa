//! What a distribution would give: from numbers that anybody enters, or over a case's money before a plan is drafted.
//! The rules are the plan's own; nothing is written, and documents are taken to be there.

use super::{
    DistributionBasis, OrdinaryRule,
    ops::DistributionElementsInput,
    rules::{
        ClaimInput, CostInput, FeeInput, FirstSeizure, Line, PlanInput, RentReserveInput, Target, TaxReserveInput,
        Waterfall, fee, waterfall,
    },
};
use crate::{
    access::Act,
    cases::{
        self, ClaimRank, FeeOrder, PartyKind,
        api::{CaseParty, Claim},
    },
    graphql::{
        caller::{scope, services},
        law_api::{ExplanationView, bad_input},
    },
    kernel::{
        error::{Failure, Problem},
        ids::{ClaimId, PartyId},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
};
use async_graphql::{Context, InputObject, Object};

/// Most claims and most costs or reserves of one calculation.
const MOST_CLAIMS: usize = 200;
const MOST_COSTS: usize = 50;
/// Stands for the documents that a plan needs and a calculation takes to be there.
const ASSUMED: &str = "试算";

/// A claim of a calculation (试算债权). Amounts are what is still owed.
#[derive(InputObject)]
pub struct WhatIfClaimInput {
    /// The class in which it is paid (受偿顺位).
    pub rank: ClaimRank,
    /// Costs, ordinary interest and principal (债权额).
    pub amount: Money,
    /// Doubled part of the interest for delay, paid after all judgment debts (加倍部分利息).
    pub delay_interest: Option<Money>,
    /// Place among secured and priority claims, and in the order of seizure; smaller is earlier, equal places share (次序).
    #[graphql(default = 1)]
    pub order: u32,
    /// Priority reaches up to this sum; without it the whole claim (优先受偿限额).
    pub priority_up_to: Option<Money>,
    /// Which title it rests on, any text; claims of one title bear the same (执行依据).
    #[graphql(default)]
    pub title: String,
}

/// A cost of a calculation that is repaid first (试算费用).
#[derive(InputObject)]
pub struct WhatIfCostInput {
    /// An appraisal fee that a party advanced; else any other cost (是否评估费).
    #[graphql(default)]
    pub appraisal: bool,
    /// Above zero (金额).
    pub amount: Money,
}

/// Rent left to a debtor whose sole home was sold (租金预留), 异议复议规定 20.
#[derive(InputObject)]
pub struct WhatIfRentInput {
    /// Average monthly rent at the place, above zero (月租金).
    pub monthly: Money,
    /// 60 to 96 (月数).
    pub months: u32,
}

/// More for the ordinary creditor who seized first (首封多分).
#[derive(InputObject)]
pub struct WhatIfFirstSeizureInput {
    /// Number of the claim in the list, from 1 (债权序号).
    pub claim: u32,
    /// 1 to 20 percent of his own share (多分比例).
    pub percent: u32,
}

/// The numbers of a distribution (分配试算要素). Decisions of a panel are taken to be there.
#[derive(InputObject)]
pub struct DistributionWhatIfInput {
    /// What there is to distribute, above zero (可分配额).
    pub pool: Money,
    /// What kind of person the debtor is (被执行人类型).
    pub debtor_kind: PartyKind,
    /// How ordinary claims share (普通债权清偿规则).
    pub ordinary_rule: OrdinaryRule,
    /// When the execution fee is taken (执行费收取顺序).
    pub execution_fee_order: FeeOrder,
    /// Executed for the same title before: recoveries cumulate (此前已执行金额).
    pub executed_before: Option<Money>,
    /// Fee taken for the same title before (此前已收执行费).
    pub charged_before: Option<Money>,
    /// The claims, 1 to 200 (债权).
    pub claims: Vec<WhatIfClaimInput>,
    /// Costs repaid first, at most 50 (处置费用).
    #[graphql(default)]
    pub costs: Vec<WhatIfCostInput>,
    /// Tax reserves, at most 50, each above zero (税费预留).
    #[graphql(default)]
    pub tax_reserves: Vec<Money>,
    /// Rent reserve, if any (租金预留).
    pub rent_reserve: Option<WhatIfRentInput>,
    /// More for who seized first, if the court does so (首封多分).
    pub first_seizure: Option<WhatIfFirstSeizureInput>,
}
impl DistributionWhatIfInput {
    /// # Errors
    /// `LIST_INVALID` for lists that are too long, `PARAMETER_INVALID` for a claim number that is none.
    fn plan(&self) -> Result<PlanInput, Refusal> {
        for (field, length, most) in [
            ("claims", self.claims.len(), MOST_CLAIMS),
            ("costs", self.costs.len(), MOST_COSTS),
            ("taxReserves", self.tax_reserves.len(), MOST_COSTS),
        ] {
            if length > most {
                return Err(Refusal::new(RefusalCode::ListInvalid).field(field).arg("maximum", most));
            }
        }
        let document = || ASSUMED.to_owned();
        let claim = |(claim, number): (&WhatIfClaimInput, u32)| ClaimInput {
            number,
            rank: claim.rank,
            amount: claim.amount,
            delay: claim.delay_interest.unwrap_or_default(),
            order: claim.order,
            priority_up_to: claim.priority_up_to,
            seizure_rank: Some(claim.order),
            title: claim.title.clone(),
        };
        let cost = |cost: &WhatIfCostInput| CostInput {
            appraisal: cost.appraisal,
            label: String::new(),
            amount: cost.amount,
            document: document(),
        };
        let tax = |amount: &Money| TaxReserveInput { label: String::new(), amount: *amount, document: document() };
        let rent = |rent: &WhatIfRentInput| RentReserveInput {
            monthly: rent.monthly,
            months: rent.months,
            document: document(),
        };
        Ok(PlanInput {
            pool: self.pool,
            costs: self.costs.iter().map(cost).collect(),
            fee: FeeInput {
                order: self.execution_fee_order,
                executed_before: self.executed_before.unwrap_or_default(),
                charged_before: self.charged_before.unwrap_or_default(),
            },
            tax_reserves: self.tax_reserves.iter().map(tax).collect(),
            rent_reserve: self.rent_reserve.as_ref().map(rent),
            claims: self.claims.iter().zip(1..).map(claim).collect(),
            ordinary_rule: self.ordinary_rule,
            first_seizure: self.first_seizure.as_ref().map(first_seizure).transpose()?,
            debtor_kind: self.debtor_kind,
            panel_document: Some(document()),
        })
    }
}
fn first_seizure(first: &WhatIfFirstSeizureInput) -> Result<FirstSeizure, Refusal> {
    let place = first.claim.checked_sub(1).and_then(|place| usize::try_from(place).ok());
    let claim = place.ok_or_else(|| Refusal::new(RefusalCode::ParameterInvalid).field("firstSeizure"))?;
    Ok(FirstSeizure { claim, percent: first.percent })
}

/// The computed lines with what they were computed from.
pub struct DistributionSimulation {
    pool: Money,
    executed: Money,
    computed: Waterfall,
    /// Claim and party of each line, in its order; empty for a calculation from numbers.
    owners: Vec<(Option<ClaimId>, Option<PartyId>)>,
}
impl DistributionSimulation {
    fn compute(input: &PlanInput) -> Result<DistributionSimulation, Refusal> {
        let computed = waterfall::compute(input)?;
        let claims = Money::sum(input.claims.iter().flat_map(|c| [c.amount, c.delay]))?;
        let executed = fee::executed_now(input.pool, claims);
        Ok(DistributionSimulation { pool: input.pool, executed, computed, owners: Vec::new() })
    }
    /// Over what a case has free now.
    async fn of_case(ctx: &Context<'_>, elements: &DistributionElementsInput) -> Result<Self, Failure> {
        let scope = scope(ctx, Act::SimulateDistribution)?;
        let reader = services(ctx)?.db.reader();
        let case = cases::store::find_case(&reader, &scope, elements.case).await?;
        let case = case.ok_or(Problem::NotFound)?;
        let facts = elements.read_facts(&reader, &case).await?;
        let mut simulation = DistributionSimulation::compute(&facts.input)?;
        let owner = |line: &Line| {
            let (claim, party, _) = elements.owner(line.target, &facts);
            (claim, party)
        };
        simulation.owners = simulation.computed.lines.iter().map(owner).collect();
        Ok(simulation)
    }
}

/// What a distribution would give (分配试算结果). Σ of the lines is the pool, to the fen.
#[Object]
impl DistributionSimulation {
    /// What is distributed (可分配额).
    async fn pool(&self) -> Money {
        self.pool
    }
    /// What would be executed for the title, the base of the fee (本次执行到位金额).
    async fn executed(&self) -> Money {
        self.executed
    }
    /// Execution fee that would be owed and not taken from this pool (欠缴执行费).
    async fn fee_arrears(&self) -> Money {
        self.computed.fee_arrears
    }
    /// The lines, in the order of payment (分配明细).
    async fn lines(&self) -> Vec<SimulatedLine<'_>> {
        let owners = self.owners.iter().copied().map(Some).chain(std::iter::repeat(None));
        let line = |(line, owner): (_, Option<(Option<ClaimId>, Option<PartyId>)>)| {
            let (claim, party) = owner.unwrap_or_default();
            SimulatedLine { line, claim, party }
        };
        self.computed.lines.iter().zip(owners).map(line).collect()
    }
}

/// A line of a calculation.
pub struct SimulatedLine<'a> {
    line: &'a Line,
    claim: Option<ClaimId>,
    party: Option<PartyId>,
}
/// Who would get what, on which ground (试算明细).
#[Object(name = "SimulatedDistributionLine")]
impl SimulatedLine<'_> {
    /// The ground (分配依据).
    async fn basis(&self) -> DistributionBasis {
        self.line.basis
    }
    /// Number of the claim in the calculation, from 1; none for costs, fee, reserves and surplus (债权序号).
    async fn claim_number(&self) -> Option<usize> {
        match self.line.target {
            Target::Claim(index) => index.checked_add(1),
            _ => None,
        }
    }
    /// The claim of the case (债权).
    async fn claim(&self, ctx: &Context<'_>) -> Result<Option<Claim>, Problem> {
        match &self.claim {
            Some(id) => Claim::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// Who would get it; none for the fee, the tax reserve and a calculation from numbers (受偿人).
    async fn party(&self, ctx: &Context<'_>) -> Result<Option<CaseParty>, Problem> {
        match &self.party {
            Some(id) => CaseParty::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// What the line could at most get at its place (申报额).
    async fn claimed(&self) -> Money {
        self.line.claimed
    }
    /// What it would get (分配额).
    async fn amount(&self) -> Money {
        self.line.amount
    }
    /// Why exactly this amount (计算依据).
    async fn explanation(&self) -> ExplanationView<'_> {
        ExplanationView(&self.line.explanation)
    }
}

/// The part of the calculator that this room brings.
#[derive(Default)]
pub struct DistributionCalculator;
#[Object]
impl DistributionCalculator {
    /// How a sum would go to its creditors (分配试算).
    async fn distribution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Pool, claims and costs (试算要素).")] input: DistributionWhatIfInput,
    ) -> Result<DistributionSimulation, Problem> {
        let computed = input.plan().and_then(|plan| DistributionSimulation::compute(&plan));
        computed.map_err(|refusal| bad_input(ctx, &refusal))
    }
}

#[derive(Default)]
pub struct SimulationQuery;
#[Object]
impl SimulationQuery {
    /// What a plan over everything that the case has free would give, before one is drafted; nothing is written
    /// (分配方案试算). Roles: OFFICER, FUND_ADMINISTRATOR, BUREAU_CHIEF.
    async fn simulate_distribution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Case, rules and reserves (分配要素).")] input: DistributionElementsInput,
    ) -> Result<DistributionSimulation, Problem> {
        DistributionSimulation::of_case(ctx, &input).await.map_err(|failure| match failure {
            Failure::Refused(refusal) if refusal.code == RefusalCode::NotFound => Problem::NotFound,
            Failure::Refused(refusal) => bad_input(ctx, &refusal),
            Failure::Problem(problem) => problem,
        })
    }
}
