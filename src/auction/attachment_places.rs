//! How many attachments go out at a time, in all and to one address, so that nobody takes the others' turn.

use super::views::household;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Downloads of one process at a time.
const IN_ALL: usize = 128;
/// Downloads of one address at a time: more than a browser opens.
const OF_ONE: usize = 8;
/// A download that has not ended by then counts no longer: its client reads too slowly to keep others out.
const LONGEST: Duration = Duration::from_secs(600);

/// The places of this process; cheap to clone.
#[derive(Clone, Default)]
pub struct Places(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    next: u64,
    places: BTreeMap<u64, (Option<u64>, Instant)>,
}

/// A place, free again when this is dropped.
pub struct Place {
    places: Places,
    number: u64,
}
impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().places.remove(&self.number);
    }
}

impl Places {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a client at this address; none while he or all together have as many as there are.
    pub fn take(&self, peer: Option<IpAddr>) -> Option<Place> {
        self.take_at(peer.map(household), Instant::now())
    }
    fn take_at(&self, peer: Option<u64>, now: Instant) -> Option<Place> {
        let mut taken = self.taken();
        taken.places.retain(|_, (_, since)| now.saturating_duration_since(*since) < LONGEST);
        let own = taken.places.values().filter(|(other, _)| *other == peer).count();
        if own >= OF_ONE || taken.places.len() >= IN_ALL {
            return None;
        }
        let number = taken.next;
        taken.next = taken.next.wrapping_add(1);
        taken.places.insert(number, (peer, now));
        Some(Place { places: self.clone(), number })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_share_and_all_together_theirs() {
        let (places, now) = (Places::default(), Instant::now());
        let mut held: Vec<Place> = (0..OF_ONE).map(|_| places.take_at(Some(1), now).unwrap()).collect();
        assert!(places.take_at(Some(1), now).is_none());
        held.pop();
        held.push(places.take_at(Some(1), now).unwrap());
        for peer in 2..=IN_ALL / OF_ONE {
            held.extend((0..OF_ONE).map(|_| places.take_at(Some(peer as u64), now).unwrap()));
        }
        assert_eq!(held.len(), IN_ALL);
        assert!(places.take_at(Some(1_000), now).is_none());
        // whoever reads too slowly keeps nobody out for good
        assert!(places.take_at(Some(1_000), now + LONGEST - Duration::from_millis(1)).is_none());
        assert!(places.take_at(Some(1_000), now + LONGEST).is_some());
        drop(held);
        assert!(places.taken().places.is_empty());
    }
}
