//! Random bid sequences against a naive oracle that knows no state: it reads the whole history every time.

use super::Parameters;
use super::bid::{Bidder, LotState, Offer, Standing, decide_bid, precedence};
use super::closing::{Closing, decide_closing};
use crate::auction::{IncrementMode, LotStatus};
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;
use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

const START: i64 = 50_000;
const STEP: i64 = 1_000;

#[derive(Clone, Debug)]
struct Attempt {
    bidder: u8,
    steps: i64,
    off_step: bool,
    /// Milliseconds after the attempt before; the clock of arrivals never goes back here.
    later_by: i64,
}

fn end() -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000)
}
/// Bidders 0 and 1 hold priority ranks, 2 to 4 are ordinary, 5 has not paid.
fn bidder(number: u8) -> Bidder {
    Bidder {
        registration: Uuid::from_u128(u128::from(number)),
        qualified: number != 5,
        barred: false,
        priority_rank: (number < 2).then(|| i32::from(number) + 1),
        power_revoked_at: None,
    }
}

/// The law read literally over the list of accepted bids.
struct Oracle {
    accepted: Vec<Standing>,
    parameters: Parameters,
}
impl Oracle {
    fn end(&self) -> Timestamp {
        let five = TimeDelta::minutes(5);
        let mut end = end();
        let mut price = Money::ZERO;
        for bid in &self.accepted {
            let counts = bid.amount > price || self.parameters.priority_equal_extends;
            if counts && bid.arrived_at >= end.minus(five) && bid.arrived_at.plus(five) > end {
                end = bid.arrived_at.plus(five);
            }
            price = bid.amount;
        }
        end
    }
    fn leader(&self) -> Option<&Standing> {
        let mut sorted: Vec<&Standing> = self.accepted.iter().collect();
        sorted.sort_by(|a, b| precedence(a, b));
        sorted.first().copied()
    }
    fn allows(&self, bidder: &Bidder, bid: &Standing) -> bool {
        let fen = bid.amount.fen();
        let in_window = bid.arrived_at >= end().minus(TimeDelta::hours(24)) && bid.arrived_at < self.end();
        let on_step = self.parameters.increment_mode == IncrementMode::Min || (fen - START) % STEP == 0;
        let beats = match self.leader() {
            None => fen >= START,
            Some(leader) if leader.registration == bid.registration && !self.parameters.self_overbid => false,
            Some(leader) if leader.amount == bid.amount => match (bid.priority_rank, leader.priority_rank) {
                (Some(mine), theirs) => mine < theirs.unwrap_or(i32::MAX),
                (None, _) => false,
            },
            Some(leader) => fen >= leader.amount.fen() + STEP,
        };
        // an equal price needs no step of its own: it stands on the leader's
        let equal = self.leader().is_some_and(|leader| leader.amount == bid.amount);
        bidder.qualified && in_window && (on_step || equal) && beats
    }
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let one = (0u8..6, -1i64..4, prop::bool::weighted(0.1), 0i64..200_000)
        .prop_map(|(bidder, steps, off_step, later_by)| Attempt { bidder, steps, off_step, later_by });
    prop::collection::vec(one, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn netauction_20_and_21_every_sequence_ends_as_the_law_read_literally_says(
        attempts in attempts(),
        multiple in any::<bool>(),
        self_overbid in any::<bool>(),
        priority_equal_extends in any::<bool>(),
        begins_before_end in 0i64..900_000,
    ) {
        let increment_mode = if multiple { IncrementMode::Multiple } else { IncrementMode::Min };
        let parameters =
            Parameters { increment_mode, self_overbid, priority_equal_extends, ..Parameters::default() };
        let mut lot = LotState {
            status: LotStatus::Announced,
            starts_at: end().minus(TimeDelta::hours(24)),
            effective_end_at: end(),
            starting_price: Money::from_fen(START),
            bid_increment: Money::from_fen(STEP),
            leader: None,
            version: 0,
            extension_count: 0,
        };
        let mut oracle = Oracle { accepted: Vec::new(), parameters: parameters.clone() };
        let mut arrival = end().minus(TimeDelta::milliseconds(begins_before_end));
        for (sequence, attempt) in (1..).zip(attempts) {
            arrival = arrival.plus(TimeDelta::milliseconds(attempt.later_by));
            let base = lot.leader.as_ref().map_or(START, |leader| leader.amount.fen());
            let amount = Money::from_fen(base + attempt.steps * STEP + i64::from(attempt.off_step) * 7);
            let bidder = bidder(attempt.bidder);
            let offer = Offer { amount, confirmation: None, arrival, sequence };
            let standing = Standing {
                registration: bidder.registration, amount, priority_rank: bidder.priority_rank,
                arrived_at: arrival, sequence,
            };
            let allowed = oracle.allows(&bidder, &standing);
            let decided = decide_bid(&lot, &bidder, &offer, &parameters);
            prop_assert_eq!(decided.is_ok(), allowed, "{:?} on {:?}: {:?}", offer, lot, decided);
            if let Ok(accepted) = decided {
                let before = lot.clone();
                lot.apply(&accepted);
                oracle.accepted.push(standing);
                prop_assert!(lot.effective_end_at >= before.effective_end_at);
                prop_assert_eq!(lot.version, before.version + 1);
                let price_before = before.leader.map_or(Money::ZERO, |leader| leader.amount);
                prop_assert!(amount >= price_before);
            }
            prop_assert_eq!(lot.leader.as_ref(), oracle.leader());
            prop_assert_eq!(lot.effective_end_at, oracle.end());
        }
        let closing = decide_closing(&lot, &oracle.accepted, oracle.end()).unwrap();
        match oracle.leader() {
            None => prop_assert_eq!(closing, Closing::Unsold { ended_at: oracle.end() }),
            Some(leader) => {
                prop_assert_eq!(closing, Closing::Sold { winner: leader.clone(), ended_at: oracle.end() });
            }
        }
    }
}
