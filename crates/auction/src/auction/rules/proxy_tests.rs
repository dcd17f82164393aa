//! One row per rule of proxy bidding with both edges, and a plain reference for every contest of maxima.

use super::*;
use crate::auction::rules::bid::{Standing, decide_bid};
use crate::auction::rules::capitals::money_in_capitals;
use crate::auction::{IncrementMode, LotStatus};
use proptest::prelude::*;

const STEP: i64 = 10_000;

fn yuan(amount: i64) -> Money {
    Money::from_yuan(amount)
}
fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_772_000_000_000_000).plus(chrono::TimeDelta::seconds(second))
}
fn id(bidder: u128) -> Uuid {
    Uuid::from_u128(bidder)
}
fn on() -> Parameters {
    Parameters { proxy_bidding: true, ..Parameters::default() }
}
/// Bidder 1 leads at 500,000.00; a day is left.
fn lot() -> LotState {
    let leader =
        Standing { registration: id(1), amount: yuan(500_000), priority_rank: None, arrived_at: at(0), sequence: 1 };
    LotState {
        status: LotStatus::Open,
        starts_at: at(0),
        effective_end_at: at(86_400),
        starting_price: yuan(500_000),
        bid_increment: yuan(STEP),
        leader: Some(leader),
        version: 3,
        extension_count: 0,
    }
}
fn bidder(number: u128) -> Bidder {
    Bidder { registration: id(number), qualified: true, barred: false, priority_rank: None, power_revoked_at: None }
}

/// Bids until all is answered; each is one that the rules take.
fn answered(lot: &mut LotState, maxima: &[ProxyOffer], parameters: &Parameters) -> Vec<(u128, i64)> {
    let mut bids = Vec::new();
    while let Some(next) = next_bid(lot, maxima) {
        let own = maxima.iter().find(|maximum| maximum.registration == next.registration).unwrap();
        assert!(next.amount <= own.amount, "{next:?} above {own:?}");
        let capitals = money_in_capitals(next.amount);
        let offer = Offer { amount: next.amount, confirmation: Some(&capitals), arrival: at(5), sequence: 9 };
        let who = Bidder { registration: next.registration, ..bidder(0) };
        lot.apply(&decide_bid(lot, &who, &offer, parameters).unwrap());
        bids.push((next.registration.as_u128(), next.amount.fen() / 100));
        assert!(bids.len() <= 3, "{bids:?}");
    }
    bids
}

fn contest(maxima: &[(u128, i64)], mode: IncrementMode) -> Vec<(u128, i64)> {
    let offers: Vec<_> = maxima.iter().map(|&(n, m)| ProxyOffer { registration: id(n), amount: yuan(m) }).collect();
    answered(&mut lot(), &offers, &Parameters { increment_mode: mode, ..on() })
}

/// Bidders with their amounts, in yuan.
type Steps = &'static [(u128, i64)];

#[test]
fn netauction_20_maxima_answer_with_the_least_that_leads() {
    // maxima in the order in which they were set; bidder 1 leads at 500,000
    let cases: &[(Steps, Steps)] = &[
        (&[], &[]),
        // below and at the least next bid
        (&[(2, 509_999)], &[]),
        (&[(2, 510_000)], &[(2, 510_000)]),
        (&[(2, 900_000)], &[(2, 510_000)]),
        // the leader is never raised without a bid above his
        (&[(1, 900_000)], &[]),
        // one increment above the second, who has bid all of his
        (&[(2, 600_000), (3, 700_000)], &[(2, 600_000), (3, 610_000)]),
        (&[(3, 700_000), (2, 600_000)], &[(2, 600_000), (3, 610_000)]),
        // at the maximum; of equal maxima the one set first
        (&[(2, 690_000), (3, 700_000)], &[(2, 690_000), (3, 700_000)]),
        (&[(2, 700_000), (3, 700_000)], &[(3, 690_000), (2, 700_000)]),
        (&[(3, 700_000), (2, 700_000)], &[(2, 690_000), (3, 700_000)]),
        (&[(3, 510_000), (2, 510_000)], &[(3, 510_000)]),
        // the leader's own maximum answers
        (&[(1, 700_000), (2, 600_000)], &[(2, 600_000), (1, 610_000)]),
        (&[(1, 600_000), (2, 600_000)], &[(2, 590_000), (1, 600_000)]),
        (&[(1, 600_000), (2, 700_000)], &[(2, 510_000), (1, 600_000), (2, 610_000)]),
        // set first, the equal maximum keeps the last word whatever the distance
        (&[(2, 520_000), (1, 520_000)], &[(2, 520_000)]),
        (&[(2, 530_000), (1, 530_000)], &[(2, 510_000), (1, 520_000), (2, 530_000)]),
        // the leader has no room left to answer in: a bid that was made stands before a maximum
        (&[(1, 510_000), (2, 510_000)], &[(2, 510_000)]),
        // a leader's maximum without room to answer keeps nobody from bidding
        (&[(1, 510_000), (2, 510_000), (3, 520_000)], &[(2, 510_000), (3, 520_000)]),
        // the third has nothing to say
        (&[(2, 600_000), (3, 700_000), (4, 550_000)], &[(2, 600_000), (3, 610_000)]),
    ];
    for (maxima, expected) in cases {
        assert_eq!(contest(maxima, IncrementMode::Multiple), *expected, "{maxima:?}");
    }
}

