//! The waterfall against worked examples of the law, and against random plans.
#![allow(clippy::unwrap_used)]

use super::super::{CostInput, FeeInput, FirstSeizure, RentReserveInput, TaxReserveInput};
use super::*;
use crate::cases::PartyKind;
use proptest::prelude::*;

pub(in super::super) fn money(text: &str) -> Money {
    text.parse().unwrap()
}
pub(in super::super) fn claim(number: u32, rank: ClaimRank, amount: &str) -> ClaimInput {
    ClaimInput {
        number,
        rank,
        amount: money(amount),
        delay: Money::ZERO,
        order: number,
        priority_up_to: None,
        seizure_rank: None,
        title: "（2024）湘0102民初1号".into(),
    }
}
/// A natural person as debtor, the fee after the creditors, everything else empty.
pub(in super::super) fn plan(pool: &str, claims: Vec<ClaimInput>) -> PlanInput {
    PlanInput {
        pool: money(pool),
        costs: vec![],
        fee: FeeInput { order: FeeOrder::AfterApplicant, executed_before: Money::ZERO, charged_before: Money::ZERO },
        tax_reserves: vec![],
        rent_reserve: None,
        claims,
        ordinary_rule: OrdinaryRule::ProRata,
        first_seizure: None,
        debtor_kind: PartyKind::Person,
        panel_document: None,
    }
}
fn amounts(input: &PlanInput) -> Vec<(Basis, String)> {
    compute(input).unwrap().lines.iter().map(|l| (l.basis, l.amount.to_string())).collect()
}

#[test]
fn one_claim_above_the_pool_takes_all_and_the_fee_stays_owed() {
    // story A: 59,748.04 of 203,500.00, execution fee after the applicant
    let input = plan("59748.04", vec![claim(1, ClaimRank::Ordinary, "203500.00")]);
    assert_eq!(amounts(&input), [(Basis::Ordinary, "59748.04".into()), (Basis::ExecutionFee, "0.00".into())]);
    assert_eq!(compute(&input).unwrap().fee_arrears, money("796.22"));
}

#[test]
fn feiyong_14_the_fee_comes_first_last_or_at_the_close() {
    let mut input = plan("59748.04", vec![claim(1, ClaimRank::Ordinary, "203500.00")]);
    input.fee.order = FeeOrder::FirstMoney;
    assert_eq!(amounts(&input), [(Basis::ExecutionFee, "796.22".into()), (Basis::Ordinary, "58951.82".into())]);
    assert_eq!(compute(&input).unwrap().fee_arrears, Money::ZERO);
    input.fee.order = FeeOrder::AtClose;
    assert_eq!(compute(&input).unwrap().fee_arrears, Money::ZERO);
    // with enough for all the fee comes out of what is left, on the claim and not on the surplus
    let rich = plan("20000.00", vec![claim(1, ClaimRank::Ordinary, "10000.00")]);
    assert_eq!(
        amounts(&rich),
        [
            (Basis::Ordinary, "10000.00".into()),
            (Basis::ExecutionFee, "50.00".into()),
            (Basis::Surplus, "9950.00".into())
        ]
    );
}

#[test]
fn e4_ordinary_claims_share_pro_rata_to_the_fen() {
    let claims = [(1, "123456.78"), (2, "234567.89"), (3, "98765.43")];
    let claims = claims.map(|(n, amount)| claim(n, ClaimRank::Ordinary, amount)).to_vec();
    let shown: Vec<String> = amounts(&plan("200000.00", claims)).into_iter().map(|(_, amount)| amount).collect();
    assert_eq!(shown, ["54054.05", "102702.70", "43243.25", "0.00"]);
}

#[test]
fn minsushi_508_costs_fee_reserves_secured_then_ordinary() {
    let mut secured = claim(1, ClaimRank::Secured, "300000.00");
    secured.priority_up_to = Some(money("250000.00"));
    let second = claim(2, ClaimRank::Secured, "50000.00");
    let mut input = plan("500000.00", vec![second, secured, claim(3, ClaimRank::Ordinary, "150000.00")]);
    input.fee.order = FeeOrder::FirstMoney;
    let cost = |appraisal, amount| CostInput {
        appraisal,
        label: "机构".into(),
        amount: money(amount),
        document: "发票".into(),
    };
    input.costs = vec![cost(false, "2000.00"), cost(true, "8000.00")];
    input.tax_reserves =
        vec![TaxReserveInput { label: "标的物".into(), amount: money("30000.00"), document: "核税单".into() }];
    input.rent_reserve = Some(RentReserveInput { monthly: money("1000.00"), months: 60, document: "同意书".into() });
    assert_eq!(
        amounts(&input),
        [
            (Basis::AppraisalCost, "8000.00".into()),
            (Basis::SaleCost, "2000.00".into()),
            (Basis::ExecutionFee, "7400.00".into()),
            (Basis::TaxReserve, "30000.00".into()),
            (Basis::RentReserve, "60000.00".into()),
            // order 1 up to the value of its security, then order 2
            (Basis::Secured, "250000.00".into()),
            (Basis::Secured, "50000.00".into()),
            // 92,600.00 over 150,000.00 and the uncovered 50,000.00
            (Basis::Ordinary, "69450.00".into()),
            (Basis::Ordinary, "23150.00".into()),
        ]
    );
}

