//! Deferrals: one of five reasons, approved by the bureau chief, until the reason is gone; then ten days.

use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{
        Act, Op, Role, Scope, UseCase,
        approval::{self, Approvable},
    },
    cases::{
        self,
        rules::text::{self, LONG, SHORT},
    },
    disbursement::{
        DeferralReason, DeferralStatus, reading::fund_of, rules::deferral as rules, store, tables::deferral,
    },
    funds::{
        self,
        ops::{TermRule, TermStart, TermTable},
    },
    kernel::{
        clock::Date,
        error::Failure,
        ids::{CaseId, DeferralId, NodeKind, NodeRef},
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
    law::{DeadlineRule, reference},
    ledger::{self, Resolution},
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;
use std::collections::BTreeSet;

/// Proposes to defer paying out a case (延缓发放); in force once the bureau chief agrees.
#[derive(InputObject, Serialize)]
pub struct DeferDisbursementInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// One of the five reasons (事由).
    pub reason: DeferralReason,
    /// The facts behind it, 1 to 500 characters (说明).
    pub explanation: String,
    /// Number or title of the document (延缓发放审批表).
    pub document: String,
    /// Only this disputed part of the case's money waits, at most what stands free: the rest is paid at once. Left out:
    /// paying out waits as a whole (争议金额).
    pub amount: Option<Money>,
}
impl UseCase for DeferDisbursementInput {
    type Done = DeferralId;
    const ACT: Act = Act::DeferDisbursement;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<DeferralId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        if store::live_deferral(op.tx, case.id).await?.is_some() {
            return Err(Refusal::new(RefusalCode::AlreadyExists).field("case").law(&reference::FUNDS_10).into());
        }
        if let Some(part) = self.amount {
            rules::decide_part(part, cases::store::free_case_money(op.tx, &case).await?)?;
        }
        let id = DeferralId::new(op.now);
        let row = deferral::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            status: Set(DeferralStatus::Proposed),
            reason: Set(self.reason),
            explanation: Set(text::checked("explanation", &self.explanation, LONG)?),
            document: Set(text::checked("document", &self.document, SHORT)?),
            amount: Set(self.amount),
            hold_id: Set(None),
            maker: Set(op.actor.name()),
            recorded_at: Set(op.now),
            in_force_on: Set(None),
            ended_on: Set(None),
            end_document: Set(None),
            due_on: Set(None),
            calendar: Set(None),
        };
        deferral::Entity::insert(row).execute(op.tx).await?;
        approval::request(op, case.court_id, id.node(), &[Role::BureauChief]).await?;
        let facts = serde_json::json!({ "reason": self.reason, "amount": self.amount });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}

/// The approval of deferrals; registered in `app`.
pub struct Deferrals;

