//! Gives up declared files that did not come, and takes objects away that nothing needs.

use super::ops::ExpireAttachment;
use super::shelf::Shelf;
use super::store::{self, lot_attachment};
use crate::access::{Services, run_as_system};
use crate::kernel::db::{Tx, Work};
use crate::kernel::error::{Failure, Problem};
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
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        let (reader, mut done) = (self.services.db.reader(), 0_u64);
        let now = self.services.clock.now();
        let before = now.minus(PATIENCE);
        for row in lot_attachment::overdue(&reader, before, BATCH).await? {
            run_as_system(&self.services, self.name(), &ExpireAttachment { attachment: row.id }).await?;
            done = done.saturating_add(1);
        }
        for sha256 in store::released(&reader, now, BATCH).await? {
            self.take_away(fence, sha256).await?;
            done = done.saturating_add(1);
        }
        Ok(done)
    }
}

impl Attachments {
    /// Bytes and row go in one transaction, whose lock keeps out who would begin to need them: nobody who stalls in it can
    /// take away what was declared anew. A crash before the commit leaves a row whose bytes the next tick finds gone.
    async fn take_away(&self, fence: &Fence, sha256: Vec<u8>) -> Result<(), Problem> {
        let Ok(hash) = <[u8; 32]>::try_from(sha256.as_slice()) else {
            return Err(Problem::internal("no SHA-256 in the row"));
        };
        let mut removal = Removal { shelf: &self.shelf, fence, hash };
        self.services.db.write(&mut removal).await.map_err(Problem::from)
    }
}

struct Removal<'a> {
    shelf: &'a Shelf,
    fence: &'a Fence,
    hash: [u8; 32],
}
impl Work for Removal<'_> {
    type Out = ();
    async fn run(&mut self, tx: &Tx) -> Result<(), Failure> {
        self.fence.check(tx).await?;
        if store::begin_removal(tx, &self.hash).await? {
            self.shelf.remove(&self.hash).await?;
            store::end_removal(tx, &self.hash).await?;
        }
        Ok(())
    }
}
