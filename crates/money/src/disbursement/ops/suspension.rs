//! Suspension of a case by a ruling (中止执行): orders stop, the terms of payment pause, and when the ground has gone ten
//! days to pay begin (法发〔2017〕6号 第10条 第4项, 民诉法 第267条).

use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        self, CaseStatus,
        rules::text::{self, SHORT},
        store::case,
    },
    disbursement::{SuspensionGround, rules::deferral as rules, store, tables::suspension},
    funds,
    kernel::{
        clock::{Date, LegalDate},
        error::Failure,
        ids::{CaseId, SuspensionId},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Suspends a case by a ruling (中止执行).
#[derive(InputObject, Serialize)]
pub struct SuspendCaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The open case (案件).
    pub case: CaseId,
    /// The ground of the law (中止事由).
    pub ground: SuspensionGround,
    /// The ruling: number or title of the document (中止执行裁定书).
    pub document: String,
}
impl UseCase for SuspendCaseInput {
    type Done = SuspensionId;
    const ACT: Act = Act::SuspendCase;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SuspensionId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        cases::rules::closing::require_open(case.status)
            .map_err(|refusal| refusal.field("case").law(&reference::CIVIL_PROCEDURE_267))?;
        let document = text::checked("document", &self.document, SHORT)?;
        let id = SuspensionId::new(op.now);
        let row = suspension::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            ground: Set(self.ground),
            document: Set(document.clone()),
            suspended_on: Set(op.now.legal_date()),
            ended_on: Set(None),
            end_document: Set(None),
            recorded_at: Set(op.now),
        };
        suspension::Entity::insert(row).execute(op.tx).await?;
        cases::ops::change_status(op, &case, CaseStatus::Suspended).await?;
        funds::ops::pause_terms(op, case.id).await?;
        let facts = serde_json::json!({ "ground": self.ground, "document": document });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}

/// Goes on with a suspended case: its ground has gone (恢复中止的执行).
#[derive(InputObject, Serialize)]
pub struct ResumeSuspendedCaseInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The suspended case (案件).
    pub case: CaseId,
    /// What shows that the ground has gone: number or title of the document (恢复执行通知书).
    pub document: String,
    /// Day on which it went, today when left out: ten days to pay run from it (事由消失日期).
    pub reason_gone_on: Option<Date>,
}
impl UseCase for ResumeSuspendedCaseInput {
    type Done = SuspensionId;
    const ACT: Act = Act::ResumeSuspendedCase;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<SuspensionId, Failure> {
        let case = cases::store::lock_case(op.tx, op.scope(), self.case).await?;
        let open = suspension::Entity::find()
            .filter(suspension::Column::CaseId.eq(case.id))
            .filter(suspension::Column::EndedOn.is_null())
            .first(op.tx)
            .await?
            .filter(|_| case.status == CaseStatus::Suspended);
        let Some(open) = open else {
            let refusal = Refusal::new(RefusalCode::WrongState).field("case").arg("status", case.status.as_str());
            return Err(refusal.law(&reference::CIVIL_PROCEDURE_267).into());
        };
        let today = op.now.legal_date();
        let gone_on = self.reason_gone_on.map_or(today, |day| day.0);
        rules::decide_end(open.suspended_on, gone_on, today)?;
        let document = text::checked("document", &self.document, SHORT)?;
        let change = suspension::ActiveModel {
            id: Set(open.id),
            ended_on: Set(Some(gone_on)),
            end_document: Set(Some(document.clone())),
            ..Default::default()
        };
        suspension::Entity::update(change).execute(op.tx).await?;
        cases::ops::change_status(op, &case, CaseStatus::Open).await?;
        resume_payment(op, &case, CaseStatus::Open, gone_on).await?;
        let facts = serde_json::json!({ "document": document, "goneOn": gone_on });
        op.audit(open.id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(open.id)
    }
}

/// Lets the terms of payment run again when nothing else keeps the case's money back.
#[boxed]
pub(super) async fn resume_payment(
    op: &Op<'_>,
    case: &case::Model,
    status: CaseStatus,
    gone_on: LegalDate,
) -> Result<(), Failure> {
    let deferred = store::deferral_of(op.tx, case.id).await?.is_some();
    if deferred || status == CaseStatus::Suspended {
        return Ok(());
    }
    funds::ops::resume_terms(op, case.id, gone_on).await
}
