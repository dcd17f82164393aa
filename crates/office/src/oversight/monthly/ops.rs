//! Opening a month, owning and settling its differences, closing it.

use super::{
    ReconciliationItemState, ReconciliationState, ReconciliationSubject,
    compare::{Compared, compare},
    rules,
    store::{self, item, line, reconciliation},
};
use crate::{
    access::{
        Act, Op, Role, UseCase,
        approval::{self, Approvable},
        grant,
    },
    cases::rules::text::{self, LONG, SHORT},
    kernel::{
        boxed,
        clock::Date,
        error::Failure,
        ids::{
            AccountId, CourtId, EntryId, MonthlyReconciliationId, NodeRef, ReconciliationItemId, ReconciliationLineId,
        },
        money::Money,
        query::{Execute, Fetch},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Who decides that a difference stands explained, besides who proposes it.
const STEPS: &[Role] = &[Role::BureauChief, Role::FinanceReviewer];
/// Lines of one statement of SQL: below the engines' limit of bound values.
const CHUNK: usize = 500;

/// Compares enforcement and finance at the end of a month, per case and in total (开启月度对账).
#[derive(InputObject, Serialize)]
pub struct OpenMonthlyReconciliationInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court (法院).
    pub court: CourtId,
    /// First day of a month that is over (月份).
    pub month: Date,
}
impl UseCase for OpenMonthlyReconciliationInput {
    type Done = MonthlyReconciliationId;
    const ACT: Act = Act::OpenMonthlyReconciliation;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<MonthlyReconciliationId, Failure> {
        if !op.scope().allows_court(self.court) {
            return Err(Failure::not_found("court"));
        }
        let last_day = rules::decide_month(self.month.0, op.now.legal_date())?;
        let earlier = reconciliation::Entity::find()
            .filter(reconciliation::Column::CourtId.eq(self.court))
            .filter(reconciliation::Column::Month.eq(self.month.0));
        if earlier.first(op.tx).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("month").law(&reference::FUNDS_3).into());
        }
        let lines = compare(op.tx, self.court, last_day).await?;
        let cases = || lines.iter().filter(|line| line.subject == ReconciliationSubject::Case);
        let id = MonthlyReconciliationId::new(op.now);
        let row = reconciliation::ActiveModel {
            id: Set(id),
            court_id: Set(self.court),
            month: Set(self.month.0),
            last_day: Set(last_day),
            state: Set(ReconciliationState::Open),
            opened_by: Set(op.actor.name()),
            enforcement: Set(Money::sum(cases().map(|line| line.enforcement))?),
            finance: Set(Money::sum(cases().map(|line| line.finance))?),
            recorded_at: Set(op.now),
            closed_by: Set(None),
            closed_at: Set(None),
        };
        reconciliation::Entity::insert(row).execute(op.tx).await?;
        let differing = self.insert_lines(op, id, &lines).await?;
        let facts = serde_json::json!({ "month": self.month, "lines": lines.len(), "differences": differing });
        op.audit(id, Some(self.court), None, facts).await?;
        op.publish("work-queue", id, 1);
        Ok(id)
    }
}
impl OpenMonthlyReconciliationInput {
    /// Keeps every line and makes an item of each whose sides differ; answers how many do.
    #[boxed]
    async fn insert_lines(
        &self,
        op: &Op<'_>,
        month: MonthlyReconciliationId,
        lines: &[Compared],
    ) -> Result<usize, Failure> {
        let mut items = Vec::new();
        for chunk in lines.chunks(CHUNK) {
            let mut rows = Vec::with_capacity(chunk.len());
            for compared in chunk {
                let id = ReconciliationLineId::new(op.now);
                if compared.enforcement != compared.finance {
                    items.push(id);
                }
                rows.push(line::ActiveModel {
                    id: Set(id),
                    court_id: Set(self.court),
                    reconciliation_id: Set(month),
                    subject: Set(compared.subject),
                    case_id: Set(compared.case),
                    enforcement: Set(compared.enforcement),
                    finance: Set(compared.finance),
                });
            }
            line::Entity::insert_many(rows).execute(op.tx).await?;
        }
        for line in &items {
            let row = item::ActiveModel {
                id: Set(ReconciliationItemId::new(op.now)),
                court_id: Set(self.court),
                reconciliation_id: Set(month),
                line_id: Set(*line),
                state: Set(ReconciliationItemState::Open),
                owner_id: Set(None),
                reason: Set(None),
                due_on: Set(None),
                entry_id: Set(None),
                document: Set(None),
                settled_at: Set(None),
                recorded_at: Set(op.now),
            };
            item::Entity::insert(row).execute(op.tx).await?;
        }
        Ok(items.len())
    }
}

