//! Orders on record: advance execution before the judgment (先予执行, 民诉法 109, 110) and working capital that stays with an
//! enterprise although its deposit is frozen (预留流动资金).

use crate::{
    cases::{AdvanceGround, CaseOrderKind, CaseOrderState, FreezeTarget, LivelihoodKind, MeasureStatus, PartyKind},
    kernel::{
        clock::LegalDate,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};

/// Does the matter of the case carry the ground (第109条)? Personal injury does so for its medical costs or in urgency.
const fn carries(ground: AdvanceGround, kind: Option<LivelihoodKind>) -> bool {
    use LivelihoodKind as L;
    match ground {
        AdvanceGround::Urgent => true,
        AdvanceGround::Wages => matches!(kind, Some(L::Wages)),
        AdvanceGround::SupportOrMedical => matches!(
            kind,
            Some(
                L::SupportElder
                    | L::SupportSpouse
                    | L::SupportChild
                    | L::Pension
                    | L::Medical
                    | L::TrafficInjury
                    | L::WorkInjury
                    | L::PersonalInjury
            )
        ),
    }
}

fn ordered(ordered_on: LegalDate, today: LegalDate) -> Result<(), Refusal> {
    if ordered_on > today {
        return Err(Refusal::new(RefusalCode::DateInvalid).field("orderedOn").arg("latest", today));
    }
    Ok(())
}

/// # Errors
/// `WRONG_STATE` for a ground that the case's matter does not carry, `AMOUNT_INVALID` above what the claim is owed,
/// `DATE_INVALID` for an order of the future.
pub fn decide_advance(
    ground: AdvanceGround,
    kind: Option<LivelihoodKind>,
    (amount, owed): (Money, Money),
    ordered_on: LegalDate,
    today: LegalDate,
) -> Result<(), Refusal> {
    ordered(ordered_on, today)?;
    if !carries(ground, kind) {
        let status = kind.map_or("NONE", LivelihoodKind::as_str);
        let refusal = Refusal::new(RefusalCode::WrongState).field("ground").law(&reference::CIVIL_PROCEDURE_109);
        return Err(refusal.arg("status", status));
    }
    if !amount.is_positive() || amount > owed {
        let refusal = Refusal::new(RefusalCode::AmountInvalid).field("amount").law(&reference::CIVIL_PROCEDURE_110);
        return Err(refusal.arg("maximum", owed));
    }
    Ok(())
}

/// A frozen deposit as a reserve sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frozen {
    pub target: FreezeTarget,
    pub status: MeasureStatus,
    pub amount: Money,
    pub until: LegalDate,
    /// Whose deposit it is.
    pub owner: Option<PartyKind>,
}

/// # Errors
/// `WRONG_STATE` unless it is an enterprise's frozen deposit, `AMOUNT_INVALID` above it, `DATE_INVALID` for an end
/// outside of today and the freeze's last day.
pub fn decide_capital(
    frozen: Frozen,
    amount: Money,
    (ordered_on, until): (LegalDate, LegalDate),
    today: LegalDate,
) -> Result<(), Refusal> {
    ordered(ordered_on, today)?;
    let refusal = |code, field| Refusal::new(code).field(field).law(&reference::XIANFENG_16);
    let deposit = frozen.target == FreezeTarget::DebtorDeposit && frozen.status == MeasureStatus::Active;
    if !deposit || frozen.owner != Some(PartyKind::Enterprise) {
        return Err(refusal(RefusalCode::WrongState, "measure").arg("status", frozen.status.as_str()));
    }
    if !amount.is_positive() || amount > frozen.amount {
        return Err(refusal(RefusalCode::AmountInvalid, "amount").arg("maximum", frozen.amount));
    }
    if until < today || until > frozen.until {
        let refusal = refusal(RefusalCode::DateInvalid, "until");
        return Err(refusal.arg("earliest", today).arg("latest", frozen.until));
    }
    Ok(())
}

/// A deduction leaves the working capital that was ordered.
///
/// # Errors
/// `AMOUNT_INVALID`.
pub fn decide_deduction(frozen: Money, reserved: Money, deducted: Money) -> Result<(), Refusal> {
    let most = frozen.saturating_minus(reserved);
    if deducted > most {
        let refusal = Refusal::new(RefusalCode::AmountInvalid).field("amount").law(&reference::XIANFENG_16);
        return Err(refusal.arg("maximum", most));
    }
    Ok(())
}

