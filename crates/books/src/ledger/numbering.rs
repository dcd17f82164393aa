//! Entry numbers: given after the commit, in commit order, without gaps, by one leased job.
//!
//! A number taken inside of the posting transaction would make every posting of a court wait for the one before it.

use super::store::{entry, number};
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::{
    counter,
    db::{Db, Tx},
    error::{Failure, Problem},
    jobs::{Fence, JobHandler},
};
use sea_orm::{
    ActiveValue::Set,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};

const BATCH: u64 = 500;
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
    let numbered = Query::select().column(number::Column::EntryId).from(number::Entity).to_owned();
    // no `id > last`: a transaction that began earlier may commit later
    let entries = entry::Entity::find()
        .filter(Expr::col((entry::Entity, entry::Column::Id)).not_in_subquery(numbered))
        .order_by_asc(entry::Column::Id)
        .limit(BATCH)
        .list(tx)
        .await?;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in &entries {
        let number = counter::next(tx, entry.court_id, COUNTER, 0).await?;
        rows.push(number::ActiveModel { entry_id: Set(entry.id), court_id: Set(entry.court_id), number: Set(number) });
    }
    if !rows.is_empty() {
        number::Entity::insert_many(rows).execute(tx).await?;
    }
    Ok(entries.len() as u64)
}
