//! The day's queues in the graph.

use super::queues::{self, Queue, QueueKind};
use crate::{
    graphql::{
        caller::{actor, services},
        scalars::Date,
    },
    kernel::{error::Problem, ids::CourtId},
    law::Lamp,
};
use async_graphql::{Context, Object};

/// What waits for the caller in one queue.
pub struct WorkQueue(Queue);
impl WorkQueue {
    /// The queues of the caller's posts in a court.
    pub async fn of_viewer(ctx: &Context<'_>, court: CourtId) -> Result<Vec<WorkQueue>, Problem> {
        let services = services(ctx)?;
        let today = services.clock.now().legal_date();
        let shown = queues::queues(&services.db.reader(), actor(ctx)?, court, &services.calendar(), today).await?;
        Ok(shown.into_iter().map(WorkQueue).collect())
    }
}

/// What waits for you in one queue; the list that shows its rows stands with its kind (工作队列).
#[Object]
impl WorkQueue {
    /// What it holds (队列种类).
    async fn kind(&self) -> QueueKind {
        self.0.kind
    }
    /// How many wait, at most 100 (数量).
    async fn count(&self) -> usize {
        self.0.count
    }
    /// True when more than 100 wait (是否还有).
    async fn more(&self) -> bool {
        self.0.more
    }
    /// Of those counted, how many are past their end (逾期数).
    async fn overdue(&self) -> usize {
        self.0.overdue
    }
    /// The nearest end; none where nothing runs out (最近期限).
    async fn earliest(&self) -> Option<Date> {
        self.0.earliest.map(Date)
    }
    /// The lamp of the nearest end (期限灯).
    async fn lamp(&self) -> Option<Lamp> {
        self.0.lamp
    }
}