/// How an order may end: an advance is confirmed or revoked by the judgment, a reserve ends.
///
/// # Errors
/// `WRONG_STATE`, `DATE_INVALID` before the order or in the future.
pub fn decide_end(
    (kind, state): (CaseOrderKind, CaseOrderState),
    end: CaseOrderState,
    (ordered_on, ended_on): (LegalDate, LegalDate),
    today: LegalDate,
) -> Result<(), Refusal> {
    use CaseOrderState as S;
    let fits = match kind {
        CaseOrderKind::AdvanceExecution => matches!(end, S::Confirmed | S::Revoked),
        CaseOrderKind::WorkingCapital => end == S::Ended,
    };
    if state != S::InForce || !fits {
        return Err(Refusal::new(RefusalCode::WrongState).field("order").arg("status", state.as_str()));
    }
    if ended_on < ordered_on || ended_on > today {
        let refusal = Refusal::new(RefusalCode::DateInvalid).field("endedOn");
        return Err(refusal.arg("earliest", ordered_on).arg("latest", today));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::refusal::RefusalCode as R;

    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn yuan(amount: i64) -> Money {
        Money::from_yuan(amount)
    }

    #[test]
    fn minsu_109_a_ground_fits_the_matter() {
        use AdvanceGround as G;
        use LivelihoodKind as L;
        for (ground, kind, fits) in [
            (G::SupportOrMedical, Some(L::SupportChild), true),
            (G::SupportOrMedical, Some(L::PersonalInjury), true),
            (G::SupportOrMedical, Some(L::Wages), false),
            (G::SupportOrMedical, None, false),
            (G::Wages, Some(L::Wages), true),
            (G::Wages, Some(L::WorkInjury), false),
            (G::Urgent, None, true),
        ] {
            let decided = decide_advance(ground, kind, (yuan(1), yuan(1)), day("2026-03-02"), day("2026-03-02"));
            assert_eq!(decided.is_ok(), fits, "{ground:?} {kind:?}");
        }
    }

    #[test]
    fn minsu_110_up_to_what_is_owed_and_not_in_the_future() {
        let decide = |amount, on: &str| {
            decide_advance(AdvanceGround::Urgent, None, (yuan(amount), yuan(100)), day(on), day("2026-03-02"))
        };
        assert!(decide(100, "2026-03-02").is_ok());
        assert_eq!(decide(101, "2026-03-02").unwrap_err().code, R::AmountInvalid);
        assert_eq!(decide(0, "2026-03-02").unwrap_err().code, R::AmountInvalid);
        assert_eq!(decide(1, "2026-03-03").unwrap_err().code, R::DateInvalid);
    }

    #[test]
    fn xianfeng_16_working_capital_of_an_enterprise_within_its_frozen_deposit() {
        let frozen = Frozen {
            target: FreezeTarget::DebtorDeposit,
            status: MeasureStatus::Active,
            amount: yuan(100),
            until: day("2026-09-01"),
            owner: Some(PartyKind::Enterprise),
        };
        let decide = |frozen, amount, until: &str| {
            let days = (day("2026-03-02"), day(until));
            decide_capital(frozen, yuan(amount), days, day("2026-03-02")).map_err(|refusal| refusal.code)
        };
        assert_eq!(decide(frozen, 100, "2026-09-01"), Ok(()));
        assert_eq!(decide(frozen, 101, "2026-09-01"), Err(R::AmountInvalid));
        assert_eq!(decide(frozen, 100, "2026-09-02"), Err(R::DateInvalid));
        assert_eq!(decide(frozen, 100, "2026-03-01"), Err(R::DateInvalid));
        for wrong in [
            Frozen { owner: Some(PartyKind::Person), ..frozen },
            Frozen { owner: None, ..frozen },
            Frozen { status: MeasureStatus::Deducted, ..frozen },
            Frozen { target: FreezeTarget::CaseMoney, ..frozen },
        ] {
            assert_eq!(decide(wrong, 100, "2026-09-01"), Err(R::WrongState), "{wrong:?}");
        }
        assert!(decide_deduction(yuan(100), yuan(40), yuan(60)).is_ok());
        assert!(decide_deduction(yuan(100), yuan(40), yuan(61)).is_err());
    }

    #[test]
    fn an_order_ends_once_and_as_its_kind_does() {
        use CaseOrderKind as K;
        use CaseOrderState as S;
        let decide = |kind, state, end, on: &str| {
            decide_end((kind, state), end, (day("2026-03-02"), day(on)), day("2026-03-09")).map_err(|r| r.code)
        };
        for end in [S::Confirmed, S::Revoked] {
            assert_eq!(decide(K::AdvanceExecution, S::InForce, end, "2026-03-09"), Ok(()));
            assert_eq!(decide(K::WorkingCapital, S::InForce, end, "2026-03-09"), Err(R::WrongState));
        }
        assert_eq!(decide(K::WorkingCapital, S::InForce, S::Ended, "2026-03-02"), Ok(()));
        assert_eq!(decide(K::WorkingCapital, S::Ended, S::Ended, "2026-03-02"), Err(R::WrongState));
        assert_eq!(decide(K::WorkingCapital, S::InForce, S::InForce, "2026-03-02"), Err(R::WrongState));
        assert_eq!(decide(K::WorkingCapital, S::InForce, S::Ended, "2026-03-10"), Err(R::DateInvalid));
        assert_eq!(decide(K::WorkingCapital, S::InForce, S::Ended, "2026-03-01"), Err(R::DateInvalid));
    }
}
