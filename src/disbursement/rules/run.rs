//! Which lines a unified payout takes, and why each other line is left out (集中兑现; law.md R10.01, R10.06).

use super::super::{PayoutSelection, SkipReason};
use crate::cases::rules::party::decide_payee_name;
use crate::cases::{CaseStatus, LivelihoodKind};
use crate::kernel::money::Money;

/// One creditor of one case, as the selection sees it.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub case: CaseStatus,
    pub deferred: bool,
    /// Something of the case's money is frozen.
    pub frozen: bool,
    pub livelihood: Option<LivelihoodKind>,
    /// What the limit is compared with: the claim per payee for wages, else the case's target at filing.
    pub base: Money,
    /// Up to and including this amount a matter is small in this court.
    pub limit: Money,
    /// What the creditor is still owed.
    pub outstanding: Money,
    /// What the case has free for him, after the lines before his.
    pub available: Money,
    /// What the case has free for all.
    pub free: Money,
    /// How many creditors of the case are still owed something, and how much together.
    pub creditors: usize,
    pub owed_to_all: Money,
    /// An order, plan or run pays him already.
    pub ordered: bool,
    /// Name on the confirmed account; `None` when there is none.
    pub payee_name: Option<&'a str>,
    pub creditor_name: &'a str,
}

/// The amount that the run pays to `candidate`: what he is owed, as far as the money reaches.
///
/// # Errors
/// The first reason that keeps him out.
pub fn decide_line(selection: PayoutSelection, candidate: &Candidate<'_>) -> Result<Money, SkipReason> {
    let c = candidate;
    let skip = |when: bool, reason: SkipReason| if when { Err(reason) } else { Ok(()) };
    skip(c.case != CaseStatus::Open, SkipReason::CaseNotOpen)?;
    skip(c.deferred, SkipReason::Deferred)?;
    skip(c.ordered, SkipReason::AlreadyOrdered)?;
    skip(!c.outstanding.is_positive(), SkipReason::NothingOwed)?;
    skip(!c.available.is_positive() && c.frozen, SkipReason::Frozen)?;
    skip(!c.available.is_positive(), SkipReason::NothingAvailable)?;
    if selection == PayoutSelection::SmallLivelihood {
        skip(c.livelihood.is_none(), SkipReason::NotLivelihood)?;
        skip(c.base > c.limit, SkipReason::AboveLimit)?;
    }
    skip(c.creditors > 1 && c.free < c.owed_to_all, SkipReason::NeedsPlan)?;
    let Some(payee) = c.payee_name else { return Err(SkipReason::PayeeNotConfirmed) };
    skip(decide_payee_name(c.creditor_name, payee).is_err(), SkipReason::PayeeNameMismatch)?;
    Ok(c.outstanding.min(c.available))
}

/// Who stands first in a run: wages, then support, then pensions, medical care and injuries, then everybody else. Sorts
/// ascending; within a rank the older case stays first.
pub fn precedence(livelihood: Option<LivelihoodKind>) -> (bool, Option<LivelihoodKind>) {
    (livelihood.is_none(), livelihood)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn worker() -> Candidate<'static> {
        Candidate {
            case: CaseStatus::Open,
            deferred: false,
            frozen: false,
            livelihood: Some(LivelihoodKind::Wages),
            base: money("48990.00"),
            limit: money("50000.00"),
            outstanding: money("48990.00"),
            available: money("48990.00"),
            free: money("48990.00"),
            creditors: 1,
            owed_to_all: money("48990.00"),
            ordered: false,
            payee_name: Some("易某"),
            creditor_name: "易某",
        }
    }
    fn small(candidate: &Candidate<'_>) -> Result<Money, SkipReason> {
        decide_line(PayoutSelection::SmallLivelihood, candidate)
    }

    #[test]
    fn minfadian_1259_fifty_thousand_is_within_the_limit() {
        for (base, expected) in [("50000.00", Ok(money("48990.00"))), ("50000.01", Err(SkipReason::AboveLimit))] {
            assert_eq!(small(&Candidate { base: money(base), ..worker() }), expected, "{base}");
        }
        let large = Candidate { base: money("203500.00"), livelihood: None, ..worker() };
        assert_eq!(decide_line(PayoutSelection::AllPayable, &large), Ok(money("48990.00")));
        assert_eq!(small(&large), Err(SkipReason::NotLivelihood));
    }

    #[test]
    fn a_line_pays_what_is_owed_as_far_as_the_money_reaches() {
        assert_eq!(small(&Candidate { available: money("50000.00"), ..worker() }), Ok(money("48990.00")));
        assert_eq!(small(&Candidate { available: money("100.00"), ..worker() }), Ok(money("100.00")));
        // two creditors: nobody is paid before the other when the money does not cover both
        let shared = Candidate { creditors: 2, owed_to_all: money("48990.01"), ..worker() };
        assert_eq!(small(&shared), Err(SkipReason::NeedsPlan));
        assert!(small(&Candidate { free: money("48990.01"), ..shared }).is_ok());
    }

    #[test]
    fn wages_come_before_support_and_support_before_injuries() {
        let mut kinds = vec![
            None,
            Some(LivelihoodKind::PersonalInjury),
            Some(LivelihoodKind::SupportChild),
            Some(LivelihoodKind::Wages),
            Some(LivelihoodKind::WorkInjury),
            Some(LivelihoodKind::SupportElder),
        ];
        kinds.sort_by_key(|kind| precedence(*kind));
        let expected = [
            Some(LivelihoodKind::Wages),
            Some(LivelihoodKind::SupportElder),
            Some(LivelihoodKind::SupportChild),
            Some(LivelihoodKind::WorkInjury),
            Some(LivelihoodKind::PersonalInjury),
            None,
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn everyone_left_out_has_a_reason() {
        for (candidate, reason) in [
            (Candidate { case: CaseStatus::Suspended, ..worker() }, SkipReason::CaseNotOpen),
            (Candidate { deferred: true, ..worker() }, SkipReason::Deferred),
            (Candidate { ordered: true, ..worker() }, SkipReason::AlreadyOrdered),
            (Candidate { outstanding: Money::ZERO, ..worker() }, SkipReason::NothingOwed),
            (Candidate { available: Money::ZERO, ..worker() }, SkipReason::NothingAvailable),
            (Candidate { available: Money::ZERO, frozen: true, ..worker() }, SkipReason::Frozen),
            (Candidate { payee_name: None, ..worker() }, SkipReason::PayeeNotConfirmed),
            (Candidate { payee_name: Some("易某某"), ..worker() }, SkipReason::PayeeNameMismatch),
        ] {
            assert_eq!(small(&candidate), Err(reason));
        }
    }
}
