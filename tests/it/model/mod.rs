//! The rules of bidding a second time, written from the law alone: a reference that the program must agree with.
//!
//! `pure` drives the pure rules with at least 100,000 random commands, `stored` the whole engine on each database; both
//! with sealed maxima. A failing run prints its seed; `MODEL_SEED` repeats it and `MODEL_COMMANDS` makes runs longer
//! (`tests/long-model`).

mod pure;
mod stored;

/// Five minutes, in milliseconds (网拍规定 20).
pub const FIVE_MINUTES: i64 = 300_000;

/// A lot as a clerk with a stopwatch would keep it. Amounts in fen, times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    pub start: i64,
    pub end: i64,
    pub starting_price: i64,
    pub step: i64,
    /// Price, bidder and his rank.
    pub best: Option<(i64, usize, Option<u32>)>,
    /// Since when the court has stopped it.
    pub stopped: Option<i64>,
    pub bidders: Vec<Bidder>,
    /// Sealed maxima with their bidders, in the order in which they were set.
    pub maxima: Vec<(usize, i64)>,
    pub over: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bidder {
    pub registered: bool,
    pub paid: bool,
    /// As a priority purchaser; 1 before 2 before everybody else.
    pub rank: Option<u32>,
}

/// Where a deposit must be when everything is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deposit {
    None,
    GoesBack,
    BecomesPrice,
}

impl Lot {
    pub fn new(start: i64, end: i64, starting_price: i64, step: i64, bidders: usize) -> Lot {
        let bidders = vec![Bidder::default(); bidders];
        Lot { start, end, starting_price, step, best: None, stopped: None, bidders, maxima: Vec::new(), over: false }
    }

    /// Is the bid taken? If it is, the lot moves on.
    pub fn bid(&mut self, bidder: usize, amount: i64, confirmed: bool, at: i64) -> bool {
        let who = &self.bidders[bidder];
        let open = !self.over && self.stopped.is_none() && at >= self.start && at < self.end;
        let price = self.best.map_or(self.starting_price, |best| best.0);
        // 大写 for more than ten times the price
        let plausible = amount <= 10 * price || confirmed;
        let on_step = (amount - self.starting_price) % self.step == 0;
        let beats = match self.best {
            None => amount >= self.starting_price && on_step,
            // nobody outbids himself
            Some((_, leader, _)) if leader == bidder => false,
            // at the same price the better rank goes before (网拍规定 21)
            Some((price, _, rank)) if amount == price => {
                who.rank.is_some_and(|mine| rank.is_none_or(|theirs| mine < theirs))
            }
            Some((price, _, _)) => amount >= price + self.step && on_step,
        };
        if !(open && who.registered && who.paid && beats && plausible) {
            return false;
        }
        self.best = Some((amount, bidder, who.rank));
        // whoever bids in the last five minutes gives the others five more
        if self.end - at <= FIVE_MINUTES {
            self.end = at + FIVE_MINUTES;
        }
        self.answer();
        true
    }

    /// Is the sealed maximum taken? It stands behind those that were set before, an earlier one of the bidder's is
    /// gone.
    pub fn leave(&mut self, bidder: usize, most: i64, confirmed: bool, at: i64) -> bool {
        let who = &self.bidders[bidder];
        let open = !self.over && self.stopped.is_none() && at < self.end;
        let price = self.best.map_or(self.starting_price, |best| best.0);
        let least = self.best.map_or(self.starting_price, |best| best.0 + self.step);
        let plausible = most <= 10 * price || confirmed;
        let fits = most >= least && (most - self.starting_price) % self.step == 0 && plausible;
        if !(open && who.registered && who.paid && who.rank.is_none() && fits) {
            return false;
        }
        self.withdraw(bidder);
        self.maxima.push((bidder, most));
        true
    }

    pub fn withdraw(&mut self, bidder: usize) {
        self.maxima.retain(|(who, _)| *who != bidder);
    }

