//! How often lots are looked at (围观次数), without knowing by whom.
//!
//! A viewer counts once a day and lot for each process. He is told apart by a keyed hash of his network address; the key
//! is random, never leaves the memory and is exchanged every day, and nothing of it is stored. Counts are gathered in
//! memory and written every few seconds: a crash loses those at most.

use crate::access::Services;
use crate::kernel::clock::LegalDate;
use crate::kernel::db::sql;
use crate::kernel::error::Problem;
use crate::kernel::ids::{CourtId, LotId};
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the counts are written.
const EVERY: Duration = Duration::from_secs(5);
/// Viewers of a day that are told apart; after so many the process begins anew, and some count twice.
const REMEMBERED: usize = 500_000;
/// Rows of one transaction.
const ROWS: usize = 100;

/// The counts of this process; cheap to clone.
#[derive(Clone, Default)]
pub struct Views(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    day: Option<LegalDate>,
    key: RandomState,
    viewers: HashSet<u64>,
    /// In the order in which rows are locked, whichever process writes them.
    counts: BTreeMap<(LotId, LegalDate), (CourtId, i64)>,
}

impl Views {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody looks at a published lot.
    pub fn look(&self, lot: LotId, court: CourtId, peer: Option<IpAddr>, day: LegalDate) {
        let mut seen = self.seen();
        if seen.day != Some(day) {
            (seen.day, seen.key) = (Some(day), RandomState::new());
            seen.viewers.clear();
        }
        if seen.viewers.len() >= REMEMBERED {
            seen.viewers.clear();
        }
        let viewer = seen.key.hash_one((lot, peer.map(household)));
        if seen.viewers.insert(viewer) {
            let count = seen.counts.entry((lot, day)).or_insert((court, 0));
            count.1 = count.1.saturating_add(1);
        }
    }

    /// Writes what was counted; what cannot be written stays for the next time.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn flush(&self, services: &Services) -> Result<(), Problem> {
        loop {
            let rows: Vec<_> = {
                let mut seen = self.seen();
                let first: Vec<_> = seen.counts.keys().take(ROWS).copied().collect();
                first.into_iter().filter_map(|key| seen.counts.remove_entry(&key)).collect()
            };
            if rows.is_empty() {
                return Ok(());
            }
            if let Err(problem) = write(services, rows.clone()).await {
                // a commit whose answer was lost may stand: rather a view too few than one twice
                if matches!(problem, Problem::Conflict) {
                    return Err(problem);
                }
                let mut seen = self.seen();
                for (key, (court, views)) in rows {
                    let count = seen.counts.entry(key).or_insert((court, 0));
                    count.1 = count.1.saturating_add(views);
                }
                return Err(problem);
            }
        }
    }

    /// Writes the counts until told to stop, and once more then.
    pub async fn keep(&self, services: &Services, stop: CancellationToken) {
        let mut beat = tokio::time::interval(EVERY);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let last = tokio::select! {
                () = stop.cancelled() => true,
                _ = beat.tick() => false,
            };
            if let Err(problem) = self.flush(services).await {
                tracing::warn!(?problem, "views could not be written; they are kept");
            }
            if last {
                return;
            }
        }
    }
}

/// A household has one address of IPv4, and of IPv6 as many as it likes within 64 bits.
pub fn household(peer: IpAddr) -> u64 {
    match peer.to_canonical() {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        IpAddr::V6(address) => u64::try_from(address.to_bits() >> 64).unwrap_or_default(),
    }
}

type Row = ((LotId, LegalDate), (CourtId, i64));

async fn write(services: &Services, rows: Vec<Row>) -> Result<(), Problem> {
    const TEXT: &str = "INSERT INTO lot_view (lot_id, day, court_id, views) VALUES ($1, $2, $3, $4)
         ON CONFLICT (lot_id, day) DO UPDATE SET views = lot_view.views + excluded.views";
    let written = services.db.write_with(move |tx| {
        let rows = rows.clone();
        Box::pin(async move {
            for ((lot, day), (court, views)) in rows {
                tx.execute_raw(sql(tx, TEXT, [lot.into(), day.into(), court.into(), views.into()])).await?;
            }
            Ok(())
        })
    });
    written.await.map_err(Problem::from)
}

/// How often a lot was looked at, as far as it is written.
pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<i64, Problem> {
    let text = "SELECT CAST(COALESCE(SUM(views), 0) AS BIGINT) AS n FROM lot_view WHERE lot_id = $1";
    let row = conn.query_one_raw(sql(conn, text, [lot.into()])).await?;
    Ok(row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;

    #[test]
    fn a_viewer_counts_once_a_day_and_lot() {
        let views = Views::default();
        let at = Timestamp::from_micros(1_772_413_200_000_000);
        let (house, car, court) = (LotId::new(at), LotId::new(at), CourtId::new(at));
        let (today, tomorrow) = (at.legal_date(), at.plus(chrono::TimeDelta::days(1)).legal_date());
        let peer = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        for (lot, from, day) in [
            (house, "10.0.0.1", today),
            (house, "10.0.0.1", today),
            (house, "::ffff:10.0.0.1", today), // the same, through a socket of IPv6
            (house, "10.0.0.2", today),
            (house, "2001:db8::1", today),
            (house, "2001:db8::2", today), // the same household
            (house, "2001:db8:0:1::1", today),
            (car, "10.0.0.1", today),
            (house, "10.0.0.1", tomorrow),
        ] {
            views.look(lot, court, peer(from), day);
        }
        let counts = &views.seen().counts;
        let of = |lot, day| counts.get(&(lot, day)).map(|count| count.1);
        assert_eq!((of(house, today), of(car, today), of(house, tomorrow)), (Some(4), Some(1), Some(1)));
    }
}
