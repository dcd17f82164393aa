//! Which lines a unified payout takes, and why each other line is left out (集中兑现; law.md R10.01, R10.06).

use super::super::{Combination, SkipReason};
use super::terms::Criteria;
use crate::cases::rules::party::decide_payee_name;
use crate::cases::{CaseStatus, ClaimRank, LivelihoodKind};
use crate::kernel::money::Money;
use sha2::{Digest, Sha256};

/// One creditor of one case, as the selection sees it.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub case: CaseStatus,
    /// The case stands still for a settlement alone, which is being performed: what it brought in is paid, `available`
    /// and `free` are no more than that.
    pub settled: bool,
    pub deferred: bool,
    /// Something of the case's money is frozen.
    pub frozen: bool,
    /// An objection that stops the case's money is open.
    pub objection: bool,
    /// Some of the money belongs to a bankrupt debtor's estate.
    pub bankrupt: bool,
    pub livelihood: Option<LivelihoodKind>,
    pub rank: ClaimRank,
    /// What the limit is compared with: the claim per payee for wages, else the case's target at filing.
    pub base: Money,
    /// Days since the oldest of the case's money arrived at the bank.
    pub days: i64,
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

/// What the digest of a run is before its first line.
pub const NO_LINES: [u8; 32] = [0; 32];

/// The digest of a run, 32 bytes, after more lines, by their digests in their order: SHA-256 of what it was and of the
/// line's, line by line. It is carried on with each piece of a selection: nobody reads the lines again for a vote.
pub fn chained<'d>(before: &[u8], lines: impl IntoIterator<Item = &'d [u8]>) -> [u8; 32] {
    let mut digest = NO_LINES;
    for (at, byte) in digest.iter_mut().zip(before) {
        *at = *byte;
    }
    for line in lines {
        digest = Sha256::new().chain_update(digest).chain_update(line).finalize().into();
    }
    digest
}

/// The amount that the run pays to `candidate`: what he is owed, as far as the money reaches.
///
/// # Errors
/// The first reason that keeps him out.
pub fn decide_line(criteria: &Criteria, candidate: &Candidate<'_>) -> Result<Money, SkipReason> {
    let c = candidate;
    let skip = |when: bool, reason: SkipReason| if when { Err(reason) } else { Ok(()) };
    let still = c.case == CaseStatus::Suspended;
    skip(still && !c.settled, SkipReason::CaseSuspended)?;
    skip(!still && c.case != CaseStatus::Open, SkipReason::CaseNotOpen)?;
    skip(c.deferred, SkipReason::Deferred)?;
    skip(c.ordered, SkipReason::AlreadyOrdered)?;
    skip(!c.outstanding.is_positive(), SkipReason::NothingOwed)?;
    skip(!c.available.is_positive() && still, SkipReason::Settled)?;
    skip(!c.available.is_positive() && c.frozen, SkipReason::Frozen)?;
    skip(!c.available.is_positive(), SkipReason::NothingAvailable)?;
    decide_criteria(criteria, c)?;
    skip(c.objection, SkipReason::Objection)?;
    skip(c.bankrupt, SkipReason::DebtorBankrupt)?;
    skip(c.creditors > 1 && c.free < c.owed_to_all, SkipReason::NeedsPlan)?;
    let Some(payee) = c.payee_name else { return Err(SkipReason::PayeeNotConfirmed) };
    skip(decide_payee_name(c.creditor_name, payee).is_err(), SkipReason::PayeeNameMismatch)?;
    Ok(c.outstanding.min(c.available))
}

/// Does the rule look for this creditor?
fn decide_criteria(criteria: &Criteria, c: &Candidate<'_>) -> Result<(), SkipReason> {
    if !criteria.ranks.is_empty() && !criteria.ranks.contains(&c.rank) {
        return Err(SkipReason::OtherRank);
    }
    if c.days < i64::from(criteria.minimum_days) {
        return Err(SkipReason::TooRecent);
    }
    let kind = criteria.kinds.is_empty() || c.livelihood.is_some_and(|kind| criteria.kinds.contains(&kind));
    let small = criteria.limit.is_none_or(|limit| c.base <= limit);
    let given = !criteria.kinds.is_empty() && criteria.limit.is_some();
    match (kind, small) {
        (true, true) => Ok(()),
        (true, false) | (false, true) if given && criteria.combination == Combination::Any => Ok(()),
        (false, _) => Err(SkipReason::NotLivelihood),
        (true, false) => Err(SkipReason::AboveLimit),
    }
}

