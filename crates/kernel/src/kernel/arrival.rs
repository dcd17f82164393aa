//! When a request was complete, and which requests are still on their way through this process.
//!
//! An arrival is stamped and listed in one step, so that [`Arrivals::drained_to`] can say without any margin before which
//! instant nothing is on its way any more: a closing waits for exactly that.

use super::clock::{Clock, Timestamp};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Gives arrivals; never an earlier one after a later one, even when the machine's clock is set back.
pub struct Arrivals {
    clock: Clock,
    list: Mutex<List>,
}
struct List {
    /// No later arrival is earlier than this.
    last: Timestamp,
    /// Requests that are not answered yet.
    flights: BTreeMap<Timestamp, usize>,
}

impl Arrivals {
    pub fn new(clock: Clock) -> Arrivals {
        let list = List { last: Timestamp::from_micros(i64::MIN), flights: BTreeMap::new() };
        Arrivals { clock, list: Mutex::new(list) }
    }
    /// What is behind the lock is whole at every moment, even after a panic.
    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// A complete request has just been read.
    pub fn stamp(self: &Arc<Self>) -> Arrival {
        let mut list = self.list();
        let at = list.pass(&self.clock);
        *list.flights.entry(at).or_default() += 1;
        Arrival { at, flight: Some(Arc::new(Flight { arrivals: self.clone(), at })) }
    }
    /// Nothing that arrived before this instant is on its way here, now or later.
    pub fn drained_to(&self) -> Timestamp {
        let mut list = self.list();
        let now = list.pass(&self.clock);
        list.flights.first_key_value().map_or(now, |(first, _)| now.min(*first))
    }
}
impl List {
    /// The present millisecond; nothing is stamped with an earlier one from here on.
    fn pass(&mut self, clock: &Clock) -> Timestamp {
        self.last = self.last.max(clock.now().to_millisecond());
        self.last
    }
}

/// The millisecond at which the complete request was read: decides the window of a bid and the new end (网拍规定 第20条
/// in the reading of the bidding instructions). Monotone within the process.
#[derive(Clone, Debug)]
pub struct Arrival {
    at: Timestamp,
    flight: Option<Arc<Flight>>,
}
impl Arrival {
    pub fn at(&self) -> Timestamp {
        self.at
    }
    /// It holds no bid: no closing waits for its answer. The last copy that has not landed keeps the request listed.
    pub fn land(&mut self) {
        self.flight = None;
    }
}

/// A request between its arrival and its answer.
struct Flight {
    arrivals: Arc<Arrivals>,
    at: Timestamp,
}
impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flight({})", self.at)
    }
}
impl Drop for Flight {
    fn drop(&mut self) {
        let mut list = self.arrivals.list();
        if let Some(count) = list.flights.get_mut(&self.at) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                list.flights.remove(&self.at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: i64 = 1_772_000_000_000_000;
    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(BASE + micros)
    }

    #[test]
    fn arrivals_are_whole_milliseconds_and_never_go_back() {
        let clock = Clock::manual(at(123_999));
        let arrivals = Arc::new(Arrivals::new(clock.clone()));
        assert_eq!(arrivals.stamp().at(), at(123_000));
        arrivals.list().last = at(500_000);
        assert_eq!(arrivals.stamp().at(), at(500_000));
        clock.advance_to(at(1_000_001));
        assert_eq!(arrivals.stamp().at(), at(1_000_000));
    }

    #[test]
    fn nothing_is_drained_past_a_request_on_its_way() {
        let clock = Clock::manual(at(1_000));
        let arrivals = Arc::new(Arrivals::new(clock.clone()));
        let first = arrivals.stamp();
        let copy = first.clone();
        clock.advance_to(at(5_000));
        let mut second = arrivals.stamp();
        assert_eq!(arrivals.drained_to(), at(1_000));
        drop(first);
        assert_eq!(arrivals.drained_to(), at(1_000), "a copy is still on its way");
        drop(copy);
        assert_eq!(arrivals.drained_to(), at(5_000));
        second.land();
        clock.advance_to(at(9_000));
        assert_eq!(arrivals.drained_to(), at(9_000), "what holds no bid is not waited for");
    }

    #[test]
    fn no_arrival_comes_before_what_was_called_drained() {
        let arrivals = Arc::new(Arrivals::new(Clock::manual(at(1_000))));
        // the machine's clock was ahead when it was asked, and has been set back since
        arrivals.list().last = at(8_000);
        assert_eq!(arrivals.drained_to(), at(8_000));
        assert!(arrivals.stamp().at() >= at(8_000));
    }
}
