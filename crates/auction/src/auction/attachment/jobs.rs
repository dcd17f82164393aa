//! Gives up declared files that did not come, and takes objects away that nothing needs.

use super::ops::ExpireAttachment;
use super::shelf::Shelf;
use super::store::{self, lot_attachment};
use crate::access::{Services, run_as_system};
use crate::kernel::error::Problem;
use crate::kernel::jobs::{Fence, JobHandler};
use chrono::TimeDelta;

/// How long a declared file is waited for: far longer than an address lives and an upload lasts.
pub const PATIENCE: TimeDelta = TimeDelta::hours(24);
/// Rows of one tick.
const BATCH: u64 = 50;

/// Keeps attachments and objects in step (附件清理).
pub struct Attachments {
    pub services: Services,
    pub shelf: Shelf,
}

#[async_trait::async_trait]
impl JobHandler for Attachments {
    fn name(&self) -> &'static str {
        "attachments"
    }
    async fn tick(&self, _: &Fence) -> Result<u64, Problem> {
        let (reader, mut done) = (self.services.db.reader(), 0_u64);
        let before = self.services.clock.now().minus(PATIENCE);
        for row in lot_attachment::overdue(&reader, before, BATCH).await? {
            run_as_system(&self.services, self.name(), &ExpireAttachment { attachment: row.id }).await?;
            done = done.saturating_add(1);
        }
        for sha256 in store::released(&reader, BATCH).await? {
            self.take_away(sha256).await?;
            done = done.saturating_add(1);
        }
        Ok(done)
    }
}

impl Attachments {
    /// Bytes go before the row that names them: a crash between the two is made up for by the next tick.
    async fn take_away(&self, sha256: Vec<u8>) -> Result<(), Problem> {
        let Ok(hash) = <[u8; 32]>::try_from(sha256.as_slice()) else {
            return Err(Problem::internal("no SHA-256 in the row"));
        };
        let db = &self.services.db;
        let begin = db.write_with(move |tx| Box::pin(async move { Ok(store::begin_removal(tx, &hash).await?) }));
        if !begin.await.map_err(Problem::from)? {
            return Ok(());
        }
        self.shelf.remove(&hash).await?;
        let end = db.write_with(move |tx| Box::pin(async move { Ok(store::end_removal(tx, &hash).await?) }));
        end.await.map_err(Problem::from)
    }
}
