//! Correcting an announcement, and a bidder's word that he has read the correction (网拍规定 12–14).

use super::{DisclosureInput, account_index, publish_version};
use crate::access::{Act, Op, UseCase};
use crate::auction::attachment::revision::{self as attachments, Step};
use crate::auction::catalogue::store as catalogue;
use crate::auction::rules::disclosure::{self as disclosure_rules, Content};
use crate::auction::rules::revision::{self, Part};
use crate::auction::rules::rounds::check_sell_off_window;
use crate::auction::rules::schedule;
use crate::auction::store::revision::{self as revisions, RevisedField, lot_revision, lot_revision_change};
use crate::auction::store::{disclosure, lot, registration};
use crate::auction::{AuctionRound, LotEventKind, LotStatus};
use crate::cases::rules::text::{self, LONG, SHORT};
use crate::kernel::boxed;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Failure;
use crate::kernel::ids::{AttachmentId, LotId, RegistrationId};
use crate::kernel::query::Fetch;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;
use std::collections::HashSet;

/// Corrects what was announced, openly (更正拍卖公告).
#[derive(InputObject, Serialize)]
pub struct ReviseAnnouncementInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The published lot, before its end (标的物).
    pub lot: LotId,
    /// Items with another text, each once (更正的公示事项).
    #[graphql(default)]
    pub items: Vec<DisclosureInput>,
    /// Uploaded attachments that the public sees from here on (新公示的附件).
    #[graphql(default)]
    pub show_attachments: Vec<AttachmentId>,
    /// Attachments that the public sees no more (撤下的附件).
    #[graphql(default)]
    pub remove_attachments: Vec<AttachmentId>,
    /// Another title (更正后的标的物名称).
    pub title: Option<String>,
    /// A later begin, before bidding has begun (推迟后的竞价开始时间).
    pub starts_at: Option<Timestamp>,
    /// A later end, before bidding has begun (推迟后的竞价结束时间).
    pub ends_at: Option<Timestamp>,
    /// A slip of the pen that weighs for nobody's decision to bid: the announcement's days do not run anew (更正笔误).
    #[graphql(default)]
    pub clerical: bool,
    /// Why it is corrected; public (更正理由).
    pub reason: String,
    /// The court's document; public (更正公告文号).
    pub document_number: String,
}

impl UseCase for ReviseAnnouncementInput {
    type Done = LotId;
    const ACT: Act = Act::ReviseAnnouncement;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<LotId, Failure> {
        let mut row = lot::lock_lot(op.tx, op.scope(), self.lot).await?;
        let changes = self.changes(op, &row).await?;
        let parts: Vec<Part> = changes.iter().map(Change::part).collect();
        let begun = row.status == LotStatus::Open || row.starts_at.is_none_or(|start| op.now >= start);
        revision::check(row.status, begun, &parts, self.clerical)?;
        let material = revision::is_material(&parts, self.clerical);
        let reason = text::checked("reason", &self.reason, LONG)?;
        let document_number = text::checked("documentNumber", &self.document_number, SHORT)?;
        if !begun {
            self.move_window(op, &mut row, material)?;
        }
        apply(op, &mut row, &changes).await?;
        row.revision = row.revision.saturating_add(1);
        let row = publish_version(op, row, LotEventKind::Revised).await?;
        let words_before = catalogue::words_of(op.tx, row.id).await?;
        catalogue::index(op.tx, &row).await?;
        let entry = lot_revision::Model {
            lot_id: row.id,
            revision: row.revision,
            court_id: row.court_id,
            reason,
            document_number,
            clerical: self.clerical,
            material,
            lot_version: row.version,
            words_before,
            recorded_at: op.now,
        };
        let facts = serde_json::json!({ "revision": entry.revision, "reason": entry.reason, "material": material,
            "documentNumber": entry.document_number, "clerical": entry.clerical,
            "fields": changes.iter().map(|change| (change.field, change.item)).collect::<Vec<_>>() });
        let lines = changes.into_iter().enumerate().map(|(index, change)| change.line(&entry, index)).collect();
        revisions::insert(op.tx, entry, lines).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await?;
        Ok(row.id)
    }
}

/// One field before and after.
struct Change {
    field: RevisedField,
    item: Option<crate::auction::DisclosureItem>,
    before: String,
    after: String,
    content: Option<Content>,
    attachment: Option<Step>,
}
impl Change {
    fn part(&self) -> Part {
        match (self.field, self.item) {
            (RevisedField::Disclosure, Some(item)) => Part::Disclosure(item),
            (RevisedField::StartsAt, _) => Part::StartsAt,
            (RevisedField::EndsAt, _) => Part::EndsAt,
            (RevisedField::Attachment, _) => Part::Attachment,
            _ => Part::Title,
        }
    }
    fn of(field: RevisedField, before: String, after: String) -> Option<Change> {
        (before != after).then_some(Change { field, item: None, before, after, content: None, attachment: None })
    }
    fn of_attachment(step: Step) -> Change {
        let (before, after) = match &step {
            Step::Show(row) => (String::new(), row.label()),
            Step::Remove(row) => (row.label(), String::new()),
        };
        Change { field: RevisedField::Attachment, item: None, before, after, content: None, attachment: Some(step) }
    }
    fn line(self, entry: &lot_revision::Model, index: usize) -> lot_revision_change::Model {
        lot_revision_change::Model {
            lot_id: entry.lot_id,
            revision: entry.revision,
            position: i32::try_from(index).unwrap_or(i32::MAX),
            court_id: entry.court_id,
            field: self.field,
            item: self.item,
            before_text: self.before,
            after_text: self.after,
        }
    }
}

