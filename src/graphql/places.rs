//! Places for long requests: so many at a time in one process, and so many of one person, so that one slow client cannot
//! take every place.

use crate::kernel::ids::AccountId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The places of one door.
pub struct Places {
    at_once: usize,
    at_once_each: usize,
    taken: Mutex<HashMap<AccountId, usize>>,
}
impl Places {
    /// `at_once` places, `at_once_each` of them for one person.
    pub fn new(at_once: usize, at_once_each: usize) -> Arc<Places> {
        Arc::new(Places { at_once, at_once_each, taken: Mutex::default() })
    }
    fn taken(&self) -> MutexGuard<'_, HashMap<AccountId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// A place for this person, if one is free.
    pub fn take(self: &Arc<Self>, account: AccountId) -> Option<Occupied> {
        let mut taken = self.taken();
        let own = taken.get(&account).copied().unwrap_or_default();
        if own >= self.at_once_each || taken.values().sum::<usize>() >= self.at_once {
            return None;
        }
        taken.insert(account, own.saturating_add(1));
        Some(Occupied { places: self.clone(), account })
    }
}

/// A place, until it is dropped.
pub struct Occupied {
    places: Arc<Places>,
    account: AccountId,
}
impl Drop for Occupied {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(own) = taken.get_mut(&self.account) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;

    #[test]
    fn one_person_cannot_take_every_place() {
        let places = Places::new(4, 2);
        let person = |n| AccountId::new(Timestamp::from_micros(n));
        let (anna, bert, carl) = (person(1), person(2), person(3));
        let mut held: Vec<_> = (0..2).map(|_| places.take(anna).unwrap()).collect();
        assert!(places.take(anna).is_none());
        held.extend((0..2).map(|_| places.take(bert).unwrap()));
        assert!(places.take(carl).is_none(), "all places are taken");
        held.remove(0);
        assert!(places.take(carl).is_some());
        drop(held);
        assert!(places.taken().is_empty());
    }
}
