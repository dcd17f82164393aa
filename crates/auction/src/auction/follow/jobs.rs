//! The job that reminds the followers of lots ahead of their start and end.

use super::{FollowReminder, ops::RemindFollowers, store};
use crate::access::{Services, run_as_system};
use crate::kernel::error::Problem;
use crate::kernel::jobs::{Fence, JobHandler};

/// Lots of one tick.
const BATCH: i64 = 100;

/// Finds lots whose followers are to be reminded (关注提醒). A lot that no longer waits for its instant when its turn
/// comes is passed over; one whose instant has gone by is not due any more.
pub struct FollowReminders {
    pub services: Services,
}

#[async_trait::async_trait]
impl JobHandler for FollowReminders {
    fn name(&self) -> &'static str {
        "follow-reminders"
    }
    async fn tick(&self, _: &Fence) -> Result<u64, Problem> {
        let (reader, now) = (self.services.db.reader(), self.services.clock.now());
        let mut done = 0_u64;
        for &kind in FollowReminder::ALL {
            for lot in store::due(&reader, kind, now, BATCH).await? {
                let sent = run_as_system(&self.services, self.name(), &RemindFollowers { lot, kind }).await?;
                done = done.saturating_add(u64::from(sent));
            }
        }
        Ok(done)
    }
}