#[test]
fn netauction_20_off_the_steps_the_highest_maximum_still_wins() {
    assert_eq!(contest(&[(2, 695_000), (3, 700_000)], IncrementMode::Min), [(2, 690_000), (3, 700_000)]);
    assert_eq!(contest(&[(1, 515_000), (2, 512_000)], IncrementMode::Min), [(2, 510_000)]);
    assert_eq!(contest(&[(2, 525_000), (1, 522_000)], IncrementMode::Min), [(2, 520_000)]);
}

#[test]
fn netauction_20_nothing_answers_before_the_first_bid() {
    let offers = [ProxyOffer { registration: id(2), amount: yuan(900_000) }];
    assert_eq!(next_bid(&LotState { leader: None, ..lot() }, &offers), None);
}

#[test]
fn netauction_20_and_21_who_may_set_which_maximum() {
    let code = |lot: &LotState, bidder: &Bidder, yuans: i64, now: i64, parameters: &Parameters| {
        let capitals = money_in_capitals(yuan(yuans));
        check_maximum(lot, bidder, yuan(yuans), Some(&capitals), at(now), parameters).err().map(|r| r.code)
    };
    let plain = |yuans| code(&lot(), &bidder(2), yuans, 5, &on());
    assert_eq!(plain(510_000), None);
    assert_eq!(plain(509_999), Some(RefusalCode::BidTooLow));
    assert_eq!(plain(515_000), Some(RefusalCode::BidNotOnStep));
    assert_eq!(plain(0), Some(RefusalCode::AmountInvalid));
    // the leader's own, for later
    assert_eq!(code(&lot(), &bidder(1), 510_000, 5, &on()), None);
    assert_eq!(code(&lot(), &bidder(2), 510_000, 5, &Parameters::default()), Some(RefusalCode::ProxyBiddingOff));
    assert_eq!(code(&lot(), &bidder(2), 510_000, 86_399, &on()), None);
    assert_eq!(code(&lot(), &bidder(2), 510_000, 86_400, &on()), Some(RefusalCode::BiddingEnded));
    let announced = LotState { status: LotStatus::Announced, leader: None, ..lot() };
    assert_eq!(code(&announced, &bidder(2), 500_000, -3_600, &on()), None, "before bidding begins");
    assert_eq!(code(&announced, &bidder(2), 490_000, -3_600, &on()), Some(RefusalCode::BidTooLow));
    let stopped = LotState { status: LotStatus::Suspended, ..lot() };
    assert_eq!(code(&stopped, &bidder(2), 510_000, 5, &on()), Some(RefusalCode::LotSuspended));
    let priority = Bidder { priority_rank: Some(1), ..bidder(2) };
    assert_eq!(code(&lot(), &priority, 510_000, 5, &on()), Some(RefusalCode::ProxyNotForPriority));
    let unpaid = Bidder { qualified: false, ..bidder(2) };
    assert_eq!(code(&lot(), &unpaid, 510_000, 5, &on()), Some(RefusalCode::NotQualified));
    let barred = Bidder { barred: true, ..bidder(2) };
    assert_eq!(code(&lot(), &barred, 510_000, 5, &on()), Some(RefusalCode::BidderBarred));
}

#[test]
fn netauction_24_a_maximum_far_above_the_price_is_said_in_capitals_and_not_kept_in_the_refusal() {
    let refused = |yuans| check_maximum(&lot(), &bidder(2), yuan(yuans), None, at(5), &on()).err();
    assert_eq!(refused(5_000_000), None);
    let refusal = refused(5_010_000).unwrap();
    assert_eq!((refusal.code, refusal.args), (RefusalCode::ConfirmationNeeded, Vec::new()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    /// In steps above the price: the highest maximum wins at one above the second, equal ones by the order of setting.
    #[test]
    fn netauction_20_every_contest_ends_as_the_maxima_say(
        steps in prop::collection::vec(0i64..9, 0..6),
        leads in 0usize..8,
    ) {
        let offers: Vec<_> = steps.iter().enumerate().map(|(n, &step)| ProxyOffer {
            registration: id(n as u128 + 1), amount: yuan(500_000 + step * STEP),
        }).collect();
        let mut sale = lot();
        sale.leader.as_mut().unwrap().registration = id(leads as u128 + 1);
        answered(&mut sale, &offers, &on());
        let ended = sale.leader.unwrap();
        let (winner, above) = (ended.registration.as_u128() as usize - 1, (ended.amount.fen() / 100 - 500_000) / STEP);

        let own = steps.get(leads).copied().unwrap_or(0);
        let rank = |n: usize| (std::cmp::Reverse(steps[n]), n);
        let mut others: Vec<usize> = (0..steps.len()).filter(|&n| n != leads && steps[n] >= 1).collect();
        others.sort_by_key(|&n| rank(n));
        let expected = match others.first() {
            None => (leads, 0),
            Some(&best) if own >= 2 && rank(leads) < rank(best) => (leads, own.min(steps[best] + 1)),
            Some(&best) if leads < steps.len() && rank(leads) < rank(best) => (best, 1),
            Some(&best) => {
                let second = others.get(1).map_or(0, |&n| steps[n]).max(if own >= 2 { own } else { 0 });
                (best, steps[best].min(second + 1))
            }
        };
        prop_assert_eq!((winner, above), expected, "maxima {:?}, {} leads", steps, leads);
    }
}