    /// The maxima answer the bid that leads: in the end the highest one leads, one step above what the next could bid;
    /// of equal ones the one that was set first. The leader's own answers only what is bid against him, and the bid
    /// that he has made goes before an equal maximum of his that has no room to answer.
    fn answer(&mut self) {
        let Some((price, leader, _)) = self.best else { return };
        let least = price + self.step;
        // a priority purchaser bids for himself
        let mut ranked = self.maxima.clone();
        ranked.retain(|(who, _)| self.bidders[*who].rank.is_none());
        // stable: of equal ones the first stays ahead
        ranked.sort_by_key(|(_, most)| std::cmp::Reverse(*most));
        let place = |wanted: usize| ranked.iter().position(|(who, _)| *who == wanted);
        let others: Vec<(usize, i64)> =
            ranked.iter().copied().filter(|(who, most)| *who != leader && *most >= least).collect();
        let Some((best, most)) = others.first().copied() else { return };
        let room = place(leader).map(|at| ranked[at].1).filter(|own| *own >= least + self.step);
        let ahead = place(leader).is_some_and(|own| Some(own) < place(best));
        let second = others.get(1).map_or(price, |(_, most)| *most);
        self.best = Some(match room {
            Some(own) if ahead => (own.min(most + self.step), leader, None),
            None if ahead => (least, best, None),
            _ => (most.min(second.max(room.unwrap_or(price)) + self.step), best, None),
        });
    }

    pub fn stop(&mut self, at: i64) -> bool {
        let can = !self.over && self.stopped.is_none() && at < self.end;
        if can {
            self.stopped = Some(at);
        }
        can
    }

    /// Goes on at `at` with the time that was left, five minutes at least; before its start a lot keeps its length.
    pub fn resume(&mut self, at: i64) {
        let Some(stopped) = self.stopped.take() else { return };
        if stopped >= self.start {
            self.end = at + (self.end - stopped).max(FIVE_MINUTES);
            self.start = at;
        } else if self.start < at {
            self.end += at - self.start;
            self.start = at;
        }
    }

    /// Time passes: a lot whose end is behind us is over, as it stood at that end.
    pub fn pass(&mut self, now: i64) {
        self.over |= self.stopped.is_none() && now >= self.end;
    }

    pub fn deposit(&self, bidder: usize) -> Deposit {
        match (self.bidders[bidder].paid, self.best) {
            (false, _) => Deposit::None,
            (true, Some((_, winner, _))) if winner == bidder => Deposit::BecomesPrice,
            (true, _) => Deposit::GoesBack,
        }
    }
}

/// SplitMix64: the same commands for the same seed, everywhere.
pub struct Random(u64);
impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }
    /// From `MODEL_SEED`, or a fresh one.
    pub fn seed() -> u64 {
        let given = std::env::var("MODEL_SEED").ok().map(|seed| seed.parse().expect("MODEL_SEED is a number"));
        given.unwrap_or_else(|| u64::from_le_bytes(duixian::kernel::secret::random_bytes().expect("random bytes")))
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.next() % u64::try_from(high - low + 1).unwrap()).unwrap()
    }
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    /// An offer near the price: too low, equal, on the step, off it, far above.
    pub fn offer(&mut self, lot: &Lot) -> i64 {
        self.any_offer(lot).min(MOST)
    }
    fn any_offer(&mut self, lot: &Lot) -> i64 {
        let price = lot.best.map_or(lot.starting_price - lot.step, |best| best.0);
        match self.below(12) {
            0 => price - self.between(0, 2) * lot.step,
            1 | 2 => price,
            3 => price + lot.step - 1,
            4 => price + self.between(1, lot.step),
            5 => (price.max(lot.starting_price)) * 10 + lot.step,
            6 => price + 5 * lot.step,
            _ => price + lot.step,
        }
    }
}

/// The largest amount that the API takes, in fen.
const MOST: i64 = 999_999_999_999_999;

/// How many commands a run makes: `MODEL_COMMANDS`, or so many.
pub fn commands(usual: usize) -> usize {
    std::env::var("MODEL_COMMANDS").map_or(usual, |n| n.parse().expect("MODEL_COMMANDS is a number"))
}

/// Says which seed failed, when the test panics.
pub struct Told(pub u64);
impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the run with MODEL_SEED={} failed", self.0);
        }
    }
}
