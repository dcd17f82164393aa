//! Whose unidentified money may be: cases ranked by what the bank's line says.
//!
//! Nothing is booked by a rank. It only orders the cases for the officer who proposes the claim and for the person who
//! checks it; each candidate says on which facts it stands.

use crate::{
    funds::CandidateReason,
    kernel::{identity::name::comparison_key, money::Money},
};

/// The best so many are shown.
pub const MOST_CANDIDATES: usize = 10;

/// What the bank's line says of a credit.
#[derive(Clone, Debug)]
pub struct Credit<'a> {
    pub amount: Money,
    pub payer_name: &'a str,
    /// The remittance text (附言).
    pub remittance: &'a str,
}

/// A case that may be meant.
#[derive(Clone, Debug)]
pub struct CaseFacts<K> {
    pub case: K,
    /// Normalised, e.g. （2026）湘0102执恢12号.
    pub case_number: String,
    pub respondents: Vec<String>,
    pub applicants: Vec<String>,
    pub outstanding: Money,
    /// Amounts of its freezing measures, those already deducted included.
    pub frozen: Vec<Money>,
}

/// A case with the facts that speak for it, most telling first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<K> {
    pub case: K,
    pub case_number: String,
    /// Sum of the weights of `reasons`; only its order means something.
    pub score: u32,
    pub reasons: Vec<CandidateReason>,
}

const fn weight(reason: CandidateReason) -> u32 {
    match reason {
        // alone above all others together: people write the number in order to be found
        CandidateReason::CaseNumber => 100,
        CandidateReason::AmountFrozen => 30,
        CandidateReason::PayerIsRespondent => 25,
        CandidateReason::AmountOutstanding => 15,
        CandidateReason::TextNamesRespondent => 10,
        CandidateReason::TextNamesApplicant => 10,
    }
}

/// The cases that something speaks for, best first; equals in the order of their numbers.
pub fn rank<K: Clone>(credit: &Credit<'_>, cases: &[CaseFacts<K>]) -> Vec<Candidate<K>> {
    let text = comparison_key(credit.remittance);
    let numbers = compact_number(credit.remittance);
    let payer = comparison_key(credit.payer_name);
    let mut found: Vec<Candidate<K>> = cases
        .iter()
        .filter_map(|facts| {
            let reasons = reasons(credit, &text, &numbers, &payer, facts);
            let score = reasons.iter().map(|reason| weight(*reason)).sum();
            (score > 0).then(|| Candidate {
                case: facts.case.clone(),
                case_number: facts.case_number.clone(),
                score,
                reasons,
            })
        })
        .collect();
    found.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.case_number.cmp(&b.case_number)));
    found.truncate(MOST_CANDIDATES);
    found
}

fn reasons<K>(
    credit: &Credit<'_>,
    text: &str,
    numbers: &str,
    payer: &str,
    facts: &CaseFacts<K>,
) -> Vec<CandidateReason> {
    let named =
        |names: &[String]| names.iter().map(|n| comparison_key(n)).any(|n| long_enough(&n) && text.contains(&n));
    let checks = [
        (CandidateReason::CaseNumber, names_case(numbers, &facts.case_number)),
        (CandidateReason::AmountFrozen, facts.frozen.contains(&credit.amount)),
        (CandidateReason::PayerIsRespondent, facts.respondents.iter().any(|name| comparison_key(name) == payer)),
        (CandidateReason::AmountOutstanding, facts.outstanding == credit.amount),
        (CandidateReason::TextNamesRespondent, named(&facts.respondents)),
        (CandidateReason::TextNamesApplicant, named(&facts.applicants)),
    ];
    checks.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect()
}

/// One character is no name to look for in a text.
fn long_enough(name: &str) -> bool {
    name.chars().nth(1).is_some()
}

/// Only digits and Chinese characters of a text: banks drop brackets, spaces and signs, payers write them at will.
fn compact_number(text: &str) -> String {
    comparison_key(text).chars().filter(|c| c.is_ascii_digit() || !c.is_ascii() && c.is_alphanumeric()).collect()
}

