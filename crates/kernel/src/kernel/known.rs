//! Rows that stand for good: what a process has seen committed and nobody deletes, so that it need not be written
//! again.
//!
//! A transaction learns, and the process knows from the commit on; what is rolled back, whole or to a savepoint, is
//! forgotten with it. Not knowing costs a statement that changes nothing. Knowing what is not there (a database
//! restored beneath a running process) is refused by the foreign keys of whoever relies on it.

use std::{
    collections::HashSet,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};
use uuid::Uuid;

/// Bounds the memory at some ten megabytes. Past it the process begins to learn anew.
const MOST: usize = 200_000;

/// What the process knows; its clones share it.
#[derive(Clone, Default)]
pub(super) struct Known(Arc<RwLock<HashSet<Uuid>>>);
impl Known {
    pub fn holds(&self, row: Uuid) -> bool {
        // a set is whole after a panic too
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(&row)
    }
    /// Keeps what a transaction has learned, after its commit.
    pub fn keep(&self, learned: &Learned) {
        let rows = learned.take();
        if rows.is_empty() {
            return;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len().saturating_add(rows.len()) > MOST {
            known.clear();
        }
        known.extend(rows.into_iter().take(MOST));
    }
}

/// What a transaction, or the part behind a savepoint, has learned; its clones share it.
#[derive(Clone, Default)]
pub(super) struct Learned(Arc<Mutex<Vec<Uuid>>>);
impl Learned {
    pub fn extend(&self, rows: impl IntoIterator<Item = Uuid>) {
        self.rows().extend(rows);
    }
    /// Adds what a part has learned, after its release.
    pub fn add(&self, part: &Learned) {
        let rows = part.take();
        self.rows().extend(rows);
    }
    fn take(&self) -> Vec<Uuid> {
        mem::take(&mut *self.rows())
    }
    fn rows(&self) -> MutexGuard<'_, Vec<Uuid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(from: u128, count: usize) -> impl Iterator<Item = Uuid> {
        (from..).take(count).map(Uuid::from_u128)
    }

    #[test]
    fn a_row_is_known_from_the_commit_on() {
        let (known, learned, part) = (Known::default(), Learned::default(), Learned::default());
        let [first, second] = [1, 2].map(Uuid::from_u128);
        learned.extend([first]);
        part.extend([second]);
        assert!(!known.holds(first));
        known.keep(&learned);
        assert!(known.holds(first) && !known.holds(second), "a part that was not released is not kept");
        learned.add(&part);
        known.clone().keep(&learned);
        assert!(known.holds(first) && known.holds(second));
    }

    #[test]
    fn what_is_known_is_bounded() {
        let (known, learned) = (Known::default(), Learned::default());
        for (from, count, held) in [(0, MOST, MOST), (MOST, 1, 1), (0, MOST + 5, MOST)] {
            learned.extend(rows(from as u128, count));
            known.keep(&learned);
            assert_eq!(known.0.read().unwrap_or_else(PoisonError::into_inner).len(), held);
        }
    }
}