/// As a reader of the diff sees it.
fn shown(content: &str, not_applicable: bool) -> String {
    if not_applicable { format!("不适用：{content}") } else { content.to_owned() }
}

impl ReviseAnnouncementInput {
    /// What differs from what stands public.
    #[boxed]
    async fn changes(&self, op: &Op<'_>, row: &lot::Model) -> Result<Vec<Change>, Failure> {
        let mut changes = Vec::new();
        if let Some(title) = &self.title {
            let title = text::checked("title", title, 300)?;
            changes.extend(Change::of(RevisedField::Title, row.title.clone(), title));
        }
        let instant = |at: Option<Timestamp>| at.map(|at| at.to_millisecond().to_rfc3339()).unwrap_or_default();
        for (field, announced, revised) in [
            (RevisedField::StartsAt, row.bids_from(), self.starts_at),
            (RevisedField::EndsAt, row.effective_end_at, self.ends_at),
        ] {
            if revised.is_some() {
                changes.extend(Change::of(field, instant(announced), instant(revised)));
            }
        }
        let standing = disclosure::of_lot(op.tx, row.id).await?;
        let distinct: HashSet<_> = self.items.iter().map(|line| line.item).collect();
        if distinct.len() != self.items.len() {
            return Err(Refusal::new(RefusalCode::ListInvalid).field("items").into());
        }
        for line in &self.items {
            let content = line.content.trim().to_owned();
            let after = shown(&content, line.not_applicable);
            let content = if line.not_applicable { Content::NotApplicable(content) } else { Content::Text(content) };
            disclosure_rules::check_item(line.item, &content)?;
            let before = standing.iter().find(|stands| stands.item == line.item);
            let before = before.map(|stands| shown(&stands.content, stands.not_applicable)).unwrap_or_default();
            let change = Change::of(RevisedField::Disclosure, before, after);
            changes.extend(change.map(|change| Change { item: Some(line.item), content: Some(content), ..change }));
        }
        let steps = attachments::steps(op, row, &self.show_attachments, &self.remove_attachments).await?;
        changes.extend(steps.into_iter().map(Change::of_attachment));
        Ok(changes)
    }

    /// The window as it stands after the revision: later at most, and after a material change with the full days of an
    /// announcement before it (网拍规定 12, 20).
    fn move_window(&self, op: &Op<'_>, row: &mut lot::Model, material: bool) -> Result<(), Failure> {
        let window = row.bids_from().zip(row.effective_end_at);
        let (start, end) = window.ok_or_else(|| Failure::internal("a published lot without its times"))?;
        let new_start = self.starts_at.map_or(start, Timestamp::to_millisecond);
        let new_end = self.ends_at.map_or(end, Timestamp::to_millisecond);
        revision::check_later("startsAt", start, new_start)?;
        revision::check_later("endsAt", end, new_end)?;
        if material {
            let counting = row.rule_parameters()?.lead_counting;
            schedule::check_lead_time(row.round, row.category, counting, op.now, new_start)?;
        }
        if (new_start, new_end) == (start, end) {
            return Ok(());
        }
        match row.round {
            AuctionRound::SellOff => check_sell_off_window(new_start, new_end)?,
            _ => schedule::check_bidding_window(new_start, new_end)?,
        }
        row.starts_at = Some(new_start);
        row.planned_end_at = Some(new_end);
        row.effective_end_at = Some(new_end);
        Ok(())
    }
}

#[boxed]
async fn apply(op: &Op<'_>, row: &mut lot::Model, changes: &[Change]) -> Result<(), Failure> {
    for change in changes {
        if let Some(step) = &change.attachment {
            attachments::apply(op, step, row.revision.saturating_add(1)).await?;
        }
        if change.field == RevisedField::Title {
            row.title.clone_from(&change.after);
        }
        if let (Some(item), Some(content)) = (change.item, &change.content) {
            let (Content::Text(text) | Content::NotApplicable(text)) = content;
            let line = disclosure::ActiveModel {
                court_id: Set(row.court_id),
                lot_id: Set(row.id),
                item: Set(item),
                content: Set(text.clone()),
                not_applicable: Set(matches!(content, Content::NotApplicable(_))),
                recorded_at: Set(op.now),
            };
            disclosure::put(op.tx, line).await?;
        }
    }
    Ok(())
}

/// Says that the bidder has read the corrections up to the latest; without it his next bid is refused (确认已阅更正公告).
#[derive(InputObject, Serialize)]
pub struct AcknowledgeRevisionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The lot for which the caller is registered (标的物).
    pub lot: LotId,
    /// Number of the latest revision, as it was read (更正序号).
    pub revision: i32,
}

impl UseCase for AcknowledgeRevisionInput {
    type Done = RegistrationId;
    const ACT: Act = Act::AcknowledgeRevision;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<RegistrationId, Failure> {
        let sale = lot::public().filter(lot::Column::Id.eq(self.lot)).first(op.tx).await?;
        let sale = sale.ok_or_else(|| Failure::not_found("lot"))?;
        let index = account_index(&op.services.vault, sale.id, op.account()?);
        let own = registration::of_account(op.tx, sale.id, &index).await?;
        let own = own.ok_or_else(|| Failure::not_found("lot"))?;
        if self.revision != sale.revision {
            return Err(Refusal::new(RefusalCode::StaleVersion)
                .law(&reference::NETAUCTION_13)
                .field("revision")
                .arg("version", sale.revision)
                .into());
        }
        let mut row = registration::lock(op.tx, own.id).await?;
        row.acknowledged_revision = row.acknowledged_revision.max(self.revision);
        let facts = serde_json::json!({ "lot": sale.lot_number, "revision": self.revision });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        registration::save(op.tx, row).await?;
        Ok(own.id)
    }
}