#[test]
fn minsushi_514_an_enterprise_pays_in_the_order_of_seizure() {
    let mut claims: Vec<ClaimInput> = [1, 2, 3].iter().map(|n| claim(*n, ClaimRank::Ordinary, "100.00")).collect();
    for (claim, seizure) in claims.iter_mut().zip([3, 1, 2]) {
        claim.seizure_rank = Some(seizure);
    }
    let mut input = plan("150.00", claims);
    input.debtor_kind = PartyKind::Enterprise;
    input.ordinary_rule = OrdinaryRule::SeizureOrder;
    let paid: Vec<(Target, String)> =
        compute(&input).unwrap().lines.iter().map(|l| (l.target, l.amount.to_string())).collect();
    assert_eq!(
        paid,
        [
            (Target::Claim(1), "100.00".into()),
            (Target::Claim(2), "50.00".into()),
            (Target::Claim(0), "0.00".into()),
            (Target::Fee, "0.00".into())
        ]
    );
}

#[test]
fn xingcai_13_medical_before_security_fine_after_civil_debts() {
    let ranks = [
        ClaimRank::Fine,
        ClaimRank::Ordinary,
        ClaimRank::Restitution,
        ClaimRank::Secured,
        ClaimRank::MedicalCosts,
        ClaimRank::Confiscation,
    ];
    let claims = ranks.iter().zip(1..).map(|(rank, n)| claim(n, *rank, "100.00")).collect();
    let mut input = plan("1000.00", claims);
    input.panel_document = Some("合议庭笔录".into());
    input.fee.order = FeeOrder::AtClose;
    let order: Vec<Basis> = compute(&input).unwrap().lines.iter().map(|l| l.basis).collect();
    assert_eq!(
        order,
        [
            Basis::MedicalCosts,
            Basis::Secured,
            Basis::Restitution,
            Basis::Ordinary,
            Basis::ExecutionFee,
            Basis::Fine,
            Basis::Confiscation,
            Basis::Surplus
        ]
    );
}

#[test]
fn chiyan_4_the_doubled_part_comes_after_every_judgment_debt() {
    let mut claims = vec![claim(1, ClaimRank::Ordinary, "100.00"), claim(2, ClaimRank::Ordinary, "100.00")];
    claims[0].delay = money("50.00");
    assert_eq!(
        amounts(&plan("150.00", claims.clone())),
        [
            (Basis::Ordinary, "75.00".into()),
            (Basis::Ordinary, "75.00".into()),
            (Basis::DelayInterest, "0.00".into()),
            (Basis::ExecutionFee, "0.00".into())
        ]
    );
    assert_eq!(amounts(&plan("220.00", claims))[2], (Basis::DelayInterest, "20.00".into()));
}

#[test]
fn every_line_says_why() {
    let mut input =
        plan("150.00", vec![claim(1, ClaimRank::Ordinary, "100.00"), claim(2, ClaimRank::Ordinary, "200.00")]);
    input.fee.order = FeeOrder::FirstMoney;
    for line in compute(&input).unwrap().lines {
        assert_eq!(line.explanation.result, line.amount.to_string());
        assert!(!line.explanation.law.is_empty() && !line.explanation.steps.is_empty(), "{:?}", line.basis);
    }
}