#[async_trait::async_trait]
impl Approvable for Deferrals {
    async fn facts(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<serde_json::Value, Failure> {
        let row = read(op, subject).await?;
        Ok(serde_json::json!({ "case": row.case_id.to_global(), "reason": row.reason, "explanation": row.explanation,
            "document": row.document, "amount": row.amount }))
    }
    async fn on_approved(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = read(op, subject).await?;
        let case = cases::store::lock_case(op.tx, &Scope::Everything, row.case_id).await?;
        let hold = match row.amount {
            Some(part) => {
                // some of it may have left since the proposal
                rules::decide_part(part, cases::store::free_case_money(op.tx, &case).await?)?;
                Some(ledger::hold(op.tx, op.now, fund_of(&case), part, row.id.node()).await?)
            }
            None => None,
        };
        let change = deferral::ActiveModel {
            id: Set(row.id),
            status: Set(DeferralStatus::InForce),
            hold_id: Set(hold),
            in_force_on: Set(Some(op.now.legal_date())),
            ..Default::default()
        };
        deferral::Entity::update(change).execute(op.tx).await?;
        match row.amount {
            Some(_) => funds::ops::pause_disputed(op, &BTreeSet::from([case.id])).await?,
            None => funds::ops::pause_terms(op, row.case_id).await?,
        }
        let facts = serde_json::json!({ "inForce": true, "amount": row.amount });
        op.audit(row.id, Some(row.court_id), Some(row.case_id), facts).await
    }
    async fn on_rejected(&self, op: &mut Op<'_>, subject: NodeRef) -> Result<(), Failure> {
        let row = read(op, subject).await?;
        let change =
            deferral::ActiveModel { id: Set(row.id), status: Set(DeferralStatus::Rejected), ..Default::default() };
        deferral::Entity::update(change).execute(op.tx).await?;
        op.audit(row.id, Some(row.court_id), Some(row.case_id), serde_json::json!({ "inForce": false })).await
    }
}

#[boxed]
async fn read(op: &Op<'_>, subject: NodeRef) -> Result<deferral::Model, Failure> {
    let row = deferral::Entity::find_by_id(DeferralId::from_uuid(subject.id)).first(op.tx).await?;
    row.ok_or_else(|| Failure::internal("an approval of no deferral"))
}

/// Records that the reason to defer is gone (解除延缓发放): ten days to pay run from the day on which it went.
#[derive(InputObject, Serialize)]
pub struct EndDeferralInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The deferral in force (延缓发放).
    pub deferral: DeferralId,
    /// What shows that the reason is gone: number or title of the document (依据文书).
    pub document: String,
    /// Day on which the reason went, today when left out: ten days to pay run from it (事由消失日期).
    pub reason_gone_on: Option<Date>,
}
impl UseCase for EndDeferralInput {
    type Done = DeferralId;
    const ACT: Act = Act::EndDeferral;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<DeferralId, Failure> {
        let gone = || Failure::not_found("deferral");
        let seen = deferral::Entity::find_by_id(self.deferral)
            .filter(op.scope().on_court(deferral::Column::CourtId))
            .first(op.tx)
            .await?
            .ok_or_else(gone)?;
        let case = cases::store::lock_case(op.tx, op.scope(), seen.case_id).await?;
        let live = store::live_deferral(op.tx, case.id).await?.filter(|live| live.id == self.deferral);
        let Some(live) = live.filter(|live| live.status == DeferralStatus::InForce) else {
            return Err(Refusal::new(RefusalCode::WrongState).field("deferral").law(&reference::FUNDS_10).into());
        };
        let today = op.now.legal_date();
        let gone_on = self.reason_gone_on.map_or(today, |day| day.0);
        rules::decide_end(live.in_force_on.unwrap_or(today), gone_on, today)?;
        let calendar = op.services.calendar();
        let due = DeadlineRule::PayAfterDeferral10Days.deadline_from_day(&calendar, gone_on);
        let change = deferral::ActiveModel {
            id: Set(live.id),
            status: Set(DeferralStatus::Ended),
            ended_on: Set(Some(gone_on)),
            end_document: Set(Some(text::checked("document", &self.document, SHORT)?)),
            due_on: Set(Some(due.due_on)),
            calendar: Set(Some(calendar.edition().to_owned())),
            ..Default::default()
        };
        deferral::Entity::update(change).execute(op.tx).await?;
        if let Some(hold) = live.hold_id {
            ledger::resolve_hold(op.tx, op.now, hold, Resolution::Released).await?;
        }
        let facts = serde_json::json!({ "ended": gone_on, "due": due.due_on });
        super::suspension::resume_payment(op, &case, case.status, gone_on).await?;
        op.audit(live.id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(live.id)
    }
}

/// The ten days to pay after a deferral (恢复发放期限); who pays is watched by the terms of the receipts.
pub static DEFERRAL_TERMS: TermTable = TermTable {
    name: "deferral",
    key: ("id", NodeKind::Deferral),
    about: ("case_id", NodeKind::Case),
    rule: TermRule::Fixed(DeadlineRule::PayAfterDeferral10Days),
    start: TermStart::Day("ended_on"),
    due: "due_on",
    running: "status = 'ENDED'",
    ends_with_its_day: true,
    explained: false,
    never_back: false,
};