/// Who stands first in a run, the lower the earlier: wages, then support, then pensions, medical care and injuries, then
/// everybody else; the vulnerable before all of them, in the same order among themselves.
pub fn priority(vulnerable: bool, livelihood: Option<LivelihoodKind>) -> i32 {
    let last = LivelihoodKind::ALL.len();
    let kind = livelihood.and_then(|kind| LivelihoodKind::ALL.iter().position(|k| *k == kind)).unwrap_or(last);
    let base = if vulnerable { 0 } else { last.saturating_add(1) };
    i32::try_from(base.saturating_add(kind)).unwrap_or(i32::MAX)
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
            settled: false,
            deferred: false,
            frozen: false,
            objection: false,
            bankrupt: false,
            livelihood: Some(LivelihoodKind::Wages),
            rank: ClaimRank::Ordinary,
            base: money("48990.00"),
            days: 16,
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
        decide_line(&Criteria::small_livelihood(money("50000.00")), candidate)
    }

    #[test]
    fn minfadian_1259_fifty_thousand_is_within_the_limit() {
        for (base, expected) in [("50000.00", Ok(money("48990.00"))), ("50000.01", Err(SkipReason::AboveLimit))] {
            assert_eq!(small(&Candidate { base: money(base), ..worker() }), expected, "{base}");
        }
        let large = Candidate { base: money("203500.00"), livelihood: None, ..worker() };
        assert_eq!(decide_line(&Criteria::default(), &large), Ok(money("48990.00")));
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
    fn the_vulnerable_come_first_and_wages_before_support_before_injuries() {
        let mut people = vec![
            (false, None),
            (false, Some(LivelihoodKind::PersonalInjury)),
            (true, None),
            (false, Some(LivelihoodKind::SupportChild)),
            (false, Some(LivelihoodKind::Wages)),
            (true, Some(LivelihoodKind::WorkInjury)),
            (false, Some(LivelihoodKind::SupportElder)),
        ];
        people.sort_by_key(|(vulnerable, kind)| priority(*vulnerable, *kind));
        let expected = [
            (true, Some(LivelihoodKind::WorkInjury)),
            (true, None),
            (false, Some(LivelihoodKind::Wages)),
            (false, Some(LivelihoodKind::SupportElder)),
            (false, Some(LivelihoodKind::SupportChild)),
            (false, Some(LivelihoodKind::PersonalInjury)),
            (false, None),
        ];
        assert_eq!(people, expected);
    }

    #[test]
    fn minfadian_1259_kinds_and_limit_are_joined_as_the_rule_says() {
        let injured = Candidate { livelihood: Some(LivelihoodKind::WorkInjury), ..worker() };
        let rule = |combination| Criteria {
            kinds: vec![LivelihoodKind::Wages],
            limit: Some(money("48990.00")),
            combination,
            ..Criteria::default()
        };
        let above = Candidate { base: money("48990.01"), ..injured.clone() };
        for (combination, candidate, expected) in [
            (Combination::All, &worker(), None),
            (Combination::All, &injured, Some(SkipReason::NotLivelihood)),
            (Combination::Any, &injured, None),
            (Combination::Any, &above, Some(SkipReason::NotLivelihood)),
            (Combination::Any, &Candidate { base: money("48990.01"), ..worker() }, None),
            (Combination::All, &Candidate { base: money("48990.01"), ..worker() }, Some(SkipReason::AboveLimit)),
        ] {
            assert_eq!(decide_line(&rule(combination), candidate).err(), expected, "{combination:?}");
        }
        // a limit alone takes everybody below it, whichever way the rule joins
        let alone = Criteria { limit: Some(money("50000.00")), combination: Combination::Any, ..Criteria::default() };
        let large = Candidate { base: money("50000.01"), livelihood: None, ..worker() };
        assert_eq!(decide_line(&alone, &large), Err(SkipReason::AboveLimit));
        assert!(decide_line(&alone, &Candidate { base: money("50000.00"), ..large }).is_ok());
    }

    #[test]
    fn age_and_rank_have_two_edges() {
        let aged = Criteria { minimum_days: 16, ..Criteria::default() };
        assert!(decide_line(&aged, &worker()).is_ok());
        assert_eq!(decide_line(&aged, &Candidate { days: 15, ..worker() }), Err(SkipReason::TooRecent));
        let ranked = Criteria { ranks: vec![ClaimRank::Ordinary], ..Criteria::default() };
        assert!(decide_line(&ranked, &worker()).is_ok());
        let secured = Candidate { rank: ClaimRank::Secured, ..worker() };
        assert_eq!(decide_line(&ranked, &secured), Err(SkipReason::OtherRank));
    }

    #[test]
    fn the_digest_of_a_run_is_the_same_in_however_many_pieces_and_tells_order_and_lines() {
        let lines: Vec<[u8; 32]> = (1..=5).map(|n| [n; 32]).collect();
        let of = |lines: &[[u8; 32]]| chained(&NO_LINES, lines.iter().map(<[u8; 32]>::as_slice));
        let whole = of(&lines);
        for cut in 0..=lines.len() {
            let (first, second) = lines.split_at(cut);
            assert_eq!(chained(&of(first), second.iter().map(<[u8; 32]>::as_slice)), whole, "{cut}");
        }
        let mut other = lines.clone();
        other.swap(0, 1);
        assert_ne!(of(&other), whole);
        assert_ne!(of(&lines[..4]), whole);
        assert_eq!(of(&[]), NO_LINES);
    }

    #[test]
    fn settlement_2_what_the_settlement_brings_in_is_paid_and_the_rest_waits() {
        let settled = Candidate { case: CaseStatus::Suspended, settled: true, ..worker() };
        assert_eq!(small(&Candidate { available: money("0.01"), ..settled.clone() }), Ok(money("0.01")));
        assert_eq!(small(&Candidate { available: Money::ZERO, ..settled.clone() }), Err(SkipReason::Settled));
        assert_eq!(small(&Candidate { available: Money::ZERO, ..worker() }), Err(SkipReason::NothingAvailable));
        // a settlement that is over keeps nothing back, and opens no case that is closed
        assert_eq!(small(&Candidate { case: CaseStatus::Open, ..settled.clone() }), Ok(money("48990.00")));
        let closed = Candidate { case: CaseStatus::Concluded, ..settled };
        assert_eq!(small(&closed), Err(SkipReason::CaseNotOpen));
    }

    #[test]
    fn everyone_left_out_has_a_reason() {
        for (candidate, reason) in [
            (Candidate { case: CaseStatus::Suspended, ..worker() }, SkipReason::CaseSuspended),
            (Candidate { case: CaseStatus::TerminatedForNow, ..worker() }, SkipReason::CaseNotOpen),
            (Candidate { case: CaseStatus::Transferred, ..worker() }, SkipReason::CaseNotOpen),
            (Candidate { case: CaseStatus::Concluded, settled: true, ..worker() }, SkipReason::CaseNotOpen),
            (Candidate { deferred: true, ..worker() }, SkipReason::Deferred),
            (Candidate { ordered: true, ..worker() }, SkipReason::AlreadyOrdered),
            (Candidate { outstanding: Money::ZERO, ..worker() }, SkipReason::NothingOwed),
            (Candidate { available: Money::ZERO, ..worker() }, SkipReason::NothingAvailable),
            (Candidate { available: Money::ZERO, frozen: true, ..worker() }, SkipReason::Frozen),
            (Candidate { objection: true, ..worker() }, SkipReason::Objection),
            (Candidate { bankrupt: true, ..worker() }, SkipReason::DebtorBankrupt),
            (Candidate { payee_name: None, ..worker() }, SkipReason::PayeeNotConfirmed),
            (Candidate { payee_name: Some("易某某"), ..worker() }, SkipReason::PayeeNameMismatch),
        ] {
            assert_eq!(small(&candidate), Err(reason));
        }
        let settled = Candidate { case: CaseStatus::Suspended, settled: true, ..worker() };
        assert!(small(&settled).is_ok(), "it stands still for a settlement alone");
    }
}
