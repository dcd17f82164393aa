//! Terms that still run are counted again when the calendar has changed: the end of a term moves with a holiday by law
//! (民诉法 85). Each keeps its start and the length that it began with; a moved end is audited with both days.

use crate::{
    access::{Act, Op, UseCase},
    funds::store::term,
    kernel::{
        boxed,
        clock::LegalDate,
        db::sql,
        error::{Failure, Problem},
        ids::TermId,
        query::Fetch,
    },
    law::{
        DeadlineRule,
        calendar::Calendar,
        explanation::Explanation,
        parameter::ParameterSet,
        term::{Deadline, LENGTH},
    },
};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Rows that the preview reads at once.
const PAGE: u64 = 500;

/// Counts these terms again by the calendar in force; those that are met or current already stay. Answers how many.
#[derive(Serialize)]
pub struct RecountTerms {
    pub terms: Vec<TermId>,
}
impl UseCase for RecountTerms {
    type Done = u64;
    const ACT: Act = Act::RecountTerms;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<u64, Failure> {
        let calendar = op.services.calendar();
        let rows = term::Entity::find()
            .filter(term::Column::Id.is_in(self.terms.iter().copied()))
            .filter(term::Column::MetOn.is_null())
            .filter(term::Column::SupersededOn.is_null())
            .filter(term::Column::Calendar.ne(calendar.edition()))
            .order_by_asc(term::Column::Id)
            .lock_exclusive()
            .list(op.tx)
            .await?;
        let (mut counted, mut moved) = (0_u64, 0_u64);
        for row in &rows {
            moved = moved.saturating_add(u64::from(recount(op, &calendar, row).await?));
            counted = counted.saturating_add(1);
        }
        let first = self.terms.first().ok_or_else(|| Failure::internal("no terms to count"))?;
        let facts = serde_json::json!({ "counted": counted, "moved": moved, "calendar": calendar.version() });
        op.audit(*first, None, None, facts).await?;
        Ok(counted)
    }
}

/// Writes the term as the calendar has it now; true when its last day is another.
#[boxed]
async fn recount(op: &mut Op<'_>, calendar: &Calendar, row: &term::Model) -> Result<bool, Failure> {
    let deadline = again(calendar, row)?;
    let change = "UPDATE term SET due_on = $2, provisional = $3, calendar = $4, explanation = $5 WHERE id = $1";
    let values = [
        row.id.into(),
        deadline.due_on.into(),
        deadline.provisional.into(),
        calendar.edition().into(),
        deadline.explanation.to_text()?.into(),
    ];
    op.tx.execute_raw(sql(op.tx, change, values)).await?;
    let moved = deadline.due_on != row.due_on;
    if moved {
        let facts = serde_json::json!({ "rule": row.rule, "receipt": row.receipt_id.to_global(), "from": row.due_on,
            "to": deadline.due_on, "provisional": deadline.provisional, "calendar": calendar.version() });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        op.publish(super::QUEUE, row.id, 0);
    }
    Ok(moved)
}

/// The term by this calendar, from its own start and in its own length.
fn again(calendar: &Calendar, row: &term::Model) -> Result<Deadline, Problem> {
    let rule = DeadlineRule::parse(&row.rule).ok_or_else(|| Problem::internal("a term of an unknown rule"))?;
    let why = Explanation::from_text(&row.explanation)?;
    let kept = why.parameters.iter().find(|parameter| parameter.name == LENGTH);
    let length = kept.and_then(|parameter| parameter.value.parse().ok());
    let length = length.unwrap_or_else(|| rule.length_under(&ParameterSet::default()));
    Ok(rule.deadline_of_length(calendar, row.starts_on, length))
}

/// Terms that still run and were counted by another edition of the calendar, the earliest first.
pub async fn outdated(conn: &impl ConnectionTrait, edition: &str, limit: u64) -> Result<Vec<TermId>, Problem> {
    let text =
        "SELECT id FROM term WHERE met_on IS NULL AND superseded_on IS NULL AND calendar <> $1 ORDER BY id LIMIT $2";
    let rows = conn.query_all_raw(sql(conn, text, [edition.into(), limit.into()])).await?;
    rows.iter().map(|row| Ok(TermId::from_uuid(row.try_get("", "id")?))).collect()
}

/// How many terms that still run and touch the days `first` to `last` would end on another day by `calendar`.
pub async fn count_moved(
    conn: &impl ConnectionTrait,
    calendar: &Calendar,
    first: LegalDate,
    last: LegalDate,
) -> Result<u64, Problem> {
    let open = term::Entity::find()
        .filter(term::Column::MetOn.is_null())
        .filter(term::Column::SupersededOn.is_null())
        .filter(term::Column::StartsOn.lte(last))
        .filter(term::Column::DueOn.gte(first))
        .order_by_asc(term::Column::Id)
        .limit(PAGE);
    let (mut after, mut moved) = (Uuid::nil(), 0_u64);
    loop {
        let rows = open.clone().filter(term::Column::Id.gt(after)).list(conn).await?;
        let Some(end) = rows.last() else { return Ok(moved) };
        after = end.id.uuid();
        for row in &rows {
            moved = moved.saturating_add(u64::from(again(calendar, row)?.due_on != row.due_on));
        }
    }
}
