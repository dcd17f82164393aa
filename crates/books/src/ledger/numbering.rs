//! Entry numbers and daily sums: given after the commit, in commit order, without gaps, by one leased job.
//!
//! A number taken inside of the posting transaction would make every posting of a court wait for the one before it. Two
//! processes that both believe to hold the lease cannot take an entry up twice: its number is unique.

use super::{
    daily,
    store::{number, queue},
};
use crate::kernel::boxed;
use crate::kernel::query::Fetch;
use crate::kernel::{
    bulk::insert_all,
    counter,
    db::{Db, Tx},
    error::{Failure, Problem},
    ids::{CourtId, EntryId},
    jobs::{Fence, JobHandler},
};
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
use std::collections::BTreeMap;

/// Entries numbered in one transaction: on an embedded database bids wait for it, some milliseconds.
const BATCH: u64 = 100;
/// Name of the court's counter.
const COUNTER: &str = "ledger-entry";

pub struct EntryNumbers {
    pub db: Db,
}

#[async_trait::async_trait]
impl JobHandler for EntryNumbers {
    fn name(&self) -> &'static str {
        "ledger-entry-numbers"
    }
    fn full(&self) -> u64 {
        BATCH
    }
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        let fence = fence.clone();
        let numbered = self.db.write_with(move |tx| {
            let fence = fence.clone();
            Box::pin(async move {
                fence.check(tx).await?;
                number_batch(tx).await
            })
        });
        Ok(numbered.await?)
    }
}

#[boxed]
async fn number_batch(tx: &Tx) -> Result<u64, Failure> {
    // no `id > last`: a transaction that began earlier may commit later
    let waiting = queue::Entity::find().order_by_asc(queue::Column::EntryId).limit(BATCH).list(tx).await?;
    let Some(last) = waiting.last().map(|row| row.entry_id) else { return Ok(0) };
    // counters are locked in the order of the courts, one statement for all entries of a court
    let mut of_court: BTreeMap<CourtId, Vec<EntryId>> = BTreeMap::new();
    for row in &waiting {
        of_court.entry(row.court_id).or_default().push(row.entry_id);
    }
    let mut rows = Vec::with_capacity(waiting.len());
    for (court_id, entries) in of_court {
        let numbers = counter::next_many(tx, court_id, COUNTER, 0, entries.len()).await?;
        let numbered = entries.into_iter().zip(numbers);
        rows.extend(numbered.map(|(entry_id, number)| number::Model { entry_id, court_id, number }));
    }
    insert_all::<number::Entity>(tx, &rows).await?;
    daily::take_up(tx, last).await?;
    Ok(waiting.len() as u64)
}
