//! A holiday notice for the calendar of every court: one administrator of every court proposes, another one decides.

use crate::{
    access::{
        Act, Op, Role, Scope, UseCase,
        approval::{self, Approvable},
        policy::EVERY_COURT,
    },
    admin::{
        SettingStatus,
        ops::calendar::{TOPIC, in_force, notice_of},
        rules::notice::{self as rules, Heading},
        store::{self, calendar_notice},
    },
    cases::rules::text::{self, SHORT},
    kernel::{
        boxed,
        clock::Date,
        counter,
        db::sql,
        error::{Failure, Problem},
        ids::{CalendarNoticeId, NodeRef},
        query::Execute,
        refusal::{Refusal, RefusalCode},
    },
    law::{calendar::Calendar, notice::Notice, reference},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, ConnectionTrait, entity::prelude::*};
use serde::Serialize;

const CHECKERS: &[Role] = &[Role::Administrator];
/// A year's file has about three kilobytes.
const LONGEST_FILE: usize = 65_536;

/// Proposes the holidays of one year; they replace what the calendar knows of the year (导入放假通知).
#[derive(InputObject, Serialize)]
pub struct ProposeCalendarNoticeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The year's file in the form of holiday-cn, at most 65,536 bytes: `{ "year", "papers": [address at www.gov.cn],
    /// "days": [{ "name", "date", "isOffDay" }] }`, with every day off and every weekend day worked (年度放假数据).
    pub json: String,
    /// Number of the State Council's notice, e.g. 国办发明电〔2025〕7号 (文号).
    pub document_number: String,
    /// Day of the notice, not in the future (成文日期).
    pub published_on: Date,
    /// Days off by law in this year beyond the 13 of the 放假办法, 0 to 5, e.g. 1 in 2015 (另行规定的放假天数).
    #[graphql(default)]
    pub extra_days: i32,
}
impl UseCase for ProposeCalendarNoticeInput {
    type Done = CalendarNoticeId;
    const ACT: Act = Act::ProposeCalendarNotice;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CalendarNoticeId, Failure> {
        if *op.scope() != Scope::Everything {
            // the calendar counts the terms of every court
            return Err(Problem::Forbidden.into());
        }
        let current = in_force(op.tx).await?;
        let (notice, after) = self.checked(op, &current)?;
        // the counter's row is locked: of two proposals at once the second sees the first
        let version = counter::next(op.tx, EVERY_COURT, "calendar-notice", notice.year).await?;
        if store::notice_in(op.tx, notice.year, SettingStatus::Proposed).await?.is_some() {
            return Err(Refusal::new(RefusalCode::ProposalOpen).field("json").law(&reference::TWO_PEOPLE).into());
        }
        let id = CalendarNoticeId::new(op.now);
        let row = calendar_notice::ActiveModel {
            id: Set(id),
            year: Set(notice.year),
            version: Set(version),
            number: Set(notice.number.clone()),
            published_on: Set(notice.published),
            extra_days: Set(self.extra_days),
            json: Set(self.json.clone()),
            status: Set(SettingStatus::Proposed),
            proposed_by: Set(op.actor.name()),
            proposed_at: Set(op.now),
            effective_from: Set(None),
            superseded_at: Set(None),
        };
        calendar_notice::Entity::insert(row).execute(op.tx).await?;
        approval::request(op, EVERY_COURT, id.node(), CHECKERS).await?;
        let changed = rules::changes(&current, &after, notice.year).len();
        let facts = serde_json::json!({ "year": notice.year, "number": notice.number, "version": version,
            "changedDays": changed });
        op.audit(id, None, None, facts).await?;
        Ok(id)
    }
}
impl ProposeCalendarNoticeInput {
    /// The notice, and the calendar that it would make.
    fn checked(&self, op: &Op<'_>, current: &Calendar) -> Result<(Notice, Calendar), Failure> {
        let number = text::checked("documentNumber", &self.document_number, SHORT)?;
        if self.published_on.0 > op.now.legal_date() {
            return Err(Refusal::new(RefusalCode::DateInvalid).field("publishedOn").law(&reference::DATE_FORM).into());
        }
        if self.json.len() > LONGEST_FILE {
            let refusal = Refusal::new(RefusalCode::TextInvalid).field("json").law(&reference::TEXT_FORM);
            return Err(refusal.arg("maximum", LONGEST_FILE).into());
        }
        let heading = Heading { number: &number, published: self.published_on.0, extra_days: self.extra_days };
        let notice = rules::read(&self.json, &heading).map_err(|error| rules::refuse(&error))?;
        let again = |field| Failure::from(Refusal::new(RefusalCode::AlreadyExists).field(field));
        if current.notices().iter().any(|known| known.number == number && known.year != notice.year) {
            return Err(again("documentNumber"));
        }
        let after = rules::replaced(current, notice.clone()).map_err(|error| rules::refuse(&error))?;
        if after.edition() == current.edition() {
            return Err(again("json"));
        }
        Ok((notice, after))
    }
}

/// The approval of holiday notices; registered in `app`.
pub struct CalendarNotices;

#[async_trait::async_trait]
impl Approvable for CalendarNotices {
    /// Every day stands in it: what is approved is the year, not a number.
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = lock(op, subject).await?;
        let notice = notice_of(&row)?;
        Ok(serde_json::json!({
            "year": row.year, "version": row.version, "number": row.number, "publishedOn": row.published_on,
            "source": notice.source, "statutoryDays": notice.statutory, "daysOff": notice.off, "daysWorked": notice.work,
        }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        let current = in_force(op.tx).await?;
        let after = rules::replaced(&current, notice_of(&row)?).map_err(|error| rules::refuse(&error))?;
        let changed = rules::changes(&current, &after, row.year);
        let supersede = "UPDATE calendar_notice SET status = 'SUPERSEDED', superseded_at = $2 WHERE year = $1 AND status = 'ACTIVE'";
        op.tx.execute_raw(sql(op.tx, supersede, [row.year.into(), op.now.into()])).await?;
        let change = "UPDATE calendar_notice SET status = 'ACTIVE', effective_from = $2 WHERE id = $1";
        op.tx.execute_raw(sql(op.tx, change, [row.id.into(), op.now.into()])).await?;
        op.publish(TOPIC, row.id, row.version);
        let changed: Vec<_> = changed.iter().map(|change| (change.date, &change.before, &change.after)).collect();
        let facts = serde_json::json!({ "year": row.year, "number": row.number, "version": row.version,
            "status": SettingStatus::Active, "edition": after.edition(), "changes": changed });
        op.audit(row.id, None, None, facts).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = lock(op, subject).await?;
        let change = "UPDATE calendar_notice SET status = 'REJECTED' WHERE id = $1";
        op.tx.execute_raw(sql(op.tx, change, [row.id.into()])).await?;
        Ok(())
    }
}

/// The proposal behind an approval, as long as it is one.
#[boxed]
async fn lock(op: &Op<'_>, subject: NodeRef) -> Result<calendar_notice::Model, Failure> {
    let row = store::lock_notice(op.tx, CalendarNoticeId::from_uuid(subject.id)).await?;
    if row.status != SettingStatus::Proposed {
        return Err(Refusal::new(RefusalCode::WrongState).field("approval").arg("status", row.status.as_str()).into());
    }
    Ok(row)
}