/// Names who settles a difference, why it is there and until when (差异责任人).
#[derive(InputObject, Serialize)]
pub struct OwnReconciliationItemInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The difference (差异).
    pub item: ReconciliationItemId,
    /// Account of somebody with a post in the court (责任人).
    pub owner: AccountId,
    /// Why the sides differ, as far as it is known, 1 to 500 characters (原因).
    pub reason: String,
    /// Day until which it is to be settled, today or later (处理期限).
    pub due_on: Date,
}
impl UseCase for OwnReconciliationItemInput {
    type Done = ReconciliationItemId;
    const ACT: Act = Act::OwnReconciliationItem;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ReconciliationItemId, Failure> {
        let (item, _) = store::lock_item(op.tx, op.scope(), self.item).await?;
        rules::decide_owner(item.state, self.due_on.0, op.now.legal_date())?;
        let grants = grant::load_active(op.tx, self.owner).await?;
        let here = |court: Option<CourtId>| court.is_none_or(|court| court == item.court_id);
        if !grants.iter().any(|grant| here(grant.court) && !matches!(grant.role, Role::Bidder | Role::Party)) {
            return Err(Failure::not_found("owner"));
        }
        let reason = text::checked("reason", &self.reason, LONG)?;
        let change = item::ActiveModel {
            id: Set(item.id),
            owner_id: Set(Some(self.owner)),
            reason: Set(Some(reason.clone())),
            due_on: Set(Some(self.due_on.0)),
            ..Default::default()
        };
        item::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "owner": self.owner.to_global(), "dueOn": self.due_on, "before": item.due_on });
        op.audit(item.id, Some(item.court_id), None, facts).await?;
        op.publish("work-queue", item.id, 1);
        Ok(item.id)
    }
}

/// Settles a difference by the booking that made it up; the compared numbers stay as they were (差异入账).
#[derive(InputObject, Serialize)]
pub struct SettleReconciliationItemInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The difference, with its owner (差异).
    pub item: ReconciliationItemId,
    /// The entry, recorded after the month, that moved the line's account by exactly the difference (记账凭证).
    pub entry: EntryId,
}
impl UseCase for SettleReconciliationItemInput {
    type Done = ReconciliationItemId;
    const ACT: Act = Act::SettleReconciliationItem;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ReconciliationItemId, Failure> {
        let (item, line) = store::lock_item(op.tx, op.scope(), self.item).await?;
        rules::decide_settlement(item.state, item.owner_id.is_some())?;
        let month = reconciliation::Entity::find_by_id(item.reconciliation_id).first(op.tx).await?;
        let month = month.ok_or_else(|| Failure::internal("an item of no month"))?;
        let moved = store::moved_by(op.tx, self.entry, month.last_day, store::account_of(&line)).await?;
        let moved = moved.ok_or_else(|| Failure::not_found("entry"))?;
        rules::decide_booking(line.enforcement, line.finance, moved)?;
        let used = item::Entity::find().filter(item::Column::EntryId.eq(self.entry)).first(op.tx).await?;
        if used.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("entry").law(&reference::FUNDS_3).into());
        }
        let change = item::ActiveModel {
            id: Set(item.id),
            state: Set(ReconciliationItemState::Booked),
            entry_id: Set(Some(self.entry)),
            settled_at: Set(Some(op.now)),
            ..Default::default()
        };
        item::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "entry": self.entry.to_global(), "amount": moved });
        op.audit(item.id, Some(item.court_id), line.case_id, facts).await?;
        Ok(item.id)
    }
}

