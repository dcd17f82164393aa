//! Objection terms that still run are counted again when the calendar has changed. A party relies on the day that he was
//! told: his last day moves on, never back.

use crate::{
    access::{Act, Op, UseCase},
    distribution::tables::service,
    kernel::{
        boxed,
        clock::LegalDate,
        db::sql,
        error::{Failure, Problem},
        ids::PlanServiceId,
        query::Fetch,
    },
    law::{DeadlineRule, calendar::Calendar},
};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Counts the objection terms of these services again by the calendar in force. Answers how many.
#[derive(Serialize)]
pub struct RecountServices {
    pub services: Vec<PlanServiceId>,
}
impl UseCase for RecountServices {
    type Done = u64;
    const ACT: Act = Act::RecountTerms;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<u64, Failure> {
        let calendar = op.services.calendar();
        let rows = service::Entity::find()
            .filter(service::Column::Id.is_in(self.services.iter().copied()))
            .filter(service::Column::Calendar.ne(calendar.edition()))
            .order_by_asc(service::Column::Id)
            .lock_exclusive()
            .list(op.tx)
            .await?;
        let (mut counted, mut moved) = (0_u64, 0_u64);
        for row in &rows {
            moved = moved.saturating_add(u64::from(recount(op, &calendar, row).await?));
            counted = counted.saturating_add(1);
        }
        let first = self.services.first().ok_or_else(|| Failure::internal("no services to count"))?;
        let facts = serde_json::json!({ "counted": counted, "moved": moved, "calendar": calendar.version() });
        op.audit(*first, None, None, facts).await?;
        Ok(counted)
    }
}

/// Writes the term as the calendar has it now; true when its last day is a later one.
#[boxed]
async fn recount(op: &mut Op<'_>, calendar: &Calendar, row: &service::Model) -> Result<bool, Failure> {
    let term = DeadlineRule::PlanObjection15Days.deadline_from_day(calendar, row.served_on);
    let moved = term.due_on > row.last_day;
    if term.due_on < row.last_day {
        let change = "UPDATE distribution_service SET provisional = $2, calendar = $3 WHERE id = $1";
        let values = [row.id.into(), term.provisional.into(), calendar.edition().into()];
        op.tx.execute_raw(sql(op.tx, change, values)).await?;
        return Ok(false);
    }
    let change = "UPDATE distribution_service SET last_day = $2, provisional = $3, calendar = $4, explanation = $5
                  WHERE id = $1";
    let values = [
        row.id.into(),
        term.due_on.into(),
        term.provisional.into(),
        calendar.edition().into(),
        term.explanation.to_text()?.into(),
    ];
    op.tx.execute_raw(sql(op.tx, change, values)).await?;
    if moved {
        let facts = serde_json::json!({ "plan": row.plan_id.to_global(), "from": row.last_day, "to": term.due_on,
            "provisional": term.provisional, "calendar": calendar.version() });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        op.publish("work-queue", row.plan_id, 0);
    }
    Ok(moved)
}

/// Services whose term runs on `today` and was counted by another edition of the calendar, the earliest first.
pub async fn outdated_services(
    conn: &impl ConnectionTrait,
    edition: &str,
    today: LegalDate,
    limit: u64,
) -> Result<Vec<PlanServiceId>, Problem> {
    let text = "SELECT id FROM distribution_service WHERE last_day >= $1 AND calendar <> $2 ORDER BY id LIMIT $3";
    let rows = conn.query_all_raw(sql(conn, text, [today.into(), edition.into(), limit.into()])).await?;
    rows.iter().map(|row| Ok(PlanServiceId::from_uuid(row.try_get("", "id")?))).collect()
}