fn any_claim() -> impl Strategy<Value = ClaimInput> {
    let rank = prop::sample::select(ClaimRank::ALL.to_vec());
    let cap = prop::option::of(0i64..2_000_000);
    (rank, 0i64..2_000_000, 0i64..50_000, 0u32..4, cap, 1u32..4).prop_map(
        |(rank, amount, delay, order, cap, seizure)| ClaimInput {
            number: 1,
            rank,
            amount: Money::from_fen(amount),
            delay: Money::from_fen(delay),
            order,
            priority_up_to: cap.map(Money::from_fen),
            seizure_rank: Some(seizure),
            title: "t".into(),
        },
    )
}
fn any_plan() -> impl Strategy<Value = PlanInput> {
    let cost = (any::<bool>(), 1i64..100_000).prop_map(|(appraisal, amount)| CostInput {
        appraisal,
        label: "c".into(),
        amount: Money::from_fen(amount),
        document: "d".into(),
    });
    let fee = (prop::sample::select(FeeOrder::ALL.to_vec()), 0i64..5_000_000, 0i64..100_000);
    let rent = prop::option::of((1i64..3_000, 60u32..=96));
    let parts = (
        1i64..10_000_000,
        prop::collection::vec(any_claim(), 1..8),
        prop::collection::vec(cost, 0..3),
        fee,
        prop::option::of(1i64..300_000),
        rent,
        prop::sample::select(OrdinaryRule::ALL.to_vec()),
    );
    parts.prop_map(|(pool, claims, costs, (order, before, charged), tax, rent, ordinary_rule)| PlanInput {
        first_seizure: None,
        pool: Money::from_fen(pool),
        costs,
        fee: FeeInput { order, executed_before: Money::from_fen(before), charged_before: Money::from_fen(charged) },
        tax_reserves: tax
            .map(|t| TaxReserveInput { label: "t".into(), amount: Money::from_fen(t), document: "d".into() })
            .into_iter()
            .collect(),
        rent_reserve: rent.map(|(monthly, months)| RentReserveInput {
            monthly: Money::from_fen(monthly),
            months,
            document: "d".into(),
        }),
        claims,
        ordinary_rule,
        debtor_kind: PartyKind::Person,
        panel_document: Some("p".into()),
    })
}
/// What each target gets over all its lines.
fn totals(lines: &[Line]) -> BTreeMap<String, i64> {
    let mut totals = BTreeMap::new();
    for line in lines {
        *totals.entry(format!("{:?}", line.target)).or_insert(0) += line.amount.fen();
    }
    totals
}

proptest! {
    #[test]
    fn lines_add_up_and_none_is_above_its_claim(input in any_plan()) {
        let plan = compute(&input).unwrap();
        prop_assert_eq!(Money::sum(plan.lines.iter().map(|l| l.amount)).unwrap(), input.pool);
        prop_assert!(plan.lines.iter().all(|l| l.amount <= l.claimed && !l.amount.is_negative()));
        let totals = totals(&plan.lines);
        for (index, claim) in input.claims.iter().enumerate() {
            let got = totals.get(&format!("{:?}", Target::Claim(index))).copied().unwrap_or(0);
            prop_assert!(got <= claim.amount.fen() + claim.delay.fen());
        }
        // nothing goes back to the debtor while anybody is owed
        if totals.contains_key("Debtor") {
            let in_full = |(index, claim): (usize, &ClaimInput)| {
                totals.get(&format!("{:?}", Target::Claim(index))) == Some(&(claim.amount.fen() + claim.delay.fen()))
            };
            prop_assert!(input.claims.iter().enumerate().all(in_full));
        }
    }

    /// More money costs nobody more than the fen of each of his lines that the largest remainder may move.
    #[test]
    fn more_money_makes_nobody_poorer(input in any_plan(), more in 1i64..100_000) {
        let before = compute(&input).unwrap();
        let richer = PlanInput { pool: Money::from_fen(input.pool.fen() + more), ..input };
        let after = totals(&compute(&richer).unwrap().lines);
        for (target, amount) in totals(&before.lines) {
            let lines = before.lines.iter().filter(|l| format!("{:?}", l.target) == target).count();
            let now = after.get(&target).copied().unwrap_or(0);
            prop_assert!(now >= amount - i64::try_from(lines).unwrap(), "{target}: {amount} -> {now}");
        }
    }
}

#[test]
fn zhixing_56_who_seized_first_gets_a_panels_percent_more_and_the_others_share_the_rest() {
    let claims = |second: &str| vec![claim(1, ClaimRank::Ordinary, "500.00"), claim(2, ClaimRank::Ordinary, second)];
    let mut input = plan("100.00", claims("500.00"));
    input.panel_document = Some("合议庭笔录".into());
    input.first_seizure = Some(FirstSeizure { claim: 1, percent: 20 });
    let fee = (Basis::ExecutionFee, "0.00".to_owned());
    let ordinary = |amount: &str| (Basis::Ordinary, amount.to_owned());
    assert_eq!(amounts(&input), [ordinary("60.00"), ordinary("40.00"), fee.clone()]);
    let lines = compute(&input).unwrap().lines;
    assert_eq!((lines[0].target, lines[0].explanation.law.len()), (Target::Claim(1), 2));
    // never more than he claims
    input.claims = claims("51.00");
    input.pool = money("540.00");
    assert_eq!(amounts(&input), [ordinary("51.00"), ordinary("489.00"), fee]);
}
