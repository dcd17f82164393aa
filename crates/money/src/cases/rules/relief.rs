//! Relief from fees (诉讼费用缓交、减交、免交, 诉讼费用交纳办法 44–47): who may have which, and how much of a fee it takes away.

use crate::{
    cases::{FeeReliefGround, FeeReliefKind, PartyKind},
    kernel::{
        clock::LegalDate,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// A reduction takes away at least so much (第46条); all of it would be an exemption.
pub const PERCENT: std::ops::RangeInclusive<i32> = 30..=99;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub kind: FeeReliefKind,
    pub ground: FeeReliefGround,
    /// The fee, above zero.
    pub amount: Money,
    /// With `REDUCE` only.
    pub percent: Option<i32>,
    /// With `DEFER` only.
    pub until: Option<LegalDate>,
}

/// What of the fee need not be paid.
///
/// # Errors
/// `FEE_RELIEF_NOT_ALLOWED` for an exemption of anybody but a natural person and for a ground of a lesser relief;
/// `PARAMETER_INVALID`, `DATE_INVALID`, `AMOUNT_INVALID` for what the kind does not take.
pub fn decide(asked: Asked, party: PartyKind, today: LegalDate) -> Result<Money, Refusal> {
    use FeeReliefKind as K;
    let article = match asked.kind {
        K::Exempt => &reference::FEES_45,
        K::Reduce => &reference::FEES_46,
        K::Defer => &reference::FEES_47,
    };
    let refusal = |code, field| Refusal::new(code).field(field).law(article);
    if asked.kind == K::Exempt && party != PartyKind::Person {
        return Err(Refusal::new(RefusalCode::FeeReliefNotAllowed).field("kind").law(&reference::FEES_44));
    }
    if asked.kind < strongest(asked.ground) {
        return Err(refusal(RefusalCode::FeeReliefNotAllowed, "ground"));
    }
    if !asked.amount.is_positive() {
        return Err(refusal(RefusalCode::AmountInvalid, "amount"));
    }
    if asked.percent.is_some() != (asked.kind == K::Reduce) || asked.percent.is_some_and(|p| !PERCENT.contains(&p)) {
        return Err(refusal(RefusalCode::ParameterInvalid, "percent").arg("allowed", "30 … 99"));
    }
    if asked.until.is_some() != (asked.kind == K::Defer) || asked.until.is_some_and(|until| until <= today) {
        return Err(refusal(RefusalCode::DateInvalid, "until").arg("earliest", today.succ_opt().unwrap_or(today)));
    }
    Ok(match (asked.kind, asked.percent) {
        (K::Exempt, _) => asked.amount,
        (K::Reduce, Some(percent)) => asked.amount.ratio_ceil(i64::from(percent), 100)?,
        (K::Reduce, None) | (K::Defer, _) => Money::ZERO,
    })
}

/// The strongest relief that a ground carries: kinds are ordered from exemption to deferral, and a ground of one article
/// carries the weaker ones too.
const fn strongest(ground: FeeReliefGround) -> FeeReliefKind {
    use FeeReliefGround as G;
    match ground {
        G::DisabledWithoutIncome | G::Support | G::MinimumAllowance | G::PublicInterest | G::Other => {
            FeeReliefKind::Exempt
        }
        G::Disaster | G::Preferential | G::WelfareHome => FeeReliefKind::Reduce,
        G::SocialInsurance | G::Injury | G::LegalAid => FeeReliefKind::Defer,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use FeeReliefGround as G;
    use FeeReliefKind as K;

    fn today() -> LegalDate {
        "2026-03-02".parse().unwrap()
    }
    fn asked(kind: K, ground: G) -> Asked {
        Asked {
            kind,
            ground,
            amount: Money::from_fen(10_001),
            percent: (kind == K::Reduce).then_some(30),
            until: (kind == K::Defer).then(|| "2026-06-01".parse().unwrap()),
        }
    }

    #[test]
    fn feiyong_44_only_a_natural_person_is_exempted() {
        let exempt = asked(K::Exempt, G::Support);
        assert_eq!(decide(exempt, PartyKind::Person, today()), Ok(exempt.amount));
        for party in [PartyKind::Enterprise, PartyKind::Organisation] {
            let refusal = decide(exempt, party, today()).unwrap_err();
            assert_eq!((refusal.code, refusal.law), (RefusalCode::FeeReliefNotAllowed, Some(&reference::FEES_44)));
            for kind in [K::Reduce, K::Defer] {
                assert!(decide(asked(kind, G::Other), party, today()).is_ok(), "{kind:?}");
            }
        }
    }

    #[test]
    fn feiyong_45_46_47_a_ground_carries_its_relief_and_the_weaker_ones() {
        for (ground, exempt, reduce) in [
            (G::Support, true, true),
            (G::Other, true, true),
            (G::Disaster, false, true),
            (G::WelfareHome, false, true),
            (G::Injury, false, false),
            (G::LegalAid, false, false),
        ] {
            let may = |kind| decide(asked(kind, ground), PartyKind::Person, today()).is_ok();
            assert_eq!((may(K::Exempt), may(K::Reduce), may(K::Defer)), (exempt, reduce, true), "{ground:?}");
        }
    }

    #[test]
    fn feiyong_46_a_reduction_takes_30_percent_or_more() {
        for (percent, relieved) in [(29, None), (30, Some("30.01")), (99, Some("99.01")), (100, None)] {
            let mut reduce = asked(K::Reduce, G::Disaster);
            reduce.percent = Some(percent);
            let decided = decide(reduce, PartyKind::Enterprise, today());
            assert_eq!(decided.ok().map(|amount| amount.to_string()).as_deref(), relieved, "{percent}");
        }
        let mut wrong = asked(K::Exempt, G::Support);
        wrong.percent = Some(50);
        assert_eq!(decide(wrong, PartyKind::Person, today()).unwrap_err().code, RefusalCode::ParameterInvalid);
    }

    #[test]
    fn feiyong_47_a_deferral_has_a_last_day_in_the_future() {
        let mut defer = asked(K::Defer, G::Injury);
        assert_eq!(decide(defer, PartyKind::Person, today()), Ok(Money::ZERO));
        for until in [None, Some(today())] {
            defer.until = until;
            assert_eq!(decide(defer, PartyKind::Person, today()).unwrap_err().code, RefusalCode::DateInvalid);
        }
        defer.until = today().succ_opt();
        assert!(decide(defer, PartyKind::Person, today()).is_ok());
    }
}
