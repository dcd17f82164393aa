//! The pure rules against the reference: 100,000 random commands.

use super::{Lot, Random, Told, commands};
use chrono::TimeDelta;
use duixian::{
    auction::{
        LotStatus,
        rules::{
            Parameters,
            bid::{Bidder, LotState, Offer, Standing, decide_bid},
            capitals::money_in_capitals,
            closing::{Closing, NotClosing, decide_closing},
            proxy::{ProxyOffer, check_maximum, next_bid},
            suspension::{check_suspendable, decide_resumption},
        },
    },
    kernel::{clock::Timestamp, money::Money},
};
use uuid::Uuid;

const START: i64 = 1_772_000_000_000;
const BIDDERS: usize = 5;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_micros(millis * 1000)
}

fn parameters() -> Parameters {
    Parameters { proxy_bidding: true, ..Parameters::default() }
}

/// The program's side: what the tables hold between two commands.
struct Program {
    lot: LotState,
    suspended: Option<(LotStatus, Timestamp)>,
    accepted: Vec<Standing>,
    maxima: Vec<ProxyOffer>,
    attempts: i64,
    closed: Option<Closing>,
}

fn bidder(model: &Lot, number: usize) -> Bidder {
    let known = &model.bidders[number];
    Bidder {
        registration: Uuid::from_u128(number as u128 + 1),
        qualified: known.registered && known.paid,
        barred: false,
        priority_rank: known.rank.map(|rank| i32::try_from(rank).unwrap()),
        power_revoked_at: None,
    }
}

impl Program {
    fn new(model: &Lot) -> Program {
        let lot = LotState {
            status: LotStatus::Announced,
            starts_at: at(model.start),
            effective_end_at: at(model.end),
            starting_price: Money::from_fen(model.starting_price),
            bid_increment: Money::from_fen(model.step),
            leader: None,
            version: 1,
            extension_count: 0,
        };
        Program { lot, suspended: None, accepted: Vec::new(), maxima: Vec::new(), attempts: 0, closed: None }
    }
    /// A bid with all that the maxima answer to it, at the arrival of the bid.
    fn bid(&mut self, model: &Lot, who: usize, (amount, confirmed): (i64, bool), now: i64) -> bool {
        if !self.offer(&bidder(model, who), Money::from_fen(amount), confirmed, now) {
            return false;
        }
        let number = |offer: &ProxyOffer| usize::try_from(offer.registration.as_u128() - 1).unwrap();
        let may = |offer: &&ProxyOffer| bidder(model, number(offer)).priority_rank.is_none();
        let maxima: Vec<_> = self.maxima.iter().filter(may).copied().collect();
        while let Some(next) = next_bid(&self.lot, &maxima) {
            assert!(self.offer(&bidder(model, number(&next)), next.amount, true, now), "{next:?} was refused");
        }
        true
    }
    fn leave(&mut self, who: &Bidder, most: i64, confirmed: bool, now: i64) -> bool {
        let most = Money::from_fen(most);
        let capitals = confirmed.then(|| money_in_capitals(most));
        let taken = check_maximum(&self.lot, who, most, capitals.as_deref(), at(now), &parameters()).is_ok();
        if taken {
            self.withdraw(who);
            self.maxima.push(ProxyOffer { registration: who.registration, amount: most });
        }
        taken
    }
    fn withdraw(&mut self, who: &Bidder) {
        self.maxima.retain(|offer| offer.registration != who.registration);
    }
    fn offer(&mut self, bidder: &Bidder, amount: Money, confirmed: bool, now: i64) -> bool {
        self.attempts += 1;
        let capitals = confirmed.then(|| money_in_capitals(amount));
        let offer = Offer { amount, confirmation: capitals.as_deref(), arrival: at(now), sequence: self.attempts };
        let decided = decide_bid(&self.lot, bidder, &offer, &parameters());
        if let Ok(accepted) = &decided {
            self.lot.apply(accepted);
            self.accepted.push(accepted.leader.clone());
        }
        decided.is_ok()
    }
    fn stop(&mut self, now: i64) -> bool {
        let can = check_suspendable(self.lot.status).is_ok() && at(now) < self.lot.effective_end_at;
        if can {
            self.suspended = Some((self.lot.status, at(now)));
            self.lot.status = LotStatus::Suspended;
        }
        can
    }
    /// Whether the rules let it go on at `then`, decided at `now`.
    fn resume(&mut self, then: i64, now: i64) -> bool {
        let Some((from, since)) = self.suspended else { return false };
        let day = at(now).legal_date();
        let Ok(resumed) = decide_resumption(&self.lot, from, since, at(then), day, at(now)) else { return false };
        self.suspended = None;
        (self.lot.status, self.lot.starts_at) = (resumed.status, resumed.starts_at);
        self.lot.effective_end_at = resumed.effective_end_at;
        true
    }
    fn close(&mut self, now: i64) {
        match decide_closing(&self.lot, &self.accepted, at(now)) {
            Ok(closing) => {
                let sold = matches!(closing, Closing::Sold { .. });
                self.lot.status = if sold { LotStatus::Sold } else { LotStatus::Unsold };
                self.closed = Some(closing);
            }
            Err(NotClosing::LeaderDiffers) => panic!("the bids do not lead to the leader"),
            Err(NotClosing::StillOpen | NotClosing::WrongState) => {}
        }
    }
    fn check(&self, model: &Lot) {
        let best = model.best.map(|(price, bidder, _)| (Money::from_fen(price), Uuid::from_u128(bidder as u128 + 1)));
        assert_eq!(self.lot.leader.as_ref().map(|leader| (leader.amount, leader.registration)), best);
        assert_eq!(self.lot.effective_end_at, at(model.end));
        assert_eq!(self.lot.starts_at, at(model.start));
        assert_eq!(self.closed.is_some(), model.over);
        if let Some(closed) = &self.closed {
            let (winner, ended) = match closed {
                Closing::Sold { winner, ended_at } => (Some((winner.amount, winner.registration)), *ended_at),
                Closing::Unsold { ended_at } => (None, *ended_at),
            };
            assert_eq!((winner, ended), (best, at(model.end)));
        }
    }
}