/// Proposes to let a difference stand as explained; BUREAU_CHIEF and FINANCE_REVIEWER decide (差异说明审批).
#[derive(InputObject, Serialize)]
pub struct ProposeReconciliationDecisionInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The difference, with its owner (差异).
    pub item: ReconciliationItemId,
    /// What explains it: number or title of the document (说明文书).
    pub document: String,
}
impl UseCase for ProposeReconciliationDecisionInput {
    type Done = ReconciliationItemId;
    const ACT: Act = Act::ProposeReconciliationDecision;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<ReconciliationItemId, Failure> {
        let (item, line) = store::lock_item(op.tx, op.scope(), self.item).await?;
        rules::decide_settlement(item.state, item.owner_id.is_some())?;
        let document = text::checked("document", &self.document, SHORT)?;
        let change = item::ActiveModel {
            id: Set(item.id),
            state: Set(ReconciliationItemState::Proposed),
            document: Set(Some(document.clone())),
            ..Default::default()
        };
        item::Entity::update(change).execute(op.tx).await?;
        approval::request(op, item.court_id, item.id.node(), STEPS).await?;
        let facts = serde_json::json!({ "document": document });
        op.audit(item.id, Some(item.court_id), line.case_id, facts).await?;
        Ok(item.id)
    }
}

/// The approval of explained differences; registered in `app`.
pub struct ReconciliationDecisions;

#[async_trait::async_trait]
impl Approvable for ReconciliationDecisions {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let (item, line) = read(op, subject).await?;
        Ok(serde_json::json!({ "subject": line.subject, "case": line.case_id.map(|case| case.to_global()),
            "enforcement": line.enforcement, "finance": line.finance, "reason": item.reason,
            "document": item.document }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let (item, line) = read(op, subject).await?;
        let change = item::ActiveModel {
            id: Set(item.id),
            state: Set(ReconciliationItemState::Decided),
            settled_at: Set(Some(op.now)),
            ..Default::default()
        };
        item::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "approved": true, "document": item.document });
        op.audit(item.id, Some(item.court_id), line.case_id, facts).await
    }
    /// The item is open again and still its owner's.
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let (item, line) = read(op, subject).await?;
        let change = item::ActiveModel {
            id: Set(item.id),
            state: Set(ReconciliationItemState::Open),
            document: Set(None),
            ..Default::default()
        };
        item::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "approved": false, "document": item.document });
        op.audit(item.id, Some(item.court_id), line.case_id, facts).await
    }
}

#[boxed]
async fn read(op: &Op<'_>, subject: NodeRef) -> Result<(item::Model, line::Model), Failure> {
    let gone = || Failure::internal("an approval of no difference");
    let id = ReconciliationItemId::from_uuid(subject.id);
    let item = item::Entity::find_by_id(id).lock_exclusive().first(op.tx).await?.ok_or_else(gone)?;
    let line = line::Entity::find_by_id(item.line_id).first(op.tx).await?.ok_or_else(gone)?;
    Ok((item, line))
}

/// Closes a month in which nothing is open (关闭月度对账).
#[derive(InputObject, Serialize)]
pub struct CloseMonthlyReconciliationInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The month, opened by somebody else (月度对账).
    pub reconciliation: MonthlyReconciliationId,
}
impl UseCase for CloseMonthlyReconciliationInput {
    type Done = MonthlyReconciliationId;
    const ACT: Act = Act::CloseMonthlyReconciliation;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<MonthlyReconciliationId, Failure> {
        let month = store::lock_month(op.tx, op.scope(), self.reconciliation).await?;
        let open = store::open_items(op.tx, month.id).await?;
        let closer = op.actor.name();
        rules::decide_close(month.state, &month.opened_by, &closer, open)?;
        let change = reconciliation::ActiveModel {
            id: Set(month.id),
            state: Set(ReconciliationState::Closed),
            closed_by: Set(Some(closer)),
            closed_at: Set(Some(op.now)),
            ..Default::default()
        };
        reconciliation::Entity::update(change).execute(op.tx).await?;
        op.audit(month.id, Some(month.court_id), None, serde_json::json!({ "month": month.month })).await?;
        Ok(month.id)
    }
}
