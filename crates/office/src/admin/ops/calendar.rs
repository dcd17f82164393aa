//! The calendar in force: rebuilt when a notice was approved, here or on another node, and the terms counted again.
//!
//! A process hears of an approval on its bus and looks every few seconds besides, so that a lost event costs a moment. A
//! term that another calendar counted is found by the edition that it keeps, however it came to that: an approval, a
//! node that was late to hear of one, a program that ships another year.

use crate::{
    access::{Services, run_as_system},
    admin::{
        TermKind,
        rules::notice::{self as rules, Heading},
        store::{self, calendar_notice},
    },
    funds::ops::RecountTerms,
    kernel::{
        error::Problem,
        jobs::{Fence, JobHandler},
    },
    law::{calendar::Calendar, notice::Notice},
};
use sea_orm::ConnectionTrait;
use std::time::Duration;
use tokio::{
    sync::{Mutex, broadcast::error::RecvError},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// Topic of the bus under which an approved notice is told.
pub const TOPIC: &str = "calendar";
/// How long a process that missed the event counts by the old calendar.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The notice of a row, checked anew by this version of the program.
pub fn notice_of(row: &calendar_notice::Model) -> Result<Notice, Problem> {
    let heading = Heading { number: &row.number, published: row.published_on, extra_days: row.extra_days };
    rules::read(&row.json, &heading).map_err(Problem::internal)
}

fn calendar_of(rows: &[calendar_notice::Model]) -> Result<Calendar, Problem> {
    let notices = rows.iter().map(notice_of).collect::<Result<Vec<_>, _>>()?;
    rules::calendar_of(notices).map_err(Problem::internal)
}

/// The calendar as the database has it now.
pub async fn in_force(conn: &impl ConnectionTrait) -> Result<Calendar, Problem> {
    calendar_of(&store::notices_in_force(conn).await?)
}

/// Exchanges the process's calendar when other notices are in force than those that it was built from.
///
/// # Errors
/// When the notices cannot be read; the calendar stays as it is then.
pub async fn refresh(services: &Services) -> Result<(), Problem> {
    // whoever read first must not exchange last
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    let _turn = ONE_AT_A_TIME.lock().await;
    let rows = store::notices_in_force(&services.db.reader()).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    if services.calendar.current().1 != ids {
        let calendar = calendar_of(&rows)?;
        tracing::info!(version = calendar.version(), through = %calendar.final_through(), "calendar exchanged");
        services.calendar.exchange(calendar, ids);
    }
    Ok(())
}

/// Keeps the calendar of a serving process current until it is told to stop.
pub async fn keep_current(services: Services, stop: CancellationToken) {
    let mut heard = services.bus.subscribe();
    let mut beat = interval(LOOK_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = beat.tick() => {}
            event = heard.recv() => match event {
                Ok(event) if event.topic != TOPIC => continue,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
        }
        if let Err(problem) = refresh(&services).await {
            tracing::error!(?problem, "the calendar could not be read");
        }
    }
}

/// Counts the terms that still run again after the calendar has changed (期限重算).
pub struct CalendarTerms {
    pub services: Services,
}

#[async_trait::async_trait]
impl JobHandler for CalendarTerms {
    fn name(&self) -> &'static str {
        "calendar-terms"
    }
    async fn tick(&self, _: &Fence) -> Result<u64, Problem> {
        refresh(&self.services).await?;
        let edition = self.services.calendar().edition().to_owned();
        let (reader, today) = (self.services.db.reader(), self.services.clock.now().legal_date());
        for kind in TermKind::ALL {
            let table = kind.table();
            if let Some(first) = table.outdated(&reader, &edition, today).await? {
                return run_as_system(&self.services, self.name(), &RecountTerms { table, first }).await;
            }
        }
        Ok(0)
    }
}
