//! Jobs of the auction room: lots begin and end at their time, deposits go back.

use super::{CloseLot, OpenLot, RefundDeposit, RemindBalance, SuspendForFault};
use crate::access::{Services, run_as_system};
use crate::auction::LotStatus;
use crate::auction::aftermath::ReminderKind;
use crate::auction::bidding::Bidding;
use crate::auction::rules::schedule::LAST_MINUTES;
use crate::auction::store::{intake, lot, registration};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::sql;
use crate::kernel::error::Problem;
use crate::kernel::ids::LotId;
use crate::kernel::jobs::{Fence, JobHandler};
use crate::kernel::query::Fetch;
use chrono::TimeDelta;
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*, sea_query::Expr};

/// Lots or registrations of one tick.
const BATCH: u64 = 100;
/// A bid that arrived before the end may still be on its way through this process: closing waits that long.
const GRACE: TimeDelta = TimeDelta::seconds(2);

/// Opens and closes lots (竞价开始与结束), and stops those whose last minutes an outage touches. The end itself is decided
/// by the bids, never by when this runs.
pub struct LotTimes {
    pub services: Services,
    pub bidding: Bidding,
}

#[async_trait::async_trait]
impl JobHandler for LotTimes {
    fn name(&self) -> &'static str {
        "lot-times"
    }
    async fn tick(&self, _: &Fence) -> Result<u64, Problem> {
        let now = self.services.clock.now();
        // a manual clock stands still while a request is under way
        let grace = if self.services.clock.is_manual() { TimeDelta::zero() } else { GRACE };
        let reader = self.services.db.reader();
        let mut done = match self.stop_faulty(now).await {
            Ok(stopped) => stopped,
            Err(problem) => {
                tracing::error!(?problem, "lots with an outage could not be stopped; closing goes on");
                0
            }
        };
        for row in lot::due(&reader, now, BATCH).await? {
            let ended = row.effective_end_at.is_some_and(|end| end.plus(grace) <= now);
            let opens = row.status == LotStatus::Announced;
            if !opens && !ended {
                continue;
            }
            if let (false, Some(end)) = (opens, row.effective_end_at)
                && intake::outstanding(&reader, end, now).await?
            {
                continue;
            }
            let _turn = self.bidding.exclusive().await?;
            let changed = if opens {
                run_as_system(&self.services, self.name(), &OpenLot { lot: row.id }).await
            } else {
                run_as_system(&self.services, self.name(), &CloseLot { lot: row.id }).await
            };
            // one that fails must not keep the others from their end; it stays due and shows in the log
            let changed = match changed {
                Ok(changed) => changed,
                Err(problem) => {
                    tracing::error!(?problem, lot = row.lot_number, "a lot did not open or close");
                    continue;
                }
            };
            if changed && ended {
                let late = row.effective_end_at.map_or(0, |end| now.since(end).num_milliseconds());
                tracing::info!(lot = row.lot_number, late_ms = late, "lot closed");
            }
            done = done.saturating_add(u64::from(changed));
        }
        Ok(done)
    }
}

impl LotTimes {
    /// Lots in their last minutes that an outage touches stop at once and not only at their end.
    async fn stop_faulty(&self, now: Timestamp) -> Result<u64, Problem> {
        let reader = self.services.db.reader();
        let mut done = 0_u64;
        for row in lot::ending(&reader, now, now.plus(LAST_MINUTES), BATCH).await? {
            let Some(state) = row.state() else { continue };
            if intake::fault(&reader, state.starts_at, state.effective_end_at, now).await?.is_some() {
                let _turn = self.bidding.exclusive().await?;
                let stopped = run_as_system(&self.services, self.name(), &SuspendForFault { lot: row.id }).await?;
                done = done.saturating_add(u64::from(stopped));
            }
        }
        Ok(done)
    }
}

/// Sends deposits back that are due (退还保证金).
pub struct Refunds {
    pub services: Services,
}

#[async_trait::async_trait]
impl JobHandler for Refunds {
    fn name(&self) -> &'static str {
        "deposit-refunds"
    }
    async fn tick(&self, _: &Fence) -> Result<u64, Problem> {
        use registration::Column;
        let due = registration::Entity::find()
            .filter(Column::RefundDueAt.is_not_null())
            .filter(Column::RefundPayableId.is_null())
            // spelt out: an index on a part of the table is not found through a bound value
            .filter(Expr::cust("deposit_received > 0"))
            .order_by_asc(Column::RefundDueAt)
            .limit(BATCH)
            .list(&self.services.db.reader())
            .await?;
        let mut done = 0_u64;
        for row in due {
            // one that fails must not keep the others from their 24 hours; it stays due and shows in the log
            match run_as_system(&self.services, self.name(), &RefundDeposit { registration: row.id }).await {
                Ok(sent) => done = done.saturating_add(u64::from(sent.is_some())),
                Err(problem) => tracing::error!(registration = ?row.id, ?problem, "a deposit could not be sent back"),
            }
        }
        Ok(done)
    }
}

/// Reminds purchasers of the balance around its last day (余款催缴).
pub struct BalanceReminders {
    pub services: Services,
}

const TO_REMIND: &str = "SELECT s.lot_id AS lot_id FROM lot_result s JOIN lot l ON l.id = s.lot_id
     WHERE l.status = 'SOLD' AND s.deposit_applied + s.deposit_due + s.balance_paid < s.hammer_price
       AND s.balance_due_on >= $1 AND s.balance_due_on <= $2
       AND NOT EXISTS (SELECT 1 FROM balance_reminder r WHERE r.lot_id = s.lot_id AND r.kind = $3)
     ORDER BY s.balance_due_on LIMIT 100";

#[async_trait::async_trait]
impl JobHandler for BalanceReminders {
    fn name(&self) -> &'static str {
        "balance-reminders"
    }
    async fn tick(&self, _: &Fence) -> Result<u64, Problem> {
        let (reader, today) = (self.services.db.reader(), self.services.clock.now().legal_date());
        let mut done = 0_u64;
        for &kind in ReminderKind::ALL {
            let (first, last) = kind.days(today);
            let values = [first.into(), last.into(), kind.as_str().into()];
            for row in reader.query_all_raw(sql(&reader, TO_REMIND, values)).await? {
                let lot: LotId = row.try_get("", "lot_id")?;
                let sent = run_as_system(&self.services, self.name(), &RemindBalance { lot, kind }).await?;
                done = done.saturating_add(u64::from(sent));
            }
        }
        Ok(done)
    }
}