/// The text names this very number: with or without the year and the closing 号, but never as part of a longer one
/// (…执1号 is not named by …执12号).
fn names_case(compact_text: &str, case_number: &str) -> bool {
    let whole = compact_number(case_number);
    let Some(without_mark) = whole.strip_suffix('号') else { return false };
    let without_year = without_mark.trim_start_matches(|c: char| c.is_ascii_digit());
    compact_text.match_indices(without_year).any(|(at, found)| {
        let year = without_mark.strip_suffix(without_year).unwrap_or_default();
        let before = &compact_text[..at];
        let after = &compact_text[at + found.len()..];
        let year_fits = before.ends_with(year) || !before.ends_with(|c: char| c.is_ascii_digit());
        year_fits && !after.starts_with(|c: char| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use CandidateReason::*;

    fn facts(number: &str, respondent: &str, applicant: &str, outstanding: i64) -> CaseFacts<String> {
        CaseFacts {
            case: number.to_owned(),
            case_number: number.to_owned(),
            respondents: vec![respondent.to_owned()],
            applicants: vec![applicant.to_owned()],
            outstanding: Money::from_yuan(outstanding),
            frozen: vec![],
        }
    }
    fn credit<'a>(payer_name: &'a str, remittance: &'a str, yuan: i64) -> Credit<'a> {
        Credit { amount: Money::from_yuan(yuan), payer_name, remittance }
    }

    #[test]
    fn a_number_is_found_however_it_is_written_but_only_whole() {
        let number = "（2026）湘0102执恢12号";
        for text in [
            "（2026）湘0102执恢12号",
            "(2026)湘0102执恢12号案款",
            "2026湘0102执恢12",
            "付 ２０２６ 湘0102 执恢 12 号",
            "湘0102执恢12号 吴某",
            "吴某湘0102执恢12",
        ] {
            assert!(names_case(&compact_number(text), number), "{text}");
        }
        for text in ["（2026）湘0102执恢121号", "(2025)湘0102执恢12号", "湘0102执12号", "湘0103执恢12号", "12号", ""]
        {
            assert!(!names_case(&compact_number(text), number), "{text}");
        }
        assert!(!names_case(&compact_number("（2026）湘0102执12号"), "（2026）湘0102执1号"));
    }

    #[test]
    fn the_number_outweighs_names_and_amounts() {
        let cases = [
            facts("（2026）湘0102执2号", "吴某", "易某", 59_748),
            facts("（2026）湘0102执1号", "某公司", "李某", 1),
            facts("（2026）湘0102执3号", "别人", "无关", 7),
        ];
        let ranked = rank(&credit("吴某", "湘0102执1号 易某", 59_748), &cases);
        let order: Vec<_> = ranked.iter().map(|c| c.case.as_str()).collect();
        assert_eq!(order, ["（2026）湘0102执1号", "（2026）湘0102执2号"]);
        assert_eq!(ranked[0].reasons, [CaseNumber]);
        assert_eq!(ranked[1].reasons, [PayerIsRespondent, AmountOutstanding, TextNamesApplicant]);
    }

    #[test]
    fn a_deduction_is_found_by_the_amount_that_was_frozen() {
        let mut frozen = facts("（2026）湘0102执恢12号", "吴某", "易某", 203_500);
        frozen.frozen.push(Money::from_yuan(59_748));
        let ranked =
            rank(&credit("某银行待清算户", "扣划", 59_748), &[facts("（2026）湘0102执1号", "吴某", "李某", 9), frozen]);
        assert_eq!(ranked.len(), 1);
        assert_eq!((ranked[0].case.as_str(), &ranked[0].reasons[..]), ("（2026）湘0102执恢12号", &[AmountFrozen][..]));
    }

    #[test]
    fn equals_stand_in_the_order_of_their_numbers_and_only_the_best_are_shown() {
        let cases: Vec<_> =
            (10..40).rev().map(|n| facts(&format!("（2026）湘0102执{n}号"), "吴某", "易某", n)).collect();
        let ranked = rank(&credit("吴某", "", 1), &cases);
        assert_eq!(ranked.len(), MOST_CANDIDATES);
        assert_eq!(ranked[0].case, "（2026）湘0102执10号");
        assert!(ranked.windows(2).all(|pair| pair[0].case_number < pair[1].case_number));
    }
}
