//! Days that were counted by the calendar are counted again when it has changed: the end of a term moves with a holiday
//! by law (民诉法 85). One walk for every table that keeps such a day; each room describes its own by a [`TermTable`].
//!
//! A row keeps its start and the length that it began with. A moved end is audited with both days.

use crate::{
    access::{Act, Op, UseCase},
    kernel::{
        boxed,
        clock::{LegalDate, Timestamp},
        db::{Engine, engine_of, sql},
        error::{Failure, Problem},
        ids::{CourtId, NodeKind, NodeRef},
        paging::{Page, Paged},
    },
    law::{
        DeadlineRule,
        calendar::Calendar,
        explanation::Explanation,
        parameter::ParameterSet,
        term::{Deadline, LENGTH},
    },
};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::Serialize;
use uuid::Uuid;

/// Rows that the preview reads at once.
const PAGE: u64 = 500;
/// Rows of one transaction.
const BATCH: u64 = 200;

/// Which rule set the day of a row.
#[derive(Clone, Copy)]
pub enum TermRule {
    /// All rows of the table have one.
    Fixed(DeadlineRule),
    /// A column tells it.
    Stored(&'static str, fn(&str) -> Option<DeadlineRule>),
}

/// From when the term of a row runs.
#[derive(Clone, Copy)]
pub enum TermStart {
    /// A column of civil days.
    Day(&'static str),
    /// A column of instants.
    Instant(&'static str),
}

/// A table whose rows keep a day that was counted by the calendar, and its edition beside it in a column `calendar`.
pub struct TermTable {
    pub name: &'static str,
    /// Column of the row's id, and what it is the id of.
    pub key: (&'static str, NodeKind),
    /// What the term is about, as the audit and the preview name it.
    pub about: (&'static str, NodeKind),
    pub rule: TermRule,
    pub start: TermStart,
    /// Column of the last day; an empty one is no term.
    pub due: &'static str,
    /// Which terms still run, in SQL.
    pub running: &'static str,
    /// A term runs no more once its last day is over; else until `running` fails.
    pub ends_with_its_day: bool,
    /// Columns `provisional` and `explanation` stand beside the day.
    pub explained: bool,
    /// A person relies on the day that he was told: it moves on, never back.
    pub never_back: bool,
}

/// A term as its row keeps it.
struct Row {
    id: Uuid,
    court: CourtId,
    about: NodeRef,
    rule: DeadlineRule,
    starts_on: LegalDate,
    due_on: LegalDate,
    explanation: Option<String>,
}

/// A term that ends on another day by another calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedTerm {
    /// The row that keeps it.
    pub row: NodeRef,
    /// What it is about.
    pub about: NodeRef,
    pub court: CourtId,
    pub rule: DeadlineRule,
    pub starts_on: LegalDate,
    /// Its last day as it stands.
    pub before: LegalDate,
    /// Its last day by the other calendar.
    pub after: LegalDate,
    /// A later notice can still move it.
    pub provisional: bool,
}

impl TermTable {
    /// Up to `limit` terms that run, narrowed by a condition on `$1`.
    fn select(&self, condition: &str, descending: bool, limit: u64) -> String {
        let (id, about, due) = (self.key.0, self.about.0, self.due);
        let mut columns = format!("{id} AS id, court_id, {about} AS about, {due} AS due_on");
        match self.start {
            TermStart::Day(column) => columns.push_str(&format!(", {column} AS starts_on")),
            TermStart::Instant(column) => columns.push_str(&format!(", {column} AS starts_at")),
        }
        if let TermRule::Stored(column, _) = self.rule {
            columns.push_str(&format!(", {column} AS rule"));
        }
        if self.explained {
            columns.push_str(", explanation");
        }
        let (name, running, order) = (self.name, self.running, if descending { "DESC" } else { "ASC" });
        format!(
            "SELECT {columns} FROM {name} WHERE {due} IS NOT NULL AND {running} AND {condition}
             ORDER BY {id} {order} LIMIT {limit}"
        )
    }

    fn read(&self, row: &QueryResult) -> Result<Row, Problem> {
        let rule = match self.rule {
            TermRule::Fixed(rule) => Some(rule),
            TermRule::Stored(_, parse) => parse(&row.try_get::<String>("", "rule")?),
        };
        let starts_on = match self.start {
            TermStart::Day(_) => row.try_get("", "starts_on")?,
            TermStart::Instant(_) => row.try_get::<Timestamp>("", "starts_at")?.legal_date(),
        };
        Ok(Row {
            id: row.try_get("", "id")?,
            court: row.try_get("", "court_id")?,
            about: NodeRef { kind: self.about.1, id: row.try_get("", "about")? },
            rule: rule.ok_or_else(|| Problem::internal(format!("a term of an unknown rule in {}", self.name)))?,
            starts_on,
            due_on: row.try_get("", "due_on")?,
            explanation: if self.explained { Some(row.try_get("", "explanation")?) } else { None },
        })
    }

    /// The term by this calendar; `None` where the day that was told stays.
    fn moved(&self, calendar: &Calendar, row: &Row) -> Result<(Deadline, bool), Problem> {
        let deadline = again(calendar, row)?;
        let moved = if self.never_back { deadline.due_on > row.due_on } else { deadline.due_on != row.due_on };
        Ok((deadline, moved))
    }

    /// The condition that leaves out what ended before `today`.
    fn still(&self, place: &str) -> String {
        if self.ends_with_its_day { format!("{} >= {place}", self.due) } else { format!("{place} = {place}") }
    }

    /// A running term that another edition of the calendar has counted, if there is one.
    pub async fn outdated(
        &self,
        conn: &impl ConnectionTrait,
        edition: &str,
        today: LegalDate,
    ) -> Result<Option<NodeRef>, Problem> {
        let (id, name, due, running, still) = (self.key.0, self.name, self.due, self.running, self.still("$2"));
        // asked every moment: in no order, so that the index of what runs is enough
        let text = format!(
            "SELECT {id} AS id FROM {name} WHERE {due} IS NOT NULL AND {running} AND calendar <> $1 AND {still} LIMIT 1"
        );
        let found = conn.query_one_raw(sql(conn, &text, [edition.into(), today.into()])).await?;
        found.map(|row| Ok(NodeRef { kind: self.key.1, id: row.try_get("", "id")? })).transpose()
    }

    /// How many running terms end on another day by `calendar`, which differs from the one in force from `first` on.
    pub async fn count_moved(
        &self,
        conn: &impl ConnectionTrait,
        calendar: &Calendar,
        first: LegalDate,
    ) -> Result<u64, Problem> {
        let (mut after, mut count) = (None, 0_u64);
        loop {
            let rows = self.page(conn, first, after, false).await?;
            let Some(end) = rows.last() else { return Ok(count) };
            after = Some(end.id);
            for row in &rows {
                count = count.saturating_add(u64::from(self.moved(calendar, row)?.1));
            }
        }
    }

    /// A page of those terms, newest first.
    pub async fn list_moved(
        &self,
        conn: &impl ConnectionTrait,
        calendar: &Calendar,
        first: LegalDate,
        page: Page,
    ) -> Result<Paged<MovedTerm>, Problem> {
        let wanted = usize::try_from(page.size).unwrap_or(usize::MAX).saturating_add(1);
        let mut from = if page.backward { page.before } else { page.after };
        let mut found = Vec::new();
        while found.len() < wanted {
            let rows = self.page(conn, first, from, !page.backward).await?;
            let Some(end) = rows.last() else { break };
            from = Some(end.id);
            for row in &rows {
                let (deadline, moved) = self.moved(calendar, row)?;
                if moved {
                    found.push(MovedTerm {
                        row: NodeRef { kind: self.key.1, id: row.id },
                        about: row.about,
                        court: row.court,
                        rule: row.rule,
                        starts_on: row.starts_on,
                        before: row.due_on,
                        after: deadline.due_on,
                        provisional: deadline.provisional,
                    });
                }
            }
        }
        found.truncate(wanted);
        Ok(page.cut(found))
    }

    /// The next rows in one direction that end on `first` or later: no other can be moved by it.
    async fn page(
        &self,
        conn: &impl ConnectionTrait,
        first: LegalDate,
        from: Option<Uuid>,
        descending: bool,
    ) -> Result<Vec<Row>, Problem> {
        let mut condition = format!("{} >= $1", self.due);
        let mut values: Vec<Value> = vec![first.into()];
        if let Some(from) = from {
            condition.push_str(&format!(" AND {} {} $2", self.key.0, if descending { "<" } else { ">" }));
            values.push(from.into());
        }
        let text = self.select(&condition, descending, PAGE);
        let rows = conn.query_all_raw(sql(conn, &text, values)).await?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    /// Writes the term as the calendar has it now; true when its last day is another.
    #[boxed]
    async fn recount(&self, op: &mut Op<'_>, calendar: &Calendar, row: &Row) -> Result<bool, Failure> {
        let (deadline, moved) = self.moved(calendar, row)?;
        let mut change = format!("UPDATE {} SET calendar = $2", self.name);
        let mut values: Vec<Value> = vec![row.id.into(), calendar.edition().into()];
        let mut set = |column: &str, value: Value| {
            values.push(value);
            change.push_str(&format!(", {column} = ${}", values.len()));
        };
        if self.explained {
            set("provisional", deadline.provisional.into());
        }
        // a day that stays against the new count keeps its own reasons too
        if moved || deadline.due_on == row.due_on {
            set(self.due, deadline.due_on.into());
            if self.explained {
                set("explanation", deadline.explanation.to_text()?.into());
            }
        }
        change.push_str(&format!(" WHERE {} = $1", self.key.0));
        op.tx.execute_raw(sql(op.tx, &change, values)).await?;
        if moved {
            let id = NodeRef { kind: self.key.1, id: row.id };
            let facts = serde_json::json!({ "rule": row.rule.as_str(), "about": row.about.to_global(),
                "from": row.due_on, "to": deadline.due_on, "provisional": deadline.provisional, "calendar": calendar.version() });
            op.audit(id, Some(row.court), None, facts).await?;
            op.publish(super::QUEUE, row.about, 0);
        }
        Ok(moved)
    }
}

/// Counts running terms of a table again by the calendar in force, some at a time. Answers how many.
#[derive(Serialize)]
pub struct RecountTerms {
    #[serde(skip)]
    pub table: &'static TermTable,
    /// The row that was found outdated.
    pub first: NodeRef,
}
impl UseCase for RecountTerms {
    type Done = u64;
    const ACT: Act = Act::RecountTerms;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<u64, Failure> {
        let calendar = op.services.calendar();
        let condition = format!("calendar <> $1 AND {}", self.table.still("$2"));
        let mut text = self.table.select(&condition, false, BATCH);
        if engine_of(op.tx) == Engine::Postgres {
            text.push_str(" FOR UPDATE");
        }
        let values = [calendar.edition().into(), op.now.legal_date().into()];
        let rows = op.tx.query_all_raw(sql(op.tx, &text, values)).await?;
        let rows = rows.iter().map(|row| self.table.read(row)).collect::<Result<Vec<_>, _>>()?;
        let (mut counted, mut moved) = (0_u64, 0_u64);
        for row in &rows {
            moved = moved.saturating_add(u64::from(self.table.recount(op, &calendar, row).await?));
            counted = counted.saturating_add(1);
        }
        let facts = serde_json::json!({ "counted": counted, "moved": moved, "calendar": calendar.version() });
        op.audit(self.first, None, None, facts).await?;
        Ok(counted)
    }
}

/// The term by this calendar, from its own start and in its own length.
fn again(calendar: &Calendar, row: &Row) -> Result<Deadline, Problem> {
    let why = row.explanation.as_deref().map(Explanation::from_text).transpose()?;
    let kept = why.iter().flat_map(|why| &why.parameters).find(|parameter| parameter.name == LENGTH);
    let length = kept.and_then(|parameter| parameter.value.parse().ok());
    let length = length.unwrap_or_else(|| row.rule.length_under(&ParameterSet::default()));
    Ok(row.rule.deadline_of_length(calendar, row.starts_on, length))
}

/// The terms of receipts (案款期限).
pub static RECEIPT_TERMS: TermTable = TermTable {
    name: "term",
    key: ("id", NodeKind::Term),
    about: ("receipt_id", NodeKind::Receipt),
    rule: TermRule::Stored("rule", DeadlineRule::parse),
    start: TermStart::Day("starts_on"),
    due: "due_on",
    running: "met_on IS NULL AND superseded_on IS NULL",
    ends_with_its_day: false,
    explained: true,
    never_back: false,
};