/// One sale from its announcement to its end; answers how many commands it took.
fn sale(random: &mut Random) -> usize {
    let mut model = Lot::new(START, START + 86_400_000, 50_000_000, 1_000_000, BIDDERS);
    let mut program = Program::new(&model);
    let mut now = START - random.between(0, 3_600_000);
    let mut made = 0;
    while !model.over && made < 400 {
        made += 1;
        let who = random.below(BIDDERS);
        match random.below(40) {
            0..=2 => model.bidders[who].registered = true,
            3..=5 => model.bidders[who].paid = model.bidders[who].registered,
            // a rank is confirmed before its bidder bids, or after
            6 => model.bidders[who].rank = Some(u32::try_from(random.between(1, 2)).unwrap()),
            7 => assert_eq!(program.stop(now), model.stop(now)),
            8 => {
                let then = now + random.between(3_000_000, 9_000_000);
                if program.resume(then, now) {
                    assert!(then - now >= 3_600_000 || then <= model.start);
                    model.resume(then);
                }
            }
            9..=12 => now += random.between(0, 400_000),
            13 => now = now.max(model.end - random.between(0, 400_000)),
            14 => now = now.max(model.start - 1 + random.between(0, 2)),
            15 => now = now.max(model.end - 1),
            // a closing may come late; it is decided at the end all the same
            16 if random.one_in(3) => {
                program.close(now);
                model.pass(now);
            }
            17..=20 => now += random.between(0, 3_000),
            21..=23 => {
                let (most, confirmed) = (random.offer(&model) + random.between(0, 4) * model.step, random.one_in(2));
                let taken = model.leave(who, most, confirmed, now);
                let candidate = bidder(&model, who);
                assert_eq!(program.leave(&candidate, most, confirmed, now), taken, "{who} {most} {now} on {model:?}");
            }
            24 if random.one_in(3) => {
                model.withdraw(who);
                program.withdraw(&bidder(&model, who));
            }
            _ => {
                // after the end the reference is told first that it is over
                let late = now >= model.end && model.stopped.is_none();
                let (amount, confirmed) = (random.offer(&model), random.one_in(2));
                let before = model.clone();
                let taken = model.bid(who, amount, confirmed, now);
                assert!(!(late && taken));
                assert_eq!(
                    program.bid(&before, who, (amount, confirmed), now),
                    taken,
                    "{who} {amount} {now} on {before:?}"
                );
            }
        }
        program.check(&model);
    }
    if model.stopped.is_some() {
        let then = now + TimeDelta::hours(2).num_milliseconds();
        assert!(program.resume(then, now));
        model.resume(then);
    }
    now = model.end + random.between(0, 86_400_000);
    program.close(now);
    model.pass(now);
    program.check(&model);
    made
}

#[test]
fn the_rules_agree_with_the_reference_over_a_hundred_thousand_commands() {
    let seed = Random::seed();
    let _told = Told(seed);
    let mut random = Random::new(seed);
    let (wanted, mut made) = (commands(100_000), 0);
    while made < wanted {
        made += sale(&mut random);
    }
}
