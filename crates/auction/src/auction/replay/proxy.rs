//! Bids that the platform made within sealed maxima (代理出价), as a file shows them. The maxima stand in no file; what
//! every answer must look like without them is checked.

use super::Attempt;
use crate::auction::BidOutcome;
use crate::auction::rules::Parameters;
use crate::auction::rules::bid::{LotState, Offer};
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;

/// Most answers to one bid (`rules::proxy`).
const MOST: u8 = 3;

/// Expected and found.
type Difference = (String, String);

/// The bid that is being answered.
#[derive(Default)]
pub(super) struct Answers {
    /// Number and arrival of the last bid that somebody made himself and that was taken.
    provoking: Option<(i64, Timestamp)>,
    /// Answers to it so far.
    given: u8,
    /// Number of the attempt before.
    last: i64,
    /// The last answer stood this much above the least: somebody else's maximum must have driven it.
    driven: Option<Money>,
}

impl Answers {
    /// Checks one shown attempt against the lot as it met it.
    pub fn take(
        &mut self,
        lot: &LotState,
        attempt: &Attempt,
        offer: &Offer<'_>,
        parameters: &Parameters,
    ) -> Vec<Difference> {
        let accepted = attempt.outcome == BidOutcome::Accepted;
        let mut found = Vec::new();
        match attempt.provoked_by {
            Some(provoking) if accepted => self.answer(provoking, lot, attempt, offer, parameters, &mut found),
            Some(_) => {}
            None => {
                found.extend(self.end());
                if accepted {
                    (self.provoking, self.given) = (Some((attempt.sequence, offer.arrival)), 0);
                } else {
                    self.provoking = None;
                }
            }
        }
        self.last = attempt.sequence;
        found
    }

    /// Nothing answers any more: was the last answer one that could stand last?
    pub fn end(&mut self) -> Option<Difference> {
        let driven = self.driven.take()?;
        let expected = format!("an answer to attempt {} that stood {driven} above the least", self.last);
        Some((expected, "none".to_owned()))
    }

    fn answer(
        &mut self,
        provoking: i64,
        lot: &LotState,
        attempt: &Attempt,
        offer: &Offer<'_>,
        parameters: &Parameters,
        found: &mut Vec<Difference>,
    ) {
        let mut differs = |expected: &str, seen: String| found.push((expected.to_owned(), seen));
        if !parameters.proxy_bidding {
            differs("no bid by the platform: the sale is without proxy bidding", "one".to_owned());
        }
        if attempt.priority_rank.is_some() {
            differs("no bid by the platform for a priority purchaser", "one".to_owned());
        }
        self.given = self.given.saturating_add(1);
        let follows = attempt.sequence == self.last.saturating_add(1) && self.given <= MOST;
        match self.provoking {
            Some((sequence, arrival)) if follows && sequence == provoking => {
                if arrival != offer.arrival {
                    differs("the arrival of the bid that it answers", attempt.arrived_at.clone());
                }
            }
            _ => differs("an answer right behind its bid", format!("one to attempt {provoking}")),
        }
        let least = lot.minimum_next_bid().unwrap_or(offer.amount);
        let above = offer.amount.saturating_minus(least);
        // behind a driven bid stands one step more; without one, a step at most is skipped
        let drives = self.driven.replace(above).is_some();
        if drives && !above.is_zero() {
            differs("one step above the bid that it drove", format!("{above} more"));
        }
        if drives || above.is_zero() || above == lot.bid_increment {
            self.driven = None;
        }
    }
}
